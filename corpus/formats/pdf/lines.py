"""What a line of print is, and which pieces of print are one line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from corpus.formats.pdf.signs import MARKER, RAISED

CELL_GAP = 1.15  # of the size: a wider gap divides a line into cells

_DIGITS = re.compile(r"\d{1,3}")

Style = tuple[bool, bool]  # bold, italic


@dataclass(slots=True, eq=False)
class Line:
    """A line of print, or a cell's part of one. In points; y grows downwards."""

    text: str
    page: int
    x0: float
    x1: float
    y: float  # of the baseline
    size: float
    bold: bool
    italic: bool
    marked: str = ""  # the text with *emphasis*, where only a part of the line has it
    hyphen: bool = False  # a hyphen follows, at the line's end
    level: int = 0  # of the heading that the line is, or is part of; 0 for none


@dataclass(slots=True)
class Page:
    number: int  # 0, 1, 2...
    width: float
    height: float
    lines: list[Line] = field(default_factory=list)
    chars: int = 0  # letters and signs, spaces not counted
    garbage: int = 0  # of them, those that stand for no character


def marked(pieces: Iterable[tuple[str, Style]]) -> str:
    """Pieces of a line as Markdown. A piece is often one word of several that
    are set alike."""
    joined: list[tuple[str, Style]] = []
    for words, style in pieces:
        if joined and (joined[-1][1] == style or not words.strip()):
            joined[-1] = (joined[-1][0] + words, joined[-1][1])
        else:
            joined.append((words, style))
    out = []
    for words, (bold, italic) in joined:
        core = words.strip()
        mark = "**" if bold else "*" if italic else ""
        if mark and "*" not in core and any(c.isalnum() for c in core):
            at = words.index(core)
            words = f"{words[:at]}{mark}{core}{mark}{words[at + len(core) :]}"
        out.append(words)
    return "".join(out).strip()


def once(lines: list[Line]) -> list[Line]:
    """Without lines that are printed twice to make a shadow."""
    if len({line.text for line in lines}) == len(lines):
        return lines
    seen: dict[str, list[Line]] = {}
    kept = []
    for line in lines:
        same = seen.setdefault(line.text, [])
        near = 0.35 * line.size
        if not any(abs(o.y - line.y) < near and abs(o.x0 - line.x0) < near for o in same):
            same.append(line)
            kept.append(line)
    return kept


def whole(lines: list[Line]) -> list[Line]:
    """Lines that pdfium broke at a raised number, at a list's mark or at a large
    first letter, put together again."""
    found: list[Line] = []
    last = None
    for line in lines:
        if (
            last is not None
            and line.x0 > last.x0
            and not last.hyphen
            and (space := _joint(last, line)) is not None
        ):
            _append(last, line, space)
        else:
            found.append(line)
            last = line
    small = [x for x in found if len(x.text) <= 5]
    if initials := [x for x in small if len(x.text) == 1 and x.text.isupper()]:
        found = _with_initials(found, initials)
    if marks := [x for x in small if x.text != "-" and MARKER.fullmatch(x.text)]:
        found = _with_marks(found, marks)
    return found


def _with_initials(lines: list[Line], initials: list[Line]) -> list[Line]:
    """Large first letters, with the words that they begin; the lines beside one
    begin where it does."""
    for initial in initials:
        beside = [
            x
            for x in lines
            if initial.size > 1.6 * x.size
            and -0.3 * x.size <= x.x0 - initial.x1 < 1.5 * x.size
            and -1.1 * x.size <= initial.y - x.y < initial.size
        ]
        if not beside:
            continue
        first = min(beside, key=lambda x: x.y)
        first.marked = first.marked and initial.text + first.marked
        first.text = initial.text + first.text
        for line in beside:
            line.x0 = initial.x0
        lines = [x for x in lines if x is not initial]
    return lines


def _with_marks(lines: list[Line], marks: list[Line]) -> list[Line]:
    """Dots and numbers of list items that the file draws apart from the items."""
    gone = set()
    for mark in marks:
        beside = [
            x
            for x in lines
            if abs(x.y - mark.y) < 0.35 * x.size and 0 <= x.x0 - mark.x1 < 5 * x.size and x.text
        ]
        if beside:
            line = min(beside, key=lambda x: x.x0)
            line.marked = line.marked and f"{mark.text} {line.marked}"
            line.text = f"{mark.text} {line.text}"
            line.x0 = mark.x0
            gone.add(id(mark))
    return [x for x in lines if id(x) not in gone]


def _joint(last: Line, line: Line) -> str | None:
    """What goes between two pieces of one line; None where they are two lines."""
    gap = line.x0 - last.x1
    size = max(last.size, line.size)
    if gap < -0.3 * size or gap > 6 * size:
        return None
    rise = last.y - line.y
    if len(last.text) <= 2 and last.size > 1.7 * line.size:  # a large first letter
        return "" if 0 <= rise < last.size and gap < line.size else None
    if abs(rise) > 0.6 * size:
        return None
    if gap >= CELL_GAP * size:
        is_mark = MARKER.fullmatch(last.text) and abs(rise) < 0.3 * size
        return " " if is_mark else None
    return "" if gap < 0.15 * min(last.size, line.size) else " "


def _append(last: Line, line: Line, space: str) -> None:
    raised = _DIGITS.fullmatch(line.text) and line.size < 0.85 * last.size and line.y < last.y
    added = line.text.translate(RAISED) if raised else line.text
    if last.marked or line.marked:
        last.marked = (last.marked or last.text) + space + (line.marked or added)
    last.text += space + added
    last.x1 = max(last.x1, line.x1)
    if len(line.text) > len(last.text) - len(added):
        last.y, last.size = line.y, line.size
        last.bold, last.italic = line.bold, line.italic
    last.hyphen = line.hyphen
