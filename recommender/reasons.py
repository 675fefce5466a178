"""Why a reading is offered: read from the parts of its score, nothing else.

A vector is the sum of its sentences' shares, and BM25 is a sum over words,
so the sentence that gave most to a part can be computed. That one is quoted,
on the reading's side and, for what a member wrote, on the member's side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.candidates import Candidates
from recommender.closeness import meaning_gains, occurrence_gains, sentence_gains
from recommender.embedding import sentences_of
from recommender.index import Kept, Snapshot
from recommender.profile import Asked, Piece
from recommender.ranking import ROW_OF, Pick
from recommender.readings import Part, Reason

WRITTEN = frozenset({"working_on", "reflection", "note"})
MOST_REASONS = 3
WORTH_NAMING = 0.3  # of the largest part


@dataclass(frozen=True)
class Match:
    """The two sentences that gave most, as places; None where there is none."""

    own: int | None
    theirs: int | None


def explain(
    snapshot: Snapshot,
    candidates: Candidates,
    asked: Asked,
    pick: Pick,
    kept: Kept,
    parts: tuple[Part, ...],
) -> tuple[Reason, ...]:
    """The row's largest part first, then other large parts."""
    by_id = {piece.evidence.id: line for line, piece in enumerate(asked.pieces)}
    return tuple(
        _reason(snapshot, candidates, asked, by_id[part.evidence], pick, kept, part)
        for part in worth_naming(parts, pick.label)
    )


def worth_naming(parts: tuple[Part, ...], label: str) -> list[Part]:
    first = next(
        (part for part in parts if label == "practice" or ROW_OF[part.kind] == label), parts[0]
    )
    others = [p for p in parts if p is not first and p.value >= WORTH_NAMING * parts[0].value]
    return [first, *others[: MOST_REASONS - 1]]


def _reason(
    snapshot: Snapshot,
    candidates: Candidates,
    asked: Asked,
    line: int,
    pick: Pick,
    kept: Kept,
    part: Part,
) -> Reason:
    piece = asked.pieces[line]
    match = matching_sentences(snapshot, candidates, line, piece, pick, kept)
    own = None
    if match.own is not None and piece.evidence.kind in WRITTEN:
        start, end = piece.prepared.spans[match.own]
        own = piece.evidence.text[start:end]
    theirs = None
    if match.theirs is not None:
        start, end = sentences_of(kept.reading)[match.theirs]
        theirs = kept.reading.text[start:end]
    return Reason(piece.evidence.kind, piece.evidence, own, theirs, part)


def matching_sentences(
    snapshot: Snapshot, candidates: Candidates, line: int, piece: Piece, pick: Pick, kept: Kept
) -> Match:
    """Which sentence on each side gave most to the part, by meaning and words together."""
    pools, measured, evidence = candidates.pools, candidates.measured, piece.prepared
    tag = pools.languages.index(kept.reading.language)
    by_meaning = pools.meaning_scale[line, tag] * pools.meaning_weight[line, tag]
    by_words = pools.words_scale[line, tag] * pools.words_weight[line, tag]
    vector = snapshot.vectors(np.array([pick.row]))[0]
    chunk = int(np.argmax(evidence.vectors @ vector))
    query, centre = evidence.vectors[chunk], snapshot.centre
    theirs = by_meaning * meaning_gains(kept.shares, kept.scales, vector, query, centre)
    first, last = evidence.chunk_starts[chunk], evidence.chunk_starts[chunk + 1]
    own = np.full(len(evidence.spans), -np.inf)
    own[first:last] = by_meaning * meaning_gains(
        evidence.shares[first:last], evidence.scales[first:last], query, vector, centre
    )
    if by_words and len(measured.terms[line]):
        used = measured.terms[line]
        gains = occurrence_gains(
            snapshot, kept.reading.language, kept.terms, used, measured.weights[line]
        )
        theirs = theirs + by_words * sentence_gains(kept.terms, kept.starts, used, gains)[1:]
        shared = np.where(np.isin(used, kept.terms), gains, 0)
        own = own + by_words * sentence_gains(evidence.terms, evidence.term_starts, used, shared)
    return Match(
        int(np.argmax(own)) if len(own) else None,
        int(np.argmax(theirs)) if len(theirs) else None,
    )
