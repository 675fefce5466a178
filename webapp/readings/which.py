"""Which reading an id means, and whether this member may read it now."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy.orm import Session

from corpus.library import Library
from webapp.access import Actor

# Every id that we give fits this, and every column that keeps one.
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}(?:/[A-Za-z0-9._-]{1,59})?")


@dataclass(frozen=True)
class Which:
    """`reading` is a passage id or "reflection/<id>"; `group` is what deeds are
    kept by: the text's slug, or the same "reflection/<id>"."""

    reading: str
    group: str


def well_formed(reading: object) -> bool:
    return isinstance(reading, str) and _ID.fullmatch(reading) is not None


def group_of(reading: str) -> str:
    """The group that a reading id belongs to, whether or not it exists."""
    return reading if reading.startswith("reflection/") else reading.partition("/")[0]


def which(session: Session, actor: Actor, library: Library, reading: str) -> Which | None:
    """None for an unknown id and for what the actor may not read, alike.

    A text's slug means its first passage.
    """
    if not well_formed(reading):
        return None
    if reading.startswith("reflection/"):
        from webapp.reflections import store as reflections

        own_id = reading.partition("/")[2]
        found = reflections.readable_among(session, actor, [own_id])
        return Which(reading, reading) if own_id in found else None
    if "/" in reading:
        passage = library.passage(reading)
        return Which(passage.id, passage.text_slug) if passage else None
    passages = library.passages(reading)
    return Which(passages[0].id, reading) if passages else None
