"""What can be suggested, what a member brings, and what a suggestion is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

import numpy as np

ReadingKind = Literal["passage", "reflection", "experience"]
EvidenceKind = Literal[
    "working_on",  # "what are you working on now?"
    "interest",  # a theme the member picked
    "role",  # the duties of a role the member has
    "reflection",  # the member's own reflection, submitted or draft
    "note",  # the member's own note
    "read",
    "saved",
    "written",  # readings the member acted on
    "more",  # a reading of which the member wants more
    "less",  # a reading of which the member wants less: its parts are below zero
    "question",  # a question that the member asked and kept
    "goal",  # a practice goal that the member set
    # Of the member's units: these give a part to the readings they name, and to no other.
    "list",  # an organizer's list
    "requirement",  # what is asked and still open
    "leader",  # a piece that somebody who leads wrote in the open
]
OF_UNIT: frozenset[EvidenceKind] = frozenset({"list", "requirement", "leader"})
Row = Literal[
    "listed",  # on a list of the member's unit
    "because_you_wrote",
    "for_your_role",
    "your_interests",
    "practice",
    "newest",  # what came in last, for someone who switched everything off
    "different",
]


@dataclass(frozen=True)
class Reading:
    """Anything that can be suggested: a passage of a text, or a published
    reflection or experience. Everybody in the organisation may read it."""

    id: str  # "text-slug/2.1" or "reflection/<id>" (one row per reading; a long
    #          reflection is one reading)
    kind: ReadingKind
    group: str  # text slug, or the reflection's own id: no two of one group in a list
    language: str
    title: str
    author: str  # "" when the author is not shown
    text: str
    sentences: tuple[tuple[int, int], ...]  # spans into `text`
    content_hash: str
    path: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    level: str | None = None
    minutes: int = 1  # of the whole text
    version_group: str | None = None  # versions of one text share it
    published_on: dt.date | None = None  # None for passages of the library


@dataclass(frozen=True)
class Evidence:
    """One thing known of a member that may lead to a reading.

    Never averaged with another: each piece has its own weight and date and can
    be named as a reason, switched off or taken away.
    """

    id: str  # unique within the profile, e.g. "working_on", "role:secretary", "reflection:<id>"
    kind: EvidenceKind
    label: str  # what a person calls it: role name, theme name, title of the reflection
    text: str  # the words that are matched; the label's description for roles and themes
    weight: float = 1.0  # above 0, for kind "less" too; 0 takes no part
    date: dt.date | None = None
    language: str = "en"
    ref: str | None = None  # theme id, role id, reading id, reflection id
    prepared: bytes | None = None  # from `prepare_evidence`, kept by its owner; opaque
    group: str | None = None  # of the reading, for kinds read, saved, written, more, less
    readings: tuple[str, ...] = ()  # of a list, in its order: a group is meant with all its
    #                                 passages and versions, a reading id alone


@dataclass(frozen=True)
class Profile:
    """All that a member's suggestions are computed from. No database, no clock."""

    member: str  # stable id: breaks ties, so that two members may see different "new" things
    evidence: tuple[Evidence, ...] = ()
    languages: tuple[str, ...] = ("en", "zh")  # in which the member reads, preferred first
    themes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    excluded_groups: frozenset[str] = frozenset()  # read, set aside, own, or of an unwanted author
    # A text is left out if any of its themes is among these, first or last.
    excluded_themes: frozenset[str] = frozenset()
    newness: float = 0.3  # 0: more of the same; 1: something new (`newness.py`)
    minutes: int | None = None  # that the member has today; longer texts get a factor below 1
    # Groups that came in lately, newest first: a factor above 1, and a row of
    # their own for someone of whom nothing is known.
    fresh: tuple[str, ...] = ()
    # Groups of series that the member has begun: the part that comes next gets a
    # factor above 1, those after it wait.
    next_parts: tuple[str, ...] = ()
    later_parts: tuple[str, ...] = ()
    # Theme -> texts read of it: introductory ones come first, later those that lead further.
    experience: Mapping[str, int] = field(default_factory=dict)


class Together(Protocol):
    """Which readings members write about who wrote about others: learned from
    acts that the whole organisation can see, and used only while that wins."""

    weight: float  # 0.0 where it does not win on this organisation's own history

    def gains(self, group: str, others: Sequence[str]) -> np.ndarray:
        """(n,) float64 in [0, 1]: how much each of `others` goes with `group`."""

    def nearest(self, group: str, limit: int) -> list[str]:
        """Groups that go with `group`, most first; empty where it is unknown."""


class Part(NamedTuple):  # a list has dozens, and a frozen dataclass takes three times as long
    """What one piece of evidence gave to a reading's score.

    words + meaning + together make the value, but for a list, which gives a
    fixed amount. All are below 0 for kind "less".
    """

    evidence: str  # Evidence.id
    kind: EvidenceKind
    value: float  # in units of the score; the parts of a score sum to it
    words: float  # of that, from shared words
    meaning: float  # of that, from closeness of vectors
    together: float = 0.0  # of that, from members writing about both readings


@dataclass(frozen=True)
class Reason:
    """Why a reading is offered: a part above 0, with the sentences that matched.

    No sentence matched where a list names the reading, or where most of the
    part comes from members writing about both readings.
    """

    kind: EvidenceKind | Literal["different", "newest"]  # those two: no evidence led to it
    evidence: Evidence | None
    own_sentence: str | None  # the member's sentence, for evidence they wrote; the clause of
    #                           a role's duties or of a theme's description that matched
    reading_sentence: str | None  # the reading's sentence that gave most to the part
    part: Part | None


@dataclass(frozen=True)
class Suggestion:
    reading: Reading
    row: Row
    score: float
    parts: tuple[Part, ...]  # largest first
    reasons: tuple[Reason, ...]  # at least one


@dataclass(frozen=True)
class Hit:
    """A search result: a reading with the sentence that matched."""

    reading: Reading
    score: float
    words: float  # z-score parts, already weighted
    meaning: float
    sentence: str
    matched: tuple[tuple[int, int], ...] = field(default=())  # spans of query words in `sentence`


@dataclass(frozen=True)
class ReadingFilter:
    """Which readings a search may return; an empty field asks nothing.

    Within one field any value will do; every field that is filled must hold.
    """

    kinds: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    min_minutes: int | None = None
    max_minutes: int | None = None
    groups: frozenset[str] = frozenset()  # only these
    excluded_groups: frozenset[str] = frozenset()  # never these
