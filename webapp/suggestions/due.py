"""When a member's list of suggestions no longer fits what it was made from."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.members.tables import Member
from webapp.suggestions.tables import DayList


def new_list_due(session: Session, actor: Actor) -> None:
    """The member's words have changed. Part of the caller's transaction."""
    session.execute(
        sa.update(Member)
        .where(Member.organisation_id == actor.organisation, Member.id == actor.member)
        .values(profile_stamp=Member.profile_stamp + 1)
    )


def forget_lists(session: Session, actor: Actor) -> None:
    """The member's words are gone: so are the lists that may quote them. Part of
    the caller's transaction."""
    new_list_due(session, actor)
    session.execute(
        sa.delete(DayList).where(
            DayList.organisation_id == actor.organisation, DayList.member_id == actor.member
        )
    )
