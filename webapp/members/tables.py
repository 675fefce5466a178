"""Tables of people: accounts, members, invitations, failed sign-ins.

An account (`User`) signs in; a member is the person who reads and writes. Kept
apart so that a member can exist without an account.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask_security.models import sqla_v2 as fs
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base, OfOrganisation, UTCDateTime

fs.FsModels.set_db_info(
    base_model=Base, user_table_name="accounts", role_table_name="account_roles"
)


class Role(Base, fs.FsRoleMixin):
    """Flask-Security's role of an account. What a member does in a unit is a
    `StudyRole` (webapp/units/tables.py)."""

    __tablename__ = "account_roles"


class User(Base, fs.FsUserMixin):
    __tablename__ = "accounts"


class WebAuthn(Base, fs.FsWebAuthnMixin):
    __tablename__ = "webauthn"


class FsRefreshTracker(Base, fs.FsRefreshTrackerMixin):
    __tablename__ = "fs_refresh"


class Organisation(Base):
    __tablename__ = "organisations"

    id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    language: Mapped[str] = mapped_column(sa.String(8))
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class Member(Base, OfOrganisation):
    __tablename__ = "members"
    __table_args__ = (
        sa.Index("ix_members_number", "organisation_id", "number", unique=True),
        sa.Index("ix_members_name", "organisation_id", "name", "id"),
    )

    account_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("accounts.id", ondelete="SET NULL"), unique=True
    )
    name: Mapped[str] = mapped_column(sa.String(120))
    # The organisation's own number for the person; shown to administrators only.
    number: Mapped[str | None] = mapped_column(sa.String(40))
    language: Mapped[str] = mapped_column(sa.String(8))
    reads: Mapped[list[str]] = mapped_column(default=list)  # languages, preferred first
    administrator: Mapped[bool] = mapped_column(default=False)
    # Keeps the library; named by an administrator. The study role "organizer" is the
    # member's own choice and gives no rights.
    organizer: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # Private: shapes the member's own suggestions and is shown to nobody else.
    working_on: Mapped[str] = mapped_column(sa.Text, default="")
    working_on_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    working_on_prepared: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    interests: Mapped[list[str]] = mapped_column(default=list)  # theme ids
    interests_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    # Private: how suggestions are made. Of 0 (more of the same) to 100 (something new).
    newness: Mapped[int] = mapped_column(default=30, server_default="30")
    # Signals that the member switched off: kinds of evidence, or single pieces by their id.
    switched_off: Mapped[list[str]] = mapped_column(default=list, nullable=True)
    minutes_today: Mapped[int | None] = mapped_column()  # time to read, on `minutes_day` only
    minutes_day: Mapped[dt.date | None] = mapped_column(sa.Date)
    welcomed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    # Raised by every change of what suggestions are made from: a new list is due.
    profile_stamp: Mapped[int] = mapped_column(default=0)
    joined_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    left_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class Invitation(Base, OfOrganisation):
    """A link that lets people in: one, several, or any number until the day. Only the
    hash of its token is stored. A role that it names is given in its unit."""

    __tablename__ = "invitations"
    __table_args__ = (sa.Index("ix_invitations_member", "organisation_id", "member_id"),)

    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    email: Mapped[str | None] = mapped_column(sa.String(255))
    name: Mapped[str | None] = mapped_column(sa.String(120))
    unit_id: Mapped[str | None] = mapped_column(sa.String(32))
    role_id: Mapped[str | None] = mapped_column(sa.String(64))
    administrator: Mapped[bool] = mapped_column(default=False)
    organizer: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)  # its last use was taken
    used_by: Mapped[str | None] = mapped_column(sa.String(32))
    # How many people may come in by it; 0: any number until it expires.
    uses_allowed: Mapped[int] = mapped_column(default=1, server_default="1")
    uses: Mapped[int] = mapped_column(default=0, server_default="0")
    # It works only as long as whoever made it may invite there. None: the command line.
    made_by: Mapped[str | None] = mapped_column(sa.String(32))
    # The member, known already, who comes in by it: their account is given a password.
    member_id: Mapped[str | None] = mapped_column(sa.String(32))


class SignInFailure(Base):
    """Failed sign-ins, counted per account and address so that guessing is slow
    whichever worker answers."""

    __tablename__ = "sign_in_failures"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # hash of account + address
    count: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class DoneOnce(Base):
    """Submits that were carried out, so that a repeated one is not (its row is
    written in the transaction of the change itself)."""

    __tablename__ = "done_once"

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    member_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    result: Mapped[dict[str, Any]] = mapped_column()
    done_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
