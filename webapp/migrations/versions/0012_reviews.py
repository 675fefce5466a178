"""What an organizer said of a piece: accepted, asked back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.desk import keeping_state

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reviews",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("reflection_id", sa.String(32), nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("answer_id", sa.String(32), nullable=True),
        sa.Column("published_version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('accepted', 'asked_back')", name=op.f("ck_reviews_kind")),
        sa.CheckConstraint(
            "kind = 'accepted' or answer_id is not null", name=op.f("ck_reviews_question")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "reflection_id"],
            ["reflections.organisation_id", "reflections.id"],
            name=op.f("fk_reviews_organisation_id_reflection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_reviews")),
    )
    op.create_index("ix_reviews_piece", "reviews", ["organisation_id", "reflection_id", "at"])
    op.create_index("ix_reviews_mine", "reviews", ["organisation_id", "by", "at", "id"])
    op.add_column("reflections", sa.Column("desk", sa.String(8), nullable=True))
    op.execute(keeping_state.OF_EVERYTHING)
    waits = sa.text("desk is not null")
    for name, columns in (("desk", ("submitted_at", "id")), ("desk_day", ("shown_at", "id"))):
        op.create_index(
            f"ix_reflections_{name}",
            "reflections",
            ["organisation_id", "desk", *columns, "member_id", "audience", "unit_id"],
            sqlite_where=waits,
            postgresql_where=waits,
        )
    asks = sa.text("kind = 'question' and taken_back_at is null and hidden_at is null")
    op.create_index(
        "ix_answers_asking",
        "answers",
        ["organisation_id", "at", "id", "reflection_id"],
        sqlite_where=asks,
        postgresql_where=asks,
    )
    for statement in keeping_state.made(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for statement in keeping_state.unmade(op.get_bind().dialect.name):
        op.execute(statement)
    op.drop_index("ix_answers_asking", "answers")
    for name in ("ix_reflections_desk", "ix_reflections_desk_day"):
        op.drop_index(name, "reflections")
    op.drop_column("reflections", "desk")
    op.drop_table("reviews")
