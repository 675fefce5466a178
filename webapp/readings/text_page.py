"""What the page of a text shows: its words, where the member was, where one may go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import structlog
from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from corpus.library import Library
from corpus.records import TextRecord
from corpus.texts import Passage
from models.text_model import ModelError
from recommender import RecommenderError, related
from webapp import languages, pages, shapes
from webapp.access import Actor
from webapp.readings import labels, outline, store, within
from webapp.readings.library_page import Item, items
from webapp.readings.rights import one_passage_at_a_time
from webapp.resources import Resources

log = structlog.get_logger("xinde.readings")

TEXT_SIZES = ("small", "medium", "large", "larger")
RELATED = 3
CITING = 10


@dataclass(frozen=True)
class Neighbour:
    """Another text that this one leads to."""

    url: str
    title: str
    author: str
    minutes: int
    lang: str
    language: str
    heading: str = ""


@dataclass(frozen=True)
class OnePassage:
    """How a text is shown of which only a passage at a time may be."""

    number: int  # of the passage that is shown, from 1
    of: int
    moved: bool  # another was asked for, and is no longer there
    query: str
    found: list[within.Found]


@dataclass(frozen=True)
class ReadPage(pages.Page):
    template: ClassVar[str] = "readings/read.html"

    item: Item
    pieces: list[outline.Piece]
    contents: list[outline.Heading]
    place: tuple[str, str] | None  # address and name of where the member was
    size: str
    sizes: list[tuple[str, str]]
    roles: list[tuple[str, str]]
    before: Neighbour | None
    after: Neighbour | None
    versions: list[Neighbour]
    related: list[Neighbour]
    citing: list[Any]  # reflections.store.Shown
    cited: dict[str, int]  # passages that pieces cite which the member may read, with how many
    source: str  # how the text is named under a quotation
    desk: str | None  # where an organizer keeps this text
    only: OnePassage | None = None

    @property
    def record(self) -> TextRecord:
        return self.item.record

    def link(self, heading: outline.Heading) -> str:
        """Where a heading of the contents leads."""
        if self.only is None:
            return f"#{heading.anchor}"
        return url_for("readings.read", slug=self.record.slug, p=heading.tail)


@dataclass(frozen=True)
class WithdrawnPage(pages.Page):
    template: ClassVar[str] = "readings/withdrawn.html"

    title: str
    lang: str
    versions: list[Neighbour]
    desk: str | None  # where an organizer can restore it


def withdrawn(actor: Actor, library: Library, record: TextRecord) -> WithdrawnPage:
    return WithdrawnPage(
        record.title,
        labels.html_lang(record.language, record.script),
        other_versions(library, record),
        desk(actor, record),
    )


def read(
    session: Session,
    actor: Actor,
    resources: Resources,
    record: TextRecord,
    *,
    size: str,
    asked: str = "",
    query: str = "",
) -> ReadPage:
    """The page of a text. Of one that is shown a passage at a time: the passage
    `asked` for (what follows the slash in its id), and what `query` finds in it."""
    library = resources.library
    passages = library.passages(record.slug)
    pieces = outline.pieces(passages)
    contents = outline.contents(pieces)
    only = None
    if record.rights == "passages" and passages:
        at = next((i for i, p in enumerate(passages) if outline.tail(p.id) == asked), None)
        shown = at or 0
        only = OnePassage(
            number=shown + 1,
            of=len(passages),
            moved=bool(asked) and at is None,
            query=query,
            found=within.found(passages, query),
        )
        pieces = [outline.alone(passages[shown])]
    item = items(session, actor, library, [record])[0]
    before, after = series_neighbours(library, record)
    names = size_names()
    return ReadPage(
        item=item,
        pieces=pieces,
        contents=contents,
        place=None if item.read else place(passages, store.place(session, actor, record.slug)),
        size=size,
        sizes=[(size, names[size]) for size in TEXT_SIZES],
        roles=labels.named(record.roles, library.roles(), languages.current()),
        before=before,
        after=after,
        versions=other_versions(library, record),
        related=related_texts(resources, record, passages[0].id) if passages else [],
        citing=citing(session, actor, record.slug),
        cited=cited(session, actor, record.slug),
        source=source_line(record),
        desk=desk(actor, record),
        only=only,
    )


def desk(actor: Actor, record: TextRecord) -> str | None:
    return url_for("texts.text", slug=record.slug) if actor.organizer else None


def neighbour(record: TextRecord, *, at: Passage | None = None) -> Neighbour:
    return Neighbour(
        url=shapes.reading_url(at.id if at else record.slug),
        title=record.title,
        author=record.author,
        minutes=record.minutes,
        lang=labels.html_lang(record.language, record.script),
        language=labels.language(record.language),
        heading=at.path[-1] if at and at.path else "",
    )


def other_versions(library: Library, record: TextRecord) -> list[Neighbour]:
    return [neighbour(r) for r in library.texts_by_slug(record.versions).values()]


def series_neighbours(
    library: Library, record: TextRecord
) -> tuple[Neighbour | None, Neighbour | None]:
    """The texts before and after this one in its series, in its language."""
    if not record.series:
        return None, None
    texts = [r for r in library.series(record.series) if r.language == record.language]
    at = next((i for i, r in enumerate(texts) if r.slug == record.slug), None)
    if at is None:
        return None, None
    return (
        neighbour(texts[at - 1]) if at else None,
        neighbour(texts[at + 1]) if at + 1 < len(texts) else None,
    )


def related_texts(resources: Resources, record: TextRecord, passage_id: str) -> list[Neighbour]:
    """Passages of other texts near this one. Passages only: what members wrote
    has its own list, which asks who may read it.

    A text is read without them where the index or the model is out of order.
    """
    try:
        hits = related(resources.index, passage_id, kinds={"passage"}, limit=RELATED * 3)
    except (RecommenderError, ModelError) as problem:
        log.warning("no related readings", problem=str(problem))
        return []
    own = {record.slug, *record.versions}
    texts = resources.library.texts_by_slug(hit.reading.group for hit in hits)
    passages = resources.library.passages_by_id(hit.reading.id for hit in hits)
    return [
        neighbour(texts[hit.reading.group], at=passages[hit.reading.id])
        for hit in hits
        if hit.reading.group in texts.keys() - own and hit.reading.id in passages
    ][:RELATED]


def citing(session: Session, actor: Actor, slug: str) -> list[Any]:
    from webapp.reflections import browsing

    return list(browsing.citing(session, actor, slug, CITING))


def cited(session: Session, actor: Actor, slug: str) -> dict[str, int]:
    from webapp.reflections import browsing

    return browsing.cited_passages(session, actor, slug)


def place(passages: Sequence[Passage], kept: str | None) -> tuple[str, str] | None:
    """Address and name of the passage `kept`, if that is further than the beginning."""
    passage = next((p for p in passages[1:] if p.id == kept), None)
    if passage is None:
        return None
    address = f"#p-{outline.tail(passage.id)}"
    if one_passage_at_a_time(passage.text_slug):
        address = shapes.reading_url(passage.id)
    return address, outline.place_name(passage)


def source_line(record: TextRecord) -> str:
    """How a quotation names its source: author, title and year, in the text's own manner."""
    if record.language == "zh":
        year = f"（{record.year}）" if record.year else ""
        return "，".join(part for part in (record.author, f"《{record.title}》{year}") if part)
    year = f" ({record.year})" if record.year else ""
    return ", ".join(part for part in (record.author, f"“{record.title}”{year}") if part)


def size_names() -> dict[str, str]:
    return {
        "small": _("Small letters"),
        "medium": _("Medium letters"),
        "large": _("Large letters"),
        "larger": _("Very large letters"),
    }
