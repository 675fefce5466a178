"""A value of a table as JSON says it, and back, believed only as far as it was checked. Pure."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from webapp.community import UTCDateTime

MOST_TEXT = 200_000  # characters of one text
MOST_ITEMS = 1_000  # of a list in a column
MOST_NUMBER = 2**31 - 1


class Unreadable(Exception):
    """A value that the column cannot have."""


def out(value: Any) -> Any:
    """As JSON can say it."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, dt.date) else value


def back(column: sa.Column[Any], value: Any) -> Any:
    """What a column is given. Raises Unreadable."""
    if value is None:
        if not column.nullable:
            raise Unreadable(column.name)
        return None
    kind = column.type
    if isinstance(kind, UTCDateTime):
        return _moment(value)
    if isinstance(kind, sa.Date):
        return _day(value)
    if isinstance(kind, sa.Boolean):
        return _is(value, bool)
    if isinstance(kind, sa.Integer):
        found = _is(value, int)
        if isinstance(value, bool) or not -MOST_NUMBER <= found <= MOST_NUMBER:
            raise Unreadable(column.name)
        return found
    if isinstance(kind, sa.String):  # Text too
        return _words(value, kind.length or MOST_TEXT)
    if isinstance(kind, sa.JSON):
        return _list(value)
    raise Unreadable(column.name)


def _is(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise Unreadable(value)
    return value


def _words(value: Any, most: int) -> str:
    """NUL and halves of characters are no text in any database."""
    words = str(_is(value, str))
    if len(words) > most or "\x00" in words or any("\ud800" <= c <= "\udfff" for c in words):
        raise Unreadable("words")
    return words


def _list(value: Any) -> list[str]:
    """The JSON columns that are read again hold lists of short texts."""
    found = _is(value, list)
    if len(found) > MOST_ITEMS:
        raise Unreadable("too many")
    return [_words(item, 300) for item in found]


def _moment(value: Any) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(_is(value, str))
        if found.tzinfo is None:
            raise Unreadable("no time zone")
        found = found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise Unreadable("moment") from None
    return _within(found)


def _day(value: Any) -> dt.date:
    try:
        return _within(dt.date.fromisoformat(_is(value, str)))
    except ValueError:
        raise Unreadable("day") from None


def _within(found: Any) -> Any:
    if not 1970 < found.year < 9000:
        raise Unreadable("year")
    return found
