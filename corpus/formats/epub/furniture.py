"""What in a document of an EPUB is not the text, as the document itself says."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import Final

from corpus.formats import tree
from corpus.formats.epub.markup import words
from corpus.formats.tree import EPUB_TYPE, Element
from corpus.texts import LeftOut

MIN_LINKS: Final = 5  # that make a list of them a table of contents
NEAR: Final = 8  # elements around a link, among which such a list is looked for

# What an element or a document says it is, and what that is called here.
KINDS: dict[str, LeftOut] = {
    "cover": "cover", "titlepage": "cover", "title-page": "cover", "halftitlepage": "cover",
    "halftitle": "cover", "doc-cover": "cover",
    "imprint": "colophon", "colophon": "colophon", "doc-colophon": "colophon",
    "copyright-page": "licence", "uncopyright": "licence",
    "toc": "contents", "toc-brief": "contents", "loi": "contents", "lot": "contents",
    "loa": "contents", "lov": "contents", "landmarks": "contents", "page-list": "contents",
    "doc-toc": "contents", "doc-pagelist": "contents",
    "index": "index", "doc-index": "index",
}  # fmt: skip
_GUTENBERG = "pg-boilerplate"  # class of what Project Gutenberg puts around its texts
_PIECES = (
    "body", "section", "div", "article", "nav", "aside", "header", "footer", "figure", "ol", "ul",
)  # fmt: skip
_DOCUMENT = re.compile(r".*\.(?:x?html?|xml)", re.IGNORECASE)
_LISTS = frozenset({"ul", "ol", "dl", "table", "menu"})


def without(body: Element) -> tuple[list[LeftOut], str | None]:
    """Takes out of a document its cover, its tables of contents... Returns what
    that was, and the title on a title page."""
    found: dict[LeftOut, None] = {}
    gone: list[Element] = []
    title = None
    for element in body.iter(*_PIECES):
        kind = _kind(element)
        if kind is None:
            continue
        found[kind] = None
        if kind == "cover" and title is None:
            title = words(next(element.iter(*tree.HEADINGS), None)) or None
        gone += _emptied(body) if element is body else [element]
    tree.take_away(body, gone)
    if lists := [*body.iter("nav"), *_lists_of_links(body)]:
        found["contents"] = None
        tree.take_away(body, lists)
    return list(found), title


def _kind(element: Element) -> LeftOut | None:
    if (element.get("class") or "").startswith(_GUTENBERG):
        return "licence"
    own = element.get(EPUB_TYPE), element.get("role")
    types = [word for value in own if value for word in value.lower().split()]
    return next((KINDS[word] for word in types if word in KINDS), None)


def _emptied(body: Element) -> list[Element]:
    """All that is in a body, which has no words of its own afterwards."""
    body.text = None
    for child in body:
        child.tail = None
    return list(body)


def _lists_of_links(body: Element) -> list[Element]:
    """Tables of contents: nothing but links to places in the book."""
    links = [e for e in body.iter("a") if _leads_inside(e.get("href") or "")]
    if len(links) < MIN_LINKS:
        return []
    linked, counts = Counter[Element](), Counter[Element]()
    for link in links:
        text = "".join(link.itertext()).strip() if len(link) else link.text or ""
        if text.isdecimal():
            continue  # of a note, or a page
        size = len(text)
        for around in islice(link.iterancestors(), NEAR):
            if around is body:
                break
            linked[around] += size
            counts[around] += 1
    found: dict[Element, None] = {}
    for element, count in counts.most_common():
        if count < MIN_LINKS:
            break
        if not any(around in found for around in islice(element.iterancestors(), NEAR)):
            whole = element.xpath("string-length(normalize-space(.))")
            if linked[element] >= (0.8 if element.tag in _LISTS else 0.95) * whole:
                found[element] = None
    return list(found)


def _leads_inside(href: str) -> bool:
    return href.startswith("#") or _DOCUMENT.fullmatch(href.partition("#")[0]) is not None
