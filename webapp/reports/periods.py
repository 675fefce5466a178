"""Which days a report is about, as an address says it. Pure.

`period` is a month (2026-05), a quarter (2026-Q2), a year (2026), or the word for the
one that is now; `from` and `to` are any two days. Nothing said is this quarter.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from webapp.reflections.filters import day as as_day

Kind = Literal["month", "quarter", "year", "days"]
Why = Literal["not_a_period", "not_a_day", "one_day", "ends_before", "too_long", "ahead", "too_far"]

MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}
LONGEST = 731  # days: two years
EARLIEST = dt.date(1970, 1, 1)
MOST_SAID = 40  # characters of what is no period that are said back
WEEKS_UP_TO = 45  # days; a longer period is divided by months

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)
_QUARTER = re.compile(r"([0-9]{4})-[Qq]([1-4])", re.ASCII)
_YEAR = re.compile(r"[0-9]{4}", re.ASCII)


class NoPeriod(Exception):
    """What was asked for is no period that a report can be about."""

    def __init__(self, why: Why, said: str = "") -> None:
        super().__init__(why)
        self.why, self.said = why, said[:MOST_SAID]


@dataclass(frozen=True)
class Period:
    kind: Kind
    first: dt.date
    last: dt.date

    @property
    def query(self) -> dict[str, str]:
        """As the query of an address."""
        year, month = self.first.year, self.first.month
        if self.kind == "days":
            return {"from": self.first.isoformat(), "to": self.last.isoformat()}
        said = {
            "month": f"{year:04}-{month:02}",
            "quarter": f"{year:04}-Q{(month + 2) // 3}",
            "year": f"{year:04}",
        }
        return {"period": said[self.kind]}

    @property
    def before(self) -> Period | None:
        """The one of the same kind before it; None for single days, or too long ago."""
        if self.kind == "days" or self.first <= EARLIEST:
            return None
        return around(self.first - dt.timedelta(days=1), self.kind)

    def after(self, today: dt.date) -> Period | None:
        """The one of the same kind after it, once that has begun."""
        if self.kind == "days" or self.last >= today:
            return None
        return around(self.last + dt.timedelta(days=1), self.kind)

    @property
    def steps(self) -> list[tuple[dt.date, dt.date]]:
        """First and last day of the weeks or months that it is divided into."""
        found, first = [], self.first
        in_weeks = (self.last - self.first).days < WEEKS_UP_TO
        while first <= self.last:
            end = first + dt.timedelta(days=6) if in_weeks else around(first, "month").last
            found.append((first, min(end, self.last)))
            first = found[-1][1] + dt.timedelta(days=1)
        return found

    @property
    def in_weeks(self) -> bool:
        return (self.last - self.first).days < WEEKS_UP_TO


def around(day: dt.date, kind: Kind) -> Period:
    """The month, quarter or year that holds the day."""
    months = MONTHS[kind]
    month = day.month - (day.month - 1) % months
    end = month + months - 1
    last = dt.date(day.year, end, calendar.monthrange(day.year, end)[1])
    return Period(kind, dt.date(day.year, month, 1), last)


def asked(said: Mapping[str, str], today: dt.date) -> Period:
    """The period that an address asks for. Raises NoPeriod."""
    first, last = said.get("from", "").strip(), said.get("to", "").strip()
    written = said.get("period", "").strip()
    found = _days(first, last) if first or last else _named(written or "quarter", today)
    if found.first > today:
        raise NoPeriod("ahead", written)
    if found.first < EARLIEST:
        raise NoPeriod("too_far", written or first)
    return found


def _named(written: str, today: dt.date) -> Period:
    if written in MONTHS:
        return around(today, written)  # type: ignore[arg-type]
    try:
        if found := _MONTH.fullmatch(written):
            return around(dt.date(int(found[1]), int(found[2]), 1), "month")
        if found := _QUARTER.fullmatch(written):
            return around(dt.date(int(found[1]), 3 * int(found[2]), 1), "quarter")
        if _YEAR.fullmatch(written):
            return around(dt.date(int(written), 1, 1), "year")
    except ValueError:  # the year 0
        pass
    raise NoPeriod("not_a_period", written)


def _days(first: str, last: str) -> Period:
    for written in (first, last):
        if written and as_day(written) is None:
            raise NoPeriod("not_a_day", written)
    begins, ends = as_day(first), as_day(last)
    if begins is None or ends is None:
        raise NoPeriod("one_day")
    if ends < begins:
        raise NoPeriod("ends_before")
    if (ends - begins).days >= LONGEST:
        raise NoPeriod("too_long")
    return Period("days", begins, ends)
