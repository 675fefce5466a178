"""Who comes late, what counts as one text, and what a draft would count for."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from webapp.answers.counting import Answered
from webapp.requirements import newcomers, plan
from webapp.requirements.asking import Required, Says
from webapp.requirements.counting import SpanProgress, progress_in
from webapp.requirements.happened import Discussed, Happened, Heard, Piece, Reading, Text
from webapp.requirements.holding import Before, Given, Node, Person, Plan, Since
from webapp.requirements.progress import MemberProgress
from webapp.requirements.serving import serving
from webapp.requirements.setting import Known, Problem, Sent, wanted
from webapp.requirements.spans import Span, is_joined, of_period


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


YEAR = Says(title="Write", from_day=day("01-01"), starts_on=day("01-01"), ends_on=None,
            pace="month", write=1)  # fmt: skip
NOVEMBER = Span(day("11-01"), day("11-30"))
TREE = {
    "root": Node("root", "All", "committee"),
    "east": Node("east", "East", "branch", "root"),
    "west": Node("west", "West", "branch", "root"),
}
ASKED = Required("r", "root", (YEAR,))


# Whoever comes while a span runs


@pytest.mark.parametrize(
    ("pace", "starts", "due", "latest"),
    [
        ("month", "11-01", "11-30", "11-16"),  # fifteen of thirty days are left then
        ("month", "05-01", "05-31", "05-16"),  # sixteen of thirty-one
        ("week", "11-23", "11-29", "11-26"),
        ("quarter", "10-01", "12-31", "11-16"),
        ("once", "11-01", "11-10", "11-06"),
        ("once", "01-01", "12-31", "12-02"),  # a month is enough: there is no next span
    ],
)
def test_a_span_is_asked_of_whoever_has_half_of_it_ahead(pace, starts, due, latest):
    span = Span(day(starts), day(due))
    assert newcomers.latest(replace(YEAR, pace=pace), span) == day(latest)


def asked_of(person: Person, *, on: str, span: Span = NOVEMBER, tree=TREE, **options):
    found = Plan(tree, (ASKED,))
    return newcomers.asked_through(ASKED, YEAR, span, person, found, on=day(on), **options)


def came(person: Person, *, on: str, required: Required = ASKED, tree=TREE):
    found = Plan(tree, (required,))
    return newcomers.came(required, required.newest, NOVEMBER, person, found, on=day(on))


def since(unit: str, start: str, until: str | None = None) -> Since:
    return Since(unit, day(start), day(until) if until else None)


def test_who_comes_late_is_asked_from_the_next_span_on():
    late = Person("m", "Maria", (since("east", "11-26"),))
    assert asked_of(late, on="11-27") is None
    assert came(late, on="11-27") == day("11-26")
    december = Span(day("12-01"), day("12-31"))
    assert asked_of(late, on="11-27", span=december) == "east"
    assert asked_of(late, on="12-05") is None  # nor is it missing afterwards
    assert came(Person("m", "Maria", (since("east", "11-16"),)), on="11-27") is None
    assert asked_of(Person("m", "Maria", (since("east", "11-16"),)), on="11-27") == "east"


def test_who_moves_below_the_unit_that_asks_is_asked_all_the_while():
    moved = Person("m", "Maria", (since("east", "01-01", "11-26"), since("west", "11-26")))
    assert asked_of(moved, on="11-27") == "west"
    assert asked_of(moved, on="11-27", within="west") == "west"
    assert came(moved, on="11-27") is None


def test_a_role_given_late_and_a_unit_moved_late_begin_with_the_next_span():
    asked = replace(ASKED, versions=(replace(YEAR, role_id="secretary"),))
    given = Given("east", day("11-20"), None, "secretary")
    person = Person("m", "Maria", (since("east", "01-01"),), (given,))
    assert came(person, on="11-27", required=asked) == day("11-20")
    before = (Before(day("11-22"), "branch", None),)
    tree = {**TREE, "east": replace(TREE["east"], before=before)}
    there = Person("m", "Maria", (since("east", "01-01"),))
    assert asked_of(there, on="11-27", tree=tree) is None
    assert came(there, on="11-27", tree=tree) == day("11-22")


# When it is asked


def test_a_span_with_the_rest_of_another_says_so():
    first, second = of_period(day("11-20"), None, "quarter", until=day("12-01"))
    assert (first.due, is_joined(first, "quarter")) == (dt.date(2027, 3, 31), True)
    assert not is_joined(second, "quarter")
    (alone,) = of_period(day("11-20"), day("12-31"), "quarter", until=day("12-01"))
    assert not is_joined(alone, "quarter")
    assert not is_joined(Span(day("01-01"), day("12-31")), "once")


def test_the_plan_says_from_when_to_when_it_is_asked_now():
    (line,) = plan.lines(Plan(TREE, (ASKED,)), "east", day("11-27"))
    assert line.span == NOVEMBER


# A text and its translation are one


TEXTS = {
    slug: Text(title, frozenset(("water",)), "river", frozenset(("river", "river-zh")))
    for slug, title in (("river", "The river"), ("river-zh", "河"))
}


def read(says: Says, *, pieces: tuple[Piece, ...] = (), marked: tuple[str, ...] = ()):
    readings = tuple(
        Reading(slug, TEXTS[slug].title if slug in TEXTS else slug, day("11-05")) for slug in marked
    )
    happened = Happened(pieces=pieces, readings=readings, texts=TEXTS)
    (task,) = progress_in(says, NOVEMBER, happened, on=day("11-20")).tasks
    return task


def test_a_text_and_its_translation_count_once_and_the_line_says_so():
    two = replace(YEAR, write=0, read=2)
    task = read(two, marked=("river", "river-zh", "hill"))
    assert task.counted == 2
    assert [(line.title, line.again) for line in task.lines] == [("hill", False), ("The river", True)]  # fmt: skip
    cited = Piece("p", "On it", "reflection", day("11-08"), texts=frozenset(("river-zh",)))
    (line,) = read(two, marked=("river",), pieces=(cited,)).lines
    assert (line.id, line.again) == ("river-zh", True)  # what the unit sees too


def test_who_is_asked_for_a_text_may_take_it_in_another_language():
    asked = replace(YEAR, content="readings", readings=("river",), write=0, read=1)
    task = read(asked, marked=("river-zh",))
    assert (task.counted, task.lines[0].texts) == (1, TEXTS["river"].versions)
    assert not read(asked, marked=("hill",)).lines
    about = Piece("p", "On it", "reflection", day("11-08"), texts=frozenset(("river-zh",)))
    said = Discussed("q", "Theirs", day("11-09"), texts=frozenset(("river-zh",)))
    happened = Happened(pieces=(about,), discussed=(said,), texts=TEXTS)
    both = replace(asked, read=0, write=1, discuss=1)
    written, discussed = progress_in(both, NOVEMBER, happened, on=day("11-20")).tasks
    assert written.lines[0].why == "unanswered"
    assert discussed.counted == 1


def test_a_text_and_its_translation_are_not_two_that_can_be_asked_for():
    sent = Sent(title="Read", starts_on="2026-11-01", content="readings", readings="river\nriver-zh",
                counts={"read": "2"})  # fmt: skip
    known = Known(today=day("11-01"), texts={slug: slug for slug in TEXTS})
    assert wanted(sent, known).says is not None  # of two different ones
    one = replace(known, works={slug: text.work for slug, text in TEXTS.items()})
    assert wanted(sent, one).problems == {"read": Problem("more_than_there_is", "1")}


# What a draft would count for


def progress(says: Says, *pieces: Piece) -> MemberProgress:
    now: SpanProgress = progress_in(
        says, NOVEMBER, Happened(pieces=pieces, texts=TEXTS), on=day("11-20")
    )
    return MemberProgress("r", "root", "All", True, says, now, ())


DRAFT = Piece("d", "Draft", "reflection", day("11-20"), texts=frozenset(("river-zh",)))
HEARD = (Heard("li", Answered(day("11-03"), "echo")),)


def test_a_draft_serves_what_the_rule_of_counting_would_let_it_serve():
    both = replace(YEAR, content="readings", readings=("river",), read=1)
    (one,) = serving([progress(both)], DRAFT, TEXTS)
    assert set(one.methods) == {"read", "write"}
    (one,) = serving([progress(replace(YEAR, genres=("speech",)))], DRAFT, TEXTS)
    assert (one.methods, one.why_not) == ((), "other_kind")
    other = replace(YEAR, content="themes", themes=("service",))
    served, unserved = serving([progress(other), progress(YEAR)], DRAFT, TEXTS)
    assert served.methods == ("write",)
    assert unserved.why_not == "other_content"


def test_a_draft_serves_nothing_that_is_done_or_not_asked_now():
    done = Piece("p", "Done", "reflection", day("11-02"), heard=HEARD)
    assert not serving([progress(YEAR, done)], DRAFT, TEXTS)
    assert not serving([progress(replace(YEAR, write=0, attend=1))], DRAFT, TEXTS)
    assert not serving([progress(YEAR)], replace(DRAFT, handed_in=day("12-01")), TEXTS)
    (one,) = serving([progress(YEAR, replace(DRAFT, heard=HEARD))], DRAFT, TEXTS)
    assert one.counts_already
