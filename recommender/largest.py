"""The largest numbers of each row of a matrix, and small helpers beside it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

PARTS = 8  # for each of the largest that are wanted; so hardly more than those pass the bound


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

    Exact. Long rows are first cut by a bound: one comparison of the whole matrix instead
    of a partition of each row.
    """
    e, n = values.shape
    out = np.full((e, min(k, n)), -1, np.int64)
    guess = np.full(e, floor, np.float32)
    each = n // (PARTS * k)
    if n > 4096 and each > 1:
        # The k-th largest of the largest of some parts: k values at least are as large.
        tops = values[:, : n // each * each].reshape(e, each, n // each).max(axis=1)
        # Sorted: np.partition takes ten times as long where most are 0. What is equal
        # to the bound is let through: of words there are many alike.
        below = np.nextafter(np.sort(tops, axis=1)[:, -k], np.float32(-np.inf))
        guess = np.maximum(below, guess)
    flat = np.flatnonzero(values > guess[:, None])
    bounds = np.searchsorted(flat, np.arange(e + 1) * n).tolist()
    for row, (first, last) in enumerate(pairwise(bounds)):
        columns = flat[first:last] - row * n
        if len(columns) > k:
            columns = _largest(columns, values[row].take(columns), k)
        out[row, : len(columns)] = columns
    if offset:
        out[out >= 0] += offset
    return out


def _largest(places: np.ndarray, values: np.ndarray, k: int) -> np.ndarray:
    """(k,) of the places, those of the k largest values; of equal ones, the first."""
    least = np.sort(values)[-k]
    found = places[values >= least]
    if len(found) > k:  # several are equal to the least
        above = places[values > least]
        found = np.concatenate([above, places[values == least][: k - len(above)]])
    return found
