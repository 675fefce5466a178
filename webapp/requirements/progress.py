"""How far members are in what is asked of them: computed from what happened, whenever
somebody looks, and never stored. No rank, no sum of persons.

`mine` is a member's own view and knows all of it. `of_unit` is an organizer's view:
it knows only what that organizer may read anyway under its author's name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy.orm import Session

from webapp.access import Actor, may_organize
from webapp.requirements import happened_store, newcomers, reach, roll_store, store
from webapp.requirements.asking import Method, Required, Says
from webapp.requirements.counting import SpanProgress, Why, progress_in
from webapp.requirements.happened import Happened, Piece
from webapp.requirements.holding import Person, Plan
from webapp.requirements.roll import Roll
from webapp.requirements.spans import Span
from webapp.requirements.spans import of_requirement as spans_of

PEOPLE = 12  # on a page, by name
REMEMBERED = dt.timedelta(days=366)  # how long a span that is over is shown to its member
LINGERS = dt.timedelta(days=31)  # ... and to organizers, unless they look back
BESIDE: tuple[Why, ...] = ("other_content", "other_kind")


@dataclass(frozen=True)
class CameLate:
    """Somebody came under the requirement when too little of a span was left."""

    span: Span
    came: dt.date


@dataclass(frozen=True)
class MemberProgress:
    """A requirement that holds for a member, and how far they are."""

    requirement_id: str
    unit_id: str  # that asks it
    unit: str  # its name
    opens: bool  # its own page: not where one's units once stood
    says: Says  # as it stands now, or will when it begins; else as it stood last
    now: SpanProgress | None  # the span that runs, or the next one
    earlier: tuple[SpanProgress, ...]  # newest first
    late: CameLate | None = None  # for the span that runs, so that the next one is the first

    @property
    def title(self) -> str:
        return self.says.title

    @property
    def due(self) -> dt.date:
        """When the running span is due, or the next one; else when the last one was."""
        return self.now.due if self.now is not None else self.earlier[0].due

    @property
    def open(self) -> bool:
        """Whether the member has something to do in the span that runs."""
        return self.now is not None and self.now.state == "open"


@dataclass(frozen=True)
class PersonProgress:
    """One person under a requirement, as the organizer may know of it."""

    member_id: str
    name: str
    progress: SpanProgress


@dataclass(frozen=True)
class RequirementProgress:
    requirement_id: str
    unit_id: str  # that asks it
    unit: str
    opens: bool  # its own page: not where the unit once stood
    says: Says
    span: Span
    people: tuple[PersonProgress, ...]  # by name


@dataclass(frozen=True)
class UnitProgress:
    """A unit and all below it on a day: one page of its people."""

    unit_id: str
    on: dt.date
    requirements: tuple[RequirementProgress, ...]  # by due day, then title
    after: str | None  # mark of the next page of people; None: there is none


def mine(
    session: Session, actor: Actor, on: dt.date, *, earlier: bool = True
) -> list[MemberProgress]:
    """What is asked of the actor: what is due first comes first. Without what was due
    `earlier` less is asked of the database."""
    roll = roll_store.roll(session, actor.organisation)
    plan, person = roll.plan, roll.person(str(actor.member), actor.name)
    asked = [
        (required, held, _late(required, spans, person, plan, on))
        for required in roll.asked_of([person])
        if (spans := [one for one in _spans(required, on) if earlier or one.span.due >= on])
        and (held := _held(required, spans, person, plan, on))
    ]
    if not asked:
        return []
    first = min(one.span.starts for _required, held, _came in asked for one in held)
    said = [one.says for _required, held, _came in asked for one in held]
    happened = happened_store.own(session, actor, first, _methods(said))
    found = []
    for required, held, late in asked:
        shown = [_progress(one, person.id, happened, roll, on) for one in held]
        now = [progress for progress in shown if progress.span.holds(on)]
        ahead = [progress for progress in shown if progress.span.starts > on]
        over = [progress for progress in shown if progress.span.due < on]
        running = now[-1] if now else ahead[0] if ahead else None
        newest = running or over[-1]
        found.append(
            MemberProgress(
                requirement_id=required.id,
                unit_id=required.unit_id,
                unit=plan.tree[required.unit_id].name,
                opens=_opens(actor, required, actor.units, plan),
                says=newest.says,
                now=running,
                earlier=tuple(reversed(over)),
                late=late if running in ahead else None,
            )
        )
    return sorted(found, key=lambda one: (one.now is None, one.due, one.title, one.requirement_id))


class OpenReadings(NamedTuple):
    """What a member has still to read or to write about, for that member's suggestions."""

    requirement_id: str
    title: str
    readings: list[str]  # texts by slug, or "reflection/<id>", without what counts already
    list_id: str | None  # the theme list they stand on
    themes: list[str]


def open_readings(session: Session, actor: Actor, on: dt.date) -> list[OpenReadings]:
    """Of requirements whose span runs and that ask for certain readings or themes. Not
    those of the member's own choice: they say nothing of what to read."""
    found = []
    for one in mine(session, actor, on, earlier=False):
        if one.now is None or not one.open or one.now.says.content == "own":
            continue
        says = one.now.says
        tasks = [task for task in one.now.tasks if task.method in ("read", "write")]
        if any(task.to_do for task in tasks):
            done = {slug for task in tasks for line in task.lines for slug in line.texts}
            readings = [group for group in says.readings if group not in done]
            found.append(
                OpenReadings(one.requirement_id, one.title, readings, says.list_id, [*says.themes])
            )
    return found


def of_unit(
    session: Session,
    actor: Actor,
    unit_id: str,
    on: dt.date,
    *,
    after: str | None = None,
    limit: int = PEOPLE,
) -> UnitProgress:
    """The people of the unit and of all below it, by name, a page at a time. Ask only
    for a unit that the actor organizes. The number of statements does not grow with
    people."""
    roll = roll_store.roll(session, actor.organisation)
    plan = roll.plan
    people, more = store.people_page(
        session, actor.organisation, roll.below(unit_id), after=after, limit=limit
    )
    persons = [roll.person(*one) for one in people]
    every_requirement = roll.asked_of(persons)
    asked: dict[str, list[tuple[Person, Held]]] = {}
    carry = _by_unit_above(persons, plan)
    for required in every_requirement:
        near = [one for one in _spans(required, on) if _is_of_day(one.span, on)]
        for person in carry.get(required.unit_id, ()) if near else ():
            if theirs := _held(required, near, person, plan, on, within=unit_id):
                asked.setdefault(required.id, []).append((person, theirs[-1]))
    every = [held for pairs in asked.values() for _person, held in pairs]
    said = {held.says for held in every}
    since = min((held.span.starts for held in every), default=on)
    members = [person.id for person in persons]
    happened = happened_store.of_others(session, actor, members, since, _methods(said))
    found = []
    for required in every_requirement:
        by_span: dict[tuple[Says, Span], list[PersonProgress]] = {}
        for person, held in asked.get(required.id, []):
            progress = _as_seen(_progress(held, person.id, happened[person.id], roll, on))
            by_span.setdefault((held.says, held.span), []).append(
                PersonProgress(person.id, person.name, progress)
            )
        found += [
            RequirementProgress(
                requirement_id=required.id,
                unit_id=required.unit_id,
                unit=plan.tree[required.unit_id].name,
                opens=_opens(actor, required, [unit_id], plan),
                says=says,
                span=span,
                people=tuple(who_it_holds_for),
            )
            for (says, span), who_it_holds_for in by_span.items()
        ]
    found.sort(key=lambda one: (one.span.due, one.says.title, one.requirement_id))
    return UnitProgress(unit_id, on, tuple(found), more)


# Steps


@dataclass(frozen=True)
class Asked:
    """A span in which a requirement asks something of those it holds for."""

    says: Says
    span: Span
    last: bool  # none follows


@dataclass(frozen=True)
class Held(Asked):
    """... and holds for somebody, through one of their units."""

    through: str = ""


def _methods(said: Collection[Says]) -> set[Method]:
    return {method for says in said for method, _count in says.asked}


def _opens(actor: Actor, required: Required, units: Collection[str], plan: Plan) -> bool:
    """Whether the actor may see what these units are asked by that one today."""
    above = (required.unit_id in plan.paths.get(unit, ()) for unit in units)
    return any(above) or may_organize(actor, unit=required.unit_id)


def _by_unit_above(persons: Sequence[Person], plan: Plan) -> dict[str, list[Person]]:
    """By each unit those who belong, or belonged, to it or below it."""
    found: dict[str, list[Person]] = {}
    units = {belonging.unit_id for person in persons for belonging in person.belongs}
    above = {unit: plan.ever_above(unit) for unit in units}
    for person in persons:
        ways = (above[belonging.unit_id] for belonging in person.belongs)
        for unit in {unit for way in ways for unit in way}:
            found.setdefault(unit, []).append(person)
    return found


def _spans(required: Required, on: dt.date) -> list[Asked]:
    """Spans of the last year, the running one and the next."""
    found = spans_of(required, until=on)
    last = len(found) - 1
    return [
        Asked(says, span, place == last)
        for place, (says, span) in enumerate(found)
        if span.due >= on - REMEMBERED
    ]


def _held(
    required: Required,
    asked: Sequence[Asked],
    person: Person,
    plan: Plan,
    on: dt.date,
    *,
    within: str | None = None,
) -> list[Held]:
    """Of these spans those that are asked of somebody. `within`: through units of this part
    of the tree."""
    found = []
    for one in asked:
        through = newcomers.asked_through(
            required, one.says, one.span, person, plan, on=on, within=within
        )
        if through is not None:
            found.append(Held(one.says, one.span, one.last, through))
    return found


def _late(
    required: Required, asked: Sequence[Asked], person: Person, plan: Plan, on: dt.date
) -> CameLate | None:
    for one in asked:
        if one.span.holds(on):
            day = newcomers.came(required, one.says, one.span, person, plan, on=on)
            if day is not None:
                return CameLate(one.span, day)
    return None


def _is_of_day(span: Span, on: dt.date) -> bool:
    """Whether it runs on this day, or ended not long before it."""
    return span.starts <= on <= span.due + LINGERS


def _progress(held: Held, member: str, happened: Happened, roll: Roll, on: dt.date) -> SpanProgress:
    def answers_for_it(by: str, day: dt.date) -> bool:
        kind, tree = held.says.answered_by, roll.plan.on(day).tree
        return roll.answerers.may(by, day, kind=kind, unit_id=held.through, tree=tree)

    def in_reach(piece: Piece) -> bool:
        return not piece.unit_id or reach.could_count(
            held.says, roll, author=member, through=held.through, unit_id=piece.unit_id, day=on
        )

    return progress_in(
        held.says,
        held.span,
        happened,
        on=on,
        answers_for_it=answers_for_it,
        in_reach=in_reach,
        through=held.through,
        last=held.last,
    )


def _as_seen(progress: SpanProgress) -> SpanProgress:
    """Without what is about something else: only its author needs to know why that
    does not count."""
    tasks = tuple(
        replace(task, lines=tuple(line for line in task.lines if line.why not in BESIDE))
        for task in progress.tasks
    )
    return replace(progress, tasks=tasks)
