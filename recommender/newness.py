"""What the slider from "more of the same" to "something new" does to a list."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

USUAL = 0.3  # where the slider stands until somebody moves it


@dataclass(frozen=True)
class Slider:
    """Numbers for one list."""

    stretch: int  # cards of something different
    in_row: int  # most cards of one row
    alone: int  # cards that evidence gives even where one row has to give them all
    likeness: float  # deduction for the likest chosen reading, of the row's best
    balance: float  # deduction per nat that the list's themes are away from the wanted mix
    elsewhere: float  # share of the wanted mix for themes that the member is not known for


@lru_cache(maxsize=1_000)  # the same few again and again
def slider(newness: float, count: int) -> Slider:
    """`newness` from 0 to 1; every number changes one way as it grows."""
    newness = min(max(newness, 0.0), 1.0)

    def at(familiar: float, usual: float, new: float) -> float:
        return float(np.interp(newness, (0.0, USUAL, 1.0), (familiar, usual, new)))

    cards = at(0.0, 1 / 7, 3 / 7) * count
    stretch = max(1, round(cards)) if newness > 0 and count > 2 else 0
    return Slider(
        stretch=stretch,
        in_row=round(at(max(count, 3), 3, 2)),
        alone=round(at(max(count, 5), 5, 2)),
        likeness=at(0.0, 0.1, 0.5),
        balance=at(0.3, 0.3, 0.5),
        elsewhere=at(0.0, 0.0, 0.6),
    )
