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
        self._how = how
        self._astray = calibration.Astray(wish)
        self._likest = np.zeros(len(contested))
        self._themes = np.zeros(len(wish))
        self._deductions: list[float] | None = None

    def deduction(self, row: int) -> float:
        """In units of a contender's value."""
        if self._deductions is None:  # the list has grown since
            astray = self._astray.of(self._themes + self._mixes)
            found = self._how.likeness * self._likest + self._how.balance * astray
            self._deductions = found.tolist()
        return self._deductions[self._place[row]]

    def add(self, row: int) -> None:
        """The reading is on the list now."""
        at = self._place[row]
        self._themes += self._mixes[at]
        # Not `@`: for so few numbers a second thread that must be waited for, on a busy
        # machine, took a hundred times as long as the sums.
        alike = np.einsum("ij,j->i", self._unit, self._unit[at])
        self._likest = np.maximum(self._likest, alike)
        self._deductions = None
