"""Cards that no evidence asked for: what came in last, and something different."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from recommender.hearts import heart, preferred_version
from recommender.index import Snapshot
from recommender.readings import Profile


@dataclass(frozen=True)
class Away:
    """What a different text must keep away from."""

    themes: Collection[str]  # that the member is known for
    texts: Collection[str]  # near some evidence, wanted or unwanted; see `Snapshot.texts`
    blocked: np.ndarray  # (size,) bool, rows that must not be offered


def newest(
    snapshot: Snapshot, profile: Profile, away: Away, taken: Collection[str], *, count: int
) -> list[int]:
    """Rows: the heart of each text that came in lately, in the order given."""
    found: list[int] = []
    texts = set(taken)
    for name in profile.fresh:
        code = snapshot.group_codes.get(name)
        if len(found) >= count:
            break
        if code is not None and len(snapshot.rows_of_group(code)):
            found += _offered(snapshot, code, profile, away, texts)
    return found


def different(
    snapshot: Snapshot,
    profile: Profile,
    away: Away,
    taken: Collection[str],
    *,
    day: dt.date,
    count: int,
) -> list[int]:
    """Rows: hearts of texts away from what the member is known for; others tomorrow.

    All texts stand on a ring in the order of a hash of their names; member and
    day say where to begin, so every text has its turn. First those of themes
    that are not among these cards yet. Where everything is near, or of a known
    theme, there is nothing different, and nothing is called so.
    """
    found: list[int] = []
    texts, themes = set(taken) | set(away.texts), set[str]()
    for repeat_theme in (False, True):
        for code in _round(snapshot, profile.member, day):
            if len(found) >= count:
                return found
            group = snapshot.groups[code]
            if (
                group.kind != "passage"
                or not set(group.themes).isdisjoint(away.themes)
                or (not repeat_theme and not themes.isdisjoint(group.themes[:1]))
            ):
                continue
            chosen = _offered(snapshot, code, profile, away, texts)
            found += chosen
            themes.update(group.themes[:1] if chosen else ())
    return found


def _offered(
    snapshot: Snapshot, code: int, profile: Profile, away: Away, texts: set[str]
) -> list[int]:
    """The row to offer, and the text's name added to `texts`; empty if it may not be."""
    name = snapshot.texts[code]
    if name in texts:
        return []
    row = heart(snapshot, preferred_version(snapshot, code, profile))
    if away.blocked[row]:
        return []
    texts.add(name)
    return [row]


def _round(snapshot: Snapshot, member: str, day: dt.date) -> Iterator[int]:
    """Once around the ring."""
    seed = blake2b(f"{member}\0{day.isoformat()}".encode(), digest_size=8).digest()
    size = len(snapshot.ring)
    start = int.from_bytes(seed, "big") * size >> 64
    for step in range(size):
        yield int(snapshot.ring[(start + step) % size])
