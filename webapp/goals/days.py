"""By when: the days that are offered, what a form says of one, and how a day is spoken of. Pure."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Literal

When = Literal["none", "week", "two_weeks", "month", "day"]
WHENS: tuple[When, ...] = ("week", "two_weeks", "month", "day", "none")
FARTHEST_YEARS = 5

DayProblem = Literal["no_day", "not_a_day", "past", "too_far"]


@dataclass(frozen=True)
class Offered:
    """A day that one click chooses."""

    when: When
    day: dt.date


def offered(today: dt.date) -> list[Offered]:
    return [
        Offered("week", today + dt.timedelta(days=7)),
        Offered("two_weeks", today + dt.timedelta(days=14)),
        Offered("month", _next_month(today)),
    ]


def _next_month(day: dt.date) -> dt.date:
    year, month = (day.year, day.month + 1) if day.month < 12 else (day.year + 1, 1)
    return day.replace(
        year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1])
    )


def chosen(
    when: str, written: str, *, today: dt.date, before: dt.date | None = None
) -> tuple[dt.date | None, DayProblem | None]:
    """The day that a form asks for, or what is wrong with it.

    `before`: the day that stood there; it may stay, though it is over by now.
    """
    if when == "none":
        return None, None
    for day in offered(today):
        if day.when == when:
            return day.day, None
    if not written:
        return None, "no_day"
    try:
        wanted = dt.date.fromisoformat(written)
    except ValueError:
        return None, "not_a_day"
    if wanted == before:
        return wanted, None
    if wanted < today:
        return None, "past"
    if wanted.year > today.year + FARTHEST_YEARS:
        return None, "too_far"
    return wanted, None


Standing = Literal["no_day", "ahead", "today", "over"]


def standing(by: dt.date | None, today: dt.date) -> Standing:
    if by is None:
        return "no_day"
    return "ahead" if by > today else "today" if by == today else "over"
