"""Tables of imports: what was sent, and what it made, so that it can be taken back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base, OfOrganisation, UTCDateTime, belongs_to


class PeopleImport(Base, OfOrganisation):
    """A table of people that was sent. Nothing of it counts until it is `done`."""

    __tablename__ = "people_imports"
    __table_args__ = (
        sa.CheckConstraint("status in ('waiting', 'done', 'undone')", name="status"),
        sa.Index("ix_people_imports_made", "organisation_id", "made_at", "id"),
    )

    # No foreign key: what was imported stays known when the administrator has gone.
    by: Mapped[str] = mapped_column(sa.String(32))
    name: Mapped[str] = mapped_column(sa.String(200))  # of the file
    status: Mapped[str] = mapped_column(sa.String(16), default="waiting")
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)  # done, or undone
    # The rows of the file: kept until it is done, and no longer.
    sheet: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    choices: Mapped[dict[str, Any]] = mapped_column()  # columns, unknown words, where units go
    summary: Mapped[dict[str, Any]] = mapped_column()  # how many of what were made


class ImportedThing(Base):
    """Something that an import made (`before` is null) or changed."""

    __tablename__ = "people_imported"
    __table_args__ = (
        belongs_to("people_imports", "import_id"),
        sa.Index("ix_people_imported_thing", "organisation_id", "kind", "thing_id"),
    )

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    import_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    # "kind", "role", "unit", "member", "membership" or "appointment"
    kind: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    thing_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
