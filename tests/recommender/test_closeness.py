"""Which sentence gave most, and which readings are nearest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.closeness import meaning_gains, nearest
from recommender.vector_store import pack_shares, unpack_shares


def unit(*values):
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


def test_a_long_sentence_is_not_chosen_for_its_length():
    centre = np.array([0.97, 0, 0], np.float32)  # what all vectors have in common
    whole = unit(0.9, 0.3, 0)
    shares = np.array([[0.9, 0, 0], [0, 0.3, 0]], np.float32) / np.linalg.norm([0.9, 0.3])
    query = unit(0.7, 0.7, 0)
    kept, scales = unpack_shares(pack_shares(shares), 3)
    assert int(np.argmax(shares @ query)) == 0  # the long one, by its plain share
    gains = meaning_gains(kept, scales, whole, query, centre)
    assert int(np.argmax(gains)) == 1


def test_sentence_gains_add_up_to_what_the_average_reading_does_not_get():
    random = np.random.default_rng(3)
    shares = random.standard_normal((5, 16)).astype(np.float32)
    whole = shares.sum(axis=0)
    shares, whole = shares / np.linalg.norm(whole), whole / np.linalg.norm(whole)
    query, centre = unit(*random.standard_normal(16)), random.standard_normal(16) * 0.1
    gains = meaning_gains(*unpack_shares(pack_shares(shares), 16), whole, query, centre)
    assert gains.sum() == pytest.approx(float(query @ whole - query @ centre), abs=0.03)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 1000),
    n=st.sampled_from([1, 5, 63, 64, 65, 5000, 20_000]),
    levels=st.sampled_from([0, 3, 200]),
)
def test_nearest_is_exact_however_many_readings_and_ties_there_are(seed, n, levels):
    random = np.random.default_rng(seed)
    values = random.standard_normal((3, n)).astype(np.float32)
    if levels:
        values = np.round(values * levels) / levels
    values[1, : n // 2] = -np.inf
    asked = np.array([True, True, False])
    found = nearest(values, 64, 100, -np.inf, asked)
    for line in (0, 1):
        rows = found[line][found[line] >= 0] - 100
        best = np.sort(values[line][np.isfinite(values[line])])[::-1][:64]
        np.testing.assert_array_equal(np.sort(values[line, rows])[::-1], best)
        assert len(set(rows.tolist())) == len(rows)
    assert (found[2] == -1).all()
