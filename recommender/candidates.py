"""Which readings are worth scoring for a member.

The nearest to each piece of evidence, by words and by meaning; what stands on
a list of their unit; and what members write about together with what this one
read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from recommender import catalogue, listed
from recommender.centring import centred
from recommender.closeness import (
    EVIDENCE,
    Measured,
    Pools,
    Queries,
    Weights,
    blocked_rows,
    measure,
    pools,
)
from recommender.common_query import less_common
from recommender.hearts import heart, preferred_version
from recommender.index import Snapshot
from recommender.listed import Places
from recommender.profile import Asked
from recommender.readings import Profile, Together

# Words of a piece of evidence that are looked up: its rarest. A whole
# reflection as a query would touch half of all postings for nothing.
MOST_TERMS = 16
# Of a language's readings. What more of them say tells nothing of a statement:
# "question", "group" and "whenever" outweighed what it was about.
MOST_COMMON = 0.2
MOST_TOGETHER = 20  # texts that go with one that the member acted on
LINKED = frozenset({"read", "saved", "written", "more"})  # deeds that others may share


@dataclass(frozen=True)
class Closeness:
    """How close every query is to every reading, and on what scale."""

    queries: Queries  # centred, and less what all queries share
    common: np.ndarray | None  # (dim,) of centred queries; see `common_query.py`
    measured: Measured
    pools: Pools


@dataclass(frozen=True)
class Candidates:
    """Readings worth scoring."""

    rows: np.ndarray  # (c,) int64, sorted, into the snapshot
    languages: tuple[str, ...]  # that the member reads and the library has
    language_of: np.ndarray  # (c,) int64, into `languages`
    closeness: Closeness | None  # None when there are no words to match
    lists: tuple[Places, ...]
    blocked: np.ndarray  # (size,) bool: what this member must not be offered


def find(
    snapshot: Snapshot,
    asked: Asked,
    profile: Profile,
    *,
    row_of: Callable[[str], int | None] = lambda _: None,
    together: Together | None = None,
    also: Sequence[int] = (),
    common: np.ndarray | None = None,
    weights: Weights = EVIDENCE,
    most_common: float = MOST_COMMON,
) -> Candidates:
    """The pools of all pieces together, versions of the same texts in other languages,
    what is listed, what goes together with what the member acted on, and the rows `also`.

    Nothing excluded, gone, or in a language that the member does not read.
    `row_of` finds the row of a reading that a list names.
    """
    gone = blocked_rows(snapshot, excluded(snapshot, profile))
    gone = np.concatenate([gone, snapshot.unsuggested])
    read = tuple(name for name in snapshot.languages() if name in profile.languages)
    closeness, rows = None, np.empty(0, np.int64)
    if asked.queries is not None:
        vectors = less_common(centred(asked.queries.vectors, snapshot.centre), common)
        queries = replace(asked.queries, vectors=vectors)
        measured = measure(snapshot, queries, gone, most_terms=MOST_TERMS, most_common=most_common)
        pool = pools(snapshot, measured, queries, profile.languages, weights)
        closeness = Closeness(queries, common, measured, pool)
        rows = pool.rows
    blocked = _blocked(snapshot, gone, read)
    lists = listed.places(snapshot, asked, profile, blocked, row_of)
    more = {row for found in lists for row in found.shown}
    more.update(also, _together(snapshot, asked, profile, together))
    if more:
        rows = np.union1d(rows, np.array([r for r in more if not blocked[r]], np.int64))
    versions = _other_versions(snapshot, rows, read)
    if len(versions):
        rows = np.union1d(rows, versions)
    tags = _languages(snapshot, rows, read)
    return Candidates(rows, read, tags, closeness, lists, blocked)


def excluded(snapshot: Snapshot, profile: Profile) -> set[str]:
    """Names of groups that the member does not want: their own choice, and texts of a
    theme that they do not want, wherever among a text's themes it is named."""
    names = set(profile.excluded_groups)
    if profile.excluded_themes:
        unwanted = catalogue.of(snapshot).of_themes(profile.excluded_themes)
        names.update(snapshot.groups[code].name for code in np.flatnonzero(unwanted).tolist())
    return names


def _blocked(snapshot: Snapshot, gone: np.ndarray, read: Sequence[str]) -> np.ndarray:
    blocked = np.ones(snapshot.size, bool)
    for block in snapshot.blocks:
        if block.language in read:
            blocked[block.start : block.stop] = False
    blocked[gone] = True
    return blocked


def _together(
    snapshot: Snapshot, asked: Asked, profile: Profile, together: Together | None
) -> set[int]:
    """The heart of each text that goes with one that the member acted on."""
    if together is None or together.weight <= 0:
        return set()
    names: set[str] = set()
    for piece in asked.pieces:
        if piece.evidence.group and piece.evidence.kind in LINKED:
            names.update(together.nearest(piece.evidence.group, MOST_TOGETHER))
    codes = {snapshot.group_codes[name] for name in names if name in snapshot.group_codes}
    living = (code for code in codes if len(snapshot.rows_of_group(code)))
    return {heart(snapshot, preferred_version(snapshot, code, profile)) for code in living}


def _other_versions(snapshot: Snapshot, rows: np.ndarray, read: Sequence[str]) -> np.ndarray:
    """Rows of the same texts in the other languages that the member reads."""
    extra: set[int] = set()
    if len(read) > 1 and snapshot.versions:
        for code in np.unique(snapshot.group_of[rows]).tolist():
            version = snapshot.groups[code].version_group
            if version:
                extra.update(
                    other
                    for other in snapshot.versions[version]
                    if other != code and snapshot.groups[other].language in read
                )
    return _rows_of(snapshot, sorted(extra))


def _rows_of(snapshot: Snapshot, codes: Iterable[int]) -> np.ndarray:
    parts = [snapshot.rows_of_group(code) for code in codes]
    if not parts:
        return np.empty(0, np.int64)
    rows = np.concatenate(parts)
    return rows[~snapshot.bare[rows]]


def _languages(snapshot: Snapshot, rows: np.ndarray, languages: tuple[str, ...]) -> np.ndarray:
    tags = np.zeros(len(rows), np.int64)
    for block in snapshot.blocks:
        if block.language in languages:
            first, last = np.searchsorted(rows, (block.start, block.stop))
            tags[first:last] = languages.index(block.language)
    return tags
