"""The tree of units, and the page of one: for every member."""

from __future__ import annotations

from flask import abort, g, request

from webapp import clock, pages
from webapp.access import needs
from webapp.community import db
from webapp.ids import new_id
from webapp.units import index_page, unit_page
from webapp.units.views.blueprint import Answer, bp, the_tree, zh


@bp.get("/units")
@needs("units.browse")
def index() -> Answer:
    q = " ".join(request.args.get("q", "")[:200].split())
    closed = request.args.get("closed") == "1"
    return pages.render(index_page.units(db.session, g.actor, q=q, closed=closed, zh=zh()))


@bp.get("/units/<unit_id>")
@needs("units.browse")
def show(unit_id: str) -> Answer:
    return shown(unit_id)


def shown(
    unit_id: str, *, problem: str = "", given: dict[str, str] | None = None, status: int = 200
) -> Answer:
    tree = the_tree()
    if unit_id not in tree:
        abort(404)
    after = (request.args.get("name", "")[:120], request.args.get("after", "")[:32])
    page = unit_page.unit(
        db.session, g.actor, tree, unit_id, key=new_id(), now=clock.now(), zh=zh(),
        after=after if after[1] else None, whole_history=request.args.get("history") == "all",
        problem=problem, given=given,
    )  # fmt: skip
    return pages.render(page, status)
