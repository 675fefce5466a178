"""The coach beside the editor, its settings, and the organisation's stock phrases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask import Blueprint, abort, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import clock, languages, pages
from webapp.access import needs
from webapp.coach import actions, panel, speaking, stock, store, wrong
from webapp.coach.phrases import LANGUAGES, LONGEST, MOST
from webapp.coach.remarks import KINDS
from webapp.coach.store import PhraseRow
from webapp.coach.wording import name_of
from webapp.community import db
from webapp.reflections import citations, readers, sent
from webapp.reflections import store as reflections
from webapp.reflections.actions import Unknown
from webapp.resources import resources

bp = Blueprint("coach", __name__)

Answer = tuple[str, int] | Response

LONGEST_KEY = 80
MOST_CITED = 400
ANSWERS = ("later", "wrong", "never", "undo")


# Beside a draft


@bp.post("/reflections/<reflection_id>/coach")
@needs("coach.own")
def ask(reflection_id: str) -> Any:
    """What the coach says of the saved draft, or what its author says of a remark.

    A page without script sends the whole form with it: that is sent on to be saved as
    by its own button, and nothing of the text is lost by answering the coach.
    """
    piece = reflections.own(db.session, g.actor, reflection_id)
    if piece is None:
        abort(404)
    if request.is_json:
        asked = sent.json_object()
        do, key = asked.get("do", "look"), asked.get("key", "")
    else:
        do, key = _pressed()
    if do == "look" and request.is_json:
        try:
            shown = panel.ask(db.session, g.actor, piece, resources(), today=clock.today())
        except Unknown:
            abort(404)
        return jsonify(remarks=[_sent(remark) for remark in shown], said=panel.said(len(shown)))
    if do != "look":
        _answer(reflection_id, do, key)
    if request.is_json:
        return jsonify(said=_answered(do))
    return redirect(url_for("reflections.save", reflection_id=reflection_id), 307)


def _pressed() -> tuple[str, str]:
    """What a button of the form says: "coach:later:no_case:1f0a", or "coach" alone."""
    _coach, _colon, rest = request.form.get("then", "").partition(":")
    do, _colon, key = rest.partition(":")
    return do or "look", key


def _answer(reflection_id: str, do: object, key: object) -> None:
    if do not in ANSWERS or not isinstance(key, str) or not 0 < len(key) <= LONGEST_KEY:
        abort(400)
    month = f"{clock.today():%Y-%m}"
    kind = actions.kind_of(key)
    try:
        if do == "never":
            actions.never(db.session, g.actor, kind)
        else:
            actions.answer(db.session, g.actor, reflection_id, key, str(do), month=month)
            if do == "undo":
                actions.never(db.session, g.actor, kind, ask_again=True)
    except Unknown:
        abort(404)


def _sent(remark: panel.Shown) -> dict[str, Any]:
    """A remark for the script: how it looks, and where its sentence stands."""
    return {
        "key": remark.key,
        "html": render_template("coach/remark.html", r=remark, scripted=True),
        "start": remark.start,
        "end": remark.end,
    }


def _answered(do: object) -> str:
    return {
        "later": _("Put away, in this text."),
        "wrong": _("Put away. It is counted as wrong, without your name and without a word of it."),
        "never": _("Questions of this kind will not come again, in any text."),
        "undo": _("It may come again."),
    }[str(do)]


@bp.post("/write/speaks-to")
@needs("library.read")
def speaks_to() -> Any:
    """Passages that speak to the sentence under the caret. Nothing of it is kept."""
    asked = sent.json_object()
    sentence = sent.text(asked, "sentence")
    cited = asked.get("cited", [])
    if not isinstance(cited, list) or len(cited) > MOST_CITED:
        abort(400)
    found = resources()
    listed = speaking.speak_to(
        found.library,
        found.index,
        found.model,
        sentence,
        languages=tuple(g.member.reads or [g.member.language]),
        cited={id for id in cited if isinstance(id, str) and citations.well_formed(id)},
    )
    return jsonify(
        html=render_template(
            "coach/passages.html", passages=listed, html_langs=languages.HTML_LANG
        ),
        blocks=[passage.block for passage in listed],
    )


# Settings


@dataclass(frozen=True)
class SettingsPage(pages.Page):
    template: ClassVar[str] = "coach/settings.html"

    off: bool
    never: list[tuple[str, str]]  # kind and what a person calls it


@bp.get("/coach")
@needs("coach.own")
def settings() -> Answer:
    chosen = store.choice(db.session, g.actor)
    return pages.render(
        SettingsPage(chosen.off, [(k, name_of(k)) for k in KINDS if k in chosen.never])
    )


@bp.post("/coach")
@needs("coach.own")
def change_settings() -> Answer:
    """The coach off or on, or a kind of question asked again."""
    again, off = request.form.get("again", ""), request.form.get("off", "")
    if again in KINDS:
        actions.never(db.session, g.actor, again, ask_again=True)
        flash(_("The coach may ask this again."), "info")
    elif off in ("0", "1"):
        actions.switch(db.session, g.actor, off=off == "1")
        said = _("The coach is off.") if off == "1" else _("The coach is on.")
        flash(said, "info")
    else:
        abort(400)
    return redirect(url_for(".settings"), 303)


# The organisation's stock phrases


@dataclass(frozen=True)
class PhrasesPage(pages.Page):
    template: ClassVar[str] = "coach/phrases.html"

    lists: list[tuple[str, list[stock.Entry]]]  # language -> the shipped list
    added: list[PhraseRow]
    removed: dict[str, PhraseRow]  # by phrase: who took it out, and when
    wrong: wrong.Rates
    given: str = ""
    problem: str = ""
    longest: int = LONGEST


@bp.get("/coach/phrases")
@needs("coach.phrases")
def phrases() -> Answer:
    return pages.render(_phrases_page())


@bp.post("/coach/phrases")
@needs("coach.phrases")
def change_phrases() -> Answer:
    """Add a phrase, take one out, or put one of the shipped list back."""
    form = request.form
    if "add" in form:
        phrase = pages.field(form, "add", limit=LONGEST)
        try:
            actions.add_phrase(db.session, g.actor, phrase, now=clock.now())
        except actions.Refused as refused:
            return pages.render(_phrases_page(phrase, _why_not(refused.why)), 422)
        flash(_("Added: “%(phrase)s”. It holds from the next look on.", phrase=phrase), "info")
    elif "remove" in form:
        phrase = pages.field(form, "remove", limit=LONGEST)
        actions.remove_phrases(db.session, g.actor, [phrase], now=clock.now())
        flash(_("Taken out: “%(phrase)s”.", phrase=phrase), "info")
    elif "restore" in form:
        phrase = pages.field(form, "restore", limit=LONGEST)
        actions.restore_phrase(db.session, g.actor, phrase)
        flash(_("Put back: “%(phrase)s”.", phrase=phrase), "info")
    else:
        abort(400)
    return redirect(url_for(".phrases"), 303)


def _phrases_page(given: str = "", problem: str = "") -> PhrasesPage:
    organisation = g.actor.organisation
    rows = store.phrase_rows(db.session, organisation)
    changed = store.phrases(db.session, organisation)
    return PhrasesPage(
        lists=[(language, stock.entries(language, changed)) for language in LANGUAGES],
        added=[row for row in rows if row.change == "added"],
        removed={row.phrase: row for row in rows if row.change == "removed"},
        wrong=wrong.rates(
            store.counts(db.session, organisation, before=f"{clock.today():%Y-%m}"),
            members=readers.member_count(db.session, organisation),
        ),
        given=given,
        problem=problem,
    )


def _why_not(why: stock.Problem) -> str:
    return {
        "empty": _("Write the phrase first."),
        "short": _("One word alone stands in many honest sentences. Add the phrase around it."),
        "known": _("This phrase is in the list already."),
        "many": _(
            "The list has %(most)s phrases of your own, and more are not taken. Take some out first.",
            most=MOST,
        ),
    }[why]
