"""Entries on behalf of others: who attended, and pieces of people without an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from webapp import clock, pages, resources
from webapp.access import may_organize, needs
from webapp.community import db
from webapp.ids import new_id
from webapp.reflections.sent import form_key
from webapp.requirements import (
    entering,
    entry_actions,
    entry_pages,
    entry_store,
    entry_wording,
    naming_texts,
    wording,
)
from webapp.requirements.actions import Hindered, Unknown
from webapp.requirements.entering import AttendanceSent, PieceSent
from webapp.requirements.entry_pages import AttendancePage, PiecesPage
from webapp.requirements.plan_page import Link
from webapp.requirements.views.blueprint import (
    RAW_LIMIT,
    STATUS,
    Answer,
    bp,
    known,
    not_yours,
    organized,
    sent_for,
)
from webapp.requirements.views.own import kind_of

# Who attended


@bp.get("/units/<unit_id>/attendance")
@needs("attendance.enter")
def attendance(unit_id: str) -> Answer:
    unit = organized(unit_id)
    sent = AttendanceSent(day=clock.today().isoformat())
    return pages.render(_attendance_page(unit, sent, key=new_id()))


@bp.post("/units/<unit_id>/attendance")
@needs("attendance.enter")
def enter_attendance(unit_id: str) -> Answer:
    form, key = request.form, form_key()
    sent = AttendanceSent(
        what=pages.field(form, "what", limit=RAW_LIMIT),
        day=pages.field(form, "day", limit=20),
        minutes=pages.field(form, "minutes", limit=20),
        members=tuple(dict.fromkeys(form.getlist("member")[: entering.MOST_PEOPLE + 1])),
        guests=pages.body(form, "guests", limit=RAW_LIMIT),
    )
    unit = sent_for(unit_id)
    if unit is None:
        return not_yours()
    page = _attendance_page(unit, sent, key=key)
    wanted = entering.attendance(
        sent, present=[id for id, _name, _account in page.people], today=clock.today()
    )
    if wanted.problems:
        return pages.render(replace(page, problems=_in_words(wanted.problems)), 422)
    try:
        entry_actions.enter_attendance(
            db.session, g.actor, unit_id, wanted, key=key, now=clock.now()
        )
    except Hindered as hindered:
        said = wording.obstacle(hindered.obstacle)
        status = STATUS.get(hindered.obstacle, 409)
        return pages.render(replace(page, obstacle=said), status)
    flash(_("Entered. Members see it on their own page, and may object."))
    return redirect(url_for(".attendance", unit_id=unit_id), 303)


def _attendance_page(unit: Link, sent: AttendanceSent, *, key: str) -> AttendancePage:
    return AttendancePage(
        unit=unit,
        key=key,
        sent=sent,
        people=entry_store.members_of(db.session, g.actor.organisation, unit[0]),
        entries=entry_store.attendance_in(db.session, g.actor, unit[0]),
    )


# Pieces of people without an account


@bp.get("/units/<unit_id>/entered")
@needs("requirements.read")
def entered_pieces(unit_id: str) -> Answer:
    """Those of a unit, for its members; with the form, for whoever organizes it."""
    unit = known(unit_id)
    organizes = may_organize(g.actor, unit=unit_id)
    if unit is None or not (organizes or unit_id in g.actor.units):
        abort(404)
    sent = PieceSent(day=clock.today().isoformat())
    organizes = organizes and unit.closed_at is None
    page = _pieces_page((unit.id, unit.name), sent, key=new_id(), organizes=organizes)
    return pages.render(page)


@bp.post("/units/<unit_id>/entered")
@needs("attendance.enter")
def enter_piece(unit_id: str) -> Answer:
    form, key = request.form, form_key()
    sent = PieceSent(
        member_id=pages.field(form, "member_id", limit=40),
        name=pages.field(form, "name", limit=RAW_LIMIT),
        genre=pages.field(form, "genre", limit=20),
        title=pages.field(form, "title", limit=RAW_LIMIT),
        body=pages.body(form, "body", limit=2 * RAW_LIMIT).strip(),
        text=pages.field(form, "text", limit=400),
        day=pages.field(form, "day", limit=20),
        answered_on=pages.field(form, "answered_on", limit=20),
        consent=form.get("consent") == "1",
    )
    unit = sent_for(unit_id)
    if unit is None:
        return not_yours()
    page = _pieces_page(unit, sent, key=key, organizes=True)
    about = naming_texts.named([sent.text]) if sent.text else {}
    wanted = entering.piece(
        sent,
        without_account=[id for id, _name in page.people],
        text_found=bool(about.get(sent.text)),
        today=clock.today(),
    )
    if wanted.problems:
        return pages.render(replace(page, problems=_in_words(wanted.problems)), 422)
    try:
        made = entry_actions.enter_piece(
            db.session,
            g.actor,
            unit_id,
            wanted,
            about=_text(about.get(sent.text)),
            key=key,
            now=clock.now(),
        )
    except Hindered as hindered:
        said = wording.obstacle(hindered.obstacle)
        return pages.render(replace(page, obstacle=said), STATUS.get(hindered.obstacle, 409))
    flash(_("Entered. The members of the unit can read it."))
    return redirect(url_for(".entered", piece_id=made), 303)


def _pieces_page(unit: Link, sent: PieceSent, *, key: str, organizes: bool) -> PiecesPage:
    people = entry_store.members_of(db.session, g.actor.organisation, unit[0]) if organizes else []
    return PiecesPage(
        unit=unit,
        organizes=organizes,
        key=key,
        sent=sent,
        people=[(id, name) for id, name, account in people if not account],
        genres=entry_pages.genre_options(),
        entries=entry_store.pieces_in(db.session, g.actor, unit[0]),
    )


def _text(slug: str | None) -> Link | None:
    record = resources.library().text(slug) if slug else None
    return (record.slug, record.title) if record else None


@bp.get("/entered/<piece_id>")
@needs("requirements.read")
def entered(piece_id: str) -> Answer:
    """One entered piece, for the unit it was entered in."""
    found = entry_store.readable_piece(db.session, g.actor, piece_id)
    if found is None:
        abort(404)
    row, piece = found
    organizes = may_organize(g.actor, unit=row.unit_id)
    return pages.render(entry_pages.entered(row, piece, organizes=organizes))


@bp.post("/units/<unit_id>/entries/<kind>/<entry_id>/take-back")
@needs("attendance.enter")
def take_back(unit_id: str, kind: str, entry_id: str) -> Answer:
    try:
        entry_actions.take_back(
            db.session, g.actor, kind_of(kind), entry_id, unit_id, now=clock.now()
        )
    except (Unknown, Hindered):
        abort(404)
    flash(_("Taken back. The entry counts no more."))
    where = ".attendance" if kind == "attendance" else ".entered_pieces"
    return redirect(url_for(where, unit_id=unit_id), 303)


# What these share


def _in_words(problems: Mapping[str, entering.Problem]) -> dict[str, str]:
    return {name: entry_wording.problem(name, found) for name, found in problems.items()}
