"""SQL of what readers did about a piece: answered it, asked it back, accepted it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.answers import store as answers
from webapp.answers.tables import Answer
from webapp.community import UTCDateTime, named_by
from webapp.desk.store import reviewable_by
from webapp.desk.tables import Review
from webapp.members.tables import Member
from webapp.reflections import store as reflections
from webapp.reflections.tables import Reflection, ReflectionVersion


@cache
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
PIECES: sa.BindParameter[Any] = sa.bindparam("pieces", expanding=True)


def lately(
    session: Session, actor: Actor, *, since: dt.datetime, limit: int = 10
) -> list[tuple[Act, str, str]]:
    """The actor's own reviews of pieces on which they may still act, the newest first,
    each with the piece's title and language."""
    rows = session.execute(_lately(actor), {"since": since, "limit": limit})
    return [(Act(*row[:8]), row[8], row[9]) for row in rows]


# To build these takes longer than the database does, and the desk asks each time.
@lru_cache(maxsize=64)
def _lately(actor: Actor) -> Any:
    return (
        _reviews(actor.organisation)
        .add_columns(Reflection.published_title, Reflection.language)
        .join(Reflection, _of_piece(Review))
        .where(
            reviewable_by(actor),
            Review.by == actor.member,
            Review.at >= sa.bindparam("since", type_=UTCDateTime),
        )
        .order_by(Review.at.desc(), Review.id.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )


@cache
def _reviews_of(organisation: str) -> Any:
    return _reviews(organisation).where(Review.reflection_id.in_(PIECES))


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
            named_by(Member, Review.by),
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


@cache
def _readers_answers(organisation: str) -> Any:
    """Answers of readers, as far as they stand."""
    return (
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
            named_by(Member, Answer.member_id),
        )
        .where(
            Answer.organisation_id == organisation,
            Answer.reflection_id.in_(PIECES),
            Answer.kind != "reply",  # by its parent SQLite would look through all answers
            Answer.taken_back_at.is_(None),
            Answer.hidden_at.is_(None),
            Answer.member_id != Reflection.member_id,
        )
    )


def of_pieces(session: Session, organisation: str, pieces: Collection[str]) -> dict[str, list[Act]]:
    """What readers did about each piece, the oldest first; words that belong to a
    review are told with it. Two statements, however many pieces. Ask only for pieces
    of which the actor may know it."""
    found: dict[str, list[Act]] = {piece: [] for piece in pieces}
    if not pieces:
        return found
    those = {"pieces": list(pieces)}
    reviewed = [Act(*row) for row in session.execute(_reviews_of(organisation), those)]
    with_review = {act.answer for act in reviewed}
    said = [Act(*row) for row in session.execute(_readers_answers(organisation), those)]
    for act in sorted(
        [*reviewed, *(act for act in said if act.id not in with_review)],
        key=lambda act: (act.at, act.id),
    ):
        found[act.piece].append(act)
    return found


def submissions(session: Session, organisation: str, piece: str) -> list[dt.datetime]:
    """When its words were submitted, the oldest first. Ask only for a piece of which the
    actor may know it."""
    return list(
        session.scalars(
            sa.select(ReflectionVersion.at)
            .where(
                ReflectionVersion.organisation_id == organisation,
                ReflectionVersion.reflection_id == piece,
                ReflectionVersion.cause == "submitted",
            )
            .order_by(ReflectionVersion.at)
        )
    )


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
    return named_by(Reflection, table.reflection_id)
