"""Which days are looked back at, which month a day is in, what is not to be shown, and
how own words begin a draft."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.looking_back import days, quoting, silence, year_ago
from webapp.looking_back.days import Back, Month
from webapp.looking_back.own_words import own_sentences, own_text
from webapp.looking_back.store import Dated
from webapp.reflections import citations, wording
from webapp.shapes import prose

TODAY, UTC = dt.date(2026, 11, 25), ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("today", "day", "expected"),
    [
        (TODAY, dt.date(2025, 11, 25), Back(12, 0)),
        (TODAY, dt.date(2025, 11, 22), Back(12, 3)),
        (TODAY, dt.date(2025, 11, 28), Back(12, 3)),
        (TODAY, dt.date(2025, 11, 29), None),
        (TODAY, dt.date(2024, 11, 25), Back(24, 0)),
        (TODAY, dt.date(2026, 5, 25), Back(6, 0)),
        (TODAY, dt.date(2026, 11, 24), None),
        (TODAY, TODAY, None),
        (dt.date(2028, 2, 29), dt.date(2027, 2, 28), Back(12, 0)),
        (dt.date(2029, 2, 28), dt.date(2028, 2, 29), Back(12, 1)),
        (dt.date(2026, 8, 31), dt.date(2026, 2, 28), Back(6, 0)),
        (dt.date(2026, 1, 1), dt.date(2025, 1, 1), Back(12, 0)),
    ],
)
def test_how_far_a_day_lies_back(today, day, expected):
    assert days.back_to(day, today) == expected


@given(st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1)), st.integers(-4000, 4000))
def test_what_lies_back_is_within_the_times_that_are_asked_for(today, offset):
    day = today + dt.timedelta(days=offset)
    inside = any(first <= day <= last for first, last in days.windows(today))
    assert inside == (days.back_to(day, today) is not None)


def test_the_calendar_has_a_beginning():
    assert days.months_before(dt.date(1, 5, 1), 12) is None
    assert days.windows(dt.date(1, 5, 1)) == []


def test_the_day_itself_comes_first_then_the_days_next_to_it_and_a_year_before_half_of_one():
    order = [Back(12, 0), Back(12, 1), Back(24, 1), Back(6, 0), Back(12, 2), Back(6, 3)]
    mixed = [order[k] for k in (3, 5, 1, 0, 4, 2)]
    assert sorted(mixed, key=lambda back: back.place) == order


@pytest.mark.parametrize(
    "text",
    ["2026-13", "2026-00", "2026-1", "26-01", "0999-01", "2026-11-25", "２０２６-11", "", "x", "2026-11\n"],
)  # fmt: skip
def test_what_is_no_month(text):
    assert days.as_month(text) is None


@given(st.dates(dt.date(1000, 1, 1), dt.date(9998, 12, 31)))
def test_a_day_is_in_its_month_alone(day):
    month, zone = days.month_of(day), ZoneInfo("Asia/Shanghai")
    assert days.as_month(str(month)) == month
    since, until = month.times(zone)
    noon = dt.datetime.combine(day, dt.time(12), zone)
    assert since <= noon < until
    assert since.astimezone(zone).day == until.astimezone(zone).day == 1


def test_a_month_begins_at_midnight_where_the_organisation_is():
    since, until = Month(2026, 12).times(ZoneInfo("Asia/Shanghai"))
    assert since == dt.datetime(2026, 11, 30, 16, tzinfo=dt.UTC)
    assert until == dt.datetime(2026, 12, 31, 16, tzinfo=dt.UTC)


def test_what_is_not_to_be_shown():
    off = silence.not_today(["note", "reflection:a"], TODAY)
    assert silence.of(off, TODAY).quiet
    assert not silence.of(off, TODAY + dt.timedelta(days=1)).quiet
    off = silence.never(off, "note/abc", TODAY + dt.timedelta(days=1))
    then = silence.of(off, TODAY + dt.timedelta(days=2))
    assert (then.quiet, then.pieces) == (False, {"note/abc"})
    assert off[:2] == ["note", "reflection:a"]  # what suggestions leave out stays
    assert sum("@" in what for what in off) == 1  # days that are over are forgotten
    assert silence.of(silence.again(off, "note/abc"), TODAY).pieces == frozenset()
    assert silence.of(silence.switched([], off=True), TODAY).quiet
    assert silence.switched(silence.switched([], off=True), off=False) == []
    assert silence.of(["everything"], TODAY).quiet


@pytest.mark.parametrize("name", ["note/", "goal/abc", "note/a/b", "note/ABC", "note/a\n", "x"])
def test_what_names_no_piece(name):
    assert not silence.well_formed(name)


def test_among_several_of_one_day_the_lot_is_the_same_all_day_and_no_unwanted_one_falls_to_it():
    at = dt.datetime(2025, 11, 25, 12, tzinfo=dt.UTC)
    found = [Dated("note", name, at) for name in "abcdefgh"]

    def first(today, unwanted=frozenset()):
        return year_ago.in_order(found, unwanted, today=today, zone=UTC)[0][0].name

    shown = first(TODAY)
    found.reverse()
    assert first(TODAY) == shown
    assert first(TODAY, frozenset({shown})) != shown
    assert len({first(TODAY + dt.timedelta(days=n)) for n in range(-3, 4)}) > 1


def test_headings_and_quotations_are_not_own_words():
    body = "# The lamp\n\nI read it twice.\n\n> The lamp is longer.\n>\n> — [A](reading:a/1)\n\nI stayed."
    assert own_text(body) == "I read it twice.\n\nI stayed."
    assert own_sentences("> Only a quotation, and nothing else at all.", "note/a") == []


def test_own_words_begin_a_draft_as_quotations_with_their_day_alone():
    body = quoting.block(["I asked the baker.", "He said yes."], "25 November 2025")
    assert body == "> I asked the baker.\n>\n> He said yes.\n>\n> — 25 November 2025\n\n"
    assert citations.parse(body) == []
    assert wording.own_words(body) == ""


@pytest.mark.parametrize("words", ["1. First I asked.", "- I asked.", "# I asked.", "+ I asked."])
def test_what_a_sentence_begins_with_does_not_make_a_list_of_it(words):
    html = str(prose(quoting.block([words], "today")))
    assert f"<p>{words}</p>" in html
