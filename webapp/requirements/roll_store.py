"""SQL of the roll, and how it is kept: until the database says that the plan changed.

The mark is read before the roll is: should somebody write in between, the roll is newer
than its mark and is read once more, never older. Nothing is kept of what is read inside
a transaction that writes: it may never come to be.
"""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp import clock
from webapp.changes import store as changes
from webapp.changes.memory import Memory
from webapp.members.tables import Member
from webapp.requirements import store, tree_store
from webapp.requirements.holding import Plan
from webapp.requirements.roll import FOR_GOOD, Office, Roll
from webapp.units import store as units
from webapp.units.tables import Appointment, Membership, StudyRole


@dataclass
class _Kept:
    mark: int = -1
    roll: Roll | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


_memory = Memory(_Kept)


def roll(session: Session, organisation: str) -> Roll:
    kept = _memory.of(session, organisation)
    with kept.lock:
        mark = changes.of_plan(session, organisation)
        if kept.roll is None or kept.mark != mark:
            kept.roll, kept.mark = read(session, organisation), mark
        return kept.roll


def read(session: Session, organisation: str) -> Roll:
    tree = units.tree(session, organisation)
    required = tuple(store.required_in(session, organisation, tree.keys()))
    return Roll(
        tree=tree,
        plan=Plan(tree_store.whole_tree(session, organisation), required),
        memberships=_memberships(session, organisation),
        appointments=_appointments(session, organisation),
        organizing=frozenset(
            session.scalars(
                sa.select(StudyRole.id).where(
                    StudyRole.organisation_id == organisation, StudyRole.organizes
                )
            )
        ),
        everywhere=frozenset(
            session.scalars(
                sa.select(Member.id).where(
                    Member.organisation_id == organisation,
                    sa.or_(Member.organizer, Member.administrator),
                )
            )
        ),
        zone=clock.zone(),
    )


def _memberships(session: Session, organisation: str) -> list[Office]:
    rows = session.execute(
        sa.select(
            Membership.member_id, Membership.unit_id, Membership.since, Membership.until
        ).where(Membership.organisation_id == organisation)
    )
    return [
        Office(member, unit, int(since.timestamp()), _until(until))
        for member, unit, since, until in rows
    ]


def _appointments(session: Session, organisation: str) -> list[Office]:
    rows = session.execute(
        sa.select(
            Appointment.member_id,
            Appointment.unit_id,
            Appointment.since,
            Appointment.until,
            Appointment.role_id,
        ).where(Appointment.organisation_id == organisation)
    )
    return [
        Office(member, unit, int(since.timestamp()), _until(until), role)
        for member, unit, since, until, role in rows
    ]


def _until(moment: dt.datetime | None) -> int:
    return FOR_GOOD if moment is None else int(moment.timestamp())
