"""What is said of units and roles, in words."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _

from webapp.units.rules import Obstacle


def obstacle(problem: Obstacle) -> str:
    """What stands in the way of a change, and the cure."""
    return {
        "not_yours": _("You do not organize this unit now. Nothing was changed; ask whoever organizes it."),
        "changed": _("Somebody changed this unit since you opened the form. Look at it once more; nothing was changed."),
        "closed": _("This unit is closed. Open it again first; nothing was changed."),
        "merged": _("This unit was merged into another. Make the change there; nothing was changed here."),
        "no_name": _("Give it a name."),
        "same_name": _("There is a unit of this name at the same place. Give one of them another name first."),
        "no_kind": _("Choose a kind from the list."),
        "kind_used": _("There are units of this kind. Give them another kind first, then take it off the list."),
        "kind_there": _("There is a kind of this name already."),
        "too_many": _("The list is full. Take something off it first."),
        "no_place": _("The unit that you chose is closed, or not yours to choose. Choose another."),
        "into_itself": _("A unit cannot go into itself or into a unit below it. Choose a unit outside it."),
        "same_place": _("It stands there already. Choose another place."),
        "own_right": _("Your own role was given to you in this unit, so you cannot move, merge or close it. Ask an organizer of a unit above it."),
        "top_with_units": _("This unit stands at the top, with others below it. Move or close those first."),
        "last_unit": _("This is the only open unit. Add another before you close it."),
        "has_units": _("There are open units below it. Say that they move up, or move and close them first."),
        "parent_closed": _("The unit above it is closed. Open that one first, or ask an organizer to do so."),
        "not_closed": _("This unit is open."),
        "led_by_itself": _("A unit is not its own leading group or office. Choose another unit, or none."),
        "no_member": _("There is no member of this name or e-mail address. Write it as it stands in their profile, or invite the person first."),
        "several_members": _("Several members have this name. Write the e-mail address instead."),
        "no_such_name": _("There is no member of this name. Write the whole name as it stands in their profile, or invite the person first."),
        "several_names": _("Several members have this name. An administrator can take the right one in, by e-mail address."),
        "left_empty": _("Others belonged to this unit, and nobody does now. Whoever came would read what they submitted to it, and nobody would be there to see that. An administrator can take people in."),
        "member_there": _("This member belongs to that unit already."),
        "member_gone": _("This member no longer belongs to the unit. Nothing was changed."),
        "no_role": _("Choose a role from the list."),
        "role_too_high": _("A role that organizes is given, and ended, only below the unit where you were given your own. Ask an organizer of a unit above it."),
        "own_role": _("You do not give yourself a role that organizes. Ask an administrator, or whoever organizes a unit above yours."),
        "beyond_own": _("Your own role that organizes has a last day, and this one would last longer. Choose a last day no later than your own."),
        "role_there": _("This member has that role in this unit already."),
        "ends_before": _("The last day lies before the first. Choose a later last day, or none."),
        "over": _("That last day has passed already. Choose a later one, or none."),
        "role_used": _("There is a role of this name already."),
        "no_duties": _("Say in a few words what the role has to do, in both languages: suggestions are made from it."),
        "bad_day": _("This is not a day. Write it like this: 2026-09-07."),
        "not_sure": _("This is your own role, and your last one that organizes. Without it you can no longer act here, nor take this back."),
    }[problem]  # fmt: skip


def happened(what: str, details: Mapping[str, str]) -> str:
    """One line of a unit's history; `details` hold names."""
    words = {
        "unit.added": _("Added below %(above)s") if details.get("above") else _("Added"),
        "unit.renamed": _("Renamed: “%(before)s” is now “%(after)s”"),
        "unit.kind_changed": _("Its kind changed from %(before)s to %(after)s"),
        "unit.moved": _("Moved from %(before)s to %(after)s"),
        "unit.merged": _("Merged into %(into)s; its people went along"),
        "unit.took_in": _("%(unit)s was merged into it"),
        "unit.closed": _("Closed"),
        "unit.reopened": _("Opened again"),
        "unit.leading_group": _("Its leading group: %(after)s"),
        "unit.office": _("Its office: %(after)s"),
        "unit.joined": _("%(member)s joined"),
        "unit.left": _("%(member)s left"),
        "unit.role_given": _("%(member)s was given the role: %(role)s"),
        "unit.role_ended": _("%(member)s no longer has the role: %(role)s"),
    }.get(what)  # fmt: skip
    if words is None:
        return what
    try:
        return words % details
    except KeyError:
        return words


def stand_ins() -> dict[str, str]:
    """What stands in the history for the top of the tree, and for what is gone."""
    return {
        "top": _("the top"),
        "member": _("a former member"),
        "unit": _("a unit that is gone"),
    }
