"""Whether translations are told by the order of their passages alone.

    python -m benchmarks versions                 # about five minutes: embeds 1,700 passages

The starter texts, of which 11 stand in both languages, and the short works of
../shared/data/library are brought in and embedded. What their files and names say
of versions is the truth; `recommender.versions` is not told it. A pair that it
finds beside those is printed: somebody must look whether it is false.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus import Library, starter
from corpus.intake import Brought, add_files, build
from models.load import DEFAULT_MODEL, load_model
from recommender import Index, sync_library
from recommender.versions import FEWEST, translations

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "library" / "works"
KEPT = Path(tempfile.gettempdir()) / "xinde-versions-benchmark"
LARGEST = 70_000  # bytes


def main() -> int:
    """Build once, compare, print; 1 when a pair is found that is none."""
    KEPT.mkdir(exist_ok=True)
    model = load_model(DEFAULT_MODEL, KEPT / "models")
    path = KEPT / "library.db"
    small = sorted(
        f for f in DATA.glob("*") if f.suffix in (".md", ".txt") and f.stat().st_size < LARGEST
    )
    add_files(path, [Brought(f, KEPT / "texts" / f.name) for f in small], folder=KEPT / "texts")
    build(path, [starter.folder()])
    with Library.open(path) as library:
        sync_library(KEPT / "index", library, model)
        index = Index.open(KEPT / "index", model)
        found = {(t.english, t.chinese) for t in translations(index, library)}
        known, sizes = _known(library)
    print(f"{sizes['en']} English and {sizes['zh']} Chinese texts of {FEWEST} passages or more")
    print(f"known pairs found: {len(known & found)} of {len(known)}")
    for label, pairs in (("not found", known - found), ("found beside them", found - known)):
        for english, chinese in sorted(pairs):
            print(f"{label}: {english} | {chinese}")
    return 1 if found - known else 0


def _known(library: Library) -> tuple[set[tuple[str, str]], dict[str, int]]:
    """English and Chinese texts that are versions of each other, and how many there are."""
    long = {
        record.slug: record
        for record in library.texts_by_slug(
            {p.partition("/")[0] for p in library.positions()}
        ).values()
        if len(library.passages(record.slug)) >= FEWEST
    }
    english = [r for r in long.values() if r.language == "en"]
    chinese = [r for r in long.values() if r.language == "zh"]
    pairs = {
        (e.slug, z.slug)
        for e in english
        for z in chinese
        if e.version_of and e.version_of == z.version_of
    }
    return pairs, {"en": len(english), "zh": len(chinese)}


if __name__ == "__main__":
    sys.exit(main())
