"""Which change of a unit, its people and its roles is allowed, and what stands in its way. Pure.

A rule gets the tree, the rights of whoever asks and the few facts that matter,
and answers with an obstacle (None: go on). `wording.py` says each in a sentence.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

NAME_LIMIT = 200  # characters, as wide as the column
KIND_NAME_LIMIT = 120
ROLE_NAME_LIMIT = 120
DUTIES_LIMIT = 1_000
MOST_KINDS = 100
MOST_ROLES = 200

Obstacle = Literal[
    "not_yours",  # outside what one organizes (any more)
    "changed",  # somebody changed it since the form was opened
    "closed",
    "merged",
    "no_name",
    "same_name",
    "no_kind",
    "kind_used",
    "kind_there",
    "too_many",
    "no_place",  # the unit above or beside it is not there, or closed
    "into_itself",
    "same_place",
    "top_with_units",
    "own_right",  # the unit from which one's own right comes
    "last_unit",
    "has_units",  # open units below it, and nothing said of them
    "parent_closed",
    "not_closed",
    "led_by_itself",
    "no_member",
    "several_members",
    "no_such_name",
    "several_names",
    "left_empty",  # nobody is in it, and others once were: an administrator lets in
    "member_there",
    "member_gone",  # no longer in the unit
    "no_role",
    "role_too_high",  # a role that organizes, where one's own right begins
    "own_role",  # one gives oneself no role that organizes
    "beyond_own",  # it would outlive the right from which it is given
    "role_there",
    "ends_before",
    "over",
    "bad_day",
    "role_used",
    "no_duties",
    "not_sure",  # one's own last right would end: asked once more
]


@dataclass(frozen=True)
class Node:
    """What the rules need to know of a unit."""

    id: str
    name: str
    kind: str
    parent: str | None = None
    closed: bool = False
    merged_into: str | None = None
    leading_group: str | None = None
    office: str | None = None

    @property
    def seen(self) -> str:
        """What a form was made from: another value tells that somebody changed it."""
        facts = (self.name, self.kind, self.parent, self.closed, self.merged_into,
                 self.leading_group, self.office)  # fmt: skip
        return hashlib.blake2b(repr(facts).encode(), digest_size=8).hexdigest()


Tree = Mapping[str, Node]


@dataclass(frozen=True)
class Rights:
    """What whoever asks may organize at this moment."""

    everywhere: bool = False  # organizers and administrators
    units: frozenset[str] = frozenset()  # and all that is below them
    given_in: frozenset[str] = frozenset()  # where the roles were given from which it comes
    administrator: bool = False

    def over(self, unit: str) -> bool:
        return self.everywhere or unit in self.units

    def comes_from(self, unit: str) -> bool:
        return not self.everywhere and unit in self.given_in


# The tree


def above(tree: Tree, unit: str) -> Iterator[str]:
    """What stands above it, the nearest first; a circle ends where it began."""
    seen = {unit}
    node = tree.get(unit)
    while node is not None and node.parent is not None and node.parent not in seen:
        seen.add(node.parent)
        yield node.parent
        node = tree.get(node.parent)


def stands_below(tree: Tree, unit: str, other: str) -> bool:
    """Whether `unit` is `other` or anywhere below it."""
    return unit == other or other in above(tree, unit)


def open_children(tree: Tree, unit: str) -> list[str]:
    return [n.id for n in tree.values() if n.parent == unit and not n.closed]


def merged_ones(tree: Tree, unit: str) -> list[str]:
    """Units that were merged into this one, and those merged into them before."""
    found: list[str] = []
    waiting = [unit]
    while waiting:
        into = waiting.pop()
        new = [n.id for n in tree.values() if n.merged_into == into and n.id not in found]
        found += new
        waiting += new
    return found


def present_unit(tree: Tree, unit: str) -> str | None:
    """Where somebody belongs who was asked into this unit: the unit itself, the one it
    was merged into, or None where it was closed."""
    seen: set[str] = set()
    while unit in tree and unit not in seen:
        node = tree[unit]
        if not node.closed:
            return unit
        seen.add(unit)
        unit = node.merged_into or ""
    return None


def places_for(tree: Tree, rights: Rights, unit: str) -> list[str]:
    """Where a unit can be moved to, or what it can be merged into."""
    return [
        n.id
        for n in tree.values()
        if not n.closed and rights.over(n.id) and not stands_below(tree, n.id, unit)
    ]


def usual_kind(tree: Tree, parent: str) -> str:
    """The kind that more than half of the open units below a unit have; else none."""
    found = Counter(tree[id].kind for id in open_children(tree, parent))
    kind, times = found.most_common(1)[0] if found else ("", 0)
    return kind if 2 * times > found.total() else ""


# Changes of units


def to_work_on(tree: Tree, rights: Rights, unit: str) -> Obstacle | None:
    """Whether anything of the unit can be changed at all."""
    if unit not in tree or not rights.over(unit):
        return "not_yours"
    if tree[unit].merged_into is not None:
        return "merged"
    return "closed" if tree[unit].closed else None


def _name(tree: Tree, name: str, parent: str | None, but: str | None = None) -> Obstacle | None:
    if not name:
        return "no_name"
    beside = (n for n in tree.values() if n.parent == parent and not n.closed and n.id != but)
    same = name.casefold()
    return "same_name" if any(n.name.casefold() == same for n in beside) else None


def to_add(
    tree: Tree,
    rights: Rights,
    *,
    name: str,
    kind: str,
    kinds: Collection[str],
    parent: str | None,
) -> Obstacle | None:
    if parent is None and not rights.everywhere:
        return "not_yours"
    if parent is not None:
        if parent not in tree or not rights.over(parent):
            return "not_yours"
        if tree[parent].closed:
            return "no_place"
    if kind not in kinds:
        return "no_kind"
    return _name(tree, name, parent)


def to_change(
    tree: Tree,
    rights: Rights,
    unit: str,
    *,
    name: str,
    kind: str,
    kinds: Collection[str],
    leading_group: str | None,
    office: str | None,
) -> Obstacle | None:
    """Name, kind, leading group and office. Any open unit may lead or do the work."""
    problem = to_work_on(tree, rights, unit)
    if problem:
        return problem
    node = tree[unit]
    if kind != node.kind and kind not in kinds:
        return "no_kind"
    for other, before in ((leading_group, node.leading_group), (office, node.office)):
        if other is None or other == before:
            continue
        if other == unit:
            return "led_by_itself"
        if other not in tree or tree[other].closed:
            return "no_place"
    return _name(tree, name, node.parent, but=unit)


def to_leave_place(tree: Tree, rights: Rights, unit: str) -> Obstacle | None:
    """Whether it can be moved, merged or closed at all, wherever to."""
    problem = to_work_on(tree, rights, unit)
    return problem or ("own_right" if rights.comes_from(unit) else None)


def to_move(tree: Tree, rights: Rights, unit: str, parent: str | None) -> Obstacle | None:
    problem = to_leave_place(tree, rights, unit)
    if problem:
        return problem
    if parent is None and not rights.everywhere:
        return "not_yours"
    if parent is not None:
        if parent not in tree or tree[parent].closed or not rights.over(parent):
            return "no_place"
        if stands_below(tree, parent, unit):
            return "into_itself"
    if parent == tree[unit].parent:
        return "same_place"
    return _name(tree, tree[unit].name, parent, but=unit)


def to_merge(tree: Tree, rights: Rights, unit: str, into: str) -> Obstacle | None:
    problem = to_leave_place(tree, rights, unit)
    if problem:
        return problem
    if into not in tree or tree[into].closed or not rights.over(into):
        return "no_place"
    if stands_below(tree, into, unit):
        return "into_itself"
    names = {tree[c].name.casefold() for c in open_children(tree, into) if c != unit}
    if any(tree[c].name.casefold() in names for c in open_children(tree, unit)):
        return "same_name"
    return None


def to_close(tree: Tree, rights: Rights, unit: str, *, units_go_up: bool) -> Obstacle | None:
    problem = to_leave_place(tree, rights, unit)
    if problem:
        return problem
    if sum(not n.closed for n in tree.values()) == 1:
        return "last_unit"
    children = open_children(tree, unit)
    if not children:
        return None
    if [n.id for n in tree.values() if n.parent is None and not n.closed] == [unit]:
        return "top_with_units"  # reopening it would bring none of them back below it
    if not units_go_up:
        return "has_units"
    parent = tree[unit].parent
    names = {n.name.casefold() for n in tree.values()
             if n.parent == parent and not n.closed and n.id != unit}  # fmt: skip
    return "same_name" if any(tree[c].name.casefold() in names for c in children) else None


def to_reopen(tree: Tree, rights: Rights, unit: str) -> Obstacle | None:
    if unit not in tree or not rights.over(unit):
        return "not_yours"
    node = tree[unit]
    if node.merged_into is not None:
        return "merged"
    if not node.closed:
        return "not_closed"
    if node.parent is not None and (node.parent not in tree or tree[node.parent].closed):
        return "parent_closed"
    return _name(tree, node.name, node.parent, but=unit)


# People in units, and the roles that they are given


def may_give(tree: Tree, rights: Rights, unit: str, *, organizes: bool, own: bool = False) -> bool:
    """Whether one may give (or end) such a role in the unit. One that organizes is
    given strictly below the unit where one was given one's own: nobody makes
    others their equals, or takes the right of an equal away. Nobody but an
    administrator gives it to themselves (`own`): it would outlive the right it came from."""
    if not rights.over(unit) or (organizes and own and not rights.administrator):
        return False
    if not organizes or rights.everywhere:
        return True
    return any(other in rights.given_in for other in above(tree, unit))


def to_give(
    tree: Tree,
    rights: Rights,
    unit: str,
    *,
    organizes: bool | None,
    own: bool,
    right_ends: dt.datetime | None,
    since: dt.datetime,
    until: dt.datetime | None,
) -> Obstacle | None:
    """`organizes`: of the role; None where there is no such role to be given. `own`:
    whoever asks would have it; `right_ends`: when the right to give it does, if ever."""
    problem = to_work_on(tree, rights, unit)
    if problem:
        return problem
    if organizes is None:
        return "no_role"
    if not may_give(tree, rights, unit, organizes=organizes):
        return "role_too_high"
    if not may_give(tree, rights, unit, organizes=organizes, own=own):
        return "own_role"
    if until is not None and until <= since:
        return "ends_before"
    if organizes and right_ends is not None and (until is None or until > right_ends):
        return "beyond_own"
    return None


def to_end_roles(
    tree: Tree,
    rights: Rights,
    unit: str,
    *,
    organizing: bool,
    own: bool,
    last_own: bool,
    sure: bool,
) -> Obstacle | None:
    """Whether roles in the unit can be ended, alone or because their holder leaves it.
    `organizing`: one of them organizes; `own`: they are those of whoever asks;
    `last_own`: with them the last right of whoever asks would end."""
    if not rights.over(unit):
        return "not_yours"
    if not organizing:
        return None
    if own:
        return "not_sure" if last_own and not sure else None
    return None if may_give(tree, rights, unit, organizes=True) else "role_too_high"
