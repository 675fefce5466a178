"""Which requirements may meet in one person and ask different things. Pure.

Both hold, and both are shown: whoever sets the second is told of the first, and
decides. Different contents, methods or paces do not contradict one another, since
one piece counts for every requirement that it fulfils. Two things do:

- the same method, content and pace, in another quantity;
- pieces about the same, that another reader must answer, or that count at another
  point.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from webapp.requirements.asking import Method, Required, Says, says_on
from webapp.requirements.holding import Tree, path

About = Literal["quantity", "assessment"]
FOREVER = dt.date.max


@dataclass(frozen=True)
class Clash:
    """A requirement that says something else, and about what."""

    other: Required
    theirs: Says
    about: About
    method: Method | None = None  # of a quantity

    @property
    def key(self) -> str:
        """What it is about, for whoever says that they have looked at it."""
        return ":".join((self.other.id, self.about, self.method or ""))


def clashes(
    says: Says,
    unit_id: str,
    others: Iterable[Required],
    *,
    tree: Tree,
    day: dt.date,
    replaces: str | None = None,
) -> list[Clash]:
    """What contradicts a requirement that says this in this unit from `day` on.
    `replaces` names the one that it stands in for."""
    found = []
    others = tuple(others)
    gone = {
        one.replaces_id
        for one in others
        if one.unit_id in path(tree, unit_id) and _for_all(says_on(one, day))
    }
    for other in others:
        theirs = says_on(other, max(day, other.newest.from_day)) or says_on(other, day)
        if theirs is None or other.id == replaces or (theirs.may_replace and other.id in gone):
            continue
        if not _may_meet(says, unit_id, theirs, other.unit_id, tree):
            continue
        found += [Clash(other, theirs, "quantity", method) for method in _counts(says, theirs)]
        if _judged_otherwise(says, theirs):
            found.append(Clash(other, theirs, "assessment"))
    return found


def _for_all(says: Says | None) -> bool:
    return says is not None and says.unit_kind is None and says.role_id is None


def _may_meet(mine: Says, unit: str, theirs: Says, other: str, tree: Tree) -> bool:
    """Whether one person may carry both at one time: roles always meet, since somebody
    may be given several."""
    if other not in path(tree, unit) and unit not in path(tree, other):
        return False
    if None not in (mine.unit_kind, theirs.unit_kind) and mine.unit_kind != theirs.unit_kind:
        return False
    return mine.starts_on <= (theirs.ends_on or FOREVER) and theirs.starts_on <= (
        mine.ends_on or FOREVER
    )


def _counts(mine: Says, theirs: Says) -> list[Method]:
    same = (mine.pace, mine.content, mine.themes, mine.readings, mine.genres) == (
        theirs.pace,
        theirs.content,
        theirs.themes,
        theirs.readings,
        theirs.genres,
    )
    if not same:
        return []
    other = dict(theirs.asked)
    return [method for method, count in mine.asked if other.get(method, count) != count]


def _judged_otherwise(mine: Says, theirs: Says) -> bool:
    if not ((mine.write and theirs.write) or (mine.practise and theirs.practise)):
        return False
    if (mine.answered_by, mine.accepted_when) == (theirs.answered_by, theirs.accepted_when):
        return False
    return _about_the_same(mine, theirs)


def _about_the_same(mine: Says, theirs: Says) -> bool:
    if mine.genres and theirs.genres and set(mine.genres).isdisjoint(theirs.genres):
        return False
    if "own" in (mine.content, theirs.content):
        return True
    if mine.content == theirs.content == "themes":
        return not set(mine.themes).isdisjoint(theirs.themes)
    return not set(mine.readings).isdisjoint(theirs.readings)
