"""SQL of pieces as things that happened, with the answers to them and what was decided."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from webapp import clock
from webapp.access import Actor
from webapp.answers.counting import Answered
from webapp.answers.tables import Answer
from webapp.community import named_by
from webapp.desk.tables import Review
from webapp.reflections import store as reflections
from webapp.reflections.tables import Reflection
from webapp.requirements import texts_store
from webapp.requirements.happened import Heard, Piece, Reviewed

Found = Iterator[tuple[str, Piece]]


def own(session: Session, actor: Actor, since: dt.datetime) -> Found:
    """Pieces that the actor handed in since then, each with its author."""
    asked = {"organisation": actor.organisation, "member": actor.member, "since": since}
    return _pieces(session, actor, session.execute(_own(), asked).all())


def of_others(
    session: Session, actor: Actor, members: Collection[str], since: dt.datetime
) -> Found:
    """Pieces of these members, as far as the actor may know of them."""
    asked = {"members": sorted(members), "since": since}
    return _pieces(session, actor, session.execute(_of_others(actor), asked).all())


@lru_cache(maxsize=64)
def _of_others(actor: Actor) -> Any:
    return _selected().where(
        Reflection.member_id.in_(sa.bindparam("members", expanding=True)),
        Reflection.status == "submitted",
        Reflection.hidden_at.is_(None),  # of their own too: it is shown as others see it
        Reflection.audience != "anonymous",  # a count would tell who wrote it
        reflections.readable_by(actor),
    )


def _pieces(session: Session, actor: Actor, rows: Sequence[Any]) -> Found:
    if not rows:
        return
    ids = [row.id for row in rows]
    texts = texts_store.cited(session, actor, ids)
    heard = _heard(session, actor, ids)
    reviewed = _reviewed(session, actor, ids)
    for row in rows:
        days = [_day(row.shown_at or row.submitted_at)]
        # Opened to others later, a piece is shown anew; who answered it had it before.
        days += [h.answer.day for h in heard[row.id]]
        yield (
            row.member_id,
            Piece(
                id=row.id,
                title=row.published_title,
                genre=row.genre,
                handed_in=min(days),
                status=row.status,
                hidden=bool(row.hidden),
                themes=frozenset(row.themes or ()),
                texts=frozenset(texts[row.id] | ({row.text_slug} if row.text_slug else set())),
                heard=tuple(heard[row.id]),
                reviewed=reviewed.get(row.id),
                private=row.audience == "anonymous",
                unit_id=row.unit_id if row.audience == "unit" else "",
            ),
        )


def _selected() -> Any:
    return sa.select(
        Reflection.id,
        Reflection.member_id,
        Reflection.published_title,
        Reflection.genre,
        Reflection.status,
        Reflection.hidden_at.is_not(None).label("hidden"),
        Reflection.themes,
        Reflection.text_slug,
        Reflection.audience,
        Reflection.unit_id,
        Reflection.shown_at,
        Reflection.submitted_at,
    ).where(Reflection.submitted_at >= sa.bindparam("since"))


@cache
def _own() -> Any:
    return _selected().where(
        Reflection.organisation_id == sa.bindparam("organisation"),
        Reflection.member_id == sa.bindparam("member"),
        Reflection.status.in_(("submitted", "withdrawn")),
    )


def _heard(session: Session, actor: Actor, pieces: Collection[str]) -> dict[str, list[Heard]]:
    """Answers to these pieces, in the form that the rule of counting asks for."""
    found: dict[str, list[Heard]] = defaultdict(list)
    asked = {"organisation": actor.organisation, "pieces": list(pieces)}
    for piece, by, kind, at, by_author, taken_back, hidden in session.execute(_answers(), asked):
        answer = Answered(_day(at), kind, bool(by_author), bool(taken_back), bool(hidden))
        found[piece].append(Heard(by, answer))
    return found


@cache
def _answers() -> Any:
    return (
        sa.select(
            Answer.reflection_id,
            Answer.member_id,
            Answer.kind,
            Answer.at,
            Answer.member_id == Reflection.member_id,
            Answer.taken_back_at.is_not(None),
            Answer.hidden_at.is_not(None),
        )
        .join(
            Reflection,
            named_by(Reflection, Answer.reflection_id),
        )
        .where(
            Answer.organisation_id == sa.bindparam("organisation"),
            Answer.reflection_id.in_(sa.bindparam("pieces", expanding=True)),
            Answer.kind != "reply",
        )
    )


def _reviewed(session: Session, actor: Actor, pieces: Collection[str]) -> dict[str, Reviewed]:
    """What organizers said of these pieces at last. A question that was taken back,
    hidden or deleted asks nothing any more."""
    asked = {"organisation": actor.organisation, "pieces": list(pieces)}
    return {
        piece: Reviewed(kind == "accepted", _day(at))
        for piece, kind, at in session.execute(_reviews(), asked)
    }


@cache
def _reviews() -> Any:
    question = aliased(Answer)
    return (
        sa.select(Review.reflection_id, Review.kind, Review.at)
        .outerjoin(
            question,
            sa.and_(
                question.organisation_id == Review.organisation_id,
                question.id == Review.answer_id,
                question.taken_back_at.is_(None),
                question.hidden_at.is_(None),
            ),
        )
        .where(
            Review.organisation_id == sa.bindparam("organisation"),
            Review.reflection_id.in_(sa.bindparam("pieces", expanding=True)),
            sa.or_(Review.kind == "accepted", question.id.is_not(None)),
        )
        .order_by(Review.at, Review.id)
    )


def _day(at: dt.datetime) -> dt.date:
    return at.astimezone(clock.zone()).date()
