"""Whether a field that a person wrote in front matter is right, and what to do if not. Pure.

Each takes the values, the field's name and the file's name, and raises
`TextRefused` with the cure.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping
from typing import Any

from corpus.formats.naming import MAX_TITLE
from corpus.texts import TextRefused

MAX_LINE = 500  # author, licence, a source...
MAX_ITEMS = 50
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_RUN = "and run: xinde library build"


def title(values: Mapping[str, Any], name: str) -> str | None:
    """The title, or None where nothing says one."""
    value = values.get("title")
    if value is None:
        return None
    if value == "":
        raise TextRefused(f'{name} has no "title:" line. Add one {_RUN}')
    if not isinstance(value, str):
        raise TextRefused(
            f'The title of {name} is not text ({shown(value)}). Put it in quotes: title: "..."'
        )
    said = " ".join(_clean(value).split())
    if not said:
        raise TextRefused(f'{name} has an empty "title:" line. Write a title {_RUN}')
    if len(said) > MAX_TITLE:
        raise TextRefused(
            f"The title of {name} has {len(said):,} characters; {MAX_TITLE} is the most. "
            f"Shorten it {_RUN}"
        )
    return said


def one_of(values: Mapping[str, Any], key: str, allowed: tuple[Any, ...], name: str) -> Any:
    value = values.get(key)
    if value is None or value in allowed:
        return value
    raise TextRefused(
        f'{name} says "{key}: {shown(value)}"; it must be one of {", ".join(allowed)}. '
        f"Correct it or leave it out {_RUN}"
    )


def line(values: Mapping[str, Any], key: str, name: str) -> str | None:
    value = values.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise TextRefused(
            f'"{key}:" of {name} is not text ({shown(value)}). Put it in quotes {_RUN}'
        )
    return _short(" ".join(_clean(value).split()), key, name) or None


def lines(values: Mapping[str, Any], key: str, name: str) -> tuple[str, ...]:
    value = values.get(key)
    if value is None:
        return ()
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(i, str) for i in items):
        raise TextRefused(
            f'"{key}:" of {name} is not a list of texts ({shown(value)}). '
            f"Put each on a line of its own, with a dash {_RUN}"
        )
    if len(items) > MAX_ITEMS:
        raise TextRefused(
            f'"{key}:" of {name} has {len(items):,} entries; {MAX_ITEMS} is the most. Shorten it {_RUN}'
        )
    return tuple(_short(" ".join(_clean(i).split()), key, name) for i in items if i.strip())


def ids(values: Mapping[str, Any], key: str, name: str) -> tuple[str, ...]:
    ids = lines(values, key, name)
    for value in ids:
        _check_id(value, key, name)
    return tuple(dict.fromkeys(ids))


def id(values: Mapping[str, Any], key: str, name: str) -> str | None:
    value = line(values, key, name)
    if value is not None:
        _check_id(value, key, name)
    return value


def _check_id(value: str, key: str, name: str) -> None:
    if len(value) > 80 or not _ID.fullmatch(value):
        raise TextRefused(
            f'"{shown(value)}" in "{key}:" of {name} is not an id. '
            f"Ids are small letters, digits and hyphens, as in field-investigation. Correct it {_RUN}"
        )


def whole(values: Mapping[str, Any], key: str, name: str, least: int, most: int) -> int | None:
    value = values.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise TextRefused(
            f'"{key}: {shown(value)}" of {name} is not a whole number '
            f"from {least} to {most}. Correct it or leave it out {_RUN}"
        )
    return value


def _short(value: str, key: str, name: str) -> str:
    if len(value) > MAX_LINE:
        raise TextRefused(
            f'"{key}:" of {name} has {len(value):,} characters; {MAX_LINE} is the most. Shorten it {_RUN}'
        )
    return value


def _clean(value: str) -> str:
    """Without control characters, which no page or feed can show."""
    return "".join(c if c.isprintable() or c.isspace() else " " for c in value)


def shown(value: object) -> str:
    """A value short enough for a message, however large or deep it is."""
    text = value if isinstance(value, str) else reprlib.repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
