"""Looking back: the sentence of a year ago, and the month in one's own sentences."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import clock, pages
from webapp.access import needs
from webapp.community import db
from webapp.looking_back import actions, days, month_page, quoting, silence, store, year_ago
from webapp.looking_back.days import Month
from webapp.reflections import actions as reflections
from webapp.reflections.actions import Unknown
from webapp.reflections.genres import Genre
from webapp.reflections.sent import form_key
from webapp.resources import resources

bp = Blueprint("looking_back", __name__)

Answer = tuple[str, int] | Response


# My month


@bp.get("/me/month")
@needs("month.own")
def newest() -> Answer:
    """The newest month in which something was written; this one if there is none."""
    written = month_page.months_of(db.session, g.actor)
    month = written[-1] if written else days.month_of(clock.today())
    return redirect(url_for(".month", month=month))


@bp.get("/me/month/<month>")
@needs("month.own")
def month(month: str) -> Answer:
    return pages.render(month_page.month_page(db.session, g.actor, resources(), _month(month)))


@bp.post("/me/month/<month>/summary")
@needs("reflection.write")
def begin_summary(month: str) -> Answer:
    """A draft with the month's sentences as quotations; private until it is submitted."""
    found = _month(month)
    body = month_page.as_draft(db.session, g.actor, resources().model, found)
    if not body:
        flash(
            _("There is no sentence of this month to begin with. Write something first."), "error"
        )
        return redirect(url_for(".month", month=found), 303)
    return _begin(month_page.name(found), body, "summary")


def _month(text: str) -> Month:
    """Of an address; one that has not come yet is none."""
    found = days.as_month(text)
    if found is None or found > days.month_of(clock.today()):
        abort(404)
    return found


# A year ago


@bp.post("/me/looking-back")
@needs("suggestions.own")
def looking_back() -> Response:
    """Not today, never this piece, not at all; and each taken back."""
    do, piece, today = request.form.get("do", ""), request.form.get("piece", ""), clock.today()
    if do == "not_today":
        actions.not_today(db.session, g.actor, today=today)
        flash(_("Nothing from earlier today."), "info")
    elif do == "never":
        if not silence.well_formed(piece) or not actions.never(
            db.session, g.actor, piece, today=today
        ):
            abort(404)
        flash(_("You will not be shown this piece again."), "info")
    elif do == "again" and silence.well_formed(piece):
        actions.again(db.session, g.actor, piece)
        flash(_("It may be shown again."), "info")
    elif do in ("on", "off"):
        actions.switch(db.session, g.actor, off=do == "off")
        said = (
            _("You will no longer be shown what you wrote earlier.")
            if do == "off"
            else _("You will be shown what you wrote a year ago again.")
        )
        flash(said, "info")
    else:
        abort(400)
    if request.form.get("next") == "known":
        return redirect(url_for("suggestions.known", _anchor="k-looking_back"), 303)
    return redirect(url_for("suggestions.for_you"), 303)


@bp.post("/me/looking-back/write")
@needs("reflection.write")
def write_again() -> Answer:
    """A draft that begins with the sentence of then, as a quotation with its day."""
    name = request.form.get("piece", "")
    piece = store.piece(db.session, g.actor, name) if silence.well_formed(name) else None
    db.session.rollback()
    said = year_ago.hearts(resources().model, piece) if piece else []
    which = request.form.get("which", "")
    if piece is None or which not in [str(place) for place in range(len(said))]:
        abort(404)
    day = format_date(piece.day(clock.zone()), "long")
    return _begin("", quoting.block([said[int(which)].text], day), "reflection")


def _begin(title: str, body: str, genre: Genre) -> Response:
    try:
        started = reflections.start(
            db.session,
            g.actor,
            key=form_key(),
            title=title,
            body=body,
            genre=genre,
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    flash(_("A draft begins with your own words. Only you can read it until you submit it."))
    return redirect(url_for("reflections.edit", reflection_id=started), 303)
