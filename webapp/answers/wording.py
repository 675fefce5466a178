"""How answers are spoken of on a page: what stands in the way, what was done."""

from __future__ import annotations

from flask_babel import gettext as _

from webapp.answers import limits
from webapp.answers.limits import Obstacle


def obstacle(problem: Obstacle) -> str:
    """What stands in the way of an answer, and the cure."""
    return {
        "empty": _("There is nothing to send yet. Write something first."),
        "too_long": _(
            "An answer has at most %(limit)s characters. Shorten it, or make a reflection of your own of it. Your words are still here.",
            limit=limits.BODY_LIMIT,
        ),
        "no_kind": _("Choose whether it is an echo, a question or a suggestion."),
        "own_piece": _(
            "You wrote this piece. You can reply to the answers of others, as its author."
        ),
        "too_many": _(
            "You have answered this piece %(limit)s times. Take an older answer back, or talk with the author.",
            limit=limits.MOST_OF_ONE,
        ),
        "moved": _(
            "The author changed this paragraph meanwhile. Your words are still here: send them to the whole piece, or choose a paragraph as it is now."
        ),
        "over": _(
            "The answer to which you replied was taken back meanwhile. Your words are still here: send them as an answer to the whole piece."
        ),
        "gone": _(
            "This piece is not open to you any more: its author may have withdrawn it or changed who reads it. Nothing was sent. Your words stand below, so that you can copy them."
        ),
    }[problem]
