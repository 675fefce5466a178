"""Which sentence may stand on a card, and how a duty is cut into clauses short enough to quote."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from corpus import sentences, words
from models.text_model import Span

NEAR = 0.9  # of the largest gain: among such, a sentence of handy length is quoted
HANDY = {"zh": (10, 110)}  # characters
OTHERWISE_HANDY = (20, 220)
FEWEST = {"zh": 5}  # words (Chinese: characters) of a sentence that says something
OTHERWISE_FEWEST = 3
HEADING = {"zh": 12}  # words: a line of fewer without a full stop is a heading
OTHERWISE_HEADING = 8

# What a text says about itself: (notes), （按语）, [editors] and *stage directions*,
# within one paragraph.
_ASIDE = re.compile(
    r"\((?:(?!\n\n)[^()])+\)|（(?:(?!\n\n)[^（）])+）|\[(?:(?!\n\n)[^\[\]])+\]"
    r"|(?<!\*)\*{1,3}(?![*\s])(?:(?!\n\n)[^*])+\*{1,3}(?!\*)"
)
_OPENS = "(（[*"
_MARKS = "*_#>“”\"'‘’「」《》 \t\n"
_ENDS = "。！？!?.…;；"
_CLAUSE_END = re.compile(r"[,;:](?=\s)|[.!?](?=\s|$)|[，；：。！？]")
_LEADING = re.compile(r"(?:\s|(?:and|or|but)\s)+", re.IGNORECASE)


def best(
    gains: Sequence[float],
    spans: Sequence[Span],
    language: str,
    quotable: Callable[[int], bool],
) -> int | None:
    """Place of the sentence to quote: one that gave a positive part, None when none did.

    Asides, headings and sentences of a word or two (those not `quotable`, which
    is asked only where there is a choice) are quoted when nothing else gave anything.
    """
    # Best first; of two that gave the same, the first.
    ranked = sorted([(-round(gain, 5), i) for i, gain in enumerate(gains) if gain > 0])
    gave = [i for _gain, i in ranked]
    if len(gave) < 2:
        return gave[0] if gave else None
    most = next((i for i in gave if quotable(i)), None)
    first = gave[0] if most is None else most
    low, high = HANDY.get(language, OTHERWISE_HANDY)
    handy = (
        i
        for i in gave
        if gains[i] >= NEAR * gains[first] and low <= spans[i][1] - spans[i][0] <= high
    )
    return next((i for i in handy if most is None or quotable(i)), first)


class Quotable:
    """Of each sentence, whether it says something by itself and is no aside; found when asked."""

    def __init__(self, text: str, spans: Sequence[Span], language: str) -> None:
        self._text, self._spans, self._language = text, spans, language
        self._found: dict[int, bool] = {}

    def __call__(self, place: int) -> bool:
        found = self._found.get(place)
        if found is None:
            span = self._spans[place]
            found = self._found[place] = _tells(self._text, span, self._language, self._asides)
        return found

    def __iter__(self) -> Iterator[bool]:
        return (self(place) for place in range(len(self._spans)))

    @cached_property
    def _asides(self) -> list[Span]:
        # Most texts have none, and to try at each of their letters takes far longer.
        if not any(mark in self._text for mark in _OPENS):
            return []
        return [match.span() for match in _ASIDE.finditer(self._text)]


def quotable(text: str, spans: Sequence[Sequence[int]], language: str) -> list[bool]:
    """Of each sentence, whether it says something by itself and is no aside."""
    return list(Quotable(text, [(a, b) for a, b in spans], language))


def tells(text: str, spans: Sequence[Sequence[int]], language: str) -> bool:
    """Whether any sentence of a text may be quoted; a text that nobody divided may."""
    return not spans or any(quotable(text, spans, language))


def _tells(text: str, span: Span, language: str, asides: Sequence[Span]) -> bool:
    sentence = text[span[0] : span[1]]
    size = words.count(sentence)
    if size < FEWEST.get(language, OTHERWISE_FEWEST):
        return False
    bare = sentence.strip(_MARKS)
    if sentence.startswith("#") or (
        size < HEADING.get(language, OTHERWISE_HEADING)
        and not bare.endswith(tuple(_ENDS))
        and _is_line(text, span)
    ):
        return False
    start, end = span
    while start < end and text[start] in _MARKS:
        start += 1
    while end > start and text[end - 1] in _MARKS:
        end -= 1
    return not any(a <= start and end <= b for a, b in asides)


def _is_line(text: str, span: Span) -> bool:
    before, after = text[: span[0]].rstrip(" \t"), text[span[1] :].lstrip(" \t")
    return (not before or before.endswith("\n")) and (not after or after.startswith("\n"))


def clauses(text: str, language: str) -> list[Span]:
    """A duty or a description, cut at commas and semicolons into what can be quoted alone.

    Marks at the ends and a leading "and" are left out; what is too short to
    stand alone stays with its neighbour.
    """
    fewest = FEWEST.get(language, OTHERWISE_FEWEST)
    found: list[Span] = []
    for start, end in sentences.split(text, "zh" if language == "zh" else "en"):
        inside: list[Span] = []
        for a, b in _cut(text, start, end):
            if (
                inside
                and min(words.count(text[a:b]), words.count(text[slice(*inside[-1])])) < fewest
            ):
                inside[-1] = (inside[-1][0], b)
            else:
                inside.append((a, b))
        found += inside
    return found


def _cut(text: str, start: int, end: int) -> list[Span]:
    found = []
    for match in [*_CLAUSE_END.finditer(text, start, end), None]:
        stop = match.start() if match else end
        lead = _LEADING.match(text, start, stop)
        first = lead.end() if lead else start
        if text[first:stop].strip():
            found.append((first, first + len(text[first:stop].rstrip())))
        start = match.end() if match else end
    return found
