"""What a suggestion looks like on a card, and how the day's list is kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from recommender.readings import Evidence, Reason, Suggestion

ROWS = (
    "listed",
    "because_you_wrote",
    "for_your_role",
    "your_interests",
    "practice",
    "newest",
    "different",
)
REFLECTION = "reflection/"


@dataclass(frozen=True)
class Why:
    """A card's reason, as the page words it."""

    kind: str  # of the evidence, or different
    label: str  # role, theme or title; empty where none is needed
    own_sentence: str | None = None
    reading_sentence: str | None = None
    share: float = 0.0  # of the reading's score that this reason stands for, 0 to 1
    evidence: str | None = None  # id of the piece of evidence
    together: bool = False  # above all because members wrote about both readings
    note: str = ""  # what a list says of the reading; filled when it is shown
    by: str = ""  # who leads and wrote the piece that is named; filled when it is shown

    @property
    def reading(self) -> str | None:
        """The reading that the reason names, by its evidence."""
        return (self.evidence or "").partition(":")[2] or None

    @property
    def list_id(self) -> str | None:
        """Of the list that the reason names."""
        kind, _, list_id = (self.evidence or "").partition(":")
        return list_id if kind == "list" else None


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
    themes: tuple[tuple[str, str], ...] = ()  # ids and names of those that can be left out
    steer: str | None = None  # more or less, where the member said so of this very reading
    steer_id: str = ""
    place: int = 0  # in its row, from 0
    experience: bool = False  # from a member's practice, with its place and its lesson
    where: str = ""
    lesson: str = ""


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
        label=_label(reason.evidence),
        own_sentence=reason.own_sentence,
        reading_sentence=reason.reading_sentence,
        share=round(min(1.0, max(0.0, part / score)), 4) if score > 0 else 0.0,
        evidence=reason.evidence.id if reason.evidence else None,
        together=reason.part is not None
        and reason.part.together > reason.part.words + reason.part.meaning,
    )


def _label(evidence: Evidence | None) -> str:
    """Words of others are not kept in a member's list: they are looked up when it
    is shown, and may be gone by then."""
    if evidence is None or evidence.kind in ("list", "leader"):
        return ""
    if evidence.group is not None and evidence.group.startswith(REFLECTION):
        return ""
    return evidence.label


def of_others(why: Why) -> str | None:
    """The other member's reflection that a reason names, as "reflection/<id>"."""
    reading = (why.evidence or "").partition(":")[2]
    return reading if reading.startswith(REFLECTION) else None


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
    return [
        (row, [replace(card, place=place) for place, card in enumerate(found)])
        for row in ROWS
        if (found := [c for c in cards if c.row == row])
    ]
