"""The table of the audit log."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base, OfOrganisation, UTCDateTime


class AuditEvent(Base, OfOrganisation):
    """What was done, by whom, to which thing. Rows are added and never changed.

    Triggers refuse anything else (migration 0010); a later migration that makes this
    table anew has to make them anew. No foreign keys: what happened stays true when
    a member or a unit is gone.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        sa.Index("ix_audit_events_at", "organisation_id", "at", "id"),
        sa.Index("ix_audit_events_about", "organisation_id", "about_kind", "about_id", "at"),
    )

    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)  # of a piece's author: the day alone
    # a member; None: the command line, or whoever wrote the piece
    by: Mapped[str | None] = mapped_column(sa.String(32))
    what: Mapped[str] = mapped_column(sa.String(40))  # e.g. "unit.moved"
    about_kind: Mapped[str | None] = mapped_column(sa.String(20))  # "unit", "member", ...
    about_id: Mapped[str | None] = mapped_column(sa.String(64))
    details: Mapped[dict[str, Any]] = mapped_column()  # ids, names of units; never words of a piece
