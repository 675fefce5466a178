"""For you: the member's suggestions of the day."""

from __future__ import annotations

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
from webapp.readings import store as readings
from webapp.readings.blocks import without_marks
from webapp.reflections import store as reflections
from webapp.resources import Resources, resources
from webapp.suggestions import actions
from webapp.suggestions.cards import Card, Kept, Why, in_rows

bp = Blueprint("suggestions", __name__)

WORKING_ON_LIMIT = 300


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
    meanwhile, or whose audience no longer holds the member, is left out."""
    deeds = readings.deeds_of(db.session, g.actor)
    in_library = [k for k in kept if not k.reading.startswith("reflection/")]
    passages = found.library.passages_by_id([k.reading for k in in_library])
    texts = found.library.texts_by_slug([k.group for k in in_library])
    cards: list[Card] = []
    for piece in kept:
        done = deeds.get(piece.group, {})
        marks = {
            "read": "read" in done,
            "saved": "saved" in done,
            "set_aside": "set_aside" in done,
        }
        common = {
            "reading": piece.reading,
            "group": piece.group,
            "row": piece.row,
            "why": shown(piece.whys[0]),
            "also": tuple(shown(why) for why in piece.whys[1:]),
            **marks,
        }
        if piece.reading.startswith("reflection/"):
            piece_shown = reflections.readable(db.session, g.actor, piece.reading.partition("/")[2])
            if piece_shown is not None and piece_shown.status == "submitted":
                cards.append(
                    Card(
                        title=piece_shown.title,
                        author=piece_shown.author,
                        language=piece_shown.language,
                        minutes=piece_shown.minutes,
                        heading="",
                        by_member=True,
                        **common,
                    )
                )
        else:
            text, passage = texts.get(piece.group), passages.get(piece.reading)
            if text is not None and not text.withdrawn and passage is not None:
                cards.append(
                    Card(
                        title=text.title,
                        author=text.author,
                        language=text.language,
                        minutes=text.minutes,
                        heading=passage.path[-1] if passage.path else "",
                        by_member=False,
                        **common,
                    )
                )
    return cards


def shown(why: Why) -> Why:
    """A reason with its sentences as a reader sees them: without emphasis marks."""
    own, theirs = why.own_sentence, why.reading_sentence
    return replace(
        why,
        own_sentence=without_marks(own)[0] if own else None,
        reading_sentence=without_marks(theirs)[0] if theirs else None,
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
