"""In which order the lines of a page are read: columns, boxes, tables. Pure.

A PDF's own order is mostly the reading order, and where it is, it knows more
than any look at the page. So it is changed only where it cannot be right: where
a block stands below one that comes after it, or right of one that begins at its
height.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from corpus.formats.pdf import tables
from corpus.formats.pdf.lines import Line
from corpus.texts import Block

MOST_BLOCKS = 300  # on a page; beyond that it is a drawing
NEAR = 2.2  # sizes from line to line within a block


@dataclass(slots=True)
class Column:
    """Lines that stand under each other, or a table in their place."""

    page: int
    lines: list[Line]
    left: float = 0.0
    right: float = 0.0
    beside: bool = False  # others stand left or right of it
    table: Block | None = None
    notes: list[Line] = field(default_factory=list)  # at its foot


@dataclass(slots=True)
class _Piece:
    """A block: lines that follow each other closely, downwards."""

    lines: list[Line]
    x0: float
    x1: float
    top: float
    bottom: float

    @property
    def size(self) -> float:
        return self.lines[0].size


def columns(lines: Sequence[Line], page: int, joined: tables.Joined) -> list[Column]:
    """The lines of a page in reading order. `joined` makes one text of a cell's lines."""
    if not lines:
        return []
    if _only_downwards(lines):
        return [Column(page, list(lines))]
    pieces = _pieces(_unzipped(lines))
    if len(pieces) <= MOST_BLOCKS:
        pieces = _sorted(pieces)
    found: list[Column] = []
    for group in tables.divided([piece.lines for piece in pieces], joined):
        if isinstance(group, Block):
            found.append(Column(page, [], table=group))
        else:
            found += _columns([_piece(lines) for lines in group], pieces, page)
    return found


def _only_downwards(lines: Sequence[Line]) -> bool:
    y = x = 0.0
    for line in lines:
        if line.y < y + 0.3 * line.size and (line.y < y - 0.3 * line.size or line.x0 > x):
            return False
        y, x = line.y, line.x1
    return True


def _pieces(lines: Sequence[Line]) -> list[_Piece]:
    groups: list[list[Line]] = []
    x0 = x1 = 0.0  # of the last row
    cells = 1  # in it
    for line in lines:
        if groups:
            last = groups[-1][-1]
            down, size = line.y - last.y, max(last.size, line.size)
            if abs(down) < 0.4 * size and line.x0 > last.x1 - 0.3 * size:
                groups[-1].append(line)
                x1, cells = line.x1, cells + 1
                continue
            # Below a row of cells the first cell's lines go on by themselves.
            narrow = cells > 1 and line.x1 - line.x0 < 0.6 * (x1 - x0)
            if 0 < down <= NEAR * size and line.x0 < x1 and line.x1 > x0 and not narrow:
                groups[-1].append(line)
                x0, x1, cells = line.x0, line.x1, 1
                continue
        groups.append([line])
        x0, x1, cells = line.x0, line.x1, 1
    return [_piece(group) for group in groups]


def _piece(lines: list[Line]) -> _Piece:
    return _Piece(
        lines,
        min(line.x0 for line in lines),
        max(line.x1 for line in lines),
        min(line.y - 0.8 * line.size for line in lines),
        max(line.y for line in lines),
    )


def _sorted(pieces: list[_Piece]) -> list[_Piece]:
    """In their own order, but none before one that must come before it."""
    late = (_comes_before(b, a) for i, a in enumerate(pieces) for b in pieces[i + 1 :])
    if not any(late):
        return pieces
    waiting = list(pieces)
    before = [[b for b in pieces if b is not a and _comes_before(b, a)] for a in pieces]
    left = {id(a): len(others) for a, others in zip(pieces, before, strict=True)}
    followers: dict[int, list[_Piece]] = {}
    for a, others in zip(pieces, before, strict=True):
        for b in others:
            followers.setdefault(id(b), []).append(a)
    ordered = []
    while waiting:
        piece = next((p for p in waiting if left[id(p)] <= 0), waiting[0])
        waiting.remove(piece)
        ordered.append(piece)
        for follower in followers.get(id(piece), ()):
            left[id(follower)] -= 1
    return ordered


def _comes_before(a: _Piece, b: _Piece) -> bool:
    if a.top > b.top + b.size:
        return False
    shared = min(a.x1, b.x1) - max(a.x0, b.x0)
    if shared > 0.1 * min(a.x1 - a.x0, b.x1 - b.x0):
        # Of two that overlap a little, as a heading's box its text, the upper one.
        return a.bottom <= b.top + 0.3 * b.size
    if a.x1 <= b.x0 + 1:
        overlap = min(a.bottom, b.bottom) - max(a.top, b.top)
        return overlap > 0 and a.top <= b.top + 0.5 * min(a.size, b.size)
    return False


def _columns(group: list[_Piece], all_pieces: list[_Piece], page: int) -> list[Column]:
    """Blocks under each other become a column; a new one begins beside it."""
    found: list[Column] = []
    x0 = x1 = 0.0
    for piece in group:
        beside = any(
            (o.x1 <= piece.x0 or o.x0 >= piece.x1)
            and min(o.bottom, piece.bottom) - max(o.top, piece.top) > 0.3 * piece.size
            for o in all_pieces
        )
        overlap = min(x1, piece.x1) - max(x0, piece.x0)
        if (
            found
            and found[-1].beside == beside
            and (not beside or overlap > 0.5 * min(x1 - x0, piece.x1 - piece.x0))
        ):
            found[-1].lines += piece.lines
            x0, x1 = min(x0, piece.x0), max(x1, piece.x1)
        else:
            found.append(Column(page, list(piece.lines), beside=beside))
            x0, x1 = piece.x0, piece.x1
    return found


def _unzipped(lines: Sequence[Line]) -> list[Line]:
    """Two columns of prose that the file writes line by line across both, apart."""
    pairs = [(a, b) for a, b in pairwise(lines) if abs(a.y - b.y) < 0.3 * a.size and b.x0 > a.x1]
    if len(pairs) < 6 or sum(len(a.text) + len(b.text) for a, b in pairs) < 50 * len(pairs):
        return list(lines)
    gutter = Counter(round(b.x0 / 3) for _, b in pairs).most_common(1)[0]
    at = gutter[0] * 3 - 3
    if gutter[1] < 0.8 * len(pairs) or any(a.x1 > at for a, _ in pairs):
        return list(lines)
    first, last = pairs[0][0].y - 1, pairs[-1][0].y + 1
    inside = [x for x in lines if first <= x.y <= last and (x.x1 <= at or x.x0 >= at)]
    rest = {id(x) for x in inside}
    above = [x for x in lines if id(x) not in rest and x.y < first]
    below = [x for x in lines if id(x) not in rest and x.y >= first]
    return [*above, *(x for x in inside if x.x1 <= at), *(x for x in inside if x.x0 >= at), *below]


def measured(pages: Sequence[list[Column]]) -> None:
    """Gives every column the margins that its text is set to. A page with few or
    only indented lines has those of the others."""
    rights: dict[int, list[float]] = defaultdict(list)  # by where lines begin
    sides: list[list[Line]] = [[], []]  # left and right pages may differ
    for columns in pages:
        for column in columns:
            lines = column.lines
            if not lines:
                continue
            lefts = Counter(round(line.x0) for line in lines)
            column.left = _leftmost_common(lefts, len(lines))
            column.right = _percentile([line.x1 for line in lines])
            for line in lines:
                rights[round(line.x0 / 3)].append(line.x1)
            if not column.beside:
                sides[column.page % 2] += lines
    margins = []
    for lines in sides:
        lefts = Counter(round(line.x0) for line in lines)
        left = _leftmost_common(lefts, len(lines)) if lines else 0.0
        margins.append((left, _percentile([x.x1 for x in lines]) if lines else 0.0))
    total = sum(map(len, rights.values()))
    usual = {
        at: _percentile(own) for at, own in rights.items() if len(own) >= max(12, 0.04 * total)
    }
    for columns in pages:
        for column in columns:
            if not column.lines:
                continue
            left, right = margins[column.page % 2]
            if not column.beside and -2 <= column.left - left <= 0.3 * (right - left):
                column.left = left
                column.right = max(column.right, usual.get(round(left / 3), right))
            else:
                at = round(column.left / 3)
                own = max(usual.get(at + i, 0.0) for i in (-1, 0, 1))
                # A cell, or a box, is narrower than the text around it.
                if len(column.lines) < 4 or column.right - column.left > 0.8 * (own - column.left):
                    column.right = max(column.right, own)


def _leftmost_common(lefts: Counter[int], count: int) -> float:
    """Where most lines begin; the leftmost of such places, as others are indents."""
    often = max(2, 0.15 * count) if count > 3 else 1
    near = {x: lefts[x - 1] + n + lefts[x + 1] for x, n in lefts.items()}
    return float(min((x for x, n in near.items() if n >= often), default=min(lefts)))


def _percentile(values: list[float]) -> float:
    """The right margin: what few lines pass."""
    values = sorted(values)
    return values[min(len(values) - 1, int(0.95 * len(values)))]
