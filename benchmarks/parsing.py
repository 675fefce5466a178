"""How long reading a file takes, beside the bare library on the same file.

    python benchmarks/parsing.py          each format of ../shared/data/library
    python benchmarks/parsing.py --all    each file
    python benchmarks/parsing.py pdf      one format

"Bare" is the least that gets at the words: pypdfium2's text of all pages,
mammoth's HTML, lxml's tree of a page or of all documents of an EPUB,
markdown-it's tokens, the decoding of a text. lxml's tree is made in C: no
program in Python gets at the words in it within twice that time. "Walked" is
therefore given beside bare for web pages and EPUBs: the same tree, and a loop
that visits each element once and joins the text of its block, without asking
what it is. What is beyond walked is our own.

"Read" is everything: the child asked, the file copied to it, the words in order,
headings, metadata, language, the answer checked. "Here" is the same without a
child. The child's start is given apart, and so is what a child needs for its
first file of a format (the import of its parser). Bare, walked and here are
seconds of the processor, read those of the clock: on a busy machine, look at here.
"""

from __future__ import annotations

import csv
import io
import sys
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus import formats
from corpus.child import Reader
from corpus.texts import TextRefused
from tests.shared_data import SHARED

TIMES = 3
TARGET = 2.0
LIBRARY = SHARED / "data" / "library"


def bare_pdf(path: Path) -> int:
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        return sum(len(page.get_textpage().get_text_range()) for page in document)


def bare_docx(path: Path) -> int:
    import mammoth

    with path.open("rb") as file:
        return len(mammoth.convert_to_html(file).value)


def html_tree(path: Path) -> Iterator[Any]:
    import lxml.html

    yield lxml.html.parse(str(path)).getroot()


def epub_trees(path: Path) -> Iterator[Any]:
    import lxml.etree

    with zipfile.ZipFile(path) as archive:
        parser = lxml.etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
        package = next(name for name in archive.namelist() if name.endswith(".opf"))
        root = lxml.etree.fromstring(archive.read(package), parser)
        items = {item.get("id"): item.get("href") for item in root.iter("{*}item")}
        folder = package.rpartition("/")[0]
        for reference in root.iter("{*}itemref"):
            name = f"{folder}/{items[reference.get('idref')]}".lstrip("/")
            yield lxml.etree.parse(io.BytesIO(archive.read(name)), parser).getroot()


def bare_trees(trees: Iterable[Any]) -> int:
    return sum(len(root) for root in trees)


INLINE = frozenset({
    "a", "abbr", "b", "br", "cite", "code", "em", "i", "img", "q", "s", "small", "span", "strong",
    "sub", "sup", "u",
})  # fmt: skip


def walked_trees(trees: Iterable[Any]) -> int:
    """The words of each block, from visiting each element once."""
    blocks: list[str] = []
    for root in trees:
        parts: list[str] = []
        for element in root.iter("*"):
            if element.tag.rpartition("}")[2] not in INLINE and parts:
                blocks.append(" ".join("".join(parts).split()))
                parts = []
            parts += (element.text or "", element.tail or "")
        blocks.append(" ".join("".join(parts).split()))
    return sum(map(len, blocks))


def bare_md(path: Path) -> int:
    from markdown_it import MarkdownIt

    return len(MarkdownIt("commonmark").enable("table").parse(path.read_text("utf-8")))


def bare_txt(path: Path) -> int:
    data = path.read_bytes()
    for encoding in ("utf-8", "gb18030", "utf-16", "cp1252"):
        try:
            return len(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    return len(data.decode("latin-1"))


BARE: dict[str, Callable[[Path], int]] = {
    "pdf": bare_pdf,
    "docx": bare_docx,
    "html": lambda path: bare_trees(html_tree(path)),
    "epub": lambda path: bare_trees(epub_trees(path)),
    "md": bare_md,
    "txt": bare_txt,
}
WALKED: dict[str, Callable[[Path], int]] = {
    "html": lambda path: walked_trees(html_tree(path)),
    "epub": lambda path: walked_trees(epub_trees(path)),
}


@dataclass(frozen=True)
class Row:
    """A file, and the seconds it took."""

    name: str
    bare: float
    walked: float  # 0.0 where there is no tree
    here: float
    read: float

    @property
    def ratio(self) -> float:
        return self.here / self.bare


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    """The median time of `work`."""
    taken = []
    for _ in range(TIMES):
        start = clock()
        work()
        taken.append(clock() - start)
    return median(taken)


def works() -> dict[str, list[Path]]:
    found = defaultdict(list)
    with (LIBRARY / "manifest.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["format"]].append(LIBRARY / row["file"])
    return found


def started() -> tuple[float, Reader]:
    start = time.perf_counter()
    reader = Reader()
    reader.start()
    return time.perf_counter() - start, reader


def first_read(path: Path) -> float:
    """Seconds for the first file of a new child, beyond those of a later one."""
    _, reader = started()
    with reader:
        start = time.perf_counter()
        reader.read(path)
        first = time.perf_counter() - start
        return first - seconds(lambda: reader.read(path), time.perf_counter)


def measured(reader: Reader, kind: str, path: Path) -> Row | None:
    """A file's times; None where it is refused."""
    bare, walked = BARE[kind], WALKED.get(kind)
    try:
        reader.read(path)
    except TextRefused as refused:
        print(f"not read: {refused}")
        return None
    return Row(
        path.name,
        seconds(lambda: bare(path)),
        seconds(lambda: walked(path)) if walked else 0.0,
        seconds(lambda: formats.read(path)),
        seconds(lambda: reader.read(path), time.perf_counter),
    )


def main() -> int:
    if not LIBRARY.is_dir():
        print(f"needs {LIBRARY}, which is not here")
        return 0
    asked = [a for a in sys.argv[1:] if not a.startswith("-")] or list(BARE)
    found = works()
    start, reader = started()
    print(f"start of a child {start * 1000:.0f} ms")
    print(
        f"{'':6} {'files':>5} {'bare':>8} {'walked':>8} {'here':>8} {'read':>8}"
        f"  here/bare  here/walked  read/bare  {'first file':>10}  furthest from bare"
    )
    with reader:
        for name in asked:
            rows = [row for path in found[name] if (row := measured(reader, name, path))]
            if not rows:
                continue
            bare, walked, here, read = (
                sum(getattr(row, column) for row in rows)
                for column in ("bare", "walked", "here", "read")
            )
            beside_walk = f"{here / walked:.2f}" if walked else "-"
            slowest = max(rows, key=lambda row: row.ratio)
            first = first_read(next(p for p in found[name] if p.name == rows[0].name))
            print(
                f"{name:6} {len(rows):5} {bare:7.3f}s {walked:7.3f}s {here:7.3f}s {read:7.3f}s "
                f"{here / bare:10.2f} {beside_walk:>12} {read / bare:10.2f} {first * 1000:8.0f} ms  {slowest.ratio:.1f} {slowest.name}"
            )
            if "--all" in sys.argv:
                for row in sorted(rows, key=lambda r: -r.read):
                    print(
                        f"       {row.bare:9.4f} {row.here:9.4f} {row.read:9.4f} "
                        f"{row.ratio:8.2f}  {row.name}"
                    )
        print(f"children used {reader.started}; target {TARGET} beside the bare library")
    return 0


if __name__ == "__main__":
    sys.exit(main())
