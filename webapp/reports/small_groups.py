"""Which groups' figures may be shown, so that none about fewer than five people can be computed. Pure.

Whoever organizes a unit opens its report, those of the units below it, and these for
any period, and may add and subtract what they show: a unit of six less its one office
of five is a person. So it is decided for all units of the organisation together, and
every page asks the same decision.

The rule: all people are sorted by which of the shown groups they belong to; whoever is
in the same ones stands in one part. A group is shown only where no part of fewer than
five people comes to be. Adding and subtracting shown figures gives a figure about
whole parts, and so do "in both" and "in one but not the other": never one about fewer
than five. Whoever is in no shown group is in no figure at all; that rest may be small.

It holds for periods too, because the people of a unit are those who belong to it on
the day of looking, whatever the period: a figure for two periods less that for one is
still about the same people.

What requirements ask is told of such groups too, for each unit: those for whom one
holds. They are decided together, after the units themselves (`grouping.together`):
what six people handed in less what five of them did is about the sixth.

The larger a group, the sooner it is decided. A leading group whose people come from
every branch then gives way to the branches, and not they to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

FEWEST = 5

# How many people there are for each set of groups that somebody is in.
People = Mapping[frozenset[str], int]


def sizes(people: People) -> dict[str, int]:
    """How many people are in each group."""
    found: Counter[str] = Counter()
    for groups, number in people.items():
        for group in groups:
            found[group] += number
    return dict(found)


def shown(
    people: People, *, first: frozenset[str] = frozenset(), fewest: int = FEWEST
) -> frozenset[str]:
    """The groups whose figures may be shown, all of them together. `first`: groups to
    which the others give way, whatever their size."""
    return _shown(frozenset(people.items()), first, fewest)


# Every report decides it for the same people at some days and requirements.
@lru_cache(maxsize=64)
def _shown(
    people: frozenset[tuple[frozenset[str], int]], first: frozenset[str], fewest: int
) -> frozenset[str]:
    kinds = list(people)
    of_group: dict[str, list[int]] = {}
    for place, (groups, _number) in enumerate(kinds):
        for group in groups:
            of_group.setdefault(group, []).append(place)
    by_size = sizes(dict(kinds))
    part = [0] * len(kinds)  # in which part each kind of people stands; 0: in no shown group
    size_of: dict[int, int] = {}  # of each part but 0
    found = []
    for group in sorted(of_group, key=lambda g: (g not in first, -by_size[g], g)):
        inside: Counter[int] = Counter()
        for place in of_group[group]:
            inside[part[place]] += kinds[place][1]
        if any(_too_small(number, size_of.get(p), fewest) for p, number in inside.items()):
            continue
        found.append(group)
        moved: dict[int, int] = {}
        for p, number in inside.items():
            if size_of.get(p) == number:
                continue  # all of the part is in it: nothing is divided
            moved[p] = len(size_of) + 1
            size_of[moved[p]] = number
            if p:
                size_of[p] -= number
        for place in of_group[group]:
            part[place] = moved.get(part[place], part[place])
    return frozenset(found)


def _too_small(inside: int, part: int | None, fewest: int) -> bool:
    """Whether a group that takes `inside` people out of a part leaves too few, there
    or here. part: its size; None: these are in no shown group yet."""
    outside = 0 if part is None else part - inside
    return 0 < inside < fewest or 0 < outside < fewest
