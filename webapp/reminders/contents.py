"""What a digest is made of: sections of lines, in the order of `KINDS`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

KINDS = ("study", "desk", "news", "goals", "suggestions", "year_ago")
AT_FIRST = ("study", "desk", "news", "goals", "suggestions")  # until the member says otherwise


@dataclass(frozen=True)
class Line:
    text: str
    url: str
    lang: str = ""  # of the text, as HTML names it; "" for that of the mail
    note: str = ""  # a few words more, in the language of the mail
    quote: str = ""  # the member's own words; only where they want them in mail
    quote_lang: str = ""


@dataclass(frozen=True)
class Section:
    kind: str
    heading: str
    lines: Sequence[Line]
    stop_url: str = ""


def chosen(kinds: Iterable[str]) -> list[str]:
    """Those that there are, each once, in their order."""
    wanted = set(kinds)
    return [kind for kind in KINDS if kind in wanted]
