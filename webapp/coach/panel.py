"""The coach beside a draft: what its panel shows, and what it costs to ask."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import structlog
from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from webapp import shapes
from webapp.access import Actor
from webapp.coach import actions, sources, store
from webapp.coach.looking import look
from webapp.coach.remarks import Looked, Quiet, Remark
from webapp.goals import store as goals
from webapp.reflections.tables import Reflection
from webapp.resources import Resources

log = structlog.get_logger("xinde.coach")

PLANS = ("no_when", "no_intention")  # remarks whose answer may be a goal


@dataclass(frozen=True)
class Shown:
    """A remark as the panel shows it."""

    key: str
    sentence: str  # "" where it is about the whole
    start: int  # in the text field, in UTF-16 units as the browser counts
    end: int
    noticed: str
    question: str
    why: str
    url: str | None  # of what it was drawn from
    drawn_from: str  # "goal", "passage" or "piece" of one's own; "" for none
    goal_url: str | None  # where the sentence can become a goal


@dataclass(frozen=True)
class Panel:
    """What stands beside a draft before any script asks."""

    url: str | None  # where the coach is asked; None until the draft is saved
    off: bool = False
    asked: bool = False
    failed: bool = False
    remarks: tuple[Shown, ...] = ()

    @property
    def said(self) -> str:
        return said(len(self.remarks))


def said(remarks: int) -> str:
    """What the coach says of so many remarks, in a line."""
    if not remarks:
        return _("Nothing to ask just now.")
    return ngettext("The coach has a question.", "The coach has %(num)s questions.", remarks)


def beside(
    session: Session,
    actor: Actor,
    piece: Reflection | None,
    found: Resources,
    *,
    asked: bool,
    today: dt.date,
) -> Panel:
    """The panel of a draft's page; `asked`: with the remarks in it, for pages without
    script. Whatever becomes of the coach, the page is shown."""
    url = url_for("coach.ask", reflection_id=piece.id) if piece else None
    panel = Panel(url, off=store.choice(session, actor).off)
    if piece is None or panel.off or not asked:
        return panel
    try:
        remarks = ask(session, actor, piece, found, today=today)
    except Exception as problem:
        log.error("no answer from the coach", problem=type(problem).__name__)
        session.rollback()
        return replace(panel, failed=True)
    return replace(panel, asked=True, remarks=tuple(remarks))


def ask(
    session: Session, actor: Actor, piece: Reflection, found: Resources, *, today: dt.date
) -> list[Shown]:
    """What the coach says of the draft as it stands, and what it keeps beside it.

    Nothing while the member has switched it off. Raises `actions.Unknown` when
    the draft was deleted meanwhile.
    """
    choice = store.choice(session, actor)
    if choice.off:
        return []
    before = store.of_draft(session, actor, piece.id)
    cited = sources.cited_in(found.library, piece.body)
    draft, body, genre = piece.id, piece.body, piece.genre
    about = sources.read_of(session, actor, found.library, piece.text_slug, cited)
    open_goals = goals.open_goals(session, actor)
    own_earlier = sources.earlier(session, actor, piece.id)
    phrases = store.phrases(session, actor.organisation)
    session.rollback()  # no transaction stays open while vectors are made
    looked = look(
        body,
        genre=genre,
        cited=cited,
        about=about,
        goals=open_goals,
        own_earlier=own_earlier,
        phrases=phrases,
        quiet=Quiet(frozenset(before.answers), frozenset(choice.never)),
        kept=before.kept,
        model=found.model,
    )
    if _is_new(before, looked):
        actions.keep_look(session, actor, draft, looked, month=f"{today:%Y-%m}")
    return [shown(remark, body, draft) for remark in looked.remarks]


def _is_new(before: store.Kept, looked: Looked) -> bool:
    seen = set(before.shown)
    return looked.kept != (before.kept or b"") or any(r.key not in seen for r in looked.remarks)


def shown(remark: Remark, body: str, draft: str) -> Shown:
    start, end = remark.span or (0, 0)
    return Shown(
        key=remark.key,
        sentence=remark.sentence,
        start=_units(body[:start]),
        end=_units(body[:end]),
        noticed=remark.noticed,
        question=remark.question,
        why=remark.why,
        url=_url(remark.about),
        drawn_from=_drawn_from(remark.about),
        goal_url=_goal_url(draft) if remark.kind in PLANS else None,
    )


def _units(text: str) -> int:
    """Its length as JavaScript counts: a rare character is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _goal_url(draft: str) -> str:
    origin: dict[str, Any] = {"from": draft}
    return url_for("goals.new", **origin)


def _drawn_from(about: str | None) -> str:
    if not about:
        return ""
    if "/" not in about:
        return "goal"
    return "piece" if about.startswith("reflection/") else "passage"


def _url(about: str | None) -> str | None:
    if not about:
        return None
    if "/" in about:
        return shapes.reading_url(about)
    return url_for("goals.show", goal_id=about)
