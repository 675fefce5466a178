"""SQL of theme lists, as far as requirements ask for them, with the actor who asks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.community import named_by
from webapp.requirements import store
from webapp.requirements.asking import Says
from webapp.requirements.setting import Chosen
from webapp.themes import store as themes
from webapp.themes.tables import ListItem, ListUnit, ListVersion, ReadingList


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
    return Chosen(list_id, title, tuple(dict.fromkeys(groups)), outside)


@dataclass(frozen=True)
class Newer:
    """Which version of its list a requirement asks, and which was published last."""

    asked: int  # 0 where it is none of those that were published
    newest: int


def newer(session: Session, actor: Actor, says: Says) -> Newer | None:
    """Where the list was published with other readings since a requirement took them."""
    if says.content != "list" or says.list_id is None:
        return None
    rows = session.execute(
        sa.select(ListVersion.number, ListVersion.items)
        .join(
            ReadingList,
            named_by(ReadingList, ListVersion.list_id),
        )
        .where(_published(actor), ReadingList.id == says.list_id)
        .order_by(ListVersion.number.desc())
    )
    published = [(number, {item["group"] for item in items}) for number, items in rows]
    asked, newest = set(says.readings), published[0] if published else (0, set())
    if not published or newest[1] == asked:
        return None
    return Newer(next((number for number, texts in published if texts == asked), 0), newest[0])


def stands_apart(session: Session, actor: Actor, says: Says) -> bool:
    """Whether what a requirement asks is other than what choosing its list anew would take."""
    if says.content != "list" or says.list_id is None:
        return False
    may = session.scalar(
        sa.select(ReadingList.id).where(_published(actor), ReadingList.id == says.list_id)
    )
    return may is None or newer(session, actor, says) is not None


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
