"""SQL of what was read: texts with their versions, and pieces of members."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from corpus.records import TextRecord
from webapp import resources
from webapp.access import Actor
from webapp.readings import unchanged
from webapp.reflections import store as reflections
from webapp.reflections.subjects import OF_MEMBERS
from webapp.reflections.tables import Citation, Reflection
from webapp.requirements.happened import Text

PIECE = f"{OF_MEMBERS}/"


def of(session: Session, actor: Actor, slugs: Collection[str]) -> dict[str, Text]:
    """What was read, by slug or "reflection/<id>". Of a piece that the actor may not read
    nothing is known."""
    if not slugs:
        return {}
    library = resources.library()

    def read(some: list[str]) -> dict[str, Text]:
        records = library.texts_by_slug(some, withdrawn=True)
        return {slug: _text(record) for slug, record in records.items()}

    of_library = [slug for slug in slugs if not slug.startswith(PIECE)]
    found = unchanged.of(library).of_each("what was read", of_library, read)
    pieces = [slug.removeprefix(PIECE) for slug in slugs if slug.startswith(PIECE)]
    if pieces:
        for id, title, themes in session.execute(
            sa.select(Reflection.id, Reflection.published_title, Reflection.themes).where(
                reflections.open_to(actor), Reflection.id.in_(pieces)
            )
        ):
            group = PIECE + id
            found[group] = Text(title, frozenset(themes or ()), group, frozenset((group,)))
    return found


def _text(record: TextRecord) -> Text:
    work = record.version_of or record.slug
    versions = frozenset((record.slug, work, *record.versions))
    return Text(record.title, frozenset(record.themes), work, versions)


def cited(session: Session, actor: Actor, pieces: Collection[str]) -> dict[str, set[str]]:
    """By piece, what it cites: texts by slug, pieces of members by their id."""
    found: dict[str, set[str]] = defaultdict(set)
    if not pieces:
        return found
    asked = {"organisation": actor.organisation, "pieces": list(pieces)}
    for piece, slug in session.execute(_cited(), asked):
        found[piece].add(slug)
    return found


@cache
def _cited() -> Any:
    # a piece of a member is cited as a whole
    slug = sa.case(
        (Citation.text_slug == OF_MEMBERS, Citation.passage_id), else_=Citation.text_slug
    )
    return (
        sa.select(Citation.reflection_id, slug)
        .where(
            Citation.organisation_id == sa.bindparam("organisation"),
            Citation.reflection_id.in_(sa.bindparam("pieces", expanding=True)),
        )
        .distinct()
    )
