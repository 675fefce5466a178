"""SQL of people: the organisation as an import finds it, imports, what is taken out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from webapp.community import Base, named_by
from webapp.members.tables import Invitation, Member, User
from webapp.people.places import UnitThere
from webapp.people.planned import Named, Person, There
from webapp.people.tables import ImportedThing, PeopleImport
from webapp.units.tables import Appointment, Membership, StudyRole, Unit, UnitKind

FORGOTTEN_AFTER = dt.timedelta(days=7)  # of a table that was sent and never brought in


def there(session: Session, organisation: str, *, now: dt.datetime) -> There:
    """The whole organisation, as a plan asks for it: seven statements, however large."""
    units = session.execute(
        sa.select(Unit.id, Unit.name, Unit.parent_id, Unit.kind).where(
            Unit.organisation_id == organisation, Unit.closed_at.is_(None)
        )
    )
    kinds = session.execute(
        sa.select(UnitKind.id, UnitKind.name_en, UnitKind.name_zh)
        .where(UnitKind.organisation_id == organisation)
        .order_by(UnitKind.position, UnitKind.id)
    )
    roles = session.execute(
        sa.select(StudyRole.id, StudyRole.name_en, StudyRole.name_zh, StudyRole.organizes)
        .where(StudyRole.organisation_id == organisation, StudyRole.retired_at.is_(None))
        .order_by(StudyRole.position, StudyRole.id)
    )
    people = session.execute(
        sa.select(
            Member.id, Member.name, sa.func.coalesce(User.email, ""),
            sa.func.coalesce(Member.number, ""), Member.language,
            User.password.is_not(None), Member.left_at.is_not(None),
        )
        .outerjoin(User, User.id == Member.account_id)
        .where(Member.organisation_id == organisation)
        .order_by(Member.id)
    )  # fmt: skip
    memberships = session.execute(
        sa.select(Membership.member_id, Membership.unit_id).where(
            Membership.organisation_id == organisation, Membership.until.is_(None)
        )
    )
    appointments = session.execute(
        sa.select(Appointment.member_id, Appointment.unit_id, Appointment.role_id).where(
            Appointment.organisation_id == organisation,
            sa.or_(Appointment.until.is_(None), Appointment.until > now),
        )
    )
    addresses = session.scalars(
        sa.select(sa.func.lower(User.email))
        .outerjoin(Member, Member.account_id == User.id)
        .where(Member.id.is_(None))
    )
    return There(
        [UnitThere(*row) for row in units],
        [Named(*row) for row in kinds],
        [Named(*row) for row in roles],
        [Person(*row) for row in people],
        frozenset((m, u) for m, u in memberships),
        frozenset((m, u, r) for m, u, r in appointments),
        frozenset(addresses),
    )


# Imports


def imports(
    session: Session, organisation: str, *, after: tuple[dt.datetime, str] | None, limit: int
) -> list[PeopleImport]:
    """Newest first."""
    query = (
        sa.select(PeopleImport)
        .where(PeopleImport.organisation_id == organisation)
        .order_by(PeopleImport.made_at.desc(), PeopleImport.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(sa.tuple_(PeopleImport.made_at, PeopleImport.id) < after)
    return list(session.scalars(query))


def one_import(
    session: Session, organisation: str, import_id: str, *, to_change: bool = False
) -> PeopleImport | None:
    """`to_change`: nobody else changes it until the transaction ends."""
    key = (organisation, import_id)
    if to_change:
        return session.get(PeopleImport, key, with_for_update=True, populate_existing=True)
    return session.get(PeopleImport, key)


def without_password(session: Session, organisation: str, import_id: str) -> int:
    """How many people that an import made have an address and have not come in yet."""
    return session.scalar(_waiting(organisation, import_id, sa.func.count())) or 0


@dataclass(frozen=True)
class Waiting:
    member_id: str
    name: str
    email: str
    unit: str


def waiting(session: Session, organisation: str, import_id: str) -> list[Waiting]:
    """The people that an import made who have an address and no password, by name."""
    query = _waiting(organisation, import_id, Member.id, Member.name, User.email)
    found = list(session.execute(query.order_by(Member.name, Member.id)))
    rows = session.execute(
        sa.select(Membership.member_id, sa.func.min(Unit.name))
        .join(
            Unit,
            named_by(Unit, Membership.unit_id),
        )
        .where(
            Membership.organisation_id == organisation,
            Membership.until.is_(None),
            Membership.member_id.in_(_waiting(organisation, import_id, Member.id)),
        )
        .group_by(Membership.member_id)
    )
    names = {member: unit for member, unit in rows}  # noqa: C416
    return [Waiting(id, name, email, names.get(id, "")) for id, name, email in found]


def _waiting(organisation: str, import_id: str, *columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .select_from(Member)
        .join(User, User.id == Member.account_id)
        .join(
            ImportedThing,
            sa.and_(
                ImportedThing.organisation_id == Member.organisation_id,
                ImportedThing.thing_id == Member.id,
                ImportedThing.kind == "member",
            ),
        )
        .where(
            Member.organisation_id == organisation,
            Member.left_at.is_(None),
            ImportedThing.import_id == import_id,
            ImportedThing.before.is_(None),
            User.password.is_(None),
        )
    )


# What an undoing may take away


def made(organisation: str, import_id: str, kind: str) -> sa.Select[Any]:
    """Ids of what an import made, of one kind."""
    return sa.select(ImportedThing.thing_id).where(
        ImportedThing.organisation_id == organisation,
        ImportedThing.import_id == import_id,
        ImportedThing.kind == kind,
        ImportedThing.before.is_(None),
    )


def hold_members(session: Session, organisation: str, ids: Sequence[str]) -> None:
    """Nobody else changes them until the transaction ends. Always before their
    invitations, and in one order: two who began otherwise would wait for each other."""
    session.execute(
        sa.select(Member.id)
        .where(Member.organisation_id == organisation, Member.id.in_(ids))
        .order_by(Member.id)
        .with_for_update()
    )


# Where a row says nothing of what its member did: it goes with the member.
_OF_THE_IMPORT = frozenset({
    "memberships", "appointments", "member_roles", "day_lists", "notices", "invitations",
    "people_imported", "done_once",
})  # fmt: skip


def told_of(session: Session, organisation: str, import_id: str, kind: str) -> set[str]:
    """Which of the members or units that an import made anything else speaks of.

    Every table is asked that has a key to them or a column of that name, so that a
    room that is built later is asked too: what somebody wrote must not go.
    """
    table = {"member": "members", "unit": "units", "role": "study_roles"}[kind]
    wanted = made(organisation, import_id, kind)
    found: set[str] = set()
    passed_over = _OF_THE_IMPORT if kind != "role" else {"people_imported"}
    for other in Base.metadata.sorted_tables:
        if other.name in passed_over or other.name == table:
            continue
        for column in _naming(other, table, kind):
            query = sa.select(column).where(column.in_(wanted)).distinct()
            if "organisation_id" in other.c:
                query = query.where(other.c.organisation_id == organisation)
            found.update(session.scalars(query))
    return found


def _naming(table: sa.Table, target: str, kind: str) -> Iterator[sa.Column[Any]]:
    for column in table.columns:
        keyed = any(
            key.column.table.name == target and key.column.name == "id"
            for key in column.foreign_keys
        )
        if isinstance(column.type, sa.String) and (keyed or column.name == f"{kind}_id"):
            yield column


# Invitations


@dataclass(frozen=True)
class OpenInvitation:
    id: str
    for_whom: str
    unit: str
    role: str
    made_by: str
    administrator: bool
    organizer: bool
    uses: int
    uses_allowed: int  # 0: any number
    expires_at: dt.datetime
    made_at: dt.datetime

    @property
    def last_moment(self) -> dt.datetime:
        """Within the last day: a link that works until a day ends when the next begins."""
        return self.expires_at - dt.timedelta(seconds=1)


def open_invitations(
    session: Session,
    organisation: str,
    *,
    within: Collection[str] | None,
    names: str,
    now: dt.datetime,
    limit: int,
    after: tuple[dt.datetime, str] | None = None,
) -> list[OpenInvitation]:
    """Links that several or unnamed people may come in by, newest first; `within`:
    only those into these units. Links of single members stand beside the members."""
    maker, role_name = aliased(Member), getattr(StudyRole, f"name_{names}")
    query = (
        sa.select(Invitation, Unit.name, role_name, maker.name)
        .outerjoin(
            Unit,
            named_by(Unit, Invitation.unit_id),
        )
        .outerjoin(
            StudyRole,
            named_by(StudyRole, Invitation.role_id),
        )
        .outerjoin(
            maker,
            named_by(maker, Invitation.made_by),
        )
        .where(
            Invitation.organisation_id == organisation,
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
            Invitation.member_id.is_(None),
        )
        .order_by(Invitation.created_at.desc(), Invitation.id.desc())
        .limit(limit)
    )
    if within is not None:
        query = query.where(Invitation.unit_id.in_(within), ~Invitation.administrator)
    if after is not None:
        query = query.where(sa.tuple_(Invitation.created_at, Invitation.id) < after)
    return [
        OpenInvitation(
            i.id, i.name or i.email or "", unit or "", role or "", made_by or "",
            i.administrator, i.organizer, i.uses, i.uses_allowed, i.expires_at, i.created_at,
        )
        for i, unit, role, made_by in session.execute(query)
    ]  # fmt: skip


def invitation(session: Session, organisation: str, invitation_id: str) -> Invitation | None:
    return session.get(Invitation, (organisation, invitation_id))


def administrators(session: Session, organisation: str) -> Sequence[str]:
    """Ids of those who are here and can sign in."""
    return list(
        session.scalars(
            sa.select(Member.id)
            .join(User, User.id == Member.account_id)
            .where(
                Member.organisation_id == organisation,
                Member.administrator,
                Member.left_at.is_(None),
                User.password.is_not(None),
            )
        )
    )
