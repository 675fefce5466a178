"""What all queries share: the mean of sentences of the library, encoded as queries.

The model encodes what is asked and what is read differently, so queries have a
common part of their own. Left in, it leads every member to the texts that it
happens to lie near. It is made of the library's own passages and of nothing
that a member wrote, kept beside the index, and made anew when the library has
doubled or halved. While it is not there, suggestions come without it.
"""

from __future__ import annotations

import os
import threading
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.text_model import TextModel
from recommender.centring import centred
from recommender.embedding import sentences_of
from recommender.index import Index, Snapshot

FILE = "common-query.npz"
OF_LANGUAGE = 48  # sentences; 96 more moved nothing
FEWEST = 200  # passages: below, what sentences share may be the library's subject


@dataclass
class _Kept:
    """The file as it was read, and the mean for the centre that was asked with last."""

    stamp: tuple[int, int]
    arrays: dict[str, np.ndarray]
    mean: tuple[np.ndarray, np.ndarray] | None = None  # a centre, and the mean for it


_kept: dict[str, _Kept] = {}


def sync_common_query(folder: Path, model: TextModel) -> int:
    """Make what `suggest` takes from all queries, where it is missing or no longer fits.

    Returns the number of sentences that were encoded: 0 when nothing was to do.
    Call it after `sync_library`; a few seconds.
    """
    index = Index.open(folder, model)
    try:
        snapshot = index.snapshot()
        rows = [row for block in _rows_by_language(snapshot).values() for row in block]
        if len(snapshot.numbers) < FEWEST or _fits(folder, model, snapshot.size):
            return 0
        texts, languages = _sentences(index, snapshot, rows)
        if not texts:
            return 0
        vectors = np.asarray(model.encode(texts, kind="query"), np.float32)
    finally:
        index.close()
    draft = folder / f"{FILE}.{os.getpid()}.{threading.get_ident()}.draft"
    with draft.open("wb") as out:
        np.savez(
            out,
            vectors=vectors,
            languages=np.array(languages),
            model=np.array(model.fingerprint),
            size=np.array(snapshot.size),
        )
    os.replace(draft, folder / FILE)
    return len(texts)


def common_query(index: Index, model: TextModel, snapshot: Snapshot) -> np.ndarray | None:
    """(dim,) the mean of centred queries, each language counting the same; None without one."""
    kept = _load(index.folder)
    if kept is None or str(kept.arrays["model"]) != model.fingerprint:
        return None
    known = kept.mean
    if known is None or known[0] is not snapshot.centre:
        unit = centred(kept.arrays["vectors"], snapshot.centre)
        languages = kept.arrays["languages"]
        means = [unit[languages == one].mean(axis=0) for one in np.unique(languages)]
        known = kept.mean = (snapshot.centre, np.mean(means, axis=0))
    return known[1]


def less_common(vectors: np.ndarray, common: np.ndarray | None) -> np.ndarray:
    """(m, dim) centred unit queries less what all queries share, unit again."""
    return vectors if common is None else centred(vectors, common)


def _rows_by_language(snapshot: Snapshot) -> dict[str, list[int]]:
    """Rows of passages that can be quoted, spread evenly over each language's."""
    usable = ~snapshot.bare & ~snapshot.told[snapshot.group_of]
    usable[snapshot.dead] = False
    found: dict[str, list[int]] = {}
    for language in snapshot.languages():
        blocks = [b for b in snapshot.blocks if b.language == language]
        rows = np.concatenate([np.arange(b.start, b.stop) for b in blocks])
        rows = rows[usable[rows]]
        spread = np.linspace(0, len(rows) - 1, min(OF_LANGUAGE, len(rows))).astype(np.int64)
        found[language] = rows[spread].tolist()
    return found


def _sentences(index: Index, snapshot: Snapshot, rows: list[int]) -> tuple[list[str], list[str]]:
    """One sentence of each passage, the first that says something, and its language."""
    texts, languages = [], []
    for kept in index.fetch(snapshot, rows).values():
        spans = zip(sentences_of(kept.reading), kept.quotable, strict=True)
        for (start, end), able in spans:
            if able:
                texts.append(kept.reading.text[start:end])
                languages.append(kept.reading.language)
                break
    return texts, languages


def _fits(folder: Path, model: TextModel, size: int) -> bool:
    kept = _load(folder)
    if kept is None or str(kept.arrays["model"]) != model.fingerprint:
        return False
    return bool(kept.arrays["size"] / 2 <= size <= kept.arrays["size"] * 2)


def _load(folder: Path) -> _Kept | None:
    """What is kept beside the index, read again only when the file has changed."""
    path = f"{folder}/{FILE}"
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    stamp = (found.st_mtime_ns, found.st_ino)
    known = _kept.get(path)
    if known is None or known.stamp != stamp:
        try:
            with np.load(path) as file:
                known = _kept[path] = _Kept(stamp, dict(file))
        except (OSError, ValueError, zipfile.BadZipFile):
            return None
    return known
