"""Answers to reflections, reports, and what a member is told."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def of(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{to}.organisation_id", f"{to}.id"],
        name=op.f(f"fk_{table}_organisation_id_{column}"),
        ondelete="CASCADE",
    )


def keys() -> list[sa.Column[str]]:
    return [
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
    ]


def moment(name: str, *, nullable: bool = False) -> sa.Column[dt.datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.add_column("reflections", moment("hidden_at", nullable=True))
    op.create_table(
        "answers",
        *keys(),
        sa.Column("reflection_id", sa.String(32), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("parent_id", sa.String(32), nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("paragraph", sa.Integer(), nullable=True),
        moment("at"),
        moment("edited_at", nullable=True),
        moment("taken_back_at", nullable=True),
        moment("hidden_at", nullable=True),
        sa.CheckConstraint(
            "kind in ('echo', 'question', 'suggestion', 'reply')", name=op.f("ck_answers_kind")
        ),
        sa.CheckConstraint(
            "(kind = 'reply') = (parent_id is not null)", name=op.f("ck_answers_parent")
        ),
        of("answers", "reflection_id", "reflections"),
        of("answers", "member_id", "members"),
        of("answers", "parent_id", "answers"),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_answers")),
    )
    op.create_index("ix_answers_piece", "answers", ["organisation_id", "reflection_id", "at"])
    op.create_index("ix_answers_mine", "answers", ["organisation_id", "member_id", "at", "id"])
    op.create_index("ix_answers_parent", "answers", ["organisation_id", "parent_id"])
    op.create_table(
        "reports",
        *keys(),
        sa.Column("reflection_id", sa.String(32), nullable=False),
        sa.Column("answer_id", sa.String(32), nullable=True),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        moment("at"),
        moment("settled_at", nullable=True),
        of("reports", "reflection_id", "reflections"),
        of("reports", "member_id", "members"),
        of("reports", "answer_id", "answers"),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_reports")),
    )
    op.create_index("ix_reports_open", "reports", ["organisation_id", "settled_at", "at", "id"])
    op.create_index("ix_reports_piece", "reports", ["organisation_id", "reflection_id"])
    op.create_table(
        "moderation",
        *keys(),
        sa.Column("reflection_id", sa.String(32), nullable=False),
        sa.Column("answer_id", sa.String(32), nullable=True),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("action", sa.String(8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        moment("at"),
        sa.CheckConstraint(
            "action in ('leave', 'hide', 'show')", name=op.f("ck_moderation_action")
        ),
        of("moderation", "reflection_id", "reflections"),
        of("moderation", "member_id", "members"),
        of("moderation", "answer_id", "answers"),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_moderation")),
    )
    op.create_index("ix_moderation_latest", "moderation", ["organisation_id", "at", "id"])
    op.create_index("ix_moderation_piece", "moderation", ["organisation_id", "reflection_id"])
    op.create_table(
        "notices",
        *keys(),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("about", sa.String(80), nullable=False),
        moment("at"),
        moment("seen_at", nullable=True),
        of("notices", "member_id", "members"),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_member", "notices", ["organisation_id", "member_id", "at", "id"])


def downgrade() -> None:
    for table in ("notices", "moderation", "reports", "answers"):
        op.drop_table(table)
    op.drop_column("reflections", "hidden_at")
