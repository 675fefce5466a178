"""The page on which a member sets reminders, and what its form says."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp import pages
from webapp.access import Actor, is_organizing
from webapp.ids import new_id
from webapp.reminders import contents, rhythm, store, wording
from webapp.reminders.actions import Wanted, rhythm_of, zone_of
from webapp.reminders.rhythm import Kind, Rhythm
from webapp.reminders.tables import Reminder

FEEDS = ("calendar", "lists")
NOTHING = Wanted(Rhythm(), "", contents.AT_FIRST, own_words=False)


@dataclass(frozen=True)
class Switch:
    kind: str
    name: str
    said: str
    on: bool


@dataclass(frozen=True)
class Private:
    """A private feed: since when it is there, and its address if it was made just now."""

    kind: str
    made_at: dt.datetime | None
    address: str = ""


@dataclass(frozen=True)
class SettingsPage(pages.Page):
    template: ClassVar[str] = "reminders/settings.html"

    wanted: Wanted
    email: str
    sends_mail: bool  # whether this installation has a mail server
    zone: str  # the organisation's
    switches: list[Switch]
    next_at: dt.datetime | None  # in the member's zone
    next_zone: str
    last_sent_at: dt.datetime | None  # in the member's zone
    refused_why: str
    goal_words: bool
    feeds: list[Private]
    key: str
    problems: dict[str, str] = field(default_factory=dict)

    all_hours: ClassVar[range] = range(24)
    all_days: ClassVar[range] = range(1, 32)

    @property
    def zones(self) -> list[str]:
        return zones()

    @property
    def weekdays(self) -> list[str]:
        return wording.weekdays()

    @property
    def next_day(self) -> str:
        """Where the member is: its day of the week too."""
        return format_date(self.next_at.date(), "full") if self.next_at else ""

    @property
    def last_day(self) -> str:
        return format_date(self.last_sent_at.date(), "long") if self.last_sent_at else ""

    @property
    def kind(self) -> str:
        return self.wanted.rhythm.kind

    @property
    def calendar(self) -> Private:
        return self.feeds[0]

    @property
    def lists(self) -> Private:
        return self.feeds[1]


def settings(
    session: Session,
    actor: Actor,
    *,
    sends_mail: bool,
    zone: ZoneInfo,
    wanted: Wanted | None = None,
    problems: dict[str, str] | None = None,
    new: tuple[str, str] | None = None,
) -> SettingsPage:
    """`wanted`: what was sent and not kept; `new`: kind and address of a feed just made."""
    row = store.own(session, actor)
    shown = wanted or (_wanted(row) if row else NOTHING)
    there = store.addresses(session, actor)
    own_zone = zone_of(row.time_zone if row else "", zone)
    kinds = [kind for kind in contents.KINDS if kind != "desk" or is_organizing(actor)]
    return SettingsPage(
        wanted=shown,
        email=store.address_of(session, actor),
        sends_mail=sends_mail,
        zone=zone.key,
        switches=[
            Switch(kind, wording.heading(kind), wording.switch(kind), kind in shown.contents)
            for kind in kinds
        ],
        next_at=row.next_at.astimezone(own_zone) if row and row.next_at else None,
        next_zone=own_zone.key,
        last_sent_at=row.last_sent_at.astimezone(own_zone) if row and row.last_sent_at else None,
        refused_why=row.refused_why if row and row.refused_at else "",
        goal_words=bool(row and row.goal_words),
        feeds=[
            Private(kind, there.get(kind), new[1] if new and new[0] == kind else "")
            for kind in FEEDS
        ],
        key=new_id(),
        problems=problems or {},
    )


def _wanted(row: Reminder) -> Wanted:
    return Wanted(rhythm_of(row), row.time_zone, tuple(row.contents), row.own_words)


@lru_cache(maxsize=1)
def zones() -> list[str]:
    """Names that can be written: those of places, and UTC."""
    found = zoneinfo.available_timezones()
    places = (name for name in found if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return ["UTC", *sorted(places)]


def sent(form: Any) -> tuple[Wanted, dict[str, str]]:
    """What the form asks for, and what is wrong with it by field."""
    problems: dict[str, str] = {}
    kind = form.get("rhythm", "off")
    if kind not in rhythm.KINDS:
        kind = "off"
        problems["rhythm"] = _("Choose how often.")
    weekdays = frozenset(
        day for value in form.getlist("weekdays") if (day := _number(value, 0, 6)) is not None
    )
    if kind == "weekdays" and not weekdays:
        problems["weekdays"] = _("Choose at least one day of the week.")
    zone = pages.field(form, "time_zone", limit=64)
    if zone and zone not in zones():
        problems["time_zone"] = _(
            "“%(zone)s” is not the name of a time zone. Write it like Asia/Shanghai or Europe/London, or leave it empty.",
            zone=zone,
        )
    wanted = Wanted(
        Rhythm(
            kind=cast(Kind, kind),
            hour=_in(form, "hour", 0, 23, 7),
            weekdays=weekdays,
            weekday=_in(form, "weekday", 0, 6, 0),
            month_day=_in(form, "month_day", 1, 31, 1),
        ),
        time_zone=zone,
        contents=tuple(contents.chosen(form.getlist("contents"))),
        own_words=form.get("own_words") == "1",
    )
    if kind != "off" and not wanted.contents:
        problems["contents"] = _("Choose at least one thing that the mail may hold.")
    return wanted, problems


def _in(form: Any, name: str, least: int, most: int, else_: int) -> int:
    found = _number(form.get(name, ""), least, most)
    return else_ if found is None else found


def _number(value: str, least: int, most: int) -> int | None:
    if not (value.isascii() and value.isdecimal() and len(value) < 3):
        return None
    return int(value) if least <= int(value) <= most else None
