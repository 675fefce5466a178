"""Who belongs where and what is asked of them, as it stands now: what every report needs. Pure.

It is the same for all who look, so it is kept until the plan changes (`kept.py`), and
with it what was decided on it: of which unit which figures may be told. Holds ids, and
no names of people.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from webapp.looking_back import days
from webapp.reports import grouping
from webapp.reports.facts import Choice, Codes, Numbers, numbers, seconds
from webapp.reports.grouping import Groups, Kind, Ways
from webapp.requirements import newcomers, spans
from webapp.requirements.asking import AnsweredBy, Required, Says
from webapp.requirements.holding import (
    SOMEBODY,
    Given,
    Person,
    Plan,
    Since,
    Standing,
    holds_through,
    leading_group,
    replaced_by,
)
from webapp.requirements.roll import FOR_GOOD, Office, Roll
from webapp.requirements.spans import Span
from webapp.units.rules import Tree

MOST_TOGETHER = 2  # units of one kind of people; who belongs to more stands alone
MOST_KEPT = 20_000  # answers; each requirement has some


@dataclass(frozen=True)
class People:
    """Present people who belonged somewhere before a moment, by kind."""

    number: Mapping[Kind, int]
    member: Numbers  # by code
    place: Numbers  # of the kind of each, in the order of all kinds

    def by_kind(self, values: Numbers) -> Numbers:
        """For each kind, what its people come to. values: by the code of a member."""
        return np.bincount(self.place, values[self.member], minlength=len(self.number)).astype(
            np.int64
        )


@dataclass(frozen=True)
class Asked:
    """Of whom a span is asked. What people did is told of all for whom it holds; who
    came under it late (`requirements.newcomers`) is not asked, which is another matter
    than what they did."""

    groups: Groups
    people: People
    late: Numbers  # by kind: how many came too late to be asked

    def of(self, unit: str) -> int:
        return self.groups.sizes[unit] - self.groups.sum(unit, self.late)


@dataclass(frozen=True)
class Structure:
    roll: Roll
    codes: Codes
    today: dt.date
    # What was decided on it. (Two threads that decide the same at once do no harm.)
    _kept: dict[Any, Any] = field(default_factory=dict, compare=False)

    @property
    def tree(self) -> Tree:
        return self.roll.tree

    @property
    def plan(self) -> Plan:
        return self.roll.plan

    @property
    def zone(self) -> ZoneInfo:
        return self.roll.zone

    @cached_property
    def ways(self) -> Ways:
        return Ways(self.tree)

    # People

    @cached_property
    def given(self) -> Mapping[str, tuple[Given, ...]]:
        """Roles of whoever was given one for which a requirement is set."""
        roles = {says.role_id for one in self.plan.required for says in one.versions}
        members = {one.member for one in self.roll.appointments if one.role in roles}
        return {member: self.roll.person(member).given for member in members}

    @cached_property
    def open_ones(self) -> list[Office]:
        """Memberships that go on, by their beginning."""
        here = [one for one in self.roll.memberships if one.until == FOR_GOOD]
        return sorted(here, key=lambda one: one.since)

    @cached_property
    def _counted(self) -> list[Office]:
        """... of units that are not closed: whoever stays in a merged one, to go on
        reading what was for it, is counted in the other."""
        return [
            one
            for one in self.open_ones
            if one.unit in self.tree and not self.tree[one.unit].closed
        ]

    def people(self, day: dt.date) -> People:
        """Whoever belongs somewhere now, and did on this day."""
        many = self._many(day)
        found: People = self.once("people", many, found=lambda: self._sorted_by_kind(many))
        return found

    def _many(self, day: dt.date) -> int:
        """How many of the counted memberships there were on a day."""
        return bisect_left(self._counted, self._end(day), key=lambda one: one.since)

    def _sorted_by_kind(self, many: int) -> People:
        units: dict[str, set[str]] = defaultdict(set)
        for one in self._counted[:many]:
            units[one.member].add(one.unit)
        places: dict[Kind, int] = {}
        number: Counter[Kind] = Counter()
        of: list[int] = []
        for member, those in units.items():
            alone = len(those) > MOST_TOGETHER or member in self.given
            kind = Kind(frozenset(those), member if alone else "")
            number[kind] += 1
            of.append(places.setdefault(kind, len(places)))
        return People({kind: number[kind] for kind in places}, self.codes.known(units), numbers(of))

    def everybody(self, day: dt.date) -> Groups:
        people = self.people(day)
        found: Groups = self.once(
            "everybody",
            self._many(day),
            found=lambda: grouping.of_everybody(self.ways, people.number),
        )
        return found

    def of_unit(self, unit: str, *, whole: bool) -> Choice:
        """By the code of a member: whether they are of the unit or of one below it.
        `whole`: whether they are anywhere, in a merged unit too."""

        def found() -> Choice:
            those = self.open_ones if whole else self._counted
            return self.codes.table(
                one.member for one in those if whole or unit in self.ways[one.unit]
            )

        chosen: Choice = self.once("of unit", unit, whole, found=found)
        return chosen

    # What is asked of whom

    def spans(self, required: Required) -> Sequence[tuple[Says, Span]]:
        """That began, and the next one."""
        found: Sequence[tuple[Says, Span]] = self.once(
            "spans", required.id, found=lambda: spans.of_requirement(required, until=self.today)
        )
        return found

    def asked(self, required: Required, says: Says, span: Span) -> Asked:
        """Of whom a span is asked, and of which units that may be told."""

        def found() -> Asked:
            day = min(span.due, self.today)
            people = self.people(day)
            late = self._late(required, says, span, people)
            return Asked(self._groups(required, says, day), people, late)

        asked: Asked = self.once("asked", required.id, says.number, span, found=found)
        return asked

    def _groups(self, required: Required, says: Says, day: dt.date) -> Groups:
        if self._is_simple(required, says, day):
            return self._of_all_there(required.unit_id, day)
        decided = self.once("decided", day, found=lambda: self._decided(day))
        found: Groups = decided[_name(required, says)]
        return found

    def _is_simple(self, required: Required, says: Says, day: dt.date) -> bool:
        """Whether it holds for everybody who is there today."""
        replaced = says.may_replace and self.plan.standing_in.get(required.id)
        return (
            says.unit_kind is None
            and says.role_id is None
            and not replaced
            and self._below(required.unit_id, day) == self._below(required.unit_id, self.today)
        )

    def _below(self, unit: str, day: dt.date) -> frozenset[str]:
        """The unit and what stood below it on a day, of what is not closed now."""
        standing = self.plan.on(day)

        def found() -> frozenset[str]:
            return frozenset(
                id for id, way in standing.paths.items() if unit in way and not self.tree[id].closed
            )

        below: frozenset[str] = self.once("below", unit, self._turn(day), found=found)
        return below

    def _turn(self, day: dt.date) -> int:
        """How often the tree had changed by then."""
        return bisect_right(self.plan.changed, day)

    def _of_all_there(self, unit: str, day: dt.date) -> Groups:
        """These are the people of the unit, so they are told where these are; one answer
        does for all such requirements."""
        everybody, people = self.everybody(day), self.people(day)
        if everybody.sizes.get(unit) == everybody.number:
            return everybody

        def found() -> Groups:
            there = grouping.groups(
                self.ways,
                people.number,
                lambda kind: [one for one in kind.units if unit in self.ways[one]],
            )
            shown = frozenset(
                one
                for one in there.sizes
                if (one if unit in self.ways[one] else unit) in everybody.shown
            )
            return replace(there, shown=shown)

        those: Groups = self.once("there", unit, self._many(day), found=found)
        return those

    def stood_below(self, unit: str, other: str, span: Span) -> bool:
        """Whether a unit was the other or stood below it, when a span was due."""
        return other in self.plan.on(min(span.due, self.today)).paths.get(unit, ())

    def is_replaced(self, required: Required, says: Says, span: Span, unit: str) -> bool:
        """Whether another stands in for it in this unit, for everybody there."""
        day = min(span.due, self.today)
        return unit in self.plan.on(day).paths and bool(
            replaced_by(required, says, SOMEBODY, unit, self.plan, day=day)
        )

    def _decided(self, day: dt.date) -> Mapping[str, Groups]:
        """Requirements that hold for some people of a unit alone. All that are in force
        on the day are decided together, whoever looks at which unit and period."""
        people = self.people(day).number
        asked = {
            _name(required, says): grouping.groups(
                self.ways, people, self._through(required, says, day)
            )
            for required in self.plan.required
            for says, span in self.spans(required)
            if says.write and span.holds(day) and not self._is_simple(required, says, day)
        }
        shown = grouping.together(self.everybody(day), asked)
        return {name: replace(found, shown=shown[name]) for name, found in asked.items()}

    def _through(self, required: Required, says: Says, day: dt.date) -> grouping.Through:
        holds: dict[tuple[str, str], bool] = {}  # by unit, for whom has no role, or for one person

        def through(kind: Kind) -> list[str]:
            given = self.given.get(kind.member, ())
            for unit in kind.units:
                key = unit, kind.member if given else ""
                if key not in holds:
                    here = Person("", "", (Since(unit, day),), given)
                    holds[key] = holds_through(required, says, here, self.plan, day=day) is not None
            return [unit for unit in kind.units if holds[unit, kind.member if given else ""]]

        return through

    def _late(self, required: Required, says: Says, span: Span, people: People) -> Numbers:
        """By kind, how many came under it too late to be asked."""
        early = newcomers.latest(says, span)
        first = bisect_left(self._counted, self._end(early), key=lambda one: one.since)
        after = bisect_left(
            self._counted, self._end(min(span.due, self.today)), key=lambda one: one.since
        )
        below = self._below(required.unit_id, min(span.due, self.today))
        late = [
            member
            for member in {one.member for one in self._counted[first:after] if one.unit in below}
            if newcomers.asked_through(
                required, says, span, self.roll.person(member), self.plan, on=self.today
            )
            is None
        ]
        return people.by_kind(self.codes.table(late).astype(np.int64))

    # Who answers

    def answered_by(
        self, whom: AnsweredBy, authors: Numbers, answerers: Numbers, moments: Numbers
    ) -> Choice:
        """Whether each answer is one that is asked for: as `holding.Answerers` has it, along
        the tree as it stood then. authors, answerers: by code; moments: in seconds."""
        found = np.zeros(len(answerers), bool)
        if whom == "reader":
            return ~found
        if whom == "organizer":
            found |= np.isin(answerers, self.codes.known(self.roll.everywhere))
        for turn, (begins, ends, standing) in enumerate(self._standings):
            then = np.flatnonzero((moments >= begins) & (moments < ends))
            if len(then):
                answering = self._answering(whom, turn, standing)
                found[then] |= answering.held(authors[then], answerers[then], moments[then])
        return found

    @cached_property
    def _standings(self) -> list[tuple[int, int, Standing]]:
        """From when to before when the tree stood how, in seconds."""
        turns = [seconds(days.span(day, day, self.zone)[0]) for day in self.plan.changed]
        every = [*self.plan.changed, self.today]
        before = [self.plan.on(day - dt.timedelta(days=1)) for day in every[:-1]]
        return list(
            zip([0, *turns], [*turns, FOR_GOOD], [*before, self.plan.on(self.today)], strict=True)
        )

    def _answering(self, whom: AnsweredBy, turn: int, standing: Standing) -> Answering:
        def found() -> Answering:
            if whom == "organizer":
                return Answering(self._organizing, self._places(standing.paths), self.codes)
            leading = {
                unit: (group,)
                for unit in standing.paths
                if (group := leading_group(standing.tree, unit))
            }
            groups = {group for those in leading.values() for group in those}
            offices = [one for one in self.roll.memberships if one.unit in groups]
            return Answering(offices, self._places(leading), self.codes)

        answering: Answering = self.once("answering", whom, turn, found=found)
        return answering

    @property
    def _organizing(self) -> list[Office]:
        return [one for one in self.roll.appointments if one.role in self.roll.organizing]

    def _places(self, of_unit: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
        """By member, what stands over the units that they are in now."""
        found: dict[str, set[str]] = defaultdict(set)
        for one in self.open_ones:
            found[one.member].update(of_unit.get(one.unit, ()))
        return found

    # Days

    def _end(self, day: dt.date) -> int:
        return seconds(days.span(day, day, self.zone)[1])

    def once(self, *key: Any, found: Callable[[], Any]) -> Any:
        """What was found for this key before, or is now."""
        if key not in self._kept:
            if len(self._kept) >= MOST_KEPT:  # somebody asks for ever other periods
                self._kept.clear()
            self._kept[key] = found()
        return self._kept[key]


class Answering:
    """Whether an answer is by somebody who held an office over its author then."""

    def __init__(
        self, offices: Sequence[Office], places: Mapping[str, set[str]], codes: Codes
    ) -> None:
        """places: units (by id) under whose offices each member is now."""
        units = {unit: place for place, unit in enumerate({one.unit for one in offices})}
        many = len(codes)
        holders = sorted(offices, key=lambda one: codes.of(one.member))
        of = codes.known(one.member for one in holders)
        self._starts = np.searchsorted(of, np.arange(many + 1))
        self._unit = numbers([units[one.unit] for one in holders])
        self._since = numbers([one.since for one in holders])
        self._until = numbers([one.until for one in holders])
        # (author, unit) as one number, sorted
        self._many = max(len(units), 1)
        self._under = np.sort(
            numbers(
                [
                    codes.of(member) * self._many + units[unit]
                    for member, those in places.items()
                    for unit in those & units.keys()
                ]
            )
        )

    def held(self, authors: Numbers, answerers: Numbers, moments: Numbers) -> Choice:
        """For each answer: by code its piece's author and who answered, and when."""
        known = (answerers >= 0) & (answerers < len(self._starts) - 1)
        safe = np.where(known, answerers, 0)
        first, after = self._starts[safe], self._starts[safe + 1]
        many = np.where(known, after - first, 0)
        answer = np.repeat(np.arange(len(answerers)), many)
        office = np.arange(len(answer)) + np.repeat(first - (np.cumsum(many) - many), many)
        then = (self._since[office] <= moments[answer]) & (self._until[office] > moments[answer])
        pair = authors[answer] * self._many + self._unit[office]
        place = np.searchsorted(self._under, pair)
        under = (place < len(self._under)) & (
            self._under[np.minimum(place, len(self._under) - 1)] == pair
            if len(self._under)
            else False
        )
        found = np.zeros(len(answerers), bool)
        found[answer[then & under]] = True
        return found


def _name(required: Required, says: Says) -> str:
    return f"{required.id} {says.number}"
