"""What requirements, what counts and what is wrong with a form are called, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from webapp.requirements import setting
from webapp.requirements.actions import Obstacle
from webapp.requirements.asking import (
    AcceptedWhen,
    AnsweredBy,
    Content,
    Method,
    Pace,
    Says,
)
from webapp.requirements.contradictions import Clash
from webapp.requirements.plan import State as PlanState
from webapp.shapes import day as day_in_words

Names = Mapping[str, str]


# What is asked


def pace(value: Pace) -> str:
    return {
        "once": _("Once in the period"),
        "week": _("Each week"),
        "month": _("Each month"),
        "quarter": _("Each quarter"),
    }[value]


def method(value: Method) -> str:
    return {
        "read": _("Readings"),
        "write": _("Pieces of writing"),
        "discuss": _("Answers to pieces of others"),
        "attend": _("Attended meetings or activities"),
        "practise": _("Practice: goals followed up, or experiences told"),
    }[value]


def asked(value: Method, count: int, says: Says | None = None) -> str:
    """So many of one method, as a task; of the kinds of piece that the requirement asks for."""
    if value == "read":
        return ngettext("Read one text", "Read %(num)s texts", count)
    if value == "write":
        return _written(count, says)
    if value == "discuss":
        return ngettext(
            "Answer one piece of somebody else", "Answer %(num)s pieces of others", count
        )
    if value == "attend":
        return ngettext("Attend once", "Attend %(num)s times", count)
    return ngettext(
        "Follow up one goal, or tell an experience",
        "Follow up %(num)s goals, or tell experiences",
        count,
    )


def _written(count: int, says: Says | None) -> str:
    kinds = says.genres if says else ()
    if kinds == ("reflection",):
        return ngettext("Write one reflection", "Write %(num)s reflections", count)
    if kinds == ("experience",):
        return ngettext("Write one experience", "Write %(num)s experiences", count)
    if kinds == ("summary",):
        return ngettext("Write one summary", "Write %(num)s summaries", count)
    if kinds == ("speech",):
        return ngettext("Write one speech", "Write %(num)s speeches", count)
    said = ngettext("Write one piece", "Write %(num)s pieces", count)
    if says and kinds:
        return _("%(task)s (%(kinds)s)", task=said, kinds=genres(says))
    return said


def content_choice(value: Content) -> str:
    return {
        "own": _("What each member chooses"),
        "themes": _("Certain themes"),
        "readings": _("Certain texts"),
        "list": _("A theme list"),
    }[value]


def content(says: Says, *, themes: Names, titles: Names) -> str:
    if says.content == "themes":
        return _("about %(themes)s", themes=join(themes.get(t, t) for t in says.themes))
    if says.content == "list":
        return _("from the theme list “%(title)s”", title=says.list_title)
    if says.content == "readings":
        return _("about %(texts)s", texts=join(titles.get(r, r) for r in says.readings))
    return _("of each member’s own choice")


def kept_list(title: str) -> str:
    return _("%(title)s, with the readings that are asked now", title=title)


def join(names: Iterable[str]) -> str:
    return pgettext("between names", ", ").join(names)


def period(says: Says) -> str:
    if says.ends_on is None:
        return _("from %(day)s", day=day_in_words(says.starts_on))
    return _(
        "%(first)s to %(last)s",
        first=day_in_words(says.starts_on),
        last=day_in_words(says.ends_on),
    )


def answered_by(value: AnsweredBy) -> str:
    return {
        "reader": _("Any reader"),
        "organizer": _("An organizer of the unit, or of one above it"),
        "leading_group": _("A member of the leading group"),
    }[value]


def accepted_when(value: AcceptedWhen) -> str:
    return {
        "answered": _("When it was answered"),
        "accepted": _("When an organizer accepted it"),
    }[value]


def assessment(says: Says) -> str:
    """When a piece counts, in one sentence."""
    if says.accepted_when == "accepted":
        return _("A piece counts when an organizer has accepted it.")
    return {
        "reader": _("A piece counts when a reader has answered it."),
        "organizer": _("A piece counts when an organizer has answered it."),
        "leading_group": _("A piece counts when a member of the leading group has answered it."),
    }[says.answered_by]


def for_whom(says: Says, *, kinds: Names, roles: Names) -> str:
    """ "" for everybody."""
    kind, role = says.unit_kind, says.role_id
    if kind and role:
        return _(
            "Only in units of the kind “%(kind)s”, for whoever was given the role “%(role)s”.",
            kind=kinds.get(kind, kind),
            role=roles.get(role, role),
        )
    if kind:
        return _("Only in units of the kind “%(kind)s”.", kind=kinds.get(kind, kind))
    if role:
        return _("Only for whoever was given the role “%(role)s”.", role=roles.get(role, role))
    return ""


def plan_state(value: PlanState) -> str:
    return {
        "holds": "",
        "comes": _("begins later"),
        "over": _("its period is over"),
        "withdrawn": pgettext("requirement", "withdrawn"),
    }[value]


# What stands in the way


def clash(one: Clash) -> str:
    if one.about == "quantity" and one.method is not None:
        return _(
            "It asks the same in another quantity: %(asked)s.",
            asked=asked(one.method, dict(one.theirs.asked).get(one.method, 0)),
        )
    return _("It has another rule for the same pieces: %(how)s", how=assessment(one.theirs))


def obstacle(value: Obstacle) -> str:
    return {
        "not_yours": _(
            "You do not organize this unit any more, so nothing was changed. What you typed is "
            "still here: copy it, and give it to somebody who organizes the unit."
        ),
        "unit_closed": _(
            "This unit was closed meanwhile, so nothing was changed. What you typed is still here."
        ),
        "changed": _(
            "This was changed meanwhile, by somebody else or by you in another window, so nothing "
            "was changed now. What you typed is still here. See what holds now; then change what "
            "is here, or keep it as it is."
        ),
        "somebody_left": _(
            "Somebody whom you chose left this unit meanwhile, so nothing was kept. What you typed "
            "is still here; look at who belongs to the unit now, and send it again."
        ),
        "withdrawn": _("This requirement was withdrawn meanwhile, so nothing was changed."),
        "not_replaceable": _(
            "The unit above does not allow this requirement to be replaced. Add one of your own "
            "beside it, or ask the organizers there."
        ),
    }[value]


def problem(field: str, found: setting.Problem) -> str:
    """What is wrong with a field of a requirement, and the cure."""
    if found.what == "empty":
        return {
            "title": _("Give it a title, so that members know what is meant."),
            "reason": _("Say why. The members it is for read it."),
        }[field]
    if found.what == "none_chosen":
        return {
            "themes": _("Choose at least one theme."),
            "readings": _("Write at least one text, one on each line."),
            "list_id": _("Choose a theme list."),
        }[field]
    if found.what == "unknown":
        if field == "readings":
            texts = found.detail.split("\n")
            return ngettext(
                "There is no text “%(texts)s” in the library. Write its title as it stands there, "
                "or its address.",
                "These %(num)s texts are not in the library: “%(texts)s”. Write their titles as "
                "they stand there, or their addresses.",
                len(texts),
                texts=_("”, “").join(texts),
            )
        return _("This is not there any more. Choose another.")
    return {
        "too_long": _(
            "This is longer than %(limit)s characters. Shorten it; nothing was lost.",
            limit=found.detail,
        ),
        "no_day": _("Choose the day."),
        "not_a_day": _("This is no day of the calendar. Write it like 2026-05-31."),
        "too_far": _("That is more than %(years)s years away.", years=found.detail),
        "ends_before": _("The period ends before it begins. Choose a later last day."),
        "over": _("The period is over before anybody can read this. Choose a later last day."),
        "no_end": _("What is asked once needs a last day."),
        "past": _("That day is over. What was asked until now stays as it was: choose today or "
                  "a later day."),
        "after_end": _("The period is over by that day. Choose an earlier day, or a later end."),
        "choose": _("Choose one of these."),
        "gone": _("This theme list is empty, or is not there any more. Choose another."),
        "not_given": _(
            "The theme list is not given to all of these units: members of “%(unit)s”, for "
            "one, cannot open it. Publish it to the units below too, or choose another list.",
            unit=found.detail,
        ),
        "nothing_asked": _("Ask for something: at least one of these must be more than 0."),
        "not_a_number": _("Write a whole number, such as 2."),
        "too_many": _("At most %(limit)s.", limit=found.detail),
        "more_than_there_is": _(
            "Nobody can meet this: only %(count)s different texts are chosen above. A text and its "
            "translations are one.",
            count=found.detail,
        ),
        "no_such_unit": _(
            "Nobody could meet this: neither this unit nor any below it is of this kind."
        ),
        "nobody_leads": _(
            "Nobody could answer: this unit has no leading group with members. Name one on the "
            "page of the unit, or choose other readers."
        ),
        "nobody_enters": _(
            "Nobody could meet this: nobody organizes this unit and could enter who attended."
        ),
    }[found.what]  # fmt: skip


def genre(value: str) -> str:
    return {
        "reflection": _("Reflection"),
        "experience": _("Experience"),
        "summary": _("Summary"),
        "speech": _("Speech"),
    }[value]


def genres(says: Says) -> str:
    return pgettext("between choices", " or ").join(map(genre, says.genres))


def span(starts: dt.date, due: dt.date) -> str:
    return _("%(first)s to %(last)s", first=day_in_words(starts), last=day_in_words(due))
