"""Practice goals: what a member set out to do, by when, and what became of it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base, OfOrganisation, UTCDateTime, belongs_to


class Goal(Base, OfOrganisation):
    """One goal. Private: its member alone sees it, but for what they let others know
    (`in_chain`, `author_may_know`)."""

    __tablename__ = "goals"
    __table_args__ = (
        belongs_to("members", "member_id"),
        sa.Index("ix_goals_mine", "organisation_id", "member_id", "status", "by"),
        sa.Index("ix_goals_from", "organisation_id", "reflection_id"),
        sa.Index("ix_goals_of_reading", "organisation_id", "reading_id"),
        sa.CheckConstraint(
            "status in ('open', 'done', 'partly', 'not_done', 'let_go')", name="status"
        ),
    )

    member_id: Mapped[str] = mapped_column(sa.String(32))
    what: Mapped[str] = mapped_column(sa.Text)
    by: Mapped[dt.date | None] = mapped_column(sa.Date)
    how: Mapped[str] = mapped_column(sa.Text, default="")  # how they will know
    language: Mapped[str] = mapped_column(sa.String(8), default="en")

    # What it was born from: an own piece or note, and the sentence there; or a
    # reading (a passage, or "reflection/<id>"), with our own copy of its words.
    # Kept without foreign keys: a goal outlives what it came from.
    reflection_id: Mapped[str | None] = mapped_column(sa.String(32))
    note_id: Mapped[str | None] = mapped_column(sa.String(32))
    sentence: Mapped[str] = mapped_column(sa.Text, default="")
    reading_id: Mapped[str | None] = mapped_column(sa.String(160))
    quote: Mapped[str] = mapped_column(sa.Text, default="")
    source: Mapped[str] = mapped_column(sa.String(700), default="")

    status: Mapped[str] = mapped_column(sa.String(16), default="open")
    outcome: Mapped[str] = mapped_column(sa.Text, default="")  # what happened, in their words
    hindrance: Mapped[str] = mapped_column(sa.Text, default="")  # what got in the way
    answered_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    # The activity where it was acted on, one's own attendance. No foreign key: an
    # organizer may take the entry back, and then the step is gone.
    attendance_id: Mapped[str | None] = mapped_column(sa.String(32))

    # readers of the pieces before and after it may see this step
    in_chain: Mapped[bool] = mapped_column(default=False)
    # the author of the experience it came from may know that it moved somebody
    author_may_know: Mapped[bool] = mapped_column(default=False)

    # vectors of `what`; they live and die with it
    prepared: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
