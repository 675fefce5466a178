"""What a member's own page of requirements may use: what is asked, until when, what
counts and why, what is open, and what can be done next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp import pages
from webapp.access import Actor
from webapp.requirements import entry_store, list_store, progress, progress_wording, wording
from webapp.requirements.asking import Method, Says
from webapp.requirements.counting import Line, SpanProgress, Task
from webapp.requirements.counting import State as SpanState
from webapp.requirements.entry_store import EntryRow
from webapp.requirements.named import Named, named
from webapp.requirements.progress import MemberProgress
from webapp.requirements.shown import Shown, shown

MOST_TEXTS = 3  # that are offered to be read or written about next


@dataclass(frozen=True)
class Step:
    """Something that can be done next."""

    icon: str
    label: str
    url: str


@dataclass(frozen=True)
class LineShown:
    title: str
    url: str  # "" where it cannot be opened
    said: str
    counts: bool
    by: str  # who entered it
    private: bool  # the unit cannot see it
    nameless: bool  # ... because the piece has no name on it
    again: bool  # another version of the text was read too
    opening: str  # where its author opens it to more readers; "" where that changes nothing


@dataclass(frozen=True)
class TaskShown:
    asked: str
    counted: str
    met: bool
    lines: tuple[LineShown, ...]
    steps: tuple[Step, ...]
    hint: str


@dataclass(frozen=True)
class SpanShown:
    period: str  # "" on the page of a unit, where it stands above all of its people
    starts: dt.date
    due: dt.date
    state: SpanState
    said: str
    notes: tuple[str, ...]  # why its time is what it is
    tasks: tuple[TaskShown, ...]


@dataclass(frozen=True)
class Asked:
    """One requirement on the page."""

    id: str
    unit_id: str
    unit: str
    opens: bool  # its own page
    shown: Shown
    late: str  # why the next span is the first; "" where it is not so
    now: SpanShown | None
    earlier: tuple[SpanShown, ...]


@dataclass(frozen=True)
class OwnPage(pages.Page):
    template: ClassVar[str] = "requirements/own.html"

    running: list[Asked]
    over: list[Asked]
    entries: list[EntryRow]
    units: list[tuple[str, str]]


def own(session: Session, actor: Actor, today: dt.date, *, units: list[tuple[str, str]]) -> OwnPage:
    found = progress.mine(session, actor, today)
    names = named(session, actor.organisation, [one.says for one in found])
    lists = list_store.open_lists(session, actor, {one.says.list_id or "" for one in found})
    every = [_asked(one, names, lists) for one in found]
    return OwnPage(
        running=[one for one in every if one.now is not None],
        over=[one for one in every if one.now is None],
        entries=entry_store.about_me(session, actor),
        units=units,
    )


def _asked(one: MemberProgress, names: Named, lists: Collection[str]) -> Asked:
    return Asked(
        id=one.requirement_id,
        unit_id=one.unit_id,
        unit=one.unit,
        opens=one.opens,
        shown=shown(one.says, names),
        late=progress_wording.came_late(one.late.came, one.late.span, one.now.span)
        if one.late and one.now
        else "",
        now=span_shown(one.now, names, lists) if one.now else None,
        earlier=tuple(span_shown(span, names, lists) for span in one.earlier),
    )


def span_shown(progress: SpanProgress, names: Named, lists: Collection[str] = ()) -> SpanShown:
    """With what its member can do next."""
    steps_too = progress.state in ("open", "ahead")
    return SpanShown(
        period=wording.span(progress.span.starts, progress.span.due),
        starts=progress.span.starts,
        due=progress.due,
        state=progress.state,
        said=progress_wording.state(progress.state, progress.says),
        notes=tuple(progress_wording.span_notes(progress.says, progress.span)),
        tasks=tuple(
            _task_shown(task, progress.says, names, lists, steps_too=steps_too)
            for task in progress.tasks
        ),
    )


def _task_shown(
    task: Task, says: Says, names: Named, lists: Collection[str], *, steps_too: bool
) -> TaskShown:
    to_do = steps_too and task.to_do > 0
    steps = _steps(task.method, says, task.lines, names, lists) if to_do else ()
    hint = _("Whoever organizes the unit enters who attended.") if task.method == "attend" else ""
    return TaskShown(
        asked=wording.asked(task.method, task.asked, says),
        counted=progress_wording.counted(task),
        met=not task.missing,
        lines=tuple(line_shown(line, says) for line in task.lines),
        steps=tuple(steps),
        hint=hint if to_do else "",
    )


def line_shown(line: Line, says: Says) -> LineShown:
    return LineShown(
        title=line.title or _("A piece that is not open to you any more"),
        url=_url(line),
        said=progress_wording.line(line, says),
        counts=line.counts,
        by=line.by,
        private=line.private,
        nameless=line.private and line.kind == "piece",
        again=line.again,
        opening="" if line.reached else url_for("reflections.audience", reflection_id=line.id),
    )


def _url(line: Line) -> str:
    if not line.title:
        return ""
    if line.kind in ("piece", "answer"):
        return url_for("reflections.show", reflection_id=line.id)
    if line.kind == "entered":
        return url_for("requirements.entered", piece_id=line.id)
    if line.kind == "goal":
        return url_for("goals.show", goal_id=line.id)
    if line.kind == "reading":
        if line.id.startswith("reflection/"):
            return url_for("reflections.show", reflection_id=line.id.partition("/")[2])
        return url_for("readings.read", slug=line.id)
    return ""


# What can be done next


def _steps(
    method: Method, says: Says, lines: Sequence[Line], names: Named, lists: Collection[str]
) -> Iterable[Step]:
    if method == "read":
        done = {slug for line in lines if line.counts for slug in line.texts}
        yield from _to_read(says, done, names, lists)
    elif method == "write":
        yield from _to_write(says, names)
    elif method == "discuss":
        theme = says.themes[0] if says.content == "themes" and says.themes else None
        url = url_for("reflections.browse", theme=theme)
        yield Step("messages-square", _("Find a piece to answer"), url)
    elif method == "practise":
        yield Step("footprints", _("My goals"), url_for("goals.index"))
        url = url_for("reflections.start", genre="experience")
        yield Step("pen-line", _("Tell an experience"), url)


def _to_read(
    says: Says, done: Collection[str], names: Named, lists: Collection[str]
) -> Iterable[Step]:
    if says.list_id in lists:
        url = url_for("themes.show", list_id=says.list_id)
        yield Step("list-checks", _("Open the theme list"), url)
        return
    if says.content in ("readings", "list"):
        texts = [slug for slug in says.readings if slug not in done and slug in names.titles]
        for slug in texts[:MOST_TEXTS]:
            yield Step("book-open", names.titles[slug], url_for("readings.read", slug=slug))
        return
    theme = list(says.themes) or None
    yield Step("library", _("Choose in the library"), url_for("readings.browse", theme=theme))
    yield Step("message-circle-question-mark", _("Ask the library"), url_for("asking.form"))


def _to_write(says: Says, names: Named) -> Iterable[Step]:
    genre = says.genres[0] if len(says.genres) == 1 else None
    if says.content in ("readings", "list") and len(says.readings) == 1:
        slug = says.readings[0]
        text = slug if slug in names.titles else None
        yield Step("pen-line", _("Write"), url_for("reflections.start", text=text, genre=genre))
        return
    yield Step("pen-line", _("Write"), url_for("reflections.start", genre=genre))
    yield Step("file-pen-line", _("My drafts"), url_for("reflections.mine"))
