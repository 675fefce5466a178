"""Goals: what the rules of days, forms, intentions and chains decide."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import pytest

from webapp.goals import chain, days, intentions, opening, setting
from webapp.goals.chain import GoalFacts, Piece
from webapp.suggestions import gathering, profile

TODAY = dt.date(2026, 5, 4)
AT = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)

INTENDED = [
    "I will knock at three doors before I write the next report.",
    "I'll ask Omar to read the draft first.",
    "Next time I let the quiet members speak before me.",
    "We are going to count buckets as well as complaints.",
    "I want to visit the second school in May.",
    "From now on I write down the words before I leave the doorstep.",
    "下次开会，我先请不爱说话的人开口。",
    "我打算下周去三户人家走访。",
    "今后我要把群众的原话记下来。",
    "我会先问一问他们上一次求助时发生了什么。",
    "从明天起，我们每周抽一天时间到一线去。",
    "接下来，我准备和社区的老师们一起试一试。",
]
NOT_INTENDED = [
    "I am afraid I will say it again.",
    "我担心我会硬说一句。",
    "The office will count visits and buckets.",
    "I want to thank everybody who came.",
    "Will I dare to knock?",
    "I will never know what they thought.",
    "Last week I knocked at five doors.",
    "Next time we met, I was late.",
    "“I will pay,” he said.",
    "我会觉得有些惭愧。",
    "从那以后，他再也没有来过。",
    "我要是早一点去就好了。",
    "我们会议开得很长。",
    "三年以后我才明白这句话。",
    "这本书讲的是如何调查研究。",
    "我想起了父亲的话。",
]


@pytest.mark.parametrize("sentence", INTENDED)
def test_a_sentence_that_says_what_one_will_do_is_noticed(sentence):
    assert intentions.states_one(sentence)


@pytest.mark.parametrize("sentence", NOT_INTENDED)
def test_a_sentence_that_says_something_else_is_let_be(sentence):
    assert not intentions.states_one(sentence)


def test_words_that_are_quoted_are_nobodys_goal():
    body = (
        "> I will knock at five doors.\n>\n> — [Going to see](reading:going-to-see/1)\n\nI saw it."
    )
    assert intentions.stated(body) == []
    assert intentions.stated(body + " I will go too.") == ["I will go too."]


def test_the_classifier_adds_what_the_rules_do_not_know_and_keeps_the_order():
    body = "Monday is for the second door. I was late. I will ask first. Is it enough?"
    asked: list[str] = []

    def judge(sentences):
        asked.extend(sentences)
        return [sentence.startswith("Monday") for sentence in sentences]

    found = intentions.found_by(body, judge)
    assert found == ["Monday is for the second door.", "I will ask first."]
    assert "Is it enough?" not in asked


def test_only_words_of_the_piece_begin_a_goal():
    body = "**I will** knock\nat three doors. Then [write](https://example.org)."
    assert intentions.stands_in("I will knock at three doors.", body)
    assert not intentions.stands_in("I will pay the bill.", body)
    assert not intentions.stands_in("  ", body)


# Days


@pytest.mark.parametrize(
    ("when", "written", "expected"),
    [
        ("none", "2026-05-20", (None, None)),
        ("week", "", (dt.date(2026, 5, 11), None)),
        ("month", "", (dt.date(2026, 6, 4), None)),
        ("day", "2026-05-04", (TODAY, None)),
        ("day", "2026-05-03", (None, "past")),
        ("day", "", (None, "no_day")),
        ("", "", (None, "no_day")),
        ("day", "tomorrow", (None, "not_a_day")),
        ("day", "2026-02-30", (None, "not_a_day")),
        ("day", "9999-12-31", (None, "too_far")),
    ],
)
def test_a_form_asks_for_a_day(when, written, expected):
    assert days.chosen(when, written, today=TODAY) == expected


def test_a_day_that_stood_there_may_stay_though_it_is_over():
    before = dt.date(2026, 4, 1)
    assert days.chosen("day", "2026-04-01", today=TODAY, before=before) == (before, None)
    assert days.chosen("day", "2026-04-02", today=TODAY, before=before)[1] == "past"


def test_every_day_that_is_offered_is_ahead_and_can_be_chosen():
    for ahead in range(800):
        today = TODAY + dt.timedelta(days=ahead)
        for day in days.offered(today):
            assert day.day > today
            assert days.chosen(day.when, "", today=today) == (day.day, None)


# Forms


def wanted(**more):
    asked = {"what": "Knock", "how": "", "when": "none", "written_day": "", "today": TODAY}
    return setting.wanted(**asked | more).problems


def test_a_goal_says_what_and_is_short():
    assert wanted() == {}
    assert wanted(what="") == {"what": "empty"}
    assert wanted(what="a" * 501, how="b" * 501) == {"what": "too_long", "how": "too_long"}


def told(outcome, happened="", hindrance="", when="none"):
    return setting.told(
        outcome=outcome,
        happened=happened,
        hindrance=hindrance,
        when=when,
        written_day="",
        today=TODAY,
    )


def test_letting_go_and_another_day_need_no_word():
    assert told("let_go").problems == {}
    assert told("open", when="week").by == dt.date(2026, 5, 11)
    assert told("done").problems == {"happened": "empty"}
    assert told("not_done", hindrance="Rain").problems == {}
    assert told("not_done").problems == {"hindrance": "empty"}
    assert told("won").problems == {"outcome": "no_outcome"}
    assert told("done", "a" * 3_001).problems == {"happened": "too_long"}


def test_an_opening_is_quotation_and_nothing_else():
    body = opening.opening(
        what="Knock at *three* doors\n# twice",
        what_source="My goal, set on 4 May 2026",
        happened="I knocked.",
        happened_source="What happened, as I said on 12 May 2026",
    )
    assert all(not line or line.startswith(">") for line in body.splitlines())
    assert profile.own_words(body) == ""
    assert "My goal, set on 4 May 2026" in body
    assert "I knocked." in body
    assert opening.opening(what="", what_source="x", happened="", happened_source="y") == ""


# As evidence


def goal(**more):
    facts = {
        "id": "g", "what": "Knock at three doors", "created_at": AT, "language": "en",
        "prepared": None, "status": "open", "answered_at": None,
    }  # fmt: skip
    return SimpleNamespace(**facts | more)


def weight(day=TODAY, **more):
    found = profile.of_goals([goal(**more)], day=day)
    return found[0].weight if found else 0.0


def test_an_open_goal_weighs_like_a_reflection_and_an_answered_one_fades_to_nothing():
    later = TODAY + dt.timedelta(days=200)
    assert weight() == weight(later) == profile.WEIGHTS["goal"] == profile.WEIGHTS["reflection"]
    answered = {"status": "done", "answered_at": AT}
    half = weight(TODAY + profile.GOALS_FADE / 2, **answered)
    assert 0 < half < weight(**answered) <= profile.WEIGHTS["goal"]
    assert weight(TODAY + profile.GOALS_FADE, **answered) == 0
    assert weight(status="let_go", answered_at=AT) == 0


# The chain

YES_NO = (True, False)
FACTS = [
    GoalFacts(
        "g", mine, in_chain, may_know, "Knock", None, "en", status, "Knocked", AT, AT, piece,
        reading, "S", "Q",
    )
    for mine, in_chain, may_know, status, piece, reading in product(
        YES_NO, YES_NO, YES_NO, ("open", "done", "not_done", "let_go"), (None, "r"),
        (None, "reflection/e", "going-to-see/1"),
    )
]  # fmt: skip
PIECES = [
    Piece("p", "T", genre, "en", mine, nameless, "submitted", AT, "A", "g")
    for genre, mine, nameless in product(("reflection", "experience"), YES_NO, YES_NO)
]


def test_of_a_goal_that_is_not_shown_a_reader_sees_no_word_and_no_way():
    for facts, piece in product(FACTS, PIECES):
        if facts.mine or facts.in_chain:
            continue
        assert chain.of_goal(facts) == []
        assert not chain.joins_own(facts, piece)
        if not facts.author_may_know:
            assert not chain.joins_reading(facts)
            assert not chain.joins_moved(facts, piece)


def test_no_way_leads_to_a_piece_without_a_name_but_for_its_author():
    for facts, piece in product(FACTS, PIECES):
        if piece.nameless and not piece.mine:
            assert not chain.joins_own(facts, piece)
            assert not chain.joins_moved(facts, piece)


def test_a_goal_that_is_only_ones_own_says_so():
    for facts in FACTS:
        for step in chain.of_goal(facts):
            assert step.only_you == (facts.mine and not facts.in_chain)
            assert (step.goal_id is not None) == facts.mine


# Series


class Shelf:
    """A library of one series of four parts, and a text beside it."""

    parts = ("one", "two", "three", "four")

    def texts_by_slug(self, slugs):
        return {slug: SimpleNamespace(series="S" if slug in self.parts else None) for slug in slugs}

    def series(self, name):
        assert name == "S"
        return [SimpleNamespace(slug=slug) for slug in self.parts]


@pytest.mark.parametrize(
    ("read", "following", "waiting"),
    [
        (["one"], ("two",), ("three", "four")),
        (["two", "one"], ("three",), ("four",)),
        (["one", "three"], ("two",), ("four",)),
        (["four", "three", "two", "one"], (), ()),
        (["apart", "reflection/x"], (), ()),
    ],
)
def test_of_a_series_that_was_begun_the_next_part_follows_and_the_others_wait(
    read, following, waiting
):
    assert gathering.series_begun(Shelf(), read, set(read)) == (following, waiting)


@pytest.mark.parametrize("goal", FACTS)
def test_an_activity_is_shown_to_its_member_and_beside_their_name_alone(goal):
    goal = replace(goal, activity="Service day", activity_day=AT.date())
    for named in YES_NO:
        shown = any(step.kind == "activity" for step in chain.of_goal(goal, named=named))
        assert shown == (goal.mine or (goal.in_chain and named))
