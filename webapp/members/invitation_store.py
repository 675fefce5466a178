"""SQL of invitations: whether one still works, where it leads, which are open."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.members import inviting, store
from webapp.members.inviting import Over
from webapp.members.tables import Invitation, Member, User
from webapp.units import people_store, rules
from webapp.units import store as units
from webapp.units.tables import StudyRole


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
    organisation_id = invitation.organisation_id
    maker = store.member(session, organisation_id, invitation.made_by)
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


@dataclass(frozen=True)
class InvitedTo:
    """Where an invitation leads whoever uses it now; "" for what it does not give."""

    unit: str = ""
    role: str = ""
    everywhere: bool = False  # organizes every unit, and keeps the library


def invited_to(session: Session, invitation: Invitation, *, zh: bool) -> InvitedTo:
    """As `actions.join` would carry it out. Whoever holds the link may know it."""
    everywhere = invitation.organizer and not invitation.administrator
    tree = units.tree(session, invitation.organisation_id)
    place = rules.present_unit(tree, invitation.unit_id or "")
    if place is None or invitation.member_id:
        return InvitedTo(everywhere=everywhere)
    role = session.get(StudyRole, (invitation.organisation_id, invitation.role_id or ""))
    given = role is not None and role.retired_at is None and place == invitation.unit_id
    name = (role.name_zh if zh else role.name_en) if role and given else ""
    return InvitedTo(tree[place].name, name, everywhere)


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
