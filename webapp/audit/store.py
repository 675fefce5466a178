"""SQL of the audit log, as an administrator may see it.

Administrators read no more of people's writing than any member, and the log is no
way around that: what is about a piece is shown only to whoever would read it, and
days on which few came are left out of who signed in and out, or did something for
themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from webapp.access import Actor
from webapp.answers.reports import would_read
from webapp.answers.tables import Answer
from webapp.audit.tables import AuditEvent
from webapp.members.tables import Member
from webapp.reflections.store import Mark
from webapp.reflections.tables import Reflection
from webapp.requirements.tables import EnteredPiece
from webapp.units.tables import StudyRole, Unit, UnitKind

FEWEST = 5  # different members must have signed in on a day before it is listed who did
# Details that are ids, of which kinds of thing.
DETAILS: dict[str, tuple[str, ...]] = {
    "member": ("member",),
    "role": ("role",),
    "unit": ("unit",),
    "into": ("unit",),
    "above": ("unit",),
}
BEFORE_AND_AFTER = dict.fromkeys(("before", "after"), ("unit", "unit_kind"))  # of a unit
HIDDEN_KINDS = ("day", "reflection", "answer")  # shown under a rule of their own, see below


@dataclass(frozen=True)
class Wanted:
    """What the page is to show; "" and None: whatever there is."""

    what: str = ""  # the first part of a name: "unit", "sign_in"
    who: str = ""  # part of a member's name
    about_kind: str = ""
    about_id: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None  # before this moment


@dataclass(frozen=True)
class Event:
    id: str
    at: dt.datetime
    by: str | None
    what: str
    about_kind: str | None
    about_id: str | None
    details: dict[str, Any]

    @property
    def mark(self) -> Mark:
        return self.at, self.id

    @property
    def detail_kinds(self) -> dict[str, tuple[str, ...]]:
        """Which of its details are ids, and of what."""
        return DETAILS | BEFORE_AND_AFTER if self.about_kind == "unit" else DETAILS

    @property
    def named(self) -> list[tuple[str, str]]:
        """(kind, id) of all that has a name and may stand in the sentence."""
        found = [("member", self.by), (self.about_kind or "", self.about_id)]
        for detail, kinds in self.detail_kinds.items():
            found += [(kind, self.details.get(detail)) for kind in kinds]
        return [(kind, id) for kind, id in found if kind and isinstance(id, str)]


def shown_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Lines that an administrator gets."""
    piece = sa.exists().where(would_read(actor), Reflection.id == AuditEvent.about_id)
    answered = sa.exists().where(
        Answer.organisation_id == actor.organisation,
        Answer.id == AuditEvent.about_id,
        Reflection.id == Answer.reflection_id,
        would_read(actor),
    )
    entered = sa.exists().where(
        EnteredPiece.organisation_id == actor.organisation,
        EnteredPiece.id == AuditEvent.about_id,
        EnteredPiece.unit_id.in_(sorted(actor.units)),
    )
    return sa.and_(
        AuditEvent.organisation_id == actor.organisation,
        # pieces that organizers entered are read in their unit, like pieces for it
        sa.or_(
            AuditEvent.what.not_like("piece.%"),
            AuditEvent.about_kind == "reflection",
            AuditEvent.about_id.in_(sorted(actor.units)),
            entered.correlate(AuditEvent),
            sa.and_(
                AuditEvent.about_kind == "day",
                sa.or_(
                    AuditEvent.by == actor.member,
                    AuditEvent.details["unit"].as_string().in_(sorted(actor.units)),
                ),
            ),
        ),
        sa.or_(
            AuditEvent.about_kind.is_(None),
            AuditEvent.about_kind.not_in(HIDDEN_KINDS),
            sa.and_(AuditEvent.about_kind == "reflection", piece.correlate(AuditEvent)),
            sa.and_(AuditEvent.about_kind == "answer", answered.correlate(AuditEvent)),
            sa.and_(
                AuditEvent.about_kind == "day",
                sa.or_(AuditEvent.by == actor.member, _many_came()),
            ),
        ),
    )


def _many_came() -> sa.ColumnElement[bool]:
    """Whether enough different members signed in on the day of a line."""
    other = aliased(AuditEvent)
    who = (
        sa.select(other.by)
        .where(
            other.organisation_id == AuditEvent.organisation_id,
            other.about_kind == "day",
            other.about_id == AuditEvent.about_id,
            other.what == "sign_in.done",
        )
        .distinct()
        .limit(FEWEST)
        .correlate(AuditEvent)
        .subquery()
    )
    return sa.select(sa.func.count()).select_from(who).scalar_subquery() >= FEWEST


def events(
    session: Session,
    actor: Actor,
    wanted: Wanted,
    *,
    after: Mark | None = None,
    limit: int = 50,
) -> list[Event]:
    """The newest first."""
    query = (
        sa.select(
            AuditEvent.id,
            AuditEvent.at,
            AuditEvent.by,
            AuditEvent.what,
            AuditEvent.about_kind,
            AuditEvent.about_id,
            AuditEvent.details,
        )
        .where(shown_to(actor))
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(limit)
    )
    if wanted.what:
        query = query.where(AuditEvent.what.startswith(f"{wanted.what}.", autoescape=True))
    if wanted.who:
        named = sa.select(Member.id).where(
            Member.organisation_id == actor.organisation,
            sa.func.lower(Member.name).contains(wanted.who.lower(), autoescape=True),
        )
        query = query.where(AuditEvent.by.in_(named))
    if wanted.about_kind:
        query = query.where(
            AuditEvent.about_kind == wanted.about_kind, AuditEvent.about_id == wanted.about_id
        )
    if wanted.since is not None:
        query = query.where(AuditEvent.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEvent.at < wanted.until)
    if after is not None:
        at, last = after
        query = query.where(
            sa.or_(AuditEvent.at < at, sa.and_(AuditEvent.at == at, AuditEvent.id < last))
        )
    return [Event(*row) for row in session.execute(query)]


def about_oneself(session: Session, actor: Actor) -> sa.Select[Any]:
    """Lines by the actor or about them, for what they take along."""
    return (
        sa.select(AuditEvent)
        .where(
            AuditEvent.organisation_id == actor.organisation,
            sa.or_(
                AuditEvent.by == actor.member,
                sa.and_(AuditEvent.about_kind == "member", AuditEvent.about_id == actor.member),
            ),
        )
        .order_by(AuditEvent.at, AuditEvent.id)
    )


def names(
    session: Session, actor: Actor, found: Collection[Event], *, chinese: bool
) -> dict[tuple[str, str], str]:
    """What the things that lines are about, and who did them, are called now:
    (kind, id) -> name. What is gone has none."""
    wanted: dict[str, set[str]] = {}
    for event in found:
        for kind, id in event.named:
            wanted.setdefault(kind, set()).add(id)
    tables: dict[str, tuple[Any, Any]] = {
        "member": (Member, Member.name),
        "unit": (Unit, Unit.name),
        "role": (StudyRole, StudyRole.name_zh if chinese else StudyRole.name_en),
        "unit_kind": (UnitKind, UnitKind.name_zh if chinese else UnitKind.name_en),
        "reflection": (Reflection, Reflection.published_title),
    }
    called: dict[tuple[str, str], str] = {}
    for kind, (table, name) in tables.items():
        ids = sorted(wanted.get(kind, ()))
        if ids:
            query = sa.select(table.id, name).where(
                table.organisation_id == actor.organisation, table.id.in_(ids)
            )
            if kind == "reflection":
                query = query.where(would_read(actor))
            called |= {(kind, id): words for id, words in session.execute(query) if words}
    return called
