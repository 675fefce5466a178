"""Is the plan being kept: what the requirements ask of a unit and all below it, and how much of it was done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp import clock
from webapp.looking_back import days
from webapp.reports import grouping, people_store, plan_store
from webapp.reports.grouping import Groups, Ways
from webapp.reports.people_store import Kind
from webapp.reports.periods import Period
from webapp.reports.store import Scope
from webapp.requirements import holding, spans
from webapp.requirements import store as requirements
from webapp.requirements.asking import Required, Says
from webapp.requirements.holding import Person, Plan, Since, holds_through
from webapp.requirements.spans import Span
from webapp.units.rules import Tree
from webapp.units.tables import Appointment

MOST_SPANS = 6  # of one requirement: the newest
MOST_REQUIREMENTS = 12
SOMEBODY = Person("", "")


@dataclass(frozen=True)
class Kept:
    asked: int
    handed_in: int
    answered: int


@dataclass(frozen=True)
class Window:
    """A span of a requirement, with the units of which it may be told."""

    span: Span
    kept: Mapping[str, Kept]


@dataclass(frozen=True)
class Asked:
    """A requirement with its spans in the period."""

    id: str
    title: str
    unit_id: str  # that asks it
    windows: tuple[Window, ...]

    def whole(self, unit: str) -> Kept | None:
        """All spans together. None where one of them is not told: the sum less the
        others would tell it."""
        told = [window.kept[unit] for window in self.windows if unit in window.kept]
        if not told or len(told) < len(self.windows):
            return None
        return Kept(
            sum(kept.asked for kept in told),
            sum(kept.handed_in for kept in told),
            sum(kept.answered for kept in told),
        )


@dataclass(frozen=True)
class PlanFound:
    asked: tuple[Asked, ...] = ()
    more: int = 0  # requirements of units below that are left to their own reports
    untold: tuple[str, ...] = ()  # titles of those that would tell of too few people
    without_pieces: tuple[str, ...] = ()  # titles of those that ask for no piece
    themes: frozenset[str] = frozenset()  # that any of them asks for


def found(
    session: Session, scope: Scope, tree: Tree, ways: Ways, period: Period, units: Sequence[str],
    everybody: Groups,
) -> PlanFound:  # fmt: skip
    """`units`: of which it is to be told; `everybody`: of today."""
    today, organisation = clock.today(), scope.actor.organisation
    everything = tuple(requirements.required_in(session, organisation, tree.keys()))
    up = ways[scope.unit_id]
    here = [
        (required, pairs)
        for required in everything
        if required.unit_id in up or scope.unit_id in ways[required.unit_id]
        if (pairs := in_period(required, period, today))
    ]
    here.sort(key=lambda one: one[0].unit_id not in up)  # what comes from above stands first
    writing = [(required, ones) for required, pairs in here if (ones := _of_pieces(pairs))]
    steps = _Steps(session, scope, ways, Plan(_nodes(tree), everything), today, everybody)
    asked = [
        steps.asked(required, pairs[-MOST_SPANS:], units)
        for required, pairs in writing[:MOST_REQUIREMENTS]
    ]
    told = tuple(one for one in asked if one.whole(scope.unit_id) is not None)
    untold = tuple(one.title for one in asked if one.whole(scope.unit_id) is None)
    return PlanFound(
        asked=told,
        more=len(writing[MOST_REQUIREMENTS:]),
        untold=untold,
        without_pieces=tuple(
            pairs[-1][0].title for _required, pairs in here if not _of_pieces(pairs)
        ),
        themes=frozenset(
            theme for _required, pairs in here for says, _span in pairs for theme in says.themes
        ),
    )


Pairs = list[tuple[Says, Span]]


def in_period(required: Required, period: Period, today: dt.date) -> Pairs:
    """Spans that were due in the period, and the one that runs in it now."""
    return [
        (says, span)
        for says, span in spans.of_requirement(required, until=today)
        if span.starts <= today
        and (
            period.first <= span.due <= period.last
            or (span.holds(today) and span.starts <= period.last and span.due >= period.first)
        )
    ]


def _of_pieces(pairs: Pairs) -> Pairs:
    return [(says, span) for says, span in pairs if says.write]


def _nodes(tree: Tree) -> dict[str, holding.Node]:
    return {
        id: holding.Node(id, node.name, node.kind, node.parent, leading_group=node.leading_group)
        for id, node in tree.items()
    }


class _Steps:
    """What the requirements of one report need to know, each asked for once."""

    def __init__(
        self, session: Session, scope: Scope, ways: Ways, plan: Plan, today: dt.date,
        everybody: Groups,
    ) -> None:  # fmt: skip
        self.session, self.scope, self.ways, self.plan = session, scope, ways, plan
        self.today = today
        self.alone = self._with_roles()
        self._people: dict[dt.date, Mapping[Kind, int]] = {}
        self._everybody: list[Groups] = []
        self._simple: list[tuple[str, Groups, Groups]] = []
        self._together: dict[dt.date, Mapping[str, Groups]] = {}
        if not self.alone:
            self._people[today] = everybody.people
            self._everybody = [everybody]

    def _with_roles(self) -> dict[str, Person]:
        """Whoever was given a role for which a requirement is set."""
        roles = {v.role_id for one in self.plan.required for v in one.versions if v.role_id}
        if not roles:
            return {}
        organisation = self.scope.actor.organisation
        members = self.session.scalars(
            sa.select(Appointment.member_id)
            .where(
                Appointment.organisation_id == organisation, Appointment.role_id.in_(sorted(roles))
            )
            .distinct()
        )
        who = [(member, "") for member in sorted(members)]
        return {one.id: one for one in requirements.persons(self.session, organisation, who)}

    def people(self, day: dt.date) -> Mapping[Kind, int]:
        """Whoever belongs somewhere now and did on this day."""
        if day not in self._people:
            self._people[day] = people_store.kinds(
                self.session, self.scope.actor.organisation, _end(day), self.alone
            )
        return self._people[day]

    def everybody(self, day: dt.date) -> Groups:
        people = self.people(day)
        for found in self._everybody:
            if found.people == people:
                return found
        found = grouping.of_everybody(self.ways, people)
        self._everybody.append(found)
        return found

    def asked(self, required: Required, pairs: Pairs, units: Sequence[str]) -> Asked:
        windows = tuple(self.window(required, says, span, units) for says, span in pairs)
        return Asked(required.id, pairs[-1][0].title, required.unit_id, windows)

    def window(self, required: Required, says: Says, span: Span, units: Sequence[str]) -> Window:
        day = min(span.due, self.today)
        groups = self.groups(required, says, day)
        done = plan_store.done(
            self.session, self._asked_there(required), says, span,
            days.span(span.starts, span.due, clock.zone()), _end(day), self.alone,
        )  # fmt: skip
        handed_in, answered = groups.sums(done.handed_in), groups.sums(done.answered)
        return Window(
            span,
            {
                unit: Kept(
                    says.write * groups.sizes[unit], handed_in.get(unit, 0), answered.get(unit, 0)
                )
                for unit in units
                if unit in groups.shown
            },
        )

    def _asked_there(self, required: Required) -> Scope:
        """Of a requirement of a unit below only its own people are looked through."""
        if required.unit_id in self.ways[self.scope.unit_id]:
            return self.scope
        return Scope(self.scope.actor, required.unit_id)

    def groups(self, required: Required, says: Says, day: dt.date) -> Groups:
        """For whom it holds on a day, and of which units that may be told."""
        if self._is_simple(required, says):
            return self._of_all_there(required.unit_id, self.everybody(day))
        if day not in self._together:
            self._together[day] = self._decided(day)
        return self._together[day][_name(required, says)]

    def _is_simple(self, required: Required, says: Says) -> bool:
        """Whether it holds for everybody there."""
        replaced = says.may_replace and self.plan.standing_in.get(required.id)
        return says.unit_kind is None and says.role_id is None and not replaced

    def _of_all_there(self, unit: str, everybody: Groups) -> Groups:
        """These are the people of the unit, so they are told where these are; one answer
        does for all such requirements."""
        if everybody.sizes.get(unit) == everybody.number:
            return everybody
        for one, those, found in self._simple:
            if one == unit and those is everybody:
                return found
        found = grouping.groups(
            self.ways,
            everybody.people,
            lambda kind: [x for x in kind.units if unit in self.ways[x]],
        )
        shown = frozenset(
            x for x in found.sizes if (x if unit in self.ways[x] else unit) in everybody.shown
        )
        found = replace(found, shown=shown)
        self._simple.append((unit, everybody, found))
        return found

    def _decided(self, day: dt.date) -> Mapping[str, Groups]:
        """Requirements that hold for some people of a unit alone. All that are in force
        on the day are decided together, whoever looks at which unit and period."""
        people = self.people(day)
        asked = {
            _name(required, says): grouping.groups(
                self.ways, people, self._through(required, says, day)
            )
            for required in self.plan.required
            for says, span in spans.of_requirement(required, until=self.today)
            if says.write and span.holds(day) and not self._is_simple(required, says)
        }
        shown = grouping.together(self.everybody(day), asked)
        return {name: replace(found, shown=shown[name]) for name, found in asked.items()}

    def _through(self, required: Required, says: Says, day: dt.date) -> grouping.Through:
        holds: dict[tuple[str, str], bool] = {}  # by unit, for whom has no role, or for one person

        def through(kind: Kind) -> list[str]:
            person = self.alone.get(kind.member, SOMEBODY)
            for unit in kind.units:
                if (unit, person.id) not in holds:
                    here = replace(person, belongs=(Since(unit, day),))
                    found = holds_through(required, says, here, self.plan, day=day)
                    holds[unit, person.id] = found is not None
            return [unit for unit in kind.units if holds[unit, person.id]]

        return through


def _name(required: Required, says: Says) -> str:
    return f"{required.id} {says.number}"


def _end(day: dt.date) -> dt.datetime:
    return days.span(day, day, clock.zone())[1]
