"""Texts that the same members read: EASE and nearest neighbours, from the counts alone.

EASE: Steck, "Embarrassingly Shallow Autoencoders for Sparse Data" (WWW 2019),
closed form B = I - P diag(P)^-1 with P = (X'X + D)^-1. Two refinements, as in
Park et al., "Why is Normalization Necessary for Linear Recommenders?" (SIGIR
2025): members who read much weigh less each, and D grows with the square root
of a text's readers instead of being one number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.linalg import cho_factor, cho_solve

from recommender.learned.task import scaled, sums

SIDE_LIMIT = 12_000  # the longest side of a dense inverse: 12,000 squared float32 is 576 MB
CELLS_LIMIT = 400_000_000  # numbers in one dense matrix: 1.6 GB
BLOCK = 2_000


@dataclass(frozen=True)
class ItemItem:
    """Scores are a history times a text-to-text matrix, kept as two factors."""

    left: sp.csr_matrix  # (n_texts, k), sparse
    right: np.ndarray  # (k, n_scored) float32
    scored: np.ndarray  # (n_scored,) which candidates it says something of; the others get 0
    n_candidates: int

    def scores(self, history: sp.csr_matrix) -> np.ndarray:
        """(n_rows, n_candidates). A text's own column says nothing of itself: it is never offered."""
        found = (history @ self.left).toarray() @ self.right
        if len(self.scored) == self.n_candidates:
            return found
        out = np.zeros((history.shape[0], self.n_candidates), np.float32)
        out[:, self.scored] = found
        return out


def whole(left: sp.csr_matrix, right: np.ndarray) -> ItemItem:
    """One that scores every candidate."""
    return ItemItem(left, right, np.arange(right.shape[1]), right.shape[1])


@dataclass(frozen=True)
class Neighbours:
    to_candidate: sp.csr_matrix  # (n_texts, n_candidates), sparse similarities

    def scores(self, history: sp.csr_matrix) -> np.ndarray:
        return np.asarray((history @ self.to_candidate).toarray(), np.float32)


@dataclass(frozen=True)
class Informed:
    """What readers say beyond a prior, and the prior itself."""

    learned: ItemItem
    prior: sp.csr_matrix  # (n_texts, n_candidates)

    def scores(self, history: sp.csr_matrix) -> np.ndarray:
        return self.learned.scores(history) + (history @ self.prior).toarray()


@dataclass(frozen=True)
class Widened:
    """Another model, asked about the history and the texts most like it."""

    model: ItemItem
    like: sp.csr_matrix  # (n_texts, n_texts)

    def scores(self, history: sp.csr_matrix) -> np.ndarray:
        return self.model.scores((history + history @ self.like).tocsr())


@dataclass(frozen=True)
class Ridge:
    """The parts of EASE's P = (Z'Z + D)^-1 in the space of members: P = D^-1 - L (I + Z L)^-1 L'."""

    left: sp.csr_matrix  # (n_texts, n_members): L = D^-1 Z'
    solved: np.ndarray  # (n_members, n_columns): (I + Z L)^-1 L', some columns
    diagonal: np.ndarray  # (n_columns,) of P
    factor: tuple[np.ndarray, bool]  # Cholesky of I + Z L


def penalties(readers: np.ndarray, strength: float) -> np.ndarray:
    """(n_texts,) D of EASE; `readers` counts them. Texts nobody read do not lower the mean."""
    mean = readers[readers > 0].mean() if readers.any() else 1.0
    return (strength * np.sqrt((readers + 1) / (mean + 1))).astype(np.float32)


def member_weights(read: sp.csr_matrix) -> np.ndarray:
    """(n_members,) the fourth root of how much less than the average a member read."""
    counts = np.maximum(sums(read, 1), 1)
    return (counts / counts.mean()) ** -0.125  # of Z; squared in Z'Z


def ridge_over_members(read: sp.csr_matrix, columns: np.ndarray, strength: float) -> Ridge:
    inverse = 1 / penalties(sums(read, 0), strength)
    weighted = scaled(read, rows=member_weights(read))
    left = scaled(weighted, columns=inverse).T.tocsr()
    inner = (weighted @ left).toarray().astype(np.float32)
    inner[np.diag_indices_from(inner)] += 1
    factor = cho_factor(inner, lower=True, overwrite_a=True)
    right = left[columns].T.toarray()
    solved = cho_solve(factor, right)
    diagonal = inverse[columns] - np.einsum("uc,uc->c", right, solved)
    return Ridge(left, solved, np.maximum(diagonal, 1e-9).astype(np.float32), factor)


def fit_ease(read: sp.csr_matrix, candidates: np.ndarray, *, strength: float) -> ItemItem:
    """EASE for the candidate columns, on whichever side is shorter.

    Where both sides are too long only the SIDE_LIMIT most-read texts take part;
    the others are left to `fit_neighbours`, which stays sparse.
    """
    n_members, n_texts = read.shape
    fits = n_members * len(candidates) <= CELLS_LIMIT
    if n_members <= min(n_texts, SIDE_LIMIT) and fits:
        ridge = ridge_over_members(read, candidates, strength)
        return whole(ridge.left, np.divide(ridge.solved, ridge.diagonal, out=ridge.solved))
    return _ease_over_texts(read, candidates, strength)


def fit_informed_ease(
    read: sp.csr_matrix, candidates: np.ndarray, prior: sp.csr_matrix, *, strength: float
) -> Informed:
    """EASE that starts from `prior` (n_texts, n_texts) instead of from nothing.

    Minimises |W (X - X B)|^2 + |B - prior|^2 under D, with diag(B) = 0: where few
    read a text its neighbours by what it says speak for it, where many did their
    reading takes over. In closed form B = B' - P diag(B'_jj / P_jj) with
    B' = prior + P Z'(Z - Z prior); with an empty prior it is EASE.
    """
    ridge = ridge_over_members(read, candidates, strength)
    ahead = prior[:, candidates].tocsr()
    weighted = scaled(read, rows=member_weights(read))
    missed = (weighted[:, candidates] - weighted @ ahead).toarray().astype(np.float32)
    solved = cho_solve(ridge.factor, missed, overwrite_b=True)
    own = np.einsum("uc,uc->c", ridge.left[candidates].T.toarray(), solved)
    solved += ridge.solved * (own / ridge.diagonal).astype(np.float32)
    return Informed(whole(ridge.left, solved), ahead)


def _ease_over_texts(read: sp.csr_matrix, candidates: np.ndarray, strength: float) -> ItemItem:
    readers = sums(read, 0)
    kept = np.sort(np.argsort(-readers, kind="stable")[:SIDE_LIMIT])
    kept = kept[readers[kept] > 0]
    weighted = scaled(read[:, kept], rows=member_weights(read))
    gram = (weighted.T @ weighted).toarray().astype(np.float32)
    gram[np.diag_indices_from(gram)] += penalties(readers[kept], strength)
    place = np.full(read.shape[1], -1)
    place[kept] = np.arange(len(kept))
    at = place[candidates]
    there = np.flatnonzero(at >= 0)
    unit = np.zeros((len(kept), len(there)), np.float32)
    unit[at[there], np.arange(len(there))] = 1
    inverse = cho_solve(cho_factor(gram, lower=True, overwrite_a=True), unit, overwrite_b=True)
    weights = -inverse / np.maximum(inverse[at[there], np.arange(len(there))], 1e-9)
    weights[at[there], np.arange(len(there))] = 0
    pick = sp.csr_matrix(
        (np.ones(len(kept), np.float32), (kept, np.arange(len(kept)))),
        shape=(read.shape[1], len(kept)),
    )
    return ItemItem(pick, weights, there, len(candidates))


def fit_neighbours(
    read: sp.csr_matrix, candidates: np.ndarray, *, shrink: float = 10.0, count: int = 200
) -> Neighbours:
    """Cosine of two texts' readers, shrunk where few members read both; the nearest `count` only.

    Sarwar et al., "Item-based Collaborative Filtering" (WWW 2001), with Bell and
    Koren's shrinkage (2007). Sparse throughout: memory is count x candidates.
    """
    weighted = scaled(read, rows=member_weights(read) ** 2)
    root = np.sqrt(sums(read, 0)).astype(np.float32)
    columns = read.tocsc()[:, candidates]
    by_text = weighted.T.tocsr()
    blocks = [
        _nearest(
            by_text @ columns[:, at : at + BLOCK], root, candidates[at : at + BLOCK], shrink, count
        )
        for at in range(0, len(candidates), BLOCK)
    ]
    return Neighbours(sp.hstack(blocks, format="csr", dtype=np.float32))


def _nearest(
    together: sp.spmatrix, root: np.ndarray, columns: np.ndarray, shrink: float, count: int
) -> sp.csc_matrix:
    """(n_texts, n_columns): each column keeps its `count` nearest texts."""
    found = together.tocoo()
    apart = found.row != columns[found.col]
    rows, cols = found.row[apart], found.col[apart]
    value = found.data[apart] / (root[rows] * root[columns[cols]] + shrink)
    order = np.lexsort((rows, -value, cols))
    rows, cols, value = rows[order], cols[order], value[order]
    starts = np.searchsorted(cols, np.arange(len(columns)))
    near = np.arange(len(cols)) - starts[cols] < count
    return sp.csc_matrix((value[near], (rows[near], cols[near])), shape=together.shape)
