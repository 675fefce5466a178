"""Changes of looking back: each function is one change in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.community import change
from webapp.looking_back import silence, store


def not_today(session: Session, actor: Actor, *, today: dt.date) -> None:
    _silence(session, actor, lambda off: silence.not_today(off, today))


def never(session: Session, actor: Actor, piece: str, *, today: dt.date) -> bool:
    """Whether the piece is the actor's own; only then is anything kept."""
    if store.piece(session, actor, piece) is None:
        return False
    _silence(session, actor, lambda off: silence.never(off, piece, today))
    return True


def again(session: Session, actor: Actor, piece: str) -> None:
    _silence(session, actor, lambda off: silence.again(off, piece))


def switch(session: Session, actor: Actor, *, off: bool) -> None:
    _silence(session, actor, lambda kept: silence.switched(kept, off=off))


def _silence(session: Session, actor: Actor, said: Callable[[list[str]], list[str]]) -> None:
    """Suggestions are not made from this: the list of the day stays."""
    with change(session):
        member = store.to_change(session, actor)
        if member is not None:
            member.switched_off = said(list(member.switched_off or []))
