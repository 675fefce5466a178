"""May somebody make this invitation, and does it still work? Pure.

Asked when a link is made and again when it is used: a link is worth no more than
the right of whoever made it, at the moment in which it is used.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from webapp.units import rules
from webapp.units.rules import Rights, Tree

MOST_USES = 500
LONGEST = dt.timedelta(days=366)

Obstacle = Literal["unit", "left_empty", "role", "role_too_high", "keeps", "uses", "day"]
Over = Literal["used", "expired", "withdrawn"]


@dataclass(frozen=True)
class Wanted:
    """What a link would give. `organizes`: of its role; None where the role is not
    there to be given."""

    unit: str
    role: str = ""
    organizes: bool | None = False
    keeps: bool = False  # organizer of everything
    uses: int | None = 1  # None: any number until it expires
    lasts: dt.timedelta = dt.timedelta(days=14)


def obstacle(
    tree: Tree, rights: Rights, wanted: Wanted, *, administrator: bool, left_empty: bool = False
) -> Obstacle | None:
    """What stands in the way of making it. `left_empty`: nobody is in the unit, and
    others once were; whoever came by a link would read alone what they wrote."""
    if rules.to_work_on(tree, rights, wanted.unit) is not None:
        return "unit"
    if left_empty and not rights.everywhere:
        return "left_empty"
    if wanted.organizes is None:
        return "role"
    if not rules.may_give(tree, rights, wanted.unit, organizes=wanted.organizes):
        return "role_too_high"
    if wanted.keeps and not administrator:
        return "keeps"
    if wanted.uses is not None and not 1 <= wanted.uses <= MOST_USES:
        return "uses"
    if wanted.keeps and wanted.uses != 1:
        return "uses"  # a link that makes organizers of everything is for one person
    return None if dt.timedelta(0) < wanted.lasts <= LONGEST else "day"


def over(*, used: bool, expires_at: dt.datetime, now: dt.datetime, maker_may: bool) -> Over | None:
    """Why a link no longer works."""
    if used:
        return "used"
    if expires_at <= now:
        return "expired"
    return None if maker_may else "withdrawn"
