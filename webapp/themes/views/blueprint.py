"""What the pages of reading lists share."""

from __future__ import annotations

from flask import Blueprint, abort, g, request
from werkzeug.wrappers import Response

from webapp.community import db
from webapp.members import once
from webapp.themes import store
from webapp.themes.store import ShownList

bp = Blueprint("themes", __name__)

Answer = tuple[str, int] | Response


def readable(list_id: str) -> ShownList:
    """One that the actor may read; what is not there and what is closed are one answer."""
    found = store.readable(db.session, g.actor, list_id[:32])
    if found is None:
        abort(404)
    return found


def own(list_id: str) -> ShownList:
    found = readable(list_id)
    if not found.mine:
        abort(404)
    return found


def key_sent() -> str:
    """The key of the form, by which a submit that comes twice is carried out once."""
    key = request.form.get("key", "")
    if not once.well_formed(key):
        abort(400)
    return key
