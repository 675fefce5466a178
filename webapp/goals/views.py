"""Pages of practice goals: set one, say what happened, write about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import clock, languages, pages, resources
from webapp.access import needs
from webapp.community import db
from webapp.goals import actions, chains, days, form_page, origins, setting, store, wording
from webapp.goals.actions import Unknown
from webapp.goals.chain import Step
from webapp.goals.days import Offered, Standing
from webapp.goals.origins import Asked, Source
from webapp.goals.setting import Told, Wanted
from webapp.goals.store import Activity
from webapp.goals.tables import Goal
from webapp.reflections import citations
from webapp.reflections.sent import form_key

bp = Blueprint("goals", __name__)

Answer = tuple[str, int] | Response
RAW_LIMIT = 20_000  # characters of one field of a form; a longer one is no goal


@dataclass(frozen=True)
class Row:
    """A goal in a list."""

    id: str
    what: str
    by: dt.date | None
    standing: Standing
    lang: str
    outcome: str = ""
    answered_at: dt.datetime | None = None


@dataclass(frozen=True)
class IndexPage(pages.Page):
    template: ClassVar[str] = "goals/index.html"

    due: list[Row]
    ahead: list[Row]
    closed: list[Row]


@bp.get("/goals")
@needs("goal.own")
def index() -> Answer:
    today = clock.today()
    rows = [
        Row(goal.id, goal.what, goal.by, days.standing(goal.by, today), "")
        for goal in store.open_goals(db.session, g.actor)
    ]
    closed = [
        Row(
            goal.id,
            goal.what,
            goal.by,
            days.standing(goal.by, today),
            languages.HTML_LANG.get(goal.language, "en"),
            wording.outcome(goal.status),
            goal.answered_at,
        )
        for goal in store.closed(db.session, g.actor)
    ]
    return pages.render(
        IndexPage(
            due=[row for row in rows if row.standing in ("today", "over")],
            ahead=[row for row in rows if row.standing in ("ahead", "no_day")],
            closed=closed,
        )
    )


# Setting one


@bp.get("/goals/new")
@needs("goal.own")
def new() -> Answer:
    """An empty goal, or one that begins with a sentence, a passage or an experience."""
    asked = _asked(request.args)
    what = asked.origin.sentence if asked else ""
    return pages.render(form_page.of_new(asked, Wanted(what=what[: setting.WHAT_LIMIT])))


@bp.post("/goals/new")
@needs("goal.own")
def create() -> Answer:
    asked = _asked(request.form)
    wanted = _wanted()
    may_know = request.form.get("author_may_know") == "1"
    if wanted.problems:
        page = form_page.of_new(asked, wanted, author_may_know=may_know)
        return pages.render(page, 422)
    try:
        made = actions.set_one(
            db.session,
            g.actor,
            wanted,
            asked.origin if asked else actions.Origin(),
            author_may_know=may_know and asked is not None and asked.source.by_other,
            key=form_key(),
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    flash(_("Your goal is set. Only you see it."))
    return redirect(url_for(".show", goal_id=made), 303)


def _asked(sent: object) -> Asked | None:
    """What the goal is to be born from; None for nothing. What is unknown is a 404."""
    sentence = pages.field(sent, "sentence", limit=origins.SENTENCE_LIMIT)
    quote = pages.body(sent, "quote", limit=RAW_LIMIT)[: citations.QUOTE_LIMIT]
    if piece := pages.field(sent, "from", limit=32):
        found = origins.of_own_piece(db.session, g.actor, piece, sentence)
    elif note := pages.field(sent, "note", limit=32):
        found = origins.of_own_note(db.session, g.actor, note, sentence)
    elif reading := pages.field(sent, "reading", limit=160):
        found = origins.of_reading(db.session, g.actor, resources.library(), reading, quote)
    else:
        return None
    if found is None:
        abort(404)
    return found


def _wanted(before: dt.date | None = None) -> Wanted:
    form = request.form
    return setting.wanted(
        what=pages.body(form, "what", limit=RAW_LIMIT).strip(),
        how=pages.body(form, "how", limit=RAW_LIMIT).strip(),
        when=pages.field(form, "when", limit=20),
        written_day=pages.field(form, "by", limit=20),
        today=clock.today(),
        before=before,
    )


# One goal


@dataclass(frozen=True)
class ShowPage(pages.Page):
    template: ClassVar[str] = "goals/show.html"

    goal: Goal
    lang: str
    standing: Standing
    outcome: str
    source: Source | None
    told: Told
    offered: list[Offered]
    chain: list[Step]
    attended: list[Activity]  # where it may have been acted on
    outcome_limit: int = setting.OUTCOME_LIMIT

    def problem(self, name: str) -> str:
        found = self.told.problems.get(name)
        return wording.problem(name, found) if found else ""


@bp.get("/goals/<goal_id>")
@needs("goal.own")
def show(goal_id: str) -> Answer:
    goal = _own(goal_id)
    told = Told(happened=goal.outcome, hindrance=goal.hindrance, activity=goal.attendance_id or "")
    return pages.render(_show_page(goal, told))


@bp.post("/goals/<goal_id>/answer")
@needs("goal.own")
def answer(goal_id: str) -> Answer:
    """What happened, in the member's words, and what became of the goal."""
    form = request.form
    told = setting.told(
        outcome=pages.field(form, "outcome", limit=20),
        happened=pages.body(form, "happened", limit=RAW_LIMIT).strip(),
        hindrance=pages.body(form, "hindrance", limit=RAW_LIMIT).strip(),
        activity=pages.field(form, "activity", limit=32),
        when=pages.field(form, "when", limit=20),
        written_day=pages.field(form, "by", limit=20),
        today=clock.today(),
    )
    goal = _own(goal_id)
    if told.problems:
        return pages.render(_show_page(goal, told), 422)
    try:
        actions.answer(db.session, g.actor, goal_id, told, now=clock.now())
    except Unknown:
        abort(404)
    flash(_said_of(told))
    return redirect(url_for(".show", goal_id=goal_id), 303)


def _said_of(told: Told) -> str:
    if told.outcome == "open":
        return _("Kept. Xinde asks again on the new day.") if told.by else _("Kept open.")
    if told.outcome == "let_go":
        return _("Let go. Nothing more is asked about it.")
    return _("Kept, for you alone.")


@bp.post("/goals/<goal_id>/reopen")
@needs("goal.own")
def reopen(goal_id: str) -> Answer:
    """Take an answer back."""
    try:
        actions.reopen(db.session, g.actor, goal_id, now=clock.now())
    except Unknown:
        abort(404)
    flash(_("Taken back. The goal is open again, and your words are still there."))
    return redirect(url_for(".show", goal_id=goal_id), 303)


@bp.route("/goals/<goal_id>/edit", methods=["GET", "POST"])
@needs("goal.own")
def edit(goal_id: str) -> Answer:
    goal = _own(goal_id)
    if request.method == "GET":
        when = "day" if goal.by else "none"
        day = goal.by.isoformat() if goal.by else ""
        asked = Wanted(goal.what, goal.how, when, day)
        return pages.render(form_page.of_goal(goal, asked, goal.author_may_know, goal.in_chain))
    wanted = _wanted(before=goal.by)
    may_know = request.form.get("author_may_know") == "1"
    in_chain = request.form.get("in_chain") == "1"
    if wanted.problems:
        return pages.render(form_page.of_goal(goal, wanted, may_know, in_chain), 422)
    try:
        actions.edit(
            db.session,
            g.actor,
            goal_id,
            wanted,
            author_may_know=may_know,
            in_chain=in_chain,
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    flash(_("Changed."))
    return redirect(url_for(".show", goal_id=goal_id), 303)


@dataclass(frozen=True)
class DeletePage(pages.Page):
    template: ClassVar[str] = "goals/delete.html"

    id: str
    what: str


@bp.route("/goals/<goal_id>/delete", methods=["GET", "POST"])
@needs("goal.own")
def delete(goal_id: str) -> Answer:
    goal = _own(goal_id)
    if request.method == "GET":
        return pages.render(DeletePage(goal.id, goal.what))
    try:
        actions.delete(db.session, g.actor, goal_id)
    except Unknown:
        abort(404)
    flash(_("Deleted."))
    return redirect(url_for(".index"), 303)


def _own(goal_id: str) -> Goal:
    goal = store.own(db.session, g.actor, goal_id)
    if goal is None:
        abort(404)
    return goal


def _show_page(goal: Goal, told: Told) -> ShowPage:
    today = clock.today()
    return ShowPage(
        goal=goal,
        lang=languages.HTML_LANG.get(goal.language, "en"),
        standing=days.standing(goal.by, today),
        outcome=wording.outcome(goal.status),
        source=origins.of_goal(db.session, g.actor, resources.library(), goal),
        told=told,
        offered=days.offered(today),
        chain=chains.of_goal(db.session, g.actor, goal.id),
        attended=store.attended(db.session, g.actor) if goal.status == "open" else [],
    )
