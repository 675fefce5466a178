"""SQL of what every member of the organisation can see of others' writing and lists.

Nothing private is asked for: no deeds, notes or drafts, no piece for a unit, no
piece without its author's name. docs/decisions/0007 says so in words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from recommender.together import Act
from webapp import clock
from webapp.community import named_by
from webapp.reflections.tables import Citation, Reflection
from webapp.themes.tables import ListItem, ReadingList

AT_ONCE = 500  # authors in one query


def in_the_open(organisation: str) -> sa.ColumnElement[bool]:
    """Reflections submitted to the whole organisation under their author's name."""
    return sa.and_(
        Reflection.organisation_id == organisation,
        Reflection.status == "submitted",
        Reflection.hidden_at.is_(None),
        Reflection.audience == "organisation",
        Reflection.shown_at.is_not(None),
    )


def written(session: Session, organisation: str) -> list[Act]:
    """Who wrote about or cited which text, by reflections that everybody may read."""
    about = sa.select(Reflection.member_id, Reflection.text_slug, Reflection.shown_at).where(
        in_the_open(organisation), Reflection.text_slug.is_not(None)
    )
    cited = (
        sa.select(Reflection.member_id, Citation.text_slug, Reflection.shown_at)
        .join(
            Citation,
            named_by(Reflection, Citation.reflection_id),
        )
        .where(in_the_open(organisation), Citation.text_slug != "reflection")  # texts alone
    )
    return _acts(session.execute(about.union(cited)))


def listed(session: Session, organisation: str) -> list[Act]:
    """Which texts stand on which reading list that everybody may read; who made it is not asked."""
    rows = session.execute(
        sa.select(ReadingList.id, ListItem.reading_group, ReadingList.shared_at)
        .join(
            ListItem,
            named_by(ReadingList, ListItem.list_id),
        )
        .where(
            ReadingList.organisation_id == organisation,
            ReadingList.audience == "organisation",
            ReadingList.shared_at.is_not(None),
            ~ListItem.reading_group.startswith("reflection/"),
        )
    )
    return _acts(((f"list:{id}", text, at) for id, text, at in rows), listed=True)


def _acts(rows: Iterable[Any], *, listed: bool = False) -> list[Act]:
    """From (who, text, moment), by day; each once."""
    zone = clock.zone()
    acts = {Act(who, text, at.astimezone(zone).date(), listed) for who, text, at in rows}
    return sorted(acts, key=lambda act: (act.day, act.who, act.group))


def pieces(session: Session, organisation: str, authors: Collection[str]) -> list[Any]:
    """(id, member_id, text_slug, published_body, shown_at) of the authors' reflections
    that everybody may read, oldest first."""
    found: list[Any] = []
    wanted = sorted(authors)
    for at in range(0, len(wanted), AT_ONCE):
        found += session.execute(
            sa.select(
                Reflection.id,
                Reflection.member_id,
                Reflection.text_slug,
                Reflection.published_body,
                Reflection.shown_at,
            )
            .where(in_the_open(organisation), Reflection.member_id.in_(wanted[at : at + AT_ONCE]))
            .order_by(Reflection.shown_at, Reflection.id)
        )
    return found
