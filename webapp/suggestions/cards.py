"""What a suggestion looks like on a card, and how the day's list is kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from recommender.readings import Reason, Suggestion

ROWS = ("because_you_wrote", "for_your_role", "your_interests", "practice", "different")


@dataclass(frozen=True)
class Why:
    """A card's reason, as the page words it."""

    kind: str  # working_on, reflection, note, role, interest, saved, read, different
    label: str  # role, theme or title; empty where none is needed
    own_sentence: str | None = None
    reading_sentence: str | None = None
    share: float = 0.0  # of the reading's score that this reason stands for, 0 to 1
    evidence: str | None = None  # id of the piece of evidence


@dataclass(frozen=True)
class Kept:
    """One suggestion of the day's list as it is kept."""

    reading: str
    group: str
    row: str
    whys: list[Why] = field(default_factory=list)


@dataclass(frozen=True)
class Card:
    """A suggestion with what the page shows of its reading today."""

    reading: str
    group: str
    row: str
    title: str
    author: str  # "" where the author is not shown
    language: str
    minutes: int
    heading: str  # the heading that the passage stands under; "" at the top of a text
    why: Why
    also: tuple[Why, ...]
    by_member: bool
    lang: str = "en"  # as HTML names it; says which characters a Chinese text is in
    read: bool = False
    saved: bool = False
    set_aside: bool = False


def kept(suggestion: Suggestion) -> Kept:
    return Kept(
        reading=suggestion.reading.id,
        group=suggestion.reading.group,
        row=suggestion.row,
        whys=[_why(reason, suggestion.score) for reason in suggestion.reasons],
    )


def _why(reason: Reason, score: float) -> Why:
    part = reason.part.value if reason.part else 0.0
    return Why(
        kind=reason.kind,
        label=reason.evidence.label if reason.evidence else "",
        own_sentence=reason.own_sentence,
        reading_sentence=reason.reading_sentence,
        share=round(min(1.0, max(0.0, part / score)), 4) if score > 0 else 0.0,
        evidence=reason.evidence.id if reason.evidence else None,
    )


def to_json(suggestions: Sequence[Suggestion]) -> list[dict[str, Any]]:
    return [asdict(kept(s)) for s in suggestions]


def from_json(rows: Sequence[Mapping[str, Any]]) -> list[Kept]:
    return [
        Kept(
            reading=row["reading"],
            group=row["group"],
            row=row["row"],
            whys=[Why(**why) for why in row["whys"]],
        )
        for row in rows
    ]


def in_rows(cards: Sequence[Card]) -> list[tuple[str, list[Card]]]:
    """Cards by row, rows in their fixed order, empty rows left out."""
    return [(row, found) for row in ROWS if (found := [c for c in cards if c.row == row])]
