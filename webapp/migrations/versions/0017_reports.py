"""The database says which days, and whether the plan, changed since a report counted them;
the desk finds all that it asks of a piece in its index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.changes import keeping

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


DESK = {"ix_reflections_desk": "submitted_at", "ix_reflections_desk_day": "shown_at"}
OF_PIECE = ("id", "member_id", "audience", "unit_id")
MORE = ("status", "hidden_at", "published_draft")


def desk_indexes(*more: str) -> None:
    for name, since in DESK.items():
        op.drop_index(name, "reflections")
        op.create_index(
            name,
            "reflections",
            ["organisation_id", "desk", since, *OF_PIECE, *more],
            sqlite_where=sa.text("desk is not null"),
            postgresql_where=sa.text("desk is not null"),
        )


def upgrade() -> None:
    desk_indexes(*MORE)
    op.create_table(
        "study_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_changes")),
    )
    op.create_index("ix_study_changes_day", "study_changes", ["organisation_id", "day", "number"])
    for statement in keeping.made(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    desk_indexes()
    for statement in keeping.unmade(op.get_bind().dialect.name):
        op.execute(statement)
    op.drop_table("study_changes")
