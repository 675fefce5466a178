"""What the pages of a unit's plan may use: what is asked there and why, and one
requirement with everything it has said."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from sqlalchemy.orm import Session

from webapp import pages
from webapp.access import Actor, may_organize
from webapp.requirements import (
    contradictions,
    list_store,
    plan,
    progress_wording,
    store,
    tree_store,
    wording,
)
from webapp.requirements.asking import Required, Says, says_on
from webapp.requirements.holding import Plan, path
from webapp.requirements.list_store import Newer
from webapp.requirements.named import Named, named
from webapp.requirements.plan import State as PlanState
from webapp.requirements.shown import Shown, changed, shown

Link = tuple[str, str]  # id, and name or title


@dataclass(frozen=True)
class ClashShown:
    key: str
    field: str  # of the form, by which it could be mended
    to: Link
    said: str


@dataclass(frozen=True)
class LineShown:
    id: str
    shown: Shown
    state: PlanState
    state_said: str
    unit: Link  # that asks it
    inherited: bool
    may_replace: bool
    replaced_by: Link | None
    replaced_because: str
    replaces: Link | None
    reason: str
    coming: dt.date | None  # it says something else from then on
    ends: dt.date | None  # it is withdrawn from then on
    now: str  # from when to when it is asked now, or next; "" where its period says so
    notes: tuple[str, ...]  # why this time is what it is
    clashes: tuple[ClashShown, ...] = ()  # for organizers


@dataclass(frozen=True)
class PlanPage(pages.Page):
    template: ClassVar[str] = "requirements/plan.html"

    unit: Link
    closed: bool
    organizes: bool
    lines: list[LineShown]
    over: list[LineShown]
    nobody_enters: bool  # attendance is asked, and nobody could enter it


def of_unit(session: Session, actor: Actor, unit_id: str, today: dt.date) -> PlanPage | None:
    """None where the actor has nothing to do with the unit: neither in it or below it,
    nor organizing it."""
    found = visible_plan(session, actor, unit_id)
    if found is None:
        return None
    organizes = may_organize(actor, unit=unit_id)
    closed_on = found.tree[unit_id].closed_on
    closed = closed_on is not None and closed_on <= today
    lines = plan.lines(found, unit_id, today)
    names = named(session, actor.organisation, [line.says for line in lines])
    every = [
        _shown(line, found, names, today, organizes=organizes and not closed) for line in lines
    ]
    attends = any(line.says.attend for line in lines if line.state in ("holds", "comes"))
    asked = [line for line in every if not closed and line.state in ("holds", "comes")]
    return PlanPage(
        unit=(unit_id, found.tree[unit_id].name),
        closed=closed,
        organizes=organizes,
        lines=asked,
        over=[line for line in every if line not in asked],
        nobody_enters=organizes
        and not closed
        and attends
        and not store.somebody_organizes(session, actor.organisation, list(found.tree)),
    )


def visible_plan(session: Session, actor: Actor, unit_id: str) -> Plan | None:
    """The requirements on the way from the unit up; None where the actor may not see it."""
    tree = tree_store.way_up(session, actor.organisation, [unit_id])
    if unit_id not in tree:
        return None
    if not may_organize(actor, unit=unit_id):
        mine = tree_store.way_up(session, actor.organisation, actor.units)
        if unit_id not in mine:
            return None
    return Plan(tree, tuple(store.required_in(session, actor.organisation, tree.keys())))


def _shown(
    line: plan.PlanLine, found: Plan, names: Named, today: dt.date, *, organizes: bool
) -> LineShown:
    required = line.required
    holds = organizes and line.state in ("holds", "comes") and line.replaced_by is None
    return LineShown(
        id=required.id,
        shown=shown(line.says, names),
        state=line.state,
        state_said=wording.plan_state(line.state),
        unit=(required.unit_id, found.tree[required.unit_id].name),
        inherited=line.inherited,
        may_replace=line.says.may_replace,
        replaced_by=_link(line.replaced_by),
        replaced_because=line.replaced_by.newest.reason if line.replaced_by else "",
        replaces=_link(line.replaces),
        reason=line.says.reason,
        coming=line.coming.from_day if line.coming else None,
        ends=line.ends,
        now=wording.span(line.span.starts, line.span.due)
        if line.span and line.says.pace != "once"
        else "",
        notes=tuple(progress_wording.span_notes(line.says, line.span)) if line.span else (),
        clashes=tuple(clashes_of(required, line.says, found, today)) if holds else (),
    )


def clashes_of(required: Required, says: Says, found: Plan, today: dt.date) -> list[ClashShown]:
    others = [one for one in found.required if one.id != required.id]
    return [
        ClashShown(
            clash.key,
            clash.method or _judging(says, clash.theirs),
            (clash.other.id, clash.theirs.title),
            wording.clash(clash),
        )
        for clash in contradictions.clashes(
            says,
            required.unit_id,
            [one for one in others if one.replaces_id != required.id],
            tree=found.tree,
            day=today,
            replaces=required.replaces_id,
        )
    ]


def _judging(mine: Says, theirs: Says) -> str:
    return "answered_by" if mine.answered_by != theirs.answered_by else "accepted_when"


def _link(required: Required | None) -> Link | None:
    return None if required is None else (required.id, required.newest.title)


# One requirement


@dataclass(frozen=True)
class VersionShown:
    number: int
    from_day: dt.date
    shown: Shown
    reason: str
    holds: bool  # now
    changes: str  # which parts are others than in the version before; ""


@dataclass(frozen=True)
class RequirementPage(pages.Page):
    template: ClassVar[str] = "requirements/show.html"

    id: str
    unit: Link
    newest: Shown
    versions: list[VersionShown]  # newest first
    replaces: Link | None
    withdrawn_from: dt.date | None
    withdrawn_why: str
    over: bool  # nothing of it can be changed any more
    organizes: bool
    newer: Newer | None  # version of the theme list from which it took its readings


def one(
    session: Session, actor: Actor, requirement_id: str, today: dt.date
) -> RequirementPage | None:
    required = store.required(session, actor.organisation, requirement_id)
    found = visible_plan(session, actor, required.unit_id) if required else None
    if required is None or found is None:
        return None
    names = named(session, actor.organisation, required.versions)
    now = says_on(required, today)
    replaces = next((r for r in found.required if r.id == required.replaces_id), None)
    ends = required.withdrawn_from
    node = found.tree[required.unit_id]
    return RequirementPage(
        id=required.id,
        unit=(node.id, node.name),
        newest=shown(now or required.newest, names),
        versions=[
            _version(says, before, names, holds=says is now)
            for before, says in reversed([*pairwise((None, *required.versions))])
            if says is not None
        ],
        replaces=_link(replaces),
        withdrawn_from=ends,
        withdrawn_why=required.withdrawn_why,
        over=(ends is not None and ends <= today) or node.closed_on is not None,
        organizes=may_organize(actor, unit=required.unit_id),
        newer=list_store.newer(session, actor, required.newest),
    )


def _version(says: Says, before: Says | None, names: Named, *, holds: bool) -> VersionShown:
    what = shown(says, names)
    changes = changed(shown(before, names), what) if before else []
    return VersionShown(says.number, says.from_day, what, says.reason, holds, wording.join(changes))


def is_below(found: Plan, unit_id: str, other: str) -> bool:
    """Whether `unit_id` is `other` or stands below it."""
    return other in path(found.tree, unit_id)
