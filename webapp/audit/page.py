"""The page of the audit log: which lines, in which words, and the filters that led to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from webapp import pages
from webapp.audit import wording
from webapp.audit.store import Event, Wanted

ABOUT_LINKED = ("unit", "member", "reflection")  # what a line leads to more lines about
# recorded with the day alone, like what an author does
DAY_ALONE = ("invitation.taken", "invitation.used")


@dataclass(frozen=True)
class Line:
    day: dt.date
    time: str  # "" where the day alone is known
    sentence: str
    about: str  # for the address that shows more about the same thing; "" for none
    what: str
    who: str
    about_kind: str = ""
    about_id: str = ""


@dataclass(frozen=True)
class AuditPage(pages.Page):
    template: ClassVar[str] = "audit/log.html"

    lines: list[Line]
    kinds: list[tuple[str, str]]  # for the filter: (value, words)
    given: Mapping[str, str]  # what the filters say
    problem: str  # with the days that were given
    about_name: str
    fewest: int
    next_after: str

    @property
    def by_day(self) -> list[tuple[dt.date, list[Line]]]:
        days: dict[dt.date, list[Line]] = {}
        for line in self.lines:
            days.setdefault(line.day, []).append(line)
        return list(days.items())

    @property
    def filtered(self) -> bool:
        return any(self.given.values())


def lines(
    found: Iterable[Event], called: Mapping[tuple[str, str], str], zone: ZoneInfo
) -> list[Line]:
    return [line(event, called, zone) for event in found]


def line(event: Event, called: Mapping[tuple[str, str], str], zone: ZoneInfo) -> Line:
    local = event.at.astimezone(zone)
    by_author = event.about_kind == "reflection" and event.by is None
    if by_author:
        who = wording.author()
    elif event.by is not None:
        who = called.get(("member", event.by)) or wording.nobody_here()
    else:
        who = wording.no_member(event.what)
    about = (event.about_kind or "", event.about_id or "")
    return Line(
        day=local.date(),
        time="" if by_author or event.what in DAY_ALONE else f"{local:%H:%M}",
        sentence=wording.sentence(
            event.what,
            who,
            called.get(about) or wording.gone(about[0]),
            details(event, called),
        ),
        about=":".join(about) if about[0] in ABOUT_LINKED else "",
        what=event.what,
        who=who,
        about_kind=about[0],
        about_id=about[1],
    )


def details(event: Event, called: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """With names in the place of ids."""
    said = dict(event.details)
    for detail, kinds in event.detail_kinds.items():
        id = said.get(detail)
        if isinstance(id, str):
            names = [called[kind, id] for kind in kinds if (kind, id) in called]
            said[detail] = names[0] if names else wording.gone(kinds[0]) if len(kinds) == 1 else id
    return said


def wanted(given: Mapping[str, str], known: Sequence[str], zone: ZoneInfo) -> tuple[Wanted, str]:
    """What the filters ask for, and a sentence where they cannot be followed."""
    kind, _colon, id = given.get("about", "").partition(":")
    since, until = (_day(given.get(name, "")) for name in ("from", "to"))
    problem = ""
    if (given.get("from") and since is None) or (given.get("to") and until is None):
        problem = wording.no_day()
    elif since and until and until < since:
        problem, since, until = wording.days_reversed(), None, None
    return (
        Wanted(
            what=given.get("what", "") if given.get("what", "") in known else "",
            who=given.get("who", ""),
            about_kind=kind[:20] if id else "",
            about_id=id[:64],
            since=_beginning(since, zone) if since else None,
            until=_beginning(until + dt.timedelta(days=1), zone) if until else None,
        ),
        problem,
    )


def _day(text: str) -> dt.date | None:
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return found if dt.date(1970, 1, 2) <= found <= dt.date(9000, 1, 1) else None


def _beginning(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
