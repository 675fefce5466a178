"""What does an invitation give somebody who is a member already, and may they take it?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp import clock
from webapp.access import Actor
from webapp.audit.actions import day_of, record
from webapp.community import change
from webapp.members import actions, invitation_store, store
from webapp.members.actions import JoinError
from webapp.members.tables import Invitation
from webapp.suggestions.due import new_lists_due
from webapp.units import rules
from webapp.units import store as units
from webapp.units.tables import Appointment, Membership, StudyRole

# Why it gives nothing: it is a link by which one other person comes in; it names an
# organizer of everything or an administrator, which is done on the page of members; there
# is no such unit any more; all that it gives is there already.
Nothing = Literal["personal", "rights", "nowhere", "there"]


@dataclass(frozen=True)
class Gives:
    unit: str = ""  # to belong to, in which
    role: StudyRole | None = None  # is given too
    joins: bool = False  # the member does not belong to the unit yet
    nothing: Nothing | None = None


def gives(session: Session, actor: Actor, invitation: Invitation, *, now: dt.datetime) -> Gives:
    """As `accept` would carry it out now."""
    if invitation.member_id:
        return Gives(nothing="personal")
    if invitation.administrator or invitation.organizer:
        return Gives(nothing="rights")
    place = rules.present_unit(units.tree(session, actor.organisation), invitation.unit_id or "")
    if place is None:
        return Gives(nothing="nowhere")
    role = session.get(StudyRole, (actor.organisation, invitation.role_id or ""))
    if role is not None and (
        role.retired_at is not None
        or place != invitation.unit_id  # merged since: nobody gave it there
        or _has_role(session, actor, place, role.id, now)
    ):
        role = None
    joins = not _belongs(session, actor, place)
    return Gives(place, role, joins) if joins or role else Gives(place, nothing="there")


def _belongs(session: Session, actor: Actor, unit: str) -> bool:
    """Asked anew, not of what the actor was when the request began: the same button may
    have been pressed twice."""
    found = sa.select(Membership.id).where(
        Membership.organisation_id == actor.organisation,
        Membership.member_id == actor.member,
        Membership.unit_id == unit,
        Membership.until.is_(None),
    )
    return session.scalar(found.limit(1)) is not None


def _has_role(session: Session, actor: Actor, unit: str, role: str, now: dt.datetime) -> bool:
    found = sa.select(Appointment.id).where(
        Appointment.organisation_id == actor.organisation,
        Appointment.member_id == actor.member,
        Appointment.unit_id == unit,
        Appointment.role_id == role,
        sa.or_(Appointment.until.is_(None), Appointment.until > now),
    )
    return session.scalar(found.limit(1)) is not None


def accept(session: Session, actor: Actor, token: str, *, now: dt.datetime) -> Gives:
    """Take the unit and the role; where it gives nothing (or was taken by the same button
    pressed twice) nothing is done, and no place of it is used. Raises JoinError."""
    with change(session):
        invitation = actions.to_use(session, token)
        member = store.member(session, actor.organisation, actor.member or "")
        if invitation is None or member is None or member.left_at is not None:
            raise JoinError("unknown", "no such invitation")
        found = gives(session, actor, invitation, now=now)
        if found.nothing:
            return found
        if cause := invitation_store.why_over(session, invitation, now=now):
            raise JoinError(cause, "the invitation no longer works")
        if found.joins:
            actions.add_membership(session, member, found.unit, now=now)
        if found.role:
            actions.give_role(session, invitation, member, found.role, now=now)
        actions.count_use(invitation, member, now=now)
        new_lists_due(session, actor.organisation, [member.id])
        details = {"role": found.role.id} if found.role else {}
        record(  # with the day alone, as of those who join
            session, actor.organisation, "invitation.taken", by=member.id,
            at=day_of(now, clock.zone()), about=("unit", found.unit), invitation=invitation.id,
            **details,
        )  # fmt: skip
        return found
