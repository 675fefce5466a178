"""Tables of the organisation: units, roles with their duties, who belongs where."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base, OfOrganisation, UTCDateTime, belongs_to


class UnitKind(Base):
    """What a unit can be: branch, committee, office... the administrator's own list."""

    __tablename__ = "unit_kinds"

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    id: Mapped[str] = mapped_column(sa.String(60), primary_key=True)  # e.g. "branch"
    name_en: Mapped[str] = mapped_column(sa.String(120))
    name_zh: Mapped[str] = mapped_column(sa.String(120))
    position: Mapped[int] = mapped_column(default=0)


class Unit(Base, OfOrganisation):
    """A node of the tree. One that is closed has no present members and takes no
    new ones; one that was merged is closed too, but its people stay in it beside
    the unit they went to, so that what was submitted to it is read by them alone."""

    __tablename__ = "units"
    __table_args__ = (sa.Index("ix_units_parent", "organisation_id", "parent_id"),)

    parent_id: Mapped[str | None] = mapped_column(sa.String(32))
    kind: Mapped[str] = mapped_column(sa.String(60))  # UnitKind.id
    name: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    merged_into: Mapped[str | None] = mapped_column(sa.String(32))
    # Units that lead this one's study, and do the work of it.
    leading_group_id: Mapped[str | None] = mapped_column(sa.String(32))
    office_id: Mapped[str | None] = mapped_column(sa.String(32))


class UnitBefore(Base):
    """How a unit stood until a moment. What was asked then is looked up along the tree as
    it was; who may read or organize follows the tree of today. `standing.py` writes it."""

    __tablename__ = "units_before"
    __table_args__ = (belongs_to("units", "unit_id"),)

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    unit_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    until: Mapped[dt.datetime] = mapped_column(UTCDateTime, primary_key=True)
    parent_id: Mapped[str | None] = mapped_column(sa.String(32))
    kind: Mapped[str] = mapped_column(sa.String(60))
    leading_group_id: Mapped[str | None] = mapped_column(sa.String(32))


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
    # Whoever is given it in a unit organizes that unit and the units below it.
    organizes: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # Whoever is given it leads: what they read and write in the open stands first.
    leads: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    retired_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)  # no longer given


class Membership(Base, OfOrganisation):
    __tablename__ = "memberships"
    __table_args__ = (
        belongs_to("members", "member_id"),
        belongs_to("units", "unit_id"),
        sa.Index("ix_memberships_member", "organisation_id", "member_id"),
        sa.Index("ix_memberships_unit", "organisation_id", "unit_id"),
    )

    member_id: Mapped[str] = mapped_column(sa.String(32))
    unit_id: Mapped[str] = mapped_column(sa.String(32))
    since: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    until: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class Appointment(Base, OfOrganisation):
    """A role that a member was given in a unit, from when to when. This one gives
    rights; a role that members choose for themselves (`MemberRole`) gives none."""

    __tablename__ = "appointments"
    __table_args__ = (
        belongs_to("members", "member_id"),
        belongs_to("units", "unit_id"),
        belongs_to("study_roles", "role_id"),
        sa.Index("ix_appointments_member", "organisation_id", "member_id"),
        sa.Index("ix_appointments_unit", "organisation_id", "unit_id"),
    )

    member_id: Mapped[str] = mapped_column(sa.String(32))
    unit_id: Mapped[str] = mapped_column(sa.String(32))
    role_id: Mapped[str] = mapped_column(sa.String(64))
    since: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    until: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class MemberRole(Base):
    """A role that a member chose; it steers suggestions only and gives no rights."""

    __tablename__ = "member_roles"
    __table_args__ = (belongs_to("members", "member_id"),)

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    member_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    role_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    since: Mapped[dt.datetime] = mapped_column(UTCDateTime)
