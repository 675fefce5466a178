"""Bringing in a table of people and units: sent, looked at, brought in, taken back."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any, BinaryIO, cast

from flask import Response, abort, current_app, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from corpus import sheets
from corpus.child import Reader
from corpus.sheets import Sheet
from corpus.texts import TextRefused
from webapp import clock, doors, pages
from webapp.access import needs
from webapp.community import db
from webapp.ids import new_id
from webapp.people import (
    actions,
    choosing,
    import_actions,
    import_page,
    preview_page,
    sheets_out,
    store,
    undo_actions,
    wording,
)
from webapp.people.tables import PeopleImport
from webapp.people.views.blueprint import bp, names
from webapp.readings import kept_page
from webapp.texts import names as file_names
from webapp.texts import reasons

ROOM_FOR_THE_FORM = 64 * 1024  # bytes beside the file


@bp.get("/imports")
@needs("people.import")
def imports() -> tuple[str, int]:
    return show_imports()


def show_imports(error: str = "", status: int = 200) -> tuple[str, int]:
    after = kept_page.mark(request.args["after"]) if "after" in request.args else None
    if after is None and "after" in request.args:
        abort(400)
    return pages.render(import_page.imports(db.session, g.actor, after=after, error=error), status)


@bp.post("/imports")
@needs("people.import")
@doors.takes_files(sheets.MOST_BYTES + ROOM_FOR_THE_FORM)
def send() -> Any:
    file = request.files.get("file")
    if file is None or not file.filename:
        return show_imports(_("Choose a file first. Nothing was sent."), 422)
    name = file_names.shown(file.filename) or _("a file without a name")
    try:
        sheet = read(cast(BinaryIO, file.stream), name)
    except TextRefused as refusal:
        return show_imports(reasons.in_words(str(refusal)), 422)
    made = import_actions.keep(db.session, g.actor, sheet, name, now=clock.now())
    return redirect(url_for(".one_import", import_id=made), 303)


def read(stream: BinaryIO, name: str) -> Sheet:
    """The table in what was sent. Strangers' files are opened in the limited child only."""
    with tempfile.TemporaryDirectory(
        dir=current_app.config["XINDE"].data, prefix=".table-"
    ) as place:
        path = Path(place, file_names.last_part(name).lstrip(".") or "table")
        with path.open("wb") as kept:
            shutil.copyfileobj(stream, kept)
        with Reader() as reader:
            return reader.sheet(path)


@bp.errorhandler(413)
def too_large(_error: RequestEntityTooLarge) -> Any:
    doors.drop_the_rest()
    return doors.problem(
        413,
        _("That is too much at once"),
        _(
            "At most %(megabytes)s MB can be sent at once. Save the table alone as CSV, or divide it.",
            megabytes=sheets.MOST_BYTES // sheets.MB,
        ),
    )


def existing(import_id: str) -> PeopleImport:
    found = store.one_import(db.session, g.actor.organisation, import_id[:32])
    if found is None:
        abort(404)
    return found


@bp.get("/imports/<import_id>")
@needs("people.import")
def one_import(import_id: str) -> tuple[str, int]:
    found = store.one_import(db.session, g.actor.organisation, import_id[:32])
    if found is None:  # often forgotten a moment ago, and gone back to
        flash(_("This table is not here. The list shows the tables that are; one that was forgotten is gone."), "error")  # fmt: skip
        return show_imports(status=404)
    return show(found)


def show(found: PeopleImport, error: str = "", status: int = 200) -> tuple[str, int]:
    if found.status != "waiting":
        return pages.render(import_page.done(db.session, g.actor, found), status)
    there = store.there(db.session, g.actor.organisation, now=clock.now())
    return pages.render(preview_page.preview(found, there, names(), error=error), status)


@bp.post("/imports/<import_id>")
@needs("people.import")
def choose(import_id: str) -> tuple[str, int] | AnyResponse:
    """Which column says what, what becomes of unknown words; then it is shown anew."""
    found = existing(import_id)
    if found.status != "waiting":
        return redirect(url_for(".one_import", import_id=found.id), 303)
    there = store.there(db.session, g.actor.organisation, now=clock.now())
    choices = choosing.given(request.form, choosing.sheet_of(found.sheet), found.choices, there)
    try:
        import_actions.choose(db.session, g.actor, found.id, choices)
    except import_actions.Unknown:
        abort(404)
    return redirect(url_for(".one_import", import_id=found.id, _anchor="looked-at"), 303)


@bp.post("/imports/<import_id>/run")
@needs("people.import")
def run(import_id: str) -> tuple[str, int] | AnyResponse:
    found = existing(import_id)
    seen = request.form.get("seen", "")[:64]
    try:
        import_actions.run(db.session, g.actor, found.id, seen=seen, now=clock.now())
    except import_actions.Unknown:
        abort(404)
    except import_actions.Otherwise:
        error = _("The organisation, or a choice, has changed since you looked. Nothing was done. Look again.")  # fmt: skip
        return show(existing(found.id), error, 409)
    except import_actions.Hindered:
        error = _("There are rows with problems. Nothing was done. Correct the table and send it again, or choose to leave these rows out.")  # fmt: skip
        return show(existing(found.id), error, 422)
    flash(_("The table is brought in."), "info")
    return redirect(url_for(".one_import", import_id=found.id), 303)


@bp.post("/imports/<import_id>/delete")
@needs("people.import")
def drop(import_id: str) -> AnyResponse:
    try:
        import_actions.drop(db.session, g.actor, import_id[:32])
    except import_actions.Unknown:
        abort(404)
    flash(_("The table is forgotten. Nothing of it was brought in."), "info")
    return redirect(url_for(".imports"), 303)


@bp.get("/imports/<import_id>/problems.csv")
@needs("people.import")
def problems(import_id: str) -> Response:
    """Every problem, to be worked through beside the table."""
    found = existing(import_id)
    if found.status != "waiting":
        abort(404)
    there = store.there(db.session, g.actor.organisation, now=clock.now())
    plan = choosing.planned(found.sheet, found.choices, there, new_id)
    heads = wording.fields()
    rows = [(_("Row"), _("Column"), _("Problem"))]
    rows += [
        (str(p.line), heads[p.field], sheets_out.as_text(wording.problem(p))) for p in plan.problems
    ]
    return attached(sheets_out.as_csv(rows), "xinde-problems.csv")


def attached(body: bytes, name: str) -> Response:
    answer = Response(body, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.post("/imports/<import_id>/links")
@needs("people.import")
def links(import_id: str) -> Response:
    """A table with a link for each person who has an address and no password. It is made
    once and kept nowhere; asking again makes new links, and the old ones end."""
    try:
        made = actions.import_links(db.session, g.actor, import_id[:32], now=clock.now())
    except actions.Unknown:
        abort(404)
    rows = [(pgettext("person", "Name"), _("E-mail address"), _("Unit"), _("Link"))]
    rows += [
        (
            sheets_out.as_text(p.name),
            sheets_out.as_text(p.email),
            sheets_out.as_text(p.unit),
            url_for("members.join", token=token, _external=True),
        )
        for p, token in made
    ]
    return attached(sheets_out.as_csv(rows), f"xinde-links-{clock.today().isoformat()}.csv")


@bp.get("/imports/<import_id>/undo")
@needs("people.import")
def ask_undo(import_id: str) -> tuple[str, int] | AnyResponse:
    """What would go and what would stay, before it is done."""
    found = existing(import_id)
    if found.status == "undone":  # a moment ago, and gone back to
        flash(_("This import is undone already."), "info")
        return redirect(url_for(".one_import", import_id=found.id), 303)
    if found.status != "done":
        abort(404)
    return pages.render(import_page.undoing(db.session, g.actor, found))


@bp.post("/imports/<import_id>/undo")
@needs("people.import")
def undo(import_id: str) -> AnyResponse:
    try:
        fate = undo_actions.undo(db.session, g.actor, import_id[:32], now=clock.now())
    except undo_actions.Unknown:
        abort(404)
    for sentence in import_page.undone(db.session, g.actor, fate):
        flash(sentence, "info")
    return redirect(url_for(".one_import", import_id=import_id[:32]), 303)
