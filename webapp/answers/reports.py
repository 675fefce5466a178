"""SQL of reports and of what organizers decided about them.

An organizer is asked about what they would read as a member, hidden or not; of
whoever reported something nothing is selected.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from webapp import clock
from webapp.access import Actor
from webapp.answers.tables import Answer, Moderation, Report
from webapp.community import named_by
from webapp.members import names
from webapp.members.tables import Member
from webapp.reflections.store import EXCERPT_SOURCE
from webapp.reflections.tables import Reflection
from webapp.units.tables import Appointment, MemberRole, Membership, StudyRole

MOST = 60  # reports on the page; the rest come as these are settled
KEPT_SHOWN = 60  # decisions on the page

ROLES_TO_ASK = ("organizer", "secretary")  # study roles, of whom a member of the unit can ask


def would_read(actor: Actor) -> sa.ColumnElement[bool]:
    """Pieces that a member would read, were nothing hidden."""
    return sa.and_(
        Reflection.organisation_id == actor.organisation,
        Reflection.status == "submitted",
        sa.or_(
            Reflection.audience.in_(("organisation", "anonymous")),
            sa.and_(
                Reflection.audience == "unit", Reflection.unit_id.in_(sorted(actor.units))
            ),
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class Reported:
    """A reflection or an answer, with what an organizer needs to decide about it."""

    piece: str
    answer: str | None
    title: str  # of the piece
    words: str  # the answer whole, of a piece the beginning
    kind: str  # of the answer; "" for a piece
    by: str  # "" for whoever wrote a piece without a name, and for the author in answers
    language: str
    nameless: bool
    own: bool  # the organizer's own words
    hidden: bool
    taken_back: bool
    reasons: tuple[str, ...] = ()  # those that wait, the oldest first

    @property
    def what(self) -> str:
        return "answer" if self.answer else "reflection"

    @property
    def id(self) -> str:
        return self.answer or self.piece


def _selected(actor: Actor, of: Any, *more: Any) -> sa.Select[Any]:
    """Of reports or decisions (`of`): what they are about."""
    is_answer = of.answer_id.is_not(None)
    by_author = Answer.member_id == Reflection.member_id
    nameless = Reflection.audience == "anonymous"
    author = sa.case((is_answer, Answer.member_id), else_=Reflection.member_id)
    return (
        sa.select(
            of.reflection_id,
            of.answer_id,
            Reflection.published_title,
            sa.case(
                (is_answer, Answer.body),
                else_=sa.func.substr(Reflection.published_body, 1, EXCERPT_SOURCE),
            ),
            sa.func.coalesce(Answer.kind, ""),
            sa.case(
                (sa.and_(is_answer, by_author), ""),
                (sa.and_(sa.not_(is_answer), nameless), ""),
                else_=names.shown(),
            ),
            Reflection.language,
            nameless,
            author == actor.member,
            sa.case(
                (is_answer, Answer.hidden_at.is_not(None)), else_=Reflection.hidden_at.is_not(None)
            ),
            Answer.taken_back_at.is_not(None),
            *more,
        )
        .select_from(of)
        .join(
            Reflection,
            named_by(Reflection, of.reflection_id),
        )
        .outerjoin(
            Answer,
            named_by(Answer, of.answer_id),
        )
        .join(
            Member,
            sa.and_(Member.organisation_id == of.organisation_id, Member.id == author),
        )
        .where(would_read(actor))
    )


def _reported(row: Any, reasons: tuple[str, ...] = ()) -> Reported:
    values = list(row[:11])
    values[7:11] = [bool(value) for value in values[7:11]]
    return replace(Reported(*values), reasons=reasons)


def waiting(session: Session, actor: Actor) -> list[Reported]:
    """What was reported and not yet decided, the longest waiting first, with every
    reason given for it."""
    rows = session.execute(
        _selected(actor, Report, Report.reason)
        .where(Report.settled_at.is_(None))
        .order_by(Report.at, Report.id)
        .limit(MOST)
    )
    found: dict[tuple[str, str | None], tuple[Any, list[str]]] = {}
    for row in rows:
        found.setdefault((row[0], row[1]), (row, []))[1].append(row[11])
    return [_reported(row, tuple(reasons)) for row, reasons in found.values()]


@dataclass(frozen=True)
class Decided:
    """One entry of the record."""

    about: Reported
    action: str  # leave | hide | show
    by: str
    reason: str
    at: dt.datetime
    newest: bool = False  # the last word about it: from here it can be changed


def record(session: Session, actor: Actor) -> list[Decided]:
    """What was decided about what the actor would read, the newest first."""
    organizer = aliased(Member, name="organizer")
    rows = session.execute(
        _selected(actor, Moderation, Moderation.action, organizer.name, Moderation.reason, Moderation.at)
        .join(
            organizer,
            named_by(organizer, Moderation.member_id),
        )
        .order_by(Moderation.at.desc(), Moderation.id.desc())
        .limit(KEPT_SHOWN)
    )  # fmt: skip
    seen: set[str] = set()
    found = []
    for row in rows:
        about = _reported(row)
        action, by, reason, at = row[11:]
        found.append(Decided(about, action, by, reason, at, about.id not in seen))
        seen.add(about.id)
    return found


def why_hidden(session: Session, actor: Actor, ids: list[str]) -> dict[str, tuple[str, str]]:
    """For the author: reason and organizer of the newest hiding of own words, by id."""
    if not ids:
        return {}
    of = sa.func.coalesce(Moderation.answer_id, Moderation.reflection_id)
    rows = session.execute(
        sa.select(of, Moderation.reason, names.shown())
        .join(
            Member,
            named_by(Member, Moderation.member_id),
        )
        .where(
            Moderation.organisation_id == actor.organisation,
            Moderation.action == "hide",
            of.in_(ids),
        )
        .order_by(Moderation.at, Moderation.id)
    )
    return {id: (reason, name) for id, reason, name in rows}


# For whoever reports


def an_organizer_reads(session: Session, actor: Actor, reflection_id: str) -> bool:
    """Whether some organizer would read the piece, its named author not counted.

    Of a piece without a name the answer is the same whoever wrote it: it would
    betray an author who is the only organizer.
    """
    piece = sa.select(Reflection).where(
        Reflection.organisation_id == actor.organisation, Reflection.id == reflection_id
    )
    found = session.scalars(piece).first()
    if found is None:
        return False
    query = sa.select(Member.id).where(
        Member.organisation_id == actor.organisation,
        Member.left_at.is_(None),
        sa.or_(Member.organizer, Member.administrator),
    )
    if found.audience != "anonymous":
        query = query.where(Member.id != found.member_id)
    if found.audience == "unit":
        query = query.where(
            sa.exists().where(
                Membership.organisation_id == Member.organisation_id,
                Membership.member_id == Member.id,
                Membership.unit_id == found.unit_id,
                Membership.until.is_(None),
            )
        )
    return session.scalar(query.limit(1)) is not None


def to_ask(session: Session, actor: Actor, reflection_id: str) -> list[str]:
    """Names of the organizers and secretaries of the unit that reads a piece: who was given
    such a role there, or chose it."""
    now = clock.now()
    chosen = sa.exists().where(
        MemberRole.organisation_id == Member.organisation_id,
        MemberRole.member_id == Member.id,
        MemberRole.role_id.in_(ROLES_TO_ASK),
    )
    given = sa.exists().where(
        Appointment.organisation_id == Member.organisation_id,
        Appointment.member_id == Member.id,
        Appointment.unit_id == Reflection.unit_id,
        Appointment.since <= now,
        sa.or_(Appointment.until.is_(None), Appointment.until > now),
        StudyRole.organisation_id == Appointment.organisation_id,
        StudyRole.id == Appointment.role_id,
        sa.or_(StudyRole.organizes, StudyRole.id.in_(ROLES_TO_ASK)),
    )
    rows = session.scalars(
        sa.select(Member.name)
        .distinct()
        .join(
            Membership,
            sa.and_(
                Membership.organisation_id == Member.organisation_id,
                Membership.member_id == Member.id,
                Membership.until.is_(None),
            ),
        )
        .join(
            Reflection,
            sa.and_(
                Reflection.organisation_id == Membership.organisation_id,
                Reflection.unit_id == Membership.unit_id,
            ),
        )
        .where(
            Reflection.organisation_id == actor.organisation,
            Reflection.id == reflection_id,
            Reflection.audience == "unit",
            Reflection.unit_id.in_(sorted(actor.units)),
            Member.left_at.is_(None),
            Member.id != actor.member,
            sa.or_(given, chosen),
        )
        .order_by(Member.name)
        .limit(12)
    )
    return list(rows)


def open_reports_of(session: Session, actor: Actor) -> int:
    """How many of the actor's own reports still wait."""
    return int(
        session.scalar(
            sa.select(sa.func.count()).where(
                Report.organisation_id == actor.organisation,
                Report.member_id == actor.member,
                Report.settled_at.is_(None),
            )
        )
        or 0
    )


# For deciding


def to_decide(
    session: Session, actor: Actor, what: str, id: str
) -> tuple[Reflection, Answer | None] | None:
    """The piece, and the answer if it is about one, which the organizer would read.
    Nobody else changes them until the transaction ends."""
    query = sa.select(Reflection).where(would_read(actor)).with_for_update()
    answer = None
    if what == "answer":
        answer = session.scalars(
            sa.select(Answer)
            .where(Answer.organisation_id == actor.organisation, Answer.id == id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).first()
        if answer is None:
            return None
        id = answer.reflection_id
    piece = session.scalars(
        query.where(Reflection.id == id).execution_options(populate_existing=True)
    ).first()
    return (piece, answer) if piece is not None else None
