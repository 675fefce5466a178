"""Pages of reflections: writing and submitting them, and reading those of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import structlog
from flask import Blueprint, abort, flash, g, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from corpus.library import Library
from recommender import RecommenderError, related, search
from recommender.readings import Hit, ReadingFilter
from webapp import clock, languages, pages, shapes
from webapp.access import needs
from webapp.community import db
from webapp.ids import new_id
from webapp.jobs import queue, reconcile
from webapp.readings import store as deeds
from webapp.reflections import (
    actions,
    citable,
    citations,
    found,
    lifecycle,
    sent,
    store,
    versions,
    wording,
)
from webapp.reflections.actions import Hindered, Stale, Unknown
from webapp.reflections.editor import Editor, saved_label
from webapp.reflections.store import MineRow, Readers, Shown
from webapp.reflections.tables import Reflection
from webapp.resources import resources

bp = Blueprint("reflections", __name__)
log = structlog.get_logger("xinde.reflections")

ON_A_PAGE = 20
QUERY_LIMIT = 300
CLOSE = 30  # candidates by meaning; some may no longer be open to the reader
CLOSE_SHOWN = 8
ALWAYS_SHOWN = 3
RELATED = 4
REFLECTIONS = ReadingFilter(kinds=frozenset({"reflection"}))

Answer = tuple[str, int] | Response


# Browsing


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
    after = _mark()
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


def _mark() -> store.Mark | None:
    """Where the page before ended; a mark that is none is a 400."""
    raw = request.args.get("after", "")
    if not raw:
        return None
    mark = store.mark_of(raw)
    if mark is None:
        abort(400)
    return mark


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


# Reading


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


# Writing


@dataclass(frozen=True)
class MinePage(pages.Page):
    template: ClassVar[str] = "reflections/mine.html"

    pieces: list[MineRow]
    next: str | None


@bp.get("/write/mine")
@needs("reflection.write")
def mine() -> Answer:
    rows = store.mine(db.session, g.actor, after=_mark(), limit=ON_A_PAGE + 1)
    shown = rows[:ON_A_PAGE]
    more = len(rows) > ON_A_PAGE
    mark = store.mark_text((shown[-1].updated_at, shown[-1].id)) if more else None
    return pages.render(MinePage(shown, mark))


@dataclass(frozen=True)
class EditorPage(pages.Page):
    template: ClassVar[str] = "reflections/editor.html"

    editor: Editor
    begun: tuple[str, str] | None = None  # id and title of a draft about the same text


@bp.get("/write")
@needs("reflection.write")
def start() -> Answer:
    """An empty editor, or one with the passage that was marked. Nothing is kept
    until something is written."""
    library = resources().library
    slug = pages.field(request.args, "text", limit=120)
    passage_id = pages.field(request.args, "passage", limit=160)
    quote = request.args.get("quote", "")[: citations.QUOTE_LIMIT]
    cited = citable.asked_for(library, passage_id, quote) if passage_id else None
    if cited:
        slug = cited.id.partition("/")[0]
    text = library.text(slug) if slug else None
    begun = store.draft_about(db.session, g.actor, text.slug) if text else None
    editor = _editor(
        None,
        body=cited.block if cited else "",
        about=(text.slug, text.title) if text else None,
    )
    return pages.render(EditorPage(editor, begun))


@bp.post("/write")
@needs("reflection.write")
def create() -> Any:
    """The first words of a new draft."""
    words = sent.words(new=True)
    try:
        started = actions.start(
            db.session,
            g.actor,
            key=words.key,
            title=words.title,
            body=words.body,
            text_slug=sent.about() or None,
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    if not request.is_json:
        return _go_on(started)
    piece = _own(started)
    return jsonify(
        **said_of_saved(actions.Saved(piece.id, piece.version, piece.updated_at)),
        save_url=url_for(".save", reflection_id=piece.id),
        edit_url=url_for(".edit", reflection_id=piece.id),
    ), 201


@bp.get("/reflections/<reflection_id>/edit")
@needs("reflection.write")
def edit(reflection_id: str) -> Answer:
    return pages.render(EditorPage(_editor(_own(reflection_id))))


@bp.route("/reflections/<reflection_id>/draft", methods=["PUT", "POST"])
@needs("reflection.write")
def save(reflection_id: str) -> Any:
    """Keep the draft. 409 with the other words when it was changed elsewhere."""
    words = sent.words(new=False)
    try:
        saved = actions.save(
            db.session,
            g.actor,
            reflection_id,
            title=words.title,
            body=words.body,
            base_version=words.base_version,
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    except Stale as other:
        if request.is_json:
            return _stale_json(words.base_version, other), 409
        return _conflict(reflection_id, words.title, words.body, other)
    if request.is_json:
        return jsonify(said_of_saved(saved))
    return _go_on(saved.id)


@dataclass(frozen=True)
class ConflictPage(pages.Page):
    template: ClassVar[str] = "reflections/conflict.html"

    heading: str
    settle_url: str
    version: int
    mine_title: str
    mine: str
    theirs_title: str
    theirs: str
    saved_at: str
    difference: list[versions.Stretch]
    has_versions: bool = True


@bp.post("/reflections/<reflection_id>/settle")
@needs("reflection.write")
def settle(reflection_id: str) -> Answer:
    """End a conflict: keep these words, the other words, or both."""
    form = request.form
    title = sent.line(form, "title", limit=lifecycle.TITLE_LIMIT)
    body, base = sent.text(form, "body"), sent.version(form)
    piece = _own(reflection_id)
    if piece.version != base:
        stale = Stale(piece.version, piece.title, piece.body, piece.updated_at)
        return _conflict(reflection_id, title, body, stale)
    kept = kept_words(form.get("keep", ""), (title, body), (piece.title, piece.body))
    try:
        actions.settle(
            db.session,
            g.actor,
            reflection_id,
            title=kept[0],
            body=kept[1],
            other_title=title,
            other_body=body,
            base_version=base,
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    except Stale as other:
        return _conflict(reflection_id, title, body, other)
    flash(_("Kept. What was set aside is among the versions."))
    return redirect(url_for(".edit", reflection_id=reflection_id, settled=1), 303)


def kept_words(choice: str, mine: tuple[str, str], theirs: tuple[str, str]) -> tuple[str, str]:
    if choice == "mine":
        return mine
    if choice == "theirs":
        return theirs
    if choice != "both":
        abort(400)
    both = f"{theirs[1].rstrip()}\n\n---\n\n{mine[1].lstrip()}"
    if len(both) > sent.SAVE_LIMIT:
        raise pages.BadField("body", sent.SAVE_LIMIT, len(both))
    return theirs[0] or mine[0], both


@bp.post("/write/preview")
@needs("reflection.write")
def preview() -> Any:
    """The draft as readers will see it. Nothing is kept."""
    return jsonify(html=str(shapes.prose(sent.text(sent.json_object(), "body"))))


@bp.get("/write/passages")
@needs("library.read")
def passages() -> Any:
    """Passages that can be cited: those of a text, or those that a search finds."""
    query = pages.field(request.args, "q", limit=citable.QUERY_LIMIT)
    slug = pages.field(request.args, "text", limit=120)
    library = resources().library
    if query:
        try:
            listed = citable.found(library, resources().index, resources().model, query)
        except RecommenderError as problem:
            log.warning("no search for passages", problem=str(problem))
            return jsonify(message=_("The search is not ready just now. Try again later.")), 409
    else:
        listed = citable.of_text(library, slug) if slug else []
    return jsonify(
        passages=[
            {
                "id": c.id,
                "source": c.source,
                "quote": c.quote,
                "block": c.block,
                "lang": languages.HTML_LANG.get(c.language, "en"),
            }
            for c in listed
        ]
    )


def _own(reflection_id: str) -> Reflection:
    piece = store.own(db.session, g.actor, reflection_id)
    if piece is None:
        abort(404)
    return piece


def _editor(
    piece: Reflection | None, *, body: str = "", about: tuple[str, str] | None = None
) -> Editor:
    if piece is not None and piece.text_slug:
        about = (piece.text_slug, piece.text_title or piece.text_slug)
    return Editor(
        kind="reflection",
        id=piece.id if piece else None,
        member=str(g.actor.member),
        key=new_id(),
        title=piece.title if piece else "",
        body=piece.body if piece else body,
        version=piece.version if piece else 0,
        saved_at=piece.updated_at if piece else None,
        save_url=url_for(".save", reflection_id=piece.id) if piece else None,
        create_url=url_for(".create"),
        preview_url=url_for(".preview"),
        passages_url=url_for(".passages"),
        about_slug=about[0] if about else None,
        about_title=about[1] if about else None,
        status=piece.status if piece else "draft",
        settled=request.args.get("settled") == "1",
    )


def said_of_saved(saved: actions.Saved) -> dict[str, Any]:
    return {
        "id": saved.id,
        "version": saved.version,
        "saved_at": saved.at.isoformat(),
        "label": saved_label(saved.at),
    }


def _stale_json(yours: int, other: Stale) -> Response:
    return jsonify(yours=yours, version=other.version, title=other.title, body=other.body)


def _go_on(reflection_id: str) -> Response:
    """Where the button that was pressed leads."""
    if request.form.get("then") == "submit":
        return redirect(url_for(".submit", reflection_id=reflection_id), 303)
    flash(_("Saved."))
    return redirect(url_for(".edit", reflection_id=reflection_id), 303)


def _conflict(reflection_id: str, title: str, body: str, other: Stale) -> Answer:
    return pages.render(
        ConflictPage(
            heading=other.title or title,
            settle_url=url_for(".settle", reflection_id=reflection_id),
            version=other.version,
            mine_title=title,
            mine=body,
            theirs_title=other.title,
            theirs=other.body,
            saved_at=shapes.ago(other.saved_at),
            difference=versions.difference(other.body, body),
        ),
        409,
    )


# Versions


@dataclass(frozen=True)
class VersionsPage(pages.Page):
    template: ClassVar[str] = "reflections/versions.html"

    id: str
    title: str
    updated_at: Any
    versions: list[store.VersionRow]


@bp.get("/reflections/<reflection_id>/versions")
@needs("reflection.write")
def kept_versions(reflection_id: str) -> Answer:
    piece = _own(reflection_id)
    return pages.render(
        VersionsPage(piece.id, piece.title, piece.updated_at, store.versions(db.session, piece))
    )


@dataclass(frozen=True)
class ComparePage(pages.Page):
    template: ClassVar[str] = "reflections/compare.html"

    id: str
    version_id: str
    title: str
    version_title: str
    at: Any
    difference: list[versions.Stretch]

    @property
    def same(self) -> bool:
        return all(stretch.kind == "same" for stretch in self.difference)


@bp.get("/reflections/<reflection_id>/versions/<version_id>")
@needs("reflection.write")
def compare(reflection_id: str, version_id: str) -> Answer:
    piece = _own(reflection_id)
    kept = store.version(db.session, piece, version_id)
    if kept is None:
        abort(404)
    return pages.render(
        ComparePage(
            id=piece.id,
            version_id=kept.id,
            title=piece.title,
            version_title=kept.title,
            at=kept.at,
            difference=versions.difference(kept.body, piece.body),
        )
    )


@bp.post("/reflections/<reflection_id>/versions/<version_id>/restore")
@needs("reflection.write")
def restore(reflection_id: str, version_id: str) -> Answer:
    try:
        actions.restore(db.session, g.actor, reflection_id, version_id, now=clock.now())
    except Unknown:
        abort(404)
    flash(_("Restored. What it replaced is among the versions."))
    return redirect(url_for(".edit", reflection_id=reflection_id), 303)


# Submitting and after


@dataclass(frozen=True)
class AudienceChoices:
    """Who would be able to read, for each choice, as it is now."""

    units: list[Readers]
    everybody: int
    chosen: str  # "unit:<id>", "organisation", "anonymous" or ""


@dataclass(frozen=True)
class SubmitPage(pages.Page):
    template: ClassVar[str] = "reflections/submit.html"

    id: str
    key: str
    version: int
    title: str
    body: str
    language: str
    about_title: str | None
    status: str
    choices: AudienceChoices
    obstacle: str = ""
    title_limit: int = lifecycle.TITLE_LIMIT

    @property
    def lang(self) -> str:
        return languages.HTML_LANG.get(self.language, "en")


@bp.get("/reflections/<reflection_id>/submit")
@needs("reflection.write")
def submit(reflection_id: str) -> Answer:
    piece = _own(reflection_id)
    if not piece.body.strip():
        flash(said_of("empty"), "error")
        return redirect(url_for(".edit", reflection_id=reflection_id))
    return pages.render(_submit_page(piece))


@bp.post("/reflections/<reflection_id>/submit")
@needs("reflection.write")
def send(reflection_id: str) -> Answer:
    audience, unit = _chosen()
    key, version = sent.form_key(), sent.version(request.form, "version")
    title = pages.field(request.form, "title", limit=lifecycle.TITLE_LIMIT)
    try:
        actions.submit(
            db.session,
            g.actor,
            reflection_id,
            key=key,
            draft_version=version,
            title=title,
            audience=audience,
            unit_id=unit,
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    except Stale:
        changed = _(
            "The draft was changed elsewhere since you opened this page. Look at it as it is now, then submit."
        )
        return pages.render(replace(_submit_page(_own(reflection_id)), obstacle=changed), 409)
    except Hindered as problem:
        page = _submit_page(_own(reflection_id))
        return pages.render(replace(page, obstacle=said_of(problem.obstacle)), 422)
    _look_again(reflection_id)
    flash(_("Submitted. You can change who may read it, or withdraw it, at any time."))
    return redirect(url_for(".show", reflection_id=reflection_id), 303)


def _chosen() -> tuple[str | None, str | None]:
    """Audience and unit from the one choice of the form."""
    audience, _colon, unit = request.form.get("audience", "")[:80].partition(":")
    return audience or None, unit or None


def _submit_page(piece: Reflection) -> SubmitPage:
    return SubmitPage(
        id=piece.id,
        key=new_id(),
        version=piece.version,
        title=piece.title or wording.proposed_title(piece.body),
        body=piece.body,
        language=piece.language,
        about_title=piece.text_title,
        status=piece.status,
        choices=_choices(piece),
    )


def _choices(piece: Reflection) -> AudienceChoices:
    chosen = piece.audience or ""
    if chosen == "unit":
        chosen = f"unit:{piece.unit_id}"
    return AudienceChoices(
        units=store.readers_of_units(db.session, g.actor),
        everybody=store.member_count(db.session, g.actor.organisation),
        chosen=chosen,
    )


def said_of(obstacle: lifecycle.Obstacle) -> str:
    """What stands in the way of submitting, and the cure."""
    return {
        "empty": _("There is nothing to submit yet. Write something first."),
        "no_title": _("Give it a title, so that others know what it is about."),
        "too_long": _(
            "It is longer than %(limit)s characters. Shorten it, or make two reflections of it; the draft is safe.",
            limit=lifecycle.BODY_LIMIT,
        ),
        "no_audience": _("Choose who may read it."),
        "no_unit": _("Choose which unit may read it."),
        "not_your_unit": _("You are not a member of that unit now. Choose another audience."),
    }[obstacle]


@dataclass(frozen=True)
class AudiencePage(pages.Page):
    template: ClassVar[str] = "reflections/audience.html"

    id: str
    title: str
    choices: AudienceChoices
    obstacle: str = ""


@bp.route("/reflections/<reflection_id>/audience", methods=["GET", "POST"])
@needs("reflection.write")
def audience(reflection_id: str) -> Answer:
    """Change who may read a submitted piece."""
    piece = _own(reflection_id)
    if piece.status != "submitted":
        abort(404)
    if request.method == "GET":
        return pages.render(AudiencePage(piece.id, piece.published_title, _choices(piece)))
    wanted, unit = _chosen()
    try:
        actions.change_audience(
            db.session,
            g.actor,
            reflection_id,
            audience=wanted,
            unit_id=unit,
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    except Hindered as problem:
        obstacle = said_of(problem.obstacle)
        piece = _own(reflection_id)
        page = AudiencePage(piece.id, piece.published_title, _choices(piece), obstacle)
        return pages.render(page, 422)
    _look_again(reflection_id)
    flash(_("Changed. It holds from now on, everywhere."))
    return redirect(url_for(".show", reflection_id=reflection_id), 303)


@dataclass(frozen=True)
class ConfirmPage(pages.Page):
    template: ClassVar[str] = "reflections/confirm.html"

    what: str  # withdraw | delete
    id: str
    title: str
    status: str


@bp.route("/reflections/<reflection_id>/withdraw", methods=["GET", "POST"])
@needs("reflection.write")
def withdraw(reflection_id: str) -> Answer:
    piece = _own(reflection_id)
    if piece.status == "draft":
        abort(404)
    if request.method == "GET":
        return pages.render(ConfirmPage("withdraw", piece.id, piece.published_title, piece.status))
    try:
        actions.withdraw(db.session, g.actor, reflection_id, now=clock.now())
    except Unknown:
        abort(404)
    _look_again(reflection_id)
    flash(_("Withdrawn. Nobody but you can read it now."))
    return redirect(url_for(".mine"), 303)


@bp.route("/reflections/<reflection_id>/delete", methods=["GET", "POST"])
@needs("reflection.write")
def delete(reflection_id: str) -> Answer:
    piece = _own(reflection_id)
    if request.method == "GET":
        return pages.render(ConfirmPage("delete", piece.id, piece.title, piece.status))
    if piece.status == "withdrawn" and piece.indexed_version != piece.published_version:
        # its words leave the shared index before the row that names them is gone
        reconcile.reflection(g.actor.organisation, reflection_id)
    try:
        deleted = actions.delete(db.session, g.actor, reflection_id)
    except Unknown:
        abort(404)
    if not deleted:
        page = ConfirmPage("delete", piece.id, piece.title, piece.status)
        return pages.render(page, 409)
    flash(_("Deleted."))
    return redirect(url_for(".mine"), 303)


def _look_again(reflection_id: str) -> None:
    """Ask for the index to follow. The change itself is kept already: what the
    queue does not take, the sweep finds."""
    try:
        queue.look_again(g.actor.organisation, reflection_id)
    except Exception as problem:
        log.error("job not enqueued", reflection=reflection_id, problem=str(problem))
