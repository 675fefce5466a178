"""Writing and submitting reflections and notes for tests."""

from __future__ import annotations

from typing import Any

from tests.webapp.people import NOW
from webapp.access import Actor
from webapp.community import db
from webapp.ids import new_id
from webapp.members import store as members
from webapp.notes import actions as notes
from webapp.reflections import actions, store
from webapp.reflections.tables import Reflection


def actor(member: Any) -> Actor:
    return members.actor_of(db.session, member)


def draft(member: Any, title: str = "A title", body: str = "Some words.", **more: Any) -> str:
    """A draft of the member; its id."""
    return actions.start(db.session, actor(member), title=title, body=body, now=NOW, **more)


def submitted(
    member: Any,
    title: str = "A title",
    body: str = "Some words.",
    *,
    audience: str = "organisation",
    unit: str | None = None,
    now: Any = NOW,
    **more: Any,
) -> str:
    """A submitted reflection of the member; its id."""
    made = draft(member, title, body, **more)
    submit(member, made, audience=audience, unit=unit, now=now)
    return made


def submit(
    member: Any,
    made: str,
    *,
    audience: str = "organisation",
    unit: str | None = None,
    now: Any = NOW,
) -> None:
    actions.submit(
        db.session, actor(member), made, audience=audience, unit_id=unit, key=new_id(), now=now
    )


def note(member: Any, title: str, body: str) -> str:
    saved = notes.start(
        db.session, actor(member), key=new_id(), title=title, body=body, text_slug=None, now=NOW
    )
    return saved.id


def row(member: Any, made: str) -> Reflection:
    found = store.own(db.session, actor(member), made)
    assert found is not None
    db.session.rollback()
    db.session.refresh(found)
    return found
