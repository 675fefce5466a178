"""Which models earn weight: z-scored scores, added with weights found on a rehearsal.

Weights are chosen as in Caruana et al., "Ensemble Selection from Libraries of
Models" (ICML 2004): models are added one vote at a time, with repetition,
while that helps; over several bootstraps of the members, whose mean counts.
Few numbers, none negative, no model in the mix that did not earn its vote. If
the mix does not beat the best single model on members it was not chosen on,
that model stands alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

VOTES = 16
BAGS = 4
POOL = 120  # best candidates of each model that take part in choosing weights
DEPTHS = (20, 100)
SHRINK = 150  # members of a situation count against so many of all situations
BOUNDS = (2, 4, 8, 20, 60)  # texts known of a member: each span is a situation


@dataclass(frozen=True)
class Judged:
    """What the choice of weights looks at: for each member a pool of candidates."""

    scores: np.ndarray  # (n_members, pool, n_models) float32, z-scores; -30 pads
    hits: np.ndarray  # (n_members, pool) bool
    hidden: np.ndarray  # (n_members,) how many texts are to be found
    known: np.ndarray  # (n_members,) how many texts the history holds


def standard(scores: np.ndarray) -> np.ndarray:
    """Each row with mean 0 and deviation 1; a row that says nothing becomes 0."""
    mean = scores.mean(axis=1, keepdims=True)
    deviation = scores.std(axis=1, keepdims=True)
    return (scores - mean) / np.maximum(deviation, 1e-6 + 1e-6 * np.abs(mean))


def pool(
    scores: list[np.ndarray], kept_back: sp.csr_matrix, answers: sp.csr_matrix, known: np.ndarray
) -> Judged:
    """scores: one (n_members, n_candidates) per model; the other two have the same columns."""
    n_members, n_candidates = scores[0].shape
    each = min(POOL, n_candidates)
    member = np.repeat(np.arange(n_members), np.diff(kept_back.indptr))
    away = (member, kept_back.indices)
    wanted = np.zeros((n_members, n_candidates), bool)
    for one in scores:
        one[away] = -np.inf
        best = np.argpartition(-one, each - 1, axis=1)[:, :each]
        np.put_along_axis(wanted, best, True, axis=1)
    wanted[away] = False
    widest = int(wanted.sum(axis=1).max())
    columns = np.argsort(~wanted, axis=1, kind="stable")[:, :widest]
    there = np.take_along_axis(wanted, columns, axis=1)
    taken = np.stack([np.take_along_axis(one, columns, axis=1) for one in scores], axis=2)
    taken[~there] = -30
    hits = np.take_along_axis(answers.toarray() > 0, columns, axis=1) & there
    return Judged(taken.astype(np.float32), hits, np.diff(answers.indptr), known)


def joined(parts: list[Judged]) -> Judged:
    """Several rehearsals as one; the narrower pools are padded."""
    widest = max(part.hits.shape[1] for part in parts)

    def padded(array: np.ndarray, value: float) -> np.ndarray:
        room = [(0, 0), (0, widest - array.shape[1])] + [(0, 0)] * (array.ndim - 2)
        return np.pad(array, room, constant_values=value)

    return Judged(
        np.concatenate([padded(p.scores, -30) for p in parts]),
        np.concatenate([padded(p.hits, False) for p in parts]),
        np.concatenate([p.hidden for p in parts]),
        np.concatenate([p.known for p in parts]),
    )


def worth(judged: Judged, weights: np.ndarray) -> np.ndarray:
    """(n_members,) mean of NDCG@20, recall@20 and, twice, recall@100; to be made large.

    Recall@100 counts twice because more of it is seen: weights chosen with it so
    are better by all three measures on members they were not chosen on.
    """
    total = judged.scores @ weights.astype(np.float32)
    deep = min(DEPTHS[1], total.shape[1])
    top = np.argpartition(-total, deep - 1, axis=1)[:, :deep]
    top = np.take_along_axis(top, np.argsort(-np.take_along_axis(total, top, 1), 1, "stable"), 1)
    hit = np.take_along_axis(judged.hits, top, axis=1)
    gain = 1 / np.log2(np.arange(2, DEPTHS[0] + 2))
    first = hit[:, : DEPTHS[0]]
    ideal = np.cumsum(gain)[np.minimum(judged.hidden, DEPTHS[0]) - 1]
    ndcg = first @ gain[: first.shape[1]] / ideal
    return (ndcg + first.sum(1) / judged.hidden + 2 * hit.sum(1) / judged.hidden) / 4


def chosen_weights(judged: Judged, seed: int = 0) -> np.ndarray:
    """(n_models,) weights that sum to 1."""
    n_members, _, n_models = judged.scores.shape
    alone = np.stack([worth(judged, unit) for unit in np.eye(n_models)])
    rng = np.random.default_rng(seed)
    total = np.zeros(n_models)
    for bag in range(BAGS):
        drawn = (
            np.ones(n_members)
            if bag == 0
            else np.bincount(rng.integers(0, n_members, n_members), minlength=n_members).astype(
                float
            )
        )
        total += _voted(_some(judged, drawn > 0), drawn[drawn > 0], alone[:, drawn > 0])
    return total / total.sum()


def _voted(judged: Judged, counts: np.ndarray, alone: np.ndarray) -> np.ndarray:
    """One run of votes: a model is added while the weighted mean of `worth` grows."""
    votes = np.zeros(len(alone))
    values = alone @ counts
    best = float(values.max())
    votes[int(values.argmax())] = 1
    for _ in range(VOTES):
        trials = [float(worth(judged, votes + unit) @ counts) for unit in np.eye(len(alone))]
        if max(trials) <= best * 1.0002:
            break
        best = max(trials)
        votes[int(np.argmax(trials))] += 1
    return votes / votes.sum()


def _some(judged: Judged, rows: np.ndarray) -> Judged:
    return Judged(judged.scores[rows], judged.hits[rows], judged.hidden[rows], judged.known[rows])


def situation(known: np.ndarray) -> np.ndarray:
    """(n,) which of the spans of BOUNDS a history length falls into."""
    return np.digitize(known, BOUNDS)


@dataclass(frozen=True)
class Blend:
    weights: np.ndarray  # (n_situations, n_models), rows sum to 1
    single: int | None  # the model that stands alone, if the mix did not beat it
    alone: np.ndarray  # (n_models,) mean worth of each model by itself
    together: float  # mean worth of the mix, on members it was not chosen on


def learn_blend(judged: Judged, seed: int = 0) -> Blend:
    """Weights for every situation; halves of the members judge each other's weights first."""
    n_models = judged.scores.shape[2]
    spans = len(BOUNDS) + 1
    alone = np.stack([worth(judged, unit) for unit in np.eye(n_models)])
    half = np.random.default_rng(seed).permutation(len(judged.hidden)) % 2 == 0
    if half.all() or not half.any():
        best = int(alone.mean(1).argmax())
        return Blend(np.tile(np.eye(n_models)[best], (spans, 1)), best, alone.mean(1), float("nan"))
    crossed = np.zeros(len(half))
    lone = np.zeros(len(half))
    for side in (half, ~half):
        weights = chosen_weights(_some(judged, side), seed)
        crossed[~side] = worth(_some(judged, ~side), weights)
        lone[~side] = alone[int(alone[:, side].mean(1).argmax()), ~side]
    if crossed.mean() <= lone.mean():
        best = int(alone.mean(1).argmax())
        return Blend(
            np.tile(np.eye(n_models)[best], (spans, 1)), best, alone.mean(1), float(crossed.mean())
        )
    common = chosen_weights(judged, seed)
    weights = np.tile(common, (spans, 1))
    where = situation(judged.known)
    for span in np.unique(where):
        inside = where == span
        if inside.all() or inside.sum() < SHRINK:
            continue
        own = chosen_weights(_some(judged, inside), seed)
        weights[span] = (inside.sum() * own + SHRINK * common) / (inside.sum() + SHRINK)
    return Blend(weights, None, alone.mean(1), float(crossed.mean()))
