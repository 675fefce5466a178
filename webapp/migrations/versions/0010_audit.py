"""The audit log, and that the database itself refuses to change or remove a line of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SAID = "audit_events is only added to"


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(32), nullable=True),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("about_kind", sa.String(20), nullable=True),
        sa.Column("about_id", sa.String(64), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_audit_events")),
    )
    op.create_index("ix_audit_events_at", "audit_events", ["organisation_id", "at", "id"])
    op.create_index(
        "ix_audit_events_about",
        "audit_events",
        ["organisation_id", "about_kind", "about_id", "at"],
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "create function audit_events_refuse() returns trigger language plpgsql as"
            f" $$ begin raise exception '{SAID}'; end $$"
        )
        op.execute(
            "create trigger audit_events_kept before update or delete on audit_events"
            " for each row execute function audit_events_refuse()"
        )
        op.execute(
            "create trigger audit_events_whole before truncate on audit_events"
            " for each statement execute function audit_events_refuse()"
        )
    else:
        for what in ("update", "delete"):
            op.execute(
                f"create trigger audit_events_no_{what} before {what} on audit_events"
                f" begin select raise(abort, '{SAID}'); end"
            )


def downgrade() -> None:
    op.drop_table("audit_events")  # its triggers go with it
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop function audit_events_refuse()")
