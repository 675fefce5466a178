"""Whether anybody who reads a piece could make it count. Pure.

A piece for one unit is read by those who belong to it, and by nobody above them: whoever
is to answer or to accept it must be one of them. Who may accept is `access.may_review`,
who answers for a requirement is `holding.Answerers`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from webapp.requirements.asking import Says
from webapp.requirements.roll import Roll


def could_count(
    says: Says, roll: Roll, *, author: str, through: str, unit_id: str, day: dt.date
) -> bool:
    """Of a piece for this unit alone. `through`: the author's unit through which the
    requirement holds."""
    if says.accepted_when == "accepted":
        return could_be_accepted(roll, author=author, unit_id=unit_id, day=day)
    if says.answered_by == "reader":
        return any(reader != author for reader in roll.readers(unit_id, day))
    tree = roll.plan.on(day).tree
    theirs = roll.answerers.who(day, kind=says.answered_by, unit_id=through, tree=tree)
    # Whoever accepts it without a word answers it.
    return _reads(roll, theirs, author, unit_id, day) or could_be_accepted(
        roll, author=author, unit_id=unit_id, day=day
    )


def could_be_accepted(roll: Roll, *, author: str, unit_id: str, day: dt.date) -> bool:
    """Whether somebody who may accept what the author writes, in whichever unit the
    author is, reads what is for this one."""
    tree = roll.plan.on(day).tree
    may = (
        by
        for since in roll.person(author).belongs
        if since.on(day)
        for by in roll.answerers.who(day, kind="organizer", unit_id=since.unit_id, tree=tree)
    )
    return _reads(roll, may, author, unit_id, day)


def _reads(roll: Roll, those: Iterator[str], author: str, unit_id: str, day: dt.date) -> bool:
    return any(by != author and roll.reads(by, unit_id, day) for by in those)
