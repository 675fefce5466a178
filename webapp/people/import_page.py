"""What the pages of imports show: the list, a table that waits, one that is done, undoing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from corpus.sheets import MOST_BYTES, MOST_ROWS
from webapp import pages
from webapp.access import Actor
from webapp.ids import new_id
from webapp.members.tables import Member
from webapp.people import actions, choosing, store, undo_actions, wording
from webapp.people.planned import Plan, There
from webapp.people.rows import as_path
from webapp.people.tables import PeopleImport
from webapp.readings import kept_page
from webapp.units.tables import Unit

PAGE = 30
SHOWN = 100  # problems, notes and names of each kind; all problems are in the table to download
EXAMPLES = 3  # values of a column, by which it is known


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


# A table that waits


@dataclass(frozen=True)
class Column:
    """What a field of ours can be taken from."""

    field: str
    label: str
    hint: str
    chosen: int | None


@dataclass(frozen=True)
class Told:
    """A problem or a note, in words."""

    line: int
    column: str
    words: str


@dataclass(frozen=True)
class Word:
    """A role or kind that is not known, and what becomes of it."""

    name: str  # "role:…" or "kind:…"
    what: str
    word: str
    rows: int
    choice: str


@dataclass(frozen=True)
class PreviewPage(pages.Page):
    template: ClassVar[str] = "people/preview.html"

    id: str
    name: str
    sheet: str
    other_sheets: str
    headings: list[tuple[int, str, str]]  # column, its heading, values of it
    columns: list[Column]
    headed: bool
    tops: list[tuple[str, str]]
    below: str
    kinds: list[tuple[str, str]]
    roles: list[tuple[str, str]]
    kind: str
    language: str
    rows: str
    words: list[Word]
    row_count: int
    left_out: int
    doing: list[str]
    left_alone: list[str]
    organizing: int
    new_people: list[str]
    new_units: list[str]
    changes: list[str]
    problems: list[Told]
    problem_count: int
    notes: list[Told]
    note_count: int
    seen: str
    nothing: bool
    error: str = ""

    @property
    def may_run(self) -> bool:
        return not self.nothing and (not self.problem_count or self.rows == "leave")

    @property
    def more_people(self) -> int:
        return max(0, len(self.new_people) - SHOWN)


def preview(found: PeopleImport, there: There, names: str, *, error: str) -> PreviewPage:
    """`names`: "en" or "zh", in which kinds and roles are named."""
    choices, sheet = found.choices, choosing.sheet_of(found.sheet)
    plan = choosing.planned(found.sheet, choices, there, new_id)
    counts, labels = choosing.counts(plan), wording.fields()
    first = sheet.rows[0] if choices["headed"] else ()
    body = sheet.rows[1:] if choices["headed"] else sheet.rows
    width = max(map(len, sheet.rows))
    kinds = [(k.id, getattr(k, names)) for k in there.kinds]
    return PreviewPage(
        id=found.id,
        name=found.name,
        sheet=sheet.title,
        other_sheets=_(", ").join(sheet.others),
        headings=[
            (at, first[at] if at < len(first) else "", _(", ").join(_examples(body, at)))
            for at in range(width)
        ],
        columns=[
            Column(field, label, wording.hint(field), choices["columns"].get(field))
            for field, label in labels.items()
        ],
        headed=choices["headed"],
        tops=_outline(there),
        below=choices["below"],
        kinds=kinds,
        roles=[(r.id, getattr(r, names)) for r in there.roles],
        kind=choices["kind"],
        language=choices["language"],
        rows=choices["rows"],
        words=_words(plan, choices["words"], labels),
        row_count=plan.rows,
        left_out=len(plan.left_out),
        doing=wording.doing(counts),
        left_alone=wording.left_alone(counts),
        organizing=plan.organizing,
        new_people=[p.name for p in plan.people[:SHOWN]],
        new_units=_new_units(plan, there)[:SHOWN],
        changes=_changes(plan, labels, dict(kinds))[:SHOWN],
        problems=[Told(p.line, labels[p.field], wording.problem(p)) for p in plan.problems[:SHOWN]],
        problem_count=len(plan.problems),
        notes=[Told(p.line, labels[p.field], wording.problem(p)) for p in plan.notes[:SHOWN]],
        note_count=len(plan.notes),
        seen=plan.fingerprint,
        nothing=plan.makes_nothing,
        error=error,
    )


def _examples(rows: Sequence[Sequence[str]], at: int) -> list[str]:
    values = (row[at] for row in rows[:50] if at < len(row) and row[at])
    return [value[:40] for value in dict.fromkeys(values)][:EXAMPLES]


def _outline(there: There) -> list[tuple[str, str]]:
    """The open units with their paths, by path."""
    names = {u.id: (u.name, u.parent_id) for u in there.units}

    def path(id: str) -> str:
        parts: list[str] = []
        at: str | None = id
        while at in names and len(parts) < 50:
            name, at = names[at]
            parts.insert(0, name)
        return as_path(tuple(parts))

    return sorted(((id, path(id)) for id in names), key=lambda pair: pair[1])


def _words(plan: Plan, chosen: Mapping[str, str], labels: Mapping[str, str]) -> list[Word]:
    found = []
    for name in dict.fromkeys([*plan.unknown, *(n for n in chosen if chosen[n])]):
        what, _colon, word = name.partition(":")
        rows = plan.unknown.get(name, 0)
        if rows:
            found.append(Word(name, labels[what], word, rows, chosen.get(name, "")))
    return found[: choosing.MOST_WORDS]


def _new_units(plan: Plan, there: There) -> list[str]:
    names = {u.id: u.name for u in there.units} | {id: name for id, name, *_rest in plan.units}
    return [
        f"{names[above]} / {name}" if above in names else name
        for _id, name, above, _kind in plan.units[:SHOWN]
    ]


def _changes(plan: Plan, labels: Mapping[str, str], kinds: Mapping[str, str]) -> list[str]:
    made = {k.id: k.en for k in plan.kinds}

    def shown(field: str, value: Any) -> str:
        if field == "kind":
            return kinds.get(value, made.get(value, value))
        return str(value) or "–"

    return [
        _(
            "%(who)s: %(what)s, %(before)s → %(after)s",
            who=each.name, what=labels[field], before=shown(field, each.before[field]),
            after=shown(field, value),
        )
        for each in (*plan.units_changed, *plan.people_changed)
        for field, value in each.after.items()
    ]  # fmt: skip


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


def _some(session: Session, actor: Actor, table: Any, ids: frozenset[str]) -> list[str]:
    """The names of some of them, by name."""
    query = sa.select(table.name).where(
        table.organisation_id == actor.organisation, table.id.in_(sorted(ids)[:SHOWN])
    )
    return sorted(session.scalars(query))
