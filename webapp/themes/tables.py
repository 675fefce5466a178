"""Tables of reading lists: kept answers to a question, and organizers' theme lists."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base, OfOrganisation, UTCDateTime, belongs_to


class ReadingList(Base, OfOrganisation):
    """An ordered choice of readings: the kept answer to a question, private until
    its author shares it, or a theme list that an organizer gives to units."""

    __tablename__ = "reading_lists"
    __table_args__ = (
        belongs_to("members", "member_id"),
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
    starts_on: Mapped[dt.date | None] = mapped_column(sa.Date)  # of a theme list with weeks
    # vectors of the question; they live and die with it
    prepared: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)


class ListItem(Base):
    """A reading on a list, with its own copy of what was quoted: a reading may be
    withdrawn, the list still says what it was."""

    __tablename__ = "reading_list_items"
    __table_args__ = (belongs_to("reading_lists", "list_id"),)

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
    question: Mapped[str] = mapped_column(
        sa.Text, default="", server_default=sa.text("''")
    )  # to think about
    part: Mapped[bool] = mapped_column(default=False, server_default=sa.false())  # of the text
    week: Mapped[int | None]  # after `starts_on`, 0 first


class ListUnit(Base):
    """A further unit that a list for a unit is given to."""

    __tablename__ = "reading_list_units"
    __table_args__ = (
        belongs_to("reading_lists", "list_id"),
        belongs_to("units", "unit_id"),
        sa.Index("ix_reading_list_units_unit", "organisation_id", "unit_id"),
    )

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    list_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    unit_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)


class ThemeDraft(Base, OfOrganisation):
    """A theme list that organizers are working on. What they publish is copied into
    the reading list of the same id; nothing else ever reads a draft."""

    __tablename__ = "theme_drafts"
    __table_args__ = (
        belongs_to("members", "member_id"),
        sa.Index("ix_theme_drafts_changed", "organisation_id", "changed_at", "id"),
    )

    member_id: Mapped[str] = mapped_column(sa.String(32))  # who began it
    title: Mapped[str] = mapped_column(sa.String(200))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    brief: Mapped[dict[str, Any]] = mapped_column(default=dict)  # see `drafts.Brief`
    items: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # see `drafts.DraftItem`
    dropped: Mapped[list[str]] = mapped_column(default=list)  # texts not to be proposed again
    version: Mapped[int] = mapped_column(default=1)  # of every change, to compare by
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class ListVersion(Base):
    """A theme list as it was published, for those who began it then."""

    __tablename__ = "reading_list_versions"
    __table_args__ = (belongs_to("reading_lists", "list_id"),)

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    list_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    items: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    starts_on: Mapped[dt.date | None] = mapped_column(sa.Date)
    published_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class ListWish(Base, OfOrganisation):
    """A reading that a member would like on a theme list, and what organizers answer.
    Nobody is shown who wished it."""

    __tablename__ = "reading_list_wishes"
    __table_args__ = (
        belongs_to("reading_lists", "list_id"),
        belongs_to("members", "member_id"),
        sa.UniqueConstraint("organisation_id", "list_id", "reading_group"),
        sa.CheckConstraint("status in ('open', 'taken', 'declined')", name="status"),
    )

    list_id: Mapped[str] = mapped_column(sa.String(32))
    member_id: Mapped[str] = mapped_column(sa.String(32))
    reading_group: Mapped[str] = mapped_column(sa.String(120))  # a text of the library
    title: Mapped[str] = mapped_column(sa.String(300))
    why: Mapped[str] = mapped_column(sa.Text, default="")
    status: Mapped[str] = mapped_column(sa.String(16), default="open")
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    answered_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class ListWishToo(Base):
    """A member who would like that reading too."""

    __tablename__ = "reading_list_wishes_too"
    __table_args__ = (
        belongs_to("reading_list_wishes", "wish_id"),
        belongs_to("members", "member_id"),
    )

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    wish_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    member_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)


class ListBegun(Base):
    """Which version of a theme list a member is working through; nobody else sees it."""

    __tablename__ = "reading_lists_begun"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["organisation_id", "list_id", "number"],
            [
                "reading_list_versions.organisation_id",
                "reading_list_versions.list_id",
                "reading_list_versions.number",
            ],
            ondelete="CASCADE",
        ),
        belongs_to("members", "member_id"),
    )

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    list_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    member_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    number: Mapped[int]
    begun_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
