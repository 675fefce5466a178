"""Products of queries with readings, and which are largest: in full, or only where asked.

A small library is multiplied whole. In a large one `Meaning` stands for that
matrix: the nearest readings are named by `quantised.py` and multiplied with
their whole vectors, and so is whatever else is asked for. Every number that is
handed out is exact; only a reading far down a pool can be missed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from recommender.index import Block, Snapshot
from recommender.largest import best_lines, distinct, nearest
from recommender.products import multiply
from recommender.quantised import Near, fetch_for

# When fewer free readings than so many times those wanted are left of the ones
# named, the block is multiplied whole: a filter or a member's own reading list
# has taken away just the nearest.
LEAST_LEFT = 3
MOST_NAMED = 0.5  # of a block, by all queries; to fetch more takes as long as all of it


class Words:
    """(e, size) of which hardly anything is not 0: by key, query * size + reading."""

    def __init__(self, shape: tuple[int, int], keys: np.ndarray, gains: np.ndarray) -> None:
        """A key may be there several times; its gains add up."""
        self.shape = shape
        order = np.argsort(keys)
        keys, gains = keys[order], gains[order]
        first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])[: len(keys)])
        self.keys = keys[first]
        self.values = np.add.reduceat(gains, first) if len(first) else gains

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        whole = np.zeros(self.shape, np.float32)
        whole.reshape(-1)[self.keys] = self.values
        return whole if dtype is None else whole.astype(dtype)

    def __getitem__(self, key: Any) -> np.ndarray:
        """As of an array; `[:, rows]` and `[queries, rows]` without making it."""
        if not (isinstance(key, tuple) and len(key) == 2 and _are_rows(key[1])):
            whole: np.ndarray = np.asarray(self)[key]
            return whole
        lines = np.arange(len(self))[key[0]]
        rows = np.asarray(key[1]) % self.shape[1]
        if isinstance(key[0], slice):
            lines = lines[:, None] if rows.ndim else lines
        wanted = lines * self.shape[1] + rows
        if not len(self.keys):
            return np.zeros(wanted.shape, np.float32)
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[at] == wanted, self.values[at], np.float32(0))

    def best(self, query: int, size: int) -> np.ndarray:
        """The rows of a query's `size` largest values."""
        first, last = np.searchsorted(
            self.keys, (query * self.shape[1], (query + 1) * self.shape[1])
        )
        rows, values = self.keys[first:last] - query * self.shape[1], self.values[first:last]
        there = values > 0
        rows, values = rows[there], values[there]
        if len(rows) > size:
            rows = rows[np.argpartition(-values, size)[:size]]
        return rows

    def block(self, blocked: np.ndarray) -> None:
        """0 for these rows, (size,) bool."""
        self.values[blocked[self.keys % self.shape[1]]] = 0


class Meaning:
    """(e, size): the best product of each query's vectors with each reading, -inf where blocked."""

    def __init__(
        self, snapshot: Snapshot, vectors: np.ndarray, starts: np.ndarray, blocked: np.ndarray
    ) -> None:
        self.shape = (len(starts), snapshot.size)
        self._snapshot = snapshot
        self._vectors = np.ascontiguousarray(vectors, np.float32)
        self._starts = starts
        self.blocked = np.zeros(snapshot.size, bool)
        self.blocked[blocked] = True
        self._rows = np.empty(0, np.int64)  # sorted: those known
        self._values = np.empty((len(starts), 0), np.float32)

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        whole = best_lines(self._snapshot.products(self._vectors), self._starts)
        whole[:, self.blocked] = -np.inf
        return whole if dtype is None else whole.astype(dtype)

    def __getitem__(self, key: Any) -> np.ndarray:
        """`[:, rows]`, `[query, rows]` and the like; anything else makes the whole matrix."""
        if isinstance(key, tuple) and len(key) == 2 and _are_rows(key[1]):
            places = self._places(np.asarray(key[1]))  # first: it may make _values anew
            found: np.ndarray = self._values[key[0], places]
            return found
        whole: np.ndarray = np.asarray(self)[key]
        return whole

    def know(self, rows: np.ndarray) -> None:
        """Multiply these rows, each of 0..size-1, unless they are known."""
        new = distinct(rows)
        if len(self._rows):
            at = np.minimum(np.searchsorted(self._rows, new), len(self._rows) - 1)
            new = new[self._rows[at] != new]
        if not len(new):
            return
        products = self._vectors @ self._snapshot.vectors(new).T
        values = best_lines(products, self._starts)
        values[:, self.blocked[new]] = -np.inf
        if len(self._rows):
            new = np.concatenate([self._rows, new])
            order = np.argsort(new)
            new, values = new[order], np.concatenate([self._values, values], axis=1)[:, order]
        self._rows, self._values = new, values

    def _places(self, rows: np.ndarray) -> np.ndarray:
        rows = rows % self.shape[1]  # -1 is the last, as in an array
        self.know(rows.reshape(-1))
        return np.searchsorted(self._rows, rows)

    def nearest(self, language: str, size: int) -> np.ndarray:
        """(e, k) rows of a language, at most `size` for each query, -1 where there are fewer."""
        parts = [
            self._nearest_in(block, near, size)
            for block, near in zip(self._snapshot.blocks, self._snapshot.near, strict=True)
            if block.language == language
        ]
        rows = distinct(np.concatenate(parts))
        if not len(rows):
            return np.full((len(self), 0), -1, np.int64)
        return _columns(rows, nearest(self[:, rows], size, 0, -np.inf))

    def _nearest_in(self, block: Block, near: Near | None, size: int) -> np.ndarray:
        """Rows of a block, among them the nearest of every query."""
        blocked = self.blocked[block.start : block.stop]
        free = len(blocked) - int(np.count_nonzero(blocked))
        # So many that enough free ones are left if the blocked ones stand anywhere.
        count = fetch_for(len(blocked)) * size * len(blocked) // max(free, 1)
        if near is not None and count * len(self._vectors) < len(blocked) * MOST_NAMED:
            named = near.candidates(self._vectors, count)
            left = ((named >= 0) & ~blocked[named]).sum(axis=1)
            if left.min() >= LEAST_LEFT * size:
                return distinct(named[named >= 0]) + block.start
        part = self._snapshot.vectors_of(block)
        values = best_lines(multiply(self._vectors, part), self._starts)
        values[:, blocked] = -np.inf
        found = nearest(values, size, block.start, -np.inf)
        return distinct(found[found >= 0])


def _are_rows(key: Any) -> bool:
    if isinstance(key, np.ndarray):
        return key.dtype != bool
    return isinstance(key, int | np.integer)


def _columns(rows: np.ndarray, places: np.ndarray) -> np.ndarray:
    return np.where(places >= 0, rows[places], -1)
