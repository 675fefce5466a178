"""SQL of goals. Every query names the member who asks: nobody else ever gets one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from webapp.access import Actor
from webapp.goals.tables import Goal
from webapp.members.tables import Member

MOST_OPEN = 60
MOST_CLOSED = 30
MOST_DUE = 3
MOST_OF_A_PIECE = 12


@dataclass(frozen=True)
class OpenGoal:
    """A goal that its member has not closed."""

    id: str
    what: str
    by: dt.date | None
    how: str
    reading_id: str | None  # the reading it was born from


def open_goals(session: Session, actor: Actor, *, limit: int = MOST_OPEN) -> list[OpenGoal]:
    """The actor's open goals: those with the nearest day first, those without a day last."""
    if actor.member is None:
        return []
    return [OpenGoal(*row) for row in session.execute(_open(actor).limit(limit))]


def due(session: Session, actor: Actor, day: dt.date, *, limit: int = MOST_DUE) -> list[OpenGoal]:
    """Open goals whose day has come, the longest waiting first."""
    query = _open(actor).where(Goal.by <= day).limit(limit)
    return [OpenGoal(*row) for row in session.execute(query)]


def _open(actor: Actor) -> sa.Select[str, str, dt.date | None, str, str | None]:
    return (
        sa.select(Goal.id, Goal.what, Goal.by, Goal.how, Goal.reading_id)
        .where(_mine(actor), Goal.status == "open")
        .order_by(Goal.by.is_(None), Goal.by, Goal.created_at.desc(), Goal.id)
    )


def _mine(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.member is None:
        return sa.false()
    return sa.and_(Goal.organisation_id == actor.organisation, Goal.member_id == actor.member)


def closed(session: Session, actor: Actor, *, limit: int = MOST_CLOSED) -> list[Goal]:
    """The actor's newest goals that are answered or let go."""
    return list(
        session.scalars(
            sa.select(Goal)
            .where(_mine(actor), Goal.status != "open")
            .order_by(Goal.answered_at.desc(), Goal.id)
            .limit(limit)
        )
    )


def own(session: Session, actor: Actor, goal_id: str, *, to_change: bool = False) -> Goal | None:
    """The actor's own goal, or None. `to_change`: nobody else changes it until the
    transaction ends."""
    query = (
        sa.select(Goal)
        .where(_mine(actor), Goal.id == goal_id)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query.with_for_update() if to_change else query).first()


def born_of(
    session: Session, actor: Actor, *, reflection_id: str | None = None, note_id: str | None = None
) -> list[Goal]:
    """The actor's goals that came from this piece or note of theirs, oldest first."""
    query = sa.select(Goal).where(_mine(actor)).order_by(Goal.created_at, Goal.id)
    if reflection_id is not None:
        query = query.where(Goal.reflection_id == reflection_id)
    if note_id is not None:
        query = query.where(Goal.note_id == note_id)
    return list(session.scalars(query.limit(MOST_OF_A_PIECE)))


# For the member's own suggestions


def for_suggestions(
    session: Session, member: Member, *, limit: int, closed_since: dt.datetime
) -> list[Goal]:
    """The member's open goals and those closed lately, the newest first, with the
    vectors beside their words."""
    return list(
        session.scalars(
            sa.select(Goal)
            .where(
                Goal.organisation_id == member.organisation_id,
                Goal.member_id == member.id,
                sa.or_(
                    Goal.status == "open",
                    sa.and_(Goal.status != "let_go", Goal.answered_at >= closed_since),
                ),
            )
            .options(undefer(Goal.prepared))
            .order_by(Goal.status != "open", Goal.updated_at.desc(), Goal.id)
            .limit(limit)
        )
    )
