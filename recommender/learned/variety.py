"""A list in which texts differ and the same few are not everybody's.

Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998) over the first
places, less a little for texts that already stand in many lists. How strong is
found on a rehearsal: the weakest that reaches the goals, and never one that
costs more than MOST_COST of NDCG@20.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

STRENGTHS = (0.0, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
GOAL_DIVERSITY = 0.90  # mean of 1 - cosine of two texts' words, inside a list
GOAL_COVERAGE = 0.6  # candidates in at least one list, where there are places for them
MOST_COST = 0.03
PLACES = 20
POOL = 60


@dataclass(frozen=True)
class Lists:
    """Best first; both (n_members, n_places). A place that nobody fills is -1 with score -inf."""

    columns: np.ndarray  # int64, places in the task's candidates
    scores: np.ndarray  # float32, spread about 1 over all candidates


def diversified(lists: Lists, words: sp.csr_matrix, strength: float) -> Lists:
    """`words` (n_candidates, n_terms), unit rows. Places beyond PLACES keep their order."""
    if strength == 0 or not lists.columns.size:
        return lists
    shown = exposure(lists, words.shape[0])
    columns, scores = lists.columns.copy(), lists.scores.copy()
    for row in range(len(columns)):
        there = int((columns[row, :POOL] >= 0).sum())
        if there > 2:
            order = _order(
                scores[row, :there],
                words[columns[row, :there]],
                shown[columns[row, :there]],
                strength,
            )
            columns[row, :there] = columns[row, order]
            scores[row, :there] = scores[row, order]
    return Lists(columns, scores)


def exposure(lists: Lists, n_candidates: int) -> np.ndarray:
    """(n_candidates,) log2 of how much more often than the mean a text stands in the first places."""
    first = lists.columns[:, :PLACES]
    count = np.bincount(first[first >= 0], minlength=n_candidates)
    return np.log2(np.maximum(count / max(count.mean(), 1e-9), 1.0))


def _order(
    scores: np.ndarray, words: sp.csr_matrix, shown: np.ndarray, strength: float
) -> np.ndarray:
    """A permutation of the pool: greedily the best by score less likeness to what stands above."""
    alike = (words @ words.T).toarray()
    spread = max(float(scores.std()), 1e-6)
    value = scores / spread - strength * 0.25 * shown
    above = np.zeros(len(scores))
    chosen: list[int] = []
    left = np.ones(len(scores), bool)
    for place in range(min(PLACES, len(scores))):
        now = value - strength * 4 * (above / max(place, 1))
        best = int(np.argmax(np.where(left, now, -np.inf)))
        chosen.append(best)
        left[best] = False
        above += alike[best]
    return np.concatenate([chosen, np.flatnonzero(left)]).astype(int)


def diversity(lists: Lists, words: sp.csr_matrix) -> float:
    """Mean over members of 1 - cosine between two texts of the first places."""
    found = []
    for row in lists.columns[:, :PLACES]:
        inside = words[row[row >= 0]]
        n = inside.shape[0]
        if n > 1:
            total = np.asarray(inside.sum(axis=0)).ravel()
            found.append(1 - (total @ total - inside.multiply(inside).sum()) / (n * (n - 1)))
    return float(np.mean(found)) if found else 1.0


def coverage(lists: Lists, n_candidates: int) -> float:
    """Share of candidates that stand in at least one member's first places."""
    first = lists.columns[:, :PLACES]
    return len(np.unique(first[first >= 0])) / max(n_candidates, 1)


def ndcg(lists: Lists, answers: sp.csr_matrix) -> float:
    """Mean NDCG of the first places; answers (n_members, n_candidates)."""
    gain = 1 / np.log2(np.arange(2, PLACES + 2))
    truth = answers.toarray() > 0
    first = lists.columns[:, :PLACES]
    hit = np.take_along_axis(truth, np.maximum(first, 0), axis=1) & (first >= 0)
    hidden = np.maximum(truth.sum(axis=1), 1)
    return float(
        (hit @ gain[: first.shape[1]] / np.cumsum(gain)[np.minimum(hidden, PLACES) - 1]).mean()
    )


def chosen_strength(lists: Lists, words: sp.csr_matrix, answers: sp.csr_matrix) -> float:
    """On a rehearsal's lists. Few members cannot cover many texts, so they are not asked to."""
    n = answers.shape[1]
    goal = GOAL_COVERAGE * min(1.0, len(lists.columns) * PLACES / max(3 * n, 1))
    plain = ndcg(lists, answers)
    best = 0.0
    for strength in STRENGTHS:
        tried = diversified(lists, words, strength)
        if ndcg(tried, answers) < plain * (1 - MOST_COST):
            break
        best = strength
        if diversity(tried, words) >= GOAL_DIVERSITY and coverage(tried, n) >= goal:
            break
    return best
