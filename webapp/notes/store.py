"""SQL of notes. Every query names the member who asks: nobody else ever gets one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.notes.tables import Note
from webapp.reflections import wording

EXCERPT_SOURCE = 4_000
MOST_TERMS = 12

Mark = tuple[dt.datetime, str]


@dataclass(frozen=True)
class NoteRow:
    """A note in a list, with its beginning."""

    id: str
    title: str
    text_slug: str | None
    updated_at: dt.datetime
    beginning: str

    @property
    def excerpt(self) -> str:
        return wording.excerpt(self.beginning)

    @property
    def mark(self) -> Mark:
        return self.updated_at, self.id


def mine(
    session: Session, actor: Actor, *, query: str = "", after: Mark | None = None, limit: int = 30
) -> list[NoteRow]:
    """The actor's notes that hold every word of the query as typed, the last changed first."""
    found = (
        sa.select(
            Note.id,
            Note.title,
            Note.text_slug,
            Note.updated_at,
            sa.func.substr(Note.body, 1, EXCERPT_SOURCE),
        )
        .where(Note.organisation_id == actor.organisation, Note.member_id == actor.member)
        .order_by(Note.updated_at.desc(), Note.id.desc())
        .limit(limit)
    )
    for term in query.split()[:MOST_TERMS]:
        found = found.where(
            sa.or_(
                Note.title.icontains(term, autoescape=True),
                Note.body.icontains(term, autoescape=True),
            )
        )
    if after is not None:
        at, last = after
        found = found.where(
            sa.or_(Note.updated_at < at, sa.and_(Note.updated_at == at, Note.id < last))
        )
    return [NoteRow(*row) for row in session.execute(found)]


def own(session: Session, actor: Actor, note_id: str, *, to_change: bool = False) -> Note | None:
    """The actor's own note, or None. `to_change`: nobody else changes it until the
    transaction ends."""
    if actor.member is None:
        return None
    query = (
        sa.select(Note)
        .where(
            Note.organisation_id == actor.organisation,
            Note.id == note_id,
            Note.member_id == actor.member,
        )
        .execution_options(populate_existing=True)
    )
    return session.scalars(query.with_for_update() if to_change else query).first()
