"""Two sentences side by side: which words both have, and which differ. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Span = tuple[int, int]

LONGEST = 700  # characters shown of a side


@dataclass(frozen=True)
class Stretch:
    words: str
    differs: bool


def stretches(text: str, spans: Sequence[Span], same: Sequence[Span]) -> list[Stretch]:
    """The sentences at `spans`, divided into what both sides have (`same`) and the rest.

    spans: in order, none overlapping. Marks and spaces differ from nothing. Three
    dots stand for what is left out between two sentences, and for the end of what is
    longer than anybody compares.
    """
    found: list[Stretch] = []
    left = LONGEST
    for number, (start, end) in enumerate(spans):
        if number:
            between = text[spans[number - 1][1] : start]
            found.append(Stretch(" … " if between.strip() else between, False))
        at = start
        for a, b in sorted(same):
            if a >= end or b <= start:
                continue
            found.append(_rest(text[at:a]))
            found.append(Stretch(text[max(a, at) : b], False))
            at = b
        found.append(_rest(text[at:end]))
    shown: list[Stretch] = []
    for one in _joined(found):
        words = " ".join(one.words.split())
        words = (
            (
                (" " if one.words[:1].isspace() else "")
                + words
                + (" " if one.words[-1:].isspace() else "")
            )
            if words
            else " "
        )
        if len(words) >= left:
            shown.append(Stretch(words[:left].rstrip() + "…", one.differs))
            break
        left -= len(words)
        shown.append(Stretch(words, one.differs))
    return shown


def _rest(words: str) -> Stretch:
    return Stretch(words, any(c.isalnum() for c in words))


def _joined(found: Sequence[Stretch]) -> list[Stretch]:
    """Without empty ones; neighbours that are alike in one; marks at its edges are no difference."""
    joined: list[Stretch] = []
    for one in found:
        for part in _apart(one):
            if joined and joined[-1].differs == part.differs:
                joined[-1] = Stretch(joined[-1].words + part.words, part.differs)
            elif part.words:
                joined.append(part)
    return joined


def _apart(one: Stretch) -> list[Stretch]:
    if not one.differs:
        return [one]
    first = next(i for i, c in enumerate(one.words) if c.isalnum())
    last = max(i for i, c in enumerate(one.words) if c.isalnum()) + 1
    return [
        Stretch(one.words[:first], False),
        Stretch(one.words[first:last], True),
        Stretch(one.words[last:], False),
    ]
