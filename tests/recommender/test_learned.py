"""The learned recommender: closed forms agree with their definitions, and the data decides what counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from models.hashing import HashingModel
from recommender.learned import (
    DISMISSED,
    Task,
    blending,
    by_text,
    carving,
    centred,
    factors,
    item_item,
    recommend,
    rows_of,
    variety,
    word_matrix,
)
from recommender.learned.task import lengths, sums
from recommender.learned.text_features import beginnings, sentence_vectors
from recommender.learned.variety import Lists

SUBJECTS = ("harbour", "orchard", "parliament", "telescope", "bakery", "violin")


def library(n: int, rng: np.random.Generator) -> list[str]:
    """Texts that each name one subject and a few words that say nothing."""
    noise = [f"word{k}" for k in range(60)]
    return [f"{SUBJECTS[k % 6]} {' '.join(rng.choice(noise, 5))}" for k in range(n)]


def readers(n_members: int, groups: np.ndarray, rng: np.random.Generator) -> sp.csr_matrix:
    """Members who read mostly inside one or two groups of texts."""
    lists = []
    for _ in range(n_members):
        taste = rng.dirichlet(np.ones(groups.max() + 1) * 0.15)[groups] + 0.002
        lists.append(rng.choice(len(groups), 10, replace=False, p=taste / taste.sum()))
    return rows_of(lists, len(groups))


def task(texts, read, history=None, *, known=None, candidates=None) -> Task:
    history = read if history is None else history
    known = np.full(history.shape[0], history is read) if known is None else known
    candidates = np.arange(len(texts)) if candidates is None else candidates
    return Task(texts, read, history, known, candidates, history)


@pytest.fixture(scope="module")
def world():
    rng = np.random.default_rng(5)
    texts = library(90, rng)
    return texts, readers(80, np.arange(90) % 6, rng)


def features_of(the: Task):
    return {"words": word_matrix(the.texts, the.read_texts)}


def dense_ease(read, strength):
    """EASE as it is defined, over texts."""
    x = item_item.scaled(read, rows=item_item.member_weights(read)).toarray()
    p = np.linalg.inv(x.T @ x + np.diag(item_item.penalties(sums(read, 0), strength)))
    b = -p / np.diag(p)
    np.fill_diagonal(b, 0)
    return b


@pytest.mark.parametrize("shape", [(30, 50), (60, 20)])
def test_ease_is_the_same_over_members_and_over_texts(shape):
    rng = np.random.default_rng(1)
    read = sp.csr_matrix((rng.random(shape) < 0.2).astype(np.float32))
    history = sp.csr_matrix((rng.random((5, shape[1])) < 0.2).astype(np.float32))
    fitted = item_item.fit_ease(read, np.arange(shape[1]), strength=4.0)
    apart = history.toarray() == 0  # a text says nothing of itself
    expected = np.asarray(history @ dense_ease(read, 4.0))
    np.testing.assert_allclose(fitted.scores(history)[apart], expected[apart], atol=1e-4)


def test_ease_told_nothing_is_ease_and_told_much_follows_what_it_is_told():
    rng = np.random.default_rng(1)
    read = sp.csr_matrix((rng.random((30, 50)) < 0.2).astype(np.float32))
    history = sp.csr_matrix((rng.random((5, 50)) < 0.2).astype(np.float32))
    apart = history.toarray() == 0
    every = np.arange(50)
    plain = item_item.fit_ease(read, every, strength=4.0).scores(history)
    empty = sp.csr_matrix((50, 50), dtype=np.float32)
    informed = item_item.fit_informed_ease(read, every, empty, strength=4.0)
    np.testing.assert_allclose(informed.scores(history)[apart], plain[apart], atol=1e-4)
    told = sp.csr_matrix((rng.random((50, 50)) < 0.1).astype(np.float32))
    told.setdiag(0)
    told.eliminate_zeros()
    stubborn = item_item.fit_informed_ease(read, every, told, strength=1e7)
    expected = (history @ told).toarray()
    np.testing.assert_allclose(stubborn.scores(history)[apart], expected[apart], atol=1e-3)


def test_informed_ease_is_the_solution_of_what_it_minimises():
    """Checked column by column against a plain ridge without the text itself."""
    rng = np.random.default_rng(2)
    read = sp.csr_matrix((rng.random((30, 12)) < 0.3).astype(np.float32))
    prior = sp.csr_matrix(np.triu(rng.random((12, 12)) * 0.2, 1).astype(np.float32))
    found = item_item.fit_informed_ease(read, np.arange(12), prior, strength=3.0)
    z = item_item.scaled(read, rows=item_item.member_weights(read)).toarray()
    penalty = np.diag(item_item.penalties(sums(read, 0), 3.0))
    for text in range(12):
        others = np.delete(np.arange(12), text)
        before = prior.toarray()[others, text]
        right = z[:, others].T @ (z[:, text] - z[:, others] @ before)
        inner = z[:, others].T @ z[:, others] + penalty[np.ix_(others, others)]
        expected = before + np.linalg.solve(inner, right)
        alone = found.scores(sp.identity(12, np.float32, format="csr"))[others, text]
        np.testing.assert_allclose(alone, expected, atol=1e-4)


def test_likenesses_are_the_nearest_read_texts_and_never_the_text_itself(world):
    texts, _read = world
    words = {"words": word_matrix(texts, np.arange(90))}
    found = by_text.likenesses(words, {"words": 1.0}, np.arange(60), count=5)
    assert np.diff(found.indptr).max() <= 5
    assert not found.diagonal().any()
    assert found.indices.max() < 60
    assert found.sum() / 90 == pytest.approx(1, rel=1e-3)
    alike = (words["words"] @ words["words"].T).toarray()[:, :60]
    for row in (0, 30, 89):
        least = np.sort(alike[row])[-5]
        assert (alike[row, found[row].indices] >= least - 1e-6).all()


def test_beyond_the_limit_ease_keeps_to_the_most_read_texts(monkeypatch):
    rng = np.random.default_rng(2)
    read = sp.csr_matrix((rng.random((40, 30)) < np.linspace(0.5, 0.05, 30)).astype(np.float32))
    monkeypatch.setattr(item_item, "SIDE_LIMIT", 10)
    fitted = item_item.fit_ease(read, np.arange(30), strength=4.0)
    assert fitted.right.shape == (10, 10)
    scores = fitted.scores(read[:3])
    kept = np.argsort(-sums(read, 0), kind="stable")[:10]
    assert np.abs(scores[:, kept]).sum() > 0
    assert not scores[:, np.setdiff1d(np.arange(30), kept)].any()


def test_neighbours_keep_only_the_nearest_and_never_the_text_itself(world):
    _texts, read = world
    near = item_item.fit_neighbours(read, np.arange(90), count=7).to_candidate
    assert np.diff(near.tocsc().indptr).max() <= 7
    assert not near.diagonal().any()


def test_folding_in_a_training_row_gives_als_its_member_again():
    rng = np.random.default_rng(3)
    read = sp.csr_matrix((rng.random((20, 15)) < 0.3).astype(np.float32))
    texts = rng.normal(size=(15, 4)).astype(np.float32)
    found = factors.half_round(read, texts, None, alpha=10.0, ridge=0.01, steps=30)
    for u in range(20):
        own = texts[read[u].indices]
        a = texts.T @ texts + 10 * own.T @ own
        a += 0.01 * (10 * len(own) + 15) * np.eye(4)
        np.testing.assert_allclose(found[u], np.linalg.solve(a, 11 * own.sum(0)), atol=1e-3)


def test_leading_directions_are_those_of_a_full_decomposition():
    rng = np.random.default_rng(4)
    low = rng.normal(size=(60, 5)) @ rng.normal(size=(5, 40))
    values, directions = factors.leading(sp.csr_matrix(low), 5)
    full = np.linalg.svd(low)
    np.testing.assert_allclose(values, full[1][:5], rtol=1e-3)
    assert np.abs(directions @ full[2][:5].T).max(axis=1) == pytest.approx(np.ones(5), abs=1e-2)


def test_a_read_text_is_scored_by_the_text_ridge_as_if_it_were_new(world):
    texts, _read = world
    words = {"words": word_matrix(texts, np.arange(90))}
    options = {"gamma": 1.0, "penalty": 2.0}
    everything = by_text.fit_text_ridge(
        words, {"words": 1.0}, np.arange(90), np.arange(90), **options
    )
    without = by_text.fit_text_ridge(
        words, {"words": 1.0}, np.arange(1, 90), np.array([0]), **options
    )
    history = rows_of([[4, 7, 30]], 90)
    assert everything.scores(history)[0, 0] == pytest.approx(
        without.scores(history)[0, 0], rel=1e-3
    )


def test_all_texts_as_landmarks_are_as_good_as_no_landmarks(world):
    texts, _read = world
    words = {"words": word_matrix(texts, np.arange(90))}
    options = {"gamma": 1.0, "penalty": 2.0}
    seen, new = np.arange(70), np.arange(70, 90)
    exact = by_text.fit_text_ridge(words, {"words": 1.0}, seen, new, **options)
    marked = by_text.fit_text_ridge(words, {"words": 1.0}, seen, new, landmarks=70, **options)
    history = rows_of([[4, 7, 30], [1]], 90)
    np.testing.assert_allclose(exact.scores(history), marked.scores(history), atol=1e-3)


def test_what_is_filled_in_leaves_out_what_a_text_says_of_itself(world):
    texts, read = world
    seen, new = np.arange(70), np.arange(70, 90)
    read = read[:, :70]
    read = sp.hstack([read, sp.csr_matrix((80, 20), dtype=np.float32)], format="csr")
    words = {"words": word_matrix(texts, seen)}
    ridge = by_text.fit_text_ridge(words, {"words": 1.0}, seen, new, gamma=1.0, penalty=2.0)
    filled = by_text.fill_in(item_item.fit_ease(read, seen, strength=9.0), ridge, seen)
    expected = np.asarray(read[:, :70] @ dense_ease(read[:, :70], 9.0)) @ ridge.solved
    kept = sp.csr_matrix(read)
    np.testing.assert_allclose(filled.scores(kept), expected, atol=2e-3)


def test_a_rehearsal_plays_the_task_it_is_given(world):
    texts, read = world
    full = task(texts, read)
    for new_texts in (False, True):
        for new_members in (False, True):
            the = replace(full, read=read[:60])
            if new_texts:
                kept = read[:60].copy().tolil()
                kept[:, 75:] = 0
                the = replace(the, read=kept.tocsr(), candidates=np.arange(75, 90))
            history = carving._picked(read[60:], np.full(20, 3), np.random.default_rng(0))
            the = replace(
                the,
                history=history if new_members else the.read,
                kept_back=history if new_members else the.read,
                known=np.full(20 if new_members else 60, not new_members),
            )
            one = carving.rehearse(the, np.random.default_rng(0))
            assert one is not None
            assert one.task.known.all() != new_members
            assert one.task.new_candidates.all() == new_texts
            hidden = sp.csr_matrix(one.answers)
            both = one.task.history[:, one.task.candidates].multiply(hidden)
            assert both.nnz == 0  # no answer is told
            if new_members:
                assert lengths(one.task.history).max() <= 3
                assert one.task.read.shape[0] < 60
            else:
                told = sp.csr_matrix(one.task.read[:, one.task.candidates])
                assert told.nnz + hidden.nnz <= the.read.nnz


def test_where_reading_follows_words_the_words_get_the_weight(world):
    texts, _ = world
    rng = np.random.default_rng(6)
    read = readers(12, np.arange(90) % 6, rng)
    the = task(texts, read)
    outcome = recommend(the, features_of(the), count=10)
    text, behaviour = weights_by_kind(outcome)
    assert text > behaviour


def test_where_reading_follows_hidden_circles_the_readers_get_the_weight(world):
    texts, _ = world
    rng = np.random.default_rng(7)
    read = readers(150, rng.permutation(np.arange(90) % 9), rng)
    the = task(texts, read)
    outcome = recommend(the, features_of(the), count=10)
    text, behaviour = weights_by_kind(outcome)
    assert behaviour > text


def weights_by_kind(outcome) -> tuple[float, float]:
    """Weight of models of texts and of behaviour, over those that both count as neither."""
    behaviour = ("EASE", "ALS", "PureSVD", "neighbours", "popularity")
    mean = outcome.blend.weights.mean(axis=0)
    is_behaviour = np.array([name.startswith(behaviour) for name in outcome.names])
    return float(mean[~is_behaviour].sum()), float(mean[is_behaviour].sum())


def test_the_same_data_gives_the_same_lists(world):
    texts, read = world
    the = task(texts, read)
    first, second = (recommend(the, features_of(the), count=10) for _ in range(2))
    np.testing.assert_array_equal(first.lists.columns, second.lists.columns)


def test_nothing_that_was_read_or_kept_back_is_offered(world):
    texts, read = world
    the = task(texts, read)
    columns = recommend(the, features_of(the), count=90).lists.columns
    for row, offered in enumerate(columns):
        offered = offered[offered >= 0]
        assert not set(offered) & set(read[row].indices)
        assert len(set(offered)) == len(offered) == 80


@pytest.mark.parametrize("n", [3, 1])
def test_a_library_of_three_texts_gives_a_list_and_no_error(n):
    read = rows_of([[0], [0]], 3)
    the = task(["harbour light", "orchard", ""], read, candidates=np.arange(3)[-n:])
    assert recommend(the, features_of(the)).lists.columns.shape == (2, n)


def test_nobody_read_anything_and_still_there_is_a_list():
    empty = sp.csr_matrix((2, 4), dtype=np.float32)
    the = task(["harbour", "orchard", "violin", "bakery"], empty)
    assert sorted(
        recommend(the, {"words": word_matrix(the.texts, np.arange(4))}).lists.columns[0]
    ) == [0, 1, 2, 3]


def test_a_text_set_aside_pulls_its_like_down(world):
    texts, read = world
    the = task(texts, read, rows_of([[0, 1], [0, 1]], 90), known=np.zeros(2, bool))
    aside = the.history + rows_of([[], [2]], 90, DISMISSED)
    the = replace(the, history=aside, kept_back=abs(aside))
    order = recommend(the, features_of(the), count=90).lists.columns
    alike = [8, 14, 20, 26]  # subjects like text 2

    def places(row):
        return np.mean([int(np.flatnonzero(row == k)[0]) for k in alike])

    assert places(order[1]) > places(order[0])


def test_a_mix_that_does_not_beat_the_best_model_is_not_used():
    rng = np.random.default_rng(8)
    hits = rng.random((200, 60)) < 0.1
    good = hits + rng.normal(0, 0.5, hits.shape)
    useless = rng.normal(size=hits.shape)
    scores = np.stack([good, useless], axis=2).astype(np.float32)
    judged = blending.Judged(scores, hits, np.maximum(hits.sum(1), 1), np.full(200, 5))
    blend = blending.learn_blend(judged)
    assert (blend.weights[:, 1] < 0.1).all()
    assert blend.weights.sum(axis=1) == pytest.approx(np.ones(len(blend.weights)))


def test_two_models_that_see_different_things_share_the_weight():
    rng = np.random.default_rng(9)
    hits = rng.random((300, 60)) < 0.1
    scores = np.stack([hits + rng.normal(0, 0.6, hits.shape) for _ in range(2)], axis=2)
    judged = blending.Judged(
        scores.astype(np.float32), hits, np.maximum(hits.sum(1), 1), np.full(300, 5)
    )
    blend = blending.learn_blend(judged)
    assert blend.single is None
    assert blend.weights.min() > 0.25


def test_variety_costs_at_most_three_percent_and_makes_lists_differ():
    rng = np.random.default_rng(10)
    topics = rng.integers(0, 3, 120)
    words = sp.csr_matrix(np.eye(3, dtype=np.float32)[topics])
    columns = np.stack([rng.permutation(120)[:60] for _ in range(40)])
    columns = np.stack(
        [np.concatenate([row[topics[row] == 0], row[topics[row] != 0]]) for row in columns]
    )
    scores = np.tile(np.linspace(3, 0, 60, dtype=np.float32), (40, 1))
    lists = Lists(columns, scores)
    answers = rows_of((rng.choice(row[:30], 3, replace=False) for row in columns), 120)
    strength = variety.chosen_strength(lists, words, answers)
    tried = variety.diversified(lists, words, strength)
    assert variety.ndcg(tried, answers) >= 0.97 * variety.ndcg(lists, answers)
    strong = variety.diversified(lists, words, 1.0)
    assert variety.diversity(strong, words) > variety.diversity(lists, words)
    assert sorted(strong.columns[0]) == sorted(columns[0])


def test_the_first_characters_of_long_texts_are_read_and_all_of_short_ones(monkeypatch):
    from recommender.learned import text_features

    monkeypatch.setattr(text_features, "CHARACTERS", 1_000)
    texts = ["a" * 100, "b" * 5_000, "c" * 5_000]
    assert [len(t) for t in beginnings(texts)] == [100, 450, 450]


def test_vectors_are_made_once(tmp_path):
    model = HashingModel()
    said: list[str] = []
    first = sentence_vectors(model, ["harbour", "orchard", "harbour"], tmp_path, said.append)
    second = sentence_vectors(model, ["harbour", "orchard", "harbour"], tmp_path, said.append)
    np.testing.assert_array_equal(first, second)
    assert len(said) == 1
    assert np.linalg.norm(centred(first, np.arange(3)), axis=1) == pytest.approx(
        np.ones(3), abs=1e-5
    )


def test_chinese_words_are_words_too():
    matrix = word_matrix(["调查研究 方法", "调查研究 实践", "果园 丰收", "果园 春天"], np.arange(4))
    alike = (matrix @ matrix.T).toarray()
    assert alike[0, 1] > alike[0, 2]
    assert alike[2, 3] > alike[2, 1]
