"""Which lines of a page are the cells of a table, and what its rows are. Pure.

Programs write tables row by row, each row's cells beside each other, or cell by
cell, each with all its lines. Only plain tables are found: at least two rows
whose cells stand under each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from corpus import languages
from corpus.formats.pdf.lines import Line
from corpus.texts import Block

LONGEST_CELL = 250  # characters on average; longer ones are columns of prose
MOST_LINES = 20  # in a cell
RECENT = 30  # rows that a row is compared with

Cell = list[Line]
Row = list[Cell]
Joined = Callable[[Sequence[Line]], str]


def divided(pieces: Sequence[list[Line]], joined: Joined) -> Iterator[list[list[Line]] | Block]:
    """Blocks of lines as they were, with a table where some of them are one."""
    text: list[list[Line]] = []
    rows: list[Row] = []
    for row in _rows(pieces):
        if rows and _continues(rows, row):
            rows.append(row)
            continue
        if rows:
            yield from _closed(rows, text, joined)
            rows = []
        if len(row) > 1:
            rows = [row]
        else:
            _add(text, row[0])
    yield from _closed(rows, text, joined)
    if text:
        yield text


def _closed(
    rows: list[Row], text: list[list[Line]], joined: Joined
) -> Iterator[list[list[Line]] | Block]:
    """A table, or its lines given back to the text around it."""
    if table := _table(rows, joined):
        if text:
            yield list(text)
            text.clear()
        yield table
        return
    for row in rows:
        blocks = any(len(cell) > 1 for cell in row)
        for cell in row:
            _add(text, cell, new=blocks)


def _add(text: list[list[Line]], lines: list[Line], *, new: bool = False) -> None:
    """Lines join the block before them where they stand under its last line."""
    if text and not new:
        last = text[-1][-1]
        size = max(last.size, lines[0].size)
        if -0.4 * size < lines[0].y - last.y <= 3 * size:
            text[-1] += lines
            return
    text.append(list(lines))


def _rows(pieces: Sequence[list[Line]]) -> Iterator[Row]:
    """Every line of text is a row with one cell."""
    i = 0
    while i < len(pieces):
        side = _side_by_side(pieces, i)
        if len(side) > 1:
            yield from _zipped(side)
            i += len(side)
            continue
        row: Row = []
        for line in pieces[i]:
            if row and abs(line.y - row[-1][0].y) < 0.4 * line.size:
                row.append([line])
            else:
                if row:
                    yield row
                row = [[line]]
        if row:
            yield row
        i += 1


def _side_by_side(pieces: Sequence[list[Line]], start: int) -> list[list[Line]]:
    """Blocks that begin at the same height, each right of the one before."""
    side = [pieces[start]]
    for piece in pieces[start + 1 :]:
        last = side[-1]
        if (
            abs(piece[0].y - last[0].y) > 0.6 * piece[0].size
            or piece[0].x0 < max(x.x1 for x in last)
            or len(piece) > MOST_LINES
            or len(last) > MOST_LINES
        ):
            break
        side.append(piece)
    return side


def _zipped(side: list[list[Line]]) -> Iterator[Row]:
    """A row of cells; several rows where every cell's lines stand side by side
    and apart from the lines below, as in a table that is written by columns."""
    first = side[0]
    apart = all(b.y - a.y > 1.6 * a.size for a, b in pairwise(first))
    level = all(
        len(cell) == len(first)
        and all(abs(a.y - b.y) < 0.4 * a.size for a, b in zip(cell, first, strict=True))
        for cell in side
    )
    if len(first) > 1 and level and apart:
        for lines in zip(*side, strict=True):
            yield [[line] for line in lines]
    else:
        yield list(side)


def _continues(rows: list[Row], row: Row) -> bool:
    """Whether a row stands under the columns of those before it."""
    ranges = _ranges(rows[-RECENT:])
    last = rows[-1]
    down = row[0][0].y - max(cell[-1].y for cell in last)
    size = row[0][0].size
    if not 0 < down <= 4 * size:
        return False
    if len(rows) == 1 and len(row) > len(last):
        # A row of heads, some of which stand so close that they are one line.
        below = _ranges([row])
        heads = [_first_place(cell, below) for cell in last]
        return None not in heads and len(set(heads)) == len(heads)
    places = [_place(cell, ranges) for cell in row]
    if None in places or len(set(places)) < len(places):
        return False
    if len(row) > 1:
        return True
    # One cell alone: the rest of the cell above it, if that is no whole line.
    return places[0] != 0 and down <= 1.6 * size and len(ranges) > 1


def _ranges(rows: list[Row]) -> list[tuple[float, float]]:
    widest = max(rows, key=len)
    ranges = [_range(cell) for cell in widest]
    for row in rows:
        for cell in row:
            if (at := _place(cell, ranges)) is not None:
                low, high = _range(cell)
                ranges[at] = (min(low, ranges[at][0]), max(high, ranges[at][1]))
    return ranges


def _range(cell: Cell) -> tuple[float, float]:
    return min(x.x0 for x in cell), max(x.x1 for x in cell)


def _place(cell: Cell, ranges: list[tuple[float, float]]) -> int | None:
    low, high = _range(cell)
    found = [i for i, (a, b) in enumerate(ranges) if low < b and high > a]
    return found[0] if len(found) == 1 else None


def _first_place(cell: Cell, ranges: list[tuple[float, float]]) -> int | None:
    low, high = _range(cell)
    return next((i for i, (a, b) in enumerate(ranges) if low < b and high > a), None)


def _table(rows: list[Row], joined: Joined) -> Block | None:
    many = [row for row in rows if len(row) > 1]
    if len(many) < 2:
        return None
    cells = [joined(cell) for row in many for cell in row]
    if sum(map(len, cells)) > LONGEST_CELL * len(cells):
        return None
    ranges = _ranges(rows)
    width = len(ranges)
    table: list[list[str]] = []
    for row in rows:
        if len(row) == 1 and table:
            at = _place(row[0], ranges) or 0
            table[-1][at] = languages.joined_lines([table[-1][at], joined(row[0])]).strip()
            continue
        table.append([""] * width)
        for cell in row:
            at = _first_place(cell, ranges) or 0
            table[-1][at] = " ".join(filter(None, (table[-1][at], joined(cell))))
    return Block(
        "table", "\n".join(" | ".join(c.replace(" | ", " / ") for c in cells) for cells in table)
    )
