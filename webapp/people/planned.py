"""What a plan is made from, and what it says: the organisation as it is, the choices of
whoever imports, and what would be made, changed and left alone. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.people.places import New, UnitThere
from webapp.people.rows import Problem

LEAVE_OUT = "-"  # a word that is not known; else `places.ADD`, or the id it stands for


@dataclass(frozen=True)
class Named:
    """A role or a kind of units that is there."""

    id: str
    en: str
    zh: str
    organizes: bool = False


@dataclass(frozen=True)
class Person:
    """A member who is there. `joined`: an account that was signed in with, or can be."""

    id: str
    name: str
    email: str
    number: str
    language: str
    joined: bool
    left: bool = False


@dataclass(frozen=True)
class There:
    """The organisation as it is."""

    units: Sequence[UnitThere] = ()
    kinds: Sequence[Named] = ()
    roles: Sequence[Named] = ()
    people: Sequence[Person] = ()
    memberships: frozenset[tuple[str, str]] = frozenset()  # member, unit
    appointments: frozenset[tuple[str, str, str]] = frozenset()  # member, unit, role
    addresses: frozenset[str] = frozenset()  # of accounts without a member


@dataclass(frozen=True)
class Choices:
    """What whoever imports has chosen beside the columns."""

    below: str | None = None  # where units stand for which the table names nothing above
    kind: str = ""  # of new units for which it names none
    language: str = "en"
    words: Mapping[str, str] = field(default_factory=dict)  # "role:…", "kind:…", "unit:…", "who:…"


@dataclass
class NewPerson:
    name: str
    email: str
    number: str
    language: str
    line: int
    id: str = ""


@dataclass(frozen=True)
class Changed:
    """A person or a unit that is there and would be other."""

    id: str
    before: dict[str, Any]
    after: dict[str, Any]
    name: str


@dataclass(frozen=True)
class Otherwise:
    """A member of whom a row has the address or the number, and quite another name."""

    mark: str  # by which it is said that it is them
    line: int
    name: str
    member: str
    known_as: str
    open: bool


@dataclass
class Plan:
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)  # worth a look; they hinder nothing
    unknown: dict[str, int] = field(default_factory=dict)  # words such as "role:clerk", rows
    news: list[New] = field(default_factory=list)  # new names of units that are near to others
    otherwise: dict[str, Otherwise] = field(default_factory=dict)  # by mark
    kinds: list[Named] = field(default_factory=list)
    roles: list[Named] = field(default_factory=list)
    units: list[tuple[str, str, str | None, str]] = field(
        default_factory=list
    )  # id name above kind
    units_changed: list[Changed] = field(default_factory=list)
    people: list[NewPerson] = field(default_factory=list)
    people_changed: list[Changed] = field(default_factory=list)
    memberships: list[tuple[str, str]] = field(default_factory=list)
    appointments: list[tuple[str, str, str]] = field(default_factory=list)
    organizing: int = 0  # of the appointments: those that give rights
    rows: int = 0
    people_left: int = 0  # left alone: there already, and nothing else said of them
    units_left: int = 0
    left_out: set[int] = field(default_factory=set)  # lines with a problem

    @property
    def makes_nothing(self) -> bool:
        return not (
            self.kinds or self.roles or self.units or self.units_changed or self.people
            or self.people_changed or self.memberships or self.appointments
        )  # fmt: skip

    @property
    def fingerprint(self) -> str:
        """Another one says that the organisation, or the choices, are no longer those
        that were looked at. New ids are no part of it."""
        made = {id for id, *_rest in self.units} | {p.id for p in self.people}
        made |= {n.id for n in (*self.kinds, *self.roles)}

        def known(*ids: str | None) -> str:
            return ",".join("+" if id in made else str(id) for id in ids)

        facts = (
            sorted(self.left_out), [(u[1], known(u[2], u[3])) for u in self.units],
            [(p.name, p.email, p.number) for p in self.people],
            [(c.id, c.after) for c in (*self.units_changed, *self.people_changed)],
            [known(*m) for m in self.memberships], [known(*a) for a in self.appointments],
        )  # fmt: skip
        return hashlib.blake2b(repr(facts).encode(), digest_size=12).hexdigest()
