"""Methods side by side: numbers for each method and group of members, and what sets two apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.evaluation import measures
from recommender.evaluation.intervals import FEWEST, Interval, interval

MEASURES = ("recall", "ndcg", "diversity", "calibration", "novelty")
NEW, FEW = 1, 5  # texts known of a member, at most


@dataclass(frozen=True)
class Lists:
    """One method's lists, with a number for each list and measure."""

    columns: np.ndarray  # (n_lists, n_places) places among the candidates, -1 for none
    of: Mapping[str, np.ndarray]  # MEASURES -> (n_lists,)


@dataclass(frozen=True)
class Row:
    """One method for one group of members."""

    method: str
    group: str  # all, new, few, many, en, zh
    members: int
    of: Mapping[str, Interval]  # MEASURES and coverage


@dataclass(frozen=True)
class Comparison:
    """One method less another, member by member."""

    group: str
    other: str
    of: Mapping[str, Interval]  # MEASURES


def groups_of(known: np.ndarray, chinese: np.ndarray, owners: np.ndarray) -> dict[str, np.ndarray]:
    """Name -> (n_lists,) bool. `known` texts of whom a list is for; `chinese` readers.

    A division in which a group has some members and fewer than FEWEST is left
    out whole: the few could be told from the rest. So is one with a single group.
    """
    found = {"all": np.ones(len(known), bool)}
    for division in (
        {"new": known <= NEW, "few": (known > NEW) & (known <= FEW), "many": known > FEW},
        {"en": ~chinese, "zh": chinese},
    ):
        sizes = {name: len(np.unique(owners[inside])) for name, inside in division.items()}
        there = {name: size for name, size in sizes.items() if size}
        if len(there) > 1 and min(there.values()) >= FEWEST:
            found |= {name: division[name] for name in there}
    return found


def compared(
    by_method: Mapping[str, Lists],
    groups: Mapping[str, np.ndarray],
    owners: np.ndarray,
    n_candidates: int,
) -> list[Row]:
    """A row for each group and method; `owners` (n_lists,) says whose list each is."""
    return [
        Row(
            method,
            group,
            len(np.unique(owners[inside])),
            {name: interval(by_member(lists.of[name][inside], owners[inside])) for name in MEASURES}
            | {"coverage": measures.coverage(lists.columns[inside], owners[inside], n_candidates)},
        )
        for group, inside in groups.items()
        for method, lists in by_method.items()
    ]


def differences(
    own: str,
    others: Sequence[str],
    by_method: Mapping[str, Lists],
    groups: Mapping[str, np.ndarray],
    owners: np.ndarray,
) -> list[Comparison]:
    """In each group `own` less the best of the others, by NDCG."""
    found = []
    for group, inside in groups.items():

        def mean(method: str, inside: np.ndarray = inside) -> float:
            return float(by_method[method].of["ndcg"][inside].mean())

        best = max(others, key=mean)
        less = {
            name: (by_method[own].of[name] - by_method[best].of[name])[inside] for name in MEASURES
        }
        of = {name: interval(by_member(less[name], owners[inside])) for name in MEASURES}
        found.append(Comparison(group, best, of))
    return found


def by_member(values: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """(n_members,) each member's mean: whoever is asked often counts once."""
    member = np.unique(owners, return_inverse=True)[1]
    return np.bincount(member, weights=values) / np.maximum(np.bincount(member), 1)
