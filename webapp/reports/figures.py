"""How numbers are drawn: bars and columns in shares of the width, and their table. Pure.

Widths are shares and heights are pixels, so that words keep their size on a phone, on a
wide screen and on paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LINE = 46  # height of a bar with its name above it
PLOT = 120  # height of the highest column
ABOVE, BELOW = 22, 26  # room for the number over a column and the name under it
MOST_NAME = 38  # of a name in a drawing; a Chinese character counts twice
PARTS = ("first", "second", "third")  # of a bar, from the left; see css/reports.css


@dataclass(frozen=True)
class Part:
    kind: str  # one of PARTS
    x: str  # "12.5%"
    width: str


@dataclass(frozen=True)
class Bar:
    """A line of a drawing: its name above, its number at the end, its parts below."""

    name: str
    number: str
    y: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Column:
    name: str
    number: str
    middle: str  # "12.5%"
    x: str
    width: str
    y: int
    height: int
    kind: str


@dataclass(frozen=True)
class Table:
    columns: tuple[str, ...]
    lines: tuple[tuple[str | int, ...], ...]  # the first of each is its name


@dataclass(frozen=True)
class Figure:
    id: str
    title: str
    description: str  # for whoever does not see it
    table: Table
    bars: tuple[Bar, ...] = ()
    columns: tuple[Column, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()  # (one of PARTS, what it means)
    whole: str = ""  # what the table is called where it has more than is drawn

    @property
    def height(self) -> int:
        return LINE * len(self.bars) if self.bars else ABOVE + PLOT + BELOW

    @property
    def base(self) -> int:
        """Where columns stand."""
        return ABOVE + PLOT


def bars(lines: Sequence[tuple[str, str, Sequence[float]]], *, whole: float = 0) -> tuple[Bar, ...]:
    """lines: (name, number, how much of each part). `whole`: what fills the width;
    0: the largest line."""
    whole = whole or max((sum(parts) for _name, _number, parts in lines), default=0) or 1
    return tuple(
        Bar(short(name), number, LINE * place, _parts(parts, whole))
        for place, (name, number, parts) in enumerate(lines)
    )


def _parts(values: Sequence[float], whole: float) -> tuple[Part, ...]:
    found, x = [], 0.0
    for kind, value in zip(PARTS, values, strict=False):
        if value > 0:
            found.append(Part(kind, _share(x), _share(value / whole)))
        x += value / whole
    return tuple(found)


def columns(lines: Sequence[tuple[str, int, str]]) -> tuple[Column, ...]:
    """lines: (name, number, one of PARTS)."""
    highest = max((number for _name, number, _kind in lines), default=0) or 1
    room = 1 / max(len(lines), 1)
    found = []
    for place, (name, number, kind) in enumerate(lines):
        height = max(round(PLOT * number / highest), 2 if number else 0)
        x = place * room
        found.append(
            Column(
                name, str(number), _share(x + room / 2), _share(x + room * 0.14),
                _share(room * 0.72), ABOVE + PLOT - height, height, kind,
            )
        )  # fmt: skip
    return tuple(found)


def short(name: str, most: int = MOST_NAME) -> str:
    """As much of a name as stands beside a number on a phone."""
    width, kept = 0, ""
    for character in name:
        width += 2 if ord(character) > 0x2E7F else 1
        if width > most:
            return kept.rstrip(" ,;:，；：、") + "…"
        kept += character
    return name


def _share(value: float) -> str:
    return f"{100 * value:.2f}%"
