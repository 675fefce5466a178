"""What the pages of reflections share."""

from __future__ import annotations

import structlog
from flask import Blueprint, abort, g, request
from werkzeug.wrappers import Response

from webapp.community import db
from webapp.jobs import queue
from webapp.reflections import (
    store,
)
from webapp.reflections.tables import Reflection

bp = Blueprint("reflections", __name__)
log = structlog.get_logger("xinde.reflections")

ON_A_PAGE = 20

Answer = tuple[str, int] | Response


def own(reflection_id: str) -> Reflection:
    piece = store.own(db.session, g.actor, reflection_id)
    if piece is None:
        abort(404)
    return piece


def look_again(reflection_id: str) -> None:
    """Ask for the index to follow. The change itself is kept already: what the
    queue does not take, the sweep finds."""
    try:
        queue.look_again(g.actor.organisation, reflection_id)
    except Exception as problem:
        log.error("job not enqueued", reflection=reflection_id, problem=str(problem))


def mark_of_page() -> store.Mark | None:
    """Where the page before ended; a mark that is none is a 400."""
    raw = request.args.get("after", "")
    if not raw:
        return None
    mark = store.mark_of(raw)
    if mark is None:
        abort(400)
    return mark
