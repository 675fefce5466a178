"""A reading list as it leaves: Markdown, CSV and a calendar. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence

from webapp import calendars, sheets
from webapp.calendars import Day
from webapp.themes import schedule
from webapp.themes.entries import Entry

_MARKS = re.compile(r"([\\`*_\[\]<>#|])")


def as_markdown(
    title: str,
    note: str,
    shown: Sequence[Entry],
    *,
    words: Mapping[str, str],
    starts_on: dt.date | None,
    address: str,
) -> str:
    """words: "minutes", "question", "week", with %-places for the number and the day."""
    lines = [f"# {plain(title)}", ""]
    if note:
        lines += [_paragraphs(note), ""]
    week: int | None = None
    for place, entry in enumerate(shown, 1):
        if entry.week is not None and entry.week != week:
            week = entry.week
            lines += [f"## {_week(words['week'], week, starts_on)}", ""]
        name = plain(entry.title)
        link = f"[{name}]({address}{entry.url})" if entry.url else name
        said = [entry.author and plain(entry.author), entry.minutes and words["minutes"] % {"minutes": entry.minutes}]  # fmt: skip
        lines += [f"{place}. {link}" + "".join(f", {one}" for one in said if one), ""]
        if entry.sentence:
            lines += [f"   > {plain(' '.join(entry.sentence.split()))}", ""]
        if entry.note:
            lines += ["   " + _paragraphs(entry.note).replace("\n", "\n   "), ""]
        if entry.question:
            asked = plain(" ".join(entry.question.split()))
            lines += [f"   **{words['question']}** {asked}", ""]
    return "\n".join(lines).rstrip() + "\n"


def plain(words: str) -> str:
    """Words that mean nothing to Markdown."""
    return _MARKS.sub(r"\\\1", " ".join(words.split()))


def _paragraphs(words: str) -> str:
    return "\n\n".join(plain(part) for part in re.split(r"\n\s*\n", words) if part.strip())


def _week(pattern: str, week: int, starts_on: dt.date | None) -> str:
    day = f" ({schedule.day_of(starts_on, week).isoformat()})" if starts_on else ""
    return pattern % {"number": week + 1} + day


def as_csv(
    shown: Sequence[Entry],
    *,
    headings: Sequence[str],
    starts_on: dt.date | None,
    address: str,
) -> str:
    return sheets.as_csv(headings, _rows(shown, starts_on, address))


def _rows(
    shown: Sequence[Entry], starts_on: dt.date | None, address: str
) -> Iterator[tuple[object, ...]]:
    for place, entry in enumerate(shown, 1):
        day = ""
        if starts_on is not None and entry.week is not None:
            day = schedule.day_of(starts_on, entry.week).isoformat()
        week = "" if entry.week is None else entry.week + 1
        yield (
            place, week, day, entry.title, entry.author, entry.language, entry.level,
            entry.minutes or "", f"{address}{entry.url}" if entry.url else "", entry.sentence,
            entry.note, entry.question,
        )  # fmt: skip


def as_calendar(
    list_id: str,
    title: str,
    shown: Sequence[Entry],
    *,
    starts_on: dt.date,
    made_at: dt.datetime,
    address: str,
    host: str,
) -> bytes:
    """One day-long entry a week, on its first day."""
    weeks: dict[int, list[Entry]] = {}
    for entry in shown:
        if entry.week is not None:
            weeks.setdefault(entry.week, []).append(entry)
    days = [
        Day(
            uid=f"{list_id}-{week + 1}@{host}",
            day=schedule.day_of(starts_on, week),
            summary="; ".join(entry.title for entry in mine),
            description="\n".join(
                [f"{e.title} {address}{e.url}" if e.url else e.title for e in mine]
                + [e.question for e in mine if e.question]
            ),
        )
        for week, mine in sorted(weeks.items())
    ]
    return calendars.as_calendar(title, days, made_at=made_at)
