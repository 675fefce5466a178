"""SQL of what members would like on a theme list. Ask only for lists that the actor may read."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.themes.tables import ListWish, ListWishToo

MOST_SHOWN = 50


class Wish(NamedTuple):
    """Without who wished it: only whether it was the one who looks."""

    id: str
    group: str
    title: str
    why: str
    status: str
    answer: str
    mine: bool
    too: int  # others who would like it too
    also_mine: bool  # whether the one who looks is among them


def wishes(session: Session, actor: Actor, list_id: str) -> list[Wish]:
    """Open ones first, each kind in the order in which they came."""
    too = (
        sa.select(ListWishToo.wish_id, sa.func.count().label("count"))
        .where(ListWishToo.organisation_id == actor.organisation)
        .group_by(ListWishToo.wish_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(
            ListWish.id,
            ListWish.reading_group,
            ListWish.title,
            ListWish.why,
            ListWish.status,
            ListWish.answer,
            ListWish.member_id == actor.member,
            sa.func.coalesce(too.c.count, 0),
            sa.exists().where(
                ListWishToo.organisation_id == ListWish.organisation_id,
                ListWishToo.wish_id == ListWish.id,
                ListWishToo.member_id == actor.member,
            ),
        )
        .outerjoin(too, too.c.wish_id == ListWish.id)
        .where(ListWish.organisation_id == actor.organisation, ListWish.list_id == list_id)
        .order_by(ListWish.status != "open", ListWish.made_at, ListWish.id)
        .limit(MOST_SHOWN)
    )
    return [
        Wish(id, group, title, why, status, answer, bool(mine), int(count), bool(also))
        for id, group, title, why, status, answer, mine, count, also in rows
    ]


def wish(session: Session, actor: Actor, list_id: str, wish_id: str) -> ListWish | None:
    return session.scalars(
        sa.select(ListWish).where(
            ListWish.organisation_id == actor.organisation,
            ListWish.list_id == list_id,
            ListWish.id == wish_id[:32],
        )
    ).first()


def open_count(session: Session, actor: Actor, list_id: str) -> int:
    """How many the actor has open on a list."""
    return int(
        session.scalar(
            sa.select(sa.func.count())
            .select_from(ListWish)
            .where(
                ListWish.organisation_id == actor.organisation,
                ListWish.list_id == list_id,
                ListWish.member_id == actor.member,
                ListWish.status == "open",
            )
        )
        or 0
    )
