"""Where in one text some words stand. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus import words
from corpus.texts import Passage
from webapp.readings.blocks import without_marks

MOST = 8
_HAN = re.compile(f"[{words.HAN}]")


@dataclass(frozen=True)
class Found:
    """A passage that has the words, with the sentence that has most of them."""

    reading: str
    heading: str
    sentence: str


def found(passages: Sequence[Passage], query: str) -> list[Found]:
    """Passages with words of `query`, those with the rarest words first; a sentence
    of each, never more."""
    asked = _words_of(query)
    if not asked:
        return []
    held = [(p, asked.intersection(words.tokens(p.text))) for p in passages]
    common = {w: sum(1 for _p, has in held if w in has) for w in asked}
    weight = {w: math.log(1 + len(passages) / n) for w, n in common.items() if n}
    best = sorted(
        ((sum(weight[w] for w in has), p) for p, has in held if has),
        key=lambda pair: (-pair[0], pair[1].position),
    )
    return [
        Found(p.id, p.path[-1] if p.path else "", _sentence(p, weight)) for _score, p in best[:MOST]
    ]


def _words_of(query: str) -> set[str]:
    """Of a Chinese word its pairs of characters only: one of them alone stands in
    many other words."""
    asked = set(words.tokens(query))
    pairs = {w for w in asked if _HAN.fullmatch(w[0]) and len(w) > 1}
    return {w for w in asked if not pairs or len(w) > 1 or not _HAN.fullmatch(w)}


def _sentence(passage: Passage, weight: dict[str, float]) -> str:
    spans = passage.sentences or ((0, len(passage.text)),)

    def worth(span: tuple[int, int]) -> float:
        has = set(words.tokens(passage.text[slice(*span)]))
        return sum(value for word, value in weight.items() if word in has)

    start, end = max(spans, key=worth)
    bare, _marks = without_marks(" ".join(passage.text[start:end].split()))
    return bare
