"""How units stood before: moves, kinds and leading groups with their days, from the audit log."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

COLUMN = {
    "unit.moved": "parent_id",
    "unit.kind_changed": "kind",
    "unit.leading_group": "leading_group_id",
}


def upgrade() -> None:
    made = op.create_table(
        "units_before",
        sa.Column("organisation_id", sa.String(16), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parent_id", sa.String(32), nullable=True),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("leading_group_id", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "unit_id"],
            ["units.organisation_id", "units.id"],
            name=op.f("fk_units_before_organisation_id_unit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "unit_id", "until", name=op.f("pk_units_before")
        ),
    )
    rows = _from_the_log(op.get_bind())
    if rows:
        op.bulk_insert(made, rows)


def downgrade() -> None:
    op.drop_table("units_before")


def _from_the_log(connection: Any) -> list[dict[str, Any]]:
    """Backwards from how each unit stands now: a line of the log says what was before it."""
    units = sa.table(
        "units", *(sa.column(name) for name in ("organisation_id", "id", *COLUMN.values()))
    )
    log = sa.table(
        "audit_events",
        *(sa.column(name) for name in ("organisation_id", "id", "what", "about_id")),
        sa.column("at", sa.DateTime(timezone=True)),
        sa.column("details", sa.JSON),
    )
    stands = {
        (row.organisation_id, row.id): row._asdict() for row in connection.execute(sa.select(units))
    }
    found: dict[tuple[str, str, Any], dict[str, Any]] = {}
    for row in connection.execute(
        sa.select(log).where(log.c.what.in_(COLUMN)).order_by(log.c.at.desc(), log.c.id)
    ):
        unit = stands.get((row.organisation_id, row.about_id))
        if unit is not None:
            unit[COLUMN[row.what]] = row.details.get("before")
            found[row.organisation_id, row.about_id, row.at] = {
                "organisation_id": row.organisation_id,
                "unit_id": row.about_id,
                "until": row.at,
                **{column: unit[column] for column in COLUMN.values()},
            }  # of several at one moment the last that is looked at: it was before them all
    return list(found.values())
