"""What the pages of requirements share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, request
from werkzeug.wrappers import Response

from webapp import doors, pages
from webapp.access import Refused, may_organize
from webapp.community import db
from webapp.members import store as members
from webapp.requirements import wording
from webapp.requirements.actions import Obstacle
from webapp.requirements.plan_page import Link
from webapp.units.change_pages import KeptWordsPage
from webapp.units.tables import Unit

bp = Blueprint("requirements", __name__)

Answer = tuple[str, int] | Response
RAW_LIMIT = 200_000  # characters of one field; what is longer is answered before anything else
TYPED = ("title", "guidance", "reason", "why", "what", "guests", "name", "body")
STATUS: dict[Obstacle, int] = {"not_yours": 403}  # all others are 409


def organized(unit_id: str, *, closed_too: bool = False) -> Link:
    """A unit that the actor organizes; what lies outside is answered like what is not there."""
    unit = known(unit_id)
    if unit is None or not may_organize(g.actor, unit=unit_id):
        abort(404)
    if unit.closed_at is not None and not closed_too:
        abort(404)
    return unit.id, unit.name


def known(unit_id: str) -> Unit | None:
    return db.session.get(Unit, (g.actor.organisation, unit_id[:32]))


def my_units() -> list[Link]:
    """Open units to which the actor belongs, by name."""
    found = members.units_of(db.session, g.actor.organisation, str(g.actor.member))
    return [(unit.id, unit.name) for unit in found if unit.closed_at is None]


def sent_for(unit_id: str) -> Link | None:
    """The unit of a form that was sent; None where the actor does not organize it (any
    more), or there is none. Whether it is still open is asked in the transaction."""
    unit = known(unit_id)
    if unit is None or not may_organize(g.actor, unit=unit_id):
        return None
    return unit.id, unit.name


def not_yours(status: int = 404) -> tuple[str, int]:
    """The answer to a form for which the right is gone: nothing typed is lost. What lies
    outside is answered like what is not there."""
    typed = [request.form.get(name, "").strip()[:RAW_LIMIT] for name in TYPED]
    page = KeptWordsPage(wording.obstacle("not_yours"), [words for words in typed if words])
    return pages.render(page, status)


@bp.errorhandler(Refused)
def refused(refusal: Refused) -> Any:
    """Somebody who organizes nothing (any more) sent a form."""
    if refusal.signed_out or request.method != "POST":
        return doors.refused(refusal)
    return not_yours(403)
