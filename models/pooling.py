"""How token states become a text's unit vector, and each span's share in it. Pure NumPy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.st_folder import Pooling
from models.text_model import Span


def pool(states: np.ndarray, pooling: Pooling) -> np.ndarray:
    """(dim,) unit vector of one text from its token states (n_tokens, dim)."""
    pooled = states[0] if pooling == "cls" else states.mean(axis=0, dtype=np.float64)
    return (pooled / _length(pooled)).astype(np.float32)


def pool_with_shares(
    states: np.ndarray, places: Sequence[Span], spans: Sequence[Span], pooling: Pooling
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """vector (dim,), shares (n_spans, dim) and rest (dim,); shares and rest sum to the vector.

    With "cls" pooling only the first, special token counts: everything is rest.
    """
    vector = pool(states, pooling)
    owner = owners(places, spans)
    if pooling == "cls":
        return vector, np.zeros((len(spans), states.shape[1]), np.float32), vector
    belongs = np.zeros((len(spans) + 1, len(states)), np.float32)
    belongs[owner, np.arange(len(states))] = 1
    sums = (belongs @ states).astype(np.float64)
    shares = (sums / _length(sums.sum(axis=0))).astype(np.float32)
    return vector, shares[:-1], shares[-1]


def owners(places: Sequence[Span], spans: Sequence[Span]) -> np.ndarray:
    """(n_tokens,) index of the span that holds each token's first character.

    `len(spans)` for tokens in none. Where spans overlap the earliest listed has the token.
    """
    first = np.array([start for start, _ in places], np.int64)
    owner = np.full(len(first), len(spans), np.int64)
    for number in reversed(range(len(spans))):
        start, end = spans[number]
        owner[(first >= max(start, 0)) & (first < end)] = number
    return owner


def _length(vector: np.ndarray) -> float:
    return float(np.linalg.norm(vector)) or 1.0
