"""Who can read a piece, and what one of them sees of it. For its author alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp import access, clock
from webapp.access import Actor
from webapp.members import store as members
from webapp.members.tables import Member
from webapp.reflections import lifecycle, readers, store, wording
from webapp.reflections.readers import Readers
from webapp.reflections.store import Shown
from webapp.reflections.tables import Reflection
from webapp.units.tables import Membership

MOST_CHOSEN_FROM = 300  # members among whom one is chosen


@dataclass(frozen=True)
class WhoReads:
    """Readers for one audience, and the other audiences that could be chosen."""

    audience: str  # "unit:<id>" | "organisation" | "anonymous"
    units: list[Readers]
    everybody: int  # members of the organisation now, the author included
    members: list[tuple[str, str]]  # id and name of those who could read, by name
    present: str  # the audience of the submitted piece; "" for one that is not

    @property
    def unit(self) -> Readers | None:
        return next((u for u in self.units if f"unit:{u.unit_id}" == self.audience), None)


def of(session: Session, actor: Actor, piece: Reflection, *, audience: str) -> WhoReads:
    """`audience`: the one that is looked at; "" for that of the piece."""
    units = readers.readers_of_units(session, actor, present=piece.unit_id)
    present = _name(piece.audience, piece.unit_id) if piece.status == "submitted" else ""
    known = {f"unit:{u.unit_id}" for u in units} | {"organisation", "anonymous"}
    wanted = next((a for a in (audience, present) if a in known), "organisation")
    unit = wanted.partition(":")[2]
    return WhoReads(
        audience=wanted,
        units=units,
        everybody=readers.member_count(session, actor.organisation),
        members=_could_read(session, actor, unit or None),
        present=present,
    )


def reader(session: Session, actor: Actor, member_id: str) -> Actor | None:
    """The actor of another present member of the organisation. Used for nothing but
    showing an own piece as that member sees it."""
    found = members.member(session, actor.organisation, member_id)
    if found is None or found.left_at is not None or found.id == actor.member:
        return None
    return members.actor_of(session, found)


def as_seen_by(
    session: Session,
    actor: Actor,
    reader: Actor,
    piece: Reflection,
    *,
    audience: str,
    now: dt.datetime,
) -> Shown | None:
    """The actor's own piece as this reader sees it: as it is submitted, or, with an
    `audience`, as it would be if the draft were submitted now. None: they see nothing.
    """
    if piece.member_id != actor.member:
        return None
    if not audience:
        found = store.readable(session, reader, piece.id)
        return found if found and found.status == "submitted" else None
    kind, _colon, unit = audience.partition(":")
    own = store.readable(session, actor, piece.id)
    problem = lifecycle.obstacle(
        title="-", body=piece.body, audience=kind, unit=unit or None, units=actor.units
    )
    may = access.may_read_reflection(
        reader, author=str(actor.member), status="submitted", audience=kind, unit=unit or None
    )
    if own is None or problem or not may:
        return None
    named = access.sees_author(reader, author=str(actor.member), audience=kind)
    units = {u.unit_id: u.name for u in readers.readers_of_units(session, actor)}
    return replace(
        own,
        status="submitted",
        audience=kind,
        unit=units.get(unit, ""),
        title=piece.title or wording.proposed_title(piece.body, titled=piece.genre != "experience"),
        author=actor.name if named else "",
        mine=False,
        body=piece.body,
        length=len(piece.body),
        shown_at=lifecycle.shown_at(
            now, audience=kind, zone=clock.zone(), before=None, audience_before=None
        ),
        changed_since=False,
        hidden=False,
    )


def _name(audience: str | None, unit: str | None) -> str:
    return f"unit:{unit}" if audience == "unit" else audience or ""


def _could_read(session: Session, actor: Actor, unit: str | None) -> list[tuple[str, str]]:
    query = (
        sa.select(Member.id, Member.name)
        .where(
            Member.organisation_id == actor.organisation,
            Member.left_at.is_(None),
            Member.id != actor.member,
        )
        .order_by(Member.name, Member.id)
        .limit(MOST_CHOSEN_FROM)
    )
    if unit is not None:
        query = query.where(
            sa.exists().where(
                Membership.organisation_id == Member.organisation_id,
                Membership.member_id == Member.id,
                Membership.unit_id == unit,
                Membership.until.is_(None),
            )
        )
    return [(id, name) for id, name in session.execute(query)]
