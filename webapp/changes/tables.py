"""Table of what changed: how often, by day."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.community import Base

PLAN = "plan"  # what is not of one day: units, people, roles and requirements


class StudyChange(Base):
    """That pieces of a day, or the plan, changed so many times. Says nothing of which
    piece or of whom. The sum of a day only ever grows, so an equal sum means that
    nothing changed. Kept by the database (keeping.py); nothing else sets it.
    """

    __tablename__ = "study_changes"
    __table_args__ = (sa.Index("ix_study_changes_day", "organisation_id", "day", "number"),)

    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True
    )
    organisation_id: Mapped[str] = mapped_column(sa.String(16))
    day: Mapped[str] = mapped_column(sa.String(10))  # "2026-05-03", in UTC; or PLAN
    number: Mapped[int] = mapped_column(sa.BigInteger)
