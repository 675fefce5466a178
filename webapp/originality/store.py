"""SQL of the pieces that a draft is compared with. Always with the actor who asks."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.reflections.store import Shown, open_to, readable_among
from webapp.reflections.tables import Reflection

NEWEST = 300  # pieces of one's units, and of one's own, that are looked at


def of_my_units(session: Session, actor: Actor) -> list[Shown]:
    """The newest pieces of others that only the actor's units read. The shared index
    does not know them."""
    return _whole(
        session,
        actor,
        sa.and_(Reflection.audience == "unit", Reflection.member_id != actor.member),
    )


def of_mine(session: Session, actor: Actor, *, besides: str) -> list[Shown]:
    """The actor's own newest submitted pieces."""
    return _whole(
        session, actor, sa.and_(Reflection.member_id == actor.member, Reflection.id != besides)
    )


def of_others(session: Session, actor: Actor, ids: Sequence[str]) -> list[Shown]:
    """Of these, the submitted ones that the actor may read now, without the actor's own."""
    found = readable_among(session, actor, ids, whole=True)
    return [found[piece] for piece in ids if piece in found and not found[piece].mine]


def _whole(session: Session, actor: Actor, wanted: sa.ColumnElement[bool]) -> list[Shown]:
    ids = session.scalars(
        sa.select(Reflection.id)
        .where(open_to(actor), wanted)
        .order_by(Reflection.shown_at.desc(), Reflection.id)
        .limit(NEWEST)
    ).all()
    found = readable_among(session, actor, ids, whole=True)
    return [found[piece] for piece in ids if piece in found]
