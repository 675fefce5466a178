"""What a text model is: text in, unit vectors out. (Language models; no database models here.)

Every model in this package fulfils `TextModel`. Nothing outside the package
needs to know which one it got.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np

Kind = Literal["query", "passage"]
Span = tuple[int, int]  # character offsets [start, end) into a text
Progress = Callable[[int], None]  # called with the number of texts just done


class ModelError(Exception):
    """A model cannot be had or used; the message says which, why and the cure."""


@dataclass(frozen=True)
class EncodedParts:
    """Vectors of texts and what each span of a text gave to its vector.

    A model pools token states linearly, so a text's unit vector is exactly a
    sum over its tokens. `parts[i][k]` is the share of `spans[i][k]`; the shares
    of one text plus `rest[i]` (special tokens, prefix, text outside any span)
    sum to `vectors[i]`. So for any q: q @ vectors[i] is the sum of the shares'
    products, and "the sentence that matched" is a part of the score.

    A span beyond what the model reads (its `max_tokens`) has a zero share.
    """

    vectors: np.ndarray  # (n, dim) float32, unit rows
    parts: list[np.ndarray]  # n arrays of (n_spans_i, dim) float32
    rest: np.ndarray  # (n, dim) float32


@runtime_checkable
class TextModel(Protocol):
    """Turns texts into unit vectors. Thread-safe; deterministic."""

    name: str  # what a person calls it, e.g. "multilingual-e5-small"
    fingerprint: str  # name, precision and hash of the graph: vectors of two
    #                   models are comparable only if these are equal
    dim: int
    max_tokens: int
    languages: frozenset[str]  # e.g. {"en", "zh"}: what it may be used for

    def encode(
        self, texts: Sequence[str], *, kind: Kind, progress: Progress | None = None
    ) -> np.ndarray:
        """(n, dim) float32, unit rows. Empty input gives (0, dim)."""
        ...

    def encode_with_parts(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Span]],
        *,
        kind: Kind,
        progress: Progress | None = None,
    ) -> EncodedParts:
        """Vectors, and each span's share in them (see `EncodedParts`)."""
        ...
