"""What kinds of signals are called, in words."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from webapp.suggestions.profile import EVERYTHING


def kind(name: str) -> str:
    """The heading under which pieces of a kind stand."""
    names = {
        "working_on": _("What you are working on"),
        "reflection": _("Your reflections"),
        "written": _("Texts you wrote about"),
        "note": _("Your notes"),
        "question": _("Questions you asked and kept"),
        "goal": _("Your goals"),
        "role": _("Your roles"),
        "interest": _("Your interests"),
        "requirement": _("What your units ask"),
        "list": _("Lists given to your units"),
        "leader": _("What those who lead your units wrote"),
        "saved": _("What you saved"),
        "read": _("What you read"),
        "more": _("More like this"),
        "less": _("Less like this"),
        "not_author": _("Authors you left out"),
        "not_theme": _("Themes you left out"),
        "set_aside": _("What you set aside"),
        "place": _("Where you are in texts"),
    }
    return names.get(name, name)


def switched(what: str, *, off: bool) -> str:
    """What was just done, in words."""
    if what == EVERYTHING:
        if off:
            return _("Everything is switched off.")
        return _("Switched on again. Your suggestions are new.")
    if off:
        return _("It no longer counts. Your suggestions are new.")
    return _("It counts again. Your suggestions are new.")


def listed(names: Sequence[str]) -> str:
    return _(", ").join(names)
