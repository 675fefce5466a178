"""How acts at the desk are spoken of."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from webapp.answers import limits
from webapp.answers.limits import Obstacle
from webapp.desk.acts_store import Act


def done(doing: str, title: str) -> str:
    return {
        "answer": _("Your answer to “%(title)s” is sent.", title=title),
        "ask": _("“%(title)s” is asked back. It waits here again when it was submitted anew.", title=title),
        "accept": _("“%(title)s” is accepted.", title=title),
    }[doing]  # fmt: skip


def did(act: Act) -> str:
    """What a reader did, without the name."""
    return {
        "accepted": _("accepted it"),
        "asked_back": _("asked it back with a question"),
        "echo": _("answered with an echo"),
        "question": _("asked a question"),
        "suggestion": _("made a suggestion"),
    }.get(act.kind, _("answered"))


def name(act: Act) -> str:
    return act.name or _("Somebody who left")


def meanwhile(acts: Sequence[Act], doing: str, body: str) -> str:
    """Why nothing was sent, and what can be done now. Accepting needs no words: where
    there are none, none are spoken of."""
    words = bool(body.strip())
    if not acts:
        return (
            _(
                "The author submitted the piece again meanwhile, so nothing was sent. Your words are still here: look at the new text first, then send them, change them or leave them."
            )
            if words
            else _(
                "The author submitted the piece again meanwhile, so it is not accepted yet. Look at the new text first, then accept it or ask it back."
            )
        )
    last = acts[-1]
    if last.kind == "accepted" and doing == "accept":
        return (
            _(
                "%(name)s accepted it meanwhile, so it counts already, and nothing was sent. Your words are still here: send them as well, or leave it at that.",
                name=name(last),
            )
            if words
            else _(
                "%(name)s accepted it meanwhile, so it counts already. Nothing more is to be done.",
                name=name(last),
            )
        )
    if not words:
        return _(
            "It is not accepted yet: %(name)s %(did)s meanwhile. Accept it all the same, or leave it at that.",
            name=name(last),
            did=did(last),
        )
    return _(
        "Nothing was sent yet: %(name)s %(did)s meanwhile. Your words are still here. Send them as well, or leave it at that.",
        name=name(last),
        did=did(last),
    )


def obstacle(problem: Obstacle) -> str:
    """What stands in the way, where an answer's own sentence does not fit here."""
    if problem == "gone":
        return _(
            "This piece is not on your desk any more: it was withdrawn, hidden or opened to others, its author moved, or you do not organize that unit now. Nothing was sent. Your words stand below, so that you can copy them."
        )
    if problem == "too_long":
        return _(
            "An answer has at most %(limit)s characters. Shorten it and send it again. Your words are still here.",
            limit=limits.BODY_LIMIT,
        )
    if problem == "empty":
        return _("There is nothing to send yet. Only accepting needs no words.")
    if problem == "no_kind":
        return _("Choose what you send: an answer, a question back, or that it is accepted.")
    return _(
        "You have answered this piece %(limit)s times. Talk with its author.",
        limit=limits.MOST_OF_ONE,
    )
