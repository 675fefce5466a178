"""Whether what members write about together earns a weight: only where it beats
content alone on this organisation's own past by more than chance would.

Weights are chosen on one half of the authors and judged on the other, and the
other way round; what is judged are differences, author by author and text by
text. Where their mean lies above zero with SURE, the weight that is best for
all is used. Otherwise 0: content stands alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from models.text_model import TextModel
from recommender.evaluation.by_time import MOST_ASKED, questions
from recommender.evaluation.comparing import Comparison, Row
from recommender.evaluation.intervals import Cells, Interval, crossed_interval
from recommender.evaluation.past import measured, ndcg_cells
from recommender.evaluation.replaying import Evidences, Report, replayed
from recommender.index import Index
from recommender.together import Act, texts_in

WEIGHTS = (1.0, 2.0, 4.0, 8.0)  # of a gain of 1.0, in very near passages (scoring.TOGETHER)
ENOUGH_ACTS = 40  # below, nothing is tried
ENOUGH_AUTHORS = 10  # who can be asked
SURE = 0.95  # of an interval on the safe side (`crossed_interval`): it is asked again every night

Why = Literal["too few acts", "too few authors", "noise", "worse", "better"]


@dataclass(frozen=True)
class Tried:
    """A weight, and what it adds to content alone: NDCG, author by author."""

    weight: float
    gain: Interval


@dataclass(frozen=True)
class Earned:
    """What was decided, and from what."""

    weight: float
    why: Why
    acts: int  # on texts that are there
    authors: int  # who were asked
    questions: int
    texts: int
    judged: Interval | None = None  # gain of weights chosen on the other half of the authors
    tried: tuple[Tried, ...] = ()
    shown: float = 0.0  # weight behind the rows "together": the one in use, or the best tried
    rows: tuple[Row, ...] = ()
    comparisons: tuple[Comparison, ...] = ()  # "together" less "content"


def earn(
    index: Index,
    model: TextModel,
    acts: Collection[Act],
    authors: Collection[str],
    evidence_of: Evidences,
    *,
    most: int = MOST_ASKED,
    report: Report = lambda line: None,
) -> Earned:
    """Measure an organisation's past. All that is handed in is open to all its members.

    At most `most` authors are asked. `evidence_of` gives their visible pieces, dated.
    """
    snapshot = index.snapshot()
    texts = texts_in(snapshot)
    seen = [act for act in acts if act.group in texts]
    asked = questions(seen, authors, texts, most=most)
    people = len({question.author for question in asked})
    basis = (len(seen), people, len(asked), len(set(texts.values())))
    if len(seen) < ENOUGH_ACTS:
        return Earned(0.0, "too few acts", *basis)
    if people < ENOUGH_AUTHORS:
        return Earned(0.0, "too few authors", *basis)
    past = replayed(index, model, seen, asked, texts, evidence_of, report=report)
    plain = ndcg_cells(past, 0.0)
    gains = {
        weight: replace(plain, values=ndcg_cells(past, weight).values - plain.values)
        for weight in WEIGHTS
    }
    weight, judged = chosen(gains)
    shown = weight or best_of(gains)
    rows, comparisons = measured(snapshot, past, shown)
    return Earned(
        weight,
        "better" if weight else "worse" if judged.high < 0 else "noise",
        *basis,
        judged,
        tuple(Tried(w, crossed_interval(gains[w])) for w in WEIGHTS),
        shown,
        tuple(rows),
        tuple(comparisons),
    )


def chosen(gains: Mapping[float, Cells], seed: int = 0) -> tuple[float, Interval]:
    """The weight to use, and what weights gain on authors they were not chosen on.

    gains: weight -> NDCG more than without, the same cells for each weight.
    0.0 unless the gain is sure.
    """
    cells = next(iter(gains.values()))
    authors = np.unique(cells.members, return_inverse=True)[1]
    half = (np.random.default_rng(seed).permutation(int(authors.max()) + 1) % 2 == 0)[authors]
    crossed = np.zeros(len(authors))
    for side in (half, ~half):
        best = best_of({weight: gain.of(side) for weight, gain in gains.items()})
        crossed[~side] = gains[best].values[~side]
    judged = crossed_interval(replace(cells, values=crossed), level=SURE)
    sure = judged.apart_from_zero and judged.mean > 0
    return (best_of(gains) if sure else 0.0), judged


def best_of(gains: Mapping[float, Cells]) -> float:
    """The weight with the largest mean gain; the smallest of equals."""
    return max(sorted(gains), key=lambda weight: gains[weight].mean)
