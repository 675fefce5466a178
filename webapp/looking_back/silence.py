"""What a member does not want to be reminded of. Pure.

Kept among what they switched off: all of it, single pieces, or one day.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from webapp.suggestions.profile import EVERYTHING

ALL = "looking_back"
MOST_KEPT = 1_000

_PIECE = re.compile(r"(note|reflection)/[a-z0-9]{1,32}", re.ASCII)


def well_formed(piece: str) -> bool:
    """Whether it can name a piece: its kind and its id."""
    return _PIECE.fullmatch(piece) is not None


@dataclass(frozen=True)
class Silence:
    """As it stands now."""

    off: bool  # altogether
    pieces: frozenset[str]
    today: bool

    @property
    def quiet(self) -> bool:
        return self.off or self.today


def of(switched_off: Sequence[str], today: dt.date) -> Silence:
    return Silence(
        off=ALL in switched_off or EVERYTHING in switched_off,
        pieces=pieces(switched_off),
        today=_day(today) in switched_off,
    )


def pieces(switched_off: Sequence[str]) -> frozenset[str]:
    head = f"{ALL}:"
    return frozenset(s.removeprefix(head) for s in switched_off if s.startswith(head))


def not_today(switched_off: Sequence[str], today: dt.date) -> list[str]:
    """Days that are over are forgotten."""
    kept = [s for s in switched_off if not s.startswith(f"{ALL}@")]
    return [*kept, _day(today)][-MOST_KEPT:]


def never(switched_off: Sequence[str], piece: str, today: dt.date) -> list[str]:
    """Not this piece again, and nothing more today."""
    kept = [s for s in not_today(switched_off, today) if s != f"{ALL}:{piece}"]
    return [*kept, f"{ALL}:{piece}"][-MOST_KEPT:]


def again(switched_off: Sequence[str], piece: str) -> list[str]:
    return [s for s in switched_off if s != f"{ALL}:{piece}"]


def switched(switched_off: Sequence[str], *, off: bool) -> list[str]:
    kept = [s for s in switched_off if s != ALL]
    return [*kept, ALL][-MOST_KEPT:] if off else kept


def _day(today: dt.date) -> str:
    return f"{ALL}@{today.isoformat()}"
