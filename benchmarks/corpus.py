"""How fast texts come in and are found, as ratios inside one run.

    python benchmarks/corpus.py

Builds the starter library in a temporary folder. Nothing is embedded here: the
ratio of an unchanged rebuild to a whole build is therefore the harder one.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus import Library, build, passages, starter, words
from corpus.formats import read

QUERIES = [
    "学习",
    "调查研究",
    "how to listen",
    "reading a difficult book together",
    "志愿者为什么留不住",
]


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """The median time of `work`."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return median(taken)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "library.db"
        files = sorted(starter.folder().rglob("*.md"))
        first = seconds(lambda: build(path, [starter.folder()]))
        again = seconds(lambda: build(path, [starter.folder()]), 9)
        texts = [read(file) for file in files]
        reading = seconds(lambda: [read(file) for file in files], 3)
        cutting = seconds(lambda: [passages.cut(text) for text in texts], 3)
        with Library.open(path) as library:
            counts = library.counts()
            everything = "\n".join(p.text for _, p in library.all_passages())
            tokenising = seconds(lambda: words.tokens(everything), 3)
            ours, bare = search(library)
            page = seconds(lambda: library.texts(limit=30), 200)
    print(f"starter library: {counts['texts']} texts, {counts['passages']} passages")
    print(f"build from nothing (child process, cut, store)   {first:8.3f} s", end="")
    print(f"   {counts['passages'] / first:,.0f} passages/s")
    print(f"rebuild with nothing changed                     {again:8.4f} s")
    print(f"  rebuild / build (target with embedding 0.02)   {again / first:8.3f}")
    print(f"read {len(files)} files in this process                  {reading:8.3f} s")
    print(f"cut them                                         {cutting:8.3f} s")
    print(f"tokenise                                         {tokenising:8.3f} s", end="")
    print(f"   {len(everything) / tokenising / 1e6:.1f} million characters/s")
    print(
        f"search_words / the same query in bare sqlite3    {ours / bare:8.2f}   ({ours * 1e6:.0f} us)"
    )
    print(f"a page of 30 texts                               {page * 1e6:8.0f} us")


def search(library: Library) -> tuple[float, float]:
    """Seconds for all QUERIES through the library, and through sqlite3 alone."""
    conn = sqlite3.connect(library.path)
    expressions = [words.query(q) for q in QUERIES]
    statement = (
        "select p.id, -bm25(passages_fts, 1.0, 0.5) as score "
        "from passages_fts join passages p on p.number = passages_fts.rowid "
        "where passages_fts match ? order by score desc, p.id limit 50"
    )
    ours = seconds(lambda: [library.search_words(q) for q in QUERIES], 200)
    bare = seconds(lambda: [conn.execute(statement, (e,)).fetchall() for e in expressions], 200)
    conn.close()
    return ours, bare


if __name__ == "__main__":
    main()
