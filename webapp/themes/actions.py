"""Changes to reading lists: each function is one change in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.community import change
from webapp.ids import new_id
from webapp.members.once import carried_out
from webapp.suggestions.due import new_list_due
from webapp.themes import draft_store, sharing, store
from webapp.themes.sharing import Obstacle
from webapp.themes.store import Item
from webapp.themes.tables import ListItem, ListUnit, ReadingList


class Unknown(Exception):
    """There is no such list of this actor."""


class Hindered(Exception):
    """The list cannot be opened to those."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle


class TooMany(Exception):
    """The member has as many lists as one may have."""


def keep(
    session: Session,
    actor: Actor,
    *,
    key: str,
    title: str,
    items: Sequence[Item],
    now: dt.datetime,
    question: str = "",
    unanswered: Sequence[str] = (),
    note: str = "",
    prepared: bytes | None = None,
) -> str:
    """A new private list; its id. The same key keeps one list, however often it comes.

    `prepared`: vectors of the question, made outside this transaction.
    Raises TooMany, and Unknown when what this key kept was deleted since.
    """
    with change(session):

        def work() -> dict[str, str]:
            if store.count_of(session, actor) >= sharing.MOST_LISTS:
                raise TooMany
            made = ReadingList(
                organisation_id=actor.organisation,
                id=new_id(),
                member_id=str(actor.member),
                title=title,
                question=question,
                question_shown=False,
                note=note,
                unanswered=list(unanswered),
                theme_list=False,
                audience="private",
                made_at=now,
                changed_at=now,
                prepared=prepared,
            )
            session.add(made)
            session.flush()
            _put(session, made, items[: sharing.MOST_ITEMS])
            if question:
                new_list_due(session, actor)  # a kept question leads to suggestions
            return {"id": made.id}

        result, _now = carried_out(session, actor, key, ("keep",), work, now=now)
        found = store.own(session, actor, result.get("id", ""))
        if found is None:
            raise Unknown
        return found.id


def edit(
    session: Session,
    actor: Actor,
    list_id: str,
    *,
    title: str,
    note: str,
    notes: Mapping[str, str],
    now: dt.datetime,
    move: tuple[str, int] | None = None,
    drop: str | None = None,
) -> None:
    """Keep title, note and the readings' notes (reading -> note; one that is not named
    stays), then move a reading by so many places, or drop one. Raises Unknown, and
    Hindered for a theme list that units have which the actor does not organize (any more)."""
    with change(session):
        found = _own(session, actor, list_id)
        if found.theme_list and found.audience != "private":
            given = draft_store.units_of(session, actor, found.id)
            problem = sharing.beyond(
                actor, audience="unit", units=(), now=found.audience, units_now=given
            )
            if problem:
                raise Hindered(problem)
        items = store.own_items(session, found)
        noted = [replace(item, note=notes.get(item.reading, item.note)) for item in items]
        by_reading = {item.reading: item for item in noted if item.reading != drop}
        order = list(by_reading)
        if move is not None:
            order = sharing.moved(order, *move)
        wanted = [by_reading[reading] for reading in order]
        found.title, found.note = title or found.title, note
        found.changed_at = now
        if wanted != items:
            _put(session, found, wanted)


def share(
    session: Session,
    actor: Actor,
    list_id: str,
    *,
    audience: str | None,
    unit_id: str | None,
    question_shown: bool,
    units: frozenset[str],
    theme_list: bool,
    key: str,
    now: dt.datetime,
) -> bool:
    """Open a list to an audience, or take it back ("private"); whether it was done now.

    `units`: those that the author may choose; for a theme list, those
    that they organize. A repeated key changes nothing. Raises Hindered and Unknown.
    """
    with change(session):

        def work() -> dict[str, str]:
            found = _own(session, actor, list_id)
            problem = sharing.obstacle(
                title=found.title,
                readings=len(store.own_items(session, found)),
                audience=audience,
                unit=unit_id,
                units=units,
            )
            if theme_list and not problem:  # one's own, so it may be given elsewhere already
                given = [unit_id] if unit_id and audience == "unit" else []
                problem = sharing.beyond(
                    actor, audience=audience, units=given, now="", units_now=()
                )
            if problem:
                raise Hindered(problem)
            unit = unit_id if audience == "unit" else None
            same = (audience, unit, theme_list) == (
                found.audience, found.unit_id, found.theme_list,
            )  # fmt: skip
            found.audience, found.unit_id = str(audience), unit
            session.execute(  # those it was given to besides have it no more
                sa.delete(ListUnit).filter_by(organisation_id=actor.organisation, list_id=found.id)
            )
            found.question_shown = question_shown and audience != "private"
            found.theme_list = theme_list and audience != "private"
            if audience == "private":
                found.shared_at = None
            elif not same or found.shared_at is None:
                found.shared_at = now
            return {"id": found.id}

        what = ("share", list_id, str(audience), str(unit_id), str(question_shown), str(theme_list))
        _result, done_now = carried_out(session, actor, key, what, work, now=now)
        return done_now


def delete(session: Session, actor: Actor, list_id: str) -> None:
    """Delete a list for good, for everybody. Raises Unknown."""
    with change(session):
        found = _own(session, actor, list_id)
        asked = bool(found.question)
        session.delete(found)
        if asked:
            new_list_due(session, actor)


# Steps, each part of the caller's transaction


def _own(session: Session, actor: Actor, list_id: str) -> ReadingList:
    found = store.own(session, actor, list_id, to_change=True)
    if found is None:
        raise Unknown
    return found


def _put(session: Session, reading_list: ReadingList, items: Sequence[Item]) -> None:
    """Make these the items of a list."""
    keys: dict[str, Any] = {
        "organisation_id": reading_list.organisation_id,
        "list_id": reading_list.id,
    }
    session.execute(sa.delete(ListItem).filter_by(**keys))
    if not items:
        return
    session.execute(
        sa.insert(ListItem),
        [
            keys
            | {
                "position": position,
                "reading_id": item.reading,
                "reading_group": item.group,
                "title": item.title,
                "sentence": item.sentence,
                "covers": list(item.covers),
                "minutes": item.minutes,
                "note": item.note,
                "question": item.question,
                "part": item.part,
                "week": item.week,
            }
            for position, item in enumerate(items)
        ],
    )
