"""Which groups of lines in a plain text are headings, and which stand above others. Pure.

A heading shows in what it says (Chapter 2, 第三回, Preface), in signs (## ,
a line under it, ○), or only in standing alone: a short line in capitals, or a
few Chinese characters. The last are believed where everything around them
fits: text follows, they do not say the same again and again, they are no list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.formats.decoding import tidy
from corpus.formats.lines import HAN_IN, ITEM, Group, columns
from corpus.formats.naming import SMALL_WORDS
from corpus.formats.people import author_of_line, is_person

LONGEST = 80  # columns
MARKED = "\ue000"  # before a line that the file marks as a heading with a tag


@dataclass(frozen=True)
class Heading:
    text: str
    style: str  # which kind of heading; those of one kind are on one level


@dataclass(frozen=True)
class Outline:
    """The headings among the groups of a text."""

    headings: list[Heading | None]  # of each group
    second_lines: list[bool]  # whether a group belongs to the heading before it
    _outermost: str  # style of the outermost numbered headings
    _numbers_within: bool  # numerals begin anew under headings without numbers

    def rank(self, style: str) -> int:
        """Smaller is further out."""
        if style == "known":
            return _RANK[self._outermost]
        if style in UNMARKED and self._numbers_within:
            return _RANK["--"]
        return _RANK[style]

    def heading(self, at: int) -> Heading | None:
        """The heading that begins at a group, with its second line."""
        heading = self.headings[at]
        below = self.headings[at + 1] if at + 1 < len(self.headings) else None
        if heading is None or below is None or not self.second_lines[at + 1]:
            return heading
        mark = ". " if _BARE_NUMBER.fullmatch(heading.text) else ": "
        return Heading(heading.text.rstrip(".:") + mark + below.text, heading.style)


UNMARKED = ("caps", "words")
_NUMBERED_STYLES = ("number", "section", "1")
# From the outermost to the innermost; where a text has no books, chapters are the outermost.
_ORDER = [
    "#1", "#2", "#3", "#4", "#5", "#6", "==", "book", "--", "chapter", "number", "inner number", "~~", "1", "1.1",
    "1.1.1", "1.1.1.1", "1.1.1.1.1", "section", "ring", "marked", "caps", "words", "small",
]  # fmt: skip
_RANK = {style: rank for rank, style in enumerate(_ORDER)}


def outline(groups: Sequence[Group]) -> Outline:
    found = _trusted(groups, [_seen_alone(group) for group in groups])
    styles = {heading.style for heading in found if heading}
    first = [h for h in found if h and h.style == "number" and h.text.rstrip(".") in "I1一"]
    return Outline(
        found,
        _second_lines(found),
        next((s for s in ("book", "chapter", "number", "1") if s in styles), "caps"),
        len(first) > 1 and not styles & {"book", "chapter"},
    )


# What a heading says

_KNOWN = re.compile(
    r"(?:(?:the )?(?:author|translator|editor|publisher)[’']?s[’']? )?"
    r"(?:preface|foreword|introduction|introductory(?: note)?|prefatory note|note|prologue|epilogue"
    r"|afterword|postscript|conclusion|dedication|acknowledge?ments|abstract|summary|overview"
    r"|background|bibliography|references|glossary|index|contents|table of contents|footnotes"
    r"|endnotes|notes|to the reader|colophon|imprint|copyright|licen[cs]e|about the author)"
    r"(?: to the [a-z]+ edition)?"
    r"|appendix(?: (?:[ivx]+|\d+|[a-z]))?"
    r"|[自原总總代译譯再重后後跋小]?序[言文论論]?|前言|引言|引子|[导導][言论論]|[绪緒][论論]|楔子|凡例|例言"
    r"|[题題][记記]|[后後][记記]|跋|[结結][语论語論]|尾[声聲]|附[录錄](?:[一二三四五六七八九十\d]+)?"
    r"|[参參]考文[献獻]|目[录錄次]|致[谢謝]|摘要|版权页?|编后记|出版说明|编者按|注释|註釋",
    re.IGNORECASE,
)
_NUMERAL = r"(?:[ivxlc]{1,7}|\d{1,3})"
_WORD = r"(?:the\s+[a-z]+|one|two|three|four|five|six|seven|eight|nine|ten|first|second|third|fourth|fifth)"
_ZH = r"[〇零一二三四五六七八九十百千两兩廿卅\d]{1,6}"
_BOOK = re.compile(
    rf"(?:part|book|volume|vol\.|canto|act)\s+(?:{_NUMERAL}|{_WORD})\b\W*.{{0,70}}"
    rf"|第{_ZH}[卷部编編集册冊輯辑](?:[\s·:：、.—-].{{0,30}}|\S{{0,12}})"
    rf"|卷(?:之)?(?:{_ZH}|[上中下首末])(?:[\s·:：、.—-].{{0,30}})?"
    r"|[上中下]\s?[篇编編卷部](?:[\s·:：].{0,30})?",
    re.IGNORECASE,
)
_CHAPTER = re.compile(
    r"(?:chapter|letter|lecture|essay|lesson|session|scene|chap\.|discourse|sermon|fable|tale|section)"
    rf"\s+(?:{_WORD}|{_NUMERAL}|[a-z]+(?:-[a-z]+)?)\b.{{0,80}}"
    rf"|第{_ZH}[章回讲講课課篇幕则則封].{{0,40}}"
    rf"|.{{1,20}}[篇章品分]第{_ZH}[上中下]?(?:[\s·].{{0,20}})?",
    re.IGNORECASE,
)
_SECTION = re.compile(
    rf"第{_ZH}[节節條条](?:[\s·:：、.-].{{0,40}})?|[一二三四五六七八九十]{{1,3}}[、．.]\s*\S.{{0,30}}"
    r"|[（(][一二三四五六七八九十]{1,3}[)）]\s*\S.{0,30}|§\s*\d[\d.]*.{0,60}"
)
_SAYING = {"known": _KNOWN, "book": _BOOK, "chapter": _CHAPTER, "section": _SECTION}
_NUMBERED = re.compile(
    r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,4}\.?|[A-Z](?:\.\d{1,2}){1,4}\.?|[A-Z]\.)\s+(?=[^\W\d_])\S.{0,70}"
)
_ROMAN_NUMBERED = re.compile(r"[IVXLC]{1,7}\.\s+[^\W\d_].{0,70}")
_BARE_NUMBER = re.compile(r"(?:[IVXLC]{1,7}|\d{1,3}|[一二三四五六七八九十百]{1,4})\.?")
_RANGE = re.compile(r"chapters? [ivxlc\d]+\W+(?:to\W+)?[ivxlc\d]+", re.IGNORECASE)
_RING = re.compile(r"[○◎●☆★◇◆■□▲△※]\s*(\S.{0,40})")
HASHES = re.compile(r"(#{1,6})\s+(\S.{0,300}?)\s*#*")
_NO_END = tuple(".,;:—–-。，；：、”」』")
_OPENING = "“\"'‘「『[(（-–—*•·"


def says_so(text: str) -> bool:
    """Whether the words themselves say "I am a heading": Preface, Chapter 2, IV."""
    return any(p.fullmatch(text) for p in (_KNOWN, _BOOK, _CHAPTER, _BARE_NUMBER))


def is_bare_number(text: str) -> bool:
    return _BARE_NUMBER.fullmatch(text) is not None


def _seen_alone(group: Group) -> Heading | None:
    """What kind of heading a group looks like, whatever stands around it."""
    if lines := ruled(group):
        style = {"-": "--", "~": "~~", "^": "~~", "_": "~~"}.get(group[-1].strip()[0], "==")
        return Heading(": ".join(map(tidy, lines)), style)
    if len(group) == 2 and (heading := _of_two_lines(*map(tidy, group))):
        return heading
    if 2 <= len(group) <= 3 and columns(group[0]) >= 40:
        return _long(tidy(" ".join(group)))
    text = tidy(group[0])
    if len(group) > 1 or len(text) > 300:
        return None
    if text.startswith(MARKED):
        return Heading(text[1:], "marked")
    if hashes := HASHES.fullmatch(text):
        return Heading(hashes[2].strip("*"), f"#{len(hashes[1])}")
    if not text:
        return None
    return _of_words(text) if columns(text) <= LONGEST else _long(text)


def _of_two_lines(first: str, second: str) -> Heading | None:
    """CHAPTER I. and below it, without a blank line, THE ROAD."""
    heading = _of_words(first) if len(first) < 40 else None
    if heading is None or heading.style not in ("book", "chapter", "number"):
        return None
    below = _unmarked(second.rstrip(".")) if columns(second) <= LONGEST else None
    return Heading(f"{heading.text.rstrip('.')}: {below.text}", heading.style) if below else None


def _long(text: str) -> Heading | None:
    """A title so long that it was wrapped: each great word of it has a capital."""
    if len(text) > 240 or text.endswith(_NO_END) or re.search(r"\.{3}|…|\d$", text):
        return None
    heading = _unmarked(text)
    return heading if heading and len(_great(text)) >= 4 else None


def _great(text: str) -> list[str]:
    """The words that have a capital in an English title."""
    words = re.findall(r"[^\W\d_]+(?:[’'][^\W\d_]+)?", text)
    return [word for word in words if len(word) > 2 and word.casefold() not in SMALL_WORDS]


def _of_words(text: str) -> Heading | None:
    if ring := _RING.fullmatch(text):
        return None if text.endswith(_NO_END) else Heading(ring[1], "ring")
    if _BARE_NUMBER.fullmatch(text):
        return Heading(text, "number")
    if text.endswith(_NO_END):
        ended = re.fullmatch(
            r"(?:chapter|part|book|letter|lecture|section)\s+[ivxlc\d]+\.", text, re.I
        )
        if not ended:
            return None
    for style, pattern in _SAYING.items():
        if pattern.fullmatch(text):
            return Heading(text.rstrip("."), style)
    if _ROMAN_NUMBERED.fullmatch(text):
        return Heading(text, "number")
    if numbered := _NUMBERED.fullmatch(text):
        return Heading(text, ".".join("1" for _ in numbered["number"].rstrip(".").split(".")))
    return _unmarked(text)


def _unmarked(text: str) -> Heading | None:
    """A line that only looks like a heading: capitals, or a few Chinese characters."""
    if text[0] in _OPENING or _RANGE.fullmatch(text) or ITEM.match(text) or author_of_line(text):
        return None
    if HAN_IN.search(text):
        short = len(text) <= 20 and not re.search(r"[。，；！？]", text)
        return Heading(text, "words") if short else None
    if text.isupper():
        return Heading(text, "caps") if re.search(r"[^\W\d_]{3}", text) else None
    great = _great(text)
    titled = text[0].isupper() and bool(great) and all(word[0].isupper() for word in great)
    # "Why so?" is said in a dialogue.
    enough = not text.endswith("?") or sum(1 for word in great if len(word) > 3) > 1
    dated = re.search(r"\d{1,2}\W+\d{2,4}$|\b(?:19|18|20)\d\d$", text)
    return Heading(text, "words") if titled and enough and not dated else None


def ruled(group: Group, *, boxed: bool = False) -> list[str]:
    """The lines of a heading with a rule under it, or above and below it (only
    so where `boxed`); else []."""
    if not 2 <= len(group) <= 5 or not is_rule(group[-1]):
        return []
    box = is_rule(group[0])
    lines = [line.strip() for line in group[1 if box else 0 : -1]]
    if not lines or (not box and (boxed or len(lines) > 1)):
        return []
    fits = all(columns(line) <= LONGEST for line in lines)
    return lines if fits and any(c.isalnum() for c in lines[0]) else []


def is_rule(line: str) -> bool:
    return re.fullmatch(r"\s*([=\-~*#^_])\1{2,}\s*", line) is not None


# What stands around it


def _trusted(groups: Sequence[Group], seen: list[Heading | None]) -> list[Heading | None]:
    speakers = _speakers(groups, seen)
    # Unmarked lines one after the other are a list of names or a poem.
    plain = [h is not None and h.style == "words" for h in seen]
    crowded = sum(map(all, zip(plain, plain[1:], plain[2:], strict=False))) * 4 > sum(plain)
    in_order = _in_order(seen)

    def doubtful(at: int, heading: Heading) -> bool:
        if heading.style in _NUMBERED_STYLES and at not in in_order:
            return True
        if heading.style not in UNMARKED:
            listed = heading.style == "1" and _next_style(seen, at) == "1"
            return listed or (heading.style != "known" and not _leads_to_text(groups, seen, at))
        return (
            (at <= 3 and author_of_line(heading.text, under_title=at < 2) != "")
            or (crowded and heading.style == "words")
            or heading.text in speakers
            or (at > 0 and groups[at - 1][-1].rstrip().endswith(tuple(",，:：;；")))
            or not _leads_to_text(groups, seen, at)
        )

    return [
        None if heading is None or doubtful(at, heading) else _placed(heading, in_order.get(at, 0))
        for at, heading in enumerate(seen)
    ]


def _placed(heading: Heading, depth: int) -> Heading:
    """Numerals inside other numerals (I, then 1, 2, 3 or I, II) are a level further in."""
    inner = heading.style == "number" and depth > 0
    return Heading(heading.text, "inner number") if inner else heading


def _speakers(groups: Sequence[Group], seen: list[Heading | None]) -> set[str]:
    """Lines that stand alone again and again with little between them: who speaks
    in a play. A heading may return, too, but not after a few lines."""
    reach = [0]
    for group in groups:
        reach.append(reach[-1] + sum(map(len, group)))
    places: dict[str, list[int]] = {}
    for at, heading in enumerate(seen):
        if heading and heading.style in UNMARKED:
            places.setdefault(heading.text, []).append(reach[at])
    return {
        text
        for text, at in places.items()
        if len(at) > 2 and (at[-1] - at[0]) / (len(at) - 1) < 2000
    }


def _next_style(seen: list[Heading | None], at: int) -> str | None:
    after = seen[at + 1] if at + 1 < len(seen) else None
    return after.style if after else None


def _leads_to_text(groups: Sequence[Group], seen: list[Heading | None], at: int) -> bool:
    """Whether text follows, after other headings if need be."""
    heading = seen[at]
    weak = heading is not None and heading.style in UNMARKED
    if weak and _is_signature(groups, seen, at):
        return False
    for ahead in range(at + 1, min(at + (5 if weak else 12), len(groups))):
        if seen[ahead] is None:
            return not weak or any(len(" ".join(g)) > 20 for g in groups[ahead : ahead + 3])
    return False


def _is_signature(groups: Sequence[Group], seen: list[Heading | None], at: int) -> bool:
    """A name under a letter: the next heading follows it. But a chapter about a
    person has a number before its title, or begins to count below it."""
    before = seen[at - 1] if at else None
    after = seen[at + 1] if at + 1 < len(groups) else None
    if after is None or (before and before.style in ("number", "book", "chapter")):
        return False
    if after.style == "number" and ("roman", 1) in _values(after.text):
        return False
    line = groups[at][0].strip(" .")
    return len(line.split()) <= 3 and not SMALL_WORDS.intersection(line.split()) and is_person(line)


def _second_lines(found: list[Heading | None]) -> list[bool]:
    """Whether a group is the second line of the heading before it: "I", then its title."""
    belongs = [False] * len(found)
    for at, (above, here) in enumerate(pairwise(found), 1):
        if above and here and here.style in UNMARKED and not belongs[at - 1]:
            short = len(above.text.split()) <= 2 and above.style in ("book", "chapter", "known")
            belongs[at] = short or _BARE_NUMBER.fullmatch(above.text) is not None
    return belongs


@dataclass
class _Row:
    """Numbers that follow each other."""

    kind: str
    last: int
    places: list[int]
    around: _Row | None  # the row that was going on when this one began
    is_outer: bool = False  # it went on after a row within it had ended

    @property
    def depth(self) -> int:
        above = self.around
        return 0 if above is None else above.depth + above.is_outer


def _in_order(seen: list[Heading | None]) -> dict[int, int]:
    """Places of numbered headings that follow each other (I, II, III), and how
    many other rows of numbers go on around each: 0 for the outermost. A number
    that follows nothing is a page or a date."""
    rows: list[_Row] = []
    going_on: dict[tuple[str, str], list[_Row]] = {}
    for at, heading in enumerate(seen):
        if heading is None or heading.style not in _NUMBERED_STYLES:
            continue
        for kind, value in _values(heading.text):
            waiting = going_on.setdefault((heading.style, kind), [])
            # The innermost row it continues; one number may be missing.
            fits = [r for step in (1, 2) for r in reversed(waiting) if value - r.last == step]
            if fits:
                row = fits[0]
                row.last, row.is_outer = value, row.is_outer or row is not waiting[-1]
                row.places.append(at)
                del waiting[waiting.index(row) + 1 :]
            elif value == 1:
                # Many rows side by side (one a chapter) do not stand in each other.
                around = waiting[-1] if waiting else None
                if around and not around.is_outer and around.around:
                    around = around.around
                waiting.append(_Row(kind, value, [at], around))
                rows.append(waiting[-1])
    rows = [row for row in rows if len(row.places) > 1]
    # Where there are both, 1, 2, 3 stand below I, II, III.
    within = any(row.kind == "roman" for row in rows)
    return {at: row.depth + (within and row.kind == "digits") for row in rows for at in row.places}


def _values(text: str) -> list[tuple[str, int]]:
    """In which ways a heading is numbered: "C." is the third letter and a hundred."""
    bare = text.strip("（(§第 ")
    if found := re.match(r"\d{1,3}", bare):
        return [("digits", int(found[0]))]
    if found := re.match(r"[一二三四五六七八九十百]{1,4}", bare):
        return [("chinese", _chinese_number(found[0]))]
    values = []
    if found := re.match(r"[IVXLC]+(?![A-Za-z])", bare):
        values.append(("roman", _roman(found[0])))
    if re.match(r"[A-Z](?![A-Za-z])", bare):
        values.append(("letters", ord(bare[0]) - ord("A") + 1))
    return values


def _roman(numeral: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}[c] for c in numeral]
    return sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0], strict=True))


def _chinese_number(numeral: str) -> int:
    total = digit = 0
    for c in numeral:
        if c in "十百":
            total += max(1, digit) * (10 if c == "十" else 100)
            digit = 0
        else:
            digit = "一二三四五六七八九".index(c) + 1
    return total + digit


# Headings inside a group

_ALONE = re.compile(
    r"(?:chapter|book|part|letter|lecture|act|canto)\s+[ivxlc\d]+\.?", re.IGNORECASE
)
_MAY_BE_INSIDE = re.compile(rf"\s*(?:[{MARKED}#]|chapter|book|part|l|act|canto)", re.IGNORECASE)


def apart(group: Group) -> list[Group]:
    """A group with the headings in it as groups of their own."""
    if len(group) == 1 or (len(group) == 2 and _of_two_lines(*map(tidy, group))):
        return [group]
    long = sum(1 for line in group if columns(line) >= 60) * 3 >= len(group)
    parts: list[Group] = [[]]
    for at, line in enumerate(group):
        if _is_inside(group, at, long=long):
            parts += [[line], []]
        else:
            parts[-1].append(line)
    return [part for part in parts if part]


def _is_inside(group: Group, at: int, *, long: bool) -> bool:
    """Marked by a tag, or saying so, or Chinese: a few characters without any
    mark between two long lines."""
    line = group[at][:200]
    if not HAN_IN.search(line) and not _MAY_BE_INSIDE.match(line):
        return False  # as nearly all lines
    line = tidy(line)
    if line.startswith(MARKED):
        return True
    if columns(line) > LONGEST or line.endswith(_NO_END[1:]):
        return False
    if HASHES.fullmatch(line) or (_ALONE.fullmatch(line) and line[0].isupper()):
        return True
    if at + 1 == len(group) or not HAN_IN.search(line) or line.endswith("."):
        return False
    if (_BOOK.fullmatch(line) or _CHAPTER.fullmatch(line)) and not re.search("[，。；]", line):
        return True
    if len(line) > 16 or re.search(r"[^\w\s·《》（）〈〉]|^（|^\d", line) or not long:
        return False
    below = group[at + 1].strip()
    above = group[at - 1].rstrip()
    ended = above.endswith(tuple("。！？”」』）…"))  # or this line only goes on with a sentence
    before = at == 0 or (columns(above) >= 48 and ended) or MARKED in above
    after = columns(below) >= 48 or (below.endswith("。") and len(below) > 2 * len(line))
    return before and after
