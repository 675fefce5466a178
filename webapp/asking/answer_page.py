"""What the page of a question shows: the field, and the reading list that answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from corpus.library import Library
from recommender.asking import Answer
from recommender.asking import Item as Chosen
from webapp import clock, languages, pages, shapes
from webapp.access import Actor
from webapp.asking import sealed
from webapp.ids import new_id
from webapp.readings.blocks import without_marks
from webapp.themes import entries
from webapp.themes.entries import Entry
from webapp.themes.store import Item


@dataclass(frozen=True)
class Listed:
    """The list as the page shows it."""

    entries: list[Entry]
    unanswered: list[str]
    minutes: int
    languages: list[tuple[str, str]]  # of the readings: code, name
    parts: int  # of the question
    by_meaning_only: bool
    title: str  # proposed for keeping
    sealed: str  # what is kept, see `sealed`
    key: str


@dataclass(frozen=True)
class AskPage(pages.Page):
    template: ClassVar[str] = "asking/ask.html"

    question: str = ""
    cut: bool = False  # only the beginning was read
    problem: str = ""  # "no_words", "no_readings", "nothing", "not_ready"
    other_language: bool = False
    found: Listed | None = None

    @property
    def lang(self) -> str:
        from corpus.languages import detect

        return languages.HTML_LANG.get(detect(self.question), "en")


def answered(session: Session, actor: Actor, library: Library, answer: Answer) -> AskPage:
    """The answer, with what may be shown now: what was withdrawn, or is no longer
    open to the member, is left out, and its part of the question is not answered."""
    asked = answer.asked
    kept = [_kept(answer, item) for item in answer.items]
    shown = [e for e in entries.entries(session, actor, library, kept) if e.state == "open"]
    there = {entry.reading for entry in shown}
    kept = [item for item in kept if item.reading in there]
    covered = {phrase for item in kept for phrase in item.covers}
    phrases = answer.words_of(range(len(asked.parts)))
    unanswered = [phrase for phrase in phrases if phrase not in covered]
    problem = (answer.why_empty or "nothing") if not kept else ""
    found = None
    if kept:
        found = Listed(
            entries=shown,
            unanswered=unanswered,
            minutes=sum(entry.minutes or 0 for entry in shown),
            languages=entries.languages_of(shown),
            parts=len(phrases),
            by_meaning_only=answer.by_meaning_only,
            title=proposed_title(
                library, [item for item in answer.items if item.reading.id in there]
            ),
            sealed=sealed.seal(
                str(current_app.secret_key), str(actor.member), asked.text, unanswered, kept
            ),
            key=new_id(),
        )
    return AskPage(
        question=asked.text,
        cut=asked.cut,
        problem=problem,
        other_language=asked.language == "other",
        found=found,
    )


def _kept(answer: Answer, item: Chosen) -> Item:
    reading = item.reading
    sentence = without_marks(" ".join(item.sentence.split("\n")))[0]
    return Item(
        reading=reading.id,
        group=reading.group,
        title=reading.title,
        sentence=sentence,
        covers=tuple(answer.words_of(item.covers)),
        minutes=reading.minutes,
        note="",
    )


def proposed_title(library: Library, items: Sequence[Chosen]) -> str:
    """Named for what most of its readings are about, never for the question: a list
    may be shared without the question that it answers."""
    themes = library.themes()
    order: Counter[str] = Counter()
    for item in items:
        for place, theme in enumerate(item.reading.themes[:2]):
            order[theme] += 2 - place
    lang = languages.current()
    names = [themes[theme].name(lang) for theme, _count in order.most_common(4) if theme in themes]
    if not names:
        return _("Readings of %(day)s", day=shapes.day(clock.today()))
    if len(names) == 1:
        return _("Readings: %(theme)s", theme=names[0])
    return _("Readings: %(theme)s, %(other)s", theme=names[0], other=names[1])
