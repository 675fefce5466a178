"""What is said of reading lists, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import pgettext

from webapp import doors
from webapp.readings import labels
from webapp.themes import sharing
from webapp.themes.sharing import Obstacle


def obstacle(problem: Obstacle) -> str:
    """What stands in the way of opening a list, and the cure."""
    return {
        "no_title": _("Give the list a title first."),
        "empty": _("There is no reading on the list."),
        "no_audience": _("Choose who may read it."),
        "no_unit": _("Choose which unit may read it."),
        "unit_gone": _(
            "One of the units is no longer there. Look at the units again; nothing was published."
        ),
        "organizers_only": _(
            "Only organizers of everything give a list to the whole organisation. Choose units."
        ),
        "not_organized": _(
            "You do not organize one of these units now. Choose among those in the list; nothing was published."
        ),
        "also_elsewhere": _(
            "This list is also given to units that you do not organize, so an organizer publishes it anew. You can take it back, or copy it."
        ),
        "not_your_unit": _("You are not a member of that unit now. Choose another audience."),
    }[problem]


def said_too_many() -> Any:
    return doors.problem(
        422,
        _("You have very many lists"),
        _(
            "At most %(limit)s lists can be kept. Delete some that you no longer need; nothing was changed.",
            limit=sharing.MOST_LISTS,
        ),
    )


# What is said of proposals


def gap(kind: str, value: str) -> str:
    """What was asked for and is not there, in a sentence."""
    if kind == "level":
        return {
            "introductory": _("Nothing on this theme is marked as introductory."),
            "advanced": _("Nothing on this theme is marked as advanced."),
        }[value]
    return {
        "theme": _("Nothing in the library is about “%(words)s”.", words=value),
        "words": _("No text in the library uses the word “%(words)s”.", words=value),
        "role": _("Nothing on this theme is meant for the role “%(role)s”.", role=value),
        "language": _(
            "Nothing on this theme is in this language: %(language)s.",
            language=labels.language(value),
        ),
        "practice": _("No member has told of practice on this theme yet."),
        "few": _("There are no more than %(number)s readings on this theme.", number=value),
    }[kind]


def named() -> str:
    return _("The library names this theme for it")


def for_role(role: str) -> str:
    return _("For the role: %(role)s", role=role)


def by_hand() -> str:
    return _("Chosen by hand, or less about the theme than others")


def listed(words: Sequence[str]) -> str:
    return _(", ").join(words)


def as_in(title: str) -> str:
    """A part of a theme that the library has no name for; also inside a sentence."""
    return _("the subject of “%(title)s”", title=title)


def columns() -> list[str]:
    """The headings of a list as a table, in the language of whoever takes it along."""
    return [
        pgettext("column", "Place"), pgettext("column", "Week"), pgettext("column", "From"),
        pgettext("column", "Title"), pgettext("column", "Author"), pgettext("column", "Language"),
        pgettext("column", "Level"), pgettext("column", "Minutes"), pgettext("column", "Address"),
        pgettext("column", "Quotation"), pgettext("column", "Note"), pgettext("column", "Question"),
    ]  # fmt: skip
