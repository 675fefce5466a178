"""What files say, and what is said of files that cannot be taken."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

import pytest

from corpus import starter
from corpus.formats import decoding, read
from corpus.texts import TextRefused

BODY = "\n\nSome honest words that stand under the title.\n"


@pytest.fixture
def file(tmp_path):
    def make(content: str | bytes, name: str = "marcus-03.md") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return make


def refusal(path: Path) -> str:
    with pytest.raises(TextRefused) as refused:
        read(path)
    return str(refused.value)


# Markdown


def test_headings_become_paths_and_blocks_keep_their_kind(file):
    text = read(
        file(
            "---\ntitle: T\nlanguage: en\n---\n\nBefore.\n\n# One\n\nA *b* **c** [link](http://x).\n\n"
            "## Two\n\n- x\n- y\n  1. z\n\n> said\n> so\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
            "# Three\n\nroses\\\nviolets\n"
        )
    )
    assert [(s.path, [(b.kind, b.text) for b in s.blocks]) for s in text.sections] == [
        ((), [("paragraph", "Before.")]),
        (("One",), [("paragraph", "A *b* **c** link.")]),
        (
            ("One", "Two"),
            [("list", "- x\n- y\n  1. z"), ("quote", "said so"), ("table", "a | b\n1 | 2")],
        ),
        (("Three",), [("verse", "roses\nviolets")]),
    ]


def test_front_matter_fills_the_record(file):
    text = read(
        file(
            "---\ntitle: 'On: patience'\nauthor: Ana\nlanguage: zh-CN\nyear: -350\nthemes: [a, b-c, a]\n"
            "roles: member\nlevel: advanced\nminutes: 9\nseries: S\nseries_position: 2\n"
            "version_of: x\nlicence: CC0-1.0\nsources:\n  - One\n  - Two\nextra: {kept: out}\n---"
            + BODY
        )
    )
    assert (text.title, text.author, text.language, text.year) == (
        "On: patience",
        "Ana",
        "zh",
        -350,
    )
    assert (text.themes, text.roles, text.level, text.minutes) == (
        ("a", "b-c"),
        ("member",),
        "advanced",
        9,
    )
    assert (text.series, text.series_position, text.version_of) == ("S", 2, "x")
    assert (text.licence, text.sources, text.slug) == ("CC0-1.0", ("One", "Two"), "marcus-03")


def test_without_front_matter_the_first_heading_is_the_title(file):
    text = read(file("# Of patience\n\n## Waiting\n\n" + "Words to read and to keep. " * 300))
    assert text.title == "Of patience"
    assert [s.path for s in text.sections] == [("Waiting",)]
    assert (text.language, text.minutes) == ("en", 9)


def test_html_is_left_out_of_the_words(file):
    text = read(
        file("---\ntitle: T\n---\n<script>alert(1)</script>\n\nA <b>bold</b> word &amp; more.\n")
    )
    assert text.sections[0].blocks[0].text == "A bold word & more."


def test_wrapped_chinese_lines_join_without_a_space(file):
    assert (
        read(file("---\ntitle: T\n---\n\n我们一起\n读书。\n")).sections[0].blocks[0].text
        == "我们一起读书。"
    )


def test_without_a_title_the_name_of_the_file_is_the_title(file):
    text = read(file("---\nauthor: X\n---" + BODY, "on-the-long-road.md"))
    assert (text.title, text.author) == ("On the Long Road", "X")
    assert (text.origin("title"), text.origin("author")) == ("name", "file")
    assert read(file("Just words." + BODY, "up-from-slavery--booker-t-washington.md")).author == (
        "Booker T. Washington"
    )


@pytest.mark.parametrize(
    ("front", "words"),
    [
        ("title: [a", "not valid YAML at line"),
        ("title: One: two", "needs quotes"),
        ("- a\n- b", "not a list of fields"),
        ("just words", "not a list of fields"),
        ("title: 2024", "Put it in quotes"),
        ("title: [a, b]", "is not text"),
        ("title: ''", 'no "title:" line'),
        ("title: '   '", 'empty "title:" line'),
        (f"title: {'x' * 10_000}", "10,000 characters; 300 is the most"),
        ("title: T\nlanguage: fr", 'says "language: fr"; the library knows en and zh'),
        ("title: T\nlanguage: 5", "is not text"),
        ("title: T\nlevel: expert", "must be one of introductory, intermediate, advanced"),
        ("title: T\nlevel: [advanced]", "must be one of"),
        ("title: T\nyear: soon", "not a whole number"),
        ("title: T\nyear: true", "not a whole number"),
        ("title: T\nyear: 9223372036854775808", "not a whole number"),
        ("title: T\nminutes: 0", "not a whole number"),
        ("title: T\nthemes: 3", "not a list of texts"),
        ("title: T\nthemes: [1, 2]", "not a list of texts"),
        ("title: T\nthemes: [Big Theme]", "is not an id"),
        ("title: T\nseries: S", 'no "series_position:" line'),
        ("title: T\nversion_of: '../x'", "is not an id"),
        (f"title: T\nauthor: {'x' * 501}", "501 characters"),
        ("title: T\nsources: {a: b}", "not a list of texts"),
        ("title: !!python/object/apply:os.system [ls]", "not valid YAML"),
    ],
)
def test_broken_front_matter_is_refused_by_name(file, front, words):
    message = refusal(file(f"---\n{front}\n---{BODY}"))
    assert words in message
    assert "marcus-03.md" in message


def test_front_matter_that_never_ends_is_refused(file):
    assert "is not closed" in refusal(file("---\ntitle: T\n\nWords.\n"))


def test_a_bomb_of_yaml_aliases_is_refused_briefly(file):
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{n}: &{n} [{', '.join(['*' + o] * 9)}]"
        for o, n in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    message = refusal(file("---\n" + "\n".join(lines) + "\ntitle: *i\n---" + BODY))
    assert len(message) < 300


def test_a_title_without_text_is_refused(file):
    assert "no text under it" in refusal(file("---\ntitle: T\n---\n\n## Only a heading\n"))


def test_a_text_in_another_language_is_refused_unless_it_says_otherwise(file):
    french = "Les membres se réunissent chaque semaine pour étudier ensemble et pour discuter. " * 6
    assert "seems to be written in French" in refusal(file(f"---\ntitle: T\n---\n{french}"))
    assert read(file(f"---\ntitle: T\nlanguage: en\n---\n{french}")).language == "en"


# Every format


def test_an_unknown_suffix_is_refused_with_the_known_ones(file):
    message = refusal(file("x", "report.xyz"))
    assert "report.xyz is not in a format the library reads (.md" in message


def test_empty_and_blank_files_are_refused(file):
    assert "is empty (0 bytes)" in refusal(file(b""))
    assert "is empty: there is no text" in refusal(file("\n \n\t\n", "blank.txt"))


def test_a_file_over_20_mb_is_refused_unread(tmp_path):
    path = tmp_path / "huge.txt"
    with path.open("wb") as f:
        f.truncate(21 * 1024 * 1024)
    assert "21 MB; 20 MB is the most" in refusal(path)


def test_what_is_not_an_ordinary_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "folder.md").mkdir()
    assert "not an ordinary file" in refusal(tmp_path / "pipe.md")
    assert "not an ordinary file" in refusal(tmp_path / "folder.md")
    assert "cannot be read" in refusal(tmp_path / "missing.md")


# Plain text

ZH = "学习使人进步，我们大家都要学习。\n\n没有调查就没有发言权，这是老话，也是实话。\n\n他们在这里读书，也在这里做事。\n"
ZH_TRADITIONAL = "學習使人進步，我們大家都要學習。\n\n沒有調查就沒有發言權，這是老話，也是實話。\n\n他們在這裡讀書，也在這裡做事。\n"
EN = "The café’s rules\n\nNaïve people think “rules” are enough — they are not.\n\nA second paragraph follows here.\n"


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gbk", "gb18030"],
)
def test_simplified_chinese_in_the_encodings_people_have(file, encoding):
    text = read(file(ZH.encode(encoding), "notes.txt"))
    assert text.language == "zh"
    assert text.sections[0].blocks[1].text == "没有调查就没有发言权，这是老话，也是实话。"


@pytest.mark.parametrize("encoding", ["big5", "utf-16", "gb18030"])
def test_traditional_chinese_in_the_encodings_people_have(file, encoding):
    text = read(file(ZH_TRADITIONAL.encode(encoding), "notes.txt"))
    assert text.sections[0].blocks[1].text == "沒有調查就沒有發言權，這是老話，也是實話。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_english_in_the_encodings_people_have(file, encoding):
    text = read(file(EN.replace("\n", "\r\n").encode(encoding), "rules.txt"))
    assert text.title == "The café’s rules"
    assert (
        text.sections[0].blocks[0].text == "Naïve people think “rules” are enough — they are not."
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (bytes(range(128, 256)) * 20, "encoding of odd.txt cannot be told"),
        (
            "Привет, товарищи! Сегодня мы читаем книгу вместе.".encode("koi8-r") * 20,
            "cannot be told",
        ),
        ("日本語の文章です。みんなで読みます。".encode("shift_jis") * 20, "cannot be told"),
        (b"\xff\xfea\x00b", "damaged at byte"),
        (b"some text\x00more text" * 9, "NUL bytes"),
        (b"\x7fELF\x01\x02\x03\x04" * 99, "not a text file"),
    ],
)
def test_bytes_that_cannot_be_told_are_refused(file, content, words):
    assert words in refusal(file(content, "odd.txt"))


def _traditional():
    lines = (files("opencc") / "dictionary" / "STCharacters.txt").read_text("utf-8").splitlines()
    return {ord(line[0]): line.split("\t")[1].split()[0] for line in lines if line[1:2] == "\t"}


TRADITIONAL = _traditional()
OLD = "蓋聞古之為國者，先富其民而後教之。饑者不可以禮義，勞者不可以詩書，此理之常也。"
POEM = "白日依山盡，黃河入海流。\n欲窮千里目，更上一層樓。\n"
MIXED = "Meeting notes 會議記錄\n- agenda: 討論新書\nSee https://x.y/z, and bring your own copy.\n"


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "big5", "cp950", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("source", [OLD, POEM, MIXED, "學習,工作;生活.讀書(第一章)\n"])
def test_short_chinese_texts_are_told_by_their_commonest_characters(encoding, source):
    assert decoding.decode(source.encode(encoding), "a.txt") == source


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "big5", "utf-16-le", "utf-16-be"])
def test_windows_of_any_text_are_decoded_right_or_refused(encoding):
    """60 characters at a time, from all Chinese texts of the starter library."""
    refused = read_wrong = windows = 0
    for path in sorted(starter.folder().rglob("zh/*.md")):
        source = path.read_text("utf-8").split("---\n", 2)[2].replace("\n", "")
        source = source.translate(TRADITIONAL) if encoding == "big5" else source
        for start in range(0, len(source) - 60, 180):
            window = source[start : start + 60]
            windows += 1
            data = window.encode(encoding, "ignore")
            try:
                read_wrong += decoding.decode(data, "a.txt") != data.decode(encoding)
            except TextRefused:
                refused += 1
    assert windows > 200
    assert read_wrong == 0
    assert refused <= windows / 50


def test_a_text_cut_off_within_a_character_is_read_to_there(file):
    whole = "学习使人进步，我们大家都要学习。" * 100
    for encoding in ("utf-8", "gbk"):
        assert decoding.decode(whole.encode(encoding)[:-1], "a.txt") == whole[:-1]
    damaged = bytearray(whole.encode("utf-8"))
    damaged[999] = 0xFF
    assert decoding.decode(bytes(damaged), "a.txt").count("\ufffd") <= 3


def test_marks_that_nobody_sees_are_left_out():
    assert decoding.decode("\ufeffword\u2060—\u200bjoiner soft\u00adhyphen".encode(), "a.txt") == (
        "word—joiner softhyphen"
    )


@pytest.mark.parametrize(
    ("encoding", "source"),
    [
        ("euc_jp", "日本語の文章です。みんなで本を読みます。"),
        ("euc_kr", "오늘은 날씨가 좋습니다. 우리는 함께 책을 읽습니다."),
        ("cp1251", "Привет, товарищи! Сегодня мы читаем книгу вместе."),
    ],
)
@pytest.mark.parametrize("times", [1, 20])
def test_other_old_encodings_are_refused_and_not_taken_for_chinese(file, encoding, source, times):
    assert "cannot be told" in refusal(file(source.encode(encoding) * times, "odd.txt"))


def test_hard_wrapped_prose_is_joined_and_verse_left_alone(file):
    prose = (
        "It was the habit of the old branch to read aloud for one hour\n"
        "before anybody was allowed to speak, and those who came late had\n"
        "to wait outside the door until the reader had closed the book and\n"
        "put it on the table."
    )
    verse = "I met a man\nwho carried a can,\nand in the can\na fish that ran."
    text = read(file(f"Title here\n\n{prose}\n\n{prose}\n\n{verse}\n", "book.txt"))
    kinds = [(b.kind, b.text.count("\n")) for b in text.sections[0].blocks]
    assert kinds == [("paragraph", 0), ("paragraph", 0), ("verse", 3)]
    assert "for one hour before anybody" in text.sections[0].blocks[0].text


def test_long_lines_are_paragraphs_of_their_own(file):
    line = "这一段很长，写的是我们怎样读书，怎样做笔记，怎样把读到的用到工作里去。" * 4
    text = read(file(f"{line}\n{line}\n{line}\n", "长文.txt"))
    assert len(text.sections[0].blocks) == 3
    assert text.title == "长文"


def test_chapters_of_plain_text_become_sections(file):
    text = read(
        file("My book\n\nChapter 1\n\nWords one.\n\nChapter II. The road\n\nWords two.\n", "b.txt")
    )
    assert [s.path for s in text.sections] == [("Chapter 1",), ("Chapter II. The road",)]


def test_a_first_line_that_is_a_sentence_is_not_the_title(file):
    text = read(file("It began on a Monday.\n\nThen it went on.\n", "the-long_week.txt"))
    assert text.title == "The Long Week"
    assert len(text.sections[0].blocks) == 2


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Letter 3 (draft).txt", "letter-3-draft"),
        ("Ana's Notes.txt", "anas-notes"),
        ("Café.txt", "cafe"),
    ],
)
def test_slugs_come_from_file_names(file, name, slug):
    assert read(file(EN, name)).slug == slug


def test_names_without_latin_letters_get_different_slugs(file):
    one, two = read(file(ZH, "学习.txt")).slug, read(file(ZH, "实践.txt")).slug
    assert one != two
    assert one.startswith("text-")
    assert len(read(file(EN, "n" * 200 + ".txt")).slug) <= 80
