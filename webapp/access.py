"""Who may do what: every permission with its sentence, and the pure rule for each.

`docs/permissions.md` is the written table; a test keeps the two equal. Every
route names one permission with `needs`; a route without one is refused. Rules
ask no database: they get an `Actor` and the few facts of the object that matter.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

Audience = Literal["unit", "organisation", "anonymous"]
Who = Literal[
    "anyone", "member", "reader", "author", "unit organizer", "organizer", "administrator"
]


@dataclass(frozen=True)
class Actor:
    """Who is asking. `member` is None for somebody who is not signed in."""

    organisation: str
    member: str | None = None
    name: str = ""
    units: frozenset[str] = frozenset()  # to which the member belongs now
    administrator: bool = False
    organizer: bool = False  # of everything: named by an administrator, or one
    organizes: frozenset[str] = frozenset()  # units that a given role lets them organize


@dataclass(frozen=True)
class Permission:
    name: str
    who: Who
    sentence: str


PERMISSIONS: dict[str, Permission] = {
    p.name: p
    for p in (
        Permission(
            "site.visit",
            "anyone",
            "Sees the sign-in page, static files, the language choice and the health checks; none shows anything of a person.",
        ),
        Permission(
            "account.sign_in",
            "anyone",
            "Signs in, signs out, asks for a new password, and sets it with the link that was sent.",
        ),
        Permission(
            "account.join",
            "anyone",
            "Joins with an unused, unexpired invitation link; the link says the unit and role. "
            "Whoever is a member already takes these for the account they are signed in with.",
        ),
        Permission("account.own", "member", "Changes the own password."),
        Permission(
            "account.rights",
            "member",
            "Takes along everything of one's own, brings it back into an account, and deletes the own account: for oneself alone.",
        ),
        Permission(
            "profile.own",
            "member",
            "Sees and changes the own profile: name, languages, roles, interests and what one works on. Interests and the sentence are shown to nobody else.",
        ),
        Permission("library.read", "member", "Browses, searches and reads the library."),
        Permission(
            "suggestions.own",
            "member",
            "Sees and steers the own suggestions, sees what they are made from and why; nobody sees those of another.",
        ),
        Permission(
            "deeds.own",
            "member",
            "Marks readings as read, saved or set aside, and keeps the place in a text; nobody sees those of another.",
        ),
        Permission(
            "note.own",
            "author",
            "Writes, reads, changes and deletes a note: its author alone, nobody else in any form.",
        ),
        Permission(
            "reflections.browse",
            "member",
            "Browses and searches the submitted reflections that one may read. By role: roles that "
            "their named authors chose, and roles given in a unit to whoever may see who has which "
            "there.",
        ),
        Permission(
            "reflection.read",
            "reader",
            "Reads a submitted reflection: its author; for `my unit` the present members of that unit; for `the organisation`, with or without name, every member.",
        ),
        Permission(
            "reflection.write",
            "author",
            "Writes a reflection: draft, versions, submitting, audience, withdrawing, deleting: its author alone.",
        ),
        Permission(
            "answer.read",
            "reader",
            "Reads the answers to a reflection: whoever may read the reflection at that moment.",
        ),
        Permission(
            "answer.write",
            "reader",
            "Answers a reflection that one may read, or replies to an answer; its author only replies, and is called “the author”.",
        ),
        Permission(
            "answer.own",
            "author",
            "Finds, changes and takes back an answer: its author alone.",
        ),
        Permission(
            "report.write",
            "reader",
            "Reports a reflection or an answer that one may read; who reported it is shown to nobody.",
        ),
        Permission(
            "moderation",
            "organizer",
            "Sees reports of what one may read as a member, and leaves it, hides it or shows it again, with a reason; never one's own.",
        ),
        Permission(
            "desk.use",
            "unit organizer",
            "Sees what waits for an answer: pieces that one may read as a member, of present members of the units that one organizes (without a name: by organizers of everything alone), and answers, asks back or accepts; never one's own. What was asked back or accepted is shown to the author and to these organizers only.",
        ),
        Permission(
            "notices.own",
            "member",
            "Sees what happened to what one wrote; nobody sees that of another.",
        ),
        Permission(
            "reminders.own",
            "member",
            "Sets the own reminders: when mail comes and what is in it, and the private addresses of the own calendar and of the theme lists; nobody sees those of another.",
        ),
        Permission(
            "reminders.stop",
            "anyone",
            "Stops the mail of the one member in whose mail the address stood, with that address alone; shows nothing of that member.",
        ),
        Permission(
            "calendar.feed",
            "anyone",
            "Gets the days of the one member who made this private address, as long as they are a member and have not ended it.",
        ),
        Permission(
            "lists.feed",
            "anyone",
            "Gets the theme lists that are open now to the one member who made this private address, and their booklets, as long as they are a member and have not ended it.",
        ),
        Permission(
            "coach.own",
            "member",
            "Asks the coach about an own draft, and says what it may ask: nobody else sees what it said, what was answered, or that it is off.",
        ),
        Permission(
            "coach.phrases",
            "organizer",
            "Changes the list of stock phrases that the coach notices, and sees how often each kind of its remarks was called wrong, without names.",
        ),
        Permission(
            "goal.own",
            "author",
            "Sets, answers, changes and deletes a practice goal: its member alone. Others see of it only what its member shows in the chain of a piece, or lets the author of an experience know.",
        ),
        Permission(
            "month.own",
            "member",
            "Looks back at an own month: own sentences, what one read and wrote, answers and goals; nobody sees that of another.",
        ),
        Permission(
            "ask.own",
            "member",
            "Asks the library a question; nothing of it is stored unless the member keeps the answer.",
        ),
        Permission(
            "lists.browse",
            "member",
            "Sees the own reading lists, and the titles of those that are open to one.",
        ),
        Permission(
            "list.read",
            "reader",
            "Reads a reading list: its author; for a unit the present members of that unit; for `the organisation` every member. The question it answers is shown only where the author says so.",
        ),
        Permission(
            "list.own",
            "author",
            "Keeps an answer as a reading list, changes it, opens it to others, takes it back, deletes it: its author alone.",
        ),
        Permission(
            "lists.publish",
            "unit organizer",
            "Makes an own reading list a theme list of units that one organizes; of the organisation, as an organizer.",
        ),
        Permission(
            "lists.build",
            "unit organizer",
            "Has theme lists proposed, works on one's own (organizers: on all), publishes them to units that one organizes, and copies those given to these units, to one's own units or to the organisation; organizers publish to the organisation and copy those of all units. Until it is published nobody else gets anything of one, and what is also given to units outside one's own is not changed.",
        ),
        Permission(
            "requirements.own",
            "member",
            "Sees what is asked of one, how far one is and why, and what organizers entered about one, and objects to it; nobody sees that of another.",
        ),
        Permission(
            "requirements.read",
            "member",
            "Sees the plan of one's units, of those above them and of those one organizes, and the pieces on paper of one's own units.",
        ),
        Permission(
            "requirements.set",
            "unit organizer",
            "Sets, changes and withdraws requirements of the units one organizes, and puts others in the place of those from above where these allow it. A theme list is asked only where it is open to every open unit that the requirement reaches.",
        ),
        Permission(
            "progress.read",
            "unit organizer",
            "Sees by name what was handed in for the requirements of the units one organizes, and for those that stood above them when it was due: only what one may read anyway under its author's name, and entries on behalf of others; no piece without a name, no deed, no goal.",
        ),
        Permission(
            "attendance.enter",
            "unit organizer",
            "Enters in the units one organizes who attended, and pieces of people without an account who agree, and takes entries back; the person it is about sees it and may object.",
        ),
        Permission(
            "library.keep",
            "organizer",
            "Brings texts in, confirms or changes what is said of them, withdraws and restores them, sees what became of every file.",
        ),
        Permission(
            "audit.read",
            "administrator",
            "Sees the audit log and takes it as a table: of pieces only what one may read as a member, without who wrote them, and who signed in or did something for themselves only on days on which five members signed in.",
        ),
        Permission(
            "reports.read",
            "unit organizer",
            "Sees the report of a unit that one organizes, with all units below it: numbers made from what one may read anyway, without names, and none from which a figure about fewer than five people can be computed.",
        ),
        Permission(
            "units.browse",
            "member",
            "Sees the tree of units: names, kinds, where each stands and which lead it. Who belongs to a unit is seen by its members and by those who organize it, what happened to it by the latter.",
        ),
        Permission(
            "units.change",
            "unit organizer",
            "Adds, changes, moves, merges, closes and reopens units, takes members in, moves them and lets them go, gives roles in a unit and ends them: within the units one organizes. Nobody moves, merges or closes the unit from which the own right comes, and a role that organizes is given and ended only below it. Members are found by their whole name; by e-mail address too only by administrators.",
        ),
        Permission(
            "units.kinds",
            "administrator",
            "Changes the list of kinds that units can have.",
        ),
        Permission(
            "roles.change",
            "administrator",
            "Changes the list of roles: names, duties, and which of them organize or lead.",
        ),
        Permission(
            "people.browse",
            "unit organizer",
            "Sees the members of the units that one organizes, by name and unit; administrators see everybody, with e-mail addresses, numbers and whether they have come in. Reads no more of their writing than any member.",
        ),
        Permission(
            "people.invite",
            "unit organizer",
            "Makes links into the units that one organizes, sees those that are open and withdraws them; with a role that organizes only below the unit from which one's own right comes, and into no unit that others left empty (organizers of everything: into those too). A link works as long as whoever made it may make it.",
        ),
        Permission(
            "people.export",
            "unit organizer",
            "Takes units and members out as a table: those of the units that one organizes, without e-mail addresses and numbers; administrators everything. The audit log notes it.",
        ),
        Permission(
            "people.import",
            "administrator",
            "Brings in a table of people and units after seeing what it would do, takes a whole import back, and makes the links by which its people come in.",
        ),
        Permission(
            "members.manage",
            "administrator",
            "Names organizers of everything, lets members leave and come back, and makes a link for a member who has no password; reads no more of their writing than any member.",
        ),
    )
}


class Refused(Exception):
    """The actor may not do this. `signed_out` tells whether signing in may help."""

    def __init__(self, permission: str, *, signed_out: bool) -> None:
        super().__init__(f"{permission} refused")
        self.permission = permission
        self.signed_out = signed_out


View = TypeVar("View", bound=Callable[..., Any])


def needs(permission: str) -> Callable[[View], View]:
    """Name the permission of a route. Object rules are asked where the object is fetched."""
    if permission not in PERMISSIONS:
        raise KeyError(f"{permission} is not in webapp/access.py")

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def check(actor: Actor, permission: str) -> None:
    """The part of a rule that needs no object; raises Refused."""
    who = PERMISSIONS[permission].who
    if who == "anyone":
        return
    if actor.member is None:
        raise Refused(permission, signed_out=True)
    if who == "administrator" and not actor.administrator:
        raise Refused(permission, signed_out=False)
    if who == "organizer" and not (actor.organizer or actor.administrator):
        raise Refused(permission, signed_out=False)
    if who == "unit organizer" and not is_organizing(actor):
        raise Refused(permission, signed_out=False)


def is_organizing(actor: Actor) -> bool:
    """Whether there is any unit that the actor organizes."""
    return actor.member is not None and (
        actor.organizer or actor.administrator or bool(actor.organizes)
    )


def may_organize(actor: Actor, *, unit: str) -> bool:
    """Whether the actor may act for this unit: organizers and administrators for
    every unit; whoever was given a role that organizes, for the unit it was given
    in and all below it. The units are gathered by `members.store.actor_of`."""
    if actor.member is None:
        return False
    return actor.organizer or actor.administrator or unit in actor.organizes


def may_read_note(actor: Actor, *, author: str) -> bool:
    return actor.member is not None and actor.member == author


def may_write_reflection(actor: Actor, *, author: str) -> bool:
    return actor.member is not None and actor.member == author


def may_read_reflection(
    actor: Actor,
    *,
    author: str,
    status: str,
    audience: str | None,
    unit: str | None,
    hidden: bool = False,
) -> bool:
    """Whether the published copy may be read. The SQL twin of this rule is
    `reflections.store.readable_by`; a property test keeps them equal. `hidden`: by
    an organizer."""
    if actor.member is None:
        return False
    if actor.member == author:
        return True
    if status != "submitted" or hidden:
        return False
    if audience == "unit":
        return unit in actor.units
    return audience in ("organisation", "anonymous")


def may_read_answer(
    actor: Actor,
    *,
    may_read_piece: bool,
    author: str,
    hidden: bool,
    above: str | None = None,
    above_hidden: bool = False,
) -> bool:
    """Whether an answer to a piece may be read. The SQL twin of this rule is
    `answers.store.readable_by`; a property test keeps them equal.

    `above`: who wrote the answer that a reply stands below; what stands below a
    hidden answer is hidden with it.
    """
    if actor.member is None or not may_read_piece:
        return False
    if actor.member == author:
        return True
    return not hidden and (not above_hidden or actor.member == above)


def may_moderate(actor: Actor, *, author: str, would_read: bool) -> bool:
    """Whether an organizer may decide about a reflection or an answer: one that they
    would read as a member, and that is not their own."""
    return actor.member is not None and actor.organizer and would_read and actor.member != author


def may_review(
    actor: Actor, *, author: str, units: Collection[str], audience: str | None, would_read: bool
) -> bool:
    """Whether an organizer may answer a piece at the desk, ask it back or accept it:
    one of another member that they would read. `units`: those of the author now; of a
    piece without a name none may be known. The SQL twin of this rule is
    `desk.store.reviewable_by`; a property test keeps them equal."""
    if actor.member is None or not would_read or actor.member == author:
        return False
    if actor.organizer:
        return True
    return audience != "anonymous" and not actor.organizes.isdisjoint(units)


def may_read_list(
    actor: Actor,
    *,
    author: str,
    audience: str,
    unit: str | None,
    besides: Collection[str] = (),
) -> bool:
    """Whether a reading list may be read; `besides` are further units it is given to.
    The SQL twin of this rule is `themes.store.readable_by`; a property test keeps
    them equal."""
    if actor.member is None:
        return False
    if actor.member == author:
        return True
    if audience == "unit":
        return unit in actor.units or not actor.units.isdisjoint(besides)
    return audience == "organisation"


def sees_author(actor: Actor, *, author: str, audience: str | None) -> bool:
    """Whether the author's name is shown to somebody who may read."""
    return audience != "anonymous" or actor.member == author


# Flask's and Flask-Security's own routes, which we cannot mark with `needs`.
FOREIGN = {
    "static": "site.visit",
    "security.static": "site.visit",
    "security.login": "account.sign_in",
    "security.logout": "account.sign_in",
    "security.verify": "account.sign_in",
    "security.forgot_password": "account.sign_in",
    "security.reset_password": "account.sign_in",
    "security.change_password": "account.own",
}
