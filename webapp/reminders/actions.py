"""Changes to reminders: each function is one change in one transaction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.community import change
from webapp.ids import new_id
from webapp.members import once
from webapp.reminders import contents, rhythm, store, tokens
from webapp.reminders.rhythm import Kind, Rhythm
from webapp.reminders.store import Due
from webapp.reminders.tables import PrivateAddress, Reminder


@dataclass(frozen=True)
class Wanted:
    """What a member wants to get, and when."""

    rhythm: Rhythm
    time_zone: str  # "": the organisation's
    contents: tuple[str, ...]
    own_words: bool


def rhythm_of(row: Reminder) -> Rhythm:
    return Rhythm(
        kind=cast(Kind, row.rhythm),
        hour=row.hour,
        weekdays=frozenset(int(day) for day in row.weekdays),
        weekday=row.weekday,
        month_day=row.month_day,
    )


def zone_of(name: str, organisation: ZoneInfo) -> ZoneInfo:
    """The zone of this name; the organisation's where there is none, or none any more."""
    if not name:
        return organisation
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return organisation


def wish(
    session: Session, actor: Actor, wanted: Wanted, *, zone: ZoneInfo, now: dt.datetime
) -> Reminder:
    """Keep what the member wants, from the next window on; a refused address is tried
    again. `zone`: the organisation's."""
    with change(session):
        row = _own(session, actor)
        row.rhythm, row.hour = wanted.rhythm.kind, wanted.rhythm.hour
        row.weekdays = "".join(str(day) for day in sorted(wanted.rhythm.weekdays))
        row.weekday, row.month_day = wanted.rhythm.weekday, wanted.rhythm.month_day
        row.time_zone, row.own_words = wanted.time_zone, wanted.own_words
        row.contents = contents.chosen(wanted.contents)
        row.refused_at, row.refused_why = None, ""
        _move_on(row, zone_of(row.time_zone, zone), now)
        return row


def show_goals(session: Session, actor: Actor, shown: bool) -> None:
    """Whether the private calendar shows the words of goals."""
    with change(session):
        _own(session, actor).goal_words = shown


def _own(session: Session, actor: Actor) -> Reminder:
    """The actor's row, made where there is none."""
    found = store.own(session, actor, to_change=True)
    if found is None:
        found = Reminder(
            organisation_id=actor.organisation,
            member_id=str(actor.member),
            rhythm="off",
            contents=list(contents.AT_FIRST),
        )
        session.add(found)
        session.flush()
    return found


def _move_on(row: Reminder, zone: ZoneInfo, now: dt.datetime) -> None:
    window = rhythm.next_window(rhythm_of(row), zone, after=now, done=row.last_day)
    row.next_at, row.next_day = (window.at, window.day) if window else (None, None)
    row.tries = 0


# Stopping, by whoever has the address in a mail


def stop(session: Session, organisation: str, member: str, *, kind: str | None) -> None:
    """No more digests, or no more of this kind in them. Twice is the same as once."""
    with change(session):
        row = store.of(session, organisation, member, to_change=True)
        if row is None:
            return
        if kind is None:
            row.rhythm, row.next_at, row.next_day, row.tries = "off", None, None, 0
        else:
            row.contents = [one for one in row.contents if one != kind]


def stop_token(session: Session, organisation: str, member: str, *, now: dt.datetime) -> str:
    """The token that stops this member's mail; its hash is there from then on. Those of
    older mails go on working where our key was changed since."""
    token = tokens.to_stop(organisation, member)
    digest = tokens.hashed(token)
    known = sa.select(PrivateAddress.id).where(PrivateAddress.token_hash == digest)
    if session.scalar(known) is None:
        with change(session):
            if session.scalar(known) is None:
                session.add(_address(organisation, member, "stop", digest, now))
    return token


# Private feeds


def new_address(
    session: Session, actor: Actor, kind: str, *, key: str, now: dt.datetime
) -> str | None:
    """A new token of a feed; the one before ends. None where this submit was carried out
    before: its token was shown then and is not kept."""
    token = tokens.drawn()

    def make() -> dict[str, Any]:
        _end(session, actor, kind)
        digest = tokens.hashed(token)
        session.add(_address(actor.organisation, str(actor.member), kind, digest, now))
        session.flush()
        return {}

    with change(session):
        _result, done = once.carried_out(session, actor, key, ("address", kind), make, now=now)
    return token if done else None


def end_address(session: Session, actor: Actor, kind: str) -> None:
    with change(session):
        _end(session, actor, kind)


def _end(session: Session, actor: Actor, kind: str) -> None:
    session.execute(
        sa.delete(PrivateAddress).where(
            PrivateAddress.organisation_id == actor.organisation,
            PrivateAddress.member_id == actor.member,
            PrivateAddress.kind == kind,
        )
    )


def _address(
    organisation: str, member: str, kind: str, digest: str, now: dt.datetime
) -> PrivateAddress:
    return PrivateAddress(
        organisation_id=organisation,
        id=new_id(),
        member_id=member,
        kind=kind,
        token_hash=digest,
        made_at=now,
    )


# Sending


def take_up(session: Session, due: Due, *, zone: ZoneInfo, now: dt.datetime) -> bool:
    """This digest is ours: the row points to the next one from now on. False where
    somebody else took it up, or the member changed what they want. Whatever happens
    after, it is not taken up again but by `put_off`."""
    with change(session):
        row = store.of(session, due.organisation, due.member, to_change=True)
        if row is None or (row.next_at, row.next_day) != (due.at, due.day):
            return False
        tries, row.last_day = row.tries, due.day
        _move_on(row, zone_of(row.time_zone, zone), now)
        row.tries = tries
        return True


def put_off(session: Session, due: Due, *, zone: ZoneInfo, now: dt.datetime) -> None:
    """The mail server did not take it now: again later on the same day, if the member
    still wants it and no newer one was taken up."""
    with change(session):
        row = store.of(session, due.organisation, due.member, to_change=True)
        if row is None or row.next_at is None:
            return
        if row.last_day != due.day and (row.next_at, row.next_day) != (due.at, due.day):
            return
        again = now + rhythm.wait_after(row.tries + 1)
        if rhythm.is_over(due.day, zone_of(row.time_zone, zone), again):
            row.tries = 0
            return
        row.next_at, row.next_day, row.last_day = again, due.day, None
        row.tries += 1


def settle(session: Session, due: Due, *, sent_at: dt.datetime | None) -> None:
    """It is done with: sent, or left out because there was nothing in it."""
    with change(session):
        row = store.of(session, due.organisation, due.member, to_change=True)
        if row is not None:
            row.tries = 0
            row.last_sent_at = sent_at or row.last_sent_at


def refused(session: Session, due: Due, why: str, *, now: dt.datetime) -> None:
    """There is no such address, says the mail server: nothing more is sent to it until
    the member has looked."""
    with change(session):
        row = store.of(session, due.organisation, due.member, to_change=True)
        if row is not None:
            row.refused_at, row.refused_why = now, why[:300]
            row.next_at, row.next_day, row.tries = None, None, 0
