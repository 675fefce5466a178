"""What a PDF says: its text in reading order, under its headings.

A PDF has no paragraphs, only ink in places. `lines` finds the lines of print,
`furniture` takes away what is printed on every page, `order` says what is read
after what, `headings` and `blocks` see what the lines are.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpus.formats import matter, metadata, tree
from corpus.formats.kinds import shown_name
from corpus.formats.pdf import blocks, furniture, headings, notes, opening, order
from corpus.formats.pdf.joining import Joiner
from corpus.formats.pdf.lines import Page
from corpus.formats.pdf.pdfium import MAX_CHARS, Printed, TooMuch
from corpus.texts import Block, LeftOut, Text, TextRefused

MOST_PAGES = 3_000
MOST_LINES = 300_000
SECONDS = 9.0


def read(path: Path) -> Text:
    """The text in a PDF, or `TextRefused`."""
    with opening.opened(path) as document:
        pages = _pages(document, shown_name(path))
        outline = opening.outline(document)
        said = opening.said(document, path)
    items, title, left_out = _items(pages, outline)
    sections, gone = matter.without(
        tree.without_titles(tree.outlined(items), (title, said.get("title")))
    )
    return metadata.described(path, sections, said=said, heading=title, left_out=(*left_out, *gone))


def _pages(document: Any, name: str) -> list[Page]:
    count = len(document)
    if not count:
        raise TextRefused(f"{name} is damaged: no page of it can be found.")
    if count > MOST_PAGES:
        raise TextRefused(
            f"{name} has {count:,} pages; {MOST_PAGES:,} is the most. Divide it into parts."
        )
    until = time.monotonic() + SECONDS
    printed = Printed(document)
    pages: list[Page] = []
    lines = 0
    for number in range(count):
        try:
            page = printed.page(number)
        except TooMuch:
            raise TextRefused(
                f"Page {number + 1} of {name} holds more than {MAX_CHARS:,} characters, which no "
                "page can show. Export the document once more."
            ) from None
        if page is None:
            raise TextRefused(
                f"{name} is damaged: page {number + 1} cannot be read. "
                "Export or download it once more."
            )
        pages.append(page)
        lines += len(page.lines)
        if time.monotonic() > until or lines > MOST_LINES:
            raise TextRefused(
                f"{name} is too large to be read at once: page {number + 1} of {count:,} was "
                "reached. Divide it into parts."
            )
    opening.check_text(document, pages, name)
    return pages


def _items(
    pages: Sequence[Page], outline: Sequence[headings.Entry]
) -> tuple[list[tree.Heading | Block], str | None, list[LeftOut]]:
    """Headings and blocks, the title at the top if there is one, what was left out."""
    body = _body_size(pages)
    left_out = list(furniture.without(pages, body))
    if _without_contents(pages):
        left_out.append("contents")
    joiner = Joiner([line for page in pages for line in page.lines])
    columns = [order.columns(page.lines, page.number, joiner.joined) for page in pages]
    order.measured(columns)
    lead = blocks.lead(columns, body)
    notes.moved(columns, body)
    headings.mark(columns, outline, lead)
    top = headings.title(columns)
    writer = blocks.Writer(joiner, body, lead)
    mine = set(map(id, top))
    for page in columns:
        for column in page:
            if mine:
                column.lines = [line for line in column.lines if id(line) not in mine]
            writer.add(column)
    return writer.finish(), " ".join(line.text for line in top) or None, left_out


def _body_size(pages: Sequence[Page]) -> float:
    counts: dict[int, int] = {}
    for page in pages:
        for line in page.lines:
            size = int(line.size * 2 + 0.5)
            counts[size] = counts.get(size, 0) + len(line.text)
    return max(counts, key=lambda size: counts[size]) / 2 if counts else 10.0


def _without_contents(pages: Sequence[Page]) -> bool:
    found = False
    front = max(12, len(pages) // 10)
    for page in pages:
        if front <= page.number < len(pages) - 6:
            continue  # a chapter's own list of what is in it
        if gone := furniture.contents(page.lines):
            page.lines = [line for i, line in enumerate(page.lines) if i not in gone]
            found = True
    return found
