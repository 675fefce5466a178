"""Lists made in the night, so that whoever comes in the morning need not wait for theirs.

A job that is late, repeated or lost does no harm: whoever has no list gets one
when they open the page.
"""

from __future__ import annotations

import datetime as dt

import structlog

from webapp import clock
from webapp.community import db
from webapp.members.tables import Member
from webapp.resources import Resources, resources
from webapp.suggestions import actions, store

log = structlog.get_logger("xinde.jobs")

NIGHT = range(6)  # hours of the organisation's own clock
SEEN_WITHIN = dt.timedelta(days=14)
MOST = 300  # lists in one run: other jobs wait for it


def make_lists(*, most: int = MOST) -> int:
    """In the night: today's list for members who were here lately and have none."""
    now = clock.now()
    if now.astimezone(clock.zone()).hour not in NIGHT:
        return 0
    return lists_for(resources(), day=clock.today(), now=now, most=most)


def lists_for(found: Resources, *, day: dt.date, now: dt.datetime, most: int) -> int:
    """The number of lists made, those whose last list is oldest first; one transaction
    each. One that fails does not keep the others from being made."""
    waiting = store.without_list(db.session, day=day, since=now - SEEN_WITHIN, limit=most)
    db.session.rollback()
    done = 0
    for organisation, member_id, seen in waiting:
        try:
            member = db.session.get(Member, (organisation, member_id), populate_existing=True)
            if member is None or member.left_at is not None:
                continue
            actions.todays(db.session, member, found, day=day, now=now, seen=seen)
            done += 1
        except Exception as problem:
            db.session.rollback()
            said = type(problem).__name__  # a message may quote what the member wrote
            log.error("no list made in the night", problem=said)
    return done
