"""How good lists are: one number for each member, so that chance can be judged from them."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from recommender.evaluation.intervals import Interval

DEPTH = 20
NORMAL = 1.96  # standard deviations either side of the mean that hold 95 of 100


def hits(columns: np.ndarray, answers: sp.csr_matrix) -> np.ndarray:
    """(n_members, n_places) bool. columns: places among the candidates, -1 for none;
    answers (n_members, n_candidates), not zero where the hidden text is."""
    truth = answers.toarray() > 0
    return np.take_along_axis(truth, np.maximum(columns, 0), axis=1) & (columns >= 0)


def recall(hit: np.ndarray, hidden: np.ndarray, depth: int = DEPTH) -> np.ndarray:
    """(n_members,) share of the hidden texts that stand in the first `depth` places."""
    return hit[:, :depth].sum(axis=1) / np.maximum(hidden, 1)


def ndcg(hit: np.ndarray, hidden: np.ndarray, depth: int = DEPTH) -> np.ndarray:
    """(n_members,) Järvelin and Kekäläinen (2002), binary; 1 when all hidden texts come first."""
    gain = 1 / np.log2(np.arange(2, depth + 2))
    ideal = np.cumsum(gain)[np.clip(hidden, 1, depth) - 1]
    first = hit[:, :depth]
    return first @ gain[: first.shape[1]] / ideal


def surprise(readers: np.ndarray, members: int) -> np.ndarray:
    """(n_candidates,) bits: -log2 of the share of members who read a text (Vargas and
    Castells, RecSys 2011). A text nobody read counts as read by half a member."""
    return -np.log2(np.minimum(np.maximum(readers, 0.5) / max(members, 1), 1))


def novelty(columns: np.ndarray, bits: np.ndarray) -> np.ndarray:
    """(n_members,) mean `surprise` of the listed texts; bits (n_candidates,)."""
    first = columns[:, :DEPTH]
    there = first >= 0
    return (bits[np.maximum(first, 0)] * there).sum(axis=1) / np.maximum(there.sum(axis=1), 1)


def diversity(columns: np.ndarray, words: sp.csr_matrix) -> np.ndarray:
    """(n_members,) mean of 1 - cosine between the listed texts' words; words (n_candidates, n_terms)."""
    found = np.ones(len(columns))
    for k, row in enumerate(columns[:, :DEPTH]):
        inside = words[row[row >= 0]]
        n = inside.shape[0]
        if n > 1:
            total = np.asarray(inside.sum(axis=0)).ravel()
            found[k] = 1 - (total @ total - inside.multiply(inside).sum()) / (n * (n - 1))
    return found


def calibration(
    columns: np.ndarray, history: sp.csr_matrix, subjects: np.ndarray, candidates: np.ndarray
) -> np.ndarray:
    """(n_members,) 1 when a list has the member's own mix of subjects, 0 when it shares none.

    One less the total variation distance between the two mixes: Steck's
    "Calibrated Recommendations" (RecSys 2018) with a distance that is a share.
    `subjects` (n_texts,) numbers the subject of each text.
    """
    kinds = int(subjects.max()) + 1 if len(subjects) else 1
    place = sp.csr_matrix(
        (np.ones(len(subjects)), (np.arange(len(subjects)), subjects)), shape=(len(subjects), kinds)
    )
    own = _shares(np.asarray((history.maximum(0) @ place).todense()))
    first = columns[:, :DEPTH]
    offered = np.zeros((len(columns), kinds))
    row, at = np.nonzero(first >= 0)
    np.add.at(offered, (row, subjects[candidates[first[row, at]]]), 1)
    return 1 - np.abs(own - _shares(offered)).sum(axis=1) / 2


def _shares(counts: np.ndarray) -> np.ndarray:
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def coverage(columns: np.ndarray, owners: np.ndarray, n_candidates: int) -> Interval:
    """Share of the candidates that stand in the first places of at least one list.

    `owners` (n_lists,) says whose list each is. The interval is the jackknife's
    (Tukey 1958): a bootstrap would draw some members twice and so always cover less.
    """
    first = columns[:, :DEPTH]
    row, place = np.nonzero(first >= 0)
    member = np.unique(owners, return_inverse=True)[1]
    shown = np.unique(np.stack([first[row, place], member[row]], axis=1), axis=0)
    texts, at, lists = np.unique(shown[:, 0], return_index=True, return_counts=True)
    members = int(member.max()) + 1 if len(member) else 0
    share = len(texts) / max(n_candidates, 1)
    alone = np.bincount(shown[at[lists == 1], 1], minlength=members) / max(n_candidates, 1)
    spread = float(np.sqrt(((alone - alone.mean()) ** 2).sum() * (members - 1) / max(members, 1)))
    reach = NORMAL * spread
    return Interval(share, max(share - reach, 0.0), min(share + reach, 1.0), members)


def subjects_of(vectors: np.ndarray, count: int = 24, rounds: int = 12) -> np.ndarray:
    """(n,) subjects found in the texts themselves, where nobody named any.

    Spherical k-means (Dhillon and Modha, 2001) of unit rows (n, dim). Begins
    with texts far from each other, so it needs no luck and always ends the same.
    """
    count = min(count, len(vectors))
    if count < 2:
        return np.zeros(len(vectors), np.int64)
    chosen = [0]
    nearest = vectors @ vectors[0]
    for _ in range(count - 1):
        chosen.append(int(nearest.argmin()))
        nearest = np.maximum(nearest, vectors @ vectors[chosen[-1]])
    centres = vectors[chosen]
    for _ in range(rounds):
        own = (vectors @ centres.T).argmax(axis=1)
        place = sp.csr_matrix(
            (np.ones(len(own), np.float32), (own, np.arange(len(own)))), shape=(count, len(own))
        )
        sums_ = place @ vectors
        length = np.linalg.norm(sums_, axis=1, keepdims=True)
        centres = np.where(length > 0, sums_ / np.maximum(length, 1e-9), centres)
    return (vectors @ centres.T).argmax(axis=1)
