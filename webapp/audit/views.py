"""The page of the audit log, and the same as a file."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from webapp import clock, languages, pages, sheets
from webapp.access import needs
from webapp.audit import page, store, wording
from webapp.audit.actions import record
from webapp.audit.store import Event
from webapp.community import change, db
from webapp.reflections.store import mark_of, mark_text

bp = Blueprint("audit", __name__)

PAGE = 60
AT_ONCE = 500  # lines of the file that are fetched at once
FILTERS = {"what": 20, "who": 120, "about": 90, "from": 10, "to": 10}


@bp.get("/audit")
@needs("audit.read")
def log() -> tuple[str, int]:
    given = _given(request.args)
    wanted, problem = page.wanted(given, list(wording.groups()), clock.zone())
    after = mark_of(request.args.get("after", ""))
    found = store.events(db.session, g.actor, wanted, after=after, limit=PAGE + 1)
    called = _called(found[:PAGE])
    about = (wanted.about_kind, wanted.about_id)
    return pages.render(
        page.AuditPage(
            lines=page.lines(found[:PAGE], called, clock.zone()),
            kinds=list(wording.groups().items()),
            given=given,
            problem=problem,
            about_name=(called.get(about) or wording.gone(about[0])) if about[0] else "",
            fewest=store.FEWEST,
            next_after=mark_text(found[PAGE - 1].mark) if len(found) > PAGE else "",
        )
    )


@bp.post("/audit/export")
@needs("audit.read")
def export() -> Response:
    """The lines that the filters choose, as CSV; that it was taken is a line itself."""
    wanted, _problem = page.wanted(_given(request.form), list(wording.groups()), clock.zone())
    with change(db.session) as session:
        organisation, member = g.actor.organisation, g.actor.member
        record(session, organisation, "export.audit", by=member, at=clock.now())
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was sent
    file.writelines(_rows(wanted))
    name = f"xinde-log-{clock.today().isoformat()}.csv"
    return pages.sent_and_closed(file, name, "text/csv")


def _rows(wanted: store.Wanted) -> Iterator[bytes]:
    yield "\ufeff".encode() + _csv([wording.columns()])
    after = None
    while found := store.events(db.session, g.actor, wanted, after=after, limit=AT_ONCE):
        lines = page.lines(found, _called(found), clock.zone())
        yield _csv(
            (x.day.isoformat(), x.time, x.who, x.what, x.sentence, x.about_kind, x.about_id)
            for x in lines
        )
        after = found[-1].mark


def _csv(rows: Any) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([sheets.cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


def _called(found: list[Event]) -> Mapping[tuple[str, str], str]:
    chinese = languages.current() == "zh"
    return store.names(db.session, g.actor, found, chinese=chinese)


def _given(sent: Any) -> dict[str, str]:
    """What the filters say; an address may be cut short, so what is too long is cut too."""
    return {name: " ".join(sent.get(name, "").split())[:most] for name, most in FILTERS.items()}
