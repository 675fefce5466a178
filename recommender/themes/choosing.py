"""Which texts make a theme list, and in which order. Pure: numbers in, places out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

# Chosen on half of the themes of `benchmarks/theme_lists.py`; the optimum is flat.
COVERS = 0.25  # of a list's worth: its sub-themes; the rest is relevance
ALIKE = 0.2  # what a text loses that is as like a chosen one as a text can be
ALIKE_FROM = 0.5  # likeness below which two texts are simply two texts on one subject
SAME = 0.9  # likeness from which they say the same
DEAR = 0.05  # for each doubling of a text's fair share of the time
ROLE = 0.2  # gained by a text for a role that was asked for, lost by one for others only
WORDLESS = 4  # of so many readings one is told by a member, where one fits

LEVELS = {"introductory": 0, "intermediate": 1, "advanced": 2}


@dataclass(frozen=True)
class Candidates:
    """What may stand on the list; every array is by candidate."""

    scores: np.ndarray  # (n,) 0 to 1
    covers: np.ndarray  # (n, k) 0 to 1 of each sub-theme
    likeness: np.ndarray  # (n, n) -1 to 1
    minutes: np.ndarray  # (n,) int64
    told: np.ndarray  # (n,) bool: told by a member
    roles: np.ndarray  # (n,) 1 for a role that was asked for, -1 for others only, else 0


def choose(
    these: Candidates,
    *,
    count: int,
    budget: int | None = None,
    kept: Sequence[int] = (),
    barred: Collection[int] = (),
) -> list[int]:
    """Places that are added to those `kept`, the most useful first, until there are
    `count` together or the time is spent.

    Each time the one that is most about the theme, adds most to the sub-themes that
    are not covered yet, and repeats least. Equal ones in their order.
    """
    left = [p for p in range(len(these.scores)) if p not in set(kept) | set(barred)]
    need = np.full(these.covers.shape[1], 1 / max(these.covers.shape[1], 1))
    for place in kept:
        need = need * (1 - these.covers[place])
    chosen = list(kept)
    spent = int(these.minutes[chosen].sum()) if chosen else 0
    fair = max((budget or 0) / max(count, 1), 1.0)

    def gain(place: int) -> float:
        worth = (1 - COVERS) * float(these.scores[place])
        worth += COVERS * float(need @ these.covers[place])
        worth += ROLE * float(these.roles[place])
        if chosen:
            worth -= ALIKE * repeated(float(these.likeness[place, chosen].max()))
        if budget:
            worth -= DEAR * max(float(np.log2(max(these.minutes[place], 1) / fair)), 0.0)
        return worth

    while left and len(chosen) < count:
        left = [p for p in left if not _same(these, p, chosen)]
        fitting = [p for p in left if not budget or spent + int(these.minutes[p]) <= budget]
        told = int(these.told[chosen].sum()) if chosen else 0
        most = max(1, count // WORDLESS)
        open_to = [p for p in fitting if not these.told[p] or told < most]
        if not open_to:
            break
        one = max(open_to, key=lambda p: (gain(p), -p))
        chosen.append(one)
        left.remove(one)
        spent += int(these.minutes[one])
        need = need * (1 - these.covers[one])
    return chosen[len(kept) :]


def repeated(likeness: float) -> float:
    """0 where two texts differ, 1 where they say the same."""
    return min(max((likeness - ALIKE_FROM) / (1 - ALIKE_FROM), 0.0), 1.0)


def _same(these: Candidates, place: int, chosen: Sequence[int]) -> bool:
    return bool(len(chosen)) and float(these.likeness[place, list(chosen)].max()) >= SAME


def in_order(
    levels: Sequence[str | None],
    general: Sequence[float],
    series: Sequence[tuple[str, int] | None],
) -> list[int]:
    """From introductory to advanced, what speaks to more of the theme first; the
    volumes of a series in the order of the series.

    A text of no level, such as a member's experience, stands in the middle.
    """
    order = sorted(
        range(len(levels)), key=lambda i: (LEVELS.get(levels[i] or "", 1), -general[i], i)
    )
    for name in {of[0] for of in series if of}:
        slots = [slot for slot, i in enumerate(order) if _of(series[i]) == name]
        volumes = sorted((order[slot] for slot in slots), key=lambda i: (_volume(series[i]), i))
        for slot, i in zip(slots, volumes, strict=True):
            order[slot] = i
    return order


def _of(place: tuple[str, int] | None) -> str:
    return place[0] if place else ""


def _volume(place: tuple[str, int] | None) -> int:
    return place[1] if place else 0
