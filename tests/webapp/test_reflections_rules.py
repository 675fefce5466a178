"""The pure rules of reflections: citations, publication, versions, lifecycle, wording."""

from __future__ import annotations

import datetime as dt
import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.reflections import (
    citations,
    found,
    lifecycle,
    publication,
    sent,
    versions,
    wording,
)
from webapp.reflections.publication import Publication, as_reading

NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")

HOSTILE = [
    "",
    ">",
    "> " * 60_000,
    "> — [" * 20_000,
    "> a\n" * 40_000 + "> — [x](reading:a/b",
    "*a" * 60_000,
    "[" * 120_000,
    "> — [\\" * 20_000,
    "[a](" * 30_000,
    "- " * 60_000,
    "_" * 120_000,
    "(reading:" * 12_000,
    "\u2028\x1e\x85" * 20_000,
]


# Citations


def test_a_citation_is_a_quotation_with_its_source_and_is_found_again():
    block = citations.block(
        "Go and look.\n\nTwice.", "Going to see · Five doors", "going-to-see/1.1"
    )
    assert block == (
        "> Go and look.\n>\n> Twice.\n>\n"
        "> — [Going to see · Five doors](reading:going-to-see/1.1)\n\n"
    )
    (cited,) = citations.parse(f"Before\n\n{block}After")
    assert cited.passage_id == "going-to-see/1.1"
    assert cited.text_slug == "going-to-see"
    assert cited.quote == "Go and look.\n\nTwice."
    assert cited.source == "Going to see · Five doors"


@given(
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=80),
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=80),
)
def test_any_quotation_and_title_survive_being_written_and_read(quote, title):
    label = citations.label(title, [])
    if not label.strip():
        return
    block = citations.block(quote, label, "a-text/1.1")
    last = citations.parse(block)[-1:]
    assert [c.source for c in last] == [label]


@pytest.mark.parametrize(
    "body",
    [
        "> quoted without a source",
        "— [Title](reading:a-text/1.1)",
        "> — [Title](reading:a-text/1.1)",
        "> words\n\n> — [Title](reading:a-text/1.1)",
        "> words\n> — [Title](https://a-text/1.1)",
        "> words\n> — [Title](reading:../../etc)",
        "> words\n> — [Title](reading:A-Text/1.1)",
    ],
)
def test_what_only_looks_like_a_citation_is_none(body):
    assert citations.parse(body) == []


def test_several_citations_keep_their_order_and_at_most_200_are_kept():
    body = "".join(citations.block(f"q{i}", "T", f"a-text/1.{i}") for i in range(250))
    parsed = citations.parse(body)
    assert [c.passage_id for c in parsed] == [f"a-text/1.{i}" for i in range(200)]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_drafts_are_read_quickly(body):
    begun = time.perf_counter()
    citations.parse(body)
    wording.own_words(body)
    publication.search_text("", body)
    wording.proposed_title(body)
    versions.difference(body, body[::-1])
    assert time.perf_counter() - begun < 5


# Wording


def test_own_words_leave_quotations_and_marks_out():
    body = "# Leaks\n\n> theirs\n> — [A](reading:a/1.1)\n\nI *went* to [see](reading:a/1.1).\nAgain.\n\n- one\n- two"
    assert wording.own_words(body) == "Leaks\n\nI went to see. Again.\n\none\n\ntwo"


def test_chinese_lines_are_joined_without_a_space():
    assert wording.plain("我们去看了\n五户人家。") == "我们去看了五户人家。"


def test_a_title_is_proposed_from_the_first_own_sentence():
    assert wording.proposed_title("> q\n\nWe knocked at doors. Then more.") == "We knocked at doors"
    assert wording.proposed_title("我们敲了五扇门。后来呢？") == "我们敲了五扇门"
    assert len(wording.proposed_title("word " * 100)) <= wording.TITLE
    assert wording.proposed_title("> only a quotation") == ""


# Publication

PUBLISHED = Publication(
    id="abc",
    version=3,
    status="submitted",
    audience="organisation",
    title="Knocking first",
    body="I knocked. Nobody answered.",
    author="Maria",
    language="en",
    themes=("judgement",),
    published_on=dt.date(2026, 5, 4),
)


def changed(**more) -> Publication:
    return Publication(**{**PUBLISHED.__dict__, **more})


def test_a_piece_for_the_organisation_is_a_reading():
    reading = as_reading(PUBLISHED)
    assert reading is not None
    assert (reading.id, reading.group, reading.kind) == ("reflection/abc",) * 2 + ("reflection",)
    assert (reading.author, reading.themes) == ("Maria", ("judgement",))
    assert [reading.text[a:b] for a, b in reading.sentences] == ["I knocked.", "Nobody answered."]


def test_an_anonymous_reading_names_nobody():
    reading = as_reading(changed(audience="anonymous"))
    assert reading is not None
    assert reading.author == ""
    assert "Maria" not in repr(reading)


@pytest.mark.parametrize(
    "more",
    [
        {"status": "draft"},
        {"status": "withdrawn"},
        {"audience": "unit"},
        {"audience": None},
        {"status": "other"},
    ],
)
def test_what_not_everybody_may_read_is_no_reading(more):
    assert as_reading(changed(**more)) is None


def test_the_hash_changes_with_the_words_and_not_with_the_name():
    first = as_reading(PUBLISHED)
    assert first.content_hash == as_reading(changed(author="Somebody")).content_hash
    assert first.content_hash != as_reading(changed(body="I knocked.")).content_hash
    assert first.content_hash != as_reading(changed(title="Other")).content_hash


def test_themes_begin_with_the_main_one_of_the_text_it_is_about_and_are_three_at_most():
    assert publication.themes_of(["goals", "habits"], [["service", "goals"], ["service"]]) == [
        "goals",
        "habits",
        "service",
    ]
    assert publication.themes_of([], []) == []
    assert len(publication.themes_of(list("abc"), [list("de")])) == 3


def test_searchable_words_are_bounded():
    many = "".join(chr(0x4E00 + i % 20_000) + chr(0x4E00 + i * 7 % 20_000) for i in range(60_000))
    assert len(publication.search_text("", many).encode()) < 600_000


# Lifecycle

READY = {
    "title": "T",
    "body": "words",
    "audience": "organisation",
    "unit": None,
    "units": {"harbour"},
}


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({}, None),
        ({"audience": "anonymous"}, None),
        ({"audience": "unit", "unit": "harbour"}, None),
        ({"body": " \n"}, "empty"),
        ({"title": " "}, "no_title"),
        ({"body": "x" * 120_001}, "too_long"),
        ({"audience": None}, "no_audience"),
        ({"audience": "everybody"}, "no_audience"),
        ({"audience": "unit"}, "no_unit"),
        ({"audience": "unit", "unit": "hill"}, "not_your_unit"),
    ],
)
def test_what_stands_in_the_way_of_submitting(more, problem):
    assert lifecycle.obstacle(**{**READY, **more}) == problem


@pytest.mark.parametrize("hour", [0, 1, 12, 15, 16, 23])
def test_without_a_name_only_the_day_is_shown(hour):
    now = NOON.replace(hour=hour)
    shown = lifecycle.shown_at(
        now, audience="anonymous", zone=SHANGHAI, before=None, audience_before=None
    )
    local = shown.astimezone(SHANGHAI)
    assert local.time() == dt.time()
    assert local.date() == now.astimezone(SHANGHAI).date()


def test_new_words_for_the_same_readers_keep_their_place():
    later = NOON + dt.timedelta(days=3)
    same = {"zone": SHANGHAI, "before": NOON, "audience_before": "organisation"}
    assert lifecycle.shown_at(later, audience="organisation", **same) == NOON
    assert lifecycle.shown_at(later, audience="unit", **same) == later


# Versions


def test_a_state_is_kept_after_a_pause_of_ten_minutes():
    for minutes, kept in ((0, False), (9, False), (10, True), (600, True)):
        now = NOON + dt.timedelta(minutes=minutes)
        assert versions.is_worth_keeping(saved_at=NOON, now=now) is kept


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_difference_gives_both_texts_back(older, newer):
    stretches = versions.difference(older, newer)
    assert "".join(s.text for s in stretches if s.kind != "new") == older
    assert "".join(s.text for s in stretches if s.kind != "gone") == newer


def test_a_difference_is_by_words_in_english_and_by_characters_in_chinese():
    kinds = [(s.kind, s.text) for s in versions.difference("I went home.", "I ran home.")]
    assert kinds == [("same", "I "), ("gone", "went"), ("new", "ran"), ("same", " home.")]
    kinds = [(s.kind, s.text) for s in versions.difference("我们去看。", "我们去问。")]
    assert kinds == [("same", "我们去"), ("gone", "看"), ("new", "问"), ("same", "。")]


def test_twenty_thousand_words_are_compared_in_bounded_time():
    words = [f"word{i * 7919 % 977}" for i in range(20_000)]
    older = "\n\n".join(" ".join(words[i : i + 150]) for i in range(0, 20_000, 150))
    newer = older.replace("word5 ", "changed ").replace("word6 ", "")
    begun = time.perf_counter()
    assert any(s.kind == "new" for s in versions.difference(older, newer))
    versions.difference(" ".join(words), " ".join(reversed(words)))
    assert time.perf_counter() - begun < 8


# Search results


def test_the_sentence_with_most_of_the_words_is_shown_and_marked():
    text = "Leaks are rare. Nobody reports a leak because of the bill."
    sentence, spans = found.best_sentence(text, "en", "leak bill")
    assert sentence == "Nobody reports a leak because of the bill."
    assert [sentence[a:b] for a, b in spans] == ["leak", "bill"]
    assert found.best_sentence(text, "en", "giraffe") == ("", ())


def test_drafts_may_be_longer_than_what_is_submitted():
    assert sent.SAVE_LIMIT > lifecycle.BODY_LIMIT


def test_headings_are_no_words_of_a_piece_that_others_are_quoted():
    body = "# What we did\n\nWe turned the table round.\n\n## What happened\n\nPeople talked.\n"
    assert publication.own_text(body) == "We turned the table round.\n\nPeople talked."
    assert publication.own_text("# Only a heading") == "Only a heading"
    assert wording.proposed_title(body) == "What we did"
    assert wording.proposed_title(body, titled=False) == "We turned the table round"
