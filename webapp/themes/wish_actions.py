"""Members' wishes for a theme list: each function is one change in one transaction."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.community import change
from webapp.ids import new_id
from webapp.themes import wish_store
from webapp.themes.actions import TooMany, Unknown
from webapp.themes.tables import ListWish, ListWishToo

MOST_OPEN = 5  # of one member on one list
WHY_LIMIT = 500
ANSWER_LIMIT = 500


def propose(
    session: Session,
    actor: Actor,
    list_id: str,
    *,
    group: str,
    title: str,
    why: str,
    now: dt.datetime,
) -> None:
    """A reading that the member would like on the list. One that somebody wished already
    is wished by one more. Raises TooMany."""
    try:
        _propose(session, actor, list_id, group=group, title=title, why=why, now=now)
    except IntegrityError:  # somebody else wished it at this very moment
        _propose(session, actor, list_id, group=group, title=title, why=why, now=now)


def _propose(
    session: Session,
    actor: Actor,
    list_id: str,
    *,
    group: str,
    title: str,
    why: str,
    now: dt.datetime,
) -> None:
    with change(session):
        there = session.scalars(
            sa.select(ListWish).filter_by(
                organisation_id=actor.organisation, list_id=list_id, reading_group=group
            )
        ).first()
        if there is not None:
            if there.member_id != actor.member:
                _too(session, actor, there.id, True)
            return
        if wish_store.open_count(session, actor, list_id) >= MOST_OPEN:
            raise TooMany
        session.add(
            ListWish(
                organisation_id=actor.organisation, id=new_id(), list_id=list_id,
                member_id=str(actor.member), reading_group=group, title=title, why=why,
                status="open", answer="", made_at=now,
            )
        )  # fmt: skip


def also(session: Session, actor: Actor, list_id: str, wish_id: str, *, wanted: bool) -> None:
    """The member would like it too, or no longer. Raises Unknown."""
    with change(session):
        found = wish_store.wish(session, actor, list_id, wish_id)
        if found is None or found.member_id == actor.member:
            raise Unknown
        _too(session, actor, found.id, wanted)


def take_back(session: Session, actor: Actor, list_id: str, wish_id: str) -> None:
    """One's own wish, whatever was answered. Raises Unknown."""
    with change(session):
        found = wish_store.wish(session, actor, list_id, wish_id)
        if found is None or found.member_id != actor.member:
            raise Unknown
        session.delete(found)


def answer(
    session: Session,
    actor: Actor,
    list_id: str,
    wish_id: str,
    *,
    status: str,
    words: str,
    now: dt.datetime,
) -> None:
    """What an organizer says to it: "taken" or "declined". Raises Unknown."""
    with change(session):
        found = wish_store.wish(session, actor, list_id, wish_id)
        if found is None:
            raise Unknown
        found.status, found.answer, found.answered_at = status, words, now


def _too(session: Session, actor: Actor, wish_id: str, wanted: bool) -> None:
    keys = {
        "organisation_id": actor.organisation,
        "wish_id": wish_id,
        "member_id": str(actor.member),
    }
    session.execute(sa.delete(ListWishToo).filter_by(**keys))
    if wanted:
        session.add(ListWishToo(**keys))
