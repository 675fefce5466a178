"""The engine beside simple methods on held-out reading: numbers for each method and group of members."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from corpus import words
from recommender.evaluation import measures
from recommender.evaluation.comparing import (
    Comparison,
    Lists,
    Row,
    compared,
    differences,
    groups_of,
)
from recommender.learned import blending
from recommender.learned.blending import Blend
from recommender.learned.by_text import Features
from recommender.learned.engine import Outcome, ranked, recommend
from recommender.learned.task import Task, lengths, sums
from recommender.learned.workshop import Workshop, size_of

LEARNED = "learned"
SIMPLE = ("text ridge, wide", "words, BM25", "EASE 200", "neighbours", "popularity")
CHINESE = 0.3  # from this share of Chinese characters on a history counts as Chinese

Report = Callable[[str], None]


@dataclass(frozen=True)
class Findings:
    name: str  # of the data
    members: int
    texts: int
    candidates: int
    new_candidates: int
    rows: Sequence[Row]
    comparisons: Sequence[Comparison]  # the learned lists less the best simple method's
    weights: Sequence[tuple[str, float]]  # mean over those who asked, largest first


def evaluate(
    name: str,
    task: Task,
    answers: sp.csr_matrix,
    features: Features,
    *,
    report: Report = lambda line: None,
) -> Findings:
    """Fits the engine and the simple methods on the task; answers (n_asking, n_candidates)."""
    outcome = recommend(task, features, count=100, report=report)
    lists = {LEARNED: outcome.lists.columns} | simple_lists(task, features, outcome, report)
    dense = next((np.asarray(f) for key, f in features.items() if key != "words"), None)
    subjects = measures.subjects_of(dense) if dense is not None else np.zeros(len(task.texts), int)
    by_method = {
        method: _measured(task, columns, answers, features, subjects)
        for method, columns in lists.items()
    }
    owners = np.arange(len(lengths(answers)))
    groups = groups_of(lengths(task.history), _chinese(task), owners)
    return Findings(
        name,
        len(owners),
        len(task.texts),
        len(task.candidates),
        int(task.new_candidates.sum()),
        compared(by_method, groups, owners, len(task.candidates)),
        differences(LEARNED, [m for m in by_method if m != LEARNED], by_method, groups, owners),
        weights_of(outcome, task),
    )


def simple_lists(
    task: Task, features: Features, outcome: Outcome, report: Report
) -> dict[str, np.ndarray]:
    """Each simple method by itself, as far as it can say something of this task."""
    makers = Workshop(task, features, outcome.mixture, size_of(task)).makers()
    alone = Blend(np.ones((len(blending.BOUNDS) + 1, 1)), 0, np.ones(1), float("nan"))
    found = {}
    for name in SIMPLE:
        if name in makers:
            report(f"for comparison: {name}")
            found[name] = ranked(task, [makers[name]()], alone, 100).columns
    return found


def weights_of(outcome: Outcome, task: Task) -> list[tuple[str, float]]:
    rows = outcome.blend.weights[blending.situation(lengths(task.history))]
    mean = rows.mean(axis=0)
    return [
        (outcome.names[k], float(mean[k]))
        for k in np.argsort(-mean, kind="stable")
        if mean[k] > 0.005
    ]


def _chinese(task: Task) -> np.ndarray:
    """(n_asking,) bool: who read Chinese texts at least half of the time."""
    chinese = np.array([words.han_share(text) >= CHINESE for text in task.texts], np.float32)
    share = np.asarray(task.history.maximum(0) @ chinese) / np.maximum(lengths(task.history), 1)
    found: np.ndarray = share >= 0.5
    return found


def _measured(
    task: Task,
    columns: np.ndarray,
    answers: sp.csr_matrix,
    features: Features,
    subjects: np.ndarray,
) -> Lists:
    hit, hidden = measures.hits(columns, answers), lengths(answers)
    bits = measures.surprise(sums(task.read, 0)[task.candidates], task.read.shape[0])
    return Lists(
        columns,
        {
            "recall": measures.recall(hit, hidden),
            "ndcg": measures.ndcg(hit, hidden),
            "diversity": measures.diversity(columns, features["words"][task.candidates]),
            "calibration": measures.calibration(columns, task.history, subjects, task.candidates),
            "novelty": measures.novelty(columns, bits),
        },
    )
