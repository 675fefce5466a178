"""Tables of the coach: what it keeps beside a draft, what a member does not want to hear,
how often a kind of remark was wrong, and the organisation's stock phrases.

What it keeps beside a draft goes with the draft. How often a kind was wrong is a
number without a member, a draft or a word in it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base, OfOrganisation, UTCDateTime, belongs_to


class CoachDraft(Base):
    """Of one draft. Private to its author."""

    __tablename__ = "coach_drafts"
    __table_args__ = (belongs_to("reflections", "reflection_id"),)

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    reflection_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    kept: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)  # opaque, of the body
    shown: Mapped[list[str]] = mapped_column(default=list)  # keys, the newest last
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)  # key -> "later" or "wrong"


class CoachChoice(Base):
    """What a member does not want to hear, in any draft. Private."""

    __tablename__ = "coach_choices"
    __table_args__ = (belongs_to("members", "member_id"),)

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    member_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    off: Mapped[bool] = mapped_column(default=False)
    never: Mapped[list[str]] = mapped_column(default=list)  # kinds


class CoachCount(Base):
    """How often a kind of remark was shown in a month, and called wrong, by anybody."""

    __tablename__ = "coach_counts"

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    month: Mapped[str] = mapped_column(sa.String(7), primary_key=True)  # "2026-05"
    kind: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    genre: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    shown: Mapped[int] = mapped_column()
    wrong: Mapped[int] = mapped_column()


class CoachPhrase(Base, OfOrganisation):
    """A stock phrase that organizers added, or one of the built-in list that they took out."""

    __tablename__ = "coach_phrases"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "phrase"),
        sa.CheckConstraint("change in ('added', 'removed')", name="change"),
    )

    phrase: Mapped[str] = mapped_column(sa.String(80))
    change: Mapped[str] = mapped_column(sa.String(16))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    # For organizers only; no foreign key: it outlives the membership of whoever did it.
    by: Mapped[str | None] = mapped_column(sa.String(32))
