"""Putting the quotation with its source behind a sentence that is close to it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import clock
from webapp.access import needs
from webapp.community import db
from webapp.originality import citing, gathering, store
from webapp.originality.gathering import OF_MEMBERS, Known
from webapp.reflections import actions, citations, sent
from webapp.reflections import store as reflections
from webapp.reflections.actions import Stale, Unknown
from webapp.resources import library

bp = Blueprint("originality", __name__)

LONGEST_PLACE = 2**31 - 1


@bp.post("/reflections/<reflection_id>/cite")
@needs("reflection.write")
def cite(reflection_id: str) -> Response:
    """Through the normal save: only on top of the version that the page was made from."""
    piece = reflections.own(db.session, g.actor, reflection_id)
    if piece is None:
        abort(404)
    version = sent.version(request.form, "version")
    source = _source(request.form.get("source", "")[:160])
    block = citing.block(source, _number("from"), _number("to")) if source else None
    if block is None:
        flash(_("That reading is not there any more, so nothing was put into your draft."), "error")
        return redirect(url_for("reflections.submit", reflection_id=piece.id), 303)
    if piece.version != version and block.strip() in piece.body:
        return redirect(url_for("reflections.submit", reflection_id=piece.id), 303)
    body = citing.inserted(piece.body, block, _number("at"))
    if body is None:
        abort(400)
    try:
        actions.save(
            db.session,
            g.actor,
            reflection_id,
            title=piece.title,
            body=body,
            base_version=version,
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    except Stale:
        flash(
            _("The draft was changed elsewhere meanwhile, so nothing was put into it. Look again."),
            "error",
        )
    else:
        flash(_("The quotation with its source now stands behind your sentence."))
    return redirect(url_for("reflections.submit", reflection_id=reflection_id), 303)


def _source(reading_id: str) -> Known | None:
    """A source that may be quoted, as it is now; None for all others alike."""
    if not citations.well_formed(reading_id):
        return None
    if reading_id.startswith(OF_MEMBERS):
        found = gathering.of_pieces(
            store.of_others(db.session, g.actor, [reading_id.removeprefix(OF_MEMBERS)])
        )
    else:
        found = gathering.of_library(library(), [reading_id])
    return next((source for source in found if source.citable), None)


def _number(name: str) -> int:
    value = request.form.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) < 11):
        abort(400)
    return min(int(value), LONGEST_PLACE)
