"""A rehearsal: parts of the training data hidden so that the task at hand is played on them.

Nothing but the task is looked at: whether its candidates are new, whether
those who ask are new, and how much is known of them. Each rehearsal hides as
much, asks the like, and knows the answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from recommender.learned.task import Task, lengths, scaled

SHARE = 0.2  # of texts, members or a member's reads that are hidden
MOST_ASKING = 1_500
ENOUGH = 600  # answers from so many members; small organisations rehearse several times
MOST_REHEARSALS = 5
LARGE = 3_000  # texts; from here on one rehearsal is what there is time for


@dataclass(frozen=True)
class Rehearsal:
    task: Task
    answers: sp.csr_matrix  # (n_asking, n_candidates), 1 where the hidden text is


def rehearsals(task: Task, seed: int = 0) -> list[Rehearsal]:
    """As many as it takes to ask ENOUGH members, fewer on large data; [] if there is nothing to hide."""
    found: list[Rehearsal] = []
    asked = 0
    most = 1 if task.read.shape[1] > LARGE else MOST_REHEARSALS
    for turn in range(most):
        one = rehearse(task, np.random.default_rng((seed, turn)))
        if one is None:
            continue
        found.append(one)
        asked += one.answers.shape[0]
        if asked >= ENOUGH:
            break
    return found


def rehearse(task: Task, rng: np.random.Generator) -> Rehearsal | None:
    new = task.new_candidates
    read, columns = task.read, task.read_texts
    if len(columns) < 2:
        return None
    hidden_texts = np.empty(0, np.int64)
    if new.any():
        count = round(len(columns) * new.sum() / (new.sum() + len(columns)))
        hidden_texts = rng.choice(columns, _between(count, 1, len(columns) // 2), replace=False)
    seen = read if not len(hidden_texts) else _without(read, hidden_texts)
    members = rng.permutation(read.shape[0])
    new_members = members[: int(len(members) * SHARE)] if not task.known.all() else members[:0]
    known_members = np.setdiff1d(members, new_members) if task.known.any() else members[:0]
    share = float(task.known.mean()) if len(task.known) else 1.0
    ask_known = rng.permutation(known_members)[: int(MOST_ASKING * share) or 0]
    ask_new = new_members[: int(MOST_ASKING * (1 - share)) or 0]
    length = np.maximum(lengths(task.history), 1)
    parts = [
        _known(read, seen, ask_known, new, rng),
        _newly_come(read, seen, ask_new, length, new, rng),
    ]
    history = sp.vstack([h for h, _ in parts], format="csr")
    held = sp.vstack([a for _, a in parts], format="csr")
    if new.all():
        held = _only(held, hidden_texts)
    left = np.setdiff1d(np.arange(read.shape[0]), new_members)
    training = seen[left]
    if len(ask_known):
        training = _forget(seen, ask_known, history[: len(ask_known)])[left]
    candidates = _candidates(task, training, hidden_texts, new, rng)
    answers = held[:, candidates]
    asked = np.flatnonzero(lengths(answers) * (lengths(history) > 0))
    if not len(asked) or len(candidates) < 2 or not training.nnz:
        return None
    known = np.arange(history.shape[0]) < len(ask_known)
    rehearsed = Task(task.texts, training, history[asked], known[asked], candidates, history[asked])
    return Rehearsal(rehearsed, answers[asked])


def _between(value: int, low: int, high: int) -> int:
    return max(low, min(value, max(high, low)))


def _known(
    read: sp.csr_matrix,
    seen: sp.csr_matrix,
    rows: np.ndarray,
    new: np.ndarray,
    rng: np.random.Generator,
) -> tuple[sp.csr_matrix, sp.csr_matrix]:
    """What members who were here before are known by, and what is hidden of them."""
    if new.all():  # hiding texts has hidden enough
        return seen[rows], read[rows]
    mine = seen[rows]
    away = _picked(mine, np.ceil(lengths(mine) * SHARE).astype(int), rng)
    return _minus(mine, away), _minus(read[rows], _minus(mine, away))


def _newly_come(
    read: sp.csr_matrix,
    seen: sp.csr_matrix,
    rows: np.ndarray,
    length: np.ndarray,
    new: np.ndarray,
    rng: np.random.Generator,
) -> tuple[sp.csr_matrix, sp.csr_matrix]:
    """Members held out whole: as much of them is told as the task knows of its new members."""
    mine = seen[rows]
    told = np.minimum(rng.choice(length, len(rows)), np.maximum(lengths(mine) - (not new.all()), 1))
    history = _picked(mine, told, rng)
    return history, _minus(read[rows], history)


def _picked(matrix: sp.csr_matrix, counts: np.ndarray, rng: np.random.Generator) -> sp.csr_matrix:
    """A random choice of so many entries of each row."""
    row = np.repeat(np.arange(matrix.shape[0]), lengths(matrix))
    order = np.lexsort((rng.random(matrix.nnz), row))
    rank = np.empty(matrix.nnz, np.int64)
    rank[order] = np.arange(matrix.nnz) - np.repeat(matrix.indptr[:-1], lengths(matrix))
    return _kept(matrix, rank < counts[row])


def _kept(matrix: sp.csr_matrix, which: np.ndarray) -> sp.csr_matrix:
    row = np.repeat(np.arange(matrix.shape[0]), lengths(matrix))[which]
    return sp.csr_matrix((matrix.data[which], (row, matrix.indices[which])), shape=matrix.shape)


def _minus(matrix: sp.csr_matrix, away: sp.csr_matrix) -> sp.csr_matrix:
    out = (matrix - matrix.multiply(away != 0)).tocsr()
    out.eliminate_zeros()
    return out.astype(np.float32)


def _without(matrix: sp.csr_matrix, columns: np.ndarray) -> sp.csr_matrix:
    return _kept(matrix, ~np.isin(matrix.indices, columns))


def _only(matrix: sp.csr_matrix, columns: np.ndarray) -> sp.csr_matrix:
    return _kept(matrix, np.isin(matrix.indices, columns))


def _forget(seen: sp.csr_matrix, rows: np.ndarray, history: sp.csr_matrix) -> sp.csr_matrix:
    """`seen` with the rows of those who ask replaced by what is still known of them."""
    keep = np.ones(seen.shape[0], np.float32)
    keep[rows] = 0
    place = sp.csr_matrix(
        (np.ones(len(rows), np.float32), (rows, np.arange(len(rows)))),
        shape=(seen.shape[0], len(rows)),
    )
    out = (scaled(seen, rows=keep) + place @ history).tocsr()
    out.eliminate_zeros()
    return out.astype(np.float32)


def _candidates(
    task: Task,
    training: sp.csr_matrix,
    hidden: np.ndarray,
    new: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """New and read texts in the proportion of the task's own candidates."""
    if new.all():
        return np.sort(hidden)
    old = task.candidates[~new]
    old = old[np.isin(old, np.unique(training.indices))]
    share = len(hidden) / max(new.sum(), 1) if new.any() else 1.0
    if share < 1 and len(old):
        old = rng.choice(old, max(1, int(len(old) * min(1.0, share))), replace=False)
    return np.unique(np.concatenate([old, hidden])).astype(np.int64)
