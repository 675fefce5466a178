"""What trees of HTML elements say, whichever format they come from."""

from __future__ import annotations

import time

import pytest
from lxml import etree

from corpus.formats import tree
from corpus.texts import Block


def root_of(source: str):
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    return etree.fromstring(f"<html><body>{source}</body></html>".encode(), parser)


def blocks(source: str) -> list[tuple[str, str]]:
    return [(b.kind, b.text) for s in tree.sections(root_of(source)) for b in s.blocks]


def paths(source: str) -> list[tuple[str, ...]]:
    return [s.path for s in tree.sections(root_of(source))]


# Headings


def test_blocks_stand_under_their_headings_from_the_outermost():
    found = tree.sections(
        root_of("<p>Before<h1>One</h1><p>a<h2>Two</h2><p>b<p>c<h3>Three</h3><p>d<h2>Four</h2><p>e")
    )
    assert [(s.path, [b.text for b in s.blocks]) for s in found] == [
        ((), ["Before"]),
        (("One",), ["a"]),
        (("One", "Two"), ["b", "c"]),
        (("One", "Two", "Three"), ["d"]),
        (("One", "Four"), ["e"]),
    ]


def test_a_heading_has_no_emphasis_and_no_mark_of_a_note():
    heading = '<h2>On <i>Liberty</i><a href="#n1" id="r1"><sup>1</sup></a> <br> Itself<a href="#x">¶</a></h2>'
    assert paths(f"{heading}<p>a") == [("On Liberty Itself",)]


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("<hgroup><h2>I</h2><p>Of Labour</p></hgroup>", ("I: Of Labour",)),
        ("<hgroup><h2>第一章</h2><p>论劳动</p></hgroup>", ("第一章 论劳动",)),
        ("<h2>Chapter I</h2><h2>Of Labour</h2>", ("Chapter I: Of Labour",)),
        ("<h1>Part One</h1><h1>Chapter 1</h1>", ("Part One", "Chapter 1")),
        ("<h1>Installing</h1><h2>Installing</h2>", ("Installing",)),
        ("<h1><img src=a.png alt='The Reef'></h1>", ("The Reef",)),
        ("<div role=heading aria-level=3>Called one</div>", ("Called one",)),
    ],
)  # fmt: skip
def test_headings_that_belong_together_are_read_together(source, path):
    assert paths(f"{source}<p>a") == [path]


def test_a_heading_by_role_or_class_has_its_own_level():
    source = (
        "<h2>A</h2><p>a<div role=heading aria-level=3>B</div><p>b<p class=chapter-title>C</p><p>c"
    )
    assert paths(source) == [("A",), ("A", "B"), ("C",)]
    assert paths("<div class=heading><h3>A</h3></div><p>a<h2>B</h2><p>b") == [("A",), ("B",)]


def test_a_part_of_the_same_level_stands_above_the_chapters_after_it_and_beside_the_appendix():
    source = "".join(
        f"<h2>{title}</h2>" + ("" if title.startswith("Part") else "<p>a")
        for title in ("Part I", "Chapter 1", "Chapter 2", "Part II", "Chapter 3", "Appendix")
    )
    assert paths(source) == [
        ("Part I", "Chapter 1"),
        ("Part I", "Chapter 2"),
        ("Part II", "Chapter 3"),
        ("Appendix",),
    ]


def test_sections_inside_each_other_nest_even_where_their_headings_say_one_level():
    source = "<section><h1>A</h1><p>a<section><h1>B</h1><p>b<section><h1>C</h1><p>c"
    assert paths(source) == [("A",), ("A", "B"), ("A", "B", "C")]


def test_a_heading_as_long_as_a_paragraph_is_one():
    assert blocks(f"<h1>{'word ' * 80}</h1><p>a")[0] == ("paragraph", ("word " * 80).strip())


def test_a_heading_that_is_never_closed_does_not_swallow_the_text():
    found = tree.sections(root_of("<h1>Title<p>First<p>Second"))
    assert [(s.path, [b.text for b in s.blocks]) for s in found] == [
        (("Title",), ["First", "Second"])
    ]


def test_where_nothing_is_marked_as_a_heading_chapters_and_bold_lines_are():
    text = "Words of this chapter, and some more of them."
    assert paths(f"<p>第一章 春<p>{text}<p>第二章 秋<p>{text}") == [("第一章 春",), ("第二章 秋",)]
    bold = "".join(f"<p><b>{title}</b><p>{text}" for title in ("Aims", "Means", "Ends"))
    assert paths(bold) == [("Aims",), ("Means",), ("Ends",)]
    assert paths(f"<p>{text}<p><b>Only one line</b><p>{text}") == [()]


# Words


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("A <i>b</i> <em> c </em>d <b>e</b> <strong>f</strong>.", "A *b* *c* d **e** **f**."),
        ("<b><i>both</i></b> <i><i>twice</i></i> <i>, </i><i></i>", "**both** *twice* ,"),
        ("<i>one</i><i>word</i> <span class=italic>c</span> <span class='x bold'>d</span>", "*oneword* *c* **d**"),
        ("<b>O</b>nce upon", "Once upon"),
        ("a <a href=x>link</a>, <q>said</q>, 10<sup>2</sup> H<sub>2</sub>O 1<sup>st</sup>", "a link, “said”, 10² H₂O 1st"),
        ("<ruby>漢<rp>(</rp><rt>hàn</rt><rp>)</rp></ruby>字", "漢字"),
        ("co\u00adop\u200ber\u2060ate\u00a0now\u3000and &nbsp; then", "cooperate now and then"),
        ("我们一起\n   读书，\n“好”\n<b>就</b>\n是 English\n words", "我们一起读书，“好” **就** 是 English words"),
        ("x <math alttext='a^2'><mi>a</mi><mn>2</mn></math> y", "x a^2 y"),
        ("one<my-tag> two</my-tag> <o:p>three</o:p>", "one two three"),
        ("<script>no</script>a<style>no</style><svg><text>no</text></svg><textarea>no</textarea><!-- no -->b", "ab"),
    ],
)  # fmt: skip
def test_words_keep_their_spaces_and_their_emphasis(source, text):
    assert blocks(f"<p>{source}</p>") == [("paragraph", text)]


def test_text_around_blocks_is_text_too():
    assert blocks("before<div>in<p>side</p>after <b>it</b></div>end") == [
        ("paragraph", "before"),
        ("paragraph", "in"),
        ("paragraph", "side"),
        ("paragraph", "after **it**"),
        ("paragraph", "end"),
    ]


def test_an_inline_element_around_blocks_breaks_nothing():
    assert blocks("<span><i><p>a</p><p>b</p></i></span>c") == [
        ("paragraph", "a"),
        ("paragraph", "b"),
        ("paragraph", "c"),
    ]


# Lists, quotations, tables


def test_lists_nest_and_keep_their_numbers():
    source = "<ul><li>x<li>y<ol start=3><li><p>z</p><p>more</p><li value=9>w</ol><li><b>v</b></ul>"
    assert blocks(source) == [("list", "- x\n- y\n  3. z more\n  9. w\n- **v**")]


def test_a_list_that_arranges_a_page_is_read_as_what_is_in_it():
    found = tree.sections(root_of("<ul><li><h2>One</h2><p>a</p></li><li><h2>Two</h2><p>b</p></ul>"))
    assert [(s.path, s.blocks) for s in found] == [
        (("One",), (Block("paragraph", "a"),)),
        (("Two",), (Block("paragraph", "b"),)),
    ]


def test_terms_stand_before_their_definitions():
    source = (
        "<dl><dt>chair</dt><dd><p>who leads</p><p>and ends</p></dd><dt>a</dt><dt>b:</dt><dd>c</dl>"
    )
    assert blocks(source) == [
        ("paragraph", "chair: who leads"),
        ("paragraph", "and ends"),
        ("paragraph", "a, b: c"),
    ]


def test_a_quotation_is_one_block():
    assert blocks("<blockquote><p>said</p><p>so</p></blockquote><p>a<blockquote>b") == [
        ("quote", "said\nso"),
        ("paragraph", "a"),
        ("quote", "b"),
    ]


def test_tables_of_data_are_rows_and_tables_for_layout_are_what_is_in_them():
    data = "<table><caption>Cap</caption><tr><th>a<th>b<tr><td>1<td><p>2</p><p>3</p><tr><td><td></table>"
    assert blocks(data) == [("paragraph", "Cap"), ("table", "a | b\n1 | 2 3")]
    layout = f"<table><tr><td><table><tr><td>x<td>y</table><td>{'long ' * 120}</table>"
    assert [kind for kind, _ in blocks(layout)] == ["table", "paragraph"]
    assert blocks("<table><tr><td>alone</td></tr></table>") == [("paragraph", "alone")]


def test_who_speaks_in_a_play_stands_before_the_words():
    play = (
        "<table class=drama><tr><td>Crito<td>Why so early?<tr><td>Socrates<td><p>What time?</table>"
    )
    assert blocks(play) == [
        ("paragraph", "Crito: Why so early?"),
        ("paragraph", "Socrates: What time?"),
    ]


# Verse and lines


def test_short_lines_are_verse_and_long_ones_paragraphs():
    assert blocks("<p>roses<br>violets</p>") == [("verse", "roses\nviolets")]
    long = "A paragraph that goes on and on until it is longer than any line of verse would be, surely."
    assert blocks(f"<div>{long}<br>{long}<br><br>short</div>") == [
        ("paragraph", long),
        ("paragraph", long),
        ("paragraph", "short"),
    ]
    assert blocks("<p>床前明月光，<br/>疑是地上霜。</p>") == [
        ("verse", "床前明月光，\n疑是地上霜。")
    ]


def test_verse_is_known_by_its_class_and_keeps_its_stanzas():
    source = "<div class=poem><div class=stanza><p>a</p><p>b</p></div><div><p><i>c<br>d</i></p></div></div>"
    assert blocks(source) == [("verse", "a\nb"), ("verse", "*c*\n*d*")]


def test_prose_that_was_wrapped_with_breaks_is_joined():
    lines = [
        "Everything that was said that evening was written",
        "down by two of them, who afterwards compared what",
        "they had, and found that they agreed nearly always",
        "about the facts.",
    ]
    assert blocks("<p>" + "<br>".join(lines)) == [("paragraph", " ".join(lines))]


def test_code_keeps_its_lines_and_a_text_in_pre_its_paragraphs():
    assert blocks("<pre>def a():\n\treturn  1\n</pre>") == [("verse", "def a():\n    return  1")]
    wrapped = "\n".join(["words and words and words until the line is full"] * 3)
    assert blocks(f"<pre>{wrapped}\n\nTHE END</pre>") == [
        ("paragraph", " ".join(["words and words and words until the line is full"] * 3)),
        ("paragraph", "THE END"),
    ]


# Notes


@pytest.mark.parametrize(
    "source",
    [
        # Word (mammoth), pandoc, Wikipedia, Word's own HTML, Sphinx, Chinese e-books
        '<p>Text<sup><a href="#footnote-1" id="footnote-ref-1">[1]</a></sup>.</p><ol><li id="footnote-1"><p>The note. <a href="#footnote-ref-1">↑</a></p></li></ol>',
        '<p>Text<a href="#fn1" class="footnote-ref" id="fnref1" role="doc-noteref"><sup>1</sup></a>.</p><section class="footnotes"><hr/><ol><li id="fn1"><p>The note.<a href="#fnref1" class="footnote-back">↩︎</a></p></li></ol></section>',
        '<p>Text<sup id="cite_ref-1" class="reference"><a href="#cite_note-1">[1]</a></sup>.</p><ol class="references"><li id="cite_note-1"><b><a href="#cite_ref-1">^</a></b> The note.</li></ol>',
        '<p>Text<a href="#_ftn1" name="_ftnref1"><span>[1]</span></a>.</p><div><hr><div id=ftn1><p class=MsoFootnoteText><a href="#_ftnref1" name="_ftn1"><span>[1]</span></a> The note.</p></div></div>',
        '<p>Text <a class="footnote-reference brackets" href="#id2" id="id1" role="doc-noteref">[<span>1</span>]</a>.</p><aside class="footnote" id="id2"><span class="label">[<a role="doc-backlink" href="#id1">1</a>]</span><p>The note.</p></aside>',
        '<p>Text<a class="duokan-footnote" href="#B1" id="A1"><img src="note.png"/></a>.</p><ol class="duokan-footnote-content"><li class="duokan-footnote-item" id="B1"><a href="#A1">[1]</a>The note.</li></ol>',
    ],
)  # fmt: skip
def test_notes_are_blocks_with_their_number_and_leave_no_mark_in_the_text(source):
    assert blocks(source) == [("paragraph", "Text."), ("note", "1. The note.")]


def test_numbers_and_words_that_link_elsewhere_stay():
    source = 'See <a href="#ch3">chapter 3</a>, page <a href="p.html">12</a> and <a href="#note-2">note 2</a>.'
    assert blocks(f"<p>{source}") == [("paragraph", "See chapter 3, page 12 and note 2.")]


def test_the_heading_of_the_notes_stays_a_heading():
    source = "<section role=doc-endnotes><h2>Notes</h2><ol><li role=doc-endnote><p>a<p>b<br>c</ol>"
    assert [(s.path, s.blocks) for s in tree.sections(root_of(source))] == [
        (("Notes",), (Block("note", "1. a"), Block("note", "b\nc")))
    ]


def test_page_numbers_inside_the_text_go():
    source = 'It was <span class="pagenum">[Pg 12]</span>late<a class=pagebreak id=p13>13</a>.'
    assert blocks(f"<p>{source}") == [("paragraph", "It was late.")]


# What callers ask for


def test_what_a_caller_drops_goes_with_all_that_is_in_it():
    root = root_of("<p>a</p><div class=menu>no <b>no</b></div>tail<p>b")
    found = tree.sections(root, drop=lambda e: e.get("class") == "menu")
    assert [b.text for b in found[0].blocks] == ["a", "tail", "b"]


def test_places_that_are_asked_for_are_marked():
    root = root_of('<h2 id=h>H</h2><p>a<p>b <a id="x"></a>c<p id=y>d')
    assert tree.told(root, places={"h", "x", "y", "z"}).items == [
        tree.Mark("h"),
        tree.Heading(2, "H"),
        Block("paragraph", "a"),
        tree.Mark("x"),
        Block("paragraph", "b c"),
        tree.Mark("y"),
        Block("paragraph", "d"),
    ]


def test_the_texts_own_title_is_no_heading_in_it():
    found = tree.sections(root_of("<h1>The  Book</h1><p>a<h2>One</h2><p>b"))
    assert [s.path for s in tree.without_titles(found, [None, "the book"])] == [(), ("One",)]


# Large and deep


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 2_000 + "<p>deep" + "</div>" * 2_000,
        "<ul><li>x" * 900 + "deep",
        "<blockquote>x" * 1_900 + "deep",
        "<table><tr><td>x" * 600 + "deep",
        "<i><b>x " * 900 + "deep",
        "<p>" + "word<br>" * 100_000 + "deep",
        "<p>" + "<i>a</i> b " * 60_000 + "deep",
        "<ul><li>" + "<p>part</p>" * 50_000 + "deep</ul>",
        "<dl>" + "<dt>term</dt>" * 50_000 + "<dd>deep</dl>",
        "<h1>A</h1>" * 20_000 + "<p>deep",
        "<div>" * 1_500 + "<h2>a</h2><p>b</p>" * 5_000 + "deep",
        "<p><b>bold</b></p>" * 30_000 + "deep",
    ],
    ids=lambda source: source[:20],
)
def test_nothing_is_so_deep_or_so_wide_that_its_end_is_lost_or_late(source):
    root, start = root_of(source), time.process_time()
    found = tree.sections(root)
    assert "deep" in found[-1].blocks[-1].text
    assert time.process_time() - start < 5
