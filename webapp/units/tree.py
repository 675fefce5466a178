"""Units in the order of their tree, as an outline shows them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from webapp.units.rules import Node


@dataclass(frozen=True)
class UnitLine:
    id: str
    name: str
    kind: str
    depth: int
    closed: bool = False
    below: int = 0  # units that stand directly below it
    ends: int = 0  # how many levels of the outline end after this line


def in_tree_order(units: Iterable[Node], *, closed: bool = False) -> list[UnitLine]:
    """Every unit once, parents before their children, siblings as given; closed ones
    only where they are asked for.

    A unit whose parent is not shown, or that stands in a circle, comes at the top
    level: a broken tree must not hide a unit.
    """
    shown = [unit for unit in units if closed or not unit.closed]
    ids = {unit.id for unit in shown}
    children: dict[str | None, list[Node]] = {}
    for unit in shown:
        parent = unit.parent if unit.parent in ids else None
        children.setdefault(parent, []).append(unit)
    order: list[tuple[Node, int]] = []
    seen: set[str] = set()

    def walk(start: Node) -> None:
        waiting = [(start, 0)]
        while waiting:
            unit, depth = waiting.pop()
            if unit.id in seen:
                continue
            seen.add(unit.id)
            order.append((unit, depth))
            waiting.extend((child, depth + 1) for child in reversed(children.get(unit.id, [])))

    for unit in children.get(None, []):
        walk(unit)
    for unit in shown:
        walk(unit)
    depths = [depth for _unit, depth in order] + [0]
    return [
        UnitLine(
            unit.id,
            unit.name,
            unit.kind,
            depth,
            unit.closed,
            # one that was reached before, in a circle, stands elsewhere
            sum(1 for _ in children.get(unit.id, ())) if depths[at + 1] > depth else 0,
            max(0, depth - depths[at + 1]),
        )
        for at, (unit, depth) in enumerate(order)
    ]
