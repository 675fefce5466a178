"""Which paragraphs are headings though no style says so.

In many offices a heading is a line in bold or in larger words, or one that only
has a number before it, as in Chinese papers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from corpus.formats.docx.package import W
from corpus.formats.docx.paragraphs import (
    HEADING,
    Style,
    is_on,
    set_style,
    style_id,
    value_of,
    words_of,
)

LONGEST = 100  # characters of a heading
SHARE = 0.35  # of paragraphs; more cannot be headings

_ENDS = re.compile(r"[.,;:。，；：、…]$")
_NUMBERED = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?:part|book)\s+(?:[ivxlc]+|\d+|\w+)\b|第[一二三四五六七八九十百\d]+[编編篇部卷]",
        r"chapter\s+(?:[ivxlc]+|\d+|\w+)\b|第[一二三四五六七八九十百\d]+[章回讲講课課]",
        r"第[一二三四五六七八九十百\d]+[节節]|section\s+\d+\b",
        r"[一二三四五六七八九十]{1,3}、",
        r"[(（][一二三四五六七八九十]{1,3}[)）]",
    )
]

Look = tuple[int, int, int, int]  # smaller ones stand over larger ones


def mark_headings(paragraphs: Sequence[Any], known: dict[str, Style]) -> None:
    """Short paragraphs in bold, in larger words, or numbered as chapters are."""
    shown = [p for p in paragraphs if words_of(p)]
    looks = [_look(p, known) for p in shown]
    sizes: Counter[int] = Counter()
    bolds = 0
    for paragraph, (size, bold, _) in zip(shown, looks, strict=True):
        sizes[size] += len(words_of(paragraph))
        bolds += len(words_of(paragraph)) if bold else 0
    body = sizes.most_common(1)[0][0] if sizes else 0
    all_bold = bolds > 0.5 * sizes.total()
    found: list[tuple[Any, Look]] = []
    numbered = [_is_numbered(p, known) for p in shown]
    for at, (paragraph, (size, bold, slanted)) in enumerate(zip(shown, looks, strict=True)):
        words = words_of(paragraph)
        in_list = numbered[at] and (
            not bold or any(numbered[max(0, at - 1) : at] + numbered[at + 1 : at + 2])
        )
        number = next((i for i, x in enumerate(_NUMBERED) if x.match(words)), None)
        large = size >= 1.15 * body
        if (
            len(words) <= LONGEST
            and not _ENDS.search(words)
            and any(c.isalpha() for c in words)
            and (large or (bold and not all_bold) or (number is not None and len(words) <= 50))
            and not in_list
            and next(paragraph.iterancestors(f"{W}tc", f"{W}txbxContent"), None) is None
        ):
            rank = -1 if number is None else number
            found.append((paragraph, (-size if large else 0, rank, not bold, slanted)))
    if len(found) > SHARE * len(shown):
        found = [(p, look) for p, look in found if look[0] < 0 or look[1] >= 0]
        if len(found) > 2 * SHARE * len(shown):
            return
    order = {look: n for n, look in enumerate(sorted({look for _, look in found}), 1)}
    for paragraph, look in found:
        set_style(paragraph, f"{HEADING}{min(order[look], 6)}")


def _look(paragraph: Any, known: dict[str, Style]) -> tuple[int, bool, bool]:
    """The size of a paragraph's words, whether all are bold, whether all are slanted."""
    style = known.get(style_id(paragraph.find(f"{W}pPr")))
    normal = next((s for s in known.values() if s.name.casefold() == "normal"), None)
    usual = (style.size if style else None) or (normal.size if normal else None) or 22
    sizes, bold, slanted = [], True, True
    for run in _runs_with_words(paragraph):
        properties = run.find(f"{W}rPr")
        own = value_of(run, f"{W}rPr/{W}sz")
        sizes.append(own or usual)
        is_bold = is_on(properties.find(f"{W}b")) if properties is not None else None
        bold = bold and (is_bold if is_bold is not None else bool(style and style.bold))
        slanted = slanted and properties is not None and bool(is_on(properties.find(f"{W}i")))
    return min(sizes, default=usual), bold and bool(sizes), slanted and bool(sizes)


def _runs_with_words(paragraph: Any) -> Iterator[Any]:
    return (
        r for r in paragraph.iter(f"{W}r") if any((t.text or "").strip() for t in r.iter(f"{W}t"))
    )


def _is_numbered(paragraph: Any, known: dict[str, Style]) -> bool:
    """Whether Word writes a number or a dot before a paragraph."""
    properties = paragraph.find(f"{W}pPr")
    if properties is not None and properties.find(f"{W}numPr") is not None:
        return True
    style = known.get(style_id(properties))
    return style is not None and style.listed
