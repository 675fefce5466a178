"""What a goal is born from: what an address asks for, as far as this member may read it,
and how a page speaks of it later."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from corpus.library import Library
from corpus.texts import CorpusError
from webapp import languages
from webapp.access import Actor
from webapp.goals import intentions
from webapp.goals.actions import Origin
from webapp.goals.tables import Goal
from webapp.notes import store as notes
from webapp.readings.which import group_of, well_formed
from webapp.reflections import citable, experiences_cited, store
from webapp.shapes import reading_url

PIECE = "reflection/"
SENTENCE_LIMIT = 1_000


@dataclass(frozen=True)
class Source:
    """What stands beside a goal of what it came from."""

    kind: str  # reflection | experience | note | passage | gone
    title: str = ""
    url: str | None = None  # None where it is no longer open
    quote: str = ""
    lang: str = "en"
    by_other: bool = False  # another member's piece: its author may be told


@dataclass(frozen=True)
class Asked:
    """An origin with the words of the piece, out of which intentions are offered."""

    origin: Origin
    source: Source
    body: str = ""


def of_own_piece(
    session: Session, actor: Actor, reflection_id: str, sentence: str = ""
) -> Asked | None:
    piece = store.own(session, actor, reflection_id)
    if piece is None:
        return None
    said = sentence if intentions.stands_in(sentence, piece.body) else ""
    return Asked(
        Origin(reflection_id=piece.id, sentence=said),
        _of_piece(piece.id, piece.title, piece.genre, piece.language, said),
        piece.body,
    )


def of_own_note(session: Session, actor: Actor, note_id: str, sentence: str = "") -> Asked | None:
    note = notes.own(session, actor, note_id)
    if note is None:
        return None
    said = sentence if intentions.stands_in(sentence, note.body) else ""
    url = url_for("notes.edit", note_id=note.id)
    return Asked(
        Origin(note_id=note.id, sentence=said), Source("note", note.title, url, said), note.body
    )


def of_reading(
    session: Session, actor: Actor, library: Library, reading: str, quote: str = ""
) -> Asked | None:
    """A passage (of a text's slug, its first), or another member's piece that the
    actor may read; an own one is asked for as such."""
    if not well_formed(reading):
        return None
    if reading.startswith(PIECE):
        piece = store.readable_among(session, actor, [reading.removeprefix(PIECE)], whole=True).get(
            reading.removeprefix(PIECE)
        )
        if piece is None:
            return None
        if piece.mine:
            return of_own_piece(session, actor, piece.id)
        found = experiences_cited.citable(piece, quote)
    else:
        passages = [] if "/" in reading else library.passages(reading)
        passage_id = passages[0].id if passages else reading
        in_library = citable.asked_for(library, passage_id, quote)
        if in_library is None:
            return None
        found = in_library
    origin = Origin(reading_id=found.id, quote=found.quote, source=found.source)
    return Asked(
        origin,
        Source(
            "experience" if reading.startswith(PIECE) else "passage",
            found.source,
            reading_url(found.id),
            found.quote,
            languages.HTML_LANG.get(found.language, "en"),
            by_other=reading.startswith(PIECE),
        ),
    )


def of_goal(session: Session, actor: Actor, library: Library, goal: Goal) -> Source | None:
    """Where a goal came from, as it is open to its member now; None where it came from
    nothing, or from a piece that was deleted since."""
    if goal.reflection_id:
        piece = store.own(session, actor, goal.reflection_id)
        if piece is None:
            return Source("gone", quote=goal.sentence) if goal.sentence else None
        return _of_piece(piece.id, piece.title, piece.genre, piece.language, goal.sentence)
    if goal.note_id:
        note = notes.own(session, actor, goal.note_id)
        if note is None:
            return Source("gone", quote=goal.sentence) if goal.sentence else None
        return Source("note", note.title, url_for("notes.edit", note_id=note.id), goal.sentence)
    if goal.reading_id:
        by_other = goal.reading_id.startswith(PIECE)
        return Source(
            "experience" if by_other else "passage",
            goal.source,
            reading_url(goal.reading_id) if _is_open(session, actor, library, goal) else None,
            goal.quote,
            by_other=by_other,
        )
    return None


def about_of(library: Library, goal: Goal) -> tuple[str, str] | None:
    """Slug and title of the text that a goal's passage is of."""
    if goal.reading_id is None or goal.reading_id.startswith(PIECE):
        return None
    text = library.text(group_of(goal.reading_id))
    return (text.slug, text.title) if text else None


def _is_open(session: Session, actor: Actor, library: Library, goal: Goal) -> bool:
    reading = str(goal.reading_id)
    if reading.startswith(PIECE):
        return bool(store.readable_among(session, actor, [reading.removeprefix(PIECE)]))
    try:
        return library.passage(reading) is not None
    except CorpusError:  # a member's own goals do not depend on the library
        return False


def _of_piece(id: str, title: str, genre: str, language: str, quote: str) -> Source:
    return Source(
        "experience" if genre == "experience" else "reflection",
        title,
        url_for("reflections.show", reflection_id=id),
        quote,
        languages.HTML_LANG.get(language, "en"),
    )
