"""Making apps, organisations, members and signed-in clients for tests."""

from __future__ import annotations

import contextvars
import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from jinja2.bccache import Bucket, BytecodeCache

from webapp import create_app, migrations
from webapp.community import change, db
from webapp.ids import new_id
from webapp.members import actions as members
from webapp.members.tables import User
from webapp.settings import Settings
from webapp.units import actions as units
from webapp.units import beginnings

NOW = dt.datetime(2026, 5, 4, 9, 30, tzinfo=dt.UTC)
PASSWORD = "correct horse battery"

# The real hash is slow on purpose; one test of accounts uses it.
PLAIN_PASSWORDS = {
    "SECURITY_PASSWORD_HASH": "plaintext",
    "SECURITY_PASSWORD_SCHEMES": ["plaintext"],
    "SECURITY_PASSWORD_SINGLE_HASH": ["plaintext"],
    "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
}

_schemas = iter(range(1_000_000))


class CompiledTemplates(BytecodeCache):
    """Templates compiled once for all the apps of a test run."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


_templates = CompiledTemplates()


@contextmanager
def fresh_database() -> Iterator[str]:
    """SQLite (empty url), or a fresh schema of the PostgreSQL at TEST_DATABASE_URL."""
    url = os.environ.get("TEST_DATABASE_URL", "")
    if not url:
        yield ""
        return
    schema = f"t{os.getpid()}_{next(_schemas)}"
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        connection.execute(sa.text(f"create schema {schema}"))
    yield f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}"
    with engine.begin() as connection:
        connection.execute(sa.text(f"drop schema {schema} cascade"))
    engine.dispose()


@contextmanager
def running_app(data: Path, database_url: str, model: Any, **config: Any) -> Iterator[Flask]:
    """The app on a data folder, its tables made, inside an app context."""
    settings = Settings(data=data, model="hashing", database_url=database_url)
    options = {"TESTING": True, "NOW": NOW, "WTF_CSRF_ENABLED": False, **PLAIN_PASSWORDS, **config}
    settings = options.pop("settings", settings)
    app = create_app(settings, model=model, **options)
    app.jinja_env.bytecode_cache = _templates
    with app.app_context():
        migrations.upgrade()
        yield app
        db.session.rollback()
        db.engine.dispose()
    app.extensions["xinde_resources"].close()


def found_organisation() -> SimpleNamespace:
    """Harbour School with the units Harbour and Hill and the starter roles."""
    founded = members.found_organisation(
        db.session,
        name="Harbour School",
        language="en",
        roles=beginnings.roles(),
        kinds=beginnings.kinds(),
        now=NOW,
    )
    harbour, hill = new_id(), new_id()
    for unit_id, name in ((harbour, "Harbour"), (hill, "Hill")):
        with change(db.session):
            units.new_unit(
                db.session,
                founded.id,
                unit_id=unit_id,
                name=name,
                kind="branch",
                parent_id=None,
                now=NOW,
            )
    return SimpleNamespace(id=founded.id, harbour=harbour, hill=hill)


class FreshClient(FlaskClient):
    """Each request in an app context of its own, as on a server.

    The tests hold an app context open; within it Flask would share `g`, and with
    it the signed-in member, between the requests of different clients.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        db.session.rollback()
        answer = contextvars.Context().run(super().open, *args, **kwargs)
        db.session.expire_all()
        return answer


def client_for(app: Flask, member: Any = None, *, language: str | None = None) -> FlaskClient:
    """A client that is signed in as this member (None: as nobody)."""
    client = FreshClient(app, app.response_class)
    if member is not None:
        account = db.session.get(User, member.account_id)
        with client.session_transaction() as session:
            session["_user_id"] = account.fs_uniquifier
            session["_fresh"] = True
            session["fs_paa"] = NOW.timestamp()
            session["fs_cc"] = "set"
            session["identity"] = account.fs_uniquifier
    if language:
        client.set_cookie("language", language)
    return client


def add_member(
    organisation: SimpleNamespace,
    name: str,
    unit_id: str,
    *,
    language: str = "en",
    administrator: bool = False,
    welcomed: bool = True,
):
    with change(db.session) as session:
        member = members.new_member(
            session,
            organisation.id,
            member_id=new_id(),
            name=name,
            email=f"{name.lower().replace(' ', '.')}@example.org",
            password_hash=hash_password(PASSWORD),
            language=language,
            administrator=administrator,
            now=NOW,
        )
        members.add_membership(session, member, unit_id, now=NOW)
        member.welcomed_at = NOW if welcomed else None
    return member
