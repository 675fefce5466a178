"""What a form says of attendance, or of a piece by somebody without an account, and what
is wrong with it, by field. Pure."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from webapp.reflections.genres import GENRES

WHAT_LIMIT = 200  # characters
NAME_LIMIT = 120
NAMES_LIMIT = 20_000  # of guests, one a line
TITLE_LIMIT = 300
BODY_LIMIT = 100_000
OBJECTION_LIMIT = 1_000
MOST_PEOPLE = 500  # in one entry
MOST_MINUTES = 24 * 60

What = Literal[
    "empty",
    "too_long",
    "no_day",
    "not_a_day",
    "future",
    "too_early",
    "nobody",
    "not_of_unit",
    "too_many",
    "not_a_number",
    "choose",
    "no_consent",
    "has_account",
    "before",
    "unknown",
]


@dataclass(frozen=True)
class Problem:
    what: What
    detail: str = ""


@dataclass(frozen=True)
class AttendanceSent:
    what: str = ""
    day: str = ""
    minutes: str = ""
    members: tuple[str, ...] = ()
    guests: str = ""  # one a line


@dataclass(frozen=True)
class AttendanceWanted:
    sent: AttendanceSent
    day: dt.date | None = None
    minutes: int | None = None
    guests: tuple[str, ...] = ()
    problems: Mapping[str, Problem] = field(default_factory=dict)


def attendance(
    sent: AttendanceSent, *, present: Collection[str], today: dt.date
) -> AttendanceWanted:
    """`present`: members of the unit, of whom somebody may be said to have attended."""
    problems: dict[str, Problem] = {}
    if not sent.what:
        problems["what"] = Problem("empty")
    elif len(sent.what) > WHAT_LIMIT:
        problems["what"] = Problem("too_long", str(WHAT_LIMIT))
    day = _day(sent.day, "day", today, problems)
    minutes = _minutes(sent.minutes, problems)
    guests = tuple(
        dict.fromkeys(" ".join(line.split()) for line in sent.guests.splitlines() if line.strip())
    )
    if not sent.members and not guests:
        problems["members"] = Problem("nobody")
    elif not set(present).issuperset(sent.members):
        problems["members"] = Problem("not_of_unit")
    if len(guests) + len(sent.members) > MOST_PEOPLE:
        problems["guests"] = Problem("too_many", str(MOST_PEOPLE))
    elif long := next((name for name in guests if len(name) > NAME_LIMIT), None):
        problems["guests"] = Problem("too_long", f"{long[:40]}…")
    return AttendanceWanted(sent, day, minutes, guests, problems)


@dataclass(frozen=True)
class PieceSent:
    member_id: str = ""  # of the unit, without an account; "" for somebody by name
    name: str = ""
    genre: str = "reflection"
    title: str = ""
    body: str = ""
    text: str = ""  # what it is about: the title or address of a text
    day: str = ""
    answered_on: str = ""
    consent: bool = False


@dataclass(frozen=True)
class PieceWanted:
    sent: PieceSent
    day: dt.date | None = None
    answered_on: dt.date | None = None
    problems: Mapping[str, Problem] = field(default_factory=dict)


def piece(
    sent: PieceSent,
    *,
    without_account: Collection[str],
    text_found: bool,
    today: dt.date,
) -> PieceWanted:
    """`without_account`: members of the unit who have none. Who has one submits for
    themselves."""
    problems: dict[str, Problem] = {}
    if not sent.member_id and not sent.name:
        problems["name"] = Problem("empty")
    elif len(sent.name) > NAME_LIMIT:
        problems["name"] = Problem("too_long", str(NAME_LIMIT))
    if sent.member_id and sent.member_id not in without_account:
        problems["member_id"] = Problem("has_account")
    if sent.genre not in GENRES:
        problems["genre"] = Problem("choose")
    if not sent.title:
        problems["title"] = Problem("empty")
    elif len(sent.title) > TITLE_LIMIT:
        problems["title"] = Problem("too_long", str(TITLE_LIMIT))
    if not sent.body.strip():
        problems["body"] = Problem("empty")
    elif len(sent.body) > BODY_LIMIT:
        problems["body"] = Problem("too_long", str(BODY_LIMIT))
    if sent.text and not text_found:
        problems["text"] = Problem("unknown", sent.text[:120])
    day = _day(sent.day, "day", today, problems)
    answered_on = None
    if sent.answered_on:
        answered_on = _day(sent.answered_on, "answered_on", today, problems)
        if answered_on is not None and day is not None and answered_on < day:
            problems["answered_on"] = Problem("before")
    if not sent.consent:
        problems["consent"] = Problem("no_consent")
    return PieceWanted(sent, day, answered_on, problems)


def _day(written: str, name: str, today: dt.date, problems: dict[str, Problem]) -> dt.date | None:
    if not written:
        problems[name] = Problem("no_day")
        return None
    try:
        day = dt.date.fromisoformat(written) if len(written) == 10 else None
    except ValueError:
        day = None
    if day is None:
        problems[name] = Problem("not_a_day")
    elif day > today:
        problems[name] = Problem("future")
    elif day < today.replace(year=today.year - 5, day=1):
        problems[name] = Problem("too_early")
    return day


def _minutes(written: str, problems: dict[str, Problem]) -> int | None:
    written = unicodedata.normalize("NFKC", written)
    if not written:
        return None
    if not (written.isascii() and written.isdigit() and len(written) <= 4):
        problems["minutes"] = Problem("not_a_number")
        return None
    if not 1 <= int(written) <= MOST_MINUTES:
        problems["minutes"] = Problem("not_a_number")
        return None
    return int(written)
