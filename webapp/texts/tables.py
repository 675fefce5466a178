"""Tables of what organizers decided of texts, and of the files they brought."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base, OfOrganisation, UTCDateTime


class TextDecision(Base):
    """What organizers decided of a text, now. The library has a copy and can be
    built again; this is the original."""

    __tablename__ = "text_decisions"

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    decided: Mapped[dict[str, Any]] = mapped_column()  # field -> value; see webapp/texts/decided.py
    version: Mapped[int] = mapped_column()  # raised by every change
    applied: Mapped[int] = mapped_column()  # the version that the library was last given
    changed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    # No foreign keys: a decision outlives the membership of whoever made it.
    changed_by: Mapped[str | None] = mapped_column(sa.String(32))


class TextChange(Base, OfOrganisation):
    """One change, of one text or of many at once, with what it takes to undo it."""

    __tablename__ = "text_changes"
    __table_args__ = (sa.Index("ix_text_changes_at", "organisation_id", "at", "id"),)

    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    by: Mapped[str | None] = mapped_column(sa.String(32))
    kind: Mapped[str] = mapped_column(sa.String(16))  # confirm, edit, withdraw, undo...
    # slug -> {"before": {field: value}, "after": {field: value}}; a field that
    # stands on one side only was not decided on the other
    batch: Mapped[dict[str, Any]] = mapped_column()
    undoes: Mapped[str | None] = mapped_column(sa.String(32))
    undone_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class Upload(Base, OfOrganisation):
    """A file that an organizer brought, and what became of it."""

    __tablename__ = "uploads"
    __table_args__ = (
        sa.Index("ix_uploads_at", "organisation_id", "at", "id"),
        sa.CheckConstraint("state in ('waiting', 'reading', 'done', 'failed')", name="state"),
    )

    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    by: Mapped[str | None] = mapped_column(sa.String(32))
    name: Mapped[str] = mapped_column(sa.String(300))  # as it is shown
    path: Mapped[str] = mapped_column(sa.Text)  # below the data folder
    size: Mapped[int] = mapped_column(sa.BigInteger)
    replaces: Mapped[bool] = mapped_column()  # a text whose file has the same name
    state: Mapped[str] = mapped_column(sa.String(16))
    # one for a file, several for a zip: name, outcome, why, slug, title
    outcomes: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    seen_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)  # when reading it began
    tries: Mapped[int] = mapped_column(default=0)
