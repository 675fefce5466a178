"""SQL of the plan: how many of the pieces that a requirement asks for in a span of time
were handed in and answered, summed by kind of people.

What counts is the rule of `requirements.counting`, written for many people at once; a
test keeps the two equal. As there, an organizer's figure knows only of pieces that
they may read under their author's name, and of what was entered in units that they
organize.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from webapp.answers.tables import Answer
from webapp.community import one_of
from webapp.desk import acts_store as desk
from webapp.desk.tables import Review
from webapp.members.tables import Member
from webapp.reflections.tables import Citation, Reflection, ReflectionTheme
from webapp.reports import people_store
from webapp.reports.people_store import Kind
from webapp.reports.store import Scope, Times
from webapp.requirements.asking import Says
from webapp.requirements.spans import Span
from webapp.requirements.tables import EnteredPiece
from webapp.units.tables import Appointment, Membership, StudyRole, Unit


@dataclass(frozen=True)
class Done:
    """Of the pieces that were asked for; what somebody handed in beyond that is nobody
    else's, so it does not count."""

    handed_in: dict[Kind, int]
    answered: dict[Kind, int]


def done(
    session: Session, scope: Scope, says: Says, span: Span, times: Times, before: dt.datetime,
    alone: Collection[str],
) -> Done:  # fmt: skip
    """times: of the span; before, alone: as in `people_store.belonging`."""
    organisation = scope.actor.organisation
    everything = sa.union_all(_submitted(scope, says, times), _entered(scope, says, span)).subquery(
        "pieces"
    )
    each = (
        sa.select(
            everything.c.member_id,
            _at_most(sa.func.count(), says.write).label("handed_in"),
            _at_most(sa.func.sum(everything.c.answered), says.write).label("answered"),
        )
        .group_by(everything.c.member_id)
        .subquery("each_one")
    )
    among = None if scope.whole else scope.members
    people = people_store.belonging(organisation, before, alone, among)
    columns = (people.c.one, people.c.other, people.c.alone)
    rows = session.execute(
        sa.select(*columns, sa.func.sum(each.c.handed_in), sa.func.sum(each.c.answered))
        .join(each, each.c.member_id == people.c.member_id)
        .group_by(*columns)
    ).all()
    units = people_store.units_of(session, organisation, before, [r[2] for r in rows if r[2]])
    found = Done({}, {})
    for one, other, who, handed_in, answered in rows:
        kind = people_store.kind_of(one, other, who, units)
        found.handed_in[kind] = int(handed_in)
        found.answered[kind] = int(answered)
    return found


def _at_most(number: sa.ColumnElement[Any], most: int) -> sa.ColumnElement[Any]:
    return sa.case((number > most, most), else_=number)


def _submitted(scope: Scope, says: Says, times: Times) -> sa.Select[Any]:
    wanted = [
        scope.theirs,
        Reflection.audience != "anonymous",  # a count would tell who wrote it
        Reflection.shown_at >= times[0],
        Reflection.shown_at < times[1],
    ]
    if says.genres:
        wanted.append(Reflection.genre.in_(says.genres))
    if says.content == "themes":
        wanted.append(
            sa.exists().where(
                ReflectionTheme.organisation_id == Reflection.organisation_id,
                ReflectionTheme.reflection_id == Reflection.id,
                ReflectionTheme.theme.in_(says.themes),
            )
        )
    elif says.content != "own":
        cites = sa.exists().where(
            Citation.organisation_id == Reflection.organisation_id,
            Citation.reflection_id == Reflection.id,
            Citation.text_slug.in_(says.readings),
        )
        wanted.append(sa.or_(Reflection.text_slug.in_(says.readings), cites))
    answered = sa.case((_counts(scope.actor.organisation, says), 1), else_=0).label("answered")
    return sa.select(Reflection.member_id, answered).where(*wanted)


def _entered(scope: Scope, says: Says, span: Span) -> sa.Select[Any]:
    """Pieces by people without an account, in units that the actor organizes."""
    actor = scope.actor
    wanted = [
        EnteredPiece.organisation_id == actor.organisation,
        EnteredPiece.member_id.in_(scope.members),
        EnteredPiece.day >= span.starts,
        EnteredPiece.day <= span.due,
        EnteredPiece.objected_at.is_(None),
        EnteredPiece.taken_back_at.is_(None),
    ]
    if not actor.organizer:
        wanted.append(one_of(EnteredPiece.unit_id, actor.organizes))
    if says.genres:
        wanted.append(EnteredPiece.genre.in_(says.genres))
    if says.content == "themes":  # nobody says of these what they are about
        wanted.append(sa.false())
    elif says.content != "own":
        wanted.append(EnteredPiece.text_slug.in_(says.readings))
    answered = sa.case((EnteredPiece.answered_on.is_not(None), 1), else_=0).label("answered")
    return sa.select(EnteredPiece.member_id, answered).where(*wanted)


# Whether a piece counts


def _counts(organisation: str, says: Says) -> sa.ColumnElement[bool]:
    if says.accepted_when == "answered" and says.answered_by == "reader":
        # kept by the database: "first" is a piece to which nobody said anything
        return sa.func.coalesce(Reflection.desk, "") != "first"
    said_last = (
        sa.select(Review.kind)
        .where(
            Review.organisation_id == Reflection.organisation_id,
            Review.reflection_id == Reflection.id,
            desk.standing(),
        )
        .order_by(Review.at.desc(), Review.id.desc())
        .limit(1)
        .correlate(Reflection)
        .scalar_subquery()
    )
    accepted = sa.func.coalesce(said_last, "") == "accepted"
    if says.accepted_when == "accepted":
        return accepted
    by_whom = _appointed if says.answered_by == "organizer" else _leads
    answered = sa.exists().where(
        Answer.organisation_id == Reflection.organisation_id,
        Answer.reflection_id == Reflection.id,
        # an answer by a reader, as `answers.counting` has it
        Answer.kind != "reply",
        Answer.member_id != Reflection.member_id,
        Answer.taken_back_at.is_(None),
        Answer.hidden_at.is_(None),
        by_whom(organisation),
    )
    return sa.or_(answered, accepted)  # without a word


def _appointed(organisation: str) -> sa.ColumnElement[bool]:
    """By an organizer of everything, or by somebody with a role that organizes a unit of
    the author's or one above it: `requirements.holding.Answerers` in SQL."""
    everywhere = sa.select(Member.id).where(
        Member.organisation_id == organisation, sa.or_(Member.organizer, Member.administrator)
    )
    above = _above(organisation)
    given = (
        sa.exists()
        .where(
            Appointment.organisation_id == organisation,
            Appointment.member_id == Answer.member_id,
            Appointment.since <= Answer.at,
            sa.or_(Appointment.until.is_(None), Appointment.until > Answer.at),
            StudyRole.organisation_id == organisation,
            StudyRole.id == Appointment.role_id,
            StudyRole.organizes,
            above.c.above == Appointment.unit_id,
            _author_belongs(organisation, above.c.unit),
        )
        .correlate(Answer, Reflection)
    )  # of this piece; by itself it would be of any
    return sa.or_(Answer.member_id.in_(everywhere), given)


def _leads(organisation: str) -> sa.ColumnElement[bool]:
    """By a member of the group that leads a unit of the author's."""
    leading = _leading(organisation)
    of_group = aliased(Membership)
    return (
        sa.exists()
        .where(
            of_group.organisation_id == organisation,
            of_group.member_id == Answer.member_id,
            of_group.since <= Answer.at,
            sa.or_(of_group.until.is_(None), of_group.until > Answer.at),
            leading.c.leading == of_group.unit_id,
            _author_belongs(organisation, leading.c.unit),
        )
        .correlate(Answer, Reflection)
    )


def _author_belongs(organisation: str, unit: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    belongs = aliased(Membership)
    return sa.and_(
        belongs.organisation_id == organisation,
        belongs.member_id == Reflection.member_id,
        belongs.until.is_(None),
        belongs.unit_id == unit,
    )


def _above(organisation: str) -> sa.CTE:
    """Each unit with itself and every unit above it."""
    found = (
        sa.select(Unit.id.label("unit"), Unit.id.label("above"), Unit.parent_id.label("next"))
        .where(Unit.organisation_id == organisation)
        .cte("above_unit", recursive=True)
    )
    step = sa.select(found.c.unit, Unit.id, Unit.parent_id).join(
        found, sa.and_(Unit.organisation_id == organisation, Unit.id == found.c.next)
    )
    return found.union(step)


def _leading(organisation: str) -> sa.Subquery:
    """Each unit with the group that leads it: its own, or that of the nearest above."""
    found = (
        sa.select(
            Unit.id.label("unit"), Unit.leading_group_id.label("leading"),
            Unit.parent_id.label("next"),
        )
        .where(Unit.organisation_id == organisation)
        .cte("led_unit", recursive=True)
    )  # fmt: skip
    step = sa.select(found.c.unit, Unit.leading_group_id, Unit.parent_id).join(
        found,
        sa.and_(
            Unit.organisation_id == organisation,
            Unit.id == found.c.next,
            found.c.leading.is_(None),
        ),
    )
    whole = found.union(step)
    return sa.select(whole.c.unit, whole.c.leading).where(whole.c.leading.is_not(None)).subquery()
