"""Which lines make a paragraph, a list, verse, a quotation, a note. Pure.

A new paragraph shows in one of these ways: a gap, an indent, another size, the
dot of a list's item; or the line before it ends where the next word would still
have had room.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from corpus.formats import subtitles
from corpus.formats.pdf import lists, notes, shapes
from corpus.formats.pdf.joining import Joiner
from corpus.formats.pdf.lines import Line
from corpus.formats.pdf.order import Column
from corpus.formats.tree import LONGEST_HEADING, Heading
from corpus.texts import Block, BlockKind

Item = Heading | Block


def lead(pages: Sequence[list[Column]], body: float) -> float:
    """From baseline to baseline within paragraphs."""
    counts: Counter[float] = Counter()
    for columns in pages:
        for column in columns:
            for a, b in pairwise(column.lines):
                down = b.y - a.y
                if 0.9 * body < down < 2.5 * body and abs(a.size - body) < 0.5 > abs(b.size - body):
                    counts[round(down * 2) / 2] += 1
    return counts.most_common(1)[0][0] if counts else 1.2 * body


@dataclass
class _Open:
    """What the last lines were, as long as more may follow."""

    kind: BlockKind
    lines: list[Line]
    column: Column


@dataclass
class Writer:
    """Turns columns into headings and blocks, one column after the other."""

    joiner: Joiner
    body: float  # size of the text
    lead: float
    _items: list[Item] = field(default_factory=list)
    _open: _Open | None = None
    _listed: list[lists.Item] = field(default_factory=list)
    _notes: list[Block] = field(default_factory=list)  # of pages whose last paragraph is open
    _marks: set[str] = field(default_factory=set)  # of notes
    _in_notes: bool = False  # under a heading that says Notes

    def add(self, column: Column) -> None:
        if column.table:
            self._close()
            self._items.append(column.table)
            return
        first = True
        for segment in self._segments(column):
            if segment[0].level:
                self._heading(segment)
            elif match := lists.begins(segment[0], column, self._listed, (), self.lead):
                if self._open is not None:
                    self._close()
                self._listed.append(lists.item(segment, match, column))
            else:
                self._text(segment, column, first=first)
            first = False
        for mark, words in notes.divided(column.notes, self.joiner.joined):
            self._note(mark, words)

    def finish(self) -> list[Item]:
        self._close()
        return _with_words(notes.without_marks(self._items, self._marks))

    # Where a line cannot belong to the one before it

    def _segments(self, column: Column) -> Iterator[list[Line]]:
        segment: list[Line] = []
        for line in column.lines:
            if segment and self._is_apart(segment, line, column):
                yield segment
                segment = []
            segment.append(line)
        if segment:
            yield segment

    def _is_apart(self, segment: list[Line], line: Line, column: Column) -> bool:
        last = segment[-1]
        if line.level or last.level:
            return not (line.level == -1 and last.level)
        down = line.y - last.y
        if abs(down) < 0.3 * line.size and line.x0 >= last.x1:
            return False  # the rest of the same line
        usual = self.lead
        if abs(line.size - self.body) > 0.5:
            usual *= line.size / self.body
        if down <= 0 or down > 1.22 * usual + 0.5:
            return not _evenly_wide(segment, down, usual)
        if abs(line.size - last.size) > 0.08 * self.body or shapes.changes_weight(line, last):
            return True
        return lists.ITEM.match(line.text) is not None and (
            lists.begins(line, column, self._listed, segment, self.lead) is not None
        )

    # What a segment becomes

    def _heading(self, segment: list[Line]) -> None:
        self._close()
        text = self.joiner.joined(segment).replace("*", "")
        text = " ".join(notes.RAISED.sub("", text).split())
        if self._is_second_line(text):
            return
        self._in_notes = notes.HEADING.fullmatch(text) is not None
        if any(c.isalnum() for c in text):
            self._items.append(Heading(segment[0].level, text[:LONGEST_HEADING]))

    def _is_second_line(self, text: str) -> bool:
        """Whether words belong to the heading right before them. Then they do."""
        last = self._items[-1] if self._items else None
        both = subtitles.whole(last.text, text) if isinstance(last, Heading) else None
        if isinstance(last, Heading) and both:
            self._items[-1] = Heading(last.rank, both)
        return both is not None

    def _text(self, segment: list[Line], column: Column, *, first: bool) -> None:
        if self._listed:
            if lists.goes_on(self._listed[-1], segment, column, self.lead, first=first):
                self._listed[-1].lines.extend(segment)
                return
            self._close()
        forced = [shapes.is_forced(a, b, column) for a, b in pairwise(segment)]
        if self._is_more_verse(segment, forced, column) or shapes.is_verse(segment, forced, column):
            self._verse(list(shapes.verse_lines(segment, forced)), column, first=first)
            return
        found = list(shapes.paragraphs(segment, forced, column))
        if shapes.is_wrapped_verse(found):
            self._verse(found, column, first=first)
            return
        if first and self._goes_on(segment[0], column):
            assert self._open is not None
            self._open.lines += found.pop(0)
            self._open.column = column
        for lines in found:
            self._close()
            if len(lines) == 1 == len(segment) and self._is_second_line(lines[0].text):
                continue
            last = self._items[-1] if self._items else None
            after_quote = isinstance(last, Block) and last.kind == "quote"
            quote = shapes.is_quote(lines, column, after_quote=after_quote)
            self._open = _Open("quote" if quote else "paragraph", lines, column)

    def _is_more_verse(self, segment: list[Line], forced: list[bool], column: Column) -> bool:
        if self._open is None or self._open.kind != "verse":
            return False
        indent = self._open.lines[-1].x0 - self._open.column.left
        return shapes.is_more_verse(segment, forced, column, indent=indent)

    def _goes_on(self, line: Line, column: Column) -> bool:
        open_ = self._open
        return (
            open_ is not None
            and open_.kind != "verse"
            and shapes.goes_on(open_.lines, open_.column, line, column, self.lead)
        )

    def _verse(self, lines: Sequence[list[Line]], column: Column, *, first: bool) -> None:
        """`lines` are lines of verse, each with the lines of print that it takes."""
        whole = [
            x[0] if len(x) == 1 else replace(x[0], text=self.joiner.joined(x), marked="")
            for x in lines
        ]
        if first and self._open is not None and self._open.kind == "verse":
            self._open.lines += whole
            self._open.column = column
        else:
            self._close()
            self._open = _Open("verse", whole, column)

    def _note(self, mark: str, words: str) -> None:
        if mark:
            self._marks.add(mark)
            self._notes.append(Block("note", f"{mark}{'.' if mark.isalnum() else ''} {words}"))
        elif self._notes:
            self._notes[-1] = Block("note", f"{self._notes[-1].text} {words}")
        else:
            self._notes.append(Block("note", words))

    # What is open becomes a block

    def _close(self) -> None:
        if self._listed:
            self._close_list()
        if self._open is not None:
            kind, lines = self._open.kind, self._open.lines
            self._open = None
            verse = kind == "verse"
            text = "\n".join(map(_verse_line, lines)) if verse else self.joiner.joined(lines)
            if self._in_notes:
                text = notes.without_back(text)
                kind = kind if verse else "note"
                if mark := notes.mark_of(text):
                    self._marks.add(mark)
            if text.strip():
                self._items.append(Block(kind, text.strip()))
        self._items += self._notes
        self._notes = []

    def _close_list(self) -> None:
        listed, self._listed = self._listed, []
        if not self._in_notes:
            self._items.append(Block("list", "\n".join(lists.written(listed, self.joiner.joined))))
            return
        for item in listed:
            self._marks.add(item.mark)
            text = notes.without_back(self.joiner.joined(item.lines))
            self._items.append(Block("note", text if item.mark == "-" else f"{item.mark}. {text}"))


def _evenly_wide(segment: Sequence[Line], down: float, usual: float) -> bool:
    """Lines set wider than the rest of the document."""
    if len(segment) < 2 or not 0 < down < 2.2 * usual:
        return False
    return abs((segment[-1].y - segment[-2].y) - down) < 0.05 * down


def _verse_line(line: Line) -> str:
    return (line.marked or line.text) + ("-" if line.hyphen else "")


def _with_words(items: Sequence[Item]) -> list[Item]:
    """What looked like a heading and stands over nothing is a line of the text."""
    kept: list[Item] = []
    for item, after in zip(items, [*items[1:], None], strict=False):
        empty = after is None or (
            isinstance(after, Heading) and isinstance(item, Heading) and after.rank <= item.rank
        )
        # Hundreds are the outline's own.
        if isinstance(item, Heading) and item.rank % 100 and empty:
            kept.append(Block("paragraph", item.text))
        else:
            kept.append(item)
    return kept
