"""What would an import make, change and leave alone, and what stands in its way? Pure.

The same rows planned again after they were brought in make nothing: people are
known by their e-mail address, else by their number, else by their name in a unit.
Nothing is ended or moved by an import.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from webapp.people.columns import fold
from webapp.people.nearness import one_person
from webapp.people.places import ADD, New, Place, Places, Unplaced
from webapp.people.planned import (
    LEAVE_OUT,
    Changed,
    Choices,
    Named,
    NewPerson,
    Otherwise,
    Person,
    Plan,
    There,
)
from webapp.people.rows import Problem, Row


def plan(rows: Sequence[Row], there: There, choices: Choices, new_id: Callable[[], str]) -> Plan:
    """Rows are marked with their problems on the way: read them anew for another plan."""
    return _Planning(rows, there, choices, new_id).done()


class _Planning:
    def __init__(
        self, rows: Sequence[Row], there: There, choices: Choices, new_id: Callable[[], str]
    ) -> None:
        self._rows, self._there, self._choices, self._new_id = rows, there, choices, new_id
        self._plan = Plan(rows=len(rows))
        self._places = Places(there.units, rows, below=choices.below, chosen=choices.words)
        self._known = {"role": _by_name(there.roles), "kind": _by_name(there.kinds)}
        self._made: dict[str, list[Named]] = {"role": self._plan.roles, "kind": self._plan.kinds}
        self._organizes = {role.id for role in there.roles if role.organizes}
        people = there.people
        self._by_email = {p.email.lower(): p for p in people if p.email}
        self._by_number = {fold(p.number): p for p in people if p.number}
        names = {p.id: fold(p.name) for p in people if not p.left}
        self._in_unit: dict[tuple[str, str], list[Person]] = defaultdict(list)
        by_id = {p.id: p for p in people}
        for member, unit in sorted(there.memberships):
            if member in names:
                self._in_unit[names[member], unit].append(by_id[member])
        self._elsewhere = set(names.values())
        # Of this table: who was told of, by whatever tells them apart, and in which row.
        self._told: dict[tuple[Any, ...], NewPerson | Person] = {}
        self._lines: dict[tuple[Any, ...], int] = {}
        self._said: dict[str, dict[str, tuple[str, int]]] = defaultdict(dict)
        self._of_name: dict[Any, dict[tuple[Any, ...], int]] = defaultdict(dict)
        self._owners: dict[tuple[str, str], tuple[tuple[Any, ...], int]] = {}
        self._seen: set[tuple[str, ...]] = set()
        self._touched: dict[str, Place] = {}  # units that were there

    def done(self) -> Plan:
        self._fill()
        good: list[tuple[Row, Place | None, tuple[str, ...]]] = []
        spoken = [(row, self._place(row), self._roles(row)) for row in self._rows]
        open_names = self._open_names()
        for row, place, roles in spoken:
            for above in place.up() if place else ():
                if new := open_names.get(id(above)):
                    row.wrong("unit", "near_unit", new.name, new.near[0][1].name)
            self._check(row, place)
            if not row.problems:
                good.append((row, place, roles))
        for row, place, roles in good:
            self._take(row, place, roles)
        self._plan.units_left = len(self._touched) - len(self._plan.units_changed)
        self._note_twice()
        for row in self._rows:
            self._plan.problems += row.problems
            if row.problems:
                self._plan.left_out.add(row.line)
        return self._plan

    def _open_names(self) -> dict[int, New]:
        """New units, by their places, of which must be said whether another is meant."""
        words = [word for kind in self._there.kinds for word in (kind.en, kind.zh)]
        self._plan.news = [new for new in self._places.news(words) if new.near]
        return {id(new.place): new for new in self._plan.news if new.open}

    def _fill(self) -> None:
        """Rows of one address or number are one person: what one leaves out another says."""
        said: dict[tuple[str, str, str], str] = {}
        for row in self._rows:
            for of, value, other in row.links():
                said.setdefault((of, value, other), getattr(row, other))
        for row in self._rows:
            for of in ("number", "email"):
                value = fold(getattr(row, of))
                for other in ("email", "number", "name"):
                    if value and not getattr(row, other):
                        setattr(row, other, said.get((of, value, other), ""))

    # Words

    def _place(self, row: Row) -> Place | None:
        if not row.names_unit:
            if row.parent:
                row.wrong("unit", "no_unit", row.parent)
            elif row.roles:
                row.wrong("unit", "role_without_unit", row.roles[0])
            return None
        try:
            place = self._places.of(row)
        except Unplaced as why:
            row.wrong(why.field, why.code, why.value)
            return None
        if row.kind and (kind := self._word(row, "kind", row.kind)):
            if place.kind_line and place.said_kind != kind:
                row.wrong("kind", "kind_differs", row.kind, place.kind_line)
            else:
                place.said_kind, place.kind_line = kind, place.kind_line or row.line
        return place

    def _roles(self, row: Row) -> tuple[str, ...]:
        found = [self._word(row, "role", word) for word in row.roles]
        return tuple(dict.fromkeys(id for id in found if id))

    def _word(self, row: Row, what: str, word: str) -> str:
        """The id of a role or kind; empty where the word is left out, or not known."""
        key = fold(word)
        if key in self._known[what]:
            return self._known[what][key]
        name = f"{what}:{key}"
        choice = self._choices.words.get(name, "")
        self._plan.unknown[name] = self._plan.unknown.get(name, 0) + 1
        if choice == ADD and len(word) <= 120:
            named = Named(self._new_id(), word, word)
            self._made[what].append(named)
            self._known[what][key] = named.id
            return named.id
        if choice in set(self._known[what].values()):
            return choice
        if choice != LEAVE_OUT:
            row.wrong(what, f"unknown_{what}", word)
        return ""

    # People

    def _check(self, row: Row, place: Place | None) -> None:
        if not row.names_person:
            if not row.names_unit and not row.problems:
                row.wrong("name", "nobody")
            elif row.roles:
                row.wrong("name", "role_of_nobody", row.roles[0])
            return
        if row.problems:
            return
        person = self._person(row, place)
        if row.problems:
            return
        for of in ("name", "number", "unit"):
            if getattr(row, of)[:1] in ("=", "+", "-", "@"):
                self._plan.notes.append(
                    Problem(row.line, of, "formula_text", getattr(row, of)[:80])
                )
        if person is None and not row.name:
            row.wrong("name", "no_name")
        elif person is None and place is None and not row.email and not row.number:
            row.wrong("unit", "nowhere", row.name)
        elif isinstance(person, Person) and person.left:
            row.wrong("name", "left", person.name)
        elif isinstance(person, Person) and self._is_another(row, person):
            row.wrong("name", "another", row.name, person.name)
        else:
            self._agree(row, person, place)

    def _is_another(self, row: Row, person: Person) -> bool:
        """Whether the row names somebody else, as long as nobody has said that it is them:
        one slip in an address would put a member where they do not belong."""
        if not row.name or one_person(row.name, person.name):
            return False
        mark = f"who:{person.id}:{fold(row.name)}"[:200]
        still = self._choices.words.get(mark) != ADD
        asked = Otherwise(mark, row.line, row.name, person.id, person.name, still)
        self._plan.otherwise.setdefault(mark, asked)
        return still

    def _person(self, row: Row, place: Place | None) -> Person | None:
        """The member who is there already, if the row speaks of one."""
        if row.email and row.email.lower() in self._there.addresses:
            row.wrong("email", "address_taken", row.email)
            return None
        by_email = self._by_email.get(row.email.lower()) if row.email else None
        by_number = self._by_number.get(fold(row.number)) if row.number else None
        if by_email and by_number and by_email is not by_number:
            row.wrong("number", "two_people", row.number, by_number.name)
        if by_email and row.number and by_email.number not in ("", row.number):
            row.wrong("number", "other_number", row.number, by_email.number)
        if by_number and row.email and by_number.email and not by_email:
            row.wrong("email", "other_address", row.email, by_number.name)
        return by_email or by_number or self._by_name(row, place)

    def _by_name(self, row: Row, place: Place | None) -> Person | None:
        """Somebody of this name in this unit, of whom nothing else is known that the
        row says otherwise."""
        if place is None or not place.there:
            return None
        found = [
            p
            for p in self._in_unit[fold(row.name), str(place.id)]
            if not (row.email and p.email) and not (row.number and p.number)
        ]
        if len(found) > 1 and not row.email and not row.number:
            row.wrong("name", "several", row.name)
        return found[0] if len(found) == 1 else None

    def _key(self, row: Row, person: Person | None, place: Place | None) -> tuple[Any, ...]:
        if person is not None:
            return ("there", person.id)
        if row.email:
            return ("email", row.email.lower())
        if row.number:
            return ("number", fold(row.number))
        return ("name", fold(row.name), id(place))

    def _agree(self, row: Row, person: Person | None, place: Place | None) -> None:
        """Whether this row and earlier ones of the same person can both be true."""
        key = self._key(row, person, place)
        once = (*key, id(place), *sorted(map(fold, row.roles)))
        said = self._said[repr(key)]
        for of in ("name", "email", "number", "language"):
            value = getattr(row, of)
            if value and of in said and fold(said[of][0]) != fold(value):
                row.wrong(of, "differs", value, said[of][1])
        self._one_owner(row, "number", key)
        self._one_owner(row, "email", key)
        self._alone_of_name(row, key, place)
        if not row.problems and once in self._lines:
            row.wrong("name", "duplicate", row.name or row.email, self._lines[once])
        if row.problems:
            return
        self._lines[once] = row.line
        for of in ("name", "email", "number", "language"):
            if value := getattr(row, of):
                said.setdefault(of, (value, row.line))

    def _one_owner(self, row: Row, of: str, key: tuple[Any, ...]) -> None:
        if value := fold(getattr(row, of)):
            owner, line = self._owners.setdefault((of, value), (key, row.line))
            if owner != key:
                row.wrong(of, f"taken_{of}", getattr(row, of), line)

    def _alone_of_name(self, row: Row, key: tuple[Any, ...], place: Place | None) -> None:
        """Two people of one name in one unit must both have something to be known by."""
        there = self._of_name[fold(row.name), id(place)]
        for other, line in there.items():
            if other != key and "name" in (key[0], other[0]):
                row.wrong("name", "same_place", row.name, line)
                return
        if not row.problems:
            there.setdefault(key, row.line)

    # What becomes of a good row

    def _take(self, row: Row, place: Place | None, roles: tuple[str, ...]) -> None:
        unit = self._unit(place) if place else None
        if place and place.there:
            self._touch(place)
        if not row.names_person:
            return
        person = self._person(row, place)
        key = self._key(row, person, place)
        first = key not in self._told
        if first:
            self._told[key] = person or self._new_person(row)
        whoever = self._told[key]
        done = self._changes(whoever, key) if first and isinstance(whoever, Person) else False
        if unit:
            done |= self._belongs(whoever.id, unit)
            for role in roles:
                done |= self._given(whoever.id, unit, role)
        if first and not done and isinstance(whoever, Person):
            self._plan.people_left += 1

    def _unit(self, place: Place) -> str:
        """The id of a place; what is not there is made, from the top down."""
        chain: list[Place] = []
        above: Place | None = place
        while above is not None and above.id is None:
            chain.append(above)
            above = above.parent
        for each in reversed(chain):
            each.id = self._new_id()
            parent = each.parent.id if each.parent else None
            kind = each.said_kind or self._choices.kind
            self._plan.units.append((each.id, each.name, parent, kind))
        return str(place.id)

    def _touch(self, place: Place) -> None:
        unit = str(place.id)
        if unit not in self._touched and place.said_kind not in ("", place.kind):
            before, after = {"kind": place.kind}, {"kind": place.said_kind}
            self._plan.units_changed.append(Changed(unit, before, after, place.name))
        self._touched[unit] = place

    def _new_person(self, row: Row) -> NewPerson:
        said = self._said[repr(self._key(row, None, None))] if row.email or row.number else {}

        def best(of: str) -> str:
            return getattr(row, of) or (said[of][0] if of in said else "")

        person = NewPerson(
            best("name"), best("email"), best("number"),
            best("language") or self._choices.language, row.line, self._new_id(),
        )  # fmt: skip
        self._plan.people.append(person)
        if not row.email and not row.number and fold(row.name) in self._elsewhere:
            self._plan.notes.append(Problem(row.line, "name", "same_name", row.name))
        return person

    def _changes(self, person: Person, key: tuple[Any, ...]) -> bool:
        """What the table says otherwise of somebody who is there. Whoever has joined
        chose name and language themselves: those stay."""
        said = self._said[repr(key)]
        fields = ("number",) if person.joined else ("name", "email", "number", "language")
        after = {
            of: said[of][0]
            for of in fields
            if of in said and said[of][0] != getattr(person, of)
            and not (of == "email" and person.email)
        }  # fmt: skip
        if after:
            before = {of: getattr(person, of) for of in after}
            self._plan.people_changed.append(Changed(person.id, before, after, person.name))
        return bool(after)

    def _belongs(self, member: str, unit: str) -> bool:
        pair = (member, unit)
        if pair in self._there.memberships or pair in self._seen:
            return False
        self._seen.add(pair)
        self._plan.memberships.append(pair)
        return True

    def _given(self, member: str, unit: str, role: str) -> bool:
        triple = (member, unit, role)
        if triple in self._there.appointments or triple in self._seen:
            return False
        self._seen.add(triple)
        self._plan.appointments.append(triple)
        self._plan.organizing += role in self._organizes
        return True

    def _note_twice(self) -> None:
        for name, first, second in self._places.twice():
            self._plan.notes.append(Problem(second, "unit", "two_units", name, first))


def _by_name(named: Sequence[Named]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in named:
        for name in (each.id, each.en, each.zh):
            found.setdefault(fold(name), each.id)
    return found
