"""A small real organisation: SQLite (or PostgreSQL), library, index, five texts.

Only the text model is a stand-in, and a working one (models/hashing.py).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from corpus import intake
from corpus.library import Library
from models.load import load_model
from recommender.indexing import sync_library
from tests.webapp.people import NOW, add_member
from webapp import create_app, migrations
from webapp.community import db
from webapp.ids import new_id
from webapp.jobs import queue
from webapp.members import actions as members
from webapp.settings import Settings

TEXTS = Path(__file__).parent / "texts"


@pytest.fixture(scope="session")
def hashing():
    return load_model("hashing", Path("unused"))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, hashing) -> Path:
    """A data folder with library and index of the five texts; copied for each test."""
    folder = tmp_path_factory.mktemp("built")
    intake.build(folder / "library.db", [TEXTS])
    library = Library.open(folder / "library.db")
    sync_library(folder / "index", library, hashing)
    library.close()
    return folder


@pytest.fixture(scope="session")
def password_hash_cache() -> dict[str, str]:
    return {}


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """SQLite, or a fresh schema of the PostgreSQL at TEST_DATABASE_URL."""
    url = os.environ.get("TEST_DATABASE_URL", "")
    if not url:
        yield ""
        return
    schema = f"t{new_schema_number()}"
    driver_url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = sa.create_engine(driver_url)
    with engine.begin() as connection:
        connection.execute(sa.text(f"create schema {schema}"))
    yield f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}"
    with engine.begin() as connection:
        connection.execute(sa.text(f"drop schema {schema} cascade"))
    engine.dispose()


_schemas = iter(range(1_000_000))


def new_schema_number() -> str:
    return f"{os.getpid()}_{next(_schemas)}"


@pytest.fixture
def app(tmp_path: Path, built: Path, hashing, database_url: str) -> Iterator[Flask]:
    import shutil

    data = tmp_path / "instance"
    shutil.copytree(built, data)
    app = create_app(
        Settings(data=data, model="hashing", database_url=database_url),
        model=hashing,
        TESTING=True,
        NOW=NOW,
        WTF_CSRF_ENABLED=False,
        SECURITY_PASSWORD_HASH="plaintext",
        SECURITY_PASSWORD_SCHEMES=["plaintext"],
        SECURITY_PASSWORD_SINGLE_HASH=["plaintext"],
        SECURITY_DEPRECATED_PASSWORD_SCHEMES=[],
    )
    with app.app_context():
        migrations.upgrade()
        yield app
        db.session.rollback()
        db.engine.dispose()
    app.extensions["xinde_resources"].close()


@pytest.fixture
def organisation(app: Flask) -> SimpleNamespace:
    from corpus import starter

    roles = [
        {
            "id": r.id,
            "name_en": r.name("en"),
            "name_zh": r.name("zh"),
            "duties_en": r.description("en"),
            "duties_zh": r.description("zh"),
        }
        for r in starter.roles()
    ]
    found = members.found_organisation(
        db.session, name="Harbour School", language="en", roles=roles, now=NOW
    )
    harbour, hill = new_id(), new_id()
    for unit_id, name in ((harbour, "Harbour"), (hill, "Hill")):
        members.add_unit(
            db.session, found.id, unit_id=unit_id, name=name, kind="branch", parent_id=None, now=NOW
        )
    return SimpleNamespace(id=found.id, harbour=harbour, hill=hill)


@pytest.fixture
def maria(organisation):
    """A member of Harbour who reads English first."""
    return add_member(organisation, "Maria Lopez", organisation.harbour)


@pytest.fixture
def li(organisation):
    """A member of Harbour who reads Chinese first."""
    return add_member(organisation, "Li Wen", organisation.harbour, language="zh")


@pytest.fixture
def omar(organisation):
    """A member of Hill."""
    return add_member(organisation, "Omar Haddad", organisation.hill)


@pytest.fixture
def ada(organisation):
    """An administrator, in Hill."""
    return add_member(organisation, "Ada Admin", organisation.hill, administrator=True)


@pytest.fixture
def client_as(app: Flask) -> Callable[..., FlaskClient]:
    """A client that is signed in as this member (None: as nobody)."""

    def make(member=None, *, language: str | None = None) -> FlaskClient:
        client = app.test_client()
        if member is not None:
            from webapp.members.tables import User

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

    return make


@pytest.fixture
def run_waiting_jobs(app: Flask) -> Callable[[], int]:
    return queue.run_waiting
