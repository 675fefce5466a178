"""SQL of people: who is asking, members, invitations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp import clock
from webapp.access import Actor
from webapp.community import UTCDateTime
from webapp.members import inviting
from webapp.members.inviting import Over
from webapp.members.tables import Invitation, Member, Organisation, User
from webapp.units import rules
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
        organizes=frozenset(
            session.scalars(
                _ORGANIZED_BY,
                {
                    "organisation": member.organisation_id,
                    "member": member.id,
                    "now": clock.now(),
                },
            )
        ),
    )


def _organized_by() -> sa.Select[tuple[str]]:
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
    return sa.select(given.union(below.where(Unit.organisation_id == organisation)).c.id)


_ORGANIZED_BY = _organized_by()  # built once: every request asks it


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
                sa.and_(
                    MemberRole.organisation_id == StudyRole.organisation_id,
                    MemberRole.role_id == StudyRole.id,
                ),
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
            sa.and_(
                Appointment.organisation_id == StudyRole.organisation_id,
                Appointment.role_id == StudyRole.id,
            ),
        )
        .join(
            Unit,
            sa.and_(
                Unit.organisation_id == Appointment.organisation_id,
                Unit.id == Appointment.unit_id,
            ),
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
            sa.and_(
                Unit.organisation_id == Membership.organisation_id, Unit.id == Membership.unit_id
            ),
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


def invitation(session: Session, token_hash: str, *, to_use: bool = False) -> Invitation | None:
    """`to_use`: whoever else comes with it waits until the transaction ends."""
    query = (
        sa.select(Invitation)
        .where(Invitation.token_hash == token_hash)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query.with_for_update() if to_use else query).first()


def why_over(session: Session, invitation: Invitation, *, now: dt.datetime) -> Over | None:
    """Why an invitation no longer works, if so: it was used, its time is over, whoever
    it is for has come in or gone, or whoever made it may no longer invite there."""
    used = invitation.used_at is not None
    if invitation.member_id and not used:
        person = session.execute(
            sa.select(Member.left_at, User.password)
            .outerjoin(User, User.id == Member.account_id)
            .where(
                Member.organisation_id == invitation.organisation_id,
                Member.id == invitation.member_id,
            )
        ).first()
        if person is None or person.left_at is not None:
            return "withdrawn"
        used = person.password is not None
    return inviting.over(
        used=used,
        expires_at=invitation.expires_at,
        now=now,
        maker_may=_maker_may(session, invitation, now=now),
    )


def _maker_may(session: Session, invitation: Invitation, *, now: dt.datetime) -> bool:
    if invitation.made_by is None:
        return True
    from webapp.units import people_store  # they ask here who the actor is
    from webapp.units import store as units

    organisation_id = invitation.organisation_id
    maker = member(session, organisation_id, invitation.made_by)
    if maker is None or maker.left_at is not None:
        return False
    if maker.administrator:
        return True
    if invitation.administrator or invitation.organizer or invitation.member_id:
        return False
    tree = units.tree(session, organisation_id)
    place = rules.present_unit(tree, invitation.unit_id or "")
    role = session.get(StudyRole, (organisation_id, invitation.role_id or ""))
    rights = units.rights(session, Actor(organisation_id, maker.id), now=now)
    if place is None or not rules.may_give(
        tree, rights, place, organizes=role is not None and role.organizes
    ):
        return False
    return rights.everywhere or not people_store.left_empty(session, organisation_id, place)


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
