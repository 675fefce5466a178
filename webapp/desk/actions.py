"""Changes at the desk: answering, asking back, accepting, and taking that back. Each
function is one change in one transaction.

The words are an ordinary answer (webapp/answers); what an organizer adds to it, that
the piece is asked back or accepted, is a review. The author is told in the same
transaction.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.answers import actions as answers
from webapp.answers.actions import Hindered
from webapp.community import change
from webapp.desk import acts_store, seeing, store
from webapp.desk.acts_store import Act
from webapp.desk.tables import Review
from webapp.ids import new_id
from webapp.members.once import carried_out
from webapp.notices.actions import tell
from webapp.reflections.tables import Reflection

Doing = Literal["answer", "ask", "accept"]
DOINGS: tuple[Doing, ...] = ("answer", "ask", "accept")


class Unknown(Exception):
    """There is no such act of this organizer."""


class Meanwhile(Exception):
    """Since the organizer saw the piece, another answered it, or its author submitted
    it again. `acts`: what others did; empty where the words are new."""

    def __init__(self, acts: list[Act]) -> None:
        super().__init__("the piece has moved on")
        self.acts = acts


@dataclass(frozen=True)
class Done:
    """What was done, so that it can be taken back."""

    what: str  # answer | review
    id: str
    now: bool  # False: a repeated submit, that was carried out before


def act(
    session: Session,
    actor: Actor,
    reflection_id: str,
    *,
    doing: Doing,
    kind: str,
    body: str,
    seen: str,
    key: str,
    now: dt.datetime,
) -> Done:
    """Answer the piece, ask it back or accept it; `seen`: the piece as it stood on the
    organizer's page (`seeing.stamp`).

    Only accepting needs no words. Raises Hindered ("gone" where the piece is not, or
    not any more, on the actor's desk) and Meanwhile; nothing is kept then.
    """
    with change(session):

        def work() -> dict[str, str]:
            piece = _piece(session, actor, reflection_id)
            _nothing_new(session, actor, piece, seen)
            answer = None
            if doing != "accept" or body.strip():
                answer = answers.said(
                    session,
                    actor,
                    piece.id,
                    kind="question" if doing == "ask" else kind,
                    body=body,
                    now=now,
                    tells=doing == "answer",
                ).id
            if doing == "answer":
                return {"what": "answer", "id": str(answer)}
            review = Review(
                organisation_id=actor.organisation,
                id=new_id(),
                reflection_id=piece.id,
                by=str(actor.member),
                kind="accepted" if doing == "accept" else "asked_back",
                answer_id=answer,
                published_version=piece.published_version,
                at=now,
            )
            session.add(review)
            session.flush()
            tell(
                session,
                organisation=actor.organisation,
                member=piece.member_id,
                kind=review.kind,
                about=f"review/{review.id}",
                at=now,
            )
            return {"what": "review", "id": review.id}

        what = ("desk", reflection_id, doing)
        result, done_now = carried_out(session, actor, key, what, work, now=now)
        return Done(result.get("what", "answer"), result.get("id", ""), done_now)


def take_back(session: Session, actor: Actor, what: str, id: str, *, now: dt.datetime) -> bool:
    """Take back an own answer, or an own review with its words: whether there were any.
    Raises Unknown."""
    with change(session):
        try:
            if what == "answer":
                answers.unsaid(session, actor, id, now=now)
                return True
            review = acts_store.own_review(session, actor, id)
            if review is None:
                raise Unknown
            answer = review.answer_id
            session.delete(review)
            session.flush()
            if answer is None or not acts_store.is_there(session, actor, answer):
                return False
            answers.unsaid(session, actor, answer, now=now)
            return True
        except answers.Unknown:
            raise Unknown from None


# Steps, each part of the caller's transaction


def _piece(session: Session, actor: Actor, reflection_id: str) -> Reflection:
    """The piece, that nobody changes until this is kept."""
    found = session.scalars(
        sa.select(Reflection)
        .where(store.reviewable_by(actor), Reflection.id == reflection_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise Hindered("gone")
    return found


def _nothing_new(session: Session, actor: Actor, piece: Reflection, seen: str) -> None:
    acts = acts_store.of_pieces(session, actor.organisation, [piece.id])[piece.id]
    words = store.words(piece.id, piece.published_draft)
    if seeing.stamp(words, acts) == seen:
        return
    if not seeing.same_words(seen, words):
        raise Meanwhile([])
    others = seeing.since(seen, acts, besides=str(actor.member))
    if others:
        raise Meanwhile(others)
