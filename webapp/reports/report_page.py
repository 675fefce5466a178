"""What the page of a report may use, and how it is gathered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from corpus.library import Library
from corpus.records import TextFilter
from webapp import languages, pages
from webapp.access import Actor, may_organize
from webapp.looking_back import days
from webapp.readings import unchanged
from webapp.reports import counted, kept, periods, plan, sections, store, wording
from webapp.reports.counted import Found
from webapp.reports.facts import Reader, seconds
from webapp.reports.periods import NoPeriod, Period
from webapp.reports.sections import Section
from webapp.reports.small_groups import FEWEST
from webapp.reports.structure import Structure
from webapp.reports.untouched import by_want
from webapp.units.rules import Tree, above, open_children

MOST_QUESTIONS = 10
NOT_THERE = -2  # the code of a reader of whom nothing is counted

Choice = tuple[str, dict[str, str], bool]  # its name, its query, whether it is chosen
Unit = tuple[str, str]  # id and name


@dataclass(frozen=True)
class ReportPage(pages.Page):
    template: ClassVar[str] = "reports/report.html"

    unit: Unit
    path: list[Unit]  # units above that the reader organizes, from the top
    period: Period | None
    name: str  # of the period
    problem: str  # why there is no period
    said: Mapping[str, str]  # the days that were asked for
    choices: list[Choice]
    before: Period | None
    after: Period | None
    people: int  # 0: too few to be told
    few: bool  # fewer than five; else it is its numbers beside those of others
    below: list[Unit]  # units right below of which it is told
    untold: list[Unit]  # and of which it is not
    sections: tuple[Section, ...]

    @property
    def told(self) -> bool:
        return bool(self.sections)


def report(
    session: Session, actor: Actor, library: Library, structure: Structure, unit_id: str,
    said: Mapping[str, str],
) -> ReportPage:  # fmt: skip
    """Of a unit that the actor organizes."""
    today, tree = structure.today, structure.tree
    period, problem = None, ""
    try:
        period = periods.asked(said, today)
    except NoPeriod as none:
        problem = wording.no_period(none)
    below = [(id, tree[id].name) for id in open_children(tree, unit_id)]
    unit = (unit_id, tree[unit_id].name)
    everybody = structure.everybody(today)
    told = unit_id in everybody.shown
    found: tuple[Section, ...] = ()
    if period is not None and told:
        found = _sections(session, actor, library, structure, [unit, *below], period)
    return ReportPage(
        unit=unit,
        path=[
            (id, tree[id].name)
            for id in _from_the_top(tree, unit_id)
            if may_organize(actor, unit=id)
        ],
        period=period,
        name=wording.period(period) if period else "",
        problem=problem,
        said={name: said.get(name, "")[:40] for name in ("from", "to")},
        choices=_choices(period, today),
        before=period.before if period else None,
        after=period.after(today) if period else None,
        people=everybody.sizes[unit_id] if told else 0,
        few=everybody.sizes.get(unit_id, 0) < FEWEST,
        below=[one for one in below if one[0] in everybody.shown],
        untold=[one for one in below if one[0] not in everybody.shown],
        sections=found,
    )


def _sections(
    session: Session, actor: Actor, library: Library, structure: Structure,
    units: Sequence[Unit], period: Period,
) -> tuple[Section, ...]:  # fmt: skip
    unit, zone, codes = units[0][0], structure.zone, structure.codes
    due = structure.once("due", unit, period, found=lambda: plan.due(structure, unit, period))
    facts = kept.facts(
        session, structure, actor.organisation, *_in_utc(due.days(period), structure.today)
    )
    reader = _reader(actor, structure, anything_entered=len(facts.entered.day) > 0)
    whole = _is_everybody(structure.tree, unit)
    of_unit = structure.of_unit(unit, whole=whole)
    times = _times(period.first, period.last, zone)
    found = counted.found(
        facts.pieces, times, [_times(*step, zone) for step in period.steps], of_unit, codes,
        reader, whole=whole, fewest=FEWEST,
    )  # fmt: skip
    questions = counted.questions(
        facts.asking, times, of_unit, reader,
        nameless=found.nameless > 0, limit=MOST_QUESTIONS,
    )  # fmt: skip
    plan_found = plan.found(
        structure, due, facts, reader, [id for id, _name in units],
        lambda readings: store.versions(session, actor, readings),
    )  # fmt: skip
    below = None if whole else [id for id in structure.tree if unit in structure.ways[id]]
    listed = store.listed(session, actor, below)
    return (
        sections.plan(plan_found, units, {id: node.name for id, node in structure.tree.items()}),
        *_about_the_library(library, found, plan_found.themes, listed),
        sections.asked(questions, store.questions(session, actor, questions.oldest)),
        sections.waits(found),
        sections.outcomes(found, period, structure.today),
    )


def _reader(actor: Actor, structure: Structure, *, anything_entered: bool = True) -> Reader:
    codes = structure.codes
    me = codes.known([actor.member or ""])
    return Reader(
        int(me[0]) if len(me) else NOT_THERE,
        codes.table(actor.units),
        None if actor.organizer or not anything_entered else codes.table(actor.organizes),
    )


def _times(first: dt.date, last: dt.date, zone: ZoneInfo) -> tuple[int, int]:
    begins, ends = days.span(first, last, zone)
    return seconds(begins), seconds(ends)


def _in_utc(those: tuple[dt.date, dt.date], today: dt.date) -> tuple[dt.date, dt.date]:
    """Days in UTC that hold these days wherever the organisation is; none that are ahead."""
    first, last = (min(day, today) for day in those)
    day = dt.timedelta(days=1)
    return first - day, last + day


def _about_the_library(
    library: Library, found: Found, asked_for: frozenset[str], listed: set[str]
) -> tuple[Section, Section]:
    lang, kept_of = languages.current(), unchanged.of(library)
    names = {id: label.name(lang) for id, label in kept_of.get("themes", library.themes).items()}
    of_library = (slug for slug in {*found.texts, *listed} if "/" not in slug)  # else a member's
    texts = kept_of.of_each("title", of_library, library.titles)
    on_lists = {theme for slug in listed if slug in texts for theme in texts[slug][1]}
    themes = by_want(
        list(names),
        texts=kept_of.get("texts of themes", library.texts_of_themes),
        pieces=found.themes,
        wanted=(asked_for | on_lists) & names.keys(),
    )
    without = [theme.id for theme in themes if not theme.pieces][: sections.MOST_LISTS]
    examples = kept_of.of_each("example", without, partial(_examples, library))
    return (
        sections.read(found, {slug: title for slug, (title, _themes) in texts.items()}, names),
        sections.themes(themes, names, examples),
    )


def _examples(library: Library, themes: Iterable[str]) -> dict[str, list[str]]:
    """A text of each theme."""
    return {
        id: [record.slug for record in library.texts(TextFilter(themes=(id,)), limit=1).items]
        for id in themes
    }


def _is_everybody(tree: Tree, unit_id: str) -> bool:
    """Whether all open units stand below this one: only then can pieces without a name
    be counted without telling the unit of whoever wrote them."""
    return [id for id, node in tree.items() if not node.closed and node.parent is None] == [unit_id]


def _from_the_top(tree: Tree, unit_id: str) -> list[str]:
    return list(reversed(list(above(tree, unit_id))))


def _choices(period: Period | None, today: dt.date) -> list[Choice]:
    """This month, this quarter, this year; beside single days."""
    names: list[tuple[periods.Kind, str]] = [
        ("month", _("This month")),
        ("quarter", _("This quarter")),
        ("year", _("This year")),
    ]
    return [(name, {"period": kind}, period == periods.around(today, kind)) for kind, name in names]
