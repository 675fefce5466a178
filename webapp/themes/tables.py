"""Tables of reading lists: kept answers to a question, and organizers' theme lists."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base, OfOrganisation, UTCDateTime


class ReadingList(Base, OfOrganisation):
    """An ordered choice of readings: the kept answer to a question, private until
    its author shares it, or a theme list that an organizer gives to units."""

    __tablename__ = "reading_lists"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            ondelete="CASCADE",
        ),
        sa.Index("ix_reading_lists_member", "organisation_id", "member_id", "made_at", "id"),
        sa.Index("ix_reading_lists_unit", "organisation_id", "audience", "unit_id"),
        sa.CheckConstraint("audience in ('private', 'unit', 'organisation')", name="audience"),
        sa.CheckConstraint("audience != 'unit' or unit_id is not null", name="unit"),
    )

    member_id: Mapped[str] = mapped_column(sa.String(32))  # who made it
    title: Mapped[str] = mapped_column(sa.String(200))
    question: Mapped[str] = mapped_column(sa.Text, default="")  # as it was asked
    # readers other than its author see the question only where the author said so
    question_shown: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    note: Mapped[str] = mapped_column(sa.Text, default="")
    # what the library does not answer, in words of the question
    unanswered: Mapped[list[str]] = mapped_column(default=list)
    theme_list: Mapped[bool] = mapped_column(default=False)  # an organizer's, for study
    audience: Mapped[str] = mapped_column(sa.String(16), default="private")
    unit_id: Mapped[str | None] = mapped_column(sa.String(32))
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    shared_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    # vectors of the question; they live and die with it
    prepared: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)


class ListItem(Base):
    """A reading on a list, with its own copy of what was quoted: a reading may be
    withdrawn, the list still says what it was."""

    __tablename__ = "reading_list_items"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["organisation_id", "list_id"],
            ["reading_lists.organisation_id", "reading_lists.id"],
            ondelete="CASCADE",
        ),
    )

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    list_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    reading_id: Mapped[str] = mapped_column(sa.String(160))
    reading_group: Mapped[str] = mapped_column(sa.String(120))
    title: Mapped[str] = mapped_column(sa.String(300))
    sentence: Mapped[str] = mapped_column(sa.Text, default="")  # of the reading, that answers
    covers: Mapped[list[str]] = mapped_column(default=list)  # words of the question it speaks to
    minutes: Mapped[int] = mapped_column(default=1)
    note: Mapped[str] = mapped_column(sa.Text, default="")
