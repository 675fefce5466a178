"""Is the plan being kept: what the requirements ask of a unit and all below it, and how much of it was done. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from webapp.looking_back import days
from webapp.reports import counted
from webapp.reports.facts import Facts, Reader, seconds
from webapp.reports.periods import Period
from webapp.reports.structure import Structure
from webapp.requirements.asking import Required, Says
from webapp.requirements.spans import Span

MOST_SPANS = 6  # of one requirement: the newest
MOST_REQUIREMENTS = 5


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


Pairs = list[tuple[Says, Span]]


@dataclass(frozen=True)
class Due:
    """What is asked in a unit in a period: what comes from above stands first."""

    writing: Sequence[tuple[Required, Pairs]]  # those that ask for pieces, and are told
    more: int
    without_pieces: tuple[str, ...]
    themes: frozenset[str]

    @property
    def readings(self) -> set[str]:
        return {
            text for _one, pairs in self.writing for says, _span in pairs for text in says.readings
        }

    def days(self, period: Period) -> tuple[dt.date, dt.date]:
        """The first and the last that have to be looked at."""
        spans = [span for _required, pairs in self.writing for _says, span in pairs]
        return (
            min((period.first, *(span.starts for span in spans))),
            max((period.last, *(span.due for span in spans))),
        )


def due(structure: Structure, unit: str, period: Period) -> Due:
    up = structure.ways[unit]
    here = [
        (required, pairs)
        for required in structure.plan.required
        if (pairs := _here(structure, required, unit, period))
    ]
    here.sort(key=lambda one: one[0].unit_id not in up)
    writing = [(required, ones) for required, pairs in here if (ones := _of_pieces(pairs))]
    return Due(
        [(required, pairs[-MOST_SPANS:]) for required, pairs in writing[:MOST_REQUIREMENTS]],
        len(writing[MOST_REQUIREMENTS:]),
        tuple(pairs[-1][0].title for _required, pairs in here if not _of_pieces(pairs)),
        frozenset(
            theme for _required, pairs in here for says, _span in pairs for theme in says.themes
        ),
    )


def _here(structure: Structure, required: Required, unit: str, period: Period) -> Pairs:
    """The spans in which it was asked in a unit or below it, and nothing stood in for it."""
    is_below = unit in structure.ways[required.unit_id]
    pairs = [
        (says, span)
        for says, span in in_period(structure.spans(required), period, structure.today)
        if is_below or structure.stood_below(unit, required.unit_id, span)
    ]
    return [] if all(structure.is_replaced(required, *pair, unit) for pair in pairs) else pairs


def in_period(every: Iterable[tuple[Says, Span]], period: Period, today: dt.date) -> Pairs:
    """Spans that were due in the period, and the one that runs in it now."""
    return [
        (says, span)
        for says, span in every
        if span.starts <= today
        and (
            period.first <= span.due <= period.last
            or (span.holds(today) and span.starts <= period.last and span.due >= period.first)
        )
    ]


def _of_pieces(pairs: Pairs) -> Pairs:
    return [(says, span) for says, span in pairs if says.write]


def found(
    structure: Structure, due: Due, facts: Facts, reader: Reader, units: Sequence[str],
    versions: Callable[[Collection[str]], Collection[str]],
) -> PlanFound:  # fmt: skip
    """`units`: of which it is to be told, that of the report first; `versions`: of texts,
    all that count as the same."""

    work = counted.Work(facts, structure, reader)

    def window(required: Required, says: Says, span: Span) -> Window:
        asked = structure.asked(required, says, span)
        begins, ends = days.span(span.starts, span.due, structure.zone)
        times = seconds(begins), seconds(ends)
        done = work.done(says, span, times, versions(says.readings), asked)
        sum_of = asked.groups.sum
        return Window(
            span,
            {
                unit: Kept(
                    says.write * asked.of(unit),
                    sum_of(unit, done.handed_in),
                    sum_of(unit, done.answered),
                )
                for unit in units
                if unit in asked.groups.shown
            },
        )

    every = [
        Asked(
            required.id,
            pairs[-1][0].title,
            required.unit_id,
            tuple(window(required, says, span) for says, span in pairs),
        )
        for required, pairs in due.writing
    ]
    return PlanFound(
        asked=tuple(one for one in every if one.whole(units[0]) is not None),
        more=due.more,
        untold=tuple(one.title for one in every if one.whole(units[0]) is None),
        without_pieces=due.without_pieces,
        themes=due.themes,
    )
