"""Tables of requirements, and of what organizers enter for others: attendance, and
pieces by people without an account. Progress has no table: it is computed."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base, OfOrganisation, UTCDateTime, belongs_to


class Requirement(Base, OfOrganisation):
    """What a unit asks, of itself and all units below. What it says stands in its
    versions; it is withdrawn from a day on, and never deleted."""

    __tablename__ = "requirements"
    __table_args__ = (
        belongs_to("units", "unit_id"),
        sa.Index("ix_requirements_unit", "organisation_id", "unit_id"),
        sa.Index("ix_requirements_replaces", "organisation_id", "replaces_id"),
    )

    unit_id: Mapped[str] = mapped_column(sa.String(32))
    # The requirement of a unit above that this one stands in for, here and below.
    replaces_id: Mapped[str | None] = mapped_column(sa.String(32))
    withdrawn_from: Mapped[dt.date | None] = mapped_column(sa.Date)  # no longer asked then
    withdrawn_why: Mapped[str] = mapped_column(sa.Text, default="")
    made_by: Mapped[str | None] = mapped_column(sa.String(32))  # no foreign key: it outlives them
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class RequirementVersion(Base):
    """What a requirement says from a day on, until the next version. Never changed:
    what was asked last quarter stays as it was."""

    __tablename__ = "requirement_versions"
    __table_args__ = (
        belongs_to("requirements", "requirement_id"),
        sa.CheckConstraint("pace in ('once', 'week', 'month', 'quarter')", name="pace"),
        sa.CheckConstraint("content in ('own', 'themes', 'readings', 'list')", name="content"),
        sa.CheckConstraint(
            "answered_by in ('reader', 'organizer', 'leading_group')", name="answered_by"
        ),
        sa.CheckConstraint("accepted_when in ('answered', 'accepted')", name="accepted_when"),
        sa.CheckConstraint("ends_on is null or ends_on >= starts_on", name="period"),
    )

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    requirement_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    from_day: Mapped[dt.date] = mapped_column(sa.Date)
    title: Mapped[str] = mapped_column(sa.String(200))
    guidance: Mapped[str] = mapped_column(sa.Text, default="")
    # For whom: everybody in the unit and below, or only ...
    unit_kind: Mapped[str | None] = mapped_column(sa.String(60))  # in units of this kind
    role_id: Mapped[str | None] = mapped_column(sa.String(64))  # with this given role
    # Time
    starts_on: Mapped[dt.date] = mapped_column(sa.Date)
    ends_on: Mapped[dt.date | None] = mapped_column(sa.Date)
    pace: Mapped[str] = mapped_column(sa.String(16))
    # Content
    content: Mapped[str] = mapped_column(sa.String(16))
    themes: Mapped[list[str]] = mapped_column(default=list)
    readings: Mapped[list[str]] = mapped_column(default=list)  # texts by slug; of a list its copy
    list_id: Mapped[str | None] = mapped_column(sa.String(32))  # no foreign key: it may go
    list_title: Mapped[str] = mapped_column(sa.String(200), default="")
    genres: Mapped[list[str]] = mapped_column(default=list)  # kinds of piece; none: any
    # Method and quantity, in each span of time
    read: Mapped[int] = mapped_column(default=0)
    write: Mapped[int] = mapped_column(default=0)
    discuss: Mapped[int] = mapped_column(default=0)
    attend: Mapped[int] = mapped_column(default=0)
    practise: Mapped[int] = mapped_column(default=0)
    # Assessment
    answered_by: Mapped[str] = mapped_column(sa.String(16))
    accepted_when: Mapped[str] = mapped_column(sa.String(16))
    may_replace: Mapped[bool] = mapped_column(default=False)  # units below may
    reason: Mapped[str] = mapped_column(sa.Text, default="")  # of the change or replacement
    made_by: Mapped[str | None] = mapped_column(sa.String(32))
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class Attendance(Base, OfOrganisation):
    """Somebody attended something, as an organizer of the unit entered it."""

    __tablename__ = "attendances"
    __table_args__ = (
        belongs_to("units", "unit_id"),
        belongs_to("members", "member_id"),
        sa.Index("ix_attendances_unit", "organisation_id", "unit_id", "day", "id"),
        sa.Index("ix_attendances_member", "organisation_id", "member_id", "day"),
        sa.CheckConstraint("(member_id is null) <> (name = '')", name="somebody"),
    )

    unit_id: Mapped[str] = mapped_column(sa.String(32))
    member_id: Mapped[str | None] = mapped_column(sa.String(32))
    name: Mapped[str] = mapped_column(sa.String(120), default="")  # of a guest
    what: Mapped[str] = mapped_column(sa.String(200))
    day: Mapped[dt.date] = mapped_column(sa.Date)
    minutes: Mapped[int | None] = mapped_column()
    entered_by: Mapped[str | None] = mapped_column(sa.String(32))
    entered_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    objected_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    objection: Mapped[str] = mapped_column(sa.Text, default="")
    taken_back_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class EnteredPiece(Base, OfOrganisation):
    """A piece by somebody without an account, entered with their consent by an
    organizer. Read in the unit, like a piece for it."""

    __tablename__ = "entered_pieces"
    __table_args__ = (
        belongs_to("units", "unit_id"),
        belongs_to("members", "member_id"),
        sa.Index("ix_entered_pieces_unit", "organisation_id", "unit_id", "day", "id"),
        sa.Index("ix_entered_pieces_member", "organisation_id", "member_id", "day"),
        sa.CheckConstraint("(member_id is null) <> (name = '')", name="somebody"),
        sa.CheckConstraint(
            "genre in ('reflection', 'experience', 'summary', 'speech')", name="genre"
        ),
    )

    unit_id: Mapped[str] = mapped_column(sa.String(32))
    member_id: Mapped[str | None] = mapped_column(sa.String(32))
    name: Mapped[str] = mapped_column(sa.String(120), default="")  # of who is no member
    genre: Mapped[str] = mapped_column(sa.String(16))
    title: Mapped[str] = mapped_column(sa.String(300))
    body: Mapped[str] = mapped_column(sa.Text)
    language: Mapped[str] = mapped_column(sa.String(8))
    text_slug: Mapped[str | None] = mapped_column(sa.String(120))  # what it is about
    text_title: Mapped[str | None] = mapped_column(sa.String(300))
    day: Mapped[dt.date] = mapped_column(sa.Date)  # when it was handed in
    answered_on: Mapped[dt.date | None] = mapped_column(sa.Date)  # spoken or written to then
    entered_by: Mapped[str | None] = mapped_column(sa.String(32))
    entered_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    objected_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    objection: Mapped[str] = mapped_column(sa.Text, default="")
    taken_back_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
