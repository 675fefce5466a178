"""When a digest is due, what a mail server's answer means, and how a catalogue is written."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import opds
from webapp.reminders import opds_feed, posting, rhythm
from webapp.reminders.opds_feed import Book, Feed
from webapp.reminders.rhythm import Rhythm, Window, next_window

VIENNA, SHANGHAI = ZoneInfo("Europe/Vienna"), ZoneInfo("Asia/Shanghai")


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("wanted", "after", "at"),
    [
        (Rhythm("daily", 7), utc(2026, 5, 4, 4, 59), utc(2026, 5, 4, 5)),
        (Rhythm("daily", 7), utc(2026, 5, 4, 5), utc(2026, 5, 5, 5)),
        (Rhythm("daily", 0), utc(2026, 5, 4, 12), utc(2026, 5, 4, 22)),
        (Rhythm("weekdays", 7, weekdays=frozenset({1, 3})), utc(2026, 5, 5, 6), utc(2026, 5, 7, 5)),
        (Rhythm("weekly", 7, weekday=0), utc(2026, 5, 4, 6), utc(2026, 5, 11, 5)),
        (Rhythm("monthly", 7, month_day=31), utc(2026, 5, 31, 6), utc(2026, 6, 30, 5)),
        (Rhythm("monthly", 7, month_day=30), utc(2027, 1, 30, 7), utc(2027, 2, 28, 6)),
    ],
)
def test_the_next_digest_comes_at_the_members_hour(wanted, after, at):
    found = next_window(wanted, VIENNA, after=after)
    assert found is not None
    assert found.at == at
    assert found.day == at.astimezone(VIENNA).date()


def test_the_hour_is_that_of_the_place():
    found = next_window(Rhythm("daily", 7), SHANGHAI, after=utc(2026, 5, 4, 22, 30))
    assert found == Window(utc(2026, 5, 4, 23), dt.date(2026, 5, 5))


def test_an_hour_that_the_clocks_leave_out_comes_as_much_later():
    """On 29 March 2026 it is 03:00 in Vienna right after 01:59."""
    found = next_window(Rhythm("daily", 2), VIENNA, after=utc(2026, 3, 28, 12))
    assert found == Window(utc(2026, 3, 29, 1), dt.date(2026, 3, 29))


def test_an_hour_that_comes_twice_counts_once():
    """On 25 October 2026 it is 02:00 twice in Vienna."""
    first = next_window(Rhythm("daily", 2), VIENNA, after=utc(2026, 10, 24, 12))
    assert first == Window(utc(2026, 10, 25, 0), dt.date(2026, 10, 25))
    second = next_window(Rhythm("daily", 2), VIENNA, after=first.at, done=first.day)
    assert second == Window(utc(2026, 10, 26, 1), dt.date(2026, 10, 26))


def test_a_day_that_a_place_left_out_has_no_digest_of_its_own():
    """In Samoa 30 December 2011 was left out."""
    apia, sent = ZoneInfo("Pacific/Apia"), []
    at, done = utc(2011, 12, 29, 10), None
    for _n in range(4):
        found = next_window(Rhythm("daily", 7), apia, after=at, done=done)
        at, done = found.at, found.day
        sent.append(found.day.day)
    assert sent == [29, 31, 1, 2]


def test_another_hour_on_the_same_day_is_no_second_digest():
    wanted, now = Rhythm("daily", 20), utc(2026, 5, 4, 10)
    assert next_window(wanted, VIENNA, after=now).day == dt.date(2026, 5, 4)
    assert next_window(wanted, VIENNA, after=now, done=dt.date(2026, 5, 4)).day.day == 5


@pytest.mark.parametrize("wanted", [Rhythm("off"), Rhythm("weekdays", weekdays=frozenset())])
def test_who_wants_none_gets_none(wanted):
    assert next_window(wanted, VIENNA, after=utc(2026, 5, 4)) is None


@given(
    kind=st.sampled_from(["daily", "weekdays", "weekly", "monthly"]),
    hour=st.integers(0, 23),
    month_day=st.integers(1, 31),
    zone=st.sampled_from(["UTC", "Europe/Vienna", "America/St_Johns", "Pacific/Apia", "Africa/Cairo", "Australia/Lord_Howe"]),
    after=st.datetimes(dt.datetime(2009, 1, 1), dt.datetime(2030, 1, 1)),
)  # fmt: skip
def test_every_window_is_later_on_its_day_and_that_day_is_right(kind, hour, month_day, zone, after):
    wanted = Rhythm(kind, hour, weekdays=frozenset({0, 4}), weekday=6, month_day=month_day)
    place, moment = ZoneInfo(zone), after.replace(tzinfo=dt.UTC)
    first = next_window(wanted, place, after=moment)
    second = next_window(wanted, place, after=first.at, done=first.day)
    assert moment < first.at < second.at
    assert first.day < second.day
    assert first.at.astimezone(place).date() == first.day
    assert not rhythm.is_over(first.day, place, first.at)


def test_yesterdays_digest_is_over_at_midnight_of_the_place():
    day = dt.date(2026, 5, 4)
    assert not rhythm.is_over(day, VIENNA, utc(2026, 5, 4, 21, 59))
    assert rhythm.is_over(day, VIENNA, utc(2026, 5, 4, 22))


def test_tries_come_farther_apart_up_to_an_hour():
    waits = [rhythm.wait_after(tries).total_seconds() / 60 for tries in range(1, 9)]
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize(
    ("code", "said", "outcome"),
    [
        (550, b"5.1.1 no such user", "refused"),
        (553, b"no mailbox here by that name", "refused"),
        (550, b"5.7.1 relaying denied", "later"),  # our own settings, not the address
        (554, b"5.7.26 unauthenticated mail", "later"),
        (450, b"4.2.1 greylisted", "later"),
        (452, b"mailbox full for now", "later"),
    ],
)
def test_only_an_address_that_is_wrong_for_good_is_refused(code, said, outcome):
    assert posting.refusal(code, said) == outcome


# A catalogue, read by our own reader


def feed(**more) -> Feed:
    here = "https://study.example.org/opds/x"
    return Feed(
        "urn:xinde:o:lists", "Theme lists of Harbour & Hill", "Harbour", "en",
        utc(2026, 5, 4), here, here, **more,
    )  # fmt: skip


def book(title: str = "Goals <first>") -> Book:
    here = "https://study.example.org/opds/x/abc"
    return Book("abc", title, "A note\x0b & more", "zh-Hans", utc(2026, 5, 4), here, f"{here}.epub", "https://study.example.org/lists/abc")  # fmt: skip


def test_the_catalogue_leads_to_a_feed_for_each_list():
    body = opds_feed.navigation(feed(next="https://study.example.org/opds/x?after=y"), [book()])
    read = opds.parse(body, opds_feed.NAVIGATION, "https://study.example.org/opds/x")
    assert read.title == "Theme lists of Harbour & Hill"
    assert read.sections == (("Goals <first>", "https://study.example.org/opds/x/abc"),)
    assert read.entries == ()
    assert read.next == "https://study.example.org/opds/x?after=y"


def test_the_feed_of_a_list_offers_its_booklet():
    body = opds_feed.acquisition(feed(), book("目标"))
    (entry,) = opds.parse(body, opds_feed.ACQUISITION, "https://study.example.org").entries
    assert (entry.title, entry.language, entry.why_not) == ("目标", "zh-Hans", "")
    assert entry.summary == "A note & more"
    assert entry.acquisitions == (
        ("https://study.example.org/opds/x/abc.epub", "application/epub+zip"),
    )
