"""What the page of a unit's progress may use: for each requirement, by name, what was
handed in and whether it counts. No sum, no order but the alphabet's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy.orm import Session

from webapp import pages
from webapp.access import Actor
from webapp.requirements import progress, progress_wording, wording
from webapp.requirements.own_page import LineShown, line_shown
from webapp.requirements.plan_page import Link
from webapp.requirements.progress import PersonProgress


@dataclass(frozen=True)
class Handed:
    """What there is for one of the things that are asked."""

    lines: tuple[LineShown, ...]


@dataclass(frozen=True)
class PersonShown:
    id: str
    name: str
    state: str
    said: str  # "" where the state is not shown: nobody is told that somebody lacks
    tasks: tuple[Handed, ...]


@dataclass(frozen=True)
class RequirementShown:
    id: str
    unit: Link
    inherited: bool
    opens: bool  # its own page
    title: str
    tasks: tuple[str, ...]
    period: str
    due: dt.date
    people: list[PersonShown]


@dataclass(frozen=True)
class ProgressPage(pages.Page):
    template: ClassVar[str] = "requirements/progress.html"

    unit: Link
    closed: bool
    on: dt.date
    said: str  # why it is of another day than was asked for; ""
    looks_back: bool
    requirements: list[RequirementShown]
    after: str | None
    first: bool


def of_unit(
    session: Session,
    actor: Actor,
    unit: Link,
    on: dt.date,
    today: dt.date,
    *,
    after: str | None,
    closed: bool,
    said: str,
) -> ProgressPage:
    found = progress.of_unit(session, actor, unit[0], on, after=after)
    return ProgressPage(
        unit=unit,
        closed=closed,
        on=on,
        said=said,
        looks_back=on != today,
        requirements=[
            RequirementShown(
                id=one.requirement_id,
                unit=(one.unit_id, one.unit),
                inherited=one.unit_id != unit[0],
                opens=one.opens,
                title=one.says.title,
                tasks=tuple(
                    wording.asked(method, count, one.says) for method, count in one.says.asked
                ),
                period=wording.span(one.span.starts, one.span.due),
                due=one.span.due,
                people=[_person(person) for person in one.people],
            )
            for one in found.requirements
        ],
        after=found.after,
        first=after is None,
    )


SAID = ("kept", "waiting")


def _person(one: PersonProgress) -> PersonShown:
    # There are hundreds of these on a page: only what is shown is put into words.
    progress = one.progress
    return PersonShown(
        id=one.member_id,
        name=one.name,
        state=progress.state,
        said=progress_wording.state(progress.state, progress.says)
        if progress.state in SAID
        else "",
        tasks=tuple(
            Handed(tuple(line_shown(line, progress.says) for line in task.lines))
            for task in progress.tasks
            if task.lines
        ),
    )
