"""What the coach reads beside a draft: what it cites and is about, and its author's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from corpus.library import Library
from corpus.texts import Passage
from webapp.access import Actor
from webapp.coach import store
from webapp.coach.remarks import SourcePassage
from webapp.readings import store as readings
from webapp.reflections import citations
from webapp.reflections.publication import own_text

FIRST = 3  # passages of a text that stand for it where nothing else does


def cited_in(library: Library, body: str) -> list[SourcePassage]:
    """The passages of the library that a draft cites, in its order."""
    ids = list(dict.fromkeys(cited.passage_id for cited in citations.parse(body)))
    found = library.passages_by_id(ids)
    return _passages(library, [found[id] for id in ids if id in found])


def read_of(
    session: Session,
    actor: Actor,
    library: Library,
    slug: str | None,
    cited: Sequence[SourcePassage],
) -> list[SourcePassage]:
    """Of the text that a draft is about, what weighs most first: what the draft cites of
    it, where the actor last was, the passage before that, and how it begins."""
    if slug is None:
        return []
    passages = library.passages(slug)
    place = readings.place(session, actor, slug)
    at = next((i for i, passage in enumerate(passages) if passage.id == place), None)
    near = [] if at is None else [passages[at], *passages[max(at - 1, 0) : at]]
    known = {passage.id: passage for passage in cited if passage.id.startswith(f"{slug}/")}
    others = {p.id: p for p in (*near, *passages[:FIRST]) if p.id not in known}
    return [*known.values(), *_passages(library, others.values())]


def earlier(session: Session, actor: Actor, reflection_id: str) -> list[SourcePassage]:
    """The author's own newest other pieces, without what they quote."""
    return [
        SourcePassage(f"reflection/{piece.id}", piece.title, own_text(piece.body), piece.language)
        for piece in store.earlier_pieces(session, actor, reflection_id)
    ]


def _passages(library: Library, passages: Iterable[Passage]) -> list[SourcePassage]:
    listed = list(passages)
    texts = library.texts_by_slug({passage.text_slug for passage in listed})
    return [
        SourcePassage(
            passage.id,
            citations.label(texts[passage.text_slug].title, list(passage.path)),
            passage.text,
            texts[passage.text_slug].language,
        )
        for passage in listed
        if passage.text_slug in texts
    ]
