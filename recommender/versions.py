"""Which texts say the same, in the same order, in two languages.

Their vectors are near across languages, and so are those of two books on one
subject. What a translation has and they have not is order: the passage of one
that lies nearest to the n-th passage of the other stands near the n-th place
too. Of 17 pairs among 77 English and 35 Chinese texts it tells 6, and no false one
(`python -m benchmarks versions`): texts of six to nine passages have too little order
to show. So it proposes, beside what files and names say, and never decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from recommender.index import Index, Snapshot

FEWEST = 6  # passages of each; order says little of fewer
LENGTHS = 0.5  # least ratio of their numbers of passages
ORDER = 0.8  # least correlation of places, of the two ways round
NEAREST = 3  # texts of the other language that a text is compared with


class PlacedPassages(Protocol):
    """What is asked of `corpus.library.Library`."""

    def positions(self) -> Mapping[str, int]: ...


@dataclass(frozen=True)
class Translation:
    """Two texts that seem to be one, in two languages."""

    english: str  # slug
    chinese: str
    order: float  # correlation of places, -1.0 to 1.0


def translations(index: Index, library: PlacedPassages) -> list[Translation]:
    """Pairs of which each is the other's nearest text, the surest first."""
    snapshot = index.snapshot()
    texts = _in_order(index, snapshot, library.positions())
    english = {s: v for (s, language), v in texts.items() if language == "en"}
    chinese = {s: v for (s, language), v in texts.items() if language == "zh"}
    near: dict[tuple[str, str], float] = {}
    order: dict[tuple[str, str], float] = {}
    for one, other in _candidates(english, chinese):
        near[one, other], order[one, other] = _compared(english[one], chinese[other])
    found = [
        Translation(one, other, order[one, other])
        for one, other in near
        if order[one, other] >= ORDER
        and _is_nearest(near, (one, other), 0)
        and _is_nearest(near, (one, other), 1)
    ]
    return sorted(found, key=lambda t: (-t.order, t.english))


def _in_order(
    index: Index, snapshot: Snapshot, positions: Mapping[str, int]
) -> dict[tuple[str, str], np.ndarray]:
    """(slug, language) -> (n_passages, dim) unit rows in reading order."""
    found = {}
    for code, group in enumerate(snapshot.groups):
        rows = snapshot.rows_of_group(code)
        if snapshot.told[code] or len(rows) < FEWEST:
            continue
        kept = index.fetch(snapshot, rows)
        placed = sorted(rows, key=lambda row: positions.get(kept[int(row)].reading.id, 0))
        vectors = snapshot.vectors(np.asarray(placed))
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        found[group.name, group.language] = vectors / np.maximum(norms, 1e-9)
    return found


def _candidates(
    english: Mapping[str, np.ndarray], chinese: Mapping[str, np.ndarray]
) -> Iterable[tuple[str, str]]:
    """Pairs of texts whose means lie near and whose lengths agree."""
    if not english or not chinese:
        return []
    ours, theirs = list(english), list(chinese)
    near = _means(english) @ _means(chinese).T
    sizes = np.array([[len(english[a]) / len(chinese[b]) for b in theirs] for a in ours])
    near[np.minimum(sizes, 1 / sizes) < LENGTHS] = -2.0
    chosen = set()
    for row, column in ((near, False), (near.T, True)):
        for at, scores in enumerate(row):
            for other in np.argsort(-scores, kind="stable")[:NEAREST]:
                if scores[other] > -2.0:
                    pair = (int(other), at) if column else (at, int(other))
                    chosen.add(pair)
    return [(ours[a], theirs[b]) for a, b in sorted(chosen)]


def _means(texts: Mapping[str, np.ndarray]) -> np.ndarray:
    means = np.stack([vectors.mean(axis=0) for vectors in texts.values()])
    return np.asarray(means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9))


def _compared(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """How near the passages of two texts lie, and how far they keep one order."""
    products = one @ other.T
    near = float(products.max(axis=1).mean() + products.max(axis=0).mean()) / 2
    return near, (_in_step(products) + _in_step(products.T)) / 2


def _in_step(products: np.ndarray) -> float:
    """Correlation of each row's number with that of its nearest column."""
    places = products.argmax(axis=1)
    if len(places) < 2 or places.std() == 0:
        return 0.0
    return float(np.corrcoef(np.arange(len(places)), places)[0, 1])


def _is_nearest(near: Mapping[Any, float], pair: tuple[str, str], side: int) -> bool:
    return near[pair] == max(score for other, score in near.items() if other[side] == pair[side])
