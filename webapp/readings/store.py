"""SQL of what a member did with readings and where in a text they are.

Everything here is private: every query names the member who asks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.readings.tables import Deed, Place

KINDS = ("read", "saved", "set_aside")

Marks = dict[str, dict[str, dt.datetime]]


@dataclass(frozen=True)
class DeedRow:
    """A deed as a list shows it."""

    id: str
    kind: str
    reading: str
    group: str
    at: dt.datetime


def deeds_of(session: Session, actor: Actor, *, groups: Collection[str] | None = None) -> Marks:
    """Group -> kind -> when, of all the actor's deeds or of those with `groups`."""
    asked = {"organisation": actor.organisation, "member": actor.member}
    if groups is None:
        rows = session.execute(_DEEDS, asked)
    elif groups:
        rows = session.execute(_DEEDS_OF_GROUPS, {**asked, "groups": list(groups)})
    else:
        return {}
    marks: Marks = {}
    for group, kind, at in rows:
        marks.setdefault(group, {})[kind] = at
    return marks


# Built once: every list of texts asks them.
_DEEDS = sa.select(Deed.reading_group, Deed.kind, Deed.at).where(
    Deed.organisation_id == sa.bindparam("organisation"),
    Deed.member_id == sa.bindparam("member"),
)
_DEEDS_OF_GROUPS = _DEEDS.where(Deed.reading_group.in_(sa.bindparam("groups", expanding=True)))


def deeds_by_kind(
    session: Session,
    actor: Actor,
    kind: str,
    *,
    after: tuple[dt.datetime, str] | None = None,
    limit: int = 30,
) -> list[DeedRow]:
    """The actor's deeds of one kind, newest first; keyset paging by (at, id)."""
    query = (
        sa.select(Deed.id, Deed.kind, Deed.reading_id, Deed.reading_group, Deed.at)
        .where(
            Deed.organisation_id == actor.organisation,
            Deed.member_id == actor.member,
            Deed.kind == kind,
        )
        .order_by(Deed.at.desc(), Deed.id.desc())
        .limit(limit)
    )
    if after is not None:
        at, last = after
        query = query.where(sa.or_(Deed.at < at, sa.and_(Deed.at == at, Deed.id < last)))
    return [DeedRow(*row) for row in session.execute(query)]


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """How many deeds of each kind the actor has; every kind is there."""
    found = session.execute(
        sa.select(Deed.kind, sa.func.count())
        .where(Deed.organisation_id == actor.organisation, Deed.member_id == actor.member)
        .group_by(Deed.kind)
    )
    known = {kind: int(number) for kind, number in found}
    return {kind: known.get(kind, 0) for kind in KINDS}


def place(session: Session, actor: Actor, slug: str) -> str | None:
    """The passage at which the actor last was in a text."""
    return session.scalar(
        sa.select(Place.passage_id).where(
            Place.organisation_id == actor.organisation,
            Place.member_id == actor.member,
            Place.text_slug == slug,
        )
    )


def delete_deed(session: Session, actor: Actor, kind: str, group: str) -> bool:
    """Whether there was one. Part of the caller's transaction."""
    gone = session.scalars(
        sa.delete(Deed)
        .where(
            Deed.organisation_id == actor.organisation,
            Deed.member_id == actor.member,
            Deed.kind == kind,
            Deed.reading_group == group,
        )
        .returning(Deed.id)
    ).all()
    return bool(gone)


def delete_place(session: Session, actor: Actor, slug: str) -> None:
    """Part of the caller's transaction."""
    session.execute(
        sa.delete(Place).where(
            Place.organisation_id == actor.organisation,
            Place.member_id == actor.member,
            Place.text_slug == slug,
        )
    )
