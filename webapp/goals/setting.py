"""What a goal and an answer may say: what a form sent, and what is wrong with it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from webapp.goals import days
from webapp.goals.days import DayProblem

WHAT_LIMIT = 500  # characters
HOW_LIMIT = 500
OUTCOME_LIMIT = 3_000

Outcome = Literal["done", "partly", "not_done", "let_go", "open"]
OUTCOMES: tuple[Outcome, ...] = ("done", "partly", "not_done", "open", "let_go")
ANSWERED: tuple[Outcome, ...] = ("done", "partly", "not_done")
Problem = Literal["empty", "too_long", "no_outcome"] | DayProblem


@dataclass(frozen=True)
class Wanted:
    """A goal as a form sent it, with what stands in its way, by field."""

    what: str = ""
    how: str = ""
    when: str = "week"
    written_day: str = ""
    by: dt.date | None = None
    problems: Mapping[str, Problem] = field(default_factory=dict)


def wanted(
    *,
    what: str,
    how: str,
    when: str,
    written_day: str,
    today: dt.date,
    before: dt.date | None = None,
) -> Wanted:
    problems: dict[str, Problem] = {}
    if not what:
        problems["what"] = "empty"
    elif len(what) > WHAT_LIMIT:
        problems["what"] = "too_long"
    if len(how) > HOW_LIMIT:
        problems["how"] = "too_long"
    by, problem = days.chosen(when, written_day, today=today, before=before)
    if problem:
        problems["by"] = problem
    return Wanted(what, how, when, written_day, by, problems)


@dataclass(frozen=True)
class Told:
    """What a member says has become of a goal, with what stands in its way, by field."""

    outcome: str = ""
    happened: str = ""
    hindrance: str = ""
    activity: str = ""  # id of the own attendance where it was acted on
    when: str = "week"
    written_day: str = ""
    by: dt.date | None = None
    problems: Mapping[str, Problem] = field(default_factory=dict)


def told(
    *,
    outcome: str,
    happened: str,
    hindrance: str,
    activity: str = "",
    when: str,
    written_day: str,
    today: dt.date,
) -> Told:
    """A goal may be let go, or given another day, without a word."""
    problems: dict[str, Problem] = {}
    by: dt.date | None = None
    if outcome not in OUTCOMES:
        problems["outcome"] = "no_outcome"
    if outcome in ("done", "partly") and not happened:
        problems["happened"] = "empty"
    if outcome == "not_done" and not (happened or hindrance):
        problems["hindrance"] = "empty"
    if len(happened) > OUTCOME_LIMIT:
        problems["happened"] = "too_long"
    if len(hindrance) > OUTCOME_LIMIT:
        problems["hindrance"] = "too_long"
    if outcome == "open":
        by, problem = days.chosen(when, written_day, today=today)
        if problem:
            problems["by"] = problem
    return Told(outcome, happened, hindrance, activity, when, written_day, by, problems)
