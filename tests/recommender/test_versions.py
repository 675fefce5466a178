"""A translation is told by the order of its passages, not by its subject alone."""

from __future__ import annotations

import numpy as np
import pytest

from recommender import versions
from recommender.versions import _compared, _in_step


def passages(seed: int, count: int, dim: int = 64) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((count, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def blurred(vectors: np.ndarray, seed: int, by: float = 1.0) -> np.ndarray:
    """As another language has it: near, but not the same."""
    noise = np.random.default_rng(seed).standard_normal(vectors.shape).astype(np.float32)
    mixed = vectors + by * noise / np.sqrt(vectors.shape[1])
    return mixed / np.linalg.norm(mixed, axis=1, keepdims=True)


def test_a_translation_keeps_the_order():
    text = passages(1, 20)
    assert _compared(text, blurred(text, 2))[1] > 0.9


def test_the_same_passages_in_another_order_do_not():
    text = passages(1, 20)
    shuffled = blurred(text, 2)[np.random.default_rng(3).permutation(20)]
    assert abs(_compared(text, shuffled)[1]) < 0.6


def test_passages_that_all_lie_near_one_have_no_order():
    assert _in_step(np.eye(5)[[2, 2, 2, 2, 2]]) == 0.0


def test_candidates_have_like_lengths_and_empty_shelves_have_none():
    long, short = passages(1, 40), passages(1, 8)
    assert list(versions._candidates({"a": long}, {"b": short})) == []
    assert list(versions._candidates({"a": long}, {})) == []
    assert list(versions._candidates({"a": long}, {"b": long})) == [("a", "b")]


@pytest.mark.parametrize("count", [6, 12, 60])
def test_it_matters_not_which_side_is_asked(count):
    text = passages(4, count)
    other = blurred(text, 5)
    assert _compared(text, other) == pytest.approx(_compared(other, text))
