"""A goal may say at which activity it was acted on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("goals", sa.Column("attendance_id", sa.String(32), nullable=True))


def downgrade() -> None:
    op.drop_column("goals", "attendance_id")
