"""What the page of a unit may use: where it stands, its people, what happened to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy.orm import Session

from webapp import pages
from webapp.access import Actor, may_organize
from webapp.members import store as members
from webapp.units import history, people_store, store, wording
from webapp.units.history import Event
from webapp.units.index_page import kind_names
from webapp.units.people_store import Person
from webapp.units.rules import Node, Rights, Tree, above, may_give

ON_A_PAGE = 50
NEWEST = 12  # lines of history, until all are asked for

Link = tuple[str, str]  # id and name of a unit


@dataclass(frozen=True)
class UnitPage(pages.Page):
    template: ClassVar[str] = "units/show.html"

    unit: Node
    kind: str
    path: list[Link]
    below: list[tuple[str, str, str, bool]]  # id, name, kind, closed
    leading_group: Link | None
    office: Link | None
    merged_into: Link | None
    leads: list[Link]  # units whose study it leads or does the work for
    member: bool  # whether the one who looks belongs to it
    organizes: bool  # or acts for it
    own_right: bool
    sees_people: bool
    by_address: bool  # finds members by e-mail address too
    people: list[Person]
    next_after: tuple[str, str] | None
    first: bool
    events: list[tuple[Event, str]]
    older: bool
    key: str
    zh: bool
    problem: str = ""
    given: dict[str, str] | None = None


def unit(
    session: Session,
    actor: Actor,
    tree: Tree,
    unit_id: str,
    *,
    key: str,
    now: dt.datetime,
    zh: bool,
    after: tuple[str, str] | None = None,
    whole_history: bool = False,
    problem: str = "",
    given: dict[str, str] | None = None,
) -> UnitPage:
    node = tree[unit_id]
    organizes = may_organize(actor, unit=unit_id)
    member = unit_id in actor.units
    sees_people = (organizes or member) and not node.closed
    people: list[Person] = []
    if sees_people:
        people = people_store.people(
            session, actor.organisation, unit_id, now=now, after=after, limit=ON_A_PAGE + 1
        )
    last = people[ON_A_PAGE - 1] if len(people) > ON_A_PAGE else None
    events = []
    limit = 500 if whole_history else NEWEST
    if organizes:
        events = history.history(
            session, actor.organisation, unit_id, zh=zh, words=wording.stand_ins(), limit=limit + 1
        )
    kinds = kind_names(session, actor.organisation, zh=zh)
    rights = store.rights(session, actor, now=now) if organizes else Rights()

    def link(id: str | None) -> Link | None:
        return (id, tree[id].name) if id in tree and id is not None else None

    return UnitPage(
        unit=node,
        kind=kinds.get(node.kind, node.kind),
        path=[(id, tree[id].name) for id in reversed(list(above(tree, unit_id))) if id in tree],
        below=[
            (n.id, n.name, kinds.get(n.kind, n.kind), n.closed)
            for n in tree.values()
            if n.parent == unit_id
        ],
        leading_group=link(node.leading_group),
        office=link(node.office),
        merged_into=link(node.merged_into),
        leads=[
            (n.id, n.name)
            for n in tree.values()
            if unit_id in (n.leading_group, n.office) and not n.closed
        ],
        member=member,
        organizes=organizes,
        own_right=rights.comes_from(unit_id),
        sees_people=sees_people,
        by_address=rights.administrator,
        people=people[:ON_A_PAGE],
        next_after=(last.name, last.member_id) if last else None,
        first=after is None,
        events=[(event, wording.happened(event.what, event.details)) for event in events[:limit]],
        older=len(events) > limit,
        key=key,
        zh=zh,
        problem=problem,
        given=given,
    )


def givable(
    session: Session, actor: Actor, tree: Tree, rights: Rights, unit_id: str, *, own: bool, zh: bool
) -> list[tuple[str, str]]:
    """Id and name of the roles that the actor may give in the unit (`own`: to themselves)."""
    return [
        (role.id, role.name_zh if zh else role.name_en)
        for role in members.study_roles(session, actor.organisation)
        if may_give(tree, rights, unit_id, organizes=role.organizes, own=own)
    ]


@dataclass(frozen=True)
class PersonPage(pages.Page):
    """A member in a unit: their roles there, and moving or leaving."""

    template: ClassVar[str] = "units/person.html"

    unit: Node
    person: Person
    roles: list[tuple[str, str]]
    may_end: frozenset[str]  # appointments that the actor may end
    places: list[Link]
    own: bool
    key: str
    zh: bool
    today: dt.date
    problem: str = ""
    sure: str = ""  # what has to be confirmed: leave, move or the id of a role
    given: dict[str, str] | None = None


def person(
    session: Session,
    actor: Actor,
    tree: Tree,
    unit_id: str,
    found: Person,
    *,
    key: str,
    now: dt.datetime,
    today: dt.date,
    zh: bool,
    problem: str = "",
    sure: str = "",
    given: dict[str, str] | None = None,
) -> PersonPage:
    rights = store.rights(session, actor, now=now)
    own = found.member_id == actor.member
    return PersonPage(
        unit=tree[unit_id],
        person=found,
        roles=givable(session, actor, tree, rights, unit_id, own=own, zh=zh),
        may_end=frozenset(
            role.id
            for role in found.roles
            if own or may_give(tree, rights, unit_id, organizes=role.organizes)
        ),
        places=[
            (
                id,
                " / ".join(
                    [*[tree[a].name for a in reversed(list(above(tree, id)))], tree[id].name]
                ),
            )
            for id in tree
            if not tree[id].closed and rights.over(id) and id != unit_id
        ],
        own=own,
        key=key,
        zh=zh,
        today=today,
        problem=problem,
        sure=sure,
        given=given,
    )
