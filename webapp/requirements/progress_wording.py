"""How far somebody is, what counts and why, and when it is asked, in words."""

from __future__ import annotations

import datetime as dt

from flask_babel import gettext as _

from webapp.requirements import spans, wording
from webapp.requirements.asking import Says
from webapp.requirements.counting import Line, State, Task
from webapp.requirements.serving import Serves
from webapp.requirements.spans import Span
from webapp.shapes import day as day_in_words


def counted(task: Task) -> str:
    """How much of it counts, as a fact about the work."""
    return _("%(done)s of %(asked)s", done=min(task.counted, task.asked), asked=task.asked)


def state(value: State, says: Says) -> str:
    match value:
        case "ahead":
            return _("It has not begun yet.")
        case "open":
            return _("There is still something to do.")
        case "waiting":
            return waiting(says)
        case "kept":
            return _("Everything that was asked is there.")
        case "over":
            return _("The time is over; not everything was there by then.")


def waiting(says: Says) -> str:
    if says.accepted_when == "accepted":
        return _("Everything is handed in. It counts once an organizer has accepted it.")
    return {
        "reader": _("Everything is handed in. It counts once it is answered."),
        "organizer": _("Everything is handed in. It counts once an organizer has answered it."),
        "leading_group": _(
            "Everything is handed in. It counts once a member of the leading group has answered it."
        ),
    }[says.answered_by]


def line(one: Line, says: Says) -> str:
    """Whether it counts, and why. (A page says it hundreds of times: only the sentence
    that is needed is looked up.)"""
    day = day_in_words(one.day)
    if not one.reached:
        return out_of_reach(says)
    match one.why:
        case "answered":
            return _("Counts because it was answered on %(day)s.", day=day)
        case "accepted":
            return _("Counts because it was accepted on %(day)s.", day=day)
        case "read":
            return _("Counts because it was marked as read on %(day)s.", day=day)
        case "cited":
            return _("Counts because a piece of %(day)s is about it or cites it.", day=day)
        case "said":
            return _("Counts because this piece was answered on %(day)s.", day=day)
        case "attended":
            return _("Counts because it was attended on %(day)s.", day=day)
        case "followed_up":
            return _("Counts because it was followed up on %(day)s.", day=day)
        case "other_reader" if says.answered_by == "leading_group":
            return _("Does not count yet: no member of the leading group has answered it.")
        case "other_reader":
            return _("Does not count yet: no organizer has answered it.")
        case "unanswered":
            return _("Does not count yet: nobody has answered it.")
        case "not_accepted":
            return _("Does not count yet: no organizer has accepted it.")
        case "asked_back":
            return _(
                "Does not count for this yet: an organizer asked something back on %(day)s.",
                day=day,
            )
        case "withdrawn":
            return _("Does not count: it was withdrawn.")
        case "hidden":
            return _("Does not count: organizers have hidden it.")
        case "objected":
            return _("Does not count: the person it is about says that it is not right.")
        case "other_content":
            return _("Does not count here: it is about something else.")
        case "other_kind":
            return _("Does not count here: it asks for another kind of piece (%(kinds)s).",
                     kinds=wording.genres(says))  # fmt: skip
        case "late":
            return _("Does not count: it was submitted on %(day)s, after the period.", day=day)


# When it is asked


def span_notes(says: Says, asked_in: Span) -> list[str]:
    """Why a span is not the week, month or quarter that its pace makes one expect."""
    notes = []
    if spans.is_joined(asked_in, says.pace):
        notes.append(
            _(
                "This period is longer than usual, because what was left over at one end of it "
                "was too short to be asked for by itself. What is asked stays the same."
            )
        )
    if says.number == 1 and asked_in.holds(says.from_day) and says.from_day > asked_in.starts:
        notes.append(
            _(
                "It was set on %(day)s. What was done since %(first)s counts too.",
                day=day_in_words(says.from_day),
                first=day_in_words(asked_in.starts),
            )
        )
    return notes


def came_late(came: dt.date, late_for: Span, first: Span) -> str:
    return _(
        "This holds for you since %(day)s. Too little was left then of the time until %(due)s, so "
        "it begins for you on %(begins)s. Until then nothing is asked.",
        day=day_in_words(came),
        due=day_in_words(late_for.due),
        begins=day_in_words(first.starts),
    )


def other_day(shown: dt.date, today: dt.date) -> str:
    """Why the progress of a unit is not of the day that was asked for."""
    if shown == today:
        return _("It can be shown for a day until today, written like 2026-05-31. This is today.")
    return _("It goes back five years. This is %(day)s.", day=day_in_words(shown))


# A piece that nobody reads who could make it count


def out_of_reach(says: Says) -> str:
    if says.accepted_when == "accepted":
        return _(
            "Cannot count like this: it is for one unit alone, and nobody who could accept it is a "
            "member of that unit. Opened to the organisation, it can count."
        )
    return _(
        "Cannot count like this: it is for one unit alone, and nobody whose answer is asked for is "
        "a member of that unit. Opened to the organisation, it can count."
    )


def for_a_unit_alone(says: Says, unit: str = "") -> str:
    """Of one that may become so. `unit`: its name, where the page does not say it."""
    if unit and says.accepted_when == "accepted":
        return _("Not for %(unit)s alone: nobody there could accept it.", unit=unit)
    if unit:
        return _("Not for %(unit)s alone: nobody there gives the answer it needs.", unit=unit)
    if says.accepted_when == "accepted":
        return _("Nobody who could accept it for “%(title)s” reads pieces for this unit alone.",
                 title=says.title)  # fmt: skip
    return _(
        "Nobody whose answer “%(title)s” asks for reads pieces for this unit alone.",
        title=says.title,
    )


# What a piece would count for


def serves(one: Serves, *, themes: wording.Names, titles: wording.Names) -> list[str]:
    says = one.span.says
    if one.counts_already:
        return [_("It counts for this already.")]
    said = []
    if one.methods_of_writing:
        said.append(wording.assessment(says))
    if "read" in one.methods:
        said.append(_("What it is about or cites counts as read."))
    if one.why_not == "other_kind":
        said.append(
            _(
                "Not this one: it asks for another kind of piece (%(kinds)s).",
                kinds=wording.genres(says),
            )
        )
    elif one.why_not == "other_content":
        about = wording.content(says, themes=themes, titles=titles)
        said.append(_("Not this one yet: it asks for a piece %(about)s.", about=about))
        said.append(
            _("If you cite a text on one of these themes in it, it can count.")
            if says.content == "themes"
            else _("If you cite one of these texts in it, it can count.")
        )
    return said
