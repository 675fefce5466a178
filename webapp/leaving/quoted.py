"""Whether what a package quotes stands in what it says it is quoted from.

A zip can be written by hand. Words that are under the title of a text, or under a
member's name, must be theirs: else others who are shown a list or a goal would read
a forged quotation.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy.orm import Session

from corpus.library import Library
from corpus.texts import CorpusError
from webapp.access import Actor
from webapp.readings.which import group_of, well_formed
from webapp.reflections import citable, experiences_cited, store

QUOTES = {"reading_list_items": "sentence", "goals": "quote"}  # the column of each section
PIECE = experiences_cited.PIECE

Said = tuple[str, str]  # reading, words


def held(
    session: Session, actor: Actor, library: Library, said: Collection[Said]
) -> dict[Said, str]:
    """Those that are words of a reading that the actor may read now, with what stands
    under them as their source."""
    asked = {(id, words) for id, words in said if well_formed(id) and words.strip()}
    pieces = {id.removeprefix(PIECE) for id, _words in asked if id.startswith(PIECE)}
    readable = store.readable_among(session, actor, pieces, whole=True)
    found = [
        experiences_cited.citable(readable[id.removeprefix(PIECE)], words)
        for id, words in asked
        if id.startswith(PIECE) and id.removeprefix(PIECE) in readable
    ]
    in_library = [one for one in asked if not one[0].startswith(PIECE)]
    with suppress(CorpusError):  # without a library nothing can be checked; the rest comes back
        found += citable.with_sentences(library, in_library)
    # other words than were asked for come where these do not stand there
    return {(one.id, one.quote): one.source for one in found if (one.id, one.quote) in asked}


def said_in(name: str, rows: Collection[Mapping[str, Any]]) -> set[Said]:
    """What the rows of a section quote, and from where."""
    column = QUOTES.get(name)
    if column is None:
        return set()
    return {(str(row["reading_id"] or ""), row[column]) for row in rows if row[column]}


def believed(name: str, row: dict[str, Any], true: Mapping[Said, str]) -> dict[str, Any]:
    """The row, with no other quotation than a true one. Pure."""
    column = QUOTES.get(name)
    if column is None:
        return row
    reading = str(row["reading_id"] or "")
    source = true.get((reading, row[column]))
    if name == "reading_list_items":
        group = group_of(reading) if well_formed(reading) else row["reading_group"]
        return row | {"reading_group": group, column: row[column] if source is not None else ""}
    if source is None:  # of a goal only what the member set out to do is left
        return row | {"reading_id": None, column: "", "source": ""}
    return row | {"source": source}
