"""How a submit that is sent twice is carried out once."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.members.tables import DoneOnce

_KEY = re.compile(r"[a-zA-Z0-9_-]{8,64}")


def well_formed(key: object) -> bool:
    return isinstance(key, str) and _KEY.fullmatch(key) is not None


def carried_out(
    session: Session,
    actor: Actor,
    key: str,
    what: tuple[str, ...],
    work: Callable[[], dict[str, Any]],
    *,
    now: dt.datetime,
) -> tuple[dict[str, Any], bool]:
    """Do `work` unless this key did the same `what` before; its result, and
    whether it was done now. Part of the caller's transaction, like the work.

    The key's row is written first: a second request with it waits for the first
    one's transaction to end. The same key with another `what` (a page that was
    gone back to, and another choice made) is another submit.
    """
    digest = hashlib.sha256("\0".join((key, *what)).encode()).hexdigest()
    of = {"organisation_id": actor.organisation, "member_id": str(actor.member), "key": digest}
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    written = session.scalar(
        insert(DoneOnce)
        .values(**of, result={}, done_at=now)
        .on_conflict_do_nothing()
        .returning(DoneOnce.key)
    )
    if written is None:
        done = session.get(DoneOnce, tuple(of.values()), populate_existing=True)
        return (dict(done.result) if done else {}), False
    result = work()
    session.execute(sa.update(DoneOnce).filter_by(**of).values(result=result))
    return result, True
