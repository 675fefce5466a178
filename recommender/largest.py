"""The largest numbers of each row of a matrix, and small helpers beside it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np


def best_lines(products: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """(m, n) of all vectors -> (e, n): the best of each query's lines, in place.

    A second matrix costs as much as the product, and np.maximum.reduceat takes
    ten times as long.
    """
    if len(starts) < len(products):
        bounds = [*starts.tolist(), len(products)]
        for line, (first, last) in enumerate(pairwise(bounds)):
            for other in range(first + 1, last):
                np.maximum(products[first], products[other], out=products[first])
            if line != first:
                products[line] = products[first]
    return products[: len(starts)]


def distinct(numbers: np.ndarray) -> np.ndarray:
    """Sorted, each once: for a few thousand a third of the time of np.unique."""
    if len(numbers) < 2:
        return numbers.copy()
    ordered = np.sort(numbers)
    first = np.empty(len(ordered), bool)
    first[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def nearest(values: np.ndarray, k: int, offset: int, floor: float) -> np.ndarray:
    """(e, k) columns of the k largest values above `floor` in each row, -1 where fewer.

    Exact. Long rows are first cut by a threshold guessed from a sample: one
    comparison of the whole matrix instead of a partition of each row.
    """
    e, n = values.shape
    out = np.full((e, min(k, n)), -1, np.int64)
    guess = np.full(e, floor, np.float32)
    if n > 4096:
        sample = values[:, :: n // 512]
        rank = max(8, int(np.ceil(2 * k * sample.shape[1] / n)))
        if rank < sample.shape[1]:
            # Sorted: np.partition takes ten times as long where most are 0.
            guess = np.maximum(np.sort(sample, axis=1)[:, -rank], guess)
    flat = np.flatnonzero(values > guess[:, None])
    bounds = np.searchsorted(flat, np.arange(e + 1) * n).tolist()
    for row in range(e):
        columns = flat[bounds[row] : bounds[row + 1]] - row * n
        if len(columns) < k and guess[row] > floor:
            columns = np.flatnonzero(values[row] > floor)
        if len(columns) > k:
            columns = columns[np.argpartition(values[row, columns], -k)[-k:]]
        out[row, : len(columns)] = columns
    if offset:
        out[out >= 0] += offset
    return out
