"""Which readings of a large library may be nearest, found without the whole product.

The exact product reads all vectors for every question. From some size on, each
language of the base keeps its vectors a second time, quantised to 4 bits for
every 2 numbers (a sixteenth of their size), and faiss scans those (PQ fast
scan; Andre, Kermarrec and Le Scouarnec 2017). They name a few hundred readings,
which are then scored with their whole vectors (`nearness.py`): what is shown is
exact, and only who is asked is a guess.

The codes are derived from the base's vectors and lie beside them. Where they
are missing the product is exact and the next sync makes them; where faiss (the
extra `large`) cannot be imported, it stays exact. docs/decisions/0008.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np

log = logging.getLogger(__name__)

Languages = Sequence[tuple[str, int, int]]  # language, first row, end

# Readings of one language; below, the exact product takes no time worth a file (0008).
CODES_FROM = 20_000
NEVER = 2**62
# Readings named for each one wanted. Of the exact nearest 100 among 24,000 real
# passages 4 for each hold .994, 6 hold .9992 and 8 hold .9999; among more, a little
# fewer (0008).
FETCH = 6
FETCH_OF_MANY = 8
MANY = 100_000
LEARNT_FROM = 20_000  # rows that the codes are learnt from
SHORT_SCAN = 1_000_000  # rows times queries, scanned by one thread in about 4 ms


class Near(Protocol):
    """Names the rows of a block that are probably nearest."""

    def candidates(self, queries: np.ndarray, count: int) -> np.ndarray:
        """queries (m, dim) -> (m, count) int64 rows of the block, -1 where there are fewer."""


class Codes:
    """A block's rows as faiss keeps them; read by many threads, never changed."""

    def __init__(self, index: Any) -> None:
        self._index = index

    def candidates(self, queries: np.ndarray, count: int) -> np.ndarray:
        _threads(len(queries) * self._index.ntotal)
        found: np.ndarray = self._index.search(np.ascontiguousarray(queries, np.float32), count)[1]
        return found

    def fits(self, dim: int, size: int) -> bool:
        return (self._index.d, self._index.ntotal) == (dim, size)


@cache
def engine() -> ModuleType | None:
    """faiss, or None where it cannot be imported."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of SWIG, on newer Pythons
            import faiss
    except Exception as error:
        log.info("faiss cannot be imported (%s)", error)
        return None
    module: ModuleType = faiss
    return module


def fetch_for(size: int) -> int:
    """How many readings of a block of `size` are named for each one wanted."""
    return FETCH if size < MANY else FETCH_OF_MANY


def _threads(rows: int) -> None:
    """How many threads faiss takes for the calls of this thread that follow.

    A second one that must be waited for costs more than a short scan, and on a
    busy machine very much more.
    """
    faiss = engine()
    assert faiss is not None
    faiss.omp_set_num_threads(1 if rows < SHORT_SCAN else _most_threads())


@cache
def _most_threads() -> int:
    return int(os.environ.get("OMP_NUM_THREADS") or min(os.cpu_count() or 1, 4))


def missing(base: Path, languages: Languages, codes_from: int = CODES_FROM) -> list[int]:
    """Places of the languages whose codes a sync should make."""
    if engine() is None:
        return []
    return [
        place
        for place, (_language, first, end) in enumerate(languages)
        if end - first >= codes_from and not _path(base, place).exists()
    ]


def complete(
    base: Path, vectors: np.ndarray, languages: Languages, codes_from: int = CODES_FROM
) -> None:
    """Make the codes that are missing. Safe beside readers: a file appears whole."""
    for place in missing(base, languages, codes_from):
        _language, first, end = languages[place]
        _write(vectors[first:end], _path(base, place))


def load(
    base: Path, dim: int, languages: Languages, codes_from: int = CODES_FROM
) -> tuple[Near | None, ...]:
    """For each language what names its nearest rows; None where the product is exact."""
    return tuple(
        _load(_path(base, place), dim, end - first) if end - first >= codes_from else None
        for place, (_language, first, end) in enumerate(languages)
    )


def _path(base: Path, place: int) -> Path:
    return base / f"codes-{place}.faiss"


def _load(path: Path, dim: int, size: int) -> Codes | None:
    faiss = engine()
    if faiss is None:
        log.warning(
            "faiss is not installed, so %d readings of one language are searched exactly, which "
            "is slower. Install it with: pip install 'xinde[large]', then: xinde library build",
            size,
        )
        return None
    if not path.exists():
        log.warning("%s is missing; searching exactly until the next sync makes it", path)
        return None
    try:
        codes = Codes(faiss.read_index(str(path)))
        whole = codes.fits(dim, size)
    except Exception as error:  # faiss has no exceptions of its own
        log.warning("%s cannot be read (%s)", path, error)
        whole = False
    if whole:
        return codes
    log.warning("%s is damaged; searching exactly until the next sync makes it anew", path)
    with suppress(OSError):
        path.unlink()
    return None


def _write(vectors: np.ndarray, path: Path) -> None:
    faiss = engine()
    assert faiss is not None
    _threads(0)
    dim = vectors.shape[1]
    made = faiss.index_factory(dim, f"PQ{dim // 2}x4fs", faiss.METRIC_INNER_PRODUCT)
    step = -(-len(vectors) // LEARNT_FROM)
    made.train(np.ascontiguousarray(vectors[::step], np.float32))
    for start in range(0, len(vectors), 65_536):
        made.add(np.ascontiguousarray(vectors[start : start + 65_536], np.float32))
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    faiss.write_index(made, str(draft))
    os.replace(draft, path)
