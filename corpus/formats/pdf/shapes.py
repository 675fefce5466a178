"""What lines between two gaps are by their shape: verse, a quotation, paragraphs. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus.formats.pdf.lines import Line
from corpus.formats.pdf.order import Column

VERSE_LINE = 140  # characters; a line of verse may be wrapped, and is no longer than that
SENTENCE_END = re.compile(r"[.!?。！？…:：][\"'”’»）)\]】」』*]*[\d⁰¹²³⁴-⁹]{0,3}$")
_OPENING = "“‘\"'(* "


def is_forced(a: Line, b: Line, column: Column) -> bool:
    """Whether the next line's first word would have had room on this one: then
    somebody wanted the line to end."""
    room = column.right - a.x1
    if room < a.size or a.hyphen:
        return False
    letter = (b.x1 - b.x0) / max(1, len(b.text))
    word = b.text.split(" ", 1)[0]
    if _is_chinese(word):
        return room > 2.6 * letter
    return room > (len(word) + 1) * letter + 0.6 * a.size


def is_verse(lines: Sequence[Line], forced: Sequence[bool], column: Column) -> bool:
    """Whether lines, with nothing around them known, are verse."""
    count, first = len(lines), lines[0]
    inside = first.x0 - column.left > 1.4 * first.size
    upper = sum(1 for line in lines if _begins_high(line))
    ends = sum(1 for line in lines if SENTENCE_END.search(line.text))
    if inside and upper == count and (count > 3 or (count > 1 and all(forced))):
        return ends < count
    if count < 3 or sum(forced) < max(2, 0.75 * (count - 1)):
        return False
    if _is_chinese(first.text):
        # A full line that goes on in the next is prose.
        short = max(len(line.text) for line in lines) <= 18
        return (short or all(forced)) and (ends <= 0.5 * count or (short and ends < count))
    # Prose in a narrow box looks the same, but for its capitals.
    return ends <= 0.5 * count and upper >= 0.5 * count


def verse_lines(lines: Sequence[Line], forced: Sequence[bool]) -> Iterator[list[Line]]:
    """Lines of verse; one that was too long for the page goes on in the next line."""
    whole = [lines[0]]
    for line, ended in zip(lines[1:], forced, strict=True):
        if ended or not (line.text[0].islower() or line.x0 > whole[0].x0 + 0.8 * line.size):
            yield whole
            whole = []
        whole.append(line)
    yield whole


def is_more_verse(
    lines: Sequence[Line], forced: Sequence[bool], column: Column, *, indent: float
) -> bool:
    """Whether lines after verse, which stood `indent` inside its column, are more of it."""
    first = lines[0]
    own = first.x0 - column.left
    if first.bold or first.italic or abs(own - indent) >= 4 * first.size:
        return False
    inside = own > 1.4 * first.size
    if len(lines) == 1:
        return inside
    return sum(forced) >= 0.6 * len(forced) or (inside and all(map(_begins_high, lines)))


def is_wrapped_verse(paragraphs: Sequence[Sequence[Line]]) -> bool:
    """Verse whose lines are longer than the page is wide."""
    if len(paragraphs) < 4:
        return False
    longest = max(sum(len(line.text) for line in lines) for lines in paragraphs)
    ends = sum(1 for lines in paragraphs if SENTENCE_END.search(lines[-1].text))
    return (
        longest <= VERSE_LINE
        and ends <= 0.6 * len(paragraphs)
        and all(_begins_high(lines[0]) for lines in paragraphs)
    )


def is_quote(lines: Sequence[Line], column: Column, *, after_quote: bool) -> bool:
    """Whether a paragraph is set in, from both sides."""
    starts = [line.x0 - column.left for line in lines]
    size = lines[0].size
    if min(starts) < 1.4 * size or max(starts) - min(starts) > size:
        return False
    if len(lines) == 1:
        return after_quote
    return column.right - max(line.x1 for line in lines) > 0.5 * size


def paragraphs(
    lines: Sequence[Line], forced: Sequence[bool], column: Column
) -> Iterator[list[Line]]:
    """Lines without gaps among them, divided where a paragraph begins."""
    paragraph = [lines[0]]
    for i, line in enumerate(lines[1:], 1):
        following = lines[i + 1] if i + 1 < len(lines) else None
        if _begins(paragraph, line, following, column, forced=forced[i - 1]):
            yield paragraph
            paragraph = []
        paragraph.append(line)
    yield paragraph


def _begins(
    paragraph: list[Line], line: Line, following: Line | None, column: Column, *, forced: bool
) -> bool:
    last = paragraph[-1]
    if same_row(line, last):
        return False
    before = last  # what begins its row
    for other in reversed(paragraph[:-1]):
        if not same_row(other, last):
            break
        before = other
    if forced and (SENTENCE_END.search(last.text) or _is_short(last, line, column)):
        return True
    indent = 0.8 * line.size
    if line.x0 - before.x0 > indent and line.x0 - column.left > indent:
        # Further in: a paragraph's first line; or the second of one that hangs.
        hangs = following is not None and abs(following.x0 - line.x0) < indent
        return not (hangs and len(paragraph) == 1 and not forced)
    if before.x0 - line.x0 > indent:
        return before is not paragraph[0] and before.x0 - column.left > indent
    return False


def _is_short(last: Line, line: Line, column: Column) -> bool:
    """So short that it ends its paragraph though it ends no sentence."""
    room = column.right - last.x1
    return not line.text[0].islower() and room > 0.35 * (column.right - column.left)


def same_row(a: Line, b: Line) -> bool:
    return a.page == b.page and abs(a.y - b.y) < 0.3 * a.size


def changes_weight(a: Line, b: Line) -> bool:
    """Whether one of two lines is bold and the other is not, wholly."""
    return a.bold != b.bold and not a.marked and not b.marked


def goes_on(before: Sequence[Line], its: Column, line: Line, column: Column, lead: float) -> bool:
    """Whether a paragraph goes on with the first line of the next column or page."""
    last = before[-1]
    if abs(line.size - last.size) > 0.08 * last.size or changes_weight(line, last):
        return False
    if line.page == last.page and line.y - last.y > 1.3 * lead:
        return False  # it stands below, and apart
    if last.hyphen or line.text[0].islower():
        return True
    indent, indent_before = line.x0 - column.left, last.x0 - its.left
    if len(before) > 1 and abs(indent_before - indent) > 0.8 * line.size:
        return False
    if is_forced(last, line, its):
        return False
    return indent < 0.8 * line.size or abs(indent_before - indent) < 0.5 * line.size


def _begins_high(line: Line) -> bool:
    return line.text.lstrip(_OPENING)[:1].isupper()


def _is_chinese(text: str) -> bool:
    return "\u2e80" <= text[:1] <= "\uffef"
