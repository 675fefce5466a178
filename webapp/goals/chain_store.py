"""SQL of chains: pieces and goals as far as the actor who asks may see them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.community import named_by
from webapp.goals.chain import Cited, GoalFacts, Piece
from webapp.goals.tables import Goal
from webapp.members.tables import Member
from webapp.reflections.store import readable_by
from webapp.reflections.tables import Citation, Reflection
from webapp.requirements.tables import Attendance

MOST = 12  # goals, or pieces, of one step


def pieces(
    session: Session,
    actor: Actor,
    *,
    ids: Collection[str] = (),
    goal_ids: Collection[str] = (),
) -> list[Piece]:
    """Pieces with these ids, or written about these goals, that the actor may read."""
    if not ids and not goal_ids:
        return []
    draft = Reflection.status == "draft"
    mine = Reflection.member_id == actor.member
    named = sa.or_(mine, Reflection.audience != "anonymous")
    nameless = sa.func.coalesce(Reflection.audience, "") == "anonymous"
    wanted = Reflection.id.in_(list(ids)) if ids else Reflection.goal_id.in_(list(goal_ids))
    rows = session.execute(
        sa.select(
            Reflection.id,
            sa.case((draft, Reflection.title), else_=Reflection.published_title),
            Reflection.genre,
            Reflection.language,
            mine,
            nameless,
            Reflection.status,
            Reflection.shown_at,
            # the name of an anonymous author never leaves the database, nor does their goal
            sa.case((named, Member.name), else_=""),
            sa.case((named, Reflection.goal_id), else_=None),
            Reflection.text_slug,
            Reflection.text_title,
        )
        .join(
            Member,
            named_by(Member, Reflection.member_id),
        )
        .where(readable_by(actor), wanted)
        .order_by(Reflection.created_at, Reflection.id)
        .limit(MOST)
    )
    return [_piece(row) for row in rows]


def goals(
    session: Session,
    actor: Actor,
    *,
    ids: Collection[str] = (),
    reflection_ids: Collection[str] = (),
    reading_ids: Collection[str] = (),
) -> list[GoalFacts]:
    """Goals with these ids, or born of these own pieces or readings, that the actor may
    know of: their own, those whose member shows them to readers, and those of which
    the author of a piece may know. Of the last nothing is said but that they are there."""
    if not (ids or reflection_ids or reading_ids) or actor.member is None:
        return []
    if ids:
        wanted = Goal.id.in_(list(ids))
    elif reflection_ids:
        wanted = Goal.reflection_id.in_(list(reflection_ids))
    else:
        wanted = Goal.reading_id.in_(list(reading_ids))
    mine = Goal.member_id == actor.member
    seen = sa.or_(mine, Goal.in_chain)

    def words(column: Any) -> sa.ColumnElement[str]:
        return sa.case((seen, column), else_="")

    rows = session.execute(
        sa.select(
            Goal.id,
            mine,
            Goal.in_chain,
            Goal.author_may_know,
            words(Goal.what),
            sa.case((seen, Goal.by), else_=None),
            Goal.language,
            words(Goal.status),
            words(Goal.outcome),
            sa.case((seen, Goal.answered_at), else_=None),
            Goal.created_at,
            sa.case((seen, Goal.reflection_id), else_=None),
            Goal.reading_id,
            words(Goal.source),
            words(Goal.quote),
            words(sa.func.coalesce(Attendance.what, "")),
            sa.case((seen, Attendance.day), else_=None),
        )
        .outerjoin(
            Attendance,
            sa.and_(
                Attendance.organisation_id == Goal.organisation_id,
                Attendance.id == Goal.attendance_id,
                Attendance.member_id == Goal.member_id,
                Attendance.taken_back_at.is_(None),
                Attendance.objected_at.is_(None),
            ),
        )
        .where(
            Goal.organisation_id == actor.organisation,
            sa.or_(mine, Goal.in_chain, Goal.author_may_know),
            wanted,
        )
        .order_by(Goal.created_at, Goal.id)
        .limit(MOST)
    )
    return [_goal(row) for row in rows]


def moved_by(session: Session, actor: Actor, reflection_id: str) -> list[tuple[str, str]]:
    """Goal id and name of the members who let the author of this piece know that it
    moved them to act. For its author alone."""
    rows = session.execute(
        sa.select(Goal.id, Member.name)
        .join(
            Member,
            named_by(Member, Goal.member_id),
        )
        .join(
            Reflection,
            sa.and_(
                Reflection.organisation_id == Goal.organisation_id,
                Reflection.id == reflection_id,
                Reflection.member_id == actor.member,
            ),
        )
        .where(
            Goal.organisation_id == actor.organisation,
            Goal.reading_id == f"reflection/{reflection_id}",
            Goal.author_may_know,
            Member.left_at.is_(None),
        )
        .order_by(Goal.created_at, Goal.id)
        .limit(MOST)
    )
    return [(goal_id, name) for goal_id, name in rows]


def first_cited(session: Session, actor: Actor, reflection_id: str) -> Cited | None:
    """What a submitted piece quotes first. Ask only for a piece that may be read."""
    row = session.execute(
        sa.select(Citation.passage_id, Citation.source, Citation.quote)
        .where(
            Citation.organisation_id == actor.organisation,
            Citation.reflection_id == reflection_id,
        )
        .order_by(Citation.position)
        .limit(1)
    ).first()
    return Cited(*row) if row else None


def _piece(row: Sequence[Any]) -> Piece:
    values = list(row)
    values[4:6] = map(bool, values[4:6])
    return Piece(*values)


def _goal(row: Sequence[Any]) -> GoalFacts:
    values = list(row)
    values[1:4] = map(bool, values[1:4])
    return GoalFacts(*values)
