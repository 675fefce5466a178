"""Reminders: digest by mail, calendar feeds, addresses to stop them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminders",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("rhythm", sa.String(16), nullable=False),
        sa.Column("weekdays", sa.String(7), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("month_day", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("contents", sa.JSON(), nullable=False),
        sa.Column("own_words", sa.Boolean(), nullable=False),
        sa.Column("goal_words", sa.Boolean(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_day", sa.Date(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("last_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_why", sa.String(300), nullable=False),
        sa.CheckConstraint(
            "rhythm in ('off', 'daily', 'weekdays', 'weekly', 'monthly')",
            name=op.f("ck_reminders_rhythm"),
        ),
        _of_member("reminders"),
        sa.PrimaryKeyConstraint("organisation_id", "member_id", name=op.f("pk_reminders")),
    )
    op.create_index("ix_reminders_due", "reminders", ["next_at"])
    op.create_table(
        "private_addresses",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind in ('stop', 'calendar', 'lists')", name=op.f("ck_private_addresses_kind")
        ),
        _of_member("private_addresses"),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_private_addresses")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_private_addresses_token_hash")),
    )
    op.create_index(
        "ix_private_addresses_member",
        "private_addresses",
        ["organisation_id", "member_id", "kind"],
    )


def _of_member(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", "member_id"],
        ["members.organisation_id", "members.id"],
        name=op.f(f"fk_{table}_organisation_id_member_id"),
        ondelete="CASCADE",
    )


def downgrade() -> None:
    op.drop_table("private_addresses")
    op.drop_table("reminders")
