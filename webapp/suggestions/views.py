"""For you: the member's suggestions of the day."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from typing import ClassVar

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import clock, pages
from webapp.access import needs
from webapp.community import db
from webapp.members import actions as members
from webapp.members import store as members_store
from webapp.readings import labels
from webapp.readings import store as readings
from webapp.readings.blocks import without_marks
from webapp.reflections import store as reflections
from webapp.reflections.publication import own_text
from webapp.resources import Resources, resources
from webapp.suggestions import actions
from webapp.suggestions.cards import Card, Kept, Why, in_rows

bp = Blueprint("suggestions", __name__)

WORKING_ON_LIMIT = 300
REFLECTION = "reflection/"


@dataclass(frozen=True)
class ForYouPage(pages.Page):
    template: ClassVar[str] = "suggestions/for_you.html"

    name: str
    working_on: str
    rows: list[tuple[str, list[Card]]]
    has_own_words: bool
    has_roles: bool
    has_interests: bool

    @property
    def row_names(self) -> list[str]:
        return [row for row, _cards in self.rows]


@bp.get("/")
@needs("suggestions.own")
def for_you() -> tuple[str, int] | Response:
    me = g.member
    if me.welcomed_at is None:
        return redirect(url_for("members.welcome", step="role"))
    found = resources()
    kept = actions.todays(db.session, me, found, day=clock.today(), now=clock.now())
    cards = present(kept, found)
    kinds = {piece.whys[0].kind for piece in kept if piece.whys}
    return pages.render(
        ForYouPage(
            name=me.name,
            working_on=me.working_on,
            rows=in_rows(cards),
            has_own_words=bool(me.working_on or kinds & {"reflection", "note"}),
            has_roles=bool(members_store.roles_of(db.session, g.actor.organisation, me.id)),
            has_interests=bool(me.interests),
        )
    )


def present(kept: list[Kept], found: Resources) -> list[Card]:
    """The kept list with what may be shown now: a reading that was withdrawn
    meanwhile, or whose audience no longer holds the member, is left out, and so
    is what a card quotes of words that are gone."""
    deeds = readings.deeds_of(db.session, g.actor)
    in_library = [k for k in kept if not k.reading.startswith(REFLECTION)]
    passages = found.library.passages_by_id([k.reading for k in in_library])
    texts = found.library.texts_by_slug([k.group for k in in_library])
    essays = reflections.readable_among(
        db.session,
        g.actor,
        [k.reading.removeprefix(REFLECTION) for k in kept if k.reading.startswith(REFLECTION)],
        whole=True,
    )
    cards: list[Card] = []
    for piece in kept:
        marks = deeds.get(piece.group, {})
        if piece.reading.startswith(REFLECTION):
            essay = essays.get(piece.reading.removeprefix(REFLECTION))
            if essay is not None:
                words = own_text(essay.body)
                about = About(essay.title, essay.author, essay.language, essay.minutes)
                cards.append(card_of(piece, about, words, marks))
        else:
            text, passage = texts.get(piece.group), passages.get(piece.reading)
            if text is not None and not text.withdrawn and passage is not None:
                heading = passage.path[-1] if passage.path else ""
                about = About(
                    text.title, text.author, text.language, text.minutes, heading, text.script
                )
                cards.append(card_of(piece, about, passage.text, marks))
    return cards


@dataclass(frozen=True)
class About:
    """What a card says of its reading."""

    title: str
    author: str
    language: str
    minutes: int
    heading: str = ""
    script: str | None = None


def card_of(piece: Kept, about: About, words: str, marks: Container[str]) -> Card:
    """The card of a reading that may be shown; `words` are what it says now."""
    whys = [shown(why, words) for why in piece.whys]
    return Card(
        reading=piece.reading,
        group=piece.group,
        row=piece.row,
        title=about.title,
        author=about.author,
        language=about.language,
        minutes=about.minutes,
        heading=about.heading,
        why=whys[0],
        also=tuple(whys[1:]),
        by_member=piece.reading.startswith(REFLECTION),
        lang=labels.html_lang(about.language, about.script),
        read="read" in marks,
        saved="saved" in marks,
        set_aside="set_aside" in marks,
    )


def shown(why: Why, words: str) -> Why:
    """A reason with its sentences as a reader sees them: without emphasis marks,
    and without a quotation that is no longer among the reading's words."""
    own, theirs = why.own_sentence, why.reading_sentence
    return replace(
        why,
        own_sentence=without_marks(own)[0] if own else None,
        reading_sentence=without_marks(theirs)[0] if theirs and theirs in words else None,
    )


@bp.post("/working-on")
@needs("profile.own")
def working_on() -> Response:
    """What the member works on now; new suggestions at once."""
    if "working_on" not in request.form:
        abort(400)  # an emptied field takes the sentence back; a missing one must not
    sentence = pages.field(request.form, "working_on", limit=WORKING_ON_LIMIT)
    members.change_profile(
        db.session, g.actor.organisation, g.actor.member, now=clock.now(), working_on=sentence
    )
    flash(_("Your suggestions are new."), "info")
    return redirect(url_for(".for_you"))
