"""Writing to the audit log. Lines are added, and nothing changes or removes one: the
database refuses it (migration 0010)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from webapp.audit.tables import AuditEvent
from webapp.ids import new_id


def record(
    session: Session,
    organisation: str,
    what: str,
    *,
    by: str | None,
    at: dt.datetime,
    about: tuple[str, str] | None = None,
    **details: Any,
) -> None:
    """Add a line, inside the caller's transaction, so that it is there exactly if
    the change is.

    `by`: the member who did it, None for the command line. `about`: the kind of
    thing ("unit", "member", "requirement", ...) and its id. `details`: what
    can be told as JSON (ids, before and after), never words of a note, a draft
    or a piece, and no name or address of a person: a line outlives their account.
    """
    kind, id = about or (None, None)
    session.add(
        AuditEvent(
            organisation_id=organisation,
            id=new_id(),
            at=at,
            by=by,
            what=what,
            about_kind=kind,
            about_id=id,
            details=details,
        )
    )


def record_by_author(
    session: Session,
    organisation: str,
    what: str,
    *,
    reflection: str,
    at: dt.datetime,
    zone: ZoneInfo,
    **details: Any,
) -> None:
    """Add a line about what an author did with a piece, which says neither who nor when.

    Who it was, the piece itself says to whoever may know. The log must not: a piece
    that bears a name today may be without one tomorrow, and no line can be taken
    back. The day alone, at its beginning: a moment would lead to who had just
    signed in, and the order of lines to who came before.
    """
    about = ("reflection", reflection)
    record(session, organisation, what, by=None, at=day_of(at, zone), about=about, **details)


def record_presence(
    session: Session,
    organisation: str,
    what: str,
    *,
    by: str,
    at: dt.datetime,
    zone: ZoneInfo,
    **details: Any,
) -> None:
    """Add a line that says that somebody was there: signed in, signed out, or did what
    members do for themselves.

    It is about its day, so that a page can leave out days on which few came: there
    it would tell who wrote the piece without a name that bears that day.
    """
    day = at.astimezone(zone).date().isoformat()
    record(session, organisation, what, by=by, at=at, about=("day", day), **details)


def day_of(at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The beginning of its day: for a line that keeps the day alone."""
    day = at.astimezone(zone).date()
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
