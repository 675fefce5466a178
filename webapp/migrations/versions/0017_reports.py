"""The database says which days, and whether the plan, changed since a report counted them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.reports import keeping_changes

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "study_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_changes")),
    )
    op.create_index("ix_study_changes_day", "study_changes", ["organisation_id", "day", "number"])
    for statement in keeping_changes.made(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for statement in keeping_changes.unmade(op.get_bind().dialect.name):
        op.execute(statement)
    op.drop_table("study_changes")
