"""What in a book is not the text: licence, imprint, table of contents, index. Pure.

Each thing is told by its heading and by what stands under it. Where they do
not agree, or where it stands in the middle of a text, it is kept: a licence
among the passages is a nuisance, a chapter that is missing is a loss. Prefaces,
introductions, notes, appendices and dedications are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from corpus import words
from corpus.texts import Block, Language, LeftOut, Section

NEAR = 0.1  # of a text's words, from either end: where such matter stands
FEW = 6  # sections from either end that count as near, however long they are
LONGEST = 900  # words of an imprint or a notice; a licence in full names itself
SHORT_LINE = 16  # words; entries of a table of contents are no longer
LONGEST_ENTRY = 300  # characters, with the dots that lead to its page


def without(
    sections: Sequence[Section], *, language_hint: Language | None = None
) -> tuple[tuple[Section, ...], tuple[LeftOut, ...]]:
    """The sections that are text, and which kinds of matter were left out.

    `language_hint` is not needed: the signs of both languages are known by their words.
    """
    left_out: dict[LeftOut, None] = {}
    kept = [section for section in sections if section.blocks]
    if (inside := _inside_gutenberg(kept)) is not None:
        kept = inside
        left_out["licence"] = None
    headings = {_bare(part) for section in kept for part in section.path} - {""}
    remaining: list[Section] = []
    dropped: tuple[str, ...] = ()
    for section, close in zip(kept, _near_the_ends(kept), strict=True):
        if dropped and section.path[: len(dropped)] == dropped:
            continue  # what is left out takes along what stands below it
        if kind := _kind(section, close=close):
            left_out[kind] = None
            dropped = section.path
            continue
        dropped = ()
        blocks, kinds = _text_of(section, headings, close=close)
        left_out |= dict.fromkeys(kinds)
        if blocks:
            remaining.append(Section(section.path, blocks))
    if not any(c.isalnum() for s in remaining for b in s.blocks for c in b.text):
        return tuple(sections), ()  # rather a licence than nothing
    return tuple(remaining), tuple(left_out)


def _near_the_ends(sections: Sequence[Section]) -> Iterator[bool]:
    counts = [sum(len(b.text) for b in s.blocks) for s in sections]
    total, before = sum(counts), 0
    for i, count in enumerate(counts):
        after = total - before - count
        few = i < FEW or i >= len(sections) - FEW
        yield few or min(before, after) <= NEAR * total
        before += count


# Whole sections

_IMPRINT = re.compile(
    r"imprint|uncopyright|copyright page|(?:copyright|legal|licen[cs]e) (?:notice|information|statement|page)"
    r"|copyright and licen[cs](?:e|ing)|publication (?:data|information)|publisher[’']s? information"
    r"|about this (?:ebook|e-book|digital edition|electronic edition)|cataloging-in-publication data"
    r"|(?:the )?(?:full )?project gutenberg(?:-tm|™)? licen[cs]e.*|transcriber[’']s? notes?"
    r"|版[权權][页頁]|版[权權](?:信息|資訊|声明|聲明|说明|說明|所有)?|出版信息|[图圖][书書]在版[编編]目.*|cip\s*[数數]据"
    r"|[关關][于於]本[电電]子[书書]|授权协议|许可协议|許可協議|本书信息",
    re.IGNORECASE,
)
_RIGHTS = re.compile(
    r"copyright|licen[cs]e|licen[cs]ing|legal|rights|terms of use|许可证|许可", re.IGNORECASE
)
_COLOPHON = re.compile(r"colophon|printer[’']s note|版本[记記][录錄]|牌[记記]", re.IGNORECASE)
_CONTENTS = re.compile(
    r"(?:table of |detailed |brief |full )?contents|toc|list of (?:illustrations|figures|plates|tables|maps)"
    r"|目\s*[录錄次]|[总總]目(?:[录錄])?|[图圖表]目[录錄]|插[图圖]目[录錄]",
    re.IGNORECASE,
)
_INDEX = re.compile(
    r"(?:(?:general|subject|name|author|alphabetical) )?index(?: of (?:names|subjects|persons|places|titles|first lines))?"
    r"|(?:人名|主[题題]|名[词詞]|关键词|綜合|综合)?索引",
    re.IGNORECASE,
)
_ADVERTISEMENT = re.compile(
    r"(?:also|books|other (?:books|works|titles)) (?:by|from) .{2,60}|by the same author"
    r"|同一?作者(?:其他)?作品|同系列[图圖][书書]",
    re.IGNORECASE,
)
# Each of these may stand in an essay about books or rights; together they do not.
_SIGNS = tuple(
    re.compile(sign, re.IGNORECASE)
    for sign in (
        r"©|\(c\)\s*(?:19|20)\d\d|copyright (?:©|\(c\)|(?:19|20)\d\d|by )|版权所有|版權所有",
        r"all rights reserved|no part of this (?:book|publication)|侵权必究|翻印必究|不得复制",
        r"\bisbn\b|[书書][号號]",
        r"(?:first )?published (?:by|in)|publisher:|出版(?:发行|發行|社|者|日期)",
        r"printed (?:in|by|and bound)|impression|印刷|印张|印[数數次]|[开開]本",
        r"版\s*次|定\s*[价價]|字\s*[数數]|[责責]任[编編][辑輯]|封面[设設][计計]",
        r"library of congress|catalogu?ing|\bcip\b|[图圖][书書][馆館]|在版[编編]目",
        r"creative commons|\bcc[- ]by\b|\bcc0\b|知识共享|gnu (?:general|free)|public domain|公有领域",
        r"licen[cs]ed under|under the terms of|dedicated to the public domain|许可协议|采用.{0,20}协议",
        r"project gutenberg|standard ebooks|gutenberg\.org|creativecommons\.org",
        r"produced (?:for|by)|transcri(?:bed|ption|ber)|proofread|cover (?:page|design|art)|typeset|set in [\w ]{1,20} type|排版|校[对對]",
    )
)
# Rights or a number of the book: without them it is bare talk about printing.
_FIRM = frozenset({0, 1, 2, 6})
# No firm sign is without one of these, and most texts are without any: looking for
# words is many times faster than looking for eleven patterns in each block.
_FIRM_WORDS = (
    "©", "(c)", "copyright", "版权所有", "版權所有", "rights reserved", "no part of this", "必究",
    "不得复制", "isbn", "书号", "书號", "書号", "書號", "library of congress", "cataloging",
    "cataloguing", "书馆", "书館", "書馆", "書館", "在版编目", "在版編目",
)  # fmt: skip
_CIP = re.compile(r"cip\b")  # a part of too many words to be looked for like those
# How a notice begins; an essay about licences begins otherwise.
_NOTICE = re.compile(
    r"[*_“\"]*(?:©|\(c\)|copyright\b|all rights|this (?:work|book|ebook|text|document|publication|edition|site|page|guide|content|project|repository) (?:is|was|has been|may)"
    r"|(?:except|unless) |(?:the )?(?:text|content|code|documentation|material)s? (?:of|in|on|is|are)\b|licen[cs]ed under|permission is hereby|everyone is permitted|isbn|first published|published by"
    r"|(?:mit|apache|bsd|gnu|creative commons|cc[- ])|terms and conditions|本(?:书|書|作品|文|文档|站|电子书)|版权|版權|未经|除非|书名|書名|图书在版)",
    re.IGNORECASE,
)


def _kind(section: Section, *, close: bool) -> LeftOut | None:
    """Which matter a whole section is, or None where it is text."""
    heading = " ".join(section.path[-1].split()).strip(" .:：·*[]【】") if section.path else ""
    if not heading or len(heading) > 100:
        return None
    if _CONTENTS.fullmatch(heading) and _is_contents(section):
        return "contents"
    if _INDEX.fullmatch(heading) and _is_index(section):
        return "index"
    if not close:
        return None
    text = "\n".join(b.text for b in section.blocks)
    if _ADVERTISEMENT.fullmatch(heading) and _short_lines(section) >= 0.6:
        return "advertisement"
    if _COLOPHON.fullmatch(heading) and _signs(text) and words.count(text) <= LONGEST:
        return "colophon"
    if _IMPRINT.fullmatch(heading) and _is_imprint(heading, text):
        return "licence"
    if _RIGHTS.fullmatch(heading) and _NOTICE.match(text) and _signs(text):
        return "licence" if words.count(text) <= LONGEST or _is_licence_in_full(text) else None
    return None


def _signs(text: str) -> int:
    return len(_signs_in(text[:20_000]))


def _signs_in(text: str) -> set[int]:
    return {i for i, sign in enumerate(_SIGNS) if sign.search(text)}


def _is_imprint(heading: str, text: str) -> bool:
    if "gutenberg" in heading.casefold():
        return True
    length, sure = words.count(text), re.match("uncopyright|cip|[图圖]", heading, re.IGNORECASE)
    return length <= LONGEST and _signs(text) >= (1 if sure or length <= 60 else 2)


def _is_licence_in_full(text: str) -> bool:
    return re.search(
        r"terms and conditions|permission is hereby granted|creative commons corporation|warranty",
        text[:20_000],
        re.IGNORECASE,
    ) is not None  # fmt: skip


def _lines(section: Section) -> list[str]:
    return [line for b in section.blocks for line in b.text.split("\n") if line.strip()]


def _short_lines(section: Section) -> float:
    lines = _lines(section)
    return sum(1 for line in lines if words.count(line[:400]) <= SHORT_LINE) / max(1, len(lines))


def _is_contents(section: Section) -> bool:
    lines = _lines(section)
    ended = sum(1 for line in lines if line.rstrip()[-1:] in ".。!！;；") / max(1, len(lines))
    return _short_lines(section) >= 0.8 and (ended <= 0.3 or _leaders(lines) >= 0.5)


_PAGES = re.compile(r"[,，;]\s*\d{1,4}(?:[-–]\d{1,4})?n?\.?\s*$|[^\d]\d{1,4}\s*$")
_LEADER = re.compile(
    r"(?:\.{3,}|(?:\. ?){4,}|…{2,}|·{3,}|_{4,}|-{4,})\s*[ivxlcdm\d]+\s*$", re.IGNORECASE
)


def _leaders(lines: Sequence[str]) -> float:
    return sum(1 for line in lines if _LEADER.search(line[-60:])) / max(1, len(lines))


def _is_index(section: Section) -> bool:
    lines = _lines(section)
    paged = sum(1 for line in lines if _PAGES.search(line[-20:]))
    return len(lines) >= 3 and paged >= len(lines) / 2


# Single blocks

_LICENCE_LINE = re.compile(
    r"this (?:work|book|ebook|text|document|page|guide|article|content|post|lesson|site|material) is (?:licen[cs]ed|released|published|made available|shared|available) under"
    r"|(?:except where otherwise noted|unless otherwise (?:noted|stated|specified)),? (?:this|the|all|content)"
    r"|licen[cs]ed under (?:a |the )?(?:creative commons|cc)|texts? (?:is|are) available under"
    r"|content (?:is|on this site is) (?:licen[cs]ed|available) under"
    r"|(?:copyright )?(?:©|\(c\)) ?(?:by )?\d{4}\b.{0,160}(?:all rights reserved|$)"
    r"|(?:copyright )?(?:©|\(c\)) .{0,160}all rights reserved|all rights reserved\.?$"
    r"|本(?:作品|[书書]|文|文[档檔]|文章|站|教程)[^。]{0,20}(?:采用|使用|基于|遵循|依据|採用)[^。]{0,60}(?:许可|协议|授权|許可|協議|授權)"
    r"|版[权權]所有[，,\s]*(?:侵权|翻印|侵權)必究",
    re.IGNORECASE,
)


def _text_of(
    section: Section, headings: set[str], *, close: bool
) -> tuple[tuple[Block, ...], list[LeftOut]]:
    """A section's blocks without the licence lines and lists of contents among them."""
    marks = [_kind_of_block(block, close=close) for block in section.blocks]
    if close:
        marks = _with_imprint(section.blocks, marks)
    marks = _with_entries_apart(section.blocks, marks, headings)
    kept = tuple(b for b, mark in zip(section.blocks, marks, strict=True) if mark is None)
    return kept, [mark for mark in marks if mark]


def _kind_of_block(block: Block, *, close: bool) -> LeftOut | None:
    if close and block.kind != "table" and _LICENCE_LINE.match(block.text.lstrip("*_ ")):
        return "licence" if words.count(block.text) <= 90 else None
    if block.text.count("\n") < 2:
        return None
    lines = [line for line in block.text.split("\n") if line.strip()]
    return "contents" if len(lines) >= 3 and _leaders(lines) >= 0.6 else None


def _with_imprint(blocks: Sequence[Block], marks: list[LeftOut | None]) -> list[LeftOut | None]:
    """Short blocks in a row, each with a sign of an imprint and together with three."""
    short = [block.text if len(block.text) <= 1200 else "" for block in blocks]
    if not _may_be_imprint("\n".join(short)):
        return marks
    signs = [_signs_in(text) if words.count(text) <= 120 else set[int]() for text in short]
    made = list(marks)
    for has_signs, run in groupby(range(len(blocks)), lambda at: bool(signs[at])):
        places = list(run)
        found = set().union(*(signs[at] for at in places))
        if has_signs and len(found) >= 3 and _FIRM & found:
            for at in places:
                made[at] = "licence"
    return made


def _may_be_imprint(text: str) -> bool:
    folded = text.casefold()
    return any(word in folded for word in _FIRM_WORDS) or _CIP.search(folded) is not None


def _with_entries_apart(
    blocks: Sequence[Block], marks: list[LeftOut | None], headings: set[str]
) -> list[LeftOut | None]:
    """Blocks in a row that only repeat headings are a table of contents where they
    name half of them. A list of three aims that have a chapter each is text."""
    least = max(3, len(headings) / 2)
    if sum(block.text.count("\n") + 1 for block in blocks) < least:
        return marks
    made = list(marks)
    names = [
        [_named(line, headings) for line in block.text.split("\n", 2000) if line.strip()]
        for block in blocks
    ]
    entries = [sum(map(bool, own)) >= 0.7 * len(own) for own in names]
    for is_entry, run in groupby(range(len(blocks)), lambda at: entries[at]):
        places = list(run)
        named = {name for at in places for name in names[at] if name}
        if is_entry and len(named) >= least:
            for at in places:
                made[at] = "contents"
    return made


def _named(entry: str, headings: set[str]) -> str:
    """The heading that an entry names, with or without a page number; else ""."""
    if len(entry) > LONGEST_ENTRY:
        return ""
    line = _ITEM.sub("", entry)
    if (name := _bare(line)) in headings:
        return name
    if line.rstrip()[-1:].isdecimal() and (name := _bare(_PAGE.sub("", line))) in headings:
        return name
    return ""


_ITEM = re.compile(r"^\s*(?:[-*•]|\d{1,3}[.)])\s+")
_PAGE = re.compile(r"[\s.…·_|]+\d{1,4}\s*$")


def _bare(text: str) -> str:
    return _MARKS.sub("", text[:LONGEST_ENTRY].casefold())


_MARKS = re.compile(r"[\W_]+")


# Project Gutenberg

_START = re.compile(r"\*{3}\s*START OF (?:THE|THIS) PROJECT GUTENBERG", re.IGNORECASE)
_END = re.compile(
    r"\*{3}\s*END OF (?:THE |THIS )?PROJECT GUTENBERG|^End of (?:the |this )?Project Gutenberg",
    re.IGNORECASE | re.MULTILINE,
)


def _inside_gutenberg(sections: Sequence[Section]) -> list[Section] | None:
    """What stands between Gutenberg's marks, or None where there are none."""
    flat = [(at, block) for at, section in enumerate(sections) for block in section.blocks]
    said = ["\n".join([*sections[at].path[-1:], block.text[:300]]) for at, block in flat]
    if "gutenberg" not in "\n".join(said).casefold():
        return None
    heads = [i for i, text in enumerate(said) if _START.search(text) and i < len(said) / 2]
    tails = [i for i, text in enumerate(said) if _END.search(text) and i >= len(said) / 2]
    if not heads and not tails:
        return None
    inside = flat[heads[-1] + 1 if heads else 0 : tails[0] if tails else None]
    return [
        Section(sections[at].path, tuple(block for _, block in run))
        for at, run in groupby(inside, lambda pair: pair[0])
    ]
