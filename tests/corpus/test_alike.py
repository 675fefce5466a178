"""Editions and translations are told from texts that only speak of the same thing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from corpus import alike
from corpus.texts import Block, Section, Text

SAID = (
    "the well stood dry for a summer and nobody in the village could say who had last "
    "looked into it or why the rope was new while the bucket had rotted through"
)
WORDS = SAID.split()


def prose(start: int, count: int) -> str:
    """`count` words that repeat in no run of five."""
    return " ".join(
        f"{WORDS[(i * 7 + i // 5) % len(WORDS)]}{i % 97}" for i in range(start, start + count)
    )


def text(body: str, language="en", identifiers=()) -> Text:
    return Text(
        "t", "T", "", language, (Section((), (Block("paragraph", body),)),), identifiers=identifiers
    )


def kin(a: Text, b: Text, names=("", "")):
    return alike.kinship(alike.sketch(a, names[0]), alike.sketch(b, names[1]))


def test_the_same_words_in_another_file_are_the_same_text():
    assert kin(text(prose(0, 300)), text(prose(0, 300).upper().replace(" ", "\n"))) == "same"


def test_a_text_with_some_passages_changed_is_an_edition():
    other = prose(0, 400) + " " + prose(5000, 60) + " " + prose(460, 540)
    assert kin(text(prose(0, 1000)), text(other)) == "edition"


def test_texts_that_share_a_long_quotation_are_two_texts():
    assert kin(text(prose(0, 1000)), text(prose(0, 150) + " " + prose(9000, 850))) is None


def test_an_anthology_is_no_edition_of_what_it_holds():
    assert kin(text(prose(0, 300)), text(prose(0, 300) + " " + prose(9000, 2700))) is None


def test_traditional_and_simplified_characters_are_one_text():
    assert (
        kin(
            text("學而時習之，不亦說乎？有朋自遠方來，不亦樂乎？", "zh"),
            text("学而时习之，不亦说乎？有朋自远方来，不亦乐乎？", "zh"),
        )
        == "same"
    )


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("guide", "guide.zh-hans"), "translation"),
        (("guide_en", "guide_zh"), "translation"),
        (("Guide-zh-CN", "guide"), "translation"),
        (("guide", "guide"), None),  # nothing says that one is a translation
        (("guide", "manual.zh-hans"), None),
        (("", ""), None),
    ],
)
def test_a_translation_is_told_by_its_name(names, expected):
    english = text(prose(0, 200))
    chinese = text("井干了一个夏天，村里没有人说得清是谁最后看过它。" * 14, "zh")
    first, second = (chinese, english) if "zh" in names[0].lower() else (english, chinese)
    assert kin(first, second, names) == expected


def test_a_translation_has_the_length_of_one():
    english, chinese = text(prose(0, 2000)), text("井干了一个夏天。" * 9, "zh")
    assert kin(english, chinese, ("guide", "guide.zh")) is None


def test_one_isbn_in_two_languages_is_a_translation():
    number = ("isbn:9787020002207",)
    assert (
        kin(text(prose(0, 200), identifiers=number), text("井干了。" * 80, "zh", number))
        == "translation"
    )


def test_a_text_of_three_words_is_compared_with_nothing():
    assert kin(text("one two three"), text("four five six")) is None
    assert kin(text("one two three"), text("four five six", "zh"), ("a", "b")) is None


def test_order_of_comparison_does_not_matter():
    a, b = alike.sketch(text(prose(0, 900))), alike.sketch(text(prose(100, 900)))
    assert alike.kinship(a, b) == alike.kinship(b, a) == "edition"
    assert alike.resemblance(a, b) == pytest.approx(alike.resemblance(b, a))
    assert alike.resemblance(a, replace(a)) == 1.0
