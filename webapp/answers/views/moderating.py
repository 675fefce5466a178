"""Reporting a piece or an answer, and deciding about what was reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from webapp import clock, pages
from webapp.access import needs
from webapp.answers import asked, deciding, limits, reports, store
from webapp.answers.actions import Unknown
from webapp.answers.deciding import NoOrganizer, Own, TooMany
from webapp.answers.reports import Decided, Reported
from webapp.answers.views.blueprint import Answer, bp
from webapp.community import db
from webapp.ids import new_id
from webapp.reflections import store as reflections
from webapp.reflections.views.blueprint import look_again

WHATS = ("reflection", "answer")


# By readers


@dataclass(frozen=True)
class ReportPage(pages.Page):
    template: ClassVar[str] = "answers/report.html"

    what: str  # reflection | answer
    action: str
    back: str
    words: str  # the title of the piece, or the beginning of the answer
    key: str
    reaches: bool  # whether an organizer would see the report
    ask: list[str]  # else: who in the unit can be asked
    reason: str = ""
    problem: str = ""
    limit: int = limits.REASON_LIMIT


@bp.route("/reflections/<reflection_id>/report", methods=["GET", "POST"])
@needs("report.write")
def report_piece(reflection_id: str) -> Answer:
    piece = reflections.readable(db.session, g.actor, reflection_id)
    if piece is None or piece.status != "submitted" or piece.mine:
        abort(404)
    action = url_for(".report_piece", reflection_id=piece.id)
    back = url_for("reflections.show", reflection_id=piece.id)
    return _report(piece.id, None, "reflection", action, back, piece.title)


@bp.route("/answers/<answer_id>/report", methods=["GET", "POST"])
@needs("report.write")
def report_answer(answer_id: str) -> Answer:
    placed = store.readable(db.session, g.actor, answer_id)
    if placed is None or placed.said.mine or placed.said.taken_back:
        abort(404)
    action = url_for(".report_answer", answer_id=answer_id)
    back = url_for("reflections.show", reflection_id=placed.piece, _anchor=f"a-{answer_id}")
    return _report(placed.piece, answer_id, "answer", action, back, placed.said.body)


def _report(
    piece: str, answer: str | None, what: str, action: str, back: str, words: str
) -> Answer:
    def page(reason: str = "", problem: str = "", status: int = 200) -> Answer:
        reaches = reports.an_organizer_reads(db.session, g.actor, piece)
        ask = [] if reaches else reports.to_ask(db.session, g.actor, piece)
        found = ReportPage(what, action, back, words, new_id(), reaches, ask, reason, problem)
        return pages.render(found, status)

    if request.method == "GET":
        return page()
    reason, key = _reason(), asked.key()
    if not reason:
        return page(problem=_("Say in a sentence what should be looked at."), status=422)
    if len(reason) > limits.REASON_LIMIT:
        return page(reason, _too_long(), 422)
    try:
        deciding.report(
            db.session, g.actor, piece=piece, answer=answer, reason=reason, key=key, now=clock.now()
        )
    except NoOrganizer:
        said = _("No organizer can read this piece, so the report would reach nobody. It was not sent.")  # fmt: skip
        return page(reason, said, 422)
    except TooMany:
        said = _(
            "%(limit)s of your reports are still waiting. Nothing was sent; please wait until they were looked at.",
            limit=limits.MOST_REPORTS,
        )
        return page(reason, said, 422)
    flash(_("Thank you. The organizers will look at it. Who reported it is shown to nobody."))
    return redirect(back, 303)


def _reason() -> str:
    return pages.body(request.form, "reason", limit=limits.SEND_LIMIT).strip()


def _too_long() -> str:
    return _("At most %(limit)s characters. Shorten it and send it again.", limit=limits.REASON_LIMIT)  # fmt: skip


# By organizers


@dataclass(frozen=True)
class ModerationPage(pages.Page):
    template: ClassVar[str] = "answers/moderation.html"

    waiting: list[Reported]
    record: list[Decided]
    key: str
    limit: int = limits.REASON_LIMIT
    # What was written where it could not be carried out
    about: str = ""
    reason: str = ""
    problem: str = ""


@bp.get("/moderation")
@needs("moderation")
def moderation() -> Answer:
    return _moderation()


def _moderation(about: str = "", reason: str = "", problem: str = "", status: int = 200) -> Answer:
    return pages.render(
        ModerationPage(
            waiting=reports.waiting(db.session, g.actor),
            record=reports.record(db.session, g.actor),
            key=new_id(),
            about=about,
            reason=reason,
            problem=problem,
        ),
        status,
    )


@bp.post("/moderation/<what>/<about_id>")
@needs("moderation")
def decide(what: str, about_id: str) -> Answer:
    """Leave it, hide it, or show it again."""
    action, reason, key = request.form.get("do", ""), _reason(), asked.key()
    if what not in WHATS:
        abort(404)
    if action not in deciding.ACTIONS:
        abort(400)
    if action == "hide" and not reason:
        return _moderation(about_id, "", _("Give the reason in words. Its author reads it."), 422)
    if len(reason) > limits.REASON_LIMIT:
        return _moderation(about_id, reason, _too_long(), 422)
    try:
        look = deciding.decide(
            db.session, g.actor, what, about_id, action=action, reason=reason, key=key, now=clock.now()
        )  # fmt: skip
    except Unknown:
        abort(404)
    except Own:
        said = _("These are your own words. Another organizer decides about them.")
        return _moderation(about_id, reason, said, 422)
    if look:
        look_again(look)
    flash(
        {
            "leave": _("It stays as it is. The report is settled."),
            "hide": _("Hidden. Only its author can read it now, with your reason."),
            "show": _("Shown again, to whoever could read it before."),
        }[action]
    )
    return redirect(url_for(".moderation"), 303)
