"""What a library's texts are, as arrays that factors and themes are computed from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from weakref import ref

import numpy as np

from recommender.index import Snapshot
from recommender.segments import Group

LEVELS = {"introductory": 1, "intermediate": 2, "advanced": 3}


@dataclass(frozen=True)
class Catalogue:
    """Arrays by group code; made once per snapshot."""

    minutes: np.ndarray  # (g,) int64 of the whole text
    level: np.ndarray  # (g,) int64: 0 not said, 1 introductory, 2 intermediate, 3 advanced
    themes: tuple[str, ...]  # every theme of the library, sorted
    theme_codes: np.ndarray  # (n,) int64 into `themes`: those of all groups, one after the other
    theme_starts: np.ndarray  # (g + 1,) int64 into `theme_codes`
    hearts: dict[int, int] = field(default_factory=dict)  # group -> row, filled as they are asked

    def of_themes(self, names: Collection[str]) -> np.ndarray:
        """(g,) bool: texts of any of these themes, in first place or in last."""
        wanted = np.array([theme in names for theme in self.themes], bool)
        return self._per_group(wanted.astype(np.int64)[self.theme_codes]) > 0

    def most_read(self, experience: Mapping[str, int]) -> np.ndarray:
        """(g,) int64: texts that were read of that theme of the group's that is known best."""
        if not experience:
            return np.zeros(len(self.level), np.int64)
        read = np.array([experience.get(theme, 0) for theme in self.themes], np.int64)
        return self._per_group(read[self.theme_codes])

    def mix_of(self, codes: np.ndarray) -> np.ndarray:
        """(k, t) float64 of some groups: 1 divided among a text's themes; 0 where it has none."""
        mixes = np.zeros((len(codes), len(self.themes)))
        for line, code in enumerate(codes.tolist()):
            for theme in self.themes_of(code):
                mixes[line, theme] = 1 / len(self.themes_of(code))
        return mixes

    def themes_of(self, code: int) -> list[int]:
        """The themes of a group, into `themes`."""
        return self._lists[code]

    @cached_property
    def _lists(self) -> list[list[int]]:
        codes, starts = self.theme_codes.tolist(), self.theme_starts.tolist()
        return [codes[first:end] for first, end in pairwise(starts)]

    def _per_group(self, values: np.ndarray) -> np.ndarray:
        """(n,) per theme of each group -> (g,) the largest of each group, 0 without a theme."""
        starts = self.theme_starts[:-1]
        found = np.zeros(len(starts), np.int64)
        has = np.diff(self.theme_starts) > 0
        if has.any():
            found[has] = np.maximum.reduceat(values, starts[has])
        return found


_latest: tuple[ref[Snapshot], Catalogue] | None = None


def of(snapshot: Snapshot) -> Catalogue:
    """The snapshot's catalogue, kept while that snapshot is in use."""
    global _latest
    kept = _latest
    if kept is None or kept[0]() is not snapshot:
        kept = _latest = (ref(snapshot), made(snapshot.groups))
    return kept[1]


def made(groups: Iterable[Group]) -> Catalogue:
    groups = list(groups)
    themes = sorted({theme for group in groups for theme in group.themes})
    code = {theme: place for place, theme in enumerate(themes)}
    # A theme that a text names twice is one theme.
    each = [list(dict.fromkeys(code[theme] for theme in group.themes)) for group in groups]
    return Catalogue(
        np.array([group.minutes for group in groups], np.int64),
        np.array([LEVELS.get(group.level or "", 0) for group in groups], np.int64),
        tuple(themes),
        np.array([theme for one in each for theme in one], np.int64),
        np.concatenate([[0], np.cumsum([len(one) for one in each])]).astype(np.int64),
    )
