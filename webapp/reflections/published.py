"""SQL of what the shared index and the word index must follow. Asked by jobs, not by readers."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp import clock
from webapp.community import named_by
from webapp.members.tables import Member
from webapp.reflections.publication import Publication
from webapp.reflections.tables import Experience, Reflection

# The words by which a piece is found

# The words table of SQLite; PostgreSQL has an index on the column.
WORDS = sa.table(
    "reflection_words",
    sa.column("rowid"),
    sa.column("words"),
    sa.column("organisation_id"),
    sa.column("reflection_id"),
)


def set_words(session: Session, reflection: Reflection, search_text: str) -> None:
    """The words by which a piece is found, "" for none. Part of the caller's transaction."""
    reflection.search_text = search_text
    if session.get_bind().dialect.name != "sqlite":
        return  # an index on the column does it
    row = _words_row(reflection.organisation_id, reflection.id)
    session.execute(sa.delete(WORDS).where(WORDS.c.rowid == row))
    if search_text:
        session.execute(
            sa.insert(WORDS).values(
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


# The shared index


def publication(session: Session, organisation: str, reflection_id: str) -> Publication | None:
    """The truth that the shared index must follow; None when the piece is gone."""
    row = session.execute(
        sa.select(
            Reflection.id,
            Reflection.published_version,
            sa.case((Reflection.hidden_at.is_not(None), "hidden"), else_=Reflection.status),
            Reflection.audience,
            Reflection.published_title,
            Reflection.published_body,
            Member.name,
            Reflection.language,
            Reflection.themes,
            Reflection.shown_at,
            Reflection.genre,
            sa.func.coalesce(Experience.lesson, "").label("lesson"),
            Experience.roles,
        )
        .join(
            Member,
            named_by(Member, Reflection.member_id),
        )
        .outerjoin(
            Experience,
            named_by(Reflection, Experience.reflection_id),
        )
        .where(Reflection.organisation_id == organisation, Reflection.id == reflection_id)
    ).first()
    if row is None:
        return None
    shown = row.shown_at.astimezone(clock.zone()).date() if row.shown_at else None
    return Publication(
        id=row.id,
        version=row.published_version,
        status=row[2],
        audience=row.audience,
        title=row.published_title,
        body=row.published_body,
        author=row.name,
        language=row.language,
        themes=tuple(row.themes or ()),
        published_on=shown,
        genre=row.genre,
        lesson=row.lesson,
        roles=tuple(row.roles or ()),
    )


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
