"""SQL of theme lists that organizers work on; nobody else gets anything of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor, is_organizing
from webapp.community import named_by
from webapp.members import names
from webapp.members.tables import Member
from webapp.themes.drafts import Brief, Draft, DraftItem
from webapp.themes.store import Item, readable_by
from webapp.themes.tables import (
    ListBegun,
    ListItem,
    ListUnit,
    ListVersion,
    ReadingList,
    ThemeDraft,
)
from webapp.units.tables import Unit


def _workable(actor: Actor) -> sa.ColumnElement[bool]:
    """Drafts that the actor may work on: organizers on all, whoever organizes some
    units on their own."""
    of = ThemeDraft.organisation_id == actor.organisation
    return of if actor.organizer else sa.and_(of, ThemeDraft.member_id == actor.member)


def draft(session: Session, actor: Actor, draft_id: str) -> Draft | None:
    """None for an unknown one, and for everybody who may not work on it."""
    if not is_organizing(actor):
        return None
    row = session.execute(
        sa.select(ThemeDraft, names.shown())
        .join(
            Member,
            named_by(Member, ThemeDraft.member_id),
        )
        .where(_workable(actor), ThemeDraft.id == draft_id[:32])
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        return None
    kept, by = row
    return Draft(
        id=kept.id,
        title=kept.title,
        note=kept.note,
        brief=Brief.of_row(kept.brief),
        items=tuple(DraftItem.of_row(item) for item in kept.items),
        dropped=tuple(kept.dropped),
        version=kept.version,
        by=by,
        changed_at=kept.changed_at,
    )


class DraftRow(NamedTuple):
    """A draft in the row of drafts."""

    id: str
    title: str
    by: str
    mine: bool
    readings: int
    changed_at: dt.datetime
    published: bool


def drafts(session: Session, actor: Actor, *, limit: int) -> list[DraftRow]:
    """Those that the actor may work on, the last changed first."""
    if not is_organizing(actor):
        return []
    rows = session.execute(
        sa.select(
            ThemeDraft.id,
            ThemeDraft.title,
            names.shown(),
            ThemeDraft.member_id == actor.member,
            ThemeDraft.items,
            ThemeDraft.changed_at,
            ReadingList.id.is_not(None),
        )
        .join(
            Member,
            named_by(Member, ThemeDraft.member_id),
        )
        .outerjoin(
            ReadingList,
            sa.and_(
                ReadingList.organisation_id == ThemeDraft.organisation_id,
                ReadingList.id == ThemeDraft.id,
                ReadingList.theme_list,
            ),
        )
        .where(_workable(actor))
        .order_by(ThemeDraft.changed_at.desc(), ThemeDraft.id.desc())
        .limit(limit)
    )
    return [
        DraftRow(id, title, by, bool(mine), len(items), at, bool(published))
        for id, title, by, mine, items, at, published in rows
    ]


class PublishedRow(NamedTuple):
    """A theme list that some unit has, for organizers who may copy it."""

    id: str
    title: str
    by: str
    unit: str  # "" for the whole organisation
    shared_at: dt.datetime


def published_theme_lists(session: Session, actor: Actor, *, limit: int) -> list[PublishedRow]:
    """Theme lists that may be copied. They are organizers' own work and hold no member's words."""
    if not is_organizing(actor):
        return []
    rows = session.execute(
        _theme_lists(actor)
        .add_columns(names.shown(), sa.func.coalesce(Unit.name, ""))
        .join(
            Member,
            named_by(Member, ReadingList.member_id),
        )
        .outerjoin(
            Unit,
            sa.and_(
                Unit.organisation_id == ReadingList.organisation_id,
                Unit.id == ReadingList.unit_id,
                ReadingList.audience == "unit",
            ),
        )
        .order_by(ReadingList.shared_at.desc(), ReadingList.id.desc())
        .limit(limit)
    )
    return [PublishedRow(id, title, by, unit, at) for id, title, at, by, unit in rows]


def theme_list_to_copy(session: Session, actor: Actor, list_id: str) -> tuple[str, str] | None:
    """Title and note of a published theme list, for whoever may copy it."""
    if not is_organizing(actor):
        return None
    row = session.execute(
        _theme_lists(actor).add_columns(ReadingList.note).where(ReadingList.id == list_id[:32])
    ).first()
    return (row[1], row[3]) if row else None


def items_to_copy(session: Session, actor: Actor, list_id: str) -> list[DraftItem]:
    """Ask only for a list that `theme_list_to_copy` gave."""
    rows = session.scalars(
        sa.select(ListItem)
        .where(ListItem.organisation_id == actor.organisation, ListItem.list_id == list_id[:32])
        .order_by(ListItem.position)
    )
    return [
        DraftItem(
            row.reading_id, row.reading_group, row.title, row.sentence, row.minutes, row.part,
            note=row.note, question=row.question,
        )
        for row in rows
    ]  # fmt: skip


def _theme_lists(actor: Actor) -> sa.Select[str, str, dt.datetime | None]:
    """Published ones: for organizers those of all units; for whoever organizes some
    units what they read themselves, and what is given to these units."""
    found = sa.select(ReadingList.id, ReadingList.title, ReadingList.shared_at).where(
        ReadingList.organisation_id == actor.organisation,
        ReadingList.theme_list,
        ReadingList.audience != "private",
    )
    if actor.organizer:
        return found
    return found.where(readable_by(replace(actor, units=actor.units | actor.organizes)))


def units_of(session: Session, actor: Actor, list_id: str) -> list[str]:
    """Units that a published list is given to."""
    first = session.execute(
        sa.select(ReadingList.audience, ReadingList.unit_id).where(
            ReadingList.organisation_id == actor.organisation, ReadingList.id == list_id
        )
    ).first()
    if first is None or first[0] != "unit":
        return []
    others = session.scalars(
        sa.select(ListUnit.unit_id)
        .where(ListUnit.organisation_id == actor.organisation, ListUnit.list_id == list_id)
        .order_by(ListUnit.unit_id)
    )
    return list(dict.fromkeys([str(first[1]), *others]))


# Versions of what was published; ask only for lists that the actor may read


class VersionRow(NamedTuple):
    number: int
    published_at: dt.datetime


def versions(session: Session, actor: Actor, list_id: str) -> list[VersionRow]:
    """The newest first."""
    rows = session.execute(
        sa.select(ListVersion.number, ListVersion.published_at)
        .where(ListVersion.organisation_id == actor.organisation, ListVersion.list_id == list_id)
        .order_by(ListVersion.number.desc())
    )
    return [VersionRow(number, at) for number, at in rows]


def begun(session: Session, actor: Actor, list_id: str) -> int | None:
    """The version that this member is working through."""
    return session.scalar(
        sa.select(ListBegun.number).where(
            ListBegun.organisation_id == actor.organisation,
            ListBegun.list_id == list_id,
            ListBegun.member_id == actor.member,
        )
    )


class Kept(NamedTuple):
    """An earlier version, as it was published."""

    title: str
    note: str
    items: list[Item]
    starts_on: dt.date | None


def version(session: Session, actor: Actor, list_id: str, number: int) -> Kept | None:
    row = session.scalars(
        sa.select(ListVersion).where(
            ListVersion.organisation_id == actor.organisation,
            ListVersion.list_id == list_id,
            ListVersion.number == number,
        )
    ).first()
    if row is None:
        return None
    return Kept(row.title, row.note, [item_of(one) for one in row.items], row.starts_on)


def item_of(row: dict[str, object]) -> Item:
    return Item(
        reading=str(row["reading"]),
        group=str(row["group"]),
        title=str(row["title"]),
        sentence=str(row["sentence"]),
        covers=(),
        minutes=int(str(row["minutes"])),
        note=str(row["note"]),
        question=str(row["question"]),
        part=bool(row["part"]),
        week=None if row["week"] is None else int(str(row["week"])),
    )
