"""What kinds of things in a digest are called, in words."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import ngettext

# Reasons of a suggestion whose sentence is the member's own.
OWN_WORDS = ("working_on", "reflection", "note", "question", "goal")


def heading(kind: str) -> str:
    """Over a section of a digest, and beside its switch."""
    return {
        "study": _("What is asked of you"),
        "desk": _("On your desk"),
        "news": _("What happened to what you wrote"),
        "goals": _("Your goals"),
        "suggestions": _("To read today"),
        "year_ago": _("A year ago"),
    }[kind]


def switch(kind: str) -> str:
    """What the switch says of it."""
    return {
        "study": _("What your units ask of you and what is due within two weeks."),
        "desk": _("How many pieces wait for an answer; only the number."),
        "news": _("How many answers and other news there are; nobody's words or name."),
        "goals": _("That the day of a goal of yours has come."),
        "suggestions": _("The titles of today's suggestions."),
        "year_ago": _("That you wrote something about a year ago."),
    }[kind]


def happened(kind: str, count: int) -> str:
    """News of one kind. A kind of a room that we do not know is told in general."""
    if kind == "echo":
        return ngettext(
            "%(num)s person says what a piece of yours stirred in them.",
            "%(num)s times somebody says what a piece of yours stirred in them.",
            count,
        )
    if kind == "question":
        return ngettext(
            "%(num)s question about a piece of yours.",
            "%(num)s questions about pieces of yours.",
            count,
        )
    if kind == "suggestion":
        return ngettext(
            "%(num)s suggestion for a piece of yours.",
            "%(num)s suggestions for pieces of yours.",
            count,
        )
    if kind == "reply":
        return ngettext(
            "%(num)s reply to what you wrote.", "%(num)s replies to what you wrote.", count
        )
    if kind == "asked_back":
        return ngettext(
            "An organizer asks you something about %(num)s piece of yours.",
            "Organizers ask you something about %(num)s pieces of yours.",
            count,
        )
    if kind == "accepted":
        return ngettext(
            "%(num)s piece of yours was accepted.", "%(num)s pieces of yours were accepted.", count
        )
    return ngettext(
        "%(num)s other thing happened to what you wrote.",
        "%(num)s other things happened to what you wrote.",
        count,
    )


def by_member(experience: bool) -> str:
    """A suggested piece of another member: its title stays inside."""
    return _("An experience of a member") if experience else _("A reflection of a member")


def reason(kinds: Iterable[str], minutes: int) -> str:
    """The first reason that is the organisation's own, if there is one, and the time."""
    said = {
        "requirement": _("Your unit asks for it."),
        "list": _("It is on a list of your unit."),
        "role": _("It fits a duty of your role."),
        "newest": _("It came in lately."),
    }
    public = next((said[kind] for kind in kinds if kind in said), "")
    time = _("%(minutes)s min", minutes=minutes) if minutes else ""
    return " · ".join(part for part in (time, public) if part)


def weekdays() -> list[str]:
    """Monday first."""
    return [
        _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"),
        _("Sunday"),
    ]  # fmt: skip
