"""A small organisation twice: as the written permission table says it in a few sets, and
as the real rules and SQL keep it. `Both` makes every change in both and compares them.

The table's side is written from docs/permissions.md and knows nothing of webapp/units/rules.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.orm import Session

from webapp import access, clock
from webapp.community import Base
from webapp.ids import new_id
from webapp.members import store as members
from webapp.members.tables import Member, Organisation
from webapp.reflections import actions as writing
from webapp.reflections import store as reflections
from webapp.reflections.tables import Reflection
from webapp.requirements import tree_store
from webapp.requirements.holding import Plan
from webapp.settings import Settings
from webapp.units import actions, people_actions, store
from webapp.units.actions import Hindered, Unknown
from webapp.units.tables import Appointment, Membership, StudyRole, Unit, UnitKind

NOW = dt.datetime(2026, 5, 4, 9, 30, tzinfo=dt.UTC)
O = "o"  # noqa: E741
UNITS = {"root": None, "a": "root", "b": "root", "a1": "a", "a2": "a", "b1": "b"}
MEMBERS = ("ada", "olga", "rosa", "mia", "ben", "cui")
EVERYWHERE = ("ada", "olga")  # administrator, organizer
BELONG = {("rosa", "a"), ("mia", "a1"), ("ben", "b"), ("cui", "a2"), ("cui", "b1"), ("ada", "root")}
ROLES = {"organizer": True, "mentor": False}
KINDS = ("unit", "team")
AUDIENCES = ("unit", "organisation", "anonymous")


class Table:
    """What the written table says, in sets."""

    def __init__(self) -> None:
        self.parent = dict(UNITS)
        self.kind = dict.fromkeys(UNITS, KINDS[0])
        self.led_by: dict[str, str] = {}
        self.closed: set[str] = set()
        self.went_to: dict[str, str] = {}  # merged units
        self.present = set(BELONG)
        self.ever = set(BELONG)  # whoever belonged to a unit at some time
        self.given = {("rosa", "a", "organizer")}
        self.pieces: dict[str, tuple[str, str, str | None, bool]] = {}

    # Who may

    def up(self, unit: str) -> list[str]:
        found = []
        while (unit := self.parent[unit] or "") != "":
            found.append(unit)
        return found

    def roots(self, member: str) -> set[str]:
        return {u for m, u, role in self.given if m == member and ROLES[role]}

    def organizes(self, member: str, unit: str) -> bool:
        return member in EVERYWHERE or bool(self.roots(member) & {unit, *self.up(unit)})

    def own_right(self, member: str, unit: str) -> bool:
        return member not in EVERYWHERE and unit in self.roots(member)

    def strictly_above(self, member: str, unit: str) -> bool:
        return member in EVERYWHERE or bool(self.roots(member) & set(self.up(unit)))

    def works_on(self, by: str, unit: str) -> bool:
        return unit not in self.closed and self.organizes(by, unit)

    def open_children(self, unit: str) -> list[str]:
        return [u for u, p in self.parent.items() if p == unit and u not in self.closed]

    def reads(self, member: str, piece: str) -> bool:
        author, audience, unit, submitted = self.pieces[piece]
        if member == author:
            return True
        return submitted and (audience != "unit" or (member, unit) in self.present)

    # Changes: whether allowed, and what they do

    def merged_into(self, unit: str) -> set[str]:
        found = {u for u, to in self.went_to.items() if to == unit}
        return found.union(*(self.merged_into(u) for u in found)) if found else set()

    def ends_rights_of(self, by: str, member: str, unit: str, roles: set[str], sure: bool) -> bool:
        """Whether the roles may be ended."""
        if not any(ROLES[role] for role in roles):
            return True
        if by == member and by not in EVERYWHERE:
            left = {(u, r) for m, u, r in self.given if m == by and ROLES[r]}
            return sure or bool(left - {(unit, role) for role in roles})
        return self.strictly_above(by, unit)

    def let_in_unseen(self, by: str, unit: str, *members: str) -> bool:
        """Whether they would come to what others left, and nobody were there to see it."""
        return (
            by not in EVERYWHERE
            and not any(u == unit for m, u in self.present)
            and any(u == unit and m not in members for m, u in self.ever)
        )

    def _in(self, unit: str, member: str) -> None:
        self.present.add((member, unit))
        self.ever.add((member, unit))

    def join(self, by: str, unit: str, member: str) -> bool:
        if not self.works_on(by, unit) or (member, unit) in self.present:
            return False
        if self.let_in_unseen(by, unit, member):
            return False
        self._in(unit, member)
        return True

    def _may_leave(self, by: str, unit: str, member: str, sure: bool) -> bool:
        roles = {r for m, u, r in self.given if (m, u) == (member, unit)}
        return (
            self.works_on(by, unit)
            and (member, unit) in self.present
            and self.ends_rights_of(by, member, unit, roles, sure)
        )

    def _out(self, unit: str, member: str) -> None:
        gone = {unit, *self.merged_into(unit)}
        self.present -= {(member, u) for u in gone}
        self.given = {g for g in self.given if g[:2] != (member, unit)}

    def leave(self, by: str, unit: str, member: str, sure: bool) -> bool:
        if not self._may_leave(by, unit, member, sure):
            return False
        self._out(unit, member)
        return True

    def move_member(self, by: str, unit: str, member: str, to: str, sure: bool) -> bool:
        if not self.works_on(by, to) or to == unit or (member, to) in self.present:
            return False
        if not self._may_leave(by, unit, member, sure) or self.let_in_unseen(by, to, member):
            return False
        self._out(unit, member)
        self._in(to, member)
        return True

    def give(self, by: str, unit: str, member: str, role: str) -> bool:
        if not self.works_on(by, unit) or (member, unit, role) in self.given:
            return False
        if ROLES[role] and not self.strictly_above(by, unit):
            return False
        if ROLES[role] and by == member and by != "ada":  # nobody but an administrator
            return False
        if (member, unit) not in self.present and self.let_in_unseen(by, unit, member):
            return False
        self.given.add((member, unit, role))
        self._in(unit, member)
        return True

    def end(self, by: str, unit: str, member: str, role: str, sure: bool) -> bool:
        if not self.organizes(by, unit):
            return False
        if not self.ends_rights_of(by, member, unit, {role}, sure):
            return False
        self.given.discard((member, unit, role))
        return True

    def move_unit(self, by: str, unit: str, to: str | None) -> bool:
        if not self.works_on(by, unit) or self.own_right(by, unit) or self.parent[unit] == to:
            return False
        if to is None:
            if by not in EVERYWHERE:
                return False
        elif not self.works_on(by, to) or to == unit or unit in self.up(to):
            return False
        self.parent[unit] = to
        return True

    def merge(self, by: str, unit: str, into: str) -> bool:
        if not self.works_on(by, unit) or self.own_right(by, unit):
            return False
        if not self.works_on(by, into) or into == unit or unit in self.up(into):
            return False
        along = {m for m, u in self.present if u == unit}
        if along and self.let_in_unseen(by, into, *along):
            return False
        for other, parent in self.parent.items():
            if parent == unit:
                self.parent[other] = into
        for member in along:
            self._in(into, member)
        self.given = {g for g in self.given if g[1] != unit}
        self.closed.add(unit)
        self.went_to[unit] = into
        self._leads_no_more(unit, into)
        return True

    def close(self, by: str, unit: str, up: bool) -> bool:
        if not self.works_on(by, unit) or self.own_right(by, unit):
            return False
        if len(self.parent) - len(self.closed) == 1 or (self.open_children(unit) and not up):
            return False
        tops = {u for u, p in self.parent.items() if p is None} - self.closed
        if tops == {unit} and self.open_children(unit):
            return False  # nothing would be left that they could go up to
        for other in self.open_children(unit):
            self.parent[other] = self.parent[unit]
        gone = {unit, *self.merged_into(unit)}
        self.present = {(m, u) for m, u in self.present if u not in gone}
        self.given = {g for g in self.given if g[1] != unit}
        self.closed.add(unit)
        self._leads_no_more(unit, None)
        return True

    def reopen(self, by: str, unit: str) -> bool:
        if unit not in self.closed or unit in self.went_to or not self.organizes(by, unit):
            return False
        if self.parent[unit] in self.closed:
            return False
        self.closed.discard(unit)
        return True

    def alter(self, by: str, unit: str, kind: str, led_by: str | None) -> bool:
        if not self.works_on(by, unit):
            return False
        if led_by not in (None, self.led_by.get(unit)) and (
            led_by == unit or led_by in self.closed
        ):
            return False
        self.kind[unit] = kind
        self._lead(unit, led_by)
        return True

    def _lead(self, unit: str, led_by: str | None) -> None:
        self.led_by.pop(unit, None)
        if led_by is not None and led_by != unit:
            self.led_by[unit] = led_by

    def _leads_no_more(self, unit: str, instead: str | None) -> None:
        for led in [u for u, group in self.led_by.items() if group == unit]:
            self._lead(led, instead)

    def stands(self) -> dict[str, tuple[str, str | None, list[str]]]:
        """Kind, leading group and the way up of each unit."""
        return {u: (self.kind[u], self.led_by.get(u), self.up(u)) for u in self.parent}

    def opens_to(self, author: str, audience: str, unit: str) -> bool:
        return audience != "unit" or (unit not in self.closed and (author, unit) in self.present)


class Both:
    """The table beside the real thing."""

    def __init__(self, session: Session) -> None:
        self.session, self.table, self.now = session, Table(), NOW
        self.stood = {NOW: self.table.stands()}

    def actor(self, member: str) -> access.Actor:
        found = self.session.get(Member, (O, member))
        assert found is not None
        return members.actor_of(self.session, found)

    def do(self, what: str, *given: Any) -> None:
        """One change, in both, a day after the one before; allowed in both or in neither."""
        self.now += dt.timedelta(days=1)
        current_app.config["NOW"] = self.now
        allowed = getattr(self, f"_{what}")(*given)
        done = getattr(self.table, what)(*given) if hasattr(Table, what) else allowed
        assert done == allowed, f"{what}{given}: the table says {done}, the app {allowed}"
        self.stood[self.now] = self.table.stands()

    def _try(self, work: Any, *args: Any, **more: Any) -> bool:
        try:
            work(self.session, *args, key=new_id(), now=self.now, **more)
        except (Hindered, Unknown):
            return False
        return True

    def _seen(self, unit: str) -> str:
        return store.tree(self.session, O)[unit].seen

    def _join(self, by: str, unit: str, member: str) -> bool:
        return self._try(people_actions.join, self.actor(by), unit, member)

    def _leave(self, by: str, unit: str, member: str, sure: bool) -> bool:
        return self._try(people_actions.leave, self.actor(by), unit, member, sure=sure)

    def _move_member(self, by: str, unit: str, member: str, to: str, sure: bool) -> bool:
        return self._try(people_actions.move, self.actor(by), unit, member, to=to, sure=sure)

    def _give(self, by: str, unit: str, member: str, role: str) -> bool:
        actor = self.actor(by)
        since = self.now
        return self._try(people_actions.give, actor, unit, member, role, since=since, until=None)

    def _end(self, by: str, unit: str, member: str, role: str, sure: bool) -> bool:
        found = self.session.scalar(
            sa.select(Appointment.id).where(
                Appointment.member_id == member,
                Appointment.unit_id == unit,
                Appointment.role_id == role,
                Appointment.until.is_(None),
            )
        )
        assert found is not None
        return self._try(people_actions.end, self.actor(by), unit, found, sure=sure)

    def _move_unit(self, by: str, unit: str, to: str | None) -> bool:
        return self._try(actions.move, self.actor(by), unit, seen=self._seen(unit), parent=to)

    def _merge(self, by: str, unit: str, into: str) -> bool:
        return self._try(actions.merge, self.actor(by), unit, seen=self._seen(unit), into=into)

    def _close(self, by: str, unit: str, up: bool) -> bool:
        seen = self._seen(unit)
        return self._try(actions.close, self.actor(by), unit, seen=seen, units_go_up=up)

    def _alter(self, by: str, unit: str, kind: str, led_by: str | None) -> bool:
        return self._try(
            actions.alter, self.actor(by), unit, seen=self._seen(unit), name=unit, kind=kind,
            leading_group=led_by, office=None,
        )  # fmt: skip

    def _reopen(self, by: str, unit: str) -> bool:
        return self._try(actions.reopen, self.actor(by), unit, seen=self._seen(unit))

    # Pieces

    def write(self, author: str, audience: str, unit: str) -> None:
        """Submitted as the app would take it: only to a unit that is a choice."""
        if not self.table.opens_to(author, audience, unit):
            return
        made = f"p{len(self.table.pieces)}"
        to = unit if audience == "unit" else None
        self.session.add(
            Reflection(
                organisation_id=O, id=made, member_id=author, title="T", body="Words.",
                published_title="T", published_body="Words.", language="en", genre="reflection",
                status="submitted", audience=audience, unit_id=to, version=1,
                published_version=1, indexed_version=1, created_at=NOW, updated_at=NOW,
                submitted_at=NOW, themes=[],
            )
        )  # fmt: skip
        self.session.commit()
        self.table.pieces[made] = (author, audience, to, True)

    def open_to(self, piece: str, audience: str, unit: str) -> None:
        author, _audience, _unit, submitted = self.table.pieces[piece]
        try:
            writing.change_audience(
                self.session, self.actor(author), piece, audience=audience, unit_id=unit, now=NOW
            )
            done = True
        except (writing.Hindered, writing.Unknown):
            done = False
        allowed = submitted and self.table.opens_to(author, audience, unit)
        assert done == allowed, f"audience {audience} {unit} of {author}: {done}"
        if allowed:
            to = unit if audience == "unit" else None
            self.table.pieces[piece] = (author, audience, to, True)

    def withdraw(self, piece: str) -> None:
        author, audience, unit, _submitted = self.table.pieces[piece]
        writing.withdraw(self.session, self.actor(author), piece, now=NOW)
        self.table.pieces[piece] = (author, audience, unit, False)

    # Comparing

    def compare_the_past(self) -> None:
        """On every day the tree stood as it did then, whoever moved what since."""
        plan = Plan(tree_store.ways_up(self.session, O, UNITS), ())
        assert plan.tree == tree_store.whole_tree(self.session, O)
        for at, expected in self.stood.items():
            day = at.astimezone(clock.zone()).date()
            then = plan.on(day)
            found = {
                unit: (node.kind, node.leading_group, list(then.paths[unit][1:]))
                for unit, node in then.tree.items()
            }
            assert found == expected, f"on {day}"
            for unit, (_kind, _group, above) in expected.items():
                assert plan.ever_above(unit) >= {unit, *above}

    def compare(self, member: str) -> None:
        """What this member belongs to, organizes and reads: in the table, by the pure
        rule, and in SQL."""
        table, actor = self.table, self.actor(member)
        assert actor.units == {u for m, u in table.present if m == member}
        for unit in table.parent:
            assert access.may_organize(actor, unit=unit) == table.organizes(member, unit), unit
        expected = {piece for piece in table.pieces if table.reads(member, piece)}
        in_sql = set(
            self.session.scalars(sa.select(Reflection.id).where(reflections.readable_by(actor)))
        )
        assert in_sql == expected, f"{member} reads {in_sql}, not {expected}"
        for piece, (author, audience, unit, submitted) in table.pieces.items():
            status = "submitted" if submitted else "withdrawn"
            assert access.may_read_reflection(
                actor, author=author, status=status, audience=audience, unit=unit
            ) == (piece in expected)


@contextmanager
def an_app() -> Iterator[None]:
    """For ids, the clock and the time zone; nothing is asked over HTTP."""
    app = Flask("units")
    app.config.update(NOW=NOW, XINDE=Settings(data=Path("unused"), model="hashing"))
    with app.app_context():
        yield


@contextmanager
def in_memory() -> Iterator[sa.Connection]:
    """A database in memory with the organisation in it."""
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)

    @sa.event.listens_for(engine, "connect")
    def _plain(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN and SAVEPOINT ourselves
        connection.execute("pragma foreign_keys=on")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("begin")

    with engine.connect() as connection:
        Base.metadata.create_all(connection)
        connection.exec_driver_sql(  # as migration 0001 makes it
            "create virtual table reflection_words using fts5("
            "words, organisation_id unindexed, reflection_id unindexed)"
        )
        session = Session(connection, join_transaction_mode="create_savepoint")
        session.add(Organisation(id=O, name="O", language="en", created_at=NOW))
        for kind in KINDS:
            session.add(UnitKind(organisation_id=O, id=kind, name_en=kind, name_zh=kind))
        for unit, parent in UNITS.items():
            session.add(
                Unit(organisation_id=O, id=unit, name=unit, kind="unit", parent_id=parent, created_at=NOW)
            )  # fmt: skip
        for role, organizes in ROLES.items():
            session.add(
                StudyRole(
                    organisation_id=O, id=role, name_en=role, name_zh=role, duties_en="d",
                    duties_zh="d", organizes=organizes,
                )
            )  # fmt: skip
        for name in MEMBERS:
            session.add(
                Member(
                    organisation_id=O, id=name, name=name, language="en", reads=["en"],
                    interests=[], joined_at=NOW, administrator=name == "ada",
                    organizer=name == "olga", working_on="",
                )
            )  # fmt: skip
        session.flush()
        for member, unit in sorted(BELONG):
            session.add(
                Membership(organisation_id=O, id=new_id(), member_id=member, unit_id=unit, since=NOW)
            )  # fmt: skip
        session.add(
            Appointment(
                organisation_id=O, id=new_id(), member_id="rosa", unit_id="a", role_id="organizer",
                since=NOW,
            )
        )  # fmt: skip
        session.commit()
        session.close()
        yield connection
    engine.dispose()


@contextmanager
def both(connection: sa.Connection) -> Iterator[Both]:
    """A world to change, which is as it was before afterwards."""
    around = connection.begin_nested()
    session = Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
    try:
        current_app.config["NOW"] = NOW
        yield Both(session)
    finally:
        session.close()
        around.rollback()


Step = tuple[int, int, int, int, int]


def play(connection: sa.Connection, steps: list[Step]) -> None:
    """Carry out the steps, comparing what one member may after each of them, and at
    the end what everybody may, and how the units stood on every day."""
    with both(connection) as world:
        for step in steps:
            take(world, step)
            world.compare(MEMBERS[step[4] % len(MEMBERS)])
        for member in MEMBERS:
            world.compare(member)
        world.compare_the_past()


def take(world: Both, step: Step) -> None:
    what, first, second, third, fourth = step
    units = list(UNITS)
    # Mostly whoever may change something; the others are refused everything.
    by = ("ada", "rosa", "rosa", "olga", "cui", "ben")[first % 6]
    unit, other = units[second % 6], units[third % 6]
    member, sure = MEMBERS[third % 6], fourth % 2 == 0
    pieces = sorted(world.table.pieces)
    if what == 0:
        world.do("join", by, unit, member)
    elif what == 1:
        world.do("leave", by, unit, member, sure)
    elif what == 2:
        world.do("move_member", by, unit, member, units[fourth % 6], sure)
    elif what == 3:
        world.do("move_unit", by, unit, None if fourth % 7 == 0 else other)
    elif what == 4:
        world.do("merge", by, unit, other)
    elif what == 5:
        world.do("close", by, unit, sure)
    elif what == 6:
        world.do("reopen", by, unit)
    elif what == 7:
        world.do("give", by, unit, member, "organizer" if sure else "mentor")
    elif what == 8 and world.table.given:
        given = sorted(world.table.given)
        holder, where, role = given[second % len(given)]
        world.do("end", by, where, holder, role, sure)
    elif what in (9, 10):
        # a unit of one's own where there is one: else there is nothing to read
        own = sorted(u for m, u in world.table.present if m == member)
        world.write(member, AUDIENCES[fourth % 3], own[second % len(own)] if own else unit)
    elif what == 11 and pieces:
        world.open_to(pieces[first % len(pieces)], AUDIENCES[fourth % 3], unit)
    elif what == 12 and pieces:
        world.withdraw(pieces[first % len(pieces)])
    elif what == 13:
        led_by = None if fourth % 3 == 0 else other
        world.do("alter", by, unit, KINDS[fourth % 2], led_by)
