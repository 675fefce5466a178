"""Changes to notes: each function is one change in one transaction."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.community import change
from webapp.ids import new_id
from webapp.members.once import carried_out
from webapp.notes import store
from webapp.notes.tables import Note
from webapp.reflections.actions import Saved, Stale, Unknown
from webapp.suggestions.due import new_list_due


def start(
    session: Session,
    actor: Actor,
    *,
    key: str,
    title: str,
    body: str,
    text_slug: str | None,
    now: dt.datetime,
) -> Saved:
    """A new note with its first words; one note per key, however often it comes."""
    with change(session):

        def work() -> dict[str, str]:
            note = Note(
                organisation_id=actor.organisation,
                id=new_id(),
                member_id=str(actor.member),
                title=title,
                body=body,
                text_slug=text_slug,
                version=1,
                created_at=now,
                updated_at=now,
            )
            session.add(note)
            session.flush()
            new_list_due(session, actor)
            return {"id": note.id}

        result, _now = carried_out(session, actor, key, ("note",), work, now=now)
        note = store.own(session, actor, result.get("id", ""))
        if note is None:
            raise Unknown
        return Saved(note.id, note.version, note.updated_at)


def save(
    session: Session,
    actor: Actor,
    note_id: str,
    *,
    title: str,
    body: str,
    base_version: int,
    now: dt.datetime,
) -> Saved:
    """Keep what was written on top of `base_version`; raises Stale, and changes
    nothing, when another tab or device saved since."""
    with change(session):
        note = store.own(session, actor, note_id, to_change=True)
        if note is None:
            raise Unknown
        if (note.title, note.body) != (title, body):
            if note.version != base_version:
                raise Stale(note.version, note.title, note.body, note.updated_at)
            if note.body != body:
                note.prepared = None  # the vectors of words that are gone
                new_list_due(session, actor)
            note.title, note.body, note.updated_at = title, body, now
            note.version += 1
        return Saved(note.id, note.version, note.updated_at)


def delete(session: Session, actor: Actor, note_id: str) -> None:
    with change(session):
        note = store.own(session, actor, note_id, to_change=True)
        if note is None:
            raise Unknown
        session.delete(note)
        new_list_due(session, actor)
