"""Which requirements hold for a member on a day, and through which unit. Pure.

A requirement holds in its unit and in all units below it, for every member alike:
nobody is exempt by a role, leaders carry the same. It may be set for units of one
kind, or for whoever was **given** a role there; a role that members choose for
themselves neither takes a requirement on nor drops it. Where the requirement allows
it, one of a unit below stands in for it there.

All of this is asked of a day, and so is the tree: a unit that was moved, became of
another kind or is led by others goes on having been what it was.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from webapp.requirements.asking import AnsweredBy, Required, Says, says_on


@dataclass(frozen=True)
class Before:
    """How a unit stood until a day, the first on which it did no more."""

    until: dt.date
    kind: str
    parent: str | None = None
    leading_group: str | None = None


@dataclass(frozen=True)
class Node:
    """A unit as far as the rules ask for it, as it is now; and how it stood before,
    the oldest first."""

    id: str
    name: str
    kind: str
    parent: str | None = None
    closed_on: dt.date | None = None
    leading_group: str | None = None
    before: tuple[Before, ...] = ()


Tree = Mapping[str, Node]


def stood(node: Node, day: dt.date) -> Node:
    """The unit as it was on a day."""
    then = next((before for before in node.before if day < before.until), None)
    if then is None:
        return node
    return replace(node, kind=then.kind, parent=then.parent, leading_group=then.leading_group)


def path(tree: Tree, unit: str) -> Iterator[str]:
    """The unit and what stands above it, the nearest first; a circle ends where it began."""
    seen: set[str] = set()
    while unit in tree and unit not in seen:
        seen.add(unit)
        yield unit
        unit = tree[unit].parent or ""


@dataclass(frozen=True)
class Since:
    """From when to when something was so; `until` is the first day on which it was not."""

    unit_id: str
    since: dt.date
    until: dt.date | None = None

    def on(self, day: dt.date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Given(Since):
    """A role that somebody was given in a unit."""

    role_id: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody with the units they belonged to, and the roles they were given."""

    id: str
    name: str
    belongs: tuple[Since, ...] = ()
    given: tuple[Given, ...] = ()


SOMEBODY = Person("", "")  # without a given role: for whom what holds holds for everybody


@dataclass(frozen=True)
class Standing:
    """A tree with the way up from each unit."""

    tree: Tree
    paths: Mapping[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        paths = {unit: tuple(path(self.tree, unit)) for unit in self.tree}
        object.__setattr__(self, "paths", paths)


@dataclass(frozen=True)
class Plan:
    """Requirements with the tree they hold in, as it is now and as it was."""

    tree: Tree
    required: tuple[Required, ...]
    standing_in: Mapping[str, tuple[Required, ...]] = field(init=False)  # for which others
    paths: Mapping[str, tuple[str, ...]] = field(init=False)  # the way up from each unit, now
    changed: tuple[dt.date, ...] = field(init=False)  # days from which the tree was another
    _standing: dict[dt.date | None, Standing] = field(init=False)  # until which of these days

    def __post_init__(self) -> None:
        now = Standing(self.tree)
        days = {before.until for node in self.tree.values() for before in node.before}
        object.__setattr__(self, "paths", now.paths)
        object.__setattr__(self, "changed", tuple(sorted(days)))
        object.__setattr__(self, "_standing", {None: now})
        found: dict[str, tuple[Required, ...]] = {}
        for one in self.required:
            if one.replaces_id:
                found[one.replaces_id] = (*found.get(one.replaces_id, ()), one)
        object.__setattr__(self, "standing_in", found)

    def on(self, day: dt.date) -> Standing:
        """The tree as it stood on a day."""
        place = bisect_right(self.changed, day)
        until = self.changed[place] if place < len(self.changed) else None
        if until not in self._standing:
            self._standing[until] = Standing({id: stood(n, day) for id, n in self.tree.items()})
        return self._standing[until]

    def ever_above(self, unit_id: str) -> set[str]:
        """The unit, and what stands above it or ever did."""
        standing = [self.on(day - dt.timedelta(days=1)) for day in self.changed]
        ways = [self.paths, *(one.paths for one in standing)]
        return {above for way in ways for above in way.get(unit_id, ())}


def holds_through(
    required: Required,
    says: Says,
    person: Person,
    plan: Plan,
    *,
    day: dt.date,
    within: str | None = None,
) -> str | None:
    """The member's unit through which the requirement, that says `says`, holds for them
    on this day; None where it does not. `within`: this unit or one that is below it now."""
    standing = plan.on(day)
    for belonging in sorted(person.belongs, key=lambda b: b.unit_id):
        above = _path_on(belonging, standing, day)
        if (
            required.unit_id in above
            and (within is None or within in plan.paths[belonging.unit_id])
            and _is_for(says, person, above, required.unit_id, standing.tree, day)
            and replaced_by(required, says, person, belonging.unit_id, plan, day=day) is None
        ):
            return belonging.unit_id
    return None


def replaced_by(
    required: Required, says: Says, person: Person, unit_id: str, plan: Plan, *, day: dt.date
) -> Required | None:
    """The requirement that stands in for this one, for this person in this unit."""
    if not says.may_replace:
        return None
    standing = plan.on(day)
    above = standing.paths[unit_id]
    for other in plan.standing_in.get(required.id, ()):
        theirs = says_on(other, day)
        if (
            theirs is not None
            and other.unit_id in above
            and _is_for(theirs, person, above, other.unit_id, standing.tree, day)
        ):
            return other
    return None


def _path_on(belonging: Since, standing: Standing, day: dt.date) -> tuple[str, ...]:
    """The way up from a unit to which somebody belongs on this day; empty otherwise.
    Whoever stays in a merged unit, to go on reading what was for it, studies in the
    other one."""
    unit = standing.tree.get(belonging.unit_id)
    if unit is None or not belonging.on(day):
        return ()
    if unit.closed_on is not None and day >= unit.closed_on:
        return ()
    return standing.paths[unit.id]


def _is_for(
    says: Says, person: Person, above: Sequence[str], asked_in: str, tree: Tree, day: dt.date
) -> bool:
    """`above`: the way up from the member's unit. A role counts that was given there, or
    between there and the unit that asks."""
    if says.unit_kind is not None and tree[above[0]].kind != says.unit_kind:
        return False
    if says.role_id is None:
        return True
    between = above[: above.index(asked_in) + 1]
    return any(
        given.role_id == says.role_id and given.unit_id in between and given.on(day)
        for given in person.given
    )


@dataclass(frozen=True)
class Answerers:
    """Who answers for a unit: whoever was given a role that organizes, in which unit;
    organizers of everything; members of leading groups, by group."""

    appointed: Mapping[str, tuple[tuple[str, Since], ...]] = field(default_factory=dict)
    everywhere: frozenset[str] = frozenset()
    groups: Mapping[str, tuple[tuple[str, Since], ...]] = field(default_factory=dict)

    def may(self, by: str, day: dt.date, *, kind: AnsweredBy, unit_id: str, tree: Tree) -> bool:
        """Whether this member's answer of that day is one that is asked for, to a piece
        by somebody of the unit. `tree`: as it stood that day."""
        return kind == "reader" or by in self.who(day, kind=kind, unit_id=unit_id, tree=tree)

    def who(
        self, day: dt.date, *, kind: Literal["organizer", "leading_group"], unit_id: str, tree: Tree
    ) -> Iterator[str]:
        """Who answers for the unit on a day, where not every reader does."""
        if kind == "organizer":
            yield from self.everywhere
            places = [self.appointed.get(above, ()) for above in path(tree, unit_id)]
        else:
            places = [self.groups.get(leading_group(tree, unit_id) or "", ())]
        for place in places:
            yield from (member for member, since in place if since.on(day))


def leading_group(tree: Tree, unit_id: str) -> str | None:
    """The group that leads the unit's study: its own, or that of the nearest above."""
    return next(
        (tree[above].leading_group for above in path(tree, unit_id) if tree[above].leading_group),
        None,
    )
