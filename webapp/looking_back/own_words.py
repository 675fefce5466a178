"""Which words of a piece are its writer's own: no headings, no quotations. Pure."""

from __future__ import annotations

from corpus.languages import detect
from recommender.summarising import OwnSentence, sentences_of
from webapp.reflections import wording


def own_text(body: str) -> str:
    return wording.own_words(wording.without_headings(body))


def own_sentences(body: str, piece: str) -> list[OwnSentence]:
    text = own_text(body)
    return sentences_of(text, detect(text), piece) if text else []
