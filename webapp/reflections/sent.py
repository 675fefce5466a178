"""What an editor sent: the words, and which version they were written on. Checks every type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, request

from webapp import pages
from webapp.members.once import well_formed
from webapp.reflections.lifecycle import TITLE_LIMIT

SAVE_LIMIT = 400_000  # characters of a draft; a longer one is kept on the device
LONGEST_SLUG = 120
MOST_VERSIONS = 2**31 - 1


@dataclass(frozen=True)
class Words:
    title: str
    body: str
    base_version: int
    key: str  # of a new piece; "" otherwise


def words(*, new: bool) -> Words:
    """From a form or JSON. Aborts with 400 for what is missing or of the wrong type,
    raises BadField for what is too long."""
    sent = _sent()
    key = sent.get("key", "")
    if new and not well_formed(key):
        abort(400)
    return Words(
        title=line(sent, "title", limit=TITLE_LIMIT),
        body=text(sent, "body"),
        base_version=0 if new else version(sent),
        key=key if new else "",
    )


def line(sent: Mapping[str, Any], name: str, *, limit: int) -> str:
    return pages.field({name: _string(sent, name)}, name, limit=limit)


def text(sent: Mapping[str, Any], name: str) -> str:
    return pages.body({name: _string(sent, name)}, name, limit=SAVE_LIMIT)


def version(sent: Mapping[str, Any], name: str = "base_version") -> int:
    value = sent.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 11:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_VERSIONS:
        abort(400)
    return value


def about() -> str:
    """The slug of the text that a new piece is about, or ""."""
    slug = _sent().get("about", "")
    if not isinstance(slug, str) or len(slug) > LONGEST_SLUG:
        abort(400)
    return slug


def form_key() -> str:
    """The idempotency key of a form."""
    key = request.form.get("key")
    if not well_formed(key):
        abort(400)
    return str(key)


def _sent() -> Mapping[str, Any]:
    return json_object() if request.is_json else request.form


def json_object() -> dict[str, Any]:
    """The request's JSON, which must be an object; anything else is a 400."""
    try:
        sent = request.get_json()
    except RecursionError:  # brackets within brackets, thousands deep
        abort(400)
    if not isinstance(sent, dict):
        abort(400)
    return sent


def _string(sent: Mapping[str, Any], name: str) -> str:
    value = sent.get(name)
    if not isinstance(value, str):
        abort(400)
    # half a character, which JSON can hold and UTF-8 cannot
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
