"""A large library is searched by its codes, and nobody can tell from the answers."""

from __future__ import annotations

import datetime as dt
import logging
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import corpus
from corpus import sentences
from models.load import load_model
from models.text_model import EncodedParts
from recommender import Index, put_readings, quantised, remove_readings, search, segments, suggest
from recommender import vector_store as store
from recommender.candidates import MOST_COMMON, MOST_TERMS
from recommender.centring import centred, mean_of
from recommender.closeness import EVIDENCE, Queries, measure, pools
from recommender.index import publish
from recommender.largest import best_lines, distinct, nearest
from recommender.nearness import Meaning, Words
from recommender.readings import Evidence, Profile, Reading
from recommender.vector_store import Embedded, pack_shares, pack_terms
from recommender.word_index import term_hashes
from tests.recommender.readings_for_tests import published

DIM = 64
DAY = dt.date(2026, 3, 14)
SOME = 500  # codes from so many readings here: English has them, Chinese does not
WORDS = [f"word{n}" for n in range(400)]


class ClusteredModel:
    """A text's vector stands near that of its first word; words of one ten stand together."""

    name = "clustered"
    fingerprint = "clustered/1"
    dim = DIM
    max_tokens = 512
    languages = frozenset({"en", "zh"})

    def encode(self, texts, *, kind, progress=None):
        return self.encode_with_parts(texts, [()] * len(texts), kind=kind).vectors

    def encode_with_parts(self, texts, spans, *, kind, progress=None):
        vectors = np.array([vector_of(text) for text in texts], np.float32).reshape(-1, DIM)
        parts = [
            np.repeat(v[None] / max(len(s), 1), len(s), 0)
            for v, s in zip(vectors, spans, strict=True)
        ]
        return EncodedParts(vectors, parts, np.zeros_like(vectors))


def vector_of(text):
    first = text.split()[0].strip(".")
    number = int("".join(c for c in first if c.isdigit()) or 0)
    vector = np.random.default_rng(number // 10).standard_normal(DIM)
    vector += 0.5 * np.random.default_rng(1000 + number).standard_normal(DIM)
    seed = sum(place * ord(c) for place, c in enumerate(text, 1))
    vector += 0.7 * np.random.default_rng(seed).standard_normal(DIM) + 0.5
    return vector / np.linalg.norm(vector)


def readings(count, language="en", seed=0):
    random = np.random.default_rng(seed)
    for number in range(count):
        text = " ".join(random.choice(WORDS, random.integers(6, 90))) + "."
        group = f"{language}-text-{number // 3}"
        yield Reading(
            id=f"{group}/1.{number % 3}",
            kind="passage",
            group=group,
            language=language,
            title=group,
            author="",
            text=text,
            sentences=((0, len(text)),),
            content_hash=text,
            themes=(f"theme-{number // 3 % 7}",),
        )


def embedded(reading):
    vector = vector_of(reading.text).astype(np.float32)
    terms = pack_terms([term_hashes(reading.title), term_hashes(reading.text)])
    return Embedded(reading, vector, pack_shares(vector[None]), terms)


def compact(folder, codes_from=SOME):
    with closing(store.connect(folder)) as db:
        segments.compact(db, folder, ClusteredModel.fingerprint, DIM, codes_from)


def codes_of(folder):
    return sorted(folder.glob("base-*/codes-*.faiss"))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("by-size") / "index"
    with closing(store.connect(folder)) as db:
        with store.writing(db):
            store.remember(db, model=ClusteredModel.fingerprint, model_name="clustered")
        with store.writing(db):
            rows = [embedded(r) for r in (*readings(3000), *readings(150, "zh", 1))]
            store.put(db, ClusteredModel.fingerprint, rows)
    compact(folder)
    publish(folder, 1)
    return folder


@pytest.fixture
def large(built, tmp_path):
    """A copy that a test may change."""
    return shutil.copytree(built, tmp_path / "index")


@pytest.fixture(scope="module")
def both(built):
    """The same index, searched by codes and exactly."""
    model = ClusteredModel()
    found = [Index.open(built, model, codes_from=n) for n in (SOME, quantised.NEVER)]
    yield found
    for index in found:
        index.close()


def profile(excluded=()):
    texts = [f"word{n} word{n + 3} and word{n * 2} again" for n in (5, 71, 140, 233, 300)]
    evidence = [
        Evidence(f"e{n}", kind, kind, text, date=DAY)  # type: ignore[arg-type]
        for n, (kind, text) in enumerate(
            zip(("working_on", "role", "interest", "reflection", "note"), texts, strict=True)
        )
    ]
    return Profile("member", tuple(evidence), excluded_groups=frozenset(excluded))


def shape_of(suggestions):
    return [
        (s.reading.id, s.row, [(r.kind, r.own_sentence, r.reading_sentence) for r in s.reasons])
        for s in suggestions
    ]


def test_only_the_language_that_is_large_has_codes(built, both):
    by_codes, exactly = (index.snapshot() for index in both)
    assert len(codes_of(built)) == 1
    assert [near is not None for near in by_codes.near] == [True, False]
    assert by_codes.is_large
    assert not exactly.is_large


def test_a_small_library_has_none(tmp_path, folder):
    assert not codes_of(folder)
    assert quantised.CODES_FROM > 16


def test_a_search_answers_alike(both):
    for query in ("word17 word230", "word55", "word399 word12 word13", "word200 again"):
        first, second = (search(index, ClusteredModel(), query, limit=20) for index in both)
        assert [hit.reading.id for hit in first] == [hit.reading.id for hit in second]
        np.testing.assert_allclose(
            [(h.words, h.meaning) for h in first], [(h.words, h.meaning) for h in second], atol=0.03
        )
        assert [hit.sentence for hit in first] == [hit.sentence for hit in second]


def test_suggestions_and_their_reasons_are_alike(both):
    first, second = (suggest(i, ClusteredModel(), profile(), day=DAY, count=7) for i in both)
    assert len(first) == 7
    assert shape_of(first) == shape_of(second)
    np.testing.assert_allclose([s.score for s in first], [s.score for s in second], rtol=0.02)


def test_what_a_member_read_is_left_out_and_the_next_best_found(both):
    read = {s.reading.group for s in suggest(both[0], ClusteredModel(), profile(), day=DAY)}
    found = [suggest(i, ClusteredModel(), profile(read), day=DAY) for i in both]
    assert not read & {s.reading.group for s in found[0]}
    assert shape_of(found[0]) == shape_of(found[1])


def asked(snapshot, count, per_query=1):
    vectors = np.array([vector_of(f"word{n * 37 % 400} word{n}") for n in range(count * per_query)])
    said = [" ".join(f"word{(n * 37 + k * 91) % 400}" for k in range(6)) for n in range(count)]
    each = [np.unique(term_hashes(text)) for text in said]
    terms = np.concatenate(each)
    return Queries(
        centred(vectors.astype(np.float32), snapshot.centre),
        np.arange(count) * per_query,
        terms,
        np.ones(len(terms), np.float32),
        np.repeat(np.arange(count), [len(of_one) for of_one in each]),
        ("en",) * count,
    )


@pytest.mark.parametrize("per_query", [1, 3])
def test_whatever_is_read_of_a_measure_is_exact(both, per_query):
    by_codes, exactly = (index.snapshot() for index in both)
    blocked = np.array([0, 7, 2999, 3005])
    queries = asked(exactly, 3, per_query)
    one, other = (
        measure(s, queries, blocked, most_terms=MOST_TERMS, most_common=MOST_COMMON)
        for s in (by_codes, exactly)
    )
    assert isinstance(one.meaning, Meaning)
    assert isinstance(one.words, Words)
    assert isinstance(other.meaning, np.ndarray)
    rows = np.array([3, 7, 7, 1500, 3149, 3005, 2999, -1])
    for way in ("meaning", "words"):
        lazy, whole = getattr(one, way), getattr(other, way)
        for key in (
            (slice(None), rows),
            (1, rows),
            (2, 1500),
            (np.array([0, 2])[:, None], np.array([[1, 2], [7, 3149]])),
            1,
            (slice(None), slice(10, 20)),
        ):
            np.testing.assert_allclose(lazy[key], whole[key], atol=1e-5)
        np.testing.assert_allclose(np.asarray(lazy), whole, atol=1e-5)
    found = [
        pools(s, m, queries, ("en", "zh"), EVIDENCE) for s, m in ((by_codes, one), (exactly, other))
    ]
    shared = np.intersect1d(found[0].rows, found[1].rows)
    assert len(shared) >= 0.98 * len(found[1].rows)
    assert not np.isin(blocked, found[0].rows).any()
    np.testing.assert_allclose(found[0].meaning_mean, found[1].meaning_mean, atol=0.005)


def test_where_a_filter_leaves_little_the_whole_block_is_multiplied(both):
    by_codes, exactly = (index.snapshot() for index in both)
    queries = asked(exactly, 2)
    blocked = np.setdiff1d(np.arange(3000), np.arange(0, 3000, 40))
    found = Meaning(by_codes, queries.vectors, queries.starts, blocked).nearest("en", 64)
    whole = best_lines(exactly.products(queries.vectors), queries.starts)
    whole[:, blocked] = -np.inf
    expected = nearest(whole[:, :3000], 64, 0, -np.inf)
    assert {*found[0].tolist()} == {*expected[0].tolist()}


def test_when_the_nearest_themselves_are_blocked_none_is_missed(both):
    by_codes, exactly = (index.snapshot() for index in both)
    queries = asked(exactly, 1)
    whole = exactly.products(queries.vectors)[:, :3000]
    blocked = np.argsort(-whole[0])[:350]
    found = Meaning(by_codes, queries.vectors, queries.starts, blocked).nearest("en", 64)
    expected = np.argsort(-whole[0])[350 : 350 + 64]
    assert len(np.intersect1d(found[0], expected)) >= 62


def test_a_piece_is_found_at_once_and_a_removed_reading_is_gone(large):
    model = ClusteredModel()
    index = Index.open(large, model, codes_from=SOME)
    first = search(index, model, "word17 word230")[0].reading
    assert put_readings(large, model, [published(1, "word17 word230 word17.")]) == 1
    assert remove_readings(large, [first.id]) == 1
    assert len(index.snapshot().matrices) == 2
    assert index.snapshot().is_large
    exactly = Index.open(large, model, codes_from=quantised.NEVER)
    found = [[h.reading.id for h in search(i, model, "word17 word230")] for i in (index, exactly)]
    assert found[0] == found[1]
    assert first.id not in found[0]
    assert "reflection/1" in found[0]
    lists = [suggest(i, model, profile(), day=DAY) for i in (index, exactly)]
    assert shape_of(lists[0]) == shape_of(lists[1])
    for opened in (index, exactly):
        opened.close()


def test_a_new_base_has_its_own_codes(large):
    before = codes_of(large)
    with closing(store.connect(large)) as db, store.writing(db):
        more = [embedded(replace(r, id=f"x/{r.id}", group=f"x/{r.group}")) for r in readings(60)]
        store.put(db, ClusteredModel.fingerprint, more)
    compact(large)
    assert len(codes_of(large)) == 1
    assert codes_of(large) != before
    index = Index.open(large, ClusteredModel(), codes_from=SOME)
    assert index.snapshot().is_large
    assert len(index.snapshot().matrices) == 1
    index.close()


def test_missing_codes_are_said_and_made_without_a_new_base(large, caplog):
    model = ClusteredModel()
    (path,) = codes_of(large)
    path.unlink()
    assert segments.is_outdated(path.parent, SOME)
    matrix = (path.parent / "centred.npy").stat()
    with caplog.at_level(logging.WARNING):
        index = Index.open(large, model, codes_from=SOME)
    assert "is missing; searching exactly" in caplog.text
    assert not index.snapshot().is_large
    answers = [h.reading.id for h in search(index, model, "word17 word230")]
    compact(large)
    assert path.exists()
    assert not segments.is_outdated(path.parent, SOME)
    assert (path.parent / "centred.npy").stat().st_mtime_ns == matrix.st_mtime_ns
    assert index.snapshot().is_large  # a reader notices
    assert [h.reading.id for h in search(index, model, "word17 word230")] == answers
    index.close()


def test_damaged_codes_do_no_harm(large, caplog):
    (path,) = codes_of(large)
    path.write_bytes(b"junk")
    with caplog.at_level(logging.WARNING):
        index = Index.open(large, ClusteredModel(), codes_from=SOME)
    assert "damaged" in caplog.text
    assert search(index, ClusteredModel(), "word17")
    index.close()
    compact(large)
    assert path.stat().st_size > 1000


def test_codes_of_other_vectors_are_not_used(large, caplog):
    (path,) = codes_of(large)
    vectors = np.load(path.parent / "centred.npy")[:2000]
    path.unlink()
    quantised.complete(path.parent, vectors, [("en", 0, 2000)], SOME)
    index = Index.open(large, ClusteredModel(), codes_from=SOME)
    assert not index.snapshot().is_large
    assert search(index, ClusteredModel(), "word17")
    index.close()


def test_without_faiss_the_product_is_exact_and_the_log_says_so(large, monkeypatch, caplog):
    monkeypatch.setattr(quantised, "engine", lambda: None)
    with caplog.at_level(logging.WARNING):
        index = Index.open(large, ClusteredModel(), codes_from=SOME)
    assert "pip install 'xinde[large]'" in caplog.text
    assert not index.snapshot().is_large
    assert search(index, ClusteredModel(), "word17")
    (path,) = codes_of(large)
    path.unlink()
    assert not segments.is_outdated(path.parent, SOME)  # nothing that a sync could do
    index.close()


def test_the_store_needs_no_codes_to_be_read(large):
    with closing(sqlite3.connect(large / "index.db")) as db:
        assert db.execute("select count(*) from readings").fetchone() == (3150,)


def test_words_of_a_large_library_are_those_of_a_small_one():
    random = np.random.default_rng(4)
    keys = random.integers(0, 3 * 1000, 500)
    gains = random.random(500).astype(np.float32)
    whole = np.zeros((3, 1000), np.float32)
    np.add.at(whole.reshape(-1), keys, gains)
    sparse = Words((3, 1000), keys, gains)
    np.testing.assert_allclose(np.asarray(sparse), whole, rtol=1e-6)
    for query in range(3):
        best = sparse.best(query, 20)
        np.testing.assert_allclose(
            np.sort(whole[query, best]), np.sort(whole[query])[-20:], rtol=1e-6
        )
    blocked = np.zeros(1000, bool)
    blocked[::2] = True
    sparse.block(blocked)
    whole[:, blocked] = 0
    np.testing.assert_allclose(np.asarray(sparse), whole, rtol=1e-6)
    none = Words((2, 10), np.empty(0, np.int64), np.empty(0, np.float32))
    assert not np.asarray(none[:, np.array([1, 2])]).any()
    assert not len(none.best(0, 5))


def test_distinct_is_sorted_and_each_once():
    numbers = np.array([5, 3, 5, 1, 1, 9])
    np.testing.assert_array_equal(distinct(numbers), [1, 3, 5, 9])
    assert not len(distinct(np.empty(0, np.int64)))


@pytest.mark.slow
def test_nearly_none_of_the_nearest_is_missed_with_the_model_in_use(tmp_path):
    """Real vectors: 800 sentences of the starter texts; as queries, others of them."""
    folder = Path(corpus.__file__).parent / "starter" / "texts" / "en"
    texts = [path.read_text(encoding="utf-8").split("---", 2)[-1] for path in folder.glob("*.md")]
    said = [
        text[a:b] for text in sorted(texts) for a, b in sentences.split(text, "en") if b - a > 40
    ][::3][:840]
    kept = os.environ.get("XINDE_TEST_CACHE")
    models = Path(kept) / "models" if kept else tmp_path / "models"
    model = load_model("multilingual-e5-small", models)
    vectors = model.encode(said[40:], kind="passage")
    queries = model.encode(said[:40], kind="query")
    centre = mean_of(vectors)
    vectors, queries = centred(vectors, centre), centred(queries, centre)
    languages = [("en", 0, len(vectors))]
    quantised.complete(tmp_path, vectors, languages, 1)
    (near,) = quantised.load(tmp_path, model.dim, languages, 1)
    assert near is not None
    best = nearest(queries @ vectors.T, 40, 0, -np.inf)
    named = near.candidates(queries, 40 * quantised.FETCH)
    hit = [len(np.intersect1d(a, b)) for a, b in zip(best, named, strict=True)]
    assert np.mean(hit) >= 0.99 * 40
