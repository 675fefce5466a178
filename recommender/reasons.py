"""Why a reading is offered: read from the parts of its score, nothing else.

A vector is the sum of its sentences' shares, and BM25 is a sum over words,
so the sentence that gave most to a part can be computed. That one is quoted,
on the reading's side and, for what a member wrote, on the member's side; of a
role's duties and a theme's description, the clause.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.text_model import Span
from recommender import quoting
from recommender.candidates import Candidates
from recommender.centring import uncentred
from recommender.closeness import meaning_gains, occurrences, sentence_gains, word_gains
from recommender.embedding import sentences_of
from recommender.index import Kept, Snapshot
from recommender.profile import IN_CLAUSES, Asked, Piece
from recommender.ranking import ROW_OF, WRITTEN, Pick
from recommender.readings import Part, Reason

# Evidence in words of its own: the member's, a role's duties, a theme's description.
QUOTED = WRITTEN | IN_CLAUSES
MOST_REASONS = 3
WORTH_NAMING = 0.3  # of the largest part


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
    evidence, reading = piece.evidence, kept.reading
    own_gains, their_gains = sentence_parts(snapshot, candidates, line, piece, pick, kept)
    own = None
    if evidence.kind in QUOTED:
        spans = [(int(a), int(b)) for a, b in piece.prepared.spans]
        if evidence.kind in IN_CLAUSES:
            # The name of a theme stands on the card already.
            named = [evidence.text[a:b] == evidence.label for a, b in spans]
            own_gains = np.where(named, -np.inf, own_gains)
        own = _quoted(own_gains, evidence.text, spans, evidence.language)
    place = quoting.best(
        their_gains, sentences_of(reading), reading.language, lambda: kept.quotable
    )
    theirs = None
    if place is not None:
        start, end = sentences_of(reading)[place]
        theirs = reading.text[start:end]
    return Reason(evidence.kind, evidence, own, theirs, part)


def _quoted(gains: np.ndarray, text: str, spans: Sequence[Span], language: str) -> str | None:
    place = quoting.best(gains, spans, language, lambda: quoting.quotable(text, spans, language))
    return None if place is None else text[spans[place][0] : spans[place][1]]


def sentence_parts(
    snapshot: Snapshot, candidates: Candidates, line: int, piece: Piece, pick: Pick, kept: Kept
) -> tuple[np.ndarray, np.ndarray]:
    """What each sentence of the evidence, and of the reading, gave by meaning and words together.

    Of a long piece only the chunk that was nearest gave anything by meaning.
    """
    pools, measured, evidence = candidates.pools, candidates.measured, piece.prepared
    tag = pools.languages.index(kept.reading.language)
    by_meaning = pools.meaning_scale[line, tag] * pools.meaning_weight[line, tag]
    by_words = pools.words_scale[line, tag] * pools.words_weight[line, tag]
    centre = snapshot.centre
    vector = snapshot.vectors(np.array([pick.row]))[0]
    start = candidates.queries.starts[line]
    asked = candidates.queries.vectors[start : start + len(evidence.vectors)]
    chunk = int(np.argmax(asked @ vector))
    whole = uncentred(vector, centre)
    theirs = by_meaning * meaning_gains(kept.shares, kept.scales, whole, asked[chunk], centre)
    several = len(evidence.spans) > 1 and piece.evidence.kind in QUOTED
    own = np.ones(len(evidence.spans))  # where there is one, it gave the whole part
    if several:
        first, last = evidence.chunk_starts[chunk], evidence.chunk_starts[chunk + 1]
        own[:] = 0
        own[first:last] = by_meaning * meaning_gains(
            evidence.shares[first:last],
            evidence.scales[first:last],
            evidence.vectors[chunk],
            vector,
            centre,
        )
    if by_words and len(measured.terms[line]):
        used = measured.terms[line]
        vocabulary = snapshot.vocabularies[kept.reading.language]
        found = occurrences(kept.terms, used)
        gains = word_gains(vocabulary, len(kept.terms), found, measured.weights[line])
        theirs = theirs + by_words * sentence_gains(kept.starts, found, gains)[1:]
        if several:
            gains[found.counts == 0] = 0
            said = occurrences(evidence.terms, used)
            own += by_words * sentence_gains(evidence.term_starts, said, gains)
    return own, theirs
