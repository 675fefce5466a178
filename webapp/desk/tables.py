"""Table of what organizers said of a piece: that it is accepted, or asked back."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base, OfOrganisation, UTCDateTime, belongs_to


class Review(Base, OfOrganisation):
    """What an organizer said of a piece as it stood then. Holds no words: these are
    an ordinary answer (`answer_id`).

    `by` and `answer_id` are no foreign keys. That a piece was accepted is its
    author's: it stays when whoever accepted it leaves for good, or takes their
    words back. A question that is gone asks nothing back any more: see
    `store.standing`.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        belongs_to("reflections", "reflection_id"),
        sa.Index("ix_reviews_piece", "organisation_id", "reflection_id", "at"),
        sa.Index("ix_reviews_mine", "organisation_id", "by", "at", "id"),
        sa.CheckConstraint("kind in ('accepted', 'asked_back')", name="kind"),
        sa.CheckConstraint("kind = 'accepted' or answer_id is not null", name="question"),
    )

    reflection_id: Mapped[str] = mapped_column(sa.String(32))
    by: Mapped[str] = mapped_column(sa.String(32))  # the organizer
    kind: Mapped[str] = mapped_column(sa.String(16))
    answer_id: Mapped[str | None] = mapped_column(sa.String(32))  # the words with it
    published_version: Mapped[int] = mapped_column()  # of the piece, at that time
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
