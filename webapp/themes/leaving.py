"""A reading list as it leaves: Markdown, CSV and a calendar. Pure."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping, Sequence

from webapp.themes import schedule
from webapp.themes.entries import Entry

# What a spreadsheet would take for the beginning of a formula.
_FORMULA = re.compile(r"^[\s\ufeff]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_MARKS = re.compile(r"([\\`*_\[\]<>#|])")
_UNSEEN = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_UNSAFE_NAME = re.compile(r"[^\w\u3400-\u9fff-]+")

COLUMNS = (
    "place", "week", "from", "title", "author", "language", "level", "minutes", "address",
    "quotation", "note", "question",
)  # fmt: skip


def file_name(title: str, ending: str) -> str:
    """For the file on the reader's own device."""
    return f"{_UNSAFE_NAME.sub('-', title).strip('-')[:60] or 'list'}.{ending}"


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


def as_csv(shown: Sequence[Entry], *, starts_on: dt.date | None, address: str) -> str:
    """With a byte order mark, by which spreadsheets know the encoding."""
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for place, entry in enumerate(shown, 1):
        day = ""
        if starts_on is not None and entry.week is not None:
            day = schedule.day_of(starts_on, entry.week).isoformat()
        week = "" if entry.week is None else entry.week + 1
        row = (
            place, week, day, entry.title, entry.author, entry.language, entry.level,
            entry.minutes or "", f"{address}{entry.url}" if entry.url else "", entry.sentence,
            entry.note, entry.question,
        )  # fmt: skip
        table.writerow([cell(value) for value in row])
    return "\ufeff" + out.getvalue()


def cell(value: object) -> object:
    """A text that a spreadsheet would run as a formula is made a text."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def as_calendar(
    list_id: str,
    title: str,
    shown: Sequence[Entry],
    *,
    starts_on: dt.date,
    made_at: dt.datetime,
    address: str,
    host: str,
) -> str:
    """RFC 5545: one day-long entry a week, on its first day, that blocks no time."""
    weeks: dict[int, list[Entry]] = {}
    for entry in shown:
        if entry.week is not None:
            weeks.setdefault(entry.week, []).append(entry)
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Xinde//Theme lists//EN", "CALSCALE:GREGORIAN",
        f"NAME:{_ics(title)}", f"X-WR-CALNAME:{_ics(title)}",
    ]  # fmt: skip
    for week, mine in sorted(weeks.items()):
        day = schedule.day_of(starts_on, week)
        about = [f"{e.title} {address}{e.url}" if e.url else e.title for e in mine]
        about += [e.question for e in mine if e.question]
        lines += [
            "BEGIN:VEVENT",
            f"UID:{list_id}-{week + 1}@{host}",
            f"DTSTAMP:{made_at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + dt.timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_ics('; '.join(entry.title for entry in mine))}",
            f"DESCRIPTION:{_ics(chr(10).join(about))}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _ics(words: str) -> str:
    words = _UNSEEN.sub("", words)
    words = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return words.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """At most 75 bytes a line, the rest after a space; no character is cut in two."""
    start, size = 0, 0
    for at, char in enumerate(line):
        wide = len(char.encode())
        if size + wide > 74:
            yield (" " if start else "") + line[start:at]
            start, size = at, 0
        size += wide
    yield (" " if start else "") + line[start:]
