"""SQL of reflections. Whatever others may see is asked for with the actor who asks."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.community import named_by
from webapp.members.tables import Member
from webapp.reflections import wording
from webapp.reflections.experiences import Details
from webapp.reflections.tables import (
    Citation,
    Experience,
    Reflection,
    ReflectionVersion,
)
from webapp.units.tables import Unit

EXCERPT_SOURCE = 4_000  # characters of a piece that a list reads for its excerpt

Mark = tuple[dt.datetime, str]  # where a page of a list ended: (time, id)


# Who may read


@lru_cache(maxsize=128)  # a page asks it some five times
def readable_by(actor: Actor) -> sa.ColumnElement[bool]:
    """Rows that the actor may read: `access.may_read_reflection` in SQL."""
    if actor.member is None:
        return sa.false()
    return _readable_by(actor.organisation, actor.member, sorted(actor.units))


def _readable_by(organisation: Any, member: Any, units: Any) -> sa.ColumnElement[bool]:
    """The rule for values, or for parameters of a statement that is built once."""
    return sa.and_(
        Reflection.organisation_id == organisation,
        sa.or_(
            Reflection.member_id == member,
            sa.and_(
                Reflection.status == "submitted",
                Reflection.hidden_at.is_(None),
                sa.or_(
                    Reflection.audience.in_(("organisation", "anonymous")),
                    sa.and_(Reflection.audience == "unit", Reflection.unit_id.in_(units)),
                ),
            ),
        ),
    )


def open_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Submitted pieces that the actor may read: what lists and searches hold."""
    return sa.and_(Reflection.status == "submitted", readable_by(actor))


@dataclass(frozen=True)
class Shown:
    """A reflection as a reader sees it: the published copy (a draft, which only
    its author gets, shows the draft)."""

    id: str
    status: str
    audience: str | None
    unit: str  # its name, for audience "unit"
    title: str
    author: str  # "" when the name is not shown to this reader
    mine: bool
    body: str  # in lists: the beginning
    language: str
    themes: tuple[str, ...]
    text_slug: str | None
    text_title: str | None
    shown_at: dt.datetime | None
    length: int  # characters of the whole body
    changed_since: bool  # the draft has gone on since it was published; author only
    hidden: bool  # by an organizer; nobody but its author gets such a piece
    genre: str = "reflection"
    place: str = ""  # of an experience: where
    people: str = ""  # who took part, where they agreed to be named
    lesson: str = ""
    roles: tuple[str, ...] = ()  # for whom it may be useful

    @property
    def excerpt(self) -> str:
        return wording.excerpt(self.body)

    @property
    def minutes(self) -> int:
        """Reading time of the whole piece, from its length if only the beginning is here."""
        here = wording.reading_minutes(self.body, self.language)
        return (
            here
            if len(self.body) >= self.length
            else max(1, round(self.length / len(self.body) * here))
        )

    @property
    def mark(self) -> Mark:
        assert self.shown_at is not None
        return self.shown_at, self.id


def selected(actor: Actor, *, whole: bool) -> sa.Select[Any]:
    return _selected(actor.member, whole=whole)


def _selected(member: Any, *, whole: bool) -> sa.Select[Any]:
    """For a value, or for the parameter of a statement that is built once."""
    is_draft = Reflection.status == "draft"
    body = sa.case((is_draft, Reflection.body), else_=Reflection.published_body)
    named = sa.or_(Reflection.member_id == member, Reflection.audience != "anonymous")
    return (
        sa.select(
            Reflection.id,
            Reflection.status,
            Reflection.audience,
            sa.func.coalesce(Unit.name, ""),
            sa.case((is_draft, Reflection.title), else_=Reflection.published_title),
            # the name of an anonymous author never leaves the database
            sa.case((named, Member.name), else_=""),
            Reflection.member_id == member,
            body if whole else sa.func.substr(body, 1, EXCERPT_SOURCE),
            Reflection.language,
            Reflection.themes,
            Reflection.text_slug,
            Reflection.text_title,
            Reflection.shown_at,
            sa.func.length(body),
            sa.and_(
                Reflection.member_id == member,
                sa.or_(
                    Reflection.title != Reflection.published_title,
                    Reflection.body != Reflection.published_body,
                ),
            ),
            Reflection.hidden_at.is_not(None),
            Reflection.genre,
            sa.func.coalesce(Experience.place, ""),
            # names of people who did not agree never leave the database
            sa.case((Experience.people_agree, Experience.people), else_=""),
            sa.func.coalesce(Experience.lesson, ""),
            Experience.roles,
        )
        .select_from(Reflection)
        .join(
            Member,
            named_by(Member, Reflection.member_id),
        )
        .outerjoin(
            Unit,
            sa.and_(
                Unit.organisation_id == Reflection.organisation_id,
                Unit.id == Reflection.unit_id,
                Reflection.audience == "unit",
            ),
        )
        .outerjoin(
            Experience,
            named_by(Reflection, Experience.reflection_id),
        )
    )


def shown(row: Sequence[Any]) -> Shown:
    values = list(row)
    values[6], values[9] = bool(values[6]), tuple(values[9] or ())
    values[14], values[15] = bool(values[14]), bool(values[15])
    values[20] = tuple(values[20] or ())
    return Shown(*values)


def readable(session: Session, actor: Actor, reflection_id: str) -> Shown | None:
    """One reflection, or None: unknown and not readable are the same answer."""
    row = session.execute(
        selected(actor, whole=True).where(readable_by(actor), Reflection.id == reflection_id)
    ).first()
    return shown(row) if row else None


def readable_among(
    session: Session, actor: Actor, ids: Collection[str], *, whole: bool = False
) -> dict[str, Shown]:
    """Of these, the submitted ones that the actor may read, by id."""
    if not ids or actor.member is None:
        return {}
    asked = {
        "organisation": actor.organisation,
        "member": actor.member,
        "units": sorted(actor.units),
        "ids": list(ids),
    }
    rows = session.execute(_AMONG[whole], asked)
    # The state is asked here: in the statement SQLite would go through all that is
    # submitted instead of taking these by their ids.
    return {row[0]: shown(row) for row in rows if row[1] == "submitted"}


# Built once, with the words or only their beginning: to build them took longer than the
# database.
_AMONG = {
    whole: _selected(sa.bindparam("member"), whole=whole).where(
        _readable_by(
            sa.bindparam("organisation"),
            sa.bindparam("member"),
            sa.bindparam("units", expanding=True),
        ),
        Reflection.id.in_(sa.bindparam("ids", expanding=True)),
    )
    for whole in (False, True)
}


# The author's own


@dataclass(frozen=True)
class MineRow:
    """One of the author's own pieces in a list."""

    id: str
    title: str
    status: str
    audience: str | None
    unit: str
    text_title: str | None
    updated_at: dt.datetime
    beginning: str
    changed_since: bool
    genre: str
    hidden: bool  # by an organizer

    @property
    def excerpt(self) -> str:
        return wording.excerpt(self.beginning)


def mine(
    session: Session, actor: Actor, *, after: Mark | None = None, limit: int = 30
) -> list[MineRow]:
    """The actor's own pieces in any state, the last changed first."""
    query = (
        sa.select(
            Reflection.id,
            Reflection.title,
            Reflection.status,
            Reflection.audience,
            sa.func.coalesce(Unit.name, ""),
            Reflection.text_title,
            Reflection.updated_at,
            sa.func.substr(Reflection.body, 1, EXCERPT_SOURCE),
            sa.and_(
                Reflection.status == "submitted",
                sa.or_(
                    Reflection.title != Reflection.published_title,
                    Reflection.body != Reflection.published_body,
                ),
            ),
            Reflection.genre,
            Reflection.hidden_at.is_not(None),
        )
        .outerjoin(
            Unit,
            named_by(Unit, Reflection.unit_id),
        )
        .where(
            Reflection.organisation_id == actor.organisation,
            Reflection.member_id == actor.member,
        )
        .order_by(Reflection.updated_at.desc(), Reflection.id.desc())
        .limit(limit)
    )
    if after is not None:
        at, last = after
        query = query.where(
            sa.or_(
                Reflection.updated_at < at,
                sa.and_(Reflection.updated_at == at, Reflection.id < last),
            )
        )
    return [MineRow(*row) for row in session.execute(query)]


def own(
    session: Session, actor: Actor, reflection_id: str, *, to_change: bool = False
) -> Reflection | None:
    """The actor's own reflection, or None. `to_change`: nobody else changes it
    until the transaction ends."""
    if actor.member is None:
        return None
    query = (
        sa.select(Reflection)
        .where(
            Reflection.organisation_id == actor.organisation,
            Reflection.id == reflection_id,
            Reflection.member_id == actor.member,
        )
        .execution_options(populate_existing=True)
    )
    return session.scalars(query.with_for_update() if to_change else query).first()


def draft_about(session: Session, actor: Actor, text_slug: str) -> tuple[str, str] | None:
    """Id and title of the actor's newest draft about a text."""
    row = session.execute(
        sa.select(Reflection.id, Reflection.title)
        .where(
            Reflection.organisation_id == actor.organisation,
            Reflection.member_id == actor.member,
            Reflection.text_slug == text_slug,
            Reflection.status == "draft",
        )
        .order_by(Reflection.updated_at.desc(), Reflection.id)
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None


@dataclass(frozen=True)
class VersionRow:
    id: str
    number: int
    title: str
    cause: str
    at: dt.datetime


def versions(session: Session, reflection: Reflection, *, limit: int = 200) -> list[VersionRow]:
    """Kept states of a draft, newest first, without their words."""
    rows = session.execute(
        sa.select(
            ReflectionVersion.id,
            ReflectionVersion.number,
            ReflectionVersion.title,
            ReflectionVersion.cause,
            ReflectionVersion.at,
        )
        .where(
            ReflectionVersion.organisation_id == reflection.organisation_id,
            ReflectionVersion.reflection_id == reflection.id,
        )
        .order_by(
            ReflectionVersion.at.desc(), ReflectionVersion.number.desc(), ReflectionVersion.id
        )
        .limit(limit)
    )
    return [VersionRow(*row) for row in rows]


def version(session: Session, reflection: Reflection, version_id: str) -> ReflectionVersion | None:
    return session.scalars(
        sa.select(ReflectionVersion).where(
            ReflectionVersion.organisation_id == reflection.organisation_id,
            ReflectionVersion.reflection_id == reflection.id,
            ReflectionVersion.id == version_id,
        )
    ).first()


def citations(session: Session, organisation: str, reflection_id: str) -> list[Citation]:
    """What a submitted piece cites, in order. Ask only for a piece that may be read."""
    return list(
        session.scalars(
            sa.select(Citation)
            .where(
                Citation.organisation_id == organisation, Citation.reflection_id == reflection_id
            )
            .order_by(Citation.position)
        )
    )


def details_of(session: Session, piece: Reflection) -> Details:
    """What an experience says beside its telling, as its author wrote it: ask only for
    the author's own piece. Empty for other pieces."""
    row = session.get(Experience, (piece.organisation_id, piece.id), populate_existing=True)
    if row is None:
        return Details()
    return Details(
        place=row.place,
        people=row.people,
        people_agree=row.people_agree,
        lesson=row.lesson,
        roles=tuple(row.roles),
        themes=tuple(row.themes),
    )


def keep_details(session: Session, piece: Reflection, details: Details) -> None:
    """Part of the caller's transaction."""
    key = {"organisation_id": piece.organisation_id, "reflection_id": piece.id}
    row = session.get(Experience, tuple(key.values()), populate_existing=True)
    if row is None:
        row = Experience(**key)
        session.add(row)
    row.place, row.people, row.people_agree = details.place, details.people, details.people_agree
    row.lesson, row.roles, row.themes = details.lesson, list(details.roles), list(details.themes)
    session.flush()


# Marks of pages


def mark_text(mark: Mark) -> str:
    """A page's mark for an address."""
    at, last = mark
    return base64.urlsafe_b64encode(f"{at.isoformat()} {last}".encode()).decode().rstrip("=")


def mark_of(text: str) -> Mark | None:
    """The mark in an address; None when there is none to be had."""
    try:
        raw = base64.urlsafe_b64decode(text[:200] + "=" * (-len(text[:200]) % 4)).decode()
        at, last = raw.split(" ")
        moment = dt.datetime.fromisoformat(at)
        if moment.tzinfo is None or "\x00" in last:
            return None
        return moment.astimezone(dt.UTC), last[:32]
    except (ValueError, OverflowError):
        return None
