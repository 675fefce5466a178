"""Browsing and searching submitted reflections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import g, request, url_for
from flask_babel import gettext as _

from recommender import RecommenderError, search
from recommender.readings import Hit, ReadingFilter
from webapp import languages, pages, shapes
from webapp.access import needs
from webapp.answers import store as answers
from webapp.community import db
from webapp.reflections import browsing, filters, found, store, wording
from webapp.reflections.filters import Filter
from webapp.reflections.publication import own_text
from webapp.reflections.store import Shown
from webapp.reflections.views.blueprint import ON_A_PAGE, Answer, bp, log, mark_of_page
from webapp.resources import resources

QUERY_LIMIT = 300
LIMITS = {"theme": 64, "text": 120, "passage": 160, "unit": 32, "role": 64, "genre": 16}
CLOSE = 30  # candidates by meaning; some may no longer be open to the reader
CLOSE_SHOWN = 8
ALWAYS_SHOWN = 3
WRITTEN_BY_MEMBERS = ReadingFilter(kinds=frozenset({"reflection", "experience"}))


@dataclass(frozen=True)
class ThemeChip:
    id: str
    name: str
    count: int


@dataclass(frozen=True)
class Item:
    """A reflection in a list, with the sentence that was found if it was searched for."""

    piece: Shown
    sentence: str = ""
    spans: found.Spans = ()
    answers: int = 0  # that this reader may read

    @property
    def lang(self) -> str:
        return languages.HTML_LANG.get(self.piece.language, "en")


@dataclass(frozen=True)
class Chosen:
    """One thing by which the list is narrowed down, and the list without it."""

    label: str
    url: str


@dataclass(frozen=True)
class BrowsePage(pages.Page):
    template: ClassVar[str] = "reflections/browse.html"

    items: list[Item]
    close: list[Item]
    next: str | None  # address of the older ones
    first: bool
    wanted: Filter
    chosen: list[Chosen]
    themes: list[ThemeChip]
    units: list[tuple[str, str]]
    roles: list[tuple[str, str]]
    genres: list[tuple[str, str]]
    periods: list[tuple[str, str]]
    problem: str = ""

    @property
    def theme_names(self) -> list[tuple[str, str]]:
        return [(chip.id, chip.name) for chip in self.themes]


@bp.get("/reflections")
@needs("reflections.browse")
def browse() -> Answer:
    """Submitted pieces, narrowed down by any of theme, text, passage, unit, role,
    genre, time and words together."""
    session, actor = db.session, g.actor
    wanted, problem = _asked()
    after = mark_of_page()
    themes = _theme_chips()
    units = browsing.units_in_use(session, actor)
    roles = _named_roles()
    pieces = browsing.newest(session, actor, wanted, after=after, limit=ON_A_PAGE + 1)
    more = len(pieces) > ON_A_PAGE
    pieces = pieces[:ON_A_PAGE]
    shown = {piece.id for piece in pieces}
    close = _close_in_meaning(wanted, shown) if wanted.q and not after else []
    numbers = answers.numbers(session, actor, shown | {item.piece.id for item in close})
    mark = store.mark_text(pieces[-1].mark) if more else None
    page = BrowsePage(
        items=[_item(piece, wanted.q, numbers) for piece in pieces],
        close=[_numbered(item, numbers) for item in close],
        next=url_for(".browse", **wanted.query(), after=mark) if mark else None,
        first=after is None,
        wanted=wanted,
        chosen=_chosen(wanted, themes, units, roles),
        themes=themes,
        units=units,
        roles=roles,
        genres=genre_names(),
        periods=period_names(),
        problem=problem,
    )
    return pages.render(page)


def genre_names() -> list[tuple[str, str]]:
    return [
        ("reflection", _("Reflections")),
        ("experience", _("Experiences from practice")),
        ("summary", _("Summaries")),
        ("speech", _("Speeches")),
    ]


def period_names() -> list[tuple[str, str]]:
    return [("month", _("This month")), ("year", _("This year"))]


def _asked() -> tuple[Filter, str]:
    """What the address asks for, and what is wrong with it."""
    said = {name: pages.field(request.args, name, limit=limit) for name, limit in LIMITS.items()}
    said["q"] = pages.field(request.args, "q", limit=QUERY_LIMIT)
    said["when"] = request.args.get("when", "")
    problem = ""
    for name in ("since", "until"):
        said[name] = pages.field(request.args, name, limit=40)
        if said[name] and filters.day(said[name]) is None:
            problem = _(
                "“%(said)s” is not a day. Write it like 2026-05-04. The list was made without it.",
                said=said[name],
            )
    wanted = filters.asked(said)
    if wanted.since and wanted.until and wanted.since > wanted.until:
        problem = _("The first day is after the last one, so nothing can be found.")
    return wanted, problem


def _chosen(
    wanted: Filter,
    themes: list[ThemeChip],
    units: list[tuple[str, str]],
    roles: list[tuple[str, str]],
) -> list[Chosen]:
    """A chip for each, which takes it away."""
    labels: dict[str, str] = {}
    if wanted.theme:
        named = {chip.id: chip.name for chip in themes}
        labels["theme"] = named.get(wanted.theme) or _chip(wanted.theme, 0).name
    if wanted.text:
        text = resources().library.text(wanted.text)
        labels["text"] = _("about “%(title)s”", title=text.title if text else wanted.text)
    if wanted.passage:
        labels["passage"] = _("cites “%(beginning)s”", beginning=_beginning(wanted.passage))
    if wanted.unit:
        labels["unit"] = dict(units).get(wanted.unit) or _("a unit")
    if wanted.role:
        labels["role"] = dict(roles).get(wanted.role) or wanted.role
    if wanted.genre:
        labels["genre"] = dict(genre_names())[wanted.genre]
    if wanted.when:
        labels["when"] = dict(period_names())[wanted.when]
    else:
        if wanted.since:
            labels["since"] = _("from %(day)s", day=shapes.day(wanted.since))
        if wanted.until:
            labels["until"] = _("until %(day)s", day=shapes.day(wanted.until))
    return [
        Chosen(label, url_for(".browse", **wanted.query(name))) for name, label in labels.items()
    ]


def _beginning(passage_id: str) -> str:
    passage = resources().library.passage(passage_id)
    return wording.shortened(passage.text, 48) if passage else passage_id


def _theme_chips() -> list[ThemeChip]:
    return [_chip(theme, count) for theme, count in browsing.themes_in_use(db.session, g.actor)]


def _chip(theme: str, count: int) -> ThemeChip:
    label = resources().library.themes().get(theme)
    return ThemeChip(theme, label.name(languages.current()) if label else theme, count)


def theme_chips(themes: Sequence[str]) -> list[ThemeChip]:
    return [_chip(theme, 0) for theme in themes]


def _named_roles() -> list[tuple[str, str]]:
    chinese = languages.current() == "zh"
    rows = browsing.roles_in_use(db.session, g.actor)
    return [(id, zh if chinese else en) for id, en, zh in rows]


def _item(piece: Shown, query: str, numbers: dict[str, int]) -> Item:
    number = numbers.get(piece.id, 0)
    if not query:
        return Item(piece, answers=number)
    sentence, spans = found.best_sentence(wording.plain(piece.body), piece.language, query)
    return Item(piece, sentence, spans, number)


def _numbered(item: Item, numbers: dict[str, int]) -> Item:
    return Item(item.piece, item.sentence, item.spans, numbers.get(item.piece.id, 0))


def _close_in_meaning(wanted: Filter, shown: set[str]) -> list[Item]:
    """Pieces close in meaning, less those that are shown already. The index only
    proposes: what is shown, and to whom, is read from the database."""
    try:
        hits = search(
            resources().index, resources().model, wanted.q, filter=WRITTEN_BY_MEMBERS, limit=CLOSE
        )
    except RecommenderError as problem:
        log.warning("no search by meaning", problem=str(problem))
        return []
    items = [i for i in of_hits(_near_enough(hits), wanted) if i.piece.id not in shown]
    return items[:CLOSE_SHOWN]


def _near_enough(hits: Sequence[Hit]) -> list[Hit]:
    """Those nearer than the middle of what there is; the first three in any case,
    since of a few pieces the middle says little."""
    return [hit for place, hit in enumerate(hits) if place < ALWAYS_SHOWN or hit.score > 0]


def of_hits(hits: Sequence[Hit], wanted: Filter = browsing.NOTHING) -> list[Item]:
    """Hits as items in their order, as far as they are open to the reader now and have
    what is wanted beside the words."""
    ids = [hit.reading.id.partition("/")[2] for hit in hits]
    pieces = browsing.among(db.session, g.actor, ids, wanted)
    items = []
    for hit, piece_id in zip(hits, ids, strict=True):
        piece = pieces.get(piece_id)
        if piece is not None:
            words = own_text(piece.body, piece.lesson)
            held = found.holds(words, hit.sentence)
            items.append(Item(piece, hit.sentence, hit.matched) if held else Item(piece))
    return items
