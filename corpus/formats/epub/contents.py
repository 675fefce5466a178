"""Which headings a book's table of contents gives to its documents. Pure.

Where a document has no heading of its own, the table of contents has one for
it; where the headings do not say which stand above which, it does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from corpus.formats import tree
from corpus.formats.epub.package import Line
from corpus.formats.tree import Flow, Heading, Mark, letters_of
from corpus.texts import Block

TITLE: Final = -1.0  # rank of the title on a title page: above all that follows
ADDED: Final = 0.0  # rank of a heading that only the contents have, until it gets one
SOON: Final = 6  # items within which a heading that is waited for must come

Placed = list[tuple[Heading | Block, Line | None]]


def under(documents: Sequence[tuple[str, Flow]], contents: Sequence[Line]) -> Flow:
    """All documents, by name and flow, as one flow with the headings of the contents."""
    lines: dict[str, dict[str, list[Line]]] = {}
    for line in contents:
        lines.setdefault(line.document, {}).setdefault(line.place, []).append(line)
    above = {line for line, below in pairwise(contents) if below.depth > line.depth}
    placed: Placed = []
    for name, flow in documents:
        placed += _placed(flow, lines.get(name, {}), above)
    ranks = {item.rank for item, line in placed if line and isinstance(item, Heading)} - {ADDED}
    depths = {line.depth for _, line in placed if line}
    return _by_contents(placed) if len(depths) > len(ranks) else _by_headings(placed)


def _placed(flow: Flow, lines: dict[str, list[Line]], above: set[Line]) -> Placed:
    """Items with the line of the contents that a heading answers to; a heading
    more where none does. Lines that stand `above` others count even where their
    document holds no words: it may show the title of a part as a picture."""
    placed: Placed = []
    waiting = list(lines.get("", ()))
    for at, item in enumerate(flow):
        if isinstance(item, Mark):
            if placed:
                placed += _added(waiting)
                waiting = []
            waiting += lines.get(item.name, ())
        elif isinstance(item, Heading) and item.rank == TITLE:
            waiting = [line for line in waiting if not _same(line.title, item.text)]
            placed.append((item, None))
        elif isinstance(item, Heading) and waiting:
            answers = _answers(flow, at, item.text, waiting)
            placed += _added(waiting[:answers] if answers is not None else [])
            placed.append((item, waiting[answers] if answers is not None else None))
            waiting = waiting[answers + 1 :] if answers is not None else waiting
        elif isinstance(item, Block) and waiting and not _comes(flow, at + 1, waiting):
            placed += _added(waiting)
            if letters_of(waiting[-1].title) != letters_of(item.text):
                placed.append((item, None))
            waiting = []
        else:
            placed.append((item, None))
    return placed + _added([line for line in waiting if line in above])


def _added(lines: Sequence[Line]) -> Placed:
    return [(Heading(ADDED, line.title), line) for line in lines]


def _answers(flow: Flow, at: int, text: str, waiting: Sequence[Line]) -> int | None:
    """Which of the lines that are waited for a heading answers to: the one that
    says the same, else the last, unless another heading comes that says it."""
    same = next((i for i, line in enumerate(waiting) if _same(line.title, text)), None)
    if same is not None or _comes(flow, at + 1, waiting):
        return same
    return len(waiting) - 1


def _comes(flow: Flow, start: int, waiting: Sequence[Line]) -> bool:
    for item in flow[start : start + SOON]:
        if isinstance(item, Mark):
            return False
        if isinstance(item, Heading) and any(_same(line.title, item.text) for line in waiting):
            return True
    return False


def _same(one: str, other: str) -> bool:
    """Whether a heading and a line of the contents say the same, or one a part
    of the other."""
    if len(other) > tree.LONGEST_HEADING:
        return False
    a, b = letters_of(one), letters_of(other)
    return bool(a and b) and (a == b or (min(len(a), len(b)) > 2 and (a in b or b in a)))


def _by_headings(placed: Placed) -> Flow:
    """The documents' own levels; what only the contents name stands where its
    equals do."""
    levels: dict[int, Counter[float]] = {}
    for item, line in placed:
        if line and isinstance(item, Heading) and item.rank != ADDED:
            levels.setdefault(line.depth, Counter())[item.rank] += 1
    items: Flow = []
    for item, line in placed:
        if isinstance(item, Heading) and item.rank == ADDED and line:
            alike = levels.get(line.depth)
            item = Heading(alike.most_common(1)[0][0] if alike else line.depth, item.text)
        items.append(item)
    return items


def _by_contents(placed: Placed) -> Flow:
    """The levels of the contents; headings they do not name stand below the last
    one that they do, by as much as their own level is deeper."""
    items: Flow = []
    depth, rank = 1.0, 1.0  # of the last heading that the contents name, and its own
    for item, line in placed:
        if isinstance(item, Heading) and item.rank != TITLE:
            if line:
                depth, rank = float(line.depth), item.rank
                item = Heading(depth, item.text)
            else:
                item = Heading(max(1.0, depth + item.rank - rank), item.text)
        items.append(item)
    return items
