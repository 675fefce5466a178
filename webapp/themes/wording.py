"""What is said of reading lists, in words."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from webapp import doors
from webapp.themes import sharing
from webapp.themes.sharing import Obstacle


def obstacle(problem: Obstacle) -> str:
    """What stands in the way of opening a list, and the cure."""
    return {
        "no_title": _("Give the list a title first."),
        "empty": _("There is no reading on the list."),
        "no_audience": _("Choose who may read it."),
        "no_unit": _("Choose which unit may read it."),
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
