"""Which blocks the words of a place become: paragraphs, quotations, verse, notes, items."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from corpus import languages
from corpus.formats.tree import signs
from corpus.formats.tree.marking import Element
from corpus.formats.tree.outline import LONGEST_HEADING, Flow, Heading, Mark
from corpus.texts import Block, BlockKind

VERSE_COLUMNS: Final = 90  # a line of verse is no longer, a Chinese character being two wide
DEEPEST_LIST: Final = 6


@dataclass(slots=True)
class Items:
    """A list being read: its lines, and the mark of an item without words so far."""

    lines: list[list[str]] = field(default_factory=list)  # each in parts
    mark: str | None = None

    def begin(self, mark: str, depth: int) -> None:
        self.mark = "  " * min(depth - 1, DEEPEST_LIST) + mark

    def add(self, text: str) -> None:
        if self.mark is not None or not self.lines:
            self.lines.append([(self.mark or "- ") + text])
            self.mark = None
        else:
            self.lines[-1].append(text)

    def text(self) -> str:
        return "\n".join(" ".join(parts) for parts in self.lines)


@dataclass(slots=True)
class Number:
    """The number of the next item of an ordered list; None in an unordered one."""

    next: int | None


class Place(NamedTuple):
    """Where words stand, as far as it matters for what becomes of them."""

    kind: BlockKind = "paragraph"
    code: bool = False  # spaces and line ends count
    section: Element | None = None  # <section> or <article>
    floor: float = 0  # headings here are at least of this rank
    alone: bool = False  # in one note: what looks like a heading is none
    items: Items | None = None
    depth: int = 0  # of nested lists
    number: Number | None = None
    container: Element | None = None  # whose paragraphs are lines of one block


class Writer:
    """Takes words in order and keeps the flow of headings and blocks."""

    def __init__(self) -> None:
        self.flow: Flow = []
        self._prefix = ""  # what the next paragraph begins with: a term, a note's number
        self._joined: list[str] = []  # lines of the quotation or stanza being read
        self._joined_kind: BlockKind = "quote"
        self._joined_in: Element | None = None

    # What stands before the next paragraph

    def begin_with(self, prefix: str) -> None:
        self._prefix = prefix

    def term(self, term: str) -> None:
        """A term of a list of definitions; several may share one definition."""
        if len(self._prefix) > LONGEST_HEADING:
            self.end_prefix()
        if self._prefix:
            term = f"{self._prefix.rstrip(':： ')}, {term}"
        self._prefix = f"{term} " if term.endswith((":", "：")) else f"{term}: "

    def end_prefix(self, *, keep: bool = True) -> None:
        """What had no words after it is a paragraph of its own, or nothing."""
        if self._prefix and keep:
            self.put("paragraph", self._prefix)
        self._prefix = ""

    # Words

    def heading(self, rank: float, text: str, raw: str) -> None:
        self._end_joined()
        self.flow += [Mark(name) for kind, name in signs.NAMED.findall(raw) if kind == "m"]
        if text:
            self.flow.append(Heading(rank, text))

    def paragraphs(self, raw: str, place: Place) -> None:
        """Text with signs in it: one paragraph, or as many as its breaks make."""
        if signs.SIGN not in raw:
            line = signs.tidy(raw)
            if line and (place.kind != "paragraph" or place.items or self._prefix or self._joined):
                self._lines([line], place.kind, place)
            elif line:
                self.flow.append(Block("paragraph", line))
            return
        raw, kind = self._without_names(raw, place.kind)
        for lines in signs.line_groups(raw, code=place.code):
            self._lines(lines, kind, place)

    def _without_names(self, raw: str, kind: BlockKind) -> tuple[str, BlockKind]:
        """Text without marks of places and labels. A paragraph that begins with
        the label of a note is that note."""
        for at in signs.NAMED.finditer(raw):
            if at[1] == "m":
                self._end_joined()
                self.flow.append(Mark(at[2]))
            elif not signs.DRESS.sub("", raw[: at.start()]).strip(signs.OPEN + " \n\t"):
                kind = "note"
                self._prefix = f"{at[2]}. " if at[2].isalnum() else f"{at[2]} "
                after = raw[at.end() :].lstrip(signs.CLOSE + ".．、: ")
                raw = " " * at.start() + raw[at.start() : at.end()] + after
        return signs.NAMED.sub("", raw), kind

    def _lines(self, lines: list[str], kind: BlockKind, place: Place) -> None:
        if place.items is not None and kind != "note":
            place.items.add(languages.joined_lines(lines))
            return
        if self._prefix:
            lines[0] = self._prefix + lines[0]
            self._prefix = ""
        if len(lines) > 1:
            if kind == "note" or (kind == "verse" and not place.code):
                self.put(kind, "\n".join(lines))
            else:
                self._broken(lines, kind, code=place.code)
        elif kind in ("verse", "quote") and not _is_prose(lines[0], kind):
            self._join(lines[0], kind, place.container)
        else:
            self.put("paragraph" if kind == "verse" else kind, lines[0])

    def _broken(self, lines: list[str], kind: BlockKind, *, code: bool) -> None:
        """Lines that the file itself breaks: verse, prose with a break after
        every paragraph, or prose wrapped to a width."""
        if signs.is_wrapped(lines):
            self.put(kind, languages.joined_lines([line.strip() for line in lines]))
        elif code or all(signs.columns(line) <= VERSE_COLUMNS for line in lines):
            self.put("verse", "\n".join(lines))
        else:
            for line in lines:
                self.put(kind, line)

    def _join(self, line: str, kind: BlockKind, container: Element | None) -> None:
        """A line more of the quotation or stanza that the container holds."""
        same = container is not None and container is self._joined_in
        if not same or kind != self._joined_kind:
            self._end_joined()
            self._joined_in, self._joined_kind = container, kind
        self._joined.append(line)

    def _end_joined(self) -> None:
        if self._joined:
            self.flow.append(Block(self._joined_kind, "\n".join(self._joined)))
            self._joined = []
        self._joined_in = None

    def put(self, kind: BlockKind, text: str) -> None:
        if self._joined:
            self._end_joined()
        if text:
            self.flow.append(Block(kind, text.strip("\n").rstrip()))

    def end(self) -> Flow:
        self.end_prefix()
        self._end_joined()
        return self.flow


def _is_prose(line: str, kind: BlockKind) -> bool:
    return kind == "verse" and signs.columns(line) > VERSE_COLUMNS
