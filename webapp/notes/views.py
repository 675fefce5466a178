"""Pages of notes: a member's private journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask import Blueprint, abort, flash, g, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from corpus.texts import CorpusError
from webapp import clock, pages, shapes
from webapp.access import needs
from webapp.community import db
from webapp.ids import new_id
from webapp.notes import actions, store
from webapp.notes.store import NoteRow
from webapp.notes.tables import Note
from webapp.reflections import actions as reflections
from webapp.reflections import citable, citations, sent, versions
from webapp.reflections import store as reflections_store
from webapp.reflections.actions import Stale, Unknown
from webapp.reflections.editor import ConflictPage, Editor, kept_words, said_of_saved, stale_json
from webapp.reflections.lifecycle import TITLE_LIMIT
from webapp.resources import library

bp = Blueprint("notes", __name__)

ON_A_PAGE = 30
QUERY_LIMIT = 200

Answer = tuple[str, int] | Response


@dataclass(frozen=True)
class NotesPage(pages.Page):
    template: ClassVar[str] = "notes/index.html"

    notes: list[NoteRow]
    query: str
    next: str | None


@bp.get("/notes")
@needs("note.own")
def index() -> Answer:
    query = pages.field(request.args, "q", limit=QUERY_LIMIT)
    after = None
    if raw := request.args.get("after", ""):
        after = reflections_store.mark_of(raw)
        if after is None:
            abort(400)
    rows = store.mine(db.session, g.actor, query=query, after=after, limit=ON_A_PAGE + 1)
    shown = rows[:ON_A_PAGE]
    more = len(rows) > ON_A_PAGE
    return pages.render(
        NotesPage(shown, query, reflections_store.mark_text(shown[-1].mark) if more else None)
    )


@dataclass(frozen=True)
class NotePage(pages.Page):
    template: ClassVar[str] = "notes/editor.html"

    editor: Editor


@bp.get("/notes/new")
@needs("note.own")
def new() -> Answer:
    """An empty note, or one with the passage that was marked. Nothing is kept until
    something is written."""
    slug = pages.field(request.args, "text", limit=120)
    passage_id = pages.field(request.args, "passage", limit=160)
    quote = request.args.get("quote", "")[: citations.QUOTE_LIMIT]
    cited = citable.asked_for(library(), passage_id, quote) if passage_id else None
    if cited:
        slug = cited.id.partition("/")[0]
    text = library().text(slug) if slug else None
    return pages.render(
        NotePage(_editor(None, cited.block if cited else "", text.slug if text else None))
    )


@bp.post("/notes/new")
@needs("note.own")
def create() -> Any:
    words = sent.words(new=True)
    slug = sent.about()
    text = library().text(slug) if slug else None
    try:
        saved = actions.start(
            db.session,
            g.actor,
            key=words.key,
            title=words.title,
            body=words.body,
            text_slug=text.slug if text else None,
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    if request.is_json:
        return jsonify(
            **said_of_saved(saved),
            save_url=url_for(".save", note_id=saved.id),
            edit_url=url_for(".edit", note_id=saved.id),
        ), 201
    flash(_("Saved."))
    return redirect(url_for(".edit", note_id=saved.id), 303)


@bp.get("/notes/<note_id>")
@needs("note.own")
def edit(note_id: str) -> Answer:
    return pages.render(NotePage(_editor(_own(note_id))))


@bp.route("/notes/<note_id>/draft", methods=["PUT", "POST"])
@needs("note.own")
def save(note_id: str) -> Any:
    """Keep the note. 409 with the other words when it was changed elsewhere."""
    words = sent.words(new=False)
    try:
        saved = actions.save(
            db.session,
            g.actor,
            note_id,
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
        return _conflict(note_id, words.title, words.body, other)
    if request.is_json:
        return jsonify(said_of_saved(saved))
    flash(_("Saved."))
    return redirect(url_for(".edit", note_id=note_id), 303)


@bp.post("/notes/<note_id>/settle")
@needs("note.own")
def settle(note_id: str) -> Answer:
    """End a conflict: keep these words, the other words, or both."""
    title = sent.line(request.form, "title", limit=TITLE_LIMIT)
    body, base = sent.text(request.form, "body"), sent.version(request.form)
    note = _own(note_id)
    kept = kept_words(request.form.get("keep", ""), (title, body), (note.title, note.body))
    try:
        if note.version != base:
            raise Stale(note.version, note.title, note.body, note.updated_at)
        actions.save(
            db.session,
            g.actor,
            note_id,
            title=kept[0],
            body=kept[1],
            base_version=base,
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    except Stale as other:
        return _conflict(note_id, title, body, other)
    flash(_("Kept."))
    return redirect(url_for(".edit", note_id=note_id, settled=1), 303)


@dataclass(frozen=True)
class DeletePage(pages.Page):
    template: ClassVar[str] = "notes/delete.html"

    id: str
    title: str


@bp.route("/notes/<note_id>/delete", methods=["GET", "POST"])
@needs("note.own")
def delete(note_id: str) -> Answer:
    note = _own(note_id)
    if request.method == "GET":
        return pages.render(DeletePage(note.id, note.title))
    try:
        actions.delete(db.session, g.actor, note_id)
    except Unknown:
        abort(404)
    flash(_("Deleted."))
    return redirect(url_for(".index"), 303)


@bp.post("/notes/<note_id>/reflection")
@needs("note.own")
def to_reflection(note_id: str) -> Response:
    """A new draft with the note's words. The note stays as it is."""
    note = _own(note_id)
    try:
        started = reflections.start(
            db.session,
            g.actor,
            key=sent.form_key(),
            title=note.title,
            body=note.body,
            text_slug=note.text_slug,
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    flash(
        _("Copied into a draft. Only you can read it until you submit it; the note stays as it is.")
    )
    return redirect(url_for("reflections.edit", reflection_id=started), 303)


def _own(note_id: str) -> Note:
    note = store.own(db.session, g.actor, note_id)
    if note is None:
        abort(404)
    return note


def _about(slug: str | None) -> tuple[str, str] | None:
    """Slug and title of what a note is about; None when the library has it no longer,
    or cannot be read: a member's own notes do not depend on it."""
    try:
        text = library().text(slug) if slug else None
    except CorpusError:
        return None
    return (text.slug, text.title) if text else None


def _editor(note: Note | None, body: str = "", slug: str | None = None) -> Editor:
    about = _about(note.text_slug if note else slug)
    return Editor(
        kind="note",
        id=note.id if note else None,
        member=str(g.actor.member),
        key=new_id(),
        title=note.title if note else "",
        body=note.body if note else body,
        version=note.version if note else 0,
        saved_at=note.updated_at if note else None,
        save_url=url_for(".save", note_id=note.id) if note else None,
        create_url=url_for(".create"),
        preview_url=url_for("reflections.preview"),
        passages_url=url_for("reflections.passages"),
        about_slug=about[0] if about else None,
        about_title=about[1] if about else None,
        settled=request.args.get("settled") == "1",
    )


def _conflict(note_id: str, title: str, body: str, other: Stale) -> Answer:
    return pages.render(
        ConflictPage(
            heading=other.title or title,
            settle_url=url_for(".settle", note_id=note_id),
            version=other.version,
            mine_title=title,
            mine=body,
            theirs_title=other.title,
            theirs=other.body,
            saved_at=shapes.ago(other.saved_at),
            difference=versions.difference(other.body, body),
            has_versions=False,
        ),
        409,
    )
