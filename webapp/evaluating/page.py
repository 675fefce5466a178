"""The report as one file that needs nothing else: sentences, figures, tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from flask_babel import gettext as _

from webapp.evaluating import wording
from webapp.pages import Page

if TYPE_CHECKING:
    from recommender.evaluation.comparing import Comparison, Row
    from recommender.evaluation.earning import Earned
    from recommender.evaluation.intervals import Interval
    from recommender.evaluation.report import Findings

NAMES, WIDTH, LINE, ROOM = 280, 760, 26, 70  # of a figure, in SVG units; ROOM for a number
ALL = ("recall", "ndcg", "coverage", "diversity", "calibration", "novelty")
OF_A_GROUP = ("recall", "ndcg")  # the other measures are in the table


@dataclass(frozen=True)
class Bar:
    """One line of a figure, in SVG units."""

    name: str
    own: bool  # what the report is about; the others stand beside it
    y: int
    x: float
    width: float
    low: float
    high: float
    number: str
    between: str


@dataclass(frozen=True)
class Figure:
    title: str
    sentence: str
    bars: tuple[Bar, ...]
    zero: float  # where 0 is

    @property
    def height(self) -> int:
        return LINE * len(self.bars) + 6


@dataclass(frozen=True)
class Section:
    heading: str
    sentences: tuple[str, ...]
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Table:
    heading: str
    columns: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class ReportPage(Page):
    template: ClassVar[str] = "evaluating/report.html"
    names: ClassVar[int] = NAMES
    width: ClassVar[int] = WIDTH
    line: ClassVar[int] = LINE

    lang: str  # of the page, as HTML calls it
    title: str
    decision: str  # "" where nothing is decided
    introduction: tuple[str, ...]
    sections: tuple[Section, ...]
    tables: tuple[Table, ...]
    left_out: str  # why some groups are not shown; "" when all are


def of_past(found: Earned, lang: str) -> ReportPage:
    """Of the organisation's own past."""
    sections = _sections(found.rows, found.comparisons, own="together")
    if found.tried:
        sections = (_tried(found), *sections)
    return ReportPage(
        lang,
        _("How good the suggestions are: our own past"),
        wording.decision(found),
        tuple(wording.past(found)),
        sections,
        (_numbers(found.rows),) if found.rows else (),
        _left_out(found.rows),
    )


def of_data(found: Findings, lang: str) -> ReportPage:
    """Of data in the benchmark's form."""
    weights = Table(
        _("What was given weight"),
        (_("method"), _("weight")),
        tuple((wording.method(name), f"{weight:.2f}") for name, weight in found.weights),
    )
    return ReportPage(
        lang,
        _("How good the suggestions are: %(name)s", name=found.name),
        "",
        tuple(wording.data(found)),
        _sections(found.rows, found.comparisons, own="learned"),
        (weights, _numbers(found.rows)),
        _left_out(found.rows),
    )


def figure(
    title: str,
    sentence: str,
    name: str,
    values: Sequence[tuple[str, bool, Interval]],
    *,
    points: bool = False,
) -> Figure:
    """Bars from 0 on, to the left where they are below, each with its interval.

    values: (words, whether it is the report's own, value) from above down.
    """
    lowest = min([0.0, *(value.low for _words, _own, value in values)])
    highest = max([0.0, *(value.high for _words, _own, value in values)])
    unit = (WIDTH - NAMES - ROOM) / max(highest - lowest, 1e-9)

    def at(value: float) -> float:
        return round(NAMES + unit * (value - lowest), 1)

    zero = at(0.0)
    bars = tuple(
        Bar(
            words,
            own,
            LINE * place,
            min(zero, at(value.mean)),
            round(max(abs(at(value.mean) - zero), 0.5), 1),
            at(value.low),
            at(value.high),
            wording.shown(name, value.mean, points=points),
            between(name, value, points=points),
        )
        for place, (words, own, value) in enumerate(values)
    )
    return Figure(title, sentence, bars, zero)


def between(name: str, value: Interval, *, points: bool = False) -> str:
    low, high = (wording.shown(name, v, points=points) for v in (value.low, value.high))
    return _("%(low)s to %(high)s", low=low, high=high)


def _tried(found: Earned) -> Section:
    values = [
        (_("weight %(weight)s", weight=f"{t.weight:g}"), t.weight == found.shown, t.gain)
        for t in found.tried
    ]
    sentence = _(
        "What each weight changes for the authors asked, against content alone. The weight is chosen from these on one half of the authors and judged on the other."
    )
    title = _("Change of NDCG by weight")
    return Section(
        _("What is written about together"),
        (),
        (figure(title, sentence, "ndcg", values, points=True),),
    )


def _sections(
    rows: Sequence[Row], comparisons: Sequence[Comparison], *, own: str
) -> tuple[Section, ...]:
    found = []
    for comparison in comparisons:
        of_group = [row for row in rows if row.group == comparison.group]
        mine = next(row for row in of_group if row.method == own)
        names = ALL if comparison.group == "all" else OF_A_GROUP
        figures = tuple(
            figure(
                wording.measure(name),
                wording.beside(comparison, name) if name in comparison.of else _coverage(mine),
                name,
                [(wording.method(row.method), row.method == own, row.of[name]) for row in of_group],
            )
            for name in names
        )
        found.append(
            Section(
                wording.group(comparison.group),
                tuple(wording.verdict(mine, comparison)[:1]),
                figures,
            )
        )
    return tuple(found)


def _coverage(row: Row) -> str:
    value = row.of["coverage"]
    return _(
        "%(share)s of the texts that may be offered stand in somebody’s list (%(between)s).",
        share=wording.shown("coverage", value.mean),
        between=between("coverage", value),
    )


def _numbers(rows: Sequence[Row]) -> Table:
    return Table(
        _("All numbers"),
        (_("members"), _("method"), *(wording.measure(name) for name in ALL)),
        tuple(
            (
                f"{wording.group(row.group)} ({row.members})",
                wording.method(row.method),
                *(
                    f"{wording.shown(name, row.of[name].mean)} ({between(name, row.of[name])})"
                    for name in ALL
                ),
            )
            for row in rows
        ),
    )


def _left_out(rows: Sequence[Row]) -> str:
    from recommender.evaluation.intervals import FEWEST

    shown = {row.group for row in rows}
    if not rows or {"new", "few", "many", "en", "zh"} <= shown:
        return ""
    return _(
        "Members are told apart by how much is known of them, and by language, only where each such group has none or at least %(fewest)s members.",
        fewest=FEWEST,
    )
