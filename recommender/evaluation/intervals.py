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


def interval(values: np.ndarray, seed: int = 0, level: float = LEVEL) -> Interval:
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
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(values.mean()), float(low), float(high), n)


@dataclass(frozen=True)
class Cells:
    """Values that belong to a member and a text each; their mean is sum(values) / sum(shares)."""

    values: np.ndarray  # (n,) a member's add up to the number for that member
    shares: np.ndarray  # (n,) a member's add up to 1
    members: np.ndarray  # (n,) int64 from 0
    texts: np.ndarray  # (n,) int64 from 0

    @property
    def mean(self) -> float:
        return float(self.values.sum() / max(self.shares.sum(), 1e-12))

    def of(self, some: np.ndarray) -> Cells:
        """Those cells; some (n,) bool."""
        return Cells(self.values[some], self.shares[some], self.members[some], self.texts[some])


def crossed_interval(cells: Cells, seed: int = 0, level: float = LEVEL) -> Interval:
    """As `interval`, with members and texts both drawn anew.

    Members are not asked independently: a text that many of them come to by
    chance speaks for whatever had listed it, for all of them at once. This is
    the pigeonhole bootstrap (Owen 2007); it is on the safe side.
    """
    people = len(np.unique(cells.members))
    if not people:
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    rng = np.random.default_rng(seed)
    member = np.unique(cells.members, return_inverse=True)[1]
    text = np.unique(cells.texts, return_inverse=True)[1]
    means = np.empty(DRAWS)
    for draw in range(DRAWS):
        times = _drawn(member, rng) * _drawn(text, rng)
        means[draw] = times @ cells.values / max(times @ cells.shares, 1e-12)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(cells.mean, float(low), float(high), people)


def _drawn(codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(n,) how often the one that each cell belongs to is drawn."""
    count = int(codes.max()) + 1
    times: np.ndarray = np.bincount(rng.integers(0, count, count), minlength=count)[codes]
    return times
