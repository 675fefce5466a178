"""Themes are counted in an index, by whom the pieces are open to; pieces for a unit are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.reflections import keeping_readers

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reflection_themes", sa.Column("readers", sa.String(32), nullable=True))
    op.execute(keeping_readers.OF_EVERYTHING)
    op.create_index(
        "ix_reflection_themes_piece",
        "reflection_themes",
        ["organisation_id", "reflection_id", "theme"],
    )
    op.create_index(
        "ix_reflection_themes_readers",
        "reflection_themes",
        ["organisation_id", "readers", "theme"],
    )
    op.create_index(
        "ix_reflections_unit",
        "reflections",
        ["organisation_id", "unit_id", "status"],
        sqlite_where=sa.text("unit_id is not null"),
        postgresql_where=sa.text("unit_id is not null"),
    )
    for statement in keeping_readers.made(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for statement in keeping_readers.unmade(op.get_bind().dialect.name):
        op.execute(statement)
    op.drop_index("ix_reflections_unit", "reflections")
    op.drop_index("ix_reflection_themes_readers", "reflection_themes")
    op.drop_index("ix_reflection_themes_piece", "reflection_themes")
    op.drop_column("reflection_themes", "readers")
