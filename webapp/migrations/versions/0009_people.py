"""People: imports that can be undone, numbers of members, invitations for several."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INVITATION_COLUMNS = ("uses_allowed", "uses", "made_by", "member_id")


def upgrade() -> None:
    op.add_column("members", sa.Column("number", sa.String(40), nullable=True))
    op.create_index("ix_members_number", "members", ["organisation_id", "number"], unique=True)
    for column in (
        sa.Column("uses_allowed", sa.Integer(), server_default="1", nullable=False),
        sa.Column("uses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("made_by", sa.String(32), nullable=True),
        sa.Column("member_id", sa.String(32), nullable=True),
    ):
        op.add_column("invitations", column)
    op.execute("update invitations set uses = 1 where used_at is not null")
    op.create_index("ix_invitations_member", "invitations", ["organisation_id", "member_id"])
    op.create_table(
        "people_imports",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sheet", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "status in ('waiting', 'done', 'undone')", name=op.f("ck_people_imports_status")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_people_imports")),
    )
    op.create_index(
        "ix_people_imports_made", "people_imports", ["organisation_id", "made_at", "id"]
    )
    op.create_table(
        "people_imported",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("import_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("thing_id", sa.String(64), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "import_id"],
            ["people_imports.organisation_id", "people_imports.id"],
            name=op.f("fk_people_imported_organisation_id_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "import_id", "kind", "thing_id", name=op.f("pk_people_imported")
        ),
    )
    op.create_index(
        "ix_people_imported_thing", "people_imported", ["organisation_id", "kind", "thing_id"]
    )


def downgrade() -> None:
    op.drop_table("people_imported")
    op.drop_table("people_imports")
    op.drop_index("ix_invitations_member", "invitations")
    for name in INVITATION_COLUMNS:
        op.drop_column("invitations", name)
    op.drop_index("ix_members_number", "members")
    op.drop_column("members", "number")
