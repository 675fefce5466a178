"""How texts come into the library and its index: builds, files that are brought,
and what organizers decided.

Every step may be run twice and stopped at any moment: the next run sees what is
there and goes on. One process builds at a time. `prepared.json` in the data
folder remembers which files the library was built from, so that a start with
nothing new costs no more than looking at their times and sizes.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from webapp.progress import bar
from webapp.setup import SetupError, index_everything_again, quietly

if TYPE_CHECKING:
    from flask import Flask

    from corpus.intake import BuildReport
    from corpus.library import Library
    from corpus.records import Proposal
    from recommender.index import Index
    from recommender.indexing import SyncReport
    from webapp.resources import Resources
    from webapp.settings import Settings

Say = Callable[[str], None]

STAMP = "prepared.json"
LOCK = ".build.lock"
# Passages beyond which a start does not wait until all are embedded.
MOST_AT_START = 2_000
# All of the pairs that order alone found were right (6 of 6; `recommender/versions.py`).
SURE_VERSION = 0.9


@dataclass(frozen=True)
class LibraryReport:
    """What became of the files, and what was embedded; None where nothing was to be."""

    build: BuildReport
    sync: SyncReport | None

    def as_dict(self) -> dict[str, Any]:
        return {
            "texts": asdict(self.build),
            "index": asdict(self.sync) if self.sync else None,
        }

    def lines(self) -> list[str]:
        """Numbers, then a line for each file that needs one."""
        made = self.build
        out = self.summary()
        out += [f"Refused {Path(o.file).name}: {o.why}" for o in made.refused]
        out += [f"Duplicate {Path(o.file).name}: {o.why}" for o in made.duplicates]
        return out

    def summary(self) -> list[str]:
        made = self.build
        return [
            f"Texts: {len(made.new)} new, {len(made.changed)} changed, {len(made.same)} as before, "
            f"{len(made.gone)} gone, {len(made.duplicates)} duplicates, {len(made.refused)} refused.",
            *self._index_lines(),
        ]

    def _index_lines(self) -> list[str]:
        index = self.sync
        if index is None:
            return ["Index: not touched. To make new passages searchable: xinde library build"]
        out = [
            f"Index: {index.embedded} passages embedded, {index.same} as before, "
            f"{index.gone} taken out."
        ]
        if index.waiting:
            out.append(
                f"{index.waiting} passages are embedded while Xinde serves; "
                "until then search does not find them."
            )
        return out


# Where texts come from


def sources(settings: Settings) -> list[Path]:
    """The folders that the library is built from."""
    from corpus import starter

    return [starter.folder(), settings.data / "texts", *settings.text_folders]


def is_built(settings: Settings) -> bool:
    return settings.library_path.exists() and (settings.data / STAMP).exists()


def is_current(settings: Settings) -> bool:
    """Whether nothing changed since the library and index were last built.

    A change of time or size of any text, of the programs that make passages and
    vectors, or of the model's name asks for a build; the build itself looks closer.
    """
    try:
        remembered = json.loads((settings.data / STAMP).read_text())
    except (OSError, ValueError):
        return False
    return bool(
        settings.library_path.exists()
        and (settings.index_folder / "generation").exists()
        and remembered == _stamp(settings)
    )


def _stamp(settings: Settings) -> dict[str, Any]:
    import corpus
    import models
    import recommender

    packages = [Path(next(iter(p.__path__))) for p in (corpus, models, recommender)]
    return {
        "model": settings.model,
        "texts": [_listing(folder, "*") for folder in sources(settings)],
        "programs": [_listing(folder, "*.py") for folder in packages],
    }


def _listing(root: Path, pattern: str) -> list[list[Any]]:
    found = []
    for file in root.rglob(pattern):
        if file.is_file() and not any(
            part.startswith(".") for part in file.relative_to(root).parts
        ):
            facts = file.stat()
            name = os.fsencode(file).decode("utf-8", "backslashreplace")
            found.append([name, facts.st_size, facts.st_mtime_ns])
    return sorted(found)


def _remember(settings: Settings, stamp: dict[str, Any]) -> None:
    part = settings.data / f".{STAMP}.{os.getpid()}.part"
    part.write_text(json.dumps(stamp))
    part.replace(settings.data / STAMP)


@contextmanager
def alone(settings: Settings, say: Say = quietly) -> Iterator[None]:
    """One process changes the library at a time; the next waits for its turn."""
    settings.data.mkdir(parents=True, exist_ok=True)
    with (settings.data / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another process is changing the library. Waiting until it is done ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# Building


def library(
    app: Flask,
    *,
    say: Say = quietly,
    other_model: bool = False,
    adding: Sequence[Path] = (),
    index: bool | float = True,
) -> LibraryReport:
    """Make library and index agree with the folders of texts, with what organizers
    decided, and with the model.

    `adding`: files, folders and zips; what can be read of them is first copied into
    the data folder. `index`: False leaves the index as it is; a number is how many
    seconds are spent on embedding. With `other_model` an index of another model is
    made anew; without, it is an error (IndexMismatch), for that costs minutes and
    may be a slip. Needs an app context.
    """
    from corpus import intake, starter
    from corpus.library import Library
    from webapp.texts import brought

    settings: Settings = app.config["XINDE"]
    resources: Resources = app.extensions["xinde_resources"]
    model = None
    if index is not False:
        model = _model(settings, resources, say)
        _index_fits(settings, model, other_model=other_model)
    with alone(settings, say):
        with Library.create(settings.library_path) as made:
            made.put_labels(starter.themes(), starter.roles())
            decide(made)
        report = brought.bring(settings, adding) if adding else intake.BuildReport()
        stamp = _stamp(settings)  # before the build: a text changed meanwhile is seen next time
        with bar("Reading texts", "file") as shown:
            built = intake.build(settings.library_path, sources(settings), progress=shown.at)
        report = _together(report, built)
        if model is None:
            return LibraryReport(report, None)
        with Library.open(settings.library_path) as made, bar("Embedding", "passage") as shown:
            synced = _embed(app, made, model, None if index is True else float(index), shown.step)
        _remember(settings, stamp)
    return LibraryReport(report, synced)


def index_at_start(settings: Settings) -> bool | float:
    """How long a start spends on embedding: on the first as long as it takes; later
    a large import is embedded while Xinde serves."""
    from corpus.library import Library

    if not is_built(settings):
        return True
    with Library.open(settings.library_path) as made:
        return True if made.counts()["passages"] <= MOST_AT_START else 20.0


def _embed(
    app: Flask,
    library: Library,
    model: Any,
    seconds: float | None,
    progress: Callable[[int, int], None] | None = None,
) -> SyncReport:
    """Embed what is new; when nothing is left, propose what is said of new texts."""
    from recommender.common_query import sync_common_query
    from recommender.indexing import sync_library
    from recommender.theme_search import sync_cards

    settings: Settings = app.config["XINDE"]
    synced = sync_library(settings.index_folder, library, model, progress=progress, seconds=seconds)
    if not synced.waiting:
        sync_common_query(settings.index_folder, model)
        sync_cards(settings.index_folder, library, model)
        _propose(settings, library, model)
    return synced


def _propose(settings: Settings, library: Library, model: Any) -> None:
    """Make the proposals for texts anew, where the library has changed since."""
    from recommender.index import Index
    from recommender.proposing import propose

    revision = f"{library.revision}"
    if library.note("proposed") == revision:
        return
    index = Index.open(settings.index_folder, model)
    try:
        proposed = propose(index, library, model)
        for slug, version in _versions(index, library).items():
            proposed.setdefault(slug, []).append(version)
    finally:
        index.close()
    library.put_proposals(proposed)
    library.put_note("proposed", revision)


def _versions(index: Index, library: Library) -> dict[str, Proposal]:
    """Texts that seem to be translations and are not linked yet: the later one is
    proposed as a version of the earlier."""
    from corpus.records import Proposal
    from recommender.versions import translations

    pairs = [(t.english, t.chinese) for t in translations(index, library)]
    texts = library.texts_by_slug([slug for pair in pairs for slug in pair])
    found = {}
    for pair in pairs:
        if not all(slug in texts for slug in pair):
            continue
        first, later = sorted((texts[s] for s in pair), key=lambda t: (t.added_at, t.slug))
        if later.slug not in first.versions:
            why = {"kind": "version", "slug": first.slug, "title": first.title}
            found[later.slug] = Proposal("version", first.slug, SURE_VERSION, why)
    return found


def decide(made: Library) -> set[str]:
    from webapp.community import db
    from webapp.members import store as members
    from webapp.texts import store

    organisation = members.organisation(db.session)
    wanted = store.decisions(db.session, organisation.id) if organisation else {}
    db.session.rollback()
    return made.set_decisions(wanted)


def _together(added: BuildReport, built: BuildReport) -> BuildReport:
    """Of a text that was just added the build says that it is as before."""
    from corpus.intake import BuildReport

    if not added.files:
        return built
    report = BuildReport(gone=built.gone)
    fresh = {o.slug for o in added.files if o.state in ("new", "changed")}
    brought = {o.slug for o in added.files if o.outcome == "imported"}
    for outcome in added.files:
        report.note(outcome)
    for outcome in built.files:
        if not (outcome.outcome == "imported" and outcome.slug in brought | fresh):
            report.note(outcome)
    return report


def _model(settings: Settings, resources: Resources, say: Say) -> Any:
    from models.load import is_ready, load_model

    if not is_ready(settings.model, settings.models_folder):
        say(f"Making the text model {settings.model} ready (once, about a minute) ...")
        load_model(settings.model, settings.models_folder, progress=lambda step: say(f"  {step}"))
    return resources.model


def _index_fits(settings: Settings, model: Any, *, other_model: bool) -> None:
    """Raise IndexMismatch unless the index is of this model, missing, or to be made
    anew. A missing index is noted: what members published must go into it again."""
    from recommender.errors import IndexBroken, IndexMismatch, IndexMissing
    from recommender.index import Index

    try:
        Index.open(settings.index_folder, model).close()
    except IndexMissing:
        index_everything_again()
    except IndexMismatch:
        if not other_model:
            raise
    except IndexBroken:
        if not other_model:
            raise
        shutil.rmtree(settings.index_folder)
        index_everything_again()


# Afterwards


def embed_some(app: Flask, *, seconds: float = 20) -> int:
    """Embed what is not embedded yet, for about so long; how many passages are left.
    Needs an app context."""
    from corpus.library import Library

    settings: Settings = app.config["XINDE"]
    model = app.extensions["xinde_resources"].model
    _index_fits(settings, model, other_model=False)
    with alone(settings), Library.open(settings.library_path) as made:
        return _embed(app, made, model, seconds).waiting


def waiting_for_index(app: Flask) -> int:
    """How many passages are not embedded yet."""
    from recommender.indexing import waiting

    resources: Resources = app.extensions["xinde_resources"]
    return waiting(app.config["XINDE"].index_folder, resources.library, resources.model)


# What organizers decided


def apply_decisions(app: Flask, *, seconds: float = 0) -> None:
    """Make library and index agree with what organizers decided. Needs an app context.

    What is withdrawn leaves and labels change at once; passages that must be embedded
    again (a new title, a text that was restored) are embedded for so many seconds.
    """
    from corpus.library import Library
    from recommender.indexing import sync_library

    settings: Settings = app.config["XINDE"]
    model = app.extensions["xinde_resources"].model
    with alone(settings), Library.open(settings.library_path) as made:
        if not decide(made):
            return
        _index_fits(settings, model, other_model=False)
        sync_library(settings.index_folder, made, model, seconds=seconds)


def withdraw_text(app: Flask, slug: str) -> str:
    """Take a text out of lists, search and suggestions; its title. Builds leave it
    out until `restore_text`. Needs an app context."""
    return _set_withdrawn(app, slug, True)


def restore_text(app: Flask, slug: str) -> str:
    """Put back what was withdrawn; its title. Needs an app context."""
    return _set_withdrawn(app, slug, False)


def _set_withdrawn(app: Flask, slug: str, withdrawn: bool) -> str:
    from corpus.library import Library
    from webapp import clock, setup
    from webapp.access import Actor
    from webapp.community import db
    from webapp.texts import actions
    from webapp.texts.decided import Said

    settings: Settings = app.config["XINDE"]
    with Library.open(settings.library_path) as made:
        text, file = made.text(slug, withdrawn=True), made.file_of(slug)
    if text is None:
        raise SetupError(
            f'There is no text "{slug}" in the library. See what there is with: xinde library list'
        )
    if not withdrawn and file is not None and file.outcome == "gone":
        raise SetupError(
            f'The file of "{slug}" is gone: {file.path}. Put it back and run: xinde library build'
        )
    actions.decide(
        db.session,
        Actor(organisation=setup.organisation(app)),
        {slug: {"withdrawn": True if withdrawn else Said.NOTHING}},
        kind="withdraw" if withdrawn else "restore",
        key=secrets.token_hex(16),
        now=clock.now(),
    )
    apply_decisions(app, seconds=3600)
    return text.title
