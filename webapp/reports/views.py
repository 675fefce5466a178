"""The report of a unit: a page to read and print, and its numbers as one CSV."""

from __future__ import annotations

from flask import Blueprint, abort, g, request
from werkzeug.wrappers import Response

from webapp import pages, sheets
from webapp.access import may_organize, needs
from webapp.community import db
from webapp.reports import kept, leaving, report_page, wording
from webapp.reports.report_page import ReportPage
from webapp.resources import library

bp = Blueprint("reports", __name__)


@bp.get("/units/<unit_id>/report")
@needs("reports.read")
def unit(unit_id: str) -> tuple[str, int]:
    page = found(unit_id)
    return pages.render(page, 422 if page.problem else 200)


@bp.get("/units/<unit_id>/report.csv")
@needs("reports.read")
def as_csv(unit_id: str) -> Response | tuple[str, int]:
    """Every number of the report, or of one question."""
    page = found(unit_id)
    if page.period is None:
        return pages.render(page, 422)
    only = request.args.get("question", "")
    if only and only not in wording.QUESTIONS:
        abort(404)
    wanted = [section for section in page.sections if only in ("", section.id)]
    days = (page.period.first.isoformat(), page.period.last.isoformat())
    columns = wording.columns()
    body = leaving.as_csv(page.unit[1], days, wanted, columns=columns).encode()
    return pages.attachment(body, sheets.file_name(f"{page.unit[1]} {page.name}", "csv"), "text/csv")  # fmt: skip


def found(unit_id: str) -> ReportPage:
    """A unit that the actor does not organize is answered like one that is not there."""
    structure = kept.structure(db.session, g.actor.organisation)
    unit = structure.tree.get(unit_id)
    if unit is None or unit.closed or not may_organize(g.actor, unit=unit_id):
        abort(404)
    return report_page.report(db.session, g.actor, library(), structure, unit_id, request.args)
