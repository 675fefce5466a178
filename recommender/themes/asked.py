"""What a theme asks for: its phrases, the words that carry it, and themes it names. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from corpus import languages, words
from recommender.asking.aspects import Asked, content
from recommender.search import MOST_CHARACTERS

MOST_PHRASES = 6
_CUT = re.compile(r"\s*[,，、;；:：/&|\n]+\s*|\s+and\s+|\s+or\s+|以及|[和与及]", re.IGNORECASE)
_UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class Named(Protocol):
    """What is asked of `corpus.records.Label`."""

    names: dict[str, str]


@dataclass(frozen=True)
class Theme:
    """A theme as it is looked up."""

    text: str  # what was read of it
    language: str
    phrases: tuple[str, ...]  # looked up one by one; none where there is no word
    themes: tuple[str, ...]  # of the library, that it names
    naming: frozenset[str]  # phrases that name one
    cut: bool  # it was longer than is read

    def as_question(self) -> Asked:
        """For `asking.relevance`: one line per phrase, then the whole."""
        spans, at = [], 0
        for phrase in self.phrases:
            start = self.text.index(phrase, at)
            spans.append((start, start + len(phrase)))
            at = start + len(phrase)
        return Asked(self.text, self.language, tuple(spans), self.cut)


def read(theme: str, labels: Mapping[str, Named]) -> Theme:
    """A theme in somebody's words. Of a very long one the beginning is read."""
    whole = _UNSEEN.sub(" ", theme[: 4 * MOST_CHARACTERS])
    text = _beginning(whole.strip())
    cut = len(theme.strip()) > len(text) and len(whole.strip()) > MOST_CHARACTERS
    said = words.tokens(text)
    if not said:
        return Theme(text, "en", (), (), frozenset(), cut)
    language = languages.detect(text)
    parts = phrases(text, language)
    themes = named(text, parts, labels)
    naming = frozenset(part for part in parts if named(part, [part], labels))
    return Theme(text, language, tuple(parts), themes, naming, cut)


def _beginning(text: str) -> str:
    """As much as is read, ending where a word ends."""
    if len(text) <= MOST_CHARACTERS:
        return text
    text = text[:MOST_CHARACTERS]
    at = max(text.rfind(mark) for mark in (" ", "\n", "，", "。", "、"))
    return (text[:at] if at > MOST_CHARACTERS // 2 else text).strip()


def phrases(text: str, language: str) -> list[str]:
    """What is looked up one by one; the whole where it is one thing or very many."""
    found = list(dict.fromkeys(p.strip(" .。!?！？\"'“”") for p in _CUT.split(text)))
    found = [p for p in found if content(p, language)]
    if not 1 < len(found) <= MOST_PHRASES or any(_too_short(p, language) for p in found):
        return [text]
    return found


def _too_short(phrase: str, language: str) -> bool:
    """One Chinese character is not a theme: 与 and 和 also stand inside words."""
    return language == "zh" and words.count(phrase) < 2


def named(text: str, parts: Sequence[str], labels: Mapping[str, Named]) -> tuple[str, ...]:
    """Themes of the library that are named: the whole name stands in the text, in either
    language, or a phrase of it is one of the text's phrases."""
    said = f" {_joined(text)} "
    asked = {_joined(part) for part in (*parts, text)}
    found = []
    for key, label in labels.items():
        own = {_joined(key.replace("-", " "))}
        for name in label.names.values():
            own.update(_joined(part) for part in _CUT.split(name) if part)
        whole = [_joined(name) for name in label.names.values()]
        if own & asked - {""} or any(name and f" {name} " in said for name in whole):
            found.append(key)
    return tuple(found)


def _joined(text: str) -> str:
    return " ".join(words.tokens(text))


def carrying(phrase: str, language: str) -> list[str]:
    """The words that carry a phrase, as typed, each once."""
    seen: dict[str, str] = {}
    for word in content(phrase, language):
        seen.setdefault(word.casefold(), word)
    return list(seen.values())


def union(theme: str, titles: Sequence[str]) -> str:
    """A theme in words, and by readings that it should be like."""
    return " . ".join(part for part in (theme.strip(), *titles) if part)
