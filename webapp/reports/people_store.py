"""SQL of who belongs where: all present people, sorted by the units they belong to.

Ten thousand people in a thousand units are some thousand kinds of people: those who
belong to the same units are counted, not listed.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.units.tables import Membership, Unit

MOST_TOGETHER = 2  # units of one kind of people; who belongs to more stands alone


class Kind(NamedTuple):
    """People who belong to the same units; `member`: one who stands alone."""

    units: frozenset[str]
    member: str = ""


def belonging(
    organisation: str, before: dt.datetime, alone: Collection[str] = (),
    among: sa.Select[str] | None = None,
) -> sa.CTE:  # fmt: skip
    """For each present member: the first and the last of their open units by id, and
    who they are where they stand alone (for `alone`, and whoever has more units than
    two), else "". `before`: memberships that began earlier; `among`: only these
    members. (Whoever left the organisation has no open membership.)"""
    member, unit = Membership.member_id, Membership.unit_id
    stands_alone = sa.func.count() > MOST_TOGETHER
    if alone:
        stands_alone = sa.or_(stands_alone, member.in_(sorted(alone)))
    people = (
        sa.select(
            member.label("member_id"),
            sa.func.min(unit).label("one"),
            sa.func.max(unit).label("other"),
            sa.case((stands_alone, member), else_="").label("alone"),
        )
        .where(
            Membership.organisation_id == organisation,
            Membership.until.is_(None),
            Membership.since < before,
            unit.not_in(closed(organisation)),
        )
        .group_by(member)
    )
    if among is not None:
        people = people.where(member.in_(among))
    return people.cte("belonging")


def closed(organisation: str) -> sa.Select[str]:
    """Units that nobody belongs to any more: whoever stays in a merged one, to go on
    reading what was for it, is counted in the other."""
    return sa.select(Unit.id).where(
        Unit.organisation_id == organisation, Unit.closed_at.is_not(None)
    )


def kinds(
    session: Session, organisation: str, before: dt.datetime, alone: Collection[str] = ()
) -> dict[Kind, int]:
    """How many people there are of each kind."""
    people = belonging(organisation, before, alone)
    columns = (people.c.one, people.c.other, people.c.alone)
    rows = session.execute(sa.select(*columns, sa.func.count()).group_by(*columns)).all()
    units = units_of(session, organisation, before, [row[2] for row in rows if row[2]])
    return {kind_of(one, other, who, units): number for one, other, who, number in rows}


def kind_of(one: str, other: str, alone: str, units: dict[str, frozenset[str]]) -> Kind:
    if alone:
        return Kind(units.get(alone, frozenset((one, other))), alone)
    return Kind(frozenset((one, other)))


def units_of(
    session: Session, organisation: str, before: dt.datetime, members: Collection[str]
) -> dict[str, frozenset[str]]:
    """The open units of each of these members."""
    found: dict[str, set[str]] = defaultdict(set)
    if members:
        for member, unit in session.execute(
            sa.select(Membership.member_id, Membership.unit_id).where(
                Membership.organisation_id == organisation,
                Membership.until.is_(None),
                Membership.since < before,
                Membership.member_id.in_(sorted(members)),
                Membership.unit_id.not_in(closed(organisation)),
            )
        ):
            found[member].add(unit)
    return {member: frozenset(units) for member, units in found.items()}
