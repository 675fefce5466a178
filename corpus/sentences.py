"""Where the sentences of a text begin and end, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sentencex

from corpus.texts import Language

Span = tuple[int, int]

WINDOW = 4_000  # characters given to the splitter at once: it is quadratic on hostile input
LONG = {"en": 400, "zh": 120}  # characters; a longer quotation is divided inside as well

_CLOSERS = "”’」』》】）)\"'*_"
# A sentence end inside a quotation, with the marks that close it.
_INNER_END = re.compile(
    rf"(?:[。！？!?]+|(?<=[a-z0-9]{{2}})\.)[{re.escape(_CLOSERS)}]*(?=\s|[^\x00-\x7f]|$)"
)
_WINDOW_END = re.compile(rf"[。！？!?.\n][{re.escape(_CLOSERS)}]*\s*")


def split(text: str, language: Language) -> list[Span]:
    """Spans `[start, end)` of the sentences of `text`, in order, none empty,
    without the white space between them. Closing quotation marks belong to the
    sentence they close. A line break always ends a sentence.
    """
    spans = []
    for start, end in _lines(text):
        for a, b in _line_sentences(text[start:end], language):
            spans.append((start + a, start + b))
    return spans


def _lines(text: str) -> Iterator[Span]:
    at = 0
    for line in text.splitlines(keepends=True):
        for start, end in _windows(line):
            yield at + start, at + end
        at += len(line)


def _windows(line: str) -> Iterator[Span]:
    """A line in pieces of at most WINDOW characters, cut behind a sentence end if there is one."""
    start = 0
    while len(line) - start > WINDOW:
        ends = [m.end() for m in _WINDOW_END.finditer(line, start, start + WINDOW)]
        end = ends[-1] if ends else start + WINDOW
        yield start, end
        start = end
    if start < len(line):
        yield start, len(line)


def _line_sentences(line: str, language: Language) -> Iterator[Span]:
    at = 0
    found: list[Span] = []
    for piece in sentencex.segment(language, line):
        end = at + len(piece)
        found.append((at, end))
        at = end
    if at != len(line):  # the splitter lost characters: rather one sentence than a wrong span
        found = [(0, len(line))]
    for start, end in _closers_moved_back(line, found):
        for a, b in _inner(line, start, end, LONG[language]):
            trimmed = _trimmed(line, a, b)
            if trimmed[0] < trimmed[1]:
                yield trimmed


def _closers_moved_back(line: str, spans: list[Span]) -> list[Span]:
    """`*Emphasised.` + `* Next.` -> `*Emphasised.*` + ` Next.`"""
    moved: list[Span] = []
    for start, end in spans:
        if moved:
            cut = start
            while cut < end and line[cut] in _CLOSERS:
                cut += 1
            closes = cut > start and (
                cut == len(line) or line[cut].isspace() or ord(line[cut]) > 127
            )
            if closes and not line[start - 1].isspace():
                moved[-1] = (moved[-1][0], cut)
                start = cut
        if start < end:
            moved.append((start, end))
    return moved


def _inner(line: str, start: int, end: int, long: int) -> Iterator[Span]:
    """A sentence, or the sentences inside it if it is a long quotation."""
    if end - start > long:
        for match in _INNER_END.finditer(line, start, end):
            if match.end() - start >= long // 8 and end - match.end() >= long // 8:
                yield start, match.end()
                start = match.end()
    yield start, end


def _trimmed(line: str, start: int, end: int) -> Span:
    while start < end and line[start].isspace():
        start += 1
    while end > start and line[end - 1].isspace():
        end -= 1
    return start, end
