"""What the pages of imports show: the list, one that is done, undoing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from corpus.sheets import MOST_BYTES, MOST_ROWS
from webapp import pages
from webapp.access import Actor
from webapp.members.tables import Member
from webapp.people import actions, store, undo_actions, wording
from webapp.people.tables import PeopleImport
from webapp.readings import kept_page
from webapp.units.tables import Unit

PAGE = 30
SHOWN = 100  # names of each kind


@dataclass(frozen=True)
class ImportLine:
    id: str
    name: str
    by: str
    status: str
    at: dt.datetime
    did: list[str]


@dataclass(frozen=True)
class ImportsPage(pages.Page):
    template: ClassVar[str] = "people/imports.html"

    imports: list[ImportLine]
    next_after: str | None
    fields: list[tuple[str, str]]
    error: str = ""
    most_rows: int = MOST_ROWS
    most_megabytes: int = MOST_BYTES >> 20


def imports(
    session: Session, actor: Actor, *, after: tuple[dt.datetime, str] | None, error: str
) -> ImportsPage:
    found = store.imports(session, actor.organisation, after=after, limit=PAGE + 1)
    who = names_of(session, actor.organisation, {each.by for each in found})
    last = found[PAGE - 1] if len(found) > PAGE else None
    return ImportsPage(
        [
            ImportLine(
                each.id, each.name, who.get(each.by, "–"), each.status,
                each.ended_at or each.made_at, wording.doing(each.summary),
            )
            for each in found[:PAGE]
        ],
        kept_page.mark_of_moment(last.made_at, last.id) if last else None,
        [(words, wording.hint(field)) for field, words in wording.fields().items()],
        error,
    )  # fmt: skip


def names_of(session: Session, organisation: str, ids: set[str]) -> dict[str, str]:
    query = sa.select(Member.id, Member.name).where(
        Member.organisation_id == organisation, Member.id.in_(sorted(ids))
    )
    return {row.id: row.name for row in session.execute(query)}


# One that is done


@dataclass(frozen=True)
class DonePage(pages.Page):
    template: ClassVar[str] = "people/done.html"

    id: str
    name: str
    by: str
    status: str
    at: dt.datetime
    did: list[str]
    left_alone: list[str]
    left_out: int
    without_password: int
    links_last: int = actions.LINKS_LAST.days


def done(session: Session, actor: Actor, found: PeopleImport) -> DonePage:
    who = names_of(session, actor.organisation, {found.by})
    return DonePage(
        id=found.id,
        name=found.name,
        by=who.get(found.by, "–"),
        status=found.status,
        at=found.ended_at or found.made_at,
        did=wording.doing(found.summary),
        left_alone=wording.left_alone(found.summary),
        left_out=found.summary.get("left_out", 0),
        without_password=store.without_password(session, actor.organisation, found.id)
        if found.status == "done"
        else 0,
    )


@dataclass(frozen=True)
class UndoPage(pages.Page):
    template: ClassVar[str] = "people/undo.html"

    id: str
    name: str
    people_go: int
    leave: list[str]
    stay: list[str]
    units_go: int
    units_stay: list[str]
    back: int
    changed_again: list[str]
    more: dict[str, int]  # of each list: how many are not named


def undoing(session: Session, actor: Actor, found: PeopleImport) -> UndoPage:
    fate = undo_actions.fates(session, actor.organisation, found.id)
    again = fate.changed_again
    leave, stay = (
        _some(session, actor, Member, ids) for ids in (fate.people_leave, fate.people_stay)
    )
    units = _some(session, actor, Unit, fate.units_stay)
    changed = sorted([*_some(session, actor, Member, again), *_some(session, actor, Unit, again)])
    sizes = {
        "leave": len(fate.people_leave), "stay": len(fate.people_stay),
        "units_stay": len(fate.units_stay), "changed_again": len(again),
    }  # fmt: skip
    shown = {"leave": leave, "stay": stay, "units_stay": units, "changed_again": changed}
    return UndoPage(
        id=found.id,
        name=found.name,
        people_go=len(fate.people_go),
        leave=leave,
        stay=stay,
        units_go=len(fate.units_go),
        units_stay=units,
        back=len(fate.back),
        changed_again=changed,
        more={key: sizes[key] - len(names) for key, names in shown.items()},
    )


def undone(session: Session, actor: Actor, fate: undo_actions.Fates) -> list[str]:
    return wording.undone(
        len(fate.people_go),
        len(fate.units_go),
        _some(session, actor, Member, fate.people_leave),
        _some(session, actor, Member, fate.people_stay),
        _some(session, actor, Unit, fate.units_stay),
    )


def _some(session: Session, actor: Actor, table: Any, ids: frozenset[str]) -> list[str]:
    """The names of some of them, by name."""
    query = sa.select(table.name).where(
        table.organisation_id == actor.organisation, table.id.in_(sorted(ids)[:SHOWN])
    )
    return sorted(session.scalars(query))
