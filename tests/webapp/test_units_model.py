"""Random sequences of changes against the written table: no disagreement, today and in the past.

200 of them here; `python -m benchmarks units` plays 2,000 and more.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.webapp import units_world
from webapp.access import Actor
from webapp.units import rules, standing

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("TEST_DATABASE_URL")), reason="plays on SQLite in memory, on either engine"
)
numbers = st.integers(0, 41)
steps = st.lists(st.tuples(st.integers(0, 13), numbers, numbers, numbers, numbers), min_size=4, max_size=10)  # fmt: skip


@pytest.fixture(scope="module")
def connection():
    with units_world.an_app(), units_world.in_memory() as made:
        yield made


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=steps)
def test_whatever_is_changed_everybody_may_what_the_table_says(connection, steps):
    units_world.play(connection, steps)


def test_a_wrong_rule_would_be_noticed(connection, monkeypatch):
    """The world tells when the app allows what the table does not."""
    monkeypatch.setattr(rules, "may_give", lambda *_a, **_k: True)
    with (
        units_world.both(connection) as world,
        pytest.raises(AssertionError, match="the table says"),
    ):
        world.do("give", "rosa", "a", "mia", "organizer")


def test_a_past_that_is_not_kept_would_be_noticed(connection, monkeypatch):
    monkeypatch.setattr(standing, "DATED", ())
    with units_world.both(connection) as world:
        world.do("move_unit", "ada", "a1", "b")
        with pytest.raises(AssertionError, match="on 2026-05-04"):
            world.compare_the_past()


def test_a_wrong_query_would_be_noticed(connection, monkeypatch):
    monkeypatch.setattr(
        units_world.Both, "actor", lambda _self, member: Actor("o", member, units=frozenset({"a1"}))
    )
    with units_world.both(connection) as world, pytest.raises(AssertionError):
        world.compare("ben")
