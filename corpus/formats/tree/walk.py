"""What the blocks of a tree say, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from corpus.formats.tree import marking, signs
from corpus.formats.tree.blocks import VERSE_COLUMNS, Items, Number, Place, Writer
from corpus.formats.tree.marking import HEADINGS, NOTES, ONE_NOTE, Element
from corpus.formats.tree.outline import LONGEST_HEADING, Flow, with_subtitle

__all__ = ["VERSE_COLUMNS", "read"]

LONGEST_MARKED: Final = 10 * LONGEST_HEADING  # with signs for places and notes in it
LONGEST_CELL: Final = 500  # characters; a table with more in a cell arranges a page
LONGEST_NAME: Final = 40  # characters of who speaks, in a play set as a table

_LISTS = ("ul", "ol", "menu", "dir")
_CODE = frozenset({"pre", "listing", "plaintext", "xmp"})
_BLOCKS = frozenset(
    (
        *HEADINGS, *_LISTS, *_CODE, "address", "article", "aside", "blockquote", "body", "caption",
        "center", "dd", "details", "dialog", "div", "dl", "dt", "fieldset", "figcaption",
        "figure", "footer", "form", "frameset", "header", "hgroup", "hr", "html", "legend", "li",
        "main", "nav", "p", "search", "section", "summary", "table", "tbody", "td", "tfoot", "th",
        "thead", "tr",
    )
)  # fmt: skip
# Words of class, role and epub:type that say what a block is.
_VERSE = frozenset(
    {
        "z3998:verse", "z3998:poem", "z3998:song", "z3998:hymn", "z3998:lyrics", "poem", "poetry",
        "poems", "verse", "stanza", "lg", "linegroup", "line-group", "versegroup", "lyrics",
    }
)  # fmt: skip
_PLAY = frozenset({"z3998:drama", "drama", "z3998:persona", "persona"})
_TITLES = {
    "msotitle": 0.25, "part-title": 1, "parttitle": 1, "chapter-title": 2, "chaptertitle": 2,
    "chapter_title": 2, "chapter-heading": 2, "chapterheading": 2, "heading": 2,
}  # fmt: skip
_KINDS = NOTES | ONE_NOTE | _VERSE | _PLAY | frozenset(_TITLES)
_NOTE_TAGS = frozenset({"p", "li", "div", "aside", "dd", "td", "blockquote"})

_Step = tuple[Element, Iterator[Element], Place, bool]  # the last: whether it is a block


def read(root: Element, words: set[str], notes: set[str]) -> Flow:
    """The flow of a tree that `marking` has been through. `words` are those that
    say what elements are, `notes` the ids of elements that are notes."""
    return _Walk(words & _KINDS, notes, _arranging(root)).read(root)


def _arranging(root: Element) -> set[Element]:
    """Lists, quotations and tables that only arrange a page: with headings,
    tables or code in them, what they hold are no items but pieces of the page."""
    found: set[Element] = set()
    seen: dict[bool, set[Element]] = {False: set(), True: set()}
    for element in root.iter(*HEADINGS, "table", "pre"):
        code = element.tag == "pre"
        around = (*_LISTS, "dl") if code else (*_LISTS, "blockquote", "table", "dl")
        parent = element.getparent()
        while parent is not None and parent not in seen[code]:
            seen[code].add(parent)
            if parent.tag in around:
                found.add(parent)
            parent = parent.getparent()
    return found


class _Walk:
    def __init__(self, kinds: set[str], notes: set[str], arranging: set[Element]) -> None:
        self.kinds = kinds
        self.notes = notes
        self.arranging = arranging
        self.out = Writer()
        self.buffer: list[str] = []  # text of the paragraph being read
        self.ranks: dict[Element, float] = {}  # of the heading of a section
        self.speeches: set[Element] = set()  # rows: who speaks, and the words

    def read(self, root: Element) -> Flow:
        stack: list[_Step] = [(root, iter(root), Place(), True)]
        self._say(root.text, stack[0][2])
        while stack:
            element, children, place, is_block = stack[-1]
            if deeper := self._read_children(children, place):
                stack.append(deeper)
                continue
            stack.pop()
            if is_block:
                self._flush(place)
                self._leave(element.tag, place)
            if stack:
                self._say(element.tail, stack[-1][2])
        return self.out.end()

    def _read_children(self, children: Iterator[Element], place: Place) -> _Step | None:
        """Reads on until there is an element to go down into."""
        for child in children:
            tag = child.tag
            if tag in _BLOCKS:
                if self.buffer:
                    self._flush(place)
                inner = self._enter(child, tag, place)
                if inner is not None:
                    if len(child):
                        self._say(child.text, inner)
                        return child, iter(child), inner, True
                    self._read_leaf(child.text, inner)
                    self._leave(tag, inner)
            elif isinstance(tag, str):
                self._say(child.text, place)
                if len(child):
                    return child, iter(child), place, False
            self._say(child.tail, place)
        return None

    def _read_leaf(self, text: str | None, place: Place) -> None:
        """Most blocks hold nothing but text."""
        if text and not place.code:
            self.out.paragraphs(text, place)
        elif text:
            self._say(text, place)
            self._flush(place)

    def _say(self, text: str | None, place: Place) -> None:
        if not text:
            return
        if place.code:
            self.buffer.append(text.replace("\n", signs.BREAK))
        elif self.buffer or not text.isspace():
            self.buffer.append(text)

    def _flush(self, place: Place) -> None:
        if self.buffer:
            raw = "".join(self.buffer) if len(self.buffer) > 1 else self.buffer[0]
            self.buffer.clear()
            self.out.paragraphs(raw, place)

    # Blocks

    def _enter(self, element: Element, tag: str, place: Place) -> Place | None:
        """The place inside a block, or None where the block was read as a whole."""
        if tag in HEADINGS or tag == "hgroup":
            return None if self._heading(element, _rank(element), place) else place
        if tag == "table":
            return self._table(element, place)
        if self.kinds and (kinds := marking.kinds(element) & self.kinds):
            rank = _rank_by_kind(element, kinds)
            if rank and self._heading(element, rank, place):
                return None
            place = _of_kind(element, kinds, place)
        elif place.kind == "verse" and tag == "div":
            place = place._replace(container=element)
        if tag in _NOTE_TAGS and self._is_note(element, place):
            place = place._replace(kind="note", alone=True, container=None)
        return place if tag in ("p", "div", "td") else self._enter_other(element, tag, place)

    def _enter_other(self, element: Element, tag: str, place: Place) -> Place | None:
        if tag in _LISTS:
            return self._list(element, tag, place)
        if tag == "li":
            self._item(element, place)
        elif tag == "blockquote" and place.kind == "paragraph" and element not in self.arranging:
            return place._replace(kind="quote", container=element)
        elif tag in ("section", "article"):
            # Sections in a section stand below it, though they say the same level.
            floor = self.ranks.get(place.section, place.floor - 1) + 1
            return place._replace(section=element, floor=floor)
        elif tag == "dt" and place.items is None and not len(element):
            self.out.term(signs.plain(element.text or ""))
            return None
        elif tag in _CODE:
            return place._replace(code=True)
        elif tag == "tr" and element in self.speeches:
            self.out.begin_with(f"{signs.plain(element[0].text or '')}: ")
            element[0].text = None
        return place

    def _leave(self, tag: str, place: Place) -> None:
        if tag in _LISTS and place.items is not None and place.depth == 1:
            self.out.put("list", place.items.text())
        elif tag in ("li", "dd", "dl", "tr"):
            self.out.end_prefix(keep=tag != "li")

    def _is_note(self, element: Element, place: Place) -> bool:
        return bool(self.notes) and place.kind != "note" and element.get("id") in self.notes

    def _heading(self, element: Element, rank: float, place: Place) -> bool:
        """Reads an element as a heading; False where it is none."""
        grouped = element.tag == "hgroup" or element.find(".//p") is None
        if place.items is not None or place.alone or not grouped or _is_longer(element):
            return False
        raw = _heading_text(element)
        text = signs.plain(raw)
        if len(text) > LONGEST_HEADING:
            return False
        rank = max(rank, place.floor)
        self.out.heading(rank, text, raw)
        if text and place.section is not None:
            self.ranks.setdefault(place.section, rank)
        return True

    def _list(self, element: Element, tag: str, place: Place) -> Place:
        number = Number(_start(element) if tag == "ol" else None)
        if place.kind == "note" or (element in self.arranging and place.items is None):
            return place._replace(number=number)
        if place.items is None:
            self.out.end_prefix()
            return place._replace(items=Items(), depth=1, number=number, container=None)
        return place._replace(depth=place.depth + 1, number=number)

    def _item(self, element: Element, place: Place) -> None:
        mark = _item_mark(element, place.number)
        if place.items is not None and place.kind != "note":
            place.items.begin(mark, place.depth)
        elif mark != "- ":
            self.out.begin_with(mark)

    def _table(self, element: Element, place: Place) -> Place | None:
        """A table of data is read as a whole; another one only arranges a page,
        or holds who speaks beside what is said."""
        if element in self.arranging or place.items is not None:
            return place
        rows = list(element.iter("tr"))
        if self.kinds & _PLAY and _is_play(element, rows):
            self.speeches.update(row for row in rows if _is_speech(row))
            return place
        if not _is_data(rows):
            if all(_is_speech(row) for row in rows):
                self.speeches.update(rows)
            return place
        for caption in element.iter("caption"):
            self.out.paragraphs(_text(caption), place)
        self.out.end_prefix()
        lines = [" | ".join(cells) for row in rows if any(cells := _cells(row))]
        self.out.put("table", "\n".join(lines))
        return None


def _of_kind(element: Element, kinds: set[str], place: Place) -> Place:
    if kinds & (NOTES | ONE_NOTE):
        return place._replace(kind="note", alone=bool(kinds & ONE_NOTE), container=None)
    if kinds & _VERSE and place.kind != "note":
        return place._replace(kind="verse", container=element)
    return place


def _rank_by_kind(element: Element, kinds: set[str]) -> float | None:
    """The rank of a heading that is no <h1>...<h6> and holds none, else None."""
    rank = next((_TITLES[kind] for kind in kinds if kind in _TITLES), None)
    if rank is None or next(element.iter(*HEADINGS), None) is not None:
        return None
    level = element.get("aria-level") or ""
    return int(level) if level in ("1", "2", "3", "4", "5", "6") else rank


def _rank(element: Element) -> int:
    tag = element.tag
    if tag == "hgroup":
        tag = next((e.tag for e in element.iter(*HEADINGS)), "h2")
    return int(tag[1])


def _heading_text(element: Element) -> str:
    if element.tag != "hgroup":
        return _text(element)
    return with_subtitle([part for e in element if (part := signs.plain(_text(e)))])


def _is_longer(element: Element) -> bool:
    """Whether an element surely holds more than a heading. Where headings are never
    closed, each holds all that follow, and reading every one whole takes minutes."""
    size = 0
    for part in element.itertext():
        size += len(part.strip())
        if size > LONGEST_MARKED:
            return True
    return False


def _text(element: Element) -> str:
    """All text in an element, with a space between its blocks."""
    if not len(element):
        return element.text or ""
    for block in element.iter(*_BLOCKS):
        if block is not element:
            block.text, block.tail = f" {block.text or ''}", f" {block.tail or ''}"
    return "".join(element.itertext())


def _start(element: Element) -> int:
    value = element.get("start") or "1"
    return int(value) if value.isdecimal() and len(value) < 7 else 1


def _item_mark(element: Element, number: Number | None) -> str:
    if number is None or number.next is None:
        return "- "
    value = element.get("value") or ""
    if value.isdecimal() and len(value) < 7:
        number.next = int(value)
    mark = f"{number.next}. "
    number.next += 1
    return mark


# Tables


def _is_data(rows: list[Element]) -> bool:
    widest = 0
    for row in rows:
        widest = max(widest, len(row))
        for cell in row:
            size = sum(map(len, cell.itertext())) if len(cell) else len(cell.text or "")
            if size > LONGEST_CELL:
                return False
    return widest > 1


def _is_play(table: Element, rows: list[Element]) -> bool:
    cells = rows[0] if rows else ()
    around = islice(table.iterancestors(), 5)
    return any(marking.kinds(e) & _PLAY for e in (table, *cells, *around))


def _is_speech(row: Element) -> bool:
    """Whether a row says who speaks, or what is spoken of, and then the words."""
    if len(row) != 2 or len(row[0]):
        return False
    return (
        0 < len(signs.plain(row[0].text or "")) <= LONGEST_NAME
        and "".join(row[1].itertext()).strip() != ""
    )


def _cells(row: Element) -> list[str]:
    return [signs.one_line(_text(cell)) for cell in row if isinstance(cell.tag, str)]
