"""Which passages a writer can cite, and what is put into the draft for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.library import Library
from corpus.texts import Passage
from models.text_model import TextModel
from recommender import Index, search
from recommender.readings import ReadingFilter
from webapp.reflections import citations

LISTED = 60  # passages of one text
FOUND = 12
QUOTED = 420  # characters of a passage that is cited as a whole
QUERY_LIMIT = 500
PASSAGES = ReadingFilter(kinds=frozenset({"passage"}))


@dataclass(frozen=True)
class Citable:
    """A passage as the panel lists it."""

    id: str
    source: str
    quote: str
    block: str  # the Markdown that one click puts into the draft
    language: str


def of_text(library: Library, slug: str) -> list[Citable]:
    """The passages of a text in reading order. None of a text that may be shown one
    passage at a time only: it is cited from there, or by words that are looked for."""
    text = library.text(slug)
    if text is None or text.rights == "passages":
        return []
    return [
        _citable(passage, text.title, text.language, opening(passage))
        for passage in library.passages(slug)[:LISTED]
    ]


def found(library: Library, index: Index, model: TextModel, query: str) -> list[Citable]:
    """Passages for some words or a question, each with the sentence that matched."""
    hits = search(index, model, query[:QUERY_LIMIT], filter=PASSAGES, limit=FOUND)
    return with_sentences(library, [(hit.reading.id, hit.sentence) for hit in hits])


def with_sentences(library: Library, matched: Sequence[tuple[str, str]]) -> list[Citable]:
    """Passages by id, each quoting the sentence that matched, if it holds it."""
    passages = library.passages_by_id([id for id, _sentence in matched])
    texts = library.texts_by_slug(p.text_slug for p in passages.values())
    listed: list[Citable] = []
    for id, sentence in matched:
        passage = passages.get(id)
        text = texts.get(passage.text_slug) if passage else None
        if passage is not None and text is not None:
            held = citations.stands_in(sentence, passage.text)
            quote = sentence if held else opening(passage)
            listed.append(_citable(passage, text.title, text.language, quote))
    return listed


def asked_for(library: Library, passage_id: str, quote: str) -> Citable | None:
    """The passage that a reading page was left with, quoting what was marked there.

    Words that are not in the text are not put into anybody's draft as a
    quotation: the passage's own beginning is cited then.
    """
    passage = library.passage(passage_id) if citations.well_formed(passage_id) else None
    text = library.text(passage.text_slug) if passage else None
    if passage is None or text is None:
        return None
    if not quote.strip() or not _is_quoted_from(quote, library.passages(text.slug)):
        quote = opening(passage)
    return _citable(passage, text.title, text.language, quote)


def _is_quoted_from(quote: str, passages: Iterable[Passage]) -> bool:
    return citations.stands_in(quote, "\n".join(p.text for p in passages))


def opening(passage: Passage) -> str:
    """The passage's first sentences, whole ones, about a paragraph of them."""
    end = 0
    for _start, stop in passage.sentences:
        if end and stop > QUOTED:
            break
        end = stop
    return passage.text[: end or QUOTED].strip()


def _citable(passage: Passage, title: str, language: str, quote: str) -> Citable:
    source = citations.label(title, list(passage.path))
    block = citations.block(quote, source, passage.id)
    return Citable(passage.id, source, quote, block, language)
