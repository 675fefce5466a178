"""Each question of a report with its answer, its drawing and its table. Asks no database."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.reports import figures, wording
from webapp.reports.counted import Found, Questions
from webapp.reports.figures import Figure, Table
from webapp.reports.periods import Period
from webapp.reports.plan import Asked, Kept, PlanFound
from webapp.reports.store import Question
from webapp.reports.untouched import Theme, untouched

MOST_DRAWN = 10  # lines of a drawing; the table has all
MOST_LISTS = 5  # themes of which a list is proposed
MOST_STEPS = 12  # months whose names stand side by side on a phone


@dataclass(frozen=True)
class Link:
    """A question to be looked at, or a theme to make a list of; `like`: its texts."""

    name: str
    like: str = ""


@dataclass(frozen=True)
class Section:
    id: str
    question: str
    answer: str
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    lists: tuple[Link, ...] = ()  # themes of which a list can be proposed


Units = Sequence[tuple[str, str]]  # id and name


def plan(found: PlanFound, units: Units, names: Mapping[str, str]) -> Section:
    """`units`: that of the report first, then those right below it. `names`: of the
    units that ask."""
    here = units[0][0]
    wholes = [kept for one in found.asked if (kept := one.whole(here)) is not None]
    together = None
    if wholes:
        together = Kept(
            sum(kept.asked for kept in wholes),
            sum(kept.handed_in for kept in wholes),
            sum(kept.answered for kept in wholes),
        )
    notes = []
    if len(wholes) > 1:
        notes.append(
            _("A piece may count for several requirements; it is counted for each of them.")
        )
    if found.without_pieces:
        titles = _(", ").join(_("“%(name)s”", name=title) for title in found.without_pieces)
        notes.append(
            _("No pieces are asked for by: %(titles)s. What was read or practised is private, and not counted.", titles=titles)
        )  # fmt: skip
    if found.untold:
        titles = _(", ").join(_("“%(name)s”", name=title) for title in found.untold)
        notes.append(
            _("Not told, because a number could be about fewer than five people: %(titles)s.", titles=titles)
        )  # fmt: skip
    if found.more:
        notes.append(
            ngettext(
                "%(num)s more requirement is told in the reports of the units below.",
                "%(num)s more requirements are told in the reports of the units below.",
                found.more,
            )
        )
    return _section(
        "plan",
        wording.plan(together, untold=bool(found.untold)),
        figures=tuple(
            _of_requirement(number, one, units, names) for number, one in enumerate(found.asked, 1)
        ),
        notes=tuple(notes),
    )


def _of_requirement(number: int, one: Asked, units: Units, names: Mapping[str, str]) -> Figure:
    lines, rows = [], []
    windows = [(wording.span(window.span), window.kept) for window in one.windows]
    for unit, name in units:
        if (kept := one.whole(unit)) is not None:
            # More is handed in than asked for where newcomers did who need not yet.
            whole = max(kept.asked, kept.handed_in, 1)
            parts = (kept.answered, kept.handed_in - kept.answered, whole - kept.handed_in)
            share = [part / whole for part in parts]
            lines.append(
                (name, _("%(part)s of %(all)s", part=kept.answered, all=kept.asked), share)
            )
        rows += [
            (name, days, told.asked, told.handed_in, told.answered)
            for days, kept_of in windows
            if (told := kept_of.get(unit)) is not None
        ]
    by = names.get(one.unit_id, "")
    return Figure(
        id=f"plan-{number}",
        title=_("%(title)s (asked by %(unit)s)", title=one.title, unit=by) if by else one.title,
        description=_("For each unit, the share of the pieces asked for that were handed in and answered. The numbers are in the table below."),
        bars=figures.bars(lines, whole=1),
        legend=(
            ("first", _("handed in and answered")),
            ("second", _("handed in, waits for an answer")),
            ("third", _("not handed in")),
        ),
        table=Table(
            (_("Unit"), _("Period"), _("Asked for"), _("Handed in"), _("Answered")), tuple(rows)
        ),
    )  # fmt: skip


def read(found: Found, texts: Mapping[str, str], themes: Mapping[str, str]) -> Section:
    """texts, themes: what they are called. Of a text that is gone, nothing."""
    by_text = _named(found.texts, texts)
    by_theme = _named(found.themes, themes)
    notes = []
    if found.nameless:
        notes.append(
            ngettext(
                "%(num)s of them has no name; it is counted only for the whole organisation.",
                "%(num)s of them have no name; they are counted only for the whole organisation.",
                found.nameless,
            )
        )
    drawn = []
    if by_text:
        drawn.append(_counted("texts", _("Texts, by pieces that are about them or cite them"), _("Text"), by_text))  # fmt: skip
    if by_theme:
        drawn.append(_counted("touched", _("Themes, by pieces"), _("Theme"), by_theme))
    answer = wording.read(found.pieces, _most(by_text), _most(by_theme))
    return _section("read", answer, figures=tuple(drawn), notes=tuple(notes))


def _named(counts: Counter[str], names: Mapping[str, str]) -> list[tuple[str, int]]:
    """The most first, then by name."""
    found = [(names[id], number) for id, number in counts.items() if id in names]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _most(counts: Sequence[tuple[str, int]]) -> list[str]:
    """The most frequent, all that are as frequent."""
    return [name for name, number in counts if number == counts[0][1]]


def _counted(id: str, title: str, what: str, counts: Sequence[tuple[str, int]]) -> Figure:
    return Figure(
        id=id,
        title=title,
        description=_("The longest bar is the most frequent. All numbers are in the table below."),
        bars=figures.bars([(name, str(number), [number]) for name, number in counts[:MOST_DRAWN]]),
        table=Table((what, _("Pieces")), tuple(counts)),
    )


def asked(found: Questions, oldest: tuple[Question, ...]) -> Section:
    notes = []
    if found.elsewhere:
        notes.append(
            ngettext(
                "%(num)s more waits below a piece for a unit, and is not named on a page that may be passed on.",
                "%(num)s more wait below pieces for a unit, and are not named on a page that may be passed on.",
                found.elsewhere,
            )
        )  # fmt: skip
    drawn: tuple[Figure, ...] = ()
    if found.asked:
        replied = found.asked - found.open
        words = ((_("has a reply"), replied), (_("without a reply"), found.open))
        drawn = (
            Figure(
                id="questions",
                title=_("Questions below pieces"),
                description=_("One bar in two parts. The numbers are in the table below."),
                bars=figures.bars(
                    [
                        (
                            _("All questions"),
                            _("%(part)s of %(all)s", part=replied, all=found.asked),
                            [replied, found.open],
                        )
                    ]
                ),
                legend=(("first", words[0][0]), ("second", words[1][0])),
                table=Table((_("Questions"), _("Number")), words),
            ),
        )
    return _section(
        "asked", wording.asked(found), figures=drawn, notes=tuple(notes), questions=oldest
    )


def themes(
    found: Sequence[Theme], names: Mapping[str, str], texts_of: Mapping[str, Sequence[str]]
) -> Section:
    """texts_of: some texts of each theme, to make a list like them."""
    missing = untouched(found)
    named = [(names.get(theme.id, theme.id), theme) for theme in missing]
    lines = [
        (_called(theme, names), str(theme.texts), [theme.texts])
        for _name, theme in named[:MOST_DRAWN]
    ]
    drawn = Figure(
        id="untouched",
        title=_("Themes without a piece, by texts that the library has on them"),
        description=_("Themes that requirements or lists ask for stand first. All themes are in the table below."),
        bars=figures.bars(lines),
        table=Table(
            (_("Theme"), _("Texts in the library"), _("Pieces")),
            tuple((_called(theme, names), theme.texts, theme.pieces) for theme in found),
        ),
        whole=_("Themes, with their texts and pieces"),
    )  # fmt: skip
    return _section(
        "themes",
        wording.themes([name for name, _theme in named], len(found)),
        figures=(drawn,) if found else (),
        lists=tuple(
            Link(name, texts_of[theme.id][0]) for name, theme in named if texts_of.get(theme.id)
        ),
    )


def _called(theme: Theme, names: Mapping[str, str]) -> str:
    name = names.get(theme.id, theme.id)
    return _("%(theme)s (asked for here)", theme=name) if theme.wanted else name


def waits(found: Found) -> Section:
    of_all = found.waits
    bands = of_all.bands()
    drawn: tuple[Figure, ...] = ()
    if of_all.all:
        lines = [(wording.band(begins, ends), number, "first") for begins, ends, number in bands]
        drawn = (
            Figure(
                id="bands",
                title=_("Pieces by days until their first answer"),
                description=_("One column for each length of time, the shortest first, and one for pieces that still wait. The numbers are in the table below."),
                columns=figures.columns([*lines, (_("waiting"), of_all.still, "second")]),
                table=Table(
                    (_("Days until the first answer"), _("Pieces")),
                    (
                        *((wording.band_in_words(b, e), number) for b, e, number in bands),
                        (_("still waiting"), of_all.still),
                    ),
                ),
            ),
        )  # fmt: skip
    return _section("waits", wording.waits(of_all), figures=drawn)


def outcomes(found: Found, period: Period, today: dt.date) -> Section:
    steps = [step for step in period.steps if step[0] <= today]  # of the rest nothing is known
    every = -(-len(steps) // MOST_STEPS)  # which of their names are written
    told = [(step, found.told[number]) for number, step in enumerate(steps)]
    total = sum(number for _step, number in told)
    drawn: tuple[Figure, ...] = ()
    if total:
        drawn = (
            Figure(
                id="told",
                title=_("Experiences told in the open, by week")
                if period.in_weeks
                else _("Experiences told in the open, by month"),
                description=_("One column for each week or month. The numbers are in the table below."),
                columns=figures.columns(
                    [
                        (
                            "" if place % every
                            else wording.step(step[0], in_weeks=period.in_weeks),
                            number, "first",
                        )
                        for place, (step, number) in enumerate(told)
                    ]
                ),
                table=Table(
                    (_("Days"), _("Experiences")),
                    tuple((wording.between(*step), number) for step, number in told),
                ),
            ),
        )  # fmt: skip
    return _section(
        "outcomes",
        wording.outcomes(total),
        figures=drawn,
        notes=(_("Goals are private: how many were set or kept is told to nobody."),),
    )


def _section(
    id: str,
    answer: str,
    *,
    figures: tuple[Figure, ...] = (),
    notes: tuple[str, ...] = (),
    questions: tuple[Question, ...] = (),
    lists: tuple[Link, ...] = (),
) -> Section:
    return Section(id, wording.question(id), answer, figures, notes, questions, lists)
