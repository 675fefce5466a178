"""What members have in common, as a few hundred numbers each: implicit ALS and a truncated SVD.

Both score any history by folding it in, so that a new member needs no training.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from recommender.learned.task import lengths, scaled, sums

ROUNDS = 12
STEPS = 3  # of conjugate gradients in each half round: as good as an exact solution (Takács 2011)
FOLD_IN_STEPS = 10
ENTRIES = 500_000  # of the matrix at once: with 192 factors 770 MB


@dataclass(frozen=True)
class Implicit:
    """Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets" (ICDM 2008)."""

    texts: np.ndarray  # (n_texts, k) float32
    candidates: np.ndarray  # (n_candidates, k)
    alpha: float
    ridge: float

    def scores(self, history: sp.csr_matrix) -> np.ndarray:
        members = half_round(
            history, self.texts, None, alpha=self.alpha, ridge=self.ridge, steps=FOLD_IN_STEPS
        )
        return members @ self.candidates.T


@dataclass(frozen=True)
class Projection:
    """Cremonesi et al., PureSVD (RecSys 2010): the history, projected on the main directions."""

    inwards: np.ndarray  # (n_texts, k)
    outwards: np.ndarray  # (n_candidates, k)

    def scores(self, history: sp.csr_matrix) -> np.ndarray:
        return np.asarray(history @ self.inwards) @ self.outwards.T


def fit_implicit(
    read: sp.csr_matrix,
    candidates: np.ndarray,
    *,
    size: int = 128,
    alpha: float = 10.0,
    ridge: float = 0.003,
    seed: int = 0,
) -> Implicit:
    """`ridge` is a share: Rendle et al. (RecSys 2022) let the penalty of a row grow with its entries."""
    size = max(1, min(size, min(read.shape) - 1))
    start = np.random.default_rng(seed)
    texts = start.normal(0, 0.1 / np.sqrt(size), (read.shape[1], size)).astype(np.float32)
    members: np.ndarray | None = None
    by_text = read.T.tocsr()
    for _ in range(ROUNDS):
        members = half_round(read, texts, members, alpha=alpha, ridge=ridge, steps=STEPS)
        texts = half_round(by_text, members, texts, alpha=alpha, ridge=ridge, steps=STEPS)
    return Implicit(texts, texts[candidates], alpha, ridge)


def half_round(
    rows: sp.csr_matrix,
    other: np.ndarray,
    start: np.ndarray | None,
    *,
    alpha: float,
    ridge: float,
    steps: int,
) -> np.ndarray:
    """(n_rows, k): for each row x the solution of (O'O + alpha sum o o' + r) x = (1 + alpha) sum o.

    All rows at once by conjugate gradients: the dense part is one product, the
    sparse part two sparse products, whatever the lengths of the rows. Something
    set aside (a negative entry) is a heavier zero: it counts in the sum of o o'
    and pulls down on the right.
    """
    weights = abs(rows)
    penalty = ridge * (alpha * lengths(rows) + len(other))[:, None].astype(np.float32)
    square = other.T @ other
    place = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))

    def applied(x: np.ndarray) -> np.ndarray:
        inner = weights.copy()
        for at in range(0, len(place), ENTRIES):
            part = slice(at, at + ENTRIES)
            inner.data[part] *= np.einsum("ek,ek->e", x[place[part]], other[rows.indices[part]])
        return x @ square + np.float32(alpha) * np.asarray(inner @ other) + penalty * x

    target = np.float32(1 + alpha) * np.asarray(rows @ other)
    x = np.zeros_like(target) if start is None else start.copy()
    left = target - applied(x)
    way = left.copy()
    size = np.einsum("rk,rk->r", left, left)
    for _ in range(steps):
        along = applied(way)
        step = (size / np.maximum(np.einsum("rk,rk->r", way, along), 1e-20))[:, None]
        x += step * way
        left -= step * along
        grown = np.einsum("rk,rk->r", left, left)
        way = left + (grown / np.maximum(size, 1e-20))[:, None] * way
        size = grown
    return x.astype(np.float32)


def fit_projection(
    read: sp.csr_matrix, candidates: np.ndarray, *, size: int = 128, damp: float = 0.5
) -> Projection:
    """`damp` is the power of a text's readers by which its column is divided first."""
    readers = np.maximum(sums(read, 0), 1)
    down = readers**-damp
    normal = scaled(read, rows=1 / np.sqrt(np.maximum(lengths(read), 1)), columns=down)
    _, directions = leading(normal, size)
    return Projection(
        (directions.T * down[:, None]).astype(np.float32),
        (directions.T * (1 / down)[:, None])[candidates].astype(np.float32),
    )


def leading(matrix: sp.csr_matrix, size: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Largest singular values (k,) and right vectors (k, n_columns) of a sparse matrix.

    Randomised subspace iteration, Halko, Martinsson and Tropp (SIAM Review
    2011), with the orthogonal bases on the side of the rows.
    """
    size = max(1, min(size, min(matrix.shape) - 1))
    wide = min(size + 16, min(matrix.shape))
    start = np.random.default_rng(seed).standard_normal((matrix.shape[1], wide))
    flipped = matrix.T.tocsr()
    basis = np.linalg.qr(matrix @ start.astype(np.float32))[0]
    for _ in range(3):
        basis = np.linalg.qr(matrix @ (flipped @ basis))[0]
    small = np.asarray(flipped @ basis)  # (n_columns, wide)
    values, turn = np.linalg.eigh(small.T @ small)
    order = np.argsort(-values)[:size]
    root = np.sqrt(np.maximum(values[order], 1e-12))
    return root, ((small @ turn[:, order]) / root).T.astype(np.float32)
