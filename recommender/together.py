"""Which readings members write about who wrote about others.

Learned from acts that everybody in the organisation can see, and from nothing
else (docs/decisions/0007 has the list): the caller hands in only such acts.
What a member did in private enters no shared model; it meets this one when
that member's own suggestions are made, reading by reading, so that what one
deed gives depends on no other deed.

Reading the model needs NumPy alone; fitting it needs SciPy.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from recommender.errors import RecommenderError
from recommender.index import Snapshot

FORMAT = "xinde-together-1"
NEAREST = 50  # texts that are kept for each text
FEWEST = 2  # members who wrote about both texts of a pair; lists only make it stronger
SHRINK = 3.0  # acts on both texts that chance alone might bring, in organisations of dozens


class TogetherBroken(RecommenderError):
    """The file of the model cannot be used."""


@dataclass(frozen=True)
class Act:
    """Somebody wrote about, cited or listed a text where the whole organisation sees it."""

    who: str  # a member, or a list that everybody may read
    group: str  # the text's slug
    day: dt.date
    listed: bool = False  # by a list


@dataclass(frozen=True)
class Basis:
    """What a model was learned from, in numbers."""

    acts: int = 0
    people: int = 0  # members and lists
    texts: int = 0
    made_on: str = ""  # a day, as 2026-05-04


@dataclass(eq=False)  # not frozen: a `Together` has a weight that could be set; nobody sets it
class Pairs:
    """How much texts go with each other. Is a `Together` (recommender/readings.py).

    Versions of one text are one text here: what is written about a translation
    speaks for the original. The k-th text's neighbours lie at starts[k]:starts[k+1].
    """

    groups: tuple[str, ...]  # names, sorted
    text_of: np.ndarray  # (n_groups,) int32, which text each group is a version of
    starts: np.ndarray  # (n_texts + 1,) int64
    others: np.ndarray  # (n_pairs,) int32, texts; the nearest first
    values: np.ndarray  # (n_pairs,) float32 in (0, 1]
    weight: float = 0.0
    basis: Basis = Basis()

    def gains(self, group: str, others: Sequence[str]) -> np.ndarray:
        """(n,) float64 in [0, 1]; 0 for a group that is unknown, the same or a version of it."""
        near = self._near(group)
        if not near:
            return np.zeros(len(others))
        place = self._text.get
        found = (near.get(place(other, -1), 0.0) for other in others)
        return np.fromiter(found, np.float64, len(others))

    def nearest(self, group: str, limit: int) -> list[str]:
        """Groups that go with `group`, most first, all versions of each; [] where it is unknown."""
        found: list[str] = []
        for text in self._near(group):
            found += self._versions[text]
            if len(found) >= limit:
                break
        return found[:limit]

    def _near(self, group: str) -> dict[int, float]:
        """Text -> gain of the neighbours of a group, the nearest first."""
        text = self._text.get(group)
        if text is None:
            return {}
        some = slice(self.starts[text], self.starts[text + 1])
        return dict(zip(self.others[some].tolist(), self.values[some].tolist(), strict=True))

    @cached_property
    def _text(self) -> dict[str, int]:
        return dict(zip(self.groups, self.text_of.tolist(), strict=True))

    @cached_property
    def _versions(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = defaultdict(list)
        for group, text in self._text.items():
            found[text].append(group)
        return found


def nothing(basis: Basis = Basis()) -> Pairs:
    """A model that says nothing, for when it earned no weight: it keeps nobody's acts."""
    empty = np.empty(0, np.int32)
    return Pairs((), empty, np.zeros(1, np.int64), empty, np.empty(0, np.float32), 0.0, basis)


def texts_in(snapshot: Snapshot) -> dict[str, str]:
    """Group -> what it is a version of, of all texts of the library that can be read now."""
    sizes = np.diff(snapshot.group_starts)
    return {
        snapshot.groups[code].name: snapshot.texts[code]
        for code in np.flatnonzero((sizes > 0) & ~snapshot.told)
    }


def fit(acts: Iterable[Act], texts: Mapping[str, str], *, made_on: dt.date) -> Pairs:
    """Shrunk cosines of who acted on both of two texts, with weight 0.

    texts: group -> text, as `texts_in` gives it; acts on anything else are
    passed over. See `learned.item_item.fit_neighbours` for the closed form; a
    pair that fewer than FEWEST members wrote about is left out, so that "members
    who wrote about this also wrote about that" is true, and of more than one.
    """
    from recommender.learned.item_item import fit_neighbours
    from recommender.learned.task import rows_of

    acts = list(acts)
    rows = acted_on(acts, texts)
    lists = {act.who for act in acts if act.listed}
    names = sorted({text for found in rows.values() for text in found})
    column = {text: k for k, text in enumerate(names)}
    basis = Basis(sum(map(len, rows.values())), len(rows), len(names), made_on.isoformat())
    if len(names) < 2:
        return nothing(basis)
    read = rows_of(([column[t] for t in rows[who]] for who in sorted(rows)), len(names))
    wrote = read[[who not in lists for who in sorted(rows)]]
    both = (wrote.T @ wrote).tocsr()
    both.data = (both.data >= FEWEST).astype(np.float32)
    near = fit_neighbours(read, np.arange(len(names)), shrink=SHRINK, count=NEAREST).to_candidate
    near = near.multiply(both).tocsr()
    near.eliminate_zeros()
    value = np.minimum(near.data, 1.0).astype(np.float32)
    row = np.repeat(np.arange(len(names)), np.diff(near.indptr))
    order = np.lexsort((near.indices, -value, row))
    groups = tuple(sorted(group for group, text in texts.items() if text in column))
    return Pairs(
        groups,
        np.array([column[texts[group]] for group in groups], np.int32),
        near.indptr.astype(np.int64),
        near.indices[order].astype(np.int32),
        value[order],
        0.0,
        basis,
    )


def acted_on(acts: Iterable[Act], texts: Mapping[str, str]) -> dict[str, set[str]]:
    """Who -> the texts they acted on; an act counts once, one on a text that is gone not at all."""
    rows: dict[str, set[str]] = defaultdict(set)
    for act in acts:
        if act.group in texts:
            rows[act.who].add(texts[act.group])
    return dict(rows)


def weighted(pairs: Pairs, weight: float) -> Pairs:
    """The same model with another weight; with none it forgets what it learned."""
    return replace(pairs, weight=weight) if weight > 0 else nothing(pairs.basis)


def same(one: Pairs, other: Pairs) -> bool:
    """Whether they say the same with the same weight, whenever they were made."""
    return (one.groups, one.weight) == (other.groups, other.weight) and all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("text_of", "starts", "others", "values")
    )


def save(pairs: Pairs, path: Path) -> None:
    """In one step: a reader finds the old file or the new one, whole."""
    head = {
        "format": FORMAT,
        "groups": pairs.groups,
        "weight": pairs.weight,
        "basis": asdict(pairs.basis),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        with draft.open("wb") as out:
            np.savez_compressed(
                out,
                head=np.frombuffer(json.dumps(head).encode(), np.uint8),
                text_of=pairs.text_of,
                starts=pairs.starts,
                others=pairs.others,
                values=pairs.values,
            )
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def load(path: Path) -> Pairs | None:
    """None where there is no file. Raises TogetherBroken for one that cannot be used."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            head = json.loads(kept["head"].tobytes())
            if head["format"] != FORMAT:
                raise ValueError(f"its format is {head['format']}, not {FORMAT}")
            pairs = Pairs(
                tuple(head["groups"]),
                kept["text_of"],
                kept["starts"],
                kept["others"],
                kept["values"],
                float(head["weight"]),
                Basis(**head["basis"]),
            )
        _check(pairs)
    except FileNotFoundError:
        return None
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as problem:
        raise TogetherBroken(
            f"{path} cannot be used ({problem}); suggestions go on without what members write "
            "about together. It is made again in the night, or now with: "
            "xinde evaluate history --renew"
        ) from problem
    return pairs


def _check(pairs: Pairs) -> None:
    """Raises ValueError for arrays that do not fit together."""
    starts, values = pairs.starts, pairs.values
    texts = len(starts) - 1
    sound = (
        len(pairs.groups) == len(pairs.text_of)
        and starts[0] == 0
        and bool((np.diff(starts) >= 0).all())
        and starts[-1] == len(pairs.others) == len(values)
        and (np.concatenate([pairs.text_of, pairs.others, [0]]) >= 0).all()
        and (np.concatenate([pairs.text_of, pairs.others, [-1]]) < texts).all()
        and bool(((values > 0) & (values <= 1)).all())
        and 0 <= pairs.weight < float("inf")
    )
    if not sound:
        raise ValueError("its parts contradict each other")
