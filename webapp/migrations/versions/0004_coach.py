"""What the coach keeps beside a draft, and the organisation's stock phrases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coach_drafts",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("reflection_id", sa.String(32), nullable=False),
        sa.Column("kept", sa.LargeBinary(), nullable=True),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "reflection_id"],
            ["reflections.organisation_id", "reflections.id"],
            name=op.f("fk_coach_drafts_organisation_id_reflection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "reflection_id", name=op.f("pk_coach_drafts")),
    )
    op.create_table(
        "coach_choices",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("off", sa.Boolean(), nullable=False),
        sa.Column("never", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_coach_choices_organisation_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "member_id", name=op.f("pk_coach_choices")),
    )
    op.create_table(
        "coach_counts",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("genre", sa.String(16), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "month", "kind", "genre", "language", name=op.f("pk_coach_counts")
        ),
    )
    op.create_table(
        "coach_phrases",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("phrase", sa.String(80), nullable=False),
        sa.Column("change", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(32), nullable=True),
        sa.CheckConstraint("change in ('added', 'removed')", name=op.f("ck_coach_phrases_change")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_coach_phrases")),
        sa.UniqueConstraint(
            "organisation_id", "phrase", name=op.f("uq_coach_phrases_organisation_id_phrase")
        ),
    )


def downgrade() -> None:
    for table in ("coach_phrases", "coach_counts", "coach_choices", "coach_drafts"):
        op.drop_table(table)
