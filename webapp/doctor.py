"""Is everything there and well? Looks at every part and changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from webapp.settings import Settings

LITTLE_ROOM = 500 * 1024 * 1024


@dataclass(frozen=True)
class Finding:
    """What was found of one part; `said` ends with the cure when it is not well."""

    part: str
    ok: bool
    said: str

    def line(self) -> str:
        return f"{'ok     ' if self.ok else 'PROBLEM'}  {self.part:11} {self.said}"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Ill(Exception):
    """A part is not well; the message says what is wrong and the cure."""


def examine(*, only: Collection[str] | None = None) -> list[Finding]:
    """A finding per part, in the order in which one stands on another."""
    from webapp import settings as settings_module

    findings: list[Finding] = []
    try:
        settings = settings_module.read()
    except settings_module.SettingsError as problem:
        return [Finding("settings", False, str(problem))]
    app: Flask | None = None

    def the_app() -> Flask:
        nonlocal app
        if app is None:
            from webapp import create_app

            app = create_app(settings)
        return app

    checks: dict[str, Callable[[], str]] = {
        "settings": lambda: f"read; data in {settings.data.resolve()}",
        "folder": lambda: _folder(settings),
        "disk": lambda: _disk(settings),
        "community": lambda: _in(the_app(), _community),
        "members": lambda: _in(the_app(), _members),
        "library": lambda: _library(settings),
        "model": lambda: _model(settings),
        "index": lambda: _in(the_app(), _index),
        "jobs": lambda: _in(the_app(), _jobs),
        "mail": lambda: _mail(settings),
    }
    for part, check in checks.items():
        if only is None or part in only:
            findings.append(_finding(part, check))
    return findings


def _finding(part: str, check: Callable[[], str]) -> Finding:
    from webapp.cli import errors

    try:
        return Finding(part, True, check())
    except Ill as ill:
        return Finding(part, False, str(ill))
    except Exception as problem:  # whatever it is, the other parts are looked at too
        return Finding(part, False, errors.sentence(problem) or f"cannot be examined: {problem!r}")


def _in(app: Flask, check: Callable[[Flask], str]) -> str:
    with app.app_context():
        from webapp.community import db

        try:
            return check(app)
        finally:
            db.session.rollback()


def _folder(settings: Settings) -> str:
    import os

    data = settings.data
    if not data.is_dir():
        raise Ill(f"there is no {data.resolve()}. Start Xinde once with: xinde serve")
    if not os.access(data, os.W_OK | os.X_OK):
        raise Ill(f"{data.resolve()} cannot be written. Give this user the right to write there.")
    community = data / "community.db"
    if community.exists() and data.stat().st_mode & 0o001 and community.stat().st_mode & 0o004:
        raise Ill(
            f"every user of this machine can read {community.resolve()}. Run: chmod -R go= {data.resolve()}"
        )
    return "can be written, and not read by everybody"


def _disk(settings: Settings) -> str:
    place = settings.data if settings.data.is_dir() else settings.data.resolve().parent
    free = shutil.disk_usage(place).free
    if free < LITTLE_ROOM:
        raise Ill(
            f"only {free >> 20} MB are free; below {LITTLE_ROOM >> 20} MB a build or backup may fail. Make room."
        )
    return f"{free >> 30} GB free"


def _community(app: Flask) -> str:
    import sqlalchemy as sa

    from webapp import migrations, setup
    from webapp.community import db

    settings: Settings = app.config["XINDE"]
    if not settings.database_url and not (settings.data / "community.db").exists():
        raise Ill("there is no database yet. Start Xinde once with: xinde serve")
    present, newest = setup.schema_revision(), migrations.heads()
    if present is None:
        raise Ill("the database has no tables yet. Start Xinde once with: xinde serve")
    if present not in newest:
        raise Ill(
            f"the schema is at {present}, this version wants {', '.join(newest)}. Start: xinde serve (it says more)"
        )
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            state = connection.execute(sa.text("pragma integrity_check")).scalar()
            broken = connection.execute(sa.text("pragma foreign_key_check")).first()
        if state != "ok" or broken is not None:
            raise Ill(
                f"the database is damaged ({state if state != 'ok' else 'a reference leads nowhere'}). Restore your newest backup: xinde restore FILE"
            )
    return f"{db.engine.dialect.name}, schema {present}, whole"


def _members(app: Flask) -> str:
    import sqlalchemy as sa

    from webapp import clock
    from webapp.community import db
    from webapp.members import invitation_store, store
    from webapp.members.tables import Invitation, Member
    from webapp.units.tables import StudyRole, Unit

    organisation = store.organisation(db.session)
    if organisation is None:
        raise Ill("there is no organisation yet. Start Xinde once with: xinde serve")
    count = db.session.scalar(
        sa.select(sa.func.count()).select_from(Member).where(Member.left_at.is_(None))
    )
    open_ones = invitation_store.open_invitations(db.session, organisation.id, clock.now())
    units = set(db.session.scalars(sa.select(Unit.id)))
    roles = set(db.session.scalars(sa.select(StudyRole.id)))
    orphans = [
        i
        for i in open_ones
        if (i.unit_id and i.unit_id not in units) or (i.role_id and i.role_id not in roles)
    ]
    if orphans:
        raise Ill(
            f"{len(orphans)} invitations lead to a unit or role that is gone. Withdraw them on the page Members."
        )
    expired = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(Invitation)
        .where(Invitation.used_at.is_(None), Invitation.expires_at <= clock.now())
    )
    found = f"{count} members, {len(open_ones)} open invitations, {expired} expired"
    if not store.has_administrator(db.session, organisation.id):
        found += "; no administrator yet, a link for one: xinde members invite --administrator"
    return found


def _library(settings: Settings) -> str:
    from corpus.library import Library
    from webapp.texts import building

    with Library.open(settings.library_path) as library:
        counts = library.counts()
        refused = [f for f in library.files() if f.outcome == "refused"]
    if not building.is_current(settings):
        raise Ill("texts, model or program changed since it was built. Run: xinde library build")
    if refused:
        names = ", ".join(f.path.rsplit("/", 1)[-1] for f in refused[:3])
        return f"{counts}; {len(refused)} files refused ({names}); why: xinde library build"
    return ", ".join(f"{number} {name}" for name, number in counts.items())


def _model(settings: Settings) -> str:
    from models.check import check_model

    report = check_model(settings.model, settings.models_folder, against_original=False)
    return f"{report.name}, every file as it should be"


def _index(app: Flask) -> str:
    from recommender.quantised import engine

    found = app.extensions["xinde_resources"]
    index, library = found.index, found.library
    readings = index.snapshot().size
    passages = len(library.passage_hashes())
    missing = [id for id in library.passage_hashes() if index.row_of(index.snapshot(), id) is None]
    if missing:
        raise Ill(f"{len(missing)} of {passages} passages are not in it. Run: xinde library build")
    said = f"{readings} readings, every passage among them, model {found.model.name}"
    return said + searched_slowly(index.snapshot().searched_whole(), engine=engine() is not None)


def searched_slowly(large: list[tuple[str, int]], *, engine: bool) -> str:
    """What is said of languages with many readings that are multiplied one by one. Pure."""
    if not large:
        return ""
    which = ", ".join(f"{language}: {size:,}" for language, size in large)
    cure = (
        "xinde library build" if engine else "pip install 'xinde[large]', then xinde library build"
    )
    return f"; {which} readings are searched one by one, which is slower. Faster with: {cure}"


def _jobs(app: Flask) -> str:
    from webapp.community import db
    from webapp.reflections import published

    waiting = app.extensions["xinde_huey"].pending_count()
    behind = len(published.behind_index(db.session))
    if behind > 100:
        raise Ill(
            f"{behind} reflections are not in the index as they are. Is xinde serve or xinde worker running? By hand: xinde jobs run"
        )
    return f"{waiting} waiting, {behind} reflections behind"


def _mail(settings: Settings) -> str:
    from urllib.parse import urlsplit

    if not settings.mail_url:
        return "none is sent; for a forgotten password: xinde members reset-link EMAIL"
    import smtplib

    where = urlsplit(settings.mail_url)
    if where.scheme not in ("smtp", "smtps") or not where.hostname:
        raise Ill("XINDE_MAIL_URL must look like smtp://user:password@host:587")
    kind = smtplib.SMTP_SSL if where.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(
            where.hostname, where.port or (465 if where.scheme == "smtps" else 25), timeout=5
        ) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as problem:
        raise Ill(f"{where.hostname} does not answer ({problem}). Check XINDE_MAIL_URL.") from None
    return f"{where.hostname} answers"
