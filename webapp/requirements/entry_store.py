"""SQL of attendance and of entered pieces, with the actor who asks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from webapp.access import Actor, may_organize
from webapp.community import named_by
from webapp.members.tables import Member
from webapp.requirements.entry_actions import Kind
from webapp.requirements.tables import Attendance, EnteredPiece
from webapp.units.tables import Membership, Unit

ON_A_PAGE = 50

about = aliased(Member, name="about")
enterer = aliased(Member, name="enterer")


@dataclass(frozen=True)
class EntryRow:
    """An entry in a list. What its person said against it is for them and organizers."""

    kind: Kind
    id: str
    unit_id: str
    unit: str
    person: str
    mine: bool  # about the one who looks
    outside: bool  # the person is no member: a name alone, which may be that of a member too
    what: str
    day: dt.date
    minutes: int | None
    entered_by: str
    objected_at: dt.datetime | None
    objection: str


def attendance_in(
    session: Session, actor: Actor, unit_id: str, *, limit: int = 200
) -> list[EntryRow]:
    """The newest entries of a unit, for whoever organizes it."""
    if not may_organize(actor, unit=unit_id):
        return []
    return _rows(session, actor, "attendance", Attendance.unit_id == unit_id, limit)


def pieces_in(session: Session, actor: Actor, unit_id: str, *, limit: int = 100) -> list[EntryRow]:
    """Entered pieces of a unit, newest first, for whoever may read them."""
    which = EnteredPiece.unit_id == unit_id
    if not may_organize(actor, unit=unit_id):
        # whoever objects is read by nobody but those who can take the entry back
        mine = EnteredPiece.member_id == actor.member
        which = sa.and_(which, sa.or_(EnteredPiece.objected_at.is_(None), mine))
    rows = _rows(session, actor, "piece", which, limit)
    if may_organize(actor, unit=unit_id) or unit_id in actor.units:
        return rows
    return [row for row in rows if row.mine]


def about_me(session: Session, actor: Actor, *, limit: int = 200) -> list[EntryRow]:
    """What organizers entered about the actor, newest first."""
    if actor.member is None:
        return []
    rows = _rows(session, actor, "attendance", Attendance.member_id == actor.member, limit)
    rows += _rows(session, actor, "piece", EnteredPiece.member_id == actor.member, limit)
    return sorted(rows, key=lambda row: (row.day, row.id), reverse=True)


def readable_piece(
    session: Session, actor: Actor, piece_id: str
) -> tuple[EntryRow, EnteredPiece] | None:
    """An entered piece: for present members of its unit, whoever organizes that, and the
    person it is of."""
    rows = _rows(session, actor, "piece", EnteredPiece.id == piece_id, 1)
    if not rows:
        return None
    row = rows[0]
    piece = session.get(EnteredPiece, (actor.organisation, piece_id), populate_existing=True)
    if piece is None:
        return None
    if row.mine or may_organize(actor, unit=row.unit_id):
        return row, piece
    return (row, piece) if row.unit_id in actor.units and piece.objected_at is None else None


def _rows(
    session: Session, actor: Actor, kind: Kind, which: sa.ColumnElement[bool], limit: int
) -> list[EntryRow]:
    table: Any = Attendance if kind == "attendance" else EnteredPiece
    rows = session.execute(
        sa.select(
            table.id,
            table.unit_id,
            Unit.name,
            sa.func.coalesce(about.name, table.name),
            table.member_id == actor.member,
            table.member_id.is_(None),
            table.what if kind == "attendance" else table.title,
            table.day,
            table.minutes if kind == "attendance" else sa.null(),
            sa.func.coalesce(enterer.name, ""),
            table.objected_at,
            table.objection,
        )
        .join(Unit, named_by(Unit, table.unit_id))
        .outerjoin(
            about,
            named_by(about, table.member_id),
        )
        .outerjoin(
            enterer,
            named_by(enterer, table.entered_by),
        )
        .where(table.organisation_id == actor.organisation, table.taken_back_at.is_(None), which)
        .order_by(table.day.desc(), table.id.desc())
        .limit(limit)
    )
    found = []
    for row in rows:
        values = list(row)
        values[4:6] = map(bool, values[4:6])
        entry = EntryRow(kind, *values)
        if not (entry.mine or may_organize(actor, unit=entry.unit_id)):
            entry = replace(entry, objected_at=None, objection="")
        found.append(entry)
    return found


def members_of(session: Session, organisation: str, unit_id: str) -> list[tuple[str, str, bool]]:
    """Present members of the unit by name: (id, name, whether they have an account)."""
    return [
        (id, name, bool(account))
        for id, name, account in session.execute(
            sa.select(Member.id, Member.name, Member.account_id.is_not(None))
            .where(
                Member.organisation_id == organisation,
                Member.left_at.is_(None),
                Member.id.in_(
                    sa.select(Membership.member_id).where(
                        Membership.organisation_id == organisation,
                        Membership.unit_id == unit_id,
                        Membership.until.is_(None),
                    )
                ),
            )
            .order_by(Member.name, Member.id)
        )
    ]
