"""Whether a piece waits for an organizer, was returned, or neither. Pure.

The rule, line by line:

1. A piece waits when it was submitted and no reader answered it yet.
2. What organizers said of it last decides: when it was accepted it waits no more,
   whatever its author submits later; when it was asked back it is returned, and waits
   again as soon as it was submitted after that.
3. A question that was taken back, hidden or deleted asks nothing back.
4. What came back waits until a reader answered it anew.
5. A draft, a withdrawn and a hidden piece wait for nobody.

`keeping_state.py` is the same rule in SQL; a property test keeps them equal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

State = Literal["first", "back", "returned"]


@dataclass(frozen=True)
class Said:
    """An answer of a reader that stands (neither a reply nor the author's)."""

    at: dt.datetime


@dataclass(frozen=True)
class Reviewed:
    """What an organizer said; of a question that does not stand, nothing."""

    kind: str  # accepted | asked_back
    at: dt.datetime


def state(
    *,
    status: str,
    hidden: bool,
    submitted_at: dt.datetime | None,
    answers: Iterable[Said],
    reviews: Iterable[Reviewed],
) -> State | None:
    if status != "submitted" or hidden or submitted_at is None:
        return None
    said = list(answers)
    last = max(reviews, key=lambda review: review.at, default=None)
    if last is None:
        return None if said else "first"
    if last.kind == "accepted":
        return None
    if last.at >= submitted_at:
        return "returned"
    return None if any(answer.at >= submitted_at for answer in said) else "back"
