"""An organisation's own past as a test: what an author wrote about next is hidden, and looked for.

Only what everybody in the organisation can see is handed in. Of the past a few
days are taken; on each, everything before may be learned from, and every author
with a past is asked about what they first wrote about from then until the next.
One day holds for all authors, so that nobody's later writing tells of another's.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.together import Act

CUTS = (0.4, 0.55, 0.7, 0.85)  # shares of the acts that lie before the days
MOST_ASKED = 60  # authors, if not said otherwise: their words are encoded, a few pieces a second


@dataclass(frozen=True)
class Question:
    """One author on one day: what is known of them, and what they wrote about next."""

    author: str
    day: dt.date  # nothing of this day or later is known
    known: frozenset[str]  # texts they acted on before; never empty
    next: frozenset[str]  # texts they first acted on from then on; never empty


def questions(
    acts: Collection[Act],
    authors: Collection[str],
    texts: Mapping[str, str],
    *,
    most: int = MOST_ASKED,
    seed: int = 0,
) -> list[Question]:
    """By day and author; of at most so many authors, drawn by chance.

    `texts` gives the text of each group; acts on other groups are passed over.
    Who acts without being an author (a list) is learned from and never asked.
    """
    seen = [act for act in acts if act.group in texts]
    days = cut_days(seen)
    found = [
        question
        for day, end in zip(days, [*days[1:], dt.date.max], strict=True)
        for question in _on(seen, authors, texts, day, end)
    ]
    asked = sorted({question.author for question in found})
    drawn = np.random.default_rng(seed).permutation(len(asked))[:most]
    kept = {asked[k] for k in drawn}
    return [question for question in found if question.author in kept]


def cut_days(acts: Sequence[Act]) -> list[dt.date]:
    """The days that have the shares CUTS of all acts before them; each once."""
    days = sorted(act.day for act in acts)
    return sorted({days[int(len(days) * share)] for share in CUTS}) if days else []


def before(acts: Collection[Act], day: dt.date) -> list[Act]:
    return [act for act in acts if act.day < day]


def _on(
    acts: Sequence[Act],
    authors: Collection[str],
    texts: Mapping[str, str],
    day: dt.date,
    end: dt.date,
) -> list[Question]:
    known: dict[str, set[str]] = defaultdict(set)
    later: dict[str, set[str]] = defaultdict(set)
    for act in acts:
        if act.who in authors and act.day < end:
            (known if act.day < day else later)[act.who].add(texts[act.group])
    return [
        Question(author, day, frozenset(known[author]), frozenset(fresh))
        for author in sorted(later)
        if known[author] and (fresh := later[author] - known[author])
    ]
