"""Bringing back what was taken along: into the account of whoever brings it, for them alone.

Nothing becomes readable by others: pieces come back as drafts, lists as private ones.
Ids are derived from those in the file and the member, so that the same file brings
nothing twice; what the member still has is left as it is. A quotation comes back only
where it stands in what it says it is quoted from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from corpus.library import Library
from webapp import clock
from webapp.access import Actor
from webapp.audit.actions import record_presence
from webapp.community import Base, change
from webapp.ids import derived_id
from webapp.languages import LANGUAGES
from webapp.leaving import plain, quoted, sections
from webapp.leaving.opening import MOST_ROWS, Package, PackageRefused
from webapp.leaving.plain import Unreadable
from webapp.members.tables import Member
from webapp.suggestions.due import new_list_due
from webapp.themes import sharing

AT_ONCE = 200  # rows in one transaction: others write in between
MOST = {"reading_lists": sharing.MOST_LISTS}  # of one member; else as many as one section has
MOST_TOLD = 300  # pieces whose earlier audience the page names

# What is read again, in this order. The rest of a package is for its reader.
OWN = ("notes", "reflections", "goals", "reading_lists")
RETURNING = (
    "notes", "reflections", "reflection_versions", "experiences", "goals", "deeds", "places",
    "steers", "reading_lists", "reading_list_items", "coach_choices",
)  # fmt: skip

ALLOWED: dict[str, Collection[Any]] = {
    "language": tuple(LANGUAGES),
    "reflections.genre": ("reflection", "experience", "summary", "speech"),
    "reflection_versions.cause": ("pause", "submitted", "restored", "conflict"),
    "goals.status": ("open", "done", "partly", "not_done", "let_go"),
    "deeds.kind": ("read", "saved", "set_aside"),
    "steers.kind": ("more", "less", "not_author", "not_theme"),
    "reading_list_items.position": range(sharing.MOST_ITEMS),
}

# How a row begins again, whatever the file says.
ANEW: dict[str, dict[str, Any]] = {
    "reflections": {
        "status": "draft", "unit_id": None, "published_title": "", "published_body": "",
        "published_draft": 0, "published_version": 0, "themes": [], "submitted_at": None,
        "shown_at": None, "hidden_at": None,
    },
    "reading_lists": {
        "audience": "private", "unit_id": None, "theme_list": False, "shared_at": None,
    },
}  # fmt: skip

# Columns by which a row is known where it has no id of its own.
KNOWN_BY = {
    "experiences": ("reflection_id",),
    "deeds": ("kind", "reading_group"),
    "places": ("text_slug",),
    "steers": ("kind", "target"),
    "reading_list_items": ("list_id", "position"),
    "coach_choices": (),
}


@dataclass
class Returned:
    """What came back, for the page that says so."""

    counts: dict[str, int] = field(default_factory=dict)
    unreadable: int = 0
    pieces: list[tuple[str, str]] = field(default_factory=list)  # (title, audience before)


def bring_back(
    session: Session, actor: Actor, library: Library, package: Package, *, now: dt.datetime
) -> Returned:
    """Each bundle of rows is one change; broken off, the same file goes on where it was.
    Raises PackageRefused."""
    work = _Work(session, actor)
    for name in RETURNING:
        lines = package.rows(name)
        while bundle := list(islice(lines, AT_ONCE)):
            rows = work.read(name, bundle)
            true = quoted.held(session, actor, library, quoted.said_in(name, rows))
            with change(session):
                all_in = work.restore(name, [quoted.believed(name, row, true) for row in rows])
            if not all_in:
                raise PackageRefused("too_many", name, MOST.get(name, MOST_ROWS))
    with change(session):
        _profile(session, actor, package.head.get("member"))
        record_presence(
            session, actor.organisation, "import.own", by=str(actor.member), at=now,
            zone=clock.zone(),
        )  # fmt: skip
        new_list_due(session, actor)
    return work.returned


class _Work:
    def __init__(self, session: Session, actor: Actor) -> None:
        self.session, self.actor, self.returned = session, actor, Returned()
        self.had = {name: set(self._own_ids(name)) for name in OWN}  # before, by their ids
        self.made: dict[str, dict[str, str]] = {name: {} for name in OWN}  # in the file -> here
        self.has = {name: self._count(name) for name in RETURNING}

    def read(self, name: str, bundle: Iterable[dict[str, Any] | None]) -> list[dict[str, Any]]:
        """The rows as they will be, without those that the member still has."""
        table = Base.metadata.tables[name]
        found = []
        for raw in bundle:
            try:
                if raw is None:
                    raise Unreadable(name)
                row = self._row(table, raw)
            except Unreadable:
                self.returned.unreadable += 1
                continue
            if row is not None:
                found.append(row)
        return found

    def restore(self, name: str, rows: Iterable[dict[str, Any]]) -> bool:
        """Whether there was room for all of them."""
        table = Base.metadata.tables[name]
        new = {self._key(name, row): row for row in rows}
        there = self._there(table, new) if new else set()
        fresh = [row for key, row in new.items() if key not in there]
        taken = fresh[: max(0, MOST.get(name, MOST_ROWS) - self.has[name])]
        if taken:
            self.session.execute(sa.insert(table), taken)
            self.has[name] += len(taken)
            self.returned.counts[name] = self.returned.counts.get(name, 0) + len(taken)
        return len(taken) == len(fresh)

    def _row(self, table: sa.Table, raw: dict[str, Any]) -> dict[str, Any] | None:
        """The row as it will be, or None where the member still has it."""
        name, me = table.name, str(self.actor.member)
        row: dict[str, Any] = {}
        for column in sections.columns(name):
            if column.name in ANEW.get(name, {}):
                continue
            if column.name in raw:
                row[column.name] = value = plain.back(column, raw[column.name])
                allowed = ALLOWED.get(f"{name}.{column.name}") or ALLOWED.get(column.name)
                if allowed and value not in allowed:
                    raise Unreadable(column.name)
            elif not column.nullable and column.default is None:
                raise Unreadable(column.name)
            else:
                row[column.name] = self._default(column)
        row |= ANEW.get(name, {})
        if "id" in row:
            old = row["id"]
            if name in OWN:
                if old in self.had[name]:
                    self.made[name][old] = old
                    return None
                self.made[name][old] = self._id(name, old)
            row["id"] = self._id(name, old)
        if not self._placed(name, row):
            return None
        row["organisation_id"] = self.actor.organisation
        if "member_id" in table.c:
            row["member_id"] = me
        if name == "reflections":
            self._tell(raw, row)
        return row

    @staticmethod
    def _default(column: sa.Column[Any]) -> Any:
        default: Any = column.default
        if default is None:
            return None
        return default.arg(None) if default.is_callable else default.arg

    def _placed(self, name: str, row: dict[str, Any]) -> bool:
        """Point the row at what came back with it; False where that did not come now."""
        if name in ("reflection_versions", "experiences", "reading_list_items"):
            kind, column = (
                ("reading_lists", "list_id")
                if name == "reading_list_items"
                else ("reflections", "reflection_id")
            )
            here = self.made[kind].get(row[column])
            if here is None:
                raise Unreadable(column)
            if here in self.had[kind] and here == row[column]:
                return False  # the member still has it, with all that belongs to it
            row[column] = here
        if name == "goals":
            for column, kind in (("reflection_id", "reflections"), ("note_id", "notes")):
                row[column] = self.made[kind].get(row[column] or "")
        if name == "reflections" and row["goal_id"]:
            known = row["goal_id"] in self.had["goals"]
            row["goal_id"] = row["goal_id"] if known else self._id("goals", row["goal_id"])
        for column in ("reading_id", "reading_group", "target"):
            kind, slash, id = str(row.get(column) or "").partition("/")
            if kind == "reflection" and slash and id in self.made["reflections"]:
                row[column] = f"reflection/{self.made['reflections'][id]}"
        return True

    def _tell(self, raw: dict[str, Any], row: dict[str, Any]) -> None:
        before = row["audience"] if raw.get("status") in ("submitted", "withdrawn") else None
        # The choice is shown again when it is submitted; a unit of before is not here.
        row["audience"] = before if before in ("organisation", "anonymous") else None
        known = before in ("unit", "organisation", "anonymous")
        if known and len(self.returned.pieces) < MOST_TOLD:
            self.returned.pieces.append((row["title"], str(before)))

    def _id(self, name: str, old: str) -> str:
        return derived_id("brought", str(self.actor.member), name, old)

    def _key(self, name: str, row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(row[column] for column in KNOWN_BY.get(name, ("id",)))

    def _there(self, table: sa.Table, new: Collection[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
        """Which of these the member has."""
        names = KNOWN_BY.get(table.name, ("id",))
        columns = [table.c[column] for column in names] or [table.c.member_id]
        query = sa.select(*columns).where(table.c.organisation_id == self.actor.organisation)
        if "member_id" in table.c:
            query = query.where(table.c.member_id == self.actor.member)
        if names:
            query = query.where(columns[0].in_(sorted({key[0] for key in new})))
        return {tuple(row) if names else () for row in self.session.execute(query)}

    def _count(self, name: str) -> int:
        mine = sections.own_rows(name, self.actor).order_by(None).subquery()
        return self.session.scalar(sa.select(sa.func.count()).select_from(mine)) or 0

    def _own_ids(self, name: str) -> Iterator[str]:
        table = Base.metadata.tables[name]
        yield from self.session.scalars(
            sa.select(table.c.id).where(
                table.c.organisation_id == self.actor.organisation,
                table.c.member_id == self.actor.member,
            )
        )


def _profile(session: Session, actor: Actor, said: Any) -> None:
    """What suggestions are made from, where the account does not say yet."""
    if not isinstance(said, dict):
        return
    me = session.get_one(Member, (actor.organisation, actor.member), populate_existing=True)
    table = Base.metadata.tables["members"]

    def given(name: str) -> Any:
        try:
            return plain.back(table.c[name], said.get(name))
        except Unreadable:
            return None

    if not me.working_on and given("working_on"):
        me.working_on, me.working_on_at = given("working_on")[:300], given("working_on_at")
    if not me.interests and given("interests"):
        me.interests, me.interests_at = given("interests"), given("interests_at")
    if not me.switched_off and given("switched_off"):
        me.switched_off = given("switched_off")
    newness = given("newness")
    if newness is not None and 0 <= newness <= 100:
        me.newness = newness
    reads = [code for code in given("reads") or () if code in LANGUAGES]
    if reads:
        me.reads = list(dict.fromkeys(reads))
