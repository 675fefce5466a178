"""What the page of news shows: each line read anew from what it is about, if the
member may read that now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp import languages, pages
from webapp.access import Actor
from webapp.answers import store as answers
from webapp.notices import store
from webapp.notices.store import Told

ICONS = {
    "echo": "messages-square",
    "question": "message-circle-question-mark",
    "suggestion": "lightbulb",
    "reply": "reply",
    "hidden": "eye-off",
    "shown": "eye",
}


@dataclass(frozen=True)
class Named:
    """What a line leads to, as far as it may be read now."""

    said: str  # what happened, with %(title)s where the title stands
    title: str
    lang: str
    url: str


@dataclass(frozen=True)
class Line:
    named: Named
    icon: str
    at: dt.datetime
    new: bool

    @property
    def parts(self) -> tuple[str, str]:
        """Before and after the title."""
        before, _title, after = self.named.said.partition("%(title)s")
        return before, after


@dataclass(frozen=True)
class NewsPage(pages.Page):
    template: ClassVar[str] = "notices/news.html"

    lines: list[Line]
    next: str | None
    first: bool


Resolver = Callable[[Session, Actor, Sequence[Told]], dict[str, Named]]


def lines(session: Session, actor: Actor, told: Collection[Told]) -> list[Line]:
    """In their order; what is no longer readable is left out."""
    named: dict[str, Named] = {}
    for room, resolve in RESOLVERS.items():
        of_room = [one for one in told if one.about.partition("/")[0] == room]
        if of_room:
            named |= resolve(session, actor, of_room)
    return [
        Line(named[one.id], ICONS.get(one.kind, "bell"), one.at, not one.seen)
        for one in told
        if one.id in named
    ]


def _answers(session: Session, actor: Actor, told: Sequence[Told]) -> dict[str, Named]:
    placed = answers.readable_among(session, actor, [_id(one) for one in told])
    titles = store.titles(session, actor, {found.piece for found in placed.values()})
    named = {}
    for one in told:
        found = placed.get(_id(one))
        piece = titles.get(found.piece) if found else None
        if found is None or piece is None or found.said.taken_back:
            continue
        if found.said.hidden and one.kind not in ("hidden", "shown"):
            continue
        url = url_for("reflections.show", reflection_id=found.piece, _anchor=f"a-{_id(one)}")
        said = _said_of_answer(one.kind, found.said.name, mine=piece.mine)
        named[one.id] = Named(said, piece.title, _lang(piece.language), url)
    return named


def _said_of_answer(kind: str, name: str, *, mine: bool) -> str:
    """`name`: "" for the author of the piece; `mine`: the reader of this line wrote it."""
    title = "%(title)s"
    if kind == "echo":
        return _("%(name)s says what “%(title)s” stirred in them.", name=name, title=title)
    if kind == "question":
        return _("%(name)s asks you something about “%(title)s”.", name=name, title=title)
    if kind == "suggestion":
        return _("%(name)s has a suggestion for “%(title)s”.", name=name, title=title)
    if kind == "hidden":
        return _("An organizer hid what you wrote below “%(title)s”, with a reason.", title=title)
    if kind == "shown":
        return _("What you wrote below “%(title)s” is shown again.", title=title)
    if not name:
        return _("The author of “%(title)s” replied to your answer.", title=title)
    if mine:
        return _("%(name)s replied below your piece “%(title)s”.", name=name, title=title)
    return _("%(name)s replied to your answer to “%(title)s”.", name=name, title=title)


def _pieces(session: Session, actor: Actor, told: Sequence[Told]) -> dict[str, Named]:
    titles = store.titles(session, actor, {_id(one) for one in told})
    named = {}
    for one in told:
        piece = titles.get(_id(one))
        if piece is None or not piece.mine:
            continue
        said = (
            _("An organizer hid your piece “%(title)s”. The reason stands on its page.", title="%(title)s")
            if one.kind == "hidden"
            else _("Your piece “%(title)s” is shown again.", title="%(title)s")
        )  # fmt: skip
        url = url_for("reflections.show", reflection_id=_id(one))
        named[one.id] = Named(said, piece.title, _lang(piece.language), url)
    return named


def _id(one: Told) -> str:
    return one.about.partition("/")[2]


def _lang(code: str) -> str:
    return languages.HTML_LANG.get(code, "en")


# By the first part of what a notice is about. Another room adds its own here.
RESOLVERS: dict[str, Resolver] = {"answer": _answers, "reflection": _pieces}
