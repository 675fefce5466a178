"""SQL of units: the tree, who belongs where, what whoever asks may organize."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.community import named_by
from webapp.members import store as members
from webapp.members.tables import Member, Organisation
from webapp.units.rules import Node, Rights, Tree, above, present_unit
from webapp.units.tables import Appointment, Membership, StudyRole, Unit, UnitKind


def subtree(session: Session, organisation: str, unit_id: str) -> list[str]:
    """The unit and all below it, closed ones too; empty where there is no such unit.
    (UNION leaves out what was found before, so that a circle ends.)"""
    found = (
        sa.select(Unit.id)
        .where(Unit.organisation_id == organisation, Unit.id == unit_id)
        .cte("subtree", recursive=True)
    )
    below = sa.select(Unit.id).join(found, Unit.parent_id == found.c.id)
    whole = found.union(below.where(Unit.organisation_id == organisation))
    return list(session.scalars(sa.select(whole.c.id)))


def ancestors(session: Session, organisation: str, unit_id: str) -> list[str]:
    """What stands above the unit, the nearest first; without the unit itself."""
    found = (
        sa.select(Unit.id, Unit.parent_id, sa.literal(0).label("far"))
        .where(Unit.organisation_id == organisation, Unit.id == unit_id)
        .cte("ancestors", recursive=True)
    )
    above = sa.select(Unit.id, Unit.parent_id, found.c.far + 1).join(
        found, Unit.id == found.c.parent_id
    )
    # a tree is not deeper than this: a circle, which no change makes, ends here
    above = above.where(Unit.organisation_id == organisation, found.c.far < DEEPEST)
    whole = found.union_all(above)
    ids = session.scalars(sa.select(whole.c.id).where(whole.c.far > 0).order_by(whole.c.far))
    return list(dict.fromkeys(id for id in ids if id != unit_id))


DEEPEST = 100


@dataclass(frozen=True)
class Present:
    """Somebody who belongs to a unit now."""

    unit_id: str
    member_id: str
    name: str
    since: dt.datetime


def present_members(
    session: Session, organisation: str, unit_ids: Collection[str]
) -> list[Present]:
    """Whoever belongs to one of the units now, by name: a line for each of these
    units to which they belong, in one statement."""
    return [
        Present(*row)
        for row in session.execute(
            sa.select(Membership.unit_id, Member.id, Member.name, Membership.since)
            .join(
                Member,
                named_by(Member, Membership.member_id),
            )
            .where(
                Membership.organisation_id == organisation,
                Membership.unit_id.in_(unit_ids),
                Membership.until.is_(None),
                Member.left_at.is_(None),
            )
            .order_by(Member.name, Member.id, Membership.unit_id)
        )
    ]


# The whole tree, and what whoever asks may do in it


def tree(session: Session, organisation: str) -> dict[str, Node]:
    """Every unit, by name. A thousand of them are one small answer."""
    rows = session.execute(
        sa.select(
            Unit.id,
            Unit.name,
            Unit.kind,
            Unit.parent_id,
            Unit.closed_at.is_not(None),
            Unit.merged_into,
            Unit.leading_group_id,
            Unit.office_id,
        )
        .where(Unit.organisation_id == organisation)
        .order_by(Unit.name, Unit.id)
    )
    return {id: Node(id, name, kind, parent, bool(closed), *rest)
            for id, name, kind, parent, closed, *rest in rows}  # fmt: skip


def hold(session: Session, organisation: str) -> None:
    """One change of units or their people at a time: two moves that are right each by
    itself could make a circle together. Ends with the caller's transaction."""
    session.get(Organisation, organisation, with_for_update=True, populate_existing=True)


def rights(session: Session, actor: Actor, *, now: dt.datetime) -> Rights:
    """As they are at this moment, not as they were when the request began."""
    member = session.get(Member, (actor.organisation, actor.member or ""), populate_existing=True)
    if member is None or member.left_at is not None:
        return Rights()
    fresh = members.actor_of(session, member)
    given_in = session.scalars(
        _appointments(actor.organisation, now)
        .with_only_columns(Appointment.unit_id)
        .where(Appointment.member_id == member.id, StudyRole.organizes)
    )
    return Rights(fresh.organizer, fresh.organizes, frozenset(given_in), fresh.administrator)


def place_of(session: Session, organisation: str, unit_id: str | None) -> str | None:
    """The open unit to which somebody comes who was asked into this one. Part of the
    caller's transaction: it stays open until that ends."""
    if unit_id is None:
        return None
    hold(session, organisation)
    return present_unit(tree(session, organisation), unit_id)


def organizing_roles(session: Session, actor: Actor, *, now: dt.datetime) -> set[str]:
    """Ids of the roles from which the actor's rights over units come now."""
    return set(
        session.scalars(
            _appointments(actor.organisation, now)
            .with_only_columns(Appointment.id)
            .where(Appointment.member_id == actor.member, StudyRole.organizes)
        )
    )


def right_ends(
    session: Session, actor: Actor, tree: Tree, rights: Rights, unit_id: str, *, now: dt.datetime
) -> dt.datetime | None:
    """When the actor's right to give a role that organizes in the unit ends; None: never."""
    if rights.everywhere:
        return None
    ends = session.scalars(
        _appointments(actor.organisation, now)
        .with_only_columns(Appointment.until)
        .where(
            Appointment.member_id == actor.member,
            StudyRole.organizes,
            Appointment.unit_id.in_(list(above(tree, unit_id))),
        )
    ).all()
    return max((end for end in ends if end is not None), default=None) if all(ends) else None


def _appointments(organisation: str, now: dt.datetime) -> sa.Select[Appointment]:
    """Roles that are given at this moment."""
    return (
        sa.select(Appointment)
        .join(
            StudyRole,
            named_by(StudyRole, Appointment.role_id),
        )
        .where(
            Appointment.organisation_id == organisation,
            Appointment.since <= now,
            sa.or_(Appointment.until.is_(None), Appointment.until > now),
        )
    )


def names(session: Session, organisation: str, ids: Collection[str]) -> dict[str, str]:
    """Of these units, closed ones too."""
    rows = session.execute(
        sa.select(Unit.id, Unit.name).where(Unit.organisation_id == organisation, Unit.id.in_(ids))
    )
    return {row.id: row.name for row in rows}


def open_units(session: Session, organisation: str, ids: Collection[str]) -> frozenset[str]:
    """Of these units those that are open: a closed one is no choice for anything new."""
    return frozenset(
        session.scalars(
            sa.select(Unit.id).where(
                Unit.organisation_id == organisation,
                Unit.id.in_(sorted(ids)),
                Unit.closed_at.is_(None),
            )
        )
    )


def to_give_to(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """Id and name of the open units that the actor organizes, by name."""
    query = sa.select(Unit.id, Unit.name).where(
        Unit.organisation_id == actor.organisation, Unit.closed_at.is_(None)
    )
    if not actor.organizer:
        query = query.where(Unit.id.in_(sorted(actor.organizes)))
    return [(id, name) for id, name in session.execute(query.order_by(Unit.name, Unit.id))]


def kinds(session: Session, organisation: str) -> list[UnitKind]:
    """In the administrator's own order."""
    return list(
        session.scalars(
            sa.select(UnitKind)
            .where(UnitKind.organisation_id == organisation)
            .order_by(UnitKind.position, UnitKind.name_en, UnitKind.id)
        )
    )
