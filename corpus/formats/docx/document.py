"""What a Word document's own XML says that mammoth does not hear.

Headings show in a style, in the outline level of a style or of a paragraph, or,
in many offices, only in bold or large words. Each kind is marked here with one
style of ours, so that the rest of the way knows only those. Tables of contents
are taken away, and words in places that mammoth skips are moved where it looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.formats.docx import looks
from corpus.formats.docx.package import W
from corpus.formats.docx.paragraphs import (
    HEADING,
    QUOTE,
    VERSE,
    Style,
    is_on,
    set_style,
    style_id,
    styles_of,
    take_out,
    value_of,
    words_of,
)
from corpus.texts import LeftOut

LONGEST = 300  # characters of a heading; longer ones were only given its style

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_HEADING_NAME = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.IGNORECASE)
_TITLE_NAME = re.compile(r"(?:document |book )?title|标题|標題", re.IGNORECASE)
_TOC_NAME = re.compile(
    r"toc \d|toc heading|contents \d|contents heading|table of (?:contents|figures)|目录.*", re.I
)
_INDEX_NAME = re.compile(r"index \d|index heading", re.IGNORECASE)
_QUOTE_NAME = re.compile(
    r"(?:intense )?quote|quotations?|block ?quot(?:e|ation)|block ?text|明显引用|引用", re.I
)
_VERSE_NAME = re.compile(r"verse|poem|poetry|stanza|line ?block|诗.{0,4}", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"[\[<〔【]\s*[\w ]+[\]>〕】]")  # of a template
_FIELD = re.compile(r"\s*(TOC|INDEX)\b")


@dataclass(frozen=True)
class Mended:
    title: str | None
    left_out: tuple[LeftOut, ...]


def mended(root: Any, styles: Any | None, notes: set[tuple[str, str]]) -> Mended:
    """Changes the tree. Returns the title, if a paragraph is one, and what was
    left out. `notes` are those that are there (kind, id)."""
    known = styles_of(styles) if styles is not None else {}
    left_out = _without_contents(root, known)
    _move_words(root)
    for kind in ("footnote", "endnote"):
        for mark in list(root.iter(f"{W}{kind}Reference")):
            if (kind, mark.get(f"{W}id", "")) not in notes:
                take_out(mark)
    paragraphs = list(root.iter(f"{W}p"))
    title = _title(paragraphs, known)
    ours = [_style_of_ours(paragraph, known) for paragraph in paragraphs]
    found = [(p, s) for p, s in zip(paragraphs, ours, strict=True) if s and p not in title]
    for paragraph, style in found:
        set_style(paragraph, style)
    if not any(style.startswith(HEADING) for _, style in found):
        looks.mark_headings(paragraphs, known)
    words = " ".join(words_of(paragraph) for paragraph in title)
    for paragraph in title:
        take_out(paragraph)
    return Mended(words or None, left_out)


def _style_of_ours(paragraph: Any, known: dict[str, Style]) -> str | None:
    properties = paragraph.find(f"{W}pPr")
    style = known.get(style_id(properties))
    name = style.name if style else ""
    if _TITLE_NAME.fullmatch(name):
        return None if _PLACEHOLDER.search(words_of(paragraph)) else f"{HEADING}1"
    if level := _level(properties, style, name):
        return f"{HEADING}{min(level, 6)}" if len(words_of(paragraph)) <= LONGEST else None
    if _QUOTE_NAME.fullmatch(name):
        return QUOTE
    return VERSE if _VERSE_NAME.fullmatch(name) else None


def _title(paragraphs: Sequence[Any], known: dict[str, Style]) -> list[Any]:
    """The paragraphs in the style Title, where they stand together near the top;
    people also use that style for every heading."""
    found = [
        (at, paragraph)
        for at, paragraph in enumerate(paragraphs)
        if (style := known.get(style_id(paragraph.find(f"{W}pPr"))))
        and _TITLE_NAME.fullmatch(style.name)
        and words_of(paragraph)
    ]
    if not found or found[0][0] > 30 or found[-1][0] - found[0][0] >= len(found) + 2:
        return []
    title = [paragraph for _, paragraph in found]
    return [] if any(_PLACEHOLDER.search(words_of(p)) for p in title) else title


def _level(properties: Any | None, style: Style | None, name: str) -> int | None:
    if properties is not None and (own := value_of(properties, f"{W}outlineLvl")) is not None:
        return own + 1 if own < 9 else None
    if found := _HEADING_NAME.fullmatch(name):
        return int(found[1])
    return style.level if style else None


# Tables of contents and indexes


def _without_contents(root: Any, known: dict[str, Style]) -> tuple[LeftOut, ...]:
    """Takes tables of contents and indexes away: by what Word says of a part, by
    style, and what lies between the beginning and the end of such a field."""
    left_out: dict[LeftOut, None] = {}
    for part in list(root.iter(f"{W}sdt")):
        gallery = part.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
        if gallery is not None and "contents" in gallery.get(f"{W}val", "").lower():
            take_out(part)
            left_out["contents"] = None
    paragraphs = list(root.iter(f"{W}p"))
    gone: list[Any] = []
    for paragraph in paragraphs:
        style = known.get(style_id(paragraph.find(f"{W}pPr")))
        kind = _listing(style.name) if style else None
        if kind:
            left_out[kind] = None
            gone.append(paragraph)
    for kind, inside in _fields(paragraphs, known):
        left_out[kind] = None
        gone += inside
    for paragraph in dict.fromkeys(gone):
        take_out(paragraph)
    return tuple(left_out)


def _listing(style: str) -> LeftOut | None:
    if _TOC_NAME.fullmatch(style):
        return "contents"
    return "index" if _INDEX_NAME.fullmatch(style) else None


def _fields(
    paragraphs: Sequence[Any], known: dict[str, Style]
) -> Iterator[tuple[LeftOut, list[Any]]]:
    """The paragraphs of each table of contents and index that is a field. One
    that does not end before the next heading ends where it begins."""
    kind: LeftOut | None = None
    inside: list[Any] = []
    depth = 0  # of fields in the field
    for paragraph in paragraphs:
        style = known.get(style_id(paragraph.find(f"{W}pPr")))
        if kind and style and _HEADING_NAME.fullmatch(style.name):
            yield kind, inside[:1]
            kind, inside = None, []
        for mark in paragraph.iter(f"{W}fldChar", f"{W}instrText"):
            if kind is None:
                if mark.tag == f"{W}instrText" and (found := _FIELD.match(mark.text or "")):
                    kind, depth = ("contents" if found[1] == "TOC" else "index"), 1
            elif mark.tag == f"{W}fldChar":
                depth += {"begin": 1, "end": -1}.get(mark.get(f"{W}fldCharType"), 0)
                if depth == 0:
                    # The text may begin in the paragraph that the field ends in.
                    last = [] if _has_words_after(mark, paragraph) else [paragraph]
                    yield kind, [*inside, *last]
                    kind, inside = None, []
        if kind:
            inside.append(paragraph)
    if kind:
        yield kind, inside[:1]


def _has_words_after(mark: Any, paragraph: Any) -> bool:
    elements = iter(paragraph.iter())
    any(element is mark for element in elements)  # goes on to the mark
    return any(e.tag == f"{W}t" and (e.text or "").strip() for e in elements)


# Words where mammoth does not look


def _move_words(root: Any) -> None:
    passed = f"{W}smartTag"  # mammoth reads what is in it and nothing else of it
    for element in list(root.iter(f"{W}rt", f"{W}rubyPr")):
        take_out(element)
    for element in root.iter(f"{W}ruby", f"{W}rubyBase", f"{W}dir", f"{W}bdo"):
        element.tag = passed
    for element in root.iter(f"{W}fldSimple"):
        if not re.match(r"\s*(?:PAGE|NUMPAGES|TOC|INDEX)\b", element.get(f"{W}instr", "")):
            element.tag = passed
    for element in root.iter(f"{W}cr"):
        element.tag = f"{W}br"
    for element in list(root.iter(f"{_M}oMath")):
        _as_run(element)
    for element in list(root.iter(f"{_MC}AlternateContent")):
        _as_box(element)
    for sign in list(root.iter(f"{W}vanish")):
        run = sign.getparent().getparent()
        if is_on(sign) and run is not None and run.tag == f"{W}r":
            take_out(run)


def _as_box(alternatives: Any) -> None:
    """A text box that is written in the new way only; mammoth reads the old one."""
    fallback = alternatives.find(f"{_MC}Fallback")
    if fallback is not None and words_of(fallback):
        return
    boxes = list(alternatives.iter(f"{W}txbxContent"))
    if boxes and all(next(box.iterancestors(f"{W}txbxContent"), None) is None for box in boxes):
        alternatives.tag = f"{W}smartTag"
        alternatives[:] = boxes


def _as_run(math: Any) -> None:
    words = "".join(t.text or "" for t in math.iter(f"{_M}t"))
    math[:] = []
    math.tag = f"{W}r"
    text = math.makeelement(f"{W}t", {})
    text.text = words
    math.append(text)
