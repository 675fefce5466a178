"""SQL of requirements, of the tree they hold in, and of the people they hold for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp import clock
from webapp.access import Actor
from webapp.community import one_of
from webapp.members.tables import Member
from webapp.requirements.asking import Required, Says
from webapp.requirements.holding import (
    Answerers,
    Given,
    Node,
    Person,
    Since,
    leading_group,
)
from webapp.requirements.tables import Requirement, RequirementVersion
from webapp.units.tables import Appointment, Membership, StudyRole, Unit

MANY = 50  # units, below which a page of people is found by going through all names

# Requirements


def required_in(session: Session, organisation: str, units: Collection[str]) -> list[Required]:
    """What these units ask, withdrawn ones too, in the order they were made."""
    rows = session.execute(
        sa.select(*ASKED)
        .where(Requirement.organisation_id == organisation, Requirement.unit_id.in_(sorted(units)))
        .order_by(Requirement.made_at, Requirement.id)
    ).all()
    return _with_versions(session, organisation, rows)


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
VERSION = [c for c in RequirementVersion.__table__.columns if c.name != "organisation_id"]


def _with_versions(session: Session, organisation: str, rows: Sequence[Any]) -> list[Required]:
    versions: dict[str, list[Says]] = {}
    for row in session.execute(
        sa.select(*VERSION)
        .where(
            RequirementVersion.organisation_id == organisation,
            RequirementVersion.requirement_id.in_([row.id for row in rows]),
        )
        .order_by(RequirementVersion.requirement_id, RequirementVersion.number)
    ):
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


def _says(row: Any) -> Says:
    said = row._mapping
    lists = {name: tuple(said[name]) for name in ("themes", "readings", "genres")}
    return Says(**{**{f.name: said[f.name] for f in fields(Says)}, **lists})


# The tree


def way_up(session: Session, organisation: str, units: Collection[str]) -> dict[str, Node]:
    """These units and all that stand above them, in one statement.
    (UNION leaves out what was found before, so that a circle ends.)"""
    found = (
        sa.select(Unit.id, Unit.parent_id)
        .where(Unit.organisation_id == organisation, Unit.id.in_(sorted(units)))
        .cte("way_up", recursive=True)
    )
    above = sa.select(Unit.id, Unit.parent_id).join(found, Unit.id == found.c.parent_id)
    whole = found.union(above.where(Unit.organisation_id == organisation))
    return _nodes(session, organisation, sa.select(whole.c.id))


def _nodes(session: Session, organisation: str, ids: sa.Select[tuple[str]]) -> dict[str, Node]:
    rows = session.execute(
        sa.select(
            Unit.id,
            Unit.name,
            Unit.kind,
            Unit.parent_id,
            Unit.closed_at,
            Unit.leading_group_id,
        ).where(Unit.organisation_id == organisation, Unit.id.in_(ids))
    )
    return {
        id: Node(id, name, kind, parent, _day(closed_at), group)
        for id, name, kind, parent, closed_at, group in rows
    }


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
    session: Session, organisation: str, unit_id: str, *, after: str | None, limit: int
) -> tuple[list[tuple[str, str]], str | None]:
    """Present members of the unit and all below it, by name, each once: (id, name), and
    the mark of the next page."""
    below = session.scalars(_below(organisation, unit_id)).all()
    belongs = sa.select(Membership.member_id).where(
        Membership.organisation_id == organisation,
        Membership.until.is_(None),
        one_of(Membership.unit_id, below),
    )
    # Of a large part of the tree the names are walked until the page is full; of a small
    # one its few members are gathered first.
    query = (
        sa.select(Member.id, Member.name)
        .where(
            Member.organisation_id == organisation,
            Member.left_at.is_(None),
            belongs.where(Membership.member_id == Member.id).exists()
            if len(below) > MANY
            else Member.id.in_(belongs),
        )
        .order_by(Member.name, Member.id)
        .limit(limit + 1)
    )
    if after is not None:
        last = sa.select(Member.name).where(
            Member.organisation_id == organisation, Member.id == after
        )
        query = query.where(
            sa.tuple_(Member.name, Member.id) > sa.tuple_(last.scalar_subquery(), after)
        )
    rows = [(id, name) for id, name in session.execute(query)]
    more = rows[limit - 1][0] if len(rows) > limit else None
    return rows[:limit], more


def persons(
    session: Session, organisation: str, people: Collection[tuple[str, str]]
) -> list[Person]:
    """Where these people belonged and what roles they were given, ever."""
    ids = [id for id, _name in people]
    belongs: dict[str, list[Since]] = {}
    for member, unit, since, until in session.execute(
        sa.select(
            Membership.member_id, Membership.unit_id, Membership.since, Membership.until
        ).where(Membership.organisation_id == organisation, Membership.member_id.in_(ids))
    ):
        belongs.setdefault(member, []).append(Since(unit, _day_of(since), _day(until)))
    given: dict[str, list[Given]] = {}
    for member, unit, role, since, until in session.execute(
        sa.select(
            Appointment.member_id,
            Appointment.unit_id,
            Appointment.role_id,
            Appointment.since,
            Appointment.until,
        ).where(Appointment.organisation_id == organisation, Appointment.member_id.in_(ids))
    ):
        given.setdefault(member, []).append(Given(unit, _day_of(since), _day(until), role))
    return [
        Person(id, name, tuple(belongs.get(id, ())), tuple(given.get(id, ())))
        for id, name in people
    ]


def answerers(
    session: Session, organisation: str, tree: Mapping[str, Node], among: Collection[str]
) -> Answerers:
    """Who of `among` answers for the units of this tree, now and before."""
    appointed: dict[str, list[tuple[str, Since]]] = {}
    for unit, member, since, until in session.execute(
        sa.select(Appointment.unit_id, Appointment.member_id, Appointment.since, Appointment.until)
        .join(
            StudyRole,
            sa.and_(
                StudyRole.organisation_id == Appointment.organisation_id,
                StudyRole.id == Appointment.role_id,
                StudyRole.organizes,
            ),
        )
        .where(Appointment.organisation_id == organisation, Appointment.unit_id.in_(sorted(tree)))
    ):
        appointed.setdefault(unit, []).append((member, Since(unit, _day_of(since), _day(until))))
    everywhere = session.scalars(
        sa.select(Member.id).where(
            Member.organisation_id == organisation,
            Member.id.in_(sorted(among)),
            sa.or_(Member.organizer, Member.administrator),
        )
    )
    groups: dict[str, list[tuple[str, Since]]] = {}
    leading = sorted({node.leading_group for node in tree.values() if node.leading_group})
    for unit, member, since, until in session.execute(
        sa.select(
            Membership.unit_id, Membership.member_id, Membership.since, Membership.until
        ).where(Membership.organisation_id == organisation, Membership.unit_id.in_(leading))
    ):
        groups.setdefault(unit, []).append((member, Since(unit, _day_of(since), _day(until))))
    return Answerers(
        appointed={unit: tuple(who) for unit, who in appointed.items()},
        everywhere=frozenset(everywhere),
        groups={unit: tuple(who) for unit, who in groups.items()},
    )


def me(session: Session, actor: Actor) -> Person:
    return persons(session, actor.organisation, [(str(actor.member), actor.name)])[0]


def _day_of(at: dt.datetime) -> dt.date:
    return at.astimezone(clock.zone()).date()


def _day(at: dt.datetime | None) -> dt.date | None:
    return None if at is None else _day_of(at)
