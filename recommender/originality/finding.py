"""Which readings of the index a draft should be compared with, word by word.

The word lists that search uses are enough: a sentence that was copied shares
its rarest words with the passage it came from, changed a little or not. No file
of its own is kept for this, and nothing of the draft is kept at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpus import words
from recommender.index import Index, Snapshot
from recommender.readings import Reading
from recommender.word_index import Vocabulary, term_hashes

Span = tuple[int, int]

TERMS = 10  # of a sentence, the rarest
COMMON = 0.05  # a word in more than that share of the readings leads nowhere...
ALWAYS = 50  # ...but one in so few does
SHARE = 0.45  # of the rarity of those words, that a reading must hold
LEAST = 8.0  # rarity (natural logarithms) that both must have
MOST = 400  # readings
CHUNK = 400  # sentences looked up at once


@dataclass(frozen=True)
class _Asked:
    """The rare words of some sentences."""

    terms: np.ndarray  # (t,) uint64
    weights: np.ndarray  # (t,) rarity
    owners: np.ndarray  # (t,) int64, the sentence of each
    wholes: np.ndarray  # (s,) rarity of each sentence's words together


def suspects(index: Index, text: str, spans: Sequence[Span]) -> list[Reading]:
    """Readings that hold most rare words of some span; the surest first, then by id."""
    snapshot = index.snapshot()
    by_row: dict[int, float] = {}
    for language, vocabulary in snapshot.vocabularies.items():
        spoken = [text[a:b] for a, b in spans if language_of(text[a:b]) == language]
        for at in range(0, len(spoken), CHUNK):
            _look_up(snapshot, vocabulary, spoken[at : at + CHUNK], by_row)
    rows = sorted(by_row, key=lambda row: (-by_row[row], row))[:MOST]
    kept = index.fetch(snapshot, rows)
    found = [(by_row[row], kept[row].reading) for row in rows if row in kept]
    return [reading for _gain, reading in sorted(found, key=lambda f: (-f[0], f[1].id))]


def language_of(sentence: str) -> str:
    return "zh" if words.han_share(sentence) > 0.3 else "en"


def _look_up(
    snapshot: Snapshot, vocabulary: Vocabulary, spoken: Sequence[str], by_row: dict[int, float]
) -> None:
    asked = _asked(vocabulary, spoken)
    if not len(asked.terms):
        return
    for block in vocabulary.blocks:
        places = np.searchsorted(block.index.terms, asked.terms)
        places = np.minimum(places, len(block.index.terms) - 1)
        known = block.index.terms[places] == asked.terms
        places, owners, weights = places[known], asked.owners[known], asked.weights[known]
        begins = block.index.starts[places]
        sizes = block.index.starts[places + 1] - begins
        if not sizes.sum():
            continue
        ends = np.cumsum(sizes)
        at = np.arange(int(ends[-1])) + np.repeat(begins - (ends - sizes), sizes)
        docs = block.index.docs[at].astype(np.int64)
        keys = np.repeat(owners, sizes) * len(block.index.lengths) + docs
        gains = np.repeat(weights, sizes)
        if block.dead is not None:
            alive = ~block.dead[docs]
            keys, gains = keys[alive], gains[alive]
        distinct, inverse = np.unique(keys, return_inverse=True)
        sums = np.bincount(inverse, gains)
        sentence, doc = np.divmod(distinct, len(block.index.lengths))
        good = (sums >= LEAST) & (sums >= SHARE * asked.wholes[sentence])
        for row, gain in zip((doc[good] + block.start).tolist(), sums[good].tolist(), strict=True):
            by_row[row] = max(gain, by_row.get(row, 0.0))


def _asked(vocabulary: Vocabulary, spoken: Sequence[str]) -> _Asked:
    each = [np.array(list(set(term_hashes(s).tolist())), np.uint64) for s in spoken]
    terms = np.concatenate(each) if each else np.empty(0, np.uint64)
    owners = np.repeat(np.arange(len(each)), [len(e) for e in each])
    distinct, inverse = np.unique(terms, return_inverse=True)
    frequency = vocabulary.frequency(distinct)
    rare = vocabulary.rarity_of(frequency)
    usable = (frequency > 0) & (frequency <= max(ALWAYS, COMMON * vocabulary.size))
    rarity = np.where(usable, rare, 0.0)[inverse]
    order = np.lexsort((terms, -rarity, owners))
    terms, owners, rarity = terms[order], owners[order], rarity[order]
    first = np.searchsorted(owners, owners)  # where the sentence of each begins
    kept = (rarity > 0) & (np.arange(len(owners)) - first < TERMS)
    terms, owners, rarity = terms[kept], owners[kept], rarity[kept]
    wholes = (
        np.bincount(owners, rarity, minlength=len(each)) if len(owners) else np.zeros(len(each))
    )
    return _Asked(terms, rarity, owners, wholes)
