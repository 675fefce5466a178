"""How the blocks of a passage look as HTML. Pure.

The library keeps plain text with *emphasis* as Markdown; everything else in it
is words and is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

from corpus.texts import Block, Passage

Spans = Sequence[tuple[int, int]]

_EMPHASIS = re.compile(r"\*\*(?!\s)(?P<strong>[^*]+?)(?<!\s)\*\*|\*(?!\s)(?P<em>[^*]+?)(?<!\s)\*")
_ITEM = re.compile(r"(?P<indent> *)(?:(?P<number>\d{1,6})[.)]|[-*•])\s+(?P<words>.*)", re.DOTALL)


def block_html(block: Block) -> Markup:
    """One block as an element: p, ul or ol, blockquote, p.verse, table."""
    match block.kind:
        case "list":
            return _list(block.text)
        case "quote":
            return _wrapped("blockquote", _paragraphs(block.text))
        case "verse":
            return Markup('<p class="verse">{}</p>').format(_lines(block.text))
        case "note":
            return Markup('<p class="note">{}</p>').format(inline(block.text))
        case "table":
            return _table(block.text)
    return _wrapped("p", inline(block.text))


def passage_html(passage: Passage) -> Markup:
    return Markup("\n").join(block_html(block) for block in passage.blocks)


def inline(text: str) -> Markup:
    """Escaped words with their emphasis as <em> and <strong>."""
    out, at = Markup(""), 0
    for found in _EMPHASIS.finditer(text):
        tag = "strong" if found["strong"] else "em"
        out += escape(text[at : found.start()]) + _wrapped(
            tag, escape(found["strong"] or found["em"])
        )
        at = found.end()
    return out + escape(text[at:])


def without_marks(text: str, spans: Spans = ()) -> tuple[str, list[tuple[int, int]]]:
    """A sentence without its emphasis marks, and `spans` moved along with it."""
    dropped = list(_mark_places(text))
    gone = set(dropped)
    kept = "".join(c for i, c in enumerate(text) if i not in gone)

    def moved(place: int) -> int:
        return place - sum(1 for i in dropped if i < place)

    shifted = [(moved(start), moved(end)) for start, end in spans]
    return kept, [(start, end) for start, end in shifted if end > start]


def _mark_places(text: str) -> Iterator[int]:
    for found in _EMPHASIS.finditer(text):
        width = 2 if found["strong"] else 1
        yield from range(found.start(), found.start() + width)
        yield from range(found.end() - width, found.end())


def _wrapped(tag: str, inner: Markup) -> Markup:
    return Markup("<{0}>{1}</{0}>").format(tag, inner)


def _lines(text: str) -> Markup:
    return Markup("<br>\n").join(inline(line) for line in text.split("\n"))


def _paragraphs(text: str) -> Markup:
    """The lines of a quotation; its lists stay lists."""
    out, items = Markup(""), list[str]()
    for line in [*text.split("\n"), ""]:
        if _ITEM.fullmatch(line):
            items.append(line)
            continue
        if items:
            out += _list("\n".join(items))
            items = []
        if line.strip():
            out += _wrapped("p", inline(line))
    return out


def _list(text: str) -> Markup:
    """A list of any depth as one list: deeper items are indented by class.

    A passage may be cut inside a list, so a line without a mark is the end of
    an item that began in the passage before.
    """
    items: list[tuple[int, int | None, str]] = []
    for line in text.split("\n"):
        found = _ITEM.fullmatch(line)
        if found:
            number = int(found["number"]) if found["number"] else None
            items.append((len(found["indent"]) // 2, number, found["words"]))
        elif items:
            depth, number, words = items[-1]
            items[-1] = (depth, number, f"{words} {line.strip()}")
        else:
            items.append((0, None, line))
    first = items[0][1]
    rows = Markup("").join(
        (Markup("<li>{}</li>") if not depth else Markup('<li class="deeper">{}</li>')).format(
            inline(words)
        )
        for depth, _number, words in items
    )
    if first is None:
        return _wrapped("ul", rows)
    return Markup('<ol start="{}">{}</ol>').format(first, rows)


def _table(text: str) -> Markup:
    head, *rows = [line.split(" | ") for line in text.split("\n")]
    parts = [_row("th", head), *(_row("td", row) for row in rows)]
    return Markup('<div class="scrolls" tabindex="0"><table>{}</table></div>').format(
        Markup("").join(parts)
    )


def _row(tag: str, cells: Sequence[str]) -> Markup:
    return _wrapped("tr", Markup("").join(_wrapped(tag, inline(cell)) for cell in cells))
