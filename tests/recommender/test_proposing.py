"""What is proposed for a text, why, and when nothing is."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest

from corpus.records import Label
from recommender import Index, sync_library
from recommender.proposing import LEAST, MOST, likeness, propose
from tests.recommender.readings_for_tests import TEXTS, SmallLibrary, TextRow

THEMES = {
    "field-investigation": (
        "Field investigation and listening",
        "Going to see, asking residents and listening to people, counting what can be counted.",
        "调查研究",
        "到现场去看，向居民请教，听得进不同的意见，数清能数的。",
    ),
    "discussion": (
        "Running a good discussion",
        "A meeting with one question, silence, the floor for quiet members, no long speeches.",
        "开好讨论会",
        "会议上的提问、轮流发言与沉默，讨论怎样结束。",
    ),
    "integrity": (
        "Integrity and public trust",
        "Gifts of a supplier, public money, counting cash, receipts, conflicts of interest.",
        "廉洁与公信",
        "礼品、公款、收据、利益冲突。",
    ),
    "difficult-books": (
        "Reading difficult books",
        "How to read a demanding book: outlines, slow reading, questions, rereading.",
        "读难书",
        "怎样读懂难书：列提纲、慢读、提问题、同别人一起读。",
    ),
    "mentoring": (
        "Mentoring new members",
        "Welcoming a new member, showing the work, giving feedback, letting go in time.",
        "带新人",
        "欢迎新人、示范工作、给反馈、放手。",
    ),
    "systems-thinking": (
        "Systems and the long view",
        "Loops, delays, stocks and flows, side effects that come back after months.",
        "系统思维",
        "反馈回路、延迟、存量与流量、副作用。",
    ),
}
GARDENS = ("beds", "borders", "thorns", "lawns", "trees", "ponds")
ROLES = {
    "treasurer": ("Treasurer", "Counts the cash, keeps receipts, returns gifts.", "", ""),
    "mentor": ("Mentor", "Shows a new member the work and gives feedback.", "", ""),
    "chair": ("Chair", "Gives the floor in a meeting and keeps the question.", "", ""),
}


def labels(table):
    return {
        key: Label(key, {"en": en, "zh": zh}, {"en": said, "zh": said_zh})
        for key, (en, said, zh, said_zh) in table.items()
    }


@dataclass(frozen=True)
class Record(TextRow):
    words: int = 1000
    subjects: tuple[str, ...] = ()


class Shelf(SmallLibrary):
    """Eight short texts of which nothing is settled, with names of themes and roles."""

    def __init__(self, slugs=tuple(TEXTS)):
        super().__init__()
        self.known_themes, self.known_roles = labels(THEMES), labels(ROLES)
        self.not_embedded: dict[str, Record] = {}
        for slug in slugs:
            language, title, author, _themes, version, texts = TEXTS[slug]
            self.add(slug, language, title, author, (), version, texts, level=None)
            self.change(slug)

    def change(self, slug, **more):
        for key, (row, passage) in self.passages.items():
            if row.slug == slug:
                self.passages[key] = (Record(**{**vars(row), **more}), passage)

    def copy(self, slug, other, **more):
        """A second text of almost the same words."""
        for key, (row, passage) in list(self.passages.items()):
            if row.slug == slug:
                mine = replace(passage, id=key.replace(slug, other))
                self.passages[mine.id] = (
                    Record(**{**vars(row), "slug": other, "title": f"More of {row.title}", **more}),
                    mine,
                )

    def texts(self, *, after=None, limit=30):
        rows = {row.slug: row for row, _ in self.passages.values()} | self.not_embedded
        return SimpleNamespace(items=[rows[slug] for slug in sorted(rows)], next=None)

    def themes(self):
        return self.known_themes

    def roles(self):
        return self.known_roles

    def passages_of(self, slug):
        return [passage for row, passage in self.passages.values() if row.slug == slug]


class Asked(Shelf):
    """As `propose` asks for passages; `SmallLibrary` keeps a dict of that name."""

    def view(self):
        return SimpleNamespace(
            texts=self.texts, themes=self.themes, roles=self.roles, passages=self.passages_of
        )


@pytest.fixture
def proposed(tmp_path, model):
    """A function: what is proposed for the texts of a library, and its index."""

    def of(library, **more):
        sync_library(tmp_path, library, model)
        index = Index.open(tmp_path, model)
        try:
            return propose(index, library.view(), model, **more)
        finally:
            index.close()

    return of


def values(proposals, field="theme"):
    return [p.value for p in proposals if p.field == field]


def test_a_text_gets_the_theme_that_describes_it_with_the_sentence_that_is_near(proposed):
    found = proposed(Asked())
    assert values(found["budget"])[0] == "integrity"
    assert values(found["tingqu-zh"])[0] == "field-investigation"
    theme = next(p for p in found["budget"] if p.field == "theme")
    assert theme.why["kind"] == "description"
    assert theme.why["sentence"] in (
        "Two people count the cash, always.",
        "A receipt that is lost is written down as lost.",
        "A gift from a supplier is returned the same day, with a letter.",
    )
    assert theme.why["passage"].startswith("budget/")


def test_a_text_about_none_of_the_themes_gets_none(proposed):
    library = Asked()
    library.add(
        "harbour", "en", "Harbour at dawn", "", (), None,
        ["Gulls wheel over grey boats. Nets dry beside the wall. Rain smells of tar."] * 2,
        level=None,
    )  # fmt: skip
    library.change("harbour")
    assert values(proposed(library)["harbour"]) == []


def test_proposals_are_few_sure_enough_and_the_surest_first(proposed):
    library = Asked()
    for proposals in proposed(library).values():
        for field in ("theme", "role"):
            mine = [p.confidence for p in proposals if p.field == field]
            assert len(mine) <= MOST
            assert mine == sorted(mine, reverse=True)
            assert all(LEAST[field] <= c <= 1 for c in mine)
            assert len(set(values(proposals, field))) == len(mine)


def test_what_is_settled_is_not_proposed_again(proposed):
    library = Asked()
    library.change("budget", themes=("mentoring",), roles=("chair",), level="advanced")
    assert proposed(library)["budget"] == []


def test_a_text_like_a_settled_one_gets_its_role_and_is_told_which(proposed):
    library = Asked()
    library.known_roles["gardener"] = Label("gardener", {"en": "Gardener", "zh": "园丁"})
    for slug in TEXTS:
        library.change(slug, roles=("chair",))
        library.copy(slug, f"{slug}-2")
    beds = ["Roses want deep soil and compost.", "Cut the old wood of the roses in spring."]
    for slug in GARDENS:
        library.add(slug, "en", f"Plots of {slug}", "", (), None, beds, level=None)
        library.change(slug, roles=("gardener",))
    library.copy("beds", "hedges", roles=())
    role = next(p for p in proposed(library)["hedges"] if p.field == "role")
    assert role.value == "gardener"
    assert role.why["kind"] == "like_text"
    assert role.why["slug"] in GARDENS
    assert role.why["title"].startswith("Plots of ")


def test_a_subject_of_the_file_that_names_a_theme_is_the_reason(proposed):
    library = Asked()
    library.change("systems", subjects=("Members, New -- Mentoring", "Queues"))
    library.known_themes["mentoring"] = Label("mentoring", {"en": "Mentoring", "zh": "带新人"})
    theme = next(p for p in proposed(library)["systems"] if p.value == "mentoring")
    assert theme.why == {"kind": "subject", "subject": "Members, New -- Mentoring"}


def test_one_text_alone_in_a_fresh_library(proposed):
    found = proposed(Asked(("budget",)))
    assert set(found) == {"budget"}
    assert set(values(found["budget"])) <= {"integrity"}


def test_a_library_without_themes_or_texts_gets_nothing(proposed, tmp_path, model):
    library = Asked()
    library.known_themes, library.known_roles = {}, {}
    assert {p.field for of_text in proposed(library).values() for p in of_text} <= {"level"}
    library = Asked()
    sync_library(tmp_path, library, model)
    library.passages = {}
    assert proposed(library) == {}


def test_only_the_texts_named_are_looked_at_and_an_unknown_one_is_left_out(proposed):
    library = Asked()
    everything = proposed(library)
    some = proposed(library, slugs=["budget", "no-such-text", "budget"])
    assert some == {"budget": everything["budget"]}


def test_a_text_that_is_not_embedded_yet_gets_no_theme(proposed):
    library = Asked()
    row = next(row for row, _ in library.passages.values())
    library.not_embedded["new"] = Record(**{**vars(row), "slug": "new"})
    assert values(proposed(library)["new"]) == []


def test_the_level_is_read_from_the_words_and_says_from_which(proposed):
    library = Asked()
    plain = "You meet on Monday. Bring your book. Say hello to new people. Ask what they do. "
    library.add("plain", "en", "Monday", "", (), None, [plain * 5] * 4, level=None)
    library.change("plain", words=240)
    level = next(p for p in proposed(library)["plain"] if p.field == "level")
    assert level.value == "introductory"
    assert level.confidence >= LEAST["level"]
    assert level.why["kind"] == "readability"
    assert level.why["sentence_words"] < 6


def test_a_settled_text_does_not_judge_itself():
    units = np.eye(6)
    labels = np.zeros((6, 1), bool)
    labels[0] = True
    settled = np.ones(6, bool)
    settled[0] = False
    assert abs(likeness(units, labels, settled)[0, 0]) < 1e-9
    assert not likeness(units, labels, np.zeros(6, bool)).any()


def test_two_hundred_texts_take_well_under_a_second_each_hundred(proposed):
    library = Asked()
    for number in range(24):
        for slug in TEXTS:
            library.copy(slug, f"{slug}-{number}")
    proposed(library)  # embeds
    began = time.perf_counter()
    found = proposed(library)
    assert len(found) == 25 * len(TEXTS)
    assert time.perf_counter() - began < 4
