"""Changes by reporting and moderating: each function is one change in one transaction."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp import access
from webapp.access import Actor
from webapp.answers import limits, reports
from webapp.answers.actions import Unknown
from webapp.answers.tables import Answer, Moderation, Report
from webapp.audit.actions import record
from webapp.community import change
from webapp.ids import new_id
from webapp.members.once import carried_out
from webapp.notices.actions import tell
from webapp.reflections.tables import Reflection
from webapp.suggestions.due import published_words_changed

ACTIONS = ("leave", "hide", "show")


class NoOrganizer(Exception):
    """No organizer would read it: a report would reach nobody."""


class TooMany(Exception):
    """So many reports of this member wait already."""


class Own(Exception):
    """The organizer's own words: another organizer decides."""


def report(
    session: Session,
    actor: Actor,
    *,
    piece: str,
    answer: str | None,
    reason: str,
    key: str,
    now: dt.datetime,
) -> None:
    """Keep a report about what the actor can read (the caller has looked). A repeated
    key adds none; a second report of the same by the same replaces the reason."""
    with change(session):

        def work() -> dict[str, str]:
            if not reports.an_organizer_reads(session, actor, piece):
                raise NoOrganizer
            of = {"organisation_id": actor.organisation, "member_id": str(actor.member)}
            before = session.scalars(
                sa.select(Report).filter_by(
                    **of, reflection_id=piece, answer_id=answer, settled_at=None
                )
            ).first()
            if before is not None:
                before.reason = reason
                return {}
            if reports.open_reports_of(session, actor) >= limits.MOST_REPORTS:
                raise TooMany
            session.add(
                Report(
                    **of, id=new_id(), reflection_id=piece, answer_id=answer, reason=reason, at=now
                )
            )
            return {}

        carried_out(session, actor, key, ("report", answer or piece), work, now=now)


def decide(
    session: Session,
    actor: Actor,
    what: str,
    id: str,
    *,
    action: str,
    reason: str,
    key: str,
    now: dt.datetime,
) -> str | None:
    """Leave, hide or show again, and settle what was reported of it; the id of the
    reflection whose index entry is to be looked at, or None.

    Raises Unknown, Own. A repeated key changes nothing.
    """
    with change(session):

        def work() -> dict[str, str]:
            found = reports.to_decide(session, actor, what, id)
            if found is None:
                raise Unknown
            piece, answer = found
            author = answer.member_id if answer else piece.member_id
            if not access.may_moderate(actor, author=author, would_read=True):
                raise Own
            changed = _carry_out(session, piece, answer, action, now)
            of = {"organisation_id": actor.organisation, "reflection_id": piece.id}
            session.add(
                Moderation(
                    **of,
                    id=new_id(),
                    answer_id=answer.id if answer else None,
                    member_id=str(actor.member),
                    action=action,
                    reason=reason,
                    at=now,
                )
            )
            about = ("answer", answer.id) if answer else ("reflection", piece.id)
            record(
                session,
                actor.organisation,
                f"moderation.{action}",
                by=actor.member,
                at=now,
                about=about,
            )
            session.execute(
                sa.update(Report)
                .filter_by(**of, answer_id=answer.id if answer else None, settled_at=None)
                .values(settled_at=now)
            )
            if changed:
                tell(
                    session,
                    organisation=actor.organisation,
                    member=author,
                    kind="hidden" if action == "hide" else "shown",
                    about=f"answer/{answer.id}" if answer else f"reflection/{piece.id}",
                    at=now,
                )
            return {"look": piece.id if changed and answer is None else ""}

        result, _done = carried_out(
            session, actor, key, ("decide", what, id, action), work, now=now
        )
        return str(result.get("look", "")) or None


def _carry_out(
    session: Session, piece: Reflection, answer: Answer | None, action: str, now: dt.datetime
) -> bool:
    """Whether what others see is changed by it."""
    words = answer or piece
    if action == "leave" or (words.hidden_at is not None) == (action == "hide"):
        return False
    words.hidden_at = now if action == "hide" else None
    if answer is None:
        piece.published_version += 1
        if action == "hide":
            published_words_changed(session, piece.organisation_id, piece.id, words=None)
    return True
