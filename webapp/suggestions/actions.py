"""Making a member's list of the day, and how the member steers it: each change is
one transaction, and what changes the list's making takes the old list away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from recommender import prepare_evidence, suggest
from recommender.readings import Evidence, EvidenceKind, Profile, Suggestion
from webapp.access import Actor
from webapp.community import change
from webapp.ids import new_id
from webapp.members.tables import Member
from webapp.readings import store as readings
from webapp.resources import Resources
from webapp.suggestions import cards, gathering, profile, store
from webapp.suggestions.cards import Kept
from webapp.suggestions.due import new_list_due
from webapp.suggestions.tables import Steer

COUNT = 7
TRIES = 3
MOST_SWITCHES = 1_000
SAME_VISIT = dt.timedelta(hours=4)
OPPOSITE = {"more": "less", "less": "more"}
# Words that are everybody's: their vectors may be kept as long as the process runs.
PUBLIC = ("role", "interest", "read", "saved", "more", "less")


# The list


def profile_for(session: Session, member: Member, resources: Resources, *, day: dt.date) -> Profile:
    """What the member's suggestions are made from that day, with its vectors."""
    known = gathering.known_of(session, member, resources.library, day=day)
    found = profile.switched(known, member.switched_off)
    model = resources.model
    found = gathering.with_prepared(
        session, member, found, lambda text, language: prepare_evidence(model, text, language)
    )
    return replace(found, evidence=tuple(public_prepared(model, e) for e in found.evidence))


def public_prepared(model: Any, piece: Evidence) -> Evidence:
    """The piece with its vectors, if its words are the library's or a role's."""
    if piece.kind not in PUBLIC or not piece.text:
        return piece
    if (piece.ref or "").startswith(gathering.REFLECTION):
        return piece
    return replace(piece, prepared=_prepared(model, piece.text, piece.language, piece.kind))


@lru_cache(maxsize=2_000)
def _prepared(model: Any, text: str, language: str, kind: EvidenceKind) -> bytes:
    return prepare_evidence(model, text, language, kind=kind)


def make(
    session: Session, member: Member, resources: Resources, *, day: dt.date
) -> list[Suggestion]:
    """The member's suggestions for this day, from the truth as it is now."""
    found = profile_for(session, member, resources, day=day)
    session.rollback()
    return suggest(
        resources.index,
        resources.model,
        found,
        day=day,
        count=COUNT,
        together=resources.together,
    )


def todays(
    session: Session,
    member: Member,
    resources: Resources,
    *,
    day: dt.date,
    now: dt.datetime,
    seen: dt.datetime | None = None,
) -> list[Kept]:
    """The list of the day: the kept one, or a new one that is kept from now on.

    A list is kept only if nothing that it was made from has changed meanwhile:
    it quotes the member's words, and they may be gone. A list that is made
    beforehand says when the member was `seen` last, not that they are here now.
    """
    fingerprint = resources.model.fingerprint
    made: list[dict[str, Any]] = []
    for _try in range(TRIES):
        stamp = member.profile_stamp
        present = store.day_list(session, member, day)
        if present and (present.profile_stamp, present.model) == (stamp, fingerprint):
            found = cards.from_json(present.cards)
            if seen is None and now - present.made_at > SAME_VISIT:
                with change(session):
                    store.touch_day_list(session, member, day, now=now)
            return found
        made = cards.to_json(make(session, member, resources, day=day))
        with change(session):
            newest = store.stamp_to_change(session, member)
            # another tab may have made it meanwhile: the first one stays
            other = store.day_list(session, member, day)
            if other and (other.profile_stamp, other.model) == (newest, fingerprint):
                return cards.from_json(other.cards)
            if newest == stamp:
                store.keep_day_list(
                    session,
                    member,
                    day=day,
                    stamp=stamp,
                    model=fingerprint,
                    cards=made,
                    now=seen or now,
                )
                return cards.from_json(made)
        session.refresh(member)
    return cards.from_json(made)


# Steering


def steer(session: Session, actor: Actor, kind: str, target: str, *, now: dt.datetime) -> str:
    """Steer so from now on; the id of the steer. One that stands already stays as it
    was; "more" takes the place of "less" of the same reading, and the other way."""
    with change(session):
        member = _to_change(session, actor)
        present = store.steer(session, actor, kind, target)
        if present is not None or member is None:
            return present.id if present else ""
        if kind in OPPOSITE:
            other = store.steer(session, actor, OPPOSITE[kind], target)
            if other is not None:
                session.delete(other)
        made = Steer(
            organisation_id=actor.organisation,
            id=new_id(),
            member_id=member.id,
            kind=kind,
            target=target,
            at=now,
        )
        session.add(made)
        session.flush()
        new_list_due(session, actor)
        return made.id


def undo_steer(session: Session, actor: Actor, steer_id: str) -> Steer | None:
    """Take a steer back; what it was, or None if there is none (any more)."""
    with change(session):
        member = _to_change(session, actor)
        found = store.own_steer(session, actor, steer_id)
        if found is None or member is None:
            return None
        session.delete(found)
        _forget_switch(member, f"{found.kind}:{found.target}")
        session.flush()
        new_list_due(session, actor)
        return found


def set_newness(session: Session, actor: Actor, newness: int) -> None:
    """Of 0, more of the same, to 100, something new."""
    with change(session):
        member = _to_change(session, actor)
        if member is not None and member.newness != newness:
            member.newness = newness
            session.flush()
            new_list_due(session, actor)


def set_minutes(session: Session, actor: Actor, minutes: int | None, *, day: dt.date) -> None:
    """The time that the member has to read on that day; None for any."""
    with change(session):
        member = _to_change(session, actor)
        if member is None:
            return
        before = member.minutes_today if member.minutes_day == day else None
        member.minutes_today = minutes
        member.minutes_day = None if minutes is None else day
        if before != minutes:
            session.flush()
            new_list_due(session, actor)


def switch(session: Session, actor: Actor, what: Collection[str], *, off: bool) -> None:
    """Switch signals off or on again: kinds, or pieces by their id."""
    with change(session):
        member = _to_change(session, actor)
        if member is None:
            return
        kept = [known for known in member.switched_off if known not in what]
        wanted = [*kept, *sorted(what)] if off else kept
        if set(wanted) != set(member.switched_off):
            member.switched_off = wanted[-MOST_SWITCHES:]
            session.flush()
            new_list_due(session, actor)


def forget_deed(session: Session, actor: Actor, kind: str, group: str) -> None:
    """A deed, as if it had never been; a new list at once."""
    with change(session):
        if readings.delete_deed(session, actor, kind, group):
            new_list_due(session, actor)


def forget_place(session: Session, actor: Actor, slug: str) -> None:
    """Where the member was in a text."""
    with change(session):
        readings.delete_place(session, actor, slug)


def forget_switch(session: Session, actor: Actor, piece: str) -> None:
    """A piece that is gone needs no switch: should it come back, it counts."""
    with change(session):
        member = _to_change(session, actor)
        if member is not None:
            _forget_switch(member, piece)


def _forget_switch(member: Member, piece: str) -> None:
    if piece in member.switched_off:
        member.switched_off = [known for known in member.switched_off if known != piece]


def _to_change(session: Session, actor: Actor) -> Member | None:
    """The member as they are now; nobody else changes them until the transaction ends."""
    key = (actor.organisation, actor.member)
    return session.get(Member, key, populate_existing=True, with_for_update=True)
