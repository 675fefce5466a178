"""Goals, experiences, and the chain between them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

GENRES = "genre in ('reflection', 'experience', 'summary', 'speech')"


def upgrade() -> None:
    # SQLite cannot add a constraint to a table that is there, but it takes one with a column
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    if on_sqlite:
        op.execute(
            "alter table reflections add column genre varchar(16) default 'reflection' not null "
            f"constraint ck_reflections_genre check ({GENRES})"
        )
    else:
        op.add_column(
            "reflections",
            sa.Column("genre", sa.String(16), server_default="reflection", nullable=False),
        )
        op.create_check_constraint(op.f("ck_reflections_genre"), "reflections", GENRES)
    op.add_column("reflections", sa.Column("goal_id", sa.String(32), nullable=True))
    op.create_index("ix_reflections_goal", "reflections", ["organisation_id", "goal_id"])
    op.create_table(
        "experiences",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("reflection_id", sa.String(32), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("people_agree", sa.Boolean(), nullable=False),
        sa.Column("lesson", sa.Text(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "reflection_id"],
            ["reflections.organisation_id", "reflections.id"],
            name=op.f("fk_experiences_organisation_id_reflection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "reflection_id", name=op.f("pk_experiences")),
    )
    op.create_table(
        "goals",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("by", sa.Date(), nullable=True),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("reflection_id", sa.String(32), nullable=True),
        sa.Column("note_id", sa.String(32), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("reading_id", sa.String(160), nullable=True),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("source", sa.String(700), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("hindrance", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("in_chain", sa.Boolean(), nullable=False),
        sa.Column("author_may_know", sa.Boolean(), nullable=False),
        sa.Column("prepared", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status in ('open', 'done', 'partly', 'not_done', 'let_go')",
            name=op.f("ck_goals_status"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_goals_organisation_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_goals")),
    )
    op.create_index("ix_goals_mine", "goals", ["organisation_id", "member_id", "status", "by"])
    op.create_index("ix_goals_from", "goals", ["organisation_id", "reflection_id"])
    op.create_index("ix_goals_of_reading", "goals", ["organisation_id", "reading_id"])


def downgrade() -> None:
    op.drop_table("goals")
    op.drop_table("experiences")
    op.drop_index("ix_reflections_goal", "reflections")
    for column in ("goal_id", "genre"):  # the constraint goes with its column
        op.drop_column("reflections", column)
