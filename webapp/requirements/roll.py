"""Who belongs where, who was given what, and what is asked: of everybody, by day. Pure.

It is the same for all who look and seldom changes, so it is kept (`roll_store.py`).
Holds ids, and no names of people.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from webapp.requirements.asking import Required
from webapp.requirements.holding import Answerers, Given, Person, Plan, Since
from webapp.units.rules import Tree

FOR_GOOD = 2**62  # seconds


@dataclass(frozen=True)
class Office:
    """A place that somebody has or had in a unit, from when to before when, in seconds."""

    member: str
    unit: str
    since: int
    until: int = FOR_GOOD
    role: str = ""  # that was given; "" for belonging there


@dataclass(frozen=True)
class Roll:
    tree: Tree  # as it is now
    plan: Plan
    memberships: Sequence[Office]  # ended ones too
    appointments: Sequence[Office]
    organizing: frozenset[str]  # roles
    everywhere: frozenset[str]  # organizers of everything
    zone: ZoneInfo

    def person(self, member: str, name: str = "") -> Person:
        belongs = tuple(
            Since(one.unit, self.day(one.since), self._until(one))
            for one in self._belongs.get(member, ())
        )
        given = tuple(
            Given(one.unit, self.day(one.since), self._until(one), one.role)
            for one in self._given.get(member, ())
        )
        return Person(member, name, belongs, given)

    def asked_of(self, persons: Iterable[Person]) -> list[Required]:
        """What any unit asks that stands or stood above one of theirs."""
        units = {since.unit_id for one in persons for since in (*one.belongs, *one.given)}
        above = {unit for here in units for unit in self.plan.ever_above(here)}
        return [required for required in self.plan.required if required.unit_id in above]

    def below(self, unit: str) -> list[str]:
        """The unit and all below it."""
        return self._below.get(unit, [])

    def reads(self, member: str, unit: str, day: dt.date) -> bool:
        """Whether they belong to the unit on a day, and so read what is for it alone."""
        here = (one for one in self._belongs.get(member, ()) if one.unit == unit)
        return any(self._since(one).on(day) for one in here)

    def readers(self, unit: str, day: dt.date) -> Iterator[str]:
        """Who belongs to the unit on a day."""
        return (one.member for one in self._in_unit.get(unit, ()) if self._since(one).on(day))

    @cached_property
    def answerers(self) -> Answerers:
        """Who answers for which unit, now and before."""
        appointed: dict[str, list[tuple[str, Since]]] = defaultdict(list)
        for one in self.appointments:
            if one.role in self.organizing:
                appointed[one.unit].append((one.member, self._since(one)))
        led_by = {node.leading_group for node in self.plan.tree.values()}
        for node in self.plan.tree.values():
            led_by |= {before.leading_group for before in node.before}
        groups: dict[str, list[tuple[str, Since]]] = defaultdict(list)
        for one in self.memberships:
            if one.unit in led_by:
                groups[one.unit].append((one.member, self._since(one)))
        return Answerers(
            appointed={unit: tuple(who) for unit, who in appointed.items()},
            everywhere=self.everywhere,
            groups={unit: tuple(who) for unit, who in groups.items()},
        )

    @cached_property
    def _belongs(self) -> Mapping[str, list[Office]]:
        return _by_member(self.memberships)

    @cached_property
    def _in_unit(self) -> Mapping[str, list[Office]]:
        found: dict[str, list[Office]] = defaultdict(list)
        for one in self.memberships:
            found[one.unit].append(one)
        return found

    @cached_property
    def _given(self) -> Mapping[str, list[Office]]:
        return _by_member(self.appointments)

    @cached_property
    def _below(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for unit, way in self.plan.paths.items():
            for above in way:
                found[above].append(unit)
        return found

    # Days

    def _since(self, one: Office) -> Since:
        return Since(one.unit, self.day(one.since), self._until(one))

    def day(self, moment: int) -> dt.date:
        return dt.datetime.fromtimestamp(moment, self.zone).date()

    def _until(self, one: Office) -> dt.date | None:
        return None if one.until == FOR_GOOD else self.day(one.until)


def _by_member(offices: Iterable[Office]) -> Mapping[str, list[Office]]:
    found: dict[str, list[Office]] = defaultdict(list)
    for one in offices:
        found[one.member].append(one)
    return found
