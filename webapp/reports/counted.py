"""What was done and found, counted out of the facts of some days. Pure.

What counts for a requirement is the rule of `requirements.counting`, written for many
people at once; a test keeps the two equal. As there, an organizer's figure knows only
of pieces that they may read under their author's name, and of what was entered in
units that they organize. A piece without a name is nobody's, so it belongs to no unit;
it comes only into the report of the whole organisation, and there apart (`nameless`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np

from webapp.reports.facts import (
    GENRES,
    NOBODY,
    Asking,
    Choice,
    Codes,
    Facts,
    Numbers,
    Pieces,
    Reader,
    at,
    numbers,
)
from webapp.reports.structure import Asked, Structure
from webapp.reports.waiting import Waits
from webapp.requirements.asking import AcceptedWhen, AnsweredBy, Says
from webapp.requirements.spans import Span

Times = tuple[int, int]  # from, and before, in seconds
EXPERIENCE = GENRES.index("experience")


# What a requirement asks for


@dataclass(frozen=True)
class Done:
    """By kind of people, of the pieces that were asked for; what somebody handed in
    beyond that is nobody else's, so it does not count."""

    handed_in: Numbers
    answered: Numbers


class Work:
    """The work of people in the facts, as far as a reader may know of it."""

    def __init__(self, facts: Facts, structure: Structure, reader: Reader) -> None:
        self._pieces, self._entered, self._structure = facts.pieces, facts.entered, structure
        named = facts.pieces.author != NOBODY  # else a count would tell who wrote it
        self._mine = named & reader.may_read(facts.pieces)
        self._theirs = reader.may_count(facts.entered)
        self._tables: dict[frozenset[str], Choice] = {}
        self._done: dict[Hashable, Done] = {}

    def done(
        self, says: Says, span: Span, times: Times, readings: Collection[str], asked: Asked
    ) -> Done:
        """times: of the span; readings: texts that are asked for, in every version. What is
        asked in the same words by several units is counted once."""
        key = (
            span, id(asked.people), says.genres, says.content, says.themes, frozenset(readings),
            says.write, says.accepted_when, says.answered_by,
        )  # fmt: skip
        if key not in self._done:
            self._done[key] = self._counted_done(says, span, times, readings, asked)
        return self._done[key]

    def _counted_done(
        self, says: Says, span: Span, times: Times, readings: Collection[str], asked: Asked
    ) -> Done:
        here = slice(*np.searchsorted(self._pieces.shown, times))
        days = span.starts.toordinal(), span.due.toordinal() + 1
        there = slice(*np.searchsorted(self._entered.day, days))
        pieces, mine = self._pieces, self._mine[here].copy()
        entered, theirs = self._entered, self._theirs[there].copy()
        if says.genres:
            wanted = numbers([GENRES.index(genre) for genre in says.genres])
            mine &= np.isin(pieces.genre[here], wanted)
            theirs &= np.isin(entered.genre[there], wanted)
        if says.content == "themes":
            mine &= pieces.themes.part(here.start, here.stop).having(self._table(says.themes))
            theirs[:] = False  # nobody says of these what they are about
        elif says.content != "own":
            texts = self._table(readings)
            mine &= pieces.texts.part(here.start, here.stop).having(texts)
            theirs &= at(texts, entered.text[there], False)
        counts = self._counts(says)[here]
        many = len(self._structure.codes)

        def by_kind(handed_in: Numbers, entered: Numbers) -> Numbers:
            each = np.bincount(handed_in, minlength=many)
            if len(entered):
                each += np.bincount(entered, minlength=many)
            return asked.people.by_kind(np.minimum(each, says.write))

        authors, others = pieces.author[here], entered.author[there]
        return Done(
            by_kind(authors[mine], others[theirs]),
            by_kind(authors[mine & counts], others[theirs & entered.answered[there]]),
        )

    def _table(self, names: Collection[str]) -> Choice:
        key = frozenset(names)
        if key not in self._tables:
            self._tables[key] = self._structure.codes.table(names)
        return self._tables[key]

    def _counts(self, says: Says) -> Choice:
        """Whether each piece counts; the same for all who look."""
        rule = says.accepted_when, says.answered_by
        by, found = self._pieces.counting.get(rule, (None, None))
        if by is not self._structure or found is None:
            found = self._counted(*rule)
            self._pieces.counting[rule] = self._structure, found
        return found

    def _counted(self, when: AcceptedWhen, by: AnsweredBy) -> Choice:
        pieces = self._pieces
        if when == "accepted":
            return pieces.accepted
        if by == "reader":
            return pieces.said
        found = pieces.accepted.copy()  # without a word
        piece = pieces.answerers.rows
        found[
            piece[
                self._structure.answered_by(
                    by, pieces.author[piece], pieces.answerers.values, pieces.answered_at.values
                )
            ]
        ] = True
        return found


# What was handed in


@dataclass(frozen=True)
class Found:
    """Numbers of pieces, by name."""

    pieces: int = 0
    texts: Counter[str] = field(default_factory=Counter)
    themes: Counter[str] = field(default_factory=Counter)
    told: Counter[int] = field(default_factory=Counter)  # experiences in the open, by step
    waits: Waits = field(default_factory=lambda: Waits({}, 0))
    nameless: int = 0  # among them


def found(
    pieces: Pieces, times: Times, steps: Sequence[Times], of_unit: Choice, codes: Codes,
    reader: Reader, *, whole: bool, fewest: int,
) -> Found:  # fmt: skip
    """Pieces of the members `of_unit` (by code) handed in at these times. `whole`: of
    everybody, so that those without a name can be counted with them; they are left out
    while fewer than `fewest` people handed in one under theirs."""
    pieces = pieces.part(*np.searchsorted(pieces.shown, times))
    named = at(of_unit, pieces.author, False) & reader.may_read(pieces)
    nameless = pieces.author == NOBODY
    authors = np.count_nonzero(np.bincount(pieces.author[named]))
    those = named | nameless if whole and authors >= fewest else named
    told = those & (pieces.genre == EXPERIENCE) & (pieces.unit == NOBODY)
    step = np.searchsorted([end for _begin, end in steps], pieces.shown[told], side="right")
    waits = pieces.wait[those]
    days = _counter(waits[waits >= 0])
    return Found(
        pieces=int(those.sum()),
        texts=_named(pieces.texts.among(those), codes),
        themes=_named(pieces.themes.among(those), codes),
        told=_counter(step),
        waits=Waits(days, int((waits < 0).sum())),
        nameless=int((those & nameless).sum()),
    )


def _counter(values: Numbers) -> Counter[int]:
    number = np.bincount(values)  # none is below 0
    one = np.flatnonzero(number)
    return Counter(dict(zip(one.tolist(), number[one].tolist(), strict=True)))


def _named(values: Numbers, codes: Codes) -> Counter[str]:
    return Counter({codes.name(code): number for code, number in _counter(values).items()})


# What was asked


@dataclass(frozen=True)
class Questions:
    asked: int = 0
    open: int = 0
    oldest: tuple[str, ...] = ()  # open ones below pieces that everybody may read
    elsewhere: int = 0  # open ones below pieces for a unit


def questions(
    asking: Asking, times: Times, of_unit: Choice, reader: Reader,
    *, nameless: bool, limit: int,
) -> Questions:  # fmt: skip
    """Questions asked at these times below the pieces. `nameless`: those below pieces
    without a name too."""
    first, after = np.searchsorted(asking.at, times)
    asking = asking.part(first, after)
    those = at(of_unit, asking.author, False) & reader.may_read(asking)
    if nameless:
        those |= asking.author == NOBODY
    open_ones = those & asking.open
    for_all = open_ones & (asking.unit == NOBODY)
    return Questions(
        asked=int(those.sum()),
        open=int(open_ones.sum()),
        oldest=tuple(asking.id[for_all][:limit]),
        elsewhere=int((open_ones & ~for_all).sum()),
    )
