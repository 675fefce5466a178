"""Deleting an account, and everything that is its member's alone: one change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.audit.actions import record_presence
from webapp.community import Base, change, db
from webapp.leaving import nameless, pieces, store
from webapp.leaving.choices import Choices, list_stays
from webapp.leaving.fates import FATES
from webapp.members.tables import Invitation, Member, User
from webapp.people.tables import ImportedThing
from webapp.suggestions.tables import Steer
from webapp.themes.tables import ListWish, ReadingList
from webapp.units import store as units
from webapp.units.tables import Appointment, Membership

READERS_END = 500  # milliseconds in which whoever is reading mostly ends


class LastAdministrator(Exception):
    """Nobody would be left to keep the installation."""


def leave(
    session: Session,
    organisation: str,
    member_id: str,
    choices: Choices,
    *,
    now: dt.datetime,
    zone: ZoneInfo,
) -> list[str]:
    """Delete the member with their account; ids of the pieces whose index entry is to
    be looked at. Their sessions end with the account. May be repeated.

    Raises LastAdministrator.
    """
    with change(session), _wiped(session):
        key = (organisation, member_id)
        # In the order of everybody who changes these: units and who belongs to them, a
        # piece, a member. Two who begin at different ends would wait for each other.
        units.hold(session, organisation)
        pieces.hold(session, key)
        member = session.get(Member, key, populate_existing=True, with_for_update=True)
        if member is None or member.account_id is None:
            return []
        if member.administrator and not store.another_administrator(session, *key):
            raise LastAdministrator
        name, account = member.name, member.account_id
        look = pieces.part_from_pieces(session, key, choices, zone)
        pieces.part_from_answers(session, key, choices, now)
        _part_from_lists(session, key, choices)
        _forget_name(session, key, name, account)
        _part_from_the_rest(session, key)
        _delete_member(session, key, account)
        record_presence(session, organisation, "account.deleted", by=member_id, at=now, zone=zone)
    _empty_write_log()
    return look


def clear_husks() -> int:
    """A job: rows of pieces that are gone, once the index has let go of them. Without its
    row nobody would know to take an entry out; the rows hold no words."""
    with change(db.session) as session:
        return pieces.clear_husks(session)


# Steps, each part of the caller's transaction

Key = tuple[str, str]  # organisation, member


def _part_from_lists(session: Session, key: Key, choices: Choices) -> None:
    organisation, member = key
    others = nameless.reader(session, organisation)
    for kept in session.scalars(
        sa.select(ReadingList).where(
            ReadingList.organisation_id == organisation, ReadingList.member_id == member
        )
    ):
        if list_stays(choices, audience=kept.audience, theme_list=kept.theme_list):
            kept.member_id, kept.prepared = others, None
            if not kept.question_shown:
                kept.question, kept.unanswered = "", []
        else:
            session.delete(kept)
    session.flush()
    mine = sa.and_(ListWish.organisation_id == organisation, ListWish.member_id == member)
    if choices.answers:
        session.execute(sa.update(ListWish).where(mine).values(member_id=others))
    else:
        session.execute(sa.delete(ListWish).where(mine))


def _part_from_the_rest(session: Session, key: Key) -> None:
    """What `fates` says of every other column."""
    organisation, member = key
    others = nameless.reader(session, organisation)
    for column, fate in FATES.items():
        name, _dot, field = column.partition(".")
        table = Base.metadata.tables[name]
        mine = sa.and_(_of(table, organisation), table.c[field] == member)
        if fate == "goes":
            session.execute(sa.delete(table).where(mine))
        elif fate in ("emptied", "nameless"):
            value = others if fate == "nameless" else None
            session.execute(sa.update(table).where(mine).values({field: value}))


def _of(table: sa.Table, organisation: str) -> sa.ColumnElement[bool]:
    return table.c.organisation_id == organisation


def _forget_name(session: Session, key: Key, name: str, account: int) -> None:
    """Where others' rows hold the name, the address, or what an import knew of them."""
    organisation, member = key
    same_name = sa.select(Member.id).where(
        Member.organisation_id == organisation, Member.id != member, Member.name == name
    )
    if session.scalars(same_name.limit(1)).first() is None:
        session.execute(
            sa.delete(Steer).where(
                Steer.organisation_id == organisation,
                Steer.kind == "not_author",
                Steer.target == name,
            )
        )
    session.execute(
        sa.update(Invitation)
        .where(Invitation.organisation_id == organisation, Invitation.used_by == member)
        .values(used_by=None, email=None, name=None)
    )
    address = session.scalar(sa.select(User.email).where(User.id == account)) or ""
    session.execute(
        sa.delete(Invitation).where(
            Invitation.organisation_id == organisation,
            sa.func.lower(Invitation.email) == address.lower(),
        )
    )
    theirs = [
        sa.select(table.id).where(table.organisation_id == organisation, table.member_id == member)
        for table in (Membership, Appointment)
    ]
    session.execute(
        sa.delete(ImportedThing).where(
            ImportedThing.organisation_id == organisation,
            sa.or_(
                ImportedThing.thing_id == member,
                *(ImportedThing.thing_id.in_(ids) for ids in theirs),
            ),
        )
    )


def _delete_member(session: Session, key: Key, account: int) -> None:
    session.execute(sa.delete(Member).where(Member.organisation_id == key[0], Member.id == key[1]))
    for name in ("roles_users", "webauthn", "fs_refresh"):
        table = Base.metadata.tables[name]
        session.execute(sa.delete(table).where(table.c.user_id == account))
    session.execute(sa.delete(User).where(User.id == account))


# The bytes


@contextmanager
def _wiped(session: Session) -> Iterator[None]:
    """SQLite overwrites what is deleted inside, instead of leaving it in the file until
    the place is needed. (PostgreSQL does so when it vacuums.)"""
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("pragma secure_delete=on")
    yield
    session.flush()
    session.connection().exec_driver_sql("pragma secure_delete=off")


def _empty_write_log() -> None:
    """SQLite's write-ahead log still has the pages as they were: let it end now, if
    nobody goes on reading. Otherwise the next checkpoint does it: nobody else can write
    while it waits for readers."""
    if db.engine.dialect.name != "sqlite":
        return
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        (patience,) = cursor.execute("pragma busy_timeout").fetchone()  # type: ignore[misc]
        cursor.execute(f"pragma busy_timeout={READERS_END}")
        cursor.execute("pragma wal_checkpoint(truncate)").fetchall()
        cursor.execute(f"pragma busy_timeout={patience}")
    finally:
        connection.close()
