"""What a child that reads files may answer: a header of JSON in one line, then the words.

The child packs a text, the parent unpacks it and believes nothing: every value
is of its type, of bounded size, and fit for a database, JSON and XML, whoever
gave the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from corpus import slugs
from corpus.formats import shown_name
from corpus.texts import (
    Block,
    BlockKind,
    Language,
    LeftOut,
    Level,
    Origin,
    Script,
    Section,
    Text,
    TextRefused,
)

MOST_BLOCKS = 200_000
MOST_PIECES = 1_000_000  # strings in one answer: each costs us more than its letters
MOST_DEPTH = 16  # headings above a block
MOST_HEADING = 300  # characters
MOST_MESSAGE = 600

_RECORD, _FIELD = "\x1e", "\x1f"  # between the parts of an answer; no text has them


class Nonsense(ValueError):
    """An answer that our own child would not give."""


def packed(text: Text, path: Path) -> tuple[dict[str, Any], bytes]:
    """A text as header and body. The body is not JSON: that would be slower, and
    a small answer could unfold into a huge one in the memory of whoever reads it."""
    if sum(1 + len(section.blocks) for section in text.sections) > MOST_BLOCKS:
        raise TextRefused(
            f"{shown_name(path)} holds more than {MOST_BLOCKS:,} paragraphs. Divide it into parts."
        )
    records = []
    for section in text.sections:
        records.append(_FIELD.join(["", *map(_unmarked, _shallow(section.path))]))
        records += [f"{block.kind}{_FIELD}{_unmarked(block.text)}" for block in section.blocks]
    values = {f.name: getattr(text, f.name) for f in fields(text) if f.name != "sections"}
    return {"text": values}, _RECORD.join(records).encode("utf-8", "replace")


def _unmarked(words: str) -> str:
    if _RECORD in words or _FIELD in words:
        return words.replace(_RECORD, " ").replace(_FIELD, " ")
    return words


def _shallow(path: Sequence[str]) -> Sequence[str]:
    """A trail of headings without those between the fifteenth and the last."""
    return path if len(path) <= MOST_DEPTH else (*path[: MOST_DEPTH - 1], path[-1])


_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\x1e\x1f") + b"\x7f"
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def unpacked(values: object, body: bytes, path: Path) -> Text:
    """A text from an answer, whoever gave it: every value is of its type, of
    bounded size, and fit for a database, JSON and XML. Raises `Nonsense` or
    `TextRefused`."""
    sections = tuple(_sections(body))
    if not sections:
        raise TextRefused(f"{shown_name(path)} holds no text.")
    if not isinstance(values, dict) or set(values) != set(_FIELDS):
        raise Nonsense("not the fields of a text")
    checked = {name: check(values[name]) for name, check in _FIELDS.items()}
    checked["slug"] = checked["slug"] or slugs.slug(path.stem)
    checked["title"] = checked["title"] or shown_name(path.stem)
    return Text(sections=sections, **checked)


def _sections(body: bytes) -> Iterator[Section]:
    records = body.count(_RECORD.encode())
    if records > MOST_BLOCKS or records + body.count(_FIELD.encode()) > MOST_PIECES:
        raise Nonsense("too many pieces")
    body = body.translate(None, _CONTROLS)
    body = body.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")  # no characters
    path: tuple[str, ...] = ()
    blocks: list[Block] = []
    for record in body.decode("utf-8", "replace").split(_RECORD):
        kind, *parts = record.split(_FIELD)
        if kind == "":
            if blocks:
                yield Section(path, tuple(blocks))
            path, blocks = tuple(_heading(part) for part in _shallow(parts)), []
        elif kind in _KINDS and len(parts) == 1:
            if parts[0].strip():
                blocks.append(Block(_KINDS[kind], parts[0]))
        else:
            raise Nonsense("not a block")
    if blocks:
        yield Section(path, tuple(blocks))


_KINDS: dict[str, BlockKind] = {kind: kind for kind in get_args(BlockKind)}


def _heading(words: str) -> str:
    return _short(" ".join(words.split()), MOST_HEADING)


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _line(most: int) -> Callable[[Any], str | None]:
    """Checks a line of text of at most so many characters, or None."""

    def check(value: Any) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str):
            raise Nonsense("not a line")
        return _short(" ".join(_UNPRINTABLE.sub(" ", value).split()), most)

    return check


def _always(check: Callable[[Any], str | None]) -> Callable[[Any], str]:
    return lambda value: check(value) or ""


def _list(most: int, of: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    def check(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Nonsense("not a list")
        return tuple(item for raw in value[:most] if (item := of(raw)))

    return check


def _id(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > slugs.MAX or not _ID.fullmatch(value):
        raise Nonsense("not an id")
    return value


def _one_of(allowed: object, *, needed: bool = False) -> Callable[[Any], Any]:
    values = get_args(allowed)

    def check(value: Any) -> Any:
        if value not in values if isinstance(value, str) else value is not None or needed:
            raise Nonsense("not one of those allowed")
        return value

    return check


def _number(least: int, most: int) -> Callable[[Any], int | None]:
    def check(value: Any) -> int | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Nonsense("not such a number")
        return value

    return check


def _origin(value: Any) -> tuple[str, str]:
    match value:
        case [str(field), str(origin)] if field in _FIELDS and origin in get_args(Origin):
            return field, origin
    raise Nonsense("not an origin")


_FIELDS: dict[str, Callable[[Any], Any]] = {
    "slug": lambda value: value if isinstance(value, str) and slugs.is_slug(value) else None,
    "title": _line(300),
    "author": _always(_line(500)),
    "language": _one_of(Language, needed=True),
    "year": _number(-5000, 2200),
    "themes": _list(50, _id),
    "roles": _list(50, _id),
    "level": _one_of(Level),
    "minutes": lambda value: _number(1, 1_000_000)(value) or 1,
    "form": _line(500),
    "series": _line(500),
    "series_position": _number(1, 10_000),
    "version_of": _id,
    "licence": _line(1000),
    "sources": _list(50, _line(500)),
    "script": _one_of(Script),
    "identifiers": _list(50, _line(500)),
    "subjects": _list(200, _line(500)),
    "origins": _list(50, _origin),
    "left_out": _list(50, _one_of(LeftOut)),
}


def message(words: str, path: Path) -> str:
    """What the child said, fit to be shown: printable, short, the file's name too."""
    shown = shown_name(path)
    if shown != path.name:
        words = words.replace(path.name, shown)
    words = "".join(c if c.isprintable() or c in "\u200d\u3000" else " " for c in words)
    return _short(words.strip(), MOST_MESSAGE)
