"""What counts as close, by language, and how much a word weighs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpus import words
from recommender.originality.small_words import SMALL, SMALL_WEIGHT

HAN = 0.3  # of the letters, from which on words are read as Chinese


@dataclass(frozen=True)
class Rules:
    """What is close, by language; chosen on the tune half of `benchmarks/originality.py`."""

    seed: int  # units in a common run that lets two sentences be laid side by side
    tile: int  # least units of a run that counts
    seam: float  # weight lost between two runs: many short ones are two authors on one subject
    least: float  # weight that both must have
    share: float  # of the sentence's weight
    run: float  # weight that the longest run must have
    source_share: float  # of the source sentence's weight, where own words stand around it
    source_least: float  # weight that both must have then
    long_run: float  # weight of one run that is enough by itself
    beside: float  # share of a short sentence, whose neighbour is close to the same source


RULES: dict[str, Rules] = {
    "en": Rules(3, 2, 0.5, 4.5, 0.46, 3.75, 0.78, 6.5, 9.5, 0.75),
    "zh": Rules(4, 2, 1.5, 6.5, 0.48, 5.0, 0.78, 11.5, 17.5, 0.75),
}


def rules_for(sentence: str) -> Rules:
    return RULES["zh" if words.han_share(sentence) > HAN else "en"]


def weights_of(found: Sequence[str]) -> np.ndarray:
    """(n,) of units: a small word is a quarter."""
    return np.fromiter((SMALL_WEIGHT if w in SMALL else 1.0 for w in found), float, len(found))
