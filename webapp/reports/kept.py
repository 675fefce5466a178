"""What a report need not count again: the structure, and the facts of each day.

The database says which days changed (`webapp/changes`), in the transaction that
changed them; what is kept here is used only while it says the same as when that was
read. So the next report after a withdrawal, a move or a lost role knows of it,
whichever process wrote it. Kept in memory alone, without names of people or words.

What it says is read before the facts are: should somebody write in between, the facts
are newer than their mark and are read once more, never older.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from webapp import clock
from webapp.changes import store as changes
from webapp.changes.memory import Memory
from webapp.reports import facts_store
from webapp.reports.facts import Codes, Facts
from webapp.reports.structure import Structure
from webapp.requirements import roll_store as rolls

MOST = 1_000_000  # pieces and questions that are kept, some 100 MB
DAY = dt.timedelta(days=1)


@dataclass
class _OfOrganisation:
    codes: Codes = field(default_factory=Codes)
    structure: Structure | None = None
    days: OrderedDict[dt.date, tuple[int, Facts]] = field(default_factory=OrderedDict)
    joined: tuple[tuple[dt.date, tuple[int, ...]], Facts] | None = None  # what was asked last
    lock: threading.Lock = field(default_factory=threading.Lock)


_memory = Memory(_OfOrganisation)


def structure(session: Session, organisation: str) -> Structure:
    kept, roll, today = (
        _memory.of(session, organisation),
        rolls.roll(session, organisation),
        clock.today(),
    )
    with kept.lock:
        found = kept.structure
        if found is None or found.roll is not roll or found.today != today:
            for one in (*roll.memberships, *roll.appointments):
                kept.codes.of(one.member)  # tables by code have room for everybody
            found = kept.structure = Structure(roll, kept.codes, today)
        return found


def facts(
    session: Session, structure: Structure, organisation: str, first: dt.date, last: dt.date
) -> Facts:
    """Of these days, in UTC, the last with them. `structure`: in whose codes."""
    kept = _memory.of(session, organisation)
    if kept.codes is not structure.codes:
        return facts_store.found(session, organisation, first, last, structure.codes)
    with kept.lock:
        marks = changes.marks(session, organisation, first.isoformat(), last.isoformat())
        days = [first + DAY * n for n in range((last - first).days + 1)]
        mark_of = {day: marks.get(day.isoformat(), 0) for day in days}
        whole = first, tuple(mark_of.values())
        if kept.joined is not None and kept.joined[0] == whole:
            return kept.joined[1]
        for begins, ends in _runs([day for day in days if _is_old(kept, day, mark_of[day])]):
            found = facts_store.found(session, organisation, begins, ends, kept.codes)
            for number, one in enumerate(found.by_day(begins, ends)):
                day = begins + DAY * number
                kept.days[day] = mark_of[day], one
        for day in days:
            kept.days.move_to_end(day)
        joined = Facts.joined([kept.days[day][1] for day in days])
        kept.joined = whole, joined
        _forget(kept)
        return joined


def _is_old(kept: _OfOrganisation, day: dt.date, mark: int) -> bool:
    known = kept.days.get(day)
    return known is None or known[0] != mark


def _runs(days: list[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """First and last of days that follow each other."""
    found: list[tuple[dt.date, dt.date]] = []
    for day in days:
        if found and found[-1][1] + DAY == day:
            found[-1] = found[-1][0], day
        else:
            found.append((day, day))
    return found


def _forget(kept: _OfOrganisation) -> None:
    """The days that were asked for longest ago, where there are too many."""
    size = sum(one.size for _mark, one in kept.days.values())
    while size > MOST and kept.days:
        _day, (_mark, one) = kept.days.popitem(last=False)
        size -= one.size
