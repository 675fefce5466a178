"""The common runs of two rows of words, none overlapping. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence


def tiles_of(one: Sequence[str], other: Sequence[str], least: int) -> list[tuple[int, int, int]]:
    """(place in one, place in other, length) of common runs, none overlapping, the longest first."""
    where: dict[str, list[int]] = defaultdict(list)
    for at, word in enumerate(other):
        where[word].append(at)
    mine: list[str | None] = list(one)
    theirs = list(other)
    tiles: list[tuple[int, int, int]] = []
    while True:
        best = (0, 0, least - 1)
        for a, own in enumerate(mine):
            if own is None or len(mine) - a <= best[2]:
                continue
            far = best[2]
            for b in where.get(own, ()):
                # Nothing longer begins here unless the words behind a run as long agree.
                if b + far >= len(theirs) or theirs[b + far] != mine[a + far]:
                    continue
                n = _length(mine, theirs, a, b)
                if n > far:
                    far = n
                    best = (a, b, n)
                    if a + far >= len(mine):
                        break
        a, b, n = best
        if n < least:
            return tiles
        mine[a : a + n] = [None] * n
        theirs[b : b + n] = [""] * n
        tiles.append(best)


def _length(mine: Sequence[str | None], theirs: Sequence[str], a: int, b: int) -> int:
    """Of the common run that begins there."""
    n = 0
    while a + n < len(mine) and b + n < len(theirs) and mine[a + n] == theirs[b + n]:
        n += 1
    return n


def together(gains: Sequence[float], seam: float) -> float:
    """The weight of some runs, less what is lost between them."""
    counted = [gain - seam for gain in gains if gain > seam]
    return sum(counted) + seam if counted else 0.0
