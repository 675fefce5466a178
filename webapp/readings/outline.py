"""A text as its page shows it: headings, passages under them, table of contents. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from corpus.texts import Passage
from webapp.readings.blocks import passage_html, without_marks


@dataclass(frozen=True)
class Heading:
    words: str
    anchor: str
    depth: int  # 0 for the outermost
    tail: str  # of the passage that it begins with


@dataclass(frozen=True)
class Piece:
    """A passage with the headings that begin with it."""

    id: str
    anchor: str
    headings: tuple[Heading, ...]
    html: Markup
    heading: str  # the innermost it stands under; "" before the first


def tail(passage_id: str) -> str:
    return passage_id.partition("/")[2]


def pieces(passages: Sequence[Passage]) -> list[Piece]:
    """The passages in order, each with the headings that stand before it."""
    out: list[Piece] = []
    before: tuple[str, ...] = ()
    for passage in passages:
        anchor = f"p-{tail(passage.id)}"
        same = _shared(before, passage.path)
        headings = tuple(
            Heading(words, f"s{depth}-{tail(passage.id)}", depth, tail(passage.id))
            for depth, words in enumerate(passage.path)
            if depth >= same
        )
        heading = passage.path[-1] if passage.path else ""
        out.append(Piece(passage.id, anchor, headings, passage_html(passage), heading))
        before = passage.path
    return out


def alone(passage: Passage) -> Piece:
    """A passage by itself, under all the headings that it stands under."""
    return pieces([passage])[0]


def contents(parts: Sequence[Piece], *, most_depth: int = 2) -> list[Heading]:
    """The table of contents: headings down to `most_depth` levels."""
    return [h for part in parts for h in part.headings if h.depth < most_depth]


def place_name(passage: Passage, *, most: int = 60) -> str:
    """What to call the place of a passage: its heading, or how it begins."""
    if passage.path:
        return passage.path[-1]
    words, _spans = without_marks(" ".join(passage.text[: most * 3].split()))
    return words if len(words) <= most else words[:most].rstrip() + "…"


def _shared(a: Sequence[str], b: Sequence[str]) -> int:
    count = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        count += 1
    return count
