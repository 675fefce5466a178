"""How a passage looks, what a list is asked for, and how hits become results."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from corpus.records import TextRecord
from corpus.texts import Block, Passage
from recommender.readings import Hit, Reading
from webapp.readings import kept_page, outline, shelf
from webapp.readings.blocks import block_html, inline, without_marks
from webapp.readings.results import MOST_PLACES, results
from webapp.readings.store import DeedRow
from webapp.readings.which import group_of, well_formed


@pytest.mark.parametrize(
    ("block", "html"),
    [
        (Block("paragraph", "One & two"), "<p>One &amp; two</p>"),
        (Block("paragraph", "the *Essays* end"), "<p>the <em>Essays</em> end</p>"),
        (Block("paragraph", "**now**"), "<p><strong>now</strong></p>"),
        (Block("paragraph", "5 * 3 * 2"), "<p>5 * 3 * 2</p>"),
        (Block("paragraph", "<script>"), "<p>&lt;script&gt;</p>"),
        (Block("paragraph", "*<b>*"), "<p><em>&lt;b&gt;</em></p>"),
        (Block("list", "- one\n- two"), "<ul><li>one</li><li>two</li></ul>"),
        (Block("list", "3. c\n4. d"), '<ol start="3"><li>c</li><li>d</li></ol>'),
        (
            Block("list", "- one\n  - under it"),
            '<ul><li>one</li><li class="deeper">under it</li></ul>',
        ),
        (Block("list", "the end of an item"), "<ul><li>the end of an item</li></ul>"),
        (Block("verse", "a line\nanother"), '<p class="verse">a line<br>\nanother</p>'),
        (Block("note", "[^1]: there"), '<p class="note">[^1]: there</p>'),
        (
            Block("quote", "said\n- one\nso"),
            "<blockquote><p>said</p><ul><li>one</li></ul><p>so</p></blockquote>",
        ),
    ],
)
def test_a_block_becomes_one_element_and_its_words_are_escaped(block, html):
    assert block_html(block) == html


def test_a_table_has_its_first_row_as_head():
    html = block_html(Block("table", "day | hours\nMonday | 2"))
    assert "<tr><th>day</th><th>hours</th></tr><tr><td>Monday</td><td>2</td></tr>" in html


def test_marked_words_stay_marked_when_emphasis_is_taken_out():
    sentence = "the *Essays* of Montaigne"
    words, spans = without_marks(sentence, [(5, 11), (16, 25)])
    assert words == "the Essays of Montaigne"
    assert [words[a:b] for a, b in spans] == ["Essays", "Montaigne"]
    assert inline(words) == words


def passage(tail: str, *path: str, text: str = "Some words.", position: int = 0) -> Passage:
    return Passage(
        f"a-text/{tail}", "a-text", position, path, (Block("paragraph", text),), 2, "hash"
    )


def test_a_heading_is_shown_once_before_the_first_passage_under_it():
    parts = outline.pieces(
        [
            passage("0.a"),
            passage("b.a", "Part", "First"),
            passage("b.b", "Part", "First"),
            passage("c.a", "Part", "Second"),
            passage("d.a", "First"),
        ]
    )
    shown = [[(h.words, h.depth) for h in part.headings] for part in parts]
    assert shown == [[], [("Part", 0), ("First", 1)], [], [("Second", 1)], [("First", 0)]]
    anchors = [h.anchor for part in parts for h in part.headings] + [p.anchor for p in parts]
    assert len(anchors) == len(set(anchors))


def test_a_place_without_a_heading_is_named_by_its_first_words():
    long = passage("0.a", text="word " * 40)
    assert outline.place_name(long).endswith("…")
    assert len(outline.place_name(long)) <= 61
    assert outline.place_name(passage("b.a", "Part", "First")) == "First"


def test_what_makes_no_sense_in_an_address_is_not_a_choice():
    asked = shelf.asked(
        MultiDict(
            [
                ("theme", "goals"),
                ("theme", "goals"),
                ("theme", "x" * 300),
                ("theme", "a b"),
                ("level", "easy"),
                ("language", "fr"),
                ("minutes", "-1"),
            ]
        )
    )
    assert asked == shelf.Asked(themes=("goals",))
    assert asked.query() == {"theme": ["goals"]}


def test_no_more_choices_of_one_facet_are_taken_than_anybody_makes():
    asked = shelf.asked(MultiDict([("role", f"r{i}") for i in range(500)]))
    assert len(asked.roles) == shelf.MOST_CHOICES


def record(slug: str, language: str = "en", version_of: str | None = None) -> TextRecord:
    return TextRecord(
        slug=slug,
        title=slug,
        author="",
        language=language,
        year=None,
        themes=(),
        roles=(),
        level=None,
        minutes=2,
        form=None,
        series=None,
        series_position=None,
        version_of=version_of,
        licence=None,
        sources=(),
        words=10,
        passages=1,
        withdrawn=False,
    )


def hit(reading_id: str, score: float, *, matched: tuple = ()) -> Hit:
    slug = reading_id.partition("/")[0]
    reading = Reading(reading_id, "passage", slug, "en", slug, "", "Words.", ((0, 6),), "hash")
    return Hit(reading, score, score, 0.0, "Words.", matched)


def test_results_are_one_for_each_text_in_the_order_of_its_best_passage():
    hits = [hit("a/1", 3), hit("b/1", 2), *(hit(f"a/{i}", 1) for i in range(2, 9))]
    records = {"a": record("a"), "b": record("b")}
    found = results(hits, records, limit=9, present={h.reading.id for h in hits})
    assert [r.record.slug for r in found] == ["a", "b"]
    assert [p.reading for p in found[0].places] == ["a/1", "a/2", "a/3"]
    assert len(found[0].places) == MOST_PLACES


def test_two_versions_of_a_text_are_one_result_in_the_language_that_matched_best():
    hits = [hit("a-zh/1", 3), hit("a/1", 2)]
    records = {"a": record("a", "en", "a"), "a-zh": record("a-zh", "zh", "a")}
    found = results(hits, records, limit=9, present={"a/1", "a-zh/1"})
    assert [r.record.slug for r in found] == ["a-zh"]
    assert [p.reading for p in found[0].places] == ["a-zh/1"]


def test_a_hit_that_has_left_the_library_is_passed_over():
    hits = [hit("gone/1", 3), hit("a/gone", 2), hit("a/1", 1)]
    found = results(hits, {"a": record("a")}, limit=9, present={"gone/1", "a/1"})
    assert [[p.reading for p in r.places] for r in found] == [["a/1"]]


def test_a_far_passage_without_any_of_the_words_is_noise():
    hits = [hit("a/1", 4), hit("b/1", 0.5), hit("c/1", 0.5, matched=((0, 5),))]
    records = {slug: record(slug) for slug in "abc"}
    found = results(hits, records, limit=9, present={h.reading.id for h in hits})
    assert [r.record.slug for r in found] == ["a", "c"]


def test_a_place_in_the_saved_list_survives_being_an_address(app):
    from tests.webapp.people import NOW

    row = DeedRow("abc234", "saved", "a/1", "a", NOW)
    assert kept_page.mark(kept_page.mark_of(row)) == (NOW, "abc234")
    for nonsense in ("", "x", "!!!!", "é", "YWJj", "A" * 5000):
        assert kept_page.mark(nonsense) is None


def test_a_reading_belongs_to_its_text_or_is_its_own_group():
    assert group_of("going-to-see/ab12.cd34") == "going-to-see"
    assert group_of("going-to-see") == "going-to-see"
    assert group_of("reflection/abc234") == "reflection/abc234"


@pytest.mark.parametrize(
    "bad", ["", "/", "a/", "/a", "a b", "a" * 400, "a/\ud800", "学习", None, 3]
)
def test_what_is_no_reading_id_is_not_asked_of_the_database(bad):
    assert not well_formed(bad)
