"""What the pages may use on which a unit is added, changed, moved, merged or closed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from webapp import pages
from webapp.units import wording
from webapp.units.rules import (
    Node,
    Rights,
    Tree,
    above,
    open_children,
    places_for,
    to_close,
    to_leave_place,
)
from webapp.units.tree import in_tree_order

Option = tuple[str, str]  # id, and the name with its place in the tree


def options(tree: Tree, ids: Collection[str]) -> list[Option]:
    """Open units in the order of the tree, as a list to choose from."""
    lines = in_tree_order(tree.values())
    return [(line.id, "– " * min(line.depth, 12) + line.name) for line in lines if line.id in ids]


@dataclass(frozen=True)
class AddPage(pages.Page):
    template: ClassVar[str] = "units/add.html"

    kinds: list[Option]
    places: list[Option]
    top: bool  # whether it may stand above everything
    key: str
    given: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


def add(
    tree: Tree, rights: Rights, kinds: list[Option], *, key: str, given: Mapping[str, str],
    problem: str = "",
) -> AddPage:  # fmt: skip
    places = options(tree, {id for id in tree if rights.over(id)})
    return AddPage(kinds, places, rights.everywhere, key, given, problem)


@dataclass(frozen=True)
class ChangePage(pages.Page):
    """Name, kind, leading group and office."""

    template: ClassVar[str] = "units/change.html"

    unit: Node
    seen: str
    kinds: list[Option]
    others: list[Option]
    key: str
    given: Mapping[str, str]
    problem: str = ""


@dataclass(frozen=True)
class PlacePage(pages.Page):
    """Where a unit is moved to, or what it is merged into."""

    template: ClassVar[str] = "units/place.html"

    unit: Node
    seen: str
    merging: bool
    places: list[Option]
    top: bool
    units_below: int
    above: str
    key: str
    given: Mapping[str, str]
    problem: str = ""
    stopped: bool = False  # it can go nowhere: told at once, without a form to fill in


def place(
    tree: Tree, rights: Rights, unit_id: str, *, merging: bool, key: str, seen: str,
    given: Mapping[str, str], problem: str = "",
) -> PlacePage:  # fmt: skip
    node = tree[unit_id]
    stops = to_leave_place(tree, rights, unit_id)
    chosen = places_for(tree, rights, unit_id)
    if not merging:
        chosen = [id for id in chosen if id != node.parent]
    return PlacePage(
        unit=node,
        seen=seen,
        merging=merging,
        places=options(tree, chosen),
        top=rights.everywhere and not merging and node.parent is not None,
        units_below=len(open_children(tree, unit_id)),
        above=tree[node.parent].name if node.parent in tree and node.parent else "",
        key=key,
        given=given,
        problem=wording.obstacle(stops) if stops else problem,
        stopped=stops is not None,
    )


@dataclass(frozen=True)
class ClosePage(pages.Page):
    template: ClassVar[str] = "units/close.html"

    unit: Node
    seen: str
    below: list[str]  # names of open units
    above: str  # where they would go; "" for the top
    key: str
    problem: str = ""
    stopped: bool = False  # it cannot be closed: told at once


def close(
    tree: Tree, rights: Rights, unit_id: str, *, key: str, seen: str, problem: str = ""
) -> ClosePage:
    node = tree[unit_id]
    stops = to_close(tree, rights, unit_id, units_go_up=True)
    parent = next(iter(above(tree, unit_id)), None)
    return ClosePage(
        unit=node,
        seen=seen,
        below=[tree[id].name for id in open_children(tree, unit_id)],
        above=tree[parent].name if parent in tree and parent else "",
        key=key,
        problem=wording.obstacle(stops) if stops else problem,
        stopped=stops is not None,
    )


@dataclass(frozen=True)
class KeptWordsPage(pages.Page):
    """A change that came too late: why, and what was typed, so that nothing is lost."""

    template: ClassVar[str] = "units/kept_words.html"

    problem: str
    typed: list[str]
    unit_id: str = ""
