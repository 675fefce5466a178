"""What the library page and a search in it show."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

from flask import request, url_for
from sqlalchemy.orm import Session

from corpus.library import Library
from corpus.records import TextRecord
from recommender import search
from webapp import languages, pages, shapes
from webapp.access import Actor
from webapp.readings import labels, shelf, store, unchanged
from webapp.readings.results import Result, results
from webapp.resources import Resources

ON_A_PAGE = 24
HITS = 80
RESULTS = 20


@dataclass(frozen=True)
class Item:
    """A text in a list."""

    record: TextRecord
    url: str
    minutes: str  # how long it takes
    level: str
    themes: list[tuple[str, str]]  # id, name
    versions: list[TextRecord]
    read: bool
    saved: bool

    @property
    def key(self) -> str | None:
        """What it is kept by once drawn; None where it tells of the reader."""
        return None if self.read or self.saved else self.record.slug

    @property
    def lang(self) -> str:
        return labels.html_lang(self.record.language, self.record.script)

    @property
    def language(self) -> str:
        return labels.language(self.record.language)


@dataclass(frozen=True)
class BrowsePage(pages.Page):
    template: ClassVar[str] = "readings/browse.html"

    asked: shelf.Asked
    facets: list[shelf.Facet]
    total: int
    items: list[Item]
    next: str | None
    first: bool  # the first page of the list
    clear: str  # the address of the same without filters
    key: Hashable  # what the filters are kept by once drawn
    kept: unchanged.Unchanged
    spoken: tuple[str, str]  # the language, and where the app stands: they change what is drawn

    @property
    def chosen(self) -> list[shelf.Choice]:
        return [c for facet in self.facets for c in facet.choices if c.chosen]

    def once(self, macro: Any, of: Item | BrowsePage) -> Any:
        """A macro of the page or of an item, drawn once as long as the library stays as it
        is: a fifth of the time of the page was drawing the same texts again. The macro may
        ask for nothing that is somebody's own."""
        if of.key is None:
            return macro(of)
        return self.kept.get((macro.name, of.key, *self.spoken), partial(macro, of))


@dataclass(frozen=True)
class SearchPage(pages.Page):
    template: ClassVar[str] = "readings/search.html"

    asked: shelf.Asked
    facets: list[shelf.Facet]
    results: list[tuple[Item, Result]]
    cut: bool  # only the beginning of the words was searched by
    clear: str

    @property
    def chosen(self) -> list[shelf.Choice]:
        return [c for facet in self.facets for c in facet.choices if c.chosen]

    @property
    def by_meaning_only(self) -> bool:
        """No text holds any of the words."""
        return not any(found.matched for _item, result in self.results for found in result.places)


def browse(
    session: Session,
    actor: Actor,
    library: Library,
    asked: shelf.Asked,
    *,
    after: str | None,
    first_language: str,
) -> BrowsePage:
    """A page of the library; CorpusError if there is no such page."""
    wanted = shelf.text_filter(asked, first_language=first_language)
    kept = unchanged.of(library)
    page = kept.get(
        ("texts", wanted, after), lambda: library.texts(wanted, after=after, limit=ON_A_PAGE)
    )
    return BrowsePage(
        asked=asked,
        facets=facets(library, asked, first_language),
        total=page.total,
        items=items(session, actor, library, page.items),
        next=url_for(".browse", **asked.query(), after=page.next) if page.next else None,
        first=after is None,
        clear=url_for(".browse"),
        key=(asked, first_language),
        kept=kept,
        spoken=(languages.current(), request.script_root),
    )


def found(
    session: Session,
    actor: Actor,
    resources: Resources,
    asked: shelf.Asked,
    *,
    cut: bool,
    first_language: str,
) -> SearchPage:
    """What a search finds. The words are encoded once."""
    library = resources.library
    hits = search(
        resources.index, resources.model, asked.q, filter=shelf.reading_filter(asked), limit=HITS
    )
    best = results(
        hits,
        library.texts_by_slug(hit.reading.group for hit in hits),
        present=library.passages_by_id(hit.reading.id for hit in hits),
        limit=RESULTS,
    )
    shown = items(session, actor, library, [result.record for result in best])
    return SearchPage(
        asked=asked,
        facets=facets(library, asked, first_language),
        results=list(zip(shown, best, strict=True)),
        cut=cut,
        clear=url_for(".browse", q=asked.q),
    )


def facets(library: Library, asked: shelf.Asked, first_language: str) -> list[shelf.Facet]:
    lang, here = languages.current(), url_for(".browse")

    def made() -> list[shelf.Facet]:
        return shelf.facets(
            asked,
            library.facets(shelf.text_filter(asked, first_language=first_language)),
            themes=library.themes(),
            roles=library.roles(),
            lang=lang,
            address=lambda query: url_for(".browse", **query),
        )

    if asked.q:  # of somebody's own words nothing is kept
        return made()
    return unchanged.of(library).get(("facets", asked, first_language, lang, here), made)


def items(
    session: Session, actor: Actor, library: Library, records: Sequence[TextRecord]
) -> list[Item]:
    """Records with what a list says of them; one query for all deeds."""
    kept, lang, root = unchanged.of(library), languages.current(), request.script_root
    deeds = store.deeds_of(session, actor, groups=[r.slug for r in records])
    items = []
    for r in records:
        item = kept.get(("item", r.slug, lang, root), partial(_item, library, kept, r, lang))
        if r.slug in deeds:
            done = deeds[r.slug]
            item = replace(item, read="read" in done, saved="saved" in done)
        items.append(item)
    return items


def _item(library: Library, kept: unchanged.Unchanged, record: TextRecord, lang: str) -> Item:
    """A text as it is listed, of whom nobody is known to have read it."""
    versions = library.texts_by_slug(record.versions) if record.versions else {}
    return Item(
        record=record,
        url=url_for("readings.read", slug=record.slug),
        minutes=shapes.minutes(record.minutes),
        level=labels.level(record.level),
        themes=labels.named(record.themes, kept.get("themes", library.themes), lang),
        versions=[versions[v] for v in record.versions if v in versions],
        read=False,
        saved=False,
    )
