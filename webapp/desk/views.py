"""The organizer's desk: what waits, answering it, and the record of a piece."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, g, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from webapp import clock, doors, pages
from webapp.access import Refused, needs
from webapp.answers import asked, limits
from webapp.answers.actions import Hindered
from webapp.answers.views import blueprint as answering
from webapp.answers.views.blueprint import KeptWordsPage
from webapp.community import db
from webapp.desk import actions, acts_store, desk_page, due, news, record, store, wording
from webapp.desk.actions import Doing, Done, Meanwhile, Unknown
from webapp.desk.desk_page import DeskPage, Form, JustDone, QuestionsPage
from webapp.reflections import store as reflections
from webapp.reflections.views.blueprint import mark_of_page

__all__ = ["bp", "news"]  # news: what is told is known to the page of news once it is imported

bp = Blueprint("desk", __name__)

Answer = tuple[Any, int] | Response

# What can be chosen in the form, and what it is: the act, and the kind of its answer.
ACTS: dict[str, tuple[Doing, str]] = {
    "echo": ("answer", "echo"),
    "question": ("answer", "question"),
    "suggestion": ("answer", "suggestion"),
    "ask": ("ask", "question"),
    "accept": ("accept", "echo"),
}


@bp.get("/desk")
@needs("desk.use")
def index() -> Answer:
    only, now = _group(), clock.now()
    first = only is None
    page = DeskPage(
        groups=desk_page.groups(db.session, g.actor, only=only, after=mark_of_page()),
        only=only,
        lately=desk_page.lately(db.session, g.actor, now=now) if first else [],
        due=due.of_units(db.session, g.actor, clock.today()) if first else [],
        done=_just_done(),
    )
    return pages.render(page)


@bp.get("/desk/questions")
@needs("desk.use")
def questions() -> Answer:
    """Questions below pieces of one's units to which nobody replied."""
    since = clock.now() - desk_page.QUESTIONS_OF
    found = store.open_questions(db.session, g.actor, since=since)
    return pages.render(QuestionsPage(found))


def _group() -> store.Group | None:
    asked_for = request.args.get("show", "")
    if asked_for == "nameless" and not g.actor.organizer:
        abort(404)
    return next((group for group in desk_page.GROUPS if group == asked_for), None)


def _just_done() -> JustDone | None:
    """What the address says was done just now, if it still stands."""
    what, _dot, id = request.args.get("done", "")[:40].partition(".")
    found = acts_store.own_act(db.session, g.actor, what, id)
    if found is None:
        return None
    doing = {"accepted": "accept", "asked_back": "ask"}.get(found[0], "answer")
    return JustDone(what, id, wording.done(doing, found[1]))


@bp.get("/desk/pieces/<reflection_id>")
@needs("desk.use")
def piece(reflection_id: str) -> Answer:
    """One piece with its form; `part`: as it is opened in the list."""
    chosen = request.args.get("act", "")
    form = Form(act=chosen if chosen in ACTS else "echo")
    part = request.args.get("part") == "1"
    page = desk_page.piece_page(db.session, g.actor, reflection_id, form, part=part)
    if page is None:
        abort(404)
    return pages.render(page)


@bp.post("/desk/pieces/<reflection_id>")
@needs("desk.use")
def act(reflection_id: str) -> Answer:
    """Answer it, ask it back, or accept it."""
    form = Form(
        act=request.form.get("act", "")[:16],
        body=pages.body(request.form, "body", limit=limits.SEND_LIMIT),
    )
    doing, kind = ACTS.get(form.act, ("answer", ""))
    try:
        done = actions.act(
            db.session,
            g.actor,
            reflection_id,
            doing=doing,
            kind=kind,
            body=form.body,
            seen=request.form.get("seen", "")[:1_000],
            key=asked.key(),
            now=clock.now(),
        )
    except Meanwhile as problem:
        return _again(reflection_id, form, wording.meanwhile(problem.acts, doing, form.body), 409)
    except Hindered as problem:
        return _again(reflection_id, form, wording.obstacle(problem.obstacle), 422)
    return _done(doing, done)


def _done(doing: str, done: Done) -> Answer:
    found = acts_store.own_act(db.session, g.actor, done.what, done.id)
    if not doors.wants_json():
        return redirect(url_for(".index", done=f"{done.what}.{done.id}"), 303)
    back = url_for(".take_back", what=done.what, act_id=done.id)
    said = wording.done(doing, found[1] if found else "")
    return jsonify(said=said, undo=_("Take back"), back=back), 200


def _again(reflection_id: str, form: Form, said: str, status: int) -> Answer:
    """The form once more, with the words; where the piece is gone, the words alone."""
    page = desk_page.piece_page(
        db.session, g.actor, reflection_id, Form(form.act, form.body, said), part=False
    )
    if doors.wants_json():
        seen = page.seen if page else ""
        return jsonify(problem=said, seen=seen, gone=page is None), status if page else 404
    if page is None:
        gone = KeptWordsPage(_("This piece is not on your desk"), said, form.body)
        return pages.render(gone, 404)
    return pages.render(page, status)


@bp.post("/desk/acts/<what>/<act_id>/take-back")
@needs("desk.use")
def take_back(what: str, act_id: str) -> Answer:
    """Take back an own answer, or an own review with its words."""
    if what not in ("answer", "review"):
        abort(404)
    try:
        words = actions.take_back(db.session, g.actor, what, act_id, now=clock.now())
    except Unknown:
        abort(404)
    said = _("Taken back. What you had written with it is gone.") if words else _("Taken back.")
    if doors.wants_json():
        return jsonify(said=said), 200
    flash(said)
    return redirect(url_for(".index"), 303)


# Words that could not be kept


@bp.errorhandler(Refused)
def refused(refusal: Refused) -> Answer:
    """Somebody organizes nothing any more, or is signed out, while a form is open: the
    words come back with the page."""
    words = request.form.get("body", "") if request.method == "POST" else ""
    if refusal.signed_out:
        return answering.signed_out(refusal)
    said = _(
        "Only organizers of a unit have a desk, and you organize none now. Nothing was sent. An administrator can tell you more."
    )
    if doors.wants_json():
        return jsonify(problem=said, gone=True), 403
    if not words.strip():
        return doors.problem(403, _("This is not open to you"), said)
    page = KeptWordsPage(_("This is not open to you"), said, words[: limits.SEND_LIMIT])
    return pages.render(page, 403)


@bp.errorhandler(CSRFError)
def old_form(error: CSRFError) -> Answer:
    return answering.old_form(error)


# The record on the page of a piece


@bp.app_context_processor
def for_pages() -> dict[str, object]:
    return {"record_of": record_of}


def record_of(piece: reflections.Shown) -> record.Record | None:
    return record.of(db.session, g.actor, piece)
