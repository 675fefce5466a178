"""What the pages of people say: columns, problems of rows with their cures, what an import does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from webapp.people.rows import Problem


def fields() -> dict[str, str]:
    """What a column can say, in the order in which it is asked; also the headings of an
    export, by which an import knows them."""
    return {
        "name": pgettext("person", "Name"),
        "email": _("E-mail address"),
        "number": _("Member number"),
        "unit": _("Unit"),
        "parent": _("Unit above"),
        "path": _("Path of the unit"),
        "kind": _("Kind of unit"),
        "role": _("Role"),
        "language": _("Language"),
    }


def hint(field: str) -> str:
    return {
        "email": _("Whoever has one gets a link to come in."),
        "path": _("From the top, like: Committee / Branch / Team"),
        "role": _("Given in the unit; several are divided by a semicolon."),
        "language": _("English or Chinese"),
    }.get(field, "")


def problem(found: Problem) -> str:
    """What is wrong, with which value, and what to do."""
    value, other = found.value, found.other
    match found.code:
        case "formula":
            said = _("This cell holds a formula. Put its value there.")
        case "long":
            said = _("More than %(most)s characters. Shorten it.", most=other)
        case "deep":
            said = _(
                "“%(value)s” stands deeper than a tree may go. Correct the units above it.",
                value=value,
            )
        case "email":
            said = _(
                "“%(value)s” is not an e-mail address. Correct it, or leave the cell empty.",
                value=value,
            )
        case "language":
            said = _(
                "“%(value)s” is not a language of these pages. Write en or zh, or leave it empty.",
                value=value,
            )
        case "no_unit":
            said = _(
                "A unit above is named (“%(value)s”), but no unit. Write the unit too.", value=value
            )
        case "role_without_unit":
            said = _("A role (“%(value)s”) is given in a unit. Write the unit too.", value=value)
        case "role_of_nobody":
            said = _(
                "There is a role (“%(value)s”), but nobody who has it. Write the name, or empty the role.",
                value=value,
            )
        case "nobody":
            said = _("The row names neither a person nor a unit. Fill it in or delete it.")
        case "no_name":
            said = _("The name is missing. Write it.")
        case "nowhere":
            said = _(
                "“%(value)s” has no unit, address or number to be known by next time. Add one of them.",
                value=value,
            )
        case "unknown_role":
            said = _(
                "There is no role “%(value)s”. Choose what becomes of it, or correct it.",
                value=value,
            )
        case "unknown_kind":
            said = _(
                "There is no kind of unit “%(value)s”. Choose what becomes of it, or correct it.",
                value=value,
            )
        case "kind_differs":
            said = _("Row %(row)s gives this unit another kind. Make both the same.", row=other)
        case "circle":
            said = _("“%(value)s” would stand below itself. Correct the unit above.", value=value)
        case "near_unit":
            said = _(
                "“%(value)s” would be a new unit, but it is nearly “%(other)s”. Choose which is meant, or correct it.",
                value=value,
                other=other,
            )
        case "which":
            said = _("There are several units “%(value)s”. Write the whole path.", value=value)
        case "no_parent":
            said = _(
                "There is no unit “%(value)s”, here or in the table. Correct the name, or add a row for it.",
                value=value,
            )
        case "address_taken":
            said = _(
                "“%(value)s” belongs to an account of somebody who is no longer a member. Use another address.",
                value=value,
            )
        case "two_people":
            said = _(
                "The address and the number belong to two members; the number is that of %(other)s. Correct one of them.",
                other=other,
            )
        case "other_number":
            said = _(
                "This member has the number %(other)s. Correct it here, or leave the cell empty.",
                other=other,
            )
        case "other_address":
            said = _(
                "This number is that of %(other)s, who has another address. Correct one of them.",
                other=other,
            )
        case "several":
            said = _(
                "There are several members called %(value)s in this unit. Write the address or the number.",
                value=value,
            )
        case "left":
            said = _(
                "%(other)s has left. Open the page of members, choose who left, and let them come back; then look at this table again.",
                other=value,
            )
        case "another":
            said = _(
                "This address or number is that of %(other)s, but the row names “%(value)s”. Say above whether it is them, or correct the row.",
                other=other,
                value=value,
            )
        case "duplicate":
            said = _(
                "The same person, unit and role as in row %(row)s. Delete one of the rows, or tell two people apart by an address or a number.",
                row=other,
            )
        case "same_place":
            said = _(
                "Row %(row)s has this name in the same unit too. Write an address or a number in both rows.",
                row=other,
            )
        case "differs":
            said = _(
                "Row %(row)s has the same address, number or name, but says something else here. One person: make both rows the same. Two people: give each an own address and number.",
                row=other,
            )
        case "taken_number":
            said = _(
                "Row %(row)s gives the number “%(value)s” to somebody else. Correct one of them.",
                row=other,
                value=value,
            )
        case "taken_email":
            said = _(
                "Row %(row)s gives the address “%(value)s” to somebody else. Correct one of them.",
                row=other,
                value=value,
            )
        case "same_name":
            said = _(
                "There is a member of this name in another unit already. This makes a second one; with an address or a number they would be known as one."
            )
        case "two_units":
            said = _(
                "Row %(row)s puts a unit of this name below another unit. They are taken as two.",
                row=other,
            )
        case "formula_text":
            said = _(
                "“%(value)s” looks like a formula. It is taken as text, as it stands.", value=value
            )
        case _unknown:
            said = _("This cannot be read. Correct it.")
    return said


def doing(counts: Mapping[str, int]) -> list[str]:
    """What an import makes and changes, a sentence each; nothing for a zero."""
    said = [
        ngettext("%(num)s new person", "%(num)s new people", counts.get("people", 0)),
        ngettext("%(num)s new unit", "%(num)s new units", counts.get("units", 0)),
        ngettext(
            "%(num)s membership of a unit",
            "%(num)s memberships of units",
            counts.get("memberships", 0),
        ),
        ngettext("%(num)s role given", "%(num)s roles given", counts.get("roles_given", 0)),
        ngettext(
            "%(num)s person changed", "%(num)s people changed", counts.get("people_changed", 0)
        ),
        ngettext(
            "%(num)s unit gets another kind",
            "%(num)s units get another kind",
            counts.get("units_changed", 0),
        ),
        ngettext("%(num)s new kind of unit", "%(num)s new kinds of unit", counts.get("kinds", 0)),
        ngettext("%(num)s new role", "%(num)s new roles", counts.get("roles", 0)),
    ]
    keys = (
        "people",
        "units",
        "memberships",
        "roles_given",
        "people_changed",
        "units_changed",
        "kinds",
        "roles",
    )
    return [words for key, words in zip(keys, said, strict=True) if counts.get(key)]


def left_alone(counts: Mapping[str, int]) -> list[str]:
    said = [
        ngettext("%(num)s person", "%(num)s people", counts.get("people_left", 0)),
        ngettext("%(num)s unit", "%(num)s units", counts.get("units_left", 0)),
    ]
    return [
        words
        for key, words in zip(("people_left", "units_left"), said, strict=True)
        if counts.get(key)
    ]


NAMED = 10  # in a sentence; the rest is counted


def undone(
    people: int, units: int, left: Sequence[str], stayed: Sequence[str], units_stay: Sequence[str]
) -> list[str]:
    """What undoing an import did, and by name what is still there, and why: in sentences."""
    parts = []
    if people:
        parts.append(ngettext("%(num)s person was removed", "%(num)s people were removed", people))
    if units:
        parts.append(ngettext("%(num)s unit was removed", "%(num)s units were removed", units))
    said = [
        _("The import is undone: %(what)s.", what=_(", ").join(parts))
        if parts
        else _("The import is undone.")
    ]
    if left:
        said.append(
            _(
                "Noted as having left, since something was entered for them: %(names)s.",
                names=named(left),
            )
        )
    if stayed:
        said.append(
            _(
                "Still members, since they have come in or were put into another unit: %(names)s.",
                names=named(stayed),
            )
        )
    if units_stay:
        said.append(
            _(
                "Units that are still here, since somebody was in them or something belongs to them: %(names)s. Close them on their own pages if nobody needs them.",
                names=named(units_stay),
            )
        )
    return said


def named(names: Sequence[str]) -> str:
    shown = [_("“%(name)s”", name=name) for name in names[:NAMED]]
    if (more := len(names) - NAMED) > 0:
        shown.append(ngettext("and %(num)s more", "and %(num)s more", more))
    return _(", ").join(shown)


def hindered(obstacle: str) -> tuple[str, str]:
    """Which field of the invitation cannot be so, and why."""
    return {
        "unit": ("unit", _("Choose a unit from the list.")),
        "left_empty": ("unit", _("Others belonged to this unit, and nobody does now. Whoever came by a link would read what they submitted to it. An administrator can make this link.")),
        "role": ("role", _("Choose a role from the list.")),
        "role_too_high": ("role", _("This role organizes. You can give it only in units below the one from which your own right comes.")),
        "keeps": ("organizer", _("Only administrators can invite organizers of everything.")),
        "uses": ("uses", _("Choose one person, or a number from 1 to 500. A link that makes organizers of everything is for one person.")),
        "day": ("until", _("Choose a day from tomorrow on, at most a year ahead.")),
    }[obstacle]  # fmt: skip
