"""The two members of no name to whom belongs what somebody left behind.

One for all, so that nothing tells which pieces are of the same hand. Two, because a
reply by whoever wrote a piece stands as the author's: a stranger's answer to the
piece of somebody else who left must not become one.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from webapp.ids import derived_id
from webapp.members.tables import Member, Organisation

BEGINNING = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # when they came and went tells nothing


def author_of(organisation: str) -> str:
    """The id of the first, whether there is one yet or not."""
    return derived_id("nameless", organisation, "author")


def author(session: Session, organisation: str) -> str:
    """Whoever wrote a piece. Part of the caller's transaction."""
    return _member(session, organisation, "author")


def reader(session: Session, organisation: str) -> str:
    """Whoever answered, decided or made a list. Part of the caller's transaction."""
    return _member(session, organisation, "reader")


def _member(session: Session, organisation: str, which: str) -> str:
    id = derived_id("nameless", organisation, which)
    if session.get(Member, (organisation, id)) is None:
        of = session.get_one(Organisation, organisation)
        session.add(
            Member(
                organisation_id=organisation,
                id=id,
                name="",
                language=of.language,
                reads=[],
                interests=[],
                joined_at=BEGINNING,
                left_at=BEGINNING,
            )
        )
        session.flush()
    return id
