"""A person's month in their own sentences: which may stand alone, and which few stand for all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.load import load_model
from recommender.summarising import OwnSentence, hearts, sentences_of, summary
from recommender.summarising.choosing import BUDGET
from recommender.summarising.coverage import chosen, value
from recommender.summarising.standing import LEANING, PLAIN, TELLING, worth

MONTH = {
    "a": "Good morning everyone, I am glad that you all came today. "
    "I telephoned nine people who had helped only once at the table. "
    "Six of them told me that nobody had spoken to them at the front. "
    "I will put a new person beside somebody who knows the work.",
    "b": "This was the reason why nobody had ever reported the leak to us. "
    "We keep the keys of the store room in three different places. "
    "The baker on the corner gives us bread that is one day old.",
    "c": "I lost my patience when the list was read for the third time. "
    "I learned that two of us cannot read the list without help.",
}

THINGS = ["leak", "bread", "key", "list", "door", "lamp", "boat", "net", "table", "shed"]
HAN_THINGS = ["漏水", "面包", "钥匙", "名单", "大门", "路灯", "小船", "渔网", "桌子", "棚子"]


@pytest.fixture(scope="module")
def hashing():
    return load_model("hashing", Path("unused"))


def month(**pieces: str) -> list[OwnSentence]:
    return [s for piece, text in pieces.items() for s in sentences_of(text, "en", piece)]


@pytest.mark.parametrize(
    ("sentence", "language", "expected"),
    [
        ("I telephoned nine people who had helped only once.", "en", TELLING),
        ("The baker on the corner gives away old bread.", "en", PLAIN),
        ("This is the reason why nobody reported it to us.", "en", LEANING),
        ("Why did nobody of us ever ask the baker himself?", "en", LEANING),
        ("Dear comrades, I am glad to report about my month.", "en", 0),
        ("I was wrong.", "en", 0),
        ("“People remember the lamp longer than any medal they ever got.” she said.", "en", 0),
        ("See https://example.org for all that we did in this month.", "en", 0),
        ("What I noticed at the table this month in our town", "en", 0),
        ("[x] I took part in all three of the meetings.", "en", 0),
        ("我给来过一次的九个人都打了电话。", "zh", TELLING),
        ("面包店老板每天把隔夜的面包送来。", "zh", PLAIN),
        ("这就是为什么一直没有人来报修漏水。", "zh", LEANING),
        ("在这个过程中，我体会到大家的难处。", "zh", LEANING),
        ("In this way I came to know all of the houses.", "en", LEANING),
        ("大家好，我来谈谈这个月学习的体会。", "zh", 0),
        ("尊敬的各位老师，我向大家汇报学习情况。", "zh", 0),
        ("我学到很多。", "zh", 0),
        ("“纸上得来终觉浅，绝知此事要躬行”，说得好。", "zh", 0),
    ],
)
def test_what_a_sentence_is_worth_alone(sentence, language, expected):
    assert worth(sentence, language) == expected


def test_headings_are_no_sentences():
    found = sentences_of("# My month\n\nI asked the baker why he gives us bread.", "en", "a")
    assert [s.text for s in found] == ["I asked the baker why he gives us bread."]


def test_a_summary_is_made_of_sentences_as_they_stand_and_in_their_order(hashing):
    found = month(**MONTH)
    places = summary(hashing, found)
    assert places == sorted(set(places))
    for k in places:
        assert found[k].text in MONTH[found[k].piece]
        assert found[k].worth > LEANING


def test_every_piece_that_has_a_sentence_of_its_own_is_heard(hashing):
    found = month(**MONTH)
    assert {found[k].piece for k in summary(hashing, found)} == {"a", "b", "c"}


def test_a_summary_is_at_most_half_of_a_short_month_and_250_words_of_a_long_one(hashing):
    short = month(**MONTH)
    taken = sum(short[k].size for k in summary(hashing, short))
    assert 0 < taken <= sum(s.size for s in short) / 2
    long = [
        OwnSentence(f"I asked number {n} about the {w} and wrote it down.", "en", f"p{n % 9}", 1.0)
        for n, w in enumerate(THINGS * 12)
    ]
    assert 150 <= sum(long[k].size for k in summary(hashing, long)) <= BUDGET
    han = [
        OwnSentence(f"我问了第{n}户人家的{w}，回来以后记在本子上。", "zh", f"p{n % 9}", 1.0)
        for n, w in enumerate(HAN_THINGS * 12)
    ]
    characters = sum(len(han[k].text) for k in summary(hashing, han))
    assert 300 <= characters <= 500


def test_what_stands_in_two_pieces_is_never_chosen_and_the_same_is_said_once(hashing):
    form = "I took part in all of the meetings of this month."
    near = "I asked the baker why he gives the bread to us."
    found = month(a=f"{form} {near}", b=f"{form} {near[:-1]} here.", c=MONTH["c"])
    said = [found[k].text for k in summary(hashing, found, budget=200)]
    assert form not in said
    assert sum(text.startswith(near[:-1]) for text in said) <= 1


def test_nothing_gives_nothing(hashing):
    assert summary(hashing, []) == []
    assert hearts(hashing, [], most=3) == []
    hello = sentences_of("Good morning everyone, I am glad that you came.", "en", "a")
    assert summary(hashing, hello) == []
    assert hearts(hashing, hello, most=3) == []


def test_the_hearts_of_a_piece_are_no_greeting_and_lean_on_nothing_if_it_has_others(hashing):
    found = month(a=MONTH["a"])
    best = hearts(hashing, found, most=2)
    assert len(set(best)) == 2
    assert all(found[k].worth > LEANING for k in best)
    only = month(
        b="Good morning everyone, I am glad to see you. This was why nobody ever came to help us."
    )
    assert [only[k].text[:12] for k in hearts(hashing, only, most=2)] == ["This was why"]


squares = st.integers(1, 9).flatmap(
    lambda n: st.tuples(
        st.lists(st.lists(st.floats(0, 1), min_size=n, max_size=n), min_size=n, max_size=n),
        st.lists(st.sampled_from([0.0, 0.3, 0.7, 1.0]), min_size=n, max_size=n),
        st.lists(st.integers(1, 40), min_size=n, max_size=n),
        st.lists(st.sampled_from("xyz"), min_size=n, max_size=n),
        st.integers(1, 120),
    )
)


@given(squares)
def test_the_chosen_fit_the_budget_and_no_single_one_covers_more(drawn):
    rows, worths, sizes, pieces, budget = drawn
    near = np.maximum(np.array(rows), np.array(rows).T)
    np.fill_diagonal(near, 1.0)
    n = len(near)
    arrays = {
        "matter": np.ones(n),
        "worth": np.array(worths),
        "sizes": np.array(sizes, float),
    }
    picked = chosen(near, **arrays, pieces=pieces, budget=budget)
    able = [k for k in range(n) if worths[k] > 0 and sizes[k] <= budget]
    assert bool(picked) == bool(able)
    assert sum(sizes[k] for k in picked) <= budget
    assert set(picked) <= set(able)
    of = np.array([sorted(set(pieces)).index(p) for p in pieces])
    whole = value(picked, near, arrays["matter"], arrays["worth"], of)
    for k in able:
        assert value([k], near, arrays["matter"], arrays["worth"], of) <= whole + 1e-9
