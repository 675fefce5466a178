"""The progress of a unit, for whoever organizes it."""

from __future__ import annotations

import datetime as dt

from flask import g, request

from webapp import clock, pages
from webapp.access import needs
from webapp.community import db
from webapp.reflections.filters import day
from webapp.requirements import progress_page, progress_wording
from webapp.requirements.views.blueprint import Answer, bp, known, organized

FARTHEST = dt.timedelta(days=5 * 366)


@bp.get("/units/<unit_id>/progress")
@needs("progress.read")
def progress(unit_id: str) -> Answer:
    """Today, or as it was on a day before: the versions that held then."""
    stands = known(unit_id)  # asked for once, while it is held here
    unit = organized(unit_id, closed_too=True)
    today = clock.today()
    asked = request.args.get("on", "")
    wanted = day(asked)
    on = min(max(wanted or today, today - FARTHEST), today)
    said = progress_wording.other_day(on, today) if asked and wanted != on else ""
    after = request.args.get("after", "")[:32] or None
    return pages.render(
        progress_page.of_unit(
            db.session,
            g.actor,
            unit,
            on,
            today,
            after=after,
            closed=stands is None or stands.closed_at is not None,
            said=said,
        )
    )
