"""Which experiences a writer can cite, and what is put into the draft for each.

The words are the citing piece's own copy: they stay when the experience is withdrawn.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from corpus import sentences
from models.text_model import TextModel
from recommender import Index, search
from recommender.readings import ReadingFilter
from webapp.access import Actor
from webapp.reflections import citations, store
from webapp.reflections.citable import QUERY_LIMIT, QUOTED, Citable
from webapp.reflections.publication import own_text
from webapp.reflections.store import Shown

PIECE = "reflection/"
EXPERIENCES = ReadingFilter(kinds=frozenset({"experience"}))
FOUND = 3
LOOKED_AT = 12  # some may no longer be open to the writer


def found(
    session: Session, actor: Actor, index: Index, model: TextModel, query: str
) -> list[Citable]:
    """Experiences for some words or a question, each with the sentence that matched.
    The index only proposes: the database says what is open to the writer now."""
    hits = search(index, model, query[:QUERY_LIMIT], filter=EXPERIENCES, limit=LOOKED_AT)
    sentence_of = {hit.reading.id.removeprefix(PIECE): hit.sentence for hit in hits}
    pieces = store.readable_among(session, actor, sentence_of, whole=True)
    listed = [
        citable(pieces[id], said)
        for id, said in sentence_of.items()
        if id in pieces and not pieces[id].mine
    ]
    return listed[:FOUND]


def citable(piece: Shown, quote: str = "") -> Citable:
    """A piece that the reader may read, by the words that were asked for if they are
    in it; else by its lesson, or by its first sentences."""
    words = own_text(piece.body, piece.lesson)
    if not quote.strip() or not citations.stands_in(quote, words):
        quote = piece.lesson or opening(words, piece.language)
    source = citations.label(piece.title, [piece.author] if piece.author else [])
    id = PIECE + piece.id
    return Citable(id, source, quote, citations.block(quote, source, id), piece.language)


def opening(text: str, language: str) -> str:
    end = 0
    for _start, stop in sentences.split(text[: 4 * QUOTED], "zh" if language == "zh" else "en"):
        if end and stop > QUOTED:
            break
        end = stop
    return text[: end or QUOTED].strip()
