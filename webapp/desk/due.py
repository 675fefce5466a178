"""What is asked: of the units that somebody organizes, with the span that ends next; and
of the author of a piece, with the guidance for it. No line holds a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask import url_for
from sqlalchemy.orm import Session

from webapp.access import Actor, may_organize
from webapp.desk import store
from webapp.requirements import store as requirements
from webapp.requirements import tree_store
from webapp.requirements.asking import Required, Says, says_on
from webapp.requirements.holding import Plan, Tree, path
from webapp.requirements.newcomers import asked_through
from webapp.requirements.spans import Span
from webapp.requirements.spans import of_requirement as spans_of

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
    tops = dict(store.topmost(session, actor, limit=MOST))
    tree = tree_store.way_up(session, actor.organisation, tops)
    found = []
    asked = requirements.required_in(session, actor.organisation, tree)
    for required in asked:
        running = _running(required, today)
        if running is None:
            continue
        says, span = running
        below = [unit for unit in tops if required.unit_id in path(tree, unit)]
        unit = next((u for u in below if not _replaced(required, says, u, asked, tree, today)), "")
        if not unit:
            continue
        url = url_for("requirements.progress", unit_id=unit)
        found.append(Due(says.title, tops[unit], span.due, url))
    return sorted(found, key=lambda due: (due.day, due.title))[:MOST]


def _replaced(
    required: Required, says: Says, unit: str, asked: Iterable[Required], tree: Tree, day: dt.date
) -> bool:
    """Whether another stands in for it there, for everybody."""
    if not says.may_replace:
        return False
    others = [o for o in asked if o.replaces_id == required.id and o.unit_id in path(tree, unit)]
    said = [says_on(other, day) for other in others]
    return any(s is not None and s.unit_kind is None and s.role_id is None for s in said)


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


def of_piece(
    session: Session, actor: Actor, author: str, genre: str, handed_in: dt.date
) -> list[Asked]:
    """Requirements of writing, or of practice for an experience, that held for the
    author then. Others than the author learn of those that held through a unit which
    they organize; ask only for whoever may act on the piece under the author's name."""
    organisation = actor.organisation
    persons = requirements.persons(session, organisation, [(author, "")])
    if author != actor.member and not actor.organizer:
        persons = [
            replace(
                person, belongs=tuple(s for s in person.belongs if s.unit_id in actor.organizes)
            )
            for person in persons
        ]
    units = {s.unit_id for person in persons for s in (*person.belongs, *person.given)}
    tree = tree_store.ways_up(session, organisation, units)
    plan = Plan(tree, tuple(requirements.required_in(session, organisation, tree)))
    here = units if author != actor.member else actor.units
    today = {above for unit in here for above in plan.paths.get(unit, ())}
    found = []
    for required in plan.required:
        running = _running(required, handed_in)
        if running is None or not _asks_for(running[0], genre):
            continue
        says, span = running
        if any(asked_through(required, says, span, p, plan, on=handed_in) for p in persons):
            opens = required.unit_id in today or may_organize(actor, unit=required.unit_id)
            url = url_for("requirements.show", requirement_id=required.id) if opens else ""
            found.append(Asked(says.title, says.guidance, span.due, url))
    return sorted(found, key=lambda asked: (asked.day, asked.title))


def _asks_for(says: Says, genre: str) -> bool:
    if says.genres and genre not in says.genres:
        return genre == "experience" and says.practise > 0
    return says.write > 0 or (genre == "experience" and says.practise > 0)
