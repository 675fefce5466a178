"""What the desk shows: groups of pieces, open questions, and one piece with its form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, get_args

from sqlalchemy.orm import Session

from webapp import clock, languages, pages
from webapp.access import Actor
from webapp.answers import limits, section
from webapp.answers.section import Form as AnswerForm
from webapp.answers.section import Section
from webapp.desk import acts_store, due, guidance, seeing, store
from webapp.desk.acts_store import Act
from webapp.desk.due import Due
from webapp.desk.guidance import Guidance
from webapp.desk.store import Asked, Group, Waits
from webapp.ids import new_id
from webapp.reflections import store as reflections
from webapp.reflections.store import Mark, Shown

ON_A_PAGE = 15
AT_FIRST: dict[Group, int] = {"nameless": 10, "returned": 5}  # as long as the whole desk is shown
GROUPS: tuple[Group, ...] = get_args(Group)
QUESTIONS_OF = dt.timedelta(days=90)  # how long a question without reply is shown
LATELY = dt.timedelta(days=14)  # how long one's own acts are


@dataclass(frozen=True)
class Item:
    """A piece in a list."""

    piece: Shown
    since: dt.datetime
    lang: str
    asked: Act | None  # by which it was asked back
    seen: str  # stamp of what there is (webapp/desk/seeing.py)
    key: str  # of the form that accepts it


@dataclass(frozen=True)
class Listed:
    """A group, or a page of it."""

    group: Group
    items: list[Item]
    next: str | None  # where the next page begins


@dataclass(frozen=True)
class JustDone:
    """What was done last, with the way back."""

    what: str
    id: str
    said: str


@dataclass(frozen=True)
class Lately:
    act: Act
    title: str
    lang: str


@dataclass(frozen=True)
class QuestionsPage(pages.Page):
    template: ClassVar[str] = "desk/questions.html"

    questions: list[Asked]


@dataclass(frozen=True)
class DeskPage(pages.Page):
    template: ClassVar[str] = "desk/index.html"

    groups: dict[Group, Listed]
    only: Group | None  # a further page of one group
    lately: list[Lately]
    due: list[Due]
    done: JustDone | None = None

    @property
    def nothing_waits(self) -> bool:
        return not any(self.groups[g].items for g in ("first", "back", "nameless") if g in self.groups)  # fmt: skip


def groups(
    session: Session, actor: Actor, *, only: Group | None = None, after: Mark | None = None
) -> dict[Group, Listed]:
    """The groups of the desk; the number of statements does not grow with them."""
    wanted = (only,) if only else GROUPS
    found: dict[Group, tuple[list[Waits], bool]] = {}
    for group in wanted:
        size = ON_A_PAGE if only else AT_FIRST.get(group, ON_A_PAGE)
        rows = store.waits(session, actor, group, after=after, limit=size + 1)
        found[group] = rows[:size], len(rows) > size
    ids = [row.id for rows, _more in found.values() for row in rows]
    shown = reflections.readable_among(session, actor, ids)
    acts = acts_store.of_pieces(session, actor.organisation, ids)
    return {
        group: Listed(
            group,
            [_item(row, shown[row.id], acts[row.id]) for row in rows if row.id in shown],
            reflections.mark_text(rows[-1].mark) if more else None,
        )
        for group, (rows, more) in found.items()
    }  # fmt: skip


def _item(row: Waits, piece: Shown, acts: Sequence[Act]) -> Item:
    return Item(
        piece,
        row.at,
        lang(piece.language),
        asked_back(acts),
        seeing.stamp(row.words, acts),
        new_id(),
    )


def asked_back(acts: Sequence[Act]) -> Act | None:
    """The question by which a piece was asked back, unless it was accepted since."""
    return _last(acts, "asked_back")


def accepted(acts: Sequence[Act]) -> Act | None:
    """By what a piece was accepted, unless it was asked back since."""
    return _last(acts, "accepted")


def _last(acts: Sequence[Act], kind: str) -> Act | None:
    reviews = [act for act in acts if act.kind in ("accepted", "asked_back")]
    return reviews[-1] if reviews and reviews[-1].kind == kind else None


def lang(code: str) -> str:
    return languages.HTML_LANG.get(code, "en")


def lately(session: Session, actor: Actor, *, now: dt.datetime) -> list[Lately]:
    rows = acts_store.lately(session, actor, since=now - LATELY)
    return [Lately(act, title, lang(language)) for act, title, language in rows]


# One piece, opened


@dataclass(frozen=True)
class Form:
    """What stands in the form of a piece."""

    act: str = "echo"  # echo | question | suggestion | ask | accept
    body: str = ""
    problem: str = ""


@dataclass(frozen=True)
class PiecePage(pages.Page):
    """A piece on the desk; opened in the list it is a part of that page."""

    template: ClassVar[str] = "desk/piece.html"

    piece: Shown
    lang: str
    answers: Section
    acts: list[Act]
    asked: Act | None
    guidance: Guidance
    required: list[due.Asked]  # what was asked of its author, with its own guidance
    form: Form
    seen: str
    key: str
    limit: int = limits.BODY_LIMIT


@dataclass(frozen=True)
class PiecePart(PiecePage):
    template: ClassVar[str] = "desk/opened.html"


def piece_page(session: Session, actor: Actor, reflection_id: str, form: Form, *, part: bool) -> PiecePage | None:  # fmt: skip
    """None: it is not on the actor's desk."""
    row = store.reviewable(session, actor, reflection_id)
    piece = reflections.readable(session, actor, reflection_id) if row else None
    if row is None or piece is None:
        return None
    acts = acts_store.of_pieces(session, actor.organisation, [piece.id])[piece.id]
    asked = asked_back(acts)
    made = PiecePart if part else PiecePage
    return made(
        piece=piece,
        lang=lang(piece.language),
        answers=section.of(session, actor, piece, AnswerForm(), zone=clock.zone()),
        acts=acts,
        asked=asked,
        guidance=guidance.of(
            piece=piece.id,
            genre=piece.genre,
            quotes=_quotes(session, actor, piece),
            came_back=asked is not None
            and row.submitted_at is not None
            and row.submitted_at > asked.at,
        ),
        required=due.of_piece(
            session,
            actor,
            row.member_id,
            row.genre,
            row.submitted_at.astimezone(clock.zone()).date(),
            unit_id=row.unit_id or "" if row.audience == "unit" else "",
            today=clock.today(),
        )
        if piece.audience != "anonymous" and row.submitted_at
        else [],
        form=form,
        seen=seeing.stamp(store.words(row.id, row.published_draft), acts),
        key=new_id(),
    )


def _quotes(session: Session, actor: Actor, piece: Shown) -> bool:
    """Whether it quotes anything; one that is about no text need not."""
    if not piece.text_slug or piece.body.startswith(">") or "\n>" in piece.body:
        return True
    return bool(reflections.citations(session, actor.organisation, piece.id))
