"""Every model there is, fitted when it is first asked for; what two of them share is made once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import scipy.sparse as sp

from recommender.learned import by_text, factors, item_item, priors
from recommender.learned.by_text import Features, Mixture, TextRidge
from recommender.learned.task import Task

FEW_TEXTS = 3_000  # below, more forms of the text ridge cost nothing and are tried
PRIOR = 0.05  # of a text's likenesses, beside weights that EASE learns
WIDENED = 0.6  # of a text's likenesses, beside the text itself
FEW_MEMBERS = 1_000  # below, counts are small and so are the penalties that fit them


@dataclass(frozen=True)
class Size:
    """Of the task, not of its rehearsal: both must try the same models."""

    few_texts: bool
    few_members: bool
    fits: bool  # a dense matrix of members by candidates


def size_of(task: Task) -> Size:
    members = task.read.shape[0]
    cells = members * len(task.candidates)
    return Size(
        len(task.read_texts) <= FEW_TEXTS,
        members <= FEW_MEMBERS,
        members <= item_item.SIDE_LIMIT and cells <= item_item.CELLS_LIMIT,
    )


class Model(Protocol):
    def scores(self, history: sp.csr_matrix) -> np.ndarray:
        """(n_rows, n_candidates) float32 of any histories, (n_rows, n_texts)."""
        ...


class Workshop:
    def __init__(self, task: Task, features: Features, mixture: Mixture, size: Size) -> None:
        self.task, self.features, self.mixture, self.size = task, features, mixture, size
        self._ease: dict[float, item_item.ItemItem] = {}

    @cached_property
    def read_texts(self) -> np.ndarray:
        return self.task.read_texts

    @cached_property
    def wide(self) -> TextRidge:
        return self.ridge(gamma=1.5, penalty=8.0)

    @cached_property
    def near(self) -> TextRidge:
        return self.ridge(gamma=3.5, penalty=12.0)

    def ridge(self, *, gamma: float, penalty: float, mixture: Mixture | None = None) -> TextRidge:
        return by_text.fit_text_ridge(
            self.features,
            mixture or self.mixture,
            self.read_texts,
            self.task.candidates,
            gamma=gamma,
            penalty=penalty,
        )

    def filled(self) -> Model:
        among_read = item_item.fit_ease(self.task.read, self.read_texts, strength=200)
        return by_text.fill_in(among_read, self.near, self.read_texts)

    def makers(self) -> dict[str, Callable[[], Model]]:
        """Name -> how to fit it: all that can say something of this task."""
        found: dict[str, Callable[[], Model]] = self._by_text()
        if not self.task.new_candidates.all():
            found |= self._by_behaviour()
        return found

    def _by_text(self) -> dict[str, Callable[[], Model]]:
        task, features = self.task, self.features
        found: dict[str, Callable[[], Model]] = {
            "text ridge, near": lambda: self.near,
            "text ridge, wide": lambda: self.wide,
            "text ridge through readers": lambda: by_text.through_readers(self.near, task.read),
            "expected popularity": lambda: priors.expected_popularity(
                self.near, task.read, self.read_texts
            ),
            "words, BM25": lambda: by_text.fit_bm25(task.texts, self.read_texts, task.candidates),
            "words, cosine": lambda: self._match("words"),
        }
        for name in features:
            if name != "words":
                found[f"{name}, cosine"] = lambda name=name: self._match(name)  # type: ignore[misc]
                found[f"{name}, nearest"] = lambda name=name: self._nearest(name)  # type: ignore[misc]
        cells = len(self.read_texts) * len(task.candidates)
        if task.new_candidates.all() and cells <= item_item.CELLS_LIMIT:
            found["history filled in, text ridge"] = self.filled
        if self.size.few_texts:
            for gamma, penalty in ((0.5, 0.3), (0.5, 3.0), (3.0, 1.0)):
                found[f"text ridge {gamma} {penalty}"] = lambda g=gamma, p=penalty: self.ridge(  # type: ignore[misc]
                    gamma=g, penalty=p
                )
            found["text ridge, words alone"] = lambda: self.ridge(
                gamma=1.5, penalty=2.0, mixture={"words": 1.0}
            )
        return found

    def _by_behaviour(self) -> dict[str, Callable[[], Model]]:
        read, candidates = self.task.read, self.task.candidates
        few = self.size.few_members
        found: dict[str, Callable[[], Model]] = {}
        for strength in (5, 20, 80, 200) if few else (50, 200):
            found[f"EASE {strength}"] = lambda s=strength: self.ease(s)  # type: ignore[misc]
        if self.size.fits:
            for strength in (20, 80) if few else (70, 200):
                found[f"EASE {strength}, told by texts"] = lambda s=strength: self.informed(s)  # type: ignore[misc]
        return found | {
            "EASE 200, of texts alike too": lambda: item_item.Widened(
                self.ease(200), WIDENED * self.like
            ),
            "neighbours": lambda: item_item.fit_neighbours(read, candidates),
            "ALS": lambda: factors.fit_implicit(read, candidates, size=192),
            "PureSVD": lambda: factors.fit_projection(read, candidates),
            "popularity": lambda: priors.fit_popularity(read, candidates),
        }

    @cached_property
    def like(self) -> sp.csr_matrix:
        return by_text.likenesses(self.features, self.mixture, self.read_texts)

    def ease(self, strength: float) -> item_item.ItemItem:
        """Kept: the same is asked for alone and with texts alike."""
        if strength not in self._ease:
            self._ease[strength] = item_item.fit_ease(
                self.task.read, self.task.candidates, strength=strength
            )
        return self._ease[strength]

    def informed(self, strength: float) -> item_item.Informed:
        return item_item.fit_informed_ease(
            self.task.read, self.task.candidates, PRIOR * self.like, strength=strength
        )

    def _match(self, name: str) -> Model:
        rows = self.features[name]
        return by_text.Match(rows, rows[self.task.candidates])

    def _nearest(self, name: str) -> Model:
        rows = np.asarray(self.features[name])
        return by_text.Nearest(rows, np.ascontiguousarray(rows[self.task.candidates]))
