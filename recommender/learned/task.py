"""What is asked of the learned recommender: who has read what, who asks, what may be offered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

DISMISSED = -0.5  # a text set aside says half as much as one that was read, the other way


@dataclass(frozen=True)
class Task:
    """Columns are texts, numbered from 0; rows of `read` are members whose acts may be learned from.

    Rows of `history`, `kept_back` and `known` are the members who ask. `history`
    holds 1 for what was read and `DISMISSED` for what was set aside.
    """

    texts: Sequence[str]  # n_texts, title first
    read: sp.csr_matrix  # (n_members, n_texts) float32, 1 where read
    history: sp.csr_matrix  # (n_asking, n_texts) float32
    known: np.ndarray  # (n_asking,) bool: the member is one of the rows of `read`
    candidates: np.ndarray  # (n_candidates,) int64, columns that may be offered
    kept_back: sp.csr_matrix  # (n_asking, n_texts), not zero where the text must not be offered

    @property
    def read_texts(self) -> np.ndarray:
        """(n,) columns that somebody read, sorted."""
        return np.unique(self.read.indices)

    @property
    def new_candidates(self) -> np.ndarray:
        """(n_candidates,) bool: nobody has read the text."""
        return ~np.isin(self.candidates, self.read_texts)

    def asking(self, rows: np.ndarray) -> Task:
        """The same task for some of those who ask."""
        return replace(
            self,
            history=self.history[rows],
            known=self.known[rows],
            kept_back=self.kept_back[rows],
        )


def rows_of(lists: Iterable[Iterable[int]], n_columns: int, value: float = 1.0) -> sp.csr_matrix:
    """(n_lists, n_columns) float32 with `value` at the listed columns; a column named twice counts once."""
    columns: list[int] = []
    ends = [0]
    for one in lists:
        columns.extend(sorted(set(one)))
        ends.append(len(columns))
    data = np.full(len(columns), value, np.float32)
    return sp.csr_matrix(
        (data, np.array(columns, np.int64), np.array(ends, np.int64)),
        shape=(len(ends) - 1, n_columns),
    )


def lengths(matrix: sp.csr_matrix) -> np.ndarray:
    """(n_rows,) how many entries each row has."""
    return np.diff(matrix.indptr)


def sums(matrix: sp.csr_matrix, axis: int) -> np.ndarray:
    """Sums along an axis as a plain (n,) float32 array."""
    return np.asarray(matrix.sum(axis=axis), np.float32).ravel()


def scaled(
    matrix: sp.csr_matrix, *, rows: np.ndarray | None = None, columns: np.ndarray | None = None
) -> sp.csr_matrix:
    """The matrix with each row and each column multiplied by its number."""
    out = matrix.astype(np.float32).copy()
    if rows is not None:
        out.data *= np.repeat(rows.astype(np.float32), np.diff(out.indptr))
    if columns is not None:
        out.data *= columns.astype(np.float32)[out.indices]
    return out
