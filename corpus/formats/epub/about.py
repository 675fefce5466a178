"""What an EPUB's package says of the book: title, author, language, year..."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from corpus.formats.epub.markup import words
from corpus.formats.tree import Element

# Roles of people who made the edition and not the text.
_NOT_AUTHORS = frozenset(
    {
        "trl", "edt", "ill", "pbl", "bkp", "bkd", "ctb", "art", "cov", "nrt", "aui", "aft", "win",
        "com",
    }
)  # fmt: skip
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:(?!00:00)\d\d:\d\d")

Refined = dict[str, dict[str, str]]  # id of an element -> what <meta refines> says of it


def said(root: Element) -> dict[str, Any]:
    """The fields for `metadata.described`."""
    dc: dict[str, list[Element]] = {}
    refined: Refined = {}
    plain: dict[str, str] = {}
    for element in root.iter("*"):
        if element.tag == "meta":
            _meta(element, refined, plain)
        elif not len(element) and words(element):
            dc.setdefault(element.tag.lower(), []).append(element)
    return {
        "title": _main_title(dc.get("title", []), refined),
        "author": _authors(dc.get("creator", []), refined),
        "language": next((words(e) for e in dc.get("language", [])), None),
        "year": _published(dc.get("date", []), plain),
        "licence": next((words(e) for e in dc.get("rights", [])), None),
        "identifiers": [_identifier(e) for e in dc.get("identifier", [])],
        "subjects": [*(words(e) for e in dc.get("subject", [])), *_shelves(root)],
        "sources": [words(e) for e in dc.get("source", [])],
    }


# Where a book belongs, beside its subjects: Standard Ebooks, schema.org, EPUB 3 and
# calibre say it so.
_SHELVES = ("se:subject", "schema:genre", "dcterms:subject", "belongs-to-collection",
            "calibre:series")  # fmt: skip


def _shelves(root: Element) -> list[str]:
    found = (
        words(e) or e.get("content") or ""
        for e in root.iter("meta")
        if (e.get("property") or e.get("name")) in _SHELVES
    )
    return list(dict.fromkeys(shelf for shelf in found if shelf))


def _meta(element: Element, refined: Refined, plain: dict[str, str]) -> None:
    name = element.get("property") or element.get("name")
    value = words(element) or element.get("content") or ""
    if name and value:
        about = (element.get("refines") or "").lstrip("#")
        (refined.setdefault(about, {}) if about else plain).setdefault(name, value)


def _main_title(titles: Sequence[Element], refined: Refined) -> str | None:
    main = (e for e in titles if refined.get(e.get("id"), {}).get("title-type") == "main")
    return words(next(main, titles[0] if titles else None)) or None


def _authors(creators: Sequence[Element], refined: Refined) -> list[str]:
    """Who wrote the book; translators and editors did not, unless nobody else is named."""
    roles = [(words(e), _role(e, refined)) for e in creators]
    authors = [name for name, role in roles if role in ("aut", "")]
    others = [name for name, role in roles if role not in _NOT_AUTHORS]
    return list(dict.fromkeys(authors or others or [n for n, role in roles if role == "edt"]))


def _role(element: Element, refined: Refined) -> str:
    own = _of_opf(element, "role") or refined.get(element.get("id"), {}).get("role") or ""
    return own.lower()


def _of_opf(element: Element, name: str) -> str:
    """An attribute of EPUB 2, which has a namespace, or had one."""
    found = (v for k, v in element.attrib.items() if re.split("[}:]", k)[-1] == name)
    return next(found, "")


def _published(dates: Sequence[Element], plain: dict[str, str]) -> str | None:
    """When the book came out. A time to the second, or the day the file was last
    changed, is when the file was made."""
    events = {_of_opf(e, "event"): words(e) for e in reversed(dates)}
    for event in ("original-publication", "publication", "creation", ""):
        day = events.get(event)
        if day and not _MOMENT.match(day) and day[:10] != plain.get("dcterms:modified", "")[:10]:
            return day
    return plain.get("dcterms:issued") or plain.get("dcterms:created")


def _identifier(element: Element) -> str:
    scheme, value = _of_opf(element, "scheme").lower(), words(element)
    bare = scheme in ("isbn", "doi") and not value.lower().startswith(("urn:", scheme))
    return f"{scheme}:{value}" if bare else value
