"""What is kept out of the passages: licences, imprints, contents, indexes. And what is not."""

from __future__ import annotations

import time

import pytest

from corpus.formats import matter
from corpus.texts import Block, Section

TEXT = (
    "The members met on a Monday and read aloud, and nobody spoke before the page was done. " * 12
)
ZH = "成员星期一开会，先一起读书，读完一页才说话，说的都记下来，下次再看。" * 20


def section(heading: str, *blocks: str, kind="paragraph") -> Section:
    path = tuple(heading.split(" / ")) if heading else ()
    return Section(path, tuple(Block(kind, block) for block in blocks))


BOOK = [section(f"Chapter {n}", TEXT, TEXT) for n in range(1, 20)]
BOOK_ZH = [section(f"第{n}章", ZH, ZH) for n in "一二三四五六七八九"]


def headings(sections):
    return [" / ".join(s.path) for s in sections]


@pytest.mark.parametrize(
    ("matter_section", "kind"),
    [
        (section("Copyright", "Copyright © 1999 by Ana Roe. All rights reserved.", "ISBN 0-14-143951-3"), "licence"),
        (section("License", "This work is licensed under a Creative Commons Attribution 4.0 licence."), "licence"),
        (section("License", "MIT License", "Copyright (c) 2020 Ana", "Permission is hereby granted, free of charge, to any person " + "obtaining a copy of this software without warranty " * 100), "licence"),
        (section("Imprint", "This ebook was produced for Standard Ebooks by Ana Roe, and is based on a transcription by Jon Bar for Project Gutenberg."), "licence"),
        (section("Uncopyright", "May you do good and not evil.", "Copyright pages exist to tell you that you can't do something. Unlike them, this Uncopyright page exists to tell you that the writing and artwork in this ebook are believed to be in the United States public domain. " * 3 + "The creators dedicate it via the CC0 terms."), "licence"),
        (section("Colophon", "Erewhon was published in 1872 by Samuel Butler. The cover page is adapted from a painting. It is set in Garamond type."), "colophon"),
        (section("THE FULL PROJECT GUTENBERG LICENSE", "PLEASE READ THIS BEFORE YOU DISTRIBUTE. " * 300), "licence"),
        (section("About this ebook", "Produced by volunteers.", "The text is in the public domain."), "licence"),
        (section("Contents", "- Chapter 1\n- Chapter 2\n- Chapter 3", kind="list"), "contents"),
        (section("Table of Contents", "Chapter 1 ..... 7\nChapter 2 ..... 19", kind="verse"), "contents"),
        (section("List of Illustrations", "- The house\n- The garden", kind="list"), "contents"),
        (section("Index", "Aristotle, 12, 45-47\nCourage, 88\nDuty, 3, 9n, 200\nsee also Courage, 90", kind="verse"), "index"),
        (section("Also by Ana Roe", "The Long Week\nThe Short Day", kind="verse"), "advertisement"),
        (section("版权页", "书名：学习\n作者：张三\n出版社：人民出版社\nISBN 978-7-01-000000-0\n定价：30.00元\n版次：2001年第1版", kind="verse"), "licence"),
        (section("版权信息", "版权所有，侵权必究。", "责任编辑：李四"), "licence"),
        (section("图书在版编目（CIP）数据", "学习／张三著．北京：人民出版社，2001", "ISBN 7-01-000000-0", "中国版本图书馆CIP数据核字"), "licence"),
        (section("目录", "第一章 开头\n第二章 后来\n第三章 结尾", kind="verse"), "contents"),
        (section("索引", "孔子, 12, 15\n孟子, 33\n荀子, 40-41", kind="verse"), "index"),
    ],
)  # fmt: skip
def test_matter_at_the_ends_is_left_out(matter_section, kind):
    for sections in ([matter_section, *BOOK], [*BOOK, matter_section], [*BOOK_ZH, matter_section]):
        kept, left_out = matter.without(sections)
        assert matter_section.path not in [s.path for s in kept]
        assert len(kept) == len(sections) - 1
        assert left_out == (kind,)


@pytest.mark.parametrize(
    "text_section",
    [
        section("Preface", TEXT),
        section("Dedication", "To my wife."),
        section("Acknowledgements", "I thank the printers, who printed it in London."),
        section("Notes", "1. Published in 1901.", "2. Letters, 45."),
        section("Appendix", TEXT),
        section("出版说明", "本书收入作者的文章，由人民出版社出版，责任编辑做了校对。" + ZH),
        section("凡例", ZH),
        section("Copyright", "Copyright as we know it began in 1710 with a statute. " + TEXT),
        section("Licensing", "When you make a creative work, it is under exclusive copyright by default. Choose a licence: works licensed under Creative Commons may be shared, those in the public domain too. " + TEXT),
        section("License", "Which licence should our group choose? All rights reserved is the default. " + TEXT),
        section("Contents", "The box held four things. They were old. Nobody knew whose they had been. We counted them twice, and wrote the numbers down for the others."),
        section("Index", "The price index rose in that year.", "It fell in the next."),
        section("Colophon", "The name of the town is Colophon, and Homer was born there. " * 3),
        section("目录", "目录学是研究书籍怎样编排的学问，历代都有人下功夫。" * 5),
        section("Also by night", TEXT),
    ],
)  # fmt: skip
def test_text_with_a_heading_like_matter_is_kept(text_section):
    for sections in ([text_section, *BOOK], [*BOOK, text_section]):
        kept, left_out = matter.without(sections)
        assert headings(kept) == headings(sections)
        assert left_out == ()


def test_in_the_middle_of_a_text_a_licence_is_text():
    notice = section(
        "License", "This work is licensed under Creative Commons. All rights reserved. © 1999"
    )
    sections = [*BOOK[:9], notice, *BOOK[9:]]
    assert len(matter.without(sections)[0]) == len(sections)


def test_what_stands_below_matter_goes_with_it():
    sections = [*BOOK, section("THE FULL PROJECT GUTENBERG LICENSE", "Please read this."), section("THE FULL PROJECT GUTENBERG LICENSE / Section 1", "Terms.")]  # fmt: skip
    assert headings(matter.without(sections)[0]) == headings(BOOK)


@pytest.mark.parametrize(
    "line",
    [
        "This work is licensed under a CC BY 4.0 licence.",
        "*Except where otherwise noted, the content of this site is licensed under CC BY.*",
        "© 2019 Ana Roe. All rights reserved.",
        "本作品采用知识共享署名 4.0 国际许可协议进行许可。",
        "版权所有，侵权必究",
    ],
)
def test_a_licence_line_at_the_foot_is_left_out(line):
    sections = [*BOOK[:3], section("Chapter 4", TEXT, line)]
    kept, left_out = matter.without(sections)
    assert [b.text for b in kept[-1].blocks] == [TEXT]
    assert left_out == ("licence",)


def test_an_imprint_without_a_heading_is_left_out():
    front = section(
        "",
        "First published in Great Britain in 1999",
        "Copyright © Ana Roe 1999",
        "ISBN 0-14-143951-3",
        "Printed in England by Clays Ltd",
        TEXT,
    )
    kept, left_out = matter.without([front, *BOOK])
    assert [b.text for b in kept[0].blocks] == [TEXT]
    assert left_out == ("licence",)


def test_a_list_that_only_repeats_the_headings_is_left_out():
    entries = "\n".join(f"- Chapter {n}" for n in range(1, 20))
    kept, left_out = matter.without(
        [Section((), (Block("list", entries), Block("paragraph", TEXT))), *BOOK]
    )
    assert [b.text for b in kept[0].blocks] == [TEXT]
    kept, left_out = matter.without(
        [section("", "Chapter 1", "Chapter 2", "Chapter 3", TEXT), *BOOK[:4]]
    )
    assert [b.text for b in kept[0].blocks] == [TEXT]
    assert left_out == ("contents",)


def test_a_list_of_aims_that_have_a_chapter_each_is_text():
    aims = Section((), (Block("paragraph", "We want:"), Block("list", "- Chapter 1\n- Chapter 2\n- Chapter 3")))  # fmt: skip
    assert matter.without([aims, *BOOK])[0][0] == aims


def test_only_what_stands_between_gutenbergs_marks_is_text():
    sections = [
        section("", "The Project Gutenberg eBook of Erewhon", "*** START OF THE PROJECT GUTENBERG EBOOK EREWHON ***"),
        *BOOK,
        section("Chapter 20", TEXT, "*** END OF THE PROJECT GUTENBERG EBOOK EREWHON ***", "Updated editions will replace it."),
        section("Section 1. General Terms", TEXT),
    ]  # fmt: skip
    kept, left_out = matter.without(sections)
    assert headings(kept) == [*headings(BOOK), "Chapter 20"]
    assert left_out == ("licence",)


def test_a_text_that_is_nothing_but_a_licence_is_kept():
    sections = (section("License", "This work is licensed under CC BY 4.0."),)
    assert matter.without(sections) == (sections, ())
    assert matter.without([]) == ((), ())


def test_hostile_lines_take_no_more_than_seconds():
    start = time.perf_counter()
    for text in (
        "." * 2_000_000,
        ". " * 1_000_000,
        "1" * 2_000_000,
        "x\n" * 500_000,
        "©" * 1_000_000,
    ):
        matter.without(
            [section("Contents", text), section("Index", text), section("", text, text), *BOOK]
        )
    assert time.perf_counter() - start < 20
