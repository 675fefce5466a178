"""The readings room: the library, a text on its page, saved readings, deeds."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import Blueprint, abort, current_app, flash, g, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from corpus.library import Library
from corpus.records import TextRecord
from corpus.texts import CorpusError
from recommender import related, search
from webapp import clock, languages, pages, shapes
from webapp.access import needs
from webapp.community import db
from webapp.members.addresses import local_path
from webapp.readings import actions, labels, outline, shelf, store
from webapp.readings.results import Result, results
from webapp.readings.which import group_of, well_formed, which
from webapp.resources import resources

bp = Blueprint("readings", __name__)

ON_A_PAGE = 24
QUERY_LIMIT = 2_000  # characters that are searched by; what is longer is an essay
HITS = 80
RESULTS = 20
TEXT_SIZES = ("small", "medium", "large", "larger")
SIZE_COOKIE = "text_size"


@dataclass(frozen=True)
class Item:
    """A text in a list."""

    record: TextRecord
    level: str
    themes: list[tuple[str, str]]  # id, name
    versions: list[TextRecord]
    read: bool
    saved: bool

    @property
    def lang(self) -> str:
        return labels.html_lang(self.record.language)

    @property
    def language(self) -> str:
        return labels.language(self.record.language)


def items(
    records: Sequence[TextRecord], library: Library, versions: dict[str, TextRecord]
) -> list[Item]:
    """Records with what a list says of them; one query for the member's deeds."""
    deeds = store.deeds_of(db.session, g.actor, groups=[r.slug for r in records])
    themes, lang = library.themes(), languages.current()
    return [
        Item(
            record=r,
            level=labels.level(r.level),
            themes=labels.named(r.themes, themes, lang),
            versions=[versions[v] for v in r.versions if v in versions],
            read="read" in deeds.get(r.slug, {}),
            saved="saved" in deeds.get(r.slug, {}),
        )
        for r in records
    ]


def versions_of(library: Library, records: Sequence[TextRecord]) -> dict[str, TextRecord]:
    return library.texts_by_slug(v for r in records for v in r.versions)


# The library


@dataclass(frozen=True)
class BrowsePage(pages.Page):
    template: ClassVar[str] = "readings/browse.html"

    asked: shelf.Asked
    facets: list[shelf.Facet]
    total: int
    items: list[Item]
    next: str | None
    first: bool  # the first page of the list
    clear: str  # the same without filters
    languages: ClassVar[Any] = staticmethod(labels.language)
    html_lang: ClassVar[Any] = staticmethod(labels.html_lang)

    @property
    def chosen(self) -> list[shelf.Choice]:
        return [c for facet in self.facets for c in facet.choices if c.chosen]


@dataclass(frozen=True)
class SearchPage(BrowsePage):
    template: ClassVar[str] = "readings/search.html"

    results: list[tuple[Item, Result]]
    cut: bool  # only the beginning of the words was searched by


@bp.get("/library")
@needs("library.read")
def browse() -> tuple[str, int]:
    words = " ".join(request.args.get("q", "").split())
    a = shelf.asked(request.args, q=words[:QUERY_LIMIT])
    if a.q:
        return pages.render(search_page(a, cut=len(words) > QUERY_LIMIT))
    return pages.render(browse_page(a, after=request.args.get("after")))


def browse_page(a: shelf.Asked, *, after: str | None) -> BrowsePage:
    library = resources().library
    shown: list[TextRecord] = []
    versions: dict[str, TextRecord] = {}
    mark = after
    while True:  # a page may hold nothing but second versions of other texts
        try:
            page = library.texts(shelf.text_filter(a), after=mark, limit=ON_A_PAGE)
        except CorpusError:
            if mark != after:
                raise
            abort(400)
        versions |= versions_of(library, page.items)
        shown += shelf.folded(page.items, versions, a, first_language=first_language())
        mark = page.next
        if mark is None or len(shown) >= ON_A_PAGE // 2:
            break
    return BrowsePage(
        asked=a,
        facets=facets(a, library),
        total=page.total,
        items=items(shown, library, versions),
        next=url_for(".browse", **a.query(), after=mark) if mark else None,
        first=after is None,
        clear=url_for(".browse"),
    )


def search_page(a: shelf.Asked, *, cut: bool) -> SearchPage:
    found = resources()
    hits = search(found.index, found.model, a.q, filter=shelf.reading_filter(a), limit=HITS)
    records = found.library.texts_by_slug(hit.reading.group for hit in hits)
    present = found.library.passages_by_id(hit.reading.id for hit in hits)
    best = results(hits, records, limit=RESULTS, present=present)
    shown = [result.record for result in best]
    return SearchPage(
        asked=a,
        facets=facets(a, found.library),
        total=len(best),
        items=[],
        next=None,
        first=True,
        clear=url_for(".browse", q=a.q),
        results=list(
            zip(items(shown, found.library, versions_of(found.library, shown)), best, strict=True)
        ),
        cut=cut,
    )


def facets(a: shelf.Asked, library: Library) -> list[shelf.Facet]:
    return shelf.facets(
        a,
        library.facets(shelf.text_filter(a)),
        themes=library.themes(),
        roles=library.roles(),
        lang=languages.current(),
        address=lambda query: url_for(".browse", **query),
    )


def first_language() -> str:
    reads = g.member.reads
    return str(reads[0]) if reads else languages.current()


# A text


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
class ReadPage(pages.Page):
    template: ClassVar[str] = "readings/read.html"

    item: Item
    pieces: list[outline.Piece]
    contents: list[outline.Heading]
    place: tuple[str, str] | None  # anchor and name of where the member was
    size: str
    sizes: list[tuple[str, str]]
    roles: list[tuple[str, str]]
    before: Neighbour | None
    after: Neighbour | None
    versions: list[Neighbour]
    related: list[Neighbour]
    citing: list[Any]
    source: str  # how the text is named under a quotation

    @property
    def record(self) -> TextRecord:
        return self.item.record


@dataclass(frozen=True)
class WithdrawnPage(pages.Page):
    template: ClassVar[str] = "readings/withdrawn.html"

    title: str
    lang: str
    versions: list[Neighbour]


@bp.get("/read/<slug>")
@needs("library.read")
def read(slug: str) -> tuple[str, int]:
    library = resources().library
    record = library.text(slug, withdrawn=True)
    if record is None:
        abort(404)
    versions = [neighbour(r) for r in library.texts_by_slug(record.versions).values()]
    if record.withdrawn:
        lang = labels.html_lang(record.language)
        return pages.render(WithdrawnPage(record.title, lang, versions), 410)
    passages = library.passages(slug)
    pieces = outline.pieces(passages)
    item = items([record], library, {})[0]
    before, after = series_neighbours(library, record)
    names = size_names()
    return pages.render(
        ReadPage(
            item=item,
            pieces=pieces,
            contents=outline.contents(pieces),
            place=None if item.read else place_in(slug, passages),
            size=text_size(),
            sizes=[(size, names[size]) for size in TEXT_SIZES],
            roles=labels.named(record.roles, library.roles(), languages.current()),
            before=before,
            after=after,
            versions=versions,
            related=related_texts(record, passages[0].id) if passages else [],
            citing=citing(slug),
            source=source_line(record),
        )
    )


def neighbour(record: TextRecord, *, anchor: str | None = None, heading: str = "") -> Neighbour:
    return Neighbour(
        url=url_for(".read", slug=record.slug, _anchor=anchor),
        title=record.title,
        author=record.author,
        minutes=record.minutes,
        lang=labels.html_lang(record.language),
        language=labels.language(record.language),
        heading=heading,
    )


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


def related_texts(record: TextRecord, passage_id: str, *, count: int = 3) -> list[Neighbour]:
    """Passages of other texts near this one, the member's languages first."""
    found = resources()
    hits = related(found.index, passage_id, kinds={"passage"}, limit=count * 3)
    own = {record.slug, *record.versions}
    texts = found.library.texts_by_slug(hit.reading.group for hit in hits)
    present = found.library.passages_by_id(hit.reading.id for hit in hits)
    shown = [
        (texts[hit.reading.group], present[hit.reading.id])
        for hit in hits
        if hit.reading.group in texts and hit.reading.group not in own and hit.reading.id in present
    ]
    return [
        neighbour(
            text,
            anchor=f"p-{outline.tail(passage.id)}",
            heading=passage.path[-1] if passage.path else "",
        )
        for text, passage in shown[:count]
    ]


def citing(slug: str) -> list[Any]:
    from webapp.reflections import store as reflections

    return list(reflections.citing(db.session, g.actor, slug, 10))


def place_in(slug: str, passages: Sequence[Any]) -> tuple[str, str] | None:
    """Where the member was, if that is further than the beginning."""
    kept = store.place(db.session, g.actor, slug)
    passage = next((p for p in passages[1:] if p.id == kept), None)
    if passage is None:
        return None
    return f"p-{outline.tail(passage.id)}", outline.place_name(passage)


def source_line(record: TextRecord) -> str:
    """How a quotation names its source: author, title and year."""
    title = f"《{record.title}》" if record.language == "zh" else f"“{record.title}”"
    parts = [record.author, title] if record.author else [title]
    comma = "，" if record.language == "zh" else ", "
    year = (
        (f"（{record.year}）" if record.language == "zh" else f" ({record.year})")
        if record.year
        else ""
    )
    return comma.join(parts) + year


def text_size() -> str:
    size = request.cookies.get(SIZE_COOKIE, "")
    return size if size in TEXT_SIZES else "medium"


def size_names() -> dict[str, str]:
    return {
        "small": _("Small"),
        "medium": _("Medium"),
        "large": _("Large"),
        "larger": _("Larger"),
    }


@bp.post("/text-size")
@needs("library.read")
def set_text_size() -> Response:
    """Keep the size of the letters in a cookie, so that the next page has it at once."""
    size = request.form.get("size", "")
    if size not in TEXT_SIZES:
        abort(400)
    answer = redirect(local_path(request.form.get("next")) or url_for(".browse"), 303)
    answer.set_cookie(
        SIZE_COOKIE,
        size,
        max_age=365 * 24 * 3600,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return answer


# What a member did


@bp.post("/readings/place")
@needs("deeds.own")
def place() -> tuple[Response, int]:
    """Remember the passage that the member is at."""
    sent = request.get_json()
    passage_id = sent.get("passage") if isinstance(sent, dict) else None
    if not well_formed(passage_id):
        abort(400)
    passage = resources().library.passage(passage_id)
    if passage is None:
        abort(404)
    actions.keep_place(db.session, g.actor, passage.text_slug, passage.id, now=clock.now())
    return jsonify(passage=passage.id), 200


@bp.post("/readings/deed")
@needs("deeds.own")
def deed() -> Response:
    """Mark a reading as read, saved or set aside, or take that back; as often as one likes."""
    reading, kind, taking_back = _deed_sent()
    if taking_back:
        group = group_of(reading)
        if not actions.undo(db.session, g.actor, group, kind):
            found = which(db.session, g.actor, resources().library, reading)
            if found is None:
                abort(404)
    else:
        found = which(db.session, g.actor, resources().library, reading)
        if found is None:
            abort(404)
        group = found.group
        actions.do(db.session, g.actor, found, kind, now=clock.now())
    if request.is_json:
        return jsonify(
            reading=reading,
            group=group,
            kind=kind,
            on=not taking_back,
            said=deed_said(kind, on=not taking_back),
            undo=_("Undo"),
        )
    flash(deed_said(kind, on=not taking_back))
    return redirect(local_path(request.form.get("next")) or shapes.reading_url(reading), 303)


def _deed_sent() -> tuple[str, str, bool]:
    """Reading id, kind and whether it is taken back, from a form or JSON; else 400."""
    sent: Any = request.get_json() if request.is_json else request.form
    if not hasattr(sent, "get"):
        abort(400)
    reading, kind = sent.get("reading"), sent.get("kind")
    if not isinstance(reading, str) or kind not in store.KINDS:
        abort(400)
    if not well_formed(reading):
        abort(404)
    return reading, str(kind), sent.get("undo") in (True, 1, "1", "true")


def deed_said(kind: str, *, on: bool) -> str:
    """What was just done, in words."""
    said = {
        ("read", True): _("Marked as read."),
        ("read", False): _("No longer marked as read."),
        ("saved", True): _("Saved."),
        ("saved", False): _("No longer saved."),
        ("set_aside", True): _("Set aside. It will not be suggested again."),
        ("set_aside", False): _("It may be suggested again."),
    }
    return said[kind, on]


# Saved and read


@dataclass(frozen=True)
class Kept:
    """A reading that the member saved, read or set aside."""

    reading: str
    kind: str
    url: str | None  # None when it can no longer be read
    title: str
    author: str
    minutes: int | None
    language: str
    lang: str
    heading: str
    at: dt.datetime


@dataclass(frozen=True)
class SavedPage(pages.Page):
    template: ClassVar[str] = "readings/saved.html"

    show: str
    counts: dict[str, int]
    kept: list[Kept]
    next: str | None
    first: bool


@bp.get("/saved")
@needs("deeds.own")
def saved() -> tuple[str, int]:
    show = request.args.get("show", "saved")
    if show not in store.KINDS:
        abort(404)
    after = _deed_mark(request.args.get("after"))
    rows = store.deeds_by_kind(db.session, g.actor, show, after=after, limit=ON_A_PAGE + 1)
    more, rows = len(rows) > ON_A_PAGE, rows[:ON_A_PAGE]
    return pages.render(
        SavedPage(
            show=show,
            counts=store.counts(db.session, g.actor),
            kept=kept(rows),
            next=url_for(".saved", show=show, after=_marked(rows[-1])) if more else None,
            first=after is None,
        )
    )


def kept(rows: Sequence[store.DeedRow]) -> list[Kept]:
    """Deeds with what may be shown of their readings now."""
    library = resources().library
    of_texts = [row for row in rows if not row.group.startswith("reflection/")]
    texts = library.texts_by_slug((row.group for row in of_texts), withdrawn=True)
    passages = library.passages_by_id(row.reading for row in of_texts)
    essays = _reflections(rows)
    shown = []
    for row in rows:
        record, passage = texts.get(row.group), passages.get(row.reading)
        if row.group.startswith("reflection/"):
            essay = essays.get(row.group.partition("/")[2])
            shown.append(
                _kept_reflection(row, essay)
                if essay
                else _gone(row, _("A reflection that is no longer open to you"))
            )
        elif record is None or record.withdrawn:
            title = record.title if record else _("A text that has left the library")
            shown.append(_gone(row, title))
        else:
            # A text that was marked on its own page is kept at its beginning.
            inside = passage is not None and passage.position > 0
            shown.append(
                Kept(
                    reading=row.reading,
                    kind=row.kind,
                    url=shapes.reading_url(row.reading if inside else row.group),
                    title=record.title,
                    author=record.author,
                    minutes=record.minutes,
                    language=labels.language(record.language),
                    lang=labels.html_lang(record.language),
                    heading=passage.path[-1] if inside and passage and passage.path else "",
                    at=row.at,
                )
            )
    return shown


def _reflections(rows: Sequence[store.DeedRow]) -> dict[str, Any]:
    """Those of the rows that are reflections which the member may still read, by id."""
    from webapp.reflections import store as reflections

    ids = [row.group.partition("/")[2] for row in rows if row.group.startswith("reflection/")]
    return reflections.readable_among(db.session, g.actor, ids)


def _kept_reflection(row: store.DeedRow, found: Any) -> Kept:
    return Kept(
        reading=row.reading,
        kind=row.kind,
        url=shapes.reading_url(row.group),
        title=found.title,
        author=found.author or _("A member"),
        minutes=found.minutes,
        language=labels.language(found.language),
        lang=labels.html_lang(found.language),
        heading="",
        at=row.at,
    )


def _gone(row: store.DeedRow, title: str) -> Kept:
    lang = labels.html_lang(languages.current())
    return Kept(row.reading, row.kind, None, title, "", None, "", lang, "", row.at)


def _marked(row: store.DeedRow) -> str:
    return base64.urlsafe_b64encode(f"{row.at.isoformat()} {row.id}".encode()).decode().rstrip("=")


def _deed_mark(mark: str | None) -> tuple[dt.datetime, str] | None:
    if mark is None:
        return None
    try:
        at, last = base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)).decode().split(" ")
        moment = dt.datetime.fromisoformat(at)
        if moment.tzinfo is not None and well_formed(last):
            return moment.astimezone(dt.UTC), last
    except (ValueError, OverflowError, binascii.Error):
        pass
    abort(400)
