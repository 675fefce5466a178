"""What an EPUB's package says: which documents in which order, under which headings."""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from urllib.parse import unquote

from corpus.formats import tree
from corpus.formats.epub import about, markup
from corpus.formats.epub.archive import Archive
from corpus.formats.kinds import shown_name
from corpus.formats.tree import EPUB_TYPE, Element
from corpus.texts import TextRefused

MAX_LINES: Final = 5_000  # of a table of contents
MAX_DEPTH: Final = 12

_DOCUMENT = re.compile(r".*\.(?:x?html?|xml)", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """A line of the table of contents."""

    depth: int
    title: str
    document: str  # name of an archive entry
    place: str  # id of an element in it; "" for its beginning


@dataclass(frozen=True)
class Package:
    said: dict[str, Any]
    spine: tuple[zipfile.ZipInfo, ...]  # documents in reading order
    missing: int  # documents that should be there too
    contents: tuple[Line, ...]
    kinds: dict[str, str]  # entry -> what guide or landmarks call it
    nav: str | None  # the entry that holds the table of contents for programs


def opened(archive: Archive) -> Package:
    """The package of a book, or `TextRefused`."""
    info = _package_file(archive)
    root = markup.parsed(archive.read(info) or b"")
    if root is None:
        raise TextRefused(
            f"{archive.name} is damaged: its list of contents ({shown_name(info.filename)}) "
            "cannot be read. Copy or fetch it again."
        )
    folder = posixpath.dirname(info.filename)
    manifest = {e.get("id"): e for e in root.iter("item") if e.get("href")}
    spine, missing = _spine(archive, root, manifest, folder)
    nav_item = next((e for e in manifest.values() if "nav" in _properties(e)), None)
    nav = archive.find(nav_item.get("href"), folder) if nav_item is not None else None
    page = markup.parsed(archive.read(nav) or b"", nav.filename) if nav else None
    kinds, lines = _guide(archive, root, folder), tuple[Line, ...]()
    if nav and page is not None:
        kinds = _landmarks(archive, page, nav.filename) | kinds
        lines = _nav_lines(archive, page, nav.filename)
    if len(lines) < 2:
        lines = _ncx_lines(archive, root, manifest, folder) or lines
    return Package(about.said(root), spine, missing, lines, kinds, nav.filename if nav else None)


def _properties(item: Element) -> list[str]:
    return (item.get("properties") or "").split()


def _package_file(archive: Archive) -> zipfile.ZipInfo:
    container = archive.find("META-INF/container.xml")
    root = markup.parsed(archive.read(container) or b"") if container else None
    for element in root.iter("rootfile") if root is not None else ():
        if info := archive.find(element.get("full-path") or ""):
            return info
    packages = [i for name, i in archive.entries.items() if name.lower().endswith(".opf")]
    if not packages:
        raise TextRefused(
            f"{archive.name} is no EPUB: there is no package file (.opf) in its archive. "
            "If it is a zip archive of texts, unpack it and bring those."
        )
    return min(packages, key=lambda i: (i.filename.count("/"), i.filename))


def _spine(
    archive: Archive, root: Element, manifest: dict[str, Element], folder: str
) -> tuple[tuple[zipfile.ZipInfo, ...], int]:
    """Documents in reading order, and how many more there should be. A package
    without an order is read in that of its manifest."""
    wanted = [manifest.get(e.get("idref")) for e in root.iter("itemref")]
    if not any(e is not None for e in wanted):
        wanted = [e for e in manifest.values() if _DOCUMENT.fullmatch(e.get("href") or "")]
    found: dict[str, zipfile.ZipInfo] = {}
    missing = 0
    for item in wanted:
        kind = item.get("media-type", "") if item is not None else ""
        if kind.startswith(("image/", "audio/", "video/", "font/")):
            continue
        info = archive.find(item.get("href"), folder) if item is not None else None
        if info is None:
            missing += 1
        else:
            found.setdefault(info.filename, info)
    return tuple(found.values()), missing


def _guide(archive: Archive, root: Element, folder: str) -> dict[str, str]:
    """What the guide of an EPUB 2 calls whole documents."""
    kinds = {}
    for element in root.iter("reference"):
        href = element.get("href") or ""
        if "#" not in href and (target := archive.find(href, folder)):
            kinds[target.filename] = (element.get("type") or "").lower()
    return kinds


def _landmarks(archive: Archive, page: Element, name: str) -> dict[str, str]:
    """The same in an EPUB 3."""
    kinds = {}
    for nav in page.iter("nav"):
        for link in nav.iter("a") if "landmarks" in (nav.get(EPUB_TYPE) or "") else ():
            href = link.get("href") or ""
            if "#" not in href and (target := archive.find(href, posixpath.dirname(name))):
                kinds[target.filename] = (link.get(EPUB_TYPE) or "").lower()
    return kinds


def _nav_lines(archive: Archive, page: Element, name: str) -> tuple[Line, ...]:
    """The table of contents of an EPUB 3."""
    navs = list(page.iter("nav"))
    named = (n for n in navs if {"toc", "doc-toc"} & set(_type_of(n).split()))
    toc = next(named, navs[0] if navs else None)
    lines: list[Line] = []
    for item in islice(toc.iter("li"), MAX_LINES) if toc is not None else ():
        label = next((e for e in item if e.tag in ("a", "span")), None)
        if label is not None:
            depth = sum(1 for _ in item.iterancestors("ol", "ul"))
            link = label if label.tag == "a" else next(item.iter("a"), label)
            lines += _line(archive, depth, markup.words(label), link.get("href"), name)
    return tuple(lines)


def _type_of(element: Element) -> str:
    return element.get(EPUB_TYPE) or element.get("role") or ""


def _ncx_lines(
    archive: Archive, root: Element, manifest: dict[str, Element], folder: str
) -> tuple[Line, ...]:
    """The table of contents of an EPUB 2."""
    spine = next(root.iter("spine"), None)
    item = manifest.get(spine.get("toc")) if spine is not None else None
    if item is None:
        item = next((e for e in manifest.values() if "ncx" in (e.get("media-type") or "")), None)
    info = archive.find(item.get("href"), folder) if item is not None else None
    page = markup.parsed(archive.read(info) or b"") if info else None
    lines: list[Line] = []
    for point in islice(page.iter("navPoint"), MAX_LINES) if page is not None and info else ():
        content = point.find("content")
        href = content.get("src") if content is not None else None
        depth = 1 + sum(1 for _ in point.iterancestors("navPoint"))
        label = markup.words(point.find("navLabel"))
        lines += _line(archive, depth, label, href, info.filename if info else "")
    return tuple(lines)


def _line(archive: Archive, depth: int, title: str, href: str | None, document: str) -> list[Line]:
    """The line as a list, empty where it has no title or leads nowhere."""
    target = archive.find(href or "", posixpath.dirname(document))
    if target is None or not title or len(title) > tree.LONGEST_HEADING:
        return []
    place = unquote((href or "").partition("#")[2])
    return [Line(min(depth, MAX_DEPTH), title, target.filename, place)]
