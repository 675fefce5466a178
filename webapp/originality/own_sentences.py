"""Which sentences of a draft are its writer's own words. Pure.

Not those of a block quote that names its source, of a heading, of a program. What
stands in quotation marks is set aside where its source is near: a title, a link,
a name and "says", a year.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus import sentences, words
from corpus.texts import Language
from webapp.reflections import citations

Span = tuple[int, int]

NEAR = {"en": 140, "zh": 60}  # characters around a quotation in which its source is looked for
LONGEST_QUOTE = 1_200
MOST_MARKS = 0.1  # quotation marks, of the characters of a paragraph

_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_QUOTE = re.compile(r" {0,3}>")
_ATTRIBUTION = re.compile(r" {0,3}>[> ]*(?:[—–―]|--|——|来源|出自|摘自|From |Source)")
_HEADING = re.compile(r" {0,3}#{1,6}\s")
_NOT_PROSE = re.compile(r" {0,3}(?:#{1,6}\s|(?:[-*_]\s*){3,}$|\|)")
_ITEM = re.compile(r"\s{0,12}(?:[-*+]|\d{1,9}[.)、])\s+(?:\[[ xX]\]\s+)?")
# Of a link to a reading the label too: it is the name of a text, as what stands in 《》.
_NOT_WORDS = re.compile(
    r"\[[^\[\]\n]{0,700}\]\(reading:[^()\s]{0,200}\)|(?<=\])\([^()\s]{0,700}\)"
    r"|https?://[!-~]{1,700}|`[^`\n]{1,400}`|《[^《》\n]{1,60}》"
)
_OPENS = {"“": "”", "「": "」", "『": "』", "«": "»"}
_CLOSES = {close: opening for opening, close in _OPENS.items()}
_MARK = re.compile('[“”「」『』«»"]')
_SOURCE_NEAR = re.compile(
    r"《[^《》\n]{1,60}》|\]\(|[—–―] ?[\w《“]|\((?:[^()\n]{0,60}\b)?\d{3,4}[^()\n]{0,20}\)|\bpp?\. ?\d"
    r"|\b(?:says?|said|writes?|wrote|written|puts? it|according to|quot\w+|words? of|calls?|called"
    r"|asks?|asked|reads?|answers?|answered|tells?|told|repl(?:y|ies|ied)|argues?|argued|notes|noted"
    r"|explains?|explained|describes?|described|observes?|observed|remarks?|remarked|cites?|cited"
    r"|author|text|chapter|passage|book|article|guide)\b"
    r"|[说講讲道曰云问問答]|写道|寫道|写的是|指出|提到|认为|認為|所谓|所謂|称为|稱為|引用|引述|文中|书中|書中|文章|作者"
    r"|原文|原话|原話|谈到|談到|读到|讀到|念到|课文|那句|这句|一句|出自",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Own:
    """The writer's own words at their places: what is not theirs is blank in `text`."""

    text: str  # as long as the draft
    spans: tuple[Span, ...]  # its sentences, in order
    aside: tuple[Span, ...]  # quotations within them that name their source
    cited: tuple[str, ...]  # block quotes with a source
    headings: tuple[str, ...]


def own_sentences(body: str) -> Own:
    paragraphs: list[list[Span]] = []
    cited: list[str] = []
    for block, quoted in _blocks(body):
        if quoted and _names_its_source(body, block):
            cited.append("\n".join(body[a:b] for a, b in block))
        else:
            paragraphs.append([line for line in block if line[0] < line[1]])
    text = [" "] * len(body)
    for paragraph in paragraphs:
        for start, end in paragraph:
            text[start:end] = body[start:end]
    masked = _NOT_WORDS.sub(lambda m: " " * len(m[0]), "".join(text))
    spans: list[Span] = []
    aside: list[Span] = []
    for paragraph in paragraphs:
        if paragraph:
            start, end = paragraph[0][0], paragraph[-1][1]
            spans += [(start + a, start + b) for a, b in _split(masked[start:end])]
            aside += _quotations(body, masked, start, end)
    return Own(masked, tuple(spans), tuple(aside), tuple(cited), _headings(body))


def _split(paragraph: str) -> list[Span]:
    """A line break within a paragraph ends no sentence."""
    language: Language = "zh" if words.han_share(paragraph) > 0.3 else "en"
    line = paragraph.replace("\n", " ")
    if _is_no_prose(line):
        line = _MARK.sub(" ", line)  # it would be slow to divide
    return [(a, b) for a, b in sentences.split(line, language) if words.letters(paragraph[a:b])]


def _headings(body: str) -> tuple[str, ...]:
    return tuple(line.strip("# ") for line in body.splitlines() if _HEADING.match(line))


def _is_no_prose(paragraph: str) -> bool:
    return len(_MARK.findall(paragraph)) > MOST_MARKS * len(paragraph) + 20


def _blocks(body: str) -> list[tuple[list[Span], bool]]:
    """Lines of each paragraph, item and block quote, with whether it is one; nothing of
    programs, headings and tables."""
    blocks: list[tuple[list[Span], bool]] = []
    current: list[Span] = []
    in_quote, in_fence = False, False
    at = 0

    def close() -> None:
        nonlocal current
        if current:
            blocks.append((current, in_quote))
        current = []

    for line in body.splitlines(keepends=True):
        start, end = at, at + len(line.rstrip())
        at += len(line)
        bare = line.rstrip()
        if _FENCE.match(bare):
            close()
            in_fence = not in_fence
            continue
        if in_fence or not bare or (not _QUOTE.match(bare) and _NOT_PROSE.match(bare)):
            close()
            continue
        quote = bool(_QUOTE.match(bare))
        item = _ITEM.match(bare)
        if quote != in_quote or item:
            close()
        in_quote = quote
        if quote:
            start += len(bare) - len(bare.lstrip(" >"))
        elif item:
            start += item.end()
        current.append((min(start, end), end))
    close()
    return blocks


def _names_its_source(body: str, block: list[Span]) -> bool:
    start = body.rfind("\n", 0, block[0][0]) + 1
    whole = body[start : block[-1][1]]
    return bool(citations.parse(whole)) or any(
        _ATTRIBUTION.match(line) for line in whole.splitlines()
    )


def _quotations(body: str, masked: str, start: int, end: int) -> list[Span]:
    """What stands in quotation marks in a paragraph, where its source is near."""
    paragraph = masked[start:end]
    if _is_no_prose(paragraph):
        return []
    far = NEAR["zh" if words.han_share(paragraph) > 0.3 else "en"]
    found = []
    for a, b in _quoted(paragraph):
        a, b = start + a, start + b
        before = body[max(start, a - far) : a]
        after = body[b : min(end, b + far)]
        if _SOURCE_NEAR.search(before) or _SOURCE_NEAR.search(after):
            found.append((a, b))
    return found


def _quoted(paragraph: str) -> list[Span]:
    """What stands in quotation marks, those within others not by themselves."""
    found: list[Span] = []
    opened: list[tuple[str, int]] = []
    last = 0
    for match in _MARK.finditer(paragraph):
        mark, at = match[0], match.start()
        if mark == '"':
            mark = "”" if opened and opened[0][0] == '"' else '"'
        if mark in _OPENS or mark == '"':
            opened.append((mark, at))
        elif opened:
            of = [place for place, (opening, _at) in enumerate(opened) if opening == _CLOSES[mark]]
            straight = opened[0][0] == '"' and match[0] == '"'
            place = 0 if straight else of[-1] if of else None
            if place is None:
                continue
            begun, last = opened[place][1], at + 1
            del opened[place:]
            if not opened and last - begun <= LONGEST_QUOTE:
                found.append((begun, last))
    if opened and opened[0][1] < last <= opened[0][1] + LONGEST_QUOTE:
        found.append(
            (opened[0][1], last)
        )  # the words quoted have a mark of their own that is alone
    return found
