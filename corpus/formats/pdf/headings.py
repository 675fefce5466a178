"""Which lines are headings, and which stands over which. Pure.

The document's outline (its bookmarks) says so where it has one; each entry is
looked for among the lines of its page. Beyond that, and without an outline,
size, weight and numbers say it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.formats.pdf.lines import Line
from corpus.formats.pdf.order import Column
from corpus.formats.pdf.signs import BULLETS

LARGE = 1.12  # of the size of the text
LONGEST = 150  # characters
MOST_LINES = 4
MOST_ENTRIES = 100  # of the outline, on one page
SHARE = 0.25  # of a document's characters that one kind of heading can have

_CHAPTER = re.compile(
    r"(?P<part>(?:part|book|volume)\s+(?:\w+)|第[一二三四五六七八九十百零〇\d]{1,5}[卷部编編篇])\b.{0,80}"
    r"|(?P<chapter>(?:chapter|letter|lecture|act|canto)\s+(?:[ivxlc]+|\d+|one|two|three|four|five|six|seven|eight|nine|ten|\w+teen|\w+ty(?:-\w+)?)\b.{0,80}"
    r"|第[一二三四五六七八九十百零〇\d]{1,5}[章回讲講课課].{0,40})"
    r"|(?P<section>(?:section|scene)\s+(?:[ivxlc]+|\d+)\b.{0,80}|第[一二三四五六七八九十百零〇\d]{1,5}[节節].{0,40})"
    r"|(?P<point>[一二三四五六七八九十]{1,3}、.{1,40})|(?P<subpoint>[（(][一二三四五六七八九十]{1,3}[）)].{1,40})",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})[.、．]?\s+\S|([A-Z])\.\s+\S")
_ENDS = re.compile(r"[.,;:。，；：、]$")
_DIVISIONS = ("part", "chapter", "section", "point", "subpoint")
_STOP = re.compile(r"[。！？：；”]$")
_SENTENCE = re.compile(r"[.。,，;；][\"”’]?$")
_NO_LETTERS = re.compile(r"[\W_]+")
_PAGE_NAME = re.compile(r"(?:page|seite|p\.?|第)?\s*[\divxlc]+\s*页?|.*\.(?:docx?|pdf|indd)", re.I)
# Names of parts that every book may have: none is a title.
GENERIC = re.compile(
    r"(?:table of )?contents|(?:executive )?summary|abstract|preface|foreword|introduction|prologue|"
    r"acknowledge?ments?|dedication|about .{0,40}|overview|part .{0,12}|book .{0,12}|chapter .{0,12}|"
    r"notes?|appendix.{0,12}|[ivxlc\d.]+|前言|序言?|自序|目\s*[录錄]|引言|导言|緒論|绪论|第.{1,6}[章节回卷篇部].{0,30}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the outline."""

    depth: int  # 0, 1, 2...
    title: str
    page: int
    y: float | None  # from the page's top


Style = tuple[int, bool]  # half points, bold
Kind = tuple[int, int, str]  # of heading; smaller ones stand over larger ones


def style(line: Line) -> Style:
    return int(line.size * 2 + 0.5), line.bold


def mark(pages: Sequence[list[Column]], outline: Sequence[Entry], lead: float) -> None:
    """Gives each line that begins a heading its level, and -1 to those that go on
    with it. Levels are floats in disguise: hundreds of the outline's depth, so
    that others fit between."""
    counts: Counter[Style] = Counter()
    for columns in pages:
        for column in columns:
            for line in column.lines:
                own = (int(line.size * 2 + 0.5), line.bold)
                counts[own] = counts.get(own, 0) + len(line.text)
    if not counts:
        return
    body = counts.most_common(1)[0][0]
    known = _from_outline(pages, outline, body)
    groups = [
        (group, kind)
        for columns in pages
        for column in columns
        for group, kind in _candidates(column, counts, body, lead)
    ]
    sentences = _sentences(groups)
    groups = [(group, kind) for group, kind in groups if kind not in sentences]
    ranks = _ranks(Counter(kind for _, kind in groups), known)
    for group, kind in groups:
        _set(group, ranks[kind] + _depth(group))


def _sentences(groups: Sequence[tuple[list[Line], Kind]]) -> set[Kind]:
    """Kinds that are large or bold text, not headings: too many end as sentences
    do, or go on over lines."""
    by_kind: dict[Kind, list[list[Line]]] = defaultdict(list)
    for group, kind in groups:
        by_kind[kind].append(group)
    return {
        kind
        for kind, own in by_kind.items()
        if sum(1 for group in own if _SENTENCE.search(group[-1].text)) > 0.3 * len(own)
        or sum(map(len, own)) > 2.5 * len(own)
    }


def _set(lines: Sequence[Line], level: int) -> None:
    for i, line in enumerate(lines):
        line.level = level if i == 0 else -1


# From the outline


def _from_outline(
    pages: Sequence[list[Column]], outline: Sequence[Entry], body: Style
) -> dict[Style, int]:
    """Marks the lines that the outline names. Returns the level of each style."""
    entries = [e for e in outline if e.title.strip() and not _PAGE_NAME.fullmatch(e.title.strip())]
    by_page: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_page[entry.page].append(entry)
    levels: dict[Style, Counter[int]] = defaultdict(Counter)
    for number, own in by_page.items():
        if not 0 <= number < len(pages):
            continue
        lines = [line for column in pages[number] for line in column.lines]
        keys = [_letters(line.text) for line in lines]
        for entry in own[:MOST_ENTRIES]:
            level = 100 * (entry.depth + 1)
            if found := _found(entry, lines, keys, body):
                _set(found, level)
                levels[style(found[0])][level] += 1
            elif entry.y is not None or entry is own[0]:
                _insert(pages[number], entry, level, body)
    return {kind: counter.most_common(1)[0][0] for kind, counter in levels.items() if kind != body}


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", text.casefold())


def _found(
    entry: Entry, lines: Sequence[Line], keys: Sequence[str], body: Style
) -> Sequence[Line] | None:
    """The lines whose words are an entry's title; of several the nearest to its place."""
    title = _letters(entry.title)
    if not title:
        return None
    best: tuple[float, int, int] | None = None
    for i in range(len(lines)):
        if lines[i].level or not keys[i]:
            continue
        words = ""
        for j in range(i, min(i + MOST_LINES, len(lines))):
            words += keys[j]
            same = words == title
            if same or _nearly(words, title, style(lines[i]) != body):
                away = abs(lines[i].y - entry.y) if entry.y is not None else lines[i].y
                away += 0 if same else 50
                if best is None or away < best[0]:
                    best = (away, i, j + 1)
                if same:
                    break
            if len(words) > len(title) + 15:
                break
    return lines[best[1] : best[2]] if best else None


def _nearly(words: str, title: str, marked: bool) -> bool:
    """The printed heading has a number that the entry lacks, or the other way round."""
    if not marked or min(len(words), len(title)) < 4:
        return False
    longer, shorter = (words, title) if len(words) > len(title) else (title, words)
    return len(longer) - len(shorter) <= 12 and (
        longer.endswith(shorter) or (longer.startswith(shorter) and len(shorter) > 12)
    )


def _insert(columns: list[Column], entry: Entry, level: int, body: Style) -> None:
    """A heading that only the outline has: the page shows it as a picture."""
    y = entry.y if entry.y is not None else -1.0
    title = " ".join(entry.title.split())
    for column in columns:
        for i, line in enumerate(column.lines):
            if line.y >= y - 2:
                new = Line(title, line.page, line.x0, line.x1, line.y - 1, body[0] / 2, True, False)
                new.level = level
                column.lines.insert(i, new)
                return


# From size, weight and numbers


def _candidates(
    column: Column, counts: Counter[Style], body: Style, lead: float
) -> Iterator[tuple[list[Line], Kind]]:
    lines = column.lines
    total = counts.total()
    i = 0
    while i < len(lines):
        line = lines[i]
        own = style(line)
        plain = own[0] <= body[0] and (own[1] == body[1] or not own[1])
        if line.level or (plain and not _looks_numbered(line.text)):
            i += 1
            continue
        group = [line]
        for following in lines[i + 1 :]:
            if plain or style(following) != own or following.level:
                break
            if not 0 < following.y - group[-1].y <= 1.8 * line.size:
                break
            group.append(following)
        if (kind := _kind(group, i, column, counts[own] / total, body, lead)) is not None:
            yield group, kind
        i += len(group)


def _looks_numbered(text: str) -> bool:
    return len(text) <= 90 and (text.isupper() or _CHAPTER.fullmatch(text) is not None)


def _kind(
    group: list[Line], at: int, column: Column, share: float, body: Style, lead: float
) -> Kind | None:
    """Which kind of heading lines are that differ from the text, or None.
    `share` is the part of the document that is set like them."""
    line, text = group[0], " ".join(x.text for x in group)
    if not _can_be_heading(group, text):
        return None
    size, bold = style(line)
    if size >= LARGE * body[0] and share < SHARE:
        ends = len(group) > 1 and _SENTENCE.search(text)
        return None if ends or text[-1] in ",;，；、" else (-size, not bold, "")
    before = column.lines[at - 1] if at else None
    after = next(iter(column.lines[at + len(group) : at + len(group) + 1]), None)
    alone = before is None or line.y - before.y > 1.2 * lead or _is_heading(before)
    found = _CHAPTER.fullmatch(text)
    if found and before and found.lastgroup in ("point", "subpoint"):
        # Chinese papers leave no gap; the line before has ended, and this one is short.
        ended = _STOP.search(before.text) is not None
        alone = alone or (ended and column.right - line.x1 > 3 * line.size)
    if not alone or _ENDS.search(text):
        return None
    if found:
        return (0, 0, str(_DIVISIONS.index(found.lastgroup or "part")))
    if bold and not body[1] and size >= 0.93 * body[0] and share < SHARE:
        short = len(group) <= 2 and len(text) <= 120 and not text.isdigit()
        return (-size, 0, "") if short else None
    apart = after is not None and after.y - group[-1].y > 1.3 * lead
    if text.isupper() and apart and sum(c.isalpha() for c in text) >= 4 and len(text) <= 80:
        return (1, 0, "")
    return None


def _can_be_heading(group: Sequence[Line], text: str) -> bool:
    if len(group) > MOST_LINES or len(text) > LONGEST or text[0] in BULLETS:
        return False
    if len(text) == 1:  # a large first letter, if not a number
        return text.isdigit() or text in "IVX" or text > "\u2e80"
    return any(c.isalpha() for c in text) or re.fullmatch(r"\d{1,4}\.?", text) is not None


def _is_heading(line: Line) -> bool:
    return line.level != 0 or _CHAPTER.fullmatch(line.text) is not None


def _ranks(kinds: Counter[Kind], known: dict[Style, int]) -> dict[Kind, int]:
    """A level for each kind, among those that the outline gave to styles."""
    ranks: dict[Kind, int] = {}
    step = 0
    alone = False  # a kind used once stands beside the next one, not over all that follows
    for kind in sorted(kinds):
        own = (-kind[0], not kind[1])
        if own in known and not kind[2]:
            ranks[kind] = known[own]
            continue
        above = [level for (size, _), level in known.items() if size >= own[0]]
        if not ranks or not alone:
            step += 6
        alone = kinds[kind] == 1
        if not known:
            ranks[kind] = 100 + step
        else:
            ranks[kind] = (max(above) if above else min(known.values()) - 6) + min(step, 90)
    return ranks


def _depth(group: Sequence[Line]) -> int:
    """1.2.3 stands under 1.2, within one kind of heading."""
    match = _NUMBERED.match(group[0].text + " .")
    return match[1].count(".") if match and match[1] else 0


# The title


def title(pages: Sequence[list[Column]]) -> list[Line]:
    """The lines of the heading at the very top that no other equals in size."""
    headings = [
        line for columns in pages for column in columns for line in column.lines if line.level > 0
    ]
    first = next((columns for columns in pages if any(c.lines for c in columns)), None)
    if not headings or first is None:
        return []
    lines = [line for column in first for line in column.lines]
    at = next((i for i, line in enumerate(lines) if line.level > 0), None)
    if at is None or sum(len(line.text) for line in lines[:at]) > 150:
        return []
    top = max(
        (line for line in lines if line.level > 0 and line.y < lines[at].y + 300),
        key=lambda line: round(line.size),
    )
    group = [top]
    for line in lines[lines.index(top) + 1 :]:
        if line.level != -1 and not (
            line.level > 0 and round(line.size) == round(top.size) and line.y > group[-1].y
        ):
            break
        group.append(line)
    mine = set(map(id, group))
    others = [h for h in headings if id(h) not in mine]
    words = " ".join(line.text for line in group)
    if GENERIC.fullmatch(words.strip()) or any(h.size >= 0.98 * top.size for h in others):
        return []
    return group
