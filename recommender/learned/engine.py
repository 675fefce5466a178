"""A task in, a ranked list for everyone who asks out; which models count is learned from the task itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from recommender.learned import blending, variety
from recommender.learned.blending import Blend, Judged
from recommender.learned.by_text import Features, Mixture, fit_text_ridge
from recommender.learned.carving import Rehearsal, rehearsals
from recommender.learned.priors import fit_popularity
from recommender.learned.task import Task, lengths
from recommender.learned.variety import Lists
from recommender.learned.workshop import Model, Workshop, size_of

CELLS = 100_000_000  # scores held at once: members x candidates x models, 400 MB
TASTERS = 600  # members on whom mixtures of text features are compared
TASTE_LANDMARKS = 1_000
TASTE_CANDIDATES = 3_000

Report = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    lists: Lists  # for all who ask, in the task's order
    names: Sequence[str]  # of the models
    blend: Blend
    mixture: Mixture
    strength: float  # of variety


def recommend(
    task: Task, features: Features, *, count: int = 150, report: Report = lambda line: None
) -> Outcome:
    """`features["words"]` is a sparse word matrix; any others are dense sentence vectors."""
    practice = rehearsals(task)
    report(_described(task, practice))
    mixture = chosen_mixture(practice, features, report)
    workshop = Workshop(task, features, mixture, size_of(task))
    names = list(workshop.makers())
    blend, strength = (
        _learned(practice, workshop, names, report) if practice else (_untested(names), 0.0)
    )
    report(f"variety {strength}")
    models = fitted(workshop, names, blend, report)
    lists = ranked(task, models, blend, count)
    words = features["words"][task.candidates]
    return Outcome(variety.diversified(lists, words, strength), names, blend, mixture, strength)


def chosen_mixture(practice: list[Rehearsal], features: Features, report: Report) -> Mixture:
    """Shares of words and vectors in the text kernel, by a quick ridge on the first rehearsal."""
    mixtures = mixtures_of([name for name in features if name != "words"])
    if not practice or len(mixtures) == 1:
        return mixtures[-1]
    shares = [0.0] * len(mixtures)
    for one in practice:
        task, answers = _taste(one)
        read_texts, few = task.read_texts, TASTE_LANDMARKS
        for k, mixture in enumerate(mixtures):
            ridge = fit_text_ridge(
                features,
                mixture,
                read_texts,
                task.candidates,
                gamma=2.5,
                penalty=8.0,
                landmarks=few,
            )
            back = task.kept_back[:, task.candidates]
            scores = ridge.scores(task.history)
            judged = blending.pool([scores], back, answers, lengths(task.history))
            shares[k] += float(blending.worth(judged, np.ones(1)).sum())
    total = max(sum(min(TASTERS, one.answers.shape[0]) for one in practice), 1)
    for mixture, share in zip(mixtures, shares, strict=True):
        report(f"  {_shares(mixture)}: {share / total:.4f}")
    return mixtures[int(np.argmax(shares))]


def _taste(one: Rehearsal, seed: int = 0) -> tuple[Task, sp.csr_matrix]:
    """Fewer members and candidates: enough to tell mixtures apart in seconds."""
    rng = np.random.default_rng(seed)
    n = len(one.task.candidates)
    some = np.sort(rng.choice(n, min(TASTE_CANDIDATES, n), replace=False))
    answers = one.answers[:, some]
    rows = np.flatnonzero(lengths(answers))[:TASTERS]
    task = one.task.asking(rows)
    return replace(task, candidates=task.candidates[some]), answers[rows]


def mixtures_of(vectors: list[str]) -> list[Mixture]:
    """Words alone, each kind of vectors beside them, all together; the last is the one to trust untested."""
    found: list[Mixture] = [{"words": 1.0}]
    found += [{"words": 0.3, name: 0.7} for name in vectors]
    for first in (0.3, 0.6) if len(vectors) > 1 else ():
        for words in (0.4, 0.15):
            rest = 1 - words
            others = {name: rest * (1 - first) / (len(vectors) - 1) for name in vectors[1:]}
            found.append({"words": words, vectors[0]: rest * first} | others)
    return found


def fitted(
    workshop: Workshop, names: Sequence[str], blend: Blend, report: Report
) -> list[Model | None]:
    """The models that have weight somewhere; None for the others."""
    makers = workshop.makers()
    found: list[Model | None] = []
    for k, name in enumerate(names):
        if blend.weights[:, k].any():
            report(f"fitting {name}")
            found.append(makers[name]())
        else:
            found.append(None)
    return found


def ranked(task: Task, models: Sequence[Model | None], blend: Blend, count: int) -> Lists:
    """The best `count` candidates of each who asks, by the weighted sum of z-scores."""
    n = len(task.candidates)
    count = min(count, n)
    first = blending.standard(fit_popularity(task.read, task.candidates).values[None, :])
    weights = blend.weights[blending.situation(lengths(task.history))]
    columns = np.full((len(weights), count), -1, np.int64)
    scores = np.full((len(weights), count), -np.inf, np.float32)
    for rows in chunks(len(weights), n * 3):
        total = np.repeat(1e-4 * first, len(rows), axis=0)  # ties go to what is read more
        for k, model in enumerate(models):
            if model is not None:
                total += weights[rows, k, None] * blending.standard(
                    model.scores(task.history[rows])
                )
        back = task.kept_back[rows][:, task.candidates]
        total[np.repeat(np.arange(len(rows)), lengths(back)), back.indices] = -np.inf
        best = np.argpartition(-total, count - 1, axis=1)[:, :count]
        value = np.take_along_axis(total, best, 1)
        order = np.lexsort((best, -value), axis=1)
        value = np.take_along_axis(value, order, 1)
        scores[rows] = value
        columns[rows] = np.where(np.isfinite(value), np.take_along_axis(best, order, 1), -1)
    return Lists(columns, scores)


def chunks(n_rows: int, width: int) -> list[np.ndarray]:
    each = int(np.clip(CELLS // max(width, 1), 8, 500))
    return [np.arange(at, min(at + each, n_rows)) for at in range(0, n_rows, each)]


def _practised(
    one: Rehearsal, like: Workshop, names: Sequence[str], report: Report
) -> tuple[Judged, list[Model]]:
    """All models, fitted on the rehearsal, and what they make of its members."""
    makers = Workshop(one.task, like.features, like.mixture, like.size).makers()
    models = []
    for name in names:
        report(f"rehearsing {name}")
        models.append(makers[name]())
    parts = []
    for rows in chunks(one.answers.shape[0], len(one.task.candidates) * len(names)):
        asked = one.task.asking(rows)
        scores = [blending.standard(model.scores(asked.history)) for model in models]
        back = asked.kept_back[:, one.task.candidates]
        parts.append(blending.pool(scores, back, one.answers[rows], lengths(asked.history)))
    return blending.joined(parts), models


def _learned(
    practice: list[Rehearsal], like: Workshop, names: Sequence[str], report: Report
) -> tuple[Blend, float]:
    """Weights, and the strength of variety on the last rehearsal's lists."""
    judged = []
    models: list[Model] = []
    for one in practice:
        models.clear()  # two sets of models at once are more memory than a small server has
        part, fresh = _practised(one, like, names, report)
        models.extend(fresh)
        judged.append(part)
        del fresh
    together = blending.joined(judged)
    blend = blending.learn_blend(together)
    for line in told(blend, names, together.known):
        report(line)
    used = [m if blend.weights[:, k].any() else None for k, m in enumerate(models)]
    last = practice[-1]
    lists = ranked(last.task, used, blend, variety.POOL)
    words = like.features["words"][last.task.candidates]
    return blend, variety.chosen_strength(lists, words, last.answers)


def _untested(names: Sequence[str]) -> Blend:
    """Nobody to rehearse on: what texts say decides."""
    weights = np.zeros((len(blending.BOUNDS) + 1, len(names)))
    weights[:, names.index("text ridge, wide")] = 1
    return Blend(weights, None, np.full(len(names), np.nan), float("nan"))


def _described(task: Task, practice: list[Rehearsal]) -> str:
    return (
        f"{task.read.shape[0]} members, {len(task.read_texts)} texts read, {task.history.shape[0]} ask "
        f"({task.known.mean():.0%} known), {len(task.candidates)} candidates "
        f"({task.new_candidates.mean():.0%} new); {len(practice)} rehearsals"
    )


def _shares(mixture: Mixture) -> str:
    return ", ".join(f"{name} {share:.2f}" for name, share in mixture.items())


def told(blend: Blend, names: Sequence[str], known: np.ndarray) -> list[str]:
    """The choice in lines: each model alone, then the weights of each situation that occurs."""
    lines = [f"  {name}: {worth:.4f}" for name, worth in zip(names, blend.alone, strict=True)]
    lines.append(f"  together: {blend.together:.4f}")
    for span in np.unique(blending.situation(known)):
        row = blend.weights[span]
        parts = [f"{names[k]} {row[k]:.2f}" for k in np.argsort(-row) if row[k] > 0.005]
        lines.append(f"  situation {span}: {', '.join(parts)}")
    return lines
