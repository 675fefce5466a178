"""What is deducted from a reading for what the list has already.

For being like a reading on it (maximal marginal relevance; Carbonell and
Goldstein 1998), and for leading its themes away from the wanted mix
(`calibration.py`). How much of each, the member's slider says.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from recommender import calibration, catalogue
from recommender.index import Snapshot
from recommender.newness import Slider


class Variety:
    """Deductions for the readings that may still be chosen, as a list grows."""

    def __init__(
        self, snapshot: Snapshot, rows: Iterable[int], how: Slider, wish: np.ndarray
    ) -> None:
        """rows: all that may be chosen; wish (t,): the mix of themes that is wanted."""
        contested = np.array(sorted(set(rows)), np.int64)
        self._place = {row: at for at, row in enumerate(contested.tolist())}
        self._unit = snapshot.vectors(contested)
        self._mixes = catalogue.of(snapshot).mix_of(snapshot.group_of[contested])
        self._how, self._wish = how, wish
        self._likest = np.zeros(len(contested))
        self._themes = np.zeros(len(wish))
        self._deductions = self._renewed()

    def deduction(self, row: int) -> float:
        """In units of a contender's value."""
        return self._deductions[self._place[row]]

    def add(self, row: int) -> None:
        """The reading is on the list now."""
        at = self._place[row]
        self._themes += self._mixes[at]
        self._likest = np.maximum(self._likest, self._unit @ self._unit[at])
        self._deductions = self._renewed()

    def _renewed(self) -> list[float]:
        astray = calibration.divergence(self._wish, self._themes + self._mixes)
        found: list[float] = (
            self._how.likeness * self._likest + self._how.balance * astray
        ).tolist()
        return found
