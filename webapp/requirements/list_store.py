"""SQL of theme lists, as far as requirements ask for them, with the actor who asks."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.requirements import store
from webapp.requirements.setting import Chosen
from webapp.themes import store as themes
from webapp.themes.tables import ListItem, ListUnit, ReadingList


def open_lists(session: Session, actor: Actor, lists: Collection[str]) -> set[str]:
    """Of these, the lists that the actor may read."""
    if not lists:
        return set()
    return set(
        session.scalars(
            sa.select(ReadingList.id).where(
                themes.readable_by(actor), ReadingList.id.in_(sorted(lists))
            )
        )
    )


def choosable(session: Session, actor: Actor, *, limit: int = 100) -> list[tuple[str, str]]:
    """Theme lists that were published and that the actor may read, newest first."""
    return [
        (id, title)
        for id, title in session.execute(
            sa.select(ReadingList.id, ReadingList.title)
            .where(_published(actor))
            .order_by(ReadingList.shared_at.desc(), ReadingList.id)
            .limit(limit)
        )
    ]


def chosen(session: Session, actor: Actor, unit_id: str, list_id: str) -> Chosen | None:
    """A theme list with what stands on it now, to be asked of the unit and all below it."""
    title = session.scalar(
        sa.select(ReadingList.title).where(_published(actor), ReadingList.id == list_id)
    )
    if title is None:
        return None
    groups = session.scalars(
        sa.select(ListItem.reading_group)
        .where(ListItem.organisation_id == actor.organisation, ListItem.list_id == list_id)
        .order_by(ListItem.position)
    )
    outside = _not_given_to(session, actor.organisation, unit_id, list_id)
    return Chosen(title, tuple(dict.fromkeys(groups)), outside)


def _not_given_to(session: Session, organisation: str, unit_id: str, list_id: str) -> str:
    """The name of one of these units whose members could not open it; "" for none."""
    given = given_to(session, organisation, list_id)
    outside = store.open_below(session, organisation, unit_id) - given if given is not None else ()
    return store.names_of(session, organisation, outside)[0] if outside else ""


def given_to(session: Session, organisation: str, list_id: str) -> frozenset[str] | None:
    """Units whose members read the list; None for a list of the whole organisation."""
    row = session.execute(
        sa.select(ReadingList.audience, ReadingList.unit_id).where(
            ReadingList.organisation_id == organisation, ReadingList.id == list_id
        )
    ).first()
    if row is None:
        return frozenset()
    if row.audience == "organisation":
        return None
    further = session.scalars(
        sa.select(ListUnit.unit_id).where(
            ListUnit.organisation_id == organisation, ListUnit.list_id == list_id
        )
    )
    return frozenset(further) | frozenset((row.unit_id,) if row.unit_id else ())


def _published(actor: Actor) -> sa.ColumnElement[bool]:
    return sa.and_(
        themes.readable_by(actor), ReadingList.theme_list, ReadingList.audience != "private"
    )
