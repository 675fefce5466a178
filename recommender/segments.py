"""How the readings lie in memory: a memory-mapped base, and what changed since.

A base segment is a folder of arrays made from all rows at one revision. A few
published reflections must not rewrite a 100,000-row matrix, so later rows are
read from index.db into a small second segment, and rows of the base that were
replaced or removed are marked dead. When the second segment has grown, the
base is made anew (`compact`).

Within a segment, readings stand by language, then id: a language is one slice.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from recommender import centring, quantised, quoting, vector_store
from recommender.errors import IndexBroken
from recommender.quantised import CODES_FROM, Near
from recommender.word_index import WordIndex

LONGEST_BARE = 600  # characters
CENTRED = "centred.npy"
BEFORE_CENTRING = "vectors.npy"  # plain unit vectors, in a base of an earlier version
# A second segment is read whole by every process after each change: about
# 20 ms for 1,000 readings.
MOST_CHANGES = 1_000


@dataclass(frozen=True)
class Group:
    """What the ranking and the filters ask about a text (or a published piece)."""

    name: str
    kind: str
    language: str
    version_group: str | None
    themes: tuple[str, ...]
    roles: tuple[str, ...]
    level: str | None
    minutes: int


@dataclass(frozen=True)
class Segment:
    """Readings in memory; every array is by row."""

    vectors: np.ndarray  # (n, dim) float32, unit rows less `centre`, unit again
    centre: np.ndarray  # (dim,) float32
    numbers: np.ndarray  # (n,) int64, the rows' numbers in index.db
    group_of: np.ndarray  # (n,) int32, into `groups`
    bare: np.ndarray  # (n,) bool: passages with no sentence to quote, like a stage direction
    groups: tuple[Group, ...]
    languages: tuple[tuple[str, int, int], ...]  # language, first row, end
    words: tuple[WordIndex, ...]  # one per language
    near: tuple[Near | None, ...] = ()  # one per language, or none at all


def group_of(kind: str, language: str, metadata: str) -> Group:
    kept = json.loads(metadata)
    return Group(
        kept["group"],
        kind,
        language,
        kept["version_group"],
        tuple(kept["themes"]),
        tuple(kept["roles"]),
        kept["level"],
        kept["minutes"],
    )


def _is_bare(text: str, metadata: str, language: str) -> bool:
    """Whether nothing in a passage can be quoted; long ones are not looked at."""
    if len(text) > LONGEST_BARE:
        return False
    return not quoting.tells(text, json.loads(metadata)["sentences"], language)


def segment_of(
    rows: Iterable[tuple[Any, ...]],
    dim: int,
    *,
    into: np.ndarray | None = None,
    centre: np.ndarray | None = None,
) -> Segment:
    """From rows of `vector_store.rows_since`. Vectors are written to `into` when it is given.

    Without a `centre` it is the mean of these rows.
    """
    vectors = into
    numbers: list[int] = []
    codes: list[int] = []
    groups: dict[Group, int] = {}
    languages: list[tuple[str, int, int]] = []
    words: list[WordIndex] = []
    collected: list[np.ndarray] = []
    bare: list[bool] = []
    for language, members in groupby(rows, key=lambda row: row[3]):
        first, documents = len(numbers), []
        for number, _id, kind, _language, metadata, vector, terms, text in members:
            row = np.frombuffer(vector, np.float32)
            if vectors is None:
                collected.append(row)
            else:
                vectors[len(numbers)] = row
            group = group_of(kind, language, metadata)
            codes.append(groups.setdefault(group, len(groups)))
            bare.append(kind == "passage" and _is_bare(text, metadata, language))
            numbers.append(number)
            documents.append(vector_store.unpack_terms(terms)[0])
        languages.append((language, first, len(numbers)))
        words.append(WordIndex.build(documents))
    if vectors is None:
        vectors = np.array(collected, np.float32).reshape(len(numbers), dim)
    if centre is None:
        centre = centring.mean_of(vectors)
    centring.centre_rows(vectors, centre)
    return Segment(
        vectors,
        centre,
        np.array(numbers, np.int64),
        np.array(codes, np.int32),
        np.array(bare, bool),
        tuple(groups),
        tuple(languages),
        tuple(words),
    )


def compact(
    db: sqlite3.Connection, folder: Path, model: str, dim: int, codes_from: int = CODES_FROM
) -> None:
    """Make the base anew from all rows, and point to it.

    Holds the writers' lock while it does, so that the base is of one revision;
    readers go on with the old one. What large libraries are searched with is
    made after that: the base is whole without it. Where only that is missing,
    the base stays.
    """
    now = vector_store.state(db)
    if (
        now.base
        and (folder / now.base / CENTRED).exists()
        and not _is_old(folder / now.base)
        and not vector_store.changed_since(db, now.base_revision)
        and not _is_complete(folder / now.base, codes_from)
    ):
        _complete(folder / now.base, codes_from)
        # Readers look at the base again; whoever called writes the file anew.
        (folder / "generation").unlink(missing_ok=True)
        return
    with vector_store.writing(db):
        now = vector_store.state(db)
        name = f"base-{now.revision}"
        draft = folder / f"{name}.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        size = vector_store.count(db, model)
        vectors = np.lib.format.open_memmap(
            draft / CENTRED, mode="w+", dtype=np.float32, shape=(size, dim)
        )
        centre, centre_of = _kept_centre(folder / now.base, size) if now.base else (None, size)
        made = segment_of(vector_store.rows_since(db, model, -1), dim, into=vectors, centre=centre)
        _save(draft, made, centre_of)
        vectors.flush()
        shutil.rmtree(folder / name, ignore_errors=True)
        draft.rename(folder / name)
        vector_store.remember(db, base=name, base_revision=now.revision)
        vector_store.forget_gone(db, now.revision)
    _complete(folder / name, codes_from)
    for old in folder.glob("base-*"):
        if old.name != name:
            shutil.rmtree(old, ignore_errors=True)


def _kept_centre(base: Path, size: int) -> tuple[np.ndarray | None, int]:
    """The base's centre and of how many readings it is the mean.

    It stays until the library has doubled or halved, so that a publication
    does not move the scores of everything else. None: make it anew.
    """
    try:
        about = json.loads((base / "about.json").read_text(encoding="utf-8"))
        centre = np.load(base / "centre.npy")
    except (FileNotFoundError, ValueError):
        return None, size
    of = int(about.get("centre_of", 0))
    return (centre, of) if of / 2 <= size <= of * 2 else (None, size)


def is_outdated(base: Path, codes_from: int = CODES_FROM) -> bool:
    """Whether a base was made by an earlier version, or lacks what its size asks for."""
    return _is_old(base) or not _is_complete(base, codes_from)


def _is_old(base: Path) -> bool:
    """Whether it was made before vectors were centred and passages looked at."""
    return not (base / CENTRED).exists() or not (base / "bare.npy").exists()


def _is_complete(base: Path, codes_from: int) -> bool:
    try:
        size = len(np.load(base / "numbers.npy", mmap_mode="r"))
    except (FileNotFoundError, ValueError):
        return True
    if size < codes_from:
        return True  # and no language has more than all together
    return not quantised.missing(base, _languages(base), codes_from)


def _complete(base: Path, codes_from: int) -> None:
    languages = _languages(base)
    if quantised.missing(base, languages, codes_from):
        vectors = np.asarray(np.load(base / CENTRED, mmap_mode="r"))
        quantised.complete(base, vectors, languages, codes_from)


def _languages(base: Path) -> list[tuple[str, int, int]]:
    """Language, first row and end, as a base says of itself."""
    try:
        about = json.loads((base / "about.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    return [(language, first, end) for language, first, end in about["languages"]]


def _save(folder: Path, segment: Segment, centre_of: int) -> None:
    np.save(folder / "centre.npy", segment.centre)
    np.save(folder / "numbers.npy", segment.numbers)
    np.save(folder / "group_of.npy", segment.group_of)
    np.save(folder / "bare.npy", segment.bare)
    for place, words in enumerate(segment.words):
        words.save(folder, f"words-{place}")
    about = {
        "size": len(segment.numbers),
        "centre_of": centre_of,
        "languages": segment.languages,
        "groups": [list(vars(group).values()) for group in segment.groups],
    }
    (folder / "about.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")


def load(folder: Path, codes_from: int = CODES_FROM) -> Segment:
    """A base segment. Raises FileNotFoundError when another process just replaced it."""
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    vectors, centre = _vectors(folder)
    if len(vectors) != about["size"]:
        raise IndexBroken(
            f"{folder} holds {len(vectors)} vectors and should hold {about['size']}. "
            "Delete that folder's parent and make it again with: xinde library build"
        )
    groups = [
        Group(name, kind, language, version, tuple(themes), tuple(roles), level, minutes)
        for name, kind, language, version, themes, roles, level, minutes in about["groups"]
    ]
    languages = tuple((language, first, end) for language, first, end in about["languages"])
    return Segment(
        vectors,
        centre,
        np.load(folder / "numbers.npy"),
        np.load(folder / "group_of.npy"),
        _bare(folder, len(vectors)),
        tuple(groups),
        languages,
        tuple(WordIndex.load(folder, f"words-{p}") for p in range(len(languages))),
        # Vectors of an earlier version were centred just now: nothing was made of them.
        () if _is_old(folder) else quantised.load(folder, vectors.shape[1], languages, codes_from),
    )


def _vectors(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Centred vectors and their centre. A base of an earlier version is centred in memory."""
    if (folder / BEFORE_CENTRING).exists():
        plain = np.load(folder / BEFORE_CENTRING)
        centre = centring.mean_of(plain)
        centring.centre_rows(plain, centre)
        return plain, centre
    mapped = np.asarray(np.load(folder / CENTRED, mmap_mode="r"))
    return mapped, np.load(folder / "centre.npy")


def _bare(folder: Path, size: int) -> np.ndarray:
    """A base of an earlier version did not look."""
    path = folder / "bare.npy"
    return np.load(path) if path.exists() else np.zeros(size, bool)
