"""How library.db is opened, and what its errors mean to a person."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import urllib.parse
import weakref
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from corpus.migrations import migrations
from corpus.texts import CorpusError, LibraryBroken, LibraryMissing

WAIT = 30.0  # seconds for another process's transaction


class _Held:
    """A thread's connection; closed when the thread is gone."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.db.close()


class Connections:
    """One SQLite connection per thread to one library file."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self.path = path
        self.read_only = read_only
        self._own = threading.local()
        self._all: weakref.WeakSet[_Held] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._closed = False

    def db(self) -> Database:
        """This thread's connection."""
        if self._closed:
            raise LibraryBroken(f"The library {self.path} was closed and is asked again.")
        held = getattr(self._own, "held", None)
        if held is None:
            held = _Held(self._connect())
            self._own.held = held
            with self._lock:
                self._all.add(held)
        db: Database = held.db
        return db

    def close(self) -> None:
        self._closed = True
        with self._lock:
            for held in list(self._all):
                held.db.close()

    def _connect(self) -> Database:
        mode = "rwc"
        if self.read_only:
            # Where the folder cannot be written, SQLite cannot make the small
            # files that WAL needs even for reading; and nobody else writes
            # there either, which is what "immutable" promises.
            mode = "ro" if os.access(self.path.parent, os.W_OK) else "ro&immutable=1"
        with told(self.path):
            conn = sqlite3.connect(
                f"file:{urllib.parse.quote(str(self.path))}?mode={mode}",
                uri=True,
                timeout=WAIT,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                conn.execute("pragma foreign_keys = on")
                if not self.read_only:
                    conn.execute("pragma journal_mode = wal")
                    conn.execute("pragma synchronous = normal")  # it can be rebuilt
                else:
                    conn.execute("pragma query_only = on")
                conn.execute("select count(*) from sqlite_master").fetchone()
            except BaseException:
                conn.close()
                raise
        return Database(conn)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Database]:
        """One writing transaction: all of it or nothing, whatever interrupts it."""
        if self.read_only:
            raise LibraryBroken(
                f"The library {self.path} is open for reading only: its folder cannot be written. "
                "Give this user write access to the folder and run again."
            )
        db = self.db()
        with told(self.path):
            db.conn.execute("begin immediate")
            try:
                yield db
                db.conn.execute("commit")
            except BaseException:
                if db.conn.in_transaction:
                    db.conn.execute("rollback")
                raise


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns SQLite's errors into `LibraryBroken` with the file and the cure."""
    try:
        yield
    except sqlite3.Error as error:
        raise LibraryBroken(_message(path, error)) from error


def _message(path: Path, error: sqlite3.Error) -> str:
    said = str(error)
    if "disk is full" in said:
        return (
            f"The disk is full: {path} could not be written. Nothing half done was kept. "
            "Free some space and run the same command again."
        )
    if "readonly" in said:
        return (
            f"The library {path} cannot be written. "
            "Give this user write access to the file and its folder and run again."
        )
    if "locked" in said or "busy" in said:
        return f"Another process is writing to {path}. Wait until it is done and run again."
    if "not a database" in said or "malformed" in said:
        return (
            f"{path} is not a library, or it is damaged ({said}). "
            "Move it away and run: xinde library build"
        )
    if "unable to open" in said:
        return (
            f"The library {path} cannot be opened. "
            "Check that its folder exists and that this user may read and write it."
        )
    return f"The library {path} failed: {said}. If it stays so, move it away and run: xinde library build"


def opened(path: Path, *, read_only: bool) -> Connections:
    """A connection to a library that is there and of this version."""
    if not path.exists():
        raise LibraryMissing(f"There is no library at {path}. Make one with: xinde library build")
    if path.is_dir():
        raise LibraryBroken(f"{path} is a folder; a library is a file. Name the file.")
    connections = Connections(path, read_only=read_only)
    try:
        _check(connections)
    except CorpusError:
        connections.close()
        raise
    return connections


def created(path: Path) -> Connections:
    """A connection to a library that is made if it is not there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryBroken(
            f"The folder {path.parent} cannot be made: {error.strerror}. "
            "Choose another folder or ask for write access."
        ) from error
    connections = Connections(path, read_only=False)
    try:
        if connections.db().table_names():
            _check(connections)
        else:
            _apply(connections)
    except CorpusError:
        connections.close()
        raise
    return connections


def _check(connections: Connections) -> None:
    path = connections.path
    db = connections.db()
    with told(path):
        applied = {m.name for m in migrations.applied(db)}
    if not applied:
        raise LibraryBroken(
            f"{path} is an SQLite file and not a library of Xinde. "
            "Name another file, or move this one away and run: xinde library build"
        )
    known = {m.name for m in migrations._migrations}
    if applied - known:
        raise LibraryBroken(
            f"The library {path} was made by a newer version of Xinde. "
            "Update Xinde, or move the file away and run: xinde library build"
        )
    if known - applied:
        if connections.read_only:
            raise LibraryBroken(
                f"The library {path} was made by an older version of Xinde and cannot be changed. "
                "Give this user write access to its folder and run: xinde library build"
            )
        _apply(connections)


def _apply(connections: Connections) -> None:
    with told(connections.path):
        migrations.apply(connections.db())
