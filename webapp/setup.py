"""What must be there before Xinde can serve, and making it so.

Every step may be run twice and stopped at any moment: the next run sees what is
there and goes on. The library and its index are made in `webapp/texts/building.py`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from webapp.settings import Settings

Say = Callable[[str], None]

ROOM_NEEDED = 50 * 1024 * 1024  # bytes free on the disk before a start


class SetupError(Exception):
    """Xinde cannot be set up; the message names the thing and the cure."""


def quietly(_line: str) -> None:
    """For callers who want to be told nothing."""


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
    from webapp import clock
    from webapp.community import db
    from webapp.members import actions, store
    from webapp.units import beginnings

    present = store.organisation(db.session)
    if present is not None:
        return present.id
    settings = app.config["XINDE"]
    name = "我们的组织" if settings.language == "zh" else "Our organisation"
    return actions.found_organisation(
        db.session,
        name=name,
        language=settings.language,
        roles=beginnings.roles(),
        kinds=beginnings.kinds(),
        now=clock.now(),
    ).id


def administrator_link(app: Flask, base: str) -> str | None:
    """A fresh one-time link for the first administrator; None when there is one.

    Links printed before and not used are withdrawn: only the newest opens.
    """
    from webapp import clock
    from webapp.community import db
    from webapp.members import actions, invitation_store, store

    organisation_id = organisation(app)
    if store.has_administrator(db.session, organisation_id):
        return None
    now = clock.now()
    for old in invitation_store.open_invitations(db.session, organisation_id, now):
        if old.administrator:
            actions.withdraw_invitation(db.session, organisation_id, old.id)
    token = actions.invite(db.session, organisation_id, now=now, administrator=True)
    return f"{base}/join/{token}"


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
    from webapp.texts import building

    settings: Settings = app.config["XINDE"]
    if not building.is_current(settings):
        if not building.is_built(settings):
            say("First start: building the library. This takes a few minutes and happens once.")
        report = building.library(app, say=say, index=building.index_at_start(settings))
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
