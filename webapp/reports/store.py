"""SQL of a report: what was handed in, cited, asked and answered, counted by the database.

Everything is asked with the actor: only submitted pieces that they may read anyway. A
piece without a name is nobody's, so it belongs to no unit; it comes only into the
report of the whole organisation, and there apart (`nameless`), so that it can be left
out without looking at who wrote it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.answers.tables import Answer
from webapp.reflections import store as reflections
from webapp.reflections.tables import Citation, Reflection, ReflectionTheme
from webapp.reports import people_store
from webapp.reports.waiting import Waits
from webapp.themes import store as lists
from webapp.themes.tables import ListItem, ListUnit, ReadingList
from webapp.units.tables import Membership, Unit

DAY = 86_400
Times = tuple[dt.datetime, dt.datetime]  # from, and before


@dataclass(frozen=True)
class Scope:
    """Whose pieces: of present members of the unit and all below it. `whole`: that is
    everybody, so that pieces without a name can be counted with them."""

    actor: Actor
    unit_id: str
    whole: bool = False

    @cached_property
    def units(self) -> sa.Select[str]:
        organisation = self.actor.organisation
        found = (
            sa.select(Unit.id)
            .where(Unit.organisation_id == organisation, Unit.id == self.unit_id)
            .cte("subtree", recursive=True)
        )
        below = sa.select(Unit.id).join(found, Unit.parent_id == found.c.id)
        whole = found.union(below.where(Unit.organisation_id == organisation))
        return sa.select(whole.c.id)

    @cached_property
    def members(self) -> sa.Select[str]:
        organisation = self.actor.organisation
        present = sa.select(Membership.member_id).where(
            Membership.organisation_id == organisation, Membership.until.is_(None)
        )
        if self.whole:
            return present
        return present.where(
            Membership.unit_id.in_(self.units),
            Membership.unit_id.not_in(people_store.closed(organisation)),
        )

    @cached_property
    def theirs(self) -> sa.ColumnElement[bool]:
        """Pieces that are counted, of `Reflection`."""
        named = sa.and_(Reflection.audience != "anonymous", Reflection.member_id.in_(self.members))
        return sa.and_(
            reflections.open_to(self.actor),
            Reflection.hidden_at.is_(None),  # of their own too: it is counted as others see it
            sa.or_(named, Reflection.audience == "anonymous") if self.whole else named,
        )


# What was handed in


@dataclass(frozen=True)
class Found:
    """Numbers of pieces, by name."""

    pieces: int = 0
    texts: Counter[str] = field(default_factory=Counter)
    themes: Counter[str] = field(default_factory=Counter)
    told: Counter[int] = field(default_factory=Counter)  # experiences in the open, by step
    waits: Waits = field(default_factory=lambda: Waits({}, 0))
    nameless: int = 0  # among them


def found(
    session: Session, scope: Scope, times: Times, steps: Sequence[Times], *, fewest: int
) -> Found:
    """Pieces handed in at these times. Those without a name are left out while fewer
    than `fewest` people handed in one under theirs."""
    rows = session.execute(_everything(scope, times, steps)).all()
    authors = next((n for what, _name, _nameless, n in rows if what == "authors"), 0)
    counts: dict[str, Counter[Any]] = {
        what: Counter() for what in ("pieces", "text", "theme", "told", "wait", "nameless")
    }
    for what, name, nameless, number in rows:
        if what == "authors" or (nameless and authors < fewest):
            continue
        counts[what][name] += number
        if what == "pieces" and nameless:
            counts["nameless"][""] += number
    days = Counter({int(name): n for name, n in counts["wait"].items()})
    pieces = counts["pieces"][""]
    return Found(
        pieces=pieces,
        texts=counts["text"],
        themes=counts["theme"],
        told=Counter({int(name): n for name, n in counts["told"].items()}),
        waits=Waits(days, pieces - sum(days.values())),
        nameless=counts["nameless"][""],
    )


def _everything(scope: Scope, times: Times, steps: Sequence[Times]) -> sa.CompoundSelect[Any]:
    """Every count of the pieces in one statement, so that they are looked for once:
    (what is counted, by what, whether without a name, how many)."""
    step = sa.case(
        *((Reflection.shown_at < end, n) for n, (_begin, end) in enumerate(steps)), else_=-1
    )
    pieces = (
        sa.select(
            Reflection.id,
            Reflection.member_id,
            Reflection.text_slug,
            Reflection.genre,
            Reflection.shown_at,
            Reflection.audience,
            sa.case((Reflection.audience == "anonymous", 1), else_=0).label("nameless"),
            step.label("step"),
        )
        .where(scope.theirs, Reflection.shown_at >= times[0], Reflection.shown_at < times[1])
        .cte("pieces")
    )
    organisation, p = scope.actor.organisation, pieces.c
    number = sa.func.count()
    text = _as_text

    cited = sa.union(
        sa.select(p.id, p.text_slug.label("slug"), p.nameless).where(p.text_slug.is_not(None)),
        sa.select(p.id, Citation.text_slug.label("slug"), p.nameless).join(
            Citation,
            sa.and_(Citation.organisation_id == organisation, Citation.reflection_id == p.id),
        ),
    ).subquery("cited")
    first = (
        sa.select(p.id, p.nameless, p.shown_at, sa.func.min(Answer.at).label("at"))
        .join(Answer, sa.and_(Answer.organisation_id == organisation, Answer.reflection_id == p.id))
        .where(
            # an answer by a reader, as `answers.counting` has it
            Answer.kind != "reply",
            Answer.taken_back_at.is_(None),
            Answer.hidden_at.is_(None),
            Answer.member_id != p.member_id,
        )
        .group_by(p.id, p.nameless, p.shown_at)
        .subquery("first")
    )
    waited = sa.select(
        first.c.nameless, _days_between(first.c.shown_at, first.c.at).label("days")
    ).subquery("waited")
    return sa.union_all(
        sa.select(text("authors"), text(""), sa.literal(0), sa.func.count(p.member_id.distinct()))
        .where(p.nameless == 0),
        sa.select(text("pieces"), text(""), p.nameless, number).group_by(p.nameless),
        sa.select(text("text"), cited.c.slug, cited.c.nameless, number)
        .group_by(cited.c.slug, cited.c.nameless),
        sa.select(text("theme"), ReflectionTheme.theme, p.nameless, number)
        .select_from(pieces)
        .join(
            ReflectionTheme,
            sa.and_(
                ReflectionTheme.organisation_id == organisation,
                ReflectionTheme.reflection_id == p.id,
            ),
        )
        .group_by(ReflectionTheme.theme, p.nameless),
        sa.select(text("told"), text(p.step), p.nameless, number)
        .where(p.genre == "experience", p.audience != "unit")
        .group_by(p.step, p.nameless),
        sa.select(text("wait"), text(waited.c.days), waited.c.nameless, number)
        .group_by(waited.c.days, waited.c.nameless),
    )  # fmt: skip


def _as_text(value: Any) -> sa.ColumnElement[str]:
    return sa.cast(value, sa.String)


def _days_between(begins: Any, ends: Any) -> sa.ColumnElement[int]:
    """Whole days from one moment to a later one."""

    def seconds(moment: Any) -> sa.ColumnElement[int]:
        return sa.cast(sa.extract("epoch", moment), sa.BigInteger)

    whole = (seconds(ends) - seconds(begins)) // DAY
    return sa.case((ends < begins, 0), else_=whole)


# What was asked


@dataclass(frozen=True)
class Question:
    """A question that nobody replied to, by the piece that it stands below."""

    id: str
    piece: str
    title: str
    language: str
    at: dt.datetime


@dataclass(frozen=True)
class Questions:
    asked: int = 0
    open: int = 0
    oldest: tuple[Question, ...] = ()  # below pieces that everybody may read
    elsewhere: int = 0  # open ones below pieces for a unit


def questions(
    session: Session, scope: Scope, times: Times, *, nameless: bool, limit: int
) -> Questions:
    """Questions asked at these times below the pieces. `nameless`: those below pieces
    without a name too."""
    asked = _asked(scope, times, nameless=nameless)
    each = asked.with_only_columns(
        sa.case((_unanswered(), 1), else_=0).label("open"),
        sa.case((Reflection.audience != "unit", 1), else_=0).label("for_all"),
    ).subquery("each_one")
    columns = (each.c.open, each.c.for_all)
    rows = session.execute(sa.select(*columns, sa.func.count()).group_by(*columns)).all()
    oldest = (
        asked.with_only_columns(
            Answer.id,
            Reflection.id,
            Reflection.published_title,
            Reflection.language,
            Answer.at,
        )
        .where(_unanswered(), Reflection.audience != "unit")
        .order_by(Answer.at, Answer.id)
        .limit(limit)
    )
    return Questions(
        asked=sum(number for _open, _for_all, number in rows),
        open=sum(number for still, _for_all, number in rows if still),
        oldest=tuple(Question(*found) for found in session.execute(oldest)),
        elsewhere=sum(number for still, for_all, number in rows if still and not for_all),
    )


def _asked(scope: Scope, times: Times, *, nameless: bool) -> sa.Select[Any]:
    whose = scope.theirs
    if not nameless:
        whose = sa.and_(whose, Reflection.audience != "anonymous")
    return (
        sa.select(Answer.id)
        .join(
            Reflection,
            sa.and_(
                Reflection.organisation_id == Answer.organisation_id,
                Reflection.id == Answer.reflection_id,
            ),
        )
        .where(
            Answer.organisation_id == scope.actor.organisation,
            Answer.kind == "question",
            Answer.taken_back_at.is_(None),
            Answer.hidden_at.is_(None),
            Answer.at >= times[0],
            Answer.at < times[1],
            whose,
        )
    )


def _unanswered() -> sa.ColumnElement[bool]:
    """No word below it but of whoever asked. (Replies are looked for among the answers
    to the piece, which are few, whatever the statistics of the database say.)"""
    reply = sa.alias(Answer.__table__, "reply")
    return ~sa.exists().where(
        reply.c.organisation_id == Answer.organisation_id,
        reply.c.reflection_id == Answer.reflection_id,
        reply.c.parent_id == Answer.id,
        reply.c.taken_back_at.is_(None),
        reply.c.hidden_at.is_(None),
        reply.c.member_id != Answer.member_id,
    )


# What the units are asked to read


def listed(session: Session, scope: Scope) -> set[str]:
    """Texts on theme lists that the actor may read and that were given to the
    organisation or to a unit of the scope."""
    organisation = scope.actor.organisation
    also = sa.exists().where(
        ListUnit.organisation_id == ReadingList.organisation_id,
        ListUnit.list_id == ReadingList.id,
        ListUnit.unit_id.in_(scope.units),
    )
    given = sa.or_(
        ReadingList.audience == "organisation",
        sa.and_(ReadingList.audience == "unit", sa.or_(ReadingList.unit_id.in_(scope.units), also)),
    )
    return set(
        session.scalars(
            sa.select(ListItem.reading_group)
            .join(
                ReadingList,
                sa.and_(
                    ReadingList.organisation_id == ListItem.organisation_id,
                    ReadingList.id == ListItem.list_id,
                ),
            )
            .where(
                ListItem.organisation_id == organisation,
                ReadingList.theme_list,
                lists.readable_by(scope.actor),
                given,
            )
            .distinct()
        )
    )
