"""What the form of a goal is given: a new one with what it is born from, or one that is changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from flask import g, url_for

from webapp import clock, pages, resources
from webapp.community import db
from webapp.goals import days, intentions, origins, setting, wording
from webapp.goals.days import Offered
from webapp.goals.judging import surely_intended
from webapp.goals.origins import Asked, Source
from webapp.goals.setting import Wanted
from webapp.goals.tables import Goal
from webapp.ids import new_id


@dataclass(frozen=True)
class FormPage(pages.Page):
    template: ClassVar[str] = "goals/form.html"

    action: str
    back: str
    key: str
    wanted: Wanted
    offered: list[Offered]
    source: Source | None
    origin: dict[str, str] = field(default_factory=dict)  # as hidden fields
    sentences: list[tuple[str, str]] = field(default_factory=list)  # and where each leads
    author_may_know: bool = False
    in_chain: bool = False
    new: bool = True
    what_limit: int = setting.WHAT_LIMIT
    how_limit: int = setting.HOW_LIMIT

    def problem(self, name: str) -> str:
        found = self.wanted.problems.get(name)
        return wording.problem(name, found) if found else ""


def of_new(asked: Asked | None, wanted: Wanted, *, author_may_know: bool = False) -> FormPage:
    origin: dict[str, str] = {}
    back = url_for("goals.index")
    offered: list[tuple[str, str]] = []
    if asked is not None:
        made = asked.origin
        pairs = {
            "from": made.reflection_id,
            "note": made.note_id,
            "sentence": made.sentence,
            "reading": made.reading_id,
            "quote": made.quote,
        }
        origin = {name: value for name, value in pairs.items() if value}
        back = asked.source.url or back
        if asked.body and not made.sentence:
            whose: dict[str, Any] = {
                name: origin[name] for name in ("from", "note") if name in origin
            }
            offered = [
                (sentence, url_for("goals.new", **whose, sentence=sentence))
                for sentence in intentions.found_by(asked.body, surely_intended(resources.model))
            ]
    return FormPage(
        action=url_for("goals.create"),
        back=back,
        key=new_id(),
        wanted=wanted,
        offered=days.offered(clock.today()),
        source=asked.source if asked else None,
        origin=origin,
        sentences=offered,
        author_may_know=author_may_know,
    )


def of_goal(goal: Goal, wanted: Wanted, may_know: bool, in_chain: bool) -> FormPage:
    return FormPage(
        action=url_for("goals.edit", goal_id=goal.id),
        back=url_for("goals.show", goal_id=goal.id),
        key=new_id(),
        wanted=wanted,
        offered=days.offered(clock.today()),
        source=origins.of_goal(db.session, g.actor, resources.library(), goal),
        author_may_know=may_know,
        in_chain=in_chain,
        new=False,
    )
