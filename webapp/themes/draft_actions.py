"""Changes to theme lists that organizers work on: each is one change in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.community import change
from webapp.ids import new_id
from webapp.members.once import carried_out
from webapp.themes import draft_store, schedule, sharing
from webapp.themes.actions import Hindered, TooMany, Unknown
from webapp.themes.drafts import Brief, Draft, DraftItem
from webapp.themes.schedule import Pace
from webapp.themes.tables import (
    ListBegun,
    ListItem,
    ListUnit,
    ListVersion,
    ReadingList,
    ThemeDraft,
)
from webapp.units.tables import Unit


class Stale(Exception):
    """Somebody changed the draft since it was shown. Nothing was written."""


@dataclass(frozen=True)
class Publication:
    """For whom a theme list is, and when it is read."""

    audience: str  # "organisation", "unit" or "private" (taken back)
    units: tuple[str, ...]
    pace: Pace = "free"
    starts_on: dt.date | None = None
    over: int = 4  # weeks, for pace "spread"


def begin(
    session: Session,
    actor: Actor,
    *,
    key: str,
    title: str,
    brief: Brief,
    items: Sequence[DraftItem],
    now: dt.datetime,
    note: str = "",
) -> str:
    """A new draft; its id. The same key begins one. Raises TooMany and Unknown."""
    with change(session):

        def work() -> dict[str, str]:
            count = session.scalar(
                sa.select(sa.func.count())
                .select_from(ThemeDraft)
                .filter_by(organisation_id=actor.organisation, member_id=actor.member)
            )
            if (count or 0) >= sharing.MOST_LISTS:
                raise TooMany
            made = ThemeDraft(
                organisation_id=actor.organisation,
                id=new_id(),
                member_id=str(actor.member),
                title=title[: sharing.TITLE_LIMIT],
                note=note,
                brief=brief.as_row(),
                items=[item.as_row() for item in items[: sharing.MOST_ITEMS]],
                dropped=[],
                version=1,
                made_at=now,
                changed_at=now,
            )
            session.add(made)
            session.flush()
            return {"id": made.id}

        result, _now = carried_out(session, actor, key, ("begin-theme-list",), work, now=now)
        if draft_store.draft(session, actor, result.get("id", "")) is None:
            raise Unknown
        return str(result["id"])


def save(session: Session, actor: Actor, draft: Draft, *, now: dt.datetime) -> None:
    """Keep a draft, if nobody changed it since `draft.version`. Raises Stale and Unknown."""
    with change(session):
        if draft_store.draft(session, actor, draft.id) is None:
            raise Unknown
        written = session.scalar(
            sa.update(ThemeDraft)
            .where(
                ThemeDraft.organisation_id == actor.organisation,
                ThemeDraft.id == draft.id,
                ThemeDraft.version == draft.version,
            )
            .values(
                title=draft.title,
                note=draft.note,
                brief=draft.brief.as_row(),
                items=[item.as_row() for item in draft.items],
                dropped=list(draft.dropped),
                version=draft.version + 1,
                changed_at=now,
            )
            .returning(ThemeDraft.version)
        )
        if written is None:
            raise Stale


def delete(session: Session, actor: Actor, draft_id: str) -> None:
    """Delete a draft and the theme list that was made of it, for everybody. Raises Unknown."""
    with change(session):
        if draft_store.draft(session, actor, draft_id) is None:
            raise Unknown
        keys = {"organisation_id": actor.organisation, "id": draft_id}
        session.execute(sa.delete(ThemeDraft).filter_by(**keys))
        session.execute(sa.delete(ReadingList).filter_by(**keys))


def publish(
    session: Session,
    actor: Actor,
    draft_id: str,
    *,
    version: int,
    to: Publication,
    key: str,
    now: dt.datetime,
) -> bool:
    """Make the draft, as it is, a theme list for those; or take it back. Whether done now.

    What was published before stays for those who began it. Raises Hindered (with the
    cure), Stale where the draft changed since it was looked at, and Unknown.
    """
    with change(session):

        def work() -> dict[str, str]:
            draft = draft_store.draft(session, actor, draft_id)
            if draft is None:
                raise Unknown
            if draft.version != version:
                raise Stale
            units = _present_units(session, actor, to)
            problem = sharing.obstacle(
                title=draft.title,
                readings=len(draft.items),
                audience=to.audience,
                unit=units[0] if units else None,
                units=units,
            )
            if problem:
                raise Hindered(problem)
            if to.audience == "unit" and len(units) < len(to.units):
                raise Hindered("unit_gone")
            found = _list_of(session, actor, draft, now)
            problem = sharing.beyond(
                actor,
                audience=to.audience,
                units=units,
                now=found.audience,
                units_now=draft_store.units_of(session, actor, found.id),
            )
            if problem:
                raise Hindered(problem)
            _give(session, found, to, units, now)
            if to.audience != "private":
                _put(session, found, draft, to, now)
            return {"id": found.id}

        what = (
            "publish", draft_id, str(version), to.audience, *to.units, to.pace, str(to.starts_on),
            str(to.over),
        )  # fmt: skip
        _result, done_now = carried_out(session, actor, key, what, work, now=now)
        return done_now


def begin_reading(
    session: Session, actor: Actor, list_id: str, number: int, *, now: dt.datetime
) -> None:
    """The member works through this version from now on. Ask only for a list and a
    version that the actor may read."""
    with change(session):
        keys = {
            "organisation_id": actor.organisation,
            "list_id": list_id,
            "member_id": str(actor.member),
        }
        session.execute(sa.delete(ListBegun).filter_by(**keys))
        session.add(ListBegun(**keys, number=number, begun_at=now))


def stop_reading(session: Session, actor: Actor, list_id: str) -> None:
    with change(session):
        session.execute(
            sa.delete(ListBegun).filter_by(
                organisation_id=actor.organisation, list_id=list_id, member_id=actor.member
            )
        )


# Steps, each part of the caller's transaction


def _present_units(session: Session, actor: Actor, to: Publication) -> tuple[str, ...]:
    """Of the chosen units those that are there at this moment, in their order."""
    if to.audience != "unit" or not to.units:
        return ()
    there = set(
        session.scalars(
            sa.select(Unit.id).where(
                Unit.organisation_id == actor.organisation,
                Unit.id.in_(to.units),
                Unit.closed_at.is_(None),
            )
        )
    )
    return tuple(unit for unit in to.units if unit in there)


def _list_of(session: Session, actor: Actor, draft: Draft, now: dt.datetime) -> ReadingList:
    """The reading list of a draft, made when it is first published."""
    keys = (actor.organisation, draft.id)
    found = session.get(ReadingList, keys, with_for_update=True, populate_existing=True)
    if found is not None:
        return found
    by = session.get(ThemeDraft, keys)
    found = ReadingList(
        organisation_id=actor.organisation,
        id=draft.id,
        member_id=by.member_id if by else str(actor.member),
        title=draft.title,
        question="",
        note="",
        unanswered=[],
        theme_list=True,
        audience="private",
        made_at=now,
        changed_at=now,
    )
    session.add(found)
    session.flush()
    return found


def _give(
    session: Session,
    found: ReadingList,
    to: Publication,
    units: Sequence[str],
    now: dt.datetime,
) -> None:
    found.audience = to.audience
    found.unit_id = units[0] if units else None
    found.theme_list = to.audience != "private"
    found.shared_at = None if to.audience == "private" else now
    keys = {"organisation_id": found.organisation_id, "list_id": found.id}
    session.execute(sa.delete(ListUnit).filter_by(**keys))
    session.add_all(ListUnit(**keys, unit_id=unit) for unit in units[1:])
    session.flush()


def _put(
    session: Session, found: ReadingList, draft: Draft, to: Publication, now: dt.datetime
) -> None:
    """The draft's readings as the list's, and as a new version where they are others."""
    keys = {"organisation_id": found.organisation_id, "list_id": found.id}
    starts_on = to.starts_on if to.pace != "free" else None
    weeks = schedule.weeks(len(draft.items), to.pace, to.over)
    rows = [item.as_row() | {"week": w} for item, w in zip(draft.items, weeks, strict=True)]
    found.title, found.note, found.starts_on = draft.title, draft.note, starts_on
    found.changed_at = now
    session.execute(sa.delete(ListItem).filter_by(**keys))
    session.execute(
        sa.insert(ListItem),
        [
            keys
            | {
                "position": position,
                "reading_id": row["reading"],
                "reading_group": row["group"],
                "title": row["title"],
                "sentence": row["sentence"],
                "covers": [],
                "minutes": row["minutes"],
                "note": row["note"],
                "question": row["question"],
                "part": row["part"],
                "week": row["week"],
            }
            for position, row in enumerate(rows)
        ],
    )
    last = session.scalars(
        sa.select(ListVersion).filter_by(**keys).order_by(ListVersion.number.desc()).limit(1)
    ).first()
    same = last is not None and (last.title, last.note, last.items, last.starts_on) == (
        draft.title, draft.note, rows, starts_on,
    )  # fmt: skip
    if not same:
        session.add(
            ListVersion(
                **keys,
                number=(last.number if last else 0) + 1,
                title=draft.title,
                note=draft.note,
                items=rows,
                starts_on=starts_on,
                published_at=now,
            )
        )
