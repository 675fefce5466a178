"""Which sentences of a draft are its writer's own, and where they stand in its Markdown. Pure.

Left out: quotations, headings, code, tables, verse, and the marks of lists, links
and emphasis. A span is of the Markdown, so it holds the marks inside the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus import sentences, words
from corpus.texts import Language
from webapp.coach.remarks import Span
from webapp.reflections import citations

MOST_CHARACTERS = 150_000  # of a draft that are looked at
_LONGEST_LINE = 20_000

_QUOTE = re.compile(r" {0,3}>")
_HEADING = re.compile(r" {0,3}#{1,6}(?:\s|$)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)\s*$")
_RULE = re.compile(r" {0,3}(?:[-*_][ \t]*){3,}$")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_TABLE = re.compile(r"\s*\|.*\|\s*$")
_ITEM = re.compile(
    r"\s{0,12}(?:[-*+•]|\d{1,9}[.)、]|[（(]?[一二三四五六七八九十]{1,3}[、）)])\s*(?:\[[ xX]\]\s)?"
)
_LIST = re.compile(r"\s{0,12}(?:[-*+•]|\d{1,9}[.)])\s")
# What of a line is not words: an address behind its words, pictures, marks, code's ticks.
_MARKS = re.compile(
    r"!\[[^\[\]\n]{0,700}\]\([^()\s]{0,700}\)"
    r"|\]\([^()\s]{0,700}\)|\[(?=[^\[\]\n]{0,700}\]\()"
    r"|`+|\*+|~~|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)|<[a-z/!][^<>\n]{0,200}>|\\(?=[^\w\s])"
    r"|https?://[^\s，。）)]{1,700}"
)
_HALVES = re.compile("[\ud800-\udfff]")  # of characters, alone: no word, and no encoding takes them
_CHINESE = re.compile(rf"[{words.HAN}\u3000-\u303f\uff00-\uffef“”‘’…—]")


@dataclass(frozen=True)
class Sentence:
    span: Span
    words: str  # plain, on one line
    language: Language
    paragraph: int  # counted from 0; the items of a list are one
    heading: str = ""  # the nearest above it
    listed: bool = False  # an item of a list or its part
    quoted: bool = False  # most of it stands in quotation marks


@dataclass(frozen=True)
class Quotation:
    """Words that stand in the draft as somebody else's."""

    span: Span
    words: str
    reading_id: str | None  # as its source names it
    paragraph: int  # of one's own that comes after it


@dataclass(frozen=True)
class Draft:
    sentences: tuple[Sentence, ...]
    quotations: tuple[Quotation, ...]
    english: int  # words of one's own
    chinese: int  # characters of one's own

    def share_of(self, english: int, chinese: int) -> float:
        """How much there is, 1.0 being so many words or so many characters."""
        return self.english / english + self.chinese / chinese

    @property
    def paragraphs(self) -> int:
        return self.sentences[-1].paragraph + 1 if self.sentences else 0


def read(body: str) -> Draft:
    """Linear in the length of the body; beyond MOST_CHARACTERS nothing is read."""
    body = _HALVES.sub("\ufffd", body[:MOST_CHARACTERS])
    found: list[Sentence] = []
    quotations: list[Quotation] = []
    for block in _blocks(body):
        paragraph = found[-1].paragraph + 1 if found else 0
        if block.quoted:
            quotations += _quotation(body, block, paragraph)
            continue
        if not _is_verse(body, block):
            for unit in block.units:
                found += _sentences(body, unit, paragraph, block)
    own = "\n".join(sentence.words for sentence in found)
    characters = chinese(own)
    english = max(words.count(own) - characters, 0)
    return Draft(tuple(found), tuple(quotations), english, characters)


def chinese(text: str) -> int:
    """How many Chinese characters there are."""
    return sum(1 for char in text if "\u3400" <= char <= "\u9fff")


# Blocks: what stands between blank lines


@dataclass
class _Block:
    quoted: bool
    listed: bool
    heading: str
    units: list[list[Span]]  # lines that run on; each item of a list begins a new unit


def _blocks(body: str) -> Iterator[_Block]:
    block: _Block | None = None
    fenced, heading = False, ""
    for start, end in _lines(body):
        line = body[start:end]
        if _FENCE.match(line) or fenced:
            fenced = fenced != bool(_FENCE.match(line))
            kind = "none"
        else:
            kind = _kind_of(line, block)
        if _HEADING.match(line) and not fenced:
            heading = line.strip("# ")
        if kind == "none" or (block and block.quoted != (kind == "quote")):
            if block:
                yield block
            block = None
        if kind == "none":
            continue
        if block is None:
            block = _Block(kind == "quote", bool(_LIST.match(line)), heading, [])
        if kind == "item":
            start += len(_item(line))
        if kind == "item" or not block.units:
            block.units.append([])
        block.units[-1].append((start, end))
    if block:
        yield block


def _kind_of(line: str, block: _Block | None) -> str:
    if not line.strip() or _RULE.match(line) or _HEADING.match(line) or _TABLE.match(line):
        return "none"
    if block and not block.quoted and _UNDERLINE.match(line):
        return "none"
    if _QUOTE.match(line):
        return "quote"
    return "item" if _item(line) else "words"


def _item(line: str) -> str:
    match = _ITEM.match(line)
    return match[0] if match and match[0].strip() and len(match[0]) < len(line) else ""


def _is_verse(body: str, block: _Block) -> bool:
    """Four short lines or more without a list's marks: a poem, an address, a signature."""
    lines = [body[start:end] for unit in block.units for start, end in unit]
    return (
        not block.listed
        and len(lines) >= 4
        and all(len(x) < (24 if words.han_share(x) > 0.5 else 56) for x in lines)
    )


def _lines(body: str) -> Iterator[Span]:
    at = 0
    for line in body.splitlines(keepends=True):
        yield at, at + min(len(line.rstrip()), _LONGEST_LINE)
        at += len(line)


# Sentences of lines that run on


def _sentences(body: str, lines: list[Span], paragraph: int, block: _Block) -> Iterator[Sentence]:
    plain, places = _plain(body, lines)
    language: Language = "zh" if words.han_share(plain) >= 1 / 3 else "en"
    inside = _inside_marks(plain)
    for start, end in sentences.split(plain, language):
        said = plain[start:end]
        if not words.letters(said):
            continue
        own: Language = "zh" if words.han_share(said) >= 1 / 3 else "en"
        yield Sentence(
            span=(places[start], places[end - 1] + 1),
            words=said,
            language=own,
            paragraph=paragraph,
            heading=block.heading,
            listed=block.listed,
            quoted=sum(inside[start:end]) > 0.6 * (end - start),
        )


def _inside_marks(plain: str) -> bytearray:
    """For each character 1 where it stands in quotation marks."""
    straight = plain.count('"') % 2 == 0  # one that is never closed is an inch, or a slip
    inside, depth, open_straight = bytearray(len(plain)), 0, False
    for at, char in enumerate(plain):
        if char in "“「『„":
            depth += 1
        elif char in "”」』":
            depth = max(depth - 1, 0)
        elif char == '"' and straight:
            open_straight = not open_straight
        inside[at] = depth > 0 or open_straight
    return inside


def _plain(body: str, lines: list[Span]) -> tuple[str, list[int]]:
    """The words of some lines without marks, and where in the body each character is."""
    kept: list[str] = []
    places: list[int] = []
    for start, end in lines:
        line = body[start:end]
        if kept and not (_CHINESE.match(kept[-1]) and _CHINESE.match(line.lstrip()[:1])):
            kept.append(" ")
            places.append(places[-1])
        at = 0
        for mark in [*_MARKS.finditer(line), None]:
            until = mark.start() if mark else len(line)
            for k in range(at, until):
                if not (line[k].isspace() and (not kept or kept[-1] == " ")):
                    kept.append(" " if line[k].isspace() else line[k])
                    places.append(start + k)
            at = mark.end() if mark else until
    return "".join(kept), places


# Quotations


def _quotation(body: str, block: _Block, paragraph: int) -> list[Quotation]:
    """One for each source; words without one are a quotation as well."""
    lines = [body[start:end] for unit in block.units for start, end in unit]
    span = (block.units[0][0][0], block.units[-1][-1][1])
    cited = citations.parse("\n".join(lines))
    if cited:
        return [Quotation(span, _joined(c.quote), c.passage_id, paragraph) for c in cited]
    said = _joined(" ".join(_QUOTE.sub("", line, count=1) for line in lines))
    return [Quotation(span, said, None, paragraph)] if said else []


def _joined(lines: str) -> str:
    return " ".join(lines.split())
