"""Making the index agree with the library and with what members published."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from models.text_model import TextModel
from recommender import embedding, segments, vector_store
from recommender.errors import IndexMismatch
from recommender.index import publish
from recommender.readings import Reading
from recommender.vector_store import Known
from recommender.word_index import term_hashes

# Saved after so many: what Ctrl-C costs at most.
BATCH = 64

SyncProgress = Callable[[int, int], None]  # (readings just embedded, all there are to embed)

# When the tokenisation answers differently here, every reading's words are made anew.
PROBE = "The readers' 2 studies, naïve; 學習心得 Ｅ２ don't running"


class PassageSource(Protocol):
    """What is asked of `corpus.library.Library`."""

    def all_passages(self) -> Iterable[tuple[Any, Any]]: ...


class PassageHashes(Protocol):
    """What else is asked of it."""

    def passage_hashes(self) -> dict[str, str]: ...


@dataclass(frozen=True)
class SyncReport:
    """What a sync found and did, in readings."""

    new: int = 0
    changed: int = 0  # embedded again
    relabelled: int = 0  # title, themes or another label changed; the vector stayed
    gone: int = 0
    same: int = 0
    waiting: int = 0  # of those new or changed: not embedded yet, the time was up

    @property
    def embedded(self) -> int:
        return self.new + self.changed - self.waiting


def passage_reading(text: Any, passage: Any) -> Reading:
    """A passage of the library as a reading; `text` is its TextRecord."""
    return Reading(
        id=passage.id,
        kind="passage",
        group=text.slug,
        language=text.language,
        title=text.title,
        author=text.author,
        text=passage.text,
        sentences=tuple(passage.sentences),
        content_hash=passage.content_hash,
        path=tuple(passage.path),
        themes=tuple(text.themes),
        roles=tuple(text.roles),
        level=text.level,
        minutes=text.minutes,
        version_group=text.version_of,
    )


def sync_library(
    folder: Path,
    library: PassageSource,
    model: TextModel,
    *,
    progress: SyncProgress | None = None,
    seconds: float | None = None,
) -> SyncReport:
    """Embed the library's passages that are new or changed, drop those that are gone.

    Safe to run twice and to interrupt: every batch is saved, and the next run
    goes on from there. With another model than before everything is embedded
    again, published pieces included. `progress(0, total)` is called first.
    With `seconds` it ends with the batch in which they are over; 0 embeds nothing.
    """
    with _store(folder, model.dim) as db:
        stale_words = _adopt(db, model)
        known = vector_store.known(db)
        readings = _passages(library)
        gone = [k for k, v in known.items() if v.kind == "passage" and k not in readings]
        new = [r for key, r in readings.items() if key not in known]
        changed = [r for key, r in readings.items() if key in known and _moved(r, known, model)]
        kept = [r for key, r in readings.items() if key in known and not _moved(r, known, model)]
        labelled = [
            r for r in kept if stale_words or known[r.id].metadata != vector_store.metadata(r)
        ]
        published = vector_store.published(db)
        again = [r for r in published if known[r.id].model != model.fingerprint]
        if gone:
            with vector_store.writing(db):
                vector_store.remove(db, gone)
        if labelled or (stale_words and published):
            rows = [*labelled, *(published if stale_words else ())]
            with vector_store.writing(db):
                vector_store.relabel(db, [(r, embedding.terms(r)) for r in rows])
        left = _embed_all(db, model, [*new, *changed, *again], progress, seconds)
        with vector_store.writing(db):
            vector_store.remember(db, words=_words_version())
        return SyncReport(
            new=len(new),
            changed=len(changed) + len(again),
            relabelled=len(labelled),
            gone=len(gone),
            same=len(kept) - len(labelled),
            waiting=left,
        )


def waiting(folder: Path, library: PassageHashes, model: TextModel) -> int:
    """How many passages of the library are not embedded as they are now."""
    wanted = library.passage_hashes()
    if not vector_store.database(folder).exists():
        return len(wanted)
    with closing(vector_store.connect(folder)) as db:
        there = vector_store.hashes(db, model.fingerprint)
    return sum(1 for key, content_hash in wanted.items() if there.get(key) != content_hash)


def put_readings(folder: Path, model: TextModel, readings: Sequence[Reading]) -> int:
    """Add or replace published pieces; the number that had to be embedded.

    A reading whose title and content hash are known is not embedded again.
    """
    with _store(folder, model.dim) as db:
        _require(db, folder, model)
        known = vector_store.known_of(db, [r.id for r in readings])
        fresh = [r for r in readings if r.id not in known or _moved(r, known, model)]
        skip = {r.id for r in fresh}
        labelled = [
            r
            for r in readings
            if r.id not in skip and known[r.id].metadata != vector_store.metadata(r)
        ]
        if labelled:
            with vector_store.writing(db):
                vector_store.relabel(db, [(r, embedding.terms(r)) for r in labelled])
        _embed_all(db, model, fresh, None)
        return len(fresh)


def remove_readings(folder: Path, ids: Sequence[str]) -> int:
    """Take readings out, from the next search on; the number that were there."""
    if not vector_store.database(folder).exists():
        return 0
    with _store(folder, None) as db, vector_store.writing(db):
        return vector_store.remove(db, ids)


@contextmanager
def _store(folder: Path, dim: int | None) -> Iterator[sqlite3.Connection]:
    """index.db for writing; whatever was saved is made visible, even after Ctrl-C."""
    folder = Path(folder)
    db = vector_store.connect(folder)
    before = vector_store.state(db).revision
    try:
        yield db
    finally:
        try:
            state = vector_store.state(db)
            late = vector_store.changed_since(db, state.base_revision)
            outdated = bool(state.base) and segments.is_outdated(folder / state.base)
            grown = late > segments.MOST_CHANGES or (late and not state.base)
            if dim and state.model and (grown or outdated):
                segments.compact(db, folder, state.model, dim)
            if state.revision != before or not (folder / "generation").exists():
                publish(folder, state.revision)
        finally:
            db.close()


def _adopt(db: sqlite3.Connection, model: TextModel) -> bool:
    """Make this the store's model. True when its words come from another tokenisation."""
    state = vector_store.state(db)
    with vector_store.writing(db):
        if state.model != model.fingerprint:
            # The old base holds vectors that cannot be compared with the new ones.
            vector_store.remember(
                db, model=model.fingerprint, model_name=model.name, base="", base_revision=-1
            )
            vector_store.next_revision(db)
    return vector_store.words_version(db) not in ("", _words_version())


def _require(db: sqlite3.Connection, folder: Path, model: TextModel) -> None:
    """The store holds this model's vectors, or nothing yet."""
    state = vector_store.state(db)
    if not state.model:
        _adopt(db, model)
        return
    if state.model != model.fingerprint:
        raise IndexMismatch(
            f"The index in {folder} was built with the model {state.model_name} "
            f"({state.model}), and this is {model.name} ({model.fingerprint}). "
            "Build it again with: xinde library build"
        )


def _words_version() -> str:
    return term_hashes(PROBE).tobytes().hex()


def _passages(library: PassageSource) -> dict[str, Reading]:
    """id -> reading of every passage that is not withdrawn, by id."""
    found = {
        passage.id: passage_reading(text, passage)
        for text, passage in library.all_passages()
        if not getattr(text, "withdrawn", False)
    }
    return {key: found[key] for key in sorted(found)}


def _moved(reading: Reading, known: dict[str, Known], model: TextModel) -> bool:
    """Whether the vector no longer fits the reading."""
    kept = known[reading.id]
    if kept.content_hash != reading.content_hash or kept.model != model.fingerprint:
        return True
    if kept.metadata == vector_store.metadata(reading):
        return False
    labels = json.loads(kept.metadata)
    return (labels["title"], tuple(labels["path"])) != (reading.title, reading.path)


def _embed_all(
    db: sqlite3.Connection,
    model: TextModel,
    readings: Sequence[Reading],
    progress: SyncProgress | None,
    seconds: float | None = None,
) -> int:
    """Embed and save, batch by batch; never encodes inside a transaction. How many
    are left when the time is up."""
    total = len(readings)
    if progress:
        progress(0, total)
    until = None if seconds is None else time.monotonic() + seconds
    # Alike lengths together: a batch is padded to its longest text.
    ordered = sorted(readings, key=lambda r: (-len(r.text), r.id))
    for start in range(0, total, BATCH):
        if until is not None and time.monotonic() >= until:
            return total - start
        batch = embedding.embed(model, ordered[start : start + BATCH])
        with vector_store.writing(db):
            vector_store.put(db, model.fingerprint, batch)
        if progress:
            progress(len(batch), total)
    return 0
