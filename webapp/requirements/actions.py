"""Changes to what units ask: each function is one change in one transaction.

Whoever asks is asked for anew inside the transaction: a right that was taken away
while a form lay open is gone, and so is a unit that was closed meanwhile.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.audit.actions import record
from webapp.community import change
from webapp.ids import new_id
from webapp.members.once import carried_out
from webapp.requirements import store
from webapp.requirements.asking import Required, Says, says_on
from webapp.requirements.tables import Requirement, RequirementVersion
from webapp.suggestions.due import new_lists_due
from webapp.units import store as units

Obstacle = Literal[
    "not_yours", "unit_closed", "changed", "somebody_left", "withdrawn", "not_replaceable"
]


class Hindered(Exception):
    """The change is not made; `obstacle` says why."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle


class Unknown(Exception):
    """There is no such requirement."""


def set_one(
    session: Session,
    actor: Actor,
    unit_id: str,
    says: Says,
    *,
    replaces: str | None,
    key: str,
    today: dt.date,
    now: dt.datetime,
) -> str:
    """Ask something of a unit and all below it; the requirement's id."""

    def work() -> dict[str, Any]:
        if replaces is not None:
            _may_be_replaced(session, actor, unit_id, replaces, today)
        requirement = Requirement(
            organisation_id=actor.organisation,
            id=new_id(),
            unit_id=unit_id,
            replaces_id=replaces,
            made_by=actor.member,
            made_at=now,
        )
        session.add(requirement)
        session.flush()
        _add_version(session, actor, requirement.id, says, now=now)
        _tell(session, actor, "requirement.set", requirement.id, unit_id, now=now,
              from_day=says.from_day.isoformat(), replaces=replaces)  # fmt: skip
        return {"id": requirement.id}

    return str(_carry(session, actor, unit_id, key, ("requirement", unit_id), work, now=now)["id"])


def alter(
    session: Session,
    actor: Actor,
    requirement_id: str,
    says: Says,
    *,
    seen: int,
    key: str,
    today: dt.date,
    now: dt.datetime,
) -> None:
    """Say something else from a day on. `seen`: the version that the form was made from."""
    unit_id = _known(session, actor, requirement_id).unit_id

    def work() -> dict[str, Any]:
        required = _to_change(session, actor, requirement_id, today)
        if required.newest.number != seen:
            raise Hindered("changed")
        _add_version(session, actor, requirement_id, says, now=now)
        _tell(session, actor, "requirement.changed", requirement_id, unit_id, now=now,
              from_day=says.from_day.isoformat(), version=says.number)  # fmt: skip
        return {}

    _carry(session, actor, unit_id, key, ("requirement", requirement_id), work, now=now)


def withdraw(
    session: Session,
    actor: Actor,
    requirement_id: str,
    *,
    from_day: dt.date,
    why: str,
    key: str,
    today: dt.date,
    now: dt.datetime,
) -> None:
    """Ask it no longer from this day on. What was due before stays as it was."""
    unit_id = _known(session, actor, requirement_id).unit_id

    def work() -> dict[str, Any]:
        _to_change(session, actor, requirement_id, today)
        session.execute(
            sa.update(Requirement)
            .where(
                Requirement.organisation_id == actor.organisation,
                Requirement.id == requirement_id,
            )
            .values(withdrawn_from=from_day, withdrawn_why=why)
        )
        _tell(session, actor, "requirement.withdrawn", requirement_id, unit_id, now=now,
              from_day=from_day.isoformat())  # fmt: skip
        return {}

    what = ("withdraw-requirement", requirement_id)
    _carry(session, actor, unit_id, key, what, work, now=now)


# Steps, each part of the caller's transaction


def _carry(
    session: Session,
    actor: Actor,
    unit_id: str,
    key: str,
    what: tuple[str, ...],
    work: Callable[[], dict[str, Any]],
    *,
    now: dt.datetime,
) -> dict[str, Any]:
    with change(session):
        units.hold(session, actor.organisation)

        def asked() -> dict[str, Any]:
            check_right(session, actor, unit_id, now=now)
            made = work()
            below = units.subtree(session, actor.organisation, unit_id)
            carry = units.present_members(session, actor.organisation, below)
            new_lists_due(session, actor.organisation, sorted({one.member_id for one in carry}))
            return made

        result, _now = carried_out(session, actor, key, what, asked, now=now)
        return result


def check_right(session: Session, actor: Actor, unit_id: str, *, now: dt.datetime) -> None:
    """That the actor organizes the unit at this moment, and that it is open."""
    if not units.rights(session, actor, now=now).over(unit_id):
        raise Hindered("not_yours")
    if store.open_unit(session, actor.organisation, unit_id) is None:
        raise Hindered("unit_closed")


def _known(session: Session, actor: Actor, requirement_id: str) -> Required:
    required = store.required(session, actor.organisation, requirement_id)
    if required is None:
        raise Unknown
    return required


def _to_change(session: Session, actor: Actor, requirement_id: str, today: dt.date) -> Required:
    required = store.required(session, actor.organisation, requirement_id, to_change=True)
    if required is None:
        raise Unknown
    if required.withdrawn_from is not None and required.withdrawn_from <= today:
        raise Hindered("withdrawn")
    return required


def _may_be_replaced(
    session: Session, actor: Actor, unit_id: str, replaces: str, today: dt.date
) -> None:
    required = store.required(session, actor.organisation, replaces)
    above = units.ancestors(session, actor.organisation, unit_id)
    if required is None or required.unit_id not in above:
        raise Unknown
    says = says_on(required, today) or required.newest
    if required.withdrawn_from is not None and required.withdrawn_from <= today:
        raise Hindered("withdrawn")
    if not says.may_replace:
        raise Hindered("not_replaceable")


def _add_version(
    session: Session, actor: Actor, requirement_id: str, says: Says, *, now: dt.datetime
) -> None:
    session.add(
        RequirementVersion(
            organisation_id=actor.organisation,
            requirement_id=requirement_id,
            number=says.number,
            from_day=says.from_day,
            title=says.title,
            guidance=says.guidance,
            unit_kind=says.unit_kind,
            role_id=says.role_id,
            starts_on=says.starts_on,
            ends_on=says.ends_on,
            pace=says.pace,
            content=says.content,
            themes=list(says.themes),
            readings=list(says.readings),
            list_id=says.list_id,
            list_title=says.list_title,
            genres=list(says.genres),
            **dict(says.asked),
            answered_by=says.answered_by,
            accepted_when=says.accepted_when,
            may_replace=says.may_replace,
            reason=says.reason,
            made_by=actor.member,
            made_at=now,
        )
    )
    session.flush()


def _tell(
    session: Session,
    actor: Actor,
    what: str,
    requirement_id: str,
    unit_id: str,
    *,
    now: dt.datetime,
    **details: Any,
) -> None:
    record(
        session,
        actor.organisation,
        what,
        by=actor.member,
        at=now,
        about=("requirement", requirement_id),
        unit=unit_id,
        **details,
    )
