"""Which words are worn out by use: the shipped lists, and an organizer's changes to them. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from corpus import words
from webapp.coach.remarks import Span

LANGUAGES = ("en", "zh")
LONGEST = 80  # characters of a phrase
MOST = 500  # phrases that an organisation adds


@dataclass(frozen=True)
class Phrases:
    """An organisation's changes to the shipped lists, both languages together."""

    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()


@cache
def shipped(language: str) -> tuple[str, ...]:
    """The shipped list of a language, in its own order."""
    if language not in LANGUAGES:
        return ()
    path = files("webapp.coach") / "rules" / f"phrases_{language}.toml"
    return tuple(tomllib.loads(path.read_text("utf-8"))["phrases"])


def folded(phrase: str) -> str:
    """Two phrases that fold alike are the same phrase. May be shorter than what was given."""
    return " ".join(_same_length(phrase).split()).strip(" .。!！,，")


def find(sentence: str, phrases: Phrases) -> Span | None:
    """Where the first worn phrase of a sentence stands; whole phrases, whole words."""
    pattern = _pattern(phrases)
    match = pattern.search(_same_length(sentence)) if pattern else None
    return match.span() if match else None


@lru_cache(maxsize=64)
def _pattern(phrases: Phrases) -> re.Pattern[str] | None:
    wanted = {folded(p) for language in LANGUAGES for p in shipped(language)}
    wanted |= {folded(p) for p in phrases.added if len(p) <= LONGEST}
    wanted -= {folded(p) for p in phrases.removed}
    # The longest first: of two that begin alike the whole one is named.
    listed = sorted(wanted - {""}, key=lambda p: (-len(p), p))
    return re.compile("|".join(map(_expression, listed))) if listed else None


def _expression(phrase: str) -> str:
    whole = r"\s+".join(re.escape(part) for part in phrase.split())
    before = r"(?<!\w)" if phrase[0].isascii() and phrase[0].isalnum() else ""
    after = r"(?!\w)" if phrase[-1].isascii() and phrase[-1].isalnum() else ""
    return before + whole + after


def _same_length(text: str) -> str:
    """Small letters, Simplified characters, one kind of apostrophe and comma."""
    small = "".join(_small(c) for c in words.simplified(text))
    return small.translate(_MARKS)


def _small(char: str) -> str:
    lower = char.lower()
    return lower if len(lower) == 1 else char


_MARKS = str.maketrans({"’": "'", "‘": "'", "，": ",", "、": ",", "\u00a0": " "})


def from_lines(lines: Iterable[str]) -> frozenset[str]:
    """Lines of an organizer's field as phrases: trimmed, none empty, none too long."""
    trimmed = (" ".join(line.split()) for line in lines)
    return frozenset(line for line in trimmed if 0 < len(line) <= LONGEST)
