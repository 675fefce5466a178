"""Whole works are ranked by a theme's name alone."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from recommender import Index, put_readings, sync_library
from recommender.theme_search import CARDS, rank_texts, sync_cards
from tests.recommender.counting_model import CountingModel
from tests.recommender.readings_for_tests import SmallLibrary, TextRow, published

ROSES = "Roses want deep soil. Cut the old wood in spring and feed the bed with compost."
TRAINS = "The engine needs water at every station. The guard counts the wagons twice."
LEDGER = "Two people count the cash. A receipt that is lost is written down as lost."


@dataclass(frozen=True)
class Row(TextRow):
    subjects: tuple[str, ...] = ()


class Shelf(SmallLibrary):
    """A library that also tells its texts' records, a page at a time."""

    def book(self, slug, title, texts, *, language="en", author="", **more):
        subjects = more.pop("subjects", ())
        self.add(slug, language, title, author, (), None, texts, **more)
        self.change(slug, subjects=subjects)
        return self

    def change(self, slug, **more):
        for key, (row, passage) in self.passages.items():
            if row.slug == slug:
                known = {**vars(row), **more}
                self.passages[key] = (Row(**known), passage)

    def remove(self, slug):
        self.passages = {k: v for k, v in self.passages.items() if v[0].slug != slug}

    def texts(self, *, after=None, limit=30):
        rows = sorted({row.slug: row for row, _ in self.passages.values()}.items())
        start = int(after or 0)
        more = str(start + 2) if start + 2 < len(rows) else None  # two a page
        return SimpleNamespace(items=[row for _, row in rows[start : start + 2]], next=more)


def shelf():
    return (
        Shelf()
        .book("beds", "Beds and borders", [ROSES, ROSES + " Mulch it."], subjects=("Gardening",))
        .book("rails", "Branch lines", [TRAINS, TRAINS + " Then it leaves."])
        .book("money", "Keeping accounts", [LEDGER, LEDGER + " Always."], subjects=("Bookkeeping",))
        .book("thorns", "A year with thorns", [ROSES + " Water it.", ROSES + " Wait."])
        .book("chess", "Openings", ["The bishop waits. White moves first.", "Castle early."])
    )


@pytest.fixture
def made(tmp_path, model):
    """A function: an index of a library with its cards."""
    opened = []

    def index_of(library, name="index"):
        folder = tmp_path / name
        sync_library(folder, library, model)
        sync_cards(folder, library, model)
        opened.append(Index.open(folder, model))
        return opened[-1]

    yield index_of
    for index in opened:
        index.close()


def slugs(ranked):
    return [text.slug for text in ranked]


def test_a_work_is_found_by_the_subject_that_its_file_names(made, model):
    index = made(shelf())
    for by in ("words", "mix"):
        assert slugs(rank_texts(index, model, "gardening", by=by))[0] == "beds"
    assert slugs(rank_texts(index, model, "Bookkeeping"))[0] == "money"


def test_a_work_is_found_by_its_title_and_by_what_it_says(made, model):
    index = made(shelf())
    for by in ("words", "vectors", "mix"):
        assert slugs(rank_texts(index, model, "Branch lines", by=by))[0] == "rails"
        assert slugs(rank_texts(index, model, "bishop", by=by))[0] == "chess"


def test_a_work_that_names_no_subject_is_found_by_its_likeness_to_one_that_does(made, model):
    ranked = slugs(rank_texts(made(shelf()), model, "gardening"))
    assert ranked[:2] == ["beds", "thorns"]


def test_a_name_in_one_language_finds_works_of_the_other_by_meaning(tmp_path):
    class Bilingual(CountingModel):
        """Reads some Chinese words as what they mean."""

        def encode_with_parts(self, texts, spans, *, kind, progress=None):
            said = [text.replace("园艺", "gardening roses soil compost") for text in texts]
            return super().encode_with_parts(said, spans, kind=kind, progress=progress)

    model, library = Bilingual(), shelf()
    for slug, title, body in (
        ("qiju", "棋局", "先走一步。象不能过河。"),
        ("huoche", "火车", "机车每站都要加水。列车员数两遍车厢。"),
        ("zhangben", "账本", "两个人一起数钱。丢了的收据也要写下来。"),
    ):
        library.book(slug, title, [body], language="zh")
    sync_library(tmp_path, library, model)
    sync_cards(tmp_path, library, model)
    index = Index.open(tmp_path, model)
    for by in ("vectors", "mix"):
        assert slugs(rank_texts(index, model, "园艺", by=by))[0] == "beds"
    index.close()


def test_every_text_has_one_place_and_the_parts_sum_to_the_score(made, model):
    index = made(shelf())
    for by in ("words", "vectors", "mix"):
        ranked = rank_texts(index, model, "old wood and water", by=by)
        assert sorted(slugs(ranked)) == ["beds", "chess", "money", "rails", "thorns"]
        scores = [text.score for text in ranked]
        assert scores == sorted(scores, reverse=True)
        for text in ranked:
            assert text.score == pytest.approx(text.words + text.meaning)
            assert text.best_passage_id.startswith(f"{text.slug}/")
    assert not any(text.meaning for text in rank_texts(index, model, "wood", by="words"))
    assert not any(text.words for text in rank_texts(index, model, "wood", by="vectors"))


def test_the_best_passage_is_the_one_that_says_it(made, model):
    library = Shelf().book("a", "Letters", [TRAINS, ROSES, LEDGER]).book("b", "Notes", [TRAINS])
    ranked = rank_texts(made(library), model, "compost for roses")
    assert ranked[0].best_passage_id == "a/1.2"


def test_a_query_without_a_word_finds_nothing_and_the_limit_holds(made, model):
    index = made(shelf())
    assert rank_texts(index, model, "") == rank_texts(index, model, " ?! ") == []
    assert rank_texts(index, model, "roses", limit=0) == []
    assert len(rank_texts(index, model, "roses", limit=2)) == 2
    assert rank_texts(index, model, "roses " * 5000)


def test_the_order_of_the_library_changes_nothing(made, model):
    answers = []
    for number, order in enumerate(itertools.islice(itertools.permutations(range(5)), 0, 120, 40)):
        library, other = shelf(), Shelf()
        parts = [list(g) for _, g in itertools.groupby(library.passages, lambda k: k.split("/")[0])]
        other.passages = {k: library.passages[k] for at in order for k in parts[at]}
        ranked = rank_texts(made(other, f"index-{number}"), model, "roses in spring")
        answers.append([(t.slug, round(t.score, 6), t.best_passage_id) for t in ranked])
    assert answers[0] == answers[1] == answers[2]


def test_a_longer_work_is_not_nearer_because_it_is_longer(made, model):
    library = shelf().book("library", "Mixed pieces", [TRAINS, LEDGER] * 40 + [ROSES])
    assert slugs(rank_texts(made(library), model, "roses compost soil"))[0] != "library"


def test_published_pieces_and_removed_texts_have_no_place(made, model):
    library = shelf()
    index = made(library)
    put_readings(index.folder, model, [published(1, "We planted roses and fed the bed.")])
    library.remove("thorns")
    sync_library(index.folder, library, model)
    sync_cards(index.folder, library, model)
    assert set(slugs(rank_texts(index, model, "roses"))) == {"beds", "rails", "money", "chess"}


def test_without_cards_works_are_ranked_by_their_passages(tmp_path, model):
    sync_library(tmp_path, shelf(), model)
    index = Index.open(tmp_path, model)
    assert set(slugs(rank_texts(index, model, "roses and compost"))[:2]) == {"beds", "thorns"}
    index.close()


def test_one_text_and_no_text(tmp_path, model):
    library = Shelf().book("beds", "Beds", [ROSES])
    sync_library(tmp_path, library, model)
    sync_cards(tmp_path, library, model)
    index = Index.open(tmp_path, model)
    assert slugs(rank_texts(index, model, "roses")) == ["beds"]
    library.remove("beds")
    sync_library(tmp_path, library, model)
    assert rank_texts(index, model, "roses") == []
    index.close()


def test_only_cards_that_are_new_or_changed_are_embedded(tmp_path):
    model, library = CountingModel(), shelf()
    assert sync_cards(tmp_path, library, model) == 5
    assert sync_cards(tmp_path, library, model) == 0
    library.change("beds", subjects=("Gardening", "Compost"))
    library.change("rails", title="Main lines")
    library.remove("chess")
    before = model.texts_encoded
    assert sync_cards(tmp_path, library, model) == 2
    assert model.texts_encoded - before == 2
    assert sync_cards(tmp_path, library, CountingModel("another")) == 4


def test_a_changed_subject_is_found_at_once(made, model):
    library = shelf()
    index = made(library)
    assert slugs(rank_texts(index, model, "locomotives", by="words"))[0] != "rails"
    library.change("rails", subjects=("Locomotives",))
    sync_cards(index.folder, library, model)
    assert slugs(rank_texts(index, model, "locomotives", by="words"))[0] == "rails"


@pytest.mark.parametrize("damage", [b"", b"not an archive", None])
def test_cards_that_were_lost_or_damaged_are_made_anew(made, model, damage):
    library = shelf()
    index = made(library)
    before = rank_texts(index, model, "gardening")
    path = index.folder / CARDS
    if damage is None:
        path.write_bytes(path.read_bytes()[:200])
    else:
        path.write_bytes(damage)
    assert rank_texts(index, model, "gardening")
    assert sync_cards(index.folder, library, model) == 5
    assert rank_texts(index, model, "gardening") == before


def test_progress_tells_the_whole_first_and_ends_with_it(tmp_path, model):
    seen = []
    sync_cards(tmp_path, shelf(), model, progress=lambda done, total: seen.append((done, total)))
    assert seen[0] == (0, 5)
    assert sum(done for done, _ in seen) == 5
