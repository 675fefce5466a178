"""Changes to who belongs to a unit and which roles are given in it: each function is
one change in one transaction, dated, with what was before kept as history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.audit.actions import record
from webapp.ids import new_id
from webapp.members.tables import Member
from webapp.notices.actions import tell
from webapp.suggestions.due import new_lists_due
from webapp.units import people_store, rules, store
from webapp.units.actions import Hindered, Unknown, carry, end_roles, unless
from webapp.units.people_store import Given
from webapp.units.rules import Rights, Tree
from webapp.units.tables import Appointment, Membership, StudyRole


def join(
    session: Session, actor: Actor, unit_id: str, who: str, *, key: str, now: dt.datetime
) -> str:
    """Take the member of this name (administrators: or e-mail address) into the unit;
    the member's id. Whoever left it comes back with a row of their own. Raises Hindered."""

    def work(tree: Tree, rights: Rights) -> dict[str, str]:
        unless(rules.to_work_on(tree, rights, unit_id))
        by_address = rights.administrator
        found = people_store.find_members(session, actor.organisation, who, by_address=by_address)
        if len(found) != 1 and by_address:
            raise Hindered("several_members" if found else "no_member")
        if len(found) != 1:
            raise Hindered("several_names" if found else "no_such_name")
        if _membership(session, actor, unit_id, found[0]):
            raise Hindered("member_there")
        _take_in(session, actor, rights, unit_id, found[0], now)
        return {"id": found[0]}

    return str(carry(session, actor, key, ("join", unit_id, who), work, now=now)["id"])


def leave(
    session: Session,
    actor: Actor,
    unit_id: str,
    member_id: str,
    *,
    sure: bool,
    key: str,
    now: dt.datetime,
) -> None:
    """Raises Hindered ("not_sure" where whoever asks would lose their last right)."""

    def work(tree: Tree, rights: Rights) -> dict[str, str]:
        _let_go(session, actor, tree, rights, unit_id, member_id, sure=sure, now=now)
        return {}

    carry(session, actor, key, ("leave", unit_id, member_id, str(sure)), work, now=now)


def move(
    session: Session,
    actor: Actor,
    unit_id: str,
    member_id: str,
    *,
    to: str,
    sure: bool,
    key: str,
    now: dt.datetime,
) -> None:
    """Out of one unit and into another at once. Raises Hindered."""

    def work(tree: Tree, rights: Rights) -> dict[str, str]:
        unless(rules.to_work_on(tree, rights, unit_id))
        if to not in tree or tree[to].closed or not rights.over(to):
            raise Hindered("no_place")
        if to == unit_id or _membership(session, actor, to, member_id):
            raise Hindered("member_there")
        _let_go(session, actor, tree, rights, unit_id, member_id, sure=sure, now=now)
        _take_in(session, actor, rights, to, member_id, now)
        return {}

    carry(session, actor, key, ("move", unit_id, member_id, to, str(sure)), work, now=now)


def give(
    session: Session,
    actor: Actor,
    unit_id: str,
    member_id: str,
    role_id: str,
    *,
    since: dt.datetime,
    until: dt.datetime | None,
    key: str,
    now: dt.datetime,
) -> str:
    """Give a role in the unit, from a day and perhaps until one; whoever has a role in
    a unit belongs to it. The id of what was given. Raises Hindered."""

    def work(tree: Tree, rights: Rights) -> dict[str, str]:
        role = session.get(StudyRole, (actor.organisation, role_id), populate_existing=True)
        organizes = role.organizes if role and role.retired_at is None else None
        unless(
            rules.to_give(
                tree, rights, unit_id, organizes=organizes, own=member_id == actor.member,
                right_ends=store.right_ends(session, actor, tree, rights, unit_id, now=now),
                since=since, until=until,
            )
        )  # fmt: skip
        if until is not None and until <= now:
            raise Hindered("over")
        if not _is_member(session, actor, member_id):
            raise Hindered("member_gone")
        given = people_store.roles_given(
            session, actor.organisation, unit_id, [member_id], now=since
        )
        for other in given.get(member_id, ()):
            if other.role_id == role_id and (until is None or other.since < until):
                raise Hindered("role_there")
        if not _membership(session, actor, unit_id, member_id):
            _take_in(session, actor, rights, unit_id, member_id, now)
        made = new_id()
        session.add(
            Appointment(
                organisation_id=actor.organisation,
                id=made,
                member_id=member_id,
                unit_id=unit_id,
                role_id=role_id,
                since=since,
                until=until,
            )
        )
        new_lists_due(session, actor.organisation, [member_id])
        days = {"since": since.isoformat(), "until": until.isoformat() if until else None}
        _tell(session, actor, "unit.role_given", unit_id, member_id, now, role=role_id, **days)
        return {"id": made}

    what = ("give-role", unit_id, member_id, role_id, str(since), str(until))
    return str(carry(session, actor, key, what, work, now=now)["id"])


def end(
    session: Session,
    actor: Actor,
    unit_id: str,
    appointment_id: str,
    *,
    sure: bool,
    key: str,
    now: dt.datetime,
) -> None:
    """End a role that was given, from this moment on. Raises Hindered and Unknown."""

    def work(tree: Tree, rights: Rights) -> dict[str, str]:
        if not rights.over(unit_id):
            raise Hindered("not_yours")
        found = session.get(
            Appointment, (actor.organisation, appointment_id), populate_existing=True
        )
        if found is None or found.unit_id != unit_id:
            raise Unknown
        roles = people_store.roles_given(
            session, actor.organisation, unit_id, [found.member_id], now=now
        ).get(found.member_id, ())
        ending = [role for role in roles if role.id == appointment_id]
        if not ending:
            return {}  # it has ended: as often as one likes
        _may_end(session, actor, tree, rights, unit_id, found.member_id, ending, sure, now)
        _end(session, actor, unit_id, found.member_id, ending, now)
        return {}

    carry(session, actor, key, ("end-role", appointment_id, str(sure)), work, now=now)


# Steps, each part of the caller's transaction


def _tell(
    session: Session,
    actor: Actor,
    what: str,
    unit_id: str,
    member_id: str,
    now: dt.datetime,
    **details: Any,
) -> None:
    record(
        session, actor.organisation, what, by=actor.member, at=now, about=("unit", unit_id),
        member=member_id, **details,
    )  # fmt: skip


def _say(
    session: Session, actor: Actor, kind: str, unit_id: str, member_id: str, now: dt.datetime
) -> None:
    """To the member, where it is not their own doing."""
    if member_id != actor.member:
        tell(
            session, organisation=actor.organisation, member=member_id, kind=kind,
            about=f"unit/{unit_id}", at=now,
        )  # fmt: skip


def _is_member(session: Session, actor: Actor, member_id: str) -> bool:
    found = session.get(Member, (actor.organisation, member_id), populate_existing=True)
    return found is not None and found.left_at is None


def _membership(session: Session, actor: Actor, unit_id: str, member_id: str) -> bool:
    return (
        session.scalar(
            sa.select(Membership.id)
            .where(
                Membership.organisation_id == actor.organisation,
                Membership.unit_id == unit_id,
                Membership.member_id == member_id,
                Membership.until.is_(None),
            )
            .limit(1)
        )
        is not None
    )


def _take_in(
    session: Session, actor: Actor, rights: Rights, unit_id: str, member_id: str, now: dt.datetime
) -> None:
    """Raises Hindered where somebody would be let into what others left behind, and nobody
    were there to see it: what was written for the unit alone stays with those who were
    in it, unless an organizer of everything lets others in."""
    if not rights.everywhere and people_store.left_empty(
        session, actor.organisation, unit_id, [member_id]
    ):
        raise Hindered("left_empty")
    session.add(
        Membership(
            organisation_id=actor.organisation,
            id=new_id(),
            member_id=member_id,
            unit_id=unit_id,
            since=now,
        )
    )
    new_lists_due(session, actor.organisation, [member_id])
    _tell(session, actor, "unit.joined", unit_id, member_id, now)
    _say(session, actor, "taken_in", unit_id, member_id, now)


def _let_go(
    session: Session,
    actor: Actor,
    tree: Tree,
    rights: Rights,
    unit_id: str,
    member_id: str,
    *,
    sure: bool,
    now: dt.datetime,
) -> None:
    """Out of the unit and of those merged into it; roles given in it end."""
    unless(rules.to_work_on(tree, rights, unit_id))
    if not _membership(session, actor, unit_id, member_id):
        raise Hindered("member_gone")
    roles = people_store.roles_given(session, actor.organisation, unit_id, [member_id], now=now)
    ending = roles.get(member_id, ())
    _may_end(session, actor, tree, rights, unit_id, member_id, ending, sure, now)
    _end(session, actor, unit_id, member_id, ending, now)
    session.execute(
        sa.update(Membership)
        .where(
            Membership.organisation_id == actor.organisation,
            Membership.member_id == member_id,
            Membership.unit_id.in_([unit_id, *rules.merged_ones(tree, unit_id)]),
            Membership.until.is_(None),
        )
        .values(until=now)
    )
    new_lists_due(session, actor.organisation, [member_id])
    _tell(session, actor, "unit.left", unit_id, member_id, now)
    _say(session, actor, "let_go", unit_id, member_id, now)


def _may_end(
    session: Session,
    actor: Actor,
    tree: Tree,
    rights: Rights,
    unit_id: str,
    member_id: str,
    ending: Collection[Given],
    sure: bool,
    now: dt.datetime,
) -> None:
    own = member_id == actor.member and not rights.everywhere
    unless(
        rules.to_end_roles(
            tree,
            rights,
            unit_id,
            organizing=any(role.organizes for role in ending),
            own=own,
            last_own=own
            and store.organizing_roles(session, actor, now=now) <= {role.id for role in ending},
            sure=sure,
        )
    )


def _end(
    session: Session,
    actor: Actor,
    unit_id: str,
    member_id: str,
    ending: Collection[Given],
    now: dt.datetime,
) -> None:
    if not ending:
        return
    ids = [role.id for role in ending]
    end_roles(session, actor.organisation, now, Appointment.id.in_(ids))
    new_lists_due(session, actor.organisation, [member_id])
    for role in ending:
        _tell(session, actor, "unit.role_ended", unit_id, member_id, now, role=role.role_id)
