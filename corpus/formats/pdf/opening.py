"""Whether a PDF can be read at all, and what it says of itself."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from corpus.formats.kinds import shown_name
from corpus.formats.pdf.headings import Entry
from corpus.formats.pdf.lines import Page
from corpus.texts import TextRefused

MOST_ENTRIES = 5_000  # of an outline
FEW = 60  # characters: a page with fewer may be a scan with a stamp on it
COVERED = 0.6  # of a page by pictures: then it is one
TAIL = 64 * 1024
LONGEST_WORDS = 20_000  # bytes of a title
MOST_XMP = 512 * 1024


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The pypdfium2 document, closed at the end; or `TextRefused`."""
    import pypdfium2

    _check_bytes(path)
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise TextRefused(_why(shown_name(path), getattr(error, "err_code", None))) from error
    try:
        yield document
    finally:
        document.close()


def _why(name: str, code: int | None) -> str:
    import pypdfium2.raw as raw

    if code == raw.FPDF_ERR_PASSWORD:
        return f"{name} is protected with a password. Save a copy without a password and bring it again."
    if code == raw.FPDF_ERR_SECURITY:
        return (
            f"{name} is protected by its publisher (DRM) and cannot be read. "
            "Ask them for a copy without protection."
        )
    return f"{name} is damaged or cut off: it cannot be opened as a PDF. Download it once more."


def _check_bytes(path: Path) -> None:
    """Refuses a file that was cut off: pdfium would read its first half."""
    size, name = path.stat().st_size, shown_name(path)
    with path.open("rb") as file:
        head = file.read(2048)
        file.seek(max(0, size - TAIL))
        tail = file.read()
    whole = re.search(rb"/Linearized.{0,200}?/L\s+(\d+)", head, re.DOTALL)
    if b"%PDF-" not in head and b"%PDF-" not in tail[:2048]:
        raise TextRefused(
            f"{name} is not a PDF, or its beginning is missing. Download or copy it once more."
        )
    if (b"%%EOF" not in tail and b"startxref" not in tail) or (whole and int(whole[1]) > size):
        raise TextRefused(f"{name} is cut off: its end is missing. Download or copy it once more.")


# What it says of itself


def outline(document: Any) -> list[Entry]:
    import pypdfium2.raw as raw

    entries = []
    for bookmark in islice(document.get_toc(max_depth=6), MOST_ENTRIES):
        dest = bookmark.get_dest()
        page = dest.get_index() if dest else None
        title = _words(raw.FPDFBookmark_GetTitle, bookmark)
        if page is None or not title:
            continue
        mode, view = dest.get_view()
        top = view[1] if mode == 1 and len(view) > 1 else view[0] if mode == 3 and view else None
        y = document.get_page_size(page)[1] - top if top else None
        entries.append(Entry(bookmark.level, title, page, y))
    if len(entries) > 1 and [e.depth for e in entries].count(0) == 1 and entries[0].depth == 0:
        # One entry over all others is the title of the whole.
        entries = [Entry(e.depth - 1, e.title, e.page, e.y) for e in entries[1:]]
    return entries


def said(document: Any, path: Path) -> dict[str, Any]:
    """Title, author and so on from the document's information and its XMP.

    The dates in it say when the file was made, not the text.
    """
    import pypdfium2.raw as raw

    info = {
        key: _words(raw.FPDF_GetMetaText, document, key.encode())
        for key in ("Title", "Author", "Keywords")
    }
    values: dict[str, Any] = {
        "title": info["Title"],
        "author": info["Author"],
        "subjects": [w.strip() for w in re.split("[,;，；、]", info["Keywords"]) if w.strip()],
        "language": _words(raw.FPDFCatalog_GetLanguage, document),
    }
    for key, value in _xmp(path).items():
        values[key] = values.get(key) or value
    return {key: value for key, value in values.items() if value}


def _words(ask: Callable[..., int], *about: Any) -> str:
    """What pdfium answers in UTF-16, as far as it is text."""
    length = ask(*about, None, 0)
    if not 2 < length < LONGEST_WORDS:
        return ""
    buffer = (ctypes.c_ushort * (length // 2 + 1))()
    ask(*about, buffer, length)
    words = bytes(buffer).decode("utf-16-le", "ignore").split("\0")[0]
    return "".join(c for c in words if c.isprintable() or c == " ").strip()


def _xmp(path: Path) -> dict[str, Any]:
    """What the document's XMP packet says, if it lies open in the file. Pictures
    bring packets of their own; the document's names what made the PDF."""
    import mmap

    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        end = len(data)
        for _ in range(8):
            begin = data.rfind(b"<x:xmpmeta", 0, end)
            if begin < 0:
                return {}
            stop = data.find(b"</x:xmpmeta>", begin, begin + MOST_XMP)
            packet = data[begin : stop + 12] if stop > 0 else b""
            if b"ns.adobe.com/pdf/1.3/" in packet or b"pdf:Producer" in packet:
                return _xmp_values(packet)
            end = begin
    return {}


_DC = "{http://purl.org/dc/elements/1.1/}"
_XMP = {
    "title": f"{_DC}title",
    "author": f"{_DC}creator",
    "language": f"{_DC}language",
    "licence": f"{_DC}rights",
    "identifiers": f"{_DC}identifier",
    "year": "{http://prismstandard.org/namespaces/basic/2.0/}publicationDate",
}


def _xmp_values(packet: bytes) -> dict[str, Any]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(packet, parser)
    except etree.XMLSyntaxError:
        return {}
    if root is None:
        return {}
    found = {}
    for key, tag in _XMP.items():
        for element in islice(root.iter(tag), 1):
            values = [w for t in element.itertext() if (w := t.strip())]
            if values:
                found[key] = values if key in ("author", "identifiers") else values[0]
    return found


# Whether there is text in it


def check_text(document: Any, pages: Sequence[Page], name: str) -> None:
    """Refuses a scan, and text whose characters nobody knows."""
    chars = sum(page.chars for page in pages)
    poor = [page.number for page in pages if page.chars < FEW]
    if len(poor) >= 0.5 * len(pages):
        rich = len(pages) - len(poor)
        covered = sum(1 for number in poor if _is_picture(document, number))
        drawn = chars == 0 and (covered or _has_drawings(document, poor))
        # A cover sheet with text before a hundred scanned pages makes no text of them.
        if drawn or (covered >= 0.8 * len(poor) and rich <= max(2, 0.05 * len(pages)) < len(poor)):
            raise TextRefused(
                f"{name} has no text layer: this PDF is a scan. "
                "Run text recognition (OCR) on it and bring it again."
            )
        if chars == 0:
            raise TextRefused(f"{name} has no text: its pages are empty.")
    if sum(page.garbage for page in pages) > 0.3 * chars or _is_shifted(pages):
        raise TextRefused(
            f"The text layer of {name} cannot be read: its fonts do not say which characters "
            "they show. Export it once more, or run text recognition (OCR) on it."
        )


def _is_shifted(pages: Sequence[Page]) -> bool:
    """Whether the letters are the numbers of shapes taken for letters: then few
    of them are vowels."""
    sample = "".join(line.text for page in pages[:40] for line in page.lines[:9])[:4_000]
    letters = [c for c in sample if c.isalpha()]
    latin = [c for c in letters if c < "\u0250"]
    if len(latin) < 200 or len(latin) < 0.5 * len(letters):
        return False
    vowels = sum(1 for c in latin if c.lower() in "aeiouyàáâäèéêëìíîïòóôöùúûü")
    capitals = sum(1 for c in latin if c.isupper())
    return vowels < 0.28 * len(latin) and capitals > 0.6 * len(latin)


def _loaded(document: Any, number: int) -> Any:
    """A page as pdfium has it; None for one that it cannot load."""
    import pypdfium2

    try:
        return document[number]
    except pypdfium2.PdfiumError:
        return None


def _has_drawings(document: Any, numbers: Sequence[int]) -> bool:
    import pypdfium2.raw as raw

    for number in numbers[:20]:
        page = _loaded(document, number)
        if page is None:
            continue
        try:
            if raw.FPDFPage_CountObjects(page) > 0:
                return True
        finally:
            page.close()
    return False


def _is_picture(document: Any, number: int) -> bool:
    """Whether pictures cover most of a page."""
    import pypdfium2

    page = _loaded(document, number)
    if page is None:
        return False
    try:
        width, height = page.get_size()
        covered = 0.0
        for thing in islice(page.get_objects(max_depth=4), 2000):
            if thing.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE:
                left, bottom, right, top = thing.get_bounds()
                covered += max(0.0, right - left) * max(0.0, top - bottom)
        return covered >= COVERED * width * height
    finally:
        page.close()
