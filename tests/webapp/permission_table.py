"""What docs/permissions.md says, written a second time: the `who` column is read from the
page, the rules of things stand here in a few lines for each family. Asks nothing of
webapp/access.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from werkzeug.routing import Rule

from tests.webapp.test_permissions import written_table
from tests.webapp.world_of_twelve import ACTORS, PARENT, Thing, Who

# What the table says of things


def reads(who: Who, piece: Thing) -> bool:
    if who.name == piece.by:
        return True
    return piece.state == "submitted" and (piece.audience != "unit" or piece.unit in who.belongs)


def reads_list(who: Who, one: Thing) -> bool:
    if one.audience == "private":
        return own_list(who, one)
    return who.name == one.by or one.audience == "organisation" or one.unit in who.belongs


def builds(who: Who, one: Thing) -> bool:
    return who.everywhere or who.name == one.by


def copies(who: Who, one: Thing) -> bool:
    if not one.name.startswith("theme"):
        return False
    return who.everywhere or reads_list(who, one) or who.organizes(one.unit)


def sees_plan(who: Who, thing: Thing) -> bool:
    """The plan of own units, of those above them, and of those one organizes."""
    own = set(who.belongs)
    for unit in who.belongs:
        while (unit := PARENT[unit] or "") != "":
            own.add(unit)
    return thing.unit in own or who.organizes(thing.unit)


def in_unit(who: Who, thing: Thing) -> bool:
    return thing.unit in who.belongs or who.organizes(thing.unit)


def organizes(who: Who, thing: Thing) -> bool:
    return who.organizes(thing.unit)


def reviews(who: Who, piece: Thing) -> bool:
    if who.name == piece.by or not reads(who, piece):
        return False
    author = next(one for one in ACTORS if one.name == piece.by)
    named = piece.audience != "anonymous"
    return who.everywhere or (named and any(who.organizes(unit) for unit in author.belongs))


def own(who: Who, thing: Thing) -> bool:
    return who.name == thing.by


def own_list(who: Who, one: Thing) -> bool:
    return own(who, one) and not one.name.startswith("unpublished")  # which is no list yet


def open_to_all(_who: Who, _thing: Thing) -> bool:
    return True


def reports(who: Who, thing: Thing) -> bool:
    return who.name != thing.by and reads(who, thing.below or thing)


def moderates(who: Who, thing: Thing) -> bool:
    """What one would read if nobody had hidden it."""
    piece = thing.below or thing
    return reads(who, replace(piece, state="submitted") if piece.state == "hidden" else piece)


def withdraws(who: Who, invitation: Thing) -> bool:
    if invitation.state == "administrator":
        return who.administrator
    return who.organizes(invitation.unit)


Rules = dict[tuple[str, str], Callable[[Who, Thing], bool]]
# By permission and kind of thing; of a feed, who asks is nobody: its holder is the thing's.
MAY: Rules = {
    ("reflection.read", "piece"): reads,
    ("answer.read", "piece"): reads,
    ("answer.write", "piece"): reads,
    ("report.write", "piece"): reports,
    ("report.write", "answer"): reports,
    ("reflection.write", "piece"): own,
    ("coach.own", "piece"): own,
    ("answer.own", "answer"): own,
    ("desk.use", "piece"): reviews,
    ("desk.use", "act"): own,
    ("moderation", "reported"): moderates,
    ("note.own", "note"): own,
    ("goal.own", "goal"): own,
    ("list.read", "list"): reads_list,
    ("list.own", "list"): own_list,
    ("lists.publish", "list"): own_list,
    ("lists.build", "list"): copies,
    ("lists.build", "draft"): builds,
    ("list.read", "wished"): reads_list,
    ("lists.build", "wished"): builds,
    ("requirements.read", "requirement"): sees_plan,
    ("requirements.set", "requirement"): organizes,
    ("requirements.read", "unit"): sees_plan,
    ("requirements.set", "unit"): organizes,
    ("requirements.read", "paper"): in_unit,
    ("requirements.own", "entry"): lambda who, thing: who.name == thing.about,
    ("attendance.enter", "entry"): organizes,
    ("attendance.enter", "unit"): organizes,
    ("attendance.enter", "unit of paper"): organizes,
    ("requirements.read", "unit of paper"): in_unit,
    ("progress.read", "unit"): organizes,
    ("reports.read", "unit"): organizes,
    ("units.browse", "unit"): open_to_all,
    ("units.change", "unit"): organizes,
    ("units.change", "place"): organizes,
    ("people.import", "import"): open_to_all,
    ("members.manage", "member"): open_to_all,
    ("people.invite", "invitation"): withdraws,
    ("library.keep", "change"): open_to_all,
    ("calendar.feed", "calendar"): lambda _who, thing: thing.by != "who left",
    ("lists.feed", "lists"): lambda _who, thing: thing.by != "who left",
    ("lists.feed", "book"): lambda _who, thing: thing.state == "open",
    ("reminders.stop", "stop"): open_to_all,
    ("account.join", "invitation"): open_to_all,
}


def to_be_shown(piece: Thing) -> bool:
    """To the member of B whom the address of “as another member” names."""
    return reads(next(one for one in ACTORS if one.name == "in B"), piece) and piece.by != "in B"


# By endpoint: which things have what it asks for; of the others there is none.
THERE_IS: dict[str, Callable[[Thing], bool]] = {
    "people.drop": lambda one: one.state == "waiting",
    "people.problems": lambda one: one.state == "waiting",
    "people.links": lambda one: one.state == "done",
    "people.ask_undo": lambda one: one.state == "done",
    "people.undo": lambda one: one.state == "done",
    "people.leave": lambda one: one.state != "left",
    "people.come_back": lambda one: one.state == "left",
    "people.new_link": lambda one: False,  # for members without a password
    "people.set_organizer": lambda one: one.state != "left",
    "reflections.withdraw": lambda one: one.state != "draft",
    "reflections.audience": lambda one: one.state in ("submitted", "hidden"),
    "reflections.details": lambda one: one.state == "draft",  # which is an experience
    "reflections.preview_as": to_be_shown,
    "answers.send": lambda one: one.state in ("submitted", "hidden"),
    "requirements.attendance": lambda one: one.state != "closed",
    "requirements.new": lambda one: one.state != "closed",
    "reports.unit": lambda one: one.state != "closed",
    "reports.as_csv": lambda one: one.state != "closed",
}
# What these name stands in the form, and the form names nothing that is there.
NAMED_INSIDE = {"looking_back.write_again"}

WHO = {name: who for name, (who, _sentence) in written_table().items()}


def passes(who: Who, door: str) -> bool:
    """The `who` column."""
    if door == "anyone":
        return True
    return who.signed_in and {
        "administrator": who.administrator,
        "organizer": who.everywhere,
        "unit organizer": who.everywhere or bool(who.given_in),
    }.get(door, True)


def expected(who: Who, permission: str, kind: str, thing: Thing | None, rule: Rule) -> str:
    """login | closed | unknown | ok"""
    door = WHO[permission]
    if not passes(who, door):
        return "closed" if who.signed_in else "login"
    if thing is None:
        return "unknown" if rule.endpoint in NAMED_INSIDE else "ok"
    there = THERE_IS.get(rule.endpoint, lambda _thing: True)
    return "ok" if there(thing) and MAY[permission, kind](who, thing) else "unknown"
