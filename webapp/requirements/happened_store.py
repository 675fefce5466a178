"""SQL of what happened: pieces, answers, readings, practice, attendance, entered pieces.

Two ways in. `own` gives a member everything of theirs. `of_others` gives an organizer
what they may read anyway under its author's name: no piece without a name, nothing
private, and entries only of units that they organize. Both look only for what the
methods ask for. The number of statements is the same for one person and for fifty; each
is built once, since to build one takes longer than the database needs to answer it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp import clock
from webapp.access import Actor
from webapp.answers.tables import Answer
from webapp.community import named_by
from webapp.goals.tables import Goal
from webapp.readings.tables import Deed
from webapp.reflections import store as reflections
from webapp.reflections.tables import Reflection
from webapp.requirements import happened_entries, happened_pieces, texts_store
from webapp.requirements.asking import Method
from webapp.requirements.happened import (
    Attended,
    Discussed,
    FollowedUp,
    Happened,
    Piece,
    Reading,
)

# Methods for which something may count that was written.
OF_PIECES: frozenset[Method] = frozenset(("read", "write", "practise"))


def own(session: Session, actor: Actor, since: dt.date, methods: Collection[Method]) -> Happened:
    """Everything of the actor's own from this day on."""
    me = [str(actor.member)]
    gathered = _Gathered()
    if OF_PIECES.intersection(methods):
        gathered.add_pieces(happened_pieces.own(session, actor, _begins(since)))
        entered = happened_entries.pieces(session, actor, me, since, everywhere=True)
        gathered.add_pieces(entered)
    if "discuss" in methods:
        _discussed(session, actor, me, since, gathered, readable_only=False)
    if "attend" in methods:
        _attended(session, actor, me, since, gathered, everywhere=True)
    if "read" in methods:
        _deeds(session, actor, since, gathered)
    if "practise" in methods:
        _goals(session, actor, since, gathered)
    return gathered.happened(session, actor, me)[me[0]]


def of_others(
    session: Session,
    actor: Actor,
    members: Collection[str],
    since: dt.date,
    methods: Collection[Method],
) -> dict[str, Happened]:
    """By member, what the actor may know of each of them from this day on."""
    gathered = _Gathered()
    if OF_PIECES.intersection(methods):
        gathered.add_pieces(happened_pieces.of_others(session, actor, members, _begins(since)))
        entered = happened_entries.pieces(session, actor, members, since, everywhere=False)
        gathered.add_pieces(entered)
    if "discuss" in methods:
        _discussed(session, actor, members, since, gathered, readable_only=True)
    if "attend" in methods:
        _attended(session, actor, members, since, gathered, everywhere=False)
    return gathered.happened(session, actor, members)


@dataclass
class _Gathered:
    """By member, as the statements bring it."""

    pieces: dict[str, list[Piece]] = field(default_factory=lambda: defaultdict(list))
    discussed: dict[str, list[Discussed]] = field(default_factory=lambda: defaultdict(list))
    attended: dict[str, list[Attended]] = field(default_factory=lambda: defaultdict(list))
    readings: list[tuple[str, dt.date]] = field(default_factory=list)  # the actor's own
    goals: list[FollowedUp] = field(default_factory=list)  # the actor's own

    def add_pieces(self, found: Iterable[tuple[str, Piece]]) -> None:
        for member, piece in found:
            self.pieces[member].append(piece)

    def happened(
        self, session: Session, actor: Actor, members: Collection[str]
    ) -> dict[str, Happened]:
        slugs = {slug for pieces in self.pieces.values() for p in pieces for slug in p.texts}
        slugs.update(slug for said in self.discussed.values() for d in said for slug in d.texts)
        slugs.update(group for group, _day in self.readings)
        texts = texts_store.of(session, actor, slugs)
        readings = tuple(
            Reading(group, known.title, day, known.themes)
            if (known := texts.get(group))
            else Reading(group, "", day)
            for group, day in self.readings
        )
        return {
            member: Happened(
                pieces=tuple(self.pieces.get(member, ())),
                readings=readings,
                discussed=tuple(self.discussed.get(member, ())),
                attended=tuple(self.attended.get(member, ())),
                goals=tuple(self.goals),
                texts=texts,
            )
            for member in members
        }


def _discussed(
    session: Session,
    actor: Actor,
    members: Collection[str],
    since: dt.date,
    gathered: _Gathered,
    *,
    readable_only: bool,
) -> None:
    """Answers of these members to pieces of others. Of a piece that the actor may not
    read any more nothing is known but that it was answered."""
    query = _answers(actor, readable_only=readable_only)
    asked = {"members": sorted(members), "since": _begins(since)}
    rows = session.execute(query, asked).all()
    texts = texts_store.cited(session, actor, [row.piece for row in rows if row.readable])
    for row in rows:
        if not row.readable:
            said = Discussed(row.piece, "", _day(row.at))
            gathered.discussed[row.member_id].append(said)
            continue
        about = texts[row.piece] | ({row.text_slug} if row.text_slug else set())
        gathered.discussed[row.member_id].append(
            Discussed(
                piece_id=row.piece,
                title=row.published_title,
                day=_day(row.at),
                themes=frozenset(row.themes or ()),
                texts=frozenset(about),
            )
        )


@lru_cache(maxsize=64)  # to build it takes longer than the database does
def _answers(actor: Actor, *, readable_only: bool) -> Any:
    query = (
        sa.select(
            Answer.member_id,
            Answer.at,
            Reflection.id.label("piece"),
            Reflection.published_title,
            Reflection.themes,
            Reflection.text_slug,
            reflections.readable_by(actor).label("readable"),
        )
        .join(
            Reflection,
            named_by(Reflection, Answer.reflection_id),
        )
        .where(
            Answer.organisation_id == actor.organisation,
            Answer.member_id.in_(sa.bindparam("members", expanding=True)),
            Answer.kind != "reply",
            Answer.at >= sa.bindparam("since"),
            Answer.taken_back_at.is_(None),
            Answer.hidden_at.is_(None),
            Reflection.member_id != Answer.member_id,
        )
    )
    if readable_only:
        query = query.where(reflections.open_to(actor), Reflection.hidden_at.is_(None))
    return query


def _attended(
    session: Session,
    actor: Actor,
    members: Collection[str],
    since: dt.date,
    gathered: _Gathered,
    *,
    everywhere: bool,
) -> None:
    found = happened_entries.attended(session, actor, members, since, everywhere=everywhere)
    for member, entry in found:
        gathered.attended[member].append(entry)


def _deeds(session: Session, actor: Actor, since: dt.date, gathered: _Gathered) -> None:
    asked = {"organisation": actor.organisation, "member": actor.member, "since": _begins(since)}
    for group, at in session.execute(_read(), asked):
        gathered.readings.append((group, _day(at)))


@cache
def _read() -> Any:
    return sa.select(Deed.reading_group, Deed.at).where(
        Deed.organisation_id == sa.bindparam("organisation"),
        Deed.member_id == sa.bindparam("member"),
        Deed.kind == "read",
        Deed.at >= sa.bindparam("since"),
    )


def _goals(session: Session, actor: Actor, since: dt.date, gathered: _Gathered) -> None:
    asked = {"organisation": actor.organisation, "member": actor.member, "since": _begins(since)}
    for id, what, at in session.execute(_followed_up(), asked):
        gathered.goals.append(FollowedUp(id, what, _day(at)))


@cache
def _followed_up() -> Any:
    return sa.select(Goal.id, Goal.what, Goal.answered_at).where(
        Goal.organisation_id == sa.bindparam("organisation"),
        Goal.member_id == sa.bindparam("member"),
        Goal.status.in_(("done", "partly", "not_done")),
        Goal.answered_at >= sa.bindparam("since"),
    )


def _begins(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), clock.zone()).astimezone(dt.UTC)


def _day(at: dt.datetime) -> dt.date:
    return at.astimezone(clock.zone()).date()
