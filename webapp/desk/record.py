"""What was said of a piece, for its author and for those who may say it: the record of
guide, inspect, accept and feed back. Nobody else gets anything of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from webapp import access, clock
from webapp.access import Actor
from webapp.desk import acts_store, desk_page, due, store
from webapp.desk.acts_store import Act
from webapp.desk.due import Asked
from webapp.desk.store import OnRecord
from webapp.reflections.store import Shown

Next = Literal["reply", "wait_again", "wait", "nothing", ""]


@dataclass(frozen=True)
class Record:
    submitted: dt.datetime
    acts: list[Act]
    asked: list[Asked]  # requirements that were open to it
    next: Next  # what its author may do now
    on_desk: bool  # the reader is an organizer who may act on it


def of(session: Session, actor: Actor, piece: Shown) -> Record | None:
    """None: there is none for this actor. Asks the database only for the author and
    for organizers."""
    if piece.status != "submitted" or not (piece.mine or access.is_organizing(actor)):
        return None
    found = store.for_record(session, actor, piece.id)
    if found is None or found.submitted_at is None:
        return None
    acts = acts_store.of_pieces(session, actor.organisation, [piece.id])[piece.id]
    return Record(
        submitted=found.submitted_at,
        acts=acts,
        asked=_asked(session, actor, piece, found),
        next=_next(found.state, acts) if piece.mine else "",
        on_desk=not piece.mine,
    )


def _asked(session: Session, actor: Actor, piece: Shown, found: OnRecord) -> list[Asked]:
    """Of a piece without a name only its author is told: what was asked would tell
    others in which unit it was written."""
    if found.submitted_at is None or (piece.audience == "anonymous" and not piece.mine):
        return []
    day = found.submitted_at.astimezone(clock.zone()).date()
    return due.of_piece(session, actor, found.author, found.genre, day)


def _next(state: str | None, acts: list[Act]) -> Next:
    if state == "returned":
        return "reply"
    if state == "back":
        return "wait_again"
    if state == "first":
        return "wait"
    return "nothing" if desk_page.accepted(acts) else ""
