"""SQL of a report beside its numbers: open questions by their pieces, and what lists give to read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.answers.tables import Answer
from webapp.community import named_by, one_of
from webapp.reflections import store as reflections
from webapp.reflections.tables import Reflection
from webapp.requirements import texts_store
from webapp.themes import store as lists
from webapp.themes.tables import ListItem, ListUnit, ReadingList


@dataclass(frozen=True)
class Question:
    """A question that nobody replied to, by the piece that it stands below."""

    id: str
    piece: str
    title: str
    language: str
    at: dt.datetime


def questions(session: Session, actor: Actor, ids: Collection[str]) -> tuple[Question, ...]:
    """These, the oldest first."""
    if not ids:
        return ()
    rows = session.execute(_questions(actor), {"ids": list(ids)})
    return tuple(Question(*found) for found in rows)


@lru_cache(maxsize=64)
def _questions(actor: Actor) -> Any:
    return (
        sa.select(
            Answer.id,
            Reflection.id,
            Reflection.published_title,
            Reflection.language,
            Answer.at,
        )
        .join(
            Reflection,
            named_by(Reflection, Answer.reflection_id),
        )
        .where(
            Answer.organisation_id == actor.organisation,
            Answer.id.in_(sa.bindparam("ids", expanding=True)),
            reflections.open_to(actor),
        )
        .order_by(Answer.at, Answer.id)
    )


def versions(session: Session, actor: Actor, readings: Collection[str]) -> frozenset[str]:
    """These texts and all their other versions."""
    found = texts_store.of(session, actor, readings)
    return frozenset(readings).union(*(text.versions for text in found.values()))


def listed(session: Session, actor: Actor, units: Collection[str] | None) -> set[str]:
    """Texts on theme lists that the actor may read and that were given to the
    organisation or to one of these units (None: to any)."""
    return set(session.scalars(_listed(actor, None if units is None else frozenset(units))))


@lru_cache(maxsize=64)  # to build it takes longer than the database does
def _listed(actor: Actor, units: frozenset[str] | None) -> sa.Select[Any]:
    given: sa.ColumnElement[bool] = ReadingList.audience == "organisation"
    if units is None:
        given = ReadingList.audience.in_(("organisation", "unit"))
    else:
        also = sa.exists().where(
            ListUnit.organisation_id == ReadingList.organisation_id,
            ListUnit.list_id == ReadingList.id,
            one_of(ListUnit.unit_id, units),
        )
        to_a_unit = sa.or_(one_of(ReadingList.unit_id, units), also)
        given = sa.or_(given, sa.and_(ReadingList.audience == "unit", to_a_unit))
    return (
        sa.select(ListItem.reading_group)
        .join(
            ReadingList,
            named_by(ReadingList, ListItem.list_id),
        )
        .where(
            ListItem.organisation_id == actor.organisation,
            ReadingList.theme_list,
            lists.readable_by(actor),
            given,
        )
        .distinct()
    )
