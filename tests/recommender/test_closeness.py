"""Which sentence gave most, and which readings are nearest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.centring import centred, mean_of, uncentred
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


def test_sentence_gains_add_up_to_the_centred_product():
    random = np.random.default_rng(3)
    shares = random.standard_normal((5, 16)).astype(np.float32)
    whole = shares.sum(axis=0)
    shares, whole = shares / np.linalg.norm(whole), whole / np.linalg.norm(whole)
    query = unit(*random.standard_normal(16))
    centre = (random.standard_normal(16) * 0.1).astype(np.float32)
    gains = meaning_gains(*unpack_shares(pack_shares(shares), 16), whole, query, centre)
    assert gains.sum() == pytest.approx(float(query @ centred(whole[None], centre)[0]), abs=0.01)


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
    found = nearest(values, 64, 100, -np.inf)
    for line in (0, 1):
        rows = found[line][found[line] >= 0] - 100
        best = np.sort(values[line][np.isfinite(values[line])])[::-1][:64]
        np.testing.assert_array_equal(np.sort(values[line, rows])[::-1], best)
        assert len(set(rows.tolist())) == len(rows)


def test_a_vector_is_had_back_from_its_centred_form():
    random = np.random.default_rng(5)
    vectors = random.standard_normal((200, 16)) + 1.5
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    centre = mean_of(vectors)
    for vector, less in zip(vectors, centred(vectors, centre), strict=True):
        np.testing.assert_allclose(uncentred(less, centre), vector, atol=1e-5)


def test_a_single_reading_is_still_found_by_its_own_words():
    alone = unit(0.6, 0.8)[None]
    assert float(centred(alone, mean_of(alone))[0] @ alone[0]) > 0.9
