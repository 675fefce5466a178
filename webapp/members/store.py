"""SQL of people: who is asking, members, invitations."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.members.tables import Invitation, Member, Organisation, User
from webapp.units.tables import Appointment, MemberRole, Membership, StudyRole, Unit


def organisation(session: Session) -> Organisation | None:
    """The organisation of this installation (there is one; the key leaves room)."""
    return session.scalars(sa.select(Organisation).limit(1)).first()


def organisation_name(session: Session) -> str:
    return session.scalar(sa.select(Organisation.name).limit(1)) or ""


def whoever_asks(session: Session, account: Any) -> tuple[Member | None, Actor]:
    """The member behind the session, and the actor that permissions are asked for."""
    if not account.is_authenticated:
        return None, Actor(organisation="")
    member = session.scalars(
        sa.select(Member).where(Member.account_id == account.id, Member.left_at.is_(None))
    ).first()
    if member is None:
        return None, Actor(organisation="")
    return member, actor_of(session, member)


def actor_of(session: Session, member: Member) -> Actor:
    units = session.scalars(
        sa.select(Membership.unit_id).where(
            Membership.organisation_id == member.organisation_id,
            Membership.member_id == member.id,
            Membership.until.is_(None),
        )
    )
    return Actor(
        organisation=member.organisation_id,
        member=member.id,
        name=member.name,
        units=frozenset(units),
        administrator=member.administrator,
        organizer=member.organizer or member.administrator,
        organizes=frozenset(session.scalars(_organized_by(member))),
    )


def _organized_by(member: Member) -> sa.Select[tuple[str]]:
    """Units in which the member has a role that organizes now, and all below them.
    (UNION leaves out what was found before, so that a circle ends.)"""
    organisation = member.organisation_id
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
            Appointment.member_id == member.id,
            Appointment.until.is_(None),
        )
        .cte("organized", recursive=True)
    )
    below = sa.select(Unit.id).join(given, Unit.parent_id == given.c.id)
    return sa.select(given.union(below.where(Unit.organisation_id == organisation)).c.id)


def member(session: Session, organisation_id: str, member_id: str) -> Member | None:
    return session.get(Member, (organisation_id, member_id))


def member_by_email(session: Session, email: str) -> Member | None:
    return session.scalars(
        sa.select(Member)
        .join(User, User.id == Member.account_id)
        .where(sa.func.lower(User.email) == email.strip().lower())
    ).first()


def study_roles(session: Session, organisation_id: str) -> list[StudyRole]:
    """All roles of the organisation, in its own order."""
    return list(
        session.scalars(
            sa.select(StudyRole)
            .where(StudyRole.organisation_id == organisation_id)
            .order_by(StudyRole.position, StudyRole.id)
        )
    )


def roles_of(session: Session, organisation_id: str, member_id: str) -> list[StudyRole]:
    return list(
        session.scalars(
            sa.select(StudyRole)
            .join(
                MemberRole,
                sa.and_(
                    MemberRole.organisation_id == StudyRole.organisation_id,
                    MemberRole.role_id == StudyRole.id,
                ),
            )
            .where(MemberRole.organisation_id == organisation_id, MemberRole.member_id == member_id)
            .order_by(StudyRole.position, StudyRole.id)
        )
    )


def units_of(session: Session, organisation_id: str, member_id: str) -> list[Unit]:
    """Units to which the member belongs now, by name."""
    return list(
        session.scalars(
            sa.select(Unit)
            .join(
                Membership,
                sa.and_(
                    Membership.organisation_id == Unit.organisation_id,
                    Membership.unit_id == Unit.id,
                ),
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
    administrator: bool
    organizer: bool
    units: tuple[str, ...]
    joined_at: dt.datetime


def members(
    session: Session, organisation_id: str, *, after: tuple[str, str] | None = None, limit: int = 50
) -> list[MemberRow]:
    """Present members by name, with the names of their units; keyset paging."""
    query = (
        sa.select(Member, User.email)
        .outerjoin(User, User.id == Member.account_id)
        .where(Member.organisation_id == organisation_id, Member.left_at.is_(None))
        .order_by(Member.name, Member.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(sa.tuple_(Member.name, Member.id) > after)
    found = list(session.execute(query))
    names: dict[str, list[str]] = {}
    ids = [m.id for m, _email in found]
    for member_id, name in session.execute(
        sa.select(Membership.member_id, Unit.name)
        .join(
            Unit,
            sa.and_(
                Unit.organisation_id == Membership.organisation_id, Unit.id == Membership.unit_id
            ),
        )
        .where(
            Membership.organisation_id == organisation_id,
            Membership.member_id.in_(ids),
            Membership.until.is_(None),
        )
        .order_by(Unit.name)
    ):
        names.setdefault(member_id, []).append(name)
    return [
        MemberRow(
            m.id,
            m.name,
            email,
            m.administrator,
            m.organizer,
            tuple(names.get(m.id, ())),
            m.joined_at,
        )
        for m, email in found
    ]


def units(session: Session, organisation_id: str) -> list[Unit]:
    return list(
        session.scalars(
            sa.select(Unit)
            .where(Unit.organisation_id == organisation_id)
            .order_by(Unit.name, Unit.id)
        )
    )


def invitation(session: Session, token_hash: str, *, to_use: bool = False) -> Invitation | None:
    """`to_use`: whoever else comes with it waits until the transaction ends."""
    query = (
        sa.select(Invitation)
        .where(Invitation.token_hash == token_hash)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query.with_for_update() if to_use else query).first()


def open_invitations(session: Session, organisation_id: str, now: dt.datetime) -> list[Invitation]:
    """Invitations that can still be used, newest first."""
    return list(
        session.scalars(
            sa.select(Invitation)
            .where(
                Invitation.organisation_id == organisation_id,
                Invitation.used_at.is_(None),
                Invitation.expires_at > now,
            )
            .order_by(Invitation.created_at.desc(), Invitation.id)
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
