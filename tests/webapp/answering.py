"""Answering reflections and deciding about them, for tests."""

from __future__ import annotations

from typing import Any

from tests.webapp.people import NOW
from tests.webapp.reflecting import actor
from webapp.answers import actions, deciding
from webapp.answers.paragraphs import paragraphs
from webapp.community import change, db
from webapp.ids import new_id
from webapp.reflections import store
from webapp.units.tables import Membership


def answered(
    member: Any, piece: str, body: str = "This stayed with me.", kind: str = "echo",
    *, to: str | None = None, paragraph: int | None = None, now: Any = NOW,
) -> str:  # fmt: skip
    """An answer of the member (`to`: a reply); its id."""
    quote = ""
    if paragraph is not None:
        shown = store.readable(db.session, actor(member), piece)
        assert shown is not None
        quote = paragraphs(shown.body)[paragraph - 1].words
    return actions.answer(
        db.session, actor(member), piece, kind=kind, body=body, key=new_id(), now=now,
        paragraph=paragraph, quote=quote, to=to,
    )  # fmt: skip


def report(member: Any, piece: str, answer: str | None = None, reason: str = "Look here.") -> None:
    deciding.report(
        db.session, actor(member), piece=piece, answer=answer, reason=reason, key=new_id(), now=NOW
    )


def decided(
    organizer: Any, what: str, id: str, action: str = "hide", reason: str = "It names a family."
) -> None:
    deciding.decide(
        db.session, actor(organizer), what, id, action=action, reason=reason, key=new_id(), now=NOW
    )


def leaves(member: Any, unit: str) -> None:
    """The member belongs to the unit no longer."""
    with change(db.session) as session:
        for row in session.query(Membership).filter_by(member_id=member.id, unit_id=unit):
            row.until = NOW
