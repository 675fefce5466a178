"""What the page before submitting says of words that are close to others'.

Looked up when the page is opened and forgotten with it: nothing is stored, nothing
is logged but that the index could not be read, and nobody but the author sees it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session

from corpus.languages import detect
from corpus.texts import CorpusError
from recommender import RecommenderError
from recommender.originality import (
    Match,
    Place,
    Source,
    all_matches,
    expressions,
    near_copies,
    places,
    suspects,
)
from webapp import languages, resources
from webapp.access import Actor
from webapp.originality import comparing, gathering
from webapp.originality.comparing import Stretch
from webapp.originality.gathering import Known
from webapp.originality.own_sentences import Own, Span, own_sentences
from webapp.reflections import lifecycle
from webapp.reflections.tables import Reflection
from webapp.shapes import reading_url

log = structlog.get_logger("xinde.originality")

MOST = 8  # places shown


@dataclass(frozen=True)
class Shown:
    """A sentence of the draft beside the source's sentence that it is close to."""

    mine: list[Stretch]
    theirs: list[Stretch]
    lang: str  # of the draft's sentence
    their_lang: str
    is_copy: bool
    title: str
    author: str
    url: str
    kind: str  # passage | piece | mine
    source_id: str
    end: int  # where the sentence ends in the draft
    quote: tuple[int, int]  # of the source's text
    citable: bool


@dataclass(frozen=True)
class CloseWords:
    """The section of the page; nothing is shown where it is empty."""

    places: tuple[Shown, ...] = ()
    more: bool = False  # there are others, shorter ones
    unchecked: bool = False
    told: frozenset[Span] = frozenset()  # the sentences of all places, of these others too

    @property
    def shown(self) -> bool:
        return bool(self.places) or self.unchecked

    @property
    def marked(self) -> bool:
        """Whether any word is marked as different."""
        return any(s.differs for p in self.places for s in (*p.mine, *p.theirs))

    @property
    def others(self) -> bool:
        """Whether any place is not the author's own earlier words."""
        return any(p.kind != "mine" for p in self.places)


def check(session: Session, actor: Actor, piece: Reflection) -> CloseWords:
    """The draft's sentences that are close to others'. Never in the way of submitting."""
    try:
        return _checked(session, actor, piece)
    except (RecommenderError, CorpusError, sqlite3.DatabaseError) as problem:
        log.warning("not compared", problem=type(problem).__name__)
        return CloseWords(unchecked=True)


def _checked(session: Session, actor: Actor, piece: Reflection) -> CloseWords:
    body = piece.body[: lifecycle.BODY_LIMIT]
    own = own_sentences(body)
    named = suspects(resources.index(), own.text, own.spans)
    known = gathering.gathered(
        session, actor, resources.library(), [r.id for r in named], draft=piece.id
    )
    found = close_places(own, known, [piece.text_title or ""])
    chosen = sorted(found, key=lambda place: -place.weight)[:MOST]
    of = {source.id: source for source in known}
    return CloseWords(
        tuple(shown(own, place, of[place.source_id]) for place in found if place in chosen),
        more=len(found) > MOST,
        told=frozenset(match.span for place in found for match in place.matches),
    )


def close_places(own: Own, known: Sequence[Known], given: Sequence[str] = ()) -> list[Place]:
    """Without what the draft quotes with its source already: those words are cited."""
    said_again = quoted_too(own)
    spans = [span for span in own.spans if span not in said_again]
    work_of = {source.id: source.work for source in known}.__getitem__

    def compared(spans: Sequence[Span], given: Sequence[str]) -> list[Match]:
        return all_matches(own.text, spans, known, aside=own.aside, given=given)

    titles = {source.title for source in known if source.kind == "passage"}  # names of texts
    given = [*own.headings, *given, *sorted(titles)]
    matches = compared(spans, given)
    everybodys = expressions(matches, work_of)
    if everybodys:  # an answer may say them again, as it says the question again
        left = sorted({match.span for match in matches} - everybodys)
        said = [own.text[a:b] for a, b in sorted(everybodys)]
        matches = compared(left, [*given, *said])
    return places(own.text, spans, matches, work_of)


def quoted_too(own: Own) -> set[Span]:
    """Sentences whose words stand in a quotation of the draft that names its source."""
    cited = [Source(f"cited/{n}", quote, "en") for n, quote in enumerate(own.cited)]
    return {m.span for m in near_copies(own.text, own.spans, cited, aside=own.aside)}


def shown(own: Own, place: Place, source: Known) -> Shown:
    same = [span for match in place.matches for span in match.same]
    theirs = [span for match in place.matches for span in match.source_same]
    quote = place.source_span
    sentence = own.text[slice(*place.span)]
    return Shown(
        mine=comparing.stretches(own.text, [m.span for m in place.matches], same),
        theirs=comparing.stretches(source.text, _apart(place), theirs),
        lang=languages.HTML_LANG.get(detect(sentence), "en"),
        their_lang=languages.HTML_LANG.get(source.language, "en"),
        is_copy=place.is_copy,
        title=source.title,
        author=source.author,
        url=reading_url(source.id),
        kind=source.kind,
        source_id=source.id,
        end=place.span[1],
        quote=quote,
        citable=source.citable,
    )


def _apart(place: Place) -> list[Span]:
    """The source's sentences in its order; those that overlap are one."""
    apart: list[Span] = []
    for start, end in sorted(match.source_span for match in place.matches):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart
