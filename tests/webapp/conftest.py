"""A small real organisation: SQLite (or PostgreSQL), library, index, five texts.

Only the text model is a stand-in, and a working one (models/hashing.py).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from corpus import intake
from corpus.library import Library
from models.load import load_model
from recommender.indexing import sync_library
from tests.webapp.people import (
    add_member,
    client_for,
    found_organisation,
    fresh_database,
    running_app,
)
from webapp.jobs import queue

TEXTS = Path(__file__).parent / "texts"


@pytest.fixture(scope="session")
def hashing():
    return load_model("hashing", Path("unused"))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, hashing) -> Path:
    """A data folder with library, index and empty tables; copied for each test."""
    folder = tmp_path_factory.mktemp("built")
    intake.build(folder / "library.db", [TEXTS])
    with Library.open(folder / "library.db") as library:
        sync_library(folder / "index", library, hashing)
    with running_app(folder, "", hashing):
        pass  # leaves an empty, migrated SQLite database to copy
    return folder


@pytest.fixture
def database_url() -> Iterator[str]:
    with fresh_database() as url:
        yield url


@pytest.fixture
def app(tmp_path: Path, built: Path, hashing, database_url: str) -> Iterator[Flask]:
    data = tmp_path / "instance"
    shutil.copytree(built, data)
    with running_app(data, database_url, hashing) as app:
        yield app


@pytest.fixture
def organisation(app: Flask):
    return found_organisation()


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
    """A client that is signed in as this member (none: as nobody)."""
    return lambda member=None, **options: client_for(app, member, **options)


@pytest.fixture
def run_waiting_jobs(app: Flask) -> Callable[[], int]:
    return queue.run_waiting
