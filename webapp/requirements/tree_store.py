"""SQL of the tree in which requirements hold, as it stands and as it stood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp import clock
from webapp.community import named_by
from webapp.requirements.holding import Before, Node
from webapp.units.tables import Unit, UnitBefore

STANDS = (Unit.id, Unit.name, Unit.kind, Unit.parent_id, Unit.closed_at, Unit.leading_group_id)
STOOD = (UnitBefore.until, UnitBefore.kind, UnitBefore.parent_id, UnitBefore.leading_group_id)


def way_up(session: Session, organisation: str, units: Collection[str]) -> dict[str, Node]:
    """These units and all that stand above them, in one statement.
    (UNION leaves out what was found before, so that a circle ends.)"""
    asked = {"organisation": organisation, "units": sorted(units)}
    return _nodes(session.execute(_way_up(), asked))


@cache  # built once: many pages ask it
def _way_up() -> Any:
    organisation: sa.BindParameter[str] = sa.bindparam("organisation")
    found = (
        sa.select(Unit.id, Unit.parent_id)
        .where(
            Unit.organisation_id == organisation,
            Unit.id.in_(sa.bindparam("units", expanding=True)),
        )
        .cte("way_up", recursive=True)
    )
    above = sa.select(Unit.id, Unit.parent_id).join(found, Unit.id == found.c.parent_id)
    whole = found.union(above.where(Unit.organisation_id == organisation))
    return _standing().where(Unit.id.in_(sa.select(whole.c.id)))


def ways_up(session: Session, organisation: str, units: Collection[str]) -> dict[str, Node]:
    """... and all that ever stood above them: the tree of every day, for what was asked.
    What somebody may see or do follows `way_up`, the tree of today."""
    tree = way_up(session, organisation, units)
    looked_for = set(tree)
    while former := {b.parent for n in tree.values() for b in n.before if b.parent} - looked_for:
        tree = {**way_up(session, organisation, former), **tree}
        looked_for |= former | tree.keys()
    return tree


def whole_tree(session: Session, organisation: str) -> dict[str, Node]:
    """Every unit, as it stands and as it stood."""
    return _nodes(session.execute(_standing(), {"organisation": organisation}))


def _standing() -> Any:
    return (
        sa.select(*STANDS, *STOOD)
        .outerjoin(
            UnitBefore,
            named_by(Unit, UnitBefore.unit_id),
        )
        .where(Unit.organisation_id == sa.bindparam("organisation"))
        .order_by(UnitBefore.until)
    )


def _nodes(rows: Iterable[Any]) -> dict[str, Node]:
    found: dict[str, Node] = {}
    before: dict[str, list[Before]] = {}
    for row in rows:
        id, name, kind, parent, closed_at, group, until, *then = row
        if id not in found:
            found[id] = Node(id, name, kind, parent, _day(closed_at) if closed_at else None, group)
        if until is not None:
            before.setdefault(id, []).append(Before(_day(until), *then))
    for id, those in before.items():
        found[id] = replace(found[id], before=tuple(those))
    return found


def _day(at: dt.datetime) -> dt.date:
    return at.astimezone(clock.zone()).date()
