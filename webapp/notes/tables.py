"""Notes: a member's private journal. No page, index or count of others touches it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base, OfOrganisation, UTCDateTime, belongs_to


class Note(Base, OfOrganisation):
    __tablename__ = "notes"
    __table_args__ = (
        belongs_to("members", "member_id"),
        sa.Index("ix_notes_mine", "organisation_id", "member_id", "updated_at", "id"),
    )

    member_id: Mapped[str] = mapped_column(sa.String(32))
    title: Mapped[str] = mapped_column(sa.String(300), default="")
    body: Mapped[str] = mapped_column(sa.Text, default="")
    text_slug: Mapped[str | None] = mapped_column(sa.String(120))
    passage_id: Mapped[str | None] = mapped_column(sa.String(160))
    version: Mapped[int] = mapped_column(default=0)
    prepared: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
