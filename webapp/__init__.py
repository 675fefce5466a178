"""The Flask app of Xinde: `create_app` puts its rooms together."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from webapp.settings import Settings


def create_app(settings: Settings | None = None, *, model: Any = None, **config: Any) -> Flask:
    """The app for these settings (default: from the environment).

    `model` stands in for the text model in fast tests. Opens the community
    database but neither changes its schema nor builds the library: see
    `webapp.setup`.
    """
    from flask import Flask
    from flask_wtf import CSRFProtect

    from webapp import community, doors, fonts, languages, not_set_up, reloading, shapes
    from webapp import settings as settings_module
    from webapp.answers import views as answers
    from webapp.asking import views as asking
    from webapp.audit import signing
    from webapp.audit import views as audit
    from webapp.coach import views as coach
    from webapp.desk import views as desk
    from webapp.goals import views as goals
    from webapp.jobs import queue
    from webapp.leaving import meanwhile
    from webapp.leaving import views as leaving
    from webapp.looking_back import views as looking_back
    from webapp.members import accounts
    from webapp.members import views as members
    from webapp.migrations import alembic
    from webapp.notes import views as notes
    from webapp.notices import views as notices
    from webapp.originality import views as originality
    from webapp.people import views as people
    from webapp.readings import views as readings
    from webapp.reflections import views as reflections
    from webapp.reminders import views as reminders
    from webapp.reports import views as reports
    from webapp.requirements import views as requirements
    from webapp.resources import Resources
    from webapp.suggestions import views as suggestions
    from webapp.texts import views as texts
    from webapp.themes import views as themes
    from webapp.units import views as units

    settings = settings or settings_module.read()
    settings.data.mkdir(parents=True, exist_ok=True)
    app = Flask(__name__, static_url_path="/static")
    seed = settings.id_seed
    app.config.update(
        XINDE=settings,
        SECRET_KEY=settings.secret_key or kept_secret(settings.data, "secret_key"),
        SECURITY_PASSWORD_SALT=kept_secret(settings.data, "password_salt"),
        ID_SALT=seed.encode() if seed else kept_secret(settings.data, "id_salt").encode(),
        MAX_CONTENT_LENGTH=4 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        SESSION_COOKIE_NAME="xinde",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SECURE=settings.public_url.startswith("https://"),
        WTF_CSRF_TIME_LIMIT=None,  # a draft may be open for days
    )
    app.config.update(config)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    languages.init_app(app, settings.data)
    community.init_app(app, settings.community_url)
    alembic.init_app(app)
    app.extensions["xinde_resources"] = Resources(settings, model=model)
    queue.init_app(app)
    not_set_up.init_app(app)
    doors.init_app(app)
    reloading.init_app(app)
    meanwhile.init_app(app)
    CSRFProtect(app)  # after the doors: its refusals are pages for whoever asks
    accounts.init_app(app)
    signing.init_app(app)
    shapes.init_app(app)
    fonts.init_app(app)
    for room in (
        members,
        suggestions,
        readings,
        notes,
        notices,
        reflections,
        people,
        texts,
        answers,
        asking,
        themes,
        coach,
        goals,
        looking_back,
        originality,
        requirements,
        units,
        desk,
        audit,
        leaving,
        reminders,
        reports,
    ):
        app.register_blueprint(room.bp)
    return app


def kept_secret(folder: Path, name: str) -> str:
    """A random secret that is made once and kept beside the data, readable by its
    owner alone. Two processes starting at once agree on one."""
    path = folder / "secrets" / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists() or not path.read_text().strip():
        part = path.with_name(f"{name}.{secrets.token_hex(4)}.part")
        part.touch(mode=0o600)
        part.write_text(secrets.token_urlsafe(48))
        if path.exists():
            part.replace(path)
        else:
            try:
                path.hardlink_to(part)  # fails if another process was first
            except OSError:
                if not path.exists():
                    part.replace(path)
            part.unlink(missing_ok=True)
    return path.read_text().strip()
