"""The page of a member's month: their own sentences, and beside them what they read,
wrote, were answered and set out to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

from flask_babel import format_date
from sqlalchemy.orm import Session

from models.text_model import TextModel
from recommender.summarising import OwnSentence
from webapp import clock, languages, pages
from webapp.access import Actor
from webapp.goals import wording
from webapp.ids import new_id
from webapp.looking_back import chosen, days, quoting, store
from webapp.looking_back.days import Month
from webapp.looking_back.own_words import own_sentences
from webapp.looking_back.store import GoalRow, Piece, Received
from webapp.looking_back.year_ago import url_of
from webapp.readings import kept_page
from webapp.readings.kept_page import Kept
from webapp.resources import Resources

NEWEST_SENTENCES = 400  # of a month that are looked at


@dataclass(frozen=True)
class Said:
    """Sentences of one piece, as they stand there."""

    sentences: list[str]
    lang: str
    title: str
    url: str
    day: dt.date


@dataclass(frozen=True)
class Wrote:
    title: str
    url: str
    day: dt.date
    kind: str  # note, or the genre of a reflection
    status: str


@dataclass(frozen=True)
class MonthPage(pages.Page):
    template: ClassVar[str] = "looking_back/month.html"

    month: Month
    name: str  # "November 2026"
    this_month: bool
    said: list[Said]
    wrote: list[Wrote]
    read: list[Kept]
    received: list[Received]
    goals: list[GoalRow]
    months: list[tuple[str, str]]  # all in which something was written: address and name
    before: tuple[str, str] | None
    after: tuple[str, str] | None
    key: str

    def became(self, goal: GoalRow) -> str:
        """What became of a goal; "" while it is open."""
        return "" if goal.status == "open" else wording.outcome(goal.status)

    @property
    def nothing(self) -> bool:
        return not (self.wrote or self.read or self.received or self.goals)


def month_page(session: Session, actor: Actor, found: Resources, month: Month) -> MonthPage:
    times = month.times(clock.zone())
    wrote = store.pieces(session, actor, times)
    deeds = store.read(session, actor, times)
    read = kept_page.kept(session, actor, found.library, deeds) if deeds else []
    received = store.received(session, actor, times)
    goals = store.goals(session, actor, times)
    written_in = months_of(session, actor)
    session.rollback()  # encoding must not hold a transaction
    return MonthPage(
        month=month,
        name=name(month),
        this_month=month == days.month_of(clock.today()),
        said=said(found.model, wrote),
        wrote=[
            Wrote(
                piece.title,
                url_of(piece),
                piece.day(clock.zone()),
                "note" if piece.kind == "note" else piece.genre,
                piece.status,
            )
            for piece in wrote
        ],
        read=read,
        received=received,
        goals=goals,
        months=[(str(m), name(m)) for m in reversed(written_in)],
        before=_named(max((m for m in written_in if m < month), default=None)),
        after=_named(min((m for m in written_in if m > month), default=None)),
        key=new_id(),
    )


def months_of(session: Session, actor: Actor) -> list[Month]:
    """Months in which the actor wrote something, the oldest first."""
    zone = clock.zone()
    return sorted({days.month_of(dated.day(zone)) for dated in store.dates(session, actor)})


def said(model: TextModel, pieces: Sequence[Piece]) -> list[Said]:
    """The month in the member's own sentences, piece by piece."""
    by_name = {piece.name: piece for piece in pieces}
    found = [s for piece in pieces for s in own_sentences(piece.body, piece.name)]
    picked = chosen.summary(model, found[-NEWEST_SENTENCES:])
    return [_said(list(group), by_name[piece]) for piece, group in groupby(picked, _piece)]


def _piece(sentence: OwnSentence) -> str:
    return sentence.piece


def _said(sentences: list[OwnSentence], piece: Piece) -> Said:
    return Said(
        [sentence.text for sentence in sentences],
        languages.HTML_LANG.get(sentences[0].language, "en"),
        piece.title,
        url_of(piece),
        piece.day(clock.zone()),
    )


def as_draft(session: Session, actor: Actor, model: TextModel, month: Month) -> str:
    """The beginning of a monthly summary: these sentences as quotations with their
    days; "" when there are none."""
    pieces = store.pieces(session, actor, month.times(clock.zone()))
    session.rollback()
    blocks = [quoting.block(s.sentences, format_date(s.day, "long")) for s in said(model, pieces)]
    return "".join(blocks)


def name(month: Month) -> str:
    # as a calendar has it in both languages: November 2026, 2026年11月
    pattern = "y年M月" if languages.current() == "zh" else "LLLL y"
    return format_date(month.first, pattern)


def _named(month: Month | None) -> tuple[str, str] | None:
    return (str(month), name(month)) if month else None
