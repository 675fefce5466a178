"""Changes to goals: each function is one change in one transaction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from corpus.languages import detect
from webapp.access import Actor
from webapp.community import change
from webapp.goals import store
from webapp.goals.setting import Told, Wanted
from webapp.goals.tables import Goal
from webapp.ids import new_id
from webapp.members.once import carried_out
from webapp.suggestions.due import new_list_due


class Unknown(Exception):
    """There is no such goal of this actor."""


@dataclass(frozen=True)
class Origin:
    """What a goal is born from: an own piece or note, or a reading."""

    reflection_id: str | None = None
    note_id: str | None = None
    sentence: str = ""  # of the own piece or note
    reading_id: str | None = None
    quote: str = ""  # of the reading; our own copy
    source: str = ""  # what stands under the quotation


def set_one(
    session: Session,
    actor: Actor,
    wanted: Wanted,
    origin: Origin,
    *,
    author_may_know: bool,
    key: str,
    now: dt.datetime,
    goal_id: str | None = None,
) -> str:
    """A new goal; its id. One goal per key, however often it comes.

    Raises Unknown when the goal that this key made was deleted since.
    """
    with change(session):

        def work() -> dict[str, str]:
            goal = Goal(
                organisation_id=actor.organisation,
                id=goal_id or new_id(),
                member_id=str(actor.member),
                what=wanted.what,
                how=wanted.how,
                by=wanted.by,
                language=detect(wanted.what),
                reflection_id=origin.reflection_id,
                note_id=origin.note_id,
                sentence=origin.sentence,
                reading_id=origin.reading_id,
                quote=origin.quote,
                source=origin.source,
                author_may_know=author_may_know,
                created_at=now,
                updated_at=now,
            )
            session.add(goal)
            session.flush()
            new_list_due(session, actor)
            return {"id": goal.id}

        result, _now = carried_out(session, actor, key, ("goal",), work, now=now)
        return _own(session, actor, result.get("id", "")).id


def edit(
    session: Session,
    actor: Actor,
    goal_id: str,
    wanted: Wanted,
    *,
    author_may_know: bool,
    in_chain: bool,
    now: dt.datetime,
) -> None:
    with change(session):
        goal = _own(session, actor, goal_id)
        if goal.what != wanted.what:
            goal.prepared = None  # the vectors of words that are gone
            goal.language = detect(wanted.what)
            new_list_due(session, actor)
        goal.what, goal.how, goal.by = wanted.what, wanted.how, wanted.by
        goal.author_may_know = author_may_know and goal.reading_id is not None
        goal.in_chain = in_chain
        goal.updated_at = now


def answer(session: Session, actor: Actor, goal_id: str, told: Told, *, now: dt.datetime) -> None:
    """What has become of it. Another day keeps it open, with what was said so far."""
    with change(session):
        goal = _own(session, actor, goal_id)
        goal.outcome, goal.hindrance = told.happened, told.hindrance
        goal.status = told.outcome
        goal.attendance_id = store.own_attendance(session, actor, told.activity)
        goal.answered_at = (
            now if told.happened or told.hindrance or told.outcome != "open" else None
        )
        if told.outcome == "open":
            goal.by = told.by
        goal.updated_at = now
        new_list_due(session, actor)


def reopen(session: Session, actor: Actor, goal_id: str, *, now: dt.datetime) -> None:
    """Take an answer back. Its words stay with the goal. May be repeated."""
    with change(session):
        goal = _own(session, actor, goal_id)
        if goal.status != "open":
            goal.status, goal.updated_at = "open", now
            new_list_due(session, actor)


def show_in_chain(session: Session, actor: Actor, goal_id: str, shown: bool) -> None:
    """Whether readers of the pieces before and after it may see this step."""
    with change(session):
        _own(session, actor, goal_id).in_chain = shown


def delete(session: Session, actor: Actor, goal_id: str) -> None:
    with change(session):
        session.delete(_own(session, actor, goal_id))
        new_list_due(session, actor)


def _own(session: Session, actor: Actor, goal_id: str) -> Goal:
    goal = store.own(session, actor, goal_id, to_change=True)
    if goal is None:
        raise Unknown
    return goal
