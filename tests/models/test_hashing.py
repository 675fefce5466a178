"""The stand-in model: hashed words."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import TextModel, load_model
from models.hashing import HashingModel

MODEL = HashingModel()


def test_it_is_a_text_model(tmp_path):
    assert isinstance(load_model("hashing", tmp_path), TextModel)


def test_shared_words_bring_texts_together():
    well, river, goal = MODEL.encode(
        ["The old well by the river", "the OLD river", "Setting a practice goal"], kind="passage"
    )
    assert well @ river > 0.5 > well @ goal


def test_shared_characters_bring_chinese_texts_together():
    study, group, fish = MODEL.encode(["学习小组的反思", "小组学习", "鱼的价格"], kind="passage")
    assert study @ group > 0.4 > study @ fish


def test_vectors_are_the_same_in_another_process():
    text = "Read, act, and write. 学习与反思"
    code = (
        "import hashlib; from models.hashing import HashingModel as H;"
        f"print(hashlib.sha256(H().encode([{text!r}], kind='query').tobytes()).hexdigest())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    here = hashlib.sha256(MODEL.encode([text], kind="query").tobytes()).hexdigest()
    assert done.stdout.strip() == here


def test_no_texts_give_no_rows():
    assert MODEL.encode([], kind="query").shape == (0, 256)


@given(
    st.lists(st.text(max_size=80), max_size=4),
    st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=4),
)
def test_parts_and_rest_sum_to_unit_vectors(texts, spans):
    coded = MODEL.encode_with_parts(texts, [spans] * len(texts), kind="passage")
    assert np.linalg.norm(coded.vectors, axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-5)
    for vector, parts, rest in zip(coded.vectors, coded.parts, coded.rest, strict=True):
        assert parts.shape == (len(spans), 256)
        assert parts.sum(axis=0) + rest == pytest.approx(vector, abs=1e-5)


def test_a_span_holds_what_its_words_gave():
    text = "reflection. river"
    coded = MODEL.encode_with_parts([text], [[(0, 11), (12, 17)]], kind="passage")
    asked = MODEL.encode(["river"], kind="query")[0]
    first, second = coded.parts[0] @ asked
    assert second == pytest.approx(coded.vectors[0] @ asked)
    assert first == pytest.approx(0)
