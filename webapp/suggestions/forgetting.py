"""Deleting the thing itself that a piece of "what Xinde knows" stands for."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.members import actions as members
from webapp.members import store as members_store
from webapp.members.tables import Member
from webapp.readings.which import group_of
from webapp.suggestions import actions


def forget(session: Session, actor: Actor, me: Member, piece: str, *, now: dt.datetime) -> None:
    """What is gone already stays gone: as often as one likes."""
    kind, _colon, rest = piece.partition(":")
    organisation, id = actor.organisation, str(actor.member)
    if kind == "working_on":
        members.change_profile(session, organisation, id, now=now, working_on="")
    elif kind == "interest":
        interests = [theme for theme in me.interests if theme != rest]
        members.change_profile(session, organisation, id, now=now, interests=interests)
    elif kind == "role":
        present = members_store.chosen_roles_of(session, organisation, id)
        roles = [role.id for role in present if role.id != rest]
        members.change_profile(session, organisation, id, now=now, roles=roles)
    elif kind == "place":
        actions.forget_place(session, actor, rest)
    else:
        actions.forget_deed(session, actor, kind, group_of(rest))
    actions.forget_switch(session, actor, piece)
