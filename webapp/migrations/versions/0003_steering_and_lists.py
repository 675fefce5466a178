"""How a member steers suggestions, and reading lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "members", sa.Column("newness", sa.Integer(), server_default="30", nullable=False)
    )
    # Filled, and without a default of its own: JSON has none that both engines compare.
    op.add_column("members", sa.Column("switched_off", sa.JSON(), nullable=True))
    op.execute("update members set switched_off = '[]'")
    op.add_column("members", sa.Column("minutes_today", sa.Integer(), nullable=True))
    op.add_column("members", sa.Column("minutes_day", sa.Date(), nullable=True))
    op.create_table(
        "steers",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("target", sa.String(300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind in ('more', 'less', 'not_author', 'not_theme')", name=op.f("ck_steers_kind")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_steers_organisation_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_steers")),
        sa.UniqueConstraint(
            "organisation_id",
            "member_id",
            "kind",
            "target",
            name=op.f("uq_steers_organisation_id_member_id_kind_target"),
        ),
    )
    op.create_table(
        "reading_lists",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("question_shown", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("unanswered", sa.JSON(), nullable=False),
        sa.Column("theme_list", sa.Boolean(), nullable=False),
        sa.Column("audience", sa.String(16), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("prepared", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "audience in ('private', 'unit', 'organisation')",
            name=op.f("ck_reading_lists_audience"),
        ),
        sa.CheckConstraint(
            "audience != 'unit' or unit_id is not null", name=op.f("ck_reading_lists_unit")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_reading_lists_organisation_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_reading_lists")),
    )
    op.create_index(
        "ix_reading_lists_member",
        "reading_lists",
        ["organisation_id", "member_id", "made_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_reading_lists_unit",
        "reading_lists",
        ["organisation_id", "audience", "unit_id"],
        unique=False,
    )
    op.create_table(
        "reading_list_items",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("list_id", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reading_id", sa.String(160), nullable=False),
        sa.Column("reading_group", sa.String(120), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("covers", sa.JSON(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "list_id"],
            ["reading_lists.organisation_id", "reading_lists.id"],
            name=op.f("fk_reading_list_items_organisation_id_list_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "list_id", "position", name=op.f("pk_reading_list_items")
        ),
    )


def downgrade() -> None:
    for table in ("reading_list_items", "reading_lists", "steers"):
        op.drop_table(table)
    for column in ("minutes_day", "minutes_today", "switched_off", "newness"):
        op.drop_column("members", column)
