"""The community database's schema, as numbered steps (Alembic)."""

from __future__ import annotations

from flask import Flask
from flask_alembic import Alembic

from webapp.community import Base

_alembic = Alembic(run_mkdir=False, command_name="db", metadatas=Base.metadata)


class alembic:  # noqa: N801
    """The app's Alembic, configured."""

    @staticmethod
    def init_app(app: Flask) -> None:
        # every room's tables must be known before anything is compared or created
        from webapp.members import tables as _members
        from webapp.notes import tables as _notes
        from webapp.readings import tables as _readings
        from webapp.reflections import tables as _reflections
        from webapp.suggestions import tables as _suggestions
        from webapp.units import tables as _units

        del _members, _notes, _readings, _reflections, _suggestions, _units
        app.config["ALEMBIC"] = {
            "script_location": "webapp:migrations/versions",
            "version_locations": [],
        }
        app.config["ALEMBIC_CONTEXT"] = {"render_as_batch": True, "compare_type": True}
        _alembic.init_app(app)


def upgrade() -> None:
    """Bring the schema to the newest step. Safe to run twice."""
    _alembic.upgrade()


def current() -> list[str]:
    return [script.revision for script in _alembic.current()]


def heads() -> list[str]:
    return [script.revision for script in _alembic.heads()]


def differences() -> list[object]:
    """What the tables in code have that the database has not; empty when equal."""
    return list(_alembic.compare_metadata())
