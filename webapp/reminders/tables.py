"""Tables of reminders: what a member wants in the mail and when, and their private addresses."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base, OfOrganisation, UTCDateTime, belongs_to


class Reminder(Base):
    """What one member wants to be reminded of, and the digest that comes next. Without
    a row nothing is sent."""

    __tablename__ = "reminders"
    __table_args__ = (
        belongs_to("members", "member_id"),
        sa.Index("ix_reminders_due", "next_at"),
        sa.CheckConstraint(
            "rhythm in ('off', 'daily', 'weekdays', 'weekly', 'monthly')", name="rhythm"
        ),
    )

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    member_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    rhythm: Mapped[str] = mapped_column(sa.String(16), default="off")
    weekdays: Mapped[str] = mapped_column(sa.String(7), default="")  # "024": Mon, Wed, Fri
    weekday: Mapped[int] = mapped_column(default=0)  # of a weekly digest; Monday is 0
    month_day: Mapped[int] = mapped_column(default=1)  # of a monthly one
    hour: Mapped[int] = mapped_column(default=7)
    time_zone: Mapped[str] = mapped_column(sa.String(64), default="")  # "": the organisation's
    contents: Mapped[list[str]] = mapped_column(default=list)  # of `contents.KINDS`
    own_words: Mapped[bool] = mapped_column(default=False)  # the mail may quote them
    goal_words: Mapped[bool] = mapped_column(default=False)  # the calendar may show them

    # The next digest: when it is to be tried, and the day that it is of. Moved on in a
    # transaction of its own before a digest is handed over: a crash then costs one
    # digest and never sends two.
    next_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    next_day: Mapped[dt.date | None] = mapped_column(sa.Date)
    tries: Mapped[int] = mapped_column(default=0)
    last_day: Mapped[dt.date | None] = mapped_column(sa.Date)  # of the last one taken up
    last_sent_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    # The mail server refused the address for good; nothing is sent until the member says so.
    refused_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    refused_why: Mapped[str] = mapped_column(sa.String(300), default="")


class PrivateAddress(Base, OfOrganisation):
    """An address that opens something of one member's to whoever has it. Only the hash
    of its token is kept."""

    __tablename__ = "private_addresses"
    __table_args__ = (
        belongs_to("members", "member_id"),
        sa.Index("ix_private_addresses_member", "organisation_id", "member_id", "kind"),
        sa.CheckConstraint("kind in ('stop', 'calendar', 'lists')", name="kind"),
    )

    member_id: Mapped[str] = mapped_column(sa.String(32))
    kind: Mapped[str] = mapped_column(sa.String(16))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
