"""What is taken from a stranger's file, and from where, when its metadata is wrong."""

from __future__ import annotations

import datetime
import random
from pathlib import Path

import pytest

from corpus.formats import metadata
from corpus.texts import Block, Section, TextRefused

WORDS = "The members met on a Monday and read aloud, and nobody spoke before the end. " * 5
ZH = "成员星期一开会，先一起读书，读完一页才说话，说的都记下来。" * 5


def described(name="the-long-week--ana-roe.epub", words=WORDS, sections=None, **more):
    sections = sections or [Section(("One",), (Block("paragraph", words),))]
    return metadata.described(Path(name), sections, **more)


def paragraphs(*texts):
    return [Section((), tuple(Block("paragraph", text) for text in texts))]


def test_the_files_own_metadata_comes_first():
    text = described(
        said={"title": "A Week", "author": ["Roe, Ana", "Jon Bar"], "language": "en-GB", "year": "1912-05-01",
              "licence": "CC0", "subjects": ["Study", "Study", ""], "form": "essay"},
        heading="Another title",
        left_out=["cover", "cover", "contents"],
    )  # fmt: skip
    assert (text.title, text.author, text.language, text.year) == (
        "A Week",
        "Ana Roe, Jon Bar",
        "en",
        1912,
    )
    assert (text.licence, text.subjects, text.form) == ("CC0", ("Study",), "essay")
    assert text.left_out == ("cover", "contents")
    assert dict(text.origins) == {
        "title": "file", "author": "file", "language": "file", "year": "file", "minutes": "words",
    }  # fmt: skip


def test_then_the_heading_then_the_name_then_the_words():
    text = described(said={"title": "Untitled", "author": "user"}, heading="A Week")
    assert (text.title, text.author) == ("A Week", "Ana Roe")
    assert dict(text.origins) == {
        "title": "heading", "author": "name", "language": "words", "minutes": "words",
    }  # fmt: skip
    text = described(said={"title": "Microsoft Word - draft.doc"}, heading="Contents")
    assert (text.title, text.origin("title")) == ("The Long Week", "name")


def test_a_preface_does_not_name_a_file_that_names_itself():
    assert described(heading="Preface").title == "The Long Week"
    assert described("ch1.html", heading="Introduction").title == "Introduction"


def test_a_title_like_a_files_name_gives_way_to_a_heading():
    assert described(said={"title": "long_week_v3_final"}, heading="A Week").title == "A Week"
    assert described(said={"title": "long_week_v3_final"}).title == "long_week_v3_final"


@pytest.mark.parametrize(
    "said",
    [
        {"title": 5, "author": 7, "language": [], "year": "soon", "licence": {}, "identifiers": 3},
        {
            "title": ["x"],
            "author": {},
            "language": "xx",
            "year": True,
            "subjects": 9,
            "sources": [1],
        },
        {"title": "\x00\u202e", "author": "\n", "language": "  ", "year": 99999, "form": ["a", 5]},
        {"title": "x" * 10_000, "author": "y" * 10_000, "subjects": ["z" * 10_000] * 1000},
    ],
)
def test_no_field_however_wrong_keeps_a_text_out(said):
    text = described(said=said)
    assert 0 < len(text.title) <= 300
    assert len(text.author) <= 500
    assert text.language == "en"
    assert text.year is None
    assert len(text.subjects) <= 50


def test_a_name_lost_its_capitals_and_the_text_has_them():
    words = "The TechFAR Handbook says how. The TechFAR Handbook is short. US law is long. " * 5
    assert described("techfar-handbook.pdf", words).title == "TechFAR Handbook"


# Authors in the text


@pytest.mark.parametrize(
    ("lines", "author"),
    [
        (("by Ana Maria Roe", WORDS), "Ana Maria Roe"),
        (("The Week", "By Ana Maria Roe", WORDS), "Ana Maria Roe"),
        (("作者：张养浩", ZH), "张养浩"),
        (("张养浩", ZH), "张养浩"),
        (("（唐）吴兢 撰", ZH), "吴兢"),
    ],
)
def test_a_line_under_the_title_names_the_author_and_leaves_the_text(lines, author):
    text = described("week.html", sections=paragraphs(*lines), heading="The Week")
    assert (text.author, text.origin("author")) == (author, "heading")
    assert lines[-2] not in [b.text for s in text.sections for b in s.blocks]


def test_the_line_leaves_the_text_also_where_the_file_says_the_same():
    text = described(sections=paragraphs("by Ana Roe", WORDS), said={"author": "Roe, Ana"})
    assert [b.text for s in text.sections for b in s.blocks] == [WORDS]
    text = described(sections=paragraphs("by Jon Bar", WORDS), said={"author": "Roe, Ana"})
    assert (text.author, len(text.sections[0].blocks)) == ("Ana Roe", 2)


def test_a_name_further_down_is_text():
    text = described("week.html", sections=paragraphs(WORDS, "by Ana Roe", WORDS))
    assert text.author == ""
    assert len(text.sections[0].blocks) == 3


# Languages


def test_a_language_is_believed_unless_the_words_contradict_it():
    assert described(words=ZH, said={"language": "en"}).language == "zh"
    assert described(said={"language": "zh"}).language == "en"
    assert described(said={"language": "fr"}).language == "en"
    assert described("week.zh-hans.md", ZH).origin("language") == "name"
    assert described("week.en.md", ZH).language == "zh"


def test_a_third_language_is_refused():
    french = "Les membres se réunissent chaque semaine pour étudier ensemble et pour discuter. " * 6
    for said in ({}, {"language": "fr"}):
        with pytest.raises(TextRefused, match="seems to be written in French"):
            described(words=french, said=said)


def test_data_is_not_called_a_language():
    numbers = random.Random(1)
    data = " ".join(f"{numbers.uniform(-9, 9):.17e}" for _ in range(600))
    with pytest.raises(TextRefused, match="seems to hold data, not words of a language"):
        described(words=data, said={})


def test_chinese_says_in_which_characters():
    assert described(words=ZH).script == "Hans"
    assert described(words="沒有調查就沒有發言權，這是老話，也是實話。" * 9).script == "Hant"
    assert described().script is None


def test_a_title_without_text_is_refused():
    with pytest.raises(TextRefused, match=r"week\.html has a title and no text under it"):
        described("week.html", "—")


# Years and identifiers


@pytest.mark.parametrize(
    ("said", "year"),
    [
        (1912, 1912), ("1912", 1912), ("1912-05-01T00:00:00Z", 1912), ("c. 1590", 1590), ("20140807", 2014),
        ("May 3, 2004", 2004), ("D:20140807120000", 2014), ("380 BC", -380), ("c. 600 B.C.E.", -600),
        ("公元前551年", -551), ("108", 108), (datetime.date(1999, 1, 1), 1999), (-350, -350),
        ("MCMXII", None), ("0101-01-01T00:00:00+00:00", None), ("soon", None), ("", None), (None, None),
        (0, None), (True, None), (99999, None), ("99999", None), (1.5, None),
    ],
)  # fmt: skip
def test_years_in_the_many_ways_files_write_them(said, year):
    assert metadata.year_of(said) == year


@pytest.mark.parametrize(
    ("said", "identifier"),
    [
        ("urn:isbn:978-0-14-143951-8", "isbn:9780141439518"),
        ("ISBN 0-14-143951-3", "isbn:0141439513"),
        ("9780141439518", "isbn:9780141439518"),
        ("https://doi.org/10.1000/XYZ.1", "doi:10.1000/xyz.1"),
        ("doi:10.1000/xyz.1", "doi:10.1000/xyz.1"),
        ("https://standardebooks.org/ebooks/x", "uri:https://standardebooks.org/ebooks/x"),
        ("urn:uuid:1b9d", "uri:urn:uuid:1b9d"),
        ("2F9E7B10-9C1A-4F6B-8B7D-1C5C6B1F0A11", "uri:urn:uuid:2f9e7b10-9c1a-4f6b-8b7d-1c5c6b1f0a11"),
        ("978-0-14-143951-9", "id:978-0-14-143951-9"),
    ],
)  # fmt: skip
def test_identifiers_are_alike_however_they_are_written(said, identifier):
    assert described(said={"identifiers": said}).identifiers == (identifier,)


@pytest.mark.parametrize(
    "said", ["unknown", "id:unknown", "urn:uuid:", "None", "BookId", "未知", "-"]
)
def test_what_names_no_text_is_no_identifier(said):
    assert described(said={"identifiers": said}).identifiers == ()
