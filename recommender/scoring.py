"""What each piece of evidence gives to each candidate's score.

For evidence e and reading r, with z-scores over e's pool in r's language:

    z(e, r)    = words_weight * z_words + meaning_weight * z_meaning
    part(e, r) = weight(e) * decay(e) * read(r) * softplus(z(e, r)) ** 2
    score(r)   = sum of part(e, r) over the evidence

The square makes one close match worth more than several lukewarm ones, as a
maximum would, while the score stays a plain sum: a part depends on no other
piece of evidence, so taking a piece away lowers the score by just its part.
read(r) is 1 for readings in the member's first language and a little less for
the others: those are offered where they are clearly better.
A part is divided between words and meaning as its z is, where both are positive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recommender.candidates import Candidates
from recommender.closeness import Pools
from recommender.profile import Asked
from recommender.readings import Part

OTHER_LANGUAGE = 0.8  # of a part, for readings not in the member's first language


@dataclass(frozen=True)
class Scored:
    """Candidates with their parts; columns follow `rows`, lines follow the evidence."""

    rows: np.ndarray  # (c,)
    parts: np.ndarray  # (e, c) float64, > 0
    words: np.ndarray  # (e, c) of each part, from shared words
    closeness: np.ndarray  # (e, c) the z-scores
    totals: np.ndarray  # (c,)


def score(candidates: Candidates, asked: Asked, languages: Sequence[str]) -> Scored:
    """`languages` in which the member reads, the preferred first."""
    pools, rows, tag = candidates.pools, candidates.rows, candidates.language_of
    words, meaning = weighted_z(pools, rows, tag, candidates)
    z = words + meaning
    weights = np.array([piece.weight for piece in asked.pieces])
    read = np.array([1.0 if lang == languages[0] else OTHER_LANGUAGE for lang in pools.languages])
    parts = weights[:, None] * (read[tag] if len(read) else 1.0) * softplus(z) ** 2
    from_words, from_meaning = np.maximum(words, 0), np.maximum(meaning, 0)
    share = from_words / np.maximum(from_words + from_meaning, 1e-12)
    return Scored(rows, parts, parts * share, z, parts.sum(axis=0))


def weighted_z(
    pools: Pools, rows: np.ndarray, tag: np.ndarray, candidates: Candidates
) -> tuple[np.ndarray, np.ndarray]:
    """(e, c) z-scores of words and of meaning, each with its weight."""
    measured = candidates.measured
    words = (measured.words[:, rows] - pools.words_mean[:, tag]) * (
        pools.words_scale * pools.words_weight
    )[:, tag]
    meaning = (measured.meaning[:, rows] - pools.meaning_mean[:, tag]) * (
        pools.meaning_scale * pools.meaning_weight
    )[:, tag]
    return words, meaning


def softplus(z: np.ndarray) -> np.ndarray:
    """log(1 + e^z) without overflow: about 0 far below the average, about z far above."""
    return np.logaddexp(0, z)


def parts_of(scored: Scored, asked: Asked, column: int) -> tuple[Part, ...]:
    """A candidate's parts, largest first; their values sum to its score."""
    parts = [
        Part(
            piece.evidence.id,
            piece.evidence.kind,
            value := float(scored.parts[line, column]),
            words := float(scored.words[line, column]),
            value - words,
        )
        for line, piece in enumerate(asked.pieces)
    ]
    return tuple(sorted(parts, key=lambda part: (-part.value, part.evidence)))
