"""How long pieces wait for an answer: how many for how long, and the middle. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Within so many days, each beginning where the one before ends; None: longer.
BANDS: tuple[int | None, ...] = (1, 3, 7, 14, 30, None)


@dataclass(frozen=True)
class Waits:
    """days: how many pieces were answered after so many whole days."""

    days: Mapping[int, int]
    still: int  # that nobody answered yet

    @property
    def answered(self) -> int:
        return sum(self.days.values())

    @property
    def all(self) -> int:
        return self.answered + self.still

    @property
    def half_within(self) -> int | None:
        """Within how many days half of all pieces were answered, those that still wait
        counted with them; None while it is fewer than half."""
        so_far = 0
        for days in sorted(self.days):
            so_far += self.days[days]
            if 2 * so_far >= self.all:
                return days + 1
        return None

    def bands(self) -> list[tuple[int, int | None, int]]:
        """(from day, to day, pieces); a piece answered in its first 24 hours is in 1 to 1."""
        found, begins = [], 1
        for ends in BANDS:
            number = sum(
                n for d, n in self.days.items() if d + 1 >= begins and (ends is None or d < ends)
            )
            found.append((begins, ends, number))
            begins = (ends or 0) + 1
        return found
