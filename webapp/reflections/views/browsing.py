"""Browsing submitted reflections, and reading one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from flask import abort, g, redirect, request, url_for

from corpus.library import Library
from recommender import RecommenderError, related, search
from recommender.readings import Hit, ReadingFilter
from webapp import languages, pages
from webapp.access import needs
from webapp.community import db
from webapp.readings import store as deeds
from webapp.reflections import (
    found,
    store,
    wording,
)
from webapp.reflections.store import Shown
from webapp.reflections.views.blueprint import ON_A_PAGE, Answer, bp, log, mark_of_page
from webapp.resources import resources

QUERY_LIMIT = 300
CLOSE = 30  # candidates by meaning; some may no longer be open to the reader
CLOSE_SHOWN = 8
ALWAYS_SHOWN = 3
RELATED = 4
REFLECTIONS = ReadingFilter(kinds=frozenset({"reflection"}))


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

    @property
    def lang(self) -> str:
        return languages.HTML_LANG.get(self.piece.language, "en")


@dataclass(frozen=True)
class BrowsePage(pages.Page):
    template: ClassVar[str] = "reflections/browse.html"

    items: list[Item]
    close: list[Item]
    next: str | None
    first: bool
    query: str
    themes: list[ThemeChip]
    theme: ThemeChip | None
    text_slug: str | None
    text_title: str | None


@bp.get("/reflections")
@needs("reflections.browse")
def browse() -> Answer:
    query = pages.field(request.args, "q", limit=QUERY_LIMIT)
    theme = pages.field(request.args, "theme", limit=64) or None
    text_slug = pages.field(request.args, "text", limit=120) or None
    after = mark_of_page()
    chips = _theme_chips()
    if query:
        pieces = store.search_words(db.session, g.actor, query, after=after, limit=ON_A_PAGE + 1)
    else:
        pieces = store.newest(
            db.session, g.actor, theme=theme, text_slug=text_slug, after=after, limit=ON_A_PAGE + 1
        )
    more = len(pieces) > ON_A_PAGE
    pieces = pieces[:ON_A_PAGE]
    close = _close_in_meaning(query, {p.id for p in pieces}) if query and not after else []
    chosen = next((c for c in chips if c.id == theme), None)
    if theme and not chosen:
        chosen = _chip(theme, 0)
    text = resources().library.text(text_slug) if text_slug else None
    return pages.render(
        BrowsePage(
            items=[_item(piece, query) for piece in pieces],
            close=close,
            next=store.mark_text(pieces[-1].mark) if more else None,
            first=after is None,
            query=query,
            themes=chips,
            theme=chosen if not query else None,
            text_slug=text_slug if not query else None,
            text_title=text.title if text else text_slug,
        )
    )


def _theme_chips() -> list[ThemeChip]:
    return [_chip(theme, count) for theme, count in store.themes_in_use(db.session, g.actor)]


def _chip(theme: str, count: int) -> ThemeChip:
    label = resources().library.themes().get(theme)
    return ThemeChip(theme, label.name(languages.current()) if label else theme, count)


def _item(piece: Shown, query: str) -> Item:
    if not query:
        return Item(piece)
    sentence, spans = found.best_sentence(wording.plain(piece.body), piece.language, query)
    return Item(piece, sentence, spans)


def _close_in_meaning(query: str, shown: set[str]) -> list[Item]:
    """Pieces close in meaning, less those that are shown already. The index only
    proposes: what is shown, and to whom, is read from the database."""
    try:
        hits = search(resources().index, resources().model, query, filter=REFLECTIONS, limit=CLOSE)
    except RecommenderError as problem:
        log.warning("no search by meaning", problem=str(problem))
        return []
    items = [i for i in _of_hits(_near_enough(hits)) if i.piece.id not in shown]
    return items[:CLOSE_SHOWN]


def _near_enough(hits: Sequence[Hit]) -> list[Hit]:
    """Those nearer than the middle of what there is; the first three in any case,
    since of a few pieces the middle says little."""
    return [hit for place, hit in enumerate(hits) if place < ALWAYS_SHOWN or hit.score > 0]


def _of_hits(hits: Sequence[Hit]) -> list[Item]:
    """Hits as items in their order, as far as they are open to the reader now."""
    ids = [hit.reading.id.partition("/")[2] for hit in hits]
    pieces = store.readable_among(db.session, g.actor, ids, whole=True)
    items = []
    for hit, piece_id in zip(hits, ids, strict=True):
        piece = pieces.get(piece_id)
        if piece is not None:
            words = wording.own_words(piece.body) or wording.plain(piece.body)
            held = found.holds(words, hit.sentence)
            items.append(Item(piece, hit.sentence, hit.matched) if held else Item(piece))
    return items


@dataclass(frozen=True)
class CitedPassage:
    passage_id: str
    source: str
    present: bool  # still in the library


@dataclass(frozen=True)
class ShowPage(pages.Page):
    template: ClassVar[str] = "reflections/show.html"

    piece: Shown
    lang: str
    themes: list[ThemeChip]
    cited: list[CitedPassage]
    about_present: bool
    related: list[Item]
    read: bool
    saved: bool


@bp.get("/reflections/<reflection_id>")
@needs("reflection.read")
def show(reflection_id: str) -> Answer:
    piece = store.readable(db.session, g.actor, reflection_id)
    if piece is None:
        abort(404)
    if piece.status == "draft":  # only its author gets here
        return redirect(url_for(".edit", reflection_id=reflection_id))
    reading = f"reflection/{piece.id}"
    done = deeds.deeds_of(db.session, g.actor, groups=[reading]).get(reading, {})
    library = resources().library
    return pages.render(
        ShowPage(
            piece=piece,
            lang=languages.HTML_LANG.get(piece.language, "en"),
            themes=[_chip(theme, 0) for theme in piece.themes],
            cited=_cited(library, piece.id),
            about_present=bool(piece.text_slug and library.text(piece.text_slug)),
            related=_related(piece),
            read="read" in done,
            saved="saved" in done,
        )
    )


def _cited(library: Library, reflection_id: str) -> list[CitedPassage]:
    rows = store.citations(db.session, g.actor.organisation, reflection_id)
    sources = {row.passage_id: row.source for row in rows}
    present = library.passages_by_id(sources)
    return [CitedPassage(i, source, i in present) for i, source in sources.items()]


def _related(piece: Shown) -> list[Item]:
    if piece.status != "submitted":
        return []
    try:
        hits = related(
            resources().index, f"reflection/{piece.id}", kinds=("reflection",), limit=3 * RELATED
        )
    except RecommenderError as problem:
        log.warning("no related reflections", problem=str(problem))
        return []
    return [replace(item, sentence="", spans=()) for item in _of_hits(hits)][:RELATED]
