"""Tables of what a member did with readings, and where in a text they are."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base, OfOrganisation, UTCDateTime, belongs_to


class Deed(Base, OfOrganisation):
    """What a member did with a reading: read, saved, set_aside. Private.

    An undone deed is deleted: nobody needs to know that it was.
    """

    __tablename__ = "deeds"
    __table_args__ = (
        belongs_to("members", "member_id"),
        sa.UniqueConstraint("organisation_id", "member_id", "kind", "reading_group"),
    )

    member_id: Mapped[str] = mapped_column(sa.String(32))
    kind: Mapped[str] = mapped_column(sa.String(16))  # read | saved | set_aside
    reading_id: Mapped[str] = mapped_column(sa.String(160))  # the passage, or the reflection
    reading_group: Mapped[str] = mapped_column(
        sa.String(120)
    )  # the text's slug, or "reflection/<id>"
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class Place(Base):
    """Where a member is in a text. Private."""

    __tablename__ = "places"
    __table_args__ = (belongs_to("members", "member_id"),)

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    member_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    text_slug: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    passage_id: Mapped[str] = mapped_column(sa.String(160))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
