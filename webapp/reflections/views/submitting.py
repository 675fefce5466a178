"""Submitting a reflection; its audience, withdrawing and deleting it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from webapp import clock, languages, pages
from webapp.access import needs
from webapp.community import db
from webapp.ids import new_id
from webapp.jobs import reconcile
from webapp.originality import meaning
from webapp.originality.checking import CloseWords, check
from webapp.originality.meaning import CloseThoughts
from webapp.reflections import (
    actions,
    genres,
    lifecycle,
    readers,
    sent,
    wording,
)
from webapp.reflections.actions import Hindered, Stale, Unknown
from webapp.reflections.readers import Readers
from webapp.reflections.tables import Reflection
from webapp.reflections.views.blueprint import Answer, bp, look_again, own
from webapp.reflections.views.details import Practice, keep_sent, practice_of
from webapp.requirements import serving_page


@dataclass(frozen=True)
class AudienceChoices:
    """Who would be able to read, for each choice, as it is now."""

    units: list[Readers]
    everybody: int
    chosen: str  # "unit:<id>", "organisation", "anonymous" or ""
    apart: Mapping[str, list[str]]  # by unit: what a piece for it alone cannot count for


@dataclass(frozen=True)
class SubmitPage(pages.Page):
    template: ClassVar[str] = "reflections/submit.html"

    id: str
    key: str
    version: int
    title: str
    body: str
    language: str
    about_title: str | None
    status: str
    choices: AudienceChoices
    genre: str
    practice: Practice | None  # what is asked of a piece that tells of practice
    asked: list[serving_page.Line]  # requirements of its author that it could serve
    close: CloseWords  # of the draft that are close to others'
    thoughts: CloseThoughts | None = None  # None: not asked for
    obstacle: str = ""
    title_limit: int = lifecycle.TITLE_LIMIT

    @property
    def named(self) -> genres.Named:
        return genres.named(self.genre)

    @property
    def lang(self) -> str:
        return languages.HTML_LANG.get(self.language, "en")


@bp.get("/reflections/<reflection_id>/submit")
@needs("reflection.write")
def submit(reflection_id: str) -> Answer:
    piece = own(reflection_id)
    if not piece.body.strip():
        flash(said_of("empty"), "error")
        return redirect(url_for(".edit", reflection_id=reflection_id))
    page = _submit_page(piece)
    if request.args.get("meaning") == "1":
        reads = g.member.reads or [g.member.language]
        page = replace(page, thoughts=meaning.look(piece, page.close.told, reads))
    return pages.render(page)


@bp.post("/reflections/<reflection_id>/submit")
@needs("reflection.write")
def send(reflection_id: str) -> Answer:
    audience, unit = _chosen()
    key, version = sent.form_key(), sent.version(request.form, "version")
    title = pages.field(request.form, "title", limit=lifecycle.TITLE_LIMIT)
    asked = keep_sent(reflection_id)
    if asked is not None:
        page = replace(_submit_page(own(reflection_id)), practice=asked)
        return pages.render(replace(page, obstacle=said_of("details")), 422)
    try:
        actions.submit(
            db.session,
            g.actor,
            reflection_id,
            key=key,
            draft_version=version,
            title=title,
            audience=audience,
            unit_id=unit,
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    except Stale:
        changed = _(
            "The draft was changed elsewhere since you opened this page. Look at it as it is now, then submit."
        )
        return pages.render(replace(_submit_page(own(reflection_id)), obstacle=changed), 409)
    except Hindered as problem:
        page = _submit_page(own(reflection_id))
        return pages.render(replace(page, obstacle=said_of(problem.obstacle)), 422)
    look_again(reflection_id)
    flash(_("Submitted. You can change who may read it, or withdraw it, at any time."))
    return redirect(url_for(".show", reflection_id=reflection_id), 303)


def _chosen() -> tuple[str | None, str | None]:
    """Audience and unit from the one choice of the form."""
    audience, _colon, unit = request.form.get("audience", "")[:80].partition(":")
    return audience or None, unit or None


def _submit_page(piece: Reflection) -> SubmitPage:
    asked = _asked(piece)
    return SubmitPage(
        id=piece.id,
        key=new_id(),
        version=piece.version,
        title=piece.title or wording.proposed_title(piece.body, titled=piece.genre != "experience"),
        body=piece.body,
        language=piece.language,
        about_title=piece.text_title,
        status=piece.status,
        choices=_choices(piece, asked),
        genre=piece.genre,
        practice=practice_of(piece),
        asked=asked,
        close=check(db.session, g.actor, piece),
    )


def _asked(piece: Reflection) -> list[serving_page.Line]:
    return serving_page.of_draft(db.session, g.actor, piece, clock.today())


def _choices(piece: Reflection, asked: list[serving_page.Line]) -> AudienceChoices:
    chosen = piece.audience or ""
    if chosen == "unit":
        chosen = f"unit:{piece.unit_id}"
    return AudienceChoices(
        units=readers.readers_of_units(db.session, g.actor),
        everybody=readers.member_count(db.session, g.actor.organisation),
        chosen=chosen,
        apart=serving_page.apart(asked),
    )


def said_of(obstacle: lifecycle.Obstacle | Literal["details"]) -> str:
    """What stands in the way of submitting, and the cure."""
    return {
        "details": _(
            "Not submitted yet. Please look at what is marked below; your words are still there."
        ),
        "empty": _("There is nothing to submit yet. Write something first."),
        "no_title": _("Give it a title, so that others know what it is about."),
        "too_long": _(
            "It is longer than %(limit)s characters. Shorten it, or make two reflections of it; the draft is safe.",
            limit=lifecycle.BODY_LIMIT,
        ),
        "no_audience": _("Choose who may read it."),
        "no_unit": _("Choose which unit may read it."),
        "not_your_unit": _("You are not a member of that unit now. Choose another audience."),
    }[obstacle]


@dataclass(frozen=True)
class AudiencePage(pages.Page):
    template: ClassVar[str] = "reflections/audience.html"

    id: str
    title: str
    choices: AudienceChoices
    obstacle: str = ""


@bp.route("/reflections/<reflection_id>/audience", methods=["GET", "POST"])
@needs("reflection.write")
def audience(reflection_id: str) -> Answer:
    """Change who may read a submitted piece."""
    piece = own(reflection_id)
    if piece.status != "submitted":
        abort(404)
    if request.method == "GET":
        return pages.render(_audience_page(piece))
    wanted, unit = _chosen()
    try:
        actions.change_audience(
            db.session,
            g.actor,
            reflection_id,
            audience=wanted,
            unit_id=unit,
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    except Hindered as problem:
        page = _audience_page(own(reflection_id), said_of(problem.obstacle))
        return pages.render(page, 422)
    look_again(reflection_id)
    flash(_("Changed. It holds from now on, everywhere."))
    return redirect(url_for(".show", reflection_id=reflection_id), 303)


def _audience_page(piece: Reflection, obstacle: str = "") -> AudiencePage:
    return AudiencePage(piece.id, piece.published_title, _choices(piece, _asked(piece)), obstacle)


@dataclass(frozen=True)
class ConfirmPage(pages.Page):
    template: ClassVar[str] = "reflections/confirm.html"

    what: str  # withdraw | delete
    id: str
    title: str
    status: str


@bp.route("/reflections/<reflection_id>/withdraw", methods=["GET", "POST"])
@needs("reflection.write")
def withdraw(reflection_id: str) -> Answer:
    piece = own(reflection_id)
    if piece.status == "draft":
        abort(404)
    if request.method == "GET":
        return pages.render(ConfirmPage("withdraw", piece.id, piece.published_title, piece.status))
    try:
        actions.withdraw(db.session, g.actor, reflection_id, now=clock.now())
    except Unknown:
        abort(404)
    look_again(reflection_id)
    flash(_("Withdrawn. Nobody but you can read it now."))
    return redirect(url_for(".mine"), 303)


@bp.route("/reflections/<reflection_id>/delete", methods=["GET", "POST"])
@needs("reflection.write")
def delete(reflection_id: str) -> Answer:
    piece = own(reflection_id)
    if request.method == "GET":
        return pages.render(ConfirmPage("delete", piece.id, piece.title, piece.status))
    if piece.status == "withdrawn" and piece.indexed_version != piece.published_version:
        # its words leave the shared index before the row that names them is gone
        reconcile.reflection(g.actor.organisation, reflection_id)
    try:
        deleted = actions.delete(db.session, g.actor, reflection_id)
    except Unknown:
        abort(404)
    if not deleted:
        page = ConfirmPage("delete", piece.id, piece.title, piece.status)
        return pages.render(page, 409)
    flash(_("Deleted."))
    return redirect(url_for(".mine"), 303)
