"""A question or a problem in one's own words -> a short reading list that covers it.

The question is cut into parts (`aspects`), each part is looked up by words and
by meaning (`relevance`), and texts are chosen that cover the parts without
repeating each other (`choosing`). What no text speaks to is named. The question
is words to be looked up and nothing else, whatever it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.text_model import TextModel
from recommender import quoting
from recommender.asking import aspects, choosing, relevance
from recommender.asking.aspects import Asked
from recommender.asking.relevance import Found, Line
from recommender.centring import uncentred
from recommender.closeness import meaning_gains, occurrences, sentence_gains, word_gains
from recommender.embedding import sentences_of
from recommender.index import Index, Kept, Snapshot
from recommender.readings import Reading

__all__ = ["Answer", "Item", "ask", "sentence_of"]

MOST, FEWEST = 7, 3

Why = Literal["no_words", "no_readings", "nothing"]


@dataclass(frozen=True)
class Item:
    """A reading on the list, and what it contributes."""

    reading: Reading  # its best passage, or a published piece
    covers: tuple[int, ...]  # parts of the question that it speaks to; at least one
    sentence: str  # its own, that gave most to what it covers; "" where none can be quoted
    relevance: tuple[float, ...]  # of each part; 1 is just enough


@dataclass(frozen=True)
class Answer:
    asked: Asked
    items: tuple[Item, ...]  # from introductory to advanced
    unanswered: tuple[int, ...]  # parts that no reading speaks to
    why_empty: Why | None = None  # None where there are items

    @property
    def minutes(self) -> int:
        """Of all readings together."""
        return sum(item.reading.minutes for item in self.items)

    @property
    def by_meaning_only(self) -> bool:
        """The question is in neither language, so its words could not help."""
        return self.asked.language == "other"

    def words_of(self, places: Sequence[int]) -> list[str]:
        """Parts of the question, in the asker's own words."""
        return [self.asked.words_of(place) for place in places]


def ask(
    index: Index,
    model: TextModel,
    question: str,
    *,
    languages: Sequence[str] = ("en", "zh"),
    most: int = MOST,
    fewest: int = FEWEST,
) -> Answer:
    """A reading list for a question, in the languages read, preferred first.

    At most `most` readings and never one that is not relevant enough; more than
    `fewest` only where the others are nearly as good. The same question and
    readings give the same list.
    """
    asked = aspects.read(question)
    everything = tuple(range(len(asked.parts)))
    if not asked.parts:
        return Answer(asked, (), (), "no_words")
    snapshot = index.snapshot()
    if snapshot.size == len(snapshot.dead):
        return Answer(asked, (), everything, "no_readings")
    read = _preferred(asked, languages)
    found = relevance.find(index, model, snapshot, asked, read)
    items = _items(index, snapshot, asked, found, read, most, fewest)
    covered = {place for item in items for place in item.covers}
    return Answer(
        asked,
        tuple(items),
        tuple(place for place in everything if place not in covered),
        None if items else "nothing",
    )


def _preferred(asked: Asked, languages: Sequence[str]) -> list[str]:
    """The question's own language first: whoever asks in it reads it."""
    own = [asked.language] if asked.language != "other" else []
    return list(dict.fromkeys([*own, *languages]))


def _items(
    index: Index,
    snapshot: Snapshot,
    asked: Asked,
    found: Found,
    preferred: Sequence[str],
    most: int,
    fewest: int,
) -> list[Item]:
    n = len(asked.parts)
    told = snapshot.told[list(found.groups)]
    beside = np.where(told, relevance.WORDLESS_BESIDE_BEST, relevance.BESIDE_BEST)
    strength = choosing.strengths(found.relevance[:, :n], beside)
    texts = _one_of_each(snapshot, found, strength, preferred)
    if not texts:
        return []
    groups = [snapshot.groups[found.groups[t]] for t in texts]
    whole = np.clip(found.relevance[texts, -1], 0, choosing.ENOUGH) / choosing.ENOUGH
    places = choosing.choose(
        strength[texts],
        whole,
        _likeness(snapshot, found, texts),
        [bool(told[t]) for t in texts],
        fewest=fewest,
        most=most,
    )
    order = choosing.in_order(
        [groups[p].level for p in places],
        [int((strength[texts[p]] > 0).sum()) for p in places],
        [float(strength[texts[p]].sum()) for p in places],
    )
    items = []
    for p in (places[i] for i in order):
        item = _item(index, snapshot, found, texts[p], strength[texts[p]])
        if item is not None:
            items.append(item)
    return items


def _one_of_each(
    snapshot: Snapshot, found: Found, strength: np.ndarray, preferred: Sequence[str]
) -> list[int]:
    """Of the versions of one text that speak to any part, the one in the language read
    first; by the order of their names, so that nothing depends on how rows lie."""
    best: dict[str, tuple[tuple[int, str], int]] = {}
    for t in np.flatnonzero(strength.any(axis=1)).tolist():
        group = snapshot.groups[found.groups[t]]
        rank = (preferred.index(group.language), group.name)
        key = snapshot.texts[found.groups[t]]
        if key not in best or rank < best[key][0]:
            best[key] = (rank, t)
    return [t for _name, t in sorted((rank[1], t) for rank, t in best.values())]


def _likeness(snapshot: Snapshot, found: Found, texts: Sequence[int]) -> np.ndarray:
    """(t, t) products of the texts' best passages."""
    best = found.relevance[texts].argmax(axis=1)
    vectors = snapshot.vectors(found.rows[texts, best])
    return np.asarray(vectors @ vectors.T)


def _item(
    index: Index, snapshot: Snapshot, found: Found, text: int, strength: np.ndarray
) -> Item | None:
    """None for a reading that was taken out this moment."""
    covers = np.flatnonzero(strength)
    line = int(covers[np.argmax(strength[covers])])
    row = int(found.rows[text, line])
    kept = index.fetch(snapshot, [row]).get(row)
    if kept is None:
        return None
    spread = float(found.spread[text, line])
    return Item(
        kept.reading,
        tuple(covers.tolist()),
        sentence_of(snapshot, found.lines[line], row, spread, found.words, kept),
        tuple(float(r) for r in found.relevance[text, : len(strength)]),
    )


def sentence_of(
    snapshot: Snapshot, line: Line, row: int, spread: float, weight: float, kept: Kept
) -> str:
    """The sentence that gave most to the passage's relevance, of those that can stand alone."""
    spans = sentences_of(kept.reading)
    if not spans:
        return ""
    vector = snapshot.vectors(np.array([row]))[0]
    whole = uncentred(vector, snapshot.centre)
    gains = meaning_gains(kept.shares, kept.scales, whole, line.vector, snapshot.centre) / spread
    vocabulary = snapshot.vocabularies[kept.reading.language]
    at = occurrences(kept.terms, line.terms) if len(line.terms) else None
    if at is not None and len(at.places):
        by_words = word_gains(vocabulary, len(kept.terms), at, line.weights)
        gains = gains + weight * sentence_gains(kept.starts, at, by_words)[1:]
    place = quoting.best(gains.tolist(), spans, kept.reading.language, kept.quotable)
    if place is None:
        return ""
    start, end = spans[place]
    return kept.reading.text[start:end]
