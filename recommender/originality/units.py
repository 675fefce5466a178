"""A text as the words it is compared by, each with its place.

A unit is a word of letters (stemmed) or one Chinese character (Simplified), the
folding of `corpus.words`. Marks and spaces are no units, so that punctuation and
line breaks make no difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from corpus import words

RUN = {"en": 4, "zh": 6}  # units in a shingle
LONGEST = 40  # characters of a word; what is longer is cut into such pieces

_LETTERS = rf"[^\W_{words.HAN}]{{1,{LONGEST}}}"
_UNIT = re.compile(rf"[{words.HAN}]|{_LETTERS}(?:['’]{_LETTERS})?")
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Units:
    """The units of a text in order; every sequence is by unit."""

    words: tuple[str, ...]  # folded
    starts: tuple[int, ...]  # of each in the text
    ends: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.words)


def units(text: str) -> Units:
    """Linear in time, whatever the text."""
    found, starts, ends = [], [], []
    folded = words.simplified(text)  # of the same length
    for match in _UNIT.finditer(folded):
        found.append(_folded(match[0]))
        starts.append(match.start())
        ends.append(match.end())
    return Units(tuple(found), tuple(starts), tuple(ends))


def shingles(text: str, language: str) -> np.ndarray:
    """(n,) uint64, sorted, each once: hashes of all runs of `RUN[language]` units.

    A shorter text is one run.
    """
    found = units(text).words
    return np.unique(runs(hashes(found), min(RUN.get(language, RUN["en"]), max(1, len(found)))))


def hashes(found: Sequence[str]) -> np.ndarray:
    """(n,) uint64, one per unit."""
    return np.fromiter((_hash(word) for word in found), np.uint64, len(found))


def runs(each: np.ndarray, size: int) -> np.ndarray:
    """(n - size + 1,) uint64: a hash of each run of `size` units."""
    count = max(0, len(each) - size + 1)
    rolled = np.zeros(count, np.uint64)
    with np.errstate(over="ignore"):
        for at in range(size):
            rolled = rolled * _MIX + each[at : at + count]
    return rolled


@lru_cache(maxsize=50_000)
def _folded(word: str) -> str:
    if len(word) == 1 and not word.isascii():
        return unicodedata.normalize("NFKC", word)
    return "".join(words.tokens(word)) or word


@lru_cache(maxsize=50_000)
def _hash(word: str) -> int:
    return int.from_bytes(
        blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "little"
    )
