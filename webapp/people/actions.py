"""Changes to members: leaving the organisation and coming back, links for those who
have no password yet, and the record of what was taken out. Each is one transaction."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.audit.actions import record
from webapp.community import Base, change
from webapp.ids import new_id
from webapp.members.actions import token_hash
from webapp.members.tables import Invitation, Member, User
from webapp.people import store
from webapp.reminders.tables import PrivateAddress
from webapp.suggestions.due import new_lists_due
from webapp.units import rules
from webapp.units import store as units
from webapp.units.tables import Appointment, Membership

LINKS_LAST = dt.timedelta(days=30)  # of people who were imported: lists are handed round
AT_ONCE = 500  # ids in one statement


class Unknown(Exception):
    """There is no such member, or not in this state."""


class LastAdministrator(Exception):
    """Nobody would be left who can let people in."""


def leave(session: Session, actor: Actor, member_id: str, *, now: dt.datetime) -> str:
    """The member is no longer of the organisation: memberships and given roles end, and
    with them every right, in this moment. What they wrote stays as it is. Their name.
    Raises Unknown and LastAdministrator."""
    with change(session):
        units.hold(session, actor.organisation)
        member = _member(session, actor, member_id)
        if member.left_at is not None:
            raise Unknown
        if set(store.administrators(session, actor.organisation)) == {member.id}:
            raise LastAdministrator
        for table in (Membership, Appointment):
            session.execute(
                sa.update(table)
                .where(
                    table.organisation_id == actor.organisation,
                    table.member_id == member.id,
                    sa.or_(table.until.is_(None), table.until > now),
                )
                .values(until=now)
            )
        session.execute(  # feeds do not come back with them; a mail can still be stopped
            sa.delete(PrivateAddress).where(
                PrivateAddress.organisation_id == actor.organisation,
                PrivateAddress.member_id == member.id,
                PrivateAddress.kind != "stop",
            )
        )
        member.left_at, member.organizer, member.administrator = now, False, False
        new_lists_due(session, actor.organisation, [member.id])
        _tell(session, actor, "member.left", member, now)
        return member.name


def come_back(session: Session, actor: Actor, member_id: str, *, now: dt.datetime) -> str:
    """Into the units in which they were when they left, where those are still open
    (where one was merged: into the other). Roles and rights are given anew by whoever
    may. Their name. Raises Unknown."""
    with change(session):
        units.hold(session, actor.organisation)
        member = _member(session, actor, member_id)
        if member.left_at is None:
            raise Unknown
        before = session.scalars(
            sa.select(Membership.unit_id).where(
                Membership.organisation_id == actor.organisation,
                Membership.member_id == member.id,
                Membership.until == member.left_at,
            )
        )
        tree = units.tree(session, actor.organisation)
        places = {place for unit in before if (place := rules.present_unit(tree, unit))}
        for place in sorted(places):
            session.add(
                Membership(
                    organisation_id=actor.organisation,
                    id=new_id(),
                    member_id=member.id,
                    unit_id=place,
                    since=now,
                )
            )
        member.left_at = None
        new_lists_due(session, actor.organisation, [member.id])
        _tell(session, actor, "member.back", member, now)
        return member.name


def _member(session: Session, actor: Actor, member_id: str) -> Member:
    key = (actor.organisation, member_id)
    found = session.get(Member, key, with_for_update=True, populate_existing=True)
    if found is None:
        raise Unknown
    return found


def _tell(session: Session, actor: Actor, what: str, member: Member, now: dt.datetime) -> None:
    about = ("member", member.id)
    record(session, actor.organisation, what, by=actor.member, at=now, about=about)


def personal_link(session: Session, actor: Actor, member_id: str, *, now: dt.datetime) -> str:
    """The token of a link for a member who has no password; earlier ones no longer
    work. Raises Unknown."""
    with change(session):
        member = _member(session, actor, member_id)
        account = session.get(User, member.account_id) if member.account_id else None
        if member.left_at is not None or (account is not None and account.password is not None):
            raise Unknown
        email = account.email if account else None
        token = _links(session, actor, [(member.id, member.name, email)], now=now)[0]
        _tell(session, actor, "invitation.personal", member, now)
        return token


def import_links(
    session: Session, actor: Actor, import_id: str, *, now: dt.datetime
) -> list[tuple[store.Waiting, str]]:
    """A link for each of the people that an import made who have an address and no
    password, with its token; earlier ones no longer work. Raises Unknown."""
    with change(session):
        found = store.one_import(session, actor.organisation, import_id, to_change=True)
        if found is None or found.status != "done":
            raise Unknown
        people = store.waiting(session, actor.organisation, import_id)
        tokens = _links(session, actor, [(p.member_id, p.name, p.email) for p in people], now=now)
        record(
            session, actor.organisation, "invitation.imported", by=actor.member, at=now,
            about=("people_import", import_id), people=len(people),
        )  # fmt: skip
        return list(zip(people, tokens, strict=True))


def _links(
    session: Session,
    actor: Actor,
    people: Sequence[tuple[str, str, str | None]],
    *,
    now: dt.datetime,
) -> list[str]:
    ids = sorted(id for id, _name, _email in people)
    for at in range(0, len(ids), AT_ONCE):
        store.hold_members(session, actor.organisation, ids[at : at + AT_ONCE])
        session.execute(
            sa.delete(Invitation).where(
                Invitation.organisation_id == actor.organisation,
                Invitation.member_id.in_(ids[at : at + AT_ONCE]),
                Invitation.used_at.is_(None),
            )
        )
    tokens = [secrets.token_urlsafe(24) for _one in people]
    rows = [
        {
            "organisation_id": actor.organisation, "id": new_id(), "token_hash": token_hash(token),
            "name": name, "email": email, "member_id": id, "made_by": actor.member,
            "administrator": False, "organizer": False, "uses_allowed": 1, "uses": 0,
            "created_at": now, "expires_at": now + LINKS_LAST,
        }
        for (id, name, email), token in zip(people, tokens, strict=True)
    ]  # fmt: skip
    if rows:
        session.execute(sa.insert(Base.metadata.tables[Invitation.__tablename__]), rows)
    return tokens


def exported(
    session: Session, actor: Actor, ending: str, *, lines: int, everything: bool, now: dt.datetime
) -> None:
    """Note that people and units were taken out, before they are."""
    with change(session):
        record(
            session, actor.organisation, "export.people", by=actor.member, at=now,
            ending=ending, lines=lines, everything=everything,
        )  # fmt: skip
