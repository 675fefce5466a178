"""What a form says that a unit asks, and what is wrong with it, by field. Pure."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar, get_args

from webapp.reflections.genres import GENRES
from webapp.requirements.asking import (
    ACCEPTED_WHEN,
    ANSWERED_BY,
    CONTENTS,
    METHODS,
    PACES,
    AcceptedWhen,
    AnsweredBy,
    Content,
    Method,
    Pace,
    Required,
    Says,
)

TITLE_LIMIT = 200  # characters
GUIDANCE_LIMIT = 3_000
REASON_LIMIT = 1_000
READINGS_LIMIT = 20_000
MOST = 99  # of one method in one span
MOST_READINGS = 100
FARTHEST_YEARS = 5
KEPT = "kept"  # in place of a list: the one that is asked now, as it was taken

What = Literal[
    "empty",
    "too_long",
    "no_day",
    "not_a_day",
    "too_far",
    "ends_before",
    "over",  # the period, before it is published
    "no_end",
    "past",
    "after_end",  # a change that comes when nothing is asked any more
    "choose",
    "none_chosen",
    "unknown",
    "gone",
    "not_given",  # a list that somebody whom it is asked of cannot open
    "nothing_asked",
    "not_a_number",
    "too_many",
    "more_than_there_is",
    "no_such_unit",
    "nobody_leads",
    "nobody_enters",
]


@dataclass(frozen=True)
class Problem:
    what: What
    detail: str = ""


@dataclass(frozen=True)
class Sent:
    """As it was typed. It is shown again as it is, whatever becomes of it."""

    title: str = ""
    guidance: str = ""
    unit_kind: str = ""
    role_id: str = ""
    starts_on: str = ""
    ends_on: str = ""
    pace: str = "month"
    content: str = "own"
    themes: tuple[str, ...] = ()
    readings: str = ""  # one a line: a title or the address of a text
    list_id: str = ""
    genres: tuple[str, ...] = ()
    counts: Mapping[str, str] = field(default_factory=dict)
    answered_by: str = "reader"
    accepted_when: str = "answered"
    may_replace: bool = False
    from_day: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Chosen:
    """A theme list as it is now (or as it was when it was asked): its title, the texts on
    it, and a unit (if there is one) that sees the requirement, and with it these, though
    the list is not given to it."""

    id: str
    title: str
    readings: tuple[str, ...]
    not_given_to: str = ""


@dataclass(frozen=True)
class Known:
    """What must be known of the unit and the library to judge a form."""

    today: dt.date
    kinds: frozenset[str] = frozenset()  # of units here and below
    roles: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()
    list: Chosen | None = None  # the one that was chosen, if it may be read
    texts: Mapping[str, str | None] = field(default_factory=dict)  # line -> slug
    works: Mapping[str, str] = field(default_factory=dict)  # slug -> the same for a translation
    has_leading_group: bool = False
    somebody_enters: bool = True  # attendance
    before: Required | None = None  # that is changed
    gives_reason: bool = False  # it stands in for one above, which asks for the reason


@dataclass(frozen=True)
class Wanted:
    """A requirement as a form sent it; `says` only where nothing stands in its way."""

    sent: Sent
    says: Says | None = None
    problems: Mapping[str, Problem] = field(default_factory=dict)
    read: Says | None = None  # as far as it could be read, to name what it contradicts too


def wanted(sent: Sent, known: Known) -> Wanted:
    problems: dict[str, Problem] = {}
    _words(sent, known, problems)
    starts_on, ends_on, from_day = _time(sent, known, problems)
    readings, list_id, list_title = _content(sent, known, problems)
    counts = _quantity(sent, known, readings, problems)
    if sent.unit_kind and sent.unit_kind not in known.kinds:
        problems["unit_kind"] = Problem("no_such_unit")
    if sent.role_id and sent.role_id not in known.roles:
        problems["role_id"] = Problem("unknown")
    if sent.answered_by == "leading_group" and not known.has_leading_group:
        problems["answered_by"] = Problem("nobody_leads")
    pace = _one_of(sent.pace, PACES, Pace, "pace", problems)
    content = _one_of(sent.content, CONTENTS, Content, "content", problems)
    answered_by = _one_of(sent.answered_by, ANSWERED_BY, AnsweredBy, "answered_by", problems)
    when = _one_of(sent.accepted_when, ACCEPTED_WHEN, AcceptedWhen, "accepted_when", problems)
    before = known.before
    read = Says(
        title=sent.title,
        guidance=sent.guidance,
        from_day=from_day or known.today,
        starts_on=starts_on or known.today,
        ends_on=None if "ends_on" in problems else ends_on,
        number=before.newest.number + 1 if before else 1,
        pace=pace,
        unit_kind=sent.unit_kind or None,
        role_id=sent.role_id or None,
        content=content,
        themes=sent.themes if content == "themes" else (),
        readings=readings,
        list_id=list_id,
        list_title=list_title,
        genres=tuple(genre for genre in GENRES if genre in sent.genres),
        **counts,
        answered_by=answered_by,
        accepted_when=when,
        may_replace=sent.may_replace,
        reason=sent.reason,
    )
    return Wanted(sent, None if problems else read, problems, read)


Literals = TypeVar("Literals", bound=str)


def _one_of(
    value: str,
    known: Sequence[Literals],
    _kind: object,
    name: str,
    problems: dict[str, Problem],
) -> Literals:
    for one in known:
        if value == one:
            return one
    problems[name] = Problem("choose")
    return known[0]


def _words(sent: Sent, known: Known, problems: dict[str, Problem]) -> None:
    for name, limit in (
        ("title", TITLE_LIMIT),
        ("guidance", GUIDANCE_LIMIT),
        ("reason", REASON_LIMIT),
    ):
        if len(getattr(sent, name)) > limit:
            problems[name] = Problem("too_long", str(limit))
    if not sent.title:
        problems["title"] = Problem("empty")
    if (known.before is not None or known.gives_reason) and not sent.reason:
        problems["reason"] = Problem("empty")


def _time(
    sent: Sent, known: Known, problems: dict[str, Problem]
) -> tuple[dt.date | None, dt.date | None, dt.date | None]:
    starts_on = _day(sent.starts_on, "starts_on", known.today, problems)
    if not sent.starts_on:
        problems["starts_on"] = Problem("no_day")
    ends_on = _day(sent.ends_on, "ends_on", known.today, problems)
    from_day: dt.date | None = known.today
    if known.before is not None:
        from_day = _day(sent.from_day, "from_day", known.today, problems)
        if not sent.from_day:
            problems["from_day"] = Problem("no_day")
        elif from_day is not None and from_day < known.today:
            problems["from_day"] = Problem("past")
        elif from_day is not None and ends_on is not None and from_day > ends_on:
            problems["from_day"] = Problem("after_end")
    if sent.pace == "once" and not sent.ends_on:
        problems["ends_on"] = Problem("no_end")
    if starts_on is not None and ends_on is not None:
        if ends_on < starts_on:
            problems["ends_on"] = Problem("ends_before")
        elif ends_on < known.today:
            problems["ends_on"] = Problem("over")
    return starts_on, ends_on, from_day


def _day(written: str, name: str, today: dt.date, problems: dict[str, Problem]) -> dt.date | None:
    if not written:
        return None
    try:
        day = dt.date.fromisoformat(written) if len(written) == 10 else None
    except ValueError:
        day = None
    if day is None:
        problems[name] = Problem("not_a_day")
    elif abs(day.year - today.year) > FARTHEST_YEARS:
        problems[name] = Problem("too_far", str(FARTHEST_YEARS))
        return None
    return day


def lines_of(readings: str) -> list[str]:
    """The readings that were typed, one a line."""
    return list(dict.fromkeys(line.strip() for line in readings.splitlines() if line.strip()))


def _content(
    sent: Sent, known: Known, problems: dict[str, Problem]
) -> tuple[tuple[str, ...], str | None, str]:
    if sent.content == "themes":
        if not sent.themes:
            problems["themes"] = Problem("none_chosen")
        elif not known.themes.issuperset(sent.themes):
            problems["themes"] = Problem("unknown")
    if sent.content == "list":
        if not sent.list_id:
            problems["list_id"] = Problem("none_chosen")
        elif known.list is None or not known.list.readings:
            problems["list_id"] = Problem("gone")
        elif known.list.not_given_to:
            problems["list_id"] = Problem("not_given", known.list.not_given_to)
        else:
            return known.list.readings, known.list.id, known.list.title
    if sent.content == "readings":
        lines = lines_of(sent.readings)
        missing = [line for line in lines if not known.texts.get(line)]
        if not lines:
            problems["readings"] = Problem("none_chosen")
        elif len(lines) > MOST_READINGS:
            problems["readings"] = Problem("too_many", str(MOST_READINGS))
        elif missing:
            problems["readings"] = Problem("unknown", "\n".join(one[:120] for one in missing))
        slugs = (known.texts.get(line) or "" for line in lines)
        return tuple(dict.fromkeys(slug for slug in slugs if slug)), None, ""
    return (), None, ""


def _quantity(
    sent: Sent, known: Known, readings: tuple[str, ...], problems: dict[str, Problem]
) -> dict[Method, int]:
    counts: dict[Method, int] = dict.fromkeys(get_args(Method), 0)
    for method in METHODS:
        written = unicodedata.normalize("NFKC", sent.counts.get(method, "")).strip() or "0"
        if not (written.isascii() and written.isdigit()):
            problems[method] = Problem("not_a_number")
        elif len(written) > 3 or int(written) > MOST:
            problems[method] = Problem("too_many", str(MOST))
        else:
            counts[method] = int(written)
    if not any(counts.values()) and not problems.keys() & set(METHODS):
        problems["counts"] = Problem("nothing_asked")
    there = len({known.works.get(slug, slug) for slug in readings})
    if readings and counts["read"] > there:
        problems["read"] = Problem("more_than_there_is", str(there))
    if counts["attend"] and not known.somebody_enters:
        problems["attend"] = Problem("nobody_enters")
    return counts


def sent_of(says: Says) -> Sent:
    """A form that says what a version says."""
    return Sent(
        title=says.title,
        guidance=says.guidance,
        unit_kind=says.unit_kind or "",
        role_id=says.role_id or "",
        starts_on=says.starts_on.isoformat(),
        ends_on=says.ends_on.isoformat() if says.ends_on else "",
        pace=says.pace,
        content=says.content,
        themes=says.themes,
        readings="\n".join(says.readings) if says.content == "readings" else "",
        list_id=says.list_id or "",
        genres=says.genres,
        counts={method: str(count) for method, count in says.asked},
        answered_by=says.answered_by,
        accepted_when=says.accepted_when,
        may_replace=says.may_replace,
    )


def end_of(written: str, today: dt.date) -> dt.date | Problem:
    """From which day a requirement is withdrawn, as a form says it."""
    problems: dict[str, Problem] = {}
    day = _day(written, "day", today, problems)
    if "day" in problems:
        return problems["day"]
    if day is None:
        return Problem("no_day")
    return Problem("past") if day < today else day
