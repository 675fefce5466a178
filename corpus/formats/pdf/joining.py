"""How the lines of a paragraph become one: spaces, hyphens, Chinese, emphasis. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from corpus.formats.pdf.lines import Line

_CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’…—]")
_AROUND = ".,;:!?“”‘’\"'()[]*—–"
_HYPHENS = "-‐\u00ad"
_LAST = re.compile(r"[\w'’]+$")
_FIRST = re.compile(r"[\w'’]+")
# Words that are written as one with almost any other, and with a hyphen before it.
_FUSED = frozenset(
    {"under", "over", "out", "up", "with", "any", "some", "every", "there", "where", "never", "for"}
)
_PREFIXES = frozenset(
    {
        "self", "well", "ill", "non", "ex", "half", "all", "cross", "high", "low", "long",
        "short", "full", "part", "mid", "semi", "quasi", "anti", "pro", "post", "pre", "co",
        "vice", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "first", "second", "third", "so", "would", "off",
    }
)  # fmt: skip


class Joiner:
    """Joins lines with the help of the document's own words."""

    def __init__(self, lines: Sequence[Line]):
        self._lines = lines
        self._asked = 0

    @cached_property
    def _text(self) -> str:
        return " ".join(_whole_words(self._lines)).lower()

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(word.strip(_AROUND) for word in set(self._text.split()))

    @cached_property
    def _divides_words(self) -> bool:
        """Whether the program that made the document divided words; without that,
        few lines end with a hyphen, and each of those is meant."""
        lines = [line for line in self._lines if len(line.text) > 20]
        return sum(1 for x in lines if x.hyphen or x.text[-1] in _HYPHENS) > 0.015 * len(lines)

    def _is_word(self, word: str) -> bool:
        """Whether a word stands within a line somewhere, where no line end divides it."""
        self._asked += 1
        if self._asked > 100:  # by then a set of all words has paid
            return word in self._words
        at = self._text.find(word)
        while at >= 0:
            before, after = self._text[at - 1 : at], self._text[at + len(word) : at + len(word) + 1]
            if not before.isalpha() and not after.isalpha():
                return True
            at = self._text.find(word, at + 1)
        return False

    def joined(self, lines: Sequence[Line]) -> str:
        plain = len({line.italic for line in lines}) == 1
        text = ""
        before = None
        for line in lines:
            words = line.marked or (line.text if plain or not line.italic else f"*{line.text}*")
            text = self._added(text, words, before) if before else words
            before = line
        return text + "-" if before and before.hyphen else text

    def _added(self, text: str, words: str, before: Line) -> str:
        if before.hyphen or (text[-1:] in _HYPHENS and text[-2:-1].isalpha()):
            left = text if before.hyphen else text[:-1]
            return self._mended(left, words)
        if text[-1:] == "*" and words[:1] == "*":
            for mark in ("**", "*"):
                if text.endswith(mark) and words.startswith(mark):
                    text, words = text[: -len(mark)], words[len(mark) :]
                    break
        return f"{text}{_between(text[-2:], words[:2])}{words}"

    def _mended(self, text: str, words: str) -> str:
        """A word that a line end divides: with its hyphen if it has one anyhow."""
        left, right = _LAST.search(text.rstrip("*")), _FIRST.match(words.lstrip("*"))
        if not left or not right:
            return f"{text}-{words}"
        if text.endswith("*") and words.startswith("*"):
            text, words = text.rstrip("*"), words.lstrip("*")
        compound = words[right.end() : right.end() + 1] in ("-", "‐")
        keep = self._has_hyphen(left[0], right[0], text, compound=compound)
        return text + ("-" if keep else "") + words

    def _has_hyphen(self, left: str, right: str, text: str, *, compound: bool) -> bool:
        if compound or not right[:1].islower() or left[-1:].isdigit() or left.isupper():
            return True
        before, after = left.lower(), right.lower()
        if not self._divides_words:
            return not self._is_word(before + after)
        if self._is_word(f"{before}-{after}"):
            return True
        if self._is_word(before + after):
            return False
        if before in _FUSED:
            return False
        if before in _PREFIXES or text[-len(left) - 1 : -len(left)] in ("-", "‐"):
            return True
        # Two whole words make a compound, unless they are pieces as short as "so".
        long_enough = len(before) > 2 and len(after) > 3
        return long_enough and self._is_word(before) and self._is_word(after)


def _whole_words(lines: Iterable[Line]) -> Iterator[str]:
    """What stands in lines without the halves of words at their ends."""
    divided = False
    for line in lines:
        words = line.text
        if divided:
            words = words.partition(" ")[2]
        divided = line.hyphen or words[-1:] in _HYPHENS
        yield words.rpartition(" ")[0] if divided else words


def _between(before: str, after: str) -> str:
    """What goes between the end of a line and the beginning of the next."""
    last, first = before[-1:], after[:1]
    if last <= "~" and first <= "~" and last != "/" and last not in "-":
        return " "
    if _CJK.match(last) and _CJK.match(first):
        latin_dash = last in "“”‘’…—" and first in "“”‘’…—"
        return " " if latin_dash and last != "—" else ""
    if last == "—" and before[:1] != " ":
        return ""
    if first == "—" and after[1:] != " ":
        return ""
    if last in "/-–" and before[:1].isalnum() and first.isalnum():
        return "" if last == "/" or before[:1].isdigit() else " "
    return " "
