"""Which sentence stands on a card."""

from __future__ import annotations

import pytest

from corpus import sentences
from recommender.quoting import Quotable, best, clauses


def quoted(text, gains, language="en"):
    spans = sentences.split(text, language)
    assert len(spans) == len(gains), [text[a:b] for a, b in spans]
    place = best(gains, spans, language, Quotable(text, spans, language))
    return None if place is None else text[slice(*spans[place])]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "*（讲话的是一位设想的机修老师傅。）*\n\n我带徒弟从来不急着放手。",
            "zh",
            "我带徒弟从来不急着放手。",
        ),
        (
            "*He plays it and they listen to it again.*\n\nShe had told you already.",
            "en",
            "She had told you already.",
        ),
        (
            "*(This is an invented case.)*\n\nAsk the residents what the bench is for.",
            "en",
            "Ask the residents what the bench is for.",
        ),
        ("Oh, no.\n\nAsk the residents first.", "en", "Ask the residents first."),
        ("What to write down\n\nAsk the residents first.", "en", "Ask the residents first."),
    ],
)
def test_asides_headings_and_interjections_are_not_quoted(text, language, expected):
    assert quoted(text, [0.9, 0.2], language) == expected


def test_an_aside_of_several_sentences_is_an_aside_throughout():
    text = "*Wednesday, after closing. Petar keeps the accounts.*\n\nRead the goal to me, please."
    assert quoted(text, [0.5, 0.9, 0.1]) == "Read the goal to me, please."


def test_an_aside_is_quoted_when_nothing_else_gave_anything():
    text = "*(This is an invented case.)*\n\nAsk the residents what the bench is for."
    assert quoted(text, [0.9, -0.2]) == "*(This is an invented case.)*"


def test_nothing_is_quoted_that_gave_nothing():
    assert quoted("Ask the residents. Count the benches.", [0.0, -1.0]) is None


def test_emphasis_inside_a_sentence_is_no_aside():
    text = "*Since* when has it been so? Count the cars on the crossing."
    assert quoted(text, [0.9, 0.2]) == "*Since* when has it been so?"


def test_a_sentence_of_handy_length_wins_among_equals_only():
    text = "Ask them first. Ask the residents what the bench is for before you paint."
    assert quoted(text, [1.0, 0.95]).endswith("paint.")
    assert quoted(text, [1.0, 0.5]) == "Ask them first."


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "Prepares the discussion, makes sure that quiet voices are heard, and carries open "
            "questions forward.",
            "en",
            [
                "Prepares the discussion",
                "makes sure that quiet voices are heard",
                "carries open questions forward",
            ],
        ),
        (
            "准备并主持学习小组的讨论，让不爱说话的人也能说上话，把没有答案的问题带到下一次会上。",
            "zh",
            [
                "准备并主持学习小组的讨论",
                "让不爱说话的人也能说上话",
                "把没有答案的问题带到下一次会上",
            ],
        ),
        (
            "Mentoring. Welcoming, showing the work, letting go.",
            "en",
            ["Mentoring", "Welcoming, showing the work, letting go"],
        ),
        ("", "en", []),
        ("，，", "zh", []),
    ],
)
def test_duties_are_cut_into_clauses(text, language, expected):
    assert [text[a:b] for a, b in clauses(text, language)] == expected
