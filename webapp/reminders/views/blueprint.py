"""What the pages and feeds of reminders share."""

from __future__ import annotations

from flask import Blueprint, abort, g
from flask_babel import refresh
from werkzeug.wrappers import Response

from webapp.access import Actor
from webapp.community import db
from webapp.members.tables import Member
from webapp.reminders import store, tokens

bp = Blueprint("reminders", __name__)

Answer = tuple[str, int] | Response


def holder(kind: str, token: str) -> tuple[Member, Actor]:
    """The member whose private address this is. From here on the answer is in their
    language: whoever comes with an address brings no choice of their own."""
    found = store.holder(db.session, kind, tokens.hashed(token[:200]))
    if found is None:
        abort(404)
    g.language = found[0].language
    refresh()
    return found
