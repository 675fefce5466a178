"""SQL of what those who lead a member's units wrote in the open.

Leaders are members who were given a role that leads in one of the member's
units, in a unit above these, or in one that is named as their leading group.
A piece without a name is never among them: it would tell who wrote it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp import clock
from webapp.access import Actor
from webapp.reflections.store import open_to
from webapp.reflections.tables import Citation, Reflection
from webapp.units.tables import Appointment, StudyRole, Unit


@dataclass(frozen=True)
class LeadersPiece:
    """A piece that a leader submitted, with what it cites."""

    id: str
    title: str
    on: dt.date | None
    readings: tuple[str, ...] = field(default=())  # the piece itself first


def pieces(session: Session, actor: Actor, *, limit: int) -> list[LeadersPiece]:
    """The newest pieces of leaders that the actor may read, without the actor's own."""
    if not actor.units:
        return []
    rows = session.execute(
        sa.select(
            Reflection.id, Reflection.published_title, Reflection.shown_at, Reflection.text_slug
        )
        .where(
            open_to(actor),
            Reflection.audience != "anonymous",
            Reflection.member_id != str(actor.member),
            Reflection.member_id.in_(_leading(actor)),
        )
        .order_by(Reflection.shown_at.desc(), Reflection.id)
        .limit(limit)
    ).all()
    cited: dict[str, list[str]] = {}
    for id, reading in session.execute(
        sa.select(Citation.reflection_id, Citation.passage_id)
        .where(
            Citation.organisation_id == actor.organisation,
            Citation.reflection_id.in_([row.id for row in rows]),
        )
        .order_by(Citation.reflection_id, Citation.position)
    ):
        cited.setdefault(id, []).append(reading)
    return [
        LeadersPiece(
            row.id,
            row.published_title,
            row.shown_at.date() if row.shown_at else None,
            tuple(
                dict.fromkeys(
                    [
                        f"reflection/{row.id}",
                        *cited.get(row.id, ()),
                        *([row.text_slug] if row.text_slug else ()),
                    ]
                )
            ),
        )
        for row in rows
    ]


def _leading(actor: Actor) -> sa.Select[Any]:
    """Who leads now in the actor's units, above them, and in their leading groups."""
    now = clock.now()
    units = (
        sa.select(Unit.id, Unit.parent_id, Unit.leading_group_id)
        .where(Unit.organisation_id == actor.organisation, Unit.id.in_(sorted(actor.units)))
        .cte("leaders_units", recursive=True)
    )
    above = sa.select(Unit.id, Unit.parent_id, Unit.leading_group_id).where(
        Unit.organisation_id == actor.organisation, Unit.id == units.c.parent_id
    )
    units = units.union(above)
    return (
        sa.select(Appointment.member_id)
        .join(
            StudyRole,
            sa.and_(
                StudyRole.organisation_id == Appointment.organisation_id,
                StudyRole.id == Appointment.role_id,
                StudyRole.leads,
            ),
        )
        .where(
            Appointment.organisation_id == actor.organisation,
            Appointment.since <= now,
            sa.or_(Appointment.until.is_(None), Appointment.until > now),
            sa.or_(
                Appointment.unit_id.in_(sa.select(units.c.id)),
                Appointment.unit_id.in_(
                    sa.select(units.c.leading_group_id).where(units.c.leading_group_id.is_not(None))
                ),
            ),
        )
    )
