"""SQL of people: who is asking, and members."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp import clock
from webapp.access import Actor
from webapp.community import UTCDateTime, named_by
from webapp.members.tables import Member, Organisation, User
from webapp.units.tables import Appointment, MemberRole, Membership, StudyRole, Unit


def organisation(session: Session) -> Organisation | None:
    """The organisation of this installation (there is one; the key leaves room)."""
    return session.scalars(sa.select(Organisation).limit(1)).first()


def organisation_name(session: Session) -> str:
    return session.scalar(sa.select(Organisation.name).limit(1)) or ""


@dataclass(frozen=True)
class Asking:
    """Who is behind a session, and whom permissions are asked for."""

    member: Member | None
    actor: Actor
    organisation: str | None = None  # its name


NOBODY = Asking(None, Actor(organisation=""))


def whoever_asks(session: Session, account: Any) -> Asking:
    if not account.is_authenticated:
        return NOBODY
    found = session.execute(_ASKING, {"account": account.id}).first()
    if found is None:
        return NOBODY
    member, organisation = found
    return Asking(member, actor_of(session, member), organisation)


def actor_of(session: Session, member: Member) -> Actor:
    asked = {"organisation": member.organisation_id, "member": member.id, "now": clock.now()}
    units = [(bool(organized), unit) for organized, unit in session.execute(_UNITS_OF, asked)]
    return Actor(
        organisation=member.organisation_id,
        member=member.id,
        name=member.name,
        units=frozenset(unit for organized, unit in units if not organized),
        administrator=member.administrator,
        organizer=member.organizer or member.administrator,
        organizes=frozenset(unit for organized, unit in units if organized),
    )


def _organized_by() -> sa.Select[bool, str]:
    """Units in which a member has a role that organizes now, and all below them.
    (UNION leaves out what was found before, so that a circle ends.)"""
    organisation: sa.BindParameter[str] = sa.bindparam("organisation")
    now = sa.bindparam("now", type_=UTCDateTime)
    given = (
        sa.select(Appointment.unit_id.label("id"))
        .join(
            StudyRole,
            sa.and_(
                StudyRole.organisation_id == Appointment.organisation_id,
                StudyRole.id == Appointment.role_id,
                StudyRole.organizes,
            ),
        )
        .where(
            Appointment.organisation_id == organisation,
            Appointment.member_id == sa.bindparam("member"),
            Appointment.since <= now,
            sa.or_(Appointment.until.is_(None), Appointment.until > now),
        )
        .cte("organized", recursive=True)
    )
    below = sa.select(Unit.id).join(given, Unit.parent_id == given.c.id)
    every = given.union(below.where(Unit.organisation_id == organisation))
    return sa.select(sa.true(), every.c.id)


def _units_of() -> sa.CompoundSelect[bool, str]:
    """Units that a member organizes (True) or is in (False), now."""
    is_in = sa.select(sa.false(), Membership.unit_id).where(
        Membership.organisation_id == sa.bindparam("organisation"),
        Membership.member_id == sa.bindparam("member"),
        Membership.until.is_(None),
    )
    return sa.union_all(is_in, _organized_by())


# Built once: every request asks them.
_UNITS_OF = _units_of()
_ASKING = (
    sa.select(Member, Organisation.name)
    .join(Organisation, Organisation.id == Member.organisation_id)
    .where(Member.account_id == sa.bindparam("account"), Member.left_at.is_(None))
)


def member(session: Session, organisation_id: str, member_id: str) -> Member | None:
    return session.get(Member, (organisation_id, member_id))


def member_by_email(session: Session, email: str) -> Member | None:
    return session.scalars(
        sa.select(Member)
        .join(User, User.id == Member.account_id)
        .where(sa.func.lower(User.email) == email.strip().lower())
    ).first()


def all_roles(session: Session, organisation_id: str) -> list[StudyRole]:
    """All roles of the organisation, those no longer given too, in its own order."""
    return list(
        session.scalars(
            sa.select(StudyRole)
            .where(StudyRole.organisation_id == organisation_id)
            .order_by(StudyRole.position, StudyRole.id)
        )
    )


def study_roles(session: Session, organisation_id: str) -> list[StudyRole]:
    """Roles that can be chosen or given now, in the organisation's own order."""
    return [r for r in all_roles(session, organisation_id) if r.retired_at is None]


def chosen_roles_of(session: Session, organisation_id: str, member_id: str) -> list[StudyRole]:
    """Roles that the member chose; they steer suggestions and give no rights."""
    return list(
        session.scalars(
            sa.select(StudyRole)
            .join(
                MemberRole,
                named_by(StudyRole, MemberRole.role_id),
            )
            .where(MemberRole.organisation_id == organisation_id, MemberRole.member_id == member_id)
            .order_by(StudyRole.position, StudyRole.id)
        )
    )


def given_roles_of(
    session: Session, organisation_id: str, member_id: str
) -> list[tuple[StudyRole, str]]:
    """Roles that the member is given now, each with the name of the unit."""
    now = clock.now()
    rows = session.execute(
        sa.select(StudyRole, Unit.name)
        .join(
            Appointment,
            named_by(StudyRole, Appointment.role_id),
        )
        .join(
            Unit,
            named_by(Unit, Appointment.unit_id),
        )
        .where(
            Appointment.organisation_id == organisation_id,
            Appointment.member_id == member_id,
            Appointment.since <= now,
            sa.or_(Appointment.until.is_(None), Appointment.until > now),
        )
        .order_by(StudyRole.position, StudyRole.id, Unit.name)
    )
    return [(role, unit) for role, unit in rows]


def _has_roles() -> sa.Select[bool]:
    organisation: sa.BindParameter[str] = sa.bindparam("organisation")
    member: sa.BindParameter[str] = sa.bindparam("member")
    now = sa.bindparam("now", type_=UTCDateTime)
    chosen = sa.exists().where(
        MemberRole.organisation_id == organisation, MemberRole.member_id == member
    )
    given = sa.exists().where(
        Appointment.organisation_id == organisation,
        Appointment.member_id == member,
        Appointment.since <= now,
        sa.or_(Appointment.until.is_(None), Appointment.until > now),
    )
    return sa.select(sa.or_(chosen, given))


_HAS_ROLES = _has_roles()


def has_roles(session: Session, organisation_id: str, member_id: str) -> bool:
    """Whether there is any role of `roles_of`."""
    asked = {"organisation": organisation_id, "member": member_id, "now": clock.now()}
    return bool(session.scalar(_HAS_ROLES, asked))


def roles_of(session: Session, organisation_id: str, member_id: str) -> list[StudyRole]:
    """Roles whose duties count for the member: those chosen and those given."""
    chosen = chosen_roles_of(session, organisation_id, member_id)
    given = [role for role, _unit in given_roles_of(session, organisation_id, member_id)]
    both = {role.id: role for role in (*chosen, *given)}
    return sorted(both.values(), key=lambda role: (role.position, role.id))


def units_of(session: Session, organisation_id: str, member_id: str) -> list[Unit]:
    """Units to which the member belongs now, by name."""
    return list(
        session.scalars(
            sa.select(Unit)
            .join(
                Membership,
                named_by(Unit, Membership.unit_id),
            )
            .where(
                Membership.organisation_id == organisation_id,
                Membership.member_id == member_id,
                Membership.until.is_(None),
            )
            .order_by(Unit.name, Unit.id)
        )
    )


@dataclass(frozen=True)
class MemberRow:
    id: str
    name: str
    email: str | None
    number: str | None
    administrator: bool
    organizer: bool
    units: tuple[str, ...]
    joined_at: dt.datetime
    left_at: dt.datetime | None
    signs_in: bool  # there is an account with a password


def members(
    session: Session,
    organisation_id: str,
    *,
    after: tuple[str, str] | None = None,
    limit: int = 50,
    within: Collection[str] | None = None,
    words: str = "",
    addresses: bool = True,
    left: bool = False,
) -> list[MemberRow]:
    """Members by name, with the names of their units; keyset paging.

    `within`: only those who belong to one of these units now, and only these units.
    `words`: of the name, and with `addresses` of the e-mail address or the number.
    `left`: those who have left the organisation, instead of those who are present.
    """
    query = (
        sa.select(Member, User.email, User.password.is_not(None))
        .outerjoin(User, User.id == Member.account_id)
        .where(
            Member.organisation_id == organisation_id,
            Member.left_at.is_not(None) if left else Member.left_at.is_(None),
        )
        .order_by(Member.name, Member.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(sa.tuple_(Member.name, Member.id) > after)
    if within is not None:
        query = query.where(
            sa.exists().where(
                Membership.organisation_id == Member.organisation_id,
                Membership.member_id == Member.id,
                Membership.until.is_(None),
                Membership.unit_id.in_(within),
            )
        )
    if words:
        asked: list[Any] = [Member.name]
        asked += [User.email, Member.number] if addresses else []
        query = query.where(sa.or_(*(c.icontains(words, autoescape=True) for c in asked)))
    found = list(session.execute(query))
    names: dict[str, list[str]] = {}
    belongs = (
        sa.select(Membership.member_id, Unit.name)
        .join(
            Unit,
            named_by(Unit, Membership.unit_id),
        )
        .where(
            Membership.organisation_id == organisation_id,
            Membership.member_id.in_([m.id for m, *_rest in found]),
            Membership.until.is_(None),
            Unit.closed_at.is_(None),  # of one that was merged, the other name stands there
        )
        .order_by(Unit.name)
    )
    if within is not None:
        belongs = belongs.where(Membership.unit_id.in_(within))
    for member_id, name in session.execute(belongs):
        names.setdefault(member_id, []).append(name)
    return [
        MemberRow(
            m.id,
            m.name,
            email,
            m.number,
            m.administrator,
            m.organizer,
            tuple(names.get(m.id, ())),
            m.joined_at,
            m.left_at,
            bool(signs_in),
        )
        for m, email, signs_in in found
    ]


def units(session: Session, organisation_id: str) -> list[Unit]:
    return list(
        session.scalars(
            sa.select(Unit)
            .where(Unit.organisation_id == organisation_id)
            .order_by(Unit.name, Unit.id)
        )
    )


def has_administrator(session: Session, organisation_id: str) -> bool:
    return bool(
        session.scalar(
            sa.select(sa.func.count())
            .select_from(Member)
            .where(
                Member.organisation_id == organisation_id,
                Member.administrator,
                Member.left_at.is_(None),
                Member.account_id.is_not(None),
            )
        )
    )
