"""SQL of leaving: how much of what a member would take back, counted for that member alone."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from webapp.access import Actor
from webapp.answers.tables import Answer
from webapp.community import named_by
from webapp.goals.tables import Goal
from webapp.notes.tables import Note
from webapp.people import store as people
from webapp.readings.tables import Deed
from webapp.reflections.tables import Reflection
from webapp.themes.tables import ReadingList


@dataclass(frozen=True)
class Counts:
    """How many of each the member has."""

    notes: int
    goals: int
    deeds: int
    drafts: int  # withdrawn pieces too: nobody else reads them
    named: int  # submitted to the organisation with the name
    for_unit: int
    nameless: int
    answers: int  # to pieces of others
    lists: int
    shared_lists: int
    theme_lists: int  # shared, of the organisation


def counts(session: Session, actor: Actor) -> Counts:
    mine, shown = Reflection.member_id == actor.member, Reflection.status == "submitted"

    def pieces(*such: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        return _count(Reflection, actor, mine, *such)

    hers = ReadingList.member_id == actor.member
    shared = ReadingList.audience != "private"
    row = session.execute(
        sa.select(
            _count(Note, actor, Note.member_id == actor.member),
            _count(Goal, actor, Goal.member_id == actor.member),
            _count(Deed, actor, Deed.member_id == actor.member),
            pieces(~shown),
            pieces(shown, Reflection.audience == "organisation"),
            pieces(shown, Reflection.audience == "unit"),
            pieces(shown, Reflection.audience == "anonymous"),
            _answers(actor),
            _count(ReadingList, actor, hers, ~sa.and_(shared, ReadingList.theme_list)),
            _count(ReadingList, actor, hers, shared, ~ReadingList.theme_list),
            _count(ReadingList, actor, hers, shared, ReadingList.theme_list),
        )
    ).one()
    return Counts(*row)


def _count(
    table: type[Note | Goal | Deed | Reflection | ReadingList],
    actor: Actor,
    *such: sa.ColumnElement[bool] | InstrumentedAttribute[bool],
) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .select_from(table)
        .where(table.organisation_id == actor.organisation, *such)
        .scalar_subquery()
    )


def _answers(actor: Actor) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .select_from(Answer)
        .join(
            Reflection,
            named_by(Reflection, Answer.reflection_id),
        )
        .where(
            Answer.organisation_id == actor.organisation,
            Answer.member_id == actor.member,
            Answer.taken_back_at.is_(None),
            Reflection.member_id != actor.member,
        )
        .scalar_subquery()
    )


def another_administrator(session: Session, organisation: str, member: str) -> bool:
    """Whether somebody else could keep the installation."""
    return any(id != member for id in people.administrators(session, organisation))
