"""The SQLite database of a test's app as it was at a moment, and the way back to it: much
faster than making everything anew."""

from __future__ import annotations

import sqlite3

from flask import Flask

from webapp.community import db


class Snapshot:
    def __init__(self, app: Flask) -> None:
        db.session.rollback()
        self._as_it_was = sqlite3.connect(":memory:")
        self._database = sqlite3.connect(app.config["XINDE"].community_url.split("///")[1])
        self._database.execute("pragma synchronous=off")
        self._database.backup(self._as_it_was)
        self._version = self._changes()

    def has_changed(self) -> bool:
        """Whether anything was written since then, by anybody."""
        return self._changes() != self._version

    def back(self) -> None:
        db.session.rollback()
        self._as_it_was.backup(self._database)
        self._version = self._changes()

    def close(self) -> None:
        self._database.close()
        self._as_it_was.close()

    def _changes(self) -> int:
        return int(self._database.execute("pragma data_version").fetchone()[0])
