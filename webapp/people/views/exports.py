"""People and units as a table to take along."""

from __future__ import annotations

from flask import Response, abort, g, request
from flask_babel import gettext as _

from webapp import clock
from webapp.access import needs
from webapp.community import db
from webapp.people import actions, lines, sheets_out, store, wording
from webapp.people.views.blueprint import bp, names, within

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@bp.post("/export")
@needs("people.export")
def export() -> Response:
    """Administrators take all; organizers those of their units, without addresses."""
    ending = request.form.get("ending", "csv")
    if ending not in KINDS:
        abort(400)
    everything, now = g.actor.administrator, clock.now()
    there = store.there(db.session, g.actor.organisation, now=now)
    taken = lines.lines(there, within(), private=everything, names=names())
    actions.exported(db.session, g.actor, ending, lines=len(taken), everything=everything, now=now)
    table = sheets_out.table(taken, wording.fields(), private=everything)
    body = (
        sheets_out.as_csv(table)
        if ending == "csv"
        else sheets_out.as_xlsx(table, _("Members and units"))
    )
    answer = Response(body, content_type=KINDS[ending])
    name = f"xinde-people-{clock.today().isoformat()}.{ending}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
