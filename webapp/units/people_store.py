"""SQL of the people of a unit, and of the roles that they are given in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.community import named_by, one_of
from webapp.members.tables import Member, User
from webapp.reflections.tables import Reflection
from webapp.requirements.tables import EnteredPiece
from webapp.units.tables import Appointment, Membership, StudyRole


@dataclass(frozen=True)
class Given:
    """A role that a member was given in a unit, now or from a later day on."""

    id: str
    role_id: str
    name_en: str
    name_zh: str
    organizes: bool
    since: dt.datetime
    until: dt.datetime | None

    @property
    def last(self) -> dt.datetime | None:
        """The last moment of it: it ends with the day that was named."""
        return self.until - dt.timedelta(seconds=1) if self.until else None


@dataclass(frozen=True)
class Person:
    member_id: str
    name: str
    since: dt.datetime
    roles: tuple[Given, ...] = ()


def roles_given(
    session: Session,
    organisation: str,
    unit_id: str,
    member_ids: Collection[str],
    *,
    now: dt.datetime,
) -> dict[str, tuple[Given, ...]]:
    """By member: roles in the unit that hold now, or will."""
    found: dict[str, list[Given]] = {}
    for row in session.execute(
        sa.select(
            Appointment.member_id,
            Appointment.id,
            StudyRole.id,
            StudyRole.name_en,
            StudyRole.name_zh,
            StudyRole.organizes,
            Appointment.since,
            Appointment.until,
        )
        .join(
            StudyRole,
            named_by(StudyRole, Appointment.role_id),
        )
        .where(
            Appointment.organisation_id == organisation,
            Appointment.unit_id == unit_id,
            Appointment.member_id.in_(member_ids),
            sa.or_(Appointment.until.is_(None), Appointment.until > now),
        )
        .order_by(StudyRole.position, Appointment.since, Appointment.id)
    ):
        found.setdefault(row[0], []).append(Given(*row[1:]))
    return {member: tuple(roles) for member, roles in found.items()}


def people(
    session: Session,
    organisation: str,
    unit_id: str,
    *,
    now: dt.datetime,
    after: tuple[str, str] | None = None,
    limit: int = 50,
    only: str | None = None,
) -> list[Person]:
    """Present members of a unit by name, with their roles in it; keyset paging."""
    query = (
        sa.select(Member.id, Member.name, sa.func.min(Membership.since))
        .join(
            Membership,
            named_by(Member, Membership.member_id),
        )
        .where(
            Membership.organisation_id == organisation,
            Membership.unit_id == unit_id,
            Membership.until.is_(None),
            Member.left_at.is_(None),
        )
        .group_by(Member.id, Member.name)
        .order_by(Member.name, Member.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(sa.tuple_(Member.name, Member.id) > after)
    if only is not None:
        query = query.where(Member.id == only)
    rows = list(session.execute(query))
    roles = roles_given(session, organisation, unit_id, [row[0] for row in rows], now=now)
    return [Person(id, name, since, roles.get(id, ())) for id, name, since in rows]


def left_empty(
    session: Session, organisation: str, unit_id: str, but: Collection[str] = ()
) -> bool:
    """Whether nobody (but these members) belongs to the unit now, though others once did
    or wrote for it. (Members who deleted their account left no membership.)"""
    others = (
        (Membership.member_id, ()),
        (Reflection.member_id, (Reflection.audience == "unit",)),
        (EnteredPiece.entered_by, ()),
    )
    present = sa.exists().where(
        Membership.organisation_id == organisation,
        Membership.unit_id == unit_id,
        ~one_of(Membership.member_id, but),
        Membership.until.is_(None),
    )
    before = sa.or_(
        *(
            sa.exists().where(
                column.class_.organisation_id == organisation,
                column.class_.unit_id == unit_id,
                sa.or_(column.is_(None), ~one_of(column, but)),
                *more,
            )
            for column, more in others
        )
    )
    return bool(session.scalar(sa.select(sa.and_(~present, before))))


def find_members(session: Session, organisation: str, words: str, *, by_address: bool) -> list[str]:
    """Ids of present members of exactly this name, three at most. `by_address`: words
    with an @ are an e-mail address. (Else the answer would tell whose address it is.)"""
    wanted = words.strip()
    address = by_address and "@" in wanted
    by = sa.func.lower(User.email) == wanted.casefold() if address else Member.name == wanted
    return list(
        session.scalars(
            sa.select(Member.id)
            .outerjoin(User, User.id == Member.account_id)
            .where(Member.organisation_id == organisation, Member.left_at.is_(None), by)
            .order_by(Member.id)
            .limit(3)
        )
    )
