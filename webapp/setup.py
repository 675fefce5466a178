"""What must be there before Xinde can serve, and making it so.

Every step may be run twice and stopped at any moment: the next run sees what is
there and goes on. `prepared.json` in the data folder remembers which files the
library was built from, so that a start with nothing new costs no more than
looking at their times and sizes.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from corpus.intake import BuildReport, Outcome
    from recommender.indexing import SyncReport
    from webapp.resources import Resources
    from webapp.settings import Settings

Say = Callable[[str], None]

ROOM_NEEDED = 50 * 1024 * 1024  # bytes free on the disk before a start
STAMP = "prepared.json"


class SetupError(Exception):
    """Xinde cannot be set up; the message names the thing and the cure."""


def quietly(_line: str) -> None:
    """For callers who want to be told nothing."""


@contextmanager
def bar(title: str, unit: str) -> Iterator[Bar]:
    """A progress bar on a terminal; nothing elsewhere."""
    shown = Bar(title, unit)
    try:
        yield shown
    finally:
        shown.close()


class Bar:
    def __init__(self, title: str, unit: str) -> None:
        from tqdm import tqdm

        # disable=None: off where stderr is no terminal
        self._bar: Any = tqdm(desc=title, unit=unit, disable=None, leave=True, total=None)

    def at(self, done: int, total: int) -> None:
        """`done` of `total` are done."""
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def step(self, count: int, total: int | None = None) -> None:
        """`count` more are done."""
        if total is not None:
            self._bar.total = total
        self._bar.update(count)

    def __call__(self, count: int) -> None:
        self.step(count)

    def close(self) -> None:
        self._bar.close()


# The data folder


def folder(settings: Settings) -> None:
    """Make the data folder, and see that it can be written."""
    data = settings.data
    cure = "or set XINDE_DATA to another folder."
    try:
        data.mkdir(parents=True, exist_ok=True)
        (data / "texts").mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=data) as trial:
            trial.write(b"x" * 4096)
            trial.flush()
            os.fsync(trial.fileno())
    except FileExistsError:
        raise SetupError(
            f"{data.resolve()} is a file, not a folder. Move it away, {cure}"
        ) from None
    except OSError as problem:
        if problem.errno in _FULL:
            raise SetupError(_full(data)) from None
        raise SetupError(
            f"The data folder {data.resolve()} cannot be written ({problem.strerror}). "
            f"Give this user the right to write there, {cure}"
        ) from None
    if shutil.disk_usage(data).free < ROOM_NEEDED:
        raise SetupError(_full(data))


_FULL = {28, 122}  # ENOSPC, EDQUOT


def _full(data: Path) -> str:
    return (
        f"The disk that holds the data folder {data.resolve()} is full. "
        "Make room and run the same command again; nothing was lost."
    )


# The community database


def app_with_community(settings: Settings, **config: Any) -> Flask:
    """The app, with its database migrated and its organisation founded."""
    from webapp import create_app

    app = create_app(settings, **config)
    with app.app_context():
        community(app)
        organisation(app)
    return app


def community(app: Flask) -> None:
    """Bring the schema to the newest step; refuse one that is newer than we are.
    Needs an app context."""
    from webapp import migrations

    present, known = schema_revision(), migrations.heads()
    if present in known:
        return
    if present is not None and not _is_known(present):
        where = app.config["XINDE"].database_url.partition("://")[0] or "SQLite"
        raise SetupError(
            f"The community database ({where}, schema {present}) was made by a newer Xinde than this one "
            f"(schema {', '.join(known)}). Install the newer version, or restore a backup made with this one."
        )
    migrations.upgrade()


def schema_revision() -> str | None:
    """The schema step that the database is at; None for a new database."""
    import sqlalchemy as sa

    from webapp.community import db

    with db.engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(sa.text("select version_num from alembic_version")).scalar()
        return str(found) if found else None


def _is_known(revision: str) -> bool:
    from webapp import migrations

    return (Path(migrations.__file__).parent / "versions").is_dir() and any(
        script.stem.startswith(f"{revision}_") or script.stem == revision
        for script in (Path(migrations.__file__).parent / "versions").glob("*.py")
    )


def organisation(app: Flask) -> str:
    """Found the organisation if there is none; returns its id."""
    from corpus import starter
    from webapp import clock
    from webapp.community import db
    from webapp.members import actions, store

    present = store.organisation(db.session)
    if present is not None:
        return present.id
    settings = app.config["XINDE"]
    name = "我们的组织" if settings.language == "zh" else "Our organisation"
    roles = [
        {
            "id": role.id,
            "name_en": role.name("en"),
            "name_zh": role.name("zh"),
            "duties_en": role.description("en"),
            "duties_zh": role.description("zh"),
        }
        for role in starter.roles()
    ]
    return actions.found_organisation(
        db.session, name=name, language=settings.language, roles=roles, now=clock.now()
    ).id


def administrator_link(app: Flask, base: str) -> str | None:
    """A fresh one-time link for the first administrator; None when there is one.

    Links printed before and not used are withdrawn: only the newest opens.
    """
    from webapp import clock
    from webapp.community import db
    from webapp.members import actions, store

    organisation_id = organisation(app)
    if store.has_administrator(db.session, organisation_id):
        return None
    now = clock.now()
    for old in store.open_invitations(db.session, organisation_id, now):
        if old.administrator:
            actions.withdraw_invitation(db.session, organisation_id, old.id)
    token = actions.invite(db.session, organisation_id, now=now, administrator=True)
    return f"{base}/join/{token}"


# The library and its index


@dataclass(frozen=True)
class LibraryReport:
    """What became of the files, and what was embedded."""

    build: BuildReport
    sync: SyncReport

    def as_dict(self) -> dict[str, Any]:
        return {"texts": asdict(self.build), "index": asdict(self.sync)}

    def lines(self) -> list[str]:
        made, index = self.build, self.sync
        out = [
            f"Texts: {len(made.new)} new, {len(made.changed)} changed, {len(made.same)} as before, "
            f"{len(made.gone)} gone, {len(made.duplicates)} duplicates, {len(made.refused)} refused.",
            f"Index: {index.embedded} passages embedded, {index.same} as before, {index.gone} taken out.",
        ]
        out += [f"Refused {Path(o.file).name}: {o.why}" for o in made.refused]
        out += [f"Duplicate {Path(o.file).name}: {o.why}" for o in made.duplicates]
        return out


def sources(settings: Settings) -> list[Path]:
    """The folders that the library is built from."""
    from corpus import starter

    return [starter.folder(), settings.data / "texts", *settings.text_folders]


def keep_texts(settings: Settings, files: Sequence[Path]) -> list[Outcome]:
    """Copy files into the data folder's own texts, each whole or not at all.

    Returns those that cannot be read, which are not copied: a good text of the same
    name is not lost to a broken one.
    """
    from corpus.child import Reader
    from corpus.intake import Outcome
    from corpus.texts import TextRefused

    _can_be_kept(files)
    refused = []
    with Reader() as reader:
        for file in files:
            target = settings.data / "texts" / file.name
            if target.exists() and target.samefile(file):
                continue
            part = target.with_name(f".{secrets.token_hex(4)}.part{file.suffix}")
            try:
                reader.read(file)
                shutil.copyfile(file, part)
                part.replace(target)
            except TextRefused as problem:
                refused.append(Outcome(str(file), str(problem)))
            finally:
                part.unlink(missing_ok=True)
    return refused


def _can_be_kept(files: Sequence[Path]) -> None:
    names: dict[str, Path] = {}
    for file in files:
        if file.is_dir():
            raise SetupError(
                f"{file} is a folder. Name the files in it, or keep it yourself and set XINDE_TEXTS={file}"
            )
        if not file.is_file():
            raise SetupError(
                f"There is no file {file}. Check the path and run the same command again."
            )
        if file.name.startswith("."):
            raise SetupError(
                f"{file} begins with a dot; the library passes over such files. Give it another name."
            )
        if file.name in names:
            raise SetupError(
                f"{names[file.name]} and {file} have the same name, so the second would replace the first. "
                "Rename one of them."
            )
        names[file.name] = file


def library_is_built(settings: Settings) -> bool:
    return settings.library_path.exists() and (settings.data / STAMP).exists()


def library_is_current(settings: Settings) -> bool:
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
            found.append([str(file), facts.st_size, facts.st_mtime_ns])
    return sorted(found)


def library(
    app: Flask,
    *,
    say: Say = quietly,
    other_model: bool = False,
    adding: Sequence[Path] = (),
) -> LibraryReport:
    """Make library and index agree with the folders of texts and the model.

    The files `adding` are first copied into the data folder, if they can be read.
    With `other_model` an index of another model is made anew; without, it is an
    error (IndexMismatch), for that costs minutes and may be a slip. Needs an app
    context.
    """
    from corpus import intake, starter
    from corpus.library import Library
    from recommender.indexing import sync_library

    settings: Settings = app.config["XINDE"]
    resources: Resources = app.extensions["xinde_resources"]
    model = _model(settings, resources, say)
    _index_fits(settings, model, other_model=other_model)
    refused = keep_texts(settings, adding) if adding else []
    stamp = _stamp(settings)  # before the build: a text changed meanwhile is seen next time
    with bar("Reading texts", "file") as shown:
        made = intake.build(
            settings.library_path,
            sources(settings),
            themes=starter.themes(),
            roles=starter.roles(),
            progress=shown.at,
        )
    made.refused[:0] = refused
    with Library.open(settings.library_path) as library, bar("Embedding", "passage") as shown:
        synced = sync_library(settings.index_folder, library, model, progress=shown.step)
    part = settings.data / f".{STAMP}.{os.getpid()}.part"
    part.write_text(json.dumps(stamp))
    part.replace(settings.data / STAMP)
    return LibraryReport(made, synced)


def withdraw_text(app: Flask, slug: str) -> str:
    """Take a text out of lists, search and suggestions; its title. Builds leave it
    out until `restore_text`. Needs an app context."""
    return _set_text(app, slug, withdrawn=True)


def restore_text(app: Flask, slug: str) -> str:
    """Put back what was withdrawn; its title. Needs an app context."""
    return _set_text(app, slug, withdrawn=False)


def _set_text(app: Flask, slug: str, *, withdrawn: bool) -> str:
    from corpus.library import Library
    from recommender.indexing import sync_library

    settings: Settings = app.config["XINDE"]
    model = app.extensions["xinde_resources"].model
    _index_fits(settings, model, other_model=False)
    with Library.open(settings.library_path) as library:
        text = library.text(slug, withdrawn=True)
        if text is None:
            raise SetupError(
                f'There is no text "{slug}" in the library. See what there is with: xinde library list'
            )
        gone = next((f for f in library.files() if f.slug == slug and f.outcome == "gone"), None)
        if withdrawn:
            library.withdraw(slug)
        elif gone is not None:
            raise SetupError(
                f'The file of "{slug}" is gone: {gone.path}. Put it back and run: xinde library build'
            )
        else:
            library.restore(slug)
        sync_library(settings.index_folder, library, model)
    return text.title


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


def index_everything_again() -> None:
    """Mark every published reflection as not yet in the index; the sweep puts it in."""
    import sqlalchemy as sa

    from webapp.community import change, db
    from webapp.reflections.tables import Reflection

    with change(db.session) as session:
        session.execute(
            sa.update(Reflection).where(Reflection.published_version > 0).values(indexed_version=-1)
        )


# The typeface of pages


def fonts(settings: Settings, *, say: Say = quietly) -> None:
    """Cut the faces that pages are set in, where they are not there yet."""
    from webapp import fonts

    place = settings.data / "fonts"
    if not all((place / name).exists() for name in fonts.FACES):
        say("Cutting the typeface for pages (once, some seconds) ...")
        fonts.make_ready(place)


# All of it, in order


def everything(app: Flask, *, demo: bool, base: str, say: Say) -> None:
    """What `xinde serve` does before it serves. Needs an app context."""
    settings: Settings = app.config["XINDE"]
    if not library_is_current(settings):
        if not library_is_built(settings):
            say("First start: building the library. This takes a few minutes and happens once.")
        report = library(app, say=say)
        for line in report.lines():
            say(line)
    fonts(settings, say=say)
    if demo:
        from webapp import demo as sample

        sample.load(app, say=say)
    link = administrator_link(app, base)
    if link:
        say("")
        say("There is no administrator yet. Open this link once to become it:")
        say(f"  {link}")
        say("")
