"""How often the coach was wrong, as far as it may be told. Pure.

No member is in the numbers; but in a small organisation, or from few remarks, or
from what changes while one looks on, a person might be guessed. So months are told
when they have ended, many remarks together, and small numbers as "fewer than".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.coach.remarks import KINDS
from webapp.coach.wording import name_of

LEAST_SHOWN = 20
LEAST_MEMBERS = 5
FEW = 5  # called wrong: fewer are not told apart


@dataclass(frozen=True)
class Rate:
    kind: str
    name: str
    shown: int  # rounded down to tens; 0: too few to tell
    wrong: int  # 0: fewer than FEW


@dataclass(frozen=True)
class Rates:
    told: bool  # whether the organisation is large enough
    kinds: tuple[Rate, ...] = ()
    few: int = FEW

    @property
    def told_kinds(self) -> list[Rate]:
        return [rate for rate in self.kinds if rate.shown]

    @property
    def other_kinds(self) -> list[Rate]:
        return [rate for rate in self.kinds if not rate.shown]


def rates(counts: Sequence[tuple[str, int, int]], *, members: int) -> Rates:
    """counts: kind, shown, called wrong."""
    if members < LEAST_MEMBERS:
        return Rates(told=False)
    found = {kind: (shown, called) for kind, shown, called in counts}
    rows = []
    for kind in KINDS:
        shown, called = found.get(kind, (0, 0))
        enough = shown >= LEAST_SHOWN
        rows.append(
            Rate(
                kind,
                name_of(kind),
                shown // 10 * 10 if enough else 0,
                called if enough and called >= FEW else 0,
            )
        )
    return Rates(told=True, kinds=tuple(rows))
