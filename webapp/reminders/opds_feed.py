"""Theme lists as an OPDS 1.2 catalogue (Atom), for e-readers. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

NAVIGATION = "application/atom+xml;profile=opds-catalog;kind=navigation"
ACQUISITION = "application/atom+xml;profile=opds-catalog;kind=acquisition"
EPUB = "application/epub+zip"

_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/terms/"
_OFFER = "http://opds-spec.org/acquisition"
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")


@dataclass(frozen=True)
class Book:
    """A theme list: where its own feed is, and its booklet."""

    id: str
    title: str
    about: str  # the organizer's note
    language: str
    updated: dt.datetime
    feed: str
    booklet: str = ""
    page: str = ""  # where it is read on the web, signed in


@dataclass(frozen=True)
class Feed:
    id: str
    title: str
    author: str
    language: str
    updated: dt.datetime
    address: str
    start: str  # of the catalogue
    next: str | None = None


def navigation(feed: Feed, books: Sequence[Book]) -> bytes:
    """The lists, each leading to its own feed."""
    root = _root(feed, NAVIGATION)
    for book in books:
        entry = _entry(root, book)
        _link(entry, "subsection", book.feed, ACQUISITION)
    return _written(root)


def acquisition(feed: Feed, book: Book) -> bytes:
    """One list with its booklet to take along."""
    root = _root(feed, ACQUISITION)
    entry = _entry(root, book)
    _say(entry, f"{{{_DC}}}language", book.language)
    _link(entry, _OFFER, book.booklet, EPUB)
    if book.page:
        _link(entry, "alternate", book.page, "text/html")
    return _written(root)


def _root(feed: Feed, kind: str) -> etree._Element:
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM, "dc": _DC})
    root.set("{http://www.w3.org/XML/1998/namespace}lang", feed.language)
    _say(root, f"{{{_ATOM}}}id", feed.id)
    _say(root, f"{{{_ATOM}}}title", feed.title)
    _say(root, f"{{{_ATOM}}}updated", _moment(feed.updated))
    author = etree.SubElement(root, f"{{{_ATOM}}}author")
    _say(author, f"{{{_ATOM}}}name", feed.author)
    _link(root, "self", feed.address, kind)
    _link(root, "start", feed.start, NAVIGATION)
    if feed.next:
        _link(root, "next", feed.next, kind)
    return root


def _entry(root: etree._Element, book: Book) -> etree._Element:
    entry = etree.SubElement(root, f"{{{_ATOM}}}entry")
    _say(entry, f"{{{_ATOM}}}id", f"urn:xinde:list:{book.id}")
    _say(entry, f"{{{_ATOM}}}title", book.title)
    _say(entry, f"{{{_ATOM}}}updated", _moment(book.updated))
    if book.about:
        _say(entry, f"{{{_ATOM}}}summary", book.about)
    return entry


def _say(parent: etree._Element, tag: str, words: str) -> None:
    etree.SubElement(parent, tag).text = _UNSEEN.sub("", words)


def _link(parent: etree._Element, rel: str, address: str, kind: str) -> None:
    etree.SubElement(parent, f"{{{_ATOM}}}link", rel=rel, href=address, type=kind)


def _moment(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def _written(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))
