"""What lines that stand together in a plain text are: a paragraph, verse, a list... Pure.

It shows in their length beside the width at which the file was wrapped, in
their indentation, and in how they begin and end.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus import languages
from corpus.formats.decoding import tidy
from corpus.texts import Block
from corpus.words import HAN

NEVER_WRAPPED = 120  # columns; lines beyond it were not wrapped by hand or by a mail program
WRAPPED_SHARE = 0.6
SHORT = 48  # columns; shorter lines side by side may be verse though each is a paragraph

Group = list[str]  # lines between blank ones, without space at their ends

ITEM = re.compile(r"(?:[-*•·‣◦]|\(?\d{1,3}[.)、]|\(?[a-z][.)])\s+\S|\d{1,3}、\S")
HAN_IN = re.compile(f"[{HAN}]")
_ENDS_SENTENCE = tuple(".!?。！？”」』…")
_CLAUSE_MARKS = tuple("，。；！？、：,.;!?")


@dataclass(frozen=True)
class Shape:
    """How a whole file is set, by which its single lines are judged."""

    width: int  # columns at which lines were wrapped; 0 where nothing says so
    margin: int  # columns before the ordinary line
    line_is_paragraph: bool  # nothing was wrapped


def shape(groups: Sequence[Group]) -> Shape:
    widths = [[columns(line) for line in group] for group in groups]
    lines = sum(map(len, widths))
    long = sum(1 for own in widths for width in own if width > NEVER_WRAPPED)
    return Shape(_wrap_width(widths), _margin(groups), long * 5 >= lines)


def _wrap_width(widths: Sequence[Sequence[int]]) -> int:
    """Columns at which the file's lines were wrapped: nine tenths of those
    that go on in the next line are no longer than it."""
    going_on = sorted(width for own in widths for width in own[:-1] if width <= NEVER_WRAPPED)
    return going_on[int(len(going_on) * 0.9)] if going_on else 0


def _margin(groups: Sequence[Group]) -> int:
    """The commonest indentation of lines that go on."""
    indents = Counter(indent(line) for group in groups for line in group[1:])
    return indents.most_common(1)[0][0] if indents else 0


def blocks(group: Group, shape: Shape) -> Iterator[Block]:
    """What a group says, in order."""
    if _is_table(group):
        rows = (" | ".join(_cells(line)) for line in group if not _is_ruler(line))
        yield Block("table", "\n".join(rows))
    elif (first := _first_item(group)) is not None:
        if first:
            yield _block(group[:first], shape)
        items = _items(group[first:])
        # A mark stays as it is until it is sure that there is a list.
        yield Block("list", "\n".join(map(as_item, items)) if len(items) > 1 else items[0])
    elif shape.line_is_paragraph or any(columns(line) > NEVER_WRAPPED for line in group):
        yield from _line_by_line(group)
    elif any(line.startswith("\u3000\u3000") for line in group):
        yield from _by_wide_indent(group)
    else:
        for lines in _indented_apart(group, shape.width):
            yield _block(lines, shape)


_NOTE = re.compile(r"\s*\[(?:\d{1,4}|[*†‡])\]\s*\S")


def _block(lines: Sequence[str], shape: Shape) -> Block:
    if _NOTE.match(lines[0]):
        return Block("note", _joined(lines))
    if len(lines) > 1 and not is_wrapped(lines, shape.width):
        return _verse(lines)
    inset = min(map(indent, lines)) >= shape.margin + 2 and not lines[0].startswith("\u3000")
    return Block("quote" if inset and len(lines) > 1 else "paragraph", _joined(lines))


# Wrapped or not


def is_wrapped(lines: Sequence[str], width: int) -> bool:
    """Whether lines end where the next word would not have fitted, as wrapped
    prose does and verse does not."""
    if width < 30:
        return False
    full = sum(1 for line, after in pairwise(lines) if _is_full(line, after, width))
    if len(lines) >= 4 and all(map(_begins_large, lines)) and full < len(lines) - 1:
        return False  # each line of old verse begins with a capital
    if HAN_IN.search(lines[0]) and max(map(columns, lines)) <= 60:
        # Verse may fill its width as prose does, but prose is not cut at each comma.
        full *= not all(line.rstrip().endswith(_CLAUSE_MARKS) for line in lines)
    return full >= WRAPPED_SHARE * (len(lines) - 1)


def _begins_large(line: str) -> bool:
    return next((c for c in line if c.isalpha()), "a").isupper()


def _is_full(line: str, following: str, width: int) -> bool:
    word = following.strip().split(maxsplit=1)[0]
    first = 2 if columns(word[0]) == 2 else columns(word)
    slack = 4 if columns(line[-1]) == 2 else 0  # Chinese marks may not begin a line
    return columns(line) + 1 + first + slack > width


# Lines that are paragraphs


def _line_by_line(group: Group) -> Iterator[Block]:
    """Each line a paragraph, but for short lines together, which are verse."""
    waiting: list[str] = []
    for line in group:
        if columns(line) <= SHORT and len(group) > 1:
            waiting.append(line)
            continue
        yield from _short_lines(waiting)
        waiting = []
        yield Block("paragraph", _joined([line]))
    yield from _short_lines(waiting)


def _short_lines(lines: Sequence[str]) -> Iterator[Block]:
    """Verse, unless each line says a whole sentence and they are of all lengths."""
    flowing = not any(line.rstrip().endswith(_ENDS_SENTENCE) for line in lines[:-1])
    if (len(lines) > 1 and flowing) or (len(lines) > 3 and _even(lines)):
        yield _verse(lines)
    else:
        yield from (Block("paragraph", _joined([line])) for line in lines)


def _even(lines: Sequence[str]) -> bool:
    """Lines of one length, as regular verse has."""
    lengths = [columns(line.strip()) for line in lines]
    return max(lengths) - min(lengths) <= 4 and max(lengths) <= 36


def _by_wide_indent(group: Group) -> Iterator[Block]:
    """Chinese paragraphs, each begun by two wide spaces."""
    starts = [at for at, line in enumerate(group) if line.startswith("\u3000\u3000")]
    parts = _split(group, [at for at in starts if at])
    if len(parts) == len(group):
        yield from _line_by_line(group)
    else:
        yield from (Block("paragraph", _joined(part)) for part in parts)


def _indented_apart(group: Group, width: int) -> list[Group]:
    """An indented line begins a paragraph, unless all are indented alike, or the
    line before it was full: then it goes on, hanging below its first line."""
    indents = [indent(line) for line in group]
    least = min(indents)
    inner = [at for at in range(1, len(group)) if indents[at] > least]
    if not inner:
        return [group]
    full = sum(1 for at in inner if _is_full(group[at - 1], group[at], width))
    if full * 2 > len(inner):
        return _split(group, [at for at in range(1, len(group)) if indents[at] == least])
    parts = _split(group, inner)
    fit = all(len(part) == 1 or is_wrapped(part, width) for part in parts)
    return parts if fit and len(parts) * 1.5 <= len(group) else [group]


def _split(group: Group, starts: Sequence[int]) -> list[Group]:
    edges = [0, *starts, len(group)]
    return [group[a:b] for a, b in pairwise(edges) if b > a]


# Lists


def _first_item(group: Group) -> int | None:
    """Where a list begins in a group, perhaps below the lines that announce it."""
    for at, line in enumerate(group):
        if ITEM.match(line.strip()) and (at == 0 or _is_below(line, group)):
            hanging = all(indent(other) >= indent(line) for other in group[at:])
            return at if hanging or _is_below(line, group) else None
    return None


def _is_below(line: str, group: Group) -> bool:
    """Further in than the first line, or one of several items."""
    if indent(line) > indent(group[0]):
        return True
    same = [o for o in group if ITEM.match(o.strip()) and indent(o) == indent(line)]
    return len(same) > 1


def _items(lines: Sequence[str]) -> list[str]:
    """One item a line, nested by two spaces for each step further in."""
    items: list[tuple[int, Group]] = []
    for line in lines:
        if ITEM.match(line.strip()) and (not items or _begins_item(line, *items[-1])):
            items.append((_text_column(line), [line]))
        else:
            items[-1][1].append(line)
    steps: list[int] = []
    for column in sorted({column for column, _ in items}):
        if not steps or column > steps[-1] + 1:  # 9. and 10. begin one column apart
            steps.append(column)
    return [
        "  " * sum(1 for step in steps[1:] if step <= column) + _joined(own)
        for column, own in items
    ]


def _text_column(line: str) -> int:
    """Where the words of an item begin, behind its mark."""
    mark = re.match(r"\s*(?:[-*•·‣◦]|\(?\w{1,3}[.)、])\s*", line)
    return columns(mark[0]) if mark else indent(line)


def _begins_item(line: str, column: int, before: Group) -> bool:
    """Not a line of the item before it that happens to begin with "2." or a dash."""
    return abs(indent(line) - column) > 1 or indent(line) == indent(before[0])


def as_item(item: str) -> str:
    """An item with the mark that all lists have: "- " or "1. "."""
    mark = re.match(r"(\s*)(?:[•·‣◦*]\s+|\(?(\d{1,3})[.)、]\s*)", item)
    if not mark:
        return item
    return f"{mark[1]}{f'{mark[2]}.' if mark[2] else '-'} {item[mark.end() :]}"


# Tables


def _is_table(group: Group) -> bool:
    if len(group) < 3 or any(line.startswith("\u3000") for line in group):
        return False
    if any(_is_ruler(line) for line in group) or all(line.count("|") >= 2 for line in group):
        return True
    return all(len(_cells(line)) >= 2 for line in group)


def _is_ruler(line: str) -> bool:
    """---- ------, |---|---|, +----+: a line that only divides."""
    if "---" not in line and "===" not in line:
        return False
    signs = set(line)
    return signs <= set("-=:+| ") and bool(signs & set(" |+"))


def _cells(line: str) -> list[str]:
    if line.count("|") >= 2:
        return [tidy(cell) for cell in line.strip().strip("|").split("|")]
    return [tidy(cell) for cell in re.split(r"\s{3,}", line.strip())]


# Words


def _verse(lines: Sequence[str]) -> Block:
    return Block("verse", "\n".join(emphasis(tidy(line)) for line in lines))


def _joined(lines: Sequence[str]) -> str:
    """Wrapped lines as one; a dash or a hyphen at the end of a line takes no space."""
    parts: list[list[str]] = [[]]
    for line in map(tidy, lines):
        parts[-1].append(line)
        if line.endswith(("-", "—")) and _HYPHENATED.search(line):
            parts.append([])
    return emphasis("".join(languages.joined_lines(part) for part in parts if part))


_HYPHENATED = re.compile(r"[^\W\d_]-\Z|—\Z")
_UNDERSCORED = re.compile(r"(?<![\w_])_(?=[^\s_])([^_\n]{1,400})(?<=\S)_(?![\w_])")


def emphasis(text: str) -> str:
    """_This_ as *this*."""
    return _UNDERSCORED.sub(r"*\1*", text) if "_" in text else text


# Characters in a row that are one column wide: all but Chinese, Japanese, Korean, full-width
# forms and emoji. Asking `unicodedata` for each character took most of the time of reading.
_NARROW = re.compile(
    "[^\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff"
    "\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\U0001f300-\U0001f64f"
    "\U0001f680-\U0001f6ff\U0001f900-\U0001f9ff\U00020000-\U0003fffd]+"
)


def columns(line: str) -> int:
    """How wide a line is; Chinese characters take two columns."""
    return len(line) if line.isascii() else len(line) + len(_NARROW.sub("", line))


def indent(line: str) -> int:
    return columns(line[: len(line) - len(line.lstrip(" \t\u3000"))])
