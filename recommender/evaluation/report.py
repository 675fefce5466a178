"""The engine beside simple methods on held-out reading: numbers for each method and group of members."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from corpus import words
from recommender.evaluation import measures
from recommender.evaluation.intervals import Interval, interval
from recommender.learned import blending
from recommender.learned.blending import Blend
from recommender.learned.by_text import Features
from recommender.learned.engine import Outcome, ranked, recommend
from recommender.learned.task import Task, lengths
from recommender.learned.workshop import Workshop, size_of

LEARNED = "learned"
SIMPLE = ("text ridge, wide", "words, BM25", "EASE 200", "neighbours", "popularity")
MEASURES = ("recall", "ndcg", "diversity", "calibration", "novelty")
NEW, FEW = 3, 10  # texts known of a member, at most
CHINESE = 0.3  # from this share of Chinese characters on a history counts as Chinese

Report = Callable[[str], None]


@dataclass(frozen=True)
class Row:
    """One method for one group of members."""

    method: str
    group: str  # all, new, few, many, en, zh
    of: dict[str, Interval]  # MEASURES
    coverage: float


@dataclass(frozen=True)
class Comparison:
    """The learned lists less the best simple method's, member by member."""

    group: str
    other: str
    of: dict[str, Interval]  # recall and ndcg


@dataclass(frozen=True)
class Findings:
    name: str  # of the data
    members: int
    texts: int
    candidates: int
    new_candidates: int
    rows: Sequence[Row]
    comparisons: Sequence[Comparison]
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
    groups = groups_of(task)
    rows = [
        Row(
            method,
            group,
            {m: interval(values[m][inside]) for m in MEASURES},
            measures.coverage(lists[method][inside], len(task.candidates)),
        )
        for group, inside in groups.items()
        for method, values in by_method.items()
    ]
    comparisons = [_compared(group, inside, by_method) for group, inside in groups.items()]
    return Findings(
        name,
        len(answers.indptr) - 1,
        len(task.texts),
        len(task.candidates),
        int(task.new_candidates.sum()),
        rows,
        comparisons,
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


def groups_of(task: Task) -> dict[str, np.ndarray]:
    """Name -> (n_asking,) bool; groups that nobody is in are left out."""
    known = lengths(task.history)
    chinese = np.array([words.han_share(text) >= CHINESE for text in task.texts], np.float32)
    mostly = np.asarray(task.history.maximum(0) @ chinese) / np.maximum(known, 1) >= 0.5
    found = {
        "all": np.ones(len(known), bool),
        "new": known <= NEW,
        "few": (known > NEW) & (known <= FEW),
        "many": known > FEW,
    }
    if mostly.any() and not mostly.all():
        found |= {"en": ~mostly, "zh": mostly}
    return {name: inside for name, inside in found.items() if inside.any()}


def weights_of(outcome: Outcome, task: Task) -> list[tuple[str, float]]:
    rows = outcome.blend.weights[blending.situation(lengths(task.history))]
    mean = rows.mean(axis=0)
    return [
        (outcome.names[k], float(mean[k]))
        for k in np.argsort(-mean, kind="stable")
        if mean[k] > 0.005
    ]


def _measured(
    task: Task,
    columns: np.ndarray,
    answers: sp.csr_matrix,
    features: Features,
    subjects: np.ndarray,
) -> dict[str, np.ndarray]:
    hit, hidden = measures.hits(columns, answers), lengths(answers)
    return {
        "recall": measures.recall(hit, hidden),
        "ndcg": measures.ndcg(hit, hidden),
        "diversity": measures.diversity(columns, features["words"][task.candidates]),
        "calibration": measures.calibration(columns, task.history, subjects, task.candidates),
        "novelty": measures.novelty(columns, task.read, task.candidates),
    }


def _compared(
    group: str, inside: np.ndarray, by_method: dict[str, dict[str, np.ndarray]]
) -> Comparison:
    others = [m for m in by_method if m != LEARNED]
    best = max(others, key=lambda m: float(by_method[m]["ndcg"][inside].mean()))
    return Comparison(
        group,
        best,
        {
            m: interval((by_method[LEARNED][m] - by_method[best][m])[inside])
            for m in ("recall", "ndcg")
        },
    )
