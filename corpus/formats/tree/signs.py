"""What a piece of text says whose emphasis, line breaks and note marks are signs in it. Pure.

A sign is a noncharacter of Unicode, which no file has a use for, and a letter.
One look for it tells whether a paragraph needs more than its spaces mended.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from corpus import languages

SIGN: Final = "\ufdd0"
EM, EM_END, STRONG, STRONG_END = SIGN + "e", SIGN + "E", SIGN + "s", SIGN + "S"
BREAK, NOTE = SIGN + "b", SIGN + "n"
NAMED = re.compile(f"{SIGN}([ml])([^{SIGN}]*){SIGN};")  # a place (m) or a note's label (l)
DRESS = re.compile(f"({SIGN}[eEsSb])")
OPEN, CLOSE = "[(（〔【［", "])）〕】］"

_INVISIBLE = ("\u2060", "\u00ad", "\u200b", "\ufeff")  # word joiner, soft hyphen...
_SPACES = (
    "\xa0", "\u3000", "\u200a", "\u2009", "\u202f", "\u2002", "\u2003", "\u2028", "\r",
)  # fmt: skip
_QUOTES = "“”‘’…—"


def place(name: str) -> str:
    return f"{SIGN}m{name}{SIGN};"


def label(text: str) -> str:
    """A note's own number or star, without brackets."""
    return f"{SIGN}l{text.strip(OPEN + CLOSE + '.．、 ')}{SIGN};"


def plain(raw: str) -> str:
    """One line without emphasis, as headings are."""
    if SIGN in raw:
        raw = DRESS.sub("", NAMED.sub("", raw).replace(BREAK, "\n"))
    return tidy(raw)


def one_line(raw: str) -> str:
    """One line with its emphasis."""
    if SIGN not in raw:
        return tidy(raw)
    groups = line_groups(NAMED.sub("", raw))
    return languages.joined_lines([line for group in groups for line in group])


def line_groups(raw: str, *, code: bool = False) -> list[list[str]]:
    """Lines between line breaks, those that stand together in one group. Spaces
    at the beginning of a line of code are kept."""
    groups: list[list[str]] = [[]]
    for line in _styled(raw) if DRESS.search(raw) else [raw]:
        text = _tidy_code(line) if code else tidy(line)
        if text.strip():
            groups[-1].append(text)
        elif groups[-1]:
            groups.append([])
    return [group for group in groups if group]


def _styled(raw: str) -> list[str]:
    """The lines of a paragraph with emphasis as Markdown, each line by itself."""
    lines: list[str] = []
    runs: list[tuple[str, str]] = []  # marks, words
    em = strong = 0
    for piece in DRESS.split(raw):
        if piece == BREAK:
            lines.append(_marked(runs))
            runs = []
        elif piece in (EM, EM_END):
            em = max(0, em + (1 if piece == EM else -1))
        elif piece in (STRONG, STRONG_END):
            strong = max(0, strong + (1 if piece == STRONG else -1))
        elif piece:
            marks = "**" if strong else "*" if em else ""
            if runs and runs[-1][0] == marks:
                runs[-1] = (marks, runs[-1][1] + piece)
            else:
                runs.append((marks, piece))
    lines.append(_marked(runs))
    return lines


def _marked(runs: Sequence[tuple[str, str]]) -> str:
    out = []
    for (marks, words), (_, following) in pairwise([*runs, ("", "")]):
        core = words.strip()
        # A large first letter is no emphasis.
        initial = words == core and re.fullmatch("[A-Z]", core) and following[:1].isalpha()
        if not marks or "*" in core or initial or not any(c.isalnum() for c in core):
            out.append(words)
        else:
            at = words.index(core)
            out.append(f"{words[:at]}{marks}{core}{marks}{words[at + len(core) :]}")
    return "".join(out)


def tidy(text: str) -> str:
    """Words with one space between them; none where a line of Chinese was wrapped."""
    if SIGN in text:
        text = _without_note_marks(text)
    if not text.isascii():
        for sign in _INVISIBLE:
            if sign in text:
                text = text.replace(sign, "")
        for space in _SPACES:
            if space in text:
                text = text.replace(space, " ")
        if "\n" in text:
            text = _unwrapped(text)
    if "\n" in text or "\t" in text or "  " in text:
        return " ".join(text.split())
    return text.strip()


def _tidy_code(text: str) -> str:
    return _without_note_marks(text).replace("\t", "    ").replace("\xa0", " ").rstrip()


def _without_note_marks(text: str) -> str:
    """Without the marks of notes, their brackets, and a space before them where
    a mark of punctuation follows."""
    before, *rest = text.split(NOTE)
    out = [before]
    for part in rest:
        if out[-1].rstrip()[-1:] in tuple(OPEN) and part.lstrip()[:1] in tuple(CLOSE):
            out[-1] = out[-1].rstrip()[:-1]
            part = part.lstrip()[1:]
        if not part[:1].isalnum() and not part[:1].isspace():
            out[-1] = out[-1].rstrip(" \t\n")
        out.append(part)
    return "".join(out)


def _unwrapped(text: str) -> str:
    """Source lines as one: no space where both sides are Chinese."""
    lines = [line for part in text.split("\n") if (line := part.strip())]
    out = lines[:1]
    for before, after in pairwise(lines):
        one, two = before[-1], after[0]
        han = is_han(one), is_han(two)
        if not (all(han) or (any(han) and (one in _QUOTES or two in _QUOTES))):
            out.append(" ")
        out.append(after)
    return "".join(out)


def is_han(c: str) -> bool:
    """A Chinese character or mark: no space stands between two of them."""
    return (
        "\u2e80" <= c <= "\u9fff"
        or "\uf900" <= c <= "\ufaff"
        or "\uff00" <= c <= "\uffef"
        or "\U00020000" <= c <= "\U0003ffff"
    )


def columns(line: str) -> int:
    return len(line) if line.isascii() else sum(2 if c >= "\u2e80" else 1 for c in line)


def is_wrapped(lines: Sequence[str]) -> bool:
    """Whether lines end where the next word would not have fitted, as wrapped
    prose does and verse does not."""
    widths = [columns(line) for line in lines]
    most = max(widths, default=0)
    if len(lines) < 3 or not 40 <= most <= 100:
        return False
    full = 0
    for width, following in zip(widths, lines[1:], strict=False):
        word = following.split(maxsplit=1)[0] if following.strip() else ""
        next_width = 2 if word[:1] >= "\u2e80" else columns(word)
        full += width + 1 + next_width + 4 > most
    return full >= 0.8 * (len(lines) - 1)
