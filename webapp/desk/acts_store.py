"""SQL of what readers did about a piece: answered it, asked it back, accepted it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.answers import store as answers
from webapp.answers.tables import Answer
from webapp.desk.store import reviewable_by
from webapp.desk.tables import Review
from webapp.members.tables import Member
from webapp.reflections import store as reflections
from webapp.reflections.tables import Reflection


def standing() -> sa.ColumnElement[bool]:
    """Reviews that hold: an acceptance for good, asking back while its question stands."""
    question = sa.alias(Answer.__table__, "question")
    return sa.or_(
        Review.kind == "accepted",
        sa.exists().where(
            question.c.organisation_id == Review.organisation_id,
            question.c.id == Review.answer_id,
            question.c.taken_back_at.is_(None),
            question.c.hidden_at.is_(None),
        ),
    )


@dataclass(frozen=True)
class Act:
    """What a reader did about a piece: answered, asked back, accepted."""

    id: str  # of the review, or of the answer
    piece: str
    kind: str  # accepted | asked_back | echo | question | suggestion
    by: str  # a member's id
    name: str  # "" when they are gone
    at: dt.datetime
    answer: str | None  # the words with it
    words: str = ""  # the beginning of these


BEGINNING = 400


def lately(
    session: Session, actor: Actor, *, since: dt.datetime, limit: int = 10
) -> list[tuple[Act, str, str]]:
    """The actor's own reviews of pieces on which they may still act, the newest first,
    each with the piece's title and language."""
    query = (
        _reviews(actor.organisation)
        .add_columns(Reflection.published_title, Reflection.language)
        .join(Reflection, _of_piece(Review))
        .where(reviewable_by(actor), Review.by == actor.member, Review.at >= since)
        .order_by(Review.at.desc(), Review.id.desc())
        .limit(limit)
    )
    return [(Act(*row[:8]), row[8], row[9]) for row in session.execute(query)]


def _reviews(organisation: str) -> Any:
    return (
        sa.select(
            Review.id,
            Review.reflection_id,
            Review.kind,
            Review.by,
            sa.func.coalesce(Member.name, ""),
            Review.at,
            Answer.id,
            sa.func.coalesce(sa.func.substr(Answer.body, 1, BEGINNING), ""),
        )
        .outerjoin(
            Member,
            sa.and_(Member.organisation_id == Review.organisation_id, Member.id == Review.by),
        )
        .outerjoin(
            Answer,
            sa.and_(
                Answer.organisation_id == Review.organisation_id,
                Answer.id == Review.answer_id,
                Answer.taken_back_at.is_(None),
                Answer.hidden_at.is_(None),
            ),
        )
        .where(Review.organisation_id == organisation, standing())
    )


def _readers_answers(session: Session, organisation: str, pieces: Collection[str]) -> list[Act]:
    """Answers of readers, as far as they stand."""
    query = (
        answers.joined(
            sa.select(
                Answer.id,
                Answer.reflection_id,
                Answer.kind,
                Answer.member_id,
                Member.name,
                Answer.at,
                Answer.id,
                sa.func.substr(Answer.body, 1, BEGINNING),
            )
        )
        .join(
            Member,
            sa.and_(
                Member.organisation_id == Answer.organisation_id, Member.id == Answer.member_id
            ),
        )
        .where(
            Answer.organisation_id == organisation,
            Answer.reflection_id.in_(list(pieces)),
            Answer.kind != "reply",  # by its parent SQLite would look through all answers
            Answer.taken_back_at.is_(None),
            Answer.hidden_at.is_(None),
            Answer.member_id != Reflection.member_id,
        )
    )
    return [Act(*row) for row in session.execute(query)]


def of_pieces(session: Session, organisation: str, pieces: Collection[str]) -> dict[str, list[Act]]:
    """What readers did about each piece, the oldest first; words that belong to a
    review are told with it. Two statements, however many pieces. Ask only for pieces
    of which the actor may know it."""
    found: dict[str, list[Act]] = {piece: [] for piece in pieces}
    if not pieces:
        return found
    reviews = _reviews(organisation).where(Review.reflection_id.in_(list(pieces)))
    reviewed = [Act(*row) for row in session.execute(reviews)]
    with_review = {act.answer for act in reviewed}
    said = _readers_answers(session, organisation, pieces)
    for act in sorted(
        [*reviewed, *(act for act in said if act.id not in with_review)],
        key=lambda act: (act.at, act.id),
    ):
        found[act.piece].append(act)
    return found


def is_there(session: Session, actor: Actor, answer_id: str) -> bool:
    """Whether an own answer was not taken back yet."""
    return answers.own(session, actor, answer_id) is not None


def own_review(session: Session, actor: Actor, review_id: str) -> Review | None:
    return session.scalars(
        sa.select(Review)
        .where(
            Review.organisation_id == actor.organisation,
            Review.id == review_id,
            Review.by == actor.member,
        )
        .execution_options(populate_existing=True)
    ).first()


def told_of(session: Session, actor: Actor, ids: Collection[str]) -> dict[str, Act]:
    """Of these reviews, those of the actor's own pieces that stand."""
    if not ids:
        return {}
    query = (
        _reviews(actor.organisation)
        .join(Reflection, _of_piece(Review))
        .where(Reflection.member_id == actor.member, Review.id.in_(list(ids)))
    )
    return {row[0]: Act(*row) for row in session.execute(query)}


def own_act(session: Session, actor: Actor, what: str, id: str) -> tuple[str, str] | None:
    """Of an own answer or review of a piece that is open to the actor: its kind, and
    the title of the piece."""
    if what not in ("answer", "review") or not id:
        return None
    table: Any = Answer if what == "answer" else Review
    mine = Answer.member_id if what == "answer" else Review.by
    row = session.execute(
        sa.select(table.kind, Reflection.published_title)
        .join(Reflection, _of_piece(table))
        .where(
            reflections.open_to(actor),
            table.id == id,
            mine == actor.member,
            Answer.taken_back_at.is_(None) if what == "answer" else sa.true(),
        )
    ).first()
    return (row[0], row[1]) if row else None


def _of_piece(table: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        Reflection.organisation_id == table.organisation_id, Reflection.id == table.reflection_id
    )
