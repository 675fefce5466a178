"""SQL of what a member wrote, read and was answered, and when. Every query names the
member who asks: nobody else ever gets anything of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.answers import store as answers
from webapp.answers.tables import Answer
from webapp.community import named_by
from webapp.goals.tables import Goal
from webapp.members import names
from webapp.members.tables import Member
from webapp.notes.tables import Note
from webapp.readings.store import DeedRow
from webapp.readings.tables import Deed
from webapp.reflections.tables import Reflection

Times = tuple[dt.datetime, dt.datetime]  # from the first up to, and without, the second

MOST_PIECES = 120  # of one month, the newest
MOST_DEEDS = 200
MOST_ANSWERS = 100
MOST_GOALS = 60

# A piece counts on the day on which its words came to be as they stand: what was
# submitted on that day, what is a draft or a note on the day of its last change.
_UNCHANGED = sa.and_(Reflection.status != "draft", Reflection.body == Reflection.published_body)
_SUBMITTED = sa.or_(Reflection.status == "submitted", _UNCHANGED)
_AT = sa.case((_SUBMITTED, Reflection.submitted_at), else_=Reflection.updated_at)


@dataclass(frozen=True)
class Dated:
    """A piece of the member's, without its words."""

    kind: str  # note | reflection
    id: str
    at: dt.datetime

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.id}"

    def day(self, zone: ZoneInfo) -> dt.date:
        return self.at.astimezone(zone).date()


@dataclass(frozen=True)
class Piece(Dated):
    title: str
    body: str
    status: str  # of a reflection; "note"
    genre: str


def dates(session: Session, actor: Actor, spans: Sequence[Times] | None = None) -> list[Dated]:
    """When the actor's pieces were written; of these times only, or all."""
    if actor.member is None:
        return []
    asked: dict[str, Any] = {"organisation": actor.organisation, "member": actor.member}
    for place, (since, until) in enumerate(spans or ()):
        asked |= {f"since{place}": since, f"until{place}": until}
    query = _dates(None if spans is None else len(spans))
    return [Dated(*row) for row in session.execute(query, asked)]


@lru_cache(maxsize=64)
def _dates(spans: int | None) -> sa.Select[Any]:
    """For so many times. Built once: to build it took longer than the database."""
    organisation: sa.BindParameter[str] = sa.bindparam("organisation")
    member: sa.BindParameter[str] = sa.bindparam("member")
    pieces = sa.union_all(
        sa.select(
            sa.literal("note").label("kind"), Note.id.label("id"), Note.updated_at.label("at")
        ).where(Note.organisation_id == organisation, Note.member_id == member),
        sa.select(sa.literal("reflection"), Reflection.id, _AT).where(
            Reflection.organisation_id == organisation, Reflection.member_id == member
        ),
    ).subquery()
    query = sa.select(pieces).order_by(pieces.c.at, pieces.c.id)
    if spans is None:
        return query
    at = pieces.c.at
    within = (
        sa.and_(at >= sa.bindparam(f"since{place}"), at < sa.bindparam(f"until{place}"))
        for place in range(spans)
    )
    return query.where(sa.or_(*within))


def pieces(session: Session, actor: Actor, times: Times) -> list[Piece]:
    """What the actor wrote in this time, in that order; of very many the newest."""
    found = dates(session, actor, [times])[-MOST_PIECES:]
    whole = _whole(session, actor, found)
    return [whole[one.name] for one in found if one.name in whole]


def piece(session: Session, actor: Actor, name: str) -> Piece | None:
    """The actor's own piece, or None: unknown and another's are the same answer."""
    return _whole(session, actor, [_named(name)]).get(name)


def titles(session: Session, actor: Actor, names: Collection[str]) -> dict[str, str]:
    """Titles of those of these pieces that are the actor's own, by kind and id."""
    found = [_named(name) for name in names]
    return {name: p.title for name, p in _whole(session, actor, found).items()}


def _named(name: str) -> Dated:
    kind, _slash, id = name.partition("/")
    return Dated(kind, id, dt.datetime.min)


def _whole(session: Session, actor: Actor, found: Sequence[Dated]) -> dict[str, Piece]:
    if actor.member is None or not found:
        return {}
    ids = {kind: [p.id for p in found if p.kind == kind] for kind in ("note", "reflection")}
    rows: list[Any] = []
    rows += session.execute(
        sa.select(
            sa.literal("note"), Note.id, Note.updated_at, Note.title, Note.body,
            sa.literal("note"), sa.literal("note"),
        ).where(
            Note.organisation_id == actor.organisation,
            Note.member_id == actor.member,
            Note.id.in_(ids["note"]),
        )
    )  # fmt: skip
    rows += session.execute(
        sa.select(
            sa.literal("reflection"), Reflection.id, _AT,
            sa.case((_SUBMITTED, Reflection.published_title), else_=Reflection.title),
            sa.case((_SUBMITTED, Reflection.published_body), else_=Reflection.body),
            Reflection.status, Reflection.genre,
        ).where(
            Reflection.organisation_id == actor.organisation,
            Reflection.member_id == actor.member,
            Reflection.id.in_(ids["reflection"]),
        )
    )  # fmt: skip
    return {(made := Piece(*row)).name: made for row in rows}


# Beside the words of a month


def read(session: Session, actor: Actor, times: Times) -> list[DeedRow]:
    """What the actor marked as read in this time, in that order."""
    rows = session.execute(
        sa.select(Deed.id, Deed.kind, Deed.reading_id, Deed.reading_group, Deed.at)
        .where(
            Deed.organisation_id == actor.organisation,
            Deed.member_id == actor.member,
            Deed.kind == "read",
            Deed.at >= times[0],
            Deed.at < times[1],
        )
        .order_by(Deed.at, Deed.id)
        .limit(MOST_DEEDS)
    )
    return [DeedRow(*row) for row in rows]


@dataclass(frozen=True)
class Received:
    """An answer of somebody else to a piece of the actor's."""

    author: str
    at: dt.datetime
    piece: str  # id
    title: str


def received(session: Session, actor: Actor, times: Times) -> list[Received]:
    """Answers to the actor's pieces, as far as they may be read now."""
    rows = session.execute(
        answers.joined(
            sa.select(names.shown(), Answer.at, Reflection.id, Reflection.published_title)
        )
        .join(
            Member,
            named_by(Member, Answer.member_id),
        )
        .where(
            answers.readable_by(actor),
            Reflection.member_id == actor.member,
            Answer.member_id != actor.member,
            Answer.parent_id.is_(None),
            Answer.taken_back_at.is_(None),
            Answer.at >= times[0],
            Answer.at < times[1],
        )
        .order_by(Answer.at, Answer.id)
        .limit(MOST_ANSWERS)
    )
    return [Received(*row) for row in rows]


@dataclass(frozen=True)
class GoalRow:
    id: str
    what: str
    by: dt.date | None
    status: str
    outcome: str
    language: str


def goals(session: Session, actor: Actor, times: Times) -> list[GoalRow]:
    """The actor's goals that were set or answered in this time, or were set before
    and are open still; what came of something first."""
    since, until = times
    rows = session.execute(
        sa.select(Goal.id, Goal.what, Goal.by, Goal.status, Goal.outcome, Goal.language)
        .where(
            Goal.organisation_id == actor.organisation,
            Goal.member_id == actor.member,
            Goal.created_at < until,
            sa.or_(
                Goal.status == "open",
                Goal.created_at >= since,
                sa.and_(Goal.answered_at >= since, Goal.answered_at < until),
            ),
        )
        .order_by(Goal.status == "open", Goal.created_at, Goal.id)
        .limit(MOST_GOALS)
    )
    return [GoalRow(*row) for row in rows]


def to_change(session: Session, actor: Actor) -> Member | None:
    """The member as they are now; nobody else changes them until the transaction ends."""
    key = (actor.organisation, actor.member)
    return session.get(Member, key, populate_existing=True, with_for_update=True)
