"""The library desk: organizers bring texts in and say what they are."""

from __future__ import annotations

import shutil
from typing import Any, BinaryIO, cast

import structlog
from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from corpus.records import TextRecord
from corpus.texts import CorpusError
from webapp import clock, doors, pages
from webapp.access import needs
from webapp.community import db
from webapp.ids import new_id
from webapp.jobs import queue
from webapp.members import once
from webapp.members.addresses import local_path
from webapp.readings import kept_page
from webapp.resources import library
from webapp.setup import SetupError
from webapp.texts import (
    actions,
    bringing,
    brought,
    bulk,
    changes_page,
    desk_page,
    form,
    names,
    proposed,
    reasons,
    store,
    text_page,
    texts_page,
    wording,
)
from webapp.texts.decided import Said

bp = Blueprint("texts", __name__, url_prefix="/library/desk")

log = structlog.get_logger("xinde.texts")

MOST_FILES = 40
MOST_MEGABYTES = 200
ROOM_FOR_THE_FORM = 64 * 1024  # bytes beside the files


# The desk


@bp.get("")
@needs("library.keep")
def desk() -> tuple[str, int]:
    return show_desk()


def show_desk(error: str = "", status: int = 200) -> tuple[str, int]:
    page = desk_page.desk(
        db.session,
        g.actor,
        library(),
        embedding=embedding(),
        most_files=MOST_FILES,
        most_megabytes=MOST_MEGABYTES,
        error=error,
        done=taken_from_session(),
    )
    return pages.render(page, status)


def embedding() -> int | None:
    """Passages that cannot be found by meaning yet; None where the index does not say.

    The desk is shown whatever state the index is in.
    """
    return bringing.left_to_embed()


@bp.get("/uploads.json")
@needs("library.keep")
def lately() -> Response:
    """The part of the desk that changes, for the page that looks again and again."""
    page = desk_page.lately(db.session, g.actor, library(), embedding=embedding())
    return jsonify(busy=page.busy, html=render_template(page.template, page=page))


@bp.get("/files")
@needs("library.keep")
def files() -> tuple[str, int]:
    """What became of every file."""
    show, after = request.args.get("show", "web"), request.args.get("after")
    if show != "web" and show not in desk_page.OUTCOMES:
        abort(404)
    mark: Any = None
    if after is not None:
        mark = kept_page.mark(after) if show == "web" else whole(after)
        if mark is None:
            abort(400)
    return pages.render(desk_page.files(db.session, g.actor, library(), show, after=mark))


def whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


# Bringing files in


@bp.post("/uploads")
@needs("library.keep")
@doors.takes_files(MOST_MEGABYTES * 1024**2 + ROOM_FOR_THE_FORM)
def upload() -> Any:
    sent = [f for f in request.files.getlist("files") if f.filename]
    if len(sent) > MOST_FILES:
        return too_much()
    if not sent:
        error = _("Choose one or more files first. Nothing was sent.")
        return (jsonify(message=error), 422) if doors.wants_json() else show_desk(error, 422)
    kept = [keep(file) for file in sent]
    ids, now = actions.note_uploads(
        db.session,
        g.actor,
        kept,
        replaces=request.form.get("replace") == "1",
        key=key_sent(),
        now=clock.now(),
    )
    for file in kept:
        if not now or file.refused:
            let_go(file.id)
        else:
            queue.bring_in(g.actor.organisation, file.id)
    if doors.wants_json():
        return jsonify(uploads=ids), 202
    if any(file.refused for file in kept):
        flash(_("Some files could not be taken. The reason stands beside each below."), "error")
    return redirect(url_for(".desk", _anchor="lately"), 303)


def keep(file: FileStorage) -> actions.Brought:
    """A file of the request, kept whole below the data folder; or why it was not."""
    id, settings = new_id(), current_app.config["XINDE"]
    shown = names.shown(file.filename or "") or _("a file without a name")
    try:
        stream = cast(BinaryIO, file.stream)
        path, size = brought.keep_upload(settings, id, names.last_part(file.filename or ""), stream)
    except brought.UploadRefused as refusal:
        return actions.Brought(id, shown, "", 0, refused=str(refusal))
    return actions.Brought(id, shown, str(path.relative_to(settings.data)), size)


def let_go(upload_id: str) -> None:
    """What was kept of an upload that is not noted."""
    place = current_app.config["XINDE"].data / "uploads" / upload_id
    shutil.rmtree(place, ignore_errors=True)


@bp.errorhandler(413)
def too_large(_error: RequestEntityTooLarge) -> Any:
    doors.drop_the_rest()
    return too_much()


def too_much() -> Any:
    return doors.problem(
        413,
        _("That is too much at once"),
        _(
            "At most %(files)s files, %(megabytes)s MB together, can be sent at once. Nothing was taken. Send them in several parts, or give a folder to the person who runs the server.",
            files=MOST_FILES,
            megabytes=MOST_MEGABYTES,
        ),
    )


# Texts


@bp.get("/texts")
@needs("library.keep")
def texts() -> tuple[str, int]:
    return show_texts()


def show_texts(
    error: str = "", status: int = 200, chosen: frozenset[str] = frozenset()
) -> tuple[str, int]:
    after = request.args.get("after")
    try:
        page = texts_page.texts(
            db.session,
            g.actor,
            library(),
            texts_page.asked(request.args),
            after=after,
            done=taken_from_session(),
            error=error,
            chosen=chosen,
        )
    except CorpusError:
        if after is None:
            raise
        abort(400)  # a place in the list that we never gave
    return pages.render(page, status)


@bp.post("/texts")
@needs("library.keep")
def change() -> Any:
    """One change of one text or of those that are ticked."""
    asked = bulk.asked(request.form)
    if asked is None:
        abort(400)
    found = library().texts_by_slug(asked.slugs, withdrawn=True)
    if not found:
        error = (
            _("These texts are no longer in the library.")
            if asked.slugs
            else _("Tick one or more texts first. Nothing was changed.")
        )
        return show_texts(error, 422, frozenset(asked.slugs))
    known = texts_page.names_in_use(db.session, g.actor, library())
    waiting = library().proposals(found)
    wanted = bulk.wanted(
        asked, found, waiting, themes=known.themes.keys(), roles=known.roles.keys()
    )
    if wanted is None:
        error = _("Choose from the list what is to be set. Nothing was changed.")
        return show_texts(error, 422, frozenset(asked.slugs))
    done = actions.decide(
        db.session, g.actor, wanted, kind=asked.kind, key=key_sent(), now=clock.now(),
        seen=asked.seen,
    )  # fmt: skip
    after_change(done, asked.kind)
    say_gone(set(asked.slugs) - found.keys())
    return redirect(back_sent() or url_for(".texts"), 303)


@bp.get("/texts/<slug>")
@needs("library.keep")
def text(slug: str) -> tuple[str, int]:
    return show_text(record_of(slug))


def record_of(slug: str) -> TextRecord:
    record = library().text(slug[:120], withdrawn=True)
    if record is None:
        abort(404)
    return record


def show_text(record: TextRecord, status: int = 200, **more: Any) -> tuple[str, int]:
    back = local_path(request.values.get("back")) or url_for(".texts")
    page = text_page.text(
        db.session, g.actor, library(), record, back=back, done=taken_from_session(), **more
    )
    return pages.render(page, status)


@bp.post("/texts/<slug>")
@needs("library.keep")
def edit(slug: str) -> Any:
    """Save the form of a text; or take one decision back ("forget")."""
    record = record_of(slug)
    seen = whole(request.form.get("version", ""))
    if seen is None:
        abort(400)
    known = texts_page.names_in_use(db.session, g.actor, library())
    forget = request.form.get("forget")
    sent = form.sent(
        request.form,
        request.form.to_dict(flat=False),
        themes=known.themes.keys() | set(record.themes),
        roles=known.roles.keys() | set(record.roles),
    )
    if sent.problems and not forget:
        return show_text(record, 422, values=sent.values, problems=sent.problems)
    if forget:
        if forget not in form.FIELDS:
            abort(400)
        wanted: dict[str, Any] = {forget: Said.NOTHING}
    else:
        waiting = proposed.open_fields(library().proposals([record.slug]).get(record.slug, ()))
        wanted = form.wanted(sent.values, record, waiting)
    done = actions.decide(
        db.session, g.actor, {record.slug: wanted}, kind="edit", key=key_sent(),
        now=clock.now(), seen={record.slug: seen},
    )  # fmt: skip
    if done.passed_over and not forget:
        return settle(record, sent, seen)
    after_change(done, "edit")
    if forget and {f for f in form.wanted(sent.values, record, ()) if f != forget}:
        # other fields were being changed: they are not lost, and not saved yet
        record = record_of(slug)
        values = sent.values | {forget: form.present(record)[forget]}
        return show_text(record, values=values, problems=sent.problems)
    return redirect(url_for(".text", slug=record.slug, back=back_sent()), 303)


def settle(record: TextRecord, sent: form.Sent, seen: int) -> Any:
    """Somebody else saved since the form was opened. Where the two changed other
    fields both stand; else both are shown, and nothing is saved."""
    merged = form.merged(sent.values, form.shown(request.form.get("shown", "")), record)
    if merged.both:
        return show_text(record, 409, values=merged.values, conflict=merged.both)
    done = actions.decide(
        db.session, g.actor, {record.slug: merged.mine}, kind="edit", key=f"{key_sent()[:50]}-again",
        now=clock.now(), seen=seen_now([record.slug]),
    )  # fmt: skip
    if done.passed_over:  # and once more since
        return show_text(record_of(record.slug), 409, values=merged.values, conflict=form.FIELDS)
    after_change(done, "edit")
    return redirect(url_for(".text", slug=record.slug, back=back_sent()), 303)


@bp.post("/texts/<slug>/version")
@needs("library.keep")
def version(slug: str) -> Any:
    """Say of which text this one is a version; or that it is of none."""
    record = record_of(slug)
    given = pages.field(request.form, "version_of", limit=500)
    if "none" in request.form:
        wanted = {record.slug: {"version_of": None}}
    else:
        other = which_text(given)
        if other is None or other.slug == record.slug:
            return show_text(record, 422, problems={"version_of": "unknown"}, version_given=given)
        wanted = bulk.joined(record, other)
    seen = whole(request.form.get("version", ""))
    done = actions.decide(
        db.session, g.actor, wanted, kind="version", key=key_sent(), now=clock.now(),
        seen=None if seen is None else seen_now(wanted) | {record.slug: seen},
    )  # fmt: skip
    after_change(done, "version")
    return redirect(url_for(".text", slug=record.slug, back=back_sent(), _anchor="versions"), 303)


def which_text(given: str) -> TextRecord | None:
    """The text that is meant: its slug, or "slug · title" as the field offers it."""
    slug = given.partition(" ")[0].strip()
    return library().text(slug[:120], withdrawn=True) if slug else None


def seen_now(slugs: Any) -> dict[str, int]:
    """The present versions: of texts that the page did not show."""
    found = store.decisions_of(db.session, g.actor.organisation, list(slugs))
    return {slug: row.version for slug, row in found.items()}


@bp.post("/texts/<slug>/reread")
@needs("library.keep")
def reread(slug: str) -> Response:
    """Read a text's file again, though it is the same."""
    record = record_of(slug)
    try:
        taken = brought.reread(app(), record.slug)
    except (CorpusError, SetupError) as problem:
        flash(reasons.in_words(str(problem)), "error")
    else:
        if taken.outcome in ("imported", "duplicate"):
            flash(_("The file was read again."), "info")
            queue.embed()
        else:
            flash(
                _("The file cannot be read any more: %(why)s", why=reasons.in_words(taken.why)),
                "error",
            )
    return redirect(url_for(".text", slug=record.slug, back=back_sent()), 303)


# What was changed


@bp.get("/changes")
@needs("library.keep")
def changes() -> tuple[str, int]:
    after = request.args.get("after")
    mark = kept_page.mark(after) if after is not None else None
    if after is not None and mark is None:
        abort(400)
    return pages.render(
        changes_page.changes(db.session, g.actor, library(), after=mark, done=taken_from_session())
    )


@bp.post("/changes/<change_id>/undo")
@needs("library.keep")
def undo(change_id: str) -> Response:
    try:
        done = actions.undo(db.session, g.actor, change_id[:32], key=key_sent(), now=clock.now())
    except actions.Unknown:
        abort(404)
    after_change(done, "undo")
    if done.left:
        said_left(done.left)
    elif done.id is None:
        flash(_("This was undone already."), "info")
    return redirect(back_sent() or url_for(".changes"), 303)


# Steps


def key_sent() -> str:
    """The key of the form, by which a submit that comes twice is carried out once."""
    key = request.form.get("key", "")
    if not once.well_formed(key):
        abort(400)
    return key


def back_sent() -> str | None:
    return local_path(request.form.get("back"))


def after_change(done: actions.Changed, kind: str) -> None:
    """Carry a change into the library, and tell of it on the next page."""
    carried = bringing.carry_out()
    if done.id:
        said = {"id": done.id, "said": _("%(what)s.", what=wording.change(kind, len(done.slugs)))}
        session["desk_done"] = said
    elif not done.passed_over and kind != "undo":
        flash(_("Nothing was changed: it is so already."), "info")
    if done.passed_over:
        flash(
            ngettext(
                "%(num)s text was changed by somebody else meanwhile, so it was left alone: %(titles)s. Look at it and choose again.",
                "%(num)s texts were changed by somebody else meanwhile, so they were left alone: %(titles)s. Look at them and choose again.",
                len(done.passed_over),
                titles=titles(done.passed_over),
            ),
            "error",
        )
    if not carried:
        flash(
            _(
                "What you decided is kept. The library cannot be changed just now; it follows within minutes."
            ),
            "error",
        )
    elif done.id and bringing.left_to_embed():
        queue.embed()


def said_left(left: tuple[str, ...]) -> None:
    pieces = [piece.partition(" ") for piece in left]
    named = [f"{titles((slug,))} ({wording.field(field)})" for slug, _space, field in pieces[:5]]
    flash(
        ngettext(
            "%(num)s value was changed again since, and stays as it is now: %(values)s.",
            "%(num)s values were changed again since, and stay as they are now: %(values)s.",
            len(left),
            values=wording.list_of(named),
        ),
        "error",
    )


def say_gone(slugs: set[str]) -> None:
    if slugs:
        flash(
            ngettext(
                "%(num)s text is no longer in the library.",
                "%(num)s texts are no longer in the library.",
                len(slugs),
            ),
            "error",
        )


def titles(slugs: Any) -> str:
    found = library().texts_by_slug(slugs, withdrawn=True)
    return wording.list_of([f"“{found[s].title}”" if s in found else s for s in list(slugs)[:5]])


def taken_from_session() -> Any:
    """What was just changed, told once, with the change to undo."""
    return session.pop("desk_done", None)


def app() -> Any:
    return current_app._get_current_object()  # type: ignore[attr-defined]
