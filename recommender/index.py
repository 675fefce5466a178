"""The index as a page sees it: one snapshot of all readings, renewed when the files change."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import numpy as np

from models.text_model import TextModel
from recommender import quoting, segments, vector_store
from recommender.embedding import sentences_of
from recommender.errors import IndexBroken, IndexMismatch, IndexMissing
from recommender.products import multiply
from recommender.quantised import CODES_FROM, Near
from recommender.readings import Reading
from recommender.segments import Group, Segment
from recommender.word_index import Vocabulary, WordBlock

# Readings kept as objects between calls; a page shows a few dozen.
MOST_KEPT = 2_000


@dataclass(frozen=True)
class Kept:
    """A reading with what its reasons are read from."""

    reading: Reading
    shares: np.ndarray  # (n_sentences, dim) int8
    scales: np.ndarray  # (n_sentences,) float32
    terms: np.ndarray  # (t,) uint64 hashed words: title and headings, then each sentence
    starts: np.ndarray  # (n_sentences + 2,) int64 into `terms`

    @cached_property
    def quotable(self) -> quoting.Quotable:
        """Whether a sentence may stand on a card."""
        reading = self.reading
        return quoting.Quotable(reading.text, sentences_of(reading), reading.language)


@dataclass(frozen=True)
class Block:
    """A slice of rows of one language with their vectors."""

    language: str
    start: int
    stop: int


@dataclass(frozen=True)
class Snapshot:
    """All readings at one revision; rows are numbered 0..size-1. Never changes."""

    revision: int
    size: int
    matrices: tuple[np.ndarray, ...]  # base and second segment, (n, dim) each, centred
    numbers: np.ndarray  # (size,) int64 in index.db
    group_of: np.ndarray  # (size,) int32 into `groups`
    groups: tuple[Group, ...]
    group_codes: dict[str, int]
    rows_by_group: np.ndarray  # (size,) living rows, by group
    group_starts: np.ndarray  # (n_groups + 1,) into `rows_by_group`
    dead: np.ndarray  # rows that are gone or replaced
    bare: np.ndarray  # (size,) bool: found by a search, never suggested: nothing to quote
    unsuggested: np.ndarray  # the rows of `bare`
    blocks: tuple[Block, ...]
    vocabularies: dict[str, Vocabulary]
    centre: np.ndarray  # (dim,) what was taken from all vectors; queries lose it too
    versions: dict[str, tuple[int, ...]]  # version group -> its groups
    told: np.ndarray  # (n_groups,) bool: a published piece, not a text of the library
    texts: tuple[str, ...]  # per group: what its versions share, else its own name
    ring: np.ndarray  # groups that are not empty, in the order of a hash of their names
    near: tuple[Near | None, ...] = ()  # per block: what names its nearest rows

    @property
    def is_large(self) -> bool:
        """Whether any block is searched without its whole product."""
        return any(near is not None for near in self.near)

    def searched_whole(self) -> list[tuple[str, int]]:
        """Language and size of each block that is large and has no codes all the same."""
        return [
            (block.language, block.stop - block.start)
            for block, near in zip(self.blocks, self.near, strict=False)
            if near is None and block.stop - block.start >= CODES_FROM
        ]

    def products(self, queries: np.ndarray) -> np.ndarray:
        """centred queries (m, dim) -> (m, size) float32, dead rows included."""
        out = np.empty((len(queries), self.size), np.float32)
        start = 0
        for matrix in self.matrices:
            multiply(queries, matrix, out[:, start : start + len(matrix)])
            start += len(matrix)
        return out

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """(k, dim) of some rows, centred."""
        first = self.matrices[0]
        if len(self.matrices) == 1:
            return np.take(first, rows, axis=0)
        out = np.empty((len(rows), first.shape[1]), np.float32)
        later = rows >= len(first)
        out[~later] = first[rows[~later]]
        out[later] = self.matrices[1][rows[later] - len(first)]
        return out

    def vectors_of(self, block: Block) -> np.ndarray:
        """(n, dim) of a block, centred, without a copy."""
        first = self.matrices[0]
        if block.start < len(first):
            return first[block.start : block.stop]
        return self.matrices[1][block.start - len(first) : block.stop - len(first)]

    def rows_of_group(self, code: int) -> np.ndarray:
        return self.rows_by_group[self.group_starts[code] : self.group_starts[code + 1]]

    def codes_of_groups(self, names: Iterable[str]) -> set[int]:
        """The groups named, and the other versions of the same texts."""
        codes: set[int] = set()
        for name in names:
            code = self.group_codes.get(name)
            if code is not None:
                version = self.groups[code].version_group
                codes.add(code)
                codes.update(self.versions[version] if version else ())
        return codes

    def rows_of_groups(self, names: Iterable[str]) -> np.ndarray:
        """Living rows of `codes_of_groups`."""
        codes = sorted(self.codes_of_groups(names))
        if not codes:
            return np.empty(0, np.int64)
        return np.concatenate([self.rows_of_group(code) for code in codes])

    def languages(self) -> tuple[str, ...]:
        return tuple(self.vocabularies)


class Index:
    """Opened once per process; thread-safe. Made with `Index.open`."""

    def __init__(
        self,
        folder: Path,
        fingerprint: str,
        model_name: str,
        dim: int,
        codes_from: int = CODES_FROM,
    ) -> None:
        self.folder = folder
        self._codes_from = codes_from
        self._fingerprint = fingerprint
        self._model_name = model_name
        self._dim = dim
        self._lock = threading.Lock()
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._seen: tuple[int, int] | None = None
        self._snapshot: Snapshot | None = None
        self._kept: dict[int, Kept] = {}

    @classmethod
    def open(cls, folder: Path, model: TextModel, *, codes_from: int = CODES_FROM) -> Index:
        """Raises IndexMissing, IndexMismatch or IndexBroken; each names the cure.

        From `codes_from` readings a language is searched by its codes, if it has any.
        """
        index = cls(Path(folder), model.fingerprint, model.name, model.dim, codes_from)
        index.snapshot()
        return index

    def close(self) -> None:
        with self._lock:
            for db in self._connections:
                db.close()
            self._connections.clear()
            self._local = threading.local()

    def snapshot(self) -> Snapshot:
        """The present readings; looks whether another process changed the files."""
        stamp = _stamp(self.folder)
        if self._snapshot is None or stamp != self._seen:
            with self._lock:
                if self._snapshot is None or stamp != self._seen:
                    self._snapshot = self._load()
                    self._kept = {}
                    self._seen = stamp
        return self._snapshot

    def fetch(self, snapshot: Snapshot, rows: Sequence[int] | np.ndarray) -> dict[int, Kept]:
        """row -> reading; one that was taken out this moment is left out."""
        kept = self._kept
        wanted = {int(row): int(snapshot.numbers[row]) for row in rows}
        missing = [number for number in wanted.values() if number not in kept]
        if missing:
            found = vector_store.fetch(self._connection(), missing)
            if len(kept) + len(found) > MOST_KEPT:
                kept = self._kept = {}
                return self.fetch(snapshot, rows) if len(wanted) <= MOST_KEPT else {}
            for number, (reading, shares, terms) in found.items():
                kept[number] = Kept(
                    reading,
                    *vector_store.unpack_shares(shares, self._dim),
                    *vector_store.unpack_terms(terms),
                )
        return {row: kept[number] for row, number in wanted.items() if number in kept}

    def row_of(self, snapshot: Snapshot, reading_id: str) -> int | None:
        """The row of a reading, or None when it is not (or no longer) there."""
        number = vector_store.number_of(self._connection(), reading_id)
        if number is None:
            return None
        rows = np.setdiff1d(np.flatnonzero(snapshot.numbers == number), snapshot.dead)
        return int(rows[0]) if len(rows) else None

    def _connection(self) -> sqlite3.Connection:
        db = getattr(self._local, "db", None)
        if db is None:
            db = self._local.db = vector_store.connect_to_read(self.folder)
            self._connections.append(db)
        return db

    def _load(self) -> Snapshot:
        db = self._connection()
        for _attempt in range(5):
            try:
                with vector_store.reading_at_one_moment(db):
                    return self._load_moment(db)
            except FileNotFoundError:
                continue  # the base was replaced between reading its name and opening it
            except (ValueError, sqlite3.DatabaseError, KeyError) as error:
                raise IndexBroken(
                    f"The index in {self.folder} cannot be read ({error}). Delete that folder "
                    "and make it again with: xinde library build"
                ) from error
        raise IndexBroken(
            f"The index in {self.folder} names a base segment that is not there. "
            "Delete that folder and make it again with: xinde library build"
        )

    def _load_moment(self, db: sqlite3.Connection) -> Snapshot:
        state = vector_store.state(db)
        if not state.model:
            raise IndexMissing(
                f"The index in {self.folder} is empty. Fill it with: xinde library build"
            )
        if state.model != self._fingerprint:
            raise IndexMismatch(
                f"The index in {self.folder} was built with the model {state.model_name} "
                f"({state.model}), and this is {self._model_name} ({self._fingerprint}). "
                "Build it again with: xinde library build"
            )
        parts: list[Segment] = []
        since = -1
        gone: list[int] = []
        if state.base:
            parts.append(segments.load(self.folder / state.base, self._codes_from))
            since = state.base_revision
            gone = vector_store.numbers_changed_since(db, since)
        rows = list(vector_store.rows_since(db, state.model, since))
        if rows or not parts:
            centre = parts[0].centre if parts else None
            parts.append(segments.segment_of(rows, self._dim, centre=centre))
        return assemble(state.revision, parts, gone)


def _stamp(folder: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(f"{folder}/generation")  # joined so: asked on every call
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino


def publish(folder: Path, revision: int) -> None:
    """Tell other processes that the files changed; atomically."""
    draft = folder / f"generation.{os.getpid()}.{threading.get_ident()}"
    draft.write_text(f"{revision}\n", encoding="ascii")
    os.replace(draft, folder / "generation")


def assemble(revision: int, parts: Sequence[Segment], gone: Sequence[int]) -> Snapshot:
    """One snapshot of the base segment, the rows since, and the base's rows that are gone."""
    dead = (
        np.flatnonzero(np.isin(parts[0].numbers, np.array(gone, np.int64)))
        if gone
        else np.empty(0, np.int64)
    )
    is_dead = np.zeros(sum(len(p.numbers) for p in parts), bool)
    is_dead[dead] = True
    groups, codes, group_of = _merge_groups(parts)
    blocks: list[Block] = []
    word_blocks: dict[str, list[WordBlock]] = {}
    offset = 0
    for part in parts:
        for (language, first, end), index in zip(part.languages, part.words, strict=True):
            start, stop = offset + first, offset + end
            blocks.append(Block(language, start, stop))
            lost = is_dead[start:stop]
            block = WordBlock(index, start, lost if lost.any() else None)
            word_blocks.setdefault(language, []).append(block)
        offset += len(part.numbers)
    alive = np.flatnonzero(~is_dead)
    by_group = alive[np.argsort(group_of[alive], kind="stable")]
    sizes = np.bincount(group_of[alive], minlength=len(groups))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    versions: dict[str, list[int]] = {}
    for code in np.flatnonzero(sizes):
        version = groups[code].version_group
        if version:
            versions.setdefault(version, []).append(int(code))
    for code in np.flatnonzero(sizes == 0):  # a group with no living row is its own version
        version = groups[code].version_group
        if version:
            versions.setdefault(version, [])
    matrices = tuple(p.vectors for p in parts)
    bare = np.concatenate([p.bare for p in parts])
    return Snapshot(
        revision=revision,
        size=offset,
        matrices=matrices,
        numbers=np.concatenate([p.numbers for p in parts]),
        group_of=group_of,
        groups=tuple(groups),
        group_codes=codes,
        rows_by_group=by_group,
        group_starts=starts,
        dead=dead,
        bare=bare,
        unsuggested=np.flatnonzero(bare),
        blocks=tuple(blocks),
        vocabularies={
            language: Vocabulary.of(found) for language, found in sorted(word_blocks.items())
        },
        centre=parts[0].centre,
        versions={name: tuple(found) for name, found in versions.items()},
        told=np.array([group.kind != "passage" for group in groups], bool),
        texts=tuple(
            f"version:{g.version_group}" if g.version_group else f"group:{g.name}" for g in groups
        ),
        ring=_ring(groups, np.flatnonzero(sizes)),
        near=tuple(near for p in parts for near in p.near or (None,) * len(p.languages)),
    )


def _merge_groups(
    parts: Sequence[Segment],
) -> tuple[list[Group], dict[str, int], np.ndarray]:
    """One list of groups by name; what a later segment says of a group holds."""
    groups: list[Group] = []
    codes: dict[str, int] = {}
    found = []
    for part in parts:
        mapped = np.empty(len(part.groups), np.int32)
        for place, group in enumerate(part.groups):
            code = codes.setdefault(group.name, len(groups))
            if code == len(groups):
                groups.append(group)
            else:
                groups[code] = group
            mapped[place] = code
        found.append(mapped[part.group_of])
    return groups, codes, np.concatenate(found)


def _ring(groups: Sequence[Group], living: np.ndarray) -> np.ndarray:
    def place(code: int) -> bytes:
        return blake2b(groups[code].name.encode(), digest_size=8).digest()

    return np.array(sorted(living.tolist(), key=place), np.int64)
