"""SQL of requirements, of the tree they hold in, and of the people they hold for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp import clock
from webapp.community import as_list, one_of
from webapp.members.tables import Member
from webapp.requirements.asking import Required, Says
from webapp.requirements.holding import (
    Node,
    leading_group,
)
from webapp.requirements.tables import Requirement, RequirementVersion
from webapp.units.tables import Appointment, Membership, StudyRole, Unit

MANY = 50  # units, below which a page of people is found by going through all names

# Requirements


def required_in(session: Session, organisation: str, units: Collection[str]) -> list[Required]:
    """What these units ask, withdrawn ones too, in the order they were made."""
    asked = {"organisation": organisation, "units": sorted(units)}
    return _with_versions(session, organisation, session.execute(_asked_in(), asked).all())


@cache  # built once: many pages ask it
def _asked_in() -> Any:
    return (
        sa.select(*ASKED)
        .where(
            Requirement.organisation_id == sa.bindparam("organisation"),
            Requirement.unit_id.in_(sa.bindparam("units", expanding=True)),
        )
        .order_by(Requirement.made_at, Requirement.id)
    )


def required(
    session: Session, organisation: str, requirement_id: str, *, to_change: bool = False
) -> Required | None:
    """One requirement. `to_change`: nobody else changes it until the transaction ends."""
    query = sa.select(*ASKED).where(
        Requirement.organisation_id == organisation, Requirement.id == requirement_id
    )
    rows = session.execute(query.with_for_update() if to_change else query).all()
    return next(iter(_with_versions(session, organisation, rows)), None)


# Columns and no entities: a page may read hundreds of them.
ASKED = (
    Requirement.id,
    Requirement.unit_id,
    Requirement.replaces_id,
    Requirement.withdrawn_from,
    Requirement.withdrawn_why,
)
SAID = [f.name for f in fields(Says)]
VERSION = [c for c in RequirementVersion.__table__.columns if c.name != "organisation_id"]


def _with_versions(session: Session, organisation: str, rows: Sequence[Any]) -> list[Required]:
    if not rows:
        return []
    versions: dict[str, list[Says]] = {}
    asked = {"organisation": organisation, "requirements": [row.id for row in rows]}
    for row in session.execute(_versions(), asked):
        versions.setdefault(row.requirement_id, []).append(_says(row))
    return [
        Required(
            id=row.id,
            unit_id=row.unit_id,
            versions=tuple(versions[row.id]),
            replaces_id=row.replaces_id,
            withdrawn_from=row.withdrawn_from,
            withdrawn_why=row.withdrawn_why,
        )
        for row in rows
    ]


@cache
def _versions() -> Any:
    return (
        sa.select(*VERSION)
        .where(
            RequirementVersion.organisation_id == sa.bindparam("organisation"),
            RequirementVersion.requirement_id.in_(sa.bindparam("requirements", expanding=True)),
        )
        .order_by(RequirementVersion.requirement_id, RequirementVersion.number)
    )


def _says(row: Any) -> Says:
    said = row._mapping
    lists = {name: tuple(said[name]) for name in ("themes", "readings", "genres")}
    return Says(**{**{name: said[name] for name in SAID}, **lists})


# The tree


def _below(organisation: str, unit_id: str) -> sa.Select[str]:
    found = (
        sa.select(Unit.id)
        .where(Unit.organisation_id == organisation, Unit.id == unit_id)
        .cte("below", recursive=True)
    )
    below = sa.select(Unit.id).join(found, Unit.parent_id == found.c.id)
    whole = found.union(below.where(Unit.organisation_id == organisation))
    return sa.select(whole.c.id)


def open_unit(session: Session, organisation: str, unit_id: str) -> Unit | None:
    """A unit that is not closed; read anew."""
    return session.scalars(
        sa.select(Unit)
        .where(Unit.organisation_id == organisation, Unit.id == unit_id, Unit.closed_at.is_(None))
        .execution_options(populate_existing=True)
    ).first()


def kinds_below(session: Session, organisation: str, unit_id: str) -> set[str]:
    """Kinds of the open units there: the unit and all below it."""
    return set(
        session.scalars(
            sa.select(Unit.kind)
            .where(
                Unit.organisation_id == organisation,
                Unit.id.in_(_below(organisation, unit_id)),
                Unit.closed_at.is_(None),
            )
            .distinct()
        )
    )


def open_below(session: Session, organisation: str, unit_id: str) -> set[str]:
    """The open units there: the unit and all below it."""
    return set(
        session.scalars(
            sa.select(Unit.id).where(
                Unit.organisation_id == organisation,
                Unit.id.in_(_below(organisation, unit_id)),
                Unit.closed_at.is_(None),
            )
        )
    )


def names_of(session: Session, organisation: str, units: Collection[str]) -> list[str]:
    return list(
        session.scalars(
            sa.select(Unit.name)
            .where(Unit.organisation_id == organisation, Unit.id.in_(sorted(units)))
            .order_by(Unit.name, Unit.id)
        )
    )


def somebody_organizes(session: Session, organisation: str, path: Collection[str]) -> bool:
    """Whether anybody acts for a unit, given its id and those above it."""
    given = (
        sa.select(Appointment.id)
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
            Appointment.unit_id.in_(sorted(path)),
            Appointment.since <= clock.now(),
            sa.or_(Appointment.until.is_(None), Appointment.until > clock.now()),
        )
    )
    everywhere = sa.select(Member.id).where(
        Member.organisation_id == organisation,
        Member.left_at.is_(None),
        sa.or_(Member.organizer, Member.administrator),
    )
    return bool(session.scalar(sa.select(sa.or_(given.exists(), everywhere.exists()))))


def leads_somebody(
    session: Session, organisation: str, tree: Mapping[str, Node], unit: str
) -> bool:
    """Whether the unit has a leading group, its own or from above, with members."""
    group = leading_group(tree, unit)
    if group is None:
        return False
    return bool(
        session.scalar(
            sa.select(
                sa.exists().where(
                    Membership.organisation_id == organisation,
                    Membership.unit_id == group,
                    Membership.until.is_(None),
                )
            )
        )
    )


# People


def people_page(
    session: Session,
    organisation: str,
    below: Collection[str],
    *,
    after: str | None,
    limit: int,
) -> tuple[list[tuple[str, str]], str | None]:
    """Present members of these units (one and all below it), by name, each once: (id,
    name), and the mark of the next page."""
    asked = {"organisation": organisation, "units": as_list(below), "many": limit + 1}
    query = _people(many=len(below) > MANY)
    if after is not None:
        last = sa.select(Member.name).where(
            Member.organisation_id == organisation, Member.id == after
        )
        query = query.where(
            sa.tuple_(Member.name, Member.id) > sa.tuple_(last.scalar_subquery(), after)
        )
    rows = [(id, name) for id, name in session.execute(query, asked)]
    more = rows[limit - 1][0] if len(rows) > limit else None
    return rows[:limit], more


@cache
def _people(*, many: bool) -> Any:
    """Of a large part of the tree the names are walked until the page is full; of a small
    one its few members are gathered first."""
    belongs = sa.select(Membership.member_id).where(
        Membership.organisation_id == sa.bindparam("organisation"),
        Membership.until.is_(None),
        one_of(Membership.unit_id, sa.bindparam("units", type_=sa.String)),
    )
    return (
        sa.select(Member.id, Member.name)
        .where(
            Member.organisation_id == sa.bindparam("organisation"),
            Member.left_at.is_(None),
            belongs.where(Membership.member_id == Member.id).exists()
            if many
            else Member.id.in_(belongs),
        )
        .order_by(Member.name, Member.id)
        .limit(sa.bindparam("many", type_=sa.Integer))
    )
