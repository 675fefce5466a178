"""The page of today's suggestions: what may be shown now of the kept list, and how the
member steers it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from corpus.records import Label
from webapp import languages, pages
from webapp.access import Actor
from webapp.goals import store as goals
from webapp.goals.store import OpenGoal
from webapp.looking_back.year_ago import YearAgo
from webapp.members import store as members
from webapp.members.tables import Member
from webapp.readings import labels, unchanged
from webapp.readings import store as readings
from webapp.readings.blocks import without_marks
from webapp.readings.which import group_of
from webapp.reflections import store as reflections
from webapp.reflections.publication import own_text
from webapp.requirements import progress as requirements
from webapp.requirements.progress import MemberProgress
from webapp.resources import Resources
from webapp.suggestions import gathering, store
from webapp.suggestions.cards import (
    REFLECTION,
    ROWS,
    Card,
    Kept,
    Why,
    in_rows,
    of_others,
)
from webapp.suggestions.profile import EVERYTHING
from webapp.suggestions.tables import Steer

NEWNESS = (0, 15, 30, 65, 100)  # the slider's steps, from more of the same to something new
MINUTES = (5, 15, 30, 60)
MOST_CHIPS = 40


@dataclass(frozen=True)
class Chip:
    """One thing that the member said of the suggestions, with its undo."""

    id: str
    kind: str  # more, less, not_author, not_theme
    label: str  # title, author or theme; "" for a reading that is no longer open
    target: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Aside:
    """What stands where a card was when the member steered it away."""

    chip: Chip
    reading: str | None  # that was taken away, or asked more of

    aside: ClassVar[bool] = True


@dataclass(frozen=True)
class ForYouPage(pages.Page):
    template: ClassVar[str] = "suggestions/for_you.html"

    name: str
    working_on: str
    rows: list[tuple[str, list[Any]]]  # cards, and where one was taken away an Aside
    has_own_words: bool
    has_roles: bool
    has_interests: bool
    everything_off: bool
    step: int  # of NEWNESS
    minutes: int | None  # that the member has today
    chips: list[Chip]
    more_chips: bool
    due: list[OpenGoal]  # goals whose day has come
    asked: list[MemberProgress]  # by the member's units, and still open
    year_ago: YearAgo | None  # what the member wrote then

    all_minutes: ClassVar[tuple[int, ...]] = MINUTES
    last_step: ClassVar[int] = len(NEWNESS) - 1

    @property
    def row_names(self) -> list[str]:
        return [row for row, _cards in self.rows]

    @property
    def beginning(self) -> bool:
        """Whether the list is made for somebody of whom nothing is known."""
        unasked = {"listed", "newest", "different"}
        known = self.has_own_words or self.has_roles or self.has_interests or self.chips
        return not known and not self.everything_off and unasked >= set(self.row_names)

    @property
    def has_cards(self) -> bool:
        return any(isinstance(item, Card) for _row, items in self.rows for item in items)


@dataclass(frozen=True)
class ListPart(ForYouPage):
    """The list alone, for a page that shows it anew."""

    template: ClassVar[str] = "suggestions/list.html"


@dataclass(frozen=True)
class Taken:
    """Where the card stood that was just steered away."""

    steer: str
    row: str
    place: int
    reading: str


def for_you(
    session: Session,
    actor: Actor,
    me: Member,
    found: Resources,
    kept: list[Kept],
    *,
    day: dt.date,
    taken: Taken | None,
    part: bool,
    year_ago: YearAgo | None = None,
) -> ForYouPage:
    steers = store.steers(session, actor)
    chips = chips_of(session, actor, found, steers[: MOST_CHIPS + 1])
    cards = present(session, actor, kept, found, steers)
    kinds = {piece.whys[0].kind for piece in kept if piece.whys}
    rows: list[tuple[str, list[Any]]] = [(row, list(c)) for row, c in in_rows(cards)]
    if taken is not None:
        said = next((s for s in steers if s.id == taken.steer), None)
        if said is not None and not _still_there(said, cards, taken):
            with_aside(rows, taken, chips_of(session, actor, found, [said])[0])
    page = ListPart if part else ForYouPage
    return page(
        name=me.name,
        working_on=me.working_on,
        rows=rows,
        has_own_words=bool(me.working_on or kinds & {"reflection", "note", "question", "goal"}),
        has_roles=members.has_roles(session, actor.organisation, me.id),
        has_interests=bool(me.interests),
        everything_off=EVERYTHING in me.switched_off,
        step=min(range(len(NEWNESS)), key=lambda step: abs(NEWNESS[step] - me.newness)),
        minutes=me.minutes_today if me.minutes_day == day else None,
        chips=chips[:MOST_CHIPS],
        more_chips=len(chips) > MOST_CHIPS,
        due=[] if part else goals.due(session, actor, day),
        asked=[] if part else _asked(session, actor, day),
        year_ago=year_ago,
    )


def _asked(session: Session, actor: Actor, day: dt.date) -> list[MemberProgress]:
    return [one for one in requirements.mine(session, actor, day, earlier=False) if one.open]


def _still_there(said: Steer, cards: Sequence[Card], taken: Taken) -> bool:
    """The card asked more of may stay on the list; it then says so itself."""
    return said.kind == "more" and any(c.reading == taken.reading for c in cards)


def with_aside(rows: list[tuple[str, list[Any]]], taken: Taken, chip: Chip) -> None:
    """Put a line where the card was; in a row of its own if nothing else is left there."""
    items = next((items for row, items in rows if row == taken.row), None)
    if items is None:
        items = []
        rows.append((taken.row, items))
        rows.sort(key=lambda pair: ROWS.index(pair[0]))
    items.insert(min(taken.place, len(items)), Aside(chip, taken.reading))


# What the member said


def chips_of(
    session: Session, actor: Actor, found: Resources, steers: Sequence[Steer]
) -> list[Chip]:
    """Each with what it is called now."""
    kept = unchanged.of(found.library)
    themes, code = kept.get("themes", found.library.themes), languages.current()
    named = [s.target for s in steers if s.kind in ("more", "less")]
    texts = found.library.texts_by_slug(
        {group_of(t) for t in named if not t.startswith(REFLECTION)}, withdrawn=True
    )
    essays = reflections.readable_among(
        session,
        actor,
        [t.removeprefix(REFLECTION) for t in named if t.startswith(REFLECTION)],
    )

    def label(steer: Steer) -> str:
        if steer.kind == "not_author":
            return steer.target
        if steer.kind == "not_theme":
            theme = themes.get(steer.target)
            return theme.name(code) if theme else steer.target
        if steer.target.startswith(REFLECTION):
            essay = essays.get(steer.target.removeprefix(REFLECTION))
            return essay.title if essay else ""
        text = texts.get(group_of(steer.target))
        return text.title if text else ""

    return [Chip(s.id, s.kind, label(s), s.target, s.at) for s in steers]


# What may be shown of the list


def present(
    session: Session,
    actor: Actor,
    kept: Sequence[Kept],
    found: Resources,
    steers: Sequence[Steer] = (),
) -> list[Card]:
    """The kept list with what may be shown now: a reading that was withdrawn
    meanwhile, or whose audience no longer holds the member, is left out, and so
    is what a card quotes of words that are gone, and a reason that is no longer
    open to the member."""
    deeds = readings.deeds_of(session, actor, groups=[k.group for k in kept])
    in_library = [k for k in kept if not k.reading.startswith(REFLECTION)]
    library, unaltered = found.library, unchanged.of(found.library)
    passages = unaltered.of_each("passage", (k.reading for k in in_library), library.passages_by_id)
    texts = unaltered.of_each("text", (k.group for k in in_library), library.texts_by_slug)
    ids = {k.reading for k in kept} | {r for k in kept for w in k.whys if (r := of_others(w))}
    essays = reflections.readable_among(
        session,
        actor,
        [i.removeprefix(REFLECTION) for i in ids if i.startswith(REFLECTION)],
        whole=True,
    )
    lists = {i for k in kept for w in k.whys if (i := w.list_id)}
    listed = store.listed(session, actor, lists, [k.group for k in kept])
    themes, code = unaltered.get("themes", library.themes), languages.current()
    said = {s.target: s for s in steers if s.kind in ("more", "less")}
    cards: list[Card] = []
    for piece in kept:
        whys = [now for why in piece.whys if (now := _open(why, piece, essays, listed))]
        if not whys:
            continue
        piece = replace(piece, whys=whys)
        marks = deeds.get(piece.group, {})
        if piece.reading.startswith(REFLECTION):
            essay = essays.get(piece.reading.removeprefix(REFLECTION))
            if essay is None:
                continue
            about = About(
                essay.title,
                essay.author,
                essay.language,
                essay.minutes,
                themes=_named(essay.themes, themes, code),
                experience=essay.genre == "experience",
                where=essay.place,
                lesson=essay.lesson,
            )
            card = card_of(piece, about, own_text(essay.body, essay.lesson), marks)
        else:
            text, passage = texts.get(piece.group), passages.get(piece.reading)
            if text is None or passage is None:
                continue
            about = About(
                text.title,
                text.author,
                text.language,
                text.minutes,
                passage.path[-1] if passage.path else "",
                text.script,
                themes=_named(text.themes, themes, code),
            )
            card = card_of(piece, about, passage.text, marks)
        steer = said.get(piece.reading)
        cards.append(replace(card, steer=steer.kind, steer_id=steer.id) if steer else card)
    return cards


def _open(
    why: Why,
    piece: Kept,
    essays: Mapping[str, reflections.Shown],
    listed: Mapping[tuple[str, str], store.Listed],
) -> Why | None:
    """The reason with what it names as it is called now; None if that is gone."""
    other, list_id = of_others(why), why.list_id
    if other is not None:
        essay = essays.get(other.removeprefix(REFLECTION))
        if essay is None or (why.kind == "leader" and not essay.author):
            return None  # gone, or no longer under a name: whoever leads is not told by it
        return replace(why, label=essay.title, by=essay.author if why.kind == "leader" else "")
    if list_id is not None:
        item = listed.get((list_id, piece.group))
        return replace(why, label=item.title, note=item.note) if item else None
    return why


def _named(
    ids: Sequence[str], themes: Mapping[str, Label], code: str
) -> tuple[tuple[str, str], ...]:
    """Themes that the library knows: only those can be left out."""
    return tuple((i, themes[i].name(code)) for i in ids if i in themes)


@dataclass(frozen=True)
class About:
    """What a card says of its reading."""

    title: str
    author: str
    language: str
    minutes: int
    heading: str = ""
    script: str | None = None
    themes: tuple[tuple[str, str], ...] = ()
    experience: bool = False
    where: str = ""  # of an experience
    lesson: str = ""


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
        experience=about.experience,
        where=about.where,
        lesson=about.lesson,
        lang=labels.html_lang(about.language, about.script),
        read="read" in marks,
        saved="saved" in marks,
        set_aside="set_aside" in marks,
        themes=about.themes,
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


def author_of(session: Session, actor: Actor, found: Resources, reading: str) -> str:
    """The author that is shown of a reading, as a steer keeps it; "" for none."""
    if reading.startswith(REFLECTION):
        id = reading.removeprefix(REFLECTION)
        essay = reflections.readable_among(session, actor, [id]).get(id)
        return gathering.as_target(essay.author) if essay else ""
    text = found.library.text(group_of(reading))
    return gathering.as_target(text.author) if text else ""
