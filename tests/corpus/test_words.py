"""One tokenisation for both languages."""

from __future__ import annotations

import re
import sqlite3
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import words

CHINESE = {
    "p1": "我们每个月学习一次，学习之后写心得。",
    "p2": "没有调查研究，就没有发言权。",
    "p3": "學校裏的調查很多，研究很少。",
    "p4": "老人说，锻炼身体最要紧。",
}


@pytest.fixture
def index():
    db = sqlite3.connect(":memory:")
    db.execute("create virtual table fts using fts5(id unindexed, body, tokenize = 'unicode61')")
    for name, text in CHINESE.items():
        db.execute("insert into fts values (?, ?)", (name, words.search_text(text)))
    yield lambda q: [
        row[0]
        for row in db.execute(
            "select id from fts where fts match ? order by bm25(fts), id", (words.query(q),)
        )
    ]
    db.close()


def test_english_words_are_stemmed_and_folded():
    assert words.tokens("The Members' STUDIES: naïve café, don’t!") == [
        "the", "member", "studi", "naiv", "cafe", "dont",
    ]  # fmt: skip


def test_chinese_gives_characters_and_pairs():
    assert words.tokens("学习心得") == ["学", "习", "心", "得", "学习", "习心", "心得"]


def test_traditional_meets_simplified():
    assert words.tokens("調查研究") == words.tokens("调查研究")


def test_wide_letters_and_numbers_are_kept():
    assert words.tokens("ＡＢＣ 1958年 3.5") == ["abc", "1958", "年", "3", "5"]


def test_a_mixed_run_is_taken_apart():
    assert words.tokens("读Python书") == ["读", "python", "书"]


@pytest.mark.parametrize(
    ("query", "first"),
    [("学习", ["p1"]), ("學習", ["p1"]), ("锻炼身体", ["p4"]), ("調查研究", ["p2", "p3"])],
)
def test_short_chinese_queries_find_their_passages(index, query, first):
    assert index(query)[: len(first)] == first


def test_a_six_character_query_finds_its_passage(index):
    assert index("没有调查研究")[0] == "p2"


def test_a_two_character_query_does_not_find_half_of_the_word(index):
    assert index("学习") == ["p1"]  # p3 holds 学 in 學校


def test_a_single_character_finds_something(index):
    assert index("说") == ["p4"]


@given(st.text(max_size=80))
def test_no_query_is_a_syntax_error(text):
    db = sqlite3.connect(":memory:")
    db.execute("create virtual table fts using fts5(body, tokenize = 'unicode61')")
    expression = words.query(text)
    if expression:
        db.execute("select * from fts where fts match ?", (expression,)).fetchall()
    db.close()


@pytest.mark.parametrize(
    "text", ['"', "a AND (b", "NEAR(", "col:x*", "-^", "𬀀", "\x00a", "\ud800"]
)
def test_marks_that_mean_something_to_fts5_are_harmless(index, text):
    if words.query(text):
        index(text)


def test_a_whole_essay_is_a_query_of_limited_length(index):
    expression = words.query(" ".join(f"word{i}" for i in range(20_000)))
    assert expression.count(" OR ") == words.MAX_QUERY_WORDS - 1
    index(" ".join(f"word{i}" for i in range(20_000)))


def test_words_are_counted_as_a_reader_counts():
    assert words.count("don't 3.14 well-known 学习 a—b") == 7


_LETTERS = rf"[^\W_{words.HAN}]+"
_WORD = re.compile(rf"[{words.HAN}]|{_LETTERS}(?:['’.,-]{_LETTERS})*")


@given(
    st.text(alphabet="ab1?'’.,- -_中學〇々豈𠀀、。“”éªµ½×ю①Ⅳ\u0301😀６\u3000\n○", max_size=20)
    | st.text()
)
def test_words_are_counted_as_a_pattern_would_find_them_in_any_writing(text):
    assert words.count(text) == len(_WORD.findall(text))


@given(st.text())
def test_letters_are_those_of_any_writing(text):
    han = re.compile(f"[{words.HAN}]")  # one of them is no letter to Python: 〇
    assert words.letters(text) == sum(c.isalpha() or bool(han.match(c)) for c in text)


def test_chinese_characters_are_a_share_of_all_letters():
    assert words.han_share("学习 ab 12 。") == 0.5
    assert words.han_share("12 ...") == 0.0
    assert words.han_share("二〇二六") == 1.0


def test_five_million_letters_without_a_space_are_counted():
    assert words.count("x" * 5_000_000) == 1


def test_threads_do_not_disturb_each_other():
    expected = words.tokens("studies reflections learning organisations " * 200)
    seen = []
    threads = [
        threading.Thread(
            target=lambda: seen.append(
                words.tokens("studies reflections learning organisations " * 200)
            )
        )
        for _ in range(8)
    ]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert seen == [expected] * 8
