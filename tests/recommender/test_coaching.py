"""The classifier of sentences: what it says, when it is silent, and what its file is."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.hashing import HashingModel
from models.load import DEFAULT_MODEL, load_model
from recommender.coaching import LABELS, Judged, SentenceClassifier, examples, read_sentences
from recommender.coaching import measures as measure
from recommender.coaching import weights as files
from recommender.coaching.scoring import probabilities
from recommender.coaching.sentence import terms
from tests.recommender.counting_model import CountingModel
from tests.shared_data import shared

LARGEST = 3_000_000  # bytes
EN_FLOOR, ZH_FLOOR = 0.68, 0.62  # a few points below the card's figures
CARD = files.SHIPPED.with_name("CARD.md")
NONSENSE = [
    "",
    "   \n",
    "...",
    "😀😀😀🎉🎉",
    "?!?!",
    "x",
    "我。",
    "I went to the meeting. " * 400,
    "我去开会了。" * 400,
]


@pytest.fixture(scope="module")
def shipped():
    return files.load()


@pytest.fixture(scope="module")
def small(shipped):
    """The shipped terms with invented nets, for vectors of the stand-in."""
    random = np.random.default_rng(7)
    dim, heads, values = HashingModel.dim, 2, 3

    def made(*shape: int) -> np.ndarray:
        return random.normal(size=shape).astype(np.float32)

    return replace(
        shipped,
        whole=made(dim, 9),
        ask=made(1, dim, heads),
        value=made(1, heads, dim, values),
        value_bias=made(1, heads, values),
        out=made(1, heads * values, 9),
        out_mean=made(1, dim, 9),
        out_bias=made(1, 2, 9),
        sure=np.array([0.5, 0.5]),
        fingerprint=np.array(HashingModel.fingerprint),
    )


@pytest.fixture(scope="module")
def classifier(small):
    return SentenceClassifier(small)


def test_the_file_is_small_and_holds_numbers_only(shipped):
    assert files.SHIPPED.stat().st_size <= LARGEST
    with np.load(files.SHIPPED, allow_pickle=False) as file:
        assert {file[name].dtype.kind for name in file.files} <= set("fiuU")
    assert shipped.whole.shape == (384, len(LABELS))
    assert np.all(np.diff(shipped.term_hashes.astype(np.int64)) > 0)


def test_the_card_says_what_must_be_said():
    card = CARD.read_text("utf-8")
    for said in ("Apache-2.0", "11372/LRT-3573", "CC0", "person", "Calibration"):
        assert said in card
    assert all(label in card for label in LABELS)


def test_weights_saved_and_read_give_the_same_answers(small, tmp_path):
    files.save(small, tmp_path / "a.npz")
    files.save(small, tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    again = SentenceClassifier.load(tmp_path / "a.npz")
    said = ["I was very nervous before the lesson.", "Next time I will ask first."]
    model = HashingModel()
    before = SentenceClassifier(small).classify(said, language="en", model=model)
    after = again.classify(said, language="en", model=model)
    assert [j.label for j in before] == [j.label for j in after]
    assert [j.probability for j in after] == pytest.approx(
        [j.probability for j in before], abs=0.05
    )


def test_a_file_of_another_format_is_refused_with_its_cure(tmp_path):
    np.savez(tmp_path / "old.npz", format=np.array(0))
    with pytest.raises(ValueError, match=re.escape("python -m recommender.coaching.train")):
        SentenceClassifier.load(tmp_path / "old.npz")


def test_the_shipped_classifier_is_opened_once():
    assert SentenceClassifier.load() is SentenceClassifier.load()
    assert not SentenceClassifier.load().suits(HashingModel())


def test_serving_imports_neither_torch_nor_scipy():
    code = (
        "import sys; from recommender.coaching import SentenceClassifier; "
        "SentenceClassifier.load(); "
        "sys.exit(any(m in sys.modules for m in ('torch', 'scipy', 'sklearn')))"
    )
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


@pytest.mark.parametrize("sentence", NONSENSE)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_no_sentence_is_answered_with_silence(classifier, sentence, language):
    judged = classifier.classify([sentence], language=language, model=HashingModel())
    assert judged == [Judged("Other", 0.0, False)]


def test_the_wrong_or_an_unknown_language_is_never_sure(classifier):
    said = ["I will ask her before the next meeting."]
    for language in ("zh", "de", ""):
        assert not classifier.classify(said, language=language, model=HashingModel())[0].sure


def test_no_sentences_give_no_judgements(classifier):
    assert classifier.classify([], language="en", model=HashingModel()) == []


def test_a_judgement_depends_on_its_sentence_alone(classifier):
    said = ["I was afraid.", "They left early, all of them, without a word.", "下次我先问一声。"]
    together = classifier.classify(said[:2], language="en", model=HashingModel())
    apart = [classifier.classify([s], language="en", model=HashingModel())[0] for s in said[:2]]
    turned = classifier.classify(said[1::-1], language="en", model=HashingModel())[::-1]
    for one, other, third in zip(together, apart, turned, strict=True):
        assert one.label == other.label == third.label
        assert one.probability == pytest.approx(other.probability, abs=1e-5)
        assert one.probability == pytest.approx(third.probability, abs=1e-5)


def test_sentences_with_vectors_are_not_encoded_again(classifier):
    model = CountingModel()
    said = ["I was afraid of the class.", "Next week I will begin with a question."]
    vectors = read_sentences(model, said)
    assert model.texts_encoded == 2
    kept = classifier.classify(said, language="en", vectors=vectors)
    assert model.texts_encoded == 2
    assert kept == classifier.classify(said, language="en", model=model)
    with pytest.raises(ValueError, match="2 sentences but vectors for 1"):
        classifier.classify(said, language="en", vectors=vectors[:1])
    with pytest.raises(ValueError, match="vectors or the model"):
        classifier.classify(said, language="en")


def test_probabilities_sum_to_one(small):
    said = ["I was afraid.", "We met at nine in the hall."]
    vectors = read_sentences(HashingModel(), said)
    chances = probabilities(small, vectors, [terms(s) for s in said], 0)
    assert chances.sum(axis=1) == pytest.approx(1)
    assert (chances >= 0).all()


def test_terms_do_not_mind_case_white_space_or_traditional_characters():
    assert np.array_equal(terms("I  was\nafraid."), terms("i was afraid."))
    assert np.array_equal(terms("學習"), terms("学习"))
    assert len(terms("")) == len(terms(" "))


def test_no_reflection_is_in_two_parts_of_the_chinese_set():
    parts = {p: {e.group for e in examples.chinese(p)} for p in ("train", "val", "test")}
    assert sum(len(groups) for groups in parts.values()) == len(set().union(*parts.values())) == 130
    assert len(examples.chinese("test")) >= 190


def test_every_chinese_sentence_has_three_labels_and_their_majority():
    rows = examples.read_table(examples.CHINESE)
    assert len(rows) >= 600
    for row in rows:
        said = [row["meant"], row["label_a"], row["label_b"]]
        assert {*said, row["label"]} <= set(LABELS)
        assert said.count(row["label"]) == max(said.count(label) for label in said)


def test_sure_from_is_where_answers_are_right_often_enough():
    top = np.linspace(1, 0.2, 100)
    chances = np.stack([top, 1 - top - 0.01, np.full(100, 0.01)], axis=1)
    truth = np.where(np.arange(100) < 60, 0, 2)
    bound = measure.sure_from(chances, truth, 0.9, fewest=10)
    chosen = top >= bound
    assert (truth[chosen] == 0).mean() >= 0.9
    assert measure.sure_from(chances, np.full(100, 2), 0.9, fewest=10) > 1


@pytest.fixture(scope="module")
def real():
    return load_model(DEFAULT_MODEL, Path.home() / ".cache" / "xinde" / "models")


def _measured(model, found, language):
    judged = SentenceClassifier.load().classify(
        [e.sentence for e in found], language=language, model=model
    )
    right = np.array([j.label == LABELS[e.label] for j, e in zip(judged, found, strict=True)])
    return right, np.array([j.sure for j in judged])


@pytest.mark.slow
@pytest.mark.data
def test_english_sentences_held_out_are_judged_well(real):
    shared("data", "reflections", "cered", "sentences_en_val.tsv")
    right, sure = _measured(real, examples.english("val"), "en")
    assert right.mean() >= EN_FLOOR
    assert right[sure].mean() >= 0.84
    assert sure.mean() >= 0.4


@pytest.mark.slow
def test_chinese_sentences_held_out_are_judged_well(real):
    right, sure = _measured(real, examples.chinese("val"), "zh")
    assert right.mean() >= ZH_FLOOR
    assert right[sure].mean() >= 0.80


@pytest.mark.slow
def test_the_shipped_classifier_is_silent_about_gibberish(real):
    """And gives the same answers twice, with vectors kept or not."""
    classifier = SentenceClassifier.load()
    assert classifier.suits(real)
    said = ["asdkjh qwlke zxcmn poiqwe lkjasd mnbzxc", "lorem ipsum dolor sit amet consectetur"]
    assert not any(j.sure for j in classifier.classify(said, language="en", model=real))
    zh = ["的的的的的了了了了是是是是"]
    assert not any(j.sure for j in classifier.classify(zh, language="zh", model=real))
    plain = ["I was so nervous before my first lesson that my hands shook."]
    vectors = read_sentences(real, plain)
    first = classifier.classify(plain, language="en", vectors=vectors)
    assert first == classifier.classify(plain, language="en", vectors=vectors)
    assert first[0].label == "Feeling"
