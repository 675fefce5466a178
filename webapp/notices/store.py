"""SQL of what members are told. Each member gets their own alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.notices.tables import Notice
from webapp.reflections import store as reflections
from webapp.reflections.store import Mark
from webapp.reflections.tables import Reflection


@dataclass(frozen=True)
class Told:
    id: str
    kind: str
    about: str
    at: dt.datetime
    seen: bool


def _of(actor: Actor, since: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        Notice.organisation_id == actor.organisation,
        Notice.member_id == actor.member,
        Notice.at >= since,
    )


def newest(
    session: Session,
    actor: Actor,
    *,
    since: dt.datetime,
    after: Mark | None = None,
    limit: int = 30,
) -> list[Told]:
    """What the actor was told since, the newest first."""
    query = (
        sa.select(Notice.id, Notice.kind, Notice.about, Notice.at, Notice.seen_at.is_not(None))
        .where(_of(actor, since))
        .order_by(Notice.at.desc(), Notice.id.desc())
        .limit(limit)
    )
    if after is not None:
        at, last = after
        query = query.where(sa.or_(Notice.at < at, sa.and_(Notice.at == at, Notice.id < last)))
    return [
        Told(id, kind, about, moment, bool(seen))
        for id, kind, about, moment, seen in session.execute(query)
    ]


def something_new(session: Session, actor: Actor, *, since: dt.datetime) -> bool:
    """Whether there is something that the actor has not seen."""
    if actor.member is None:
        return False
    asked = {"organisation": actor.organisation, "member": actor.member, "since": since}
    return session.scalar(_UNSEEN, asked) is not None


# Built once: every page asks it.
_UNSEEN = (
    sa.select(Notice.id)
    .where(
        Notice.organisation_id == sa.bindparam("organisation"),
        Notice.member_id == sa.bindparam("member"),
        Notice.at >= sa.bindparam("since"),
        Notice.seen_at.is_(None),
    )
    .limit(1)
)


@dataclass(frozen=True)
class Titled:
    title: str
    language: str
    mine: bool


def titles(session: Session, actor: Actor, pieces: Collection[str]) -> dict[str, Titled]:
    """Of these pieces, those that the actor may read now."""
    if not pieces:
        return {}
    rows = session.execute(
        sa.select(
            Reflection.id,
            Reflection.published_title,
            Reflection.language,
            Reflection.member_id == actor.member,
        ).where(reflections.readable_by(actor), Reflection.id.in_(list(pieces)))
    )
    return {id: Titled(title, language, bool(mine)) for id, title, language, mine in rows}
