"""Pages on which a member takes everything along, brings it back, and leaves."""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from flask import Blueprint, flash, g, redirect, request, session, url_for
from flask_login import current_user
from flask_security.utils import logout_user, verify_password
from werkzeug.wrappers import Response

from webapp import clock, doors, pages, resources
from webapp.access import needs
from webapp.audit.actions import record_presence
from webapp.community import change, db
from webapp.jobs import queue
from webapp.leaving import actions, opening, packing, returning, store, wording
from webapp.leaving.actions import LastAdministrator
from webapp.leaving.choices import Choices
from webapp.leaving.opening import MOST_MEGABYTES, PackageRefused
from webapp.leaving.store import Counts
from webapp.members.actions import same_characters

bp = Blueprint("leaving", __name__, url_prefix="/me")

ROOM_FOR_THE_FORM = 64 * 1024  # bytes beside the file


@dataclass(frozen=True)
class EverythingPage(pages.Page):
    template: ClassVar[str] = "leaving/everything.html"

    most_megabytes: int = MOST_MEGABYTES
    problem: str = ""
    brought: list[str] | None = None  # None: nothing was sent
    unreadable: int = 0
    pieces: tuple[tuple[str, str], ...] = ()  # (title, earlier audience)


@dataclass(frozen=True)
class LeavePage(pages.Page):
    template: ClassVar[str] = "leaving/leave.html"

    counts: Counts
    choices: Choices
    problem: str = ""


# Taking along


@bp.get("/everything")
@needs("account.rights")
def everything() -> tuple[str, int]:
    return pages.render(EverythingPage())


@bp.post("/everything")
@needs("account.rights")
def take() -> Response:
    """The zip, written into a file that goes when it was sent."""
    with change(db.session) as changing:
        organisation, member = g.actor.organisation, g.actor.member
        record_presence(
            changing, organisation, "export.own", by=member, at=clock.now(), zone=clock.zone()
        )
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was sent
    packing.pack(file, db.session, g.actor, now=clock.now())
    name = f"xinde-{clock.today().isoformat()}.zip"
    return pages.sent_and_closed(file, name, "application/zip")


@bp.post("/everything/back")
@needs("account.rights")
@doors.takes_files(MOST_MEGABYTES * 1024 * 1024 + ROOM_FOR_THE_FORM)
def bring_back() -> tuple[str, int]:
    sent = request.files.get("package")
    if sent is None or not sent.filename:
        return pages.render(EverythingPage(problem=wording.refused("nothing")), 422)
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "package.zip"
        sent.save(archive)
        try:
            with closing(opening.opened(archive)) as package:
                returned = returning.bring_back(
                    db.session, g.actor, resources.library(), package, now=clock.now()
                )
        except PackageRefused as no:
            problem = wording.refused(no.cause, no.section, no.most)
            return pages.render(EverythingPage(problem=problem), 422)
    return pages.render(
        EverythingPage(
            brought=wording.brought_back(returned),
            unreadable=returned.unreadable,
            pieces=tuple((title, wording.audience(was)) for title, was in returned.pieces),
        )
    )


# Leaving


@bp.get("/leave")
@needs("account.rights")
def leave() -> tuple[str, int]:
    problem = wording.last_administrator() if _is_last_administrator() else ""
    return pages.render(LeavePage(store.counts(db.session, g.actor), Choices(), problem))


@bp.post("/leave")
@needs("account.rights")
def leave_now() -> tuple[str, int] | Response:
    choices = Choices.of_form(request.form)
    if not verify_password(
        same_characters(request.form.get("password", "")[:200]), current_user.password or ""
    ):
        return _again(choices, wording.wrong_password(), 400)
    organisation, member = g.actor.organisation, g.actor.member
    if _is_last_administrator():
        return _again(choices, wording.not_the_last(), 409)
    said = wording.gone()
    logout_user()  # while there still is an account to sign out
    session.clear()
    try:
        look = actions.leave(
            db.session, organisation, member, choices, now=clock.now(), zone=clock.zone()
        )
    except LastAdministrator:  # the other one went in this moment
        flash(wording.not_the_last(), "error")
        return redirect(url_for("security.login"))
    for piece in look:
        queue.look_again(organisation, piece)
    queue.learn_again()
    flash(said, "info")
    return redirect(url_for("security.login"))


def _is_last_administrator() -> bool:
    actor = g.actor
    return actor.administrator and not store.another_administrator(
        db.session, actor.organisation, actor.member
    )


def _again(choices: Choices, problem: str, status: int) -> tuple[str, int]:
    return pages.render(LeavePage(store.counts(db.session, g.actor), choices, problem), status)
