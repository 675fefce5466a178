"""What the pages of reading lists may use: one dataclass each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from flask import url_for
from sqlalchemy.orm import Session

from corpus.languages import detect
from corpus.library import Library
from webapp import languages, pages
from webapp.access import Actor, is_organizing
from webapp.ids import new_id
from webapp.readings.kept_page import mark_of_moment
from webapp.reflections import readers
from webapp.reflections.readers import Readers
from webapp.themes import (
    draft_store,
    entries,
    schedule,
    sharing,
    store,
    wish_actions,
    wish_store,
)
from webapp.themes.entries import Entry
from webapp.themes.store import Item, ListRow, Mark, ShownList
from webapp.themes.wish_store import Wish
from webapp.units import store as units

ON_A_PAGE = 20
IN_A_SECTION = 6  # of each kind, on the page with all kinds

SHOWS = ("mine", "shared", "themes")


@dataclass(frozen=True)
class Row:
    """A list in a row of lists, with how many of its readings this member may see."""

    found: ListRow
    readings: int

    @property
    def lang(self) -> str:
        return lang_of(self.found.title)


@dataclass(frozen=True)
class Section:
    show: str
    rows: list[Row]
    more: str | None  # where the rest is


@dataclass(frozen=True)
class ListsPage(pages.Page):
    template: ClassVar[str] = "themes/lists.html"

    sections: list[Section]
    show: str  # one of SHOWS, or "" with all of them
    first: bool
    can_build: bool  # an organizer, who makes theme lists


def lists(session: Session, actor: Actor, show: str, *, after: Mark | None) -> ListsPage:
    """All three kinds, or a page of one."""
    shown = [show] if show else list(SHOWS)
    limit = ON_A_PAGE if show else IN_A_SECTION
    found = {one: rows_of(session, actor, one, after=after, limit=limit + 1) for one in shown}
    everything = [row.id for rows in found.values() for row in rows]
    counts = visible_counts(session, actor, everything)
    sections = []
    for one, rows in found.items():
        more = None
        if len(rows) > limit:
            last = rows[limit - 1]
            mark = mark_of_moment(*last.mark) if show else None
            more = url_for(".index", show=one, after=mark)
        of_page = [Row(row, counts.get(row.id, 0)) for row in rows[:limit]]
        sections.append(Section(one, of_page, more))
    return ListsPage(sections, show, first=after is None, can_build=is_organizing(actor))


def rows_of(
    session: Session, actor: Actor, show: str, *, after: Mark | None, limit: int
) -> list[ListRow]:
    if show == "mine":
        return store.mine(session, actor, after=after, limit=limit)
    return store.shared(session, actor, theme_lists=show == "themes", after=after, limit=limit)


def visible_counts(session: Session, actor: Actor, lists: Sequence[str]) -> dict[str, int]:
    """How many readings of each list this member may see: one that is closed to them
    must not be told by a number."""
    items = store.items(session, actor, lists)
    together = [item for of_one in items.values() for item in of_one]
    essays = entries.readable(session, actor, together)
    return {one: len(entries.visible(of_one, essays)) for one, of_one in items.items()}


@dataclass(frozen=True)
class ListPage(pages.Page):
    template: ClassVar[str] = "themes/show.html"

    kept: ShownList
    entries: list[Entry]
    languages: list[tuple[str, str]]
    can_publish: bool
    key: str
    built: bool = False  # a theme list that this organizer works on as a draft
    can_copy: bool = False  # into a draft of one's own
    weeks: list[tuple[int, dt.date | None]] = field(default_factory=list)  # 0 first, and its day
    version: int = 0  # that is shown; 0 where there is only one state
    newest: int = 0
    newest_on: dt.datetime | None = None
    wishes: list[Wish] = field(default_factory=list)
    wish_limit: int = wish_actions.WHY_LIMIT
    begun: int | None = None  # the version that this member works through

    @property
    def older(self) -> bool:
        """Whether an earlier version is shown than was published last."""
        return self.version < self.newest

    @property
    def minutes(self) -> int:
        return sum(entry.minutes or 0 for entry in self.entries)

    @property
    def parts(self) -> int:
        """Of the question, as far as this reader may know them."""
        return len({p for e in self.entries for p in e.covers} | set(self.kept.unanswered))

    @property
    def lang(self) -> str:
        return lang_of(self.kept.title)

    @property
    def note_lang(self) -> str:
        return lang_of(self.kept.note)

    @property
    def question_lang(self) -> str:
        return lang_of(self.kept.question)


def show(
    session: Session,
    actor: Actor,
    library: Library,
    found: ShownList,
    *,
    wanted: int | None = None,
) -> ListPage:
    """`wanted`: a version; else the one that the member began, else the newest."""
    organizer = is_organizing(actor)
    versions = draft_store.versions(session, actor, found.id) if found.theme_list else []
    begun = draft_store.begun(session, actor, found.id) if versions else None
    number = next((v.number for v in versions if v.number == (wanted or begun)), None)
    newest = versions[0].number if versions else 0
    if number is not None and number < newest:
        found, items = as_published(session, actor, found, number)
    else:
        items = store.items(session, actor, [found.id]).get(found.id, [])
    shown = shown_of(session, actor, library, found, items)
    built = organizer and draft_store.draft(session, actor, found.id) is not None
    return ListPage(
        kept=found,
        entries=shown,
        languages=entries.languages_of(shown),
        can_publish=found.mine and organizer,
        key=new_id(),
        built=built,
        can_copy=organizer and found.theme_list,
        weeks=weeks_of(found, shown),
        version=number or newest,
        newest=newest,
        newest_on=versions[0].published_at if versions else None,
        begun=begun,
        wishes=wish_store.wishes(session, actor, found.id) if versions else [],
    )


def as_published(
    session: Session, actor: Actor, found: ShownList, number: int
) -> tuple[ShownList, list[Item]]:
    """A list as an earlier version of it was."""
    kept = draft_store.version(session, actor, found.id, number)
    if kept is None:
        return found, store.items(session, actor, [found.id]).get(found.id, [])
    return (
        replace(found, title=kept.title, note=kept.note, starts_on=kept.starts_on),
        kept.items,
    )


def weeks_of(found: ShownList, shown: Sequence[Entry]) -> list[tuple[int, dt.date | None]]:
    there = sorted({entry.week for entry in shown if entry.week is not None})
    starts_on = found.starts_on
    return [(week, schedule.day_of(starts_on, week) if starts_on else None) for week in there]


def shown_entries(
    session: Session, actor: Actor, library: Library, found: ShownList
) -> list[Entry]:
    items = store.items(session, actor, [found.id]).get(found.id, [])
    return shown_of(session, actor, library, found, items)


def shown_of(
    session: Session, actor: Actor, library: Library, found: ShownList, items: Sequence[Item]
) -> list[Entry]:
    """For others without what is closed to them; its author sees that something is."""
    shown = entries.entries(session, actor, library, items)
    return shown if found.mine else [entry for entry in shown if entry.state != "closed"]


@dataclass(frozen=True)
class EditPage(pages.Page):
    template: ClassVar[str] = "themes/edit.html"

    kept: ShownList
    entries: list[Entry]
    moved: str  # the reading that was just moved; its button has the focus
    way: str  # "up" or "down"
    title_limit: int = sharing.TITLE_LIMIT
    note_limit: int = sharing.NOTE_LIMIT
    item_note_limit: int = sharing.ITEM_NOTE_LIMIT


@dataclass(frozen=True)
class SharePage(pages.Page):
    template: ClassVar[str] = "themes/share.html"

    kept: ShownList
    units: list[Readers]
    everybody: int
    chosen: str
    key: str
    obstacle: str = ""


def share(
    session: Session, actor: Actor, found: ShownList, *, chosen: str = "", obstacle: str = ""
) -> SharePage:
    return SharePage(
        kept=found,
        units=readers.readers_of_units(session, actor),
        everybody=readers.member_count(session, actor.organisation),
        chosen=chosen or chosen_now(found),
        key=new_id(),
        obstacle=obstacle,
    )


@dataclass(frozen=True)
class PublishPage(pages.Page):
    template: ClassVar[str] = "themes/publish.html"

    kept: ShownList
    units: list[tuple[str, str]]  # id, name
    chosen: str
    key: str
    to_all: bool  # whether it may be given to the organisation
    obstacle: str = ""


def publish(
    session: Session, actor: Actor, found: ShownList, *, chosen: str = "", obstacle: str = ""
) -> PublishPage:
    return PublishPage(
        kept=found,
        units=units.to_give_to(session, actor),
        chosen=chosen or (chosen_now(found) if found.theme_list else "organisation"),
        key=new_id(),
        to_all=actor.organizer,
        obstacle=obstacle,
    )


def chosen_now(found: ShownList) -> str:
    return f"unit:{found.unit_id}" if found.audience == "unit" else found.audience


@dataclass(frozen=True)
class DeletePage(pages.Page):
    template: ClassVar[str] = "themes/delete.html"

    kept: ShownList


def lang_of(words: str) -> str:
    return languages.HTML_LANG[detect(words)]
