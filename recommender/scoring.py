"""What each piece of evidence gives to each candidate's score.

For evidence e and reading r, with z-scores over e's pool in r's language:

    z(e, r)    = words_weight * z_words + meaning_weight * z_meaning
    near(e, r) = softplus(z(e, r)) ** 2
    part(e, r) = weight(e) * decay(e) * factor(r) * (near(e, r) + shared(e, r))
    score(r)   = sum of part(e, r) over the evidence

shared(e, r) = TOGETHER * gain, for a reading that the member acted on: how much
others write about r who write about it. Of a list, a requirement or a leader a fixed amount
stands in place of the bracket. For "less like this" it is -near, and only from
z = LIKE on, so that what is unlike is not touched; the text itself counts as
very near in all its passages.

The square makes one close match worth more than several lukewarm ones, as a
maximum would, while the score stays a plain sum: a part depends on no other
piece of evidence, so taking a piece away lowers the score by just its part.
factor(r) is of the reading alone (`factors.py`).
A part is divided between words and meaning as its z is, where both are positive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recommender import catalogue
from recommender.candidates import LINKED, Candidates, Closeness
from recommender.factors import factors
from recommender.index import Snapshot
from recommender.nearness import Meaning, Words
from recommender.profile import Asked
from recommender.readings import OF_UNIT, Evidence, Part, Profile, Together

LIKE = 1.0  # z-score from which a reading is like what the member wants less of


def softplus(z: np.ndarray) -> np.ndarray:
    """log(1 + e^z) without overflow: about 0 far below the average, about z far above."""
    # np.logaddexp takes seven times as long.
    return np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0)


def strength_of(z: float) -> float:
    """What a reading with that z-score gets from evidence of weight 1."""
    return float(softplus(np.array(z))) ** 2


TOGETHER = strength_of(2.5)  # a gain of 1.0 is worth as much as a very near passage
LISTED = strength_of(2.5)
ITSELF = strength_of(4.0)  # of the text of which a member wants less
FALL = 0.97  # from one place of a list to the next


@dataclass(frozen=True)
class Scored:
    """Candidates with their parts; columns follow `rows`, lines follow the pieces."""

    rows: np.ndarray  # (c,)
    parts: np.ndarray  # (e, c) float64; < 0 for "less", else >= 0
    words: np.ndarray  # (e, c) of each part, from shared words
    together: np.ndarray  # (e, c) of each part, from members who wrote about both
    strength: np.ndarray  # (e, c) >= 0: how near, whatever the piece weighs; see `strength_of`
    places: np.ndarray  # (e, c) int64 on that list; -1 for what is not, and for other evidence
    totals: np.ndarray  # (c,)


def score(
    snapshot: Snapshot,
    found: Candidates,
    asked: Asked,
    profile: Profile,
    together: Together | None = None,
) -> Scored:
    shape = (len(asked.pieces), len(found.rows))
    near, by_words = np.zeros(shape), np.zeros(shape)
    if found.closeness is not None:
        words, meaning = weighted_z(found.closeness, found)
        near[asked.lines] = softplus(words + meaning) ** 2
        from_words, from_meaning = np.maximum(words, 0), np.maximum(meaning, 0)
        by_words[asked.lines] = from_words / np.maximum(from_words + from_meaning, 1e-12)
    shared = shared_parts(snapshot, found, asked, together)
    places = places_of(snapshot, found, shape)
    listed = np.where(places >= 0, LISTED * FALL**places, 0.0) if found.lists else 0.0
    kinds = [piece.evidence.kind for piece in asked.pieces]
    for line, kind in enumerate(kinds):
        if kind == "more":  # that a text is like itself says nothing
            own = itself(snapshot, found, asked.pieces[line].evidence)
            near[line, own] = shared[line, own] = 0.0
    strength = near + shared + listed
    counted = strength
    if "less" in kinds:
        less = np.array([kind == "less" for kind in kinds], bool)
        for line in np.flatnonzero(less).tolist():
            own = itself(snapshot, found, asked.pieces[line].evidence)
            strength[line, own] = np.maximum(strength[line, own], ITSELF)
        counted = np.where(less[:, None] & (strength <= strength_of(LIKE)), 0.0, strength)
    each = np.array([piece.weight for piece in asked.pieces])[:, None] * factors_of(
        snapshot, found, profile
    )
    parts = each * counted
    content = counted - shared - listed
    return Scored(
        found.rows,
        parts,
        each * content * by_words,
        each * shared,
        strength,
        places,
        parts.sum(axis=0),
    )


def itself(snapshot: Snapshot, found: Candidates, evidence: Evidence) -> np.ndarray:
    """(c,) bool: the passages of the text that the evidence is about, and of its versions."""
    codes = snapshot.codes_of_groups([evidence.group or ""])
    return np.isin(snapshot.group_of[found.rows], list(codes))


def weighted_z(closeness: Closeness, found: Candidates) -> tuple[np.ndarray, np.ndarray]:
    """(q, c) z-scores of words and of meaning, each with its weight."""
    pools, measured = closeness.pools, closeness.measured
    rows, tag = found.rows, found.language_of
    if len(pools.languages) < 2:
        tag = np.zeros(1, np.int64)  # one column for all readings
    words = (_at(measured.words, rows) - pools.words_mean.take(tag, axis=1)) * (
        pools.words_scale * pools.words_weight
    ).take(tag, axis=1)
    meaning = (_at(measured.meaning, rows) - pools.meaning_mean.take(tag, axis=1)) * (
        pools.meaning_scale * pools.meaning_weight
    ).take(tag, axis=1)
    return words, meaning


def _at(values: np.ndarray | Words | Meaning, rows: np.ndarray) -> np.ndarray:
    """(q, c) of some rows; `take` is faster than an index."""
    return values.take(rows, axis=1) if isinstance(values, np.ndarray) else values[:, rows]


def shared_parts(
    snapshot: Snapshot, found: Candidates, asked: Asked, together: Together | None
) -> np.ndarray:
    """(e, c) what comes from members who wrote about both texts, per weight of the piece."""
    shared = np.zeros((len(asked.pieces), len(found.rows)))
    if together is None or together.weight <= 0 or not len(found.rows):
        return shared
    codes, back = np.unique(snapshot.group_of[found.rows], return_inverse=True)
    names = [snapshot.groups[code].name for code in codes.tolist()]
    for line, piece in enumerate(asked.pieces):
        if piece.evidence.group and piece.evidence.kind in LINKED:
            gains = np.asarray(together.gains(piece.evidence.group, names), np.float64)
            shared[line] = (TOGETHER * together.weight * np.clip(gains, 0, 1))[back]
    return shared


def places_of(snapshot: Snapshot, found: Candidates, shape: tuple[int, int]) -> np.ndarray:
    """(e, c) the place of each reading on each list, -1 where it is not on it."""
    places = np.full(shape, -1, np.int64)
    for one in found.lists:
        places[one.line] = one.of(found.rows, snapshot.group_of[found.rows])
    return places


def factors_of(snapshot: Snapshot, found: Candidates, profile: Profile) -> np.ndarray:
    """(c,) what all parts of each reading are multiplied by."""
    shelf = catalogue.of(snapshot)
    groups = snapshot.group_of[found.rows]
    lately = snapshot.codes_of_groups(profile.fresh)
    following = snapshot.codes_of_groups(profile.next_parts)
    waiting = snapshot.codes_of_groups(profile.later_parts) - following
    preferred = profile.languages[0] if profile.languages else ""
    first = np.array([language == preferred for language in found.languages], bool)
    return factors(
        shelf.minutes[groups],
        shelf.level[groups],
        shelf.most_read(profile.experience)[groups],
        first[found.language_of] if len(first) else np.zeros(len(groups), bool),
        np.isin(groups, list(lately)) if lately else np.zeros(len(groups), bool),
        available=profile.minutes,
        newness=min(max(profile.newness, 0.0), 1.0),
        part=np.isin(groups, list(following)).astype(np.int64) - np.isin(groups, list(waiting))
        if following or waiting
        else None,
    )


def parts_of(scored: Scored, asked: Asked, columns: Sequence[int]) -> list[tuple[Part, ...]]:
    """Of each of some candidates its parts, largest first; their values sum to its score."""
    told = [(piece.evidence.id, piece.evidence.kind) for piece in asked.pieces]
    each = (
        array.take(columns, axis=1).T.tolist()
        for array in (scored.parts, scored.words, scored.together)
    )
    found = []
    for values, words, together in zip(*each, strict=True):
        parts = [
            Part(name, kind, value, said, 0.0 if kind in OF_UNIT else value - said - gain, gain)
            for (name, kind), value, said, gain in zip(told, values, words, together, strict=True)
            if value
        ]
        parts.sort(key=lambda part: (-part.value, part.evidence))
        found.append(tuple(parts))
    return found
