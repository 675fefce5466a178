"""Finding readings by words and by meaning."""

from __future__ import annotations

import pytest

from recommender import ReadingFilter, put_readings, related, search
from recommender.search import matched_spans
from tests.recommender.readings_for_tests import published


def best(index, model, query, **more):
    return search(index, model, query, **more)[0]


@pytest.mark.parametrize(
    ("query", "reading"),
    [
        ("bench residents", "listening/1.1"),
        ("学习", "nandu-zh/1.1"),
        ("学习小组", "nandu-zh/1.1"),
        ("學習小組提綱", "nandu-zh/1.1"),
        ("returned gifts", "budget/1.2"),
    ],
)
def test_a_query_finds_its_passage(index, model, query, reading):
    assert best(index, model, query).reading.id == reading


def test_a_hit_shows_the_sentence_and_the_words_that_matched(index, model):
    hit = best(index, model, "residents' benches")
    assert hit.sentence == "Ask the residents what the bench is for."
    assert [hit.sentence[a:b] for a, b in hit.matched] == ["residents", "bench"]


def test_words_that_every_other_reading_has_are_not_marked(index, model):
    hit = best(index, model, "the bench")
    assert [hit.sentence[a:b] for a, b in hit.matched] == ["bench"]


def test_a_chinese_query_gives_english_passages_no_credit_for_words(index, model):
    hits = search(index, model, "学习 meeting 小组讨论会议", limit=50)
    english = [hit for hit in hits if hit.reading.language == "en"]
    assert english
    assert all(hit.words == 0 for hit in english)


@pytest.mark.parametrize("query", ["", "   ", "🎉", "?!", "—"])
def test_a_query_without_a_word_finds_nothing(index, model, query):
    assert search(index, model, query) == []


@pytest.mark.parametrize("query", ["a" * 50_000, "学" * 50_000, "bench\0\ud800 '\"*(", "%_"])
def test_odd_queries_are_no_accident(index, model, query):
    assert len(search(index, model, query)) <= 20


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        (ReadingFilter(languages=frozenset({"zh"})), lambda r: r.language == "zh"),
        (ReadingFilter(themes=frozenset({"service"})), lambda r: "service" in r.themes),
        (ReadingFilter(groups=frozenset({"budget"})), lambda r: r.group == "budget"),
        (ReadingFilter(excluded_groups=frozenset({"listening"})), lambda r: r.group != "listening"),
        (ReadingFilter(kinds=frozenset({"experience"})), lambda r: r.kind == "experience"),
    ],
)
def test_a_filter_holds_for_every_hit(folder, index, model, asked, holds):
    put_readings(folder, model, [published(1, "The bench stands in the shade.", "experience")])
    hits = search(index, model, "bench", filter=asked)
    assert hits
    assert all(holds(hit.reading) for hit in hits)


def test_no_reading_passes_an_impossible_filter(index, model):
    assert search(index, model, "bench", filter=ReadingFilter(max_minutes=0)) == []


def test_equal_scores_are_ordered_by_id(folder, index, model):
    twins = [published(n, "Lanterns over the river.", title="Lanterns") for n in (3, 1, 2)]
    put_readings(folder, model, twins)
    found = [hit.reading.id for hit in search(index, model, "lanterns", limit=3)]
    assert found == ["reflection/1", "reflection/2", "reflection/3"]


def test_related_readings_are_of_other_texts(index):
    hits = related(index, "listening/1.1")
    assert hits
    groups = [hit.reading.version_group or hit.reading.group for hit in hits]
    assert "listening" not in groups
    assert len(set(groups)) == len(groups)


def test_related_to_an_unknown_reading_is_nothing(index):
    assert related(index, "nobody/9.9") == []


@pytest.mark.parametrize(
    ("sentence", "query", "marked"),
    [
        ("我们的学习小组", {"学", "习", "学习"}, ["学习"]),
        ("大学的习惯", {"学", "习", "学习"}, []),
        ("大学的习惯", {"学"}, ["学"]),
        ("學習會", {"学", "习", "学习"}, ["學習"]),
        ("OKR学习法", {"okr"}, ["OKR"]),
        ("Meeting the meetings", {"meet"}, ["Meeting", "meetings"]),
    ],
)
def test_query_words_are_marked_where_they_stand(sentence, query, marked):
    assert [sentence[a:b] for a, b in matched_spans(sentence, frozenset(query))] == marked
