"""Which lines begin an item of a list, and how a list is written. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.formats.pdf.lines import Line
from corpus.formats.pdf.order import Column
from corpus.formats.pdf.shapes import SENTENCE_END, changes_weight
from corpus.formats.pdf.signs import BULLETS

ITEM = re.compile(
    rf"(?:(?P<bullet>[{BULLETS}])\s*|(?P<dash>[-–*o])\s+"
    r"|\(?(?P<number>\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]\s+|(?P<circled>[①-⑳])\s*)(?=\S)"
)
_ROMAN = {"i": "ii", "ii": "iii", "iii": "iv", "iv": "v", "v": "vi", "vi": "vii"}


@dataclass(slots=True)
class Item:
    x: float  # how far inside its column it begins
    mark: str  # "-", a number or a letter
    lines: list[Line]


def begins(
    line: Line, column: Column, listed: Sequence[Item], before: Sequence[Line], lead: float
) -> re.Match[str] | None:
    """How a line begins if it begins an item. `listed` are the items so far and
    `before` the lines since."""
    match = ITEM.match(line.text)
    if not match or match["bullet"] or match["circled"]:
        return match
    at = column.lines.index(line)
    after = column.lines[at + 1] if at + 1 < len(column.lines) else None
    if after is not None and not 0 < after.y - line.y < 2.2 * lead:
        after = None
    if match["dash"]:
        inside = line.x0 > column.left + 0.5 * line.size
        hangs = after is not None and after.x0 > line.x0 + 0.5 * line.size
        return match if listed or inside or hangs else None
    number = match["number"]
    if number.isalpha() and len(number) == 1 and number.isupper() and not listed:
        return None  # "A. N. Whitehead"
    if _goes_up(number, line.x0 - column.left, line.size, column, listed, before):
        return match
    third = column.lines[at + 2] if at + 2 < len(column.lines) else None
    return match if after and _looks_like_one(line, number, after, third) else None


def _goes_up(
    number: str,
    x: float,
    size: float,
    column: Column,
    listed: Sequence[Item],
    before: Sequence[Line],
) -> bool:
    """Whether an item as far in has the number before this one."""
    marks = [(item.x, item.mark) for item in listed[-12:]]
    if before and (own := ITEM.match(before[0].text)) and own["number"]:
        marks.append((before[0].x0 - column.left, own["number"]))
    return any(_follows(mark, number) and abs(at - x) < size for at, mark in marks)


def _looks_like_one(line: Line, number: str, after: Line, third: Line | None) -> bool:
    """The first item of a list: its second line hangs, or the next item follows."""
    inside = line.x0 + 0.6 * line.size
    item = ITEM.match(after.text)
    if item and item["number"] and _follows(number, item["number"]):
        return abs(after.x0 - line.x0) < line.size
    if not inside < after.x0 < line.x0 + 4 * line.size:
        return False
    # After a sentence, it may be a paragraph's first line, that goes on at the margin.
    return (
        not SENTENCE_END.search(line.text)
        or third is None
        or third.x0 > inside
        or ITEM.match(third.text) is not None
    )


def _follows(before: str, number: str) -> bool:
    if before.isdecimal() and number.isdecimal():
        return int(number) == int(before) + 1
    if len(before) == len(number) == 1 and before != "-":
        return ord(number) == ord(before) + 1
    return _ROMAN.get(before) == number


def item(lines: Sequence[Line], match: re.Match[str], column: Column) -> Item:
    """An item without its mark."""
    first = lines[0]
    marked = ""
    if first.marked:
        words = first.marked.lstrip("*")
        if inside := ITEM.match(words):
            marked = first.marked[: len(first.marked) - len(words)] + words[inside.end() :]
    bare = replace(first, text=first.text[match.end() :], marked=marked)
    mark = match["number"] or match["circled"] or "-"
    return Item(first.x0 - column.left, mark, [bare, *lines[1:]])


def goes_on(item: Item, lines: Sequence[Line], column: Column, lead: float, *, first: bool) -> bool:
    """Whether lines stand as far in as the words of the item before them. `first`:
    they are the first of their column."""
    line, last = lines[0], item.lines[-1]
    if changes_weight(line, last):
        return False
    inside = line.x0 - column.left > item.x + 0.6 * line.size
    if first:
        ended = SENTENCE_END.search(last.text) is not None
        return line.text[0].islower() or last.hyphen or (inside and not ended)
    level = len(item.lines) > 1 and abs(last.x0 - line.x0) < 0.5 * line.size
    return inside and level and line.y - last.y < 2.5 * lead


def written(items: Sequence[Item], joined: Callable[[Sequence[Line]], str]) -> Iterator[str]:
    """Items one a line, those further in nested by two spaces."""
    depths: list[float] = []
    for one in items:
        while depths and depths[-1] > one.x + 3:
            depths.pop()
        if not depths or depths[-1] < one.x - 3:
            depths.append(one.x)
        point = "." if one.mark.isalnum() and one.mark.isascii() else ""
        yield f"{'  ' * (len(depths) - 1)}{one.mark}{point} {joined(one.lines)}"
