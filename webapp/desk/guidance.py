"""What whoever answers a piece may look for, and what they could ask. Pure.

Chosen by rule, from what every reader of the piece sees: its kind, whether it quotes a
passage, whether it came back after a question. The coach speaks to the author alone;
nothing of it is here. A question is offered to be considered, and is put nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from flask_babel import gettext as _

QUESTIONS = 2


@dataclass(frozen=True)
class Guidance:
    look_for: list[str]
    questions: list[str]  # open ones, to consider


def of(*, piece: str, genre: str, quotes: bool, came_back: bool) -> Guidance:
    """`piece`: its id, so that the same piece offers the same questions, and the next
    one others."""
    look_for, questions = _for_experience() if genre == "experience" else _for_words(genre)
    if genre == "reflection" and not quotes:
        look_for = [_("It quotes no passage: which sentence of the text does it speak of?"), *look_for[1:]]  # fmt: skip
        questions = [_("Which sentence of the text made you stop and think?"), *questions]
    if came_back:
        look_for = [_("What was asked, and what the author did with the question."), *look_for[:2]]
        questions = [_("What did you see while you were writing it again?"), *questions]
    return Guidance(look_for, _chosen(questions, piece, fixed=came_back))


def _for_words(genre: str) -> tuple[list[str], list[str]]:
    if genre == "summary":
        return [
            _("What was tried in this time, also what did not work."),
            _("What the author would do otherwise, and with whom."),
            _("One thing that comes next, small enough to be done."),
        ], [
            _("What of all this would you like to keep, and what to leave?"),
            _("Where did you need help, and from whom could it come?"),
            _("What was different from what you had planned?"),
        ]
    if genre == "speech":
        return [
            _("To whom it speaks, and what it asks of them."),
            _("One case that the listeners know, or can picture."),
            _("What somebody who thinks otherwise would answer."),
        ], [
            _("What should the listeners do the morning after?"),
            _("Which case would make this clear to somebody who was not there?"),
            _("What would somebody say who does not agree?"),
        ]
    return [
        _("What the passage says, and what the author makes of it: are they kept apart?"),
        _("A case of the author’s own: when, with whom, what happened."),
        _("What the author will do now, and how they will see that it was done."),
    ], [
        _("When did you last meet this in your own work?"),
        _("What will you do otherwise next week?"),
        _("What would somebody say who sees it another way?"),
        _("What was hard about it, and what helped?"),
    ]


def _for_experience() -> tuple[list[str], list[str]]:
    return [
        _("Where, who and what: could another unit picture it?"),
        _("What happened, also what did not work."),
        _("What was learned, and under which conditions it holds."),
    ], [
        _("What would you do otherwise if you began again?"),
        _("How did those see it for whom it was done?"),
        _("What does another unit need before it can try this?"),
        _("What nearly went wrong, and what saved it?"),
    ]


def _chosen(questions: Sequence[str], piece: str, *, fixed: bool) -> list[str]:
    """Some of them, in their order; `fixed`: the first is among them."""
    turn = blake2b(piece.encode(), digest_size=4).digest()[0]
    start = 1 if fixed else 0
    rest = list(questions[start:])
    wanted = QUESTIONS - start
    places = sorted((turn + step) % len(rest) for step in range(wanted))
    return [*questions[:start], *(rest[place] for place in places)]
