"""Requirements with their versions, attendance, pieces of people without accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = ("requirements", "requirement_versions", "attendances", "entered_pieces")


def upgrade() -> None:
    op.create_table(
        "requirements",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("replaces_id", sa.String(32), nullable=True),
        sa.Column("withdrawn_from", sa.Date(), nullable=True),
        sa.Column("withdrawn_why", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(32), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        _of_unit("requirements"),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_requirements")),
    )
    op.create_index("ix_requirements_unit", "requirements", ["organisation_id", "unit_id"])
    op.create_index("ix_requirements_replaces", "requirements", ["organisation_id", "replaces_id"])
    op.create_table(
        "requirement_versions",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("requirement_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("guidance", sa.Text(), nullable=False),
        sa.Column("unit_kind", sa.String(60), nullable=True),
        sa.Column("role_id", sa.String(64), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("pace", sa.String(16), nullable=False),
        sa.Column("content", sa.String(16), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("readings", sa.JSON(), nullable=False),
        sa.Column("list_id", sa.String(32), nullable=True),
        sa.Column("list_title", sa.String(200), nullable=False),
        sa.Column("genres", sa.JSON(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("write", sa.Integer(), nullable=False),
        sa.Column("discuss", sa.Integer(), nullable=False),
        sa.Column("attend", sa.Integer(), nullable=False),
        sa.Column("practise", sa.Integer(), nullable=False),
        sa.Column("answered_by", sa.String(16), nullable=False),
        sa.Column("accepted_when", sa.String(16), nullable=False),
        sa.Column("may_replace", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(32), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "pace in ('once', 'week', 'month', 'quarter')",
            name=op.f("ck_requirement_versions_pace"),
        ),
        sa.CheckConstraint(
            "content in ('own', 'themes', 'readings', 'list')",
            name=op.f("ck_requirement_versions_content"),
        ),
        sa.CheckConstraint(
            "answered_by in ('reader', 'organizer', 'leading_group')",
            name=op.f("ck_requirement_versions_answered_by"),
        ),
        sa.CheckConstraint(
            "accepted_when in ('answered', 'accepted')",
            name=op.f("ck_requirement_versions_accepted_when"),
        ),
        sa.CheckConstraint(
            "ends_on is null or ends_on >= starts_on",
            name=op.f("ck_requirement_versions_period"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "requirement_id"],
            ["requirements.organisation_id", "requirements.id"],
            name=op.f("fk_requirement_versions_organisation_id_requirement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "requirement_id", "number", name=op.f("pk_requirement_versions")
        ),
    )
    op.create_table(
        "attendances",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("what", sa.String(200), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        *_entered("attendances"),
    )
    _find_by("attendances")
    op.create_table(
        "entered_pieces",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("genre", sa.String(16), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("text_slug", sa.String(120), nullable=True),
        sa.Column("text_title", sa.String(300), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "genre in ('reflection', 'experience', 'summary', 'speech')",
            name=op.f("ck_entered_pieces_genre"),
        ),
        *_entered("entered_pieces"),
    )
    _find_by("entered_pieces")
    # a page of a unit's people by name, and what these handed in since a day
    op.create_index("ix_members_name", "members", ["organisation_id", "name", "id"])
    op.create_index(
        "ix_reflections_author",
        "reflections",
        ["organisation_id", "member_id", "status", "submitted_at"],
    )


def downgrade() -> None:
    op.drop_index("ix_reflections_author", "reflections")
    op.drop_index("ix_members_name", "members")
    for table in reversed(TABLES):
        op.drop_table(table)


def _entered(table: str) -> list[sa.Column[object] | sa.Constraint]:
    """Who entered it, what the person it is about says to that, and the keys."""
    return [
        sa.Column("entered_by", sa.String(32), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("objected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("objection", sa.Text(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(member_id is null) <> (name = '')", name=op.f(f"ck_{table}_somebody")),
        _of_unit(table),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f(f"fk_{table}_organisation_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f(f"pk_{table}")),
    ]


def _find_by(table: str) -> None:
    op.create_index(f"ix_{table}_unit", table, ["organisation_id", "unit_id", "day", "id"])
    op.create_index(f"ix_{table}_member", table, ["organisation_id", "member_id", "day"])


def _of_unit(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", "unit_id"],
        ["units.organisation_id", "units.id"],
        name=op.f(f"fk_{table}_organisation_id_unit_id"),
        ondelete="CASCADE",
    )
