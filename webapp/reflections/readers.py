"""SQL of who will be able to read a piece: units with their present members."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.community import named_by
from webapp.members.tables import Member
from webapp.units.tables import Membership, Unit


@dataclass(frozen=True)
class Readers:
    """A unit with the first names on its list of present members."""

    unit_id: str
    name: str
    count: int
    names: tuple[str, ...]


MOST_NAMES = 60


def readers_of_units(
    session: Session, actor: Actor, *, present: str | None = None
) -> list[Readers]:
    """For each open unit of the actor: its present members, the actor included, by name.
    `present`: the unit that reads a piece now, also where it was closed by a merge."""
    member_of = (
        sa.select(Membership.unit_id, Member.id.label("member_id"), Member.name)
        .join(
            Member,
            named_by(Member, Membership.member_id),
        )
        .where(
            Membership.organisation_id == actor.organisation,
            Membership.unit_id.in_(sorted(actor.units)),
            Membership.until.is_(None),
            Member.left_at.is_(None),
        )
        .distinct()
        .subquery()
    )
    numbered = sa.select(
        member_of.c.unit_id,
        member_of.c.name,
        sa.func.row_number()
        .over(partition_by=member_of.c.unit_id, order_by=(member_of.c.name, member_of.c.member_id))
        .label("place"),
        sa.func.count().over(partition_by=member_of.c.unit_id).label("of"),
    ).subquery()
    names: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    for unit_id, name, of in session.execute(
        sa.select(numbered.c.unit_id, numbered.c.name, numbered.c.of)
        .where(numbered.c.place <= MOST_NAMES)
        .order_by(numbered.c.unit_id, numbered.c.place)
    ):
        names.setdefault(unit_id, []).append(name)
        counts[unit_id] = of
    units = session.execute(
        sa.select(Unit.id, Unit.name)
        .where(
            Unit.organisation_id == actor.organisation,
            Unit.id.in_(sorted(actor.units)),
            sa.or_(Unit.closed_at.is_(None), Unit.id == present),
        )
        .order_by(Unit.name, Unit.id)
    )
    return [Readers(i, name, counts.get(i, 0), tuple(names.get(i, ()))) for i, name in units]


def member_count(session: Session, organisation: str) -> int:
    return int(
        session.scalar(
            sa.select(sa.func.count())
            .select_from(Member)
            .where(Member.organisation_id == organisation, Member.left_at.is_(None))
        )
        or 0
    )
