"""Is what is asked in a span asked of somebody who came under the requirement while it ran? Pure.

Decision 0015 says why: nobody can do the work of a month in its last three days. So a
span is asked of whoever came under the requirement with at least half of it ahead.
What is asked once in a long period has no next span in which they would be asked
instead: of that, a month ahead is enough.
"""

from __future__ import annotations

import datetime as dt

from webapp.requirements.asking import Required, Says
from webapp.requirements.holding import Person, Plan, holds_through
from webapp.requirements.spans import Span

MONTH = 30  # days


def latest(says: Says, span: Span) -> dt.date:
    """The last day on which one may come under the requirement and be asked for the span."""
    days = (span.due - span.starts).days + 1
    enough = (days + 1) // 2
    if says.pace == "once":
        enough = min(enough, MONTH)
    return span.due - dt.timedelta(days=enough - 1)


def asked_through(
    required: Required,
    says: Says,
    span: Span,
    person: Person,
    plan: Plan,
    *,
    on: dt.date,
    within: str | None = None,
) -> str | None:
    """The member's unit through which the span is asked of them: by what was true on the
    day it was due, or is true today. None where it is not asked, or was not early
    enough. `within`: through this unit or one below it; where they came from is no
    matter."""
    day = min(span.due, on)
    through = holds_through(required, says, person, plan, day=day, within=within)
    early = latest(says, span)
    if through is None or day <= early:
        return through
    return through if holds_through(required, says, person, plan, day=early) else None


def came(
    required: Required, says: Says, span: Span, person: Person, plan: Plan, *, on: dt.date
) -> dt.date | None:
    """The day on which they came under it, too late for the span that runs. None where
    they did not; this one where another requirement's end brought them under it."""
    if asked_through(required, says, span, person, plan, on=on):
        return None
    if not holds_through(required, says, person, plan, day=on):
        return None
    early = latest(says, span)
    changes = {*plan.changed, *(one.since for one in (*person.belongs, *person.given))}
    days = sorted(day for day in changes if early < day <= on)
    return next((day for day in days if holds_through(required, says, person, plan, day=day)), on)
