"""Words of leaving and of taking along, in the language of the page. Pure but for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

if TYPE_CHECKING:
    from webapp.leaving.returning import Returned

# A section of the package -> what it holds.
SECTIONS = {
    "memberships": _l("the units you belong or belonged to, with the days"),
    "member_roles": _l("the roles you chose"),
    "appointments": _l("the roles you were given in a unit"),
    "notes": _l("your notes"),
    "reflections": _l("your pieces: the draft, and the copy that was submitted"),
    "reflection_versions": _l("earlier states of your drafts"),
    "experiences": _l("where, who and the lesson of your experiences"),
    "citations": _l("the passages that your submitted pieces quote"),
    "coach_drafts": _l("which remarks of the coach you were shown and put away"),
    "coach_choices": _l("what the coach may not ask you"),
    "goals": _l("your practice goals and what became of them"),
    "deeds": _l("what you read, saved and set aside"),
    "places": _l("where you are in a text"),
    "steers": _l("what you want more or less of"),
    "reading_lists": _l("your reading lists, with the questions you kept"),
    "reading_list_items": _l("the readings on your lists"),
    "reading_list_units": _l("further units that your lists are given to"),
    "reading_lists_begun": _l("the theme lists you began"),
    "reading_list_wishes": _l("readings you proposed for a theme list"),
    "reading_list_wishes_too": _l("proposals of others that you would like too"),
    "day_lists": _l("your suggestions of today"),
    "answers": _l("answers you gave"),
    "answers_received": _l("answers to your pieces, as you may read them now"),
    "reports": _l("what you reported"),
    "moderation": _l("what you decided about reports, as an organizer"),
    "reviews": _l("when a piece of yours was accepted or asked back"),
    "notices": _l("what you were told happened to your words"),
    "attendances": _l("what you attended, as an organizer entered it"),
    "entered_pieces": _l("pieces of yours that an organizer entered"),
    "reminders": _l("what you are reminded of, and when"),
    "log": _l("what the audit log says of you: when you signed in, for example"),
}

CAUSES = {
    "nothing": _l("No file was chosen. Choose the zip that you took along, and send again."),
    "no_zip": _l("This file is no zip. Choose the zip that you took along, as it came."),
    "not_ours": _l(
        "This zip was not taken along from Xinde: it has no data.json that says so. Choose another."
    ),
    "newer": _l("This zip comes from a newer Xinde. Bring it back there, or update this one."),
    "broken": _l(
        "This zip is damaged. What could be read before that point was brought back. Take it from where you kept it once more."
    ),
    "too_large": _l(
        "Something in this zip is larger than Xinde ever writes, where it holds this: %(what)s. What came before it was brought back."
    ),
    "too_many": _l(
        "With this zip you would have more than %(most)s of one kind, the most that can be brought back: %(what)s. What came before was brought back. Delete some of them, then choose the zip again."
    ),
    "too_much": _l(
        "Unpacked, this zip holds more than %(most)s MB, the most that can be brought back. It was read as far as this: %(what)s. What came before was brought back."
    ),
}

BACK = {
    "notes": lambda n: ngettext("%(num)s note", "%(num)s notes", n),
    "reflections": lambda n: ngettext("%(num)s piece, as a draft", "%(num)s pieces, as drafts", n),
    "goals": lambda n: ngettext("%(num)s goal", "%(num)s goals", n),
    "reading_lists": lambda n: ngettext(
        "%(num)s reading list, for you alone", "%(num)s reading lists, for you alone", n
    ),
    "deeds": lambda n: ngettext(
        "%(num)s reading that you had read, saved or set aside",
        "%(num)s readings that you had read, saved or set aside",
        n,
    ),
}


def readme(counts: Mapping[str, int], now: dt.datetime) -> str:
    """The first file to be opened."""
    lines = [
        f"# {_('Everything of yours')}",
        "",
        _("Taken along from Xinde on %(day)s.", day=now.date().isoformat()),
        "",
        _("`notes/` and `pieces/` hold your words as Markdown, for reading. `data/` holds the same and everything else as JSON, one thing a line; `data.json` says who you are and how units and roles are called. It is all yours: keep it where nobody else reads."),
        "",
        _("To bring it back, open “Everything of mine” in the profile of any Xinde and choose this zip as it is. Pieces come back as drafts and lists for you alone; nothing is submitted."),
        "",
        f"| {_('File')} | {_('Holds')} | {_('How many')} |",
        "| --- | --- | --- |",
    ]  # fmt: skip
    lines += [
        f"| `data/{name}.jsonl` | {SECTIONS[name]} | {number} |" for name, number in counts.items()
    ]
    return "\n".join(lines) + "\n"


def refused(cause: str, section: str = "", most: int = 0) -> str:
    """`section`: the part of the package where it ended."""
    words = str(CAUSES[cause])
    if not section:
        return words
    return words % {"what": SECTIONS[section], "most": format_decimal(most)}


def audience(name: str) -> str:
    """What an earlier audience is called."""
    return {
        "unit": _("a unit"),
        "organisation": _("the organisation, with your name"),
        "anonymous": _("the organisation, without your name"),
    }[name]


def brought_back(returned: Returned) -> list[str]:
    """What came back, a line for each kind."""
    return [words(n) for name, words in BACK.items() if (n := returned.counts.get(name, 0))]


def last_administrator() -> str:
    return _(
        "You are the only administrator. If you left, nobody could invite people or name organizers. Let somebody else join as administrator first (an operator makes the link with: xinde members invite --administrator), then come back."
    )


def not_the_last() -> str:
    return _("%(reason)s Nothing was changed.", reason=last_administrator())


def wrong_password() -> str:
    return _("The password is not right. Nothing was changed.")


def gone() -> str:
    return _(
        "Your account is deleted, and what was yours alone with it. Thank you for having been here."
    )
