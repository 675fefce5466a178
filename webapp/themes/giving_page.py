"""What the page may use on which a theme list is given to units, and the one that deletes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy.orm import Session

from webapp import pages
from webapp.access import Actor
from webapp.ids import new_id
from webapp.themes import draft_store, schedule
from webapp.themes.drafts import Draft
from webapp.themes.list_pages import lang_of
from webapp.units import store


@dataclass(frozen=True)
class GivePage(pages.Page):
    template: ClassVar[str] = "themes/give.html"

    draft: Draft
    units: list[tuple[str, str, bool]]  # id, name, chosen
    to_all: bool  # whether it may be given to the organisation
    audience: str
    pace: str
    starts_on: dt.date
    over: int
    published: bool
    key: str
    obstacle: str = ""
    most_weeks: int = schedule.MOST_WEEKS

    @property
    def lang(self) -> str:
        return lang_of(self.draft.title)


def give(
    session: Session,
    actor: Actor,
    draft: Draft,
    *,
    today: dt.date,
    audience: str = "",
    units: Sequence[str] | None = None,
    pace: str = "free",
    starts_on: dt.date | None = None,
    over: int = 4,
    obstacle: str = "",
) -> GivePage:
    now = draft_store.units_of(session, actor, draft.id)
    chosen = set(now if units is None else units)
    published = draft_store.theme_list_to_copy(session, actor, draft.id) is not None
    return GivePage(
        draft=draft,
        units=[(id, name, id in chosen) for id, name in store.to_give_to(session, actor)],
        to_all=actor.organizer,
        audience=audience or ("unit" if now or not published else "organisation"),
        pace=pace,
        starts_on=starts_on or next_monday(today),
        over=over,
        published=published,
        key=new_id(),
        obstacle=obstacle,
    )


def next_monday(today: dt.date) -> dt.date:
    return today + dt.timedelta(days=7 - today.weekday())


@dataclass(frozen=True)
class DeleteDraftPage(pages.Page):
    template: ClassVar[str] = "themes/delete_draft.html"

    draft: Draft
