"""What a page says of itself: author, date, licence, address..."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from corpus.formats.html import titles
from corpus.formats.tree import Element

HEAD: Final = 2048  # bytes in which a browser writes where it saved a page from
MOST_SUBJECTS: Final = 20
MOST_SOURCES: Final = 3

_TITLES = ("citation_title", "dc.title", "dcterms.title", "og:title", "twitter:title")
_AUTHORS = (
    "citation_author", "dc.creator", "dcterms.creator", "author", "article:author",
    "parsely-author", "byl",
)  # fmt: skip
_DATES = (
    "citation_publication_date", "citation_date", "dc.date.issued", "dc.date", "dcterms.date",
    "dcterms.issued", "article:published_time", "date", "pubdate", "publishdate", "datepublished",
    "og:published_time",
)  # fmt: skip
_LANGUAGES = ("content-language", "dc.language", "language", "og:locale")
_LICENCES = ("dc.rights", "dcterms.license", "rights")
_IDENTIFIERS = (("citation_doi", "doi:"), ("citation_isbn", "isbn:"), ("dc.identifier", ""))
_SUBJECTS = ("dc.subject", "citation_keywords", "article:tag", "keywords")


def said(root: Element, source: bytes) -> dict[str, Any]:
    """The fields for `metadata.described`, and the page's `book`, if it names one."""
    named = _named(root)
    # Looking for an attribute takes long in a book; most have none.
    linked = _linked(root) if b"rel=" in source else {}
    data = _linked_data(root) if b"ld+json" in source else {}
    site = _first(named, "og:site_name", "application-name") or _name(data.get("publisher"))
    shown = " ".join((root.findtext(".//title") or "").split())
    title = _first(named, *_TITLES) or shown or _name(data.get("headline")) or ""
    authors = (a for a in _all(named, *_AUTHORS) if not a.startswith(("http", "@", "/")))
    return {
        "title": titles.without_site(title, site, root) or None,
        "book": linked.get("book"),
        "author": _unique(authors) or _people(data.get("author")) or _signed(root),
        "language": _language(root) or _first(named, *_LANGUAGES),
        "year": _first(named, *_DATES) or _name(data.get("datePublished")),
        "licence": linked.get("licence") or _first(named, *_LICENCES),
        "identifiers": [f"{scheme}{v}" for key, scheme in _IDENTIFIERS for v in _all(named, key)],
        "subjects": _unique(_listed(named))[:MOST_SUBJECTS],
        "sources": _unique(_addresses(named, linked, source))[:MOST_SOURCES],
    }


def _listed(named: dict[str, list[str]]) -> Iterator[str]:
    for value in _all(named, *_SUBJECTS):
        yield from (word.strip() for word in re.split(r"[,，;；、]", value))


_SAVED_FROM = re.compile(rb"saved from url=\(\d+\)(https?://[^\s<>\"]{4,500})")


def _addresses(named: dict[str, list[str]], linked: dict[str, Any], source: bytes) -> Iterator[str]:
    """Where the page is from, as it says or as the browser wrote when saving it."""
    yield from linked.get("canonical", ())
    yield from _all(named, "og:url")
    if found := _SAVED_FROM.search(source[:HEAD]):
        yield found[1].decode("utf-8", "replace")


def _named(root: Element) -> dict[str, list[str]]:
    """Values of <meta>, by name in small letters."""
    named: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = element.get("name") or element.get("property") or element.get("itemprop")
        name = name or element.get("http-equiv")
        value = " ".join((element.get("content") or "").split())
        if name and value:
            named.setdefault(name.lower(), []).append(value)
    return named


def _linked(root: Element) -> dict[str, Any]:
    """What <link> and rel= say: the page's own address, its licence, the book
    that it is a chapter of."""
    found: dict[str, Any] = {}
    for element in root.xpath("//link[@rel] | //a[@rel]"):
        rels = set((element.get("rel") or "").lower().split())
        href = element.get("href") or ""
        if "canonical" in rels and href.startswith(("http:", "https:")):
            found.setdefault("canonical", []).append(href)
        elif "license" in rels or ("copyright" in rels and "creativecommons" in href):
            found.setdefault("licence", _licence(href, titles.heading_text(element)))
        elif element.tag == "link" and rels & {"home", "up", "start"} and element.get("title"):
            found.setdefault("book", " ".join(element.get("title").split()))
    return found


_CC = re.compile(r"creativecommons\.org/(?:licenses|publicdomain)/([a-z-]+)/(\d\.\d)")


def _licence(href: str, text: str) -> str:
    if found := _CC.search(href):
        return f"{'CC0' if found[1] == 'zero' else f'CC {found[1].upper()}'} {found[2]}"
    return text or href


def _linked_data(root: Element) -> dict[str, Any]:
    """The article in a page's JSON-LD, or {}."""
    for text in root.xpath("//script[@type='application/ld+json']/text()"):
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            continue
        for value in values if isinstance(values, list) else [values]:
            graph = value.get("@graph") if isinstance(value, dict) else None
            for item in graph if isinstance(graph, list) else [value]:
                if isinstance(item, dict) and (item.get("headline") or item.get("author")):
                    return item
    return {}


def _name(value: Any) -> str | None:
    value = value.get("name") if isinstance(value, dict) else value
    return " ".join(value.split()) if isinstance(value, str) else None


def _people(value: Any) -> list[str]:
    names = (_name(v) for v in (value if isinstance(value, list) else [value]))
    return _unique(name for name in names if name and not name.startswith("http"))


def _signed(root: Element) -> list[str]:
    """Authors that the page itself marks beside its text."""
    found = root.xpath("//a[contains(@rel, 'author')] | //*[@itemprop='author']")
    return _unique(name for e in found[:5] if 0 < len(name := titles.heading_text(e)) <= 60)


def _language(root: Element) -> str | None:
    own = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang")
    return own or root.xpath("string((//@lang)[1])") or None


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _all(named: dict[str, list[str]], *names: str) -> Iterator[str]:
    for name in names:
        yield from named.get(name, ())


def _first(named: dict[str, list[str]], *names: str) -> str | None:
    return next(_all(named, *names), None)
