"""What the pages of units share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, request
from werkzeug.wrappers import Response

from webapp import clock, doors, languages, pages
from webapp.access import Refused
from webapp.community import db
from webapp.members import once
from webapp.units import change_pages, store, wording
from webapp.units.rules import Rights, Tree

bp = Blueprint("units", __name__)

Answer = tuple[str, int] | Response
TYPED = ("name", "who", "name_en", "name_zh")  # fields in which somebody writes words


def zh() -> bool:
    return languages.current() == "zh"


def the_tree() -> Tree:
    return store.tree(db.session, g.actor.organisation)


def the_rights() -> Rights:
    return store.rights(db.session, g.actor, now=clock.now())


def to_work_on(tree: Tree, rights: Rights, unit_id: str) -> str:
    """A unit that the actor organizes; what lies outside is answered like what is not there."""
    if unit_id not in tree or not rights.over(unit_id):
        abort(404)
    return unit_id


def key_sent() -> str:
    key = request.form.get("key", "")
    if not once.well_formed(key):
        abort(400)
    return key


def sent_id(name: str) -> str:
    return request.form.get(name, "")[:64]


def kept_words(problem: str, status: int, unit_id: str = "") -> tuple[str, int]:
    """The answer to a change for which the right is gone: nothing typed is lost."""
    typed = [" ".join(request.form.get(name, "").split())[:1_000] for name in TYPED]
    page = change_pages.KeptWordsPage(problem, [words for words in typed if words], unit_id)
    return pages.render(page, status)


@bp.errorhandler(Refused)
def refused(refusal: Refused) -> Any:
    """Somebody who organizes nothing (any more) sent a form."""
    if refusal.signed_out or request.method != "POST" or refusal.permission != "units.change":
        return doors.refused(refusal)
    return kept_words(wording.obstacle("not_yours"), 403)
