"""What is asked of whom, when it is due, what counts, and what is wrong with a form."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.answers.counting import Answered
from webapp.requirements import entering, plan, setting
from webapp.requirements.asking import Required, Says, says_on
from webapp.requirements.contradictions import clashes
from webapp.requirements.counting import progress_in
from webapp.requirements.happened import (
    Attended,
    Discussed,
    FollowedUp,
    Happened,
    Heard,
    Piece,
    Reading,
    Reviewed,
)
from webapp.requirements.holding import (
    Answerers,
    Before,
    Given,
    Node,
    Person,
    Plan,
    Since,
    holds_through,
)
from webapp.requirements.setting import Known, Sent
from webapp.requirements.spans import Span, of_period, of_requirement


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


YEAR = Says(title="Write", from_day=day("01-01"), starts_on=day("01-01"), ends_on=None,
            pace="month", write=1)  # fmt: skip
MAY = Span(day("05-01"), day("05-31"))
ANSWERED = Heard("reader", Answered(day("05-03"), "echo"))


def piece(**others) -> Piece:
    values = {"id": "p", "title": "On water", "genre": "reflection", "handed_in": day("05-02")}
    return Piece(**{**values, "heard": (ANSWERED,), **others})


def whys(says: Says, *pieces: Piece, on: str = "05-20", last: bool = False, **options):
    """Reason and whether it counts, of each line of what was written."""
    found = progress_in(says, MAY, Happened(pieces=pieces), on=day(on), last=last, **options)
    return [(line.why, line.counts) for task in found.tasks for line in task.lines]


# Spans of time


@pytest.mark.parametrize(
    ("starts", "ends", "pace", "expected"),
    [
        ("01-01", "03-31", "once", ["01-01 03-31"]),
        ("01-01", "03-31", "month", ["01-01 01-31", "02-01 02-28", "03-01 03-31"]),
        ("01-30", "04-03", "month", ["01-30 02-28", "03-01 04-03"]),  # short ends are joined
        ("01-15", "01-20", "month", ["01-15 01-20"]),  # ... unless there is nothing else
        ("01-01", "01-18", "week", ["01-01 01-04", "01-05 01-11", "01-12 01-18"]),
        ("01-01", "06-30", "quarter", ["01-01 03-31", "04-01 06-30"]),
    ],
)
def test_a_period_and_a_pace_give_spans_of_the_calendar(starts, ends, pace, expected):
    found = of_period(day(starts), day(ends), pace, until=day("12-31"))
    assert [f"{s.starts:%m-%d} {s.due:%m-%d}" for s in found] == expected


def test_a_period_that_ends_before_it_begins_has_no_span():
    assert of_period(day("03-01"), day("02-01"), "month", until=day("12-31")) == []


@given(
    st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31)),
    st.integers(0, 900),
    st.sampled_from(["week", "month", "quarter"]),
)
def test_spans_cover_each_day_of_the_period_exactly_once(starts, days, pace):
    ends = starts + dt.timedelta(days=days)
    found = of_period(starts, ends, pace, until=ends)
    covered = [
        s.starts + dt.timedelta(n) for s in found for n in range((s.due - s.starts).days + 1)
    ]
    assert covered == [starts + dt.timedelta(n) for n in range(days + 1)]


@given(st.dates(dt.date(2025, 1, 1), dt.date(2025, 12, 31)), st.integers(0, 500))
def test_a_span_that_has_begun_does_not_depend_on_how_far_one_looks(starts, ahead):
    ends = starts + dt.timedelta(days=400)
    far = of_period(starts, ends, "month", until=ends)
    near = starts + dt.timedelta(days=ahead)
    seen = of_period(starts, ends, "month", until=near)
    assert seen == far[: len(seen)]
    assert [s for s in seen if s.starts <= near] == [s for s in far if s.starts <= near]


# Versions


CHANGED = Required(
    "r", "branch", (YEAR, replace(YEAR, number=2, from_day=day("05-15"), write=3, reason="More"))
)


def test_a_change_reaches_the_spans_that_end_after_it_and_none_before():
    by_due = {span.due: says.write for says, span in of_requirement(CHANGED, until=day("06-10"))}
    assert by_due[day("04-30")] == 1
    assert by_due[day("05-31")] == 3


def test_what_held_on_a_day_stays_what_held():
    assert says_on(CHANGED, day("05-14")).write == 1
    assert says_on(CHANGED, day("05-15")).write == 3
    assert says_on(CHANGED, dt.date(2025, 12, 31)) is None


def test_a_withdrawn_requirement_asks_nothing_that_is_due_later():
    withdrawn = replace(CHANGED, withdrawn_from=day("05-10"))
    dues = [span.due for _says, span in of_requirement(withdrawn, until=day("08-01"))]
    assert max(dues) == day("04-30")


# For whom


TREE = {
    "root": Node("root", "All", "committee"),
    "east": Node("east", "East", "branch", "root"),
    "team": Node("team", "Team", "team", "east"),
    "west": Node("west", "West", "branch", "root"),
}
ASKED = Required("r", "root", (YEAR,))


def member(*units: str, roles: tuple[Given, ...] = ()) -> Person:
    return Person("m", "Maria", tuple(Since(u, day("01-01")) for u in units), roles)


def through(required: Required, person: Person, *others: Required, on: str = "05-20"):
    found = Plan(TREE, (required, *others))
    return holds_through(required, required.newest, person, found, day=day(on))


def test_a_requirement_holds_in_its_unit_and_all_below():
    assert through(ASKED, member("team")) == "team"
    assert through(replace(ASKED, unit_id="east"), member("team")) == "team"
    assert through(replace(ASKED, unit_id="east"), member("west")) is None


def test_leaders_carry_the_same_as_everybody():
    leader = member("east", roles=(Given("east", day("01-01"), None, "secretary"),))
    assert through(ASKED, leader) == "east"


def test_a_role_must_be_given_there_and_then():
    asked = replace(ASKED, versions=(replace(YEAR, role_id="secretary"),))
    assert through(asked, member("team")) is None
    given_above = Given("east", day("05-01"), day("06-01"), "secretary")
    assert through(asked, member("team", roles=(given_above,))) == "team"
    assert through(asked, member("team", roles=(given_above,)), on="06-01") is None
    asked_below = replace(asked, unit_id="team")  # given above the unit that asks
    assert through(asked_below, member("team", roles=(given_above,))) is None
    elsewhere = Given("west", day("01-01"), None, "secretary")
    assert through(asked, member("team", roles=(elsewhere,))) is None


def test_a_kind_of_unit_is_that_of_the_members_own_unit():
    asked = replace(ASKED, versions=(replace(YEAR, unit_kind="team"),))
    assert through(asked, member("team")) == "team"
    assert through(asked, member("east")) is None


def test_one_of_a_unit_below_stands_in_where_that_is_allowed():
    allowed = replace(ASKED, versions=(replace(YEAR, may_replace=True),))
    other = Required("s", "east", (YEAR,), replaces_id="r")
    assert through(allowed, member("team"), other) is None
    assert through(allowed, member("west"), other) == "west"
    assert through(ASKED, member("team"), other) == "team"  # not allowed: both hold
    withdrawn = replace(other, withdrawn_from=day("05-01"))
    assert through(allowed, member("team"), withdrawn) == "team"


def test_what_stands_in_only_for_a_role_leaves_the_others_as_they_were():
    allowed = replace(ASKED, versions=(replace(YEAR, may_replace=True),))
    other = Required("s", "east", (replace(YEAR, role_id="secretary"),), replaces_id="r")
    assert through(allowed, member("east"), other) == "east"


def test_who_left_or_came_is_asked_for_the_days_they_were_there():
    left = Person("m", "Maria", (Since("east", day("01-01"), day("04-01")),))
    assert through(ASKED, left, on="03-31") == "east"
    assert through(ASKED, left, on="04-01") is None


def test_a_merged_unit_asks_nothing_of_those_who_still_read_in_it():
    tree = {**TREE, "west": replace(TREE["west"], closed_on=day("03-01"))}
    found = Plan(tree, (ASKED,))
    person = member("west")
    assert holds_through(ASKED, YEAR, person, found, day=day("02-28")) == "west"
    assert holds_through(ASKED, YEAR, person, found, day=day("03-01")) is None


def test_what_was_due_is_asked_along_the_tree_as_it_stood():
    then = (
        Before(day("02-01"), "group", "east"),
        Before(day("04-10"), "team", "east", leading_group="root"),
    )
    tree = {**TREE, "team": replace(TREE["team"], kind="branch", parent="west", before=then)}
    of_kind = {kind: Required(kind, "root", (replace(YEAR, unit_kind=kind),)) for kind in ("group", "team", "branch")}  # fmt: skip
    of_unit = {unit: replace(ASKED, id=unit, unit_id=unit) for unit in ("root", "east", "west")}
    found = Plan(tree, (*of_kind.values(), *of_unit.values()))
    on_team = Person("m", "Maria", (Since("team", day("01-01")),))

    def asks(on: str) -> set[str]:
        return {
            one.id
            for one in found.required
            if holds_through(one, one.newest, on_team, found, day=day(on)) == "team"
        }

    assert asks("01-31") == {"group", "root", "east"}
    assert asks("02-01") == asks("04-09") == {"team", "root", "east"}
    assert asks("04-10") == asks("12-31") == {"branch", "root", "west"}
    assert found.ever_above("team") == {"team", "east", "west", "root"}
    who = Answerers(groups={"root": (("lead", Since("root", day("01-01"))),)})

    def leads(on: str) -> bool:
        then = found.on(day(on)).tree
        return who.may("lead", day(on), kind="leading_group", unit_id="team", tree=then)

    assert [leads(on) for on in ("01-31", "04-09", "04-10")] == [False, True, False]


def test_whoever_organizes_a_unit_today_sees_what_it_was_asked_elsewhere():
    moved = replace(TREE["team"], parent="west", before=(Before(day("04-10"), "team", "east"),))
    asked = replace(ASKED, unit_id="east")
    found = Plan({**TREE, "team": moved}, (asked,))

    def seen(within: str) -> str | None:
        person = member("team")
        return holds_through(asked, YEAR, person, found, day=day("03-31"), within=within)

    assert seen("west") == "team"
    assert seen("east") is None


def test_a_circle_in_the_tree_ends():
    tree = {"a": Node("a", "A", "team", "b"), "b": Node("b", "B", "team", "a")}
    asked = Required("r", "b", (YEAR,))
    assert holds_through(asked, YEAR, member("a"), Plan(tree, (asked,)), day=MAY.due) == "a"


# What counts


def test_a_piece_counts_when_it_was_answered_and_the_line_says_when():
    found = progress_in(YEAR, MAY, Happened(pieces=(piece(),)), on=day("05-20"))
    (line,) = found.tasks[0].lines
    assert (line.counts, line.why, line.day) == (True, "answered", day("05-03"))
    assert found.state == "kept"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"heard": ()}, "unanswered"),
        ({"heard": (Heard("m", Answered(day("05-03"), "echo", by_author=True)),)}, "unanswered"),
        ({"heard": (Heard("x", Answered(day("05-03"), "echo", taken_back=True)),)}, "unanswered"),
        ({"status": "withdrawn"}, "withdrawn"),
        ({"hidden": True}, "hidden"),
        ({"objected": True}, "objected"),
    ],
)
def test_a_piece_that_does_not_count_says_why(changed, why):
    assert whys(YEAR, piece(**changed)) == [(why, False)]


def test_an_answer_that_comes_after_the_period_still_counts():
    late = Heard("reader", Answered(day("07-03"), "question"))
    assert whys(YEAR, piece(heard=(late,)), on="07-10") == [("answered", True)]


def test_a_piece_after_the_last_span_is_named_as_late():
    after = piece(handed_in=day("06-05"))
    assert whys(YEAR, after, on="06-10", last=True) == [("late", False)]
    assert whys(YEAR, after, on="06-10") == []  # it counts in the next span


def test_who_must_answer_is_asked_of_each_answer():
    says = replace(YEAR, answered_by="organizer")
    assert whys(says, piece(), answers_for_it=lambda by, _d: by == "boss") == [
        ("other_reader", False)
    ]
    both = (ANSWERED, Heard("boss", Answered(day("05-09"), "echo")))
    assert whys(says, piece(heard=both), answers_for_it=lambda by, _d: by == "boss") == [
        ("answered", True)
    ]


def test_accepting_is_asked_for_where_the_requirement_says_so():
    says = replace(YEAR, accepted_when="accepted")
    assert whys(says, piece()) == [("not_accepted", False)]
    accepted = Reviewed(True, day("05-06"))
    assert whys(says, piece(reviewed=accepted)) == [("accepted", True)]
    assert whys(says, piece(reviewed=replace(accepted, accepted=False))) == [("asked_back", False)]
    # asking back is an answer too
    asked_back = piece(reviewed=replace(accepted, accepted=False))
    assert whys(YEAR, asked_back) == [("answered", True)]


def test_content_and_kind_are_looked_at():
    themes = replace(YEAR, content="themes", themes=("service",))
    assert whys(themes, piece()) == [("other_content", False)]
    assert whys(themes, piece(themes=frozenset({"service", "water"}))) == [("answered", True)]
    texts = replace(YEAR, content="list", readings=("on-water",))
    assert whys(texts, piece(texts=frozenset({"on-water"}))) == [("answered", True)]
    assert whys(replace(YEAR, genres=("speech",)), piece()) == [("other_kind", False)]


def test_a_piece_serves_one_span_of_a_requirement_only():
    happened = Happened(pieces=(piece(),))
    counted = [
        sum(task.counted for task in progress_in(says, span, happened, on=day("12-01")).tasks)
        for says, span in of_requirement(Required("r", "root", (YEAR,)), until=day("12-01"))
    ]
    assert sum(counted) == 1


def test_a_piece_counts_for_each_requirement_and_method_that_it_fulfils():
    both = replace(YEAR, practise=1)
    found = progress_in(both, MAY, Happened(pieces=(piece(genre="experience"),)), on=day("05-20"))
    assert [(task.method, task.counted) for task in found.tasks] == [("write", 1), ("practise", 1)]


def test_reading_counts_once_and_what_is_cited_is_seen_by_the_unit():
    says = replace(YEAR, write=0, read=1)
    marked = Reading("on-water", "On water", day("05-01"))
    cited = piece(texts=frozenset({"on-water"}), heard=())
    found = progress_in(says, MAY, Happened(pieces=(cited,), readings=(marked,)), on=day("05-20"))
    (line,) = found.tasks[0].lines
    assert (line.why, line.private) == ("cited", False)
    only_marked = progress_in(says, MAY, Happened(readings=(marked,)), on=day("05-20"))
    assert only_marked.tasks[0].lines[0].private


def test_discussing_attending_and_practising_count_by_their_day():
    says = replace(YEAR, write=0, discuss=1, attend=1, practise=1)
    happened = Happened(
        discussed=(Discussed("q", "Theirs", day("05-04")), Discussed("q", "Theirs", day("05-09"))),
        attended=(
            Attended("a", "Evening", day("05-05"), "Ada"),
            Attended("b", "Evening", day("06-05"), "Ada"),
        ),
        goals=(FollowedUp("g", "Call them", day("05-08")),),
    )
    found = progress_in(says, MAY, happened, on=day("05-20"))
    assert [(t.method, [line.id for line in t.lines]) for t in found.tasks] == [
        ("discuss", ["q"]),
        ("attend", ["a"]),
        ("practise", ["g"]),
    ]
    assert found.tasks[2].lines[0].private


def test_what_somebody_objects_to_does_not_count():
    says = replace(YEAR, write=0, attend=1)
    happened = Happened(attended=(Attended("a", "Evening", day("05-05"), "Ada", objected=True),))
    assert progress_in(says, MAY, happened, on=day("05-20")).tasks[0].missing == 1


@pytest.mark.parametrize(
    ("heard", "on", "state"),
    [((ANSWERED,), "05-20", "kept"), ((), "05-20", "waiting"), ((), "06-20", "waiting")],
)
def test_what_is_handed_in_waits_for_its_reader_and_is_nobodys_fault(heard, on, state):
    found = progress_in(YEAR, MAY, Happened(pieces=(piece(heard=heard),)), on=day(on))
    assert found.state == state


@pytest.mark.parametrize(
    ("on", "state"), [("04-20", "ahead"), ("05-20", "open"), ("06-01", "over")]
)
def test_a_span_without_anything_is_ahead_open_or_over(on, state):
    assert progress_in(YEAR, MAY, Happened(), on=day(on)).state == state


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_order_of_what_happened_changes_nothing(ids):
    pieces = tuple(
        piece(id=id, heard=(ANSWERED,) if id in "ab" else (), handed_in=day("05-02")) for id in ids
    )
    found = progress_in(YEAR, MAY, Happened(pieces=pieces), on=day("05-20"))
    assert [line.id for line in found.tasks[0].lines] == ["a", "b", "c", "d"]


def test_organizers_of_a_unit_above_and_the_nearest_leading_group_answer_for_it():
    tree = {**TREE, "east": replace(TREE["east"], leading_group="west")}
    who = Answerers(
        appointed={"root": (("boss", Since("root", day("01-01"), day("05-01"))),)},
        everywhere=frozenset({"ada"}),
        groups={"west": (("lead", Since("west", day("01-01"))),)},
    )

    def may(by: str, kind: str, on: str = "04-30") -> bool:
        return who.may(by, day(on), kind=kind, unit_id="team", tree=tree)

    assert may("anybody", "reader")
    assert may("boss", "organizer")
    assert not may("boss", "organizer", "05-01")
    assert may("ada", "organizer")
    assert not may("lead", "organizer")
    assert may("lead", "leading_group")
    assert not may("boss", "leading_group")


# Contradictions


def clash(mine: Says, theirs: Says, *, unit="team", other="root") -> list[tuple[str, str | None]]:
    found = clashes(mine, unit, [Required("o", other, (theirs,))], tree=TREE, day=day("05-01"))
    return [(one.about, one.method) for one in found]


def test_the_same_in_another_quantity_contradicts_also_for_another_role():
    mine = replace(YEAR, write=3, role_id="secretary")
    assert clash(mine, replace(YEAR, role_id="group-leader")) == [("quantity", "write")]
    assert clash(YEAR, YEAR) == []


def test_the_same_piece_judged_otherwise_contradicts():
    assert clash(replace(YEAR, answered_by="organizer"), YEAR) == [("assessment", None)]
    about = replace(YEAR, content="themes", themes=("a",), answered_by="organizer")
    assert clash(about, replace(YEAR, content="themes", themes=("b",))) == []


def test_what_cannot_meet_does_not_contradict():
    more = replace(YEAR, write=3)
    assert clash(more, YEAR, unit="west", other="east") == []
    assert clash(replace(more, unit_kind="team"), replace(YEAR, unit_kind="branch")) == []
    assert clash(replace(more, starts_on=day("07-01")), replace(YEAR, ends_on=day("06-30"))) == []


# The plan of a unit


def test_the_plan_says_what_is_inherited_and_what_stands_in_its_place():
    above = Required("r", "root", (replace(YEAR, may_replace=True),))
    here = Required("s", "east", (replace(YEAR, title="Ours", reason="Harvest"),), replaces_id="r")
    lines = {one.required.id: one for one in plan.lines(Plan(TREE, (above, here)), "east", MAY.due)}
    assert lines["r"].inherited
    assert lines["r"].replaced_by == here
    assert lines["s"].replaces == above
    assert not lines["s"].inherited


def test_the_plan_says_what_is_over_withdrawn_or_comes():
    states = {
        "comes": Required("a", "east", (replace(YEAR, starts_on=day("07-01")),)),
        "over": Required("b", "east", (replace(YEAR, ends_on=day("02-01")),)),
        "withdrawn": Required("c", "east", (YEAR,), withdrawn_from=day("03-01")),
        "holds": Required("d", "east", (YEAR,)),
    }
    found = plan.lines(Plan(TREE, tuple(states.values())), "east", MAY.due)
    assert [(one.state, one.required.id) for one in found] == [
        ("holds", "d"),
        ("comes", "a"),
        ("over", "b"),
        ("withdrawn", "c"),
    ]


# What a form says


FORM = Sent(title="Write", starts_on="2026-05-01", ends_on="2026-12-31", counts={"write": "1"})
KNOWN = Known(today=day("05-04"), kinds=frozenset({"branch"}), roles=frozenset({"secretary"}),
              themes=frozenset({"service"}))  # fmt: skip


def problems(known: Known = KNOWN, **changed) -> dict[str, str]:
    found = setting.wanted(replace(FORM, **changed), known)
    assert (found.says is None) == bool(found.problems)
    return {name: one.what for name, one in found.problems.items()}


def test_a_form_that_is_right_becomes_what_the_requirement_says():
    found = setting.wanted(FORM, KNOWN)
    assert found.problems == {}
    assert found.says == Says(
        title="Write",
        from_day=day("05-04"),
        starts_on=day("05-01"),
        ends_on=day("12-31"),
        pace="month",
        write=1,
    )
    assert setting.wanted(setting.sent_of(found.says), KNOWN).says == found.says


def test_what_is_wrong_hides_neither_the_rest_that_is_wrong_nor_what_it_would_contradict():
    known = replace(KNOWN, texts={"A": "a", "B": None, "C": None})
    wrong = {"title": "", "ends_on": "soon", "content": "readings", "readings": "A\nB\nC"}
    found = setting.wanted(replace(FORM, **wrong), known)
    assert {name: one.detail for name, one in found.problems.items()} == {
        "title": "", "ends_on": "", "readings": "B\nC",
    }  # fmt: skip
    assert found.says is None
    assert (found.read.write, found.read.readings, found.read.ends_on) == (1, ("a",), None)
    usual = setting.wanted(replace(FORM, title="", answered_by="organizer"), KNOWN).read
    assert clash(usual, YEAR) == [("assessment", None)]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"title": ""}, {"title": "empty"}),
        ({"title": "x" * 201}, {"title": "too_long"}),
        ({"ends_on": "2026-04-30"}, {"ends_on": "ends_before"}),
        ({"starts_on": "2026-03-01", "ends_on": "2026-03-31"}, {"ends_on": "over"}),
        ({"starts_on": ""}, {"starts_on": "no_day"}),
        ({"starts_on": "2026-02-30"}, {"starts_on": "not_a_day"}),
        ({"ends_on": "2099-01-01"}, {"ends_on": "too_far"}),
        ({"pace": "once", "ends_on": ""}, {"ends_on": "no_end"}),
        ({"pace": "daily"}, {"pace": "choose"}),
        ({"counts": {}}, {"counts": "nothing_asked"}),
        ({"counts": {"write": "many"}}, {"write": "not_a_number"}),
        ({"counts": {"write": "100"}}, {"write": "too_many"}),
        ({"content": "themes"}, {"themes": "none_chosen"}),
        ({"content": "themes", "themes": ("no",)}, {"themes": "unknown"}),
        ({"content": "list"}, {"list_id": "none_chosen"}),
        ({"content": "list", "list_id": "x"}, {"list_id": "gone"}),
        ({"content": "readings"}, {"readings": "none_chosen"}),
        ({"content": "readings", "readings": "Nowhere"}, {"readings": "unknown"}),
        ({"unit_kind": "office"}, {"unit_kind": "no_such_unit"}),
        ({"role_id": "nobody"}, {"role_id": "unknown"}),
        ({"answered_by": "leading_group"}, {"answered_by": "nobody_leads"}),
    ],
)
def test_what_is_wrong_is_named_by_its_field(changed, expected):
    assert problems(**changed) == expected


def test_more_readings_than_there_are_can_never_be_met():
    known = replace(KNOWN, list=setting.Chosen("five", "Five", ("a", "b")))
    sent = {"content": "list", "list_id": "l", "counts": {"read": "3"}}
    assert problems(known, **sent) == {"read": "more_than_there_is"}


def test_attending_can_never_be_met_when_nobody_enters_it():
    known = replace(KNOWN, somebody_enters=False)
    assert problems(known, counts={"attend": "1"}) == {"attend": "nobody_enters"}


@pytest.mark.parametrize(
    ("from_day", "expected"),
    [("2026-05-03", "past"), ("", "no_day"), ("2027-01-01", "after_end"), ("soon", "not_a_day")],
)
def test_a_change_begins_today_or_later_while_something_is_asked(from_day, expected):
    known = replace(KNOWN, before=ASKED)
    assert problems(known, from_day=from_day, reason="Why")["from_day"] == expected


def test_a_change_and_a_replacement_give_their_reason():
    known = replace(KNOWN, before=ASKED)
    assert problems(known, from_day="2026-05-04") == {"reason": "empty"}
    assert problems(replace(KNOWN, gives_reason=True)) == {"reason": "empty"}


@given(
    st.dates(dt.date(2025, 6, 1), dt.date(2027, 6, 1)),
    st.integers(0, 400),
    st.sampled_from(["once", "week", "month", "quarter"]),
    st.none() | st.integers(0, 400),
)
def test_whatever_is_let_through_is_due_some_day(starts, days, pace, changed_in):
    ends = starts + dt.timedelta(days=days)
    known, more = KNOWN, {}
    if changed_in is not None:
        known = replace(KNOWN, before=ASKED)
        more = {"from_day": str(KNOWN.today + dt.timedelta(days=changed_in)), "reason": "Why"}
    sent = replace(FORM, starts_on=str(starts), ends_on=str(ends), pace=pace, **more)
    says = setting.wanted(sent, known).says
    if says is not None:
        before = known.before.versions if known.before else ()
        due = of_requirement(Required("r", "root", (*before, says)), until=ends)
        assert says in [said for said, _span in due]


# Entries on behalf of others


def test_attendance_names_somebody_of_the_unit_and_a_day_that_was():
    sent = entering.AttendanceSent(what="Evening", day="2026-05-04", members=("m",), guests="Ana\n")
    found = entering.attendance(sent, present=["m"], today=day("05-04"))
    assert (found.problems, found.guests, found.day) == ({}, ("Ana",), day("05-04"))

    def wrong(**changed):
        given_by = entering.attendance(
            replace(sent, **changed), present=["m"], today=day("05-04")
        ).problems
        return {name: one.what for name, one in given_by.items()}

    assert wrong(what="") == {"what": "empty"}
    assert wrong(day="2026-05-05") == {"day": "future"}
    assert wrong(members=("x",)) == {"members": "not_of_unit"}
    assert wrong(members=(), guests="") == {"members": "nobody"}
    assert wrong(minutes="half") == {"minutes": "not_a_number"}


def test_a_piece_on_paper_needs_a_person_words_and_their_consent():
    sent = entering.PieceSent(
        name="Ana", title="Mine", body="Words", day="2026-05-04", consent=True
    )

    def wrong(**changed):
        found = entering.piece(
            replace(sent, **changed), without_account=["n"], text_found=False, today=day("05-04")
        )
        return {name: one.what for name, one in found.problems.items()}

    assert wrong() == {}
    assert wrong(consent=False) == {"consent": "no_consent"}
    assert wrong(name="") == {"name": "empty"}
    assert wrong(member_id="m") == {"member_id": "has_account"}
    assert wrong(member_id="n", name="") == {}
    assert wrong(body=" ") == {"body": "empty"}
    assert wrong(answered_on="2026-05-03") == {"answered_on": "before"}
    assert wrong(text="Nowhere") == {"text": "unknown"}
