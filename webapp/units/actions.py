"""Changes to the tree of units: each function is one change in one transaction.

Whoever asks is asked for anew inside the transaction: a right that was taken away
while a form lay open is gone, and so is a unit that was closed meanwhile.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.audit.actions import record
from webapp.community import change
from webapp.ids import new_id
from webapp.members.once import carried_out
from webapp.suggestions.due import new_lists_due
from webapp.units import people_store, rules, standing, store
from webapp.units.rules import Obstacle, Rights, Tree
from webapp.units.tables import Appointment, Membership, Unit


class Hindered(Exception):
    """The change is not made; `obstacle` says why."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle


class Unknown(Exception):
    """There is no such thing."""


def carry(
    session: Session,
    actor: Actor,
    key: str,
    what: tuple[str, ...],
    work: Callable[[Tree, Rights], dict[str, Any]],
    *,
    now: dt.datetime,
) -> dict[str, Any]:
    """Do `work` in a transaction of its own, with the tree and the rights as they are
    then, and nothing else changing units meanwhile. The same key does it once."""
    with change(session):
        store.hold(session, actor.organisation)

        def asked() -> dict[str, Any]:
            tree = store.tree(session, actor.organisation)
            return work(tree, store.rights(session, actor, now=now))

        result, _now = carried_out(session, actor, key, what, asked, now=now)
        return result


def unless(obstacle: Obstacle | None) -> None:
    if obstacle is not None:
        raise Hindered(obstacle)


def unless_changed(tree: Tree, rights: Rights, unit_id: str, seen: str) -> None:
    """Raises where somebody changed the unit since the form was made; Unknown where
    there is none. What lies outside one's reach says nothing, not even that."""
    if not rights.over(unit_id):
        raise Hindered("not_yours")
    if unit_id not in tree:
        raise Unknown
    if tree[unit_id].seen != seen:
        raise Hindered("changed")


def new_unit(
    session: Session,
    organisation: str,
    *,
    unit_id: str,
    name: str,
    kind: str,
    parent_id: str | None,
    now: dt.datetime,
) -> None:
    """Part of the caller's transaction; who may do so is the caller's question."""
    session.add(
        Unit(
            organisation_id=organisation,
            id=unit_id,
            name=name,
            kind=kind,
            parent_id=parent_id,
            created_at=now,
        )
    )
    session.flush()


def add(
    session: Session,
    actor: Actor,
    *,
    name: str,
    kind: str,
    parent: str | None,
    key: str,
    now: dt.datetime,
) -> str:
    """A new unit; its id. Raises Hindered."""

    def work(tree: Tree, rights: Rights) -> dict[str, str]:
        kinds = {k.id for k in store.kinds(session, actor.organisation)}
        unless(rules.to_add(tree, rights, name=name, kind=kind, kinds=kinds, parent=parent))
        made = new_id()
        new_unit(
            session, actor.organisation, unit_id=made, name=name, kind=kind, parent_id=parent,
            now=now,
        )  # fmt: skip
        _tell(session, actor, "unit.added", made, now, name=name, above=parent)
        return {"id": made}

    done = carry(session, actor, key, ("add-unit", str(parent), kind, name), work, now=now)
    return str(done["id"])


def alter(
    session: Session,
    actor: Actor,
    unit_id: str,
    *,
    seen: str,
    name: str,
    kind: str,
    leading_group: str | None,
    office: str | None,
    key: str,
    now: dt.datetime,
) -> None:
    """Name, kind, leading group and office. Raises Hindered and Unknown."""

    def work(tree: Tree, rights: Rights) -> dict[str, str]:
        unless_changed(tree, rights, unit_id, seen)
        kinds = {k.id for k in store.kinds(session, actor.organisation)}
        unless(
            rules.to_change(
                tree, rights, unit_id, name=name, kind=kind, kinds=kinds,
                leading_group=leading_group, office=office,
            )
        )  # fmt: skip
        before = tree[unit_id]
        said = {
            "name": name, "kind": kind, "leading_group_id": leading_group, "office_id": office,
        }  # fmt: skip
        standing.stand(session, actor.organisation, {unit_id: said}, now=now)
        for what, former, later in (
            ("unit.renamed", before.name, name),
            ("unit.kind_changed", before.kind, kind),
            ("unit.leading_group", before.leading_group, leading_group),
            ("unit.office", before.office, office),
        ):
            if former != later:
                _tell(session, actor, what, unit_id, now, before=former, after=later)
        return {}

    what = ("alter-unit", unit_id, seen, name, kind, str(leading_group), str(office))
    carry(session, actor, key, what, work, now=now)


def move(
    session: Session,
    actor: Actor,
    unit_id: str,
    *,
    seen: str,
    parent: str | None,
    key: str,
    now: dt.datetime,
) -> None:
    """Put a unit, with all below it, somewhere else. Raises Hindered and Unknown."""

    def work(tree: Tree, rights: Rights) -> dict[str, str]:
        unless_changed(tree, rights, unit_id, seen)
        unless(rules.to_move(tree, rights, unit_id, parent))
        _put(session, actor, tree, unit_id, parent, now)
        return {}

    carry(session, actor, key, ("move-unit", unit_id, seen, str(parent)), work, now=now)


def merge(
    session: Session,
    actor: Actor,
    unit_id: str,
    *,
    seen: str,
    into: str,
    key: str,
    now: dt.datetime,
) -> None:
    """Units below it and its people go along. They stay in it as well: what was
    submitted to it is still read by them, and by nobody who comes later. Roles that
    were given in it end: it is closed. Raises Hindered and Unknown."""

    def work(tree: Tree, rights: Rights) -> dict[str, str]:
        unless_changed(tree, rights, unit_id, seen)
        unless(rules.to_merge(tree, rights, unit_id, into))
        for child in [n.id for n in tree.values() if n.parent == unit_id]:
            _put(session, actor, tree, child, into, now)
        there = store.present_members(session, actor.organisation, [unit_id, into])
        already = {p.member_id for p in there if p.unit_id == into}
        gone_along = [p.member_id for p in there if p.unit_id == unit_id]
        new = set(gone_along) - already
        if (
            new
            and not rights.everywhere
            and people_store.left_empty(session, actor.organisation, into, new)
        ):
            raise Hindered("left_empty")
        session.add_all(
            Membership(
                organisation_id=actor.organisation,
                id=new_id(),
                member_id=member,
                unit_id=into,
                since=now,
            )
            for member in dict.fromkeys(gone_along)
            if member not in already
        )
        _shut(session, actor, tree, unit_id, now, led_by=into)
        _unit(session, actor, unit_id).merged_into = into
        new_lists_due(session, actor.organisation, gone_along)
        _tell(session, actor, "unit.merged", unit_id, now, into=into)
        _tell(session, actor, "unit.took_in", into, now, unit=unit_id)
        return {}

    carry(session, actor, key, ("merge-unit", unit_id, seen, into), work, now=now)


def close(
    session: Session,
    actor: Actor,
    unit_id: str,
    *,
    seen: str,
    units_go_up: bool,
    key: str,
    now: dt.datetime,
) -> None:
    """Its people leave it, and units that were merged into it; roles given in it end.
    Raises Hindered and Unknown."""

    def work(tree: Tree, rights: Rights) -> dict[str, str]:
        unless_changed(tree, rights, unit_id, seen)
        unless(rules.to_close(tree, rights, unit_id, units_go_up=units_go_up))
        for child in rules.open_children(tree, unit_id):
            _put(session, actor, tree, child, tree[unit_id].parent, now)
        present = store.present_members(session, actor.organisation, [unit_id])
        session.execute(
            sa.update(Membership)
            .where(
                Membership.organisation_id == actor.organisation,
                Membership.unit_id.in_([unit_id, *rules.merged_ones(tree, unit_id)]),
                Membership.until.is_(None),
            )
            .values(until=now)
        )
        _shut(session, actor, tree, unit_id, now, led_by=None)
        new_lists_due(session, actor.organisation, [p.member_id for p in present])
        _tell(session, actor, "unit.closed", unit_id, now)
        return {}

    carry(session, actor, key, ("close-unit", unit_id, seen, str(units_go_up)), work, now=now)


def reopen(
    session: Session, actor: Actor, unit_id: str, *, seen: str, key: str, now: dt.datetime
) -> None:
    """Nobody comes back with it: whoever belongs to it joins anew. Raises Hindered and
    Unknown."""

    def work(tree: Tree, rights: Rights) -> dict[str, str]:
        unless_changed(tree, rights, unit_id, seen)
        unless(rules.to_reopen(tree, rights, unit_id))
        _unit(session, actor, unit_id).closed_at = None
        _tell(session, actor, "unit.reopened", unit_id, now)
        return {}

    carry(session, actor, key, ("reopen-unit", unit_id, seen), work, now=now)


# Steps, each part of the caller's transaction


def _unit(session: Session, actor: Actor, unit_id: str) -> Unit:
    found = session.get(Unit, (actor.organisation, unit_id), populate_existing=True)
    if found is None:
        raise Unknown
    return found


def _tell(
    session: Session, actor: Actor, what: str, unit_id: str, now: dt.datetime, **details: Any
) -> None:
    record(
        session, actor.organisation, what, by=actor.member, at=now, about=("unit", unit_id),
        **details,
    )  # fmt: skip


def _put(
    session: Session, actor: Actor, tree: Tree, unit_id: str, parent: str | None, now: dt.datetime
) -> None:
    standing.stand(session, actor.organisation, {unit_id: {"parent_id": parent}}, now=now)
    _tell(session, actor, "unit.moved", unit_id, now, before=tree[unit_id].parent, after=parent)


def _shut(
    session: Session,
    actor: Actor,
    tree: Tree,
    unit_id: str,
    now: dt.datetime,
    *,
    led_by: str | None,
) -> None:
    """Close it: nobody has a role in it, and it leads no other unit any more."""
    _unit(session, actor, unit_id).closed_at = now
    end_roles(session, actor.organisation, now, Appointment.unit_id == unit_id)
    for node in tree.values():
        for what, column, leader in (
            ("unit.leading_group", "leading_group_id", node.leading_group),
            ("unit.office", "office_id", node.office),
        ):
            if leader == unit_id:
                after = None if led_by == node.id else led_by
                standing.stand(session, actor.organisation, {node.id: {column: after}}, now=now)
                _tell(session, actor, what, node.id, now, before=unit_id, after=after)


def end_roles(
    session: Session, organisation: str, now: dt.datetime, *which: sa.ColumnElement[bool]
) -> None:
    """End these roles from this moment on; those that have not begun never do."""
    of = (Appointment.organisation_id == organisation, *which)
    session.execute(sa.delete(Appointment).where(*of, Appointment.since > now))
    session.execute(
        sa.update(Appointment)
        .where(*of, sa.or_(Appointment.until.is_(None), Appointment.until > now))
        .values(until=now)
    )
