"""Rules of reports: small groups, periods, waiting, themes, drawings, the table file."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from contextlib import contextmanager
from itertools import combinations, pairwise

import numpy as np
import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.reports import figures, leaving, periods, sections, small_groups, wording
from webapp.reports.counted import Found
from webapp.reports.figures import Table
from webapp.reports.grouping import Kind, Ways, groups, of_everybody, together
from webapp.reports.periods import NoPeriod, Period
from webapp.reports.plan import Asked, Kept, Window
from webapp.reports.sections import Section
from webapp.reports.small_groups import FEWEST, shown
from webapp.reports.untouched import Theme, by_want, untouched
from webapp.reports.waiting import Waits
from webapp.requirements.spans import Span
from webapp.units.rules import Node

TODAY = dt.date(2026, 5, 4)

# Small groups


def people(*members: str) -> dict[frozenset[str], int]:
    """Each member by the groups they are in, written with a letter each."""
    return dict(Counter(frozenset(groups) for groups in members))


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (["T"] * 4, ""),
        (["T"] * 5, "T"),
        (["TA"] * 5 + ["T"], "T"),  # six less a shown five is a person
        (["TA"] * 5, "TA"),  # the same people
        (["TA"] * 5 + ["T"] * 5, "TA"),
        (["TA"] * 6 + ["TB"] * 5 + ["T"], "TA"),  # A and B together would tell the one
        (["TA"] * 6 + ["TB"] * 3, "T"),  # nor is the large one shown beside a small one
        (["TA"] * 6 + ["TB"] * 3 + ["TC"] * 2, "TA"),  # two small ones hide each other
        (["TA"] * 9 + ["TB"] * 8 + ["TAL"] + ["TBL"] + ["T"] * 5, "TAB"),  # not the leading group
        (["TA"] * 6 + ["TB"] * 6 + ["TAB"], "TA"),  # who is in both would be told
    ],
)  # fmt: skip
def test_what_is_shown_of_small_groups(members, expected):
    assert shown(people(*members)) == frozenset(expected)


def computable(of: np.ndarray, fewest: int) -> bool:
    """Whether some sum and difference of the rows (a column for each person) is about
    at least one person and fewer than `fewest`."""
    count = of.shape[1]
    if not of.size:
        return False
    rank = np.linalg.matrix_rank(of)
    small = [c for n in range(1, fewest) for c in combinations(range(count), n)]
    if not small:
        return bool(rank)
    kept = np.ones((len(small), 1, count))
    for row, out in enumerate(small):
        kept[row, 0, list(out)] = 0
    # a combination that is about `out` alone vanishes once these people are left out
    return bool((np.linalg.matrix_rank(of[None] * kept) < rank).any())


memberships = st.lists(st.frozensets(st.sampled_from("ABCDE")), min_size=1, max_size=14)


@given(memberships)
@settings(max_examples=80, deadline=None)
def test_no_combination_of_shown_groups_is_about_fewer_than_five(found):
    members = [groups | {"T"} for groups in found]
    told = sorted(shown(Counter(members)))
    of = np.array([[float(group in m) for m in members] for group in told]).reshape(
        len(told), len(members)
    )
    assert not computable(of, FEWEST)
    parts = Counter(frozenset(m & set(told)) for m in members)  # "in A but not in B"
    assert all(number >= FEWEST for groups, number in parts.items() if groups)


def test_the_property_can_fail():
    members = [{"T", "A"}] * 5 + [{"T"}]
    assert computable(np.array([[1.0] * 6, [1.0] * 5 + [0.0]]), FEWEST)
    assert shown(Counter(frozenset(m) for m in members)) == {"T"}


@given(memberships, st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=4))
@settings(max_examples=30, deadline=None)
def test_nor_is_one_of_shown_groups_over_any_periods(found, asked):
    """A figure is a sum over people and days; four days, and any periods of them."""
    members = [groups | {"T"} for groups in found]
    told = sorted(shown(Counter(members)))
    spans = [(min(pair), max(pair)) for pair in asked]
    rows = [
        [float(g in m and first <= day <= last) for m in members for day in range(4)]
        for g in told
        for first, last in spans
    ]
    of = np.array(rows).reshape(len(rows), len(members), 4)
    for day in range(4):
        # what is about few people on all days is about few people on each
        assert not computable(np.unique(of[:, :, day], axis=0), FEWEST)
    if rows:
        flat = of.reshape(len(rows), -1)
        rank = np.linalg.matrix_rank(flat)
        for few in combinations(range(len(members)), min(4, len(members))):
            kept = of.copy()
            kept[:, list(few), :] = 0
            assert np.linalg.matrix_rank(kept.reshape(len(rows), -1)) == rank


def tree(**above: str) -> dict[str, Node]:
    return {id: Node(id, id, "branch", parent or None) for id, parent in above.items()}


def test_a_member_of_two_units_counts_once_in_the_unit_above():
    ways = Ways(tree(top="", a="top", b="top"))
    found = of_everybody(
        ways, {Kind(frozenset("a")): 6, Kind(frozenset("ab")): 5, Kind(frozenset("b")): 7}
    )
    assert found.sizes == {"top": 18, "a": 11, "b": 12}
    assert found.shown == {"top", "a", "b"}
    values = np.array([0, 3, 0])  # of each kind
    assert [found.sum(unit, values) for unit in ("top", "a", "b", "c")] == [3, 3, 3, 0]


def test_a_figure_about_some_people_of_a_unit_is_decided_by_these():
    ways = Ways(tree(top="", a="top", b="top"))
    everybody = {Kind(frozenset("a")): 8, Kind(frozenset("b")): 8}
    one_unit = groups(ways, everybody, lambda kind: kind.units & {"a"})
    assert one_unit.shown == {"top", "a"}
    few = {**everybody, Kind(frozenset("a"), "maria"): 1}
    assert groups(ways, few, lambda kind: kind.units if kind.member else ()).shown == frozenset()


def cells(members, asked) -> dict[str, frozenset[int]]:
    """The people of each cell that is shown: of everybody, by unit, and of each
    requirement. members: the units of each; asked: for whom each requirement holds."""
    ways = Ways(tree(T="", A="T", B="T", C="T"))
    kinds = [Kind(units, str(n)) for n, units in enumerate(members)]
    people = dict.fromkeys(kinds, 1)
    everybody = of_everybody(ways, people)
    those = {
        name: groups(ways, people, lambda kind, who=who: kind.units if int(kind.member) in who else ())
        for name, who in asked.items()
    }  # fmt: skip
    shown = {"": everybody.shown, **together(everybody, those)}
    return {
        f"{name} {unit}": frozenset(int(k.member) for k, in_ in of.within.items() if unit in in_)
        for name, of in {"": everybody, **those}.items()
        for unit in shown[name]
    }


numbers = st.frozensets(st.integers(0, 13))


@given(
    st.lists(st.frozensets(st.sampled_from("ABC"), min_size=1, max_size=2), min_size=5, max_size=14),
    st.lists(numbers | numbers.map(lambda out: frozenset(range(14)) - out), max_size=4),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_no_requirements_less_others_are_about_fewer_than_five(members, whom):
    found = cells(members, {f"R{n}": who for n, who in enumerate(whom)})
    for one, other in combinations(found.values(), 2):
        for rest in (one - other, other - one, one & other):
            assert not 0 < len(rest) < FEWEST
    of = np.array([[float(n in who) for n in range(len(members))] for who in found.values()])
    assert not computable(of.reshape(len(found), len(members)), FEWEST)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"R1": range(6), "R2": range(5)}, {" T", " A", "R1 A", "R1 T"}),  # less it: the sixth
        ({"R2": range(5)}, {" T", " A"}),  # so it is beside what all of them handed in
        ({"R2": range(4)}, {" T", " A"}),
        ({"R1": range(6), "R2": range(6)}, {" T", " A", "R1 A", "R1 T", "R2 A", "R2 T"}),
    ],
)  # fmt: skip
def test_a_requirement_for_some_of_a_unit_gives_way_to_one_for_all(asked, told):
    members = [frozenset("A")] * 6 + [frozenset("T")] * 6
    assert set(cells(members, asked)) == told


def test_of_requirements_for_some_the_larger_is_told():
    members = [frozenset("T")] * 20
    assert set(cells(members, {"R1": range(9), "R2": range(10)})) == {" T", "R2 T"}
    assert set(cells(members, {"R2": range(10), "R1": range(1, 11)})) == {" T", "R1 T"}  # by id
    told = set(cells(members, {"R1": range(5), "R2": range(10)}))
    assert told == {" T", "R1 T", "R2 T"}


def test_spans_are_summed_only_where_each_of_them_is_told():
    span = Span(TODAY, TODAY)
    both = Window(span, {"top": Kept(5, 3, 1), "a": Kept(5, 2, 2)})
    one = Window(span, {"top": Kept(6, 6, 0)})
    asked = Asked("r", "R", "top", (both, one))
    assert asked.whole("top") == Kept(11, 9, 1)
    assert asked.whole("a") is None


# Periods


@pytest.mark.parametrize(
    ("said", "first", "last", "kind"),
    [
        ({}, "2026-04-01", "2026-06-30", "quarter"),
        ({"period": "month"}, "2026-05-01", "2026-05-31", "month"),
        ({"period": "year"}, "2026-01-01", "2026-12-31", "year"),
        ({"period": "2024-02"}, "2024-02-01", "2024-02-29", "month"),
        ({"period": "2025-q4"}, "2025-10-01", "2025-12-31", "quarter"),
        ({"period": "2025"}, "2025-01-01", "2025-12-31", "year"),
        ({"from": "2026-05-04", "to": "2026-05-04"}, "2026-05-04", "2026-05-04", "days"),
    ],
)  # fmt: skip
def test_a_period_is_said_in_an_address(said, first, last, kind):
    found = periods.asked(said, TODAY)
    assert (found.first.isoformat(), found.last.isoformat(), found.kind) == (first, last, kind)
    assert periods.asked(found.query, TODAY) == found


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"period": "2026-13"}, "not_a_period"),
        ({"period": "0000"}, "not_a_period"),
        ({"period": "0000-Q2"}, "not_a_period"),
        ({"period": "٢٠٢٦"}, "not_a_period"),
        ({"period": "week"}, "not_a_period"),
        ({"period": "2027"}, "ahead"),
        ({"period": "1066"}, "too_far"),
        ({"from": "2026-02-30", "to": "2026-03-01"}, "not_a_day"),
        ({"from": "yesterday", "to": "2026-03-01"}, "not_a_day"),
        ({"from": "2026-03-01"}, "one_day"),
        ({"to": "2026-03-01"}, "one_day"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "ends_before"),
        ({"from": "2024-01-01", "to": "2026-03-01"}, "too_long"),
        ({"from": "2026-05-05", "to": "2026-05-06"}, "ahead"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "too_far"),
    ],
)  # fmt: skip
def test_what_is_no_period_is_named(said, why):
    with pytest.raises(NoPeriod) as refused:
        periods.asked(said, TODAY)
    assert refused.value.why == why


days = st.dates(dt.date(1971, 1, 1), dt.date(2100, 1, 1))


@given(days, st.integers(0, periods.LONGEST - 1))
def test_the_steps_of_a_period_hold_each_of_its_days_once(first, length):
    period = Period("days", first, first + dt.timedelta(days=length))
    steps = period.steps
    assert (steps[0][0], steps[-1][1]) == (period.first, period.last)
    one_day = dt.timedelta(days=1)
    assert all(after[0] - before[1] == one_day for before, after in pairwise(steps))
    assert len(steps) <= 25


@given(days, st.sampled_from(["month", "quarter", "year"]))
def test_before_and_after_are_neighbours(day, kind):
    period = periods.around(day, kind)
    assert period.first <= day <= period.last
    before = period.before
    assert before is None or before.last + dt.timedelta(days=1) == period.first
    assert period.after(period.last) is None
    assert period.after(dt.date(2200, 1, 1)).before == period


# Waiting


@pytest.mark.parametrize(
    ("days", "still", "half"),
    [
        ({}, 0, 1),
        ({0: 1}, 0, 1),
        ({0: 1, 2: 1, 9: 1}, 0, 3),
        ({0: 1, 2: 1}, 1, 3),
        ({0: 1}, 1, 1),
        ({0: 1}, 2, None),  # those that wait are not forgotten
        ({}, 4, None),
    ],
)  # fmt: skip
def test_half_are_answered_within(days, still, half):
    found = Waits(days, still)
    assert (found.half_within if found.all else 1) == half


@given(st.dictionaries(st.integers(0, 400), st.integers(0, 9)))
def test_every_answered_piece_is_in_one_band(days):
    assert sum(number for _b, _e, number in Waits(days, 3).bands()) == sum(days.values())


def test_the_bands_hold_the_days_they_name():
    assert [n for _b, _e, n in Waits({0: 1, 1: 2, 2: 3, 3: 4, 29: 5, 30: 6}, 0).bands()] == [
        1, 5, 4, 0, 5, 6,
    ]  # fmt: skip


# Themes, drawings, the file


def test_themes_that_are_asked_for_stand_first_and_empty_ones_are_left_out():
    found = by_want(
        ["a", "b", "c", "d"], texts={"a": 1, "b": 2, "d": 1}, pieces={"a": 3}, wanted={"d", "c"}
    )
    assert [theme.id for theme in found] == ["c", "d", "a", "b"]
    assert [theme.id for theme in untouched(found)] == ["c", "d", "b"]


def test_parts_of_a_bar_stand_side_by_side():
    bar, none = figures.bars([("A", "3", [1, 0, 2]), ("B", "0", [0, 0, 0])])
    assert [(p.kind, p.x, p.width) for p in bar.parts] == [
        ("first", "0.00%", "33.33%"), ("third", "33.33%", "66.67%"),
    ]  # fmt: skip
    assert none.parts == ()


def test_a_column_that_is_not_empty_can_be_seen():
    high, low, none = figures.columns([("a", 1000, "first"), ("b", 1, "first"), ("c", 0, "first")])
    assert (high.height, low.height, none.height) == (figures.PLOT, 2, 0)
    assert high.y + high.height == low.y + low.height == figures.ABOVE + figures.PLOT


def test_a_long_name_is_cut_where_the_number_stands():
    assert figures.short("Going to see") == "Going to see"
    assert figures.short("words, " * 20) == "words, words, words, words, words, wor…"
    assert len(figures.short("心得" * 40)) == 20


def test_each_number_is_a_line_of_the_file_and_formulas_are_words():
    table = Table(("Unit", "Period", "Asked", "Handed in"), (("=A1", "May", 5, 3),))
    figure = figures.Figure("f", "F", "", table)
    days = ("2026-05-01", "2026-05-31")
    columns = ("Unit", "First", "Last", "Question", "Figure", "Of", "Measure", "Number")
    sheet = leaving.as_csv("-1", days, [Section("q", "Q?", "", (figure,))], columns=columns)
    assert sheet.splitlines()[1:] == [
        "'-1,2026-05-01,2026-05-31,Q?,F,'=A1; May,Asked,5",
        "'-1,2026-05-01,2026-05-31,Q?,F,'=A1; May,Handed in,3",
    ]
    assert small_groups.FEWEST == 5


@pytest.mark.parametrize(
    ("pieces", "texts", "themes", "said"),
    [
        (3, ["A"], ["T"], "the text that they cite most is “A”, and their most frequent theme is “T”."),
        (3, ["A", "B"], [], "the texts that they cite most are “A”, “B”, and no theme is"),
        (3, list("ABCD"), ["T"], "no text is cited more often than others, and"),
        (1, ["A"], ["T", "U"], "One piece was handed in; it cites “A”, and is about “T”, “U”."),
        (1, [], [], "One piece was handed in; it cites no text of the library."),
    ],
)  # fmt: skip
def test_what_is_as_frequent_as_others_is_not_told_as_the_most(pieces, texts, themes, said):
    with in_english():
        assert said in wording.read(pieces, texts, themes)


@contextmanager
def in_english():
    app = Flask("words")
    Babel(app)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


def test_the_file_does_not_say_of_all_themes_that_nobody_touched_them():
    themes = [Theme("a", 3, 2, wanted=True), Theme("b", 4, 0, wanted=False)]
    with in_english():
        section = sections.themes(themes, {"a": "Water", "b": "Roads"}, {})
    table = leaving.as_csv("U", ("", ""), [section], columns=["x"])
    assert '"Themes, with their texts and pieces",Water (asked for here),Pieces,2' in table
    assert "Themes without a piece" not in table
    assert [bar.name for bar in section.figures[0].bars] == ["Roads"]


def test_months_that_are_not_yet_are_not_drawn():
    with in_english():
        section = sections.outcomes(
            Found(told=Counter({0: 1})), periods.asked({"period": "2026"}, TODAY), TODAY
        )
    assert len(section.figures[0].columns) == 5
