"""What a report counts, in columns: pieces, questions and entered pieces of some days. Pure.

One row for each piece, in the order of time, in arrays, so that twenty-five thousand
of them are counted in a few milliseconds. Holds no word of anybody. A piece without a
name has no author here: whose it is was never asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np

GENRES = ("reflection", "experience", "summary", "speech")
NOBODY = -1  # no author, no unit, no text

Numbers = np.ndarray[Any, np.dtype[np.int64]]
Choice = np.ndarray[Any, np.dtype[np.bool_]]


class Codes:
    """A small number for each id or name, the same as long as the process lives. New
    ones are given while facts are read, by one thread at a time; others ask `known`."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._names: list[str] = []

    def __len__(self) -> int:
        return len(self._names)

    def of(self, name: str | None) -> int:
        if name is None:
            return NOBODY
        code = self._codes.get(name)
        if code is None:
            code = self._codes[name] = len(self._names)
            self._names.append(name)
        return code

    def all_of(self, names: Iterable[str | None]) -> Numbers:
        return numbers([self.of(name) for name in names])

    def known(self, names: Iterable[str]) -> Numbers:
        """Of these, those that something has."""
        return numbers([self._codes[name] for name in names if name in self._codes])

    def table(self, names: Iterable[str]) -> Choice:
        """By code: whether it is one of these."""
        found = np.zeros(len(self), bool)
        found[self.known(names)] = True
        return found

    def name(self, code: int) -> str:
        return self._names[code]


def numbers(values: Sequence[int] | Numbers) -> Numbers:
    return np.asarray(values, dtype=np.int64)


def seconds(moment: dt.datetime) -> int:
    return int(moment.timestamp())


@dataclass(frozen=True)
class Several:
    """Several values for each row: those of row i are values[starts[i]:starts[i + 1]]."""

    starts: Numbers  # one more than rows
    values: Numbers

    @classmethod
    def of(cls, rows: Numbers, values: Numbers, many: int) -> Self:
        """rows: which of the `many` rows each value belongs to, in any order."""
        order = np.argsort(rows, kind="stable")
        starts = np.zeros(many + 1, np.int64)
        np.cumsum(np.bincount(rows, minlength=many), out=starts[1:])
        return cls(starts, values[order])

    @property
    def rows(self) -> Numbers:
        """The row of each value."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def part(self, first: int, after: int) -> Self:
        begins, ends = self.starts[first], self.starts[after]
        return type(self)(self.starts[first : after + 1] - begins, self.values[begins:ends])

    def having(self, wanted: Choice) -> Choice:
        """The rows that have one of these values. wanted: for every value, by code."""
        found = np.zeros(len(self.starts) - 1, bool)
        places = np.flatnonzero(wanted[self.values])
        found[np.searchsorted(self.starts, places, side="right") - 1] = True
        return found

    def among(self, rows: Choice) -> Numbers:
        """All values of these rows."""
        return self.values[np.repeat(rows, np.diff(self.starts))]

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        lengths = [np.diff(part.starts) for part in parts]
        starts = np.zeros(sum(map(len, lengths)) + 1, np.int64)
        np.cumsum(np.concatenate(lengths), out=starts[1:])
        return cls(starts, np.concatenate([part.values for part in parts]))


@dataclass(frozen=True)
class Columns:
    """Columns of equal length, one row for each thing that was counted."""

    def part(self, first: int, after: int) -> Self:
        return type(self)(
            **{
                name: value.part(first, after) if isinstance(value, Several) else value[first:after]
                for name, value in self._columns().items()
            }
        )

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        if len(parts) == 1:
            return parts[0]
        columns = [part._columns() for part in parts]
        return cls(
            **{
                name: Several.joined([one[name] for one in columns])
                if isinstance(first, Several)
                else np.concatenate([one[name] for one in columns])
                for name, first in columns[0].items()
            }
        )

    def _columns(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self) if one.init}


@dataclass(frozen=True)
class Pieces(Columns):
    """Submitted pieces that are not hidden, by `shown`."""

    shown: Numbers  # seconds
    author: Numbers  # NOBODY: without a name
    unit: Numbers  # that alone may read it; NOBODY: everybody may
    genre: Numbers  # place in GENRES
    wait: Numbers  # whole days until a reader answered or accepted it; -1: still waits
    said: Choice  # somebody said something to it
    accepted: Choice
    texts: Several  # that it is about or cites, each once
    themes: Several
    answerers: Several  # of pieces with a name: who answered ...
    answered_at: Several  # ... and when, in seconds
    # Which of them count by a rule of requirements, and by which structure that was said.
    counting: dict[Any, tuple[Any, Choice]] = field(default_factory=dict, init=False, compare=False)


@dataclass(frozen=True)
class Asking(Columns):
    """Questions below such pieces, by `at`; not those by which a piece was asked back."""

    at: Numbers
    id: np.ndarray[Any, np.dtype[np.object_]]
    author: Numbers  # of the piece
    unit: Numbers  # of the piece
    open: Choice  # nobody but whoever asked said anything below it


@dataclass(frozen=True)
class Entered(Columns):
    """Pieces of members that an organizer entered for them, by day."""

    day: Numbers  # as date.toordinal
    author: Numbers
    unit: Numbers  # in which it was entered
    genre: Numbers
    text: Numbers
    answered: Choice


@dataclass(frozen=True)
class Facts:
    pieces: Pieces
    asking: Asking
    entered: Entered

    @property
    def size(self) -> int:
        return len(self.pieces.shown) + len(self.asking.at) + len(self.entered.day)

    @classmethod
    def joined(cls, days: Sequence[Facts]) -> Facts:
        """Of several days, in their order."""
        return cls(
            Pieces.joined([day.pieces for day in days]),
            Asking.joined([day.asking for day in days]),
            Entered.joined([day.entered for day in days]),
        )

    def by_day(self, first: dt.date, last: dt.date) -> list[Facts]:
        """For each day in UTC what is of it."""
        days = [first + dt.timedelta(days=n) for n in range((last - first).days + 2)]
        midnights = [seconds(dt.datetime.combine(day, dt.time(), dt.UTC)) for day in days]
        pieces = np.searchsorted(self.pieces.shown, midnights)
        asking = np.searchsorted(self.asking.at, midnights)
        entered = np.searchsorted(self.entered.day, [day.toordinal() for day in days])
        return [
            Facts(
                self.pieces.part(pieces[n], pieces[n + 1]),
                self.asking.part(asking[n], asking[n + 1]),
                self.entered.part(entered[n], entered[n + 1]),
            )
            for n in range(len(days) - 1)
        ]


@dataclass(frozen=True)
class Reader:
    """Who looks: what they may read (`reflections.store.open_to`, for columns), and in
    which units they enter pieces for others (None: in all)."""

    me: int
    units: Choice  # by code
    organizes: Choice | None

    def may_read(self, rows: Pieces | Asking) -> Choice:
        found: Choice = (
            (rows.unit == NOBODY) | (rows.author == self.me) | at(self.units, rows.unit, False)
        )
        return found

    def may_count(self, rows: Entered) -> Choice:
        if self.organizes is None:
            return np.ones(len(rows.day), bool)
        return at(self.organizes, rows.unit, False)


def at(table: Choice, codes: Numbers, otherwise: bool) -> Choice:
    """table[codes]; `otherwise` for NOBODY and for codes that are newer than the table."""
    if not len(table):
        return np.full(len(codes), otherwise)
    known = (codes >= 0) & (codes < len(table))
    return np.where(known, table[np.where(known, codes, 0)], otherwise)
