"""What the form of a requirement may use: what was typed, what can be chosen, what stands
in the way, and which other requirements it contradicts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import ClassVar

from sqlalchemy.orm import Session

from webapp import pages
from webapp.access import Actor
from webapp.reflections.genres import GENRES
from webapp.requirements import list_store, setting, store, wording
from webapp.requirements.asking import (
    ACCEPTED_WHEN,
    ANSWERED_BY,
    CONTENTS,
    METHODS,
    PACES,
    Required,
)
from webapp.requirements.named import named
from webapp.requirements.plan_page import ClashShown, Link
from webapp.requirements.setting import Sent, Wanted
from webapp.requirements.spans import of_requirement

Option = tuple[str, str]


@dataclass(frozen=True)
class FormPage(pages.Page):
    template: ClassVar[str] = "requirements/form.html"

    unit: Link
    action: str
    back: str
    key: str
    sent: Sent
    problems: dict[str, str]
    paces: list[Option]
    contents: list[Option]
    methods: list[Option]
    genres: list[Option]
    themes: list[Option]
    lists: list[Option]
    kinds: list[Option]
    roles: list[Option]
    answered_by: list[Option]
    accepted_when: list[Option]
    replaces: Link | None = None
    changes: bool = False  # an existing one, from a day on
    seen: int = 0
    clashes: list[ClashShown] = field(default_factory=list)
    obstacle: str = ""
    newest: str = ""  # the requirement as it is, where somebody changed it meanwhile
    list_to_open: str = ""  # a theme list that is given to too few
    title_limit: int = setting.TITLE_LIMIT
    most: int = setting.MOST

    @property
    def seen_clashes(self) -> str:
        """What whoever says that they have looked has seen: for another, they look again."""
        return " ".join(clash.key for clash in self.clashes)

    @property
    def hindered(self) -> bool:
        return bool(self.problems or self.clashes or self.obstacle)


def form(
    session: Session,
    actor: Actor,
    unit: Link,
    wanted: Wanted,
    *,
    action: str,
    back: str,
    key: str,
    replaces: Required | None = None,
    changes: Required | None = None,
    seen: int = 0,
    clashes: list[ClashShown] | None = None,
    obstacle: str = "",
    newest: str = "",
) -> FormPage:
    names = named(session, actor.organisation, [])
    kinds = store.kinds_below(session, actor.organisation, unit[0])
    lists = list_store.choosable(session, actor)
    sent = wanted.sent
    if changes and list_store.stands_apart(session, actor, changes.newest):
        lists = [(setting.KEPT, wording.kept_list(changes.newest.list_title)), *lists]
    return FormPage(
        unit=unit,
        action=action,
        back=back,
        key=key,
        sent=sent,
        problems={name: wording.problem(name, found) for name, found in wanted.problems.items()},
        paces=[(value, wording.pace(value)) for value in PACES],
        contents=[(value, wording.content_choice(value)) for value in CONTENTS],
        methods=[(value, wording.method(value)) for value in METHODS],
        genres=[(value, wording.genre(value)) for value in GENRES],
        themes=list(names.themes.items()),
        lists=lists,
        kinds=[option for option in names.kinds.items() if option[0] in kinds],
        roles=list(names.roles.items()),
        answered_by=[(value, wording.answered_by(value)) for value in ANSWERED_BY],
        accepted_when=[(value, wording.accepted_when(value)) for value in ACCEPTED_WHEN],
        replaces=(replaces.id, replaces.newest.title) if replaces else None,
        changes=changes is not None,
        seen=seen,
        clashes=clashes or [],
        obstacle=obstacle,
        newest=newest,
        list_to_open=_to_open(wanted),
    )


def _to_open(wanted: Wanted) -> str:
    found = wanted.problems.get("list_id")
    return wanted.sent.list_id if found is not None and found.what == "not_given" else ""


@dataclass(frozen=True)
class WithdrawPage(pages.Page):
    template: ClassVar[str] = "requirements/withdraw.html"

    id: str
    title: str
    unit: Link
    key: str
    day: str
    why: str = ""
    problems: dict[str, str] = field(default_factory=dict)
    obstacle: str = ""


def next_span(required: Required, today: dt.date) -> dt.date:
    """The day after the running span is due: from when a change disturbs nobody."""
    running = [span for _s, span in of_requirement(required, until=today) if span.holds(today)]
    return running[-1].due + dt.timedelta(days=1) if running else today
