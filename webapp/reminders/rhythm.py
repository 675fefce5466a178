"""When the next digest of a member is due. Pure: time and zone come as arguments."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

Kind = Literal["off", "daily", "weekdays", "weekly", "monthly"]
KINDS: tuple[Kind, ...] = ("off", "daily", "weekdays", "weekly", "monthly")

_AHEAD = 64  # days that are looked through: the longest way from one month's day to the next
_LONGEST_WAIT = 60  # minutes between two tries


@dataclass(frozen=True)
class Rhythm:
    """How often, on which days, at what hour."""

    kind: Kind = "off"
    hour: int = 7
    weekdays: frozenset[int] = frozenset()  # Monday is 0
    weekday: int = 0
    month_day: int = 1  # in a shorter month its last day

    def holds(self, day: dt.date) -> bool:
        """Whether there is a digest of this day."""
        if self.kind == "daily":
            return True
        if self.kind == "weekdays":
            return day.weekday() in self.weekdays
        if self.kind == "weekly":
            return day.weekday() == self.weekday
        if self.kind == "monthly":
            last = calendar.monthrange(day.year, day.month)[1]
            return day.day == min(self.month_day, last)
        return False


@dataclass(frozen=True)
class Window:
    """A digest that is due: from this moment on, to the end of this day."""

    at: dt.datetime  # aware, UTC
    day: dt.date  # where the member is


def next_window(
    rhythm: Rhythm, zone: ZoneInfo, *, after: dt.datetime, done: dt.date | None = None
) -> Window | None:
    """The first one later than `after`, of a day later than `done`; None for no more.

    An hour that a change of clocks leaves out comes as much later as the clocks were
    moved; one that comes twice counts the first time.
    """
    first = after.astimezone(zone).date()
    for ahead in range(_AHEAD):
        named = first + dt.timedelta(days=ahead)
        if not rhythm.holds(named):
            continue
        at = dt.datetime.combine(named, dt.time(rhythm.hour), zone).astimezone(dt.UTC)
        day = at.astimezone(zone).date()  # another where a zone once left out a whole day
        if at > after and (done is None or day > done):
            return Window(at, day)
    return None


def is_over(day: dt.date, zone: ZoneInfo, now: dt.datetime) -> bool:
    """Whether it is too late for the digest of that day: yesterday's is not sent today."""
    return now.astimezone(zone).date() > day


def wait_after(tries: int) -> dt.timedelta:
    """How long the next try waits after so many that a mail server put off."""
    return dt.timedelta(minutes=min(2 ** min(tries, 10), _LONGEST_WAIT))
