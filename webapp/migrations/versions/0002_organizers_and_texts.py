"""Organizers of the library, what they decided of texts, and what they uploaded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain ADD COLUMN on both engines: a batch would copy the table, and with it
    # every row that refers to it.
    for table in ("members", "invitations"):
        op.add_column(
            table, sa.Column("organizer", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.create_table(
        "text_decisions",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("slug", sa.String(120), nullable=False),
        sa.Column("decided", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("applied", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "slug", name=op.f("pk_text_decisions")),
    )
    op.create_table(
        "text_changes",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(32), nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("batch", sa.JSON(), nullable=False),
        sa.Column("undoes", sa.String(32), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_text_changes")),
    )
    op.create_index(
        "ix_text_changes_at", "text_changes", ["organisation_id", "at", "id"], unique=False
    )
    op.create_table(
        "uploads",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(32), nullable=True),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("replaces", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'reading', 'done', 'failed')", name=op.f("ck_uploads_state")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_uploads")),
    )
    op.create_index("ix_uploads_at", "uploads", ["organisation_id", "at", "id"], unique=False)


def downgrade() -> None:
    for table in ("uploads", "text_changes", "text_decisions"):
        op.drop_table(table)
    for table in ("members", "invitations"):
        op.drop_column(table, "organizer")
