"""Units in the order of their tree. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.units.tables import Unit


@dataclass(frozen=True)
class UnitLine:
    id: str
    name: str
    kind: str
    depth: int


def in_tree_order(units: Sequence[Unit]) -> list[UnitLine]:
    """Every unit once, parents before their children, siblings as given.

    A unit whose parent is unknown, or that stands in a circle, comes at the top
    level: a broken tree must not hide a unit.
    """
    ids = {u.id for u in units}
    children: dict[str | None, list[Unit]] = {}
    for unit in units:
        parent = unit.parent_id if unit.parent_id in ids else None
        children.setdefault(parent, []).append(unit)
    lines: list[UnitLine] = []
    seen: set[str] = set()

    def walk(start: Unit) -> None:
        waiting = [(start, 0)]
        while waiting:
            unit, depth = waiting.pop()
            if unit.id in seen:
                continue
            seen.add(unit.id)
            lines.append(UnitLine(unit.id, unit.name, unit.kind, depth))
            waiting.extend((child, depth + 1) for child in reversed(children.get(unit.id, [])))

    for unit in children.get(None, []):
        walk(unit)
    for unit in units:
        walk(unit)
    return lines
