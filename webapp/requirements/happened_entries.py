"""SQL of what organizers entered for members, as things that happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor, may_organize
from webapp.answers.counting import Answered
from webapp.community import named_by
from webapp.members.tables import Member
from webapp.requirements.happened import Attended, Heard, Piece, Reviewed
from webapp.requirements.tables import Attendance, EnteredPiece


def attended(
    session: Session,
    actor: Actor,
    members: Collection[str],
    since: dt.date,
    *,
    everywhere: bool,
) -> Iterator[tuple[str, Attended]]:
    """Each with its member: of all units, or only of those that the actor organizes."""
    for entry, by in _entered(session, actor, Attendance, members, since):
        if everywhere or may_organize(actor, unit=entry.unit_id):
            objected = entry.objected_at is not None
            yield entry.member_id, Attended(entry.id, entry.what, entry.day, by, objected)


def pieces(
    session: Session,
    actor: Actor,
    members: Collection[str],
    since: dt.date,
    *,
    everywhere: bool,
) -> Iterator[tuple[str, Piece]]:
    """The same of pieces of people without an account."""
    for entry, by in _entered(session, actor, EnteredPiece, members, since):
        if everywhere or may_organize(actor, unit=entry.unit_id):
            yield entry.member_id, _entered_piece(entry, by)


def _entered_piece(entry: EnteredPiece, by: str) -> Piece:
    said = (
        (Heard("", Answered(entry.answered_on, "echo")),) if entry.answered_on is not None else ()
    )
    return Piece(
        id=entry.id,
        title=entry.title,
        genre=entry.genre,
        handed_in=entry.day,
        texts=frozenset((entry.text_slug,) if entry.text_slug else ()),
        heard=said,
        # what was said to it face to face, by whoever entered it, accepts it too
        reviewed=Reviewed(True, entry.answered_on) if entry.answered_on else None,
        entered_by=by,
        objected=entry.objected_at is not None,
    )


def _entered(
    session: Session, actor: Actor, table: Any, members: Collection[str], since: dt.date
) -> Iterable[tuple[Any, str]]:
    return (
        (row[0], row[1])
        for row in session.execute(
            _asked(table),
            {"organisation": actor.organisation, "members": sorted(members), "since": since},
        )
    )


@cache
def _asked(table: Any) -> Any:
    return (
        sa.select(table, sa.func.coalesce(Member.name, ""))
        .outerjoin(
            Member,
            named_by(Member, table.entered_by),
        )
        .where(
            table.organisation_id == sa.bindparam("organisation"),
            table.member_id.in_(sa.bindparam("members", expanding=True)),
            table.taken_back_at.is_(None),
            table.day >= sa.bindparam("since"),
        )
        .order_by(table.day, table.id)
    )
