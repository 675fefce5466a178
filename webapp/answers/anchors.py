"""Where the paragraph now is that an answer speaks to. Pure.

An answer keeps the beginning of its paragraph. In the words that are published
later it is looked for by exact words, then by most of its neighbouring words.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

QUOTE_LIMIT = 240  # characters of a paragraph that are kept
SHOWN = 90  # and of these, that stand beside an answer
ALIKE = 0.5  # share of neighbouring words that a paragraph must have kept
SHARE_OF_A_PART = 0.3  # of the kept words, that one part of a divided paragraph holds
FEWEST = 4  # pairs: with fewer, only the exact words tell a paragraph

_UNITS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u9fff\uf900-\ufaff]+")


@dataclass(frozen=True)
class Found:
    number: int  # of the paragraph, from 1
    exact: bool  # with the words that were answered; else they were changed a little


def quote_of(words: str) -> str:
    """What is kept of a paragraph."""
    return " ".join(words.split())[:QUOTE_LIMIT].rstrip()


def find(quote: str, paragraphs: Sequence[str], *, was: int | None = None) -> Found | None:
    """The paragraph that holds the kept words; None when it is gone.

    Of several, the one nearest to where it stood; of as near ones the first.
    """
    if not quote.strip():
        return None
    near = was or 1
    beginning = quote_of(quote)
    exact = [n for n, words in enumerate(paragraphs, 1) if quote_of(words) == beginning]
    if exact:
        return Found(min(exact, key=lambda n: (abs(n - near), n)), True)
    wanted = _pairs(quote)
    if len(wanted) < FEWEST:
        return None
    scores = [(_alike(wanted, _pairs(words)), n) for n, words in enumerate(paragraphs, 1)]
    good = [(round(score, 2), n) for score, n in scores if score >= ALIKE]
    if not good:
        return None
    return Found(min(good, key=lambda g: (-g[0], abs(g[1] - near), g[1]))[1], False)


def _alike(wanted: frozenset[tuple[str, str]], there: frozenset[tuple[str, str]]) -> float:
    """How much of the kept words a paragraph has; of a paragraph that was divided,
    how much of what it has comes from them."""
    common = len(wanted & there)
    of_kept = common / len(wanted)
    if of_kept >= SHARE_OF_A_PART and len(there) >= FEWEST:
        return max(of_kept, common / len(there))
    return of_kept


def _pairs(text: str) -> frozenset[tuple[str, str]]:
    """Neighbouring words, or Chinese characters, whatever their case and marks."""
    units = _UNITS.findall(unicodedata.normalize("NFKC", text).lower())
    return frozenset(itertools.pairwise(units))
