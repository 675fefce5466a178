"""What stands in the way of an answer. Pure."""

from __future__ import annotations

from typing import Literal

BODY_LIMIT = 4_000  # characters of an answer
SEND_LIMIT = 100_000  # longer is not even sent back for shortening
REASON_LIMIT = 1_000  # of a report, or of what an organizer says
MOST_OF_ONE = 60  # answers and replies of one member to one piece
MOST_REPORTS = 20  # of one member that still wait

KINDS = ("echo", "question", "suggestion")

Obstacle = Literal["empty", "too_long", "no_kind", "own_piece", "too_many", "moved", "gone", "over"]


def obstacle(*, body: str, kind: str, reply: bool, own_piece: bool, given: int) -> Obstacle | None:
    """Of an answer (`reply`: below another) by a member who gave so many already."""
    if not body.strip():
        return "empty"
    if len(body) > BODY_LIMIT:
        return "too_long"
    if not reply and kind not in KINDS:
        return "no_kind"
    if own_piece and not reply:
        return "own_piece"
    if given >= MOST_OF_ONE:
        return "too_many"
    return None
