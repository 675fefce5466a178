"""Which books a catalogue on the web offers to all: OPDS 1.2 (Atom) and OPDS 2.0 (JSON).

`parse` is a function of bytes alone, so that it may run in a child process with
limits. `collect` goes from page to page, `download` brings one book. What a
catalogue sells, lends or has in no format we read is named, with the reason.
"""

from __future__ import annotations

import contextlib
import errno
import html
import json
import os
import re
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from corpus import fetching
from corpus.archives import clean_name
from corpus.fetching import Fetched, FetchRefused
from corpus.texts import CorpusError

MOST_PAGE = 8_000_000  # bytes of one page of a catalogue
MOST_BOOK = 50_000_000
MOST_PAGES = 60
MOST_ON_A_PAGE = 5_000  # entries, links and sections; the rest is not looked at
PAGE_SECONDS = 30.0
BOOK_SECONDS = 120.0
CATALOGUE_SECONDS = 300.0
ACCEPT = (
    "application/opds+json, application/atom+xml;profile=opds-catalog, "
    "application/atom+xml;q=0.9, application/xml;q=0.5, */*;q=0.1"
)

# What we read, the best first, and how its files end.
FORMATS = {
    "application/epub+zip": ".epub",
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
}
_OF_SUFFIX = {suffix: kind for kind, suffix in reversed(FORMATS.items())} | {
    ".htm": "text/html", ".xhtml": "application/xhtml+xml", ".markdown": "text/markdown",
}  # fmt: skip
_SAYS_NOTHING = ("", "application/octet-stream", "binary/octet-stream")

_ACQUISITION = "http://opds-spec.org/acquisition"
# The second is said of books to fetch at once, without a price; most open catalogues use it.
_OPEN = (f"{_ACQUISITION}/open-access", _ACQUISITION)
_CATALOGUES = ("application/atom+xml", "application/opds+json", "application/opds-publication+json")


class CatalogueRefused(CorpusError):
    """No catalogue can be read there, or no book be brought; the message says why."""


@dataclass(frozen=True)
class Entry:
    """A book in a catalogue. What the catalogue does not say is empty."""

    title: str
    author: str = ""
    language: str = ""
    updated: str = ""  # as the catalogue writes it: compared, not read
    id: str = ""
    summary: str = ""
    licence: str = ""
    acquisitions: tuple[tuple[str, str], ...] = ()  # (address, type), open to all, the best first
    why_not: str = ""  # why it cannot be brought; empty where it can

    @property
    def key(self) -> str:
        """What the entry is known by from one visit to the next."""
        return self.id or (self.acquisitions[0][0] if self.acquisitions else self.title)


@dataclass(frozen=True)
class Catalogue:
    """One page of a catalogue."""

    title: str
    entries: tuple[Entry, ...] = ()
    next: str | None = None  # address of the page that goes on with it
    sections: tuple[tuple[str, str], ...] = ()  # (title, address) of what lies below it


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


def parse(body: bytes, content_type: str, base_url: str) -> Catalogue:
    """A page of a catalogue. Pure; raises CatalogueRefused where it is none."""
    if len(body) > MOST_PAGE:
        raise CatalogueRefused(f"{base_url} is larger than a page of a catalogue may be.")
    start = body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if "json" in content_type.lower() or start.startswith(b"{"):
        return _of_json(body, base_url)
    if "html" in content_type.lower() or start.startswith((b"<!doctype html", b"<html")):
        raise CatalogueRefused(
            f"{base_url} is a web page, not a catalogue. "
            "Look on it for the address of its OPDS feed and use that."
        )
    return _of_atom(body, base_url)


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


# What both kinds of catalogue say of a book


@dataclass(frozen=True)
class _Link:
    rels: tuple[str, ...]
    address: str
    type: str = ""
    title: str = ""
    is_open: bool = True  # no price, nothing in between

    @property
    def kind(self) -> str:
        """The type without its parameters; by the address where it says nothing."""
        kind = self.type.partition(";")[0].strip().lower()
        if kind not in _SAYS_NOTHING:
            return kind
        return _OF_SUFFIX.get(PurePosixPath(urlsplit(self.address).path).suffix.lower(), kind)

    @property
    def leads_to_books(self) -> bool:
        return any(rel.startswith(_ACQUISITION) for rel in self.rels)


def _link(base: str, href: Any, rels: Iterable[str], **more: Any) -> _Link | None:
    """A link with its full address; None where it leads to nothing on the web."""
    if not isinstance(href, str) or not 0 < len(href) <= 2000:
        return None
    try:
        address = urljoin(base, href.strip())
        if urlsplit(address).scheme not in ("http", "https"):
            return None
    except ValueError:
        return None
    return _Link(tuple(rels), address, **more)


def _with_offers(entry: Entry, links: list[_Link]) -> Entry:
    """The entry with what can be fetched of it, or why nothing can."""
    offers = [link for link in links if link.leads_to_books]
    free = [link for link in offers if link.is_open and set(link.rels) & set(_OPEN)]
    readable = [link for kind in FORMATS for link in free if link.kind == kind]
    if readable:
        addresses = dict.fromkeys((link.address, link.kind) for link in readable)
        return replace(entry, acquisitions=tuple(addresses))
    return replace(entry, why_not=_why_not(offers, free))


def _why_not(offers: list[_Link], free: list[_Link]) -> str:
    if free:
        kinds = ", ".join(sorted({link.kind or "an unknown type" for link in free})[:5])
        return f"It comes only in formats that Xinde does not read ({_words(kinds, 150)})."
    rels = {rel.removeprefix(f"{_ACQUISITION}/") for link in offers for rel in link.rels}
    for rel, why in (
        ("buy", "It is for sale, not open to all."),
        ("borrow", "It is lent, not open to all."),
        ("subscribe", "It is for subscribers, not open to all."),
        ("sample", "Only a sample of it is open to all."),
        ("preview", "Only a sample of it is open to all."),
    ):
        if rel in rels:
            return why
    return (
        "It is not open to all." if offers else "The catalogue gives no address to fetch it from."
    )


def _section(title: str, links: list[_Link]) -> tuple[str, str] | None:
    """Where an entry that is no book leads: to a list below, or to its full record."""
    for link in links:
        if link.kind in _CATALOGUES and not {"self", "search"} & set(link.rels):
            return title, link.address
    return None


def _words(value: Any, most: int = 300) -> str:
    """Words for one line: no control characters, no more than `most` characters."""
    if not isinstance(value, str):
        return ""
    plain = "".join(c if c.isprintable() else " " for c in value[: most * 10])
    line = " ".join(plain.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _without_tags(source: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", " ", source[:20_000]))


def _page(
    base: str, title: str, feed_links: list[_Link], found: Iterable[tuple[Entry, list[_Link]]]
) -> Catalogue:
    """A page made of its own links and of entries with theirs."""
    entries, sections = [], []
    for entry, links in found:
        below = _section(entry.title, links)
        if below and not any(link.leads_to_books for link in links):
            sections.append(below)
        else:
            entries.append(_with_offers(entry, links))
    following = [link.address for link in feed_links if "next" in link.rels]
    return Catalogue(
        title=title or base,
        entries=tuple(entries),
        next=following[0] if following else None,
        sections=tuple(dict.fromkeys(sections)),
    )


# Atom

_ATOM = "{http://www.w3.org/2005/Atom}"
_OPDS = "{http://opds-spec.org/2010/catalog}"
_DC = ("{http://purl.org/dc/terms/}", "{http://purl.org/dc/elements/1.1/}")


def _of_atom(body: bytes, base: str) -> Catalogue:
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(body, parser, base_url=base)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise CatalogueRefused(
            f"{base} is no catalogue that can be read ({_words(str(error), 120)}). "
            "Check that the address is that of an OPDS feed."
        ) from None
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise CatalogueRefused(
            f"{base} defines entities, which no catalogue needs. It was not read."
        )
    if root.tag == f"{_ATOM}entry":
        return _page(base, "", [], [(_atom_entry(root), _atom_links(root))])
    if root.tag != f"{_ATOM}feed":
        raise CatalogueRefused(
            f"{base} is XML, but no OPDS catalogue (it begins with "
            f"<{_words(etree.QName(root).localname, 40)}>). Check the address."
        )
    entries = _some(root.iterchildren(f"{_ATOM}entry"))
    return _page(
        base,
        _atom_words(root, f"{_ATOM}title"),
        _atom_links(root),
        ((_atom_entry(entry), _atom_links(entry)) for entry in entries),
    )


def _atom_entry(entry: Any) -> Entry:
    names = [
        _atom_words(author, f"{_ATOM}name")
        for author in _some(entry.iterchildren(f"{_ATOM}author"))
    ]
    return Entry(
        title=_atom_words(entry, f"{_ATOM}title") or "Untitled",
        author=_words(", ".join(name for name in names if name)),
        language=_atom_words(entry, *(f"{dc}language" for dc in _DC)),
        updated=_atom_words(entry, f"{_ATOM}updated"),
        id=_atom_words(entry, f"{_ATOM}id", most=1000),
        summary=_atom_words(entry, f"{_ATOM}summary", f"{_ATOM}content", most=2000),
        licence=_atom_words(
            entry,
            f"{_ATOM}rights",
            *(f"{dc}{name}" for dc in _DC for name in ("license", "rights")),
        ),
    )


def _atom_words(parent: Any, *tags: str, most: int = 300) -> str:
    """The words of the first of these elements that has any."""
    for tag in tags:
        for element in _some(parent.iterchildren(tag)):
            text = "".join(element.itertext())
            if element.get("type") in ("html", "text/html"):
                text = _without_tags(text)
            if words := _words(text, most):
                return words
    return ""


def _atom_links(parent: Any) -> list[_Link]:
    found = []
    for element in _some(parent.iterchildren(f"{_ATOM}link")):
        between = any(
            True for _ in element.iterchildren(f"{_OPDS}price", f"{_OPDS}indirectAcquisition")
        )
        link = _link(
            element.base or "",  # respects xml:base
            element.get("href"),
            (element.get("rel") or "alternate").split(),
            type=_words(element.get("type")),
            title=_words(element.get("title")),
            is_open=not between,
        )
        if link:
            found.append(link)
    return found


def _some(items: Iterable[Any]) -> Iterator[Any]:
    for _, item in zip(range(MOST_ON_A_PAGE), items, strict=False):
        yield item


# JSON


def _of_json(body: bytes, base: str) -> Catalogue:
    try:
        root = json.loads(body)
    except (ValueError, RecursionError):
        root = None
    parts = ("publications", "navigation", "groups", "links", "metadata")
    if not isinstance(root, dict) or not any(part in root for part in parts):
        raise CatalogueRefused(
            f"{base} is no catalogue that can be read. "
            "Check that the address is that of an OPDS feed."
        )
    links = _json_links(root.get("links"), base)
    title = _of_language(_dict(root.get("metadata")).get("title"))
    if any(link.leads_to_books for link in links):  # the full record of one book
        return _page(base, title, [], [_json_entry(root, base)])
    found = []
    for group in [root, *map(_dict, _list(root.get("groups")))]:
        found += [_json_entry(_dict(book), base) for book in _list(group.get("publications"))]
        found += [
            (Entry(link.title or link.address), [replace(link, type=link.type or _CATALOGUES[1])])
            for link in _json_links(group.get("navigation"), base)
            if link.kind in ("", *_CATALOGUES)
        ]
        if group is not root:  # it shows its first books; its own address, all of them
            name = _of_language(_dict(group.get("metadata")).get("title")) or title
            found += [
                (Entry(name), [replace(link, rels=("subsection",), type=_CATALOGUES[1])])
                for link in _json_links(group.get("links"), base)
                if "self" in link.rels
            ]
    return _page(base, title, links, found)


def _json_entry(book: Mapping[str, Any], base: str) -> tuple[Entry, list[_Link]]:
    said = _dict(book.get("metadata"))
    names = [
        _of_language(_dict(a).get("name") if isinstance(a, dict) else a)
        for a in _list(said.get("author"))
    ]
    languages = [_words(language) for language in _list(said.get("language"))]
    entry = Entry(
        title=_of_language(said.get("title")) or "Untitled",
        author=_words(", ".join(name for name in names if name)),
        language=next(filter(None, languages), ""),
        updated=_words(said.get("modified")),
        id=_words(said.get("identifier"), 1000),
        summary=_words(_without_tags(_words(said.get("description"), 2000)), 2000),
        licence=_words(said.get("license")) or _words(said.get("rights")),
    )
    return entry, _json_links(book.get("links"), base)


def _json_links(links: Any, base: str) -> list[_Link]:
    found = []
    for said in map(_dict, _list(links)):
        properties = _dict(said.get("properties"))
        available = _dict(properties.get("availability")).get("state", "available")
        link = _link(
            base,
            said.get("href"),
            [rel for rel in _list(said.get("rel")) if isinstance(rel, str)],
            type=_words(said.get("type")),
            title=_of_language(said.get("title")),
            is_open=not (properties.keys() & {"price", "indirectAcquisition"})
            and available == "available",
        )
        if link and said.get("templated") is not True:
            found.append(link)
    return found


def _of_language(value: Any) -> str:
    """A name that may be written in several languages: the first of them."""
    if isinstance(value, dict):
        value = next((words for words in value.values() if isinstance(words, str)), "")
    return _words(value)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    """One or several: catalogues write a single thing without its list."""
    if value is None:
        return []
    return value[:MOST_ON_A_PAGE] if isinstance(value, list) else [value]


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
