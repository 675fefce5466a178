"""What the paragraphs of a Word document are: their styles, properties and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from corpus.formats.docx.package import W

HEADING, QUOTE, VERSE = "XindeHeading", "XindeQuote", "XindeVerse"  # styles of ours


@dataclass(frozen=True)
class Style:
    name: str
    level: int | None  # of its headings, 1...9
    bold: bool
    size: int | None  # half points
    listed: bool


def styles_of(root: Any) -> dict[str, Style]:
    """Styles by their ids, each with what it has from those it is based on."""
    found = {s.get(f"{W}styleId"): s for s in root.iter(f"{W}style") if s.get(f"{W}styleId")}
    return {key: _style(key, found) for key in found}


def _style(key: str, found: dict[str, Any]) -> Style:
    own = found[key]
    chain = []
    while key in found and found[key] not in chain:
        chain.append(found[key])
        based = found[key].find(f"{W}basedOn")
        key = based.get(f"{W}val", "") if based is not None else ""
    level = next(
        (v for s in chain if (v := value_of(s, f"{W}pPr/{W}outlineLvl")) is not None), None
    )
    size = next((v for s in chain if (v := value_of(s, f"{W}rPr/{W}sz")) is not None), None)
    bold = next((v for s in chain if (v := is_on(s.find(f"{W}rPr/{W}b"))) is not None), False)
    name = own.find(f"{W}name")
    return Style(
        name=(name.get(f"{W}val") or "").strip() if name is not None else "",
        level=level + 1 if level is not None and level < 9 else None,
        bold=bold,
        size=size,
        listed=any(s.find(f"{W}pPr/{W}numPr") is not None for s in chain),
    )


def value_of(element: Any, path: str) -> int | None:
    found = element.find(path)
    value = found.get(f"{W}val", "") if found is not None else ""
    return int(value) if value.isdecimal() and len(value) < 6 else None


def is_on(element: Any | None) -> bool | None:
    if element is None:
        return None
    return element.get(f"{W}val", "1") not in ("0", "false", "off", "none")


def style_id(properties: Any | None) -> str:
    style = properties.find(f"{W}pStyle") if properties is not None else None
    return style.get(f"{W}val", "") if style is not None else ""


def set_style(paragraph: Any, style: str) -> None:
    properties = paragraph.find(f"{W}pPr")
    if properties is None:
        properties = paragraph.makeelement(f"{W}pPr", {})
        paragraph.insert(0, properties)
    element = properties.find(f"{W}pStyle")
    if element is None:
        element = paragraph.makeelement(f"{W}pStyle", {})
        properties.insert(0, element)
    element.set(f"{W}val", style)


def words_of(element: Any) -> str:
    return " ".join("".join(t.text or "" for t in element.iter(f"{W}t")).split())


def take_out(element: Any) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
