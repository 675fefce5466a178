"""What a report says: the period, each answer in one sentence, the names of lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from flask_babel import format_date, ngettext, pgettext
from flask_babel import gettext as _

from webapp import languages, shapes
from webapp.reports.counted import Questions
from webapp.reports.periods import LONGEST, NoPeriod, Period
from webapp.reports.plan import Kept
from webapp.reports.waiting import Waits
from webapp.requirements.spans import Span

NAMED = 3  # of several things, in a sentence
QUESTIONS = ("plan", "read", "asked", "themes", "waits", "outcomes")


def question(name: str) -> str:
    return {
        "plan": _("Is the plan being kept?"),
        "read": _("What is read?"),
        "asked": _("What is asked?"),
        "themes": _("Which themes does nobody touch?"),
        "waits": _("How long do pieces wait for an answer?"),
        "outcomes": _("What came of it?"),
    }[name]


def columns() -> tuple[str, ...]:
    """Over the columns of the table file."""
    return (
        _("Unit"), _("First day"), _("Last day"), pgettext("table file", "Question"), _("Figure"), _("Of what"),
        _("Measure"), _("Number"),
    )  # fmt: skip


# Days


def period(period: Period) -> str:
    chinese = languages.current() == "zh"
    if period.kind == "month":
        return format_date(period.first, "y年M月" if chinese else "LLLL y")
    if period.kind == "quarter":
        return format_date(period.first, "y年QQQQ" if chinese else "QQQQ y")
    if period.kind == "year":
        return format_date(period.first, "y年" if chinese else "y")
    return between(period.first, period.last)


def between(first: dt.date, last: dt.date) -> str:
    if first == last:
        return shapes.day(first)
    return _("%(first)s to %(last)s", first=shapes.day(first), last=shapes.day(last))


def span(found: Span) -> str:
    return between(found.starts, found.due)


def step(first: dt.date, *, in_weeks: bool) -> str:
    """The name under a column: a month, or the day on which a week begins."""
    if in_weeks:
        return format_date(first, "M/d" if languages.current() == "zh" else "d MMM")
    return format_date(first, "M月" if languages.current() == "zh" else "MMM")


def no_period(problem: NoPeriod) -> str:
    return {
        "not_a_period": _("“%(said)s” is not a period. Write a month like 2026-05, a quarter like 2026-Q2 or a year like 2026.", said=problem.said),
        "not_a_day": _("“%(said)s” is not a day. Write it like this: 2026-09-07.", said=problem.said),
        "one_day": _("A period needs its first and its last day. Fill in both."),
        "ends_before": _("The period ends before it begins. Choose a last day that is not before the first."),
        "too_long": ngettext("A report covers at most %(num)s day. Choose a shorter period.", "A report covers at most %(num)s days. Choose a shorter period.", LONGEST),
        "ahead": _("The period has not begun yet. Choose one that has."),
        "too_far": _("That is too long ago. Choose a later period."),
    }[problem.why]  # fmt: skip


# Answers


def plan(kept: Kept | None, *, untold: bool) -> str:
    """All requirements together. `untold`: there are some that cannot be told."""
    if kept is None and untold:
        return _("That cannot be told here for this period.")
    if kept is None:
        return _("No requirement asks for pieces here in this period.")
    if kept.asked <= kept.answered:
        return ngettext(
            "Yes: the %(num)s piece that was asked for is handed in and answered.",
            "Yes: all %(num)s pieces that were asked for are handed in and answered.",
            kept.asked,
        )
    return ngettext(
        "Of %(num)s piece that is asked for, %(in)s was handed in, and %(answered)s of these is answered.",
        "Of %(num)s pieces that are asked for, %(in)s were handed in, and %(answered)s of these are answered.",
        kept.asked,
        **{"in": kept.handed_in, "answered": kept.answered},
    )


def read(pieces: int, texts: Sequence[str], themes: Sequence[str]) -> str:
    """texts, themes: the most frequent, all that are as frequent; empty where there are none."""
    if not pieces:
        return _("No piece was handed in in this period.")
    if pieces == 1:
        return _one_read(texts, themes)
    return ngettext(
        "%(num)s piece was handed in; %(texts)s, and %(themes)s.",
        "%(num)s pieces were handed in; %(texts)s, and %(themes)s.",
        pieces,
        texts=_texts(texts),
        themes=_themes(themes),
    )


def _one_read(texts: Sequence[str], themes: Sequence[str]) -> str:
    about = (
        _("it cites %(names)s", names=_quoted(texts))
        if texts
        else _("it cites no text of the library")
    )
    if not themes:
        return _("One piece was handed in; %(texts)s.", texts=about)
    return _(
        "One piece was handed in; %(texts)s, and is about %(names)s.",
        texts=about,
        names=_quoted(themes),
    )


def _texts(names: Sequence[str]) -> str:
    if not names:
        return _("none of them cites a text of the library")
    if len(names) > NAMED:
        return _("no text is cited more often than others")
    return ngettext(
        "the text that they cite most is %(names)s",
        "the texts that they cite most are %(names)s",
        len(names),
        names=_quoted(names),
    )


def _themes(names: Sequence[str]) -> str:
    if not names or len(names) > NAMED:
        return _("no theme is more frequent than others")
    return ngettext(
        "their most frequent theme is %(names)s",
        "their most frequent themes are %(names)s",
        len(names),
        names=_quoted(names),
    )


def _quoted(names: Sequence[str]) -> str:
    return _(", ").join(_("“%(name)s”", name=name) for name in names[:NAMED])


def asked(found: Questions) -> str:
    if not found.asked:
        return _("No question was asked in this period.")
    if not found.open:
        return ngettext(
            "%(num)s question was asked, and it has a reply.",
            "%(num)s questions were asked, and every one has a reply.",
            found.asked,
        )
    if found.open == found.asked:
        return ngettext(
            "%(num)s question was asked, and it has no reply yet.",
            "%(num)s questions were asked, and none has a reply yet.",
            found.asked,
        )
    return ngettext(
        "%(num)s question was asked; without a reply: %(open)s.",
        "%(num)s questions were asked; without a reply: %(open)s.",
        found.asked,
        open=found.open,
    )


def themes(untouched: Sequence[str], all_of_them: int) -> str:
    """untouched: names."""
    if not all_of_them:
        return _("The library has no themes yet.")
    if not untouched:
        return _("None: there is a piece to every theme of the library.")
    names = _quoted(untouched)
    if len(untouched) <= NAMED:
        return ngettext(
            "%(num)s of %(all)s themes has no piece in this period: %(names)s.",
            "%(num)s of %(all)s themes have no piece in this period: %(names)s.",
            len(untouched),
            all=all_of_them,
            names=names,
        )
    return ngettext(
        "%(num)s of %(all)s themes has no piece in this period, among them %(names)s.",
        "%(num)s of %(all)s themes have no piece in this period, among them %(names)s.",
        len(untouched),
        all=all_of_them,
        names=names,
    )


def waits(found: Waits) -> str:
    if not found.all:
        return _("No piece was handed in in this period, so none waits.")
    if found.half_within is None:
        return ngettext(
            "Fewer than half are answered so far: %(answered)s of %(num)s piece.",
            "Fewer than half are answered so far: %(answered)s of %(num)s pieces.",
            found.all,
            answered=found.answered,
        )
    half = ngettext(
        "Half of the pieces are answered within %(num)s day;",
        "Half of the pieces are answered within %(num)s days;",
        found.half_within,
    )
    if not found.still:
        return _("%(half)s none still waits.", half=half)
    rest = ngettext("%(num)s still waits.", "%(num)s still wait.", found.still)
    return _("%(half)s %(rest)s", half=half, rest=rest)


def outcomes(told: int) -> str:
    if not told:
        return _("No experience was told in the open in this period.")
    return ngettext(
        "%(num)s experience was told in the open.",
        "%(num)s experiences were told in the open.",
        told,
    )


# Lines


def band(begins: int, ends: int | None) -> str:
    """Days, as they stand under a column."""
    if ends is None:
        return _("%(days)s+", days=begins)
    return str(ends) if begins == ends else f"{begins}–{ends}"


def band_in_words(begins: int, ends: int | None) -> str:
    if ends is None:
        return ngettext("more than %(num)s day", "more than %(num)s days", begins - 1)
    if begins == ends:
        return ngettext("within %(num)s day", "within %(num)s days", ends)
    return _("%(begins)s to %(ends)s days", begins=begins, ends=ends)
