"""The readings room: the library, a text on its page, saved readings, deeds."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, flash, g, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from werkzeug.wrappers import Response

from corpus.texts import CorpusError
from webapp import clock, languages, pages, shapes
from webapp.access import needs
from webapp.community import db
from webapp.members.addresses import local_path
from webapp.readings import actions, kept_page, library_page, shelf, store, text_page
from webapp.readings.which import group_of, well_formed, which
from webapp.resources import resources

bp = Blueprint("readings", __name__)

QUERY_LIMIT = 2_000  # characters that are searched by; what is longer is an essay
SIZE_COOKIE = "text_size"


@bp.get("/library")
@needs("library.read")
def browse() -> tuple[str, int]:
    """The library by theme, role, level, language and time; or a search in it."""
    words = " ".join(request.args.get("q", "").split())
    asked = shelf.asked(request.args, q=words[:QUERY_LIMIT])
    reads = first_language()
    if asked.q:
        cut = len(words) > QUERY_LIMIT
        return pages.render(
            library_page.found(
                db.session, g.actor, resources(), asked, cut=cut, first_language=reads
            )
        )
    library, after = resources().library, request.args.get("after")
    try:
        page = library_page.browse(
            db.session, g.actor, library, asked, after=after, first_language=reads
        )
    except CorpusError:
        if after is None:
            raise
        abort(400)  # a place in the list that we never gave
    return pages.render(page)


def first_language() -> str:
    """The language that the member reads first."""
    reads = g.member.reads
    return str(reads[0]) if reads else languages.current()


@bp.get("/read/<slug>")
@needs("library.read")
def read(slug: str) -> tuple[str, int]:
    """A text. One that was withdrawn says so."""
    found = resources()
    record = found.library.text(slug, withdrawn=True)
    if record is None:
        abort(404)
    if record.withdrawn:
        return pages.render(text_page.withdrawn(g.actor, found.library, record), 410)
    size = request.cookies.get(SIZE_COOKIE, "")
    size = size if size in text_page.TEXT_SIZES else "medium"
    words = " ".join(request.args.get("q", "").split())[:QUERY_LIMIT]
    return pages.render(
        text_page.read(
            db.session,
            g.actor,
            found,
            record,
            size=size,
            asked=request.args.get("p", "")[:100],
            query=words,
        )
    )


@bp.post("/text-size")
@needs("library.read")
def set_text_size() -> Response:
    """Keep the size of the letters in a cookie, so that the next page has it at once."""
    size = request.form.get("size", "")
    if size not in text_page.TEXT_SIZES:
        abort(400)
    answer = redirect(local_path(request.form.get("next")) or url_for(".browse"), 303)
    answer.set_cookie(
        SIZE_COOKIE,
        size,
        max_age=365 * 24 * 3600,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return answer


@bp.get("/saved")
@needs("deeds.own")
def saved() -> tuple[str, int]:
    """The member's own saved, read and set-aside readings."""
    show, after = request.args.get("show", "saved"), request.args.get("after")
    if show not in store.KINDS:
        abort(404)
    mark = kept_page.mark(after) if after is not None else None
    if after is not None and mark is None:
        abort(400)
    library = resources().library
    return pages.render(kept_page.saved(db.session, g.actor, library, show, after=mark))


@bp.post("/readings/place")
@needs("deeds.own")
def place() -> Response:
    """Remember the passage that the member is at."""
    sent = request.get_json()
    passage_id = sent.get("passage") if isinstance(sent, dict) else None
    if not isinstance(passage_id, str):
        abort(400)
    passage = resources().library.passage(passage_id) if well_formed(passage_id) else None
    if passage is None:
        abort(404)
    actions.keep_place(db.session, g.actor, passage.text_slug, passage.id, now=clock.now())
    return jsonify(passage=passage.id)


@bp.post("/readings/deed")
@needs("deeds.own")
def deed() -> Response:
    """Mark a reading as read, saved or set aside, or take that back; as often as one likes.

    What can no longer be read can still be taken off one's own lists.
    """
    reading, kind, taking_back = deed_sent()
    gone = taking_back and actions.undo(db.session, g.actor, group_of(reading), kind)
    if not gone:
        found = which(db.session, g.actor, resources().library, reading)
        if found is None:
            abort(404)
        if not taking_back:
            actions.do(db.session, g.actor, found, kind, now=clock.now())
    said = deed_said(kind, on=not taking_back)
    if request.is_json:
        return jsonify(
            reading=reading,
            group=group_of(reading),
            kind=kind,
            on=not taking_back,
            said=said,
            undo=_("Undo"),
        )
    flash(said, "info")
    return redirect(local_path(request.form.get("next")) or shapes.reading_url(reading), 303)


def deed_sent() -> tuple[str, str, bool]:
    """Reading id, kind, and whether it is taken back, from a form or JSON."""
    sent: Any = request.get_json() if request.is_json else request.form
    if not hasattr(sent, "get"):
        abort(400)
    reading, kind = sent.get("reading"), sent.get("kind")
    if not isinstance(reading, str) or not isinstance(kind, str) or kind not in store.KINDS:
        abort(400)
    if not well_formed(reading):
        abort(404)
    return reading, kind, sent.get("undo") in (True, "1", "true")


def deed_said(kind: str, *, on: bool) -> str:
    """What was just done, in words."""
    said = {
        ("read", True): _("Marked as read."),
        ("read", False): _("No longer marked as read."),
        ("saved", True): pgettext("reading", "Saved."),
        ("saved", False): _("No longer saved."),
        ("set_aside", True): _("Set aside. It will not be suggested again."),
        ("set_aside", False): _("It may be suggested again."),
    }
    return said[kind, on]
