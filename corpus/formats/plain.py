"""What a plain text file says: its title, headings and paragraphs."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from pathlib import Path

from corpus import languages, slugs
from corpus.formats import decoding, metadata
from corpus.texts import Block, Section, Text

NEVER_WRAPPED = 120  # columns; lines beyond it were not wrapped by hand or by a mail program
WRAPPED_SHARE = 0.6
_HEADING = re.compile(
    r"(?:chapter|part|book|section|lecture|letter)\s+(?:[ivxlcdm]+|\d+|[a-z]+)\b.{0,80}"
    r"|第[一二三四五六七八九十百零〇两0-9]{1,6}[章回卷节節篇部讲講].{0,40}",
    re.IGNORECASE,
)
_SENTENCE_END = (".", "!", "?", ",", ";", ":", "。", "！", "？", "，", "；", "：", "”", "」")
_ITEM = re.compile(r"(?:[-*•]|\d{1,3}[.)、])\s*\S")


def read(path: Path) -> Text:
    """The text in a plain text file, or `TextRefused`."""
    source = decoding.decode(path.read_bytes(), path.name)
    groups = _groups(source)
    title, groups = _title(groups, path.stem)
    sections = _sections(groups)
    return metadata.text({"title": title}, sections, slug=slugs.slug(path.stem), name=path.name)


def _groups(source: str) -> list[list[str]]:
    """Lines that stand together, between blank ones; trailing space removed."""
    groups: list[list[str]] = [[]]
    for line in source.split("\n"):
        if line.strip():
            groups[-1].append(line.rstrip())
        elif groups[-1]:
            groups.append([])
    return [g for g in groups if g]


def _title(groups: list[list[str]], stem: str) -> tuple[str, list[list[str]]]:
    """The first line where it stands alone and looks like a title, else the file's name."""
    first = groups[0]
    line = " ".join(first[0].split())
    alone = len(first) == 1 and len(groups) > 1
    if alone and _columns(line) <= 100 and not line.endswith(_SENTENCE_END):
        return line.strip("# "), groups[1:]
    return " ".join(re.sub(r"[_-]+", " ", stem).split())[: metadata.MAX_TITLE] or stem, groups


def _sections(groups: list[list[str]]) -> tuple[Section, ...]:
    width = _wrap_width(groups)
    sections: list[Section] = []
    path: tuple[str, ...] = ()
    blocks: list[Block] = []
    for group in groups:
        if len(group) == 1 and _is_heading(group[0]):
            sections.append(Section(path, tuple(blocks)))
            path, blocks = (" ".join(group[0].split()),), []
        else:
            blocks += _blocks(group, width)
    sections.append(Section(path, tuple(blocks)))
    return tuple(s for s in sections if s.blocks)


def _is_heading(line: str) -> bool:
    text = line.strip()
    return not text.endswith(_SENTENCE_END) and _HEADING.fullmatch(text) is not None


def _blocks(group: list[str], width: int) -> list[Block]:
    if len(group) > 1 and all(_ITEM.match(line.strip()) for line in group):
        return [Block("list", "\n".join(line.strip() for line in group))]
    if any(_columns(line) > NEVER_WRAPPED for line in group):
        return [Block("paragraph", _tidy(line)) for line in group]
    return [_block(lines, width) for lines in _indented_apart(group)]


def _indented_apart(group: list[str]) -> list[list[str]]:
    """An indented line begins a paragraph, unless every line is indented alike."""
    marks = [line[:1] in " \t\u3000" for line in group]
    if all(marks) or not any(marks[1:]):
        return [group]
    parts: list[list[str]] = []
    for line, indented in zip(group, marks, strict=True):
        if indented or not parts:
            parts.append([])
        parts[-1].append(line)
    return parts


def _block(lines: list[str], width: int) -> Block:
    if len(lines) == 1 or _is_wrapped(lines, width):
        return Block("paragraph", languages.joined_lines([_tidy(line) for line in lines]))
    return Block("verse", "\n".join(_tidy(line) for line in lines))


def _is_wrapped(lines: list[str], width: int) -> bool:
    """Whether lines end where the next word would not have fitted, as wrapped
    prose does and verse does not."""
    if width < 30:
        return False
    full = 0
    for line, following in pairwise(lines):
        word = following.strip().split(maxsplit=1)[0]
        first = 2 if _columns(word[0]) == 2 else _columns(word)
        slack = 4 if _columns(line[-1]) == 2 else 0  # Chinese marks may not begin a line
        full += _columns(line) + 1 + first + slack > width
    return full >= WRAPPED_SHARE * (len(lines) - 1)


def _wrap_width(groups: list[list[str]]) -> int:
    """Columns at which the file's lines were wrapped: nine tenths of those
    that go on in the next line are no longer than it."""
    lengths = sorted(
        n for group in groups for line in group[:-1] if (n := _columns(line)) <= NEVER_WRAPPED
    )
    return lengths[int(len(lengths) * 0.9)] if lengths else 0


def _columns(line: str) -> int:
    if line.isascii():
        return len(line)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def _tidy(line: str) -> str:
    return " ".join(line.split())
