"""A theme in words, or readings to be like -> a proposed list, with what it covers and lacks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender import Index, put_readings, sync_library
from recommender.theme_search import sync_cards
from recommender.themes import Options, asked, choosing, next_best, propose_list
from recommender.themes.choosing import Candidates
from tests.recommender.readings_for_tests import published
from tests.recommender.test_theme_search import Shelf

ROSES = "Roses want deep soil. Cut the old wood in spring and feed the bed with compost."
PRUNING = "Prune the rose above an outward bud. Keep the shears clean and sharp."
WATER = "Water the roses at the root in the evening. A dry bed loses its buds."
TRAINS = "The engine needs water at every station. The guard counts the wagons twice."


class Label:
    def __init__(self, **names):
        self.names = names


def garden():
    library = Shelf()
    library.book("beds", "Roses in beds", [ROSES, WATER], level="introductory", minutes=5)
    library.book("shears", "Pruning roses", [PRUNING, PRUNING + " Then wait."], level="advanced", minutes=9)  # fmt: skip
    library.book("water", "Watering roses", [WATER, WATER + " Mulch it."], level="intermediate", minutes=8)  # fmt: skip
    library.book("again", "Roses in beds, again", [ROSES, WATER], level="introductory", minutes=5)
    library.book("rails", "Branch lines", [TRAINS, TRAINS + " Then it leaves."], minutes=4)
    library.book("chess", "Openings", ["The bishop waits. White moves first."], minutes=4)
    library.book("yuan-zh", "玫瑰与园圃", ["玫瑰喜欢深土。春天剪去老枝，再施堆肥。"], language="zh", minutes=6)  # fmt: skip
    return library


class Asked:
    """What `propose_list` asks of a library, of a shelf."""

    def __init__(self, shelf, labels=None):
        self.shelf, self.labels = shelf, labels or {}

    def themes(self):
        return self.labels

    def texts_by_slug(self, slugs):
        rows = {row.slug: row for row, _ in self.shelf.passages.values()}
        return {slug: rows[slug] for slug in slugs if slug in rows}

    def passages(self, slug):
        return [passage for row, passage in self.shelf.passages.values() if row.slug == slug]


@pytest.fixture(scope="module")
def roses(tmp_path_factory, model):
    """The garden, for tests that only read it."""
    folder, shelf = tmp_path_factory.mktemp("garden"), garden()
    sync_library(folder, shelf, model)
    sync_cards(folder, shelf, model)
    index = Index.open(folder, model)
    yield index, Asked(shelf), model
    index.close()


@pytest.fixture
def made(tmp_path, model):
    opened = []

    def index_of(shelf, *pieces, labels=None):
        folder = tmp_path / f"index{len(opened)}"
        sync_library(folder, shelf, model)
        sync_cards(folder, shelf, model)
        if pieces:
            put_readings(folder, model, list(pieces))
        opened.append(Index.open(folder, model))
        return opened[-1], Asked(shelf, labels), model

    yield index_of
    for index in opened:
        index.close()


def slugs(proposed):
    return [item.reading.group for item in proposed.items]


def test_a_list_is_about_the_theme_from_introductory_to_advanced(roses):
    proposed = propose_list(*roses, "roses")
    assert set(slugs(proposed)[:3]) <= {"beds", "again", "water", "shears"}
    assert slugs(proposed).index("water") < slugs(proposed).index("shears")
    assert "chess" not in slugs(proposed)
    assert all(item.sentence in item.reading.text for item in proposed.items)


def test_of_two_texts_that_say_the_same_one_is_proposed(roses):
    proposed = propose_list(*roses, "roses")
    assert len({"beds", "again"} & set(slugs(proposed))) == 1


def test_the_same_theme_gives_the_same_list_whatever_the_order_of_the_texts(made, roses):
    backwards = Shelf()
    for key, value in reversed(garden().passages.items()):
        backwards.passages[key] = value
    assert slugs(propose_list(*roses, "roses")) == slugs(propose_list(*made(backwards), "roses"))


def test_a_theme_that_nobody_speaks_of_gets_no_list_and_is_named(roses):
    proposed = propose_list(*roses, "quantum chromodynamics")
    assert (proposed.items, proposed.why_empty) == ((), "nothing")
    assert [(gap.kind, gap.value) for gap in proposed.gaps] == [("theme", "quantum chromodynamics")]
    anyway = propose_list(*roses, "quantum chromodynamics", Options(anyway=True))
    assert anyway.why_empty is None


def test_of_two_subjects_the_one_that_is_missing_is_named(roses):
    proposed = propose_list(*roses, "roses, chromodynamics")
    assert "beds" in slugs(proposed) or "again" in slugs(proposed)
    assert ("theme", "chromodynamics") in [(gap.kind, gap.value) for gap in proposed.gaps]


@pytest.mark.parametrize("theme", ["", "   ", "!!! ???", "\x00\u202e"])
def test_a_theme_without_a_word_is_said_to_have_none(roses, theme):
    assert propose_list(*roses, theme).why_empty == "no_words"


def test_five_thousand_words_are_read_to_where_reading_ends(roses):
    proposed = propose_list(*roses, "roses " * 5_000)
    assert proposed.theme.cut
    assert proposed.items


def test_what_was_kept_stays_and_what_was_dropped_does_not_come_back(roses):
    asked_of = roses
    first = slugs(propose_list(*asked_of, "roses"))
    again = propose_list(*asked_of, "roses", kept=first[:1], dropped=first[1:2])
    assert not set(first[:2]) & set(slugs(again))
    assert [item.reading.group for item in again.kept] == first[:1]
    other = next_best(*asked_of, "roses", kept=first[:1], dropped=first[1:])
    assert other is None or other.reading.group not in first


def test_a_list_keeps_within_its_minutes(roses):
    for minutes in (5, 10, 14, 40):
        proposed = propose_list(*roses, "roses", Options(minutes=minutes))
        assert sum(item.minutes for item in proposed.items) <= minutes


def test_of_a_text_that_is_too_long_a_part_is_proposed(made):
    library = garden()
    for slug in ("beds", "again", "water", "shears"):
        library.change(slug, minutes=300)
    proposed = propose_list(*made(library), "roses", Options(minutes=20, languages=("en",)))
    assert proposed.items
    assert all(item.part and item.minutes < 20 for item in proposed.items)


def test_a_members_experience_stands_beside_texts_where_it_is_wanted(made, roses):
    piece = published(7, PRUNING + " We pruned the roses of the school together.", kind="experience")  # fmt: skip
    asked_of = made(garden(), piece)
    assert "experience/7" in slugs(propose_list(*asked_of, "pruning roses"))
    without = propose_list(*asked_of, "pruning roses", Options(told=False))
    assert "experience/7" not in slugs(without)
    assert "practice" not in [gap.kind for gap in without.gaps]
    assert "practice" in [gap.kind for gap in propose_list(*roses, "roses").gaps]


def test_a_language_and_a_role_that_are_missing_are_named(made):
    library = garden()
    library.change("shears", roles=("gardener",))
    library.remove("yuan-zh")
    gaps = propose_list(*made(library), "roses", Options(roles=("gardener", "judge"))).gaps
    assert ("language", "zh") in [(gap.kind, gap.value) for gap in gaps]
    assert ("role", "judge") in [(gap.kind, gap.value) for gap in gaps]
    assert ("role", "gardener") not in [(gap.kind, gap.value) for gap in gaps]


def test_only_the_languages_that_were_asked_for_are_proposed(roses):
    proposed = propose_list(*roses, "roses", Options(languages=("zh",), anyway=True))
    assert {item.reading.language for item in proposed.items} <= {"zh"}


def test_a_theme_of_the_library_is_known_by_its_name_in_either_language(made):
    library = garden()
    library.change("rails", themes=("integrity",))
    labels = {"integrity": Label(en="Integrity and accounts", zh="廉洁与公私分明")}
    for theme in ("Integrity", "廉洁", "Integrity and accounts"):
        proposed = propose_list(*made(library, labels=labels), theme)
        named = [item for item in proposed.items if item.named]
        assert [item.reading.group for item in named] == ["rails"], theme


def test_a_list_like_a_text_does_not_hold_that_text(roses):
    proposed = propose_list(*roses, "", seeds=["water"])
    assert "water" not in slugs(proposed)
    assert {"beds", "again"} & set(slugs(proposed))


def test_volumes_of_a_series_stand_in_their_order():
    order = choosing.in_order(
        ["introductory", "advanced", "introductory"],
        [3, 2, 1],
        [("Walks", 3), ("Walks", 1), None],
    )
    assert order == [1, 2, 0]


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("reflection and honesty", ["reflection", "honesty"]),
        ("调查研究、廉洁", ["调查研究", "廉洁"]),
        ("理论与实践", ["理论", "实践"]),
        ("service", ["service"]),
        ("a, the, of", ["a, the, of"]),
    ],
)
def test_the_phrases_of_a_theme(text, phrases):
    language = "zh" if "、" in text or "与" in text else "en"
    assert asked.phrases(text, language) == phrases


@given(st.integers(0, 12), st.integers(1, 8), st.integers(0, 60), st.integers(0, 2**32 - 1))
def test_a_choice_keeps_to_count_time_and_what_is_barred(size, count, budget, chance):
    random = np.random.default_rng(chance)
    vectors = random.normal(size=(size, 4))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    these = Candidates(
        random.random(size), random.random((size, 3)), vectors @ vectors.T,
        random.integers(1, 20, size), random.random(size) < 0.3, np.zeros(size),
    )  # fmt: skip
    kept, barred = list(range(min(size, 1))), {1} if size > 1 else set()
    chosen = choosing.choose(these, count=count, budget=budget or None, kept=kept, barred=barred)
    assert len(set(chosen) | set(kept)) == len(chosen) + len(kept)
    assert not set(chosen) & barred
    assert len(chosen) + len(kept) <= max(count, len(kept))
    if budget and chosen:
        assert these.minutes[[*kept, *chosen]].sum() <= budget
    assert chosen == choosing.choose(these, count=count, budget=budget or None, kept=kept, barred=barred)  # fmt: skip
