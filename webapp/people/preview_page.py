"""What the page of a table that waits shows: its columns, what it leaves open, what would happen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import gettext as _

from webapp import pages
from webapp.ids import new_id
from webapp.people import choosing, wording
from webapp.people.planned import Plan, There
from webapp.people.rows import as_path
from webapp.people.tables import PeopleImport

SHOWN = 100  # problems, notes and names of each kind; all problems are in the table to download
EXAMPLES = 3  # values of a column, by which it is known


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
class NewName:
    """A name that would make a unit, and is near to others."""

    mark: str
    name: str
    above: str
    line: int
    choice: str  # empty: still to be said
    means: list[tuple[str, str, bool]]  # a choice, the path of its unit, whether that is new too


@dataclass(frozen=True)
class Somebody:
    """A row with the address or number of a member, and quite another name."""

    mark: str
    name: str
    member: str
    line: int
    open: bool


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
    new_names: list[NewName]
    somebody: list[Somebody]
    row_count: int
    left_out: int
    doing: list[str]
    left_alone: list[str]
    organizing: int
    new_people: list[str]
    new_units: list[str]
    changes: list[str]
    more_changes: int
    problems: list[Told]
    problem_count: int
    notes: list[Told]
    note_count: int
    seen: str
    nothing: bool
    error: str = ""

    @property
    def may_run(self) -> bool:
        return not self.nothing and not self.waits

    @property
    def waits(self) -> bool:
        """Nothing is done before rows are mended, or left out by choice."""
        return bool(self.problem_count) and self.rows != "leave"

    @property
    def open_names(self) -> int:
        return sum(not name.choice for name in self.new_names)

    @property
    def unread(self) -> bool:
        """No column says anything that is known: what is there was not looked at."""
        return all(column.chosen is None for column in self.columns)


def preview(found: PeopleImport, there: There, names: str, *, error: str) -> PreviewPage:
    """`names`: "en" or "zh", in which kinds and roles are named."""
    choices, sheet = found.choices, choosing.sheet_of(found.sheet)
    plan = choosing.planned(found.sheet, choices, there, new_id)
    counts, labels = choosing.counts(plan), wording.fields()
    first = sheet.rows[0] if choices["headed"] else ()
    body = sheet.rows[1:] if choices["headed"] else sheet.rows
    width = max(map(len, sheet.rows))
    kinds = [(k.id, getattr(k, names)) for k in there.kinds]
    changes = _changes(plan, labels, dict(kinds)) + _placed(plan, there, names)
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
        new_names=_new_names(plan, choices["words"]),
        somebody=_somebody(plan),
        row_count=plan.rows,
        left_out=len(plan.left_out),
        doing=wording.doing(counts),
        left_alone=wording.left_alone(counts),
        organizing=plan.organizing,
        new_people=[p.name for p in plan.people[:SHOWN]],
        new_units=_new_units(plan, there)[:SHOWN],
        changes=changes[:SHOWN],
        more_changes=max(0, len(changes) - SHOWN),
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


def _new_names(plan: Plan, chosen: Mapping[str, str]) -> list[NewName]:
    """Those that are still to be decided stand first."""
    room = choosing.MOST_WORDS - min(len(plan.unknown), choosing.MOST_WORDS)
    return [
        NewName(
            new.mark,
            new.name,
            as_path(new.parent.path) if new.parent else "",
            new.line,
            "" if new.open else chosen.get(new.mark, ""),
            [(choice, as_path(place.path), not place.there) for choice, place in new.near],
        )
        for new in sorted(plan.news, key=lambda new: not new.open)[:room]
    ]


def _somebody(plan: Plan) -> list[Somebody]:
    """Those of whom must still be said whether it is them stand first."""
    asked = min(len(plan.unknown) + len(plan.news), choosing.MOST_WORDS)
    return [
        Somebody(each.mark, each.name, each.known_as, each.line, each.open)
        for each in sorted(plan.otherwise.values(), key=lambda each: not each.open)
    ][: choosing.MOST_WORDS - asked]


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


def _placed(plan: Plan, there: There, names: str) -> list[str]:
    """Which members who are here come into a unit or get a role, each by name."""
    known = {p.id: p.name for p in there.people}
    for each in plan.otherwise.values():
        known[each.member] = _(
            "%(who)s (in the table: %(name)s)", who=each.known_as, name=each.name
        )
    units = {u.id: u.name for u in there.units} | {id: name for id, name, *_rest in plan.units}
    roles = {r.id: getattr(r, names) for r in (*there.roles, *plan.roles)}
    found = [
        (member, _("%(who)s: comes into %(unit)s", who=known[member], unit=units[unit]))
        for member, unit in plan.memberships if member in known
    ] + [
        (
            member,
            _(
                "%(who)s: gets the role %(role)s in %(unit)s",
                who=known[member], role=roles[role], unit=units[unit],
            ),
        )
        for member, unit, role in plan.appointments if member in known
    ]  # fmt: skip
    first = {member: at for at, (member, _words) in reversed(list(enumerate(found)))}
    return [words for _member, words in sorted(found, key=lambda each: first[each[0]])]
