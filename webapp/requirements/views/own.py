"""A member's own page: what is asked, what counts, and what organizers entered about them."""

from __future__ import annotations

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from webapp import clock, pages
from webapp.access import needs
from webapp.community import db
from webapp.requirements import entering, entry_actions, own_page
from webapp.requirements.actions import Unknown
from webapp.requirements.entry_actions import TABLES, Kind
from webapp.requirements.views.blueprint import Answer, bp, my_units


@bp.get("/requirements")
@needs("requirements.own")
def mine() -> Answer:
    return pages.render(own_page.own(db.session, g.actor, clock.today(), units=my_units()))


@bp.post("/requirements/entries/<kind>/<entry_id>/object")
@needs("requirements.own")
def object_to(kind: str, entry_id: str) -> Answer:
    """What an organizer entered about me is not right."""
    why = pages.field(request.form, "why", limit=entering.OBJECTION_LIMIT)
    try:
        entry_actions.object_to(db.session, g.actor, kind_of(kind), entry_id, why, now=clock.now())
    except Unknown:
        abort(404)
    flash(_("Kept. The entry does not count, and the organizers of the unit see that you object."))
    return redirect(url_for(".mine", _anchor="entries"), 303)


@bp.post("/requirements/entries/<kind>/<entry_id>/agree")
@needs("requirements.own")
def agree(kind: str, entry_id: str) -> Answer:
    """Take an objection back."""
    try:
        entry_actions.agree_after_all(db.session, g.actor, kind_of(kind), entry_id, now=clock.now())
    except Unknown:
        abort(404)
    flash(_("Taken back. The entry counts again."))
    return redirect(url_for(".mine", _anchor="entries"), 303)


def kind_of(kind: str) -> Kind:
    for known in TABLES:
        if kind == known:
            return known
    abort(404)
