"""Entries on behalf of others, and what these say to them: one change in one transaction
each."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from corpus.languages import detect
from webapp import clock
from webapp.access import Actor
from webapp.audit.actions import record, record_presence
from webapp.community import change
from webapp.ids import new_id
from webapp.members.once import carried_out
from webapp.requirements.actions import Hindered, Unknown, check_right
from webapp.requirements.entering import AttendanceWanted, PieceWanted
from webapp.requirements.tables import Attendance, EnteredPiece
from webapp.units import store as units

Kind = Literal["attendance", "piece"]
Entry = Attendance | EnteredPiece
TABLES: dict[Kind, type[Attendance] | type[EnteredPiece]] = {
    "attendance": Attendance,
    "piece": EnteredPiece,
}


def enter_attendance(
    session: Session,
    actor: Actor,
    unit_id: str,
    wanted: AttendanceWanted,
    *,
    key: str,
    now: dt.datetime,
) -> None:
    """One row for each person. Raises Hindered."""
    with change(session):
        units.hold(session, actor.organisation)

        def work() -> dict[str, Any]:
            check_right(session, actor, unit_id, now=now)
            _still_there(session, actor, unit_id, wanted.sent.members)
            people: list[tuple[str | None, str]] = [(one, "") for one in wanted.sent.members]
            people += [(None, name) for name in wanted.guests]
            for member, name in people:
                session.add(
                    Attendance(
                        organisation_id=actor.organisation,
                        id=new_id(),
                        unit_id=unit_id,
                        member_id=member,
                        name=name,
                        what=wanted.sent.what,
                        day=wanted.day,
                        minutes=wanted.minutes,
                        entered_by=actor.member,
                        entered_at=now,
                    )
                )
            record(session, actor.organisation, "attendance.entered", by=actor.member, at=now,
                   about=("unit", unit_id), members=list(wanted.sent.members),
                   guests=len(wanted.guests), day=str(wanted.day))  # fmt: skip
            return {}

        carried_out(session, actor, key, ("attendance", unit_id), work, now=now)


def enter_piece(
    session: Session,
    actor: Actor,
    unit_id: str,
    wanted: PieceWanted,
    *,
    about: tuple[str, str] | None,
    key: str,
    now: dt.datetime,
) -> str:
    """A piece of somebody without an account; its id. `about`: slug and title of a text."""
    sent = wanted.sent
    with change(session):
        units.hold(session, actor.organisation)

        def work() -> dict[str, Any]:
            check_right(session, actor, unit_id, now=now)
            _still_there(session, actor, unit_id, (sent.member_id,) if sent.member_id else ())
            entry = EnteredPiece(
                organisation_id=actor.organisation,
                id=new_id(),
                unit_id=unit_id,
                member_id=sent.member_id or None,
                name="" if sent.member_id else sent.name,
                genre=sent.genre,
                title=sent.title,
                body=sent.body,
                language=detect(f"{sent.title}\n{sent.body}"),
                text_slug=about[0] if about else None,
                text_title=about[1] if about else None,
                day=wanted.day,
                answered_on=wanted.answered_on,
                entered_by=actor.member,
                entered_at=now,
            )
            session.add(entry)
            session.flush()
            record(session, actor.organisation, "piece.entered", by=actor.member, at=now,
                   about=("entered_piece", entry.id), unit=unit_id,
                   member=entry.member_id)  # fmt: skip
            return {"id": entry.id}

        result, _now = carried_out(session, actor, key, ("entered-piece", unit_id), work, now=now)
        return str(result["id"])


def take_back(
    session: Session, actor: Actor, kind: Kind, entry_id: str, unit_id: str, *, now: dt.datetime
) -> None:
    """An organizer takes an entry of the unit back: it counts and is shown no more. The
    words of a piece go with it. May be repeated."""
    with change(session):
        entry = _entry(session, actor, kind, entry_id)
        if entry.unit_id != unit_id:
            raise Unknown
        if not units.rights(session, actor, now=now).over(unit_id):
            raise Hindered("not_yours")
        if entry.taken_back_at is None:
            entry.taken_back_at = now
            if isinstance(entry, EnteredPiece):
                entry.title = entry.body = ""
            record(session, actor.organisation, f"{kind}.taken_back", by=actor.member, at=now,
                   about=("unit", entry.unit_id), entry=entry.id,
                   member=entry.member_id)  # fmt: skip


def object_to(
    session: Session, actor: Actor, kind: Kind, entry_id: str, why: str, *, now: dt.datetime
) -> None:
    """The person it is about says that an entry is not right: it counts no more until
    they take that back, or the organizer the entry."""
    with change(session):
        entry = _about_me(session, actor, kind, entry_id)
        entry.objected_at, entry.objection = now, why
        record_presence(session, actor.organisation, f"{kind}.objected", by=str(actor.member),
                        at=now, zone=clock.zone(), unit=entry.unit_id,
                        entry=entry.id)  # fmt: skip


def agree_after_all(
    session: Session, actor: Actor, kind: Kind, entry_id: str, *, now: dt.datetime
) -> None:
    """Take an objection back. May be repeated."""
    with change(session):
        entry = _about_me(session, actor, kind, entry_id)
        if entry.objected_at is not None:
            entry.objected_at, entry.objection = None, ""
            record_presence(session, actor.organisation, f"{kind}.agreed", by=str(actor.member),
                            at=now, zone=clock.zone(), unit=entry.unit_id,
                            entry=entry.id)  # fmt: skip


# Steps, each part of the caller's transaction


def _still_there(session: Session, actor: Actor, unit_id: str, members: tuple[str, ...]) -> None:
    present = {
        one.member_id for one in units.present_members(session, actor.organisation, [unit_id])
    }
    if not present.issuperset(members):
        raise Hindered("somebody_left")


def _entry(session: Session, actor: Actor, kind: Kind, entry_id: str) -> Entry:
    table: Any = TABLES[kind]
    entry: Entry | None = session.scalars(
        sa.select(table)
        .where(table.organisation_id == actor.organisation, table.id == entry_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if entry is None:
        raise Unknown
    return entry


def _about_me(session: Session, actor: Actor, kind: Kind, entry_id: str) -> Entry:
    entry = _entry(session, actor, kind, entry_id)
    if entry.member_id != actor.member or entry.taken_back_at is not None:
        raise Unknown
    return entry
