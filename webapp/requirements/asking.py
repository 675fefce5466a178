"""What a requirement says, in the source's own terms, and which version says it on a day. Pure.

Time, content, method, quantity and assessment stand in a version (`Says`). A
version holds from its day on, until one that was made later holds. Nothing is
changed in place: what was asked last quarter stays what was asked.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal, get_args

Method = Literal["read", "write", "discuss", "attend", "practise"]
Pace = Literal["once", "week", "month", "quarter"]
Content = Literal["own", "themes", "readings", "list"]
AnsweredBy = Literal["reader", "organizer", "leading_group"]
AcceptedWhen = Literal["answered", "accepted"]

METHODS: tuple[Method, ...] = get_args(Method)
PACES: tuple[Pace, ...] = get_args(Pace)
CONTENTS: tuple[Content, ...] = get_args(Content)
ANSWERED_BY: tuple[AnsweredBy, ...] = get_args(AnsweredBy)
ACCEPTED_WHEN: tuple[AcceptedWhen, ...] = get_args(AcceptedWhen)


@dataclass(frozen=True)
class Says:
    """One version of a requirement."""

    title: str
    from_day: dt.date
    starts_on: dt.date
    ends_on: dt.date | None  # None: until it is withdrawn
    number: int = 1
    pace: Pace = "once"
    guidance: str = ""
    unit_kind: str | None = None  # only in units of this kind
    role_id: str | None = None  # only for whoever was given this role
    content: Content = "own"
    themes: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()  # texts by slug, or "reflection/<id>"; of a list its copy
    list_id: str | None = None
    list_title: str = ""
    genres: tuple[str, ...] = ()  # kinds of piece; none: any
    read: int = 0
    write: int = 0
    discuss: int = 0
    attend: int = 0
    practise: int = 0
    answered_by: AnsweredBy = "reader"
    accepted_when: AcceptedWhen = "answered"
    may_replace: bool = False
    reason: str = ""

    @property
    def asked(self) -> list[tuple[Method, int]]:
        """How much of what, in each span of time."""
        every = ((method, int(getattr(self, method))) for method in METHODS)
        return [(method, count) for method, count in every if count]


@dataclass(frozen=True)
class Required:
    """A requirement of a unit with all its versions, in the order they were made."""

    id: str
    unit_id: str
    versions: tuple[Says, ...]
    replaces_id: str | None = None
    withdrawn_from: dt.date | None = None
    withdrawn_why: str = field(default="", compare=False)

    @property
    def newest(self) -> Says:
        return self.versions[-1]


def says_on(required: Required, day: dt.date) -> Says | None:
    """The version that holds on this day: of those that hold from it or from before,
    the one made last. None before the first, and once it is withdrawn."""
    if required.withdrawn_from is not None and day >= required.withdrawn_from:
        return None
    return next((s for s in reversed(required.versions) if s.from_day <= day), None)
