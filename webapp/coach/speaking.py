"""Which passages of the library speak to a sentence that is being written.

A search always finds something; what is said unasked must be near. So the
sentence is measured as a question is (`recommender.asking`), on a scale where 1
is just enough for whoever asked, and half as much again is wanted here. Passages
of texts only: what members wrote is not put beside a draft unasked.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from corpus import words
from corpus.library import Library
from models.text_model import TextModel
from recommender import Index
from recommender.asking import ask
from webapp.reflections import citable
from webapp.reflections.citable import Citable

NEAR = 1.5  # of what is enough for an answer
MOST = 3
SHORTEST, SHORTEST_CHINESE = 25, 12  # characters of a sentence that says enough
LONGEST = 600


def speak_to(
    library: Library,
    index: Index,
    model: TextModel,
    sentence: str,
    *,
    languages: Sequence[str],
    cited: Collection[str],
) -> list[Citable]:
    """At most three passages, the nearest first, of different texts; often none.
    One encoding and one search."""
    if not says_enough(sentence):
        return []
    answer = ask(index, model, sentence[:LONGEST], languages=languages, most=MOST + 2)
    near = sorted(
        (
            item
            for item in answer.items
            if item.reading.kind == "passage"
            and item.sentence
            and item.reading.id not in cited
            and max(item.relevance) >= NEAR
        ),
        key=lambda item: (-max(item.relevance), item.reading.id),
    )
    return citable.with_sentences(library, [(i.reading.id, i.sentence) for i in near[:MOST]])


def says_enough(sentence: str) -> bool:
    chinese = words.han_share(sentence) >= 1 / 3
    return len(sentence.strip()) >= (SHORTEST_CHINESE if chinese else SHORTEST)
