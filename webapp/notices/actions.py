"""Changes to what a member is told: telling, having seen, forgetting."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.community import change
from webapp.ids import new_id
from webapp.notices.tables import Notice

KEPT = dt.timedelta(days=90)


def tell(
    session: Session, *, organisation: str, member: str, kind: str, about: str, at: dt.datetime
) -> None:
    """Note that something happened to what the member wrote. Part of the caller's
    transaction.

    `kind` is one of `kinds.KINDS`; `about` is what a link leads to: "answer/<id>",
    "reflection/<id>", "unit/<id>". No words: what it leads to is read when the page
    is opened, if it may be read then. The same, not yet seen, is told once.
    """
    of = {"organisation_id": organisation, "member_id": member}
    session.execute(sa.delete(Notice).filter_by(**of).where(Notice.at < at - KEPT))
    waiting = sa.select(Notice.id).filter_by(**of, kind=kind, about=about, seen_at=None)
    if session.scalar(waiting.limit(1)) is None:
        session.add(Notice(**of, id=new_id(), kind=kind, about=about, at=at))
        session.flush()


def seen(session: Session, actor: Actor, *, now: dt.datetime) -> None:
    """The member has looked at all that there was until now."""
    with change(session):
        session.execute(
            sa.update(Notice)
            .where(
                Notice.organisation_id == actor.organisation,
                Notice.member_id == actor.member,
                Notice.seen_at.is_(None),
                Notice.at <= now,
            )
            .values(seen_at=now)
        )


def forget_old(session: Session, *, now: dt.datetime) -> int:
    """Delete what is older than `KEPT`, of everybody; the number."""
    with change(session):
        done = session.execute(sa.delete(Notice).where(Notice.at < now - KEPT))
    return int(done.rowcount)  # type: ignore[attr-defined]
