"""Reflections: the draft, what was submitted of it, its versions and citations.

A reflection has two faces. The draft (`title`, `body`, `version`) is private to
its author. What others read is the copy taken at submitting (`published_*`);
going on writing does not change it until the author submits again.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base, OfOrganisation, UTCDateTime, belongs_to


class Reflection(Base, OfOrganisation):
    __tablename__ = "reflections"
    __table_args__ = (
        belongs_to("members", "member_id"),
        sa.Index("ix_reflections_newest", "organisation_id", "status", "shown_at", "id"),
        sa.Index("ix_reflections_mine", "organisation_id", "member_id", "updated_at", "id"),
        sa.Index("ix_reflections_text", "organisation_id", "text_slug", "status"),
        # What these members handed in since a day.
        sa.Index("ix_reflections_author", "organisation_id", "member_id", "status", "submitted_at"),
        # What the sweep looks for; empty when the index agrees with the truth.
        sa.Index(
            "ix_reflections_behind",
            "organisation_id",
            "id",
            sqlite_where=sa.text("published_version <> indexed_version"),
            postgresql_where=sa.text("published_version <> indexed_version"),
        ),
        # What was written for a unit.
        sa.Index(
            "ix_reflections_unit",
            "organisation_id",
            "unit_id",
            "status",
            sqlite_where=sa.text("unit_id is not null"),
            postgresql_where=sa.text("unit_id is not null"),
        ),
        sa.CheckConstraint("status in ('draft', 'submitted', 'withdrawn')", name="status"),
        sa.CheckConstraint(
            "audience is null or audience in ('unit', 'organisation', 'anonymous')",
            name="audience",
        ),
        # Nothing is submitted to nobody, nor to "my unit" without a unit.
        sa.CheckConstraint(
            "status <> 'submitted' or (audience is not null and (audience <> 'unit' or unit_id is not null))",
            name="submitted_to_somebody",
        ),
        sa.CheckConstraint(
            "genre in ('reflection', 'experience', 'summary', 'speech')", name="genre"
        ),
        sa.Index("ix_reflections_goal", "organisation_id", "goal_id"),
        # What the organizer's desk looks through, in the order in which it stands there, with
        # all that it asks of a piece: of ten it looks at, nine may be of other units.
        *(
            sa.Index(
                name,
                "organisation_id",
                "desk",
                *columns,
                "member_id",
                "audience",
                "unit_id",
                "status",
                "hidden_at",
                "published_draft",
                sqlite_where=sa.text("desk is not null"),
                postgresql_where=sa.text("desk is not null"),
            )
            for name, columns in (
                ("ix_reflections_desk", ("submitted_at", "id")),
                ("ix_reflections_desk_day", ("shown_at", "id")),
            )
        ),
    )

    member_id: Mapped[str] = mapped_column(sa.String(32))
    genre: Mapped[str] = mapped_column(
        sa.String(16), default="reflection", server_default="reflection"
    )
    # The author's own goal whose outcome it tells. No foreign key: it outlives the goal.
    goal_id: Mapped[str | None] = mapped_column(sa.String(32))
    # What it is about; the title is our own copy, should the text be withdrawn.
    text_slug: Mapped[str | None] = mapped_column(sa.String(120))
    text_title: Mapped[str | None] = mapped_column(sa.String(300))
    language: Mapped[str] = mapped_column(sa.String(8), default="en")

    title: Mapped[str] = mapped_column(sa.String(300), default="")
    body: Mapped[str] = mapped_column(sa.Text, default="")
    version: Mapped[int] = mapped_column(default=0)  # raised by every save
    prepared: Mapped[bytes | None] = mapped_column(
        sa.LargeBinary, deferred=True
    )  # opaque, of the draft

    status: Mapped[str] = mapped_column(sa.String(16), default="draft")
    audience: Mapped[str | None] = mapped_column(sa.String(16))
    unit_id: Mapped[str | None] = mapped_column(sa.String(32))
    published_title: Mapped[str] = mapped_column(sa.String(300), default="")
    published_body: Mapped[str] = mapped_column(sa.Text, default="")
    published_draft: Mapped[int] = mapped_column(default=0)  # the draft version it was taken from
    search_text: Mapped[str] = mapped_column(
        sa.Text, default="", deferred=True
    )  # of what was published
    themes: Mapped[list[str]] = mapped_column(default=list)  # of what was published
    submitted_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    # What others see and what lists are ordered by: without a name only the day.
    shown_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    # Truth and index: raised by every change others may notice; the reconcile
    # handler makes the index agree and notes which truth it has seen.
    published_version: Mapped[int] = mapped_column(default=0)
    indexed_version: Mapped[int] = mapped_column(default=0)
    # Since when organizers keep it from everybody but its author; stays over submits.
    hidden_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    # Whether it waits for an organizer: kept by the database (webapp/desk/keeping_state.py)
    # out of the piece, its answers and what was said of it. Nothing else sets it.
    desk: Mapped[str | None] = mapped_column(sa.String(8), deferred=True)

    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class ReflectionTheme(Base):
    """Themes of submitted reflections, for browsing."""

    __tablename__ = "reflection_themes"
    __table_args__ = (
        belongs_to("reflections", "reflection_id"),
        sa.Index("ix_reflection_themes_piece", "organisation_id", "reflection_id", "theme"),
        sa.Index("ix_reflection_themes_readers", "organisation_id", "readers", "theme"),
    )

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    theme: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    reflection_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    # To whom the piece is open: "" every member, a unit, null nobody but its author. Kept by
    # the database (keeping_readers.py); nothing else sets it.
    readers: Mapped[str | None] = mapped_column(sa.String(32), deferred=True)


class ReflectionVersion(Base, OfOrganisation):
    """A state of the draft worth going back to. Private."""

    __tablename__ = "reflection_versions"
    __table_args__ = (
        belongs_to("reflections", "reflection_id"),
        sa.Index("ix_reflection_versions_of", "organisation_id", "reflection_id", "number"),
    )

    reflection_id: Mapped[str] = mapped_column(sa.String(32))
    number: Mapped[int] = mapped_column()  # the draft's `version` at that time
    title: Mapped[str] = mapped_column(sa.String(300))
    body: Mapped[str] = mapped_column(sa.Text)
    cause: Mapped[str] = mapped_column(sa.String(16))  # pause | submitted | restored | conflict
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class Citation(Base):
    """A passage that the published copy quotes, with our own copy of the words."""

    __tablename__ = "citations"
    __table_args__ = (
        belongs_to("reflections", "reflection_id"),
        sa.Index("ix_citations_text", "organisation_id", "text_slug"),
        sa.Index("ix_citations_passage", "organisation_id", "passage_id"),
    )

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    reflection_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    passage_id: Mapped[str] = mapped_column(sa.String(160))
    text_slug: Mapped[str] = mapped_column(sa.String(120))
    quote: Mapped[str] = mapped_column(sa.Text)
    source: Mapped[str] = mapped_column(sa.String(700))  # as written under the quotation


class Experience(Base):
    """What an experience says beside its telling: where, who, for whom it may be useful.

    Others see the names of those who took part only where these agreed.
    """

    __tablename__ = "experiences"
    __table_args__ = (belongs_to("reflections", "reflection_id"),)

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    reflection_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    place: Mapped[str] = mapped_column(sa.String(200), default="")
    people: Mapped[str] = mapped_column(sa.Text, default="")
    people_agree: Mapped[bool] = mapped_column(default=False)
    lesson: Mapped[str] = mapped_column(sa.Text, default="")
    roles: Mapped[list[str]] = mapped_column(default=list)  # for whom it may be useful
    themes: Mapped[list[str]] = mapped_column(default=list)  # as its author chose
