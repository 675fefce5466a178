"""Which lines are notes, and which numbers among the words lead to them. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from corpus.formats.pdf.lines import Line
from corpus.formats.pdf.order import Column
from corpus.formats.pdf.signs import LOWERED
from corpus.formats.tree import Heading
from corpus.texts import Block

SMALL = 0.92  # of the size of the text: notes are smaller
HEADING = re.compile(r"(?:end|foot)?notes|注释|註釋|尾注|脚注|notes and references", re.IGNORECASE)
RAISED = re.compile("[⁰¹²³⁴-⁹]+")
_NOTE = re.compile(
    r"(?:(?P<mark>\d{1,3}|[⁰¹²³⁴-⁹]+|[*†‡§¶]{1,3}|[①-⑳])[.)]?|[\[〔［](?P<inner>\d{1,3})[\]〕］])\s*(?=\S)"
)
_BACK = re.compile("[↩↑⤴⏎]\ufe0e?")
_LOW_MARK = re.compile(r"\d{1,3}(?![\w%])")
_BEFORE_MARK = re.compile(r"[^\W\d_]|[.,;:!?”’)。，；：！？」』]")

Item = Heading | Block


def moved(pages: Sequence[list[Column]], body: float) -> None:
    """Moves small lines at the foot of columns to their notes."""
    had = False  # on the page before
    for columns in pages:
        tall = any(line.size > 0.97 * body for column in columns for line in column.lines)
        found = False
        for column in columns if tall else ():
            first = _first_note(column.lines, body, goes_on=had)
            if first is not None:
                column.notes, column.lines = column.lines[first:], column.lines[:first]
                found = True
        had = found


def _first_note(lines: list[Line], body: float, *, goes_on: bool) -> int | None:
    start = len(lines)
    while start and lines[start - 1].size <= SMALL * body and not lines[start - 1].level:
        start -= 1
    if start == len(lines):
        return None
    _join_numbers(lines, start)
    first = next((i for i in range(start, len(lines)) if _NOTE.match(lines[i].text)), None)
    if goes_on:
        first = start  # the rest of a note from the page before stands above the others
    return None if first is None or (first == 0 and lines[0].y < 200) else first


def _join_numbers(lines: list[Line], start: int) -> None:
    """Joins the number of a note to its words where a wide gap parts them."""
    for i in range(len(lines) - 2, start - 1, -1):
        mark, words = lines[i], lines[i + 1]
        if len(mark.text) <= 3 and mark.text.isdigit() and abs(mark.y - words.y) < 0.4 * words.size:
            words.text, words.marked = f"{mark.text} {words.text}", ""
            del lines[i]


def divided(
    lines: Sequence[Line], joined: Callable[[Sequence[Line]], str]
) -> Iterator[tuple[str, str]]:
    """(mark, words) of each note; the mark is empty for the rest of an older one."""
    mark, group = "", list[Line]()
    for line in lines:
        if match := _NOTE.match(line.text):
            if group:
                yield mark, without_back(joined(group))
            mark, group = (match["mark"] or match["inner"]).translate(LOWERED), []
            line = replace(line, text=line.text[match.end() :], marked="")
        group.append(line)
    if group:
        yield mark, without_back(joined(group))


def mark_of(text: str) -> str | None:
    """The mark that a note begins with."""
    match = _NOTE.match(text)
    return match["mark"].translate(LOWERED) if match and match["mark"] else None


def without_back(text: str) -> str:
    """A note without the arrow that leads back to the text."""
    return _BACK.sub("", text).strip()


# The marks among the words


def without_marks(items: list[Item], marks: set[str]) -> list[Item]:
    """Numbers that notes answer to say nothing to a reader of passages."""
    if not marks:
        return items

    def kept(match: re.Match[str]) -> str:
        return "" if match[0].translate(LOWERED) in marks else match[0]

    items = [
        item if item.text.isascii() else replace(item, text=RAISED.sub(kept, item.text))
        for item in items
    ]
    return _without_low_marks(items, marks)


def _without_low_marks(items: list[Item], marks: set[str]) -> list[Item]:
    """Marks that are not raised: numbers right after a word that go up through
    the text, most of the notes' numbers among them."""
    found = [
        (i, match.start(), int(match[0]))
        for i, item in enumerate(items)
        if not (isinstance(item, Block) and item.kind == "note")
        for match in _LOW_MARK.finditer(item.text)
        if match[0] in marks and _BEFORE_MARK.match(item.text, match.start() - 1)
    ]
    rising = _rising([number for _, _, number in found])
    if len(rising) < max(1, 0.6 * sum(1 for mark in marks if mark.isdecimal())):
        return items
    changed = list(items)
    for k in reversed(rising):
        i, at, number = found[k]
        text = changed[i].text
        changed[i] = replace(changed[i], text=text[:at] + text[at + len(str(number)) :])
    return changed


def _rising(numbers: Sequence[int]) -> list[int]:
    """Places of the longest row of numbers that goes up."""
    ends: list[int] = []  # the smallest number that ends a row of each length
    places: list[int] = []
    before: list[int] = []
    for k, number in enumerate(numbers):
        at = bisect_left(ends, number)
        before.append(places[at - 1] if at else -1)
        ends[at : at + 1] = [number]
        places[at : at + 1] = [k]
    row = []
    k = places[-1] if places else -1
    while k >= 0:
        row.append(k)
        k = before[k]
    return row[::-1]
