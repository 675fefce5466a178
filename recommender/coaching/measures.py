"""How right probabilities of labels are. Arrays: (n, 9) probabilities, (n,) numbers of true labels."""

from __future__ import annotations

import numpy as np


def accuracy(chances: np.ndarray, truth: np.ndarray) -> float:
    return float((chances.argmax(axis=1) == truth).mean())


def f1(chances: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """(9,) of each label; 0 where it was neither there nor said."""
    said = chances.argmax(axis=1)
    found = []
    for label in range(chances.shape[1]):
        both = int(((said == label) & (truth == label)).sum())
        total = int((said == label).sum() + (truth == label).sum())
        found.append(2 * both / total if total else 0.0)
    return np.array(found)


def macro_f1(chances: np.ndarray, truth: np.ndarray) -> float:
    return float(f1(chances, truth).mean())


def at_coverage(chances: np.ndarray, truth: np.ndarray, share: float) -> float:
    """Accuracy on the `share` of sentences with the highest probability."""
    order = np.argsort(-chances.max(axis=1), kind="stable")[: max(1, round(share * len(truth)))]
    return accuracy(chances[order], truth[order])


def calibration_error(chances: np.ndarray, truth: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over equally wide bins (Guo et al. 2017)."""
    top = chances.max(axis=1)
    right = chances.argmax(axis=1) == truth
    place = np.minimum((top * bins).astype(int), bins - 1)
    return float(
        sum(
            (place == b).mean() * abs(right[place == b].mean() - top[place == b].mean())
            for b in range(bins)
            if (place == b).any()
        )
    )


def least_calibration_error(
    chances: np.ndarray, *, bins: int = 10, draws: int = 500
) -> tuple[float, float]:
    """What `calibration_error` would be if these probabilities were exactly true: mean
    and 95th percentile over drawn truths. On few sentences it is far above 0."""
    random = np.random.default_rng(0)
    upto = chances.cumsum(axis=1)
    last = chances.shape[1] - 1
    found = [
        calibration_error(
            chances, np.minimum((random.random((len(chances), 1)) > upto).sum(axis=1), last), bins
        )
        for _ in range(draws)
    ]
    return float(np.mean(found)), float(np.quantile(found, 0.95))


def interval(chances: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """95 % of the accuracy: Wilson (1927)."""
    n, p, z = len(truth), accuracy(chances, truth), 1.96
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return float(middle - half), float(middle + half)


def sure_from(chances: np.ndarray, truth: np.ndarray, wanted: float, fewest: int = 30) -> float:
    """The lowest probability from which on answers are right `wanted` of the time.

    Right also for every higher bound with at least `fewest` answers, so that a
    lucky few do not set it; 1.01 (never) if there is none.
    """
    top = chances.max(axis=1)
    order = np.argsort(-top, kind="stable")
    right = (chances.argmax(axis=1) == truth)[order]
    shares = np.cumsum(right) / np.arange(1, len(right) + 1)
    good = shares >= wanted
    good[: min(fewest, len(good))] = True
    holds = np.flatnonzero(np.logical_and.accumulate(good))
    if len(holds) < fewest or shares[min(fewest, len(shares)) - 1] < wanted:
        return 1.01
    return float(top[order][holds[-1]])
