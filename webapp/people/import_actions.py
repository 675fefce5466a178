"""Changes of imports: a table is kept, choices are made, and it is brought in, all of it
in one transaction and no statement for each row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from corpus.sheets import Sheet
from webapp.access import Actor
from webapp.audit.actions import record
from webapp.community import Base, change
from webapp.ids import new_id
from webapp.members import store as members
from webapp.members.actions import new_uniquifier, reads_first
from webapp.members.tables import Member, User
from webapp.people import choosing, store
from webapp.people.planned import Plan
from webapp.people.tables import ImportedThing, PeopleImport
from webapp.suggestions.due import new_lists_due
from webapp.units import standing
from webapp.units import store as units
from webapp.units.tables import Appointment, Membership, StudyRole, Unit, UnitKind


class Unknown(Exception):
    """There is no such import that waits."""


class Otherwise(Exception):
    """What would be done is no longer what was looked at."""


class Hindered(Exception):
    """There are rows with problems, and all or nothing was asked for."""


def keep(session: Session, actor: Actor, sheet: Sheet, name: str, *, now: dt.datetime) -> str:
    """Keep a table until it is brought in; its id. Those of others that were forgotten
    for days go."""
    id = new_id()
    with change(session):
        session.execute(
            sa.delete(PeopleImport).where(
                PeopleImport.organisation_id == actor.organisation,
                PeopleImport.status == "waiting",
                PeopleImport.made_at < now - store.FORGOTTEN_AFTER,
            )
        )
        found = store.there(session, actor.organisation, now=now)
        session.add(
            PeopleImport(
                organisation_id=actor.organisation,
                id=id,
                by=actor.member or "",
                name=name[:200],
                status="waiting",
                made_at=now,
                sheet=choosing.kept(sheet),
                choices=choosing.proposed(sheet, found, _language(session)),
                summary={},
            )
        )
    return id


def _language(session: Session) -> str:
    organisation = members.organisation(session)
    return organisation.language if organisation else "en"


def choose(session: Session, actor: Actor, import_id: str, choices: dict[str, Any]) -> None:
    """Raises Unknown."""
    with change(session):
        _waiting(session, actor, import_id).choices = choices


def drop(session: Session, actor: Actor, import_id: str) -> None:
    """Forget a table that was not brought in. Raises Unknown."""
    with change(session):
        session.delete(_waiting(session, actor, import_id))


def run(
    session: Session, actor: Actor, import_id: str, *, seen: str, now: dt.datetime
) -> dict[str, int]:
    """Bring it in as it was looked at (`seen`: the plan's fingerprint); how many of
    what. Sent twice it is done once. Raises Unknown, Otherwise and Hindered."""
    with change(session):
        units.hold(session, actor.organisation)
        found = store.one_import(session, actor.organisation, import_id, to_change=True)
        if found is not None and found.status == "done":
            return dict(found.summary)
        found = _waiting(session, actor, import_id)
        planned = choosing.planned(
            found.sheet, found.choices, store.there(session, actor.organisation, now=now), new_id
        )
        if planned.fingerprint != seen:
            raise Otherwise
        if planned.problems and found.choices.get("rows") == "whole":
            raise Hindered
        _make(session, actor.organisation, import_id, planned, now)
        found.status, found.ended_at, found.sheet = "done", now, {}
        found.summary = choosing.counts(planned)
        record(
            session, actor.organisation, "import.people", by=actor.member, at=now,
            about=("people_import", import_id), **found.summary,
        )  # fmt: skip
        return dict(found.summary)


def _waiting(session: Session, actor: Actor, import_id: str) -> PeopleImport:
    found = store.one_import(session, actor.organisation, import_id, to_change=True)
    if found is None or found.status != "waiting":
        raise Unknown
    return found


def _make(
    session: Session, organisation: str, import_id: str, planned: Plan, now: dt.datetime
) -> None:
    of = {"organisation_id": organisation}
    _make_lists(session, organisation, planned)
    _insert(
        session, Unit,
        ({**of, "id": id, "name": name, "parent_id": above, "kind": kind, "created_at": now}
         for id, name, above, kind in planned.units),
    )  # fmt: skip
    standing.stand(session, organisation, {c.id: c.after for c in planned.units_changed}, now=now)
    accounts = _accounts(session, [p.email for p in planned.people if p.email])
    _insert(
        session, Member,
        ({**of, "id": p.id, "account_id": accounts.get(p.email), "name": p.name,
          "number": p.number or None, "language": p.language, "reads": reads_first(p.language),
          "interests": [], "joined_at": now} for p in planned.people),
    )  # fmt: skip
    _change_people(session, organisation, planned)
    memberships = [(new_id(), *pair) for pair in planned.memberships]
    appointments = [(new_id(), *triple) for triple in planned.appointments]
    _insert(
        session, Membership,
        ({**of, "id": id, "member_id": member, "unit_id": unit, "since": now}
         for id, member, unit in memberships),
    )  # fmt: skip
    _insert(
        session, Appointment,
        ({**of, "id": id, "member_id": member, "unit_id": unit, "role_id": role, "since": now}
         for id, member, unit, role in appointments),
    )  # fmt: skip
    new = {p.id for p in planned.people}
    new_lists_due(session, organisation, sorted({
        member for member, *_rest in (*planned.memberships, *planned.appointments)
        if member not in new
    }))  # fmt: skip
    made = {
        "kind": (k.id for k in planned.kinds),
        "role": (r.id for r in planned.roles),
        "unit": (id for id, *_rest in planned.units),
        "member": (p.id for p in planned.people),
        "membership": (id for id, *_rest in memberships),
        "appointment": (id for id, *_rest in appointments),
    }
    thing = {**of, "import_id": import_id}
    rows: list[dict[str, Any]] = [
        {**thing, "kind": kind, "thing_id": id, "before": None, "after": None}
        for kind, ids in made.items() for id in ids
    ]  # fmt: skip
    for kind, changed in (("unit", planned.units_changed), ("member", planned.people_changed)):
        rows += [
            {**thing, "kind": kind, "thing_id": c.id, "before": c.before, "after": c.after}
            for c in changed
        ]
    _insert(session, ImportedThing, rows)


def _insert(session: Session, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    """One statement for all rows; the mapper's own would be one for each run of rows that
    lack the same values."""
    if waiting := list(rows):
        session.execute(sa.insert(Base.metadata.tables[table.__tablename__]), waiting)


def _accounts(session: Session, emails: list[str]) -> dict[str, int]:
    """New accounts without a password, by their address."""
    if not emails:
        return {}
    rows = [{"email": e, "active": True, "fs_uniquifier": new_uniquifier()} for e in emails]
    accounts = Base.metadata.tables[User.__tablename__]  # no more columns than are needed
    made = session.execute(sa.insert(accounts).returning(accounts.c.email, accounts.c.id), rows)
    return {row.email: row.id for row in made}


def _make_lists(session: Session, organisation: str, planned: Plan) -> None:
    """Kinds and roles that were added, at the end of their lists."""
    last: dict[Any, int] = {}
    for table in (UnitKind, StudyRole):
        where = table.organisation_id == organisation
        last[table] = session.scalar(sa.select(sa.func.max(table.position)).where(where)) or 0
    common = {"organisation_id": organisation}
    _insert(
        session, UnitKind,
        ({**common, "id": k.id, "name_en": k.en, "name_zh": k.zh, "position": last[UnitKind] + n}
         for n, k in enumerate(planned.kinds, 1)),
    )  # fmt: skip
    _insert(
        session, StudyRole,
        ({**common, "id": r.id, "name_en": r.en, "name_zh": r.zh, "duties_en": "", "duties_zh": "",
          "position": last[StudyRole] + n} for n, r in enumerate(planned.roles, 1)),
    )  # fmt: skip


def _change_people(session: Session, organisation: str, planned: Plan) -> None:
    changed = planned.people_changed
    if not changed:
        return
    accounts = _accounts(session, [c.after["email"] for c in changed if "email" in c.after])
    for fields in sorted({tuple(sorted(c.after)) for c in changed}):
        rows = []
        for c in changed:
            if tuple(sorted(c.after)) == fields:
                row = {"organisation_id": organisation, "id": c.id, **c.after}
                if email := row.pop("email", ""):
                    row["account_id"] = accounts[email]
                rows.append(row)
        session.execute(sa.update(Member), rows)
