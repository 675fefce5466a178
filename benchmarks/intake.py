"""Whether every work of ../shared/data/library comes in whole, and how fast.

    python -m benchmarks intake            # tables
    python -m benchmarks intake --verbose  # each value that differs from the manifest, too

Imports all works in one command without embedding, then asks: is the phrase that
a work must contain in its passages, are title, author and language as the
manifest says, are the pairs of versions found and no others, and what does the
same command cost when nothing is left to do.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from itertools import combinations
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)  # not this folder: it holds another corpus.py

from corpus import Brought, Library, add_files  # noqa: E402

DATA = ROOT.parent / "shared" / "data" / "library"


def bare(text: str) -> str:
    """Letters and digits alone: how a title is written is not what is compared."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in folded if c.isalnum())


def squeezed(text: str) -> str:
    return "".join(text.replace("*", "").split())


def derivable(value: str, work: Path, words: str) -> bool:
    """Whether a value stands in the file's name or anywhere in its words."""
    return bare(value) in bare(work.stem) or bare(value) in bare(words)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--data", type=Path, default=DATA)
    chosen = parser.parse_args(arguments)
    if not (chosen.data / "manifest.csv").exists():
        print(f"{chosen.data} is not here: nothing to measure.")
        return 0
    with (chosen.data / "manifest.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with tempfile.TemporaryDirectory() as scratch:
        return measure(rows, chosen.data, Path(scratch), verbose=chosen.verbose)


def measure(rows: list[dict[str, str]], data: Path, scratch: Path, *, verbose: bool) -> int:
    texts, library_path = scratch / "texts", scratch / "library.db"
    works = [data / row["file"] for row in rows]
    brought = [Brought(work, texts / work.name) for work in works]
    begun = time.perf_counter()
    report = add_files(library_path, brought, folder=texts)
    first = time.perf_counter() - begun
    begun = time.perf_counter()
    add_files(library_path, brought, folder=texts)
    second = time.perf_counter() - begun
    print("outcomes:", dict(Counter(o.outcome for o in report.files)))
    for outcome in report.files:
        if outcome.outcome != "imported":
            print("  ", outcome.outcome, Path(outcome.file).name, outcome.why)
    print(f"second run / first run: {second / first:.4f} (limit .02; the first took {first:.0f} s)")
    slug_of = {Path(o.file).name: o.slug for o in report.files if o.outcome == "imported"}
    with Library.open(library_path) as library:
        contain(rows, slug_of, library)
        metadata(rows, slug_of, library, verbose=verbose)
        versions(data, slug_of, library)
    return 0


def contain(rows: list[dict[str, str]], slug_of: dict[str, str], library: Library) -> None:
    asked, kept, lost = 0, 0, []
    for row in rows:
        name = Path(row["file"]).name
        if not row["must_contain"]:
            continue
        asked += 1
        passages = library.passages(slug_of.get(name, ""))
        # A phrase may stand in a heading: "Chapter 17, in which..."
        words = squeezed("".join(part for p in passages for part in (*p.path, p.text)))
        if squeezed(row["must_contain"]) in words:
            kept += 1
        else:
            lost.append(name)
    print(f"phrase kept: {kept} of {asked}", *lost)


def metadata(
    rows: list[dict[str, str]], slug_of: dict[str, str], library: Library, *, verbose: bool
) -> None:
    right: Counter[str] = Counter()
    could: Counter[str] = Counter()
    could_right: Counter[str] = Counter()
    origins: Counter[tuple[str, str]] = Counter()
    for row in rows:
        work = Path(row["file"])
        record = library.text(slug_of.get(work.name, ""))
        if record is None:
            continue
        words = "\n".join(p.text for p in library.passages(record.slug))
        said = "\n".join([words, record.title, record.author, *record.subjects])
        for field in ("title", "author", "language"):
            value = row[field][:2] if field == "language" else row[field]
            same = bare(str(getattr(record, field))) == bare(value)
            right[field] += same
            origins[field, str(record.origins.get(field))] += 1
            if field == "language" or derivable(value, work, said):
                could[field] += 1
                could_right[field] += same
            if not same and verbose:
                print(f"   {work.name}: {field} {getattr(record, field)!r}, manifest {value!r}")
    for field in right:
        print(
            f"{field}: {right[field]} of {len(rows)} as the manifest says; of the {could[field]} "
            f"that stand in the file or its name {could_right[field]}"
        )
    total, total_right = sum(could.values()), sum(could_right.values())
    print(f"all three, where they can be known: {total_right / max(1, total):.3f} (target .95)")
    print("where values come from:", {f"{f} {o}": n for (f, o), n in sorted(origins.items())})


def versions(data: Path, slug_of: dict[str, str], library: Library) -> None:
    pairs = json.loads((data / "themes.json").read_text("utf-8"))["same_text_pairs"]
    wanted = {frozenset(slug_of[Path(f).name] for f in pair) for pair in pairs}
    found = set()
    groups: dict[str, list[str]] = {}
    for slug in slug_of.values():
        record = library.text(slug)
        if record and record.version_of:
            groups.setdefault(record.version_of, []).append(slug)
    for group in groups.values():
        found |= {frozenset(pair) for pair in combinations(group, 2)}
    print(
        f"version pairs: {len(wanted & found)} of {len(wanted)} found, {len(found - wanted)} others"
    )
    for pair in found - wanted:
        print("   not in the list:", *sorted(pair))
    for pair in wanted - found:
        print("   missed:", *sorted(pair))


if __name__ == "__main__":
    sys.exit(main())
