"""The community database's schema, as numbered steps (Alembic)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from flask_alembic import Alembic

from webapp.community import Base, writing

_alembic = Alembic(run_mkdir=False, command_name="db", metadatas=Base.metadata)


class alembic:
    """The app's Alembic, configured."""

    @staticmethod
    def init_app(app: Flask) -> None:
        # every room's tables must be known before anything is compared or created
        from webapp.answers import tables as _answers
        from webapp.audit import tables as _audit
        from webapp.coach import tables as _coach
        from webapp.desk import tables as _desk
        from webapp.goals import tables as _goals
        from webapp.members import tables as _members
        from webapp.notes import tables as _notes
        from webapp.notices import tables as _notices
        from webapp.people import tables as _people
        from webapp.readings import tables as _readings
        from webapp.reflections import tables as _reflections
        from webapp.reminders import tables as _reminders
        from webapp.requirements import tables as _requirements
        from webapp.suggestions import tables as _suggestions
        from webapp.texts import tables as _texts
        from webapp.themes import tables as _themes
        from webapp.units import tables as _units

        del _people, _reminders, _requirements
        del _answers, _audit, _coach, _desk, _notices
        del _goals, _members, _notes, _readings, _reflections, _suggestions, _texts, _themes, _units
        app.config["ALEMBIC"] = {
            "script_location": str(Path(__file__).parent / "versions"),
            "version_locations": [],
            "path_separator": "newline",  # a folder's name may hold a colon
        }
        app.config["ALEMBIC_CONTEXT"] = {
            "render_as_batch": True,
            "compare_type": True,
            # our SQLite connections say BEGIN themselves, so a step is whole or not there
            "transactional_ddl": True,
            "include_name": _is_ours_to_compare,
        }
        _alembic.init_app(app)


def _is_ours_to_compare(name: str | None, kind: str, _parents: Any) -> bool:
    """Leaves out the words index, which each engine has in its own form and which
    the tables in code therefore do not name (see step 0001)."""
    if kind == "table":
        return name != "reflection_words" and not str(name).startswith("reflection_words_")
    return not (kind == "index" and name == "ix_reflections_words")


def upgrade() -> None:
    """Bring the schema to the newest step. Safe to run twice, or by two processes
    at once; interrupted, it leaves the schema as it was."""
    with _whole_connection(), writing():
        _alembic.upgrade()


def current() -> list[str]:
    with _whole_connection():
        return [script.revision for script in _alembic.current()]


def heads() -> list[str]:
    return [script.revision for script in _alembic.heads()]


def differences() -> list[object]:
    """What the tables in code have that the database has not; empty when equal."""
    with _whole_connection():
        return list(_alembic.compare_metadata())


@contextmanager
def _whole_connection() -> Iterator[None]:
    """Alembic's connection, with no transaction left open on it before or after.

    Flask-Alembic keeps it until an app context ends, whichever: so it gets one of its
    own. Left to the requests that came next, several of them at once would close it
    together, and take the connection from under one that had just been given it.
    """
    with current_app.app_context():
        connection = _alembic.migration_context.connection
        assert connection is not None
        connection.rollback()
        try:
            yield
        finally:
            connection.rollback()
