"""What one field of a load file may hold. Pure.

Each check takes a value as JSON gave it and returns it as it will be kept, or
raises `Wrong` with the rest of the sentence "members[3].email ...".
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any

Check = Callable[[Any], Any]

MOST_DAYS_AGO = 36_500
MOST_IN_A_LIST = 200
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Wrong(Exception):
    """The value cannot be used; the message ends a sentence that names the field."""


def line(limit: int) -> Check:
    """One line of 1 to `limit` characters; runs of space become one."""

    def check(value: Any) -> str:
        found = " ".join(_words(value).split())
        if not found:
            raise Wrong("is empty; leave it out or fill it in")
        return _within(found, limit)

    return check


def prose(limit: int, *, empty: bool = False) -> Check:
    """Text of several lines, at most `limit` characters."""

    def check(value: Any) -> str:
        found = _words(value).replace("\r\n", "\n").replace("\r", "\n").strip()
        if not found and not empty:
            raise Wrong("is empty; leave it out or fill it in")
        return _within(found, limit)

    return check


def key(value: Any) -> str:
    """The name by which a file speaks of an object."""
    return str(line(120)(value))


def slug(value: Any) -> str:
    """What a text is called in addresses."""
    found = _words(value)
    if not _SLUG.fullmatch(found) or len(found) > 80:
        raise Wrong("must be 1 to 80 of the characters a-z 0-9 and single hyphens between them")
    return found


def email(value: Any) -> str:
    """A mail address, as accounts keep it."""
    from email_validator import EmailNotValidError, validate_email

    found = line(254)(value)
    try:
        return validate_email(found, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as problem:
        raise Wrong(f"is no mail address: {problem}") from None


def password(value: Any) -> str:
    found = _words(value)
    if not 10 <= len(found) <= 128:
        raise Wrong(f"has {len(found)} characters; a password has 10 to 128")
    return found


def one_of(*allowed: str) -> Check:
    def check(value: Any) -> str:
        if value not in allowed:
            raise Wrong(f"is {shown(value)}; it must be one of: {', '.join(allowed)}")
        return str(value)

    return check


def several(each: Check) -> Check:
    """A list; what is named twice counts once."""

    def check(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Wrong(f"is {kind(value)}; it must be a list, in square brackets")
        if len(value) > MOST_IN_A_LIST:
            raise Wrong(f"has {len(value)} entries; at most {MOST_IN_A_LIST} are taken")
        found: list[Any] = []
        for position, entry in enumerate(value):
            try:
                found.append(each(entry))
            except Wrong as wrong:
                raise Wrong(f"[{position}] {wrong}") from None
        return tuple(dict.fromkeys(found))

    return check


def role_in_unit(value: Any) -> tuple[str, str]:
    """{"unit": ..., "role": ...}: a role that is given in a unit."""
    if not isinstance(value, dict) or set(value) != {"unit", "role"}:
        raise Wrong('must be {"unit": "...", "role": "..."}')
    return str(line(200)(value["unit"])), key(value["role"])


def in_both_languages(each: Check) -> Check:
    """{"en": ..., "zh": ...}, or one string for both."""

    def check(value: Any) -> dict[str, str]:
        if isinstance(value, str):
            return {"en": each(value), "zh": each(value)}
        if not isinstance(value, dict) or not value or set(value) - {"en", "zh"}:
            raise Wrong('must be a string, or {"en": "...", "zh": "..."}')
        found = {}
        for language, words in value.items():
            try:
                found[language] = each(words)
            except Wrong as wrong:
                raise Wrong(f".{language} {wrong}") from None
        some = next(iter(found.values()))
        return {"en": found.get("en", some), "zh": found.get("zh", some)}

    return check


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong(f"is {shown(value)}; it must be true or false")
    return value


def whole(least: int, most: int) -> Check:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Wrong(f"is {shown(value)}; it must be a whole number from {least} to {most}")
        return value

    return check


def days_ago(value: Any) -> float:
    """How many days before loading; parts of a day are fine."""
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not good or not 0 <= value <= MOST_DAYS_AGO:
        raise Wrong(f"is {shown(value)}; it must be a number from 0 to {MOST_DAYS_AGO}")
    return float(value)


def moment(value: Any) -> dt.datetime:
    """A day or a moment in ISO 8601; without a time zone it is UTC."""
    try:
        found = dt.datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise Wrong(
            f"is {shown(value)}; write it like 2026-05-04 or 2026-05-04T09:30:00+08:00"
        ) from None
    found = found if found.tzinfo else found.replace(tzinfo=dt.UTC)
    if not 1900 <= found.year <= 2200:
        raise Wrong(f"is {shown(value)}; the year must lie between 1900 and 2200")
    return found.astimezone(dt.UTC)


def day(value: Any) -> dt.date:
    """A day of the calendar, past or to come."""
    try:
        found = dt.date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise Wrong(f"is {shown(value)}; write it like 2026-05-04") from None
    if not 1900 <= found.year <= 2200:
        raise Wrong(f"is {shown(value)}; the year must lie between 1900 and 2200")
    return found


def kind(value: Any) -> str:
    """What JSON calls such a value."""
    names: Sequence[tuple[type, str]] = (
        (bool, "true or false"),
        (dict, "an object"),
        (list, "a list"),
        (str, "a string"),
        (int, "a number"),
        (float, "a number"),
    )
    return next((name for type_, name in names if isinstance(value, type_)), "null")


def shown(value: Any) -> str:
    """A value in a message: short, on one line."""
    found = repr(value) if isinstance(value, str) else str(value)
    return found if len(found) <= 60 else f"{found[:57]}..."


def _words(value: Any) -> str:
    if not isinstance(value, str):
        raise Wrong(f"is {kind(value)}; it must be a string, in quotation marks")
    if _CONTROL.search(value):
        raise Wrong("holds a control character that no text can have; remove it")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Wrong("holds half a character (a lone surrogate); remove it") from None
    return value


def _within(found: str, limit: int) -> str:
    if len(found) > limit:
        raise Wrong(f"has {len(found)} characters; at most {limit} are kept")
    return found
