"""What may become of a reflection: when it may be submitted, and what others then see of its time. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Literal, cast, get_args
from zoneinfo import ZoneInfo

from webapp.access import Audience

TITLE_LIMIT = 200  # characters
BODY_LIMIT = 120_000

Obstacle = Literal["empty", "no_title", "too_long", "no_audience", "no_unit", "not_your_unit"]


def obstacle(
    *,
    title: str,
    body: str,
    audience: str | None,
    unit: str | None,
    units: Collection[str],
) -> Obstacle | None:
    """What stands in the way of submitting, or None. `units`: those of the author now."""
    if not body.strip():
        return "empty"
    if len(body) > BODY_LIMIT:
        return "too_long"
    if not title.strip():
        return "no_title"
    if as_audience(audience) is None:
        return "no_audience"
    if audience == "unit" and not unit:
        return "no_unit"
    if audience == "unit" and unit not in units:
        return "not_your_unit"
    return None


def as_audience(value: str | None) -> Audience | None:
    return cast(Audience, value) if value in get_args(Audience) else None


def shown_at(
    now: dt.datetime,
    *,
    audience: str,
    zone: ZoneInfo,
    before: dt.datetime | None,
    audience_before: str | None,
) -> dt.datetime:
    """The time by which lists order a submitted piece.

    New words for the same readers keep their place. Without a name only the
    day counts: the moment would tell who wrote it to whoever saw them writing.
    """
    if before is not None and audience == audience_before:
        return before
    if audience != "anonymous":
        return now
    day = now.astimezone(zone).date()
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
