"""Whether a piece counts as study, and why. Pure.

The rule, line by line:

1. A piece counts when it was submitted and answered by a reader.
2. Its author is no reader of it: the author's own replies do not count.
3. A reader answers with an echo, a question or a suggestion. A reply below an
   answer goes on with a conversation and is no answer of its own. That an organizer
   accepted it (webapp/desk) is an answer too, without a word.
4. An answer that was taken back or hidden is none, as long as it is. The piece
   then counts by the next one, if there is one.
5. A draft, a withdrawn piece and a hidden one do not count: nobody can read
   them. When the piece is open again, its answers count again.
6. Whoever answered was a reader then. That they left the unit since, or that
   the audience was changed, takes nothing back.
7. It counts from the day of the first answer that counts. How many answers
   there are, by whom and how long, changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Why = Literal["answered", "accepted", "unanswered", "draft", "withdrawn", "hidden"]


@dataclass(frozen=True)
class Answered:
    """One answer, as far as the rule asks for it."""

    day: dt.date
    kind: str
    by_author: bool = False
    taken_back: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Counted:
    counts: bool
    why: Why
    day: dt.date | None = None  # since when it counts


def counts_as_study(*, status: str, hidden: bool, answers: Iterable[Answered]) -> Counted:
    if status == "draft":
        return Counted(False, "draft")
    if status != "submitted":
        return Counted(False, "withdrawn")
    if hidden:
        return Counted(False, "hidden")
    heard = [answer for answer in answers if is_by_a_reader(answer)]
    if not heard:
        return Counted(False, "unanswered")
    first = min(heard, key=lambda answer: (answer.day, answer.kind == "accepted"))
    return Counted(True, "accepted" if first.kind == "accepted" else "answered", first.day)


def is_by_a_reader(answer: Answered) -> bool:
    """Whether an answer makes the piece count."""
    return not (answer.by_author or answer.taken_back or answer.hidden or answer.kind == "reply")
