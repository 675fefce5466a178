"""Steps on a draft, weeks, and what leaves: rules that ask no database."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from corpus.formats import read
from webapp import sheets
from webapp.access import Actor
from webapp.themes import booklet, drafts, leaving, schedule, sharing, wording
from webapp.themes.booklet import Chapter, Words
from webapp.themes.drafts import Brief, Draft, DraftItem, Written
from webapp.themes.entries import Entry

DAY = dt.date(2026, 9, 7)
NOW = dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC)


def item(name, **more):
    return DraftItem(f"{name}/1", name, name.title(), minutes=5, **more)


def draft(*names, **more):
    return Draft("d", "Title", "", Brief(), tuple(item(n) for n in names), (), 3, "Ada", NOW, **more)  # fmt: skip


def entry(title, **more):
    known = {
        "reading": "a/1", "state": "open", "url": "/read/a", "title": title, "author": "B. Stone",
        "by_member": False, "minutes": 5, "language": "en", "lang": "en", "level": "", "heading": "",
        "sentence": "Ask one.", "covers": (), "note": "",
    }  # fmt: skip
    return Entry(**known | more)


def test_a_reading_is_moved_by_steps_and_to_a_place():
    assert drafts.moved(draft("a", "b", "c"), "c/1", -1).groups == ("a", "c", "b")
    assert drafts.put_at(draft("a", "b", "c"), "a/1", 2).groups == ("b", "c", "a")
    assert drafts.put_at(draft("a", "b"), "x/1", 0).groups == ("a", "b")
    assert drafts.put_at(draft("a", "b"), "a/1", 99).groups == ("b", "a")


def test_what_was_taken_off_is_remembered_until_it_is_added_again():
    after = drafts.without(draft("a", "b"), "a/1")
    assert (after.groups, after.dropped) == (("b",), ("a",))
    again = drafts.with_added(after, item("a"))
    assert (again.groups, again.dropped) == (("b", "a"), ())
    assert drafts.with_added(again, item("a")) == again


def test_another_reading_takes_the_place_of_one():
    after = drafts.replaced(draft("a", "b", "c"), "b/1", item("x"))
    assert (after.groups, after.dropped) == (("a", "x", "c"), ("b",))


def test_proposing_again_keeps_what_the_organizer_pinned_or_wrote_on():
    before = draft("a", "b", "c", "d")
    before = drafts.pinned(before, "b/1", True)
    before = drafts.with_words(before, Written("", "", {"c/1": "Read it aloud."}, {}))
    after = drafts.refilled(before, Brief(theme="x"), [item("n"), item("b")])
    assert after.groups == ("b", "c", "n")
    assert after.item("c/1").note == "Read it aloud."


def test_words_that_were_not_sent_are_not_lost():
    before = drafts.with_words(draft("a", "b"), Written("New", "Note", {"a/1": "x"}, {"b/1": "y?"}))
    after = drafts.with_words(before, Written("", "Note"))
    assert after == before
    assert not drafts.differing(before, Written("New", "Note"))
    assert drafts.differing(before, Written("Newer", "Note"))


def test_a_draft_is_read_back_as_it_was_kept():
    brief = Brief("theme", ("a",), ("zh",), ("member",), 45, 5, False, True)
    assert Brief.of_row(brief.as_row()) == brief
    assert Brief.of_row({}) == Brief()
    one = item("a", note="n", question="q?", pinned=True)
    assert DraftItem.of_row(one.as_row() | {"of_later": 1}) == one


@pytest.mark.parametrize(
    ("count", "pace", "over", "weeks"),
    [
        (3, "free", 4, [None, None, None]),
        (3, "weekly", 1, [0, 1, 2]),
        (8, "spread", 4, [0, 0, 1, 1, 2, 2, 3, 3]),
        (5, "spread", 2, [0, 0, 0, 1, 1]),
        (2, "spread", 6, [0, 1]),
        (0, "spread", 3, []),
    ],
)
def test_readings_are_spread_over_the_weeks_in_their_order(count, pace, over, weeks):
    assert schedule.weeks(count, pace, over) == weeks


@given(st.integers(0, 60), st.integers(1, 60))
def test_no_week_is_empty_before_the_last_and_none_comes_too_late(count, over):
    weeks = schedule.weeks(count, "spread", over)
    assert weeks == sorted(weeks)
    assert set(weeks) == set(range(min(count, over)))


@pytest.mark.parametrize(
    "words",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "＝1",
        "\ufeff=1",
        "\n=cmd|' /C calc'!A0",
    ],
)
def test_no_cell_of_the_table_is_a_formula(words):
    shown = [entry(words, author=words, sentence=words, note=words, question=words)]
    table = leaving.as_csv(shown, headings=["Title"], starts_on=None, address="https://x.example")
    rows = list(csv.reader(io.StringIO(table.lstrip("\ufeff"), newline="")))
    assert all(not sheets.is_formula(c) for row in rows for c in row if not c.startswith("'"))
    assert sum(c.startswith("'") for c in rows[1]) == 5


def test_the_table_has_a_row_for_each_reading_with_its_week():
    shown = [entry("One", week=0), entry("Two", week=1, note="a, b\n“c”")]
    headings = wording.columns()
    table = leaving.as_csv(
        shown, headings=headings, starts_on=DAY, address="https://x.example"
    ).lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert None not in rows[0]  # each cell has a heading
    assert [(r["Week"], r["From"], r["Title"]) for r in rows] == [
        ("1", "2026-09-07", "One"),
        ("2", "2026-09-14", "Two"),
    ]
    assert rows[1]["Note"] == "a, b\n“c”"
    assert rows[0]["Address"] == "https://x.example/read/a"


def test_words_stay_words_in_markdown():
    words = {"minutes": "%(minutes)s min", "question": "Think:", "week": "Week %(number)s"}
    page = leaving.as_markdown(
        "A *list* [of](x)", "# no heading\n\n<b>two</b>", [entry("`One`", week=0, question="Why | how?")],
        words=words, starts_on=DAY, address="https://x.example",
    )  # fmt: skip
    assert page.startswith("# A \\*list\\* \\[of\\](x)\n")
    assert "\n\\# no heading\n\n\\<b\\>two" in page
    assert "## Week 1 (2026-09-07)" in page
    assert "1. [\\`One\\`](https://x.example/read/a), B. Stone, 5 min" in page
    assert "**Think:** Why \\| how?" in page


def test_the_calendar_has_a_day_for_each_week_and_lines_that_may_be_sent():
    long = "读一本好书" * 40
    shown = [entry("One; two, three", week=0), entry(long, week=0), entry("Three", week=2)]
    calendar = leaving.as_calendar(
        "abc", "Title\nover lines", shown, starts_on=DAY, made_at=NOW,
        address="https://x.example", host="x.example",
    ).decode()  # fmt: skip
    lines = calendar.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    unfolded = calendar.replace("\r\n ", "")
    assert unfolded.count("BEGIN:VEVENT") == 2
    assert "UID:abc-1@x.example\r\n" in unfolded
    assert "DTSTART;VALUE=DATE:20260921" in unfolded
    assert f"SUMMARY:One\\; two\\, three\\; {long}\r\n" in unfolded
    assert "NAME:Title\\nover lines\r\n" in unfolded


@given(st.text(max_size=300))
def test_no_words_break_the_calendar(words):
    calendar = leaving.as_calendar(
        "abc", words, [entry(words, week=0)], starts_on=DAY, made_at=NOW, address="", host="h"
    ).decode()
    lines = calendar.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert sum(line.startswith(("BEGIN:", "END:")) for line in lines) == 4
    assert "\n" not in calendar.replace("\r\n", "")


@pytest.mark.parametrize(
    ("title", "name"),
    [("Reading: a/b\\c", "Reading-a-b-c.md"), ("廉洁 与 公私", "廉洁-与-公私.md"), ("..", "list.md"), ("x" * 200, "x" * 60 + ".md")],
)  # fmt: skip
def test_a_file_is_named_for_the_list(title, name):
    assert sheets.file_name(title, "md") == name


BOOK = Words("en", "Contents", "Think:", "Read it")


def test_a_booklet_can_be_read_by_our_own_reader_of_books(tmp_path):
    chapters = [
        Chapter("One & <two>", "en", "B. Stone", "Why it is here.", "Ask one.", ("The tap had dripped for a month before anybody wrote it down.",) * 3, "And you?", ""),
        Chapter("读难书", "zh-Hans", "", "", "慢慢读。\x00", (), "", "https://x.example/read/a?b=1&c=2"),
    ]  # fmt: skip
    file = tmp_path / "list.epub"
    made = booklet.as_epub("abc", "A list", "Note.\n\nMore.", chapters, words=BOOK, made_at=NOW)
    file.write_bytes(made)
    assert made == booklet.as_epub("abc", "A list", "Note.\n\nMore.", chapters, words=BOOK, made_at=NOW)  # fmt: skip
    text = read(file)
    assert text.title == "A list"
    with zipfile.ZipFile(file) as book:
        assert book.infolist()[0].filename == "mimetype"
        assert book.infolist()[0].compress_type == zipfile.ZIP_STORED
        for name in book.namelist():
            if name.endswith((".xhtml", ".opf", ".xml")):
                etree.fromstring(book.read(name))  # well-formed
        page = book.read("book/r1.xhtml").decode()
        assert "One &amp; &lt;two&gt;" in page
        assert "dripped for a month" in page
        assert "And you?" in page
        assert "Read it" in book.read("book/r2.xhtml").decode()


@pytest.mark.parametrize(
    ("licence", "rights", "may"),
    [
        ("CC0-1.0", "full", True),
        ("CC-BY-4.0", "full", True),
        ("cc-by-sa-4.0", "full", True),
        ("Public domain", "full", True),
        ("CC-BY-NC-4.0", "full", False),
        ("CC-BY-ND-4.0", "full", False),
        ("CC0-1.0", "passages", False),
        ("All rights reserved", "full", False),
        ("", "full", False),
        (None, "full", False),
    ],
)
def test_only_texts_that_may_be_copied_leave_whole(licence, rights, may):
    assert booklet.may_be_taken(licence, rights) is may


# To whom a theme list may be given


OF_HARBOUR = Actor("o", "rosa", organizes=frozenset({"harbour", "pier"}))


@pytest.mark.parametrize(
    ("audience", "units", "now", "units_now", "says"),
    [
        ("unit", ["harbour", "pier"], "private", [], None),
        ("unit", ["pier"], "unit", ["harbour"], None),
        ("unit", ["harbour", "hill"], "private", [], "not_organized"),
        ("organisation", [], "private", [], "organizers_only"),
        ("unit", ["harbour"], "unit", ["harbour", "hill"], "also_elsewhere"),
        ("unit", ["harbour"], "organisation", [], "also_elsewhere"),
        ("private", [], "unit", ["hill"], None),
    ],
)
def test_a_theme_list_is_given_to_units_that_one_organizes(audience, units, now, units_now, says):
    given = {"audience": audience, "units": units, "now": now, "units_now": units_now}
    assert sharing.beyond(OF_HARBOUR, **given) == says
    assert sharing.beyond(Actor("o", "ada", organizer=True), **given) is None
