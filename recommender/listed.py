"""Which readings do lists, requirements and leaders of a member's unit name, and where?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from recommender.hearts import heart, preferred_version
from recommender.index import Snapshot
from recommender.profile import Asked
from recommender.readings import OF_UNIT, Profile

MOST_LISTED = 12  # readings of one list: the first that are not excluded


@dataclass(frozen=True)
class Places:
    """A list's readings, with their places on it from 0 on."""

    line: int  # of the piece of evidence
    groups: dict[int, int]  # group -> place: all its passages are meant
    rows: dict[int, int]  # row -> place: this passage alone
    shown: tuple[int, ...]  # rows to offer, in the list's order

    def of(self, rows: np.ndarray, groups: np.ndarray) -> np.ndarray:
        """(c,) int64: the place of each reading, -1 where it is not on the list."""
        found = [
            self.rows.get(row, self.groups.get(group, -1))
            for row, group in zip(rows.tolist(), groups.tolist(), strict=True)
        ]
        return np.array(found, np.int64)


def places(
    snapshot: Snapshot,
    asked: Asked,
    profile: Profile,
    blocked: np.ndarray,
    row_of: Callable[[str], int | None],
) -> tuple[Places, ...]:
    """Of each list. blocked (size,) bool: what the member must not be offered."""
    return tuple(
        _places(snapshot, line, piece.evidence.readings, profile, blocked, row_of)
        for line, piece in enumerate(asked.pieces)
        if piece.evidence.kind in OF_UNIT
    )


def _places(
    snapshot: Snapshot,
    line: int,
    names: tuple[str, ...],
    profile: Profile,
    blocked: np.ndarray,
    row_of: Callable[[str], int | None],
) -> Places:
    found = Places(line, {}, {}, ())
    shown: list[int] = []
    for name in dict.fromkeys(names):
        if len(shown) == MOST_LISTED:
            break
        place = len(shown)
        row, code = _meant(snapshot, name, row_of)
        if code is None:
            continue  # withdrawn
        for version in _versions(snapshot, code):
            if row is None or version != code:
                found.groups.setdefault(version, place)
        if row is not None:
            found.rows.setdefault(row, place)
        best = preferred_version(snapshot, code, profile)
        show = row if row is not None and best == code else heart(snapshot, best)
        if not blocked[show]:
            shown.append(show)
    return Places(line, found.groups, found.rows, tuple(shown))


def _meant(
    snapshot: Snapshot, name: str, row_of: Callable[[str], int | None]
) -> tuple[int | None, int | None]:
    """Row and group of a reading, or (None, group) of a whole text; (None, None): gone."""
    code = snapshot.group_codes.get(name)
    if code is not None:
        return None, code if len(snapshot.rows_of_group(code)) else None
    row = row_of(name)
    return (None, None) if row is None else (row, int(snapshot.group_of[row]))


def _versions(snapshot: Snapshot, code: int) -> Iterator[int]:
    version = snapshot.groups[code].version_group
    yield from (snapshot.versions[version] if version else (code,))
