"""Days that leave as a calendar file (RFC 5545). Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from icalendar import Calendar, Event, vText

_UNSEEN = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True)
class Day:
    """A day-long entry that blocks no time. `uid` stays the same for the same thing."""

    uid: str
    day: dt.date
    summary: str
    description: str = ""
    url: str | None = None


def as_calendar(
    name: str, days: Iterable[Day], *, made_at: dt.datetime, language: str = "en"
) -> bytes:
    """The days under this name; `made_at` is when what they say was last changed."""
    calendar = Calendar()
    calendar.add("prodid", f"-//Xinde//Xinde//{language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", vText(_shown(name)))
    calendar.add("x-wr-calname", vText(_shown(name)))
    for day in days:
        event = Event()
        event.add("uid", day.uid)
        event.add("dtstamp", made_at.astimezone(dt.UTC))
        event.add("dtstart", day.day)
        event.add("dtend", day.day + dt.timedelta(days=1))
        event.add("summary", _shown(day.summary))
        if day.description:
            event.add("description", _shown(day.description))
        if day.url:
            event.add("url", day.url)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical(sorted=False))


def _shown(words: str) -> str:
    return _UNSEEN.sub("", words.replace("\r\n", "\n").replace("\r", "\n"))
