"""The readings of a list as a reader sees them now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from corpus.languages import detect
from corpus.library import Library
from corpus.records import TextRecord
from corpus.texts import Passage
from webapp import shapes
from webapp.access import Actor
from webapp.readings import labels
from webapp.readings.blocks import without_marks
from webapp.reflections import store as reflections
from webapp.reflections.publication import own_text
from webapp.reflections.store import Shown
from webapp.themes.store import Item

REFLECTION = "reflection/"

State = Literal["open", "withdrawn", "closed"]


@dataclass(frozen=True)
class Entry:
    """A reading on a list. `withdrawn`: no longer in the library, its quotation stays.
    `closed`: a reflection that its author no longer shows to this reader."""

    reading: str
    state: State
    url: str | None
    title: str
    author: str
    by_member: bool
    minutes: int | None
    language: str
    lang: str
    level: str
    heading: str
    sentence: str
    covers: tuple[str, ...]
    note: str
    question: str = ""
    part: bool = False  # only the part around the passage is meant
    week: int | None = None  # 0 first

    @property
    def anchor(self) -> str:
        return anchor(self.reading)


def entries(session: Session, actor: Actor, library: Library, items: Sequence[Item]) -> list[Entry]:
    """One query for texts, passages and reflections each."""
    in_library = [item for item in items if not is_reflection(item)]
    texts = library.texts_by_slug({item.group for item in in_library}, withdrawn=True)
    passages = library.passages_by_id([item.reading for item in in_library])
    essays = readable(session, actor, items)
    return [
        _essay(item, essays.get(item.reading))
        if is_reflection(item)
        else _text(item, texts.get(item.group), passages.get(item.reading))
        for item in items
    ]


def is_reflection(item: Item) -> bool:
    return item.reading.startswith(REFLECTION)


def readable(session: Session, actor: Actor, items: Sequence[Item]) -> dict[str, Shown]:
    """Reading id -> the reflection, for those that the actor may read now."""
    ids = [item.reading.removeprefix(REFLECTION) for item in items if is_reflection(item)]
    found = reflections.readable_among(session, actor, ids, whole=True)
    return {f"{REFLECTION}{one}": shown for one, shown in found.items()}


def visible(items: Sequence[Item], essays: Collection[str]) -> list[Item]:
    """Without the reflections that this reader may not read. Pure."""
    return [item for item in items if not is_reflection(item) or item.reading in essays]


def anchor(reading: str) -> str:
    """Where a reading stands on the page of its list."""
    return f"r-{reading.replace('/', '-')}"


def languages_of(shown: Sequence[Entry]) -> list[tuple[str, str]]:
    """The languages of the readings, each once: code for `lang`, name in itself."""
    found: Mapping[str, str] = {e.language: e.lang for e in shown if e.state == "open"}
    return [(lang, labels.language(code)) for code, lang in found.items()]


def _text(item: Item, record: TextRecord | None, passage: Passage | None) -> Entry:
    gone = record is None or record.withdrawn
    language = record.language if record else detect(f"{item.title} {item.sentence}")
    inside = passage is not None and passage.position > 0
    url = None if gone else shapes.reading_url(item.reading if passage else item.group)
    return Entry(
        reading=item.reading,
        state="withdrawn" if gone else "open",
        url=url,
        title=record.title if record else item.title,
        author=record.author if record else "",
        by_member=False,
        minutes=_minutes(item, record) if not gone else None,
        language=language,
        lang=labels.html_lang(language, record.script if record else None),
        level=labels.level(record.level) if record and not gone else "",
        heading=passage.path[-1] if inside and passage and passage.path else "",
        sentence=item.sentence,
        covers=item.covers,
        note=item.note,
        question=item.question,
        part=item.part,
        week=item.week,
    )


def _minutes(item: Item, record: TextRecord | None) -> int | None:
    """Of the whole text as it is now, or of the part that is meant."""
    return item.minutes if item.part else (record.minutes if record else None)


def _essay(item: Item, essay: Shown | None) -> Entry:
    if essay is None:
        return Entry(
            reading=item.reading, state="closed", url=None,
            title=_("A reflection that is no longer open to you"), author="", by_member=True,
            minutes=None, language="", lang="", level="", heading="", sentence="", covers=(),
            note=item.note, question=item.question, week=item.week,
        )  # fmt: skip
    return Entry(
        reading=item.reading,
        state="open",
        url=shapes.reading_url(item.reading),
        title=essay.title,
        author=essay.author or _("A member"),
        by_member=True,
        minutes=essay.minutes,
        language=essay.language,
        lang=labels.html_lang(essay.language),
        level="",
        heading="",
        sentence=item.sentence if _holds(essay, item.sentence) else "",
        covers=item.covers,
        note=item.note,
        question=item.question,
        week=item.week,
    )


def _holds(essay: Any, sentence: str) -> bool:
    """Whether the reflection still says what was quoted of it."""
    words = " ".join(without_marks(own_text(essay.body, essay.lesson))[0].split())
    return bool(sentence) and " ".join(sentence.split()) in words
