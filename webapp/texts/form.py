"""What the form of a text says, field by field, and what is wrong with it. Pure.

Only fields that say something else than what is shown become decisions, so that
a later edition of the file still has the word on all others. Where something is
proposed, sending the form settles it, as it is ticked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from corpus.records import TextRecord

TITLE, AUTHOR, LICENCE = 300, 200, 200  # characters
YEARS = (-3000, 2200)
MINUTES = (1, 100_000)
LANGUAGES = ("en", "zh")
LEVELS = ("introductory", "intermediate", "advanced")
RIGHTS = ("full", "passages")
FIELDS = (
    "title", "author", "year", "language", "themes", "roles", "level", "minutes",
    "licence", "rights",
)  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """The form as it came: every field as text, so that nothing typed is lost."""

    values: dict[str, Any]
    problems: dict[str, str] = field(default_factory=dict)  # field -> what is wrong, one word


def sent(
    one: Mapping[str, str],
    several: Mapping[str, list[str]],
    *,
    themes: Collection[str],
    roles: Collection[str],
) -> Sent:
    """`one` has single fields, `several` the ticked themes and roles."""
    values: dict[str, Any] = {
        "title": _line(one.get("title", "")),
        "author": _line(one.get("author", "")),
        "licence": _line(one.get("licence", "")) or None,
        "language": one.get("language", ""),
        "level": one.get("level", "") or None,
        "rights": one.get("rights", ""),
        "themes": list(dict.fromkeys(several.get("themes", ()))),
        "roles": list(dict.fromkeys(several.get("roles", ()))),
    }
    problems: dict[str, str] = {}
    values["year"] = _whole(one.get("year", ""), YEARS, "year", problems, may_be_empty=True)
    values["minutes"] = _whole(one.get("minutes", ""), MINUTES, "minutes", problems)
    if not values["title"]:
        problems["title"] = "empty"
    for name, limit in (("title", TITLE), ("author", AUTHOR), ("licence", LICENCE)):
        if len(values[name] or "") > limit:
            problems[name] = "long"
    for name, known in (("themes", themes), ("roles", roles)):
        if not set(values[name]) <= set(known):
            problems[name] = "unknown"
    for name, allowed in (("language", LANGUAGES), ("rights", RIGHTS)):
        if values[name] not in allowed:
            problems[name] = "unknown"
    if values["level"] is not None and values["level"] not in LEVELS:
        problems["level"] = "unknown"
    return Sent(values, problems)


def wanted(
    values: Mapping[str, Any], record: TextRecord, waiting: Collection[str]
) -> dict[str, Any]:
    """The fields that are to be decided. `waiting`: fields for which something is proposed."""
    return {
        name: values[name]
        for name in FIELDS
        if name in waiting or values[name] != present(record)[name]
    }


@dataclass(frozen=True)
class Merged:
    """A form and what somebody else saved since it was opened, put together."""

    mine: dict[str, Any]  # fields that this form changes
    both: tuple[str, ...]  # of these, fields that the other changed too, otherwise
    values: dict[str, Any]  # what is there now, with this form's changes


def merged(
    values: Mapping[str, Any], shown: Mapping[str, Any] | None, record: TextRecord
) -> Merged:
    """`shown`: the values that the form had when it was opened; where they are not
    known every difference is taken for a change of both."""
    now = present(record)
    before = shown if shown is not None else now
    mine = {name: values[name] for name in FIELDS if values[name] != before.get(name)}
    both = tuple(
        name
        for name in mine
        if now[name] != mine[name] and (shown is None or now[name] != before.get(name))
    )
    return Merged(mine, both, now | mine)


def shown(text: str) -> dict[str, Any] | None:
    """The values that a form was opened with, as it sends them back."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.keys() >= set(FIELDS) else None


def present(record: TextRecord) -> dict[str, Any]:
    """The values that the form shows when it is opened."""
    return {
        "title": record.title,
        "author": record.author,
        "year": record.year,
        "language": record.language,
        "themes": list(record.themes),
        "roles": list(record.roles),
        "level": record.level,
        "minutes": record.minutes,
        "licence": record.licence,
        "rights": record.rights,
    }


_UNSEEN = re.compile(
    "[\\x00-\\x08\\x0e-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]"
)


def _line(text: str) -> str:
    return " ".join(_UNSEEN.sub("", text).split())


def _whole(
    text: str,
    limits: tuple[int, int],
    name: str,
    problems: dict[str, str],
    *,
    may_be_empty: bool = False,
) -> Any:
    """A whole number; what cannot be one stays as it was typed."""
    text = text.strip()
    if not text and may_be_empty:
        return None
    if not re.fullmatch(r"[-−]?\d{1,6}", text, re.ASCII):
        problems[name] = "no number"
        return text
    number = int(text.replace("−", "-"))
    if not limits[0] <= number <= limits[1]:
        problems[name] = "no number"
    return number
