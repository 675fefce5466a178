"""SQL of reflections. Whatever others may see is asked for with the actor who asks."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from corpus import words
from webapp import clock
from webapp.access import Actor
from webapp.members.tables import Member
from webapp.reflections import wording
from webapp.reflections.publication import Publication
from webapp.reflections.tables import (
    Citation,
    Reflection,
    ReflectionTheme,
    ReflectionVersion,
)
from webapp.units.tables import Membership, Unit

EXCERPT_SOURCE = 4_000  # characters of a piece that a list reads for its excerpt
MOST_QUERY_WORDS = 64

Mark = tuple[dt.datetime, str]  # where a page of a list ended: (time, id)


# Who may read


def readable_by(actor: Actor) -> sa.ColumnElement[bool]:
    """Rows that the actor may read: `access.may_read_reflection` in SQL."""
    if actor.member is None:
        return sa.false()
    return sa.and_(
        Reflection.organisation_id == actor.organisation,
        sa.or_(
            Reflection.member_id == actor.member,
            sa.and_(
                Reflection.status == "submitted",
                sa.or_(
                    Reflection.audience.in_(("organisation", "anonymous")),
                    sa.and_(
                        Reflection.audience == "unit",
                        Reflection.unit_id.in_(sorted(actor.units)),
                    ),
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


def _selected(actor: Actor, *, whole: bool) -> sa.Select[Any]:
    is_draft = Reflection.status == "draft"
    body = sa.case((is_draft, Reflection.body), else_=Reflection.published_body)
    named = sa.or_(Reflection.member_id == actor.member, Reflection.audience != "anonymous")
    return (
        sa.select(
            Reflection.id,
            Reflection.status,
            Reflection.audience,
            sa.func.coalesce(Unit.name, ""),
            sa.case((is_draft, Reflection.title), else_=Reflection.published_title),
            # the name of an anonymous author never leaves the database
            sa.case((named, Member.name), else_=""),
            Reflection.member_id == actor.member,
            body if whole else sa.func.substr(body, 1, EXCERPT_SOURCE),
            Reflection.language,
            Reflection.themes,
            Reflection.text_slug,
            Reflection.text_title,
            Reflection.shown_at,
            sa.func.length(body),
            sa.and_(
                Reflection.member_id == actor.member,
                sa.or_(
                    Reflection.title != Reflection.published_title,
                    Reflection.body != Reflection.published_body,
                ),
            ),
        )
        .select_from(Reflection)
        .join(
            Member,
            sa.and_(
                Member.organisation_id == Reflection.organisation_id,
                Member.id == Reflection.member_id,
            ),
        )
        .outerjoin(
            Unit,
            sa.and_(
                Unit.organisation_id == Reflection.organisation_id,
                Unit.id == Reflection.unit_id,
                Reflection.audience == "unit",
            ),
        )
    )


def _shown(row: Sequence[Any]) -> Shown:
    values = list(row)
    values[6], values[9], values[14] = bool(values[6]), tuple(values[9] or ()), bool(values[14])
    return Shown(*values)


def readable(session: Session, actor: Actor, reflection_id: str) -> Shown | None:
    """One reflection, or None: unknown and not readable are the same answer."""
    row = session.execute(
        _selected(actor, whole=True).where(readable_by(actor), Reflection.id == reflection_id)
    ).first()
    return _shown(row) if row else None


def readable_among(
    session: Session, actor: Actor, ids: Collection[str], *, whole: bool = False
) -> dict[str, Shown]:
    """Of these, the submitted ones that the actor may read, by id."""
    if not ids:
        return {}
    rows = session.execute(
        _selected(actor, whole=whole).where(open_to(actor), Reflection.id.in_(list(ids)))
    )
    return {row[0]: _shown(row) for row in rows}


# Lists: newest first, a page at a time


def newest(
    session: Session,
    actor: Actor,
    *,
    theme: str | None = None,
    text_slug: str | None = None,
    after: Mark | None = None,
    limit: int = 20,
) -> list[Shown]:
    """Submitted pieces that the actor may read, newest first: all, of a theme, about a text."""
    query = _selected(actor, whole=False).where(open_to(actor))
    if theme is not None:
        query = query.where(
            sa.exists().where(
                ReflectionTheme.organisation_id == Reflection.organisation_id,
                ReflectionTheme.reflection_id == Reflection.id,
                ReflectionTheme.theme == theme,
            )
        )
    if text_slug is not None:
        query = query.where(_of_text(actor.organisation, text_slug))
    return _page(session, query, after, limit)


def citing(session: Session, actor: Actor, text_slug: str, limit: int = 10) -> list[Shown]:
    """Submitted pieces about a text or citing a passage of it, newest first."""
    return newest(session, actor, text_slug=text_slug, limit=limit)


def _of_text(organisation: str, text_slug: str) -> sa.ColumnElement[bool]:
    # two index look-ups together; an "or" would walk through every piece
    about = sa.select(Reflection.id).where(
        Reflection.organisation_id == organisation, Reflection.text_slug == text_slug
    )
    citing_it = sa.select(Citation.reflection_id).where(
        Citation.organisation_id == organisation, Citation.text_slug == text_slug
    )
    return Reflection.id.in_(sa.union(about, citing_it))


def _page(session: Session, query: sa.Select[Any], after: Mark | None, limit: int) -> list[Shown]:
    if after is not None:
        at, last = after
        query = query.where(
            sa.or_(
                Reflection.shown_at < at,
                sa.and_(Reflection.shown_at == at, Reflection.id < last),
            )
        )
    query = query.order_by(Reflection.shown_at.desc(), Reflection.id.desc()).limit(limit)
    return [_shown(row) for row in session.execute(query)]


def themes_in_use(session: Session, actor: Actor) -> list[tuple[str, int]]:
    """Themes of the pieces that the actor may read, with how many, most first."""
    number = sa.func.count()
    rows = session.execute(
        sa.select(ReflectionTheme.theme, number)
        .join(
            Reflection,
            sa.and_(
                Reflection.organisation_id == ReflectionTheme.organisation_id,
                Reflection.id == ReflectionTheme.reflection_id,
            ),
        )
        .where(open_to(actor))
        .group_by(ReflectionTheme.theme)
        .order_by(number.desc(), ReflectionTheme.theme)
    )
    return [(theme, count) for theme, count in rows]


# Word search


def search_words(
    session: Session, actor: Actor, query: str, *, after: Mark | None = None, limit: int = 20
) -> list[Shown]:
    """Pieces that the actor may read and that hold all words of the query, newest first.

    Not by relevance: the weight of a word would depend on pieces that the actor
    may not read, and change the order with them.
    """
    wanted = list(dict.fromkeys(words.tokens(query)))[:MOST_QUERY_WORDS]
    if not wanted:
        return []
    selected = _selected(actor, whole=False).where(
        open_to(actor), _has_words(session, actor.organisation, wanted)
    )
    return _page(session, selected, after, limit)


_WORDS = sa.table(
    "reflection_words",
    sa.column("rowid"),
    sa.column("words"),
    sa.column("organisation_id"),
    sa.column("reflection_id"),
)


def _has_words(session: Session, organisation: str, wanted: list[str]) -> sa.ColumnElement[bool]:
    if session.get_bind().dialect.name == "sqlite":
        expression = " ".join(f'"{word}"' for word in wanted)  # tokens hold no quotes
        return Reflection.id.in_(
            sa.select(_WORDS.c.reflection_id).where(
                sa.literal_column("reflection_words").op("match")(expression),
                _WORDS.c.organisation_id == organisation,
            )
        )
    simple: sa.ColumnElement[str] = sa.literal_column("'simple'")
    return sa.func.to_tsvector(simple, Reflection.search_text).op("@@")(
        sa.func.plainto_tsquery(simple, " ".join(wanted))
    )


def set_words(session: Session, reflection: Reflection, search_text: str) -> None:
    """The words by which a piece is found, "" for none. Part of the caller's transaction."""
    reflection.search_text = search_text
    if session.get_bind().dialect.name != "sqlite":
        return  # an index on the column does it
    row = _words_row(reflection.organisation_id, reflection.id)
    session.execute(sa.delete(_WORDS).where(_WORDS.c.rowid == row))
    if search_text:
        session.execute(
            sa.insert(_WORDS).values(
                rowid=row,
                words=search_text,
                organisation_id=reflection.organisation_id,
                reflection_id=reflection.id,
            )
        )


def _words_row(organisation: str, reflection_id: str) -> int:
    """The row of a piece in the words table: a positive 63-bit hash of its key."""
    digest = hashlib.blake2b(f"{organisation}\0{reflection_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


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
        )
        .outerjoin(
            Unit,
            sa.and_(
                Unit.organisation_id == Reflection.organisation_id,
                Unit.id == Reflection.unit_id,
            ),
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


# Who will be able to read


@dataclass(frozen=True)
class Readers:
    """A unit with the first names on its list of present members."""

    unit_id: str
    name: str
    count: int
    names: tuple[str, ...]


MOST_NAMES = 60


def readers_of_units(session: Session, actor: Actor) -> list[Readers]:
    """For each unit of the actor: its present members, the actor included, by name."""
    member_of = (
        sa.select(Membership.unit_id, Member.id.label("member_id"), Member.name)
        .join(
            Member,
            sa.and_(
                Member.organisation_id == Membership.organisation_id,
                Member.id == Membership.member_id,
            ),
        )
        .where(
            Membership.organisation_id == actor.organisation,
            Membership.unit_id.in_(sorted(actor.units)),
            Membership.until.is_(None),
            Member.left_at.is_(None),
        )
        .distinct()
        .subquery()
    )
    numbered = sa.select(
        member_of.c.unit_id,
        member_of.c.name,
        sa.func.row_number()
        .over(partition_by=member_of.c.unit_id, order_by=(member_of.c.name, member_of.c.member_id))
        .label("place"),
        sa.func.count().over(partition_by=member_of.c.unit_id).label("of"),
    ).subquery()
    names: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    for unit_id, name, of in session.execute(
        sa.select(numbered.c.unit_id, numbered.c.name, numbered.c.of)
        .where(numbered.c.place <= MOST_NAMES)
        .order_by(numbered.c.unit_id, numbered.c.place)
    ):
        names.setdefault(unit_id, []).append(name)
        counts[unit_id] = of
    units = session.execute(
        sa.select(Unit.id, Unit.name)
        .where(Unit.organisation_id == actor.organisation, Unit.id.in_(sorted(actor.units)))
        .order_by(Unit.name, Unit.id)
    )
    return [Readers(i, name, counts.get(i, 0), tuple(names.get(i, ()))) for i, name in units]


def member_count(session: Session, organisation: str) -> int:
    return int(
        session.scalar(
            sa.select(sa.func.count())
            .select_from(Member)
            .where(Member.organisation_id == organisation, Member.left_at.is_(None))
        )
        or 0
    )


# The shared index


def publication(session: Session, organisation: str, reflection_id: str) -> Publication | None:
    """The truth that the shared index must follow; None when the piece is gone."""
    row = session.execute(
        sa.select(
            Reflection.id,
            Reflection.published_version,
            Reflection.status,
            Reflection.audience,
            Reflection.published_title,
            Reflection.published_body,
            Member.name,
            Reflection.language,
            Reflection.themes,
            Reflection.shown_at,
        )
        .join(
            Member,
            sa.and_(
                Member.organisation_id == Reflection.organisation_id,
                Member.id == Reflection.member_id,
            ),
        )
        .where(Reflection.organisation_id == organisation, Reflection.id == reflection_id)
    ).first()
    if row is None:
        return None
    shown = row.shown_at.astimezone(clock.zone()).date() if row.shown_at else None
    return Publication(*row[:8], themes=tuple(row.themes or ()), published_on=shown)


def note_indexed(session: Session, organisation: str, reflection_id: str, version: int) -> bool:
    """Note that the index agrees with this version of the truth; False when the
    truth has moved on meanwhile. Part of the caller's transaction."""
    done = session.execute(
        sa.update(Reflection)
        .where(
            Reflection.organisation_id == organisation,
            Reflection.id == reflection_id,
            Reflection.published_version == version,
        )
        .values(indexed_version=version)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def behind_index(session: Session, *, limit: int = 10_000) -> list[tuple[str, str]]:
    """(organisation, id) of pieces whose index entry may differ from the truth."""
    rows = session.execute(
        sa.select(Reflection.organisation_id, Reflection.id)
        .where(Reflection.published_version != Reflection.indexed_version)
        .order_by(Reflection.organisation_id, Reflection.id)
        .limit(limit)
    )
    return [(organisation, reflection_id) for organisation, reflection_id in rows]


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
