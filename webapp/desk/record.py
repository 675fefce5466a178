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
from webapp.requirements import reach, roll_store

Next = Literal["reply", "wait_again", "wait", "nobody", "nothing", ""]


@dataclass(frozen=True)
class Submitted:
    """Its words were handed in: at first, changed, or as they were."""

    kind: Literal["first", "changed", "again"]
    at: dt.datetime | None  # None: the day is not told


@dataclass(frozen=True)
class Record:
    steps: list[Submitted | Act]  # in the order in which they happened
    asked: list[Asked]  # requirements that were open to it
    next: Next  # what its author may do now
    alone: bool  # its author, as no organizer who might act on it reads it
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
    alone = piece.mine and not _reached(session, actor, found)
    return Record(
        steps=_steps(session, actor, piece, found, acts),
        asked=_asked(session, actor, piece, found),
        next=_next(found.state, acts, alone=alone) if piece.mine else "",
        alone=alone,
        on_desk=not piece.mine,
    )


def _steps(
    session: Session, actor: Actor, piece: Shown, found: OnRecord, acts: list[Act]
) -> list[Submitted | Act]:
    """What was handed in several times with nothing said between is told once. Others learn
    nothing of what was before it was open to them."""
    last = found.submitted_at
    shown = piece.shown_at or last
    assert last is not None
    assert shown is not None
    if piece.audience == "anonymous" and not piece.mine:
        # Its day, and that it came back, as the desk has it: in the order of hours, or by
        # the days on which somebody wrote, its author could be known.
        came_back = [Submitted("again", None)] if found.state == "back" else []
        return [Submitted("first", shown), *acts, *came_back]
    changed = acts_store.submissions(session, actor.organisation, piece.id)
    handed_in = [at for at in {*changed, last} if piece.mine or at > shown]
    first = min([shown, *handed_in, *(act.at for act in acts)])
    steps: list[Submitted | Act] = [Submitted("first", first)]
    happened: list[tuple[dt.datetime, Act | None]] = [(at, None) for at in handed_in]
    happened += [(act.at, act) for act in acts]
    for at, act in sorted(happened, key=lambda pair: pair[0]):
        if act is not None:
            steps.append(act)
        elif isinstance(steps[-1], Act):
            steps.append(Submitted("changed" if at in changed else "again", at))
    return steps


def _asked(session: Session, actor: Actor, piece: Shown, found: OnRecord) -> list[Asked]:
    """Of a piece without a name only its author is told: what was asked would tell
    others in which unit it was written."""
    if found.submitted_at is None or (piece.audience == "anonymous" and not piece.mine):
        return []
    day = found.submitted_at.astimezone(clock.zone()).date()
    return due.of_piece(
        session, actor, found.author, found.genre, day, unit_id=found.unit_id, today=clock.today()
    )


def _reached(session: Session, actor: Actor, found: OnRecord) -> bool:
    if not found.unit_id:
        return True
    roll = roll_store.roll(session, actor.organisation)
    return reach.could_be_accepted(
        roll, author=found.author, unit_id=found.unit_id, day=clock.today()
    )


def _next(state: str | None, acts: list[Act], *, alone: bool) -> Next:
    if state in ("back", "first") and alone:
        return "nobody"
    if state == "returned":
        return "reply"
    if state == "back":
        return "wait_again"
    if state == "first":
        return "wait"
    return "nothing" if desk_page.accepted(acts) else ""
