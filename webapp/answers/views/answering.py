"""Answering reflections, and the own answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from webapp import clock, pages
from webapp.access import needs
from webapp.answers import actions, asked, limits, store, wording
from webapp.answers.actions import Hindered, Unknown
from webapp.answers.section import Form
from webapp.answers.store import Mine
from webapp.answers.tables import Answer as AnswerRow
from webapp.answers.views.blueprint import Answer, KeptWordsPage, bp
from webapp.community import db
from webapp.reflections import store as reflections
from webapp.reflections.views import reading
from webapp.reflections.views.blueprint import mark_of_page

ON_A_PAGE = 30


@bp.get("/reflections/<reflection_id>/answers")
@needs("answer.read")
def index(reflection_id: str) -> Answer:
    """Where a form was sent to, for whoever comes back to its address."""
    if reflections.readable(db.session, g.actor, reflection_id) is None:
        abort(404)
    return redirect(url_for("reflections.show", reflection_id=reflection_id, _anchor="answers"))


@bp.post("/reflections/<reflection_id>/answers")
@needs("answer.write")
def send(reflection_id: str) -> Answer:
    """An answer to the piece or a paragraph of it, or a reply to an answer."""
    form = asked.sent()
    try:
        made = actions.answer(
            db.session,
            g.actor,
            reflection_id,
            kind=form.kind,
            body=form.body,
            key=asked.key(),
            paragraph=form.paragraph,
            quote=pages.body(request.form, "quote", limit=limits.SEND_LIMIT),
            to=form.to or None,
            now=clock.now(),
        )
    except Hindered as problem:
        return _again(reflection_id, form, problem)
    flash(_("Your reply stands below.") if form.to else _("Your answer stands below the piece."))
    return redirect(
        url_for("reflections.show", reflection_id=reflection_id, _anchor=f"a-{made}"), 303
    )


def _again(reflection_id: str, form: Form, problem: Hindered) -> Answer:
    """The form once more, with the words; where the piece is gone, the words alone."""
    said = wording.obstacle(problem.obstacle)
    piece = reflections.readable(db.session, g.actor, reflection_id)
    if piece is None or piece.status != "submitted":
        return pages.render(KeptWordsPage(_("This piece is not open to you"), said, form.body), 404)
    if problem.obstacle == "moved":
        form = replace(form, paragraph=None)
    if problem.obstacle == "over":
        form = replace(form, to="", kind="echo")
    return pages.render(reading.show_page(piece, replace(form, problem=said)), 422)


# One's own


@dataclass(frozen=True)
class MinePage(pages.Page):
    template: ClassVar[str] = "answers/mine.html"

    answers: list[Mine]
    next: str | None


@bp.get("/answers")
@needs("answer.own")
def mine() -> Answer:
    rows = store.mine(db.session, g.actor, after=mark_of_page(), limit=ON_A_PAGE + 1)
    shown = rows[:ON_A_PAGE]
    more = len(rows) > ON_A_PAGE
    mark = reflections.mark_text((shown[-1].at, shown[-1].id)) if more else None
    return pages.render(MinePage(shown, mark))


@dataclass(frozen=True)
class EditPage(pages.Page):
    template: ClassVar[str] = "answers/edit.html"

    id: str
    kind: str
    body: str
    back: str
    problem: str = ""
    limit: int = limits.BODY_LIMIT


@bp.get("/answers/<answer_id>/edit")
@needs("answer.own")
def edit(answer_id: str) -> Answer:
    found = _own(answer_id)
    return pages.render(EditPage(found.id, found.kind, found.body, _page_of(found)))


@bp.post("/answers/<answer_id>/edit")
@needs("answer.own")
def change(answer_id: str) -> Answer:
    found = _own(answer_id)
    body = pages.body(request.form, "body", limit=limits.SEND_LIMIT)
    try:
        actions.edit(db.session, g.actor, answer_id, body=body, now=clock.now())
    except Unknown:
        abort(404)
    except Hindered as problem:
        said = wording.obstacle(problem.obstacle)
        return pages.render(EditPage(found.id, found.kind, body, _page_of(found), said), 422)
    flash(_("Changed. It is marked as edited."))
    return redirect(_page_of(found), 303)


@dataclass(frozen=True)
class TakeBackPage(pages.Page):
    template: ClassVar[str] = "answers/take_back.html"

    id: str
    body: str
    back: str
    replies: bool


@bp.route("/answers/<answer_id>/take-back", methods=["GET", "POST"])
@needs("answer.own")
def take_back(answer_id: str) -> Answer:
    found = _own(answer_id)
    back = _page_of(found)
    if request.method == "GET":
        replies = store.has_replies(db.session, found)
        return pages.render(TakeBackPage(found.id, found.body, back, replies))
    try:
        actions.take_back(db.session, g.actor, answer_id, now=clock.now())
    except Unknown:
        abort(404)
    flash(_("Taken back. Nobody can read it any more."))
    return redirect(back.partition("#")[0], 303)


def _own(answer_id: str) -> AnswerRow:
    found = store.own(db.session, g.actor, answer_id)
    if found is None:
        abort(404)
    return found


def _page_of(found: AnswerRow) -> str:
    """The piece, where it can be read; else the list of the own answers."""
    piece = reflections.readable(db.session, g.actor, found.reflection_id)
    if piece is None or piece.status == "draft":
        return url_for(".mine")
    return url_for("reflections.show", reflection_id=piece.id, _anchor=f"a-{found.id}")
