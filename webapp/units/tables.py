"""Tables of the organisation: units, roles with their duties, who belongs where."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base, OfOrganisation, UTCDateTime


class Unit(Base, OfOrganisation):
    __tablename__ = "units"

    parent_id: Mapped[str | None] = mapped_column(sa.String(32))
    kind: Mapped[str] = mapped_column(sa.String(60))
    name: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class StudyRole(Base):
    """What a member does in a unit, with its duties in plain words."""

    __tablename__ = "study_roles"

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # e.g. "group-leader"
    name_en: Mapped[str] = mapped_column(sa.String(120))
    name_zh: Mapped[str] = mapped_column(sa.String(120))
    duties_en: Mapped[str] = mapped_column(sa.Text)
    duties_zh: Mapped[str] = mapped_column(sa.Text)
    position: Mapped[int] = mapped_column(default=0)


class Membership(Base, OfOrganisation):
    __tablename__ = "memberships"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "unit_id"],
            ["units.organisation_id", "units.id"],
            ondelete="CASCADE",
        ),
        sa.Index("ix_memberships_member", "organisation_id", "member_id"),
        sa.Index("ix_memberships_unit", "organisation_id", "unit_id"),
    )

    member_id: Mapped[str] = mapped_column(sa.String(32))
    unit_id: Mapped[str] = mapped_column(sa.String(32))
    since: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    until: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class MemberRole(Base):
    """A role that a member has. In the first form a role is chosen by the member
    and steers suggestions only; it gives no rights."""

    __tablename__ = "member_roles"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            ondelete="CASCADE",
        ),
    )

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    member_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    role_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    since: Mapped[dt.datetime] = mapped_column(UTCDateTime)
