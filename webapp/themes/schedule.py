"""In which week each reading of a theme list comes. Pure."""

from __future__ import annotations

import datetime as dt
from typing import Literal, cast, get_args

Pace = Literal["free", "weekly", "spread"]

MOST_WEEKS = 60
WEEK = dt.timedelta(days=7)


def as_pace(value: str) -> Pace | None:
    return cast(Pace, value) if value in get_args(Pace) else None


def weeks(count: int, pace: Pace, over: int) -> list[int | None]:
    """For each of `count` readings its week, 0 first: one a week, or spread evenly over so
    many weeks in their order; None where each reads at their own pace."""
    if pace == "free":
        return [None] * count
    if pace == "weekly":
        return list(range(count))
    return [place * over // count for place in range(count)] if over < count else list(range(count))


def day_of(starts_on: dt.date, week: int) -> dt.date:
    """The first day of a week."""
    return starts_on + week * WEEK
