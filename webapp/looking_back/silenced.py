"""What "What Xinde knows about me" shows of looking back: on or off, and which pieces a
member does not want to be shown again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.looking_back import silence, store
from webapp.members.tables import Member


@dataclass(frozen=True)
class Silenced:
    off: bool
    pieces: list[tuple[str, str]]  # kind and id, title; those that are there still


def silenced(session: Session, actor: Actor, me: Member) -> Silenced:
    off = me.switched_off or []
    titles = store.titles(session, actor, silence.pieces(off))
    return Silenced(silence.ALL in off, sorted(titles.items(), key=lambda p: (p[1], p[0])))
