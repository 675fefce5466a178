"""Table of what members are told. Holds kinds and ids, never anybody's words."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base, OfOrganisation, UTCDateTime, belongs_to


class Notice(Base, OfOrganisation):
    __tablename__ = "notices"
    __table_args__ = (
        belongs_to("members", "member_id"),
        sa.Index("ix_notices_member", "organisation_id", "member_id", "at", "id"),
    )

    member_id: Mapped[str] = mapped_column(sa.String(32))  # who is told
    kind: Mapped[str] = mapped_column(sa.String(32))  # webapp/notices/kinds.py
    about: Mapped[str] = mapped_column(sa.String(80))  # "answer/<id>", "reflection/<id>", ...
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
