"""What of all that happened counts for a requirement in a span of time, line by line. Pure.

Decision 0015 says why. In short:

1. A piece counts in the span in which it was handed in, however late its answer
   comes: nobody waits in vain because a reader did.
2. A piece counts when it was answered (`answers.counting`), by whom the requirement
   says; or when it was accepted, where the requirement says so.
3. One piece may count for several requirements, and within one for each method that
   it fulfils, but in one span only.
4. A reading counts as read when the member marked it as read, which the member alone
   sees, or when a piece that was handed in is about it or cites it. A text and its
   translations and other editions are one text: who is asked for one may take any of
   them, and two of them count once.
5. Somebody discusses by answering pieces of others; each piece counts once.
6. Practice is a goal that was followed up, which the member alone sees, or an
   experience that was told and counts as a piece.
7. What an organizer entered counts, unless the person it is about objects.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from webapp.answers.counting import counts_as_study
from webapp.requirements.asking import Method, Says
from webapp.requirements.happened import Attended, Happened, Piece, Text
from webapp.requirements.spans import Span

LATE_DAYS = 31  # after the last span a piece is still shown, as late

Kind = Literal["piece", "entered", "reading", "answer", "attendance", "goal"]
Why = Literal[
    "answered",  # a piece counts since `day`
    "accepted",
    "read",  # marked as read
    "cited",  # a piece is about it, or cites it
    "said",  # answered a piece of another
    "attended",
    "followed_up",
    "unanswered",  # from here on: does not count
    "other_reader",  # answered, but not by those who are to answer
    "not_accepted",
    "asked_back",
    "withdrawn",
    "hidden",
    "objected",
    "other_content",
    "other_kind",
    "late",
]
State = Literal["ahead", "open", "waiting", "kept", "over"]
WAITING: tuple[Why, ...] = ("unanswered", "other_reader", "not_accepted")


@dataclass(frozen=True)
class Line:
    """One thing that happened, whether it counts, and why."""

    method: Method
    kind: Kind
    id: str  # of the piece, reading, entry or goal
    title: str
    why: Why
    day: dt.date
    counts: bool
    by: str = ""  # who entered it
    private: bool = False  # the unit cannot see it
    texts: frozenset[str] = frozenset()  # of what was read: the text and its other versions
    again: bool = False  # another version of it was read too
    reached: bool = True  # somebody who could make it count reads it

    @property
    def waits(self) -> bool:
        return self.why in WAITING and self.reached


@dataclass(frozen=True)
class Task:
    """So many of one method: what counts for it, and what does not."""

    method: Method
    asked: int
    lines: tuple[Line, ...]

    @property
    def counted(self) -> int:
        return sum(line.counts for line in self.lines)

    @property
    def missing(self) -> int:
        return max(0, self.asked - self.counted)

    @property
    def to_do(self) -> int:
        """What is missing beyond what was handed in and waits for a reader."""
        return max(0, self.missing - sum(line.waits for line in self.lines))


@dataclass(frozen=True)
class SpanProgress:
    """How far somebody is in one span of a requirement."""

    span: Span
    says: Says
    tasks: tuple[Task, ...]
    state: State
    through: str = ""  # the unit of its member through which it holds

    @property
    def due(self) -> dt.date:
        return self.span.due


Answers = Callable[[str, dt.date], bool]  # may this member answer for the requirement on a day?
Reach = Callable[[Piece], bool]  # does anybody read it who could make it count?


def progress_in(
    says: Says,
    span: Span,
    happened: Happened,
    *,
    on: dt.date,
    answers_for_it: Answers = lambda _member, _day: True,
    in_reach: Reach = lambda _piece: True,
    through: str = "",
    last: bool = False,
) -> SpanProgress:
    """`last`: no span follows, so that what came too late is named."""
    late = span.due + dt.timedelta(days=LATE_DAYS) if last else span.due
    by_method: dict[Method, Callable[[], Iterable[Line]]] = {
        "read": lambda: _read(says, span, happened),
        "write": lambda: _written(says, span, happened, answers_for_it, in_reach, late),
        "discuss": lambda: _discussed(says, span, happened),
        "attend": lambda: _attended(span, happened.attended),
        "practise": lambda: _practised(says, span, happened, answers_for_it, in_reach, late),
    }
    tasks = tuple(
        Task(method, asked, tuple(sorted(by_method[method](), key=_in_order)))
        for method, asked in says.asked
    )
    return SpanProgress(span, says, tasks, _state(span, tasks, on), through)


def _in_order(line: Line) -> tuple[bool, dt.date, str]:
    return (not line.counts, line.day, line.id)


def _state(span: Span, tasks: Sequence[Task], on: dt.date) -> State:
    if not any(task.missing for task in tasks):
        return "kept"
    if on < span.starts:
        return "ahead"
    if not any(task.to_do for task in tasks):
        return "waiting"
    return "open" if on <= span.due else "over"


# Method by method


def _written(
    says: Says,
    span: Span,
    happened: Happened,
    answers: Answers,
    in_reach: Reach,
    late: dt.date,
) -> Iterable[Line]:
    for piece in happened.pieces:
        if not span.starts <= piece.handed_in <= late:
            continue
        why, day = _of_piece(says, piece, happened.texts, answers)
        if piece.handed_in > span.due:
            if why not in ("answered", "accepted", *WAITING):
                continue
            why, day = "late", piece.handed_in
        yield _line("write", piece, why, day, reached=why not in WAITING or in_reach(piece))


def _practised(
    says: Says, span: Span, happened: Happened, answers: Answers, in_reach: Reach, late: dt.date
) -> Iterable[Line]:
    for goal in happened.goals:
        if span.holds(goal.day):
            yield Line(
                "practise", "goal", goal.goal_id, goal.what, "followed_up", goal.day, True,
                private=True,
            )  # fmt: skip
    told = tuple(piece for piece in happened.pieces if piece.genre == "experience")
    happened = replace(happened, pieces=told)
    # Practice is told of whatever was done: content is asked of what is read and written.
    anything = replace(says, content="own", genres=())
    for line in _written(anything, span, happened, answers, in_reach, late):
        yield replace(line, method="practise")


def _of_piece(
    says: Says, piece: Piece, texts: Mapping[str, Text], answers: Answers
) -> tuple[Why, dt.date]:
    if says.genres and piece.genre not in says.genres:
        return "other_kind", piece.handed_in
    if not _matches(says, piece.texts, piece.themes, texts):
        return "other_content", piece.handed_in
    if piece.objected:
        return "objected", piece.handed_in
    everybody = [heard.answer for heard in piece.heard]
    counted = counts_as_study(status=piece.status, hidden=piece.hidden, answers=everybody)
    if counted.why in ("withdrawn", "hidden", "draft"):
        return ("hidden" if counted.why == "hidden" else "withdrawn"), piece.handed_in
    reviewed = piece.reviewed
    if says.accepted_when == "accepted":
        if reviewed is None:
            return "not_accepted", piece.handed_in
        return ("accepted" if reviewed.accepted else "asked_back"), reviewed.day
    theirs = [h.answer for h in piece.heard if h.by == "" or answers(h.by, h.answer.day)]
    by_them = counts_as_study(status=piece.status, hidden=piece.hidden, answers=theirs)
    if by_them.counts and by_them.day is not None:
        return "answered", by_them.day
    if reviewed is not None and reviewed.accepted:  # without a word
        return "accepted", reviewed.day
    return ("other_reader" if counted.counts else "unanswered"), piece.handed_in


def _line(method: Method, piece: Piece, why: Why, day: dt.date, *, reached: bool) -> Line:
    return Line(
        method,
        "entered" if piece.entered_by else "piece",
        piece.id,
        piece.title,
        why,
        day,
        why in ("answered", "accepted"),
        by=piece.entered_by,
        private=piece.private,
        reached=reached,
    )


def _read(says: Says, span: Span, happened: Happened) -> Iterable[Line]:
    """Each text once: marked as read, or else cited."""
    found: dict[str, Line] = {}
    texts = happened.texts
    for piece in happened.pieces:
        if piece.status != "submitted" or piece.hidden or piece.objected:
            continue
        if not span.holds(piece.handed_in):
            continue
        for slug in sorted(piece.texts):
            known = texts.get(slug)
            if _matches(says, {slug}, known.themes if known else (), texts):
                line = Line(
                    "read", "reading", slug, _title(slug, known), "cited",
                    piece.handed_in, True, private=piece.private, texts=_versions(slug, texts),
                )  # fmt: skip
                _keep_better(found, known.work if known else slug, line)
    for reading in happened.readings:
        if span.holds(reading.day) and _matches(says, {reading.group}, reading.themes, texts):
            line = Line(
                "read", "reading", reading.group, reading.title, "read", reading.day, True,
                private=True, texts=_versions(reading.group, texts),
            )  # fmt: skip
            known = texts.get(reading.group)
            _keep_better(found, known.work if known else reading.group, line)
    return found.values()


def _title(slug: str, known: Text | None) -> str:
    """ "" for a piece that is not open to whoever looks."""
    return known.title if known else "" if "/" in slug else slug


def _keep_better(found: dict[str, Line], work: str, line: Line) -> None:
    """What the unit sees too goes before what the member alone sees; then the earlier."""
    known = found.setdefault(work, line)
    better = line if (line.private, line.day) < (known.private, known.day) else known
    found[work] = replace(better, again=known.again or line.id != known.id)


def _discussed(says: Says, span: Span, happened: Happened) -> Iterable[Line]:
    found: dict[str, Line] = {}
    for said in happened.discussed:
        if not span.holds(said.day) or not _matches(says, said.texts, said.themes, happened.texts):
            continue
        known = found.get(said.piece_id)
        if known is None or said.day < known.day:
            found[said.piece_id] = Line(
                "discuss", "answer", said.piece_id, said.title, "said", said.day, True
            )
    return found.values()


def _attended(span: Span, attended: Iterable[Attended]) -> Iterable[Line]:
    for entry in attended:
        if span.holds(entry.day):
            why: Why = "objected" if entry.objected else "attended"
            yield Line(
                "attend", "attendance", entry.id, entry.what, why, entry.day,
                not entry.objected, by=entry.entered_by,
            )  # fmt: skip


def _matches(
    says: Says, slugs: Iterable[str], themes: Iterable[str], texts: Mapping[str, Text]
) -> bool:
    """Whether something is about what the requirement asks for."""
    if says.content == "own":
        return True
    if says.content == "themes":
        return not set(says.themes).isdisjoint(themes)
    return any(not _versions(slug, texts).isdisjoint(says.readings) for slug in slugs)


def _versions(slug: str, texts: Mapping[str, Text]) -> frozenset[str]:
    known = texts.get(slug)
    return known.versions if known else frozenset((slug,))
