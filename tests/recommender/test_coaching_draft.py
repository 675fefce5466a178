"""Reading a draft: nothing is encoded twice, and what is kept is bound to what made it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.coaching import SentenceClassifier, kept
from recommender.coaching import weights as files
from recommender.coaching.draft import MOST_NEW, Said, Words, read_draft
from tests.recommender.counting_model import CountingModel

DRAFT = [
    Said("On Monday I sat with Mrs. Novak for an hour.", "en"),
    Said("She said that nobody had ever asked her.", "en"),
    Said("七月里我跟着老支书把全村走了一遍。", "zh"),
    Said("Next Thursday I will go there without the form.", "en"),
]
TEXT = "Ask before you speak. A question opens more than a report."
PASSAGE = Words(TEXT, "en", ((0, 21), (22, 58)))


@pytest.fixture(scope="module")
def weights():
    random = np.random.default_rng(7)
    dim = CountingModel.dim

    def made(*shape):
        return random.normal(size=shape).astype(np.float32)

    return replace(
        files.load(),
        whole=made(dim, 9),
        ask=made(1, dim, 2),
        value=made(1, 2, dim, 3),
        value_bias=made(1, 2, 3),
        out=made(1, 6, 9),
        out_mean=made(1, dim, 9),
        out_bias=made(1, 2, 9),
        sure=np.array([0.5, 0.5]),
        fingerprint=np.array(CountingModel().fingerprint),
    )


@pytest.fixture(scope="module")
def classifier(weights):
    return SentenceClassifier(weights)


def read(sentences, passages=(), *, classifier, model=None, before=None):
    return read_draft(
        sentences, passages, kept=before, model=model or CountingModel(), classifier=classifier
    )


def test_a_draft_is_encoded_once_and_then_not_again(classifier):
    model = CountingModel()
    first = read(DRAFT, [PASSAGE], classifier=classifier, model=model)
    assert model.texts_encoded == len(DRAFT) + 1
    again = read(DRAFT, [PASSAGE], classifier=classifier, model=model, before=first.kept)
    assert model.texts_encoded == len(DRAFT) + 1
    assert again == first


def test_only_the_sentence_that_was_edited_is_encoded(classifier):
    model = CountingModel()
    first = read(DRAFT, [PASSAGE], classifier=classifier, model=model)
    edited = [
        DRAFT[3],
        DRAFT[0],
        replace(DRAFT[1], words="She said nothing at all to me."),
        DRAFT[2],
    ]
    count = model.texts_encoded
    second = read(edited, [PASSAGE], classifier=classifier, model=model, before=first.kept)
    assert model.texts_encoded == count + 1
    assert second.judged[0] == first.judged[3]


def test_what_was_struck_out_is_no_longer_kept(classifier):
    whole = read(DRAFT, [PASSAGE], classifier=classifier)
    less = read(DRAFT[:2], classifier=classifier, before=whole.kept)
    assert less.kept == read(DRAFT[:2], classifier=classifier).kept
    assert len(less.kept) < len(whole.kept)


def test_the_same_sentence_twice_is_read_once(classifier):
    model = CountingModel()
    found = read([DRAFT[0]] * 5, classifier=classifier, model=model)
    assert model.texts_encoded == 1
    assert len(set(found.judged)) == 1


def test_of_a_long_draft_the_rest_is_read_at_the_next_look(classifier):
    model = CountingModel()
    long = [Said(f"On Monday I wrote letter number {n}.", "en") for n in range(MOST_NEW + 30)]
    first = read(long, classifier=classifier, model=model)
    assert model.texts_encoded == MOST_NEW
    assert not first.is_whole
    second = read(long, classifier=classifier, model=model, before=first.kept)
    assert model.texts_encoded == len(long)
    assert second.is_whole


def test_what_was_changed_is_read_first_and_of_the_rest_the_end(classifier):
    long = [Said(f"On Monday I wrote letter number {n}.", "en") for n in range(MOST_NEW * 2)]
    first = read(long, classifier=classifier)
    assert first.judged[:MOST_NEW] == (None,) * MOST_NEW
    assert None not in first.judged[MOST_NEW:]
    edited = [*long]
    edited[MOST_NEW + 20] = Said("She answered on Friday.", "en")
    second = read(edited, classifier=classifier, before=first.kept)
    assert second.judged[0] is None
    assert None not in second.judged[1:]


def test_a_look_at_a_huge_draft_encodes_few_and_keeps_little(classifier):
    huge = [Said(f"On Monday I wrote letter number {n}.", "en") for n in range(2_000)]
    before = None
    for look in range(3):
        model = CountingModel()
        found = read(huge, [PASSAGE], classifier=classifier, model=model, before=before)
        assert model.texts_encoded == MOST_NEW + (look == 0)  # and the passage
        assert len(found.kept) < 150_000
        before = found.kept
    model = CountingModel()
    read([Said(f"我们{n}" * 400, "zh") for n in range(30)], classifier=classifier, model=model)
    assert 1 <= model.texts_encoded <= 5  # long ones cost more


def test_a_sentence_whose_vector_was_not_kept_counts_as_near(classifier, monkeypatch):
    monkeypatch.setattr(kept, "MOST_VECTORS", 2)
    first = read(DRAFT, [PASSAGE], classifier=classifier)
    model = CountingModel()
    again = read(DRAFT, [PASSAGE], classifier=classifier, model=model, before=first.kept)
    assert model.texts_encoded == 0
    assert again.judged == first.judged
    assert again.near[2:] == first.near[2:]
    assert all(near > 10 for (near,) in again.near[:2])


def test_bytes_of_another_model_or_classifier_are_as_if_there_were_none(classifier, weights):
    first = read(DRAFT, classifier=classifier)
    other = SentenceClassifier(replace(weights, sure=np.array([0.6, 0.6])))
    renamed = CountingModel("another")
    for model, judge in ((CountingModel(), other), (renamed, classifier)):
        found = read(DRAFT, classifier=judge, model=model, before=first.kept)
        assert model.texts_encoded == len(DRAFT)
        assert found.is_whole


@pytest.mark.parametrize("place", [0, 3, 10, 22, 29, 34, 60, -1])
def test_damaged_bytes_are_as_if_there_were_none(classifier, place):
    first = read(DRAFT, [PASSAGE], classifier=classifier)
    damaged = bytearray(first.kept)
    damaged[place] ^= 0x41
    for before in (bytes(damaged), first.kept[:place], first.kept + b"x", b"", None):
        model = CountingModel()
        found = read(DRAFT, [PASSAGE], classifier=classifier, model=model, before=before)
        assert model.texts_encoded == len(DRAFT) + 1
        assert found.kept == first.kept


@given(st.binary(max_size=200))
def test_any_bytes_can_be_given(data):
    assert kept.read(data, whose="x", dim=8) == kept.Kept()


def test_what_is_kept_is_small():
    vector = np.full(384, 384**-0.5, np.float32)
    many = {kept.key(str(n), "en"): kept.KeptSentence(1, 0.9, True, vector) for n in range(5_000)}
    written = kept.write(kept.Kept(many), whose="x", dim=384)
    assert len(written) < 150_000
    back = list(kept.read(written, whose="x", dim=384).sentences.values())
    assert len(back) == kept.MOST_SENTENCES
    assert {(one.label, one.probability, one.sure) for one in back} == {(1, 0.9, True)}
    with_vectors = [one for one in back if one.vector is not None]
    assert with_vectors == back[-kept.MOST_VECTORS :]  # near its end one writes
    assert with_vectors[0].vector @ vector == pytest.approx(1, abs=0.01)


def test_a_sentence_stands_nearest_to_the_passage_it_repeats(classifier):
    other = Words("Rain falls from heavy clouds in autumn.", "en", ((0, 39),))
    found = read([Said(TEXT, "en")], [PASSAGE, other], classifier=classifier)
    assert found.near[0][0] > found.near[0][1]
    assert len(found.points[0]) == 2
    assert read([], [PASSAGE], classifier=classifier).near == ()
    assert read(DRAFT, classifier=classifier).near == ((),) * len(DRAFT)
