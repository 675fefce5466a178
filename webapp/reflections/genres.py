"""What kinds of pieces there are, and the headings that each offers its writer. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast, get_args

from flask_babel import gettext as _
from flask_babel import pgettext

Genre = Literal["reflection", "experience", "summary", "speech"]
GENRES: tuple[Genre, ...] = get_args(Genre)


def as_genre(value: str | None) -> Genre | None:
    return cast(Genre, value) if value in GENRES else None


@dataclass(frozen=True)
class Named:
    """What the pages of writing call a piece of this kind."""

    new: str
    draft: str
    edit: str
    submit: str
    asks: str  # stands in the empty editor


def named(genre: str) -> Named:
    if genre == "experience":
        return Named(
            _("New experience"),
            _("Experience, draft"),
            _("Edit the experience"),
            _("Submit the experience"),
            _("What did you do, what happened, and what did you learn from it?"),
        )
    if genre == "summary":
        return Named(
            _("New summary"),
            _("Summary, draft"),
            _("Edit the summary"),
            _("Submit the summary"),
            _("What of this month do you want to keep, and what comes next?"),
        )
    if genre == "speech":
        return Named(
            _("New speech"),
            _("Speech, draft"),
            _("Edit the speech"),
            _("Submit the speech"),
            _("What do you want to say, and to whom?"),
        )
    return Named(
        _("New reflection"),
        _("Reflection, draft"),
        _("Edit the reflection"),
        _("Submit the reflection"),
        _("What did you gain from the reading? What will you do with it?"),
    )


def headings(genre: str) -> list[tuple[str, str]]:
    """Headings that a writer may take over, each with what it asks for."""
    if genre != "experience":
        return []
    return [
        (_("What we did"), _("In the order in which it happened; who did what.")),
        (pgettext("heading", "What happened"), _("What came of it, also what did not work.")),
        (_("What we learned"), _("What you would do again, and what you would do otherwise.")),
    ]


def as_markdown(genre: str) -> str:
    """The headings as the beginning of a draft, with room under each."""
    return "".join(f"# {heading}\n\n\n" for heading, _asks in headings(genre)).rstrip("\n")
