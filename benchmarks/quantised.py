"""Which readings a large library names as nearest: how many it misses, and how fast.

    python benchmarks/quantised.py --vectors real.npy [more.npy] [--queries asked.npy]
    python benchmarks/quantised.py --index instance/index

Vectors are of real passages: .npy files of unit rows as the model makes them, or
an index of one's own. Recall is measured on those alone, with 200 of them held
out as queries where none are given. Only for the times are they repeated, with
small noise, up to the sizes asked for. On a machine that has other work, measure
one thread's processor time, or threads that wait for each other measure the other
work: OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 ... --processor-time
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from recommender import centring, quantised, vector_store
from recommender.index import Block
from recommender.largest import nearest
from recommender.nearness import Meaning
from recommender.quantised import Near, fetch_for

WANTED = 100
FETCHES = (1, 2, 3, 4, 6, 8, 12)


@dataclass(frozen=True)
class OneBlock:
    """As much of a snapshot as the search for the nearest asks for."""

    matrix: np.ndarray
    near: tuple[Near | None, ...]

    @property
    def size(self) -> int:
        return len(self.matrix)

    @property
    def blocks(self) -> tuple[Block, ...]:
        return (Block("en", 0, len(self.matrix)),)

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        return self.matrix[rows]

    def vectors_of(self, block: Block) -> np.ndarray:
        return self.matrix[block.start : block.stop]

    def products(self, queries: np.ndarray) -> np.ndarray:
        return queries @ self.matrix.T


def made(vectors: np.ndarray, folder: Path) -> tuple[Near, float]:
    """What names nearest rows, written and read as an index does, and the seconds it took."""
    for old in folder.iterdir():
        old.unlink()
    languages = [("en", 0, len(vectors))]
    started = time.perf_counter()
    quantised.complete(folder, vectors, languages, 1)
    seconds = time.perf_counter() - started
    near = quantised.load(folder, vectors.shape[1], languages, 1)[0]
    if near is None:
        sys.exit("faiss cannot be imported: pip install 'xinde[large]'")
    return near, seconds


def recall(near: Near, vectors: np.ndarray, queries: np.ndarray, wanted: int, count: int) -> float:
    """Share of the exact `wanted` nearest that are among the `count` named."""
    hit = 0
    for start in range(0, len(queries), 50):
        asked = queries[start : start + 50]
        best = nearest(asked @ vectors.T, wanted, 0, -np.inf)
        named = near.candidates(asked, count)
        hit += sum(len(np.intersect1d(a, b)) for a, b in zip(best, named, strict=True))
    return hit / (wanted * len(queries))


def in_turn(
    actions: dict[str, Callable[[], object]], repeats: int, clock: Callable[[], float]
) -> dict[str, float]:
    """Seconds of each, taken in turn. The fastest tenth: the machine may have other work."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for turn in range(repeats + 2):
        for name, action in actions.items():
            started = clock()
            action()
            if turn >= 2:
                times[name].append(clock() - started)
    return {name: float(np.quantile(found, 0.1)) for name, found in times.items()}


def show_recall(vectors: np.ndarray, queries: np.ndarray, folder: Path) -> None:
    print(f"recall of the exact nearest, {len(queries)} queries; named for each one wanted:")
    print(f"  real passages  wanted   {'  '.join(f'{f:>6}' for f in FETCHES)}")
    for size in (len(vectors) // 4, len(vectors) // 2, len(vectors)):
        near, seconds = made(vectors[:size], folder)
        for wanted in (64, 100, 200):
            found = [recall(near, vectors[:size], queries, wanted, f * wanted) for f in FETCHES]
            print(f"  {size:>13,}  {wanted:>6}   {'  '.join(f'{r:6.4f}' for r in found)}")
    bytes_ = sum(path.stat().st_size for path in folder.iterdir())
    print(
        f"  in use: {fetch_for(size)}; made in {seconds:.1f} s; {bytes_ / size:.0f} bytes a row",
        flush=True,
    )


def show_times(
    vectors: np.ndarray,
    queries: np.ndarray,
    size: int,
    asked: list[int],
    folder: Path,
    clock: Callable[[], float],
) -> None:
    random = np.random.default_rng(size)
    matrix = np.empty((size, vectors.shape[1]), np.float32)
    for start in range(0, size, len(vectors)):
        part = matrix[start : start + len(vectors)]
        part[:] = vectors[: len(part)]
        part += random.standard_normal(part.shape, np.float32) * np.float32(0.003)
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    near, seconds = made(matrix, folder)
    print(f"{size:,} rows: codes made in {seconds:.1f} s", flush=True)
    snapshot = OneBlock(matrix, (near,))
    none = np.empty(0, np.int64)
    for m in asked:
        some = np.ascontiguousarray(queries[:m])
        starts = np.arange(m)
        out = np.empty((m, size), np.float32)
        actions: dict[str, Callable[[], object]] = {
            "product": lambda q=some, o=out: np.matmul(q, matrix.T, out=o),
            "exact": lambda q=some: nearest(q @ matrix.T, 64, 0, -np.inf),
        }
        for wanted in (64, 100, 200):
            actions[f"codes {wanted}"] = lambda q=some, st=starts, w=wanted: Meaning(
                snapshot,  # type: ignore[arg-type]
                q,
                st,
                none,
            ).nearest("en", w)
        found = in_turn(actions, 25 if size <= 50_000 else 11, clock)
        base = found["product"]
        told = [f"{name} {t * 1e3:.2f} ms ({t / base:.2f})" for name, t in found.items()]
        print(f"{size:>9,} rows, {m:>2} vectors: {'; '.join(told)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--vectors", nargs="*", type=Path, default=[])
    parser.add_argument("--index", type=Path, help="an index whose vectors are taken")
    parser.add_argument("--queries", type=Path, help=".npy of unit rows, made as queries")
    parser.add_argument(
        "--sizes", nargs="*", type=int, default=[10_000, 20_000, 50_000, 100_000, 300_000]
    )
    parser.add_argument("--processor-time", action="store_true", help="of one thread")
    parser.add_argument("--no-recall", action="store_true")
    parser.add_argument("--asked", nargs="*", type=int, default=[1, 8, 20])
    options = parser.parse_args()
    found = [np.load(path) for path in options.vectors]
    if options.index:
        db = vector_store.connect_to_read(options.index)
        rows = db.execute("select vector from readings")
        found.append(np.array([np.frombuffer(row[0], np.float32) for row in rows]))
    if not found:
        parser.error("give --vectors or --index")
    vectors = np.concatenate(found).astype(np.float32)
    vectors = vectors[np.random.default_rng(0).permutation(len(vectors))]
    if options.queries:
        queries = np.load(options.queries).astype(np.float32)
    else:
        queries, vectors = vectors[:200], vectors[200:]
    centre = centring.mean_of(vectors)
    vectors, queries = centring.centred(vectors, centre), centring.centred(queries, centre)
    clock = time.thread_time if options.processor_time else time.perf_counter
    with tempfile.TemporaryDirectory(prefix="xinde-quantised-") as folder:
        if not options.no_recall:
            show_recall(vectors, queries, Path(folder))
        for size in options.sizes:
            show_times(vectors, queries, size, options.asked, Path(folder), clock)


if __name__ == "__main__":
    main()
