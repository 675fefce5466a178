"""Rules of answers: where a paragraph is found again, what counts, in which order."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from webapp import access, shapes
from webapp.access import Actor
from webapp.answers import anchors, limits, threads
from webapp.answers.anchors import Found, find, quote_of
from webapp.answers.counting import Answered, Counted, counts_as_study
from webapp.answers.paragraphs import paragraphs
from webapp.answers.threads import Said

ZONE = ZoneInfo("Europe/Berlin")
DAY = dt.date(2026, 5, 4)

EN = (
    "I knocked at three doors before I wrote the report, and at the second one nobody wanted to speak about the leak.",
    "The table in our office said that every house was dry. It had been filled in by telephone in the winter of last year.",
    "What I take from it is small: a number that nobody went to see is a rumour with a decimal point.",
    "Next week I will ask Li to come along, because she knows the families on the upper floors and I do not.",
)
ZH = (
    "我先敲了三扇门才动笔写报告，第二家的人怎么也不愿意说漏水的事，只是请我喝了一杯茶。",
    "办公室的表格上写着每一户都是干的，可那张表是去年冬天打电话填出来的，没有人上门看过。",
    "我的体会很简单：没有人去看过的数字，不过是带小数点的传闻罢了，写得再整齐也没有用。",
    "下周我打算请李文一起去，楼上那几户人家她都熟，我一个人去敲门，人家未必肯开口。",
)
pieces = st.sampled_from([EN, ZH])


# Where the paragraph is now


@given(piece=pieces, place=st.integers(0, 3), order=st.permutations(range(4)))
def test_a_paragraph_is_found_wherever_it_was_moved(piece, place, order):
    moved = [piece[i] for i in order]
    assert find(quote_of(piece[place]), moved, was=place + 1) == Found(order.index(place) + 1, True)


@given(piece=pieces, place=st.integers(0, 3), data=st.data())
def test_a_lightly_edited_paragraph_is_found(piece, place, data):
    words = piece[place]
    at = data.draw(st.integers(0, len(words) - 6))
    edited = words[:at] + data.draw(st.sampled_from(["", "x", "。", " indeed "])) + words[at + 5 :]
    assume(edited != words)
    now = [*piece[:place], edited, *piece[place + 1 :]]
    found = find(quote_of(words), now, was=place + 1)
    assert found is not None
    assert found.number == place + 1


@given(piece=pieces, place=st.integers(0, 2))
def test_a_paragraph_that_was_joined_with_the_next_is_found(piece, place):
    joined = piece[place] + " " + piece[place + 1]
    now = [*piece[:place], joined, *piece[place + 2 :]]
    assert find(quote_of(piece[place]), now, was=place + 1) == Found(place + 1, False)


@given(piece=pieces, place=st.integers(0, 3))
def test_of_a_divided_paragraph_one_part_is_found(piece, place):
    words = piece[place]
    cut = len(words) // 2
    now = [*piece[:place], words[:cut], words[cut:], *piece[place + 1 :]]
    found = find(quote_of(words), now, was=place + 1)
    assert found is not None
    assert found.number in (place + 1, place + 2)
    assert not found.exact


@given(piece=pieces, place=st.integers(0, 3))
def test_a_paragraph_that_is_gone_is_not_found_in_others(piece, place):
    rest = [words for i, words in enumerate(piece) if i != place]
    assert find(quote_of(piece[place]), rest, was=place + 1) is None


@given(st.lists(st.text(max_size=60), max_size=6), st.integers(0, 5), st.integers(1, 9))
def test_what_is_found_is_a_paragraph_and_the_same_every_time(texts, place, was):
    quote = quote_of(texts[place]) if place < len(texts) else "nowhere at all to be found"
    found = find(quote, texts, was=was)
    assert found == find(quote, texts, was=was)
    assert found is None or 1 <= found.number <= len(texts)
    if place < len(texts) and quote:
        assert found is not None
        assert found.exact
        assert quote_of(texts[found.number - 1]) == quote


def test_of_two_same_paragraphs_the_nearest_is_meant():
    texts = ["Yes.", "A long way between them.", "Yes."]
    assert find("Yes.", texts, was=3) == Found(3, True)
    assert find("Yes.", texts, was=1) == Found(1, True)


def test_two_words_alone_are_not_found_by_likeness():
    assert find("Yes indeed.", ["Yes indeed, I said so, and then much more."]) is None


@given(st.text())
def test_what_is_kept_of_a_paragraph_is_bounded(words):
    assert len(quote_of(words)) <= anchors.QUOTE_LIMIT


# Paragraphs


MARKDOWN = st.lists(
    st.sampled_from(
        ["# Heading", "Words of *mine*\nand more.", "- one\n- two\n\n  deeper", "> quoted\n> lines", "1. first\n2. second",
         "    indented", "---", "```\nfenced\n\nwords\n```", "Under\n=====", "a\\*b [x](reading:going-to-see/1)"]
    ),
    max_size=7,
)  # fmt: skip


@given(MARKDOWN)
def test_paragraphs_shown_one_by_one_look_as_the_whole(parts):
    body = "\n\n".join(parts)
    resolve = {"resolve": lambda reading: f"/read/{reading}"}
    whole = str(shapes.prose(body, **resolve)).split()
    single = "\n".join(str(shapes.prose(p.source, **resolve)) for p in paragraphs(body)).split()
    assert single == whole


def test_headings_and_rules_cannot_be_answered():
    found = paragraphs("# What happened\n\nI knocked.\n\n---\n\n> Quoted words.\n")
    assert [(p.words, p.answerable) for p in found] == [
        ("What happened", False), ("I knocked.", True), ("", False), ("Quoted words.", True),
    ]  # fmt: skip


def test_deep_nesting_is_cut_into_paragraphs_all_the_same():
    assert [p.number for p in paragraphs(">" * 400 + " deep\n\nshallow")] == [1, 2]


# What counts as study

SOON, LATER = DAY, DAY + dt.timedelta(days=3)
answers = st.lists(
    st.builds(
        Answered,
        day=st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
        kind=st.sampled_from(["echo", "question", "suggestion", "reply"]),
        by_author=st.booleans(),
        taken_back=st.booleans(),
        hidden=st.booleans(),
    ),
    max_size=8,
)


@pytest.mark.parametrize(
    ("status", "hidden", "given_answers", "counted"),
    [
        ("submitted", False, [Answered(LATER, "echo"), Answered(SOON, "question")], Counted(True, "answered", SOON)),
        ("submitted", False, [], Counted(False, "unanswered")),
        ("submitted", False, [Answered(SOON, "reply")], Counted(False, "unanswered")),
        ("submitted", False, [Answered(SOON, "echo", by_author=True)], Counted(False, "unanswered")),
        ("submitted", False, [Answered(SOON, "echo", taken_back=True)], Counted(False, "unanswered")),
        ("submitted", False, [Answered(SOON, "echo", hidden=True), Answered(LATER, "echo")], Counted(True, "answered", LATER)),
        ("submitted", True, [Answered(SOON, "echo")], Counted(False, "hidden")),
        ("withdrawn", False, [Answered(SOON, "echo")], Counted(False, "withdrawn")),
        ("draft", False, [Answered(SOON, "echo")], Counted(False, "draft")),
    ],
)  # fmt: skip
def test_a_piece_counts_when_it_was_submitted_and_answered_by_a_reader(
    status, hidden, given_answers, counted
):
    assert counts_as_study(status=status, hidden=hidden, answers=given_answers) == counted


@given(answers, st.randoms())
def test_neither_order_nor_number_of_answers_changes_what_counts(given_answers, random):
    once = counts_as_study(status="submitted", hidden=False, answers=given_answers)
    shuffled = [*given_answers, *given_answers]
    random.shuffle(shuffled)
    assert counts_as_study(status="submitted", hidden=False, answers=shuffled) == once


@given(answers)
def test_nothing_that_the_author_does_makes_the_own_piece_count(given_answers):
    own = [Answered(a.day, a.kind, True, a.taken_back, a.hidden) for a in given_answers]
    assert not counts_as_study(status="submitted", hidden=False, answers=own).counts


# Order


def said(id: str, at: dt.datetime, *, parent: str | None = "root", by_author: bool = False) -> Said:
    return Said(
        id, parent, "reply" if parent else "echo", False, by_author, "" if by_author else "N", "w",
        "", None, at, False, False, False,
    )  # fmt: skip


def at(hour: int, day: int = 4) -> dt.datetime:
    return dt.datetime(2026, 5, day, hour, tzinfo=ZONE).astimezone(dt.UTC)


@given(
    st.lists(st.tuples(st.integers(4, 6), st.integers(0, 23)), min_size=1, max_size=6), st.data()
)
def test_the_hour_of_an_author_without_a_name_shows_in_no_order(others, data):
    root = said("root", at(0, 4), parent=None)
    named = [said(f"n{i}", at(hour, day)) for i, (day, hour) in enumerate(others)]
    day = data.draw(st.integers(4, 6))
    orders = set()
    for hour in data.draw(st.lists(st.integers(0, 23), min_size=2, max_size=2)):
        kept = threads.time_kept(at(hour, day), nth=1, zone=ZONE)
        author = said("author", kept, by_author=True)
        (thread,) = threads.threads([root, *named, author], nameless=True, zone=ZONE)
        orders.add(tuple(reply.id for reply in thread.replies))
    assert len(orders) == 1


def test_replies_of_one_day_by_the_nameless_author_keep_their_order():
    kept = [threads.time_kept(at(hour), nth=n, zone=ZONE) for n, hour in enumerate((21, 3, 9))]
    assert kept == sorted(kept)
    assert {moment.astimezone(ZONE).date() for moment in kept} == {DAY}


def test_an_answer_taken_back_stands_only_where_others_replied():
    gone = Said("a", None, "echo", False, False, "N", "", "", None, at(9), False, True, False)
    below = said("b", at(10), parent="a")
    assert threads.threads([gone], nameless=False, zone=ZONE) == []
    (thread,) = threads.threads([gone, below], nameless=False, zone=ZONE)
    assert thread.replies == (below,)


# What stands in the way


@pytest.mark.parametrize(
    ("change", "obstacle"),
    [
        ({}, None),
        ({"body": " \n"}, "empty"),
        ({"body": "x" * (limits.BODY_LIMIT + 1)}, "too_long"),
        ({"kind": "applause"}, "no_kind"),
        ({"kind": "", "reply": True}, None),
        ({"own_piece": True}, "own_piece"),
        ({"own_piece": True, "reply": True}, None),
        ({"given": limits.MOST_OF_ONE}, "too_many"),
    ],
)
def test_what_stands_in_the_way_of_an_answer(change, obstacle):
    wanted = {"body": "Words.", "kind": "echo", "reply": False, "own_piece": False, "given": 0}
    assert limits.obstacle(**{**wanted, **change}) == obstacle


people = st.sampled_from(["maria", "omar", "li"])


@given(
    member=st.sampled_from(["maria", "omar", "li", None]), author=people, above=people,
    reads=st.booleans(), hidden=st.booleans(), above_hidden=st.booleans(),
)  # fmt: skip
def test_a_hidden_answer_is_read_by_whoever_wrote_it_alone(
    member, author, above, reads, hidden, above_hidden
):
    may = access.may_read_answer(
        Actor("o", member), may_read_piece=reads, author=author, hidden=hidden, above=above,
        above_hidden=above_hidden,
    )  # fmt: skip
    if member is None or not reads:
        assert not may
    elif hidden:
        assert may == (member == author)
    elif not above_hidden:
        assert may


@given(member=people, author=people, organizer=st.booleans(), would_read=st.booleans())
def test_nobody_decides_about_their_own_words(member, author, organizer, would_read):
    asking = Actor("o", member, organizer=organizer)
    may = access.may_moderate(asking, author=author, would_read=would_read)
    assert may == (organizer and would_read and member != author)
