"""What is known of a candidate before anything is known of the member."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from recommender.learned.by_text import TextRidge
from recommender.learned.task import sums


@dataclass(frozen=True)
class Prior:
    values: np.ndarray  # (n_candidates,)

    def scores(self, history: sp.csr_matrix) -> np.ndarray:
        return np.repeat(self.values[None, :], history.shape[0], axis=0)


def fit_popularity(read: sp.csr_matrix, candidates: np.ndarray) -> Prior:
    return Prior(np.log1p(sums(read, 0)[candidates]).astype(np.float32))


def expected_popularity(ridge: TextRidge, read: sp.csr_matrix, read_texts: np.ndarray) -> Prior:
    """How many would read a text that says such things: the same ridge, on log readers."""
    level = np.log1p(sums(read, 0)[read_texts])
    row = sp.csr_matrix(
        (level - level.mean(), read_texts, np.array([0, len(level)])), shape=(1, read.shape[1])
    )
    return Prior(ridge.scores(row.astype(np.float32))[0])
