"""Which readings a member is shown, in which row: varied, one per text, nothing excluded.

Each row asks its own question, so a reading is judged in a row mostly by the
parts of that row's evidence. Rows take turns; within a row the next reading is
the best one after a deduction for being like those already chosen (maximal
marginal relevance; Carbonell and Goldstein 1998).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from recommender.index import Snapshot
from recommender.profile import Asked
from recommender.readings import Profile, Row
from recommender.scoring import Scored

ROW_OF = {
    "working_on": "because_you_wrote",
    "reflection": "because_you_wrote",
    "note": "because_you_wrote",
    "role": "for_your_role",
    "interest": "your_interests",
    "read": "your_interests",
    "saved": "your_interests",
    "written": "your_interests",
}
ORDER: tuple[Row, ...] = (
    "because_you_wrote",
    "for_your_role",
    "your_interests",
    "practice",
    "different",
)
# Whose turn it is; a row with nothing left is passed over.
TURNS: tuple[Row, ...] = (
    "because_you_wrote",
    "for_your_role",
    "practice",
    "your_interests",
    "because_you_wrote",
    "your_interests",
    "because_you_wrote",
    "for_your_role",
)
WRITTEN = frozenset({"working_on", "reflection", "note"})
MOST_IN_ROW = 3
REST = 0.25  # what the other rows' parts count in a row
LIKENESS = 0.1  # deduction for the likest chosen reading, of the row's best
SAME_THEME = 0.15  # not among answers to one's own words: they are of one theme for good reason
SHORTLIST = 20
CLOSE = 0.8  # z-score from which evidence is a reason
FEWEST = 5  # cards; what no evidence can fill is filled with different things, and called so
NEAR = 1.0  # z-score from which a text is no longer something different


@dataclass(frozen=True)
class Pick:
    """A chosen reading: its row in the snapshot and its place among the scored, if any."""

    row: int
    column: int | None
    label: Row


@dataclass(frozen=True)
class Contender:
    """A text's best passage for one row of cards."""

    row: int
    column: int
    value: float  # 1.0 for the best of its row of cards
    text: str  # what it is one of: the version group, or the group's name
    theme: str
    own_words: bool  # its largest part comes from what the member wrote


def rank(
    snapshot: Snapshot,
    scored: Scored | None,
    asked: Asked,
    profile: Profile,
    *,
    day: dt.date,
    count: int,
) -> list[Pick]:
    """At most `count` picks, by row of cards, best first within each."""
    chosen: list[Pick] = []
    if scored is not None and len(scored.rows):
        lists = contenders(snapshot, scored, asked, profile)
        chosen = take_turns(snapshot, lists, count - (1 if count > 2 else 0))
    near = set[int]()
    if scored is not None:
        close = scored.closeness.max(axis=0) > NEAR
        near = set(snapshot.group_of[scored.rows[close]].tolist())
    taken = {snapshot.texts[snapshot.group_of[pick.row]] for pick in chosen}
    # Someone of whom nothing is known gets different things only.
    room = min(count - len(chosen), max(1, FEWEST - len(chosen)) if asked.pieces else count)
    chosen += different(snapshot, profile, asked, near, taken, day=day, count=room)
    places = {label: place for place, label in enumerate(ORDER)}
    return sorted(chosen, key=lambda pick: places[pick.label])


def contenders(
    snapshot: Snapshot, scored: Scored, asked: Asked, profile: Profile
) -> dict[Row, list[Contender]]:
    """Each row's texts with their best passage, best first."""
    kinds = np.array([ROW_OF[piece.evidence.kind] for piece in asked.pieces])
    groups = snapshot.group_of[scored.rows]
    told = snapshot.told[groups]
    written = np.array([piece.evidence.kind in WRITTEN for piece in asked.pieces])
    own_words = written[np.argmax(scored.parts, axis=0)]
    lists: dict[Row, list[Contender]] = {}
    for label in ORDER[:4]:
        if label == "practice":
            mine = np.ones(len(kinds), bool)
            eligible = told
        else:
            mine = kinds == label
            eligible = ~told
        if not mine.any() or not eligible.any():
            continue
        own = scored.parts[mine].sum(axis=0)
        # Well nearer to some piece than the average of its nearest: else no reason is true.
        eligible = eligible & (scored.closeness[mine].max(axis=0) > CLOSE)
        # Back to the scale of z-scores: one outlier must not make all others look alike.
        value = np.sqrt(own + REST * (scored.totals - own))
        columns = np.flatnonzero(eligible)
        if len(columns):
            lists[label] = _best_of_texts(
                snapshot, scored, value, columns, groups, own_words, profile
            )
    return lists


def _best_of_texts(
    snapshot: Snapshot,
    scored: Scored,
    value: np.ndarray,
    columns: np.ndarray,
    groups: np.ndarray,
    own_words: np.ndarray,
    profile: Profile,
) -> list[Contender]:
    """One passage per text, best first; a text stands where its best version stands."""
    order = columns[np.lexsort((columns, -value[columns]))]
    top = float(value[order[0]])
    found: dict[str, Contender] = {}
    for column in order.tolist():
        code = int(groups[column])
        text = snapshot.texts[code]
        if text in found:
            continue
        shown = _in_first_language(snapshot, code, column, value, groups, profile)
        theme = next(iter(snapshot.groups[code].themes), "")
        standing = float(value[column]) / top
        found[text] = Contender(
            int(scored.rows[shown]), shown, standing, text, theme, bool(own_words[shown])
        )
        if len(found) == SHORTLIST:
            break
    return sorted(found.values(), key=lambda c: (-c.value, c.text))


def _in_first_language(
    snapshot: Snapshot,
    code: int,
    column: int,
    value: np.ndarray,
    groups: np.ndarray,
    profile: Profile,
) -> int:
    """The column to show: the best passage of the version that the member reads first."""
    version = snapshot.groups[code].version_group
    if not version or len(snapshot.versions[version]) < 2:
        return column
    for language in profile.languages:
        if snapshot.groups[code].language == language:
            return column
        codes = [c for c in snapshot.versions[version] if snapshot.groups[c].language == language]
        there = np.flatnonzero(np.isin(groups, codes))
        if len(there):
            return int(there[np.argmax(value[there])])
    return column


def _language_place(language: str, profile: Profile) -> int:
    return profile.languages.index(language) if language in profile.languages else 99


def take_turns(snapshot: Snapshot, lists: dict[Row, list[Contender]], count: int) -> list[Pick]:
    """Rows choose in turn until `count` are chosen or nothing is left.

    At most MOST_IN_ROW each. What is near above all to the member's own words is
    left to the row that says so, until that row is full or has nothing left.
    """
    contested = sorted({c.row for found in lists.values() for c in found})
    unit = snapshot.vectors(np.array(contested, np.int64))
    place = {row: at for at, row in enumerate(contested)}
    nearest = np.zeros(len(contested))
    texts: set[str] = set()
    themes: set[str] = set()
    chosen: list[Pick] = []
    for label in _turns(lists, count):
        left = [c for c in lists[label] if c.text not in texts]
        if label in ("for_your_role", "your_interests") and waiting(chosen, lists, texts):
            left = [c for c in left if not c.own_words]
        if not left or sum(pick.label == label for pick in chosen) == MOST_IN_ROW:
            continue
        alike = 0.0 if label == "because_you_wrote" else SAME_THEME
        best = min(
            left,
            key=lambda c: (
                -(c.value - LIKENESS * nearest[place[c.row]] - alike * (c.theme in themes)),
                c.text,
            ),
        )
        chosen.append(Pick(best.row, best.column, label))
        texts.add(best.text)
        themes.update({best.theme} - {""})
        nearest = np.maximum(nearest, unit @ unit[place[best.row]])
        if len(chosen) == count:
            break
    return chosen


def waiting(chosen: Sequence[Pick], lists: dict[Row, list[Contender]], texts: set[str]) -> bool:
    """Whether the row of the member's own words will choose again."""
    row: Row = "because_you_wrote"
    full = sum(pick.label == row for pick in chosen) >= MOST_IN_ROW
    return not full and any(c.text not in texts for c in lists.get(row, ()))


def _turns(lists: Collection[Row], count: int) -> Iterator[Row]:
    for _ in range(count):
        for label in TURNS:
            if label in lists:
                yield label


def different(
    snapshot: Snapshot,
    profile: Profile,
    asked: Asked,
    near: Collection[int],
    taken: Collection[str],
    *,
    day: dt.date,
    count: int,
) -> list[Pick]:
    """Texts of the library away from what the member is known for; others tomorrow.

    All texts stand on a ring in the order of a hash of their names; member and
    day say where to begin. First choice are texts of none of the member's
    themes that are near no evidence, then of none of the themes, then any.
    """
    if count < 1 or not len(snapshot.ring):
        return []
    known = set(profile.themes) | {
        piece.evidence.ref
        for piece in asked.pieces
        if piece.evidence.kind == "interest" and piece.evidence.ref
    }
    excluded = snapshot.codes_of_groups(profile.excluded_groups)
    chosen: list[Pick] = []
    texts, themes = set(taken), set[str]()
    for strictness in (3, 2, 1, 0):
        for code in _round(snapshot, profile.member, day):
            group = snapshot.groups[code]
            if len(chosen) == count:
                return chosen
            if (
                group.kind != "passage"
                or group.language not in profile.languages
                or code in excluded
                or (strictness >= 1 and known & set(group.themes))
                or (strictness >= 2 and themes & set(group.themes[:1]))
                or (strictness >= 3 and code in near)
            ):
                continue
            code = _preferred_version(snapshot, code, profile, excluded)
            name = snapshot.texts[code]
            if name in texts:
                continue
            texts.add(name)
            themes.update(snapshot.groups[code].themes[:1])
            chosen.append(Pick(_heart(snapshot, code), None, "different"))
    return chosen


def _round(snapshot: Snapshot, member: str, day: dt.date) -> Iterator[int]:
    """Once around the ring."""
    seed = blake2b(f"{member}\0{day.isoformat()}".encode(), digest_size=8).digest()
    size = len(snapshot.ring)
    start = int.from_bytes(seed, "big") * size >> 64
    for step in range(size):
        yield int(snapshot.ring[(start + step) % size])


def _preferred_version(
    snapshot: Snapshot, code: int, profile: Profile, excluded: Collection[int]
) -> int:
    version = snapshot.groups[code].version_group
    if not version:
        return code
    others = [c for c in snapshot.versions[version] if c not in excluded]
    return min(
        others or [code],
        key=lambda c: (
            _language_place(snapshot.groups[c].language, profile),
            snapshot.groups[c].name,
        ),
    )


def _heart(snapshot: Snapshot, code: int) -> int:
    """The passage that says best what its text is about: nearest to the mean of all."""
    rows = snapshot.rows_of_group(code)
    if not snapshot.bare[rows].all():
        rows = rows[~snapshot.bare[rows]]
    vectors = snapshot.vectors(rows)
    return int(rows[int(np.argmax(vectors @ vectors.mean(axis=0)))])
