"""Which few of many cover the rest, within a budget. Pure NumPy.

A monotone submodular function (Lin and Bilmes 2011): how near every sentence is
to one that was chosen, and how many of the pieces are heard. The greedy choice
by gain for its length is near the best one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

HEARD = 0.3  # weight of hearing every piece, beside covering every sentence
LENGTH = 0.8  # power of the length that a gain is measured by: 1 prefers many short ones
SAME = 0.8  # nearness from which two sentences say the same


def chosen(
    near: np.ndarray,
    *,
    matter: np.ndarray,
    worth: np.ndarray,
    sizes: np.ndarray,
    pieces: Sequence[str],
    budget: float,
) -> list[int]:
    """Places of the chosen, in their order.

    near: (n, n) how near each is to each, 0 to 1, 1 with itself; matter: (n,)
    how much it matters that each is covered; worth: (n,) how fit each is to be
    chosen, 0 for never; sizes: (n,) lengths, of which at most `budget` are
    taken in sum.
    """
    able = [int(k) for k in np.flatnonzero((worth > 0) & (sizes <= budget))]
    if not able:
        return []
    names = {name: number for number, name in enumerate(dict.fromkeys(pieces))}
    of = np.array([names[name] for name in pieces])
    picked = _greedy(near, matter, worth, sizes, of, able, budget)
    # The greedy choice alone can be caught by one that is long and good.
    single = max(able, key=lambda k: value([k], near, matter, worth, of))
    if value([single], near, matter, worth, of) > value(picked, near, matter, worth, of):
        picked = [single]
    return sorted(picked)


def value(
    picked: Sequence[int],
    near: np.ndarray,
    matter: np.ndarray,
    worth: np.ndarray,
    of: np.ndarray,
) -> float:
    """How well the picked cover the rest; both parts are at most 1."""
    if not picked:
        return 0.0
    covered = float(matter @ near[:, picked].max(axis=1)) / float(matter.sum())
    return covered + HEARD * _heard(picked, worth, of)


def _heard(picked: Sequence[int], worth: np.ndarray, of: np.ndarray) -> float:
    """How many pieces are heard; a second sentence of one counts less than its first."""
    rewards = np.bincount(of[list(picked)], worth[list(picked)], minlength=int(of.max()) + 1)
    most = np.sqrt(np.bincount(of, worth)).sum()
    return float(np.sqrt(rewards).sum() / most) if most else 0.0


def _greedy(
    near: np.ndarray,
    matter: np.ndarray,
    worth: np.ndarray,
    sizes: np.ndarray,
    of: np.ndarray,
    able: list[int],
    budget: float,
) -> list[int]:
    picked: list[int] = []
    best = np.zeros(len(near))
    rewards = np.zeros(int(of.max()) + 1)
    most = float(np.sqrt(np.bincount(of, worth)).sum())
    left, room = np.array(able), budget
    while True:
        left = left[sizes[left] <= room]
        if picked and len(left):
            left = left[(near[left][:, picked] < SAME).all(axis=1)]
        if not len(left):
            return picked
        covers = np.maximum(near[:, left], best[:, None])
        gain = matter @ (covers - best[:, None]) / float(matter.sum())
        heard = np.sqrt(rewards[of[left]] + worth[left]) - np.sqrt(rewards[of[left]])
        gain = (gain + HEARD * heard / most) / sizes[left] ** LENGTH
        k = int(left[int(np.argmax(gain))])
        picked.append(k)
        best = np.maximum(best, near[:, k])
        rewards[of[k]] += worth[k]
        room -= sizes[k]
        left = left[left != k]
