"""What a member brings, as queries: each piece of evidence with its vectors, words and weight.

No piece is averaged with another. Weights decay with age, and never to
nothing: an old reflection may still lead somewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.text_model import TextModel
from recommender.closeness import Queries
from recommender.prepared import Prepared, prepared_of
from recommender.readings import OF_UNIT, Evidence, Profile

# The heaviest pieces of each sort take part, the newest of equal weight first:
# more would only blur the reasons, and 10,000 must cost no more than these.
MOST = {"": 24, "less": 8, "list": 8, "requirement": 8, "leader": 8}
TRIES = 4  # times as many are looked at, for pieces that turn out to say nothing
HALF_LIFE = {  # days
    "working_on": 60,
    "reflection": 120,
    "note": 60,
    "question": 60,
    "read": 90,
    "saved": 90,
    "written": 120,
    "leader": 60,
}
# What a member said of the list itself (more, less), a role, an interest, a goal,
# a list and a requirement of the unit hold until somebody takes them back: they do not decay.
LEAST_DECAY = 0.2


@dataclass(frozen=True)
class Piece:
    """A piece of evidence that takes part."""

    evidence: Evidence
    prepared: Prepared | None  # None where no words are matched: a list, or a text that is gone
    weight: float  # the evidence's own weight times its decay, below 0 for kind "less"


@dataclass(frozen=True)
class Asked:
    """All pieces, and the queries that those with words make together."""

    pieces: tuple[Piece, ...]  # by id, whatever the order of the evidence
    queries: Queries | None  # None when there are no words to match
    lines: np.ndarray  # (q,) int64: the piece that each query belongs to

    @property
    def known(self) -> bool:
        """Whether something is known that the member wants, what their unit says apart."""
        return any(p.evidence.kind not in OF_UNIT | {"less"} for p in self.pieces)


def weigh(profile: Profile, *, day: dt.date) -> list[tuple[Evidence, float]]:
    """Every piece of evidence with what it weighs on that day, heaviest first.

    The weight is the evidence's own times its decay, below 0 for kind "less".
    All pieces are here, those of weight 0 too; `gather` says which take part.
    """
    weighed = [
        (e, (-1 if e.kind == "less" else 1) * max(e.weight, 0.0) * decay(e, day))
        for e in profile.evidence
    ]
    return sorted(weighed, key=lambda pair: (-abs(pair[1]), *_newest_first(pair[0])))


def decay(evidence: Evidence, day: dt.date) -> float:
    """1.0 for what is new or undated, halved every half-life, at least LEAST_DECAY."""
    half = HALF_LIFE.get(evidence.kind)
    if evidence.date is None or half is None:
        return 1.0
    age = max((day - evidence.date).days, 0)
    return max(0.5 ** (age / half), LEAST_DECAY)


def gather(model: TextModel, profile: Profile, *, day: dt.date) -> Asked:
    """The pieces that take part, by id; one that names neither words nor readings is left out."""
    of_sort: dict[str, list[Piece]] = {sort: [] for sort in MOST}
    tries = dict.fromkeys(of_sort, 0)
    seen: set[str] = set()
    for evidence, weight in weigh(profile, day=day):
        sort = evidence.kind if evidence.kind in of_sort else ""
        if not weight or evidence.id in seen or len(of_sort[sort]) == MOST[sort]:
            continue
        if tries[sort] == TRIES * MOST[sort]:
            continue
        tries[sort] += 1
        piece = _piece(model, evidence, weight)
        if piece is not None:
            seen.add(evidence.id)
            of_sort[sort].append(piece)
    pieces = sorted((p for found in of_sort.values() for p in found), key=lambda p: p.evidence.id)
    worded = [(line, p.prepared) for line, p in enumerate(pieces) if p.prepared is not None]
    languages = tuple(pieces[line].evidence.language for line, _ in worded)
    return Asked(
        tuple(pieces),
        queries_of([prepared for _, prepared in worded], languages) if worded else None,
        np.array([line for line, _ in worded], np.int64),
    )


def queries_of(each: Sequence[Prepared], languages: tuple[str, ...]) -> Queries:
    sizes = [len(p.vectors) for p in each]
    words = [len(p.distinct) for p in each]
    return Queries(
        np.concatenate([p.vectors for p in each]),
        np.concatenate([[0], np.cumsum(sizes[:-1])]).astype(np.int64),
        np.concatenate([p.distinct for p in each]),
        np.concatenate([p.counts for p in each]),
        np.repeat(np.arange(len(each)), words),
        languages,
    )


def _piece(model: TextModel, evidence: Evidence, weight: float) -> Piece | None:
    """None for what cannot lead anywhere."""
    if evidence.kind in OF_UNIT:
        return Piece(evidence, None, weight) if evidence.readings else None
    prepared = prepared_of(model, evidence) if evidence.text.strip() else None
    if prepared is not None and len(prepared.terms):
        return Piece(evidence, prepared, weight)
    return Piece(evidence, None, weight) if evidence.group else None


def _newest_first(evidence: Evidence) -> tuple[int, str]:
    return (-evidence.date.toordinal() if evidence.date else 0, evidence.id)
