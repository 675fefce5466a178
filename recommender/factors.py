"""What a reading's parts are multiplied by: language, time, level, freshness, place in a series.

One number per text for all its parts, so that a score stays the sum of its
parts and a part stays what taking its evidence away would cost.
"""

from __future__ import annotations

import numpy as np

OTHER_LANGUAGE = 0.8  # for readings not in the member's first language
# A text that takes longer than the member has: less the longer it is, and
# never less than this, so that a passage of a book is offered when clearly closer.
LEAST_TIME = 0.6
# By the number of texts read of a theme: 0, 1, 2, 3 and more.
ADVANCED = [0.9, 0.95, 1.0, 1.0]
INTRODUCTORY = [1.0, 1.0, 1.0, 0.9]
OTHERS = [1.0, 1.0, 1.0, 1.0]
BY_LEVEL = np.array([OTHERS, INTRODUCTORY, OTHERS, ADVANCED])  # see `catalogue.LEVELS`
NEXT_PART = 1.2  # of a series that the member has begun
LATER_PART = 0.7  # they wait until what comes before them was read
FRESHNESS = 1 / 3  # what the slider at 1 adds to a text that came in lately


def factors(
    minutes: np.ndarray,
    level: np.ndarray,
    read: np.ndarray,
    first_language: np.ndarray,
    fresh: np.ndarray,
    *,
    available: int | None,
    newness: float,
    part: np.ndarray | None = None,
) -> np.ndarray:
    """(n,) float64 > 0, one per reading.

    minutes: that the whole text takes; level: 1 introductory to 3 advanced, 0
    unknown; read: texts that the member has read of its theme; first_language,
    fresh: bool; part: 1 for the next one of a series that was begun, -1 for those
    after it, 0 for others. `available` minutes, None when the member did not say.
    """
    found = np.where(first_language, 1.0, OTHER_LANGUAGE)
    found *= for_time(minutes, available)
    found *= for_level(level, read)
    found[fresh] *= 1 + FRESHNESS * newness
    if part is not None:
        found *= np.where(part > 0, NEXT_PART, np.where(part < 0, LATER_PART, 1.0))
    return found


def for_time(minutes: np.ndarray, available: int | None) -> np.ndarray:
    """1 for what can be read in that time, then falling with the square root of the excess."""
    if available is None or available <= 0:
        return np.ones(len(minutes))
    longer = np.maximum(minutes / available, 1.0)
    return np.maximum(1 / np.sqrt(longer), LEAST_TIME)


def for_level(level: np.ndarray, read: np.ndarray) -> np.ndarray:
    """Introductory texts of a theme first; after a few, those that lead further."""
    found: np.ndarray = BY_LEVEL[level, read.clip(0, 3)]
    return found
