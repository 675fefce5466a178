"""Which lines does the table of units and members have that is taken out? Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from webapp.people.places import UnitThere
from webapp.people.planned import Person, There


@dataclass(frozen=True)
class Line:
    """A line of the exported table: a membership with one role, a person without a
    unit, or a unit without people."""

    path: tuple[str, ...]
    kind: str
    member_id: str = ""
    name: str = ""
    email: str = ""
    number: str = ""
    language: str = ""
    role: str = ""


def lines(found: There, within: Collection[str] | None, *, private: bool, names: str) -> list[Line]:
    """The tree with its people. `within`: only these units, with paths that begin at
    the topmost of them. `private`: with addresses and numbers. `names`: "en" or "zh"."""
    units = {u.id: u for u in found.units if within is None or u.id in within}
    kinds = {k.id: getattr(k, names) for k in found.kinds}
    roles = {r.id: getattr(r, names) for r in found.roles}
    people = {p.id: p for p in found.people if not p.left}
    given: dict[tuple[str, str], list[str]] = {}
    for member, unit, role in sorted(found.appointments):
        if role in roles:
            given.setdefault((member, unit), []).append(roles[role])
    of_unit: dict[str, list[Person]] = {id: [] for id in units}
    for member, unit in found.memberships:
        if unit in units and member in people:
            of_unit[unit].append(people[member])
    out: list[Line] = []
    for path, node in _walk(units):
        kind = str(kinds.get(node.kind, node.kind))
        if not of_unit[node.id]:
            out.append(Line(path, kind))
        for person in sorted(of_unit[node.id], key=lambda p: (p.name, p.id)):
            for role in given.get((person.id, node.id), [""]):
                out.append(_line(path, kind, person, role, private=private))
    if within is None:
        placed = {m for m, u in found.memberships if u in units}
        out += [
            _line((), "", p, "", private=private) for p in people.values() if p.id not in placed
        ]
    return out


def _line(path: tuple[str, ...], kind: str, person: Person, role: str, *, private: bool) -> Line:
    email, number = (person.email, person.number) if private else ("", "")
    return Line(path, kind, person.id, person.name, email, number, person.language, role)


def _walk(units: dict[str, UnitThere]) -> Iterator[tuple[tuple[str, ...], UnitThere]]:
    """Every unit once with the names that lead to it, parents before their children."""
    children: dict[str | None, list[UnitThere]] = {}
    for unit in sorted(units.values(), key=lambda u: (u.name, u.id)):
        children.setdefault(unit.parent_id if unit.parent_id in units else None, []).append(unit)
    waiting: list[tuple[tuple[str, ...], UnitThere]] = [
        ((u.name,), u) for u in reversed(children.get(None, []))
    ]
    while waiting:
        path, unit = waiting.pop()
        yield path, unit
        waiting += [((*path, u.name), u) for u in reversed(children.get(unit.id, []))]
