"""SQL of reading lists. What others may see is asked for with the actor who asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from webapp.access import Actor
from webapp.community import named_by
from webapp.members import names
from webapp.members import store as members
from webapp.members.tables import Member
from webapp.themes.tables import ListItem, ListUnit, ReadingList
from webapp.units.tables import Unit

Mark = tuple[dt.datetime, str]  # where a page of a list ended: (time, id)


# Who may read


def readable_by(actor: Actor) -> sa.ColumnElement[bool]:
    """Rows that the actor may read: `access.may_read_list` in SQL."""
    if actor.member is None:
        return sa.false()
    return sa.and_(
        ReadingList.organisation_id == actor.organisation,
        sa.or_(
            ReadingList.member_id == actor.member,
            ReadingList.audience == "organisation",
            sa.and_(
                ReadingList.audience == "unit",
                sa.or_(ReadingList.unit_id.in_(sorted(actor.units)), _also_for(actor.units)),
            ),
        ),
    )


def _also_for(units: Collection[str]) -> sa.ColumnElement[bool]:
    """Lists that are given to one of these units besides their first."""
    return sa.exists().where(
        ListUnit.organisation_id == ReadingList.organisation_id,
        ListUnit.list_id == ReadingList.id,
        ListUnit.unit_id.in_(sorted(units)),
    )


# For the suggestions room


class Offered(NamedTuple):
    """A list that others made for the member; `readings` in the list's order."""

    id: str
    title: str
    note: str
    readings: list[str]


def lists_for(
    session: Session,
    who: Actor | Member,
    *,
    theme_lists_only: bool = True,
    limit: int = 20,
) -> list[Offered]:
    """Lists that others shared with this member now, newest first: organizers' theme
    lists, or all. Readings may since have been withdrawn or closed to the member."""
    actor = who if isinstance(who, Actor) else members.actor_of(session, who)
    wanted = sa.and_(readable_by(actor), ReadingList.member_id != str(actor.member))
    if theme_lists_only:
        wanted = sa.and_(wanted, ReadingList.theme_list)
    found = session.execute(
        sa.select(ReadingList.id, ReadingList.title, ReadingList.note)
        .where(wanted)
        .order_by(ReadingList.shared_at.desc(), ReadingList.id.desc())
        .limit(limit)
    ).all()
    readings: dict[str, list[str]] = {}
    for list_id, reading in session.execute(
        sa.select(ListItem.list_id, ListItem.reading_id)
        .where(
            ListItem.organisation_id == actor.organisation,
            ListItem.list_id.in_([row.id for row in found]),
        )
        .order_by(ListItem.list_id, ListItem.position)
    ):
        readings.setdefault(list_id, []).append(reading)
    return [Offered(row.id, row.title, row.note, readings.get(row.id, [])) for row in found]


class Question(NamedTuple):
    """A question that the member asked and kept; private, like a note."""

    list_id: str
    text: str
    made_at: dt.datetime
    prepared: bytes | None  # opaque, of the text


def questions_of(session: Session, who: Actor | Member, *, limit: int = 6) -> list[Question]:
    """The member's own kept questions, newest first, for that member's suggestions alone."""
    organisation, member = _keys(who)
    rows = session.scalars(
        sa.select(ReadingList)
        .where(
            ReadingList.organisation_id == organisation,
            ReadingList.member_id == member,
            ReadingList.question != "",
        )
        .options(undefer(ReadingList.prepared))
        .order_by(ReadingList.made_at.desc(), ReadingList.id.desc())
        .limit(limit)
    )
    return [Question(row.id, row.question, row.made_at, row.prepared) for row in rows]


def keep_prepared(
    session: Session, who: Actor | Member, list_id: str, question: str, prepared: bytes
) -> None:
    """Keep vectors beside the question they were made from, if it still stands.
    Part of the caller's transaction."""
    organisation, member = _keys(who)
    session.execute(
        sa.update(ReadingList)
        .where(
            ReadingList.organisation_id == organisation,
            ReadingList.id == list_id,
            ReadingList.member_id == member,
            ReadingList.question == question,
        )
        .values(prepared=prepared)
    )


def _keys(who: Actor | Member) -> tuple[str, str]:
    if isinstance(who, Actor):
        return who.organisation, str(who.member)
    return who.organisation_id, who.id


# Lists as people see them


@dataclass(frozen=True)
class ListRow:
    """A list in a row of lists."""

    id: str
    title: str
    author: str
    mine: bool
    theme_list: bool
    audience: str
    unit: str  # its name, for audience "unit"
    at: dt.datetime  # made, of one's own; shared, of others
    question: str  # "" where it is not shown to this reader

    @property
    def mark(self) -> Mark:
        return self.at, self.id


@dataclass(frozen=True)
class ShownList(ListRow):
    """A list with what this reader may see of it."""

    note: str
    unanswered: tuple[str, ...]  # the asker's words, so shown only with the question
    question_shown: bool
    unit_id: str | None
    shared_at: dt.datetime | None
    changed_at: dt.datetime
    starts_on: dt.date | None  # of a theme list that is read week by week


@dataclass(frozen=True)
class Item:
    """A reading on a list, as it was kept."""

    reading: str
    group: str
    title: str
    sentence: str
    covers: tuple[str, ...]
    minutes: int
    note: str
    question: str = ""  # to think about, from whoever made the list
    part: bool = False  # only the part around that passage is meant
    week: int | None = None  # 0 first


def mine(
    session: Session, actor: Actor, *, after: Mark | None = None, limit: int = 20
) -> list[ListRow]:
    """The actor's own lists, newest first."""
    own = sa.and_(
        ReadingList.organisation_id == actor.organisation, ReadingList.member_id == actor.member
    )
    return _rows(session, actor, own, ReadingList.made_at, after, limit)


def shared(
    session: Session,
    actor: Actor,
    *,
    theme_lists: bool,
    after: Mark | None = None,
    limit: int = 20,
) -> list[ListRow]:
    """Lists that are open to the actor: organizers' theme lists, one's own among them,
    or lists that others shared; newest first."""
    wanted = sa.and_(
        readable_by(actor),
        ReadingList.audience != "private",
        ReadingList.theme_list if theme_lists else sa.not_(ReadingList.theme_list),
    )
    if not theme_lists:
        wanted = sa.and_(wanted, ReadingList.member_id != str(actor.member))
    return _rows(session, actor, wanted, ReadingList.shared_at, after, limit)


def readable(session: Session, actor: Actor, list_id: str) -> ShownList | None:
    """One list, or None: unknown and not readable are the same answer."""
    row = session.execute(
        _selected(actor, ReadingList.made_at)
        .add_columns(
            ReadingList.note,
            sa.case((_seen_by(actor), ReadingList.unanswered), else_=sa.null()),
            ReadingList.question_shown,
            ReadingList.unit_id,
            ReadingList.shared_at,
            ReadingList.changed_at,
            ReadingList.starts_on,
        )
        .where(readable_by(actor), ReadingList.id == list_id)
    ).first()
    if row is None:
        return None
    values = list(row)
    values[3], values[4], values[11] = bool(values[3]), bool(values[4]), bool(values[11])
    values[10] = tuple(values[10] or ())
    return ShownList(*values)


def items(session: Session, actor: Actor, lists: Collection[str]) -> dict[str, list[Item]]:
    """Readings of these lists, in their order. Ask only for lists that the actor may read.

    What a reading covers is in the asker's words: it comes with the question alone.
    """
    if not lists:
        return {}
    found: dict[str, list[Item]] = {}
    rows = session.execute(
        sa.select(
            ListItem.list_id,
            ListItem.reading_id,
            ListItem.reading_group,
            ListItem.title,
            ListItem.sentence,
            sa.case((_seen_by(actor), ListItem.covers), else_=sa.null()),
            ListItem.minutes,
            ListItem.note,
            ListItem.question,
            ListItem.part,
            ListItem.week,
        )
        .join(
            ReadingList,
            named_by(ReadingList, ListItem.list_id),
        )
        .where(readable_by(actor), ListItem.list_id.in_(list(lists)))
        .order_by(ListItem.list_id, ListItem.position)
    )
    for list_id, *values in rows:
        found.setdefault(list_id, []).append(_item(values))
    return found


def own(
    session: Session, actor: Actor, list_id: str, *, to_change: bool = False
) -> ReadingList | None:
    """The actor's own list; None for an unknown one and for that of another, alike."""
    query = sa.select(ReadingList).where(
        ReadingList.organisation_id == actor.organisation,
        ReadingList.id == list_id,
        ReadingList.member_id == actor.member,
    )
    if to_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).first()


def own_items(session: Session, reading_list: ReadingList) -> list[Item]:
    """The items of one's own list, in their order."""
    rows = session.execute(
        sa.select(
            ListItem.reading_id,
            ListItem.reading_group,
            ListItem.title,
            ListItem.sentence,
            ListItem.covers,
            ListItem.minutes,
            ListItem.note,
            ListItem.question,
            ListItem.part,
            ListItem.week,
        )
        .where(
            ListItem.organisation_id == reading_list.organisation_id,
            ListItem.list_id == reading_list.id,
        )
        .order_by(ListItem.position)
    )
    return [_item(values) for values in rows]


def _item(values: Sequence[Any]) -> Item:
    reading, group, title, sentence, covers, minutes, note, question, part, week = values
    return Item(
        reading, group, title, sentence, tuple(covers or ()), minutes, note, question,
        bool(part), week,
    )  # fmt: skip


def count_of(session: Session, actor: Actor) -> int:
    """How many lists the actor has made."""
    return int(
        session.scalar(
            sa.select(sa.func.count())
            .select_from(ReadingList)
            .where(
                ReadingList.organisation_id == actor.organisation,
                ReadingList.member_id == actor.member,
            )
        )
        or 0
    )


def _seen_by(actor: Actor) -> sa.ColumnElement[bool]:
    """Where the question, and what is in its words, is shown to the actor."""
    return sa.or_(ReadingList.member_id == actor.member, ReadingList.question_shown)


def _selected(actor: Actor, at: Any) -> sa.Select[Any]:
    return (
        sa.select(
            ReadingList.id,
            ReadingList.title,
            names.shown(),
            ReadingList.member_id == actor.member,
            ReadingList.theme_list,
            ReadingList.audience,
            sa.func.coalesce(Unit.name, ""),
            at,
            # a question that is not shown never leaves the database
            sa.case((_seen_by(actor), ReadingList.question), else_=""),
        )
        .select_from(ReadingList)
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
    )


def _rows(
    session: Session,
    actor: Actor,
    wanted: sa.ColumnElement[bool],
    at: Any,
    after: Mark | None,
    limit: int,
) -> list[ListRow]:
    query = _selected(actor, at).where(wanted)
    if after is not None:
        moment, last = after
        query = query.where(sa.or_(at < moment, sa.and_(at == moment, ReadingList.id < last)))
    rows = session.execute(query.order_by(at.desc(), ReadingList.id.desc()).limit(limit))
    return [_row(row) for row in rows]


def _row(row: Sequence[Any]) -> ListRow:
    values = list(row)
    values[3], values[4] = bool(values[3]), bool(values[4])
    return ListRow(*values)
