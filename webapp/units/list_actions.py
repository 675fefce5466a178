"""Changes to the administrator's lists, of kinds of units and of roles: each function
is one change in one transaction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.audit.actions import record
from webapp.community import change
from webapp.ids import new_id
from webapp.members import store as members
from webapp.suggestions.due import new_lists_due
from webapp.units import rules, store
from webapp.units.actions import Hindered, Unknown
from webapp.units.tables import Appointment, MemberRole, StudyRole, Unit, UnitKind


def put_kind(
    session: Session,
    actor: Actor,
    kind_id: str | None,
    *,
    name_en: str,
    name_zh: str,
    now: dt.datetime,
) -> None:
    """Add a kind (None), or call one otherwise. Raises Hindered and Unknown."""
    with change(session):
        store.hold(session, actor.organisation)
        kinds = store.kinds(session, actor.organisation)
        if not name_en or not name_zh:
            raise Hindered("no_name")
        for other in kinds:
            if other.id != kind_id and (other.name_en == name_en or other.name_zh == name_zh):
                raise Hindered("kind_there")
        if kind_id is None:
            if len(kinds) >= rules.MOST_KINDS:
                raise Hindered("too_many")
            made = new_kind(session, actor.organisation, new_id(), name_en, name_zh)
            _tell(session, actor, "unit_kind.added", ("unit_kind", made), now, name=name_en)
            return
        found = session.get(UnitKind, (actor.organisation, kind_id), populate_existing=True)
        if found is None:
            raise Unknown
        before = found.name_en
        if (before, found.name_zh) == (name_en, name_zh):
            return
        found.name_en, found.name_zh = name_en, name_zh
        _tell(
            session, actor, "unit_kind.renamed", ("unit_kind", kind_id), now,
            before=before, after=name_en,
        )  # fmt: skip


def new_kind(session: Session, organisation: str, id: str, name_en: str, name_zh: str) -> str:
    """At the end of the list. Part of the caller's transaction."""
    last = session.scalar(
        sa.select(sa.func.max(UnitKind.position)).where(UnitKind.organisation_id == organisation)
    )
    session.add(
        UnitKind(
            organisation_id=organisation,
            id=id,
            name_en=name_en,
            name_zh=name_zh,
            position=(last or 0) + 1,
        )
    )
    session.flush()
    return id


def remove_kind(session: Session, actor: Actor, kind_id: str, *, now: dt.datetime) -> None:
    """Only one that no unit has, closed ones included. Raises Hindered."""
    with change(session):
        store.hold(session, actor.organisation)
        found = session.get(UnitKind, (actor.organisation, kind_id), populate_existing=True)
        if found is None:
            return  # it is gone already
        used = session.scalar(
            sa.select(sa.exists().where(
                Unit.organisation_id == actor.organisation, Unit.kind == kind_id
            ))
        )  # fmt: skip
        if used:
            raise Hindered("kind_used")
        name = found.name_en
        session.delete(found)
        _tell(session, actor, "unit_kind.removed", ("unit_kind", kind_id), now, name=name)


def order_kinds(session: Session, actor: Actor, kind_id: str, by: int) -> None:
    """Raises Unknown."""
    with change(session):
        store.hold(session, actor.organisation)
        _order(store.kinds(session, actor.organisation), kind_id, by)


@dataclass(frozen=True)
class RoleWords:
    name_en: str
    name_zh: str
    duties_en: str
    duties_zh: str
    organizes: bool = False
    leads: bool = False


def put_role(
    session: Session, actor: Actor, role_id: str | None, words: RoleWords, *, now: dt.datetime
) -> str:
    """Add a role (None), or change one; its id. Where its duties change, the suggestions
    of those who have it are due anew. Raises Hindered and Unknown."""
    with change(session):
        store.hold(session, actor.organisation)
        roles = members.all_roles(session, actor.organisation)
        if not words.name_en or not words.name_zh:
            raise Hindered("no_name")
        if not words.duties_en or not words.duties_zh:
            raise Hindered("no_duties")
        for other in roles:
            if other.id != role_id and (
                other.name_en == words.name_en or other.name_zh == words.name_zh
            ):
                raise Hindered("role_used")
        if role_id is None:
            if len(roles) >= rules.MOST_ROLES:
                raise Hindered("too_many")
            role = StudyRole(
                organisation_id=actor.organisation,
                id=new_id(),
                position=max((r.position for r in roles), default=0) + 1,
                **vars(words),
            )
            session.add(role)
            session.flush()
            _tell(session, actor, "role.added", ("role", role.id), now, name=words.name_en,
                  organizes=words.organizes, leads=words.leads)  # fmt: skip
            return role.id
        found = next((role for role in roles if role.id == role_id), None)
        if found is None:
            raise Unknown
        changed = {
            # of the duties only that they changed: the log need not hold a text twice
            name: True if "duties" in name else {"before": getattr(found, name), "after": value}
            for name, value in vars(words).items()
            if getattr(found, name) != value
        }
        for name, value in vars(words).items():
            setattr(found, name, value)
        session.flush()
        if changed.keys() - {"organizes", "leads"}:
            new_lists_due(session, actor.organisation, holders(session, actor, role_id, now=now))
        if changed:
            _tell(session, actor, "role.changed", ("role", role_id), now, **changed)
        return role_id


def retire_role(
    session: Session, actor: Actor, role_id: str, *, retired: bool, now: dt.datetime
) -> None:
    """No longer given or chosen (whoever has it keeps it), or again. Raises Unknown."""
    with change(session):
        found = session.get(StudyRole, (actor.organisation, role_id), populate_existing=True)
        if found is None:
            raise Unknown
        if (found.retired_at is not None) == retired:
            return
        found.retired_at = now if retired else None
        what = "role.retired" if retired else "role.taken_up"
        _tell(session, actor, what, ("role", role_id), now, name=found.name_en)


def order_roles(session: Session, actor: Actor, role_id: str, by: int) -> None:
    """Raises Unknown."""
    with change(session):
        store.hold(session, actor.organisation)
        _order(members.all_roles(session, actor.organisation), role_id, by)


def holders(session: Session, actor: Actor, role_id: str, *, now: dt.datetime) -> list[str]:
    """Whoever chose the role, or is given it now."""
    chosen = sa.select(MemberRole.member_id).where(
        MemberRole.organisation_id == actor.organisation, MemberRole.role_id == role_id
    )
    given = sa.select(Appointment.member_id).where(
        Appointment.organisation_id == actor.organisation,
        Appointment.role_id == role_id,
        sa.or_(Appointment.until.is_(None), Appointment.until > now),
    )
    return list(session.scalars(chosen.union(given)))


# Steps, each part of the caller's transaction


def _tell(
    session: Session, actor: Actor, what: str, about: tuple[str, str], now: dt.datetime,
    **details: Any,
) -> None:  # fmt: skip
    record(session, actor.organisation, what, by=actor.member, at=now, about=about, **details)


def _order(rows: list[Any], id: str, by: int) -> None:
    """One of the rows by so many places; all are numbered anew."""
    ids = [row.id for row in rows]
    if id not in ids:
        raise Unknown
    place = ids.index(id)
    row = rows.pop(place)
    rows.insert(max(0, min(len(rows), place + by)), row)
    for position, other in enumerate(rows):
        other.position = position
