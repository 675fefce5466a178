"""Why a reading is offered: read from the parts of its score, nothing else.

A vector is the sum of its sentences' shares, and BM25 is a sum over words,
so the sentence that gave most to a part can be computed. That one is quoted,
on the reading's side and, for what a member wrote, on the member's side; of a
role's duties and a theme's description, the clause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.text_model import Span
from recommender import quoting
from recommender.candidates import Candidates
from recommender.embedding import sentences_of
from recommender.index import Kept, Snapshot
from recommender.prepared import IN_CLAUSES, Prepared
from recommender.profile import Asked
from recommender.readings import Evidence, Part, Reason, Row
from recommender.rows import ROW_OF, WRITTEN
from recommender.sentence_gains import SentenceGains, Told

# Evidence in words of its own: the member's, a role's duties, a theme's description.
QUOTED = WRITTEN | IN_CLAUSES
MOST_REASONS = 3
WORTH_NAMING = 0.3  # of the largest part


@dataclass(frozen=True)
class Offered:
    """A reading of a list that some evidence led to."""

    row: int
    label: Row
    kept: Kept
    parts: tuple[Part, ...]


def explain(
    snapshot: Snapshot, found: Candidates, asked: Asked, cards: Sequence[Offered]
) -> list[tuple[Reason, ...]]:
    """Of each card: the largest part of its row of cards first, then other large parts;
    never one below zero."""
    named = [worth_naming(card.parts, card.label) for card in cards]
    matched = _Matched.of(snapshot, found, asked, cards, named)
    pieces = {piece.evidence.id: piece.evidence for piece in asked.pieces}
    return [
        tuple(
            Reason(part.kind, pieces[part.evidence], *matched.quotes(place, part), part)
            for part in parts
        )
        for place, parts in enumerate(named)
    ]


def worth_naming(parts: tuple[Part, ...], label: Row) -> list[Part]:
    above = [part for part in parts if part.value > 0]
    first = next((p for p in above if label == "practice" or ROW_OF.get(p.kind) == label), None)
    if first is None:
        return above[:MOST_REASONS]
    others = [p for p in above if p is not first and p.value >= WORTH_NAMING * above[0].value]
    return [first, *others[: MOST_REASONS - 1]]


@dataclass(frozen=True)
class _Matched:
    """The sentences that matched, on the cards where any did."""

    gains: SentenceGains | None
    kept: tuple[Kept, ...]
    cards: dict[int, int]  # place on the list -> place among `kept`
    sources: dict[str, _Source]  # by the evidence's id

    @classmethod
    def of(
        cls,
        snapshot: Snapshot,
        found: Candidates,
        asked: Asked,
        cards: Sequence[Offered],
        named: Sequence[Sequence[Part]],
    ) -> _Matched:
        worded = {p.evidence.id: line for line, p in enumerate(asked.pieces) if p.prepared}
        wanted: dict[str, int] = {}
        places: dict[int, int] = {}
        for place, parts in enumerate(named):
            for part in parts:
                if part.evidence in worded and _by_its_words(part):
                    wanted.setdefault(part.evidence, worded[part.evidence])
                    places.setdefault(place, len(places))
        if not wanted or found.closeness is None:
            return cls(None, (), {}, {})
        sources, told = {}, []
        for at, (name, line) in enumerate(wanted.items()):
            piece = asked.pieces[line]
            assert piece.prepared is not None
            sources[name] = _Source(at, piece.evidence, piece.prepared)
            told.append(Told(int(asked.lines.searchsorted(line)), piece.prepared))
        kept = tuple(cards[place].kept for place in places)
        rows = [cards[place].row for place in places]
        gains = SentenceGains(snapshot, found.closeness, rows, kept, told)
        return cls(gains, kept, places, sources)

    def quotes(self, place: int, part: Part) -> tuple[str | None, str | None]:
        """The member's sentence and the reading's. A list names the reading, and
        others' writing names the text: no sentence matched."""
        source = self.sources.get(part.evidence)
        if self.gains is None or source is None or not _by_its_words(part):
            return None, None
        card = self.cards[place]
        own = None
        if part.kind in QUOTED:
            own = source.quote(self.gains.of_piece(card, source.place))
        return own, _their_quote(self.kept[card], self.gains.of_reading(card, source.place))


def _by_its_words(part: Part) -> bool:
    return part.together <= part.value / 2


class _Source:
    """A piece of evidence as what is quoted from."""

    def __init__(self, place: int, evidence: Evidence, prepared: Prepared) -> None:
        self.place = place
        self._evidence = evidence
        self._spans: list[Span] = prepared.spans.tolist()
        self._quotable = quoting.Quotable(evidence.text, self._spans, evidence.language)

    def quote(self, gains: Sequence[float]) -> str | None:
        """The member's sentence, or the clause of a duty or a description."""
        text, spans = self._evidence.text, self._spans
        if self._evidence.kind in IN_CLAUSES:
            # The name of a theme stands on the card already.
            label = self._evidence.label
            gains = [
                -np.inf if text[a:b] == label else gain
                for (a, b), gain in zip(spans, gains, strict=True)
            ]
        place = quoting.best(gains, spans, self._evidence.language, self._quotable)
        return None if place is None else text[slice(*spans[place])]


def _their_quote(kept: Kept, gains: Sequence[float]) -> str | None:
    reading = kept.reading
    spans = sentences_of(reading)
    place = quoting.best(gains, spans, reading.language, kept.quotable)
    return None if place is None else reading.text[slice(*spans[place])]
