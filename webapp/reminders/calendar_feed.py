"""The days in a member's private calendar: what is due of what is asked of them, their
goals, and the weeks of theme lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.calendars import Day
from webapp.reminders import store
from webapp.reminders.store import GoalDay
from webapp.requirements import progress
from webapp.themes import draft_store, entries, schedule
from webapp.themes.store import Item


def days(
    session: Session, actor: Actor, *, today: dt.date, goal_words: bool, host: str
) -> list[Day]:
    """In the order of days. An entry keeps its `uid` as long as it is about the same."""
    found = [
        *_due(session, actor, today, host),
        *_goals(store.goal_days(session, actor), host, words=goal_words),
        *_weeks(session, actor, host),
    ]
    return sorted(found, key=lambda day: (day.day, day.uid))


def _due(session: Session, actor: Actor, today: dt.date, host: str) -> Iterator[Day]:
    for asked in progress.mine(session, actor, today, earlier=False):
        if asked.open:
            yield Day(
                uid=f"asked-{asked.requirement_id}-{asked.due.isoformat()}@{host}",
                day=asked.due,
                summary=_("Due: %(what)s", what=asked.title),
                url=url_for("requirements.mine", _external=True),
            )


def _goals(found: Sequence[GoalDay], host: str, *, words: bool) -> Iterator[Day]:
    for goal in found:
        yield Day(
            uid=f"goal-{goal.id}@{host}",
            day=goal.by,
            summary=" ".join(goal.what.split()) if words else _("A practice goal"),
            url=url_for("goals.show", goal_id=goal.id, _external=True),
        )


def _weeks(session: Session, actor: Actor, host: str) -> Iterator[Day]:
    """The first day of each week; of a list that the member began, as it was then."""
    begun = store.begun_versions(session, actor)
    now = {one.id: one for one in store.scheduled_lists(session, actor)}
    items: dict[str, list[Item]] = store.weeks_of(session, actor, [*now])
    starts = {id: (one.title, one.starts_on) for id, one in now.items()}
    for id, version in begun.items():
        starts.pop(id, None)
        if version.starts_on is not None:
            starts[id] = (version.title, version.starts_on)
            items[id] = [draft_store.item_of(row) for row in version.items]
    for id, numbers in _visible_weeks(session, actor, items, starts).items():
        title, first = starts[id]
        for week in numbers:
            yield Day(
                uid=f"list-{id}-{week + 1}@{host}",
                day=schedule.day_of(first, week),
                summary=_("Week %(number)s of “%(title)s”", number=week + 1, title=title),
                url=url_for("themes.show", list_id=id, _external=True),
            )


def _visible_weeks(
    session: Session, actor: Actor, items: Mapping[str, Sequence[Item]], lists: Mapping[str, object]
) -> dict[str, list[int]]:
    """Weeks in which there is something that this member may read: one that is closed to
    them must not be told by an empty week."""
    together = [item for id in lists for item in items.get(id, ())]
    essays = entries.readable(session, actor, together)
    return {
        id: sorted(
            {
                item.week
                for item in entries.visible(items.get(id, ()), essays)
                if item.week is not None
            }
        )
        for id in lists
    }
