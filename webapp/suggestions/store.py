"""SQL of suggestions: a member's own words, deeds and steers, and the list of the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from webapp.access import Actor
from webapp.community import named_by
from webapp.goals.tables import Goal
from webapp.members.tables import Member
from webapp.notes.tables import Note
from webapp.readings.tables import Deed, Place
from webapp.reflections.tables import Reflection
from webapp.suggestions.tables import DayList, Steer
from webapp.themes import store as lists
from webapp.themes.store import readable_by
from webapp.themes.tables import ListItem, ReadingList

LONGEST_TARGET = 300  # characters
MOST_STEERS = 1_000


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


def newest_deeds(
    session: Session, member: Member, kinds: Collection[str], *, limit: int
) -> list[Deed]:
    """What the member did with readings, of these kinds, newest first."""
    return list(
        session.scalars(
            sa.select(Deed)
            .where(
                Deed.organisation_id == member.organisation_id,
                Deed.member_id == member.id,
                Deed.kind.in_(list(kinds)),
            )
            .order_by(Deed.at.desc(), Deed.id)
            .limit(limit)
        )
    )


def deed_groups(session: Session, member: Member) -> dict[str, set[str]]:
    """The groups of all the member's deeds, by kind; every kind is there."""
    found: dict[str, set[str]] = {"read": set(), "saved": set(), "set_aside": set()}
    for kind, group in session.execute(
        sa.select(Deed.kind, Deed.reading_group).where(
            Deed.organisation_id == member.organisation_id, Deed.member_id == member.id
        )
    ):
        found.setdefault(kind, set()).add(group)
    return found


def newest_places(session: Session, member: Member, *, limit: int) -> list[Place]:
    return list(
        session.scalars(
            sa.select(Place)
            .where(Place.organisation_id == member.organisation_id, Place.member_id == member.id)
            .order_by(Place.at.desc(), Place.text_slug)
            .limit(limit)
        )
    )


# Steering


def steers(session: Session, member: Member | Actor, *, limit: int = MOST_STEERS) -> list[Steer]:
    """How the member steers, newest first."""
    organisation, member_id = _keys(member)
    asked = {"organisation": organisation, "member": member_id, "limit": limit}
    return list(session.scalars(_STEERS, asked))


# Built once: every list asks it.
_STEERS = (
    sa.select(Steer)
    .where(
        Steer.organisation_id == sa.bindparam("organisation"),
        Steer.member_id == sa.bindparam("member"),
    )
    .order_by(Steer.at.desc(), Steer.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


def steer(session: Session, actor: Actor, kind: str, target: str) -> Steer | None:
    return session.scalars(
        sa.select(Steer).where(
            Steer.organisation_id == actor.organisation,
            Steer.member_id == actor.member,
            Steer.kind == kind,
            Steer.target == target,
        )
    ).first()


def own_steer(session: Session, actor: Actor, steer_id: str) -> Steer | None:
    """The actor's own steer, or None."""
    return session.scalars(
        sa.select(Steer).where(
            Steer.organisation_id == actor.organisation,
            Steer.id == steer_id,
            Steer.member_id == actor.member,
        )
    ).first()


def _keys(who: Member | Actor) -> tuple[str, str]:
    if isinstance(who, Actor):
        return who.organisation, str(who.member)
    return who.organisation_id, who.id


# What everybody may read


def named_reflections(
    session: Session, organisation: str, names: Collection[str], *, limit: int = 5_000
) -> list[str]:
    """Pieces open to the organisation that show one of these names, the newest."""
    return list(
        session.scalars(
            sa.select(Reflection.id)
            .join(
                Member,
                named_by(Member, Reflection.member_id),
            )
            .where(
                Reflection.organisation_id == organisation,
                Reflection.status == "submitted",
                Reflection.hidden_at.is_(None),
                Reflection.audience == "organisation",
                Member.name.in_(list(names)),
            )
            .order_by(Reflection.shown_at.desc(), Reflection.id)
            .limit(limit)
        )
    )


def open_reflections(
    session: Session, actor: Actor, *, since: dt.date, limit: int
) -> list[tuple[str, dt.date]]:
    """Pieces open to the whole organisation since that day, newest first, with their day."""
    start = dt.datetime.combine(since, dt.time(), dt.UTC)
    rows = session.execute(
        sa.select(Reflection.id, Reflection.shown_at)
        .where(
            Reflection.organisation_id == actor.organisation,
            Reflection.status == "submitted",
            Reflection.hidden_at.is_(None),
            Reflection.audience.in_(("organisation", "anonymous")),
            Reflection.shown_at >= start,
        )
        .order_by(Reflection.shown_at.desc(), Reflection.id)
        .limit(limit)
    )
    return [(id, at.date()) for id, at in rows if at is not None]


@dataclass(frozen=True)
class Listed:
    """What a list that the member may read now says of one of its readings."""

    title: str
    note: str


def listed(
    session: Session, actor: Actor, lists: Collection[str], groups: Collection[str]
) -> dict[tuple[str, str], Listed]:
    """By list and group, of lists that the actor may read now."""
    if not lists or not groups:
        return {}
    rows = session.execute(
        sa.select(ListItem.list_id, ListItem.reading_group, ReadingList.title, ListItem.note)
        .join(
            ReadingList,
            named_by(ReadingList, ListItem.list_id),
        )
        .where(
            readable_by(actor),
            ListItem.list_id.in_(list(lists)),
            ListItem.reading_group.in_(list(groups)),
        )
        .order_by(ListItem.position.desc())
    )
    return {(list_id, group): Listed(title, note) for list_id, group, title, note in rows}


# Vectors beside the words


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
        if kind == "goal":
            goal: Any = _to_change(session, Goal, member, piece_id)
            if goal is not None and goal.what.strip() == texts[evidence_id]:
                goal.prepared = prepared[evidence_id]
        elif kind == "question":
            lists.keep_prepared(
                session, member, piece_id, texts[evidence_id], prepared[evidence_id]
            )
        elif kind == "working_on":
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


def touch_day_list(session: Session, member: Member, day: dt.date, *, now: dt.datetime) -> None:
    """The member has asked for a list that was made before they came. Part of the
    caller's transaction."""
    session.execute(
        sa.update(DayList)
        .where(
            DayList.organisation_id == member.organisation_id,
            DayList.member_id == member.id,
            DayList.day == day,
        )
        .values(made_at=now)
    )


# The night


def without_list(
    session: Session, *, day: dt.date, since: dt.datetime, limit: int
) -> list[tuple[str, str, dt.datetime]]:
    """Organisation and id of members who did something since then, with when they did
    last, and who have no list of that day; those whose last list is oldest first."""
    last = (
        sa.select(
            DayList.organisation_id,
            DayList.member_id,
            sa.func.max(DayList.day).label("day"),
            sa.func.max(DayList.made_at).label("at"),
        )
        .group_by(DayList.organisation_id, DayList.member_id)
        .subquery()
    )
    acts = sa.union_all(
        *(
            sa.select(
                table.organisation_id.label("organisation_id"),
                table.member_id.label("member_id"),
                column.label("at"),
            ).where(column >= since)
            for table, column in (
                (Deed, Deed.at),
                (Place, Place.at),
                (Steer, Steer.at),
                (Note, Note.updated_at),
                (Reflection, Reflection.updated_at),
                (Goal, Goal.updated_at),
                (DayList, DayList.made_at),
            )
        )
    ).subquery()
    seen = (
        sa.select(acts.c.organisation_id, acts.c.member_id, sa.func.max(acts.c.at).label("at"))
        .group_by(acts.c.organisation_id, acts.c.member_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(Member.organisation_id, Member.id, seen.c.at)
        .join(
            seen,
            sa.and_(
                seen.c.organisation_id == Member.organisation_id, seen.c.member_id == Member.id
            ),
        )
        .outerjoin(
            last,
            sa.and_(
                last.c.organisation_id == Member.organisation_id, last.c.member_id == Member.id
            ),
        )
        .where(
            Member.left_at.is_(None),
            Member.welcomed_at.is_not(None),
            sa.or_(last.c.day.is_(None), last.c.day < day),
        )
        .order_by(sa.func.coalesce(last.c.at, Member.joined_at), Member.id)
        .limit(limit)
    )
    return [(organisation, member, at) for organisation, member, at in rows]
