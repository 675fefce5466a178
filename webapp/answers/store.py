"""SQL of answers. Whatever others may see is asked for with the actor who asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from webapp import clock
from webapp.access import Actor
from webapp.answers.counting import Answered
from webapp.answers.tables import Answer
from webapp.answers.threads import Said
from webapp.community import named_by
from webapp.desk.tables import Review
from webapp.members import names
from webapp.members.tables import Member
from webapp.reflections import store as reflections
from webapp.reflections.store import Mark
from webapp.reflections.tables import Reflection

MOST = 600  # answers and replies of one piece that a page shows

above = aliased(Answer, name="above")


# Who may read


def readable_by(actor: Actor) -> sa.ColumnElement[bool]:
    """Answers that the actor may read, of `Answer` joined with its `Reflection` and,
    outer, with `above`: `access.may_read_answer` in SQL."""
    return sa.and_(
        reflections.readable_by(actor),
        sa.or_(
            Answer.member_id == actor.member,
            sa.and_(
                Answer.hidden_at.is_(None),
                sa.or_(above.hidden_at.is_(None), above.member_id == actor.member),
            ),
        ),
    )


def joined(query: Any) -> Any:
    """With the piece that is answered, and the answer that a reply stands below."""
    return (
        query.select_from(Answer)
        .join(
            Reflection,
            named_by(Reflection, Answer.reflection_id),
        )
        .outerjoin(
            above,
            named_by(above, Answer.parent_id),
        )
    )


def selected(actor: Actor) -> Any:
    """What is shown of answers. The name of a piece's author never leaves the
    database: here they are the author, whatever the audience."""
    by_author = Answer.member_id == Reflection.member_id
    return joined(
        sa.select(
            Answer.id,
            Answer.parent_id,
            Answer.kind,
            Answer.member_id == actor.member,
            by_author,
            sa.case((by_author, ""), else_=names.shown()),
            Answer.body,
            Answer.quote,
            Answer.paragraph,
            Answer.at,
            Answer.edited_at.is_not(None),
            Answer.taken_back_at.is_not(None),
            sa.or_(
                Answer.hidden_at.is_not(None),
                sa.and_(Answer.parent_id.is_not(None), above.hidden_at.is_not(None)),
            ),
            Answer.reflection_id,
        )
    ).join(
        Member,
        named_by(Member, Answer.member_id),
    )  # fmt: skip


def said(row: Any) -> Said:
    id, parent, kind, mine, by_author, name, body, quote, paragraph, at, *rest = row[:13]
    edited, taken_back, hidden = (bool(value) for value in rest)
    return Said(
        id, parent, kind, bool(mine), bool(by_author), name, body, quote, paragraph, at,
        edited, taken_back, hidden,
    )  # fmt: skip


def of_piece(session: Session, actor: Actor, reflection_id: str) -> list[Said]:
    """Answers to a piece and replies, as far as the actor may read them."""
    rows = session.execute(
        selected(actor)
        .where(readable_by(actor), Answer.reflection_id == reflection_id)
        .order_by(Answer.at, Answer.id)
        .limit(MOST)
    )
    return [said(row) for row in rows]


@dataclass(frozen=True)
class Placed:
    """An answer with the piece that it belongs to."""

    said: Said
    piece: str


def readable(session: Session, actor: Actor, answer_id: str) -> Placed | None:
    """One answer, or None: unknown and not readable are the same answer."""
    row = session.execute(selected(actor).where(readable_by(actor), Answer.id == answer_id)).first()
    return Placed(said(row), row[13]) if row else None


def readable_among(session: Session, actor: Actor, ids: Collection[str]) -> dict[str, Placed]:
    if not ids:
        return {}
    rows = session.execute(selected(actor).where(readable_by(actor), Answer.id.in_(list(ids))))
    return {row[0]: Placed(said(row), row[13]) for row in rows}


def numbers(session: Session, actor: Actor, pieces: Collection[str]) -> dict[str, int]:
    """How many answers, replies not counted, the actor may read below each piece."""
    if not pieces:
        return {}
    rows = session.execute(
        joined(sa.select(Answer.reflection_id, sa.func.count()))
        .where(
            readable_by(actor),
            Answer.reflection_id.in_(list(pieces)),
            Answer.kind != "reply",
            Answer.taken_back_at.is_(None),
        )
        .group_by(Answer.reflection_id)
    )
    return {row[0]: int(row[1]) for row in rows}


# For the author of pieces


def answered(session: Session, actor: Actor, pieces: Collection[str]) -> dict[str, list[Answered]]:
    """What the rule of counting asks of the answers to the actor's own pieces."""
    found: dict[str, list[Answered]] = {}
    if not pieces:
        return found
    rows = session.execute(
        joined(
            sa.select(
                Answer.reflection_id,
                Answer.at,
                Answer.kind,
                Answer.member_id == Reflection.member_id,
                Answer.taken_back_at.is_not(None),
                Answer.hidden_at.is_not(None),
            )
        ).where(
            Reflection.organisation_id == actor.organisation,
            Reflection.member_id == actor.member,
            Reflection.id.in_(list(pieces)),
            Answer.kind != "reply",
        )
    )
    for piece, at, kind, by_author, taken_back, hidden in rows:
        day = at.astimezone(clock.zone()).date()
        answer = Answered(day, kind, bool(by_author), bool(taken_back), bool(hidden))
        found.setdefault(piece, []).append(answer)
    accepted = (
        sa.select(Review.reflection_id, Review.at)
        .join(
            Reflection,
            named_by(Reflection, Review.reflection_id),
        )
        .where(
            Reflection.organisation_id == actor.organisation,
            Reflection.member_id == actor.member,
            Review.reflection_id.in_(list(pieces)),
            Review.kind == "accepted",
        )
    )
    for piece, at in session.execute(accepted):
        answer = Answered(at.astimezone(clock.zone()).date(), "accepted")
        found.setdefault(piece, []).append(answer)
    return found


# One's own answers


def own(
    session: Session, actor: Actor, answer_id: str, *, to_change: bool = False
) -> Answer | None:
    """The actor's own answer that was not taken back, or None. May be to a piece
    that the actor cannot read any more."""
    if actor.member is None:
        return None
    query = (
        sa.select(Answer)
        .where(
            Answer.organisation_id == actor.organisation,
            Answer.id == answer_id,
            Answer.member_id == actor.member,
            Answer.taken_back_at.is_(None),
        )
        .execution_options(populate_existing=True)
    )
    return session.scalars(query.with_for_update() if to_change else query).first()


@dataclass(frozen=True)
class Mine:
    """An own answer in a list; of the piece only what may be read now."""

    id: str
    kind: str
    body: str
    at: dt.datetime
    edited: bool
    hidden: bool
    piece: str | None  # None: it cannot be read now
    title: str
    language: str


def mine(
    session: Session, actor: Actor, *, after: Mark | None = None, limit: int = 30
) -> list[Mine]:
    """The actor's own answers and replies, the newest first."""
    open_now = reflections.readable_by(actor)
    query = (
        joined(
            sa.select(
                Answer.id,
                Answer.kind,
                Answer.body,
                Answer.at,
                Answer.edited_at.is_not(None),
                Answer.hidden_at.is_not(None),
                sa.case((open_now, Reflection.id), else_=None),
                sa.case((open_now, Reflection.published_title), else_=""),
                sa.case((open_now, Reflection.language), else_=""),
            )
        )
        .where(
            Answer.organisation_id == actor.organisation,
            Answer.member_id == actor.member,
            Answer.taken_back_at.is_(None),
        )
        .order_by(Answer.at.desc(), Answer.id.desc())
        .limit(limit)
    )
    if after is not None:
        at, last = after
        query = query.where(sa.or_(Answer.at < at, sa.and_(Answer.at == at, Answer.id < last)))
    return [
        Mine(id, kind, body, at, bool(edited), bool(hidden), *place)
        for id, kind, body, at, edited, hidden, *place in session.execute(query)
    ]


def given(session: Session, actor: Actor, reflection_id: str) -> int:
    """How many answers and replies the actor has to a piece, those taken back included."""
    return int(
        session.scalar(
            sa.select(sa.func.count()).where(
                Answer.organisation_id == actor.organisation,
                Answer.reflection_id == reflection_id,
                Answer.member_id == actor.member,
            )
        )
        or 0
    )


def has_replies(session: Session, answer: Answer) -> bool:
    found = session.scalar(
        sa.select(Answer.id)
        .where(
            Answer.organisation_id == answer.organisation_id,
            Answer.parent_id == answer.id,
        )
        .limit(1)
    )
    return found is not None
