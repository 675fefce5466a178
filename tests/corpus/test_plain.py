"""What plain text files say: wrapped prose, verse, headings, what stands around the text."""

from __future__ import annotations

import csv
import re
import textwrap
import time
from pathlib import Path

import pytest

from corpus.formats import lines, plain
from tests.shared_data import shared

WORDS = (
    "It was the habit of the old branch to read aloud for one hour before anybody was allowed to "
    "speak, and those who came late had to wait outside the door until the reader had closed the "
    "book and put it on the table."
)


def wrapped(first: str = "", rest: str = "", words: str = WORDS) -> str:
    lines = textwrap.wrap(words, 72, initial_indent=first, subsequent_indent=rest)
    return "\n".join(lines) + "\n"


PROSE = wrapped()
ZH = "　　学习要有恒心。每天读一点，记一点，想一点，日子久了，自然有所得，这是老一辈人留给我们的话。\n"


@pytest.fixture
def read(tmp_path):
    def make(content: str | bytes, name: str = "book.txt"):
        path = Path(tmp_path / name)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return plain.read(path)

    return make


def paths(text):
    return [section.path for section in text.sections]


def blocks(text):
    return [(block.kind, block.text) for section in text.sections for block in section.blocks]


# The title and the author


@pytest.mark.parametrize(
    ("top", "title", "author"),
    [
        ("The Long Week\n\nby Ana Maria Roe\n\n\n", "The Long Week", "Ana Maria Roe"),
        ("THE LONG WEEK\n\nBY ANA ROE\n\n", "The Long Week", "Ana Roe"),
        ("THE HISTORY OF\nRASSELAS\nPRINCE OF ABISSINIA\n\n", "The History of Rasselas Prince of Abissinia", ""),
        ("   " * 9 + "The Long Week\n\n" + "   " * 9 + "Written by  Ana Roe\n\n", "The Long Week", "Ana Roe"),
        ("The Long Week\n=============\n\n", "The Long Week", ""),
        ("*************\nThe Long Week\n*************\n\n", "The Long Week", ""),
        ("The Sketch Book of Geoffrey Crayon, Gent.\n\nby Washington Irving\n\n", "The Sketch Book of Geoffrey Crayon, Gent.", "Washington Irving"),
        ("What Is Learned?\n\n", "What Is Learned?", ""),
        ("# The long week\n\n", "The long week", ""),
        ("三事忠告\n张养浩\n\n", "三事忠告", "张养浩"),
        ("史通\n\n刘知几 著\n\n", "史通", "刘知几"),
        ("# 浮生六記|〔清〕沈復 撰\n\n", "浮生六記", "沈復"),
        ("## 金剛經 〔姚秦〕鳩摩羅什 譯\n\n", "金剛經", "鳩摩羅什譯"),
        ("《论语》\n\n", "论语", ""),
    ],
)  # fmt: skip
def test_the_first_lines_are_the_title_and_the_author(read, top, title, author):
    text = read(top + PROSE + "\n" + PROSE)
    assert (text.title, text.author) == (title, author)
    assert text.origin("title") == "heading"
    assert len(blocks(text)) == 2


@pytest.mark.parametrize(
    "top",
    [
        "Fellow-Citizens of the Senate and House of Representatives:\n\n",
        "Chapter I\n\n",
        "Preface\n\n",
        "“Come in,” she said.\n\n",
        "第一章 开始\n\n",
        "1. To begin with\n\n",
    ],
)
def test_a_salutation_or_a_chapter_is_no_title(read, top):
    text = read(top + PROSE, "sotu-1790-Washington-1.txt")
    assert (text.title, text.author, text.year) == ("State of the Union 1790", "Washington", 1790)
    assert text.origin("title") == text.origin("author") == text.origin("year") == "name"


# Lines and paragraphs


def test_wrapped_english_becomes_paragraphs(read):
    text = read(f"T here\n\n{PROSE}\n{PROSE}")
    assert [(kind, "\n" in words) for kind, words in blocks(text)] == [("paragraph", False)] * 2
    assert "allowed to speak, and" in blocks(text)[0][1]


def test_wrapped_chinese_becomes_paragraphs(read):
    line = "学习使人进步我们大家都要学习没有调查就没有发言权这是老话"
    wrapped = f"　　{line}，\n{line}们一\n{line}是实话。\n　　{line}，\n{line}完了。\n"
    text = read(f"学习\n\n{wrapped}\n{wrapped}")
    assert blocks(text)[0] == ("paragraph", f"{line}，{line}们一{line}是实话。")
    assert len(blocks(text)) == 4


def test_paragraphs_that_begin_with_an_indent_are_told_apart(read):
    indented = wrapped("   ") + wrapped("   ")
    assert len(blocks(read(f"T here\n\n{indented}\n{indented}"))) == 4


def test_a_line_is_a_paragraph_where_nothing_was_wrapped(read):
    long = PROSE.replace("\n", " ") * 2
    text = read(f"{long}\n“Yes,” he said.\n{long}\n{long}\n")
    assert [kind for kind, _ in blocks(text)] == ["paragraph"] * 4


def test_each_indented_chinese_line_is_a_paragraph(read):
    text = read("学习\n\n" + ZH * 3 + "　　短句。\n" + ZH)
    assert [kind for kind, _ in blocks(text)] == ["paragraph"] * 5


@pytest.mark.parametrize(
    "verse",
    [
        "I met a man\nwho carried a can,\nand in the can\na fish that ran.",
        "  I loved you, so I drew these tides of men into my hands\n    and wrote my will across the sky in stars\n  To earn you Freedom, the seven-pillared worthy house,\n    that your eyes might be shining for me\n  When we came.",
        "When I consider how my light is spent,\nEre half my days, in this dark world and wide,\nAnd that one Talent which is death to hide\nLodged with me useless, though my Soul more bent",
        "白日依山尽，\n黄河入海流。\n欲穷千里目，\n更上一层楼。",
        "昔人已乘黄鹤去，此地空余黄鹤楼。\n黄鹤一去不复返，白云千载空悠悠。\n晴川历历汉阳树，芳草萋萋鹦鹉洲。",
    ],
)
def test_verse_between_paragraphs_keeps_its_lines(read, verse):
    text = read(f"T here\n\n{PROSE}\n{PROSE}\n{verse}\n\n{PROSE}")
    lines = "\n".join(line.strip() for line in verse.split("\n"))
    assert blocks(text)[2] == ("verse", lines)
    assert [kind for kind, _ in blocks(text)] == ["paragraph", "paragraph", "verse", "paragraph"]


def test_a_text_of_verse_only_keeps_its_lines(read):
    lines = ["人之初，性本善。性相近，習相遠。", "苟不教，性乃遷。教之道，貴以專。"] * 30
    assert blocks(read("三字經\n\n" + "\n".join(lines) + "\n")) == [("verse", "\n".join(lines))]


def test_hanging_indents_are_one_paragraph(read):
    entry = wrapped("", "    ", f"Roe, Ana. {WORDS}")
    text = read(f"Books read\n\n{PROSE}\n{entry}{entry}")
    assert [words[:8] for _, words in blocks(text)[1:]] == ["Roe, Ana"] * 2
    assert all(kind == "paragraph" and "\n" not in words for kind, words in blocks(text))


def test_indented_prose_is_a_quotation(read):
    quoted = wrapped("    ", "    ")
    text = read(f"T here\n\n{PROSE}\n{PROSE}\n{quoted}\n{PROSE}")
    assert [kind for kind, _ in blocks(text)] == ["paragraph", "paragraph", "quote", "paragraph"]


def test_a_play_keeps_who_speaks_as_text(read):
    play = "".join(
        f"MENO.\n\nWhat do you say about this, Socrates, number {n}?\n\nSOCRATES\n\nI say it may be so, and that we ought to look at it again.\n\n"
        for n in range(6)
    )
    assert paths(read(f"Of virtue\n\n{play}")) == [()]


def test_a_word_divided_by_its_own_hyphen_or_a_dash_joins_without_a_space(read):
    prose = (
        "It was the habit of the old branch to read aloud with a good deal self-\n"
        "control and little noise, and those who came late had to wait at a door—\n"
        "outside, that is—until the reader had closed the book and put it on top.\n"
    )
    words = blocks(read(f"T here\n\n{prose}\n{PROSE}"))[0][1]
    assert "self-control" in words
    assert "door—outside" in words


def test_emphasis_is_kept_and_names_with_underscores_are_left_alone(read):
    words = blocks(read(f"T here\n\n{PROSE}\nHe said _never_ and *always*, in my_file_name.\n"))[1][
        1
    ]
    assert words == "He said *never* and *always*, in my_file_name."


def test_right_to_left_and_pictures_stay(read):
    line = "She wrote שלום and مرحبا under the picture 🙂👩‍🏫 of the group."
    assert blocks(read(f"T here\n\n{line}\n"))[0][1] == line


def test_one_line_of_five_megabytes_is_read_quickly(read):
    start = time.perf_counter()
    text = read("word and sentence. " * 280_000)
    assert len(blocks(text)[0][1]) > 5_000_000
    assert time.perf_counter() - start < 8


@pytest.mark.parametrize("line", ["- " * 400_000, "_" * 800_000, "=" * 800_000 + "x", "# " * 400_000, ". " * 400_000, "<b" * 400_000, "　" * 400_000 + "a", "1.1." * 200_000, "|" * 800_000, "I" * 800_000])  # fmt: skip
def test_hostile_lines_take_no_more_than_seconds(read, line):
    start = time.perf_counter()
    read(f"T here\n\n{line}\n\nWords.\n\n{line}\n{line}\n\nMore words.\n")
    assert time.perf_counter() - start < 10


# Lists and tables


def test_lists_are_nested_and_their_wrapped_lines_joined(read):
    text = read(
        f"T here\n\n{PROSE}\nWe agreed on this:\n\n"
        "  1. Somebody reads aloud, and nobody may interrupt the reader before\n"
        "     the page is done.\n"
        "       a) not even the chair\n"
        "  2. Somebody writes.\n"
    )
    assert blocks(text)[2] == (
        "list",
        "1. Somebody reads aloud, and nobody may interrupt the reader before the page is done.\n"
        "  a) not even the chair\n2. Somebody writes.",
    )


def test_items_below_the_line_that_announces_them_are_a_list(read):
    text = read(f"T here\n\n{PROSE}\nThe Leader may:\n  - read;\n  - write.\n\n{PROSE}")
    assert blocks(text)[1:3] == [("paragraph", "The Leader may:"), ("list", "- read;\n- write.")]


def test_items_with_blank_lines_between_are_one_list(read):
    text = read(f"T here\n\n{PROSE}\n• one thing\n\n• another thing\n\n• a third\n\n{PROSE}")
    assert blocks(text)[1] == ("list", "- one thing\n- another thing\n- a third")


def test_one_numbered_paragraph_is_no_list_and_keeps_its_number(read):
    text = read(f"T here\n\n(2) {PROSE}\n{PROSE}")
    assert blocks(text)[0][0] == "paragraph"
    assert blocks(text)[0][1].startswith("(2) It was")


def test_a_table_becomes_rows(read):
    table = "Theme      Texts   Members\n-------  -------  --------\nGoals          3        12\nTrust          5         9\n"
    assert blocks(read(f"T here\n\n{PROSE}\n{table}\n{PROSE}"))[1] == (
        "table",
        "Theme | Texts | Members\nGoals | 3 | 12\nTrust | 5 | 9",
    )


def test_notes_at_the_end_are_notes(read):
    text = read(
        "T here\n\nChapter 1\n\nAs he says.[1]\n\nNotes\n\n1. In the first edition.\n\n[2] Letters, p. 9.\n"
    )
    assert [kind for kind, _ in blocks(text)] == ["paragraph", "note", "note"]
    assert paths(text)[-1] == ("Notes",)


# Headings


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (["Chapter 1", "Chapter II. The road"], [("Chapter 1",), ("Chapter II. The road",)]),
        (["PART ONE", "CHAPTER I", "CHAPTER II"], [("PART ONE",), ("PART ONE", "CHAPTER I"), ("PART ONE", "CHAPTER II")]),
        (["Preface", "I", "II", "Conclusion"], [("Preface",), ("I",), ("II",), ("Conclusion",)]),
        (["1. Aims", "1.1. Near ones", "2. Means"], [("1. Aims",), ("1. Aims", "1.1. Near ones"), ("2. Means",)]),
        (["THE LONG ROAD", "FOREIGN POLICY"], [("THE LONG ROAD",), ("FOREIGN POLICY",)]),
        (["The Road to the Hills", "Home Again"], [("The Road to the Hills",), ("Home Again",)]),
        (["What is it?\n===========", "A near view\n-----------", "Why?\n===="], [("What is it?",), ("What is it?", "A near view"), ("Why?",)]),
        (["## One", "### Two", "## Three"], [("One",), ("One", "Two"), ("Three",)]),
        (["卷一·牧民上", "第一章 省己", "第二章"], [("卷一·牧民上",), ("卷一·牧民上", "第一章 省己"), ("卷一·牧民上", "第二章")]),
        (["序", "勸學篇第一", "修身篇第二"], [("序",), ("勸學篇第一",), ("修身篇第二",)]),
        (["第一回 甄士隱夢幻識通靈", "第二回 賈夫人仙逝揚州城"], [("第一回 甄士隱夢幻識通靈",), ("第二回 賈夫人仙逝揚州城",)]),
        (["一、学习的目的", "二、学习的方法"], [("一、学习的目的",), ("二、学习的方法",)]),
        (["○ 第一章", "○ 第二章"], [("第一章",), ("第二章",)]),
        (["书画", "器用"], [("书画",), ("器用",)]),
        (["CHAPTER I.\nTHE ROAD.", "CHAPTER II.\nTHE HILL."], [("CHAPTER I: THE ROAD",), ("CHAPTER II: THE HILL",)]),
        (["I\n\nThe Man in the Cave", "II\n\nThe Hill"], [("I. The Man in the Cave",), ("II. The Hill",)]),
        (["Book I\n\nThe Road", "I", "II", "Book II\n\nThe Hill", "III"], [("Book I: The Road",), ("Book I: The Road", "I"), ("Book I: The Road", "II"), ("Book II: The Hill",), ("Book II: The Hill", "III")]),
        (["I\n\nOf Prejudices\n\n1", "2", "II\n\nThe Free Spirit\n\n3"], [("I. Of Prejudices", "1"), ("I. Of Prejudices", "2"), ("II. The Free Spirit", "3")]),
        (["I\n\nI", "II", "II\n\nI", "II"], [("I", "I"), ("I", "II"), ("II", "I"), ("II", "II")]),
    ],
)  # fmt: skip
def test_headings_and_what_stands_below_what(read, headings, expected):
    text = read("Of it all, a book\n\n" + "".join(f"{h}\n\n{PROSE}\n" for h in headings))
    assert paths(text) == expected


@pytest.mark.parametrize(
    "line",
    [
        "Fellow-Citizens of the Senate:",
        "He went home.",
        "“Never!”",
        "Whose?",
        "T. E. S.",
        "Cranwell, 15.8.26",
        "12",
        "1918",
        "IV",
        "- one point",
        "学而时习之，不亦说乎。",
        "他说：“好！”",
    ],
)
def test_a_line_that_stands_alone_is_not_always_a_heading(read, line):
    assert paths(read(f"Of it all, a book\n\n{PROSE}\n{line}\n\n{PROSE}")) == [()]


def test_a_name_under_a_letter_is_no_heading(read):
    text = read(f"Letters home\n\nChapter 1\n\n{PROSE}\nThomas Paine\n\nChapter 2\n\n{PROSE}")
    assert paths(text) == [("Chapter 1",), ("Chapter 2",)]
    assert blocks(text)[1] == ("paragraph", "Thomas Paine")


def test_a_list_of_names_makes_no_headings(read):
    names = "\n\n".join(["Adam Smith", "Eva Rot", "Jon Bar", "Ida Loy", "Max Nil", "Una Voe"])
    assert len(paths(read(f"Who came\n\n{PROSE}\n{names}\n\n{PROSE}"))) == 1


def test_chinese_chapters_between_lines_without_blank_ones_become_sections(read):
    text = read(f"旧事\n\n第一章 开头\n{ZH}{ZH}第二章 后来\n{ZH}{ZH}")
    assert paths(text) == [("第一章 开头",), ("第二章 后来",)]
    assert len(blocks(text)) == 4


def test_short_lines_between_long_chinese_paragraphs_are_headings(read):
    text = read(f"忠告\n\n卷一\n\n　　<strong>拜命第一</strong>\n　　省己\n{ZH}　　戒贪\n{ZH}")
    assert paths(text) == [("卷一", "拜命第一", "省己"), ("卷一", "拜命第一", "戒贪")]


def test_a_list_with_chinese_numbers_is_no_row_of_headings(read):
    text = read(f"学习\n\n{ZH}\n一、多读。\n二、多写。\n三、多想。\n\n{ZH}")
    assert paths(text) == [()]


# What stands around the text


def test_project_gutenberg_is_taken_off_and_its_header_believed(read):
    text = read(
        "﻿The Project Gutenberg eBook of Erewhon\n\nThis ebook is for the use of anyone anywhere.\n\n"
        "Title: Erewhon\n\nAuthor: Samuel Butler\n\nRelease date: March 20, 2005 [eBook #1906]\n"
        "Language: English\n\n*** START OF THE PROJECT GUTENBERG EBOOK EREWHON ***\n\n\n"
        "Produced by David Price\n\n\nEREWHON\n\nby Samuel Butler\n\n\nCHAPTER I\n\n"
        + PROSE
        + "\nCHAPTER II\n\n"
        + PROSE
        + "\n*** END OF THE PROJECT GUTENBERG EBOOK EREWHON ***\n\nUpdated editions will replace the previous one.\n\nSection 1. General Terms of Use\n"
    )
    assert (text.title, text.author, text.year, text.language) == (
        "Erewhon",
        "Samuel Butler",
        None,
        "en",
    )
    assert text.origin("title") == text.origin("author") == "file"
    assert paths(text) == [("CHAPTER I",), ("CHAPTER II",)]
    assert text.left_out == ("licence",)
    assert text.sources == ("Project Gutenberg",)


def test_a_header_of_fields_is_the_record(read):
    text = read(
        f"From: Ana Roe <ana@example.org>\nTo: all\nSubject: On waiting\nDate: Mon, 3 May 2004 10:00:00 +0200\n\n{PROSE}"
    )
    assert (text.title, text.author, text.year) == ("On waiting", "Ana Roe", 2004)
    assert len(blocks(text)) == 1
    text = read(f"标题：学习\n作者：张养浩\n\n{ZH}{ZH}")
    assert (text.title, text.author) == ("学习", "张养浩")


def test_pages_are_joined_without_their_numbers_and_running_heads(read):
    told = [
        f"Of {what} " + ", ".join(f"{what} in the {n}th year" for n in range(9)) + "."
        for what in ("goals", "trust", "maps")
    ]
    pages = []
    for number, words in enumerate(told):
        lines = wrapped(words=words).split("\n")
        pages.append("THE LONG WEEK\n\n" + "\n".join(lines[:2]) + f"\n\n{2 * number + 1}\n")
        pages.append("THE LONG WEEK\n\n" + "\n".join(lines[2:]) + f"\n\n{2 * number + 2}\n")
    text = read("\x0c".join(pages), "week.txt")
    assert [words for _, words in blocks(text)] == told
    assert set(text.left_out) == {"page numbers", "running heads"}


def test_numbers_that_cut_sentences_were_page_numbers(read):
    told = [WORDS.replace("branch", place) for place in ("village", "school", "mill", "harbour")]
    halves = [wrapped(words=words).split("\n") for words in told]
    text = read(
        "The long week\n\n"
        + "".join(
            "\n".join(lines[:2]) + f"\n\n{n}\n\n" + "\n".join(lines[2:]) + "\n"
            for n, lines in enumerate(halves, 11)
        )
    )
    assert [words for _, words in blocks(text)] == told
    assert text.left_out == ("page numbers",)


def test_lines_of_tags_are_no_lines(read):
    assert blocks(read(f"T here\n\n<p>\n{PROSE}<br>\n</p>\n{PROSE}")) == [("paragraph", WORDS)] * 2


def test_lines_about_the_file_and_ends_are_left_out(read):
    text = read(f"#創建日期: 2021/02/06\n#更新日期: 2021/02/27\n\n# 大學\n\n{ZH}\n〔全文完〕\n")
    assert text.title == "大學"
    assert len(blocks(text)) == 1


def test_what_only_decorates_is_left_out(read):
    text = read(
        f"T here\n\n{PROSE}\n* * *\n\n{PROSE}\n-----\n\n[Illustration: A cave]\n\n{PROSE}\nTHE END\n"
    )
    assert len(blocks(text)) == 3


def test_a_table_of_contents_is_left_out(read):
    contents = "CONTENTS\n\nChapter I. The Road ........ 1\nChapter II. The Hill ....... 19\nIndex ............... 44\n\n"
    text = read(
        f"The Long Week\n\n{contents}Chapter I. The Road\n\n{PROSE}\nChapter II. The Hill\n\n{PROSE}"
    )
    assert paths(text) == [("Chapter I. The Road",), ("Chapter II. The Hill",)]
    assert text.left_out == ("contents",)


# The library of the data folder

# What the manifest says otherwise than the file itself: another name of the same
# man, the body that keeps the document, or a name that stands nowhere in the file.
OTHER_AUTHORS = {
    "大學": "曾參",
    "朱子家訓": "朱用純",
    "debian-manifesto": "Ian A. Murdock",
    "論語": "",
    "道德經": "",
    "debian-constitution": "",
}
OTHER_TITLES = {"debian-constitution": "Constitution for the Debian Project (v1.9)"}


@pytest.mark.data
def test_every_plain_text_of_the_library_is_whole_and_named_right():
    folder = shared("data", "library")
    manifest = (folder / "manifest.csv").read_text("utf-8").splitlines()
    rows = [row for row in csv.DictReader(manifest) if row["format"] == "txt"]
    assert len(rows) == 30
    for row in rows:
        path = folder / row["file"]
        text = plain.read(path)
        said = " ".join(
            " ".join(s.path) + " " + " ".join(b.text for b in s.blocks) for s in text.sections
        )
        assert " ".join(row["must_contain"].split()) in " ".join(re.sub(r"[*_]", "", said).split())
        title = OTHER_TITLES.get(path.stem, row["title"].removeprefix("Annual message / "))
        author = OTHER_AUTHORS.get(path.stem, row["author"])
        assert (text.title, text.author) == (title, author)
        assert f"{text.language}-{text.script}".removesuffix("-None") == row["language"]
        assert "Copyright" not in said[:2000]
        assert all(
            heading.strip() and len(heading) < 300 for s in text.sections for heading in s.path
        )


@pytest.mark.parametrize(
    ("line", "width"),
    [("abc", 3), ("“é—ü”", 5), ("学习abc", 7), ("，　。", 6), ("ｱア", 3), ("😀", 2)],
)
def test_chinese_characters_are_two_columns_wide(line, width):
    assert lines.columns(line) == width


def test_a_long_text_is_read_within_its_time(read):
    start = time.process_time()
    read((PROSE + "\n") * 9_000)  # 2 MB: a tenth of the largest
    assert time.process_time() - start < 3
