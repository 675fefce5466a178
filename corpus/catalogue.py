"""Which books a catalogue on the web offers to all, and how they are brought.

`collect` goes from page to page (`corpus/opds.py` says what a page means),
`download` brings one book.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from urllib.parse import urldefrag

from corpus import fetching
from corpus.archives import clean_name
from corpus.fetching import Fetched, FetchRefused
from corpus.opds import FORMATS, MOST_PAGE, Catalogue, CatalogueRefused, Entry, parse
from corpus.texts import CorpusError

MOST_BOOK = 50_000_000
MOST_PAGES = 60
PAGE_SECONDS = 30.0
BOOK_SECONDS = 120.0
CATALOGUE_SECONDS = 300.0
ACCEPT = (
    "application/opds+json, application/atom+xml;profile=opds-catalog, "
    "application/atom+xml;q=0.9, application/xml;q=0.5, */*;q=0.1"
)


@dataclass(frozen=True)
class Collected:
    """What a catalogue offers."""

    title: str
    ports: frozenset[int]  # that its addresses may name
    entries: list[Entry] = field(default_factory=list)  # each can be brought
    refused: list[tuple[str, str]] = field(default_factory=list)  # (title or address, why)
    sections: list[tuple[str, str]] = field(default_factory=list)  # that were not followed


Get = Callable[..., Fetched]
Parse = Callable[[bytes, str, str], Catalogue]


def collect(
    url: str,
    get: Get = fetching.get,
    *,
    most: int = 200,
    depth: int = 2,
    pages: int = MOST_PAGES,
    seconds: float = CATALOGUE_SECONDS,
    parse: Parse = parse,
    clock: Callable[[], float] = time.monotonic,
) -> Collected:
    """The books of a catalogue whose address an administrator gave.

    Sections are followed `depth` levels down (0: only this list, to its last
    page). What fails on the first page is raised; later, it is one line among
    the refused, as is every limit that was reached.
    """
    until = clock() + seconds
    walk = _Walk(Collected("", fetching.ports_of(url)), most)
    queue = deque([(url, url, depth)])
    while queue:
        title, address, left = queue.popleft()
        if not walk.is_new(address):
            continue
        if walk.stopped(pages, late=clock() >= until):
            break
        try:
            page = walk.page(address, get, parse, min(PAGE_SECONDS, until - clock()))
        except (FetchRefused, CatalogueRefused) as refused:
            if walk.count == 1:
                raise
            walk.found.refused.append((title, str(refused)))
            continue
        if page is None:
            continue
        walk.take(page)
        if left > 0:
            queue.extend((name, to, left - 1) for name, to in page.sections)
        else:
            walk.found.sections.extend(page.sections)
        if page.next:  # a list is read to its end before another is begun
            queue.appendleft((title, page.next, left))
    return walk.result()


class _Walk:
    """A way through a catalogue: what was seen, and what was found."""

    def __init__(self, found: Collected, most: int) -> None:
        self.found, self._most = found, most
        self.count = 0  # pages asked for
        self._why_stopped = ""
        self._seen: set[str] = set()
        self._books: set[str] = set()

    def is_new(self, address: str) -> bool:
        return urldefrag(address)[0] not in self._seen

    def stopped(self, pages: int, *, late: bool) -> bool:
        """Whether a limit is reached, so that no further page is asked for."""
        if len(self.found.entries) >= self._most:
            self._why_stopped = (
                f"Only the first {self._most} books were taken. "
                "Give the address of a section of the catalogue to take others."
            )
        elif self.count >= pages:
            self._why_stopped = (
                f"The catalogue has more than {pages} pages; the rest was not looked at. "
                "Give the address of one of its sections."
            )
        elif late:
            self._why_stopped = (
                "The catalogue took too long; the rest was not looked at. "
                "Run again later, or give the address of one of its sections."
            )
        return bool(self._why_stopped)

    def page(self, address: str, get: Get, parse: Parse, seconds: float) -> Catalogue | None:
        """The page at an address; None when it was seen under another address."""
        self.count += 1
        self._seen.add(urldefrag(address)[0])
        fetched = get(
            address,
            most_bytes=MOST_PAGE,
            seconds=max(seconds, 1.0),
            accept=ACCEPT,
            ports=self.found.ports,
        )
        if fetched.url != address and not self.is_new(fetched.url):
            return None
        self._seen.add(urldefrag(fetched.url)[0])
        return parse(fetched.body, fetched.content_type, fetched.url)

    def take(self, page: Catalogue) -> None:
        if not self.found.title:
            self.found = replace(self.found, title=page.title)
        for entry in page.entries:
            names = {entry.key, *(address for address, _ in entry.acquisitions)}
            if names & self._books:
                continue  # a book may stand in several sections
            self._books |= names
            if entry.why_not:
                self.found.refused.append((entry.title, entry.why_not))
            elif not self.stopped(self.count + 1, late=False):
                self.found.entries.append(entry)

    def result(self) -> Collected:
        unseen = dict.fromkeys((name, to) for name, to in self.found.sections if self.is_new(to))
        if self._why_stopped:
            self.found.refused.append((self.found.title, self._why_stopped))
        return replace(self.found, sections=list(unseen))


# Bringing a book

RECORD = ".fetched.json"


def download(
    entry: Entry,
    into: Path,
    get: Get = fetching.get,
    *,
    ports: Collection[int] = fetching.PORTS,
    most_bytes: int = MOST_BOOK,
    seconds: float = BOOK_SECONDS,
) -> Path:
    """The file of a book in `into`, fetched unless it is there in this version.

    Give the ports of its `Collected`. Raises CatalogueRefused or FetchRefused;
    then a file that was there before is still there.
    """
    if not entry.acquisitions:
        raise CatalogueRefused(f"{entry.title} was not fetched. {entry.why_not}".strip())
    books = _record(into)
    known = books.get(entry.key, {})
    before = into / known["file"] if known else None
    if before and known["updated"] == entry.updated and before.is_file():
        return before
    body, suffix = _best(entry, get, ports=ports, most_bytes=most_bytes, seconds=seconds)
    taken = {book["file"].casefold() for key, book in books.items() if key != entry.key}
    same = before if before and before.suffix == suffix else None  # whatever it is called now
    path = same or _free(into, entry, suffix, body, taken)
    books[entry.key] = {"file": path.name, "updated": entry.updated}
    try:
        into.mkdir(parents=True, exist_ok=True)
        _keep(path, body)
        _keep(into / RECORD, json.dumps({"books": books}, ensure_ascii=False, indent=1).encode())
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "the disk is full. Free some room" if full else f"{error.strerror}. Check its folder"
        raise CatalogueRefused(f"{path} cannot be written: {why} and run again.") from error
    return path


def _best(
    entry: Entry, get: Get, *, ports: Collection[int], most_bytes: int, seconds: float
) -> tuple[bytes, str]:
    """The book in the best format that can be had, and how its file ends."""
    first: CorpusError | None = None
    for address, kind in entry.acquisitions[:3]:
        try:
            fetched = get(
                address,
                most_bytes=most_bytes,
                seconds=seconds,
                accept=f"{kind}, */*;q=0.1",
                ports=ports,
            )
            if not _looks_like(kind, fetched.body):
                raise CatalogueRefused(
                    f"{entry.title} was not fetched: {address} gave something that is no "
                    f"{FORMATS[kind].lstrip('.').upper()} file. Fetch it yourself and bring the file."
                )
            return fetched.body, FORMATS[kind]
        except (FetchRefused, CatalogueRefused) as refused:
            first = first or refused
    assert first is not None
    raise first


def _looks_like(kind: str, body: bytes) -> bool:
    """Whether a body can be of this kind. A page that asks for a password is no book."""
    if FORMATS[kind] in (".epub", ".docx"):
        return body.startswith(b"PK\3\4")
    if FORMATS[kind] == ".pdf":
        return b"%PDF-" in body[:1024]
    is_page = (
        body[:500].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html"))
    )
    return bool(body.strip()) and (FORMATS[kind] == ".html" or not is_page)


def file_name(entry: Entry, suffix: str, number: int = 1) -> str:
    """`title--author.epub`: from such a name the library reads both back."""
    title, author = _name_part(entry.title, 120), _name_part(entry.author, 60)
    ending = f" ({number})" if number > 1 else ""
    return clean_name(f"{title or 'Untitled'}{ending}{f'--{author}' if author else ''}{suffix}")


def _name_part(words: str, most_bytes: int) -> str:
    plain = re.sub(r"-{2,}", "-", clean_name(words) if words else "")
    return plain.encode()[:most_bytes].decode(errors="ignore").strip(" .-_")


def _free(into: Path, entry: Entry, suffix: str, body: bytes, taken: Collection[str]) -> Path:
    """A name that is no other book's. A file of the same words is this book,
    fetched by a run that was killed before it could say so."""
    number = 1
    while True:
        path = into / file_name(entry, suffix, number)
        is_free = not path.exists() or (path.is_file() and path.read_bytes() == body)
        if is_free and path.name.casefold() not in taken:
            return path
        number += 1


def _record(into: Path) -> dict[str, dict[str, str]]:
    """What was fetched into a folder: key of the entry -> its file and version."""
    try:
        books = json.loads((into / RECORD).read_bytes())["books"]
        return {
            key: {"file": book["file"], "updated": book["updated"]}
            for key, book in books.items()
            if book["file"] == PurePosixPath(book["file"]).name and isinstance(book["updated"], str)
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}  # nothing yet, or damaged: what is there is compared and fetched again


def _keep(path: Path, data: bytes) -> None:
    """The whole file or none, also after a power cut."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
