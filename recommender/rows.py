"""Which texts could stand in which row of cards, each with its best passage.

Each row asks its own question, so a reading is judged in a row mostly by the
parts of that row's evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from recommender.hearts import language_place
from recommender.index import Snapshot
from recommender.profile import Asked
from recommender.readings import OF_UNIT, EvidenceKind, Profile, Row
from recommender.scoring import Scored, strength_of

ROW_OF: dict[EvidenceKind, Row] = {  # "less" has none
    "list": "listed",
    "requirement": "listed",
    "leader": "listed",
    "working_on": "because_you_wrote",
    "reflection": "because_you_wrote",
    "note": "because_you_wrote",
    "question": "because_you_wrote",
    "goal": "because_you_wrote",
    "role": "for_your_role",
    "interest": "your_interests",
    "read": "your_interests",
    "saved": "your_interests",
    "written": "your_interests",
    "more": "your_interests",
}
OF_EVIDENCE: tuple[Row, ...] = ("because_you_wrote", "for_your_role", "your_interests")
WRITTEN = frozenset({"working_on", "reflection", "note", "question", "goal"})
REST = 0.25  # what the other rows' parts count in a row
SHORTLIST = 20
CLOSE = strength_of(0.8)  # from which evidence is a reason


class Contender(NamedTuple):  # a list has dozens; see `Part`
    """A text's best passage for one row of cards."""

    row: int
    column: int
    value: float  # 1.0 for the best of its row of cards
    text: str  # what it is one of: the version group, or the group's name
    own_words: bool  # its largest part comes from what the member wrote


@dataclass(frozen=True)
class _Table:
    """What all rows are made from; arrays by column."""

    snapshot: Snapshot
    scored: Scored
    profile: Profile
    groups: np.ndarray  # (c,) codes
    own_words: np.ndarray  # (c,) bool


def contenders(
    snapshot: Snapshot, scored: Scored, asked: Asked, profile: Profile
) -> dict[Row, list[Contender]]:
    """Each row's texts with their best passage, best first. What less-like-this
    outweighs is in none."""
    groups = snapshot.group_of[scored.rows]
    kinds = [piece.evidence.kind for piece in asked.pieces]
    written = np.array([kind in WRITTEN for kind in kinds])
    own_words = written[np.argmax(scored.parts, axis=0)]
    table = _Table(snapshot, scored, profile, groups, own_words)
    told = snapshot.told[groups]
    offered = scored.totals > 0
    # Well nearer to some piece than the average of its nearest: else no reason is true.
    close = scored.strength > CLOSE
    less = [line for line, kind in enumerate(kinds) if kind == "less"]
    against = scored.parts[less].sum(axis=0) if less else 0.0
    lists: dict[Row, list[Contender]] = {"listed": _listed(table, offered)}
    for label in (*OF_EVIDENCE, "practice"):
        if label == "practice":
            mine = [n for n, kind in enumerate(kinds) if kind not in OF_UNIT | {"less"}]
            eligible = offered & told
        else:
            mine = [n for n, kind in enumerate(kinds) if ROW_OF.get(kind) == label]
            eligible = offered & ~told
        if mine and eligible.any():
            eligible &= close[mine].any(axis=0)
            own = scored.parts[mine].sum(axis=0)
            # What the member wants less of counts whole in every row.
            value = own + REST * (scored.totals - own - against) + against
            # Back to the scale of z-scores: one outlier must not make all others look alike.
            lists[label] = _best_of_texts(table, np.sqrt(np.maximum(value, 0)), eligible)
    return {label: found for label, found in lists.items() if found}


def _listed(table: _Table, offered: np.ndarray) -> list[Contender]:
    """In the order of the lists, whatever else speaks for a reading."""
    places = table.scored.places
    if not (places >= 0).any():
        return []
    far = places.max() + 1
    first = np.where(places >= 0, places, far).min(axis=0)
    totals = np.maximum(table.scored.totals, 0)
    value = far - first + 0.5 * totals / max(float(totals.max()), 1e-12)
    return _best_of_texts(table, value, offered & (first < far))


def _best_of_texts(table: _Table, value: np.ndarray, eligible: np.ndarray) -> list[Contender]:
    """One passage per text, best first; a text stands where its best version stands."""
    columns = np.flatnonzero(eligible)
    if not len(columns):
        return []
    order = columns[np.argsort(-value[columns], kind="stable")]
    top = max(float(value[order[0]]), 1e-12)
    texts = table.snapshot.texts
    found: dict[str, Contender] = {}
    codes = table.groups[order].tolist()
    for column, code in zip(order.tolist(), codes, strict=True):
        text = texts[code]
        if text in found:
            continue
        shown = _in_first_language(table, code, column, value)
        found[text] = Contender(
            int(table.scored.rows[shown]),
            shown,
            float(value[column]) / top,
            text,
            bool(table.own_words[shown]),
        )
        if len(found) == SHORTLIST:
            break
    return sorted(found.values(), key=lambda c: (-c.value, c.text))


def _in_first_language(table: _Table, code: int, column: int, value: np.ndarray) -> int:
    """The column to show: the best passage of the version that the member reads first."""
    snapshot, profile = table.snapshot, table.profile
    version = snapshot.groups[code].version_group
    if not version or len(snapshot.versions[version]) < 2:
        return column
    place = language_place(snapshot.groups[code].language, profile)
    for language in profile.languages[:place]:
        codes = [c for c in snapshot.versions[version] if snapshot.groups[c].language == language]
        there = np.flatnonzero(np.isin(table.groups, codes) & (table.scored.totals > 0))
        if len(there):
            return int(there[np.argmax(value[there])])
    return column
