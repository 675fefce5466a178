"""The editor of reflections: drafts, autosave, conflicts, quotations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask import abort, flash, g, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from recommender import RecommenderError
from webapp import clock, languages, pages, shapes
from webapp.access import needs
from webapp.answers import store as answers
from webapp.answers.counting import Counted, counts_as_study
from webapp.coach.panel import Panel, beside
from webapp.community import db
from webapp.goals import opening as goal_opening
from webapp.goals import origins
from webapp.goals import store as goals
from webapp.goals.tables import Goal
from webapp.ids import new_id
from webapp.reflections import (
    actions,
    citable,
    citations,
    experiences_cited,
    genres,
    lifecycle,
    sent,
    store,
    versions,
)
from webapp.reflections.actions import Stale, Unknown
from webapp.reflections.editor import (
    ConflictPage,
    Editor,
    kept_words,
    said_of_saved,
    stale_json,
)
from webapp.reflections.genres import Genre
from webapp.reflections.store import MineRow
from webapp.reflections.tables import Reflection
from webapp.reflections.views.blueprint import ON_A_PAGE, Answer, bp, log, mark_of_page, own
from webapp.resources import resources

NEAREST = 3  # passages that stand before the experiences that can be cited


@dataclass(frozen=True)
class MinePage(pages.Page):
    template: ClassVar[str] = "reflections/mine.html"

    pieces: list[MineRow]
    next: str | None
    counted: dict[str, Counted]  # of each piece, whether it counts as study, and why


@bp.get("/write/mine")
@needs("reflection.write")
def mine() -> Answer:
    rows = store.mine(db.session, g.actor, after=mark_of_page(), limit=ON_A_PAGE + 1)
    shown = rows[:ON_A_PAGE]
    more = len(rows) > ON_A_PAGE
    mark = store.mark_text((shown[-1].updated_at, shown[-1].id)) if more else None
    answered = answers.answered(db.session, g.actor, [row.id for row in shown])
    counted = {
        row.id: counts_as_study(
            status=row.status, hidden=row.hidden, answers=answered.get(row.id, ())
        )
        for row in shown
    }
    return pages.render(MinePage(shown, mark, counted))


@dataclass(frozen=True)
class EditorPage(pages.Page):
    template: ClassVar[str] = "reflections/editor.html"

    editor: Editor
    coach: Panel
    begun: tuple[str, str] | None = None  # id and title of a draft about the same text

    @property
    def named(self) -> genres.Named:
        return genres.named(self.editor.genre)

    @property
    def headings(self) -> list[tuple[str, str]]:
        return genres.headings(self.editor.genre)

    @property
    def headings_text(self) -> str:
        return genres.as_markdown(self.editor.genre)


@bp.get("/write")
@needs("reflection.write")
def start() -> Answer:
    """An empty editor, or one with the passage that was marked. Nothing is kept
    until something is written."""
    library = resources().library
    slug = pages.field(request.args, "text", limit=120)
    passage_id = pages.field(request.args, "passage", limit=160)
    quote = request.args.get("quote", "")[: citations.QUOTE_LIMIT]
    genre, goal = _genre(), _goal()
    cited = citable.asked_for(library, passage_id, quote) if passage_id else None
    if cited:
        slug = cited.id.partition("/")[0]
    text = library.text(slug) if slug else None
    about = (text.slug, text.title) if text else None
    if goal is not None:
        about = about or origins.about_of(library, goal)
    begun = store.draft_about(db.session, g.actor, text.slug) if text and not goal else None
    body = (cited.block if cited else "") + (goal_opening.of(goal) if goal else "")
    if request.args.get("headings") == "1":
        body += genres.as_markdown(genre)
    editor = _editor(None, body=body, about=about, genre=genre, goal=goal)
    return pages.render(EditorPage(editor, _coach(None), begun))


@bp.post("/write")
@needs("reflection.write")
def create() -> Any:
    """The first words of a new draft."""
    words = sent.words(new=True)
    goal = _goal()
    try:
        started = actions.start(
            db.session,
            g.actor,
            key=words.key,
            title=words.title,
            body=words.body,
            text_slug=sent.about() or None,
            genre=_genre(),
            goal_id=goal.id if goal else None,
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    if not request.is_json:
        return _go_on(started)
    piece = own(started)
    return jsonify(
        **said_of_saved(actions.Saved(piece.id, piece.version, piece.updated_at)),
        save_url=url_for(".save", reflection_id=piece.id),
        edit_url=url_for(".edit", reflection_id=piece.id),
    ), 201


@bp.get("/reflections/<reflection_id>/edit")
@needs("reflection.write")
def edit(reflection_id: str) -> Answer:
    piece = own(reflection_id)
    return pages.render(EditorPage(_editor(piece), _coach(piece)))


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
            return stale_json(words.base_version, other), 409
        return _conflict(reflection_id, words.title, words.body, other)
    if request.is_json:
        return jsonify(said_of_saved(saved))
    return _go_on(saved.id)


@bp.post("/reflections/<reflection_id>/settle")
@needs("reflection.write")
def settle(reflection_id: str) -> Answer:
    """End a conflict: keep these words, the other words, or both."""
    form = request.form
    title = sent.line(form, "title", limit=lifecycle.TITLE_LIMIT)
    body, base = sent.text(form, "body"), sent.version(form)
    piece = own(reflection_id)
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
            index, model = resources().index, resources().model
            listed = citable.found(library, index, model, query)
            told = experiences_cited.found(db.session, g.actor, index, model, query)
            listed[NEAREST:NEAREST] = told
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


def _genre() -> Genre:
    """Of which kind a new piece is to be, from the address."""
    asked = pages.field(request.args, "genre", limit=16)
    genre = genres.as_genre(asked or "reflection")
    if genre is None:
        abort(404)
    return genre


def _goal() -> Goal | None:
    """The own goal about which a new piece is written, from the address."""
    asked = pages.field(request.args, "goal", limit=32)
    goal = goals.own(db.session, g.actor, asked) if asked else None
    if asked and goal is None:
        abort(404)
    return goal


def _editor(
    piece: Reflection | None,
    *,
    body: str = "",
    about: tuple[str, str] | None = None,
    genre: Genre = "reflection",
    goal: Goal | None = None,
) -> Editor:
    new: dict[str, Any] = {
        "genre": genre if genre != "reflection" else None,
        "goal": goal.id if goal else None,
    }
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
        create_url=url_for(".create", **new),
        preview_url=url_for(".preview"),
        passages_url=url_for(".passages"),
        about_slug=about[0] if about else None,
        about_title=about[1] if about else None,
        status=piece.status if piece else "draft",
        genre=piece.genre if piece else genre,
        goal_id=goal.id if goal else None,
        settled=request.args.get("settled") == "1",
    )


def _coach(piece: Reflection | None) -> Panel:
    asked = request.args.get("coach") == "1"
    return beside(db.session, g.actor, piece, resources(), asked=asked, today=clock.today())


def _go_on(reflection_id: str) -> Response:
    """Where the button that was pressed leads."""
    then = request.form.get("then", "")
    if then == "submit":
        return redirect(url_for(".submit", reflection_id=reflection_id), 303)
    if then.startswith("coach"):
        return redirect(
            url_for(".edit", reflection_id=reflection_id, coach=1, _anchor="coach"), 303
        )
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
