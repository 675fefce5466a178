"""The list of suggestions that a member sees all day, and how the member steers it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base, OfOrganisation, UTCDateTime, belongs_to


class DayList(Base):
    """One member's list of one day. Private.

    Kept, so that the list stays the same all day; `profile_stamp` tells whether
    the member has since changed what suggestions are made from.
    """

    __tablename__ = "day_lists"
    __table_args__ = (belongs_to("members", "member_id"),)

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    member_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    day: Mapped[dt.date] = mapped_column(sa.Date, primary_key=True)
    profile_stamp: Mapped[int] = mapped_column()
    model: Mapped[str] = mapped_column(sa.String(160))
    cards: Mapped[list[dict[str, Any]]] = mapped_column()
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class Steer(Base, OfOrganisation):
    """What a member said of the suggestions: more or less like a reading, not an
    author, not a theme. Private. Undone, it is deleted.

    "Not this text" is the deed `set_aside` (webapp/readings/tables.py).
    """

    __tablename__ = "steers"
    __table_args__ = (
        belongs_to("members", "member_id"),
        sa.UniqueConstraint("organisation_id", "member_id", "kind", "target"),
        sa.CheckConstraint("kind in ('more', 'less', 'not_author', 'not_theme')", name="kind"),
    )

    member_id: Mapped[str] = mapped_column(sa.String(32))
    kind: Mapped[str] = mapped_column(sa.String(16))
    # a reading's id ("text-slug/2.1", "reflection/<id>"), an author's name, or a theme's id
    target: Mapped[str] = mapped_column(sa.String(300))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
