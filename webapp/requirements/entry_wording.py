"""What is wrong with an entry on behalf of somebody, in words."""

from __future__ import annotations

from flask_babel import gettext as _

from webapp.requirements import entering


def problem(field: str, found: entering.Problem) -> str:
    """What is wrong with a field of an entry on behalf, and the cure."""
    if found.what == "empty":
        return {
            "what": _("Say what it was, such as “Reading evening”."),
            "name": _("Choose the person, or write their name."),
            "title": _("Give the piece a title."),
            "body": _("Type or paste the words of the piece."),
        }[field]
    if found.what == "too_long" and field == "guests":
        return _("The name “%(name)s” is too long.", name=found.detail)
    if found.what == "unknown":
        return _(
            "There is no text “%(text)s” in the library. Write its title as it stands there, "
            "or its address.",
            text=found.detail,
        )
    return {
        "too_long": _(
            "This is longer than %(limit)s characters. Shorten it; nothing was lost.",
            limit=found.detail,
        ),
        "no_day": _("Choose the day."),
        "not_a_day": _("This is no day of the calendar. Write it like 2026-05-31."),
        "future": _("That day has not come yet."),
        "too_early": _("That is more than five years ago."),
        "nobody": _("Choose at least one person, or write the name of a guest."),
        "not_of_unit": _("Somebody among these does not belong to this unit any more."),
        "too_many": _("At most %(limit)s people in one entry.", limit=found.detail),
        "not_a_number": _("Write whole minutes of at most one day, or leave it empty."),
        "choose": _("Choose one of these."),
        "no_consent": _("Ask the person first, and tick this when they agree."),
        "has_account": _("This person has an account and submits their pieces themselves."),
        "before": _("It cannot have been answered before it was handed in."),
    }[found.what]
