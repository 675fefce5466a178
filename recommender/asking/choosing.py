"""Which texts make the list, and in which order. Pure: numbers in, places out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

ENOUGH = 2.5  # relevance above which a part is as well answered as by anything
WHOLE = 0.2  # of a text's closeness to the whole question, beside what it adds
ALIKE = 0.3  # what a text loses that says what a chosen one says
WORDLESS = 0.1  # what the first experience or reflection gains
MORE = 0.85  # beyond the fewest, of the best text's relevance

LEVELS = {"introductory": 0, "intermediate": 1, "advanced": 2}


def strengths(relevance: np.ndarray, beside_best: np.ndarray) -> np.ndarray:
    """(t, n) relevance -> 0..1, and 0 where a text does not speak to a part: below 1, or
    below this share (t,) of the best."""
    if not len(relevance):
        return relevance
    best = np.minimum(relevance.max(axis=0), ENOUGH)
    enough = (relevance >= 1) & (relevance >= beside_best[:, None] * best)
    return np.where(enough, np.minimum(relevance, ENOUGH) / ENOUGH, 0.0)


def choose(
    strength: np.ndarray,
    whole: np.ndarray,
    likeness: np.ndarray,
    wordless: Sequence[bool],
    *,
    fewest: int,
    most: int,
) -> list[int]:
    """Places of the texts, most useful first.

    strength (t, n) of each text for each part; whole (t,) of the whole question;
    likeness (t, t) from 0 to 1. Each time the text that adds most to what is not
    covered yet, and repeats least. Beyond `fewest` only those that are nearly as
    good as the best for some part, and a wordless one where there is none yet.
    Never one that speaks to no part.
    """
    left = {t for t in range(len(strength)) if strength[t].any()}
    best = strength.max(axis=0) if len(strength) else np.empty(0)
    need = np.ones(strength.shape[1])
    chosen: list[int] = []

    def gain(t: int) -> float:
        added = float(need @ strength[t]) + WHOLE * float(whole[t])
        alike = max((float(likeness[t, other]) for other in chosen), default=0.0)
        first_wordless = wordless[t] and not any(wordless[other] for other in chosen)
        return added - ALIKE * max(alike, 0.0) + WORDLESS * first_wordless

    while left and len(chosen) < most:
        if len(chosen) >= fewest:
            told = any(wordless[t] for t in chosen)
            left = {
                t for t in left if _is_strong(strength[t], best, need) or (wordless[t] and not told)
            }
            if not left:
                break
        one = min(left, key=lambda t: (-gain(t), t))
        chosen.append(one)
        left.discard(one)
        need = need * (1 - strength[one])
    return chosen


def _is_strong(mine: np.ndarray, best: np.ndarray, need: np.ndarray) -> bool:
    """Nearly the best for a part, or the first that speaks to one."""
    return bool(((mine > 0) & ((mine >= MORE * best) | (need == 1))).any())


def in_order(
    levels: Sequence[str | None], covered: Sequence[int], strength: Sequence[float]
) -> list[int]:
    """From introductory to advanced, then from general (speaks to more) to particular.

    A text of no level, such as a member's experience, stands in the middle.
    """
    return sorted(
        range(len(levels)),
        key=lambda i: (LEVELS.get(levels[i] or "", 1), -covered[i], -strength[i], i),
    )
