"""What stands in a member's digest: read anew from each room, as far as the member may
read it at this moment.

A mail lies about on many machines and cannot be taken back. So it holds no words of
others but titles that the whole organisation may read, no names, and the member's own
words only where they asked for them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

import structlog
from flask import request, url_for
from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from corpus.texts import CorpusError
from models.text_model import ModelError
from recommender import RecommenderError
from webapp import shapes
from webapp.access import Actor, is_organizing
from webapp.desk import store as desk
from webapp.goals import store as goals
from webapp.looking_back import year_ago
from webapp.members.tables import Member
from webapp.notices import news_page
from webapp.notices import store as notices
from webapp.notices.actions import KEPT
from webapp.notices.store import Told
from webapp.reminders import store, wording
from webapp.reminders.contents import KINDS, Line, Section
from webapp.requirements import progress
from webapp.resources import Resources
from webapp.suggestions import actions as suggestions
from webapp.suggestions import for_you_page
from webapp.suggestions.cards import Card

log = structlog.get_logger("xinde.reminders")

T = TypeVar("T")

SUGGESTED = 5
MOST_GOALS = 5
MOST_NEWS = 100
MOST_WAITING = 100  # counted exactly up to here
AHEAD = dt.timedelta(days=14)  # what is due later is not told yet


@dataclass(frozen=True)
class For:
    """Whose digest it is, and what it may hold."""

    actor: Actor
    me: Member
    own_words: bool
    since: dt.datetime  # of the digest before
    now: dt.datetime
    today: dt.date


def sections(
    session: Session, whose: For, found: Resources, wanted: Collection[str]
) -> list[Section]:
    """Those of the wanted kinds that have something in them, in their order."""
    made = []
    for kind in KINDS:
        if kind not in wanted:
            continue
        lines = _GATHER[kind](session, whose, found)
        if lines:
            made.append(Section(kind, wording.heading(kind), lines))
    return made


# What is asked, and what waits


def _study(session: Session, whose: For, _found: Resources) -> list[Line]:
    lines = []
    for asked in progress.mine(session, whose.actor, whose.today, earlier=False):
        if not asked.open or asked.due > whose.today + AHEAD:
            continue
        day = format_date(asked.due, "long")
        note = (
            _("Due on %(day)s.", day=day)
            if asked.due >= whose.today
            else _("Was due on %(day)s.", day=day)
        )
        lines.append(Line(asked.title, _external("requirements.mine"), note=note))
    return lines


def _desk(session: Session, whose: For, _found: Resources) -> list[Line]:
    """The number alone: whose pieces they are stands on the desk."""
    if not is_organizing(whose.actor):
        return []
    waiting = sum(
        len(desk.waits(session, whose.actor, group, limit=MOST_WAITING))
        for group in ("first", "back", "nameless")
    )
    if not waiting:
        return []
    text = (
        ngettext(
            "%(num)s piece waits for an answer.", "%(num)s pieces wait for an answer.", waiting
        )
        if waiting < MOST_WAITING
        else _("%(number)s pieces or more wait for an answer.", number=MOST_WAITING)
    )
    return [Line(text, _external("desk.index"))]


def _news(session: Session, whose: For, _found: Resources) -> list[Line]:
    """By kind, how often; who it was and about what stands on the page of news."""
    since = max(whose.since, whose.now - KEPT)
    told = notices.newest(session, whose.actor, since=since, limit=MOST_NEWS)
    by_kind: dict[str, list[Told]] = {}
    for one in told:
        if not one.seen:
            by_kind.setdefault(one.kind, []).append(one)
    lines = []
    for kind, those in by_kind.items():
        open_now = len(news_page.lines(session, whose.actor, those))
        if open_now:
            lines.append(Line(wording.happened(kind, open_now), _external("notices.index")))
    return lines


# What is the member's own


def _goals(session: Session, whose: For, _found: Resources) -> list[Line]:
    due = goals.due(session, whose.actor, whose.today, limit=MOST_GOALS + 1)
    if not whose.own_words:
        if not due:
            return []
        text = (
            ngettext(
                "The day of %(num)s practice goal has come.",
                "The day of %(num)s practice goals has come.",
                len(due),
            )
            if len(due) <= MOST_GOALS
            else _("The day of several practice goals has come.")
        )
        return [Line(text, _external("goals.index"))]
    return [
        Line(
            _("A practice goal whose day has come. What happened?"),
            _external("goals.show", goal_id=goal.id),
            quote=" ".join(goal.what.split()),
        )
        for goal in due[:MOST_GOALS]
    ]


def _year_ago(session: Session, whose: For, found: Resources) -> list[Line]:
    back = _of_library(
        lambda: year_ago.year_ago(session, whose.actor, whose.me, found.model, today=whose.today)
    )
    if back is None:
        return []
    text = _("Something you wrote on %(day)s", day=format_date(back.day, "long"))
    if whose.own_words:
        quoted = {"quote": back.sentence, "quote_lang": back.lang}
        return [Line(text, _external("suggestions.for_you"), **quoted)]
    return [Line(text, _external("suggestions.for_you"))]


# What to read


def _suggestions(session: Session, whose: For, found: Resources) -> list[Line]:
    cards = _of_library(lambda: _todays(session, whose, found)) or []
    return [_card(card, whose.own_words) for card in cards if not card.set_aside][:SUGGESTED]


def _todays(session: Session, whose: For, found: Resources) -> list[Card]:
    seen = store.last_seen(session, whose.me)
    kept = suggestions.todays(session, whose.me, found, day=whose.today, now=whose.now, seen=seen)
    return for_you_page.present(session, whose.actor, kept, found)


def _card(card: Card, own_words: bool) -> Line:
    if card.by_member:
        text, lang = wording.by_member(card.experience), ""
    else:
        text, lang = card.title, card.lang
    own = own_words and card.why.kind in wording.OWN_WORDS and card.why.own_sentence
    return Line(
        text=text,
        url=request.host_url.rstrip("/") + shapes.reading_url(card.reading),
        lang=lang,
        note=wording.reason([card.why.kind, *(why.kind for why in card.also)], card.minutes),
        quote=" ".join(card.why.own_sentence.split()) if own and card.why.own_sentence else "",
    )


def _of_library(ask: Callable[[], T]) -> T | None:
    """None where library, model or index cannot be used: the rest of the mail goes out."""
    try:
        return ask()
    except (CorpusError, ModelError, RecommenderError) as problem:
        log.error("left out of the digests", problem=str(problem))
        return None


def _external(endpoint: str, **values: str) -> str:
    return url_for(endpoint, _external=True, **values)


_GATHER: dict[str, Callable[[Session, For, Resources], list[Line]]] = {
    "study": _study,
    "desk": _desk,
    "news": _news,
    "goals": _goals,
    "suggestions": _suggestions,
    "year_ago": _year_ago,
}
