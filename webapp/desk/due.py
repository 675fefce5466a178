"""What is asked: of the units that somebody organizes, with the span that ends next; and
of the author of a piece, with the guidance for it. No line holds a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask import url_for
from sqlalchemy.orm import Session

from webapp.access import Actor, may_organize
from webapp.requirements import progress_wording, reach, roll_store
from webapp.requirements.asking import Required, Says
from webapp.requirements.holding import SOMEBODY, Plan, replaced_by
from webapp.requirements.newcomers import asked_through
from webapp.requirements.spans import Span
from webapp.requirements.spans import of_requirement as spans_of
from webapp.units.rules import Tree

MOST = 6


@dataclass(frozen=True)
class Due:
    title: str
    unit: str  # in which its progress is shown
    day: dt.date  # on which the span ends
    url: str


def of_units(session: Session, actor: Actor, today: dt.date) -> list[Due]:
    """Requirements of the topmost units that the actor organizes, and of those above
    them; what ends first comes first."""
    roll = roll_store.roll(session, actor.organisation)
    plan, tops = roll.plan, dict(topmost(actor, roll.tree)[:MOST])
    above = {unit for top in tops for unit in plan.paths.get(top, ())}
    asked = [required for required in plan.required if required.unit_id in above]
    found = []
    for required in asked:
        running = _running(required, today)
        if running is None:
            continue
        says, span = running
        below = [unit for unit in tops if required.unit_id in plan.paths.get(unit, ())]
        unit = next((u for u in below if not _replaced(required, says, u, plan, today)), "")
        if not unit:
            continue
        url = url_for("requirements.progress", unit_id=unit)
        found.append(Due(says.title, tops[unit], span.due, url))
    return sorted(found, key=lambda due: (due.day, due.title))[:MOST]


def topmost(actor: Actor, tree: Tree) -> list[tuple[str, str]]:
    """Id and name of the open units that the actor organizes and above which they
    organize none, by name."""
    mine = tree.keys() if actor.organizer else actor.organizes
    return [
        (unit.id, unit.name)
        for unit in tree.values()
        if unit.id in mine and unit.parent not in mine and not unit.closed
    ]


def _replaced(required: Required, says: Says, unit: str, plan: Plan, day: dt.date) -> bool:
    """Whether another stands in for it there, for everybody."""
    return replaced_by(required, says, SOMEBODY, unit, plan, day=day) is not None


def _running(required: Required, day: dt.date) -> tuple[Says, Span] | None:
    spans: Iterable[tuple[Says, Span]] = spans_of(required, until=day)
    return next(((says, span) for says, span in spans if span.holds(day)), None)


@dataclass(frozen=True)
class Asked:
    """A requirement that was open to a piece when it was submitted."""

    title: str
    guidance: str
    day: dt.date
    url: str  # "" where it was asked in a place where the units once stood
    in_vain: str  # why it cannot count for it, where nobody reads it who could make it count


def of_piece(
    session: Session,
    actor: Actor,
    author: str,
    genre: str,
    handed_in: dt.date,
    *,
    unit_id: str,
    today: dt.date,
) -> list[Asked]:
    """Requirements of writing, or of practice for an experience, that held for the
    author then. Others than the author learn of those that held through a unit which
    they organize; ask only for whoever may act on the piece under the author's name.
    `unit_id`: the unit that alone reads it, or ""."""
    roll = roll_store.roll(session, actor.organisation)
    plan, persons = roll.plan, [roll.person(author)]
    if author != actor.member and not actor.organizer:
        persons = [
            replace(
                person, belongs=tuple(s for s in person.belongs if s.unit_id in actor.organizes)
            )
            for person in persons
        ]
    units = {s.unit_id for person in persons for s in (*person.belongs, *person.given)}
    here = units if author != actor.member else actor.units
    above_now = {above for unit in here for above in plan.paths.get(unit, ())}
    found = []
    for required in roll.asked_of(persons):
        running = _running(required, handed_in)
        if running is None or not _asks_for(running[0], genre):
            continue
        says, span = running
        through = (asked_through(required, says, span, p, plan, on=handed_in) for p in persons)
        held = next((unit for unit in through if unit is not None), None)
        if held is not None:
            opens = required.unit_id in above_now or may_organize(actor, unit=required.unit_id)
            url = url_for("requirements.show", requirement_id=required.id) if opens else ""
            reached = not unit_id or reach.could_count(
                says, roll, author=author, through=held, unit_id=unit_id, day=today
            )
            in_vain = "" if reached else progress_wording.out_of_reach(says)
            found.append(Asked(says.title, says.guidance, span.due, url, in_vain))
    return sorted(found, key=lambda asked: (asked.day, asked.title))


def _asks_for(says: Says, genre: str) -> bool:
    if says.genres and genre not in says.genres:
        return genre == "experience" and says.practise > 0
    return says.write > 0 or (genre == "experience" and says.practise > 0)
