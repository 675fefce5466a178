"""What is done after the page has answered: files are read, passages embedded,
decisions carried into the library.

Each piece of work may be late, repeated or interrupted. What is to be done is in
the community database and the library themselves; the sweep finds what a killed
process left.
"""

from __future__ import annotations

import datetime as dt
import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog
from flask import current_app

from corpus.texts import CorpusError
from webapp import clock
from webapp.community import change, db
from webapp.jobs import queue
from webapp.resources import library
from webapp.setup import SetupError
from webapp.texts import actions, brought, building, store

log = structlog.get_logger("xinde.texts")

SLICE = 15  # seconds of embedding, after which other jobs have their turn
GONE = "It is no longer there: a backup was restored, or the folder was cleared. Send it again."
ORPHANED_AFTER = 3600.0  # seconds; a request that is still sending files has no rows yet
LONGEST_READING = dt.timedelta(minutes=30)  # of one upload; a zip has many files


def bring_in(organisation: str, upload_id: str) -> None:
    """Read a file that was brought, and note what became of it."""
    begun_before = max(current_app.extensions["xinde_started"], clock.now() - LONGEST_READING)
    upload = actions.claim(
        db.session, organisation, upload_id, begun_before=begun_before, now=clock.now()
    )
    if upload is None:
        return
    path = current_app.config["XINDE"].data / upload.path
    db.session.rollback()
    if not path.is_file():  # a backup was restored: it has no files that were waiting
        _failed(organisation, upload_id, upload.name, GONE)
        return
    try:
        taken = brought.take_upload(_app(), upload_id, path, upload.name, replace=upload.replaces)
    except (CorpusError, SetupError) as problem:
        _failed(organisation, upload_id, upload.name, str(problem))
        return
    except Exception:  # ours; it is tried again some times, then given up
        actions.let_go(db.session, organisation, upload_id)
        raise
    outcomes = [
        {k: v for k, v in asdict(file).items() if k in ("name", "outcome", "why", "slug", "title")}
        for file in taken
    ]
    actions.note_outcomes(db.session, organisation, upload_id, outcomes)
    shutil.rmtree(path.parent, ignore_errors=True)
    if any(o["outcome"] == "imported" for o in outcomes):
        queue.embed()


def _failed(organisation: str, upload_id: str, name: str, why: str) -> None:
    """Nothing is wrong with the file: the library could not take it."""
    outcome = {"name": name, "outcome": "refused", "why": why, "slug": None, "title": None}
    actions.note_outcomes(db.session, organisation, upload_id, [outcome], failed=True)


def embed() -> None:
    """Make some of the new passages searchable, then let other work have its turn."""
    left = building.embed_some(_app(), seconds=SLICE)
    if left:
        queue.embed()


def carry_out() -> bool:
    """Make library and index agree with what organizers decided; whether they do now.

    What cannot be done now (the disk is full, the index is busy) is done by the sweep.
    """
    behind = store.not_applied(db.session)
    db.session.rollback()
    try:
        building.apply_decisions(_app())
    except Exception as problem:  # the decision itself is kept; the sweep tries again
        db.session.rollback()
        log.error("decisions not carried out", problem=type(problem).__name__)
        return False
    with change(db.session) as session:
        store.note_applied(session, behind)
    return True


def sweep() -> int:
    """Find what was left behind, and go on with it; how many pieces of work."""
    done = 0
    if store.not_applied(db.session):
        done += carry_out()
    db.session.rollback()
    begun_before = current_app.extensions["xinde_started"]
    for organisation, upload_id in store.left_behind(db.session, begun_before=begun_before):
        queue.bring_in(organisation, upload_id)
        done += 1
    clear_up()
    db.session.rollback()
    if left_to_embed():
        queue.embed()
        done += 1
    return done


def clear_up() -> None:
    """Remove kept files that no row speaks of: the process ended between the two."""
    place: Path = current_app.config["XINDE"].data / "uploads"
    if not place.is_dir():
        return
    old = time.time() - ORPHANED_AFTER
    found = {p.name: p for p in place.iterdir() if p.stat().st_mtime < old}
    for name in found.keys() - store.unread_uploads(db.session, list(found)):
        shutil.rmtree(found[name], ignore_errors=True)


def left_to_embed() -> int | None:
    """Passages that cannot be found by meaning yet; None where nobody can say.

    The index is asked only when the library has changed since it last said none.
    """
    quiet: dict[str, int] = current_app.extensions["xinde_embedded"]
    try:
        revision = library().revision
        if quiet.get("revision") == revision:
            return 0
        left = building.waiting_for_index(_app())
    except Exception as problem:  # no library or index yet, or none that can be read
        log.warning("cannot look for passages to embed", problem=str(problem))
        return None
    if not left:
        quiet["revision"] = revision
    return left


def _app() -> Any:
    return current_app._get_current_object()  # type: ignore[attr-defined]
