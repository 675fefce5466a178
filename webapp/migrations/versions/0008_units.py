"""Units: kinds, closing and merging, leading groups; roles that are given in a unit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UNIT_COLUMNS = ("closed_at", "merged_into", "leading_group_id", "office_id")
ROLE_COLUMNS = ("organizes", "leads", "retired_at")


def upgrade() -> None:
    op.create_table(
        "unit_kinds",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(60), nullable=False),
        sa.Column("name_en", sa.String(120), nullable=False),
        sa.Column("name_zh", sa.String(120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_unit_kinds")),
    )
    # Kinds were free words until now: each becomes an entry of the list under its own word.
    op.execute(
        "insert into unit_kinds (organisation_id, id, name_en, name_zh, position)"
        " select distinct organisation_id, kind, kind, kind, 0 from units"
    )
    for name in ("closed_at",):
        op.add_column("units", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for name in ("merged_into", "leading_group_id", "office_id"):
        op.add_column("units", sa.Column(name, sa.String(32), nullable=True))
    op.create_index("ix_units_parent", "units", ["organisation_id", "parent_id"])
    for name in ("organizes", "leads"):
        op.add_column(
            "study_roles", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.add_column("study_roles", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("update study_roles set organizes = true where id = 'organizer'")
    # Links that were made when a role gave no right: they let in, without this one.
    op.execute(
        "update invitations set role_id = null where role_id = 'organizer' and used_at is null"
    )
    op.execute(
        "update study_roles set leads = true where id in"
        " ('secretary', 'group-leader', 'committee-member')"
    )
    op.create_table(
        "appointments",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("role_id", sa.String(64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                ["organisation_id", f"{what}_id"],
                [f"{table}.organisation_id", f"{table}.id"],
                name=op.f(f"fk_appointments_organisation_id_{what}_id"),
                ondelete="CASCADE",
            )
            for what, table in (("member", "members"), ("unit", "units"), ("role", "study_roles"))
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_appointments")),
    )
    for what in ("member", "unit"):
        op.create_index(
            f"ix_appointments_{what}", "appointments", ["organisation_id", f"{what}_id"]
        )


def downgrade() -> None:
    op.drop_table("appointments")
    for name in ROLE_COLUMNS:
        op.drop_column("study_roles", name)
    op.drop_index("ix_units_parent", "units")
    for name in UNIT_COLUMNS:
        op.drop_column("units", name)
    op.drop_table("unit_kinds")
