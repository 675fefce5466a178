"""Passages that say a sentence of the draft in other words: a question that its author asked for.

Looked up when asked and forgotten with the page. Of the library alone: whether a
colleague had the same thought is nobody's question. A sentence that says itself where
it comes from is not asked about, nor one that is shown as a near copy already.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

import structlog

from corpus.languages import detect
from corpus.texts import CorpusError
from models.text_model import ModelError
from recommender import RecommenderError
from recommender.originality import Near, near_in_meaning
from webapp import languages, resources
from webapp.originality import gathering
from webapp.originality.checking import quoted_too
from webapp.originality.gathering import Known
from webapp.originality.own_sentences import Own, Span, own_sentences
from webapp.reflections import citations, lifecycle
from webapp.reflections.tables import Reflection
from webapp.shapes import reading_url

log = structlog.get_logger("xinde.originality")

MOST = 3  # places shown

_SPEAKS_OF_ITS_SOURCE = re.compile(
    r"\b(?:the|this|that) (?:text|article|author|chapter|passage|book|essay|guide|case|dialogue"
    r"|story|letter)\b|文中|文章|书中|书里|原文|课文|作者|这篇|那篇|案例",
    re.IGNORECASE,
)
_READING = re.compile(r"\(reading:([^()\s]{1,200})\)")


@dataclass(frozen=True)
class Thought:
    """A sentence of the draft beside the passage's sentence that is close to it in meaning."""

    mine: str
    theirs: str
    lang: str  # of the draft's sentence
    their_lang: str
    title: str
    author: str
    url: str
    kind: str
    source_id: str
    end: int  # where the sentence ends in the draft
    quote: Span  # of the source's text
    citable: bool


@dataclass(frozen=True)
class CloseThoughts:
    places: tuple[Thought, ...] = ()
    unready: bool = False


def look(piece: Reflection, told: Collection[Span], reads: Collection[str]) -> CloseThoughts:
    """told: sentences shown as near copies. reads: the author's languages."""
    try:
        return _looked(piece, told, reads)
    except (RecommenderError, CorpusError, ModelError, sqlite3.DatabaseError) as problem:
        log.warning("meaning not compared", problem=type(problem).__name__)
        return CloseThoughts(unready=True)


def _looked(piece: Reflection, told: Collection[Span], reads: Collection[str]) -> CloseThoughts:
    body = piece.body[: lifecycle.BODY_LIMIT]
    own = own_sentences(body)
    found = near_in_meaning(
        resources.index(),
        resources.model(),
        own.text,
        asked_about(own, told),
        languages=reads,
        without=cited_in(body),
    )[:MOST]
    known = {s.id: s for s in gathering.of_library(resources.library(), _ids(found))}
    shown = [_shown(own, near, known[near.reading.id]) for near in found if _stands(near, known)]
    return CloseThoughts(tuple(sorted(shown, key=lambda thought: thought.end)))


def asked_about(own: Own, told: Collection[Span]) -> list[Span]:
    """The sentences that a question may be about."""
    quoted = quoted_too(own)
    return [
        span
        for span in own.spans
        if span not in told
        and span not in quoted
        and not any(a < span[1] and span[0] < b for a, b in own.aside)
        and not _SPEAKS_OF_ITS_SOURCE.search(own.text[slice(*span)])
    ]


def cited_in(body: str) -> set[str]:
    """Readings that the draft names as its source anywhere."""
    return set(_READING.findall(body)) | {cited.passage_id for cited in citations.parse(body)}


def _ids(found: Collection[Near]) -> list[str]:
    return [near.reading.id for near in found]


def _stands(near: Near, known: dict[str, Known]) -> bool:
    """Whether the library says it as the index does."""
    source = known.get(near.reading.id)
    return source is not None and source.text == near.reading.text


def _shown(own: Own, near: Near, source: Known) -> Thought:
    mine = " ".join(own.text[slice(*near.span)].split())
    return Thought(
        mine=mine,
        theirs=" ".join(source.text[slice(*near.source_span)].split()),
        lang=languages.HTML_LANG.get(detect(mine), "en"),
        their_lang=languages.HTML_LANG.get(source.language, "en"),
        title=source.title,
        author=source.author,
        url=reading_url(source.id),
        kind=source.kind,
        source_id=source.id,
        end=near.span[1],
        quote=near.source_span,
        citable=source.citable,
    )
