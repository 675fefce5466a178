"""Signing in and out and new passwords, as Flask-Security tells of them, for the log.

A line is written after the answer is made: Flask-Security ends its own transaction
only then. Who tried in vain is not kept: a name that was typed may belong to
somebody's account, or to nobody's, and the log tells neither.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask, Response, g, request
from flask_login import user_logged_out
from flask_security import password_changed, password_reset, user_authenticated

from webapp import clock
from webapp.audit.actions import record, record_presence
from webapp.community import change, db
from webapp.members.tables import Member, Organisation

SIGNING = ("sign_in.done", "sign_in.ended")

log = structlog.get_logger("xinde.audit")


def init_app(app: Flask) -> None:
    for signal, what in (
        (user_authenticated, "sign_in.done"),
        (user_logged_out, "sign_in.ended"),
        (password_changed, "password.changed"),
        (password_reset, "password.reset"),
    ):
        signal.connect(_noting(what), app, weak=False)
    app.after_request(_write)


def _noting(what: str) -> Any:
    def note(_app: Flask, user: Any = None, **_: Any) -> None:
        if getattr(user, "id", None) is not None:
            noted = g.get("signing_noted") or []
            g.signing_noted = [*noted, (what, user.id)]

    return note


def _write(response: Response) -> Response:
    noted = g.pop("signing_noted", [])
    refused = (
        request.endpoint == "security.login"
        and request.method == "POST"
        and response.status_code in (200, 400)
        and not noted
    )
    if not noted and not refused:
        return response
    try:
        _add(noted, refused)
    except sa.exc.SQLAlchemyError as problem:  # the answer is ready; nobody is kept out by a log
        log.error("signing in not logged", problem=type(problem).__name__)
    return response


def _add(noted: list[tuple[str, int]], refused: bool) -> None:
    now, zone = clock.now(), clock.zone()
    if any(what == "password.changed" for what, _account in noted):
        # Flask-Security signs in anew whoever changes a password
        noted = [(what, account) for what, account in noted if what not in SIGNING]
    with change(db.session) as session:
        for what, account in noted:
            member = session.execute(
                sa.select(Member.organisation_id, Member.id, Member.left_at).where(
                    Member.account_id == account
                )
            ).first()
            if member is None:
                continue
            if what == "sign_in.ended" and member.left_at is not None:
                continue  # that they left is in the log; an old cookie is signed out each time
            record_presence(session, member[0], what, by=member[1], at=now, zone=zone)
        if refused:
            organisation = session.scalar(sa.select(Organisation.id).limit(1))
            if organisation is not None:
                record(session, organisation, "sign_in.refused", by=None, at=now)
