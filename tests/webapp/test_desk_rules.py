"""What waits for an organizer, whether a piece moved on, and what may be asked."""

from __future__ import annotations

import datetime as dt

import pytest

from webapp import access
from webapp.access import Actor
from webapp.answers.counting import Answered, counts_as_study
from webapp.desk import guidance, seeing, waiting
from webapp.desk.acts_store import Act
from webapp.desk.waiting import Reviewed, Said

DAY = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)


def at(hours: int) -> dt.datetime:
    return DAY + dt.timedelta(hours=hours)


def state(*, submitted=10, status="submitted", hidden=False, said=(), accepted=(), asked=()):
    return waiting.state(
        status=status,
        hidden=hidden,
        submitted_at=at(submitted),
        answers=[Said(at(hour)) for hour in said],
        reviews=[
            *(Reviewed("accepted", at(hour)) for hour in accepted),
            *(Reviewed("asked_back", at(hour)) for hour in asked),
        ],
    )


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "first"),
        ({"status": "draft"}, None),
        ({"status": "withdrawn"}, None),
        ({"hidden": True}, None),
        ({"said": [11]}, None),
        ({"accepted": [11]}, None),
        # submitted again after it was accepted, it is not asked for again
        ({"accepted": [9]}, None),
        ({"said": [11], "asked": [11]}, "returned"),
        ({"said": [9], "asked": [9]}, "back"),
        ({"said": [9, 11], "asked": [9]}, None),
        ({"said": [9], "asked": [9], "accepted": [11]}, None),
        # asked back after it was accepted
        ({"said": [12], "accepted": [11], "asked": [12]}, "returned"),
    ],
)
def test_what_waits(facts, expected):
    assert state(**facts) == expected


def test_a_piece_that_was_asked_back_waits_only_once_it_is_submitted_again():
    assert state(submitted=10, said=[11], asked=[11]) == "returned"
    assert state(submitted=12, said=[11], asked=[11]) == "back"


def act(id: str, by: str = "li") -> Act:
    return Act(id, "piece", "echo", by, by, DAY, id)


def test_what_others_did_since_a_page_was_opened_is_told():
    seen = seeing.stamp("w3", [act("aaaaaaaa1")])
    now = [act("aaaaaaaa1"), act("bbbbbbbb1"), act("cccccccc1", by="omar")]
    assert seeing.same_words(seen, "w3")
    assert not seeing.same_words(seen, "w4")
    assert [a.id for a in seeing.since(seen, now, besides="omar")] == ["bbbbbbbb1"]
    assert seeing.since(seeing.stamp("w3", now), now, besides="omar") == []


def test_an_acceptance_counts_as_an_answer_and_says_so():
    day = DAY.date()
    accepted = Answered(day, "accepted")
    found = counts_as_study(status="submitted", hidden=False, answers=[accepted])
    assert (found.counts, found.why, found.day) == (True, "accepted", day)
    words = Answered(day, "echo")
    both = counts_as_study(status="submitted", hidden=False, answers=[accepted, words])
    assert both.why == "answered"


@pytest.mark.parametrize("genre", ["reflection", "experience", "summary", "speech"])
@pytest.mark.parametrize("came_back", [False, True])
def test_guidance_only_asks_open_questions(genre, came_back):
    found = guidance.of(piece="p1", genre=genre, quotes=False, came_back=came_back)
    assert found.look_for
    assert len(found.questions) == guidance.QUESTIONS == len(set(found.questions))
    assert all(question.endswith("?") for question in found.questions)


ORGANIZER = Actor(organisation="o", member="omar", organizes=frozenset({"harbour"}))
EVERYTHING = Actor(organisation="o", member="ada", organizer=True)


@pytest.mark.parametrize(
    ("actor", "facts", "may"),
    [
        (ORGANIZER, {}, True),
        (ORGANIZER, {"units": ["hill"]}, False),
        (ORGANIZER, {"units": ["hill", "harbour"]}, True),
        (ORGANIZER, {"would_read": False}, False),
        (ORGANIZER, {"author": "omar"}, False),
        (ORGANIZER, {"audience": "anonymous"}, False),
        (EVERYTHING, {"audience": "anonymous"}, True),
        (EVERYTHING, {"units": []}, True),
        (EVERYTHING, {"author": "ada"}, False),
        (EVERYTHING, {"would_read": False}, False),
        (Actor(organisation="o", member="li"), {}, False),
        (Actor(organisation="o"), {}, False),
    ],
)
def test_who_may_act_on_a_piece(actor, facts, may):
    given = {
        "author": "maria",
        "units": ["harbour"],
        "audience": "organisation",
        "would_read": True,
    }
    assert access.may_review(actor, **(given | facts)) is may
