"""Which blocks stand under which headings. Pure.

A flow is what a file says in order: headings with ranks, and blocks. Files are
careless with ranks: a chapter's number and its title are two headings, parts
and chapters have the same level, or nothing is marked as a heading at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from corpus.formats.tree.signs import columns, is_han
from corpus.texts import Block, Section

LONGEST_HEADING: Final = 300  # characters; more than that was only made to look big


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in the flow of a text. Smaller ranks stand over larger ones."""

    rank: float
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A place that somebody asked for: the element with this id begins here."""

    name: str


Item = Heading | Mark | Block
Flow = list[Item]


def outlined(items: Iterable[Item]) -> list[Section]:
    """Blocks under the headings they stand under. Headings without any are in
    the paths of those below them only."""
    found: list[Section] = []
    trail: list[Heading] = []
    blocks: list[Block] = []

    def close() -> None:
        if blocks:
            _add(found, tuple(h.text for h in trail), tuple(blocks))
            blocks.clear()

    for item in _settled(items):
        if isinstance(item, Block):
            blocks.append(item)
        elif isinstance(item, Heading):
            close()
            while trail and trail[-1].rank >= item.rank:
                trail.pop()
            trail.append(item)
    close()
    return found


def _add(sections: list[Section], path: tuple[str, ...], blocks: tuple[Block, ...]) -> None:
    """A section more, or more of the last one, where the headings are the same."""
    if sections and sections[-1].path == path:
        blocks = (*sections.pop().blocks, *blocks)
    sections.append(Section(path, blocks))


def without_titles(sections: Sequence[Section], titles: Iterable[str | None]) -> list[Section]:
    """Sections without the text's own title as their outermost heading."""
    known = {letters for title in titles if (letters := letters_of(title or ""))}
    found: list[Section] = []
    for section in sections:
        path = section.path
        while path and letters_of(path[0]) in known:
            path = path[1:]
        _add(found, path, section.blocks)
    return found


def letters_of(text: str) -> str:
    """What two ways of writing the same title share."""
    return "".join(c for c in text.casefold() if c.isalnum())


# Headings that belong together


def _settled(items: Iterable[Item]) -> Flow:
    """Headings of one level that follow each other with no words between are
    made one ("Chapter I", "Of Labour"), or, where the first is that of a part,
    the part comes to stand above the chapters after it."""
    settled: Flow = []
    above: float | None = None  # the level at which parts stand above chapters
    waiting: Heading | None = None  # a heading with nothing under it so far
    at = 0  # where it is in `settled`
    for item in items:
        if isinstance(item, Block):
            waiting = None
        elif isinstance(item, Heading):
            above = None if above is not None and item.rank < above else above
            if waiting and waiting.text == item.text and waiting.rank <= item.rank:
                continue  # the same heading twice, one below the other
            if waiting and _NOTHING.fullmatch(waiting.text):
                del settled[at]  # its list of links was no text
            elif waiting and waiting.rank in (item.rank, item.rank - 0.5):
                if not _holds(waiting.text, item.text):
                    del settled[at]
                    item = Heading(waiting.rank, with_subtitle([waiting.text, item.text]))
                elif waiting.rank == item.rank:
                    above = item.rank
                    settled[at] = Heading(item.rank - 0.5, waiting.text)
            elif above == item.rank and _stands_beside_parts(item.text):
                item = Heading(item.rank - 0.5, item.text)
            waiting, at = item, len(settled)
        settled.append(item)
    return settled


def _holds(one: str, other: str) -> bool:
    """Whether a heading is that of a part and the next that of a chapter in it,
    not the part's own title."""
    if not _PART.fullmatch(one):
        return False
    bare = _BARE_LABEL.fullmatch(one)
    return not bare or bool(_CHAPTER.fullmatch(other) or _BARE_LABEL.fullmatch(other))


def _stands_beside_parts(text: str) -> bool:
    return bool(_PART.fullmatch(text) or _CLOSING.fullmatch(text))


def with_subtitle(parts: Sequence[str]) -> str:
    """["I", "Of Labour"] -> "I: Of Labour"; Chinese headings take a space."""
    joined = ""
    for part in parts:
        if joined and part:
            spaced = joined[-1] in ".:：!?—" or is_han(joined[-1]) or is_han(part[0])
            joined += " " if spaced else ": "
        joined += part
    return joined if len(joined) <= LONGEST_HEADING else joined[: LONGEST_HEADING - 1] + "…"


# What a heading says

_NUMBER = (
    r"(?:\d{1,3}|[ivxlcdm]{1,7}|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|(?:the )?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last))"
)
_HAN_NUMBER = "[〇零一二三四五六七八九十百廿卅两兩0-9０-９]{1,6}"
_PART = re.compile(
    rf"(?:part|book|volume|vol\.|division)\s+{_NUMBER}\b.{{0,100}}"
    rf"|第{_HAN_NUMBER}\s*(?:部分?|[卷編编篇輯辑冊册])(?!分).{{0,60}}"
    rf"|[卷編编篇輯辑冊册](?:之)?(?:{_HAN_NUMBER}|[上中下首末]).{{0,60}}"
    r"|[上中下][卷編编篇部冊册].{0,60}",
    re.IGNORECASE,
)
_CHAPTER = re.compile(
    rf"(?:chapter|lecture|letter|section|canto|scene|act|stave|essay)\s+{_NUMBER}\b.{{0,100}}"
    rf"|第{_HAN_NUMBER}\s*[章回节節讲講课課话話折出].{{0,60}}"
    r"|(?:preface|foreword|introduction|prologue|epilogue|conclusion|afterword|appendix"
    r"|postscript|dedication)\b.{0,40}"
    r"|序言?|自序|前言|引言|导言|導言|绪论|緒論|楔子|后记|後記|跋|结语|結語|附[录錄].{0,20}",
    re.IGNORECASE,
)
_BARE_LABEL = re.compile(
    rf"(?:chapter|lecture|letter|section|canto|part|book|volume|essay|no\.?)?\s*{_NUMBER}\s*[.:]?"
    rf"|第?{_HAN_NUMBER}\s*[章回节節讲講课課卷編编篇部]?",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:appendix|appendices|notes|endnotes|epilogue|conclusion|afterword|postscript|glossary"
    r"|bibliography|acknowledge?ments)\b.*|附[录錄].*|后记|後記|跋|注释|註釋|结语|結語|尾声|尾聲",
    re.IGNORECASE,
)


_NOTHING = re.compile(
    r"(?:table of )?contents|in this (?:chapter|section|part|article)|on this page"
    r"|list of (?:illustrations|figures|tables|plates|maps)|目\s*[录錄次]|本章目录|总目录?|總目錄?",
    re.IGNORECASE,
)


def is_division(text: str) -> bool:
    """Whether a heading is that of a part or chapter, not of a whole text."""
    return any(p.fullmatch(text.strip()) for p in (_PART, _CHAPTER, _BARE_LABEL, _CLOSING))


def with_headings(items: Flow) -> Flow:
    """Where a file marks no heading as one: short lines that read like the
    heading of a chapter, and lines by themselves in bold."""
    if any(isinstance(item, Heading) for item in items):
        return items
    bold = {i for i, item in enumerate(items) if _is_bold_line(item)}
    alone = {i for i in bold if i + 1 < len(items) and not {i - 1, i + 1} & bold}
    return [
        _heading_in(item, bold=i in alone and len(alone) >= 3) if i + 1 < len(items) else item
        for i, item in enumerate(items)
    ]


def _heading_in(item: Item, *, bold: bool) -> Item:
    if not isinstance(item, Block) or item.kind != "paragraph" or len(item.text) > 100:
        return item
    text = item.text.strip("*").strip()
    if text and text[-1] not in ".,;。，；":
        if _PART.fullmatch(text):
            return Heading(1, text)
        if _CHAPTER.fullmatch(text):
            return Heading(2, text)
    return Heading(3, text) if bold else item


def _is_bold_line(item: Item) -> bool:
    return (
        isinstance(item, Block)
        and item.kind == "paragraph"
        and item.text.startswith("**")
        and columns(item.text) <= 80
        and re.fullmatch(r"\*\*[^*]+[^*.,;。，；：:”]\*\*", item.text) is not None
    )
