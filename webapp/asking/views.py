"""Ask the library: a question in, a reading list out. Nothing of it is stored until it is kept."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Blueprint, abort, current_app, flash, g, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from corpus.languages import detect
from models.text_model import ModelError
from recommender import IndexMissing, RecommenderError, prepare_evidence
from recommender.asking import ask as ask_library
from webapp import clock, pages
from webapp.access import needs
from webapp.asking import answer_page, sealed
from webapp.asking.answer_page import AskPage
from webapp.asking.sealed import Sealed
from webapp.community import db
from webapp.members import once
from webapp.resources import resources
from webapp.themes import actions as lists
from webapp.themes import sharing
from webapp.themes.wording import said_too_many

bp = Blueprint("asking", __name__)
log = structlog.get_logger("xinde.asking")


@bp.get("/ask")
@needs("ask.own")
def form() -> tuple[str, int]:
    return pages.render(AskPage())


@bp.post("/ask")
@needs("ask.own")
def ask() -> Response | tuple[str, int]:
    """Answer on the page itself: a question is private, so it is in no address."""
    if "question" not in request.form:
        abort(400)
    question = request.form["question"]
    reads = tuple(g.member.reads or (g.member.language,))
    try:
        found = resources()
        answer = ask_library(found.index, found.model, question, languages=reads)
        page = answer_page.answered(db.session, g.actor, found.library, answer)
    except IndexMissing:
        return pages.render(AskPage(question=question[:2_000], problem="no_readings"))
    except (RecommenderError, ModelError) as problem:
        # The message names files and models, never what was asked.
        log.error("cannot answer", problem=str(problem))
        return pages.render(AskPage(question=question[:2_000], problem="not_ready"), 503)
    answered = make_response(pages.render(page))
    # The browser may show the answer again when one comes back from a reading;
    # it is not asked for a second time, and no other cache may keep it.
    if page.found:
        answered.headers["Cache-Control"] = "private, no-cache"
    return answered


@bp.post("/ask/keep")
@needs("list.own")
def keep() -> Response | tuple[str, int]:
    """Keep the answer that the page showed, as a private list."""
    key = request.form.get("key", "")
    answer = sealed.unseal(
        str(current_app.secret_key), str(g.actor.member), request.form.get("answer", "")
    )
    if answer is None or not once.well_formed(key):
        abort(400)
    title = pages.field(request.form, "title", limit=sharing.TITLE_LIMIT)
    try:
        kept = lists.keep(
            db.session,
            g.actor,
            key=key,
            title=title or _("Readings"),
            question=answer.question,
            unanswered=answer.unanswered,
            items=answer.items,
            prepared=vectors_of(answer),
            now=clock.now(),
        )
    except lists.TooMany:
        return said_too_many()
    except lists.Unknown:
        abort(404)
    flash(_("Kept. Only you can see this list."), "info")
    return redirect(url_for("themes.show", list_id=kept), 303)


def vectors_of(answer: Sealed) -> bytes | None:
    """For the member's own suggestions; they are made later where they cannot be made now."""
    try:
        made: Any = prepare_evidence(resources().model, answer.question, detect(answer.question))
    except ModelError as problem:
        log.warning("question kept without vectors", problem=str(problem))
        return None
    return bytes(made)
