"""Making members for tests."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

from flask_security.utils import hash_password

from webapp.community import change, db
from webapp.ids import new_id
from webapp.members import actions as members

NOW = dt.datetime(2026, 5, 4, 9, 30, tzinfo=dt.UTC)
PASSWORD = "correct horse battery"


def add_member(
    organisation: SimpleNamespace,
    name: str,
    unit_id: str,
    *,
    language: str = "en",
    administrator: bool = False,
    welcomed: bool = True,
):
    with change(db.session) as session:
        member = members.new_member(
            session,
            organisation.id,
            member_id=new_id(),
            name=name,
            email=f"{name.lower().replace(' ', '.')}@example.org",
            password_hash=hash_password(PASSWORD),
            language=language,
            administrator=administrator,
            now=NOW,
        )
        members.add_membership(session, member, unit_id, now=NOW)
        member.welcomed_at = NOW if welcomed else None
    return member
