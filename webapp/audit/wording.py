"""Each line of the audit log as a plain sentence. Pure but for the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import pgettext

# The name of a line -> its sentence, with places for who did it, what it is about, and
# its details. A test finds every name that the code records here.
SENTENCES: dict[str, Any] = {
    "account.deleted": _l("%(who)s deleted their account."),
    "anonymity.opened": _l("%(who)s was shown who wrote a piece without a name."),
    "attendance.agreed": _l("%(who)s agreed after all with an entry of what they attended."),
    "attendance.entered": _l("%(who)s entered who attended something in %(about)s on %(day)s."),
    "attendance.objected": _l("%(who)s said that an entry of what they attended is not right."),
    "attendance.taken_back": _l("%(who)s took back an entry of who attended in %(about)s."),
    "backup.made": _l("A backup was made."),
    "backup.restored": _l("A backup was restored: what was changed after it was made is lost."),
    "export.audit": _l("%(who)s took a copy of this log."),
    "export.own": _l("%(who)s took along everything of their own."),
    "export.people": _l("%(who)s took a copy of the list of members and units."),
    "import.file": _l("A file was loaded on the server: people %(members_new)s new, %(members_changed)s changed; units %(units_new)s new, %(units_changed)s changed; roles %(roles_new)s new, %(roles_changed)s changed."),
    "import.own": _l("%(who)s brought back what they had taken along."),
    "import.people": _l("%(who)s imported people and units from a table."),
    "import.people_undone": _l("%(who)s took back an import of people and units."),
    "invitation.imported": _l("%(who)s made links for people who came with an import."),
    "invitation.made": _l("%(who)s made an invitation to %(unit)s."),
    "invitation.personal": _l("%(who)s made a link for %(about)s, with which they set a password."),
    "invitation.taken": _l("%(who)s, who was a member, came into “%(about)s” with an invitation."),
    "invitation.used": _l("%(who)s joined with an invitation."),
    "invitation.withdrawn": _l("%(who)s withdrew an invitation."),
    "member.back": _l("%(who)s let %(about)s come back."),
    "member.left": _l("%(who)s noted that %(about)s has left."),
    "moderation.hide": _l("%(who)s hid something that a reader reported."),
    "moderation.leave": _l("%(who)s looked at something and left it as it is."),
    "moderation.show": _l("%(who)s showed again what had been hidden."),
    "organizer.ended": _l("%(who)s ended that %(about)s is organizer of everything."),
    "organizer.named": _l("%(who)s named %(about)s organizer of everything."),
    "password.changed": _l("%(who)s changed their password."),
    "password.reset": _l("%(who)s set a new password with a link that they were given."),
    "piece.agreed": _l("%(who)s agreed after all with a piece that was entered for them."),
    "piece.entered": _l("%(who)s entered a piece of somebody else in %(unit)s."),
    "piece.objected": _l("%(who)s said that a piece that was entered for them is not right."),
    "piece.opened": _l("“%(about)s” was submitted to: %(audience)s."),
    "piece.reopened": _l("“%(about)s” was opened to: %(audience)s. Before: %(before)s."),
    "piece.taken_back": _l("%(who)s took back a piece that was entered for somebody else."),
    "piece.withdrawn": _l("“%(about)s” was withdrawn."),
    "requirement.changed": _l("%(who)s changed a requirement of %(unit)s, from %(from_day)s on."),
    "requirement.set": _l("%(who)s set a requirement for %(unit)s, from %(from_day)s on."),
    "requirement.withdrawn": _l("%(who)s ended a requirement of %(unit)s, from %(from_day)s on."),
    "role.added": _l("%(who)s added the role “%(about)s”."),
    "role.changed": _l("%(who)s changed the role “%(about)s”."),
    "role.retired": _l("%(who)s decided that the role “%(about)s” is given to nobody new."),
    "role.taken_up": _l("%(who)s decided that the role “%(about)s” can be given again."),
    "sign_in.done": _l("%(who)s signed in."),
    "sign_in.ended": _l("%(who)s signed out."),
    "sign_in.refused": _l("Somebody tried to sign in, and the address or the password was wrong."),
    "unit.added": _l("%(who)s added the unit “%(about)s”."),
    "unit.closed": _l("%(who)s closed the unit “%(about)s”."),
    "unit.joined": _l("%(who)s: %(member)s belongs to “%(about)s” from now on."),
    "unit.kind_changed": _l("%(who)s changed the kind of “%(about)s” from %(before)s to %(after)s."),
    "unit.leading_group": _l("%(who)s changed the leading group of “%(about)s”. Before: %(before)s. Now: %(after)s."),
    "unit.left": _l("%(who)s: %(member)s belongs to “%(about)s” no longer."),
    "unit.merged": _l("%(who)s merged the unit “%(about)s” into “%(into)s”."),
    "unit.moved": _l("%(who)s moved the unit “%(about)s”. Above it before: %(before)s. Now: %(after)s."),
    "unit.office": _l("%(who)s changed the office of “%(about)s”. Before: %(before)s. Now: %(after)s."),
    "unit.renamed": _l("%(who)s renamed the unit “%(before)s” to “%(after)s”."),
    "unit.reopened": _l("%(who)s opened the unit “%(about)s” again."),
    "unit.role_ended": _l("%(who)s ended the role “%(role)s” of %(member)s in “%(about)s”."),
    "unit.role_given": _l("%(who)s gave %(member)s the role “%(role)s” in “%(about)s”."),
    "unit.took_in": _l("%(who)s merged the unit “%(unit)s” into “%(about)s”."),
    "unit_kind.added": _l("%(who)s added the kind of unit “%(name)s”."),
    "unit_kind.removed": _l("%(who)s removed the kind of unit “%(name)s”."),
    "unit_kind.renamed": _l("%(who)s renamed the kind of unit “%(before)s” to “%(after)s”."),
}  # fmt: skip

GROUPS: dict[str, Any] = {
    "sign_in": _l("Signing in and out"),
    "password": _l("Passwords"),
    "invitation": _l("Invitations"),
    "member": _l("Leaving and coming back"),
    "account": _l("Deleted accounts"),
    "organizer": _l("Organizers of everything"),
    "role": _l("The list of roles"),
    "unit": _l("Units, who belongs to them, roles given"),
    "unit_kind": _l("Kinds of units"),
    "requirement": _l("Requirements"),
    "attendance": _l("Attendance entered"),
    "piece": _l("Audiences of pieces, pieces entered"),
    "moderation": _l("Reports"),
    "anonymity": _l("Openings of anonymity"),
    "export": _l("Exports"),
    "import": _l("Imports"),
    "backup": _l("Backups"),
}

AUDIENCES: dict[str, Any] = {
    "unit": _l("a unit"),
    "organisation": _l("the organisation"),
    "anonymous": _l("the organisation, without a name"),
}


def columns() -> list[str]:
    """The headings of the log as a table, in the language of whoever takes it along."""
    return [
        pgettext("column", "Day"), pgettext("column", "Time"), pgettext("column", "Who"),
        pgettext("column", "What"), pgettext("column", "Sentence"), pgettext("column", "About"),
        pgettext("column", "Id"),
    ]  # fmt: skip


def groups() -> dict[str, str]:
    """What can be filtered by: the first part of a name -> words."""
    return {name: str(words) for name, words in GROUPS.items()}


def sentence(what: str, who: str, about: str, details: Mapping[str, Any]) -> str:
    """One that is unknown (a later version may have written it) says at least its name."""
    words = SENTENCES.get(what)
    if words is None:
        return _("%(who)s: %(what)s", who=who, what=what)
    said = str(words) % _Places(details, who=who, about=about)
    if what == "invitation.made":
        if details.get("role"):
            said += " " + _("Whoever uses it gets the role “%(role)s”.", role=details["role"])
        if details.get("administrator"):
            said += " " + _("Whoever uses it is administrator.")
        if details.get("organizer"):
            said += " " + _("Whoever uses it keeps the library and organizes every unit.")
    if what == "invitation.taken" and details.get("role"):
        said += " " + _("They have the role “%(role)s” there.", role=details["role"])
    return said


class _Places(dict[str, str]):
    """What a sentence has places for; a detail that a line lacks is a dash."""

    def __init__(self, details: Mapping[str, Any], **more: str) -> None:
        super().__init__({k: _said(k, v) for k, v in details.items()} | more)

    def __missing__(self, _name: str) -> str:
        return "–"


def _said(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if name in ("audience", "before") and isinstance(value, str) and value in AUDIENCES:
        return str(AUDIENCES[value])
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def nobody_here() -> str:
    return _("Somebody who is no longer here")


def author() -> str:
    return _("Its author")


def no_member(what: str) -> str:
    """Who did what no member is noted for."""
    return _("Somebody") if what == "sign_in.refused" else _("The command line")


def gone(kind: str) -> str:
    return {
        "member": _("somebody who is no longer here"),
        "unit": _("a unit that is no longer here"),
    }.get(kind, _("something that is no longer here"))


def no_day() -> str:
    return _("One of the days could not be read and is left out. Write it like 2026-05-04.")


def days_reversed() -> str:
    return _("The last day lies before the first, so both are left out. Exchange them.")
