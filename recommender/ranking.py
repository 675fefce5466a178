"""Which readings a member is shown, in which row: varied, one per text, nothing excluded.

Rows take turns; within a row the next reading is the best one after a
deduction for what the list has already (`variety.py`). How many cards a row
may have and how many are of something different, the member's slider says.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from recommender import calibration
from recommender.candidates import Candidates
from recommender.different import Away, different, newest
from recommender.index import Snapshot
from recommender.newness import Slider, slider
from recommender.profile import Asked
from recommender.readings import Profile, Row
from recommender.rows import Contender, contenders
from recommender.scoring import Scored, strength_of
from recommender.variety import Variety

ORDER: tuple[Row, ...] = (
    "listed",
    "because_you_wrote",
    "for_your_role",
    "your_interests",
    "practice",
    "newest",
    "different",
)
# Whose turn it is; a row with nothing left is passed over. Practice comes early:
# one card is for wordless books wherever one is close.
TURNS: tuple[Row, ...] = (
    "listed",
    "because_you_wrote",
    "practice",
    "for_your_role",
    "your_interests",
    "because_you_wrote",
    "listed",
    "your_interests",
    "because_you_wrote",
    "for_your_role",
)
OWN: Row = "because_you_wrote"
FEWEST = 5  # cards; what no evidence can fill is filled with different things, and called so
MOST_NEWEST = 3
NEAR = strength_of(1.0)  # from which a text is no longer something different


@dataclass(frozen=True)
class Pick:
    """A chosen reading: its row in the snapshot and its place among the scored, if any."""

    row: int
    column: int | None
    label: Row


def rank(
    snapshot: Snapshot,
    found: Candidates,
    scored: Scored,
    asked: Asked,
    profile: Profile,
    *,
    day: dt.date,
    count: int,
) -> list[Pick]:
    """At most `count` picks, by row of cards, best first within each."""
    if asked.known:
        picks = _for_known(snapshot, found, scored, asked, profile, day=day, count=count)
    else:
        picks = _for_unknown(snapshot, found, scored, asked, profile, day=day, count=count)
    places = {label: place for place, label in enumerate(ORDER)}
    return sorted(picks, key=lambda pick: places[pick.label])


def _for_known(
    snapshot: Snapshot,
    found: Candidates,
    scored: Scored,
    asked: Asked,
    profile: Profile,
    *,
    day: dt.date,
    count: int,
) -> list[Pick]:
    """Rows of evidence, then as many different things as the slider says."""
    how = slider(profile.newness, count)
    own = calibration.own_mix(snapshot, scored, asked)
    lists = contenders(snapshot, scored, asked, profile) if len(scored.rows) else {}
    ready = take_turns(snapshot, lists, count, how, calibration.wanted(own, how.elsewhere))
    chosen = ready[: count - how.stretch]
    themes = calibration.known_themes(snapshot, own, profile, asked)
    away = Away(themes, near_texts(snapshot, scored), found.blocked)
    least = FEWEST if how.stretch or not chosen else 0
    room = min(count - len(chosen), max(how.stretch, least - len(chosen)))
    taken = _texts(snapshot, chosen)
    rows = different(snapshot, profile, away, taken, day=day, count=room)
    stretch = [Pick(row, None, "different") for row in rows]
    # Where there is less that is different, its place goes back.
    taken |= _texts(snapshot, stretch)
    for pick in ready[len(chosen) :]:
        if len(chosen) + len(stretch) < count and taken.isdisjoint(_texts(snapshot, [pick])):
            chosen.append(pick)
    return chosen + stretch


def _for_unknown(
    snapshot: Snapshot,
    found: Candidates,
    scored: Scored,
    asked: Asked,
    profile: Profile,
    *,
    day: dt.date,
    count: int,
) -> list[Pick]:
    """The lists of the unit, the newest, and different things: nothing else is true."""
    lists = contenders(snapshot, scored, asked, profile) if len(scored.rows) else {}
    away = Away((), near_texts(snapshot, scored), found.blocked)
    unwanted = outweighed(snapshot, scored)
    least = len(newest(snapshot, profile, away, unwanted, count=min(MOST_NEWEST, count // 2)))
    chosen = [Pick(c.row, c.column, "listed") for c in lists.get("listed", ())][: count - least]
    taken = _texts(snapshot, chosen)
    most = min(count - len(chosen), max(MOST_NEWEST, least))
    rows = newest(snapshot, profile, away, taken | unwanted, count=most)
    chosen += [Pick(row, None, "newest") for row in rows]
    taken = _texts(snapshot, chosen)
    rows = different(snapshot, profile, away, taken, day=day, count=count - len(chosen))
    return chosen + [Pick(row, None, "different") for row in rows]


def outweighed(snapshot: Snapshot, scored: Scored) -> set[str]:
    """Texts with a passage that less-like-this brings below zero."""
    codes = np.unique(snapshot.group_of[scored.rows[scored.totals < 0]]).tolist()
    return {snapshot.texts[code] for code in codes}


def near_texts(snapshot: Snapshot, scored: Scored) -> set[str]:
    """Texts with a passage that is near some evidence, wanted or unwanted."""
    if not scored.strength.size:
        return set()
    close = scored.strength.max(axis=0) > NEAR
    codes = np.unique(snapshot.group_of[scored.rows[close]]).tolist()
    return {snapshot.texts[code] for code in codes}


def _texts(snapshot: Snapshot, picks: Sequence[Pick]) -> set[str]:
    return {snapshot.texts[snapshot.group_of[pick.row]] for pick in picks}


def take_turns(
    snapshot: Snapshot,
    lists: dict[Row, list[Contender]],
    count: int,
    how: Slider,
    wish: np.ndarray,
) -> list[Pick]:
    """Rows choose in turn until `count` are chosen or nothing is left; in that order.

    What is near above all to the member's own words is left to the row that
    says so, until that row is full or has nothing left. wish (t,) is the mix
    of themes that the list should have. Rows grow beyond the slider's number
    of cards only where all together have few.
    """
    variety = Variety(snapshot, (c.row for found in lists.values() for c in found), how, wish)
    left = {label: list(found) for label, found in lists.items()}  # what each may still choose
    shown: Counter[Row] = Counter()
    chosen: list[Pick] = []
    for label, most, enough in _turns(lists, count, how):
        if len(chosen) >= enough or shown[label] >= most:
            continue
        mine = left[label]
        if label in ("for_your_role", "your_interests") and shown[OWN] < most and left.get(OWN):
            mine = [c for c in mine if not c.own_words]
        if not mine:
            continue
        best = mine[0]
        if label != "listed" and len(mine) > 1:
            best = min(mine, key=lambda c: (variety.deduction(c.row) - c.value, c.text))
        chosen.append(Pick(best.row, best.column, label))
        shown[label] += 1
        left = {row: [c for c in each if c.text != best.text] for row, each in left.items()}
        variety.add(best.row)
    return chosen


def _turns(lists: Collection[Row], count: int, how: Slider) -> Iterator[tuple[Row, int, int]]:
    """Whose turn it is, how many cards that row may have then, and how many are enough."""
    present = [label for label in TURNS if label in lists]
    for most, enough in ((how.in_row, count), (how.alone, min(how.alone, count))):
        for _ in range(count):
            for label in present:
                yield label, most, enough
