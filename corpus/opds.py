"""What one page of an OPDS catalogue says: OPDS 1.2 (Atom) and OPDS 2.0 (JSON). Pure.

A page comes from a stranger, so `parse` is called in the child process that reads
files (`corpus/child.py`). What a catalogue sells, lends or has in no format we
read is named, with the reason.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urljoin, urlsplit

from corpus.texts import CorpusError

MOST_PAGE = 8_000_000  # bytes of one page of a catalogue
MOST_ON_A_PAGE = 5_000  # entries, links and sections; the rest is not looked at

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


# Between the child that parses and the process that asked


class Nonsense(ValueError):
    """An answer that `packed` would not give."""


def packed(page: Catalogue) -> dict[str, Any]:
    """A page as JSON can carry it."""
    return asdict(page)


def unpacked(values: object) -> Catalogue:
    """A page from an answer, whoever gave it. Raises Nonsense."""
    try:
        kept = _dict(values)
        entries = [_dict(entry) for entry in _list(kept["entries"])]
        return Catalogue(
            title=_line(kept["title"]),
            entries=tuple(
                Entry(
                    **{name: _line(entry[name]) for name in _LINES},
                    acquisitions=_pairs(entry["acquisitions"]),
                )
                for entry in entries
            ),
            next=None if kept["next"] is None else _line(kept["next"]),
            sections=_pairs(kept["sections"]),
        )
    except (KeyError, TypeError) as error:
        raise Nonsense(str(error)) from error


_LINES = ("title", "author", "language", "updated", "id", "summary", "licence", "why_not")


def _line(value: object) -> str:
    if not isinstance(value, str) or len(value) > 5_000:
        raise Nonsense("not a line")
    return "".join(c if c.isprintable() else " " for c in value)


def _pairs(values: object) -> tuple[tuple[str, str], ...]:
    pairs = _list(values)
    if len(pairs) > MOST_ON_A_PAGE or any(len(_list(pair)) != 2 for pair in pairs):
        raise Nonsense("not pairs")
    return tuple((_line(a), _line(b)) for a, b in pairs)
