"""In which order answers stand, and what is told of their time. Pure.

Of time only the day is told. On a piece without a name the order within a day
must not tell either at which hour its author was writing: there the author's
replies stand at the end of their day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Said:
    """One answer or reply as a reader sees it."""

    id: str
    parent: str | None
    kind: str  # echo | question | suggestion | reply
    mine: bool
    by_author: bool
    name: str  # "" for the author of the piece
    body: str
    quote: str
    paragraph: int | None  # where the quotation stood
    at: dt.datetime
    edited: bool
    taken_back: bool
    hidden: bool


@dataclass(frozen=True)
class Thread:
    answer: Said
    replies: tuple[Said, ...] = ()


def threads(said: Iterable[Said], *, nameless: bool, zone: ZoneInfo) -> list[Thread]:
    """Answers, the oldest first, each with its replies. A reply whose answer is not
    there is left out, and an answer that was taken back without replies as well."""
    below: dict[str, list[Said]] = {}
    roots: list[Said] = []
    for one in said:
        if one.parent is None:
            roots.append(one)
        else:
            below.setdefault(one.parent, []).append(one)

    def order(one: Said) -> tuple[dt.date, bool, dt.datetime, str]:
        return one.at.astimezone(zone).date(), nameless and one.by_author, one.at, one.id

    found = [Thread(root, tuple(sorted(below.get(root.id, ()), key=order))) for root in roots]
    kept = [thread for thread in found if thread.replies or not thread.answer.taken_back]
    return sorted(kept, key=lambda thread: order(thread.answer))


def time_kept(now: dt.datetime, *, nth: int, zone: ZoneInfo) -> dt.datetime:
    """The time that is stored with the reply of an author without a name: the day
    alone, and that it was their `nth` to the piece, which keeps them in order."""
    day = now.astimezone(zone).date()
    start = dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
    return start + dt.timedelta(microseconds=nth)
