"""What an EPUB says: its documents in reading order under the book's headings.

`archive` unpacks what is asked for, `package` says which documents there are,
`markup` makes trees of them, `furniture` takes out what is not the text, `tree`
reads the rest and `contents` orders the headings. All of an EPUB may be wrong:
names written in three ways, documents missing, XML that is none. What can be
read is read; a book that has lost most of its text, or is locked, is refused.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from corpus.formats import matter, metadata, tree
from corpus.formats.epub import archive, contents, furniture, markup, package
from corpus.formats.epub.archive import Archive
from corpus.formats.epub.contents import TITLE
from corpus.formats.epub.package import Package
from corpus.formats.tree import Flow, Heading
from corpus.texts import Block, LeftOut, Text, TextRefused

LEAST: Final = 0.2  # of the text; where less is left, what was taken away was the text


def read(path: Path) -> Text:
    """The text in an EPUB, or `TextRefused`."""
    with archive.opened(path) as file:
        book = Archive(file, path.name)
        archive.check_open(book)
        described = package.opened(book)
        documents = _documents(book, described)
    items = tree.with_headings(contents.under(documents.kept(), described.contents))
    titles = [item.text for item in items if isinstance(item, Heading) and item.rank == TITLE]
    shown = titles[0] if titles else _first_h1(items)
    said = described.said | {"title": _fuller(described.said["title"], shown)}
    sections = tree.without_titles(tree.outlined(items), [said["title"], *titles])
    kept, more = matter.without(sections)
    if not kept:
        raise TextRefused(
            f"There is no text in {path.name}: its pages are pictures, or empty. "
            "Bring an edition with text."
        )
    left_out = (*documents.left_out, *more)
    return metadata.described(path, kept, said=said, heading=shown, left_out=left_out)


def _first_h1(items: Flow) -> str | None:
    """The heading at the very top, where it is the book's and not a chapter's."""
    first = next((item for item in items if isinstance(item, Heading)), None)
    return first.text if first and first.rank == 1 and not tree.is_division(first.text) else None


def _fuller(title: str | None, shown: str | None) -> str | None:
    """What the book shows, where its package has only a program's name for it:
    "developers-reference", and "Debian Developer's Reference" on the page."""
    if not title or not shown or " " in title or not re.fullmatch(r"[^A-Z]*[-_][^A-Z]*", title):
        return title
    return shown if tree.letters_of(title) in tree.letters_of(shown) else title


@dataclass
class _Documents:
    """The documents of a book by name, and what was left out of them."""

    text: list[tuple[str, Flow]] = field(default_factory=list)
    aside: list[tuple[str, Flow]] = field(default_factory=list)  # called cover, index...
    kinds: list[LeftOut] = field(default_factory=list)  # of those aside
    left_out: dict[LeftOut, None] = field(default_factory=dict)
    missing: int = 0

    def kept(self) -> list[tuple[str, Flow]]:
        """Documents without those that guide or landmarks call cover or index;
        where these hold the text itself, the guide is wrong and they stay."""
        kept, gone = _size(self.text), _size(self.aside)
        if self.aside and kept < LEAST * (kept + gone):
            return [*self.aside, *self.text]
        self.left_out |= dict.fromkeys(self.kinds)
        return self.text


def _size(documents: Sequence[tuple[str, Flow]]) -> int:
    return sum(len(i.text) for _, flow in documents for i in flow if isinstance(i, Block))


def _documents(book: Archive, described: Package) -> _Documents:
    if not described.spine and not described.missing:
        raise TextRefused(f"{book.name} lists no documents: there is no text in it.")
    found = _Documents(missing=described.missing)
    places: dict[str, set[str]] = {}
    for line in described.contents:
        places.setdefault(line.document, set()).add(line.place)
    notes: dict[str, set[str]] = {}  # entry -> ids of notes in it
    for info in described.spine:
        root = markup.parsed(book.read(info) or b"", info.filename)
        body = next(root.iter("body"), root) if root is not None else None
        if body is None:
            found.missing += 1
            continue
        kinds, title = furniture.without(body)
        found.left_out |= dict.fromkeys(kinds)
        told = tree.told(
            body,
            places=places.get(info.filename, set()) - {""},
            notes=notes.get(info.filename, set()),
        )
        for link in told.notes:
            if target := book.find(link, posixpath.dirname(info.filename)):
                notes.setdefault(target.filename, set()).add(unquote(link.partition("#")[2]))
        flow: Flow = [Heading(TITLE, title), *told.items] if title else told.items
        if kinds and not flow:
            continue
        kind = furniture.KINDS.get(described.kinds.get(info.filename, ""))
        if kind and (kind != "contents" or info.filename == described.nav):
            found.aside.append((info.filename, flow))
            found.kinds += [kind] if told.items else []
        else:
            found.text.append((info.filename, flow))
    _check_whole(book, found)
    return found


def _check_whole(book: Archive, documents: _Documents) -> None:
    whole = sum(1 for _, flow in documents.text if flow)
    if documents.missing > whole:
        total = documents.missing + len(documents.text) + len(documents.aside)
        raise TextRefused(
            f"{book.name} is damaged or was cut short: {documents.missing:,} of its {total:,} "
            "documents are missing or cannot be read. Copy or fetch it again."
        )
