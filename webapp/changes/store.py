"""SQL of how often a day, or the plan, changed; and how its rows become few again."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.changes.tables import PLAN, StudyChange
from webapp.community import change, db

_MARKS = (  # built once
    sa.select(StudyChange.day, sa.func.sum(StudyChange.number))
    .where(
        StudyChange.organisation_id == sa.bindparam("organisation"),
        StudyChange.day >= sa.bindparam("first"),
        StudyChange.day <= sa.bindparam("last"),
    )
    .group_by(StudyChange.day)
)


def marks(session: Session, organisation: str, first: str, last: str) -> Mapping[str, int]:
    """How often each day of these changed, as its words; of a day that never did, nothing."""
    rows = session.execute(_MARKS, {"organisation": organisation, "first": first, "last": last})
    return {day: int(number) for day, number in rows}


def of_plan(session: Session, organisation: str) -> int:
    return marks(session, organisation, PLAN, PLAN).get(PLAN, 0)


def put_together() -> None:
    """A job of the night: of several rows of a day, one. (Rows that somebody else adds
    meanwhile are others, and stay.)"""
    with change(db.session) as session:
        key = StudyChange.organisation_id, StudyChange.day
        several = sa.select(*key).group_by(*key).having(sa.func.count() > 1).subquery()
        rows = session.execute(
            sa.select(*key, StudyChange.id, StudyChange.number).join(
                several,
                sa.and_(
                    several.c.organisation_id == StudyChange.organisation_id,
                    several.c.day == StudyChange.day,
                ),
            )
        ).all()
        sums: dict[tuple[str, str], int] = {}
        for organisation, day, _id, number in rows:
            sums[organisation, day] = sums.get((organisation, day), 0) + number
        ids = [id for _organisation, _day, id, _number in rows]
        for begin in range(0, len(ids), 500):
            session.execute(
                sa.delete(StudyChange).where(StudyChange.id.in_(ids[begin : begin + 500]))
            )
        if sums:
            session.execute(
                sa.insert(StudyChange),
                [
                    {"organisation_id": organisation, "day": day, "number": number}
                    for (organisation, day), number in sums.items()
                ],
            )
