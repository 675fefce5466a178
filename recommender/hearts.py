"""By which passage, and in which language, a text is offered that no sentence led to."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from recommender import catalogue
from recommender.index import Snapshot
from recommender.readings import Profile


def heart(snapshot: Snapshot, code: int) -> int:
    """The row of the passage that says best what its text is about: nearest to the mean of all."""
    known = catalogue.of(snapshot).hearts
    found = known.get(code)
    if found is None:
        rows = snapshot.rows_of_group(code)
        if not snapshot.bare[rows].all():
            rows = rows[~snapshot.bare[rows]]
        vectors = snapshot.vectors(rows)
        found = known[code] = int(rows[int(np.argmax(vectors @ vectors.mean(axis=0)))])
    return found


def preferred_version(
    snapshot: Snapshot, code: int, profile: Profile, excluded: Collection[int] = ()
) -> int:
    """The version of a text in the language that the member reads first."""
    version = snapshot.groups[code].version_group
    if not version:
        return code
    others = [c for c in snapshot.versions[version] if c not in excluded]
    return min(
        others or [code],
        key=lambda c: (
            language_place(snapshot.groups[c].language, profile),
            snapshot.groups[c].name,
        ),
    )


def language_place(language: str, profile: Profile) -> int:
    return profile.languages.index(language) if language in profile.languages else 99
