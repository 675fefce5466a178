"""Theme lists: drafts with proposals, further units, weeks, and versions for those who began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reading_lists", sa.Column("starts_on", sa.Date(), nullable=True))
    op.add_column(
        "reading_list_items",
        sa.Column("question", sa.Text(), server_default=sa.text("''"), nullable=False),
    )
    op.add_column(
        "reading_list_items",
        sa.Column("part", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("reading_list_items", sa.Column("week", sa.Integer(), nullable=True))
    op.create_table(
        "reading_list_units",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("list_id", sa.String(32), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=False),
        _of_list("reading_list_units"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "unit_id"],
            ["units.organisation_id", "units.id"],
            name=op.f("fk_reading_list_units_organisation_id_unit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "list_id", "unit_id", name=op.f("pk_reading_list_units")
        ),
    )
    op.create_index(
        "ix_reading_list_units_unit", "reading_list_units", ["organisation_id", "unit_id"]
    )
    op.create_table(
        "theme_drafts",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("brief", sa.JSON(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("dropped", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_theme_drafts_organisation_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_theme_drafts")),
    )
    op.create_index(
        "ix_theme_drafts_changed", "theme_drafts", ["organisation_id", "changed_at", "id"]
    )
    op.create_table(
        "reading_list_versions",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("list_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        _of_list("reading_list_versions"),
        sa.PrimaryKeyConstraint(
            "organisation_id", "list_id", "number", name=op.f("pk_reading_list_versions")
        ),
    )
    op.create_table(
        "reading_lists_begun",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("list_id", sa.String(32), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "list_id", "number"],
            [
                "reading_list_versions.organisation_id",
                "reading_list_versions.list_id",
                "reading_list_versions.number",
            ],
            name=op.f("fk_reading_lists_begun_organisation_id_list_id_number"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_reading_lists_begun_organisation_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "list_id", "member_id", name=op.f("pk_reading_lists_begun")
        ),
    )
    op.create_table(
        "reading_list_wishes",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("list_id", sa.String(32), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("reading_group", sa.String(120), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status in ('open', 'taken', 'declined')", name=op.f("ck_reading_list_wishes_status")
        ),
        _of_list("reading_list_wishes"),
        _of_member("reading_list_wishes"),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_reading_list_wishes")),
        sa.UniqueConstraint(
            "organisation_id",
            "list_id",
            "reading_group",
            name=op.f("uq_reading_list_wishes_organisation_id_list_id_reading_group"),
        ),
    )
    op.create_table(
        "reading_list_wishes_too",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("wish_id", sa.String(32), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "wish_id"],
            ["reading_list_wishes.organisation_id", "reading_list_wishes.id"],
            name=op.f("fk_reading_list_wishes_too_organisation_id_wish_id"),
            ondelete="CASCADE",
        ),
        _of_member("reading_list_wishes_too"),
        sa.PrimaryKeyConstraint(
            "organisation_id", "wish_id", "member_id", name=op.f("pk_reading_list_wishes_too")
        ),
    )


def downgrade() -> None:
    for table in (
        "reading_list_wishes_too",
        "reading_list_wishes",
        "reading_lists_begun",
        "reading_list_versions",
        "theme_drafts",
        "reading_list_units",
    ):
        op.drop_table(table)
    for column in ("week", "part", "question"):
        op.drop_column("reading_list_items", column)
    op.drop_column("reading_lists", "starts_on")


def _of_list(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", "list_id"],
        ["reading_lists.organisation_id", "reading_lists.id"],
        name=op.f(f"fk_{table}_organisation_id_list_id"),
        ondelete="CASCADE",
    )


def _of_member(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", "member_id"],
        ["members.organisation_id", "members.id"],
        name=op.f(f"fk_{table}_organisation_id_member_id"),
        ondelete="CASCADE",
    )
