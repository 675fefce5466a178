"""How is a unit put elsewhere, made of another kind or led by others, and what is kept of how
it stood before? The one place that does so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.community import one_of
from webapp.units.tables import Unit, UnitBefore

DATED = ("parent_id", "kind", "leading_group_id")


def stand(
    session: Session,
    organisation: str,
    changed: Mapping[str, Mapping[str, Any]],
    *,
    now: dt.datetime,
) -> None:
    """Change these units, each in these columns. Part of the caller's transaction.
    Of several changes at one moment, what was so before the first is what was before."""
    if not changed:
        return
    session.flush()
    rows = session.scalars(
        sa.select(Unit)
        .where(Unit.organisation_id == organisation, one_of(Unit.id, changed))
        .execution_options(populate_existing=True)
    ).all()
    kept = set(
        session.scalars(
            sa.select(UnitBefore.unit_id).where(
                UnitBefore.organisation_id == organisation,
                one_of(UnitBefore.unit_id, changed),
                UnitBefore.until == now,
            )
        )
    )
    for unit in rows:
        before = {column: getattr(unit, column) for column in DATED}
        if unit.id not in kept and before != {**before, **_dated(changed[unit.id])}:
            session.add(
                UnitBefore(organisation_id=organisation, unit_id=unit.id, until=now, **before)
            )
        for column, value in changed[unit.id].items():
            setattr(unit, column, value)
    session.flush()


def _dated(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {column: value for column, value in columns.items() if column in DATED}
