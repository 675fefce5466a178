"""SQL of the structure: units, memberships, given roles and requirements of everybody."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp import clock
from webapp.members.tables import Member
from webapp.reports.facts import Codes, seconds
from webapp.reports.structure import FOR_GOOD, Office, Structure
from webapp.requirements import store as requirements
from webapp.requirements import tree_store
from webapp.requirements.asking import Required
from webapp.requirements.holding import Given, Plan
from webapp.units import store as units
from webapp.units.tables import Appointment, Membership, StudyRole


def found(session: Session, organisation: str, codes: Codes) -> Structure:
    tree = units.tree(session, organisation)
    required = tuple(requirements.required_in(session, organisation, tree.keys()))
    memberships = _offices(session, organisation, Membership, sa.true())
    organizes = sa.select(StudyRole.id).where(
        StudyRole.organisation_id == organisation, StudyRole.organizes
    )
    organizing = _offices(session, organisation, Appointment, Appointment.role_id.in_(organizes))
    for one in (*memberships, *organizing):
        codes.of(one.member)  # tables by code have room for everybody
    return Structure(
        tree=tree,
        plan=Plan(tree_store.whole_tree(session, organisation), required),
        memberships=memberships,
        given=_given(session, organisation, required),
        organizing=organizing,
        everywhere=session.scalars(
            sa.select(Member.id).where(
                Member.organisation_id == organisation,
                sa.or_(Member.organizer, Member.administrator),
            )
        ).all(),
        codes=codes,
        today=clock.today(),
        zone=clock.zone(),
    )


def _offices(
    session: Session, organisation: str, table: type[Membership] | type[Appointment],
    which: sa.ColumnElement[bool],
) -> list[Office]:  # fmt: skip
    rows = session.execute(
        sa.select(table.member_id, table.unit_id, table.since, table.until).where(
            table.organisation_id == organisation, which
        )
    )
    return [
        Office(member, unit, seconds(since), FOR_GOOD if until is None else seconds(until))
        for member, unit, since, until in rows
    ]


def _given(
    session: Session, organisation: str, required: tuple[Required, ...]
) -> dict[str, tuple[Given, ...]]:
    """Roles that were given to people, of whoever has one that a requirement is set for."""
    roles = {version.role_id for one in required for version in one.versions if version.role_id}
    if not roles:
        return {}
    found: dict[str, list[Given]] = defaultdict(list)
    for member, unit, role, since, until in session.execute(
        sa.select(
            Appointment.member_id, Appointment.unit_id, Appointment.role_id, Appointment.since,
            Appointment.until,
        ).where(Appointment.organisation_id == organisation, Appointment.role_id.in_(sorted(roles)))
    ):  # fmt: skip
        found[member].append(Given(unit, _day(since), _day(until) if until else None, role))
    return {member: tuple(those) for member, those in found.items()}


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(clock.zone()).date()
