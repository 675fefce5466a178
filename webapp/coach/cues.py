"""By which words a sentence shows what it may be doing: the lists of `rules/cues_*.toml`. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from corpus import words

LANGUAGES = ("en", "zh")
LONGEST = 1_200  # characters of a sentence that are looked at

_SHORT = {
    "<i>": "(?:i|we)",
    "<my>": "(?:my|our)",
    "<我>": "(?:我|咱|自己|本人|笔者)",
}


@dataclass(frozen=True)
class Sign:
    """Some expressions of which one is enough, and some that speak against it."""

    found: re.Pattern[str]
    against: re.Pattern[str] | None = None

    def __call__(self, folded: str) -> bool:
        if self.against and self.against.search(folded):
            return False
        return self.found.search(folded) is not None


@dataclass(frozen=True)
class Cues:
    moves: Mapping[str, Sign]
    concrete: Sign
    hard: Sign  # a difficulty of one's own, said outright
    answers: Sign  # what somebody did about it
    claim: Sign
    plan: Sign
    when: Sign
    joins: re.Pattern[str]  # what holds the parts of a sentence together
    text_read: Sign
    reader: Sign  # whoever reads is spoken to
    reason: Sign
    rhetorical: Sign
    felt_then: Sign  # a feeling that was, at some moment
    loss: Sign  # somebody died
    old: re.Pattern[str]  # words of another time
    ordinary: re.Pattern[str]  # the small words that any text of today has


def folded(sentence: str) -> str:
    """As the lists have it: small letters, Simplified characters, straight apostrophes."""
    return words.simplified(sentence[:LONGEST].casefold()).replace("’", "'")


@cache
def of(language: str) -> Cues:
    path = files("webapp.coach") / "rules" / f"cues_{language}.toml"
    read = tomllib.loads(path.read_text("utf-8"))
    said = read["words"]
    return Cues(
        moves={move: _sign(signs) for move, signs in read["moves"].items() if signs},
        concrete=_sign(read["concrete"]["signs"]),
        hard=_sign(read["hard"]["signs"]),
        answers=_sign(read["hard"]["answers"]),
        claim=_sign(**_pair(read["claim"])),
        plan=_sign(**_pair(read["plan"])),
        when=_sign(read["plan"]["when"]),
        joins=_pattern([said["joins"]]),
        text_read=_sign([said["text_read"]]),
        reader=_sign([said["reader"]]),
        reason=_sign([said["reason"]]),
        rhetorical=_sign([said["rhetorical"]]),
        felt_then=_sign([said["felt_then"]]),
        loss=_sign([said["loss"]]),
        old=_pattern([said["old"]]),
        ordinary=_pattern([said["ordinary"]]),
    )


def _pair(part: Mapping[str, Any]) -> dict[str, list[str]]:
    return {"signs": part["signs"], "against": part["not_signs"]}


def _sign(signs: Iterable[str], against: Iterable[str] = ()) -> Sign:
    against = list(against)
    return Sign(_pattern(signs), _pattern(against) if against else None)


def _pattern(signs: Iterable[str]) -> re.Pattern[str]:
    whole = "|".join(f"(?:{sign})" for sign in signs)
    for short, long in _SHORT.items():
        whole = whole.replace(short, long)
    return re.compile(whole)
