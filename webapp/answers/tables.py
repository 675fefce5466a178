"""Tables of answers to reflections, of reports, and of what organizers decided about them."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base, OfOrganisation, UTCDateTime, belongs_to

ASKING = "kind = 'question' and taken_back_at is null and hidden_at is null"


class Answer(Base, OfOrganisation):
    """What a reader says to a reflection, or a reply below it.

    Whether a reply is the author's is not stored: it is, when its member is the
    member of the reflection.
    """

    __tablename__ = "answers"
    __table_args__ = (
        belongs_to("reflections", "reflection_id"),
        belongs_to("members", "member_id"),
        belongs_to("answers", "parent_id"),
        sa.Index("ix_answers_piece", "organisation_id", "reflection_id", "at"),
        sa.Index("ix_answers_mine", "organisation_id", "member_id", "at", "id"),
        sa.Index("ix_answers_parent", "organisation_id", "parent_id"),
        # Questions that may still wait for a reply.
        sa.Index(
            "ix_answers_asking",
            "organisation_id",
            "at",
            "id",
            "reflection_id",
            sqlite_where=sa.text(ASKING),
            postgresql_where=sa.text(ASKING),
        ),
        sa.CheckConstraint("kind in ('echo', 'question', 'suggestion', 'reply')", name="kind"),
        sa.CheckConstraint("(kind = 'reply') = (parent_id is not null)", name="parent"),
    )

    reflection_id: Mapped[str] = mapped_column(sa.String(32))
    member_id: Mapped[str] = mapped_column(sa.String(32))
    parent_id: Mapped[str | None] = mapped_column(sa.String(32))
    kind: Mapped[str] = mapped_column(sa.String(16))
    body: Mapped[str] = mapped_column(sa.Text)  # "" once it was taken back
    # The beginning of the paragraph it speaks to, as it stood then; "" for the whole.
    quote: Mapped[str] = mapped_column(sa.Text, default="")
    paragraph: Mapped[int | None] = mapped_column()  # where that stood, from 1
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    edited_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    taken_back_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    hidden_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class Report(Base, OfOrganisation):
    """A reader asks the organizers to look at a reflection or an answer."""

    __tablename__ = "reports"
    __table_args__ = (
        belongs_to("reflections", "reflection_id"),
        belongs_to("members", "member_id"),
        belongs_to("answers", "answer_id"),
        sa.Index("ix_reports_open", "organisation_id", "settled_at", "at", "id"),
        sa.Index("ix_reports_piece", "organisation_id", "reflection_id"),
    )

    reflection_id: Mapped[str] = mapped_column(sa.String(32))
    answer_id: Mapped[str | None] = mapped_column(sa.String(32))  # None: the reflection itself
    member_id: Mapped[str] = mapped_column(sa.String(32))  # shown to nobody
    reason: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    settled_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class Moderation(Base, OfOrganisation):
    """What an organizer decided about a reflection or an answer, and why."""

    __tablename__ = "moderation"
    __table_args__ = (
        belongs_to("reflections", "reflection_id"),
        belongs_to("members", "member_id"),
        belongs_to("answers", "answer_id"),
        sa.Index("ix_moderation_latest", "organisation_id", "at", "id"),
        sa.Index("ix_moderation_piece", "organisation_id", "reflection_id"),
        sa.CheckConstraint("action in ('leave', 'hide', 'show')", name="action"),
    )

    reflection_id: Mapped[str] = mapped_column(sa.String(32))
    answer_id: Mapped[str | None] = mapped_column(sa.String(32))
    member_id: Mapped[str] = mapped_column(sa.String(32))  # the organizer
    action: Mapped[str] = mapped_column(sa.String(8))
    reason: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
