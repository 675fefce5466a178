"""Periods and paces: which spans of time a requirement asks something in. Pure."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from webapp.requirements.asking import Pace, Required, Says, says_on

MOST = 600  # spans of one period; weeks of eleven years
AHEAD = dt.timedelta(days=200)  # so that what is joined does not depend on today


@dataclass(frozen=True, order=True)
class Span:
    """From its first day to the day it is due, both included."""

    starts: dt.date
    due: dt.date

    def holds(self, day: dt.date) -> bool:
        return self.starts <= day <= self.due


def of_period(starts: dt.date, ends: dt.date | None, pace: Pace, *, until: dt.date) -> list[Span]:
    """Spans of the calendar within the period: those that begin by `until`, and the
    next one.

    What is left of a week, month or quarter at either end is no span of its own
    when it is shorter than half of one: it goes to its neighbour, since nobody can
    do the work of a month in its last three days.
    """
    return list(_of_period(starts, ends, pace, until))


@lru_cache(maxsize=1024)  # the requirements of a large organisation begin on few days
def _of_period(
    starts: dt.date, ends: dt.date | None, pace: Pace, until: dt.date
) -> tuple[Span, ...]:
    if ends is not None and ends < starts:
        return ()
    if pace == "once":
        return (Span(starts, ends),) if ends is not None else ()
    found: list[Span] = []
    day = starts
    horizon = max(until, starts) + AHEAD
    while (ends is None or day <= ends) and day <= horizon and len(found) < MOST:
        due = min(_around(day, pace)[1], ends or dt.date.max)
        found.append(Span(day, due))
        day = due + dt.timedelta(days=1)
    if len(found) > 1 and found[-1].due == ends and _is_short(found[-1], pace):
        found[-2:] = [Span(found[-2].starts, found[-1].due)]
    if len(found) > 1 and _is_short(found[0], pace):
        found[:2] = [Span(found[0].starts, found[1].due)]
    begun = [span for span in found if span.starts <= until]
    return tuple(found[: len(begun) + 1])


def of_requirement(required: Required, *, until: dt.date) -> list[tuple[Says, Span]]:
    """Spans with the version that says what is asked in each: the one that holds on
    the day the span is due. So a change from a day on reaches the spans that end
    after it, and none that ended before."""
    found: list[tuple[Says, Span]] = []
    for says in required.versions:
        for span in of_period(says.starts_on, says.ends_on, says.pace, until=until):
            if says_on(required, span.due) == says:
                found.append((says, span))
    return sorted(found, key=lambda pair: (pair[1].due, pair[1].starts, pair[0].number))


def is_joined(span: Span, pace: Pace) -> bool:
    """Whether what was left at one end of the period goes with it: it is longer than the
    week, month or quarter in which it begins."""
    return pace != "once" and span.due > _around(span.starts, pace)[1]


def _around(day: dt.date, pace: Pace) -> tuple[dt.date, dt.date]:
    """The first and the last day of the week, month or quarter that holds the day."""
    if pace == "week":
        monday = day - dt.timedelta(days=day.weekday())
        return monday, monday + dt.timedelta(days=6)
    if pace == "month":
        return day.replace(day=1), _last_of_month(day.year, day.month)
    first = 3 * ((day.month - 1) // 3) + 1
    return dt.date(day.year, first, 1), _last_of_month(day.year, first + 2)


def _last_of_month(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _is_short(span: Span, pace: Pace) -> bool:
    """Whether it is less than half of the week, month or quarter it lies in."""
    first, last = _around(span.starts, pace)
    return 2 * ((span.due - span.starts).days + 1) < (last - first).days + 1
