"""What somebody did that may count, as the rules of counting see it. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from webapp.answers.counting import Answered


@dataclass(frozen=True)
class Heard:
    """An answer to a piece, and whose it is."""

    by: str  # "" for what was said to an entered piece: whoever entered it vouches for that
    answer: Answered


@dataclass(frozen=True)
class Reviewed:
    """What an organizer decided about a piece at last."""

    accepted: bool
    day: dt.date


@dataclass(frozen=True)
class Piece:
    """A piece that was handed in, by its author or entered for them."""

    id: str
    title: str
    genre: str
    handed_in: dt.date
    status: str = "submitted"
    hidden: bool = False
    themes: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()  # that it is about, or cites
    heard: tuple[Heard, ...] = ()
    reviewed: Reviewed | None = None
    private: bool = False  # the unit cannot see it under this name
    unit_id: str = ""  # whose members alone read it; "" for everybody
    entered_by: str = ""  # name of the organizer; "" when its author submitted it
    objected: bool = False


@dataclass(frozen=True)
class Text:
    """A text of the library. It is one with its translations and other editions."""

    title: str
    themes: frozenset[str]
    work: str  # the same for all of these
    versions: frozenset[str]  # all of these by slug, with its own


@dataclass(frozen=True)
class Reading:
    """A text, or another's piece, that was read."""

    group: str
    title: str
    day: dt.date
    themes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Discussed:
    """An answer to a piece of somebody else."""

    piece_id: str
    title: str  # "" when it may not be read any more
    day: dt.date
    themes: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Attended:
    id: str
    what: str
    day: dt.date
    entered_by: str = ""
    objected: bool = False


@dataclass(frozen=True)
class FollowedUp:
    goal_id: str
    what: str
    day: dt.date


@dataclass(frozen=True)
class Happened:
    """All of one person that may count, as far as the one who looks may know of it."""

    pieces: tuple[Piece, ...] = ()
    readings: tuple[Reading, ...] = ()
    discussed: tuple[Discussed, ...] = ()
    attended: tuple[Attended, ...] = ()
    goals: tuple[FollowedUp, ...] = ()  # no organizer knows of these, nor of `readings`
    texts: dict[str, Text] = field(default_factory=dict, compare=False)  # by slug
