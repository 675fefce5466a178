"""A theme list that organizers are working on, and each step that changes it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from recommender.themes import Options
from webapp.themes import sharing

THEME_LIMIT = 5_000  # characters that are kept of a theme; the first of them are looked up
QUESTION_LIMIT = 600
MOST_SEEDS = 5
MOST_MINUTES = 10_000
COUNTS = (3, 5, 8, 12, 20)  # readings, to choose from
MOST_DROPPED = 200


@dataclass(frozen=True)
class Brief:
    """What the organizer asked for."""

    theme: str = ""
    seeds: tuple[str, ...] = ()  # texts that it should be like
    languages: tuple[str, ...] = ("en", "zh")
    roles: tuple[str, ...] = ()
    minutes: int | None = None
    count: int = 8
    told: bool = True  # members' experiences and reflections too
    anyway: bool = False  # the nearest by meaning, where nothing is about the theme

    def as_options(self, *, count: int | None = None) -> Options:
        return Options(
            self.languages, self.roles, self.minutes, count or self.count, self.told, self.anyway
        )

    def as_row(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Brief:
        known = {key: row[key] for key in cls.__dataclass_fields__ if key in row}
        for key in ("seeds", "languages", "roles"):
            known[key] = tuple(known.get(key) or getattr(cls, key))
        return cls(**known)


@dataclass(frozen=True)
class DraftItem:
    """A reading on a draft, with its own copy of what is shown of it."""

    reading: str
    group: str
    title: str
    sentence: str = ""
    minutes: int = 1
    part: bool = False  # only the part around that passage
    level: str = ""
    note: str = ""
    question: str = ""  # for those who read it to think about
    pinned: bool = False  # stays when the list is proposed again

    def as_row(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> DraftItem:
        return cls(**{key: row[key] for key in cls.__dataclass_fields__ if key in row})


@dataclass(frozen=True)
class Draft:
    id: str
    title: str
    note: str
    brief: Brief
    items: tuple[DraftItem, ...]
    dropped: tuple[str, ...]  # texts that are not proposed again
    version: int
    by: str  # name of who began it
    changed_at: dt.datetime

    @property
    def minutes(self) -> int:
        return sum(item.minutes for item in self.items)

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(item.group for item in self.items)

    def item(self, reading: str) -> DraftItem | None:
        return next((item for item in self.items if item.reading == reading), None)


@dataclass(frozen=True)
class Written:
    """What stands in the fields of the builder: title, note, and words on each reading."""

    title: str
    note: str
    notes: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)


def with_words(draft: Draft, written: Written) -> Draft:
    """A reading of which nothing was sent keeps what it has; so does an empty title."""
    items = tuple(
        replace(
            item,
            note=written.notes.get(item.reading, item.note),
            question=written.questions.get(item.reading, item.question),
        )
        for item in draft.items
    )
    return replace(draft, title=written.title or draft.title, note=written.note, items=items)


def differing(draft: Draft, written: Written) -> bool:
    """Whether the words of a form are other than those that are kept."""
    return with_words(draft, written) != draft


def moved(draft: Draft, reading: str, by: int) -> Draft:
    return _in_order(draft, sharing.moved([i.reading for i in draft.items], reading, by))


def put_at(draft: Draft, reading: str, place: int) -> Draft:
    """The reading at a place of the list, counted from 0."""
    order = [item.reading for item in draft.items]
    if reading not in order:
        return draft
    return moved(draft, reading, place - order.index(reading))


def pinned(draft: Draft, reading: str, pin: bool) -> Draft:
    items = tuple(replace(i, pinned=pin) if i.reading == reading else i for i in draft.items)
    return replace(draft, items=items)


def without(draft: Draft, reading: str) -> Draft:
    """Taken off, and not proposed again."""
    item = draft.item(reading)
    if item is None:
        return draft
    dropped = tuple(dict.fromkeys([*draft.dropped, item.group]))[-MOST_DROPPED:]
    return replace(
        draft, items=tuple(i for i in draft.items if i.reading != reading), dropped=dropped
    )


def with_added(draft: Draft, item: DraftItem, *, place: int | None = None) -> Draft:
    """At the end, or at a place. One text stands on a list once, and may be proposed again."""
    if item.group in draft.groups or len(draft.items) >= sharing.MOST_ITEMS:
        return draft
    items = list(draft.items)
    items.insert(len(items) if place is None else place, item)
    left = tuple(group for group in draft.dropped if group != item.group)
    return replace(draft, items=tuple(items), dropped=left)


def replaced(draft: Draft, reading: str, other: DraftItem) -> Draft:
    """Another reading in the place of one, which is not proposed again."""
    place = next((at for at, i in enumerate(draft.items) if i.reading == reading), None)
    if place is None:
        return draft
    return with_added(without(draft, reading), other, place=place)


def refilled(draft: Draft, brief: Brief, items: Sequence[DraftItem]) -> Draft:
    """What the organizer pinned or wrote on stays where it is; the rest is proposed anew."""
    stay = [item for item in draft.items if is_kept(item)]
    groups = {item.group for item in stay}
    new = [item for item in items if item.group not in groups]
    return replace(draft, brief=brief, items=tuple((stay + new)[: sharing.MOST_ITEMS]))


def is_kept(item: DraftItem) -> bool:
    """Proposals never undo what an organizer did."""
    return item.pinned or bool(item.note.strip() or item.question.strip())


def _in_order(draft: Draft, order: Sequence[str]) -> Draft:
    by_reading = {item.reading: item for item in draft.items}
    return replace(draft, items=tuple(by_reading[reading] for reading in order))
