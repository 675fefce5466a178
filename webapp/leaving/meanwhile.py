"""What is answered when the account was deleted while another of its requests was on its way?"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app, g, request
from sqlalchemy.orm.exc import ObjectDeletedError

from webapp import doors
from webapp.access import Actor, Refused
from webapp.community import db
from webapp.members.tables import Member


def init_app(app: Flask) -> None:
    app.register_error_handler(sa.exc.IntegrityError, _answer)
    app.register_error_handler(ObjectDeletedError, _answer)


def _answer(error: Exception) -> Any:
    """Whoever is gone is signed out. Anything else is our fault."""
    db.session.rollback()
    key = sa.inspect(g.member).identity if g.get("member") is not None else None
    if key is None or _is_there(*key):
        return doors.unexpected(error)
    g.member, g.actor = None, Actor(organisation="")
    permission = doors.permission_of(current_app, request.endpoint or "")
    return doors.refused(Refused(permission or "", signed_out=True))


def _is_there(organisation: str, member: str) -> bool:
    there = sa.exists().where(Member.organisation_id == organisation, Member.id == member)
    return bool(db.session.scalar(sa.select(there)))
