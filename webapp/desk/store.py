"""SQL of the desk: what waits, what was said of a piece. Always with the actor who asks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.answers import store as answers
from webapp.answers.tables import ASKING, Answer
from webapp.community import one_of
from webapp.desk.tables import Review
from webapp.ids import derived_id
from webapp.members.tables import Member
from webapp.reflections import store as reflections
from webapp.reflections.store import Mark
from webapp.reflections.tables import Reflection
from webapp.units.tables import Membership

Group = Literal["first", "back", "returned", "nameless"]


# Which pieces an organizer may act on


@lru_cache(maxsize=64)  # the desk asks it four times
def reviewable_by(actor: Actor) -> sa.ColumnElement[bool]:
    """Pieces of others that the actor answers as an organizer: `access.may_review` in
    SQL. Of a piece without a name no unit may be known: it belongs to organizers of
    everything."""
    if actor.member is None:
        return sa.false()
    # Of others one reads only what is submitted and not hidden.
    others = sa.and_(reflections.readable_by(actor), Reflection.member_id != actor.member)
    if actor.organizer:
        # One without a name stays whoever left: that it vanished would tell whose it was.
        return sa.and_(others, sa.or_(Reflection.audience == "anonymous", _still_there()))
    return sa.and_(others, Reflection.audience != "anonymous", _organized(actor))


def _still_there() -> sa.ColumnElement[bool]:
    gone = sa.alias(Member.__table__, "gone")
    return ~sa.exists().where(
        gone.c.organisation_id == Reflection.organisation_id,
        gone.c.id == Reflection.member_id,
        gone.c.left_at.is_not(None),
    )


def _organized(actor: Actor) -> sa.ColumnElement[bool]:
    """By a present member of a unit that the actor organizes."""
    present = sa.select(Membership.member_id).where(
        Membership.organisation_id == actor.organisation,
        one_of(Membership.unit_id, actor.organizes),
        Membership.until.is_(None),
    )
    if len(actor.organizes) <= FEW:
        return Reflection.member_id.in_(present)
    # Most of what waits is theirs: asked piece by piece, a page is full soon, and ten
    # thousand members are not gathered for it.
    return present.where(Membership.member_id == Reflection.member_id).exists()


FEW = 60  # units


def reviewable(session: Session, actor: Actor, reflection_id: str) -> Reflection | None:
    """One such piece, or None: unknown and not reviewable are the same answer."""
    return session.scalars(
        sa.select(Reflection)
        .where(reviewable_by(actor), Reflection.id == reflection_id)
        .execution_options(populate_existing=True)
    ).first()


# The desk


@dataclass(frozen=True)
class Waits:
    """A piece in a list of the desk. `at`: since when; without a name only the day."""

    id: str
    at: dt.datetime
    words: str  # which words it has now: see `words`

    @property
    def mark(self) -> Mark:
        return self.at, self.id


def waits(
    session: Session, actor: Actor, group: Group, *, after: Mark | None = None, limit: int = 30
) -> list[Waits]:
    """What stands in a group, the oldest first, after where a page ended. Pieces
    without a name go by their day and then by a random id, which tells nothing."""
    if group == "nameless":
        if not actor.organizer:
            return []
        # In one statement each, so that the index gives both in their order.
        parts = [_waits(session, actor, state, after, limit, named=False) for state in WAITING]
        return sorted([row for rows in parts for row in rows], key=lambda w: w.mark)[:limit]
    return _waits(session, actor, group, after, limit, named=True)


WAITING = ("first", "back")


def _waits(
    session: Session, actor: Actor, state: str, after: Mark | None, limit: int, *, named: bool
) -> list[Waits]:
    query = _waiting(actor, named=named)
    if after is not None:
        moment, last = after
        at = _since(named)
        query = query.where(sa.or_(at > moment, sa.and_(at == moment, Reflection.id > last)))
    rows = session.execute(query, {"state": state, "limit": limit})
    return [Waits(id, moment, words(id, draft)) for id, moment, draft in rows if moment]


def _since(named: bool) -> Any:
    return Reflection.submitted_at if named else Reflection.shown_at


# To build it takes longer than the database does, and the desk asks for three groups.
@lru_cache(maxsize=64)
def _waiting(actor: Actor, *, named: bool) -> sa.Select[Any]:
    at, audience = _since(named), Reflection.audience
    return (
        sa.select(Reflection.id, at, Reflection.published_draft)
        .where(
            reviewable_by(actor),
            Reflection.organisation_id == actor.organisation,
            Reflection.desk == sa.bindparam("state"),
            audience != "anonymous" if named else audience == "anonymous",
        )
        .order_by(at, Reflection.id)
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )


@dataclass(frozen=True)
class Asked:
    """A question below a piece that nobody replied to."""

    id: str
    piece: str
    title: str
    language: str
    author: str  # of the piece
    body: str
    by: str  # who asked; "" when the actor did
    at: dt.datetime


def open_questions(
    session: Session, actor: Actor, *, since: dt.datetime, limit: int = 30
) -> list[Asked]:
    """Questions asked since then to which nobody replied, the oldest first; without
    those by which a piece was asked back, which stand in a list of their own."""
    reply = sa.alias(Answer.__table__, "reply")
    asker = sa.alias(Member.__table__, "asker")
    query = (
        answers.joined(
            sa.select(
                Answer.id,
                Reflection.id,
                Reflection.published_title,
                Reflection.language,
                Member.name,
                sa.func.substr(Answer.body, 1, 300),
                sa.case((Answer.member_id == actor.member, ""), else_=asker.c.name),
                Answer.at,
            )
        )
        .join(Member, _is_member(Member.__table__.c, Reflection.member_id))
        .join(asker, _is_member(asker.c, Answer.member_id))
        .where(
            answers.readable_by(actor),
            reviewable_by(actor),
            sa.text(ASKING_OF),
            Answer.organisation_id == actor.organisation,
            Answer.at >= since,
            Answer.member_id != Reflection.member_id,
            Reflection.audience != "anonymous",
            ~sa.exists().where(
                reply.c.organisation_id == Answer.organisation_id,
                reply.c.parent_id == Answer.id,
                reply.c.taken_back_at.is_(None),
            ),
            ~sa.exists().where(
                Review.organisation_id == Answer.organisation_id,
                Review.reflection_id == Answer.reflection_id,
                Review.answer_id == Answer.id,
            ),
        )
        .order_by(Answer.at, Answer.id)
        .limit(limit)
    )
    return [Asked(*row) for row in session.execute(query)]


# As the index has it, so that SQLite takes that index.
ASKING_OF = " and ".join(f"answers.{part}" for part in ASKING.split(" and "))


def _is_member(columns: Any, id: Any) -> sa.ColumnElement[bool]:
    return sa.and_(columns.organisation_id == Answer.organisation_id, columns.id == id)


def words(piece: str, published_draft: int) -> str:
    """Which words a piece has now, as a form carries it. Tells nothing of how often its
    draft was saved."""
    return derived_id("words", piece, str(published_draft))[:8]


@dataclass(frozen=True)
class OnRecord:
    author: str
    genre: str
    submitted_at: dt.datetime | None
    state: str | None
    unit_id: str  # whose members alone read it; "" for everybody


def for_record(session: Session, actor: Actor, piece: str) -> OnRecord | None:
    """A submitted piece whose record the actor may see: as its author, or as an
    organizer who may act on it. To others as little is told as of an unknown one."""
    row = session.execute(
        sa.select(
            Reflection.member_id,
            Reflection.genre,
            Reflection.submitted_at,
            Reflection.desk,
            sa.case((Reflection.audience == "unit", Reflection.unit_id), else_=""),
        ).where(
            Reflection.organisation_id == actor.organisation,
            Reflection.id == piece,
            Reflection.status == "submitted",
            sa.or_(Reflection.member_id == actor.member, reviewable_by(actor)),
        )
    ).first()
    return OnRecord(*row) if row else None
