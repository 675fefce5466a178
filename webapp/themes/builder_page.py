"""What the pages on which organizers make theme lists may use: one dataclass each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from sqlalchemy.orm import Session

from corpus.library import Library
from corpus.records import Label
from recommender.readings import Hit
from recommender.themes import Proposed, ProposedItem, SubTheme
from webapp import languages, pages, shapes
from webapp.access import Actor
from webapp.ids import new_id
from webapp.readings import labels
from webapp.readings.blocks import without_marks
from webapp.themes import (
    draft_store,
    drafts,
    entries,
    sharing,
    wish_actions,
    wish_store,
    wording,
)
from webapp.themes.draft_store import DraftRow, PublishedRow
from webapp.themes.drafts import Brief, Draft, DraftItem, Written
from webapp.themes.entries import Entry
from webapp.themes.store import Item
from webapp.themes.wish_store import Wish

ON_A_PAGE = 30


@dataclass(frozen=True)
class Choices:
    """What may be chosen when a list is asked for: id, name, whether it is chosen."""

    languages: list[tuple[str, str, bool]]
    roles: list[tuple[str, str, bool]]
    counts: tuple[int, ...] = drafts.COUNTS


def choices(library: Library | None, brief: Brief) -> Choices:
    lang = languages.current()
    roles: Mapping[str, Label] = library.roles() if library else {}
    return Choices(
        languages=[(c, labels.language(c), c in brief.languages) for c in languages.LANGUAGES],
        roles=[(id, label.name(lang), id in brief.roles) for id, label in roles.items()],
    )


@dataclass(frozen=True)
class BeginPage(pages.Page):
    template: ClassVar[str] = "themes/begin.html"

    working_on: list[DraftRow]
    others: list[PublishedRow]
    brief: Brief
    seeds: str
    choices: Choices
    key: str
    problem: str = ""
    nothing: bool = False  # nothing in the library is about the theme
    gaps: list[str] = field(default_factory=list)

    theme_limit: int = drafts.THEME_LIMIT
    most_minutes: int = drafts.MOST_MINUTES


def begin(
    session: Session,
    actor: Actor,
    library: Library | None,
    *,
    brief: Brief = Brief(),  # noqa: B008 (frozen)
    seeds: str = "",
    problem: str = "",
    nothing: bool = False,
    gaps: Sequence[str] = (),
) -> BeginPage:
    return BeginPage(
        working_on=draft_store.drafts(session, actor, limit=ON_A_PAGE),
        others=draft_store.published_theme_lists(session, actor, limit=ON_A_PAGE),
        brief=brief,
        seeds=seeds,
        choices=choices(library, brief),
        key=new_id(),
        problem=problem,
        nothing=nothing,
        gaps=list(gaps),
    )


@dataclass(frozen=True)
class Row:
    """A reading on the draft, as it is now, and what it is on the list for."""

    item: DraftItem
    entry: Entry
    covers: list[str]  # names of sub-themes
    reasons: list[str]
    note: str  # as it stands in the field
    question: str
    other_note: str | None = None  # what somebody else kept meanwhile
    other_question: str | None = None


@dataclass(frozen=True)
class Part:
    """A sub-theme, and which readings of the list speak of it."""

    name: str
    lang: str
    sentence: str
    texts: int
    places: list[int]  # 1 first


@dataclass(frozen=True)
class More:
    """A reading that could be added."""

    reading: str
    url: str
    title: str
    lang: str
    sentence: str
    minutes: int
    covers: list[str]
    by_member: bool


@dataclass(frozen=True)
class BuilderPage(pages.Page):
    template: ClassVar[str] = "themes/build.html"

    draft: Draft
    rows: list[Row]
    parts: list[Part]
    gaps: list[str]
    more: list[More]
    found: list[More]
    query: str
    asked: bool  # whether the query was looked up
    choices: Choices
    seeds: list[str]  # titles
    title: str  # as it stands in the field
    note: str
    other_title: str | None
    other_note: str | None
    stale: bool  # somebody changed it meanwhile; nothing was saved
    published: bool
    focus: str  # "up:reading", "down:reading" ...: which button has the focus
    wishes: list[Wish]  # of members, that wait for an answer
    without_words: bool  # proposals cannot be made now
    title_limit: int = sharing.TITLE_LIMIT
    note_limit: int = sharing.NOTE_LIMIT
    item_note_limit: int = sharing.ITEM_NOTE_LIMIT
    question_limit: int = drafts.QUESTION_LIMIT
    theme_limit: int = drafts.THEME_LIMIT
    most_minutes: int = drafts.MOST_MINUTES
    answer_limit: int = wish_actions.ANSWER_LIMIT

    @property
    def minutes(self) -> int:
        return sum(row.entry.minutes or row.item.minutes for row in self.rows)

    @property
    def over_budget(self) -> int:
        budget = self.draft.brief.minutes
        return max(0, self.minutes - budget) if budget else 0


def build(
    session: Session,
    actor: Actor,
    library: Library,
    draft: Draft,
    proposed: Proposed | None,
    *,
    query: str = "",
    hits: Sequence[Hit] = (),
    focus: str = "",
    written: Written | None = None,
) -> BuilderPage:
    """`written`: what somebody wrote on an older version; it stands in the fields."""
    of = {item.reading.group: item for item in proposed.kept} if proposed else {}
    names = [name_of(part, library) for part in proposed.sub_themes] if proposed else []
    shown = entries.entries(session, actor, library, [as_item(item) for item in draft.items])
    rows = [
        _row(item, entry, of.get(item.group), names, library, written)
        for item, entry in zip(draft.items, shown, strict=True)
    ]
    mine = drafts.with_words(draft, written) if written else draft
    return BuilderPage(
        draft=draft,
        rows=rows,
        parts=_parts(draft, proposed, names, of) if proposed else [],
        gaps=gaps_of(proposed, library) if proposed else [],
        more=[_more(item, names) for item in (proposed.items if proposed else ())],
        found=[_found(hit) for hit in hits],
        query=query,
        asked=bool(query),
        choices=choices(library, draft.brief),
        seeds=[r.title for r in library.texts_by_slug(draft.brief.seeds).values()],
        title=mine.title,
        note=mine.note,
        other_title=draft.title if mine.title != draft.title else None,
        other_note=draft.note if mine.note != draft.note else None,
        stale=written is not None,
        published=draft_store.theme_list_to_copy(session, actor, draft.id) is not None,
        focus=focus,
        wishes=[w for w in wish_store.wishes(session, actor, draft.id) if w.status == "open"],
        without_words=proposed is None,
    )


def as_item(item: DraftItem, week: int | None = None) -> Item:
    return Item(
        item.reading, item.group, item.title, item.sentence, (), item.minutes, item.note,
        item.question, item.part, week,
    )  # fmt: skip


def name_of(part: SubTheme, library: Library) -> str:
    """The library's own name for it, where there is one; else the text in its middle."""
    label = library.themes().get(part.theme) if part.theme else None
    if label is not None:
        return label.name(languages.current())
    return wording.as_in(part.title)


def gaps_of(proposed: Proposed, library: Library) -> list[str]:
    lang = languages.current()
    roles = library.roles()
    return [
        wording.gap(gap.kind, roles[gap.value].name(lang) if gap.value in roles else gap.value)
        for gap in proposed.gaps
    ]


def _row(
    item: DraftItem,
    entry: Entry,
    about: ProposedItem | None,
    names: Sequence[str],
    library: Library,
    written: Written | None,
) -> Row:
    note, question = item.note, item.question
    if written is not None:
        note = written.notes.get(item.reading, note)
        question = written.questions.get(item.reading, question)
    return Row(
        item=item,
        entry=entry,
        covers=_others(about, names, item.title) if about else [],
        reasons=reasons(about, library),
        note=note,
        question=question,
        other_note=item.note if note != item.note else None,
        other_question=item.question if question != item.question else None,
    )


def _others(item: ProposedItem, names: Sequence[str], title: str) -> list[str]:
    """The parts that a reading speaks of, but for the one that is named for itself."""
    own = wording.as_in(title)
    return [names[place] for place in item.covers if names[place] != own]


def reasons(about: ProposedItem | None, library: Library) -> list[str]:
    if about is None:
        return [wording.by_hand()]
    lang = languages.current()
    roles = library.roles()
    said = [wording.for_role(roles[r].name(lang)) for r in about.for_role if r in roles]
    return ([wording.named()] if about.named else []) + said


def _parts(
    draft: Draft, proposed: Proposed, names: Sequence[str], of: Mapping[str, ProposedItem]
) -> list[Part]:
    found = []
    for place, (part, name) in enumerate(zip(proposed.sub_themes, names, strict=True)):
        speak = [
            at
            for at, item in enumerate(draft.items, 1)
            if item.group in of and place in of[item.group].covers
        ]
        found.append(
            Part(
                name,
                labels.html_lang(part.language),
                without_marks(" ".join(part.sentence.split("\n")))[0],
                part.texts,
                speak,
            )
        )
    return found


def _more(item: ProposedItem, names: Sequence[str]) -> More:
    return More(
        reading=item.reading.id,
        url=shapes.reading_url(item.reading.id),
        title=item.reading.title,
        lang=labels.html_lang(item.reading.language),
        sentence=without_marks(" ".join(item.sentence.split("\n")))[0],
        minutes=item.minutes,
        covers=_others(item, names, item.reading.title),
        by_member=item.reading.kind != "passage",
    )


def _found(hit: Hit) -> More:
    return More(
        reading=hit.reading.id,
        url=shapes.reading_url(hit.reading.id),
        title=hit.reading.title,
        lang=labels.html_lang(hit.reading.language),
        sentence=without_marks(" ".join(hit.sentence.split("\n")))[0],
        minutes=hit.reading.minutes,
        covers=[],
        by_member=hit.reading.kind != "passage",
    )
