"""Why a reading is offered: read from the parts of its score, nothing else.

A vector is the sum of its sentences' shares, and BM25 is a sum over words,
so the sentence that gave most to a part can be computed. That one is quoted,
on the reading's side and, for what a member wrote, on the member's side; of a
role's duties and a theme's description, the clause.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender import quoting
from recommender.candidates import Candidates, Closeness
from recommender.centring import uncentred
from recommender.closeness import meaning_gains, occurrences, sentence_gains, word_gains
from recommender.embedding import sentences_of
from recommender.index import Kept, Snapshot
from recommender.prepared import IN_CLAUSES, Prepared
from recommender.profile import Asked
from recommender.readings import Evidence, Part, Reason, Row
from recommender.rows import ROW_OF, WRITTEN
from recommender.word_index import Vocabulary

# Evidence in words of its own: the member's, a role's duties, a theme's description.
QUOTED = WRITTEN | IN_CLAUSES
MOST_REASONS = 3
WORTH_NAMING = 0.3  # of the largest part


def explain(
    snapshot: Snapshot,
    found: Candidates,
    asked: Asked,
    row: int,
    label: Row,
    kept: Kept,
    parts: tuple[Part, ...],
) -> tuple[Reason, ...]:
    """The largest part of that row of cards first, then other large parts; never one below zero."""
    lines = {piece.evidence.id: line for line, piece in enumerate(asked.pieces)}
    card: Card | None = None
    reasons = []
    for part in worth_naming(parts, label):
        line = lines[part.evidence]
        piece = asked.pieces[line]
        if piece.prepared is None or found.closeness is None or part.together > part.value / 2:
            # A list names the reading, and others' writing names the text: no sentence matched.
            reasons.append(Reason(part.kind, piece.evidence, None, None, part))
            continue
        card = card or card_of(snapshot, found.closeness, row, kept)
        query = int(asked.lines.searchsorted(line))
        own, theirs = sentence_parts(card, query, part.kind in QUOTED, piece.prepared)
        quotes = _own_quote(piece.evidence, piece.prepared, own), _their_quote(kept, theirs)
        reasons.append(Reason(part.kind, piece.evidence, *quotes, part))
    return tuple(reasons)


def worth_naming(parts: tuple[Part, ...], label: Row) -> list[Part]:
    above = [part for part in parts if part.value > 0]
    first = next((p for p in above if label == "practice" or ROW_OF.get(p.kind) == label), None)
    if first is None:
        return above[:MOST_REASONS]
    others = [p for p in above if p is not first and p.value >= WORTH_NAMING * above[0].value]
    return [first, *others[: MOST_REASONS - 1]]


def _own_quote(evidence: Evidence, prepared: Prepared, gains: np.ndarray) -> str | None:
    """The member's sentence, or the clause of a duty or a description."""
    if evidence.kind not in QUOTED:
        return None
    text, spans = evidence.text, [(a, b) for a, b in prepared.spans.tolist()]
    if evidence.kind in IN_CLAUSES:
        # The name of a theme stands on the card already.
        named = [text[a:b] == evidence.label for a, b in spans]
        gains = np.where(named, -np.inf, gains)
    place = quoting.best(
        gains, spans, evidence.language, lambda: quoting.quotable(text, spans, evidence.language)
    )
    return None if place is None else text[spans[place][0] : spans[place][1]]


def _their_quote(kept: Kept, gains: np.ndarray) -> str | None:
    reading = kept.reading
    spans = sentences_of(reading)
    place = quoting.best(gains, spans, reading.language, lambda: kept.quotable)
    return None if place is None else reading.text[spans[place][0] : spans[place][1]]


@dataclass(frozen=True)
class Card:
    """What all reasons of one reading are read from."""

    closeness: Closeness
    kept: Kept
    vector: np.ndarray  # (dim,) centred
    whole: np.ndarray  # (dim,) as the model made it
    centre: np.ndarray  # (dim,)
    vocabulary: Vocabulary
    tag: int  # its language, into `closeness.pools.languages`


def card_of(snapshot: Snapshot, closeness: Closeness, row: int, kept: Kept) -> Card:
    vector = snapshot.vectors(np.array([row]))[0]
    language = kept.reading.language
    return Card(
        closeness,
        kept,
        vector,
        uncentred(vector, snapshot.centre),
        snapshot.centre,
        snapshot.vocabularies[language],
        closeness.pools.languages.index(language),
    )


def sentence_parts(
    card: Card, query: int, quoted: bool, evidence: Prepared
) -> tuple[np.ndarray, np.ndarray]:
    """What each sentence of the evidence, and of the reading, gave by meaning and words together.

    In units of z. Of a long piece only the chunk that was nearest gave anything
    by meaning. The evidence's side is computed only where it may be `quoted`.
    """
    pools, measured, kept = card.closeness.pools, card.closeness.measured, card.kept
    at = (query, card.tag)
    by_meaning = float(pools.meaning_scale[at] * pools.meaning_weight[at])
    by_words = float(pools.words_scale[at] * pools.words_weight[at])
    start = int(card.closeness.queries.starts[query])
    asked = card.closeness.queries.vectors[start : start + len(evidence.vectors)]
    chunk = int((asked @ card.vector).argmax()) if len(asked) > 1 else 0
    theirs = by_meaning * meaning_gains(
        kept.shares, kept.scales, card.whole, asked[chunk], card.centre
    )
    several = len(evidence.spans) > 1 and quoted
    own = np.ones(len(evidence.spans))  # where there is one, it gave the whole part
    if several:
        first, last = evidence.chunk_starts[chunk : chunk + 2].tolist()
        own[:] = 0
        own[first:last] = by_meaning * meaning_gains(
            evidence.shares[first:last],
            evidence.scales[first:last],
            evidence.vectors[chunk],
            card.vector,
            _centre_of_query(card, evidence.vectors[chunk]),
        )
    used = measured.terms[query]
    if by_words and len(used):
        said = occurrences(kept.terms, used)
        gains = word_gains(card.vocabulary, len(kept.terms), said, measured.weights[query])
        theirs = theirs + by_words * sentence_gains(kept.starts, said, gains)[1:]
        if several:
            gains[said.counts == 0] = 0
            own += by_words * sentence_gains(
                evidence.term_starts, occurrences(evidence.terms, used), gains
            )
    return own, theirs


def _centre_of_query(card: Card, whole: np.ndarray) -> np.ndarray:
    """(dim,) what was taken from the unit vector `whole` before it was made unit again."""
    common = card.closeness.common
    if common is None:
        return card.centre
    less = whole - card.centre
    centre: np.ndarray = card.centre + float(less @ less) ** 0.5 * common
    return centre
