"""Which links of a chain a reader sees, and in which order they stand. Pure.

The chain: a passage, the piece that began with it, the goal set in that piece,
the activity where it was acted on, what became of the goal, the experience that tells it, and whom that moved to
act. A step that is not for this reader is left out, and so is whatever is
reached through it alone; nothing tells that there was more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from webapp.goals.setting import ANSWERED

Kind = Literal["passage", "reflection", "experience", "goal", "activity", "outcome", "moved"]


@dataclass(frozen=True)
class Piece:
    """A piece that the reader may read. Its author stands here only as `mine`."""

    id: str
    title: str
    genre: str
    language: str
    mine: bool
    nameless: bool  # submitted without the author's name
    status: str
    shown_at: dt.datetime | None
    author: str  # "" where the name is not shown
    goal_id: str | None
    text_slug: str | None = None
    text_title: str | None = None


@dataclass(frozen=True)
class GoalFacts:
    """A goal; its words are here only where they are for this reader."""

    id: str
    mine: bool
    in_chain: bool
    author_may_know: bool
    what: str
    by: dt.date | None
    language: str
    status: str
    outcome: str
    answered_at: dt.datetime | None
    created_at: dt.datetime
    reflection_id: str | None
    reading_id: str | None
    source: str
    quote: str
    activity: str = ""  # at which it was acted on
    activity_day: dt.date | None = None


@dataclass(frozen=True)
class Cited:
    """The first passage, or piece, that a piece quotes."""

    reading_id: str
    source: str
    quote: str


@dataclass(frozen=True)
class Step:
    kind: Kind
    words: str  # a title, the goal, what happened, a member's name
    reading_id: str | None = None  # of a passage or piece, to be linked
    goal_id: str | None = None  # of the reader's own goal, to be linked
    quote: str = ""
    by: str = ""  # author of a piece
    day: dt.date | dt.datetime | None = None
    language: str = ""
    status: str = ""  # of a goal's outcome; of an own piece
    mine: bool = False
    here: bool = False  # the page that shows the chain is about this one
    only_you: bool = False  # nobody else sees this step


def shows_goal(goal: GoalFacts) -> bool:
    """Whether the goal itself is a step for this reader."""
    return goal.mine or goal.in_chain


def joins_own(goal: GoalFacts, piece: Piece) -> bool:
    """Whether the reader sees that a goal and a piece of the same member belong
    together. Of a piece without a name they never do: the goal, or the piece at
    its other end, would say whose it is."""
    return shows_goal(goal) and (piece.mine or not piece.nameless)


def joins_reading(goal: GoalFacts) -> bool:
    """Whether the reader sees what passage, or piece of another, a goal was born from."""
    if goal.mine or goal.in_chain:
        return True
    return goal.author_may_know and bool(goal.reading_id and "/" in goal.reading_id)


def joins_moved(goal: GoalFacts, piece: Piece) -> bool:
    """Whether a piece is shown as what another member's experience led to."""
    seen = goal.mine or goal.in_chain or goal.author_may_know
    return seen and (piece.mine or not piece.nameless)


def of_piece(piece: Piece, *, here: bool = False) -> Step:
    return Step(
        "experience" if piece.genre == "experience" else "reflection",
        piece.title,
        reading_id=f"reflection/{piece.id}",
        by=piece.author,
        day=piece.shown_at,
        language=piece.language,
        status=piece.status if piece.mine else "",
        mine=piece.mine,
        here=here,
        only_you=piece.mine and piece.status != "submitted",
    )


def of_passage(reading_id: str, source: str, quote: str, *, only_you: bool = False) -> Step:
    return Step("passage", source, reading_id=reading_id, quote=quote, only_you=only_you)


def of_goal(goal: GoalFacts, *, here: bool = False, named: bool = False) -> list[Step]:
    """The goal and what became of it; nothing where it is not for this reader.

    `named`: its member's name stands beside it, on a piece it belongs to. Without one
    the activity is left out: whoever entered who attended could tell whose goal it is.
    """
    if not shows_goal(goal):
        return []
    alone = goal.mine and not goal.in_chain
    steps = [
        Step(
            "goal",
            goal.what,
            goal_id=goal.id if goal.mine else None,
            day=goal.created_at,
            language=goal.language,
            mine=goal.mine,
            here=here,
            only_you=alone,
        )
    ]
    if goal.activity and (goal.mine or named):
        steps.append(
            Step("activity", goal.activity, day=goal.activity_day, mine=goal.mine, only_you=alone)
        )
    if goal.status in ANSWERED:
        steps.append(
            Step(
                "outcome",
                goal.outcome,
                goal_id=goal.id if goal.mine else None,
                day=goal.answered_at,
                language=goal.language,
                status=goal.status,
                mine=goal.mine,
                only_you=alone,
            )
        )
    return steps


def worth_showing(steps: Sequence[Step]) -> bool:
    """Whether there is a chain: a piece alone with itself is none."""
    return len(steps) > 1
