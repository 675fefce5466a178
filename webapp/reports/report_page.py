"""What the page of a report may use, and how it is gathered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from corpus.library import Library
from corpus.records import TextFilter
from webapp import clock, languages, pages
from webapp.access import Actor, may_organize
from webapp.looking_back import days
from webapp.reports import grouping, people_store, periods, plan, sections, store, wording
from webapp.reports.grouping import Groups, Ways
from webapp.reports.periods import NoPeriod, Period
from webapp.reports.sections import Section
from webapp.reports.small_groups import FEWEST
from webapp.reports.store import Found, Scope
from webapp.reports.untouched import by_want
from webapp.units.rules import Tree, above, open_children

MOST_QUESTIONS = 20

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
    below: list[Unit]  # units right below of which it is told
    untold: list[Unit]  # and of which it is not
    sections: tuple[Section, ...]

    @property
    def told(self) -> bool:
        return bool(self.sections)


def report(
    session: Session, actor: Actor, library: Library, tree: Tree, unit_id: str,
    said: Mapping[str, str],
) -> ReportPage:  # fmt: skip
    """Of a unit that the actor organizes."""
    today, ways = clock.today(), Ways(tree)
    period, problem = None, ""
    try:
        period = periods.asked(said, today)
    except NoPeriod as none:
        problem = wording.no_period(none)
    below = [(id, tree[id].name) for id in open_children(tree, unit_id)]
    unit = (unit_id, tree[unit_id].name)
    now = days.span(today, today, clock.zone())[1]
    everybody = grouping.of_everybody(ways, people_store.kinds(session, actor.organisation, now))
    told = unit_id in everybody.shown
    found: tuple[Section, ...] = ()
    if period is not None and told:
        found = _sections(session, actor, library, tree, ways, [unit, *below], period, everybody)
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
        below=[one for one in below if one[0] in everybody.shown],
        untold=[one for one in below if one[0] not in everybody.shown],
        sections=found,
    )


def _sections(
    session: Session, actor: Actor, library: Library, tree: Tree, ways: Ways,
    units: Sequence[Unit], period: Period, everybody: Groups,
) -> tuple[Section, ...]:  # fmt: skip
    scope = Scope(actor, units[0][0], whole=_is_everybody(tree, units[0][0]))
    zone = clock.zone()
    times = days.span(period.first, period.last, zone)
    steps = [days.span(first, last, zone) for first, last in period.steps]
    found = store.found(session, scope, times, steps, fewest=FEWEST)
    questions = store.questions(
        session, scope, times, nameless=found.nameless > 0, limit=MOST_QUESTIONS
    )
    kept = plan.found(session, scope, tree, ways, period, [id for id, _name in units], everybody)
    listed = store.listed(session, scope)
    return (
        sections.plan(kept, units, {id: node.name for id, node in tree.items()}),
        *_about_the_library(library, found, kept.themes, listed),
        sections.asked(questions),
        sections.waits(found),
        sections.outcomes(found, period),
    )


def _about_the_library(
    library: Library, found: Found, asked_for: frozenset[str], listed: set[str]
) -> tuple[Section, Section]:
    lang = languages.current()
    names = {id: label.name(lang) for id, label in library.themes().items()}
    texts = library.texts_by_slug({*found.texts, *listed})
    on_lists = {theme for slug in listed if slug in texts for theme in texts[slug].themes}
    themes = by_want(
        list(names),
        texts=library.facets().themes,
        pieces=found.themes,
        wanted=(asked_for | on_lists) & names.keys(),
    )
    without = [theme.id for theme in themes if not theme.pieces][: sections.MOST_LISTS]
    examples = {
        id: [record.slug for record in library.texts(TextFilter(themes=(id,)), limit=1).items]
        for id in without
    }
    return (
        sections.read(found, {slug: texts[slug].title for slug in texts}, names),
        sections.themes(themes, names, examples),
    )


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
