"""An organisation's own past as a test: what a member read next is hidden, and looked for."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from recommender.learned.task import Task, rows_of


@dataclass(frozen=True)
class Act:
    """Something a member did with a text that the organisation may see."""

    member: str
    text: str
    day: dt.date


@dataclass(frozen=True)
class Hidden:
    task: Task
    answers: sp.csr_matrix  # (n_asking, n_candidates)
    members: list[str]  # who ask


def hide_what_came_next(
    acts: Iterable[Act], texts: Sequence[tuple[str, str]], *, since: dt.date
) -> Hidden:
    """Everything before `since` may be learned from; what members first read from then on is hidden.

    texts: (id, words). One day for all members, so that nobody's later reading
    tells of another's. A member without a past is left out of those who ask,
    and an act on a text that is no longer there is passed over. A text first
    read after `since` is new: it is a candidate that nobody has read.
    """
    column = {one: k for k, (one, _) in enumerate(texts)}
    before: dict[str, set[int]] = defaultdict(set)
    after: dict[str, set[int]] = defaultdict(set)
    for act in acts:
        if act.text in column:
            (before if act.day < since else after)[act.member].add(column[act.text])
    n = len(texts)
    learned = sorted(before)
    asking = [m for m in learned if after[m] - before[m]]
    history = rows_of((before[m] for m in asking), n)
    task = Task(
        [words for _, words in texts],
        rows_of((before[m] for m in learned), n),
        history,
        np.ones(len(asking), bool),
        np.arange(n),
        history,
    )
    return Hidden(task, rows_of((after[m] - before[m] for m in asking), n), asking)
