"""Which readings are worth scoring for a member: the nearest to each piece of evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

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
from recommender.index import Snapshot
from recommender.readings import Profile

# Words of a piece of evidence that are looked up: its rarest. A whole
# reflection as a query would touch half of all postings for nothing.
MOST_TERMS = 16
# Of a language's readings. What more of them say tells nothing of a statement:
# "question", "group" and "whenever" outweighed what it was about.
MOST_COMMON = 0.2


@dataclass(frozen=True)
class Candidates:
    """Readings and how close every piece of evidence is to every one of them."""

    rows: np.ndarray  # (c,) int64, sorted, into the snapshot
    pools: Pools
    language_of: np.ndarray  # (c,) int64, into `pools.languages`
    queries: Queries  # centred
    measured: Measured


def find(
    snapshot: Snapshot,
    queries: Queries,
    profile: Profile,
    *,
    weights: Weights = EVIDENCE,
    most_common: float = MOST_COMMON,
) -> Candidates:
    """The pools of all pieces together, and versions of the same texts in other languages.

    Nothing excluded, gone, or in a language that the member does not read.
    """
    queries = replace(queries, vectors=centred(queries.vectors, snapshot.centre))
    measured = measure(
        snapshot,
        queries,
        np.append(blocked_rows(snapshot, profile.excluded_groups), snapshot.unsuggested),
        most_terms=MOST_TERMS,
        most_common=most_common,
    )
    found = pools(snapshot, measured, queries, profile.languages, weights)
    rows = np.union1d(found.rows, _other_versions(snapshot, found, profile))
    return Candidates(rows, found, _languages(snapshot, rows, found.languages), queries, measured)


def _other_versions(snapshot: Snapshot, found: Pools, profile: Profile) -> np.ndarray:
    """Rows of the same texts in the other languages that the member reads."""
    extra: set[int] = set()
    if len(found.languages) > 1 and snapshot.versions:
        for code in np.unique(snapshot.group_of[found.rows]):
            version = snapshot.groups[code].version_group
            if version:
                extra.update(
                    other
                    for other in snapshot.versions[version]
                    if other != code and snapshot.groups[other].language in found.languages
                )
    if not extra:
        return np.empty(0, np.int64)
    rows = np.concatenate([snapshot.rows_of_group(code) for code in sorted(extra)])
    return rows[~snapshot.bare[rows]]


def _languages(snapshot: Snapshot, rows: np.ndarray, languages: tuple[str, ...]) -> np.ndarray:
    tags = np.zeros(len(rows), np.int64)
    for block in snapshot.blocks:
        if block.language in languages:
            first, last = np.searchsorted(rows, (block.start, block.stop))
            tags[first:last] = languages.index(block.language)
    return tags
