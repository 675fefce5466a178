"""How good proposed theme lists are, by labels that nobody here wrote.

    python -m benchmarks theme_lists
    python benchmarks/theme_lists.py --verbose     # each theme, too

Of ../shared/data/library: for each theme of themes.json with five works or more, eight
readings are proposed from the theme's name alone, and beside them stand the eight texts
that plain hybrid search finds first. Both are given only the labelled works: a work
without a label is not proved irrelevant.

- **precision@8, recall**: against the labels; precision is always of eight.
- **sub-themes**: of the other labels (the sources' own subject headings and genres,
  manifest.csv) that the theme's works carry, the share that a relevant work on the list
  carries too; no rule of ours made them. Beside it the share of the sub-themes that the
  proposal itself finds among the passages.
- **near-duplicates**: pairs on a list that are one text in two languages or formats
  (themes.json, same_text_pairs), and the mean likeness of each text to its nearest other.

The weights of `recommender/themes/choosing.py` were chosen on every other theme that
three works or more have ("chosen on", as `benchmarks/themes.py` divides them); the rest
is "held out". As there, all words count and of each work 40 passages are embedded, every
other passage is taken to mean what the nearest of them means.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import themes as by_name
from corpus import Library
from models.load import DEFAULT_MODEL, load_model
from models.text_model import TextModel
from recommender import Index, search
from recommender.readings import ReadingFilter
from recommender.theme_search import works_of
from recommender.themes import Options, propose_list

FEWEST = 5  # works that a theme must have
EIGHT = 8
TIMES = 25  # a proposal is made, for its time


@dataclass(frozen=True)
class Measures:
    precision: float
    recall: float
    labels: float  # of the other labels of the theme's works, carried by relevant ones
    found: float  # of the sub-themes that the proposal finds
    copies: int  # pairs of one text
    alike: float  # mean likeness of each to its nearest other


@dataclass(frozen=True)
class Set:
    """What is known of the works, by slug."""

    labels: dict[str, frozenset[str]]
    same: frozenset[frozenset[str]]
    vectors: dict[str, np.ndarray]  # (dim,) unit


def set_of(data: Path, slugs: dict[str, str], index: Index) -> Set:
    labels: dict[str, set[str]] = defaultdict(set)
    with (data / "manifest.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            slug = slugs.get(row["file"])
            if slug:
                said = f"{row['subjects']};{row['collections']}".replace("|", ";")
                labels[slug] |= {one.strip() for one in said.split(";") if one.strip()}
    pairs = json.loads((data / "themes.json").read_text(encoding="utf-8"))["same_text_pairs"]
    same = set()
    for pair in pairs:
        files = pair if isinstance(pair, list) else pair.get("files", list(pair.values())[:2])
        there = [slugs[file] for file in files if file in slugs]
        if len(set(there)) == 2:
            same.add(frozenset(there))
    works = works_of(index, index.snapshot())
    return Set(
        {slug: frozenset(own) for slug, own in labels.items()},
        frozenset(same),
        dict(zip(works.slugs, works.units, strict=True)),
    )


def measured(
    listed: Sequence[str], theme: by_name.Theme, known: Set, speaks: dict[str, frozenset[int]]
) -> Measures:
    """speaks: slug -> places of the sub-themes that the proposal finds."""
    right = [slug for slug in listed if slug in theme.relevant]
    others = {
        label
        for slug in theme.relevant
        for label in known.labels.get(slug, ())
        if label != theme.name
    }
    carried = {label for slug in right for label in known.labels.get(slug, ())} & others
    parts = {part for own in speaks.values() for part in own}
    spoken = {part for slug in listed for part in speaks.get(slug, ())}
    near = []
    for place, slug in enumerate(listed):
        rest = [known.vectors[o] for i, o in enumerate(listed) if i != place]
        if rest:
            near.append(float(np.max(np.stack(rest) @ known.vectors[slug])))
    copies = sum(
        frozenset((one, other)) in known.same
        for place, one in enumerate(listed)
        for other in listed[:place]
    )
    return Measures(
        len(right) / EIGHT,
        len(right) / len(theme.relevant),
        len(carried) / len(others) if others else 1.0,
        len(spoken) / len(parts) if parts else 1.0,
        copies,
        float(np.mean(near)) if near else 0.0,
    )


def plain(
    index: Index, model: TextModel, name: str, labelled: frozenset[str], count: int = EIGHT
) -> list[str]:
    """The texts that hybrid search finds first."""
    only = ReadingFilter(groups=labelled)
    hits = search(index, model, name, filter=only, limit=1_500)
    return list(dict.fromkeys(hit.reading.group for hit in hits))[:count]


def seconds(*works: Callable[[], object]) -> list[float]:
    """The shortest of several times of the processor, taken in turn: what else runs on the
    machine counts for none of them."""
    shortest = [float("inf")] * len(works)
    for _ in range(TIMES):
        for place, work in enumerate(works):
            start = time.process_time()
            work()
            shortest[place] = min(shortest[place], time.process_time() - start)
    return shortest


def report(name: str, rows: Sequence[tuple[str, Measures]], *, heading: bool = False) -> None:
    if heading:
        print(f"{'':26}{'themes':>7}{'p@8':>7}{'recall':>8}{'labels':>8}{'found':>7}"
              f"{'copies':>8}{'alike':>7}")  # fmt: skip
    found = [m for _n, m in rows]
    if not found:
        return
    print(
        f"{name:26}{len(found):7}"
        f"{np.mean([m.precision for m in found]):7.3f}{np.mean([m.recall for m in found]):8.3f}"
        f"{np.mean([m.labels for m in found]):8.3f}{np.mean([m.found for m in found]):7.3f}"
        f"{sum(m.copies for m in found):8}{np.mean([m.alike for m in found]):7.3f}"
    )


def main() -> int:
    temporary = Path(tempfile.gettempdir())
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=by_name.DATA)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--models-folder", type=Path, default=temporary / "xinde-model-cache")
    parser.add_argument("--cache", type=Path, default=by_name.CACHE)
    parser.add_argument("--passages", type=int, default=40, help="embedded of each work; 0: all")
    parser.add_argument("--verbose", action="store_true", help="each theme")
    options = parser.parse_args()
    if not (options.data / "themes.json").exists():
        print(f"{options.data} is not here: nothing to measure.")
        return 0
    options.cache.mkdir(parents=True, exist_ok=True)
    model = load_model(options.model, options.models_folder)
    with by_name.built(options.data, options.cache) as library:
        folder = options.cache / f"index-{model.name}-{options.passages}"
        index, asking = by_name.indexed(library, folder, model, options.passages, options.cache)
        lists(index, asking, library, options.data, verbose=options.verbose)
        index.close()
    return 0


def lists(index: Index, model: TextModel, library: Library, data: Path, *, verbose: bool) -> None:
    slugs = by_name.slugs_by_file(library, data)
    themes, labelled = by_name.themes_of(data, slugs)
    known = set_of(data, slugs, index)
    unlabelled = [s for s in works_of(index, index.snapshot()).slugs if s not in labelled]
    ours: dict[int, tuple[str, Measures]] = {}
    theirs: dict[int, tuple[str, Measures]] = {}
    for place, theme in enumerate(themes):
        made = propose_list(index, library, model, theme.name, Options(), dropped=unlabelled)
        mine = [item.reading.group for item in made.items]
        beside = plain(index, model, theme.name, labelled)
        everything = propose_list(
            index, library, model, theme.name, Options(count=100), dropped=unlabelled
        )
        speaks = {i.reading.group: frozenset(i.covers) for i in everything.items}
        ours[place] = theme.name, measured(mine, theme, known, speaks)
        theirs[place] = theme.name, measured(beside, theme, known, speaks)
        if verbose:
            a, b = ours[place][1], theirs[place][1]
            print(f"  {a.precision:.2f} {b.precision:.2f}  {a.labels:.2f} {b.labels:.2f}"
                  f"  {len(mine)}  {len(theme.relevant):3}  {theme.name}")  # fmt: skip
    many = {p for p, theme in enumerate(themes) if len(theme.relevant) >= FEWEST}
    first = True
    for name, which in (
        ("five works, all", many),
        ("five works, held out", {p for p in many if p % 2}),
        ("three works, held out", {p for p in ours if p % 2}),
        ("three works, chosen on", {p for p in ours if p % 2 == 0}),
    ):
        report(f"{name}: ours", [ours[p] for p in sorted(which)], heading=first)
        report(f"{'':{len(name)}}  search", [theirs[p] for p in sorted(which)])
        first = False
    # With members' pieces, or several subjects, each is asked whether anything answers it.
    for name in (themes[0].name, f"{themes[0].name}, {themes[1].name}"):
        timed(index, model, library, name)


def timed(index: Index, model: TextModel, library: Library, name: str) -> None:
    encoding, searching, proposing = seconds(
        lambda: model.encode([name], kind="query"),
        lambda: search(index, model, name, limit=20),
        lambda: propose_list(index, library, model, name),
    )
    print(
        f"{name}: a proposal takes {proposing * 1000:.0f} ms, one search {searching * 1000:.0f} "
        f"ms, encoding {encoding * 1000:.0f} ms: {proposing / (searching + encoding):.2f} "
        "of a search and an encoding"
    )


if __name__ == "__main__":
    sys.exit(main())
