"""What is printed on many pages and is no part of the text: running heads, page
numbers; and printed tables of contents. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise, takewhile

from corpus.formats.pdf.lines import Line, Page
from corpus.texts import LeftOut

ZONE = 0.16  # of the page's height, from either edge
FAR = 0.3  # where only what stands on half of the pages is no text
DEEPEST = 3  # rows at an edge
OFTEN = 3  # pages

_ROMAN = "[ivxlcdm]{1,8}"
_NUMBER = re.compile(
    rf"\W*(?:page|pg\.?|p\.|seite|第)?\s*(\d{{1,5}}|{_ROMAN})\s*"
    rf"(?:页|頁|(?:of|/|／|共)\s*\d{{1,5}}\s*[页頁]?)?\W*",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"(?:page|第)\s*\d+|\d+\s*(?:of|/|／|页|頁)|^[-–—·~]\s*\d+\s*[-–—·~]$", re.I)
_DIGITS = re.compile(r"\d+")


def without(pages: Sequence[Page], body: float) -> tuple[LeftOut, ...]:
    """Takes running heads and page numbers away. `body` is the size of the text."""
    left_out: dict[LeftOut, None] = {}
    # Running heads say again what large lines say once.
    titles = {_key(x.text) for page in pages for x in page.lines if x.size > 1.15 * body}
    for side in (-1, 1):  # the upper edge, the lower one
        active = [page for page in pages if page.lines]
        inwards = {
            page.number: sorted(page.lines, key=lambda line: -side * line.y) for page in active
        }
        for _ in range(DEEPEST):
            rows = {page.number: _edge(page, inwards[page.number], side) for page in active}
            close = {
                page.number
                for page in active
                if (row := rows[page.number])
                and (row[0].y if side < 0 else page.height - row[0].y) <= ZONE * page.height
            }
            gone = _numbers(rows, close, len(pages), body, side)
            heads = _heads(rows, close, gone, titles, len(pages), body)
            if gone:
                left_out["page numbers"] = None
            if heads:
                left_out["running heads"] = None
            gone |= heads
            for page in active:
                if any(id(line) in gone for line in rows[page.number]):
                    page.lines = [line for line in page.lines if id(line) not in gone]
                    del inwards[page.number][: len(rows[page.number])]
            active = [
                page
                for page in active
                if page.lines and all(id(line) in gone for line in rows[page.number])
            ]
            if not active:
                break
    return tuple(left_out)


def _edge(page: Page, inwards: Sequence[Line], side: int) -> list[Line]:
    """The lines of the outermost row at one edge, if it stands near that edge."""
    if not inwards:
        return []
    y = inwards[0].y
    if (y if side < 0 else page.height - y) > FAR * page.height:
        return []
    return list(takewhile(lambda line: abs(line.y - y) <= 0.5 * line.size, inwards))


Rows = dict[int, list[Line]]


def _numbers(rows: Rows, close: set[int], pages: int, body: float, side: int) -> set[int]:
    """Lines that are nothing but the number of the page."""
    found: list[tuple[int, int, Line]] = []  # page, number, line
    for page, lines in rows.items():
        for line in lines if page in close else ():
            if len(line.text) <= 24 and (match := _NUMBER.fullmatch(line.text)):
                large = side < 0 and line.size > 1.4 * body  # the number of a chapter
                if not large:
                    found.append((page, _value(match[1]), line))
    if pages == 1:
        return {id(line) for _, _, line in found if _TOTAL.search(line.text)}
    # Numbers go up by one a page; by two where two pages are printed on one.
    for step in (1, 2):
        starts = Counter(number - step * page for page, number, _ in found)
        counted = {start for start, n in starts.items() if n >= max(2, min(OFTEN, pages // 2))}
        gone = {id(line) for page, number, line in found if number - step * page in counted}
        if gone and len(gone) >= 0.5 * len(found):
            return gone
    rising = sum(b[1] > a[1] for a, b in pairwise(found))
    if len(found) >= 4 and rising >= 0.8 * (len(found) - 1):
        return {id(line) for _, _, line in found}
    return set()


def _value(number: str) -> int:
    if number.isdecimal():
        return int(number)
    values = [
        {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}[c] for c in number.lower()
    ]
    return sum(-v if v < max(values[i:]) else v for i, v in enumerate(values))


def _heads(
    rows: Rows, close: set[int], gone: set[int], titles: set[str], pages: int, body: float
) -> set[int]:
    """Lines whose words stand at the same height on several pages, and the lines
    in their place on other pages, as heads that name short chapters are."""
    places: dict[tuple[int, int], list[tuple[int, str, Line]]] = defaultdict(list)
    for page, lines in rows.items():
        for line in lines:
            if id(line) not in gone and (key := _key(line.text)):
                # One place: the same height and size, whatever the words.
                places[round(line.y / 4), round(line.size * 2)].append((page, key, line))
    found: set[int] = set()
    for (height, size), placed in places.items():
        near = [*placed, *places.get((height + 1, size), ()), *places.get((height - 1, size), ())]
        on = defaultdict(set)
        for page, key, _ in near:
            on[key].add(page)
        least = _least(pages, placed[0][2].size > 1.15 * body)
        repeated = [
            line
            for page, key, line in placed
            if len(on[key]) >= (least if page in close else max(least, pages // 2))
        ]
        found |= {id(line) for line in repeated}
        twice = sum(1 for _, key, _ in placed if len(on[key]) >= 2 or key in titles)
        words = [line for page, _, line in placed if page in close]
        many = len(placed) >= max(4, 0.3 * pages)
        if many and twice >= 0.45 * len(placed) and _differs(words, body):
            found |= {id(line) for line in words}
    return found


def _least(pages: int, large: bool) -> int:
    """On how many pages the same words must stand. Large ones may be headings
    that a deck of slides repeats."""
    if large:
        return max(OFTEN, pages // 2)
    return OFTEN if pages > 3 else max(2, pages - 1) if pages > 1 else 2


def _differs(lines: Sequence[Line], body: float) -> bool:
    """Whether lines do not look like the first lines of pages of text."""
    if lines and lines[0].size > 1.1 * body:
        return False
    smaller = sum(1 for x in lines if x.size < 0.95 * body or x.italic or x.bold)
    capitals = sum(1 for x in lines if x.text.isupper())
    short = sum(1 for x in lines if len(x.text) < 50 and x.text[-1:] not in ",;.，。；-")
    return smaller + capitals >= 0.8 * len(lines) or short >= 0.9 * len(lines)


def _key(text: str) -> str:
    """The words without what counts pages."""
    return "".join(_DIGITS.sub("#", text).casefold().split()).strip("#|·•-–—/ ")


# Printed tables of contents

_LEADER = re.compile(r"(?:\.\s?){4,}|(?:…\s?){2,}|(?:·\s?){4,}|_{4,}")
_CONTENTS_SIGNS = frozenset("tTcC目【[*# .:：·")
_ENDS_WITH_PAGE = re.compile(rf"(?:\s|[.…·_])\(?(\d{{1,4}}|{_ROMAN})\)?\s*$", re.IGNORECASE)
CONTENTS = re.compile(r"(?:table of )?contents(?: page)?|目\s*[录錄次]|目\s*录\s*contents", re.I)


def contents(lines: Sequence[Line]) -> set[int]:
    """Which lines (by position) are a table of contents, of the lines of a page
    in reading order: those with leaders to page numbers, or those that follow
    the heading and end with rising numbers."""
    leaders = [
        i
        for i, line in enumerate(lines)
        if _LEADER.search(line.text) and _page_of(lines, i) is not None
    ]
    found: set[int] = set()
    if len(leaders) >= 3:
        found = _filled(lines, leaders)
    for i, line in enumerate(lines):
        if (
            len(line.text) < 40
            and line.text[:1] in _CONTENTS_SIGNS
            and CONTENTS.fullmatch(line.text.strip(" .:：·*#"))
        ):
            entries = _entries(lines, i + 1)
            if len(entries) >= 3 or (found and min(found) - i <= 2):
                found |= {i, *entries}
    return found


def _page_of(lines: Sequence[Line], i: int) -> str | None:
    """The page number that a line ends with, or that stands beside it."""
    if match := _ENDS_WITH_PAGE.search(lines[i].text):
        return match[1]
    if i + 1 < len(lines) and abs(lines[i + 1].y - lines[i].y) < 0.4 * lines[i].size:
        number = lines[i + 1].text.strip(" .…·")
        return number if re.fullmatch(rf"\d{{1,4}}|{_ROMAN}", number, re.I) else None
    return None


def _filled(lines: Sequence[Line], leaders: Iterable[int]) -> set[int]:
    """Entries with what lies between them: numbers, first halves of long titles."""
    marked = sorted(leaders)
    found = set(marked)
    for a, b in pairwise(marked):
        if b - a <= 4:
            found |= set(range(a, b))
    last = marked[-1] + 1
    if last < len(lines) and abs(lines[last].y - lines[marked[-1]].y) < 0.4 * lines[last].size:
        found.add(last)
    return found


def _entries(lines: Sequence[Line], start: int) -> list[int]:
    """Lines from `start` that are entries: each ends with a page number that is
    not below the one before."""
    found: list[int] = []
    pending: list[int] = []
    page = -1
    for i in range(start, len(lines)):
        text = lines[i].text.strip(" .…·")
        alone = re.fullmatch(r"\d{1,4}", text)
        match = alone or _ENDS_WITH_PAGE.search(lines[i].text)
        number = _value(match[match.lastindex or 0]) if match else None
        if number is not None and page <= number <= page + 400:
            found += [*pending, i]
            pending, page = [], number
        elif len(pending) < 2 and len(text) < 120:
            pending.append(i)
        else:
            break
    return found
