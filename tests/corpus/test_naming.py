"""What names of files and headings say: titles, authors, languages, years. And rubbish."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.formats import naming, people
from corpus.formats.naming import Named


@pytest.mark.parametrize(
    ("stem", "named"),
    [
        ("the-origin-of-species--charles-darwin", Named("The Origin of Species", "Charles Darwin")),
        ("up-from-slavery--booker-t-washington", Named("Up from Slavery", "Booker T. Washington")),
        ("whats-wrong-with-the-world--g-k-chesterton", Named("What’s Wrong with the World", "G. K. Chesterton")),
        ("henry-iv--william-shakespeare", Named("Henry IV", "William Shakespeare")),
        ("democracy-in-america--alexis-de-tocqueville", Named("Democracy in America", "Alexis de Tocqueville")),
        ("manifesto--karl-marx_friedrich-engels", Named("Manifesto", "Karl Marx, Friedrich Engels")),
        ("how-to-read--mortimer-adler--1940", Named("How to Read", "Mortimer Adler", None, 1940)),
        ("consolation-h-r-james--boethius", Named("Consolation", "Boethius")),
        ("metrics.zh-hans", Named("Metrics", "", "zh")),
        ("preface.zh-CN", Named("Preface", "", "zh")),
        ("title_en", Named("Title", "", "en")),
        ("学习笔记（英文版）", Named("学习笔记", "", "en")),
        ("the-history-of-the-english", Named("The History of the English")),
        ("《论语》孔子", Named("论语", "孔子")),
        ("鲁迅《呐喊》", Named("呐喊", "鲁迅")),
        ("孔子：论语", Named("论语", "孔子")),
        ("第一章：开始", Named("第一章：开始")),
        ("庄子-庄周", Named("庄子", "庄周")),
        ("罗贯中-三国演义", Named("三国演义", "罗贯中")),
        ("三国演义_罗贯中", Named("三国演义", "罗贯中")),
        ("实践论（毛泽东，1937）", Named("实践论", "毛泽东", None, 1937)),
        ("红楼梦 曹雪芹", Named("红楼梦", "曹雪芹")),
        ("张三-李四", Named("张三 李四")),
        ("韩非子", Named("韩非子")),
        ("Samuel Butler - Erewhon (1872)", Named("Erewhon", "Samuel Butler", None, 1872)),
        ("Erewhon - Samuel Butler", Named("Erewhon", "Samuel Butler")),
        ("Butler, Samuel - Erewhon", Named("Erewhon", "Samuel Butler")),
        ("Chapter 1 - Introduction", Named("Chapter 1 - Introduction")),
        ("03 - motivation", Named("Motivation")),
        ("01_title", Named("Title")),
        ("3. On liberty", Named("On liberty")),
        ("12-angry-men", Named("12 Angry Men")),
        ("1984", Named("1984")),
        ("Annual report 2019", Named("Annual report 2019")),
        ("2023-05-01-my-post", Named("My Post", "", None, 2023)),
        ("Handbook_2014-08-07", Named("Handbook", "", None, 2014)),
        ("1945-Truman", Named("1945", "Truman", None, 1945)),
        ("sotu-1790-Washington-1", Named("State of the Union 1790", "Washington", None, 1790)),
        ("18f-bias", Named("18F Bias")),
        ("café-culture", Named("Café Culture")),
    ],
)  # fmt: skip
def test_what_the_name_of_a_file_says(stem, named):
    assert naming.from_name(stem) == named


@pytest.mark.parametrize(
    ("stem", "title"),
    [
        ("..", "Untitled"),
        ("", "Untitled"),
        ("-_-", "Untitled"),
        ("../../etc/passwd", "Etc Passwd"),
        ("notes\x00\x1b[31m", "Notes [31M"),
        ("\u202egnp.exe", "Gnp.exe"),
        ("🎉读书笔记🎉", "读书笔记"),
        ("🎉", "🎉"),
        ("a\u200bb\ufeffc", "Abc"),
        ("long " * 100, ("Long " * 59).strip() + "…"),
    ],
)
def test_whatever_the_name_the_title_can_be_shown(stem, title):
    assert naming.from_name(stem).title == title


@given(st.text(max_size=400))
def test_every_name_gives_a_title_of_one_printable_line(stem):
    named = naming.from_name(stem)
    assert 0 < len(named.title) <= naming.MAX_TITLE
    assert named.title == named.title.strip()
    for text in (named.title, named.author):
        assert all(unicodedata.category(c)[0] != "C" or c == "\u200d" for c in text)
        assert ".." not in text or "…" in text


@pytest.mark.parametrize(
    ("heading", "title", "author"),
    [
        ("浮生六記|〔清〕沈復 撰", "浮生六記", "沈復"),
        ("朱子家訓|〔明末清初〕朱用純", "朱子家訓", "朱用純"),
        ("金剛經 〔姚秦〕鳩摩羅什 譯", "金剛經", "鳩摩羅什譯"),
        ("史通 刘知几 著", "史通", "刘知几"),
        ("《论语》", "论语", ""),
        ("论语（杨伯峻译注）", "论语（杨伯峻译注）", ""),
        ("学习（第二版）", "学习（第二版）", ""),
        ("THE EVERLASTING MAN", "The Everlasting Man", ""),
        ("NASA", "NASA", ""),
        ("Walden by Henry David Thoreau", "Walden", "Henry David Thoreau"),
        ("Stand by Me", "Stand by Me", ""),
        ("On Liberty | John Stuart Mill", "On Liberty", "John Stuart Mill"),
        ("Postmortems | PagerDuty", "Postmortems | PagerDuty", ""),
    ],
)
def test_a_heading_may_name_the_author_too(heading, title, author):
    assert naming.title_and_author(heading) == (title, author)


@pytest.mark.parametrize(
    "title",
    ["Untitled", "untitled-1", "Untitled Document", "New Page 1", "新建文档", "Document1", "Microsoft Word - a.doc", "PowerPoint Presentation", "未命名", "未命名文档 2",
     "无标题文档", "新建文本文档", "index", "Home", "readme", "My report.pdf", "a b.docx", "目录", "...", "", "title page"],
)  # fmt: skip
def test_titles_that_programs_make_are_junk(title):
    assert naming.is_junk(title)


@pytest.mark.parametrize(
    "title", ["The Book of Job", "Home Rule", "Index of Prohibited Books", "Start with why", "Walden", "学习", "文件管理的方法"]
)  # fmt: skip
def test_titles_that_people_give_are_not_junk(title):
    assert not naming.is_junk(title)


# People


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Butler, Samuel", "Samuel Butler"),
        ("Butler, Samuel, 1835-1902", "Samuel Butler"),
        ("Du Bois, W. E. B.", "W. E. B. Du Bois"),
        ("von Goethe, Johann Wolfgang", "Johann Wolfgang von Goethe"),
        ("Smith, John and Doe, Jane", "John Smith, Jane Doe"),
        ("Dickens, Charles; Collins, Wilkie", "Charles Dickens, Wilkie Collins"),
        ("John Smith, Jane Doe and Bob Ray", "John Smith, Jane Doe, Bob Ray"),
        (["Karl Marx", "Friedrich Engels", "Karl Marx"], "Karl Marx, Friedrich Engels"),
        ([{"name": "Ana Roe"}, {"x": 1}, 5], "Ana Roe"),
        ("18F, US General Services Administration", "18F, US General Services Administration"),
        ("Booker T. Washington, Jr.", "Booker T. Washington, Jr."),
        ("By SAMUEL BUTLER", "Samuel Butler"),
        ("Jane Roe <jane@example.org>", "Jane Roe"),
        ("by Jane Austen.", "Jane Austen"),
        ("王小波著", "王小波"),
        ("作者：张养浩", "张养浩"),
        ("（唐）吴兢 撰", "吴兢"),
        ("清·曹雪芹", "曹雪芹"),
        ("[美] 约翰·杜威 著", "约翰·杜威"),
        ("张三 著，李四 译", "张三"),
        ("鳩摩羅什 譯", "鳩摩羅什譯"),
        ("朱熹、吕祖谦", "朱熹、吕祖谦"),
        ("朱熹 吕祖谦", "朱熹、吕祖谦"),
        ("Anonymous", "Anonymous"),
        ("Microsoft Office User", ""),
        ("blum_m", ""),
        ("DOMAIN\\user", ""),
        ("Unknown", ""),
        ("管理员", ""),
        (None, ""),
        (7, ""),
        ({"x": "y"}, ""),
    ],
)
def test_authors_are_shown_alike_however_they_are_written(said, shown):
    assert people.people(said) == shown


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("by Samuel Butler", "Samuel Butler"),
        ("*By Karl Marx and Friedrich Engels*", "Karl Marx, Friedrich Engels"),
        ("Written by  Ian A. Murdock", "Ian A. Murdock"),
        ("By Mary Wollstonecraft, 1792", "Mary Wollstonecraft"),
        ("By Plato", "Plato"),
        ("by Zitkála-Šá", "Zitkála-Šá"),
        ("作者：张养浩", "张养浩"),
        ("（唐）吴兢 撰", "吴兢"),
        ("（法）卢梭著 何兆武译", "卢梭"),
        ("by the sea", ""),
        ("By and large", ""),
        ("by A Lady", ""),
        ("Translated by Benjamin Jowett", ""),
        ("吴兢", ""),
        ("（十一月初一日缺）", ""),
        ("文学研究", ""),
    ],
)
def test_a_line_that_names_an_author_and_nothing_else(line, author):
    assert people.author_of_line(line) == author


def test_right_under_a_title_a_bare_name_is_enough():
    assert people.author_of_line("刘知几", under_title=True) == "刘知几"
    assert people.author_of_line("T. E. Lawrence", under_title=True) == "T. E. Lawrence"
    for line in ("第一章", "卷一·上", "Prefatory Note", "白话文", "学习方法"):
        assert people.author_of_line(line, under_title=True) == ""


@given(st.text(max_size=300))
def test_any_line_can_be_asked_for_people(line):
    people.people(line)
    people.author_of_line(line, under_title=True)
    naming.title_and_author(line)
    naming.is_junk(line)
