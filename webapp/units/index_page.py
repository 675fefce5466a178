"""What the page with all units may use: the tree as an outline, and a search by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy.orm import Session

from webapp import pages
from webapp.access import Actor, is_organizing
from webapp.units import store
from webapp.units.rules import Tree, above
from webapp.units.tree import UnitLine, in_tree_order

MOST_FOUND = 100
OPEN_UP_TO = 40  # units: a larger outline begins folded below the first level


@dataclass(frozen=True)
class Found:
    """A unit whose name has the words, and where it stands."""

    id: str
    name: str
    kind: str
    path: tuple[str, ...]
    closed: bool


@dataclass(frozen=True)
class UnitsPage(pages.Page):
    template: ClassVar[str] = "units/index.html"

    lines: list[UnitLine]
    kinds: dict[str, str]
    mine: list[tuple[str, str]]
    q: str
    found: list[Found]
    more: bool
    closed: bool  # whether closed ones are shown
    some_closed: bool
    can_add: bool
    administrator: bool

    @property
    def open_to(self) -> int:
        """How deep the outline is open at first."""
        return 9 if len(self.lines) <= OPEN_UP_TO else 1


def kind_names(session: Session, organisation: str, *, zh: bool) -> dict[str, str]:
    return {k.id: k.name_zh if zh else k.name_en for k in store.kinds(session, organisation)}


def units(session: Session, actor: Actor, *, q: str, closed: bool, zh: bool) -> UnitsPage:
    tree = store.tree(session, actor.organisation)
    kinds = kind_names(session, actor.organisation, zh=zh)
    found = matching(tree, q, closed=closed) if q else []
    return UnitsPage(
        lines=[] if q else in_tree_order(tree.values(), closed=closed),
        kinds=kinds,
        mine=[(id, tree[id].name) for id in tree if id in actor.units and not tree[id].closed],
        q=q,
        found=found[:MOST_FOUND],
        more=len(found) > MOST_FOUND,
        closed=closed,
        some_closed=any(node.closed for node in tree.values()),
        can_add=is_organizing(actor),
        administrator=actor.administrator,
    )


def matching(tree: Tree, words: str, *, closed: bool) -> list[Found]:
    """Units whose name has all of the words, by name. Pure."""
    wanted = words.casefold().split()
    return [
        Found(node.id, node.name, node.kind, path(tree, node.id), node.closed)
        for node in tree.values()
        if (closed or not node.closed) and all(w in node.name.casefold() for w in wanted)
    ]


def path(tree: Tree, unit_id: str) -> tuple[str, ...]:
    """Names of what stands above a unit, the top first. Pure."""
    return tuple(tree[id].name for id in reversed(list(above(tree, unit_id))) if id in tree)
