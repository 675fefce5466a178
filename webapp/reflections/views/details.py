"""Where, who, the lesson and for whom of an experience, and whether its goal is shown:
asked before submitting, and on a page of its own afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from webapp import languages, pages
from webapp.access import needs
from webapp.community import db
from webapp.goals import actions as goal_actions
from webapp.goals import store as goals
from webapp.members import store as members
from webapp.reflections import actions, experiences, store
from webapp.reflections.actions import Unknown
from webapp.reflections.experiences import Details
from webapp.reflections.publication import MOST_THEMES
from webapp.reflections.tables import Reflection
from webapp.reflections.views.blueprint import Answer, bp, look_again, own
from webapp.resources import resources

RAW_LIMIT = 20_000


@dataclass(frozen=True)
class Practice:
    """What the form asks of a piece that tells of practice."""

    details: Details | None  # None for a piece that is no experience
    roles: list[tuple[str, str]]
    themes: list[tuple[str, str]]
    goal: str = ""  # the goal that the piece was written about
    goal_shown: bool = False
    limits: ClassVar[dict[str, int]] = {
        "place": experiences.PLACE_LIMIT,
        "people": experiences.PEOPLE_LIMIT,
        "lesson": experiences.LESSON_LIMIT,
    }

    def problem(self, name: str) -> str:
        """What is wrong with a field, and the cure."""
        found = self.details.problems.get(name) if self.details else None
        if found is None:
            return ""
        if found == "too_long":
            return _(
                "This is longer than %(limit)s characters. Shorten it; nothing was lost.",
                limit=self.limits[name],
            )
        if found == "too_many":
            most = experiences.MOST_ROLES if name == "roles" else MOST_THEMES
            return _("Choose at most %(most)s.", most=most)
        return _("One of these is no longer there. Choose again.")


def practice_of(piece: Reflection) -> Practice | None:
    """None where there is nothing to ask."""
    goal = goals.own(db.session, g.actor, piece.goal_id) if piece.goal_id else None
    if piece.genre != "experience":
        if goal is None:
            return None
        return Practice(None, [], [], goal.what, goal.in_chain)
    code = languages.current()
    return Practice(
        store.details_of(db.session, piece),
        _roles(code),
        [(id, label.name(code)) for id, label in resources().library.themes().items()],
        goal.what if goal else "",
        goal.in_chain if goal else False,
    )


def _roles(code: str) -> list[tuple[str, str]]:
    rows = members.study_roles(db.session, g.actor.organisation)
    return [(role.id, role.name_zh if code == "zh" else role.name_en) for role in rows]


def role_names(ids: tuple[str, ...]) -> list[str]:
    """For whom an experience may be useful, in words; roles that are gone are passed over."""
    named = dict(_roles(languages.current())) if ids else {}
    return [named[id] for id in ids if id in named]


def keep_sent(reflection_id: str) -> Practice | None:
    """Keep what the form says; what is wrong with it, or None."""
    piece = own(reflection_id)
    asked = practice_of(piece)
    if asked is None:
        return None
    form = request.form
    if asked.details is not None and "place" in form:
        found = experiences.details(
            place=" ".join(pages.body(form, "place", limit=RAW_LIMIT).split()),
            people=pages.body(form, "people", limit=RAW_LIMIT).strip(),
            people_agree=form.get("people_agree") == "1",
            lesson=" ".join(pages.body(form, "lesson", limit=RAW_LIMIT).split()),
            roles=form.getlist("roles")[:100],
            themes=form.getlist("themes")[:100],
            known_roles={id for id, _name in asked.roles},
            known_themes={id for id, _name in asked.themes},
        )
        if found.problems:
            return replace(asked, details=found)
        if actions.describe(db.session, g.actor, reflection_id, found):
            look_again(reflection_id)
    if asked.goal and "goal_step" in form and piece.goal_id:
        shown = form.get("in_chain") == "1"
        goal_actions.show_in_chain(db.session, g.actor, piece.goal_id, shown)
    return None


@dataclass(frozen=True)
class DetailsPage(pages.Page):
    template: ClassVar[str] = "goals/details.html"

    id: str
    title: str
    status: str
    practice: Practice


@bp.route("/reflections/<reflection_id>/details", methods=["GET", "POST"])
@needs("reflection.write")
def details(reflection_id: str) -> Answer:
    """What an experience says beside its telling."""
    piece = own(reflection_id)
    practice = practice_of(piece)
    if practice is None or practice.details is None:
        abort(404)
    if request.method == "GET":
        return pages.render(_page(piece, practice))
    try:
        problem = keep_sent(reflection_id)
    except Unknown:
        abort(404)
    if problem is not None:
        return pages.render(_page(piece, problem), 422)
    if piece.status == "draft":
        flash(_("Kept. Only you see it until you submit."))
        return redirect(url_for(".edit", reflection_id=reflection_id), 303)
    flash(_("Changed. It holds from now on, everywhere."))
    return redirect(url_for(".show", reflection_id=reflection_id), 303)


def _page(piece: Reflection, practice: Practice) -> DetailsPage:
    return DetailsPage(piece.id, piece.title, piece.status, practice)
