"""Which units' figures a report may show, for all units of the organisation together. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from webapp.reports import small_groups
from webapp.reports.facts import Numbers, numbers
from webapp.units.rules import Tree, above


class Kind(NamedTuple):
    """People who belong to the same units; `member`: one who stands alone."""

    units: frozenset[str]
    member: str = ""


@dataclass(frozen=True)
class Groups:
    """Everybody whom a figure may be about, in which units, and which units are shown."""

    people: Mapping[Kind, int]
    within: Mapping[Kind, frozenset[str]]  # the units whose figures they are part of
    shown: frozenset[str]
    places: Mapping[Kind, int]  # of each kind in the order of all of them

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """How many people each unit's figures are about."""
        found: Counter[str] = Counter()
        for kind, number in self.people.items():
            for unit in self.within[kind]:
                found[unit] += number
        return found

    @property
    def number(self) -> int:
        """How many people there are."""
        return sum(self.people.values())

    def sum(self, unit: str, values: Numbers) -> int:
        """What the people of a unit come to. `values`: of each kind, in the order of
        all of them; of other people, nothing."""
        here = self._of_unit.get(unit)
        return int(values[here].sum()) if here is not None else 0

    @cached_property
    def _of_unit(self) -> Mapping[str, Numbers]:
        found: dict[str, list[int]] = defaultdict(list)
        for kind, units in self.within.items():
            for unit in units:
                found[unit].append(self.places[kind])
        return {unit: numbers(places) for unit, places in found.items()}


class Ways:
    """The unit and what stands above it, for each unit; found once."""

    def __init__(self, tree: Tree) -> None:
        self._tree, self._found = tree, dict[str, frozenset[str]]()

    def __getitem__(self, unit: str) -> frozenset[str]:
        if unit not in self._found:
            self._found[unit] = frozenset((unit, *above(self._tree, unit)))
        return self._found[unit]


Through = Callable[[Kind], Iterable[str]]


def groups(ways: Ways, people: Mapping[Kind, int], through: Through) -> Groups:
    """`through`: the units by which somebody belongs to a figure; none: they do not."""
    of_units: dict[frozenset[str], frozenset[str]] = {}
    within: dict[Kind, frozenset[str]] = {}
    by_groups: Counter[frozenset[str]] = Counter()
    for kind, number in people.items():
        units = frozenset(through(kind))
        if not units:
            continue
        if units not in of_units:
            of_units[units] = frozenset().union(*(ways[unit] for unit in units))
        within[kind] = of_units[units]
        by_groups[within[kind]] += number
    inside = {kind: people[kind] for kind in within}
    places = {kind: place for place, kind in enumerate(people)}
    return Groups(inside, within, small_groups.shown(by_groups), places)


def together(everybody: Groups, asked: Mapping[str, Groups]) -> dict[str, frozenset[str]]:
    """The units that are shown for each of these, decided for all of them together, and
    for what is told of everybody, to which they give way: what six of a unit handed in
    less what five of them did is about a person."""
    cells: dict[tuple[str, frozenset[str]], frozenset[str]] = {}
    by_groups: Counter[frozenset[str]] = Counter()
    for kind, number in everybody.people.items():
        those = [everybody.within[kind]]
        for name, found in asked.items():
            if units := found.within.get(kind):
                if (name, units) not in cells:
                    cells[name, units] = frozenset(f"{name} {unit}" for unit in units)
                those.append(cells[name, units])
        by_groups[frozenset().union(*those)] += number
    shown = small_groups.shown(by_groups, first=frozenset(everybody.sizes))
    return {
        name: frozenset(unit for unit in found.sizes if f"{name} {unit}" in shown)
        for name, found in asked.items()
    }


def of_everybody(ways: Ways, people: Mapping[Kind, int]) -> Groups:
    return groups(ways, people, lambda kind: kind.units)
