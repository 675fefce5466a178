"""What goals, their outcomes and what is wrong with a form are called, in words."""

from __future__ import annotations

from flask_babel import gettext as _

from webapp.goals.setting import HOW_LIMIT, OUTCOME_LIMIT, WHAT_LIMIT, Problem


def outcome(status: str) -> str:
    """What became of a goal."""
    return {
        "open": _("Still open"),
        "done": _("Done"),
        "partly": _("Partly done"),
        "not_done": _("Not done"),
        "let_go": _("Let go"),
    }[status]


def problem(field: str, name: Problem) -> str:
    """What is wrong with a field, and the cure."""
    if name == "empty":
        return {
            "what": _("Say what you will do. One sentence is enough."),
            "happened": _("Say in a few words what happened."),
            "hindrance": _("Say in a few words what got in the way, or what happened instead."),
        }[field]
    if name == "too_long":
        limit = {"what": WHAT_LIMIT, "how": HOW_LIMIT}.get(field, OUTCOME_LIMIT)
        return _(
            "This is longer than %(limit)s characters. Shorten it; nothing was lost.", limit=limit
        )
    return {
        "no_outcome": _("Choose what became of it."),
        "no_day": _("Choose the day, or “no day yet”."),
        "not_a_day": _("This is no day of the calendar. Write it like 2026-05-31."),
        "past": _("That day is over. Choose today or a later day."),
        "too_far": _("That is more than five years away. Choose an earlier day."),
    }[name]
