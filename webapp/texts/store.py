"""SQL of what organizers decided of texts, and of the files they brought.

Who decided and who uploaded is for organizers' pages only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.members.tables import Member
from webapp.texts.decided import Decided
from webapp.texts.tables import TextChange, TextDecision, Upload

Mark = tuple[dt.datetime, str]


def decisions(session: Session, organisation_id: str) -> dict[str, Decided]:
    """Everything that is decided now, by slug: what the library is to agree with."""
    found = session.execute(
        sa.select(TextDecision.slug, TextDecision.decided).where(
            TextDecision.organisation_id == organisation_id
        )
    )
    return {slug: dict(decided) for slug, decided in found if decided}


@dataclass(frozen=True)
class DecisionRow:
    """What is decided of a text, by whom it was last changed, and which state it is."""

    slug: str
    decided: Decided
    version: int
    changed_at: dt.datetime | None
    by: str  # name; "" for somebody who has left, or the command line


def decisions_of(
    session: Session, organisation_id: str, slugs: Collection[str]
) -> dict[str, DecisionRow]:
    """For every slug asked for; version 0 where nothing was ever decided."""
    found = {slug: DecisionRow(slug, {}, 0, None, "") for slug in slugs}
    rows = session.execute(
        sa.select(TextDecision, Member.name)
        .outerjoin(Member, _who(TextDecision, TextDecision.changed_by))
        .where(
            TextDecision.organisation_id == organisation_id,
            TextDecision.slug.in_(list(slugs)),
        )
    )
    for row, name in rows:
        found[row.slug] = DecisionRow(
            row.slug, dict(row.decided), row.version, row.changed_at, name or ""
        )
    return found


def not_applied(session: Session) -> list[tuple[str, str, int]]:
    """Organisation, slug and version of decisions that the library may not have yet."""
    found = session.execute(
        sa.select(TextDecision.organisation_id, TextDecision.slug, TextDecision.version).where(
            TextDecision.version != TextDecision.applied
        )
    )
    return [(organisation, slug, version) for organisation, slug, version in found]


def note_applied(session: Session, rows: Iterable[tuple[str, str, int]]) -> None:
    """Part of the caller's transaction. A decision that was changed meanwhile stays noted."""
    for organisation, slug, version in rows:
        session.execute(
            sa.update(TextDecision)
            .where(
                TextDecision.organisation_id == organisation,
                TextDecision.slug == slug,
                TextDecision.version == version,
            )
            .values(applied=version)
        )


@dataclass(frozen=True)
class ChangeRow:
    id: str
    at: dt.datetime
    by: str
    kind: str
    batch: dict[str, dict[str, Decided]]
    undoes: str | None
    undone_at: dt.datetime | None


def changes(
    session: Session,
    organisation_id: str,
    *,
    slug: str | None = None,
    after: Mark | None = None,
    limit: int = 30,
) -> list[ChangeRow]:
    """Changes, newest first; keyset paging by (at, id).

    `slug`: only those that touched this text, among the newest thousand.
    """
    query = (
        sa.select(TextChange, Member.name)
        .outerjoin(Member, _who(TextChange, TextChange.by))
        .where(TextChange.organisation_id == organisation_id)
        .order_by(TextChange.at.desc(), TextChange.id.desc())
    )
    if after is not None:
        query = query.where(_before(TextChange, after))
    rows = session.execute(query.limit(1000 if slug else limit))
    found = [
        ChangeRow(c.id, c.at, name or "", c.kind, c.batch, c.undoes, c.undone_at)
        for c, name in rows
        if slug is None or slug in c.batch
    ]
    return found[:limit]


@dataclass(frozen=True)
class UploadRow:
    id: str
    at: dt.datetime
    by: str
    name: str
    size: int
    state: str
    outcomes: tuple[dict[str, Any], ...]


def uploads(
    session: Session,
    organisation_id: str,
    *,
    after: Mark | None = None,
    ids: Collection[str] | None = None,
    limit: int = 30,
) -> list[UploadRow]:
    """What was brought through the web, newest first; keyset paging by (at, id)."""
    query = (
        sa.select(Upload, Member.name)
        .outerjoin(Member, _who(Upload, Upload.by))
        .where(Upload.organisation_id == organisation_id)
        .order_by(Upload.at.desc(), Upload.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(_before(Upload, after))
    if ids is not None:
        query = query.where(Upload.id.in_(list(ids)))
    return [
        UploadRow(u.id, u.at, name or "", u.name, u.size, u.state, tuple(u.outcomes))
        for u, name in session.execute(query)
    ]


def uploads_waiting(session: Session, organisation_id: str) -> int:
    """How many files are not read yet."""
    found = session.scalar(
        sa.select(sa.func.count())
        .select_from(Upload)
        .where(Upload.organisation_id == organisation_id, Upload.state.in_(("waiting", "reading")))
    )
    return int(found or 0)


def left_behind(session: Session, *, begun_before: dt.datetime) -> list[tuple[str, str]]:
    """Organisation and id of files that nobody is reading: they wait, or the
    process that began on them is gone. Oldest first."""
    found = session.execute(
        sa.select(Upload.organisation_id, Upload.id)
        .where(
            sa.or_(
                Upload.state == "waiting",
                sa.and_(Upload.state == "reading", Upload.seen_at < begun_before),
            )
        )
        .order_by(Upload.at, Upload.id)
    )
    return [(organisation, upload) for organisation, upload in found]


def unread_uploads(session: Session, ids: Collection[str]) -> set[str]:
    """Those of the ids whose files are still to be read."""
    found = session.scalars(
        sa.select(Upload.id).where(
            Upload.id.in_(list(ids)), Upload.state.in_(("waiting", "reading"))
        )
    )
    return set(found)


def _who(table: Any, column: Any) -> Any:
    return sa.and_(Member.organisation_id == table.organisation_id, Member.id == column)


def _before(table: Any, mark: Mark) -> Any:
    at, id = mark
    return sa.or_(table.at < at, sa.and_(table.at == at, table.id < id))
