"""For you: the member's suggestions of the day, how they are steered, and what they
are made from."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import clock, pages
from webapp.access import needs
from webapp.community import db
from webapp.looking_back.year_ago import year_ago
from webapp.members import actions as members
from webapp.readings.which import well_formed, which
from webapp.resources import resources
from webapp.suggestions import actions, for_you_page, forgetting, known_page, wording
from webapp.suggestions.cards import ROWS
from webapp.suggestions.for_you_page import MINUTES, NEWNESS, Taken
from webapp.suggestions.profile import EVERYTHING

bp = Blueprint("suggestions", __name__)

WORKING_ON_LIMIT = 300
STEERS = ("more", "less", "not_author", "not_theme")


@bp.get("/")
@needs("suggestions.own")
def for_you() -> tuple[str, int] | Response:
    """Today's list; `part=list` for the list alone."""
    me = g.member
    if me.welcomed_at is None:
        return redirect(url_for("members.welcome", step="role"))
    found, day = resources(), clock.today()
    kept = actions.todays(db.session, me, found, day=day, now=clock.now())
    part = request.args.get("part") == "list"
    back = None if part else year_ago(db.session, g.actor, me, found.model, today=day)
    return pages.render(
        for_you_page.for_you(
            db.session,
            g.actor,
            me,
            found,
            kept,
            day=day,
            taken=taken(),
            part=part,
            year_ago=back,
        )
    )


def taken() -> Taken | None:
    """Where the card stood that was just steered away, from the address."""
    row, place = request.args.get("row", ""), request.args.get("place", "")
    steer, reading = request.args.get("steered", ""), request.args.get("reading", "")
    if not steer or row not in ROWS or not well_formed(reading):
        return None
    return Taken(steer, row, int(place) if place.isdecimal() and len(place) < 3 else 0, reading)


@bp.post("/working-on")
@needs("profile.own")
def working_on() -> Response:
    """What the member works on now; new suggestions at once."""
    if "working_on" not in request.form:
        abort(400)  # an emptied field takes the sentence back; a missing one must not
    sentence = pages.field(request.form, "working_on", limit=WORKING_ON_LIMIT)
    members.change_profile(
        db.session, g.actor.organisation, g.actor.member, now=clock.now(), working_on=sentence
    )
    flash(_("Your suggestions are new."), "info")
    return redirect(url_for(".for_you"))


# Steering


@bp.post("/suggestions/steer")
@needs("suggestions.own")
def steer() -> Response:
    """More or less like a reading, not its author, not a theme: a new list at once."""
    kind, _colon, theme = request.form.get("do", "").partition(":")
    reading = request.form.get("reading", "")
    if kind not in STEERS:
        abort(400)
    target = theme if kind == "not_theme" else target_of(kind, reading)
    if not target or (kind == "not_theme" and target not in resources().library.themes()):
        abort(404)
    made = actions.steer(db.session, g.actor, kind, target, now=clock.now())
    row, place = request.form.get("row", ""), request.form.get("place", "")
    if row not in ROWS or not well_formed(reading):
        return list_again(_("Your suggestions are new."))
    return list_again(None, steered=made, reading=reading, row=row, place=place[:2])


def target_of(kind: str, reading: str) -> str:
    """What a steer of this kind is kept by, or "" where there is nothing like it
    that the member may read."""
    found = which(db.session, g.actor, resources().library, reading)
    if found is None:
        return ""
    if kind == "not_author":
        return for_you_page.author_of(db.session, g.actor, resources(), found.reading)
    return found.reading


@bp.post("/suggestions/undo")
@needs("suggestions.own")
def undo() -> Response:
    """Take a steer back; as often as one likes."""
    actions.undo_steer(db.session, g.actor, request.form.get("steer", "")[:32])
    if request.form.get("next") == "known":
        flash(_("Taken back. Your suggestions are new."), "info")
        return redirect(url_for(".known"), 303)
    return list_again(_("Taken back. Your suggestions are new."))


@bp.post("/suggestions/newness")
@needs("suggestions.own")
def newness() -> Response:
    """From more of the same to something new, in steps."""
    step = request.form.get("step", "")
    if step not in [str(i) for i in range(len(NEWNESS))]:
        abort(400)
    actions.set_newness(db.session, g.actor, NEWNESS[int(step)])
    return list_again(_("Your suggestions are new."))


@bp.post("/suggestions/minutes")
@needs("suggestions.own")
def minutes() -> Response:
    """The time that the member has today; "any" for any."""
    sent = request.form.get("minutes", "")
    if sent not in ["any", *map(str, MINUTES)]:
        abort(400)
    actions.set_minutes(
        db.session, g.actor, None if sent == "any" else int(sent), day=clock.today()
    )
    return list_again(_("Your suggestions are new."))


def list_again(said: str | None, **where: Any) -> Response:
    """The list as it is now: the whole page, or for a script the list alone."""
    if request.form.get("part") == "list":
        return redirect(url_for(".for_you", part="list", **where), 303)
    if said:
        flash(said, "info")
    return redirect(url_for(".for_you", _anchor="steered" if where else "list", **where), 303)


# What Xinde knows


@bp.get("/me/known")
@needs("suggestions.own")
def known() -> tuple[str, int]:
    """Everything that the member's suggestions are made from."""
    found, day = resources(), clock.today()
    kept = []
    if g.member.welcomed_at is not None:
        kept = actions.todays(db.session, g.member, found, day=day, now=clock.now())
    return pages.render(known_page.known(db.session, g.actor, g.member, found, kept, day=day))


@bp.post("/me/known/switch")
@needs("suggestions.own")
def switch() -> Response:
    """Switch a kind of signal, a single piece, or everything off, or on again."""
    what, off = request.form.get("what", ""), request.form.get("off")
    if off not in ("0", "1"):
        abort(400)
    if off == "1" and not known_page.can_be_switched(
        db.session, g.member, resources(), what, day=clock.today()
    ):
        abort(404)
    actions.switch(db.session, g.actor, [what], off=off == "1")
    flash(wording.switched(what, off=off == "1"), "info")
    if what == EVERYTHING and request.form.get("next") == "list":
        return redirect(url_for(".for_you"), 303)
    return redirect(url_for(".known", _anchor=known_page.anchor(what)), 303)


@bp.post("/me/known/delete")
@needs("suggestions.own")
def forget() -> Response:
    """Delete the thing itself that a piece stands for; as often as one likes."""
    what = request.form.get("what", "")
    if not known_page.can_be_deleted(what):
        abort(404)
    forgetting.forget(db.session, g.actor, g.member, what, now=clock.now())
    flash(_("It is gone, and your suggestions are new."), "info")
    return redirect(url_for(".known", _anchor=known_page.anchor(what)), 303)
