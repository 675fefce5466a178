"""Which days lie a year, two years or half a year back, and which month a day is in. Pure."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

# Months back, the kindest to be reminded of first.
BACK = (*range(12, 121, 12), 6)
NEXT_TO_IT = 1  # days to either side; better than none: the same week
WEEK = 3

_MONTH = re.compile(r"([1-9][0-9]{3})-(0[1-9]|1[0-2])", re.ASCII)


def months_before(day: dt.date, months: int) -> dt.date | None:
    """The same day so many months before, or the last of that month where it is
    shorter; None before the calendar begins."""
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    if year < 1:
        return None
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Back:
    """How far a day lies back."""

    months: int
    off: int  # days beside the very day

    @property
    def to_the_day(self) -> bool:
        return self.off == 0

    @property
    def years(self) -> int:
        """0 for half a year."""
        return self.months // 12

    @property
    def place(self) -> tuple[int, int, int]:
        """What is shown first: next to it before the same week; a year first."""
        return (0 if self.off <= NEXT_TO_IT else 1, BACK.index(self.months), self.off)


def windows(today: dt.date) -> list[tuple[dt.date, dt.date]]:
    """First and last day of each time to be looked back at."""
    week = dt.timedelta(days=WEEK)
    days = (months_before(today, months) for months in BACK)
    return [(day - week, day + week) for day in days if day is not None and day.year > 1]


def back_to(day: dt.date, today: dt.date) -> Back | None:
    """How far `day` lies back, None when it is none of the days to look back at."""
    found = [
        Back(months, abs((day - then).days))
        for months in BACK
        if (then := months_before(today, months)) is not None and abs((day - then).days) <= WEEK
    ]
    return min(found, key=lambda back: back.place, default=None)


@dataclass(frozen=True, order=True)
class Month:
    year: int
    month: int

    def __str__(self) -> str:
        """As an address has it."""
        return f"{self.year:04}-{self.month:02}"

    @property
    def first(self) -> dt.date:
        return dt.date(self.year, self.month, 1)

    def times(self, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
        """From its first moment to the first of the next month, where the organisation is."""
        return _midnight(self.first, zone), _midnight(_next(self.first), zone)


def month_of(day: dt.date) -> Month:
    return Month(day.year, day.month)


def as_month(text: str) -> Month | None:
    found = _MONTH.fullmatch(text)
    return Month(int(found[1]), int(found[2])) if found else None


def span(first: dt.date, last: dt.date, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """From the first moment of one day to the first moment after another."""
    return _midnight(first, zone), _midnight(last + dt.timedelta(days=1), zone)


def _next(first: dt.date) -> dt.date:
    return dt.date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
