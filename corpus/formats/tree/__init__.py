"""What a tree of HTML elements says: headings, paragraphs, lists, verse, notes.

Saved pages, e-books and Word files (through mammoth) all arrive here. The work
is divided so that the slow half has little to do: `marking` makes what only
dresses words a sign in the text, `walk` reads the blocks that are left, and
`outline` puts them under their headings. Nothing here calls itself: a file may
nest thousands of elements.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from corpus.formats.tree import walk
from corpus.formats.tree.marking import EPUB_TYPE, HEADINGS, Element, mark, take_away
from corpus.formats.tree.outline import (
    LONGEST_HEADING,
    Flow,
    Heading,
    Mark,
    is_division,
    letters_of,
    outlined,
    with_headings,
    without_titles,
)
from corpus.formats.tree.walk import VERSE_COLUMNS
from corpus.texts import Section

__all__ = [
    "EPUB_TYPE",
    "HEADINGS",
    "LONGEST_HEADING",
    "VERSE_COLUMNS",
    "Element",
    "Flow",
    "Heading",
    "Mark",
    "Told",
    "flow",
    "is_division",
    "letters_of",
    "outlined",
    "sections",
    "take_away",
    "told",
    "with_headings",
    "without_titles",
]


@dataclass(frozen=True, slots=True)
class Told:
    """What a tree says, and to which places (`href`) its marks of notes lead."""

    items: Flow
    notes: set[str]


def sections(root: Element, *, drop: Callable[[Element], bool] | None = None) -> list[Section]:
    """What a tree says, under its headings. The tree is used up.

    `drop` is asked about every element; what it takes away goes with all that
    is in it.
    """
    return outlined(with_headings(flow(root, drop=drop)))


def flow(root: Element, *, drop: Callable[[Element], bool] | None = None) -> Flow:
    """Headings and blocks of a tree in order. The tree is used up."""
    if drop is not None:
        take_away(root, [e for e in root.iter("*") if drop(e)])
    return told(root).items


def told(root: Element, *, places: Collection[str] = (), notes: Collection[str] = ()) -> Told:
    """A tree's flow with a `Mark` where an element has one of the ids in `places`.
    Elements with an id in `notes` are notes, besides those that links in the
    tree itself show to be. The tree is used up."""
    words, links = mark(root, set(places), set(notes))
    ids = {name for link in links if (name := link.partition("#")[2])}
    return Told(walk.read(root, words, ids | set(notes)), links)
