"""Which words may be added to the list of stock phrases, and which of it stands. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from corpus import words
from webapp.coach.phrases import LANGUAGES, MOST, Phrases, folded, shipped

SHORTEST = 2  # words, or Chinese characters: one word alone stands in every honest sentence

Problem = Literal["empty", "short", "known", "many"]


def everything() -> list[str]:
    """The shipped lists of both languages."""
    return [phrase for language in LANGUAGES for phrase in shipped(language)]


def among(phrase: str, known: Sequence[str]) -> str | None:
    """The one of these that is the same phrase."""
    return next((other for other in known if folded(other) == folded(phrase)), None)


def problem(phrase: str, added: Sequence[str]) -> Problem | None:
    """What keeps a phrase from being added."""
    if not words.letters(phrase):
        return "empty"
    if words.count(phrase) < SHORTEST:
        return "short"
    if among(phrase, [*added, *everything()]):
        return "known"
    return "many" if len(added) >= MOST else None


@dataclass(frozen=True)
class Entry:
    """A phrase of the shipped list, as the organizers' page shows it."""

    phrase: str
    on: bool


def entries(language: str, changed: Phrases) -> list[Entry]:
    return [Entry(phrase, phrase not in changed.removed) for phrase in shipped(language)]
