"""SQL of suggestions: a member's own words and deeds, and the list of the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from webapp.members.tables import Member
from webapp.notes.tables import Note
from webapp.readings.tables import Deed
from webapp.reflections.tables import Reflection
from webapp.suggestions.tables import DayList


def own_reflections(session: Session, member: Member, *, limit: int) -> list[Reflection]:
    """The member's newest reflections, drafts included, withdrawn ones not."""
    return list(
        session.scalars(
            sa.select(Reflection)
            .where(
                Reflection.organisation_id == member.organisation_id,
                Reflection.member_id == member.id,
                Reflection.status != "withdrawn",
            )
            .options(undefer(Reflection.prepared))
            .order_by(Reflection.updated_at.desc(), Reflection.id)
            .limit(limit)
        )
    )


def own_reflection_ids(session: Session, member: Member) -> list[str]:
    return list(
        session.scalars(
            sa.select(Reflection.id).where(
                Reflection.organisation_id == member.organisation_id,
                Reflection.member_id == member.id,
            )
        )
    )


def own_notes(session: Session, member: Member, *, limit: int) -> list[Note]:
    return list(
        session.scalars(
            sa.select(Note)
            .where(Note.organisation_id == member.organisation_id, Note.member_id == member.id)
            .options(undefer(Note.prepared))
            .order_by(Note.updated_at.desc(), Note.id)
            .limit(limit)
        )
    )


def own_deeds(session: Session, member: Member) -> list[Deed]:
    """What the member did with readings, newest first."""
    return list(
        session.scalars(
            sa.select(Deed)
            .where(Deed.organisation_id == member.organisation_id, Deed.member_id == member.id)
            .order_by(Deed.at.desc(), Deed.id)
        )
    )


def keep_prepared(
    session: Session,
    member: Member,
    prepared: Mapping[str, bytes],
    texts: Mapping[str, str],
    own_words: Callable[[str], str],
) -> None:
    """Keep vectors beside the words they were made from, if those still stand.
    Part of the caller's transaction."""
    # pieces before the member, as every other change locks them
    for evidence_id in sorted(prepared, key=lambda i: (i == "working_on", i)):
        kind, _, piece_id = evidence_id.partition(":")
        if kind == "working_on":
            row: Any = _to_change(session, Member, member, member.id)
            if row is not None and row.working_on.strip() == texts[evidence_id]:
                row.working_on_prepared = prepared[evidence_id]
        else:
            table = Reflection if kind == "reflection" else Note
            row = _to_change(session, table, member, piece_id)
            if row is not None and own_words(row.body) == texts[evidence_id]:
                row.prepared = prepared[evidence_id]


def _to_change(session: Session, table: type[Any], member: Member, row_id: str) -> Any:
    """A row as it is now; nobody else changes it until the transaction ends."""
    key = (member.organisation_id, row_id)
    return session.get(table, key, populate_existing=True, with_for_update=True)


def stamp_to_change(session: Session, member: Member) -> int | None:
    """The member's stamp as it is now. Whoever changes what their list is made
    from waits until the transaction ends."""
    return session.scalar(
        sa.select(Member.profile_stamp)
        .where(Member.organisation_id == member.organisation_id, Member.id == member.id)
        .with_for_update()
    )


def day_list(session: Session, member: Member, day: dt.date) -> DayList | None:
    return session.get(DayList, (member.organisation_id, member.id, day))


def keep_day_list(
    session: Session,
    member: Member,
    *,
    day: dt.date,
    stamp: int,
    model: str,
    cards: list[dict[str, Any]],
    now: dt.datetime,
) -> None:
    """Keep today's list and forget all others of this member (they quote words
    that may be gone). Part of the caller's transaction."""
    session.execute(
        sa.delete(DayList).where(
            DayList.organisation_id == member.organisation_id, DayList.member_id == member.id
        )
    )
    session.add(
        DayList(
            organisation_id=member.organisation_id,
            member_id=member.id,
            day=day,
            profile_stamp=stamp,
            model=model,
            cards=cards,
            made_at=now,
        )
    )
