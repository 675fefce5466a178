"""How each thing noticed is said: what was seen, one question, and why it is asked.

Questions only. Nothing here praises or blames, counts faults, or offers words
that could be pasted: what stands in quotation marks is the member's or the
passage's.
"""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from webapp import shapes
from webapp.coach.noticing import Noticed
from webapp.coach.remarks import OF_THE_WHOLE, Remark, key_of

QUOTED = 90  # characters of a goal or a source's name

Said = tuple[str, str, str]  # noticed, question, why


def remark(noticed: Noticed) -> Remark:
    said, question, why = _WORDS[noticed.kind](noticed)
    span, words = None, ""
    # What the whole lacks is the same thing whichever passage the question is drawn from.
    key = "" if noticed.kind in OF_THE_WHOLE else noticed.about or ""
    if noticed.sentence:
        span, words = noticed.sentence.span, noticed.sentence.words
        key = words
    elif noticed.quotation:
        span, words = noticed.quotation.span, noticed.quotation.words
        key = words
    return Remark(
        key=key_of(noticed.kind, key),
        kind=noticed.kind,
        span=span,
        sentence=words,
        noticed=said,
        question=question,
        why=why,
        about=noticed.about,
    )


def name_of(kind: str) -> str:
    """What a kind is called where an author says which ones are never wanted."""
    return {
        "copied": _("Words that are also in a text you read or in an earlier piece"),
        "goal_open": _("Your open goals"),
        "no_own_practice": _("Your own work and life"),
        "no_event": _("What took place"),
        "no_outcome": _("What came of it"),
        "no_meaning": _("What you make of it"),
        "no_hard": _("What was difficult"),
        "no_other_view": _("How somebody else sees it"),
        "no_condition": _("Where else it would work"),
        "no_address": _("What a speech asks of its listeners"),
        "no_intention": _("What you want to do"),
        "passage_unanswered": _("The passage you read"),
        "hard_left": _("Difficulties that are named and left"),
        "question_open": _("Questions that you ask yourself"),
        "feeling_bare": _("Where a feeling came from"),
        "no_case": _("General sentences without an example"),
        "no_when": _("Plans without a day"),
        "stock_phrase": _("Phrases that many use"),
        "too_long": _("Long sentences"),
        "opening": _("The first sentence"),
    }[kind]


def _copied(it: Noticed) -> Said:
    if it.form == "own":
        return (
            _("You wrote almost the same in “%(source)s”.", source=_short(it.source)),
            _("What do you see differently today?"),
            _("Time has passed since then, and something may have changed."),
        )
    return (
        _(
            "Almost the same words are in “%(source)s”, and they are not marked as a quotation here.",
            source=_short(it.source),
        ),
        _("Do you want to quote them with their source?"),
        _("Readers can then tell your own words from those you have read."),
    )


def _goal_open(it: Noticed) -> Said:
    assert it.goal is not None
    goal = _short(it.goal.what.rstrip("。.！!"))
    noticed = (
        _("You have an open goal, by %(day)s: “%(goal)s”.", day=shapes.day(it.goal.by), goal=goal)
        if it.goal.by
        else _("You have an open goal: “%(goal)s”.", goal=goal)
    )
    return (
        noticed,
        _("What has come of it so far?"),
        _("You wanted to look back on it, and what happened may belong in this text."),
    )


def _no_own_practice(it: Noticed) -> Said:
    why = _("A reader can follow a thought more easily when it is clear where it comes from.")
    if it.clause:
        return (
            _(
                "The passage says: “%(clause)s”. No particular moment of your own work or life was found in the text.",
                clause=it.clause,
            ),
            _("Which moment of your own do you think of when you read these words again?"),
            why,
        )
    return (
        _("No particular moment of your own work or life was found in the text."),
        _("Which moment in your own work or life made you think of this?"),
        why,
    )


def _no_event(it: Noticed) -> Said:
    return (
        _("No sentence was found that tells what happened."),
        _("What happened, and how did it begin?"),
        _("Somebody who was not there can only learn from it when it is told."),
    )


def _no_outcome(it: Noticed) -> Said:
    return (
        _("No sentence was found that tells what came of it."),
        _("Which of these things brought a change?")
        if it.form == "many"
        else _("What was different afterwards?"),
        _("Somebody who wants to try the same will ask this first."),
    )


def _no_meaning(it: Noticed) -> Said:
    return (
        _("No sentence was found that says what you make of it."),
        _("Which of these things do you still think about?")
        if it.form == "many"
        else _("Why, do you think, did it go the way it did?"),
        _(
            "The same event can mean different things, and your reader does not know yet what it means to you."
        ),
    )


def _no_hard(it: Noticed) -> Said:
    return (
        _("No sentence was found about something that was difficult."),
        _("Which of these things was the hardest for you?")
        if it.form == "many"
        else _("What is the hardest part of this for you?"),
        _("Others may meet the same difficulty, and it helps to know about it beforehand."),
    )


def _no_other_view(it: Noticed) -> Said:
    return (
        _("No sentence was found that tells how somebody else sees it."),
        _("Who may see this differently from you?"),
        _("A second view can show what is true for others, too."),
    )


def _no_condition(it: Noticed) -> Said:
    return (
        _("No sentence was found that says where or for whom this would work again."),
        _("What would another place need for it to work there?"),
        _("What worked for you may need something that others do not have."),
    )


def _no_address(it: Noticed) -> Said:
    return (
        _("No sentence was found that turns to the listeners."),
        _("What do you want your listeners to do when they go home?"),
        _("People who listen want to know what a speech asks of them."),
    )


def _no_intention(it: Noticed) -> Said:
    return (
        _("No sentence was found about what you want to do."),
        _("What do you want to try next?"),
        _("A thought that is tried out can be looked back on later."),
    )


def _passage_unanswered(it: Noticed) -> Said:
    if it.quotation:
        return (
            _("Here you quote a passage. No words of your own come after it yet."),
            _("What made you choose these words?"),
            _("Your reader does not know yet what they mean to you."),
        )
    return (
        _(
            "The passage says: “%(clause)s”. No sentence was found that comes back to it.",
            clause=it.clause,
        ),
        _("What connects these words, for you, with what you write here?"),
        _("This text is kept with that reading, and a reader may look for what connects them."),
    )


def _hard_left(it: Noticed) -> Said:
    return (
        _("Here you name a difficulty. Nothing was found just after it that takes it up."),
        _("What has helped you with it so far, even a little?"),
        _(
            "It need not be solved. What helped you a little may help others, if you want to tell it."
        ),
    )


def _question_open(it: Noticed) -> Said:
    return (
        _("You ask yourself this question, and the paragraph ends with it."),
        _("What would you answer today?"),
        _("The answer does not have to be final. You can change it later."),
    )


def _feeling_bare(it: Noticed) -> Said:
    return (
        _("You name a feeling here. The moment it came from was not found near it."),
        _("What was happening when you felt this?"),
        _("A reader understands a feeling better when the moment can be seen."),
    )


def _no_case(it: Noticed) -> Said:
    return (
        _("This sentence speaks in general. No example was found near it."),
        _("Which case from your own experience do you have in mind here?"),
        _("One case can show what a general sentence means."),
    )


def _no_when(it: Noticed) -> Said:
    return (
        _("This sentence speaks of something you mean to do. No day or time was found in it."),
        _("What is the first thing you will do, and on which day?"),
        _("When there is a day, you can look back and see what came of it."),
    )


def _stock_phrase(it: Noticed) -> Said:
    return (
        _("“%(phrase)s” can be read in very many texts.", phrase=it.phrase),
        _("What stands behind it for you: something you saw, heard, did, or mean to do?"),
        _("Readers go quickly over words they have met often. Only you can tell what you saw."),
    )


def _too_long(it: Noticed) -> Said:
    return (
        _("This sentence holds several thoughts at once."),
        _("Which of these thoughts do you want the reader to keep?"),
        _("Somebody who reads or hears it only once can follow one or two."),
    )


def _opening(it: Noticed) -> Said:
    return (
        _("You have read: “%(clause)s”.", clause=it.clause),
        _("What came to your mind first when you read these words?"),
        _("A text can begin with what came to mind first, however small it was."),
    )


_WORDS: dict[str, Callable[[Noticed], Said]] = {
    "copied": _copied,
    "goal_open": _goal_open,
    "no_own_practice": _no_own_practice,
    "no_event": _no_event,
    "no_outcome": _no_outcome,
    "no_meaning": _no_meaning,
    "no_hard": _no_hard,
    "no_other_view": _no_other_view,
    "no_condition": _no_condition,
    "no_address": _no_address,
    "no_intention": _no_intention,
    "passage_unanswered": _passage_unanswered,
    "hard_left": _hard_left,
    "question_open": _question_open,
    "feeling_bare": _feeling_bare,
    "no_case": _no_case,
    "no_when": _no_when,
    "stock_phrase": _stock_phrase,
    "too_long": _too_long,
    "opening": _opening,
}


def _short(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= QUOTED else said[: QUOTED - 1].rstrip() + "…"
