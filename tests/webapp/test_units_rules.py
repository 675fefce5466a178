"""Rules of units: which change is allowed, which move is legal, how an outline is drawn."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.units import index_page, rules
from webapp.units.rules import Node, Rights
from webapp.units.tree import in_tree_order

ALL = Rights(everywhere=True)
DAY = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)


def tree(**parents):
    return {id: Node(id, id.upper(), "unit", parent or None) for id, parent in parents.items()}


SCHOOL = tree(root="", a="root", b="root", a1="a", a2="a", a11="a1")
OF_A = Rights(units=frozenset({"a", "a1", "a2", "a11"}), given_in=frozenset({"a"}))


def with_(found, id, **facts):
    return found | {id: Node(id, **({"name": id.upper(), "kind": "unit", "parent": found[id].parent} | facts))}  # fmt: skip


# Moving


@pytest.mark.parametrize(
    ("unit", "to", "says"),
    [
        ("a", "a", "into_itself"),
        ("a", "a1", "into_itself"),
        ("a", "a11", "into_itself"),
        ("a", "root", "same_place"),
        ("a", "nothing", "no_place"),
        ("nothing", "a", "not_yours"),
        ("a", "b", None),
        ("a11", None, None),
    ],
)
def test_a_unit_never_comes_to_stand_below_itself(unit, to, says):
    assert rules.to_move(SCHOOL, ALL, unit, to) == says


@given(st.lists(st.tuples(st.sampled_from(sorted(SCHOOL)), st.sampled_from([*sorted(SCHOOL), None])), max_size=12))  # fmt: skip
def test_whatever_is_moved_there_is_no_circle(moves):
    now = dict(SCHOOL)
    for unit, to in moves:
        if rules.to_move(now, ALL, unit, to) is None:
            now = with_(now, unit, parent=to)
    for unit in now:
        top = [unit, *rules.above(now, unit)][-1]
        assert now[top].parent is None
    assert len(in_tree_order(now.values())) == len(now)


def test_a_unit_organizer_moves_within_the_own_subtree_only():
    assert rules.to_move(SCHOOL, OF_A, "a11", "a2") is None
    assert rules.to_move(SCHOOL, OF_A, "a11", "b") == "no_place"
    assert rules.to_move(SCHOOL, OF_A, "a11", None) == "not_yours"
    assert rules.to_move(SCHOOL, OF_A, "b", "a") == "not_yours"
    assert rules.to_move(SCHOOL, OF_A, "a", "a1") == "own_right"
    assert rules.places_for(SCHOOL, OF_A, "a1") == ["a", "a2"]


def test_of_two_units_of_one_name_at_one_place_the_second_is_refused():
    twin = with_(SCHOOL, "a11", name="a2")
    assert rules.to_move(twin, ALL, "a11", "a") == "same_name"
    kinds = {"unit"}
    assert rules.to_add(SCHOOL, ALL, name="a1", kind="unit", kinds=kinds, parent="a") == "same_name"
    assert rules.to_add(SCHOOL, ALL, name="a1", kind="unit", kinds=kinds, parent="b") is None
    closed = with_(SCHOOL, "a1", closed=True)
    assert rules.to_add(closed, ALL, name="a1", kind="unit", kinds=kinds, parent="a") is None


# Closing and merging


def test_a_unit_with_open_units_below_is_closed_only_when_they_move_up():
    assert rules.to_close(SCHOOL, ALL, "a", units_go_up=False) == "has_units"
    assert rules.to_close(SCHOOL, ALL, "a", units_go_up=True) is None
    assert rules.to_close(SCHOOL, ALL, "a11", units_go_up=False) is None
    assert rules.to_close(SCHOOL, ALL, "root", units_go_up=True) == "top_with_units"
    twin = with_(SCHOOL, "a1", name="B")  # which would meet another of its name above
    assert rules.to_close(twin, ALL, "a", units_go_up=True) == "same_name"


def test_the_last_open_unit_is_not_closed():
    assert rules.to_close(tree(only=""), ALL, "only", units_go_up=True) == "last_unit"


def test_a_closed_unit_is_no_place_and_nothing_is_done_in_it():
    closed = with_(SCHOOL, "b", closed=True)
    assert rules.to_move(closed, ALL, "a", "b") == "no_place"
    assert rules.to_merge(closed, ALL, "a", "b") == "no_place"
    assert rules.to_work_on(closed, ALL, "b") == "closed"
    assert rules.to_reopen(closed, ALL, "b") is None
    assert rules.to_reopen(with_(closed, "root", closed=True), ALL, "b") == "parent_closed"
    merged = with_(SCHOOL, "b", closed=True, merged_into="a")
    assert rules.to_reopen(merged, ALL, "b") == "merged"
    assert rules.to_reopen(SCHOOL, ALL, "b") == "not_closed"


def test_a_unit_is_not_merged_into_one_that_stands_below_it():
    assert rules.to_merge(SCHOOL, ALL, "a", "a11") == "into_itself"
    assert rules.to_merge(SCHOOL, ALL, "a1", "a") is None
    assert rules.to_merge(SCHOOL, OF_A, "a", "a1") == "own_right"


def test_who_was_asked_into_a_merged_unit_comes_to_where_its_people_went():
    found = with_(with_(SCHOOL, "a1", closed=True, merged_into="a2"), "a2", closed=True, merged_into="b")  # fmt: skip
    assert rules.present_unit(found, "a1") == "b"
    assert sorted(rules.merged_ones(found, "b")) == ["a1", "a2"]
    assert rules.present_unit(with_(found, "b", closed=True), "a1") is None
    circle = with_(with_(SCHOOL, "a1", closed=True, merged_into="a2"), "a2", closed=True, merged_into="a1")  # fmt: skip
    assert rules.present_unit(circle, "a1") is None


# Roles


@pytest.mark.parametrize(
    ("unit", "organizes", "may"),
    [("a", False, True), ("a", True, False), ("a1", True, True), ("a11", True, True), ("b", False, False)],
)  # fmt: skip
def test_a_role_that_organizes_is_given_strictly_below_ones_own(unit, organizes, may):
    assert rules.may_give(SCHOOL, OF_A, unit, organizes=organizes) == may
    assert rules.may_give(SCHOOL, ALL, unit, organizes=organizes)


def test_nobody_but_an_administrator_gives_themselves_a_role_that_organizes():
    administrator = replace(ALL, administrator=True)
    given = {"own": True, "right_ends": None, "since": DAY, "until": None}
    for rights, says in ((OF_A, "own_role"), (ALL, "own_role"), (administrator, None)):
        assert rules.to_give(SCHOOL, rights, "a1", organizes=True, **given) == says
        assert rules.to_give(SCHOOL, rights, "a1", organizes=False, **given) is None


@pytest.mark.parametrize(
    ("ends", "until", "says"),
    [(None, None, None), (None, 9, None), (5, None, "beyond_own"), (5, 6, "beyond_own"), (5, 5, None)],
)  # fmt: skip
def test_a_role_that_organizes_ends_no_later_than_the_right_to_give_it(ends, until, says):
    days = {
        "right_ends": ends and DAY + dt.timedelta(days=ends),
        "until": until and DAY + dt.timedelta(days=until),
    }
    given = {"own": False, "since": DAY, **days}
    assert rules.to_give(SCHOOL, OF_A, "a1", organizes=True, **given) == says
    assert rules.to_give(SCHOOL, OF_A, "a1", organizes=False, **given) is None


def test_one_ends_ones_own_last_right_only_when_sure():
    known = {"organizing": True, "own": True, "last_own": True}
    assert rules.to_end_roles(SCHOOL, OF_A, "a", **known, sure=False) == "not_sure"
    assert rules.to_end_roles(SCHOOL, OF_A, "a", **known, sure=True) is None
    other = {"organizing": True, "own": False, "last_own": False, "sure": True}
    assert rules.to_end_roles(SCHOOL, OF_A, "a", **other) == "role_too_high"
    assert rules.to_end_roles(SCHOOL, OF_A, "a1", **other) is None


# The outline


def test_an_outline_opens_and_ends_as_many_levels():
    lines = in_tree_order(SCHOOL.values())
    assert [line.id for line in lines] == ["root", "a", "a1", "a11", "a2", "b"]
    assert [line.depth for line in lines] == [0, 1, 2, 3, 2, 1]
    assert sum(line.ends for line in lines) == sum(1 for line in lines if line.below)


@given(st.dictionaries(st.sampled_from("abcdef"), st.tuples(st.sampled_from(["", *"abcdef"]), st.booleans())))  # fmt: skip
def test_a_broken_tree_hides_no_unit_and_ends_what_it_opens(found):
    nodes = [Node(id, id, "unit", parent or None, closed) for id, (parent, closed) in found.items()]
    for closed in (False, True):
        lines = in_tree_order(nodes, closed=closed)
        assert {line.id for line in lines} == {n.id for n in nodes if closed or not n.closed}
        depth = 0
        for line in lines:
            assert line.depth == depth
            depth += bool(line.below) - line.ends
        assert depth == 0


def test_units_are_found_by_all_words_of_a_name():
    found = index_page.matching(with_(SCHOOL, "a1", name="Night shift, north"), "north night", closed=False)  # fmt: skip
    assert [(one.id, one.path) for one in found] == [("a1", ("ROOT", "A"))]
