"""SQL of reminders: what is due, whose a private address is, and what its member may see."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.community import named_by
from webapp.goals.tables import Goal
from webapp.members import store as members
from webapp.members.tables import Member, User
from webapp.reminders.tables import PrivateAddress, Reminder
from webapp.suggestions.tables import DayList
from webapp.themes.store import Item, readable_by
from webapp.themes.tables import ListBegun, ListItem, ListVersion, ReadingList

MOST_LISTS = 100
MOST_GOALS = 200


def own(session: Session, actor: Actor, *, to_change: bool = False) -> Reminder | None:
    """What the actor set. `to_change`: nobody else changes it until the transaction ends."""
    if actor.member is None:
        return None
    return of(session, actor.organisation, actor.member, to_change=to_change)


def of(
    session: Session, organisation: str, member: str, *, to_change: bool = False
) -> Reminder | None:
    key = (organisation, member)
    return session.get(Reminder, key, populate_existing=True, with_for_update=to_change)


def address_of(session: Session, actor: Actor) -> str:
    """Where the actor's mail goes; "" for a member without an account."""
    found = session.scalar(
        sa.select(User.email)
        .join(Member, Member.account_id == User.id)
        .where(Member.organisation_id == actor.organisation, Member.id == actor.member)
    )
    return found or ""


# What is due


@dataclass(frozen=True)
class Due:
    """A digest whose time has come, with its member."""

    organisation: str
    member: str
    email: str
    language: str
    at: dt.datetime
    day: dt.date
    time_zone: str  # "" for that of the organisation


def due(session: Session, now: dt.datetime, *, limit: int) -> list[Due]:
    """Of present members with an open account, the longest due first; one query however
    many there are."""
    rows = session.execute(
        sa.select(
            Reminder.organisation_id,
            Reminder.member_id,
            User.email,
            Member.language,
            Reminder.next_at,
            Reminder.next_day,
            Reminder.time_zone,
        )
        .join(
            Member,
            named_by(Member, Reminder.member_id),
        )
        .join(User, User.id == Member.account_id)
        .where(
            Reminder.next_at <= now,
            Reminder.next_day.is_not(None),
            Member.left_at.is_(None),
            User.active,
        )
        .order_by(Reminder.next_at, Reminder.member_id)
        .limit(limit)
    )
    return [
        Due(organisation, member, email, language, at, day, zone)
        for organisation, member, email, language, at, day, zone in rows
        if at is not None and day is not None
    ]


def last_seen(session: Session, me: Member) -> dt.datetime:
    """When the member last asked for suggestions, as far as is known."""
    found: dt.datetime | None = session.scalar(
        sa.select(sa.func.max(DayList.made_at, type_=DayList.made_at.type)).where(
            DayList.organisation_id == me.organisation_id, DayList.member_id == me.id
        )
    )
    return found or me.joined_at


# Private addresses


def addresses(session: Session, actor: Actor) -> dict[str, dt.datetime]:
    """Which private feeds the actor has, and since when; the tokens are nowhere."""
    rows = session.execute(
        sa.select(PrivateAddress.kind, PrivateAddress.made_at).where(
            PrivateAddress.organisation_id == actor.organisation,
            PrivateAddress.member_id == actor.member,
            PrivateAddress.kind != "stop",
        )
    )
    return {row.kind: row.made_at for row in rows}


def holder(session: Session, kind: str, token_hash: str) -> tuple[Member, Actor] | None:
    """The present member whose address it is, with what they may see at this moment."""
    member = session.scalars(
        sa.select(Member)
        .join(
            PrivateAddress,
            named_by(Member, PrivateAddress.member_id),
        )
        .join(User, User.id == Member.account_id)
        .where(
            PrivateAddress.kind == kind,
            PrivateAddress.token_hash == token_hash,
            Member.left_at.is_(None),
            User.active,
        )
    ).first()
    return (member, members.actor_of(session, member)) if member is not None else None


# What the calendar shows beside requirements


@dataclass(frozen=True)
class GoalDay:
    id: str
    what: str
    by: dt.date


def goal_days(session: Session, actor: Actor) -> list[GoalDay]:
    """The actor's open goals that have a day."""
    rows = session.execute(
        sa.select(Goal.id, Goal.what, Goal.by)
        .where(
            Goal.organisation_id == actor.organisation,
            Goal.member_id == actor.member,
            Goal.status == "open",
            Goal.by.is_not(None),
        )
        .order_by(Goal.by, Goal.id)
        .limit(MOST_GOALS)
    )
    return [GoalDay(id, what, by) for id, what, by in rows if by is not None]


@dataclass(frozen=True)
class Scheduled:
    """A theme list that is read week by week."""

    id: str
    title: str
    starts_on: dt.date


def scheduled_lists(session: Session, actor: Actor) -> list[Scheduled]:
    """Theme lists with weeks that were given to the actor, as they are now."""
    rows = session.execute(
        sa.select(ReadingList.id, ReadingList.title, ReadingList.starts_on)
        .where(
            readable_by(actor),
            ReadingList.theme_list,
            ReadingList.audience != "private",
            ReadingList.starts_on.is_not(None),
        )
        .order_by(ReadingList.shared_at.desc(), ReadingList.id)
        .limit(MOST_LISTS)
    )
    return [Scheduled(id, title, day) for id, title, day in rows if day is not None]


def begun_versions(session: Session, actor: Actor) -> dict[str, ListVersion]:
    """By list, the version that the actor works through, of lists still open to them."""
    rows = session.scalars(
        sa.select(ListVersion)
        .join(
            ListBegun,
            sa.and_(
                ListBegun.organisation_id == ListVersion.organisation_id,
                ListBegun.list_id == ListVersion.list_id,
                ListBegun.number == ListVersion.number,
            ),
        )
        .join(
            ReadingList,
            named_by(ReadingList, ListVersion.list_id),
        )
        .where(
            readable_by(actor),
            ReadingList.audience != "private",
            ListBegun.member_id == actor.member,
        )
        .limit(MOST_LISTS)
    )
    return {row.list_id: row for row in rows}


def weeks_of(session: Session, actor: Actor, lists: list[str]) -> dict[str, list[Item]]:
    """Readings with a week, of lists that the actor may read."""
    if not lists:
        return {}
    rows = session.execute(
        sa.select(ListItem.list_id, ListItem.reading_id, ListItem.reading_group, ListItem.week)
        .where(
            ListItem.organisation_id == actor.organisation,
            ListItem.list_id.in_(lists),
            ListItem.week.is_not(None),
        )
        .order_by(ListItem.list_id, ListItem.position)
    )
    found: dict[str, list[Item]] = {}
    for list_id, reading, group, week in rows:
        found.setdefault(list_id, []).append(Item(reading, group, "", "", (), 0, "", week=week))
    return found
