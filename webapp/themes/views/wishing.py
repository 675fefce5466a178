"""Members propose readings for a theme list, say that they would like one too, and
organizers answer. Names are not shown."""

from __future__ import annotations

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from webapp import clock, pages
from webapp.access import needs
from webapp.community import db
from webapp.resources import library
from webapp.themes import draft_actions, drafts, proposing, wish_actions, wish_store
from webapp.themes.actions import TooMany, Unknown
from webapp.themes.draft_actions import Stale
from webapp.themes.store import ShownList
from webapp.themes.views.blueprint import Answer, bp, readable
from webapp.themes.views.building import draft


@bp.post("/lists/<list_id>/wishes")
@needs("list.read")
def wish(list_id: str) -> Answer:
    """A text of the library, by its address or title, and why."""
    found = theme_list(list_id)
    line = pages.field(request.form, "text", limit=300)
    why = pages.body(request.form, "why", limit=wish_actions.WHY_LIMIT).strip()
    seeds, _unknown = proposing.seeds_of(library(), line)
    if not seeds:
        flash(_("No text of the library has this address or title: “%(line)s”. Copy the address of its page.", line=line), "error")  # fmt: skip
        return back(found)
    record = library().texts_by_slug(seeds)[seeds[0]]
    try:
        wish_actions.propose(
            db.session, g.actor, found.id, group=record.slug, title=record.title, why=why,
            now=clock.now(),
        )  # fmt: skip
    except TooMany:
        flash(_("You have %(most)s open wishes for this list. Wait for an answer, or take one back.", most=wish_actions.MOST_OPEN), "error")  # fmt: skip
    else:
        flash(_("The organizers see it, and so does whoever reads this list; your name is not shown."), "info")  # fmt: skip
    return back(found)


@bp.post("/lists/<list_id>/wishes/<wish_id>")
@needs("list.read")
def change_wish(list_id: str, wish_id: str) -> Answer:
    """I would like it too, no longer, or take one's own back."""
    found = theme_list(list_id)
    what = request.form.get("do", "")
    try:
        if what in ("too", "no_longer"):
            wish_actions.also(db.session, g.actor, found.id, wish_id, wanted=what == "too")
        elif what == "take_back":
            wish_actions.take_back(db.session, g.actor, found.id, wish_id)
        else:
            abort(400)
    except Unknown:
        abort(404)
    return back(found)


@bp.post("/lists/<draft_id>/build/wishes/<wish_id>")
@needs("lists.build")
def answer_wish(draft_id: str, wish_id: str) -> Answer:
    """Put the reading on the draft, or say why not."""
    found = draft(draft_id)
    kept = wish_store.wish(db.session, g.actor, found.id, wish_id)
    if kept is None:
        abort(404)
    words = pages.body(request.form, "answer", limit=wish_actions.ANSWER_LIMIT).strip()
    take = request.form.get("do") == "take"
    try:
        if take:
            item = proposing.added(db.session, g.actor, library(), kept.reading_group)
            if item is None:
                flash(_("This text is no longer in the library."), "error")
                return redirect(url_for(".build", draft_id=found.id, _anchor="wishes"), 303)
            draft_actions.save(db.session, g.actor, drafts.with_added(found, item), now=clock.now())
        wish_actions.answer(
            db.session, g.actor, found.id, wish_id, status="taken" if take else "declined",
            words=words, now=clock.now(),
        )  # fmt: skip
    except Stale:
        flash(_("Somebody changed the list at this moment. Try once more."), "error")
    except Unknown:
        abort(404)
    return redirect(url_for(".build", draft_id=found.id, _anchor="wishes"), 303)


def theme_list(list_id: str) -> ShownList:
    """One that organizers gave to the actor; other lists take no wishes."""
    found = readable(list_id)
    if not found.theme_list:
        abort(404)
    return found


def back(found: ShownList) -> Answer:
    return redirect(url_for(".show", list_id=found.id, _anchor="wishes"), 303)
