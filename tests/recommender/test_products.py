"""Products in tiles, and the largest of their numbers, are those that anybody would compute."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.largest import nearest
from recommender.products import LEAST, TILE, multiply

DIM = 48


def vectors(random: np.random.Generator, count: int) -> np.ndarray:
    return random.standard_normal((count, DIM)).astype(np.float32)


@pytest.mark.parametrize("queries", [0, 1, 2, 7, 8, TILE // LEAST, TILE // LEAST + 1])
@pytest.mark.parametrize("readings", [0, 1, LEAST - 1, LEAST, 97, TILE, 3 * TILE + 5])
def test_a_product_in_tiles_is_the_plain_product(queries, readings):
    random = np.random.default_rng(queries + readings)
    asked, matrix = vectors(random, queries), vectors(random, readings)
    expected = asked.astype(np.float64) @ matrix.astype(np.float64).T
    found = multiply(asked, matrix)
    assert found.shape == (queries, readings)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4)


def test_a_product_is_written_into_its_place_and_nowhere_else(tmp_path):
    random = np.random.default_rng(1)
    np.save(tmp_path / "matrix.npy", vectors(random, 1000))
    matrix = np.load(tmp_path / "matrix.npy", mmap_mode="r")[100:900]  # as a block of an index
    asked = vectors(random, 8)
    out = np.full((8, 1000), 7, np.float32)
    assert multiply(asked, matrix, out[:, 50:850]).base is out
    np.testing.assert_allclose(out[:, 50:850], asked @ matrix.T, rtol=0, atol=1e-4)
    assert (out[:, :50] == 7).all()
    assert (out[:, 850:] == 7).all()


def rows(kind: str, random: np.random.Generator, size: int) -> np.ndarray:
    values = random.standard_normal((3, size)).astype(np.float32)
    if kind == "many alike":
        return np.round(values)
    if kind == "hardly any":  # as of words: the rest is 0
        values[random.random(values.shape) < 0.99] = 0
    if kind == "blocked":
        values[random.random(values.shape) < 0.99] = -np.inf
        values[0] = -np.inf
    return values


@pytest.mark.parametrize("floor", [0.0, -np.inf])
@pytest.mark.parametrize("kind", ["any", "many alike", "hardly any", "blocked"])
@pytest.mark.parametrize(("size", "k"), [(5, 8), (300, 8), (6000, 1), (6000, 64), (6000, 900)])
def test_the_nearest_are_the_largest_and_of_equal_ones_the_first(kind, floor, size, k):
    values = rows(kind, np.random.default_rng(size + k), size)
    found = nearest(values, k, 10, floor)
    assert found.shape == (3, min(k, size))
    for line, columns in zip(values, found.tolist(), strict=True):
        order = [c for c in np.argsort(-line, kind="stable").tolist() if line[c] > floor]
        assert sorted(c - 10 for c in columns if c >= 0) == sorted(order[:k])
