"""SQL of what happened to a unit, from the audit log, with names in the place of ids."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.audit.tables import AuditEvent
from webapp.members import store as members
from webapp.members.tables import Member
from webapp.units import store


@dataclass(frozen=True)
class Event:
    id: str
    at: dt.datetime
    what: str
    by: str | None  # a name; None: the command line
    details: dict[str, str]  # names in the place of ids


def history(
    session: Session,
    organisation: str,
    unit_id: str,
    *,
    zh: bool,
    words: dict[str, str],
    before: tuple[dt.datetime, str] | None = None,
    limit: int = 50,
) -> list[Event]:
    """The newest first. `words`: what stands for the top of the tree ("top"), for
    somebody ("member") and for a unit ("unit") that is no longer there."""
    query = (
        sa.select(AuditEvent)
        .where(
            AuditEvent.organisation_id == organisation,
            AuditEvent.about_kind == "unit",
            AuditEvent.about_id == unit_id,
            AuditEvent.what.startswith("unit."),  # not what was entered for its people
        )
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(sa.tuple_(AuditEvent.at, AuditEvent.id) < before)
    rows = list(session.scalars(query))
    ids = {row.by for row in rows} | {row.details.get("member") for row in rows}
    found = session.execute(
        sa.select(Member.id, Member.name).where(
            Member.organisation_id == organisation, Member.id.in_([id for id in ids if id])
        )
    )
    names = {row[0]: row[1] for row in found}
    known = store.tree(session, organisation)
    roles = {
        role.id: role.name_zh if zh else role.name_en
        for role in members.all_roles(session, organisation)
    }
    called = {
        kind.id: kind.name_zh if zh else kind.name_en for kind in store.kinds(session, organisation)
    }

    def named(what: str, key: str, value: object) -> str:
        said = str(value or "")
        if key == "member":
            return names.get(said) or words["member"]
        if key == "role":
            return roles.get(said, said)
        if what == "unit.kind_changed":
            return called.get(said, said)
        if what == "unit.renamed":
            return said
        if not said:
            return words["top"] if what == "unit.moved" else "–" if key == "after" else ""
        return known[said].name if said in known else words["unit"]

    return [
        Event(
            row.id,
            row.at,
            row.what,
            (names.get(row.by) or words["member"] if row.by else None),
            {key: named(row.what, key, value) for key, value in row.details.items()},
        )
        for row in rows
    ]
