"""Changes to what a member did with readings: each is one transaction.

None of them raises the profile's stamp: today's list of suggestions stays as
it is, and what was read, saved or set aside counts from the next list on.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.community import change
from webapp.ids import new_id
from webapp.readings import store
from webapp.readings.tables import Deed, Place
from webapp.readings.which import Which


def do(session: Session, actor: Actor, what: Which, kind: str, *, now: dt.datetime) -> None:
    """Note a deed; one that is noted already stays as it was."""
    with change(session):
        session.execute(
            _insert(session, Deed)
            .values(
                organisation_id=actor.organisation,
                id=new_id(),
                member_id=actor.member,
                kind=kind,
                reading_id=what.reading,
                reading_group=what.group,
                at=now,
            )
            .on_conflict_do_nothing(
                index_elements=["organisation_id", "member_id", "kind", "reading_group"]
            )
        )


def undo(session: Session, actor: Actor, group: str, kind: str) -> bool:
    """Forget a deed altogether; False if there was none."""
    with change(session):
        return store.delete_deed(session, actor, kind, group)


def keep_place(
    session: Session, actor: Actor, slug: str, passage_id: str, *, now: dt.datetime
) -> None:
    """Remember where in a text the member is; the last place wins."""
    with change(session):
        session.execute(
            _insert(session, Place)
            .values(
                organisation_id=actor.organisation,
                member_id=actor.member,
                text_slug=slug,
                passage_id=passage_id,
                at=now,
            )
            .on_conflict_do_update(
                index_elements=["organisation_id", "member_id", "text_slug"],
                set_={"passage_id": passage_id, "at": now},
            )
        )


def _insert(session: Session, table: Any) -> Any:
    # Two tabs may write the same row at once; both engines settle it in one statement.
    dialect = session.get_bind().dialect.name
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)
