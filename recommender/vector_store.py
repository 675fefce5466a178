"""Where readings and their vectors are kept: index.db, one row per reading. All its SQL is here.

The store can always be made again from the library and the community's
published pieces, so it is written with `synchronous=NORMAL`. Every change
gets the next revision; readers load a base segment made at some revision and
the rows changed since (see `segments.py`).
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from recommender.errors import IndexBroken, IndexMissing
from recommender.readings import Reading, ReadingKind

SCHEMA = """
create table if not exists meta (key text primary key, value text not null);
create table if not exists readings (
    number integer primary key autoincrement,
    id text not null unique,
    kind text not null,
    language text not null,
    metadata text not null,
    text text not null,
    content_hash text not null,
    model text not null,
    revision integer not null,
    vector blob not null,
    shares blob not null,
    terms blob not null
);
create index if not exists readings_revision on readings (revision);
create table if not exists gone (number integer primary key, revision integer not null);
"""


@dataclass(frozen=True)
class Embedded:
    """A reading as it is kept: with its vector, its sentences' shares and its words."""

    reading: Reading
    vector: np.ndarray  # (dim,) float32, unit
    shares: bytes  # `pack_shares` of (n_sentences, dim)
    terms: bytes  # `pack_terms`: title and headings first, then each sentence


@dataclass(frozen=True)
class Known:
    """What a sync compares without reading vectors."""

    kind: str
    content_hash: str
    model: str
    metadata: str


@dataclass(frozen=True)
class State:
    """Where the store stands."""

    model: str  # fingerprint
    model_name: str
    revision: int
    base: str  # folder of the base segment, "" when there is none
    base_revision: int


def database(folder: Path) -> Path:
    return folder / "index.db"


def connect(folder: Path) -> sqlite3.Connection:
    """Open for writing; makes the file when needed."""
    folder.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(
        database(folder), timeout=60, isolation_level=None, check_same_thread=False
    )
    db.execute("pragma journal_mode=wal")
    db.execute("pragma synchronous=normal")
    db.executescript(SCHEMA)
    return db


def connect_to_read(folder: Path) -> sqlite3.Connection:
    """Open for reading only; the file must be there."""
    path = database(folder)
    if not path.exists():
        raise IndexMissing(f"There is no index in {folder}. Make it with: xinde library build")
    try:
        db = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
        db.execute("pragma query_only=1")
        db.execute("select 1 from readings limit 1")
    except sqlite3.DatabaseError as error:
        raise IndexBroken(
            f"{path} cannot be read ({error}). Delete the folder {folder} "
            "and make it again with: xinde library build"
        ) from error
    return db


@contextmanager
def writing(db: sqlite3.Connection) -> Iterator[None]:
    """One immediate transaction, undone when anything fails."""
    db.execute("begin immediate")
    try:
        yield
    except BaseException:
        db.execute("rollback")
        raise
    db.execute("commit")


@contextmanager
def reading_at_one_moment(db: sqlite3.Connection) -> Iterator[None]:
    """Everything read inside belongs to one revision."""
    db.execute("begin")
    try:
        yield
    finally:
        db.execute("rollback")


def state(db: sqlite3.Connection) -> State:
    kept = dict(db.execute("select key, value from meta"))
    return State(
        model=kept.get("model", ""),
        model_name=kept.get("model_name", ""),
        revision=int(kept.get("revision", "0")),
        base=kept.get("base", ""),
        base_revision=int(kept.get("base_revision", "-1")),
    )


def remember(db: sqlite3.Connection, **values: str | int) -> None:
    db.executemany(
        "insert into meta (key, value) values (?, ?)"
        " on conflict (key) do update set value = excluded.value",
        [(key, str(value)) for key, value in values.items()],
    )


def next_revision(db: sqlite3.Connection) -> int:
    """A number larger than any before; call inside `writing`."""
    revision = state(db).revision + 1
    remember(db, revision=revision)
    return revision


def put(db: sqlite3.Connection, model: str, rows: Iterable[Embedded]) -> None:
    """Add or replace; a replaced reading keeps its number."""
    revision = next_revision(db)
    db.executemany(
        """
        insert into readings
            (id, kind, language, metadata, text, content_hash, model, revision,
             vector, shares, terms)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (id) do update set
            kind = excluded.kind, language = excluded.language, metadata = excluded.metadata,
            text = excluded.text, content_hash = excluded.content_hash, model = excluded.model,
            revision = excluded.revision, vector = excluded.vector, shares = excluded.shares,
            terms = excluded.terms
        """,
        [
            (
                row.reading.id,
                row.reading.kind,
                row.reading.language,
                metadata(row.reading),
                row.reading.text,
                row.reading.content_hash,
                model,
                revision,
                row.vector.astype(np.float32).tobytes(),
                row.shares,
                row.terms,
            )
            for row in rows
        ],
    )


def relabel(db: sqlite3.Connection, rows: Iterable[tuple[Reading, bytes]]) -> None:
    """New metadata and words for readings whose vector stays as it is."""
    revision = next_revision(db)
    db.executemany(
        "update readings set metadata = ?, terms = ?, revision = ? where id = ?",
        [(metadata(reading), terms, revision, reading.id) for reading, terms in rows],
    )


def remove(db: sqlite3.Connection, ids: Sequence[str]) -> int:
    """Take readings out; the number of those that were there. Where none was, the
    index is not touched: what is not open to all must not be noticed in it."""
    there = "select 1 from readings where id = ?"
    if not any(db.execute(there, (reading_id,)).fetchone() for reading_id in ids):
        return 0
    revision = next_revision(db)
    before = db.total_changes
    db.executemany(
        "insert or replace into gone (number, revision)"
        " select number, ? from readings where id = ?",
        [(revision, reading_id) for reading_id in ids],
    )
    removed = db.total_changes - before
    db.executemany("delete from readings where id = ?", [(reading_id,) for reading_id in ids])
    return removed


def known(db: sqlite3.Connection) -> dict[str, Known]:
    rows = db.execute("select id, kind, content_hash, model, metadata from readings")
    return {row[0]: Known(*row[1:]) for row in rows}


def hashes(db: sqlite3.Connection, model: str) -> dict[str, str]:
    """Content hash by id of every passage with a vector of this model."""
    rows = db.execute(
        "select id, content_hash from readings where kind = 'passage' and model = ?", (model,)
    )
    return dict(rows.fetchall())


def known_of(db: sqlite3.Connection, ids: Sequence[str]) -> dict[str, Known]:
    """`known` for some readings."""
    found = {}
    for reading_id in ids:
        row = db.execute(
            "select kind, content_hash, model, metadata from readings where id = ?", (reading_id,)
        ).fetchone()
        if row:
            found[reading_id] = Known(*row)
    return found


def published(db: sqlite3.Connection) -> list[Reading]:
    """Readings that are not passages, by id."""
    rows = db.execute(
        "select id, kind, language, metadata, text, content_hash from readings"
        " where kind <> 'passage' order by id"
    )
    return [reading_of(*row) for row in rows]


def words_version(db: sqlite3.Connection) -> str:
    row = db.execute("select value from meta where key = 'words'").fetchone()
    return row[0] if row else ""


def count(db: sqlite3.Connection, model: str) -> int:
    return int(db.execute("select count(*) from readings where model = ?", (model,)).fetchone()[0])


def changed_since(db: sqlite3.Connection, revision: int) -> int:
    """How many rows a reader must load beside a base made at `revision`."""
    rows = db.execute(
        "select (select count(*) from readings where revision > :r)"
        " + (select count(*) from gone where revision > :r)",
        {"r": revision},
    )
    return int(rows.fetchone()[0])


ROW = "number, id, kind, language, metadata, vector, terms, text"


def rows_since(db: sqlite3.Connection, model: str, revision: int) -> Iterator[tuple[Any, ...]]:
    """Rows of a segment (columns `ROW`), by language and id."""
    return db.execute(
        f"select {ROW} from readings where model = ? and revision > ? order by language, id",
        (model, revision),
    )


def numbers_changed_since(db: sqlite3.Connection, revision: int) -> list[int]:
    """Rows of a base made at `revision` that no longer hold."""
    rows = db.execute(
        "select number from readings where revision > :r"
        " union select number from gone where revision > :r",
        {"r": revision},
    )
    return [row[0] for row in rows]


def forget_gone(db: sqlite3.Connection, revision: int) -> None:
    db.execute("delete from gone where revision <= ?", (revision,))


def fetch(
    db: sqlite3.Connection, numbers: Sequence[int]
) -> dict[int, tuple[Reading, bytes, bytes]]:
    """number -> (reading, shares, terms); a reading that is gone by now is left out."""
    places = ",".join("?" * len(numbers))
    rows = db.execute(
        "select number, id, kind, language, metadata, text, content_hash, shares, terms"
        f" from readings where number in ({places})",
        list(numbers),
    )
    return {row[0]: (reading_of(*row[1:7]), row[7], row[8]) for row in rows}


def number_of(db: sqlite3.Connection, reading_id: str) -> int | None:
    row = db.execute("select number from readings where id = ?", (reading_id,)).fetchone()
    return row[0] if row else None


def metadata(reading: Reading) -> str:
    """What a card shows and a filter asks, as JSON that is equal when nothing changed."""
    return json.dumps(
        {
            "group": reading.group,
            "title": reading.title,
            "author": reading.author,
            "sentences": [list(span) for span in reading.sentences],
            "path": list(reading.path),
            "themes": list(reading.themes),
            "roles": list(reading.roles),
            "level": reading.level,
            "minutes": reading.minutes,
            "version_group": reading.version_group,
            "published_on": reading.published_on.isoformat() if reading.published_on else None,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def reading_of(
    reading_id: str, kind: ReadingKind, language: str, meta: str, text: str, content_hash: str
) -> Reading:
    kept = json.loads(meta)
    published = kept["published_on"]
    return Reading(
        id=reading_id,
        kind=kind,
        group=kept["group"],
        language=language,
        title=kept["title"],
        author=kept["author"],
        text=text,
        sentences=tuple((start, end) for start, end in kept["sentences"]),
        content_hash=content_hash,
        path=tuple(kept["path"]),
        themes=tuple(kept["themes"]),
        roles=tuple(kept["roles"]),
        level=kept["level"],
        minutes=kept["minutes"],
        version_group=kept["version_group"],
        published_on=dt.date.fromisoformat(published) if published else None,
    )


def pack_shares(shares: np.ndarray) -> bytes:
    """(n, dim) float32 as one scale and `dim` int8 per sentence.

    Shares choose which sentence is quoted and never make a score, so 8 bits do.
    """
    scale = np.abs(shares).max(axis=1, initial=0.0).astype(np.float32) / 127
    safe = np.where(scale > 0, scale, 1)
    return scale.tobytes() + np.rint(shares / safe[:, None]).astype(np.int8).tobytes()


def unpack_shares(packed: bytes, dim: int) -> tuple[np.ndarray, np.ndarray]:
    """-> int8 shares (n, dim) and their scales (n,)."""
    n = len(packed) // (dim + 4)
    scale = np.frombuffer(packed, np.float32, n)
    return np.frombuffer(packed, np.int8, n * dim, offset=4 * n).reshape(n, dim), scale


def pack_terms(parts: Sequence[np.ndarray]) -> bytes:
    """Hashed words of each part; one count per part, then all words."""
    counts = np.array([len(part) for part in parts], np.uint64)
    head = np.array([len(parts)], np.uint64)
    return b"".join(array.astype(np.uint64).tobytes() for array in (head, counts, *parts))


def unpack_terms(packed: bytes) -> tuple[np.ndarray, np.ndarray]:
    """-> all hashed words (t,) uint64, and where each part begins (n_parts + 1,) int64."""
    everything = np.frombuffer(packed, np.uint64)
    n = int(everything[0])
    starts = np.zeros(n + 1, np.int64)
    np.cumsum(everything[1 : n + 1].astype(np.int64), out=starts[1:])
    return everything[n + 1 :], starts
