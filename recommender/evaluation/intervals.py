"""What chance alone could do: bootstrap intervals over members."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DRAWS = 1_000
LEVEL = 0.95
FEWEST = 5  # members; of fewer nothing is said


@dataclass(frozen=True)
class Interval:
    mean: float
    low: float
    high: float
    members: int

    @property
    def apart_from_zero(self) -> bool:
        """Whether chance would hardly do this; never for fewer than FEWEST members."""
        return self.members >= FEWEST and (self.low > 0 or self.high < 0)


def interval(values: np.ndarray, seed: int = 0) -> Interval:
    """Of the mean of one number for each member: Efron's percentile bootstrap (1979).

    For the difference of two methods give the differences member by member:
    what is easy for one member is easy for both methods, and falls out.
    """
    n = len(values)
    if n == 0:
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    rng = np.random.default_rng(seed)
    means = np.empty(DRAWS)
    for at in range(0, DRAWS, 100):  # 100 x 5,000 members are 4 MB at once
        means[at : at + 100] = values[rng.integers(0, n, (100, n))].mean(axis=1)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(values.mean()), float(low), float(high), n)
