"""Reading lists: one's own, those that are shared, and organizers' theme lists."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from webapp import clock, pages
from webapp.access import needs
from webapp.community import db
from webapp.jobs import queue
from webapp.readings import kept_page
from webapp.readings.which import well_formed
from webapp.resources import library
from webapp.themes import actions, draft_store, list_pages, sharing, store, wording
from webapp.themes.actions import Hindered, Unknown
from webapp.themes.list_pages import EditPage
from webapp.themes.store import ShownList
from webapp.themes.views.blueprint import Answer, bp, key_sent, own, readable
from webapp.units import store as units

STEPS = {"up": -1, "down": 1}


@bp.get("/lists")
@needs("lists.browse")
def index() -> Answer:
    """My lists, those shared with me, and theme lists."""
    show, after = request.args.get("show", ""), request.args.get("after")
    if show and show not in list_pages.SHOWS:
        abort(404)
    mark = kept_page.mark(after) if after is not None else None
    if after is not None and (mark is None or not show):
        abort(400)
    return pages.render(list_pages.lists(db.session, g.actor, show, after=mark))


@bp.get("/lists/<list_id>")
@needs("list.read")
def show(list_id: str) -> Answer:
    """As it is now, or as it was when the member began it."""
    wanted = request.args.get("version", "")
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 6 else None
    found = readable(list_id)
    return pages.render(list_pages.show(db.session, g.actor, library(), found, wanted=number))


@bp.post("/lists/<list_id>/copy")
@needs("list.read")
def copy(list_id: str) -> Answer:
    """A private list of one's own with the readings that one may see of this one."""
    found = readable(list_id)
    items = store.items(db.session, g.actor, [found.id]).get(found.id, [])
    seen = list_pages.shown_entries(db.session, g.actor, library(), found)
    there = {entry.reading: entry for entry in seen if entry.state == "open"}
    mine = [
        store.Item(
            item.reading, item.group, item.title, there[item.reading].sentence, (), item.minutes, ""
        )
        for item in items
        if item.reading in there
    ]
    try:
        made = actions.keep(
            db.session, g.actor, key=key_sent(), title=found.title, items=mine, now=clock.now()
        )
    except actions.TooMany:
        return wording.said_too_many()  # type: ignore[no-any-return]
    except Unknown:
        abort(404)
    flash(_("Kept as a list of your own. Only you can see it."), "info")
    return redirect(url_for(".show", list_id=made), 303)


# One's own


@bp.get("/lists/<list_id>/edit")
@needs("list.own")
def edit(list_id: str) -> Answer:
    found = own(list_id)
    if draft_store.draft(db.session, g.actor, found.id) is not None:
        return redirect(url_for(".build", draft_id=found.id))  # arranged there, then published
    way, _colon, moved = request.args.get("moved", "")[:200].partition(":")
    return pages.render(
        EditPage(
            kept=found,
            entries=list_pages.shown_entries(db.session, g.actor, library(), found),
            moved=moved,
            way=way,
        )
    )


@bp.post("/lists/<list_id>/edit")
@needs("list.own")
def change(list_id: str) -> Answer:
    """Every button keeps what was written; then it moves or drops its reading."""
    what, _colon, reading = request.form.get("do", "save")[:200].partition(":")
    if what not in ("save", "drop", *STEPS) or (reading and not well_formed(reading)):
        abort(400)
    notes = {
        name.removeprefix("note:"): pages.body(request.form, name, limit=sharing.ITEM_NOTE_LIMIT)
        for name in request.form
        if name.startswith("note:")
    }
    try:
        actions.edit(
            db.session,
            g.actor,
            list_id,
            title=pages.field(request.form, "title", limit=sharing.TITLE_LIMIT),
            note=pages.body(request.form, "note", limit=sharing.NOTE_LIMIT).strip(),
            notes={name: note.strip() for name, note in notes.items()},
            move=(reading, STEPS[what]) if what in STEPS else None,
            drop=reading if what == "drop" else None,
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    except Hindered as problem:
        flash(wording.obstacle(problem.obstacle), "error")
        return redirect(url_for(".show", list_id=list_id), 303)
    queue.learn_again()
    if what == "save":
        flash(_("Saved."), "info")
        return redirect(url_for(".show", list_id=list_id), 303)
    if what == "drop":
        return redirect(url_for(".edit", list_id=list_id, _anchor="readings"), 303)
    # No anchor: a browser passes over `autofocus` where the address has one.
    return redirect(url_for(".edit", list_id=list_id, moved=f"{what}:{reading}"), 303)


@bp.get("/lists/<list_id>/share")
@needs("list.own")
def share(list_id: str) -> Answer:
    return pages.render(list_pages.share(db.session, g.actor, own(list_id)))


@bp.post("/lists/<list_id>/share")
@needs("list.own")
def open_to(list_id: str) -> Answer:
    """Open the list to one of one's units or the organisation, or take it back."""
    own_units = units.open_units(db.session, g.actor.organisation, g.actor.units)
    return opened(own(list_id), among=own_units, theme_list=False, form=list_pages.share)


@bp.get("/lists/<list_id>/publish")
@needs("lists.publish")
def publish(list_id: str) -> Answer:
    return pages.render(list_pages.publish(db.session, g.actor, own(list_id)))


@bp.post("/lists/<list_id>/publish")
@needs("lists.publish")
def give(list_id: str) -> Answer:
    """Make it a theme list for units that one organizes; organizers, for the organisation."""
    own_units = frozenset(id for id, _name in units.to_give_to(db.session, g.actor))
    return opened(own(list_id), among=own_units, theme_list=True, form=list_pages.publish)


@bp.route("/lists/<list_id>/delete", methods=["GET", "POST"])
@needs("list.own")
def delete(list_id: str) -> Answer:
    found = own(list_id)
    if request.method == "GET":
        return pages.render(list_pages.DeletePage(found))
    try:
        actions.delete(db.session, g.actor, list_id)
    except Unknown:
        abort(404)
    queue.learn_again()
    flash(_("Deleted."), "info")
    return redirect(url_for(".index"), 303)


# Steps


def opened(
    found: ShownList,
    *,
    among: frozenset[str],
    theme_list: bool,
    form: Callable[..., pages.Page],
) -> Answer:
    """Carry out the one choice of the form, or show the form again with what hinders it."""
    chosen = request.form.get("audience", "")[:80]
    audience, _colon, unit = chosen.partition(":")
    try:
        actions.share(
            db.session,
            g.actor,
            found.id,
            audience=audience or None,
            unit_id=unit or None,
            question_shown=request.form.get("question_shown") == "1",
            units=among,
            theme_list=theme_list,
            key=key_sent(),
            now=clock.now(),
        )
    except Unknown:  # deleted in another tab this moment
        abort(404)
    except Hindered as problem:
        obstacle = wording.obstacle(problem.obstacle)
        return pages.render(form(db.session, g.actor, found, chosen=chosen, obstacle=obstacle), 422)
    queue.learn_again()
    if audience == "private":
        flash(_("Only you can see this list now."), "info")
    elif theme_list:
        flash(_("It is a theme list now. You can take it back at any time."), "info")
    else:
        flash(_("Shared. You can take it back at any time."), "info")
    return redirect(url_for(".show", list_id=found.id), 303)
