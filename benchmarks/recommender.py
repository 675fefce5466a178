"""How fast the recommender is, as ratios inside one run.

    python benchmarks/recommender.py            # 10,000 and 100,000 readings
    python benchmarks/recommender.py --sizes 10000

Vectors and words are made up (seeded): neither changes the time. Each number is
the median of many runs. Unset OPENBLAS_* first where the machine sets them:
they can choose a slower kernel. On a machine that has other work, measure one
thread's processor time:

    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python benchmarks/recommender.py --processor-time

`suggest` is divided by the plain product, `queries @ matrix.T`, of the same vectors in
the same run, not by our own (recommender/products.py), which takes less. Where the
readings are many enough for codes (docs/decisions/0008), it is timed with them and
without.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from models.text_model import EncodedParts
from recommender import (
    Index,
    prepare_evidence,
    put_readings,
    search,
    segments,
    suggest,
    sync_library,
    vector_store,
)
from recommender.profile import gather
from recommender.quantised import NEVER
from recommender.readings import Evidence, Profile, Reading
from recommender.vector_store import Embedded

DIM = 384
DAY = dt.date(2026, 3, 14)
THEMES = [f"theme-{n}" for n in range(16)]
DUTY = "Prepares the discussion, asks quiet members first and carries open questions forward."
PARAGRAPH = (
    "On Saturday we went to the square and asked eleven people about the bench. Nobody sat on it "
    "because it faces west. We had painted it without asking. Next time I will ask before we buy "
    "the paint, and write down who answered and what they said about the shade. "
)


class RandomModel:
    """Vectors from a seeded generator, the same for the same text: it costs nothing."""

    name = "random"
    fingerprint = "random/1"
    dim = DIM
    max_tokens = 512
    languages = frozenset({"en", "zh"})

    def encode(self, texts, *, kind, progress=None):
        return self.encode_with_parts(texts, [()] * len(texts), kind=kind).vectors

    def encode_with_parts(self, texts, spans, *, kind, progress=None):
        seeds = [sum(map(ord, text)) for text in texts]
        vectors = np.array([np.random.default_rng(s).standard_normal(DIM) for s in seeds])
        vectors = vectors.reshape(len(texts), DIM).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        parts = [
            np.repeat(v[None] / max(len(s), 1), len(s), 0)
            for v, s in zip(vectors, spans, strict=True)
        ]
        return EncodedParts(vectors, parts, np.zeros_like(vectors))


def made_up(size: int, vocabulary: list[str]) -> Iterator[Reading]:
    """Readings of 8 sentences of 18 words whose frequencies follow Zipf's law; 6 to a text."""
    random = np.random.default_rng(1)
    share = 1 / np.arange(1, len(vocabulary) + 1)
    for start in range(0, size, 1000):
        drawn = random.choice(len(vocabulary), (1000, 8, 18), p=share / share.sum())
        for offset in range(min(1000, size - start)):
            number = start + offset
            parts = [" ".join(vocabulary[w] for w in line) + "." for line in drawn[offset]]
            text, spans, at = " ".join(parts), [], 0
            for part in parts:
                spans.append((at, at + len(part)))
                at += len(part) + 1
            group = f"text-{number // 6}"
            yield Reading(
                id=f"{group}/1.{number % 6}",
                kind="passage",
                group=group,
                language="en",
                title=group,
                author="",
                text=text,
                sentences=tuple(spans),
                content_hash=str(number),
                themes=(THEMES[number // 6 % 16],),
            )


def build(folder: Path, size: int, vocabulary: list[str]) -> None:
    """An index of made-up readings, written as a sync writes it."""
    from recommender import embedding

    model = RandomModel()
    random = np.random.default_rng(2)
    db = vector_store.connect(folder)
    with vector_store.writing(db):
        vector_store.remember(db, model=model.fingerprint, model_name=model.name)
    with vector_store.writing(db):
        batch = []
        for reading in made_up(size, vocabulary):
            vector = random.standard_normal(DIM).astype(np.float32)
            vector /= np.linalg.norm(vector)
            shares = vector_store.pack_shares(random.standard_normal((8, DIM)) * 0.02)
            batch.append(Embedded(reading, vector, shares, embedding.terms(reading)))
        vector_store.put(db, model.fingerprint, batch)
    segments.compact(db, folder, model.fingerprint, DIM)
    db.close()


def median(action: Callable[[], object], repeats: int) -> float:
    """Seconds of the middle run."""
    for _ in range(3):
        action()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return float(np.median(times))


def interleaved(
    one: Callable[[], object],
    other: Callable[[], object],
    repeats: int,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[float, float]:
    """Seconds of the middle run of each, taken in turn: other work slows both alike."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(repeats + 3):
        for action, kept in zip((one, other), times, strict=True):
            started = clock()
            action()
            if turn >= 3:
                kept.append(clock() - started)
    return float(np.median(times[0])), float(np.median(times[1]))


def profile(model: RandomModel, *, long: bool) -> Profile:
    """Eight pieces of evidence: one sentence each, or with three reflections of six paragraphs."""
    texts = [("working_on", "I want to ask the residents about the bench before we paint it.")]
    texts += [("role", DUTY), ("role", DUTY.replace("discussion", "service day"))]
    texts += [
        ("interest", f"Listening to people and counting what can be {w}.")
        for w in ("seen", "heard")
    ]
    texts += [
        ("reflection", (PARAGRAPH * 12 if long else PARAGRAPH[:84]) + f"This was visit {n}.")
        for n in range(3)
    ]
    evidence = [
        Evidence(f"e{n}", kind, kind, text, date=DAY)  # type: ignore[arg-type]
        for n, (kind, text) in enumerate(texts)
    ]
    ready = [
        replace(e, prepared=prepare_evidence(model, e.text, e.language, kind=e.kind))
        for e in evidence
    ]
    return Profile("member", tuple(ready), themes=(THEMES[0],))


def time_index(folder: Path, size: int, vocabulary: list[str], clock: Callable[[], float]) -> None:
    model = RandomModel()
    index = Index.open(folder, model)  # type: ignore[arg-type]
    snapshot = index.snapshot()
    matrix = snapshot.matrices[0]
    in_memory = np.array(matrix)
    repeats = 60 if size <= 20_000 else 15
    read = median(lambda: in_memory.max(), repeats)
    vector = model.encode(["a question"], kind="query")
    product = median(lambda: snapshot.products(vector), repeats)
    query = " ".join(vocabulary[n] for n in (40, 300, 900))
    whole = median(lambda: search(index, model, query), repeats)  # type: ignore[arg-type]
    print(f"{size:,} readings: one read of the matrix {read * 1e3:.2f} ms")
    print(f"  exact search / read            {product / read:5.2f}   ({product * 1e3:.2f} ms)")
    print(f"  whole search with 20 hits / read {whole / read:5.2f} ({whole * 1e3:.2f} ms)")
    ways = {"": index}
    if snapshot.is_large:
        exactly = Index.open(folder, model, codes_from=NEVER)  # type: ignore[arg-type]
        ways = {", by codes": index, ", exactly": exactly}
    for name, long in (("8 sentences", False), ("5 sentences, 3 long reflections", True)):
        member = profile(model, long=long)
        queries = gather(model, member, day=DAY).queries  # type: ignore[arg-type]
        assert queries is not None
        vectors = queries.vectors
        plain, tiled = interleaved(
            lambda v=vectors: v @ matrix.T,
            lambda v=vectors: snapshot.products(v),
            repeats,
            clock,
        )
        print(f"  product in tiles / plain product, {len(vectors)} vectors: {tiled / plain:5.2f}")
        for way, searched in ways.items():
            base, total = interleaved(
                lambda v=vectors: v @ matrix.T,
                lambda m=member, i=searched: suggest(i, model, m, day=DAY),
                repeats,
                clock,
            )
            print(
                f"  suggest{way} / product, {name}: {total / base:5.2f}   "
                f"({total * 1e3:.2f} / {base * 1e3:.2f} ms, {len(vectors)} vectors)"
            )
    for opened in ways.values():
        opened.close()


@dataclass(frozen=True)
class Text:
    slug: str
    title: str = "A text"
    author: str = ""
    language: str = "en"
    themes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    level: str | None = None
    minutes: int = 1
    version_of: str | None = None


class Library:
    """Made-up readings, as a sync reads a library."""

    def __init__(self, readings: list[Reading]) -> None:
        self.readings = readings

    def all_passages(self):
        return ((Text(reading.group), reading) for reading in self.readings)


def time_sync(folder: Path, vocabulary: list[str], model_name: str, models: Path) -> None:
    """A sync with nothing changed against a full one, with a real model."""
    from models.load import load_model

    library = Library(list(made_up(256, vocabulary)))
    model = load_model(model_name, models)
    started = time.perf_counter()
    sync_library(folder, library, model)
    full = time.perf_counter() - started
    same = median(lambda: sync_library(folder, library, model), 5)
    piece = replace(library.readings[0], id="reflection/1", kind="reflection", group="reflection/1")
    single = median(lambda: model.encode([piece.text], kind="passage"), 5)
    counter = iter(range(100))
    put = median(
        lambda: put_readings(folder, model, [replace(piece, content_hash=f"v{next(counter)}")]), 5
    )
    print(f"sync, 256 passages, {model_name}: full {full:.1f} s")
    print(f"  nothing changed / full         {same / full:6.4f}   ({same * 1e3:.0f} ms)")
    print(f"  one published piece / one encoder call {put / single:5.2f} ({put * 1e3:.0f} ms)")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--processor-time", action="store_true", help="of one thread")
    parser.add_argument("--no-sync", action="store_true", help="leave out what needs a model")
    parser.add_argument("--model", default="multilingual-e5-small", help="for the sync")
    parser.add_argument(
        "--models-folder", type=Path, default=Path(tempfile.gettempdir()) / "xinde-model-cache"
    )
    options = parser.parse_args()
    random = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    made = ["".join(random.choice(letters, random.integers(3, 10))) for _ in range(30_000)]
    known = sorted(set((PARAGRAPH + DUTY).lower().replace(".", " ").replace(",", " ").split()))
    vocabulary = (
        made[:30] + [w for pair in zip(known, made[30:], strict=False) for w in pair] + made[200:]
    )
    work = Path(tempfile.mkdtemp(prefix="xinde-benchmark-"))
    clock = time.thread_time if options.processor_time else time.perf_counter
    try:
        for size in options.sizes:
            build(work / str(size), size, vocabulary)
            time_index(work / str(size), size, vocabulary, clock)
            shutil.rmtree(work / str(size))
        if not options.no_sync:
            time_sync(work / "sync", vocabulary, options.model, options.models_folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
