"""Where sentences end, and which language a text is in."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import languages, sentences


def split(text, language):
    return [text[a:b] for a, b in sentences.split(text, language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("他说：“好！”然后走了。", ["他说：“好！”", "然后走了。"]),
        (
            "“没人坐了。你们刷的时候，我们看着。”下一句。",
            ["“没人坐了。你们刷的时候，我们看着。”", "下一句。"],
        ),
        ("他說：「今天很好。」然後走了。", ["他說：「今天很好。」", "然後走了。"]),
        ("第一句！？第二句……第三句。", ["第一句！？", "第二句……第三句。"]),
    ],
)
def test_chinese_closing_quotes_stay_with_their_sentence(text, expected):
    assert split(text, "zh") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Lee came. See No. 5, e.g. here.", ["Dr. Lee came.", "See No. 5, e.g. here."]),
        ('He said "yes." Then he left.', ['He said "yes."', "Then he left."]),
        ("One. *Two, stressed.* Three.", ["One.", "*Two, stressed.*", "Three."]),
        ("- first thing\n- second thing", ["- first thing", "- second thing"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_english_sentences(text, expected):
    assert split(text, "en") == expected


def test_a_long_quotation_is_divided_inside():
    quotation = "“" + "每个人都要把自己看到的写下来，写完了再念给大家听。" * 12 + "”"
    assert len(split(quotation, "zh")) > 3


@given(
    st.text(alphabet=st.sampled_from("ab .!?\n\"'”“。！，()*-"), max_size=200),
    st.sampled_from(["en", "zh"]),
)
def test_spans_are_in_order_and_lose_nothing_but_space(text, language):
    spans = sentences.split(text, language)
    assert all(a < b for a, b in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())


@pytest.mark.parametrize(
    "text", ["a" * 500_000, '"(' * 100_000, "“。" * 50_000, "“" * 200_000, "A. " * 100_000]
)
def test_hostile_input_takes_no_more_than_seconds(text):
    start = time.perf_counter()
    sentences.split(text, "zh")
    sentences.split(text, "en")
    assert time.perf_counter() - start < 20


def test_languages_are_told_apart():
    assert languages.detect("The members met on Monday.") == "en"
    assert languages.detect("成员星期一开会。") == "zh"
    assert languages.detect("我们用 Python 和 GitHub 学习怎样开放协作，大家一起动手。") == "zh"
    assert languages.detect("The word 心得 means what one has gained from study.") == "en"
    assert languages.detect("") == "en"


def test_another_language_is_named():
    french = (
        "Les membres de l'organisation se réunissent chaque semaine pour étudier ensemble, "
        "et chacun raconte ce qu'il a fait depuis la dernière réunion avec ses collègues. "
    )
    assert languages.other_language(french * 3) == "French"
    assert (
        languages.other_language("今日は会議でした。みんなで本を読んで、感想を話しました。" * 5)
        == "Japanese"
    )
    assert (
        languages.other_language("The members met to read and to talk about the book. " * 6) is None
    )
    assert languages.other_language("成员星期一开会，一起读书。" * 20) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("오늘은 날씨가 좋습니다. 우리는 함께 책을 읽습니다.", "Korean"),
        ("みんなで本を読みます。", "Japanese"),
        ("Сегодня мы читаем книгу вместе и говорим.", "Russian"),
        ("Σήμερα διαβάζουμε ένα βιβλίο μαζί.", "Greek"),
        ("היום אנחנו קוראים ספר ביחד.", "Hebrew"),
        ("วันนี้เราอ่านหนังสือด้วยกัน", "Thai"),
        ("اليوم نقرأ كتابا معا ونتحدث عنه.", "Arabic"),
        ("The Greek word λόγος means word, reason and account.", None),
        ("日本人的假名（かな）来自汉字，这一点人人知道。", None),
        ("No.", None),
        ("", None),
    ],
)
def test_writing_of_its_own_names_a_language(text, language):
    assert languages.other_language(text) == language


def test_a_text_is_judged_by_its_beginning_middle_and_end():
    preface = "The members met to read and to talk about the book. " * 200
    assert languages.detect(preface + "成员星期一开会，一起读书。" * 5000) == "zh"
    assert languages.other_language(preface + "Les membres lisent un livre. " * 200) is None


def test_links_do_not_make_a_text_english():
    link = "https://www.example.org/the/very/long/address/of/the/page.html"
    assert languages.detect(f"成员星期一开会，一起读书。{link} 下次再说。") == "zh"


def test_a_stated_language_is_contradicted_only_where_it_is_plain():
    assert languages.contradicts("en", "成员星期一开会，一起读书。")
    assert languages.contradicts("zh", "The members met on Monday.")
    assert not languages.contradicts("en", "The word 心得 means what one gains.")
    assert not languages.contradicts("zh", "我们用 GitHub 学习怎样 collaborate。")


def test_traditional_characters_are_told_from_simplified_ones():
    assert languages.script("沒有調查就沒有發言權，這是老話。") == "Hant"
    assert languages.script("没有调查就没有发言权，这是老话，编著者也说。") == "Hans"


def test_wrapped_lines_join_as_their_language_wants():
    assert languages.joined_lines(["we read", "slowly"]) == "we read slowly"
    assert languages.joined_lines(["我们慢慢地", "读书。", "Then"]) == "我们慢慢地读书。 Then"
