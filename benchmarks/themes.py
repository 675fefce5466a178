"""How well whole works are ranked by a theme's name alone: mean average precision.

    python -m benchmarks themes                    # words, vectors, mix
    python benchmarks/themes.py --verbose          # each theme, too
    python benchmarks/themes.py --passages 0       # embed every passage (an hour)
    python benchmarks/themes.py --model hashing    # without the language model

Builds the library of ../shared/data/library with the product's own import and
index, then asks `recommender.theme_search` for each theme of themes.json that
three or more works have. A work without a label is not proved irrelevant: only
`labelled_works` are ranked. The weights in `theme_search` were chosen on every
other theme ("chosen on"); the rest ("held out") says what they are worth.

All words count; of each work 40 passages, evenly spread, are embedded, and
every other passage is taken to mean what the nearest of them means. Library
and index are kept under the temporary folder: a second run embeds nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus import Library, intake, starter
from models.load import DEFAULT_MODEL, load_model
from models.text_model import EncodedParts, TextModel
from recommender import Index, embedding, passage_reading, sync_library
from recommender.theme_search import rank_texts, sync_cards

CACHE = Path(tempfile.gettempdir()) / "xinde-works-benchmark"
DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "library"
WAYS = ("words", "vectors", "mix")
FEWEST = 3  # works that a theme must have
SAVED_AFTER = 256  # windows


@dataclass(frozen=True)
class Theme:
    """A name, and the slugs of the labelled works that have it."""

    name: str
    relevant: frozenset[str]


class Sampled:
    """A `TextModel` that reads some passages of each work, and takes every other
    passage to mean what the nearest of those means."""

    def __init__(self, model: TextModel, library: Library, most: int, cache: Path) -> None:
        self.name, self.dim, self.max_tokens = model.name, model.dim, model.max_tokens
        self.languages = model.languages
        self.fingerprint = f"{model.fingerprint}, {most} of each work"
        self._model, self._library, self._most = model, library, most
        self._cache = cache
        self._stand_in: dict[str, str] | None = None
        self._vectors: dict[str, np.ndarray] = {}

    def encode(self, texts: Sequence[str], **options: Any) -> np.ndarray:
        return self._model.encode(texts, **options)

    def encode_with_parts(
        self, texts: Sequence[str], spans: Sequence[Sequence[Any]], **options: Any
    ) -> EncodedParts:
        if self._stand_in is None:
            self._stand_in = stand_ins(self._library, self.max_tokens, self._most)
            self._read(sorted(set(self._stand_in.values()), key=len))
        vectors = np.stack([self._vectors[_key(self._stand_in.get(text, text))] for text in texts])
        parts = [np.zeros((len(of_text), self.dim), np.float32) for of_text in spans]
        return EncodedParts(vectors, parts, vectors.copy())

    def _read(self, windows: list[str]) -> None:
        """Encode what is not in the cache, and save it as it goes."""
        if self._cache.exists():
            with np.load(self._cache) as kept:
                self._vectors = dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))
        missing = [window for window in windows if _key(window) not in self._vectors]
        for start in tqdm(range(0, len(missing), SAVED_AFTER), desc="embedding"):
            some = missing[start : start + SAVED_AFTER]
            found = self._model.encode(some, kind="passage")
            self._vectors.update(zip(map(_key, some), found, strict=True))
            with self._cache.open("wb") as file:
                keys = np.array(list(self._vectors), np.str_)
                np.savez(file, keys=keys, vectors=np.stack(list(self._vectors.values())))


def _key(window: str) -> str:
    return blake2b(window.encode(), digest_size=16).hexdigest()


def stand_ins(library: Library, max_tokens: int, most: int) -> dict[str, str]:
    """What the model would read of each passage -> what it reads for it."""
    found: dict[str, str] = {}
    for record in everything(library):
        passages = library.passages(record.slug)
        windows = [
            [piece.text for piece in embedding.pieces(passage_reading(record, p), max_tokens)]
            for p in passages
        ]
        chosen = spread(len(windows), most)
        for place, of_one in enumerate(windows):
            near = min(chosen, key=lambda other: abs(other - place))
            found.update(dict.fromkeys(of_one, windows[near][0]))
        found.update({windows[place][0]: windows[place][0] for place in chosen})
    return found


def spread(count: int, most: int) -> list[int]:
    """Places of at most `most` of `count` things, evenly spread."""
    if count <= most:
        return list(range(count))
    return sorted({int((i + 0.5) * count / most) for i in range(most)})


def everything(library: Library) -> Iterator[Any]:
    after = None
    while True:
        page = library.texts(after=after, limit=200)
        yield from page.items
        after = page.next
        if after is None:
            return


def themes_of(data: Path, slug_of: dict[str, str]) -> tuple[list[Theme], frozenset[str]]:
    """The themes that are asked for, and the slugs of the works that are ranked."""
    said = json.loads((data / "themes.json").read_text(encoding="utf-8"))
    labelled = frozenset(slug_of[f] for f in said["labelled_works"] if f in slug_of)
    found = []
    for theme in said["themes"]:
        relevant = frozenset(slug_of[f] for f in theme["relevant"] if f in slug_of) & labelled
        if len(relevant) >= FEWEST:
            found.append(Theme(theme["theme"], relevant))
    return found, labelled


def average_precision(ranked: Sequence[str], relevant: frozenset[str]) -> float:
    """Mean of the precision at the place of each relevant work."""
    found, total = 0, 0.0
    for place, slug in enumerate(ranked, 1):
        if slug in relevant:
            found += 1
            total += found / place
    return total / len(relevant) if relevant else 0.0


def measure(
    rank: Callable[[str, str], Sequence[str]], themes: Sequence[Theme], labelled: frozenset[str]
) -> dict[str, list[float]]:
    """way -> average precision of each theme; `rank(name, way)` gives slugs."""
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    for theme in themes:
        for way in WAYS:
            ranked = [slug for slug in rank(theme.name, way) if slug in labelled]
            found[way].append(average_precision(ranked, theme.relevant))
    return found


def gain(scores: dict[str, np.ndarray]) -> float:
    """Of the mix above the better of the two alone, as a share."""
    return float(scores["mix"].mean() / max(scores["words"].mean(), scores["vectors"].mean()) - 1)


def how_sure(scores: dict[str, np.ndarray], least: float = 0.05, times: int = 4000) -> float:
    """The share of samples of themes (with replacement) in which the gain is at least `least`."""
    chance = np.random.default_rng(20260101)
    reached = 0
    for _ in range(times):
        some = chance.integers(0, len(scores["mix"]), len(scores["mix"]))
        reached += gain({way: values[some] for way, values in scores.items()}) >= least
    return reached / times


def report(themes: Sequence[Theme], found: dict[str, list[float]], *, verbose: bool) -> None:
    scores = {way: np.array(values) for way, values in found.items()}
    if verbose:
        for place, theme in enumerate(themes):
            row = "  ".join(f"{scores[way][place]:.2f}" for way in WAYS)
            print(f"  {row}  {len(theme.relevant):3}  {theme.name}")
    odd = np.arange(len(themes)) % 2 == 1
    print(f"mean average precision, {len(themes)} themes with {FEWEST} works or more")
    print(f"{'':12}" + "".join(f"{way:>9}" for way in WAYS) + "   mix above the better")
    for name, which in (("chosen on", ~odd), ("held out", odd), ("all", odd | ~odd)):
        some = {way: values[which] for way, values in scores.items()}
        row = "".join(f"{some[way].mean():9.3f}" for way in WAYS)
        print(f"{name:12}{row}   {gain(some):+.1%}")
    print(f"a gain of 5 % or more in {how_sure(scores):.0%} of samples of themes")


def built(data: Path, cache: Path) -> Library:
    """All works of the set, imported as `xinde library build` does."""
    with tqdm(desc="reading", unit="file") as bar:

        def progress(done: int, total: int, *_: object) -> None:
            bar.total = total
            bar.update(done - bar.n)

        intake.build(
            cache / "library.db",
            [data / "works"],
            themes=starter.themes(),
            roles=starter.roles(),
            progress=progress,
        )
    return Library.open(cache / "library.db")


def indexed(
    library: Library, folder: Path, model: TextModel, passages: int, vectors: Path
) -> tuple[Index, TextModel]:
    """The index of a library with its cards, and the model to ask it with."""
    if passages:
        model = Sampled(model, library, passages, vectors / f"vectors-{model.name}.npz")
    with tqdm(desc="indexing", unit="passage") as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done)

        sync_library(folder, library, model, progress=progress)
    sync_cards(folder, library, model)
    return Index.open(folder, model), model


def slugs_by_file(library: Library, data: Path) -> dict[str, str]:
    """ "works/name.epub" -> slug of what became of it."""
    found = {}
    for file in library.files():
        slug, path = file.slug or file.same_as, Path(file.path)
        if slug and path.is_relative_to(data.resolve()):
            found[path.relative_to(data.resolve()).as_posix()] = slug
    return found


def main() -> int:
    temporary = Path(tempfile.gettempdir())
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--models-folder", type=Path, default=temporary / "xinde-model-cache")
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--passages", type=int, default=40, help="embedded of each work; 0: all")
    parser.add_argument("--verbose", action="store_true", help="each theme")
    options = parser.parse_args()
    if not (options.data / "themes.json").exists():
        print(f"{options.data} is not here: nothing to measure.")
        return 0
    options.cache.mkdir(parents=True, exist_ok=True)
    model = load_model(options.model, options.models_folder)
    with built(options.data, options.cache) as library:
        folder = options.cache / f"index-{model.name}-{options.passages}"
        index, model = indexed(library, folder, model, options.passages, options.cache)
        themes, labelled = themes_of(options.data, slugs_by_file(library, options.data))

        def rank(name: str, way: str) -> list[str]:
            return [text.slug for text in rank_texts(index, model, name, by=way, limit=100_000)]

        report(themes, measure(rank, themes, labelled), verbose=options.verbose)
        index.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
