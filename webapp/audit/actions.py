"""Writing to the audit log."""

from __future__ import annotations

import datetime as dt
from typing import Any

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
    or a piece.
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
