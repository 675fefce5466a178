"""Texts that say the same: ridge regression on what texts say, and plain matching of words and meaning.

`fit_text_ridge` is every member's own kernel ridge regression from texts to
"has read", in closed form: scores = h (K + lambda)^-1 K_c. The kernel is
exp(gamma (k - 1)) of a mixture k of cosines, so nearby texts count far more
than a linear model lets them. For a candidate that somebody has read the
leave-one-out form is used (as EASE does), so it is scored as if it were new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular

from corpus import words
from recommender.learned.item_item import CELLS_LIMIT, ItemItem, whole
from recommender.learned.task import lengths, scaled, sums

EXACT_LIMIT = 15_000  # texts in an exact kernel: 900 MB. Beyond, landmarks stand for all
LANDMARKS = 3_000
BLOCK = 2_000

Features = dict[str, "sp.csr_matrix | np.ndarray"]  # name -> (n_texts, dim), unit rows
Mixture = dict[str, float]  # name of a feature -> its share; shares sum to 1


@dataclass(frozen=True)
class TextRidge:
    """Scores are the history in the basis of the landmarks times what was solved."""

    basis: np.ndarray | None  # (n_texts, n_landmarks); None: the landmarks are the read texts
    landmarks: np.ndarray  # (n_landmarks,) columns
    solved: np.ndarray  # (n_landmarks, n_candidates)

    def scores(self, history: sp.csr_matrix) -> np.ndarray:
        inner = history[:, self.landmarks] if self.basis is None else history @ self.basis
        return np.asarray(inner @ self.solved, np.float32)

    def over_read(self, read_texts: np.ndarray) -> np.ndarray:
        """(n_read_texts, n_candidates): what each read text alone gives to each candidate."""
        if self.basis is None:
            return self.solved
        return self.basis[read_texts] @ self.solved


@dataclass(frozen=True)
class Match:
    """Cosine between the sum of the history's rows and each candidate's row."""

    inwards: sp.csr_matrix | np.ndarray  # (n_texts, dim)
    outwards: sp.csr_matrix | np.ndarray  # (n_candidates, dim)

    def scores(self, history: sp.csr_matrix) -> np.ndarray:
        found = (history @ self.inwards) @ self.outwards.T
        return np.asarray(found.toarray() if sp.issparse(found) else found, np.float32)


@dataclass(frozen=True)
class Nearest:
    """A soft maximum over the history of the cosine to a candidate: one close text is enough."""

    vectors: np.ndarray  # (n_texts, dim) unit rows
    candidates: np.ndarray  # (n_candidates, dim)
    sharpness: float = 12.0

    def scores(self, history: sp.csr_matrix) -> np.ndarray:
        columns, place = np.unique(history.indices, return_inverse=True)
        out = np.zeros((history.shape[0], len(self.candidates)), np.float32)
        if not len(columns):
            return out
        short = sp.csr_matrix(
            (history.data, place, history.indptr), shape=(history.shape[0], len(columns))
        )
        for at in range(0, len(self.candidates), BLOCK):
            cosine = self.vectors[columns] @ self.candidates[at : at + BLOCK].T
            out[:, at : at + BLOCK] = short @ np.exp(self.sharpness * (cosine - 1))
        return np.sign(out) * np.log1p(np.abs(out) * np.exp(self.sharpness))


def cosines(
    features: Features, mixture: Mixture, rows: np.ndarray, columns: np.ndarray
) -> np.ndarray:
    """(n_rows, n_columns) float32, the mixture of cosines, written block by block."""
    out = np.zeros((len(rows), len(columns)), np.float32)
    right = {name: features[name][columns].T for name in mixture}
    for at in range(0, len(rows), BLOCK):
        part = out[at : at + BLOCK]
        for name, share in mixture.items():
            product = features[name][rows[at : at + BLOCK]] @ right[name]
            part += np.float32(share) * (product.toarray() if sp.issparse(product) else product)
    return out


def kernel(
    features: Features, mixture: Mixture, rows: np.ndarray, columns: np.ndarray, gamma: float
) -> np.ndarray:
    """(n_rows, n_columns) float32, exp(gamma (k - 1))."""
    out = cosines(features, mixture, rows, columns)
    out -= 1
    out *= np.float32(gamma)
    np.exp(out, out=out)
    return out


def fit_text_ridge(
    features: Features,
    mixture: Mixture,
    read_texts: np.ndarray,
    candidates: np.ndarray,
    *,
    gamma: float,
    penalty: float,
    landmarks: int | None = None,
    seed: int = 0,
) -> TextRidge:
    """Exact up to EXACT_LIMIT read texts if all candidates are new; else on random landmarks."""
    new = ~np.isin(candidates, read_texts)
    n = len(read_texts)
    if landmarks is None and n <= (EXACT_LIMIT if new.all() else LANDMARKS):
        return _exact(features, mixture, read_texts, candidates, new, gamma, penalty)
    everything = np.arange(features[next(iter(mixture))].shape[0])
    count = min(landmarks or LANDMARKS, n, CELLS_LIMIT // len(everything))
    chosen = np.sort(np.random.default_rng(seed).choice(read_texts, count, replace=False))
    # Nyström features, whitened first: in float32 the normal equations of the bare
    # kernel lose what they should find (6,000 landmarks were worse than 3,000).
    basis = kernel(features, mixture, everything, chosen, gamma)
    inner = basis[chosen]
    inner[np.diag_indices_from(inner)] += 1e-4
    root = cholesky(inner, lower=True, overwrite_a=True)
    for at in range(0, len(basis), BLOCK):
        some = basis[at : at + BLOCK]
        some[:] = solve_triangular(root, some.T, lower=True).T
    gram = np.zeros((count, count), np.float32)
    for at in range(0, n, BLOCK):
        some = basis[read_texts[at : at + BLOCK]]
        gram += some.T @ some
    gram[np.diag_indices_from(gram)] += penalty
    right = np.ascontiguousarray(basis[candidates].T)
    solved = cho_solve(cho_factor(gram, lower=True, overwrite_a=True), right)
    leverage = np.where(new, 0, np.einsum("mc,mc->c", right, solved))
    solved /= np.maximum(1 - leverage, 0.05).astype(np.float32)
    return TextRidge(basis, chosen, solved)


def _exact(
    features: Features,
    mixture: Mixture,
    read_texts: np.ndarray,
    candidates: np.ndarray,
    new: np.ndarray,
    gamma: float,
    penalty: float,
) -> TextRidge:
    inner = kernel(features, mixture, read_texts, read_texts, gamma)
    inner[np.diag_indices_from(inner)] += penalty
    right = kernel(features, mixture, read_texts, candidates, gamma)
    solved = cho_solve(cho_factor(inner, lower=True, overwrite_a=True), right)
    seen = np.flatnonzero(~new)
    if len(seen):
        # (K + l)^-1 K = I - l P, so leave-one-out is a column over 1 less its diagonal
        own = np.searchsorted(read_texts, candidates[seen])
        leverage = solved[own, seen].copy()
        solved[:, seen] /= np.maximum(1 - leverage, 0.05)
        solved[own, seen] = 0
    return TextRidge(None, read_texts, solved)


def through_readers(ridge: TextRidge, read: sp.csr_matrix) -> ItemItem:
    """Would those who read what you read want the candidate? Their ridge scores, weighted by overlap.

    The closed form of content-to-collaborative mapping: the candidate's column
    of readers is predicted from its text, then compared with the history.
    """
    most = max(CELLS_LIMIT // ridge.solved.shape[1], 1)
    if read.shape[0] > most:  # so many readers are enough to tell tastes apart
        read = read[np.sort(np.random.default_rng(0).choice(read.shape[0], most, replace=False))]
    weight = 1 / np.sqrt(np.maximum(lengths(read), 1))
    readers = np.maximum(sums(read, 0), 1)
    left = scaled(read, rows=weight, columns=readers**-0.5).T.tocsr()
    by_member = ridge.scores(scaled(read, rows=weight))
    by_member /= np.maximum(np.linalg.norm(by_member, axis=0), 1e-6)
    return whole(left, by_member)


@dataclass(frozen=True)
class Filled:
    """The history filled in by EASE with what its readers also read, then the text ridge."""

    ease: ItemItem
    own: np.ndarray  # (n_read_texts,) what a text would say of itself, taken out
    read_texts: np.ndarray
    onto: np.ndarray  # (n_read_texts, n_candidates) of the text ridge
    ahead: np.ndarray  # (k, n_candidates): EASE's second factor times `onto`, made once

    def scores(self, history: sp.csr_matrix) -> np.ndarray:
        among = scaled(history[:, self.read_texts], columns=self.own)
        return (history @ self.ease.left).toarray() @ self.ahead - among @ self.onto


def fill_in(ease: ItemItem, ridge: TextRidge, read_texts: np.ndarray) -> Filled:
    """`ease` was fitted for the columns `read_texts`."""
    onto = ridge.over_read(read_texts)
    left = ease.left[read_texts[ease.scored]]
    own = np.zeros(len(read_texts), np.float32)
    own[ease.scored] = np.array(
        [
            left.data[a:b] @ ease.right[left.indices[a:b], k]
            for k, (a, b) in enumerate(zip(left.indptr, left.indptr[1:], strict=False))
        ],
        np.float32,
    )
    return Filled(ease, own, read_texts, onto, ease.right @ onto[ease.scored])


def likenesses(
    features: Features, mixture: Mixture, read_texts: np.ndarray, *, count: int = 15
) -> sp.csr_matrix:
    """(n_texts, n_texts), in each row its `count` nearest read texts, the text itself left
    out, by their cosine cubed; rows sum to 1 on average."""
    n = features[next(iter(mixture))].shape[0]
    count = min(count, len(read_texts))
    rows, columns, values = [], [], []
    for at in range(0, n, BLOCK):
        some = np.arange(at, min(at + BLOCK, n))
        cosine = cosines(features, mixture, some, read_texts)
        near = np.argpartition(-cosine, count - 1, axis=1)[:, :count]
        rows.append(np.repeat(some, count))
        columns.append(read_texts[near].ravel())
        values.append(np.maximum(np.take_along_axis(cosine, near, 1), 0).ravel() ** 3)
    row, column, value = (np.concatenate(part) for part in (rows, columns, values))
    apart = (row != column) & (value > 0)
    found = sp.csr_matrix((value[apart], (row[apart], column[apart])), shape=(n, n))
    return (found * np.float32(n / max(float(found.sum()), 1e-9))).astype(np.float32)


def fit_bm25(texts: Sequence[str], read_texts: np.ndarray, candidates: np.ndarray) -> Match:
    """Robertson and Zaragoza's BM25 (2009), the history's words as the query."""
    k1, b = 1.2, 0.75
    found = [Counter(words.tokens(text)) for text in texts]
    frequency = Counter(term for row in read_texts for term in found[row])
    place = {term: k for k, term in enumerate(sorted(t for t, n in frequency.items() if n > 1))}
    entries = [
        (r, place[t], n) for r, counts in enumerate(found) for t, n in counts.items() if t in place
    ] or [(0, 0, 0)]
    rows, columns, counts = (np.array(part) for part in zip(*entries, strict=True))
    shape = (len(texts), max(len(place), 1))
    n = len(read_texts)
    df = np.array([frequency[t] for t in place] or [1], float)
    rarity = np.log1p((n - df + 0.5) / (df + 0.5))
    long = np.array([sum(c.values()) for c in found], float)
    long /= max(long.mean(), 1e-9)
    gain = counts * (k1 + 1) / (counts + k1 * (1 - b + b * long[rows])) * rarity[columns]
    query = sp.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)
    document = sp.csr_matrix((gain.astype(np.float32), (rows, columns)), shape=shape)
    return Match(query, document[candidates])
