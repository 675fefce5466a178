"""SQL of goals. Every query names the member who asks: nobody else ever gets one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from webapp.access import Actor
from webapp.goals.tables import Goal
from webapp.members.tables import Member
from webapp.requirements.tables import Attendance

MOST_OPEN = 60
MOST_CLOSED = 30
MOST_DUE = 3
MOST_OF_A_PIECE = 12
MOST_ATTENDED = 20


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
    return [OpenGoal(*row) for row in session.execute(_open(_mine(actor)).limit(limit))]


def due(session: Session, actor: Actor, day: dt.date, *, limit: int = MOST_DUE) -> list[OpenGoal]:
    """Open goals whose day has come, the longest waiting first."""
    if actor.member is None:
        return []
    asked = {
        "organisation": actor.organisation,
        "member": actor.member,
        "day": day,
        "limit": limit,
    }
    return [OpenGoal(*row) for row in session.execute(_DUE, asked)]


def _open(whose: sa.ColumnElement[bool]) -> sa.Select[str, str, dt.date | None, str, str | None]:
    return (
        sa.select(Goal.id, Goal.what, Goal.by, Goal.how, Goal.reading_id)
        .where(whose, Goal.status == "open")
        .order_by(Goal.by.is_(None), Goal.by, Goal.created_at.desc(), Goal.id)
    )


# Built once: every page of suggestions asks it.
_DUE = (
    _open(
        sa.and_(
            Goal.organisation_id == sa.bindparam("organisation"),
            Goal.member_id == sa.bindparam("member"),
        )
    )
    .where(Goal.by <= sa.bindparam("day"))
    .limit(sa.bindparam("limit", type_=sa.Integer))
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


# Where a goal was acted on


@dataclass(frozen=True)
class Activity:
    """Something that the actor attended."""

    id: str
    what: str
    day: dt.date


def attended(session: Session, actor: Actor, *, limit: int = MOST_ATTENDED) -> list[Activity]:
    """What an organizer entered that the actor attended, the newest first."""
    rows = session.execute(
        sa.select(Attendance.id, Attendance.what, Attendance.day)
        .where(_attended_by(actor))
        .order_by(Attendance.day.desc(), Attendance.id)
        .limit(limit)
    )
    return [Activity(*row) for row in rows]


def own_attendance(session: Session, actor: Actor, attendance_id: str) -> str | None:
    """The id, if the actor attended it; None for anything else."""
    if not attendance_id:
        return None
    return session.scalar(
        sa.select(Attendance.id).where(_attended_by(actor), Attendance.id == attendance_id)
    )


def _attended_by(actor: Actor) -> sa.ColumnElement[bool]:
    return sa.and_(
        Attendance.organisation_id == actor.organisation,
        Attendance.member_id == str(actor.member),
        Attendance.taken_back_at.is_(None),
        Attendance.objected_at.is_(None),
    )


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
