"""The history of what organizers changed, in words, newest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import url_for
from sqlalchemy.orm import Session

from corpus.library import Library
from webapp import pages
from webapp.access import Actor
from webapp.ids import new_id
from webapp.readings import labels
from webapp.readings.kept_page import mark_of_moment
from webapp.texts import store, texts_page, wording

ON_A_PAGE = 30
NAMED = 40  # texts of one change that are named


@dataclass(frozen=True)
class Piece:
    """What a change did to one text."""

    slug: str
    title: str
    lang: str
    fields: list[tuple[str, str, str]]  # name, before, after


@dataclass(frozen=True)
class Line:
    id: str
    at: dt.datetime
    by: str
    words: str
    pieces: list[Piece]
    more: int  # texts that are not named
    undone: bool


@dataclass(frozen=True)
class ChangesPage(pages.Page):
    template: ClassVar[str] = "texts/changes.html"

    lines: list[Line]
    next: str | None
    first: bool
    key: str
    done: Any = None


def changes(
    session: Session,
    actor: Actor,
    library: Library,
    *,
    after: store.Mark | None,
    done: Any = None,
) -> ChangesPage:
    found = store.changes(session, actor.organisation, after=after, limit=ON_A_PAGE + 1)
    more, found = len(found) > ON_A_PAGE, found[:ON_A_PAGE]
    names = texts_page.names_in_use(session, actor, library)
    last = found[-1] if more else None
    return ChangesPage(
        lines=lines(library, found, names),
        next=url_for("texts.changes", after=mark_of_moment(last.at, last.id)) if last else None,
        first=after is None,
        key=new_id(),
        done=done,
    )


def lines(
    library: Library,
    found: Sequence[store.ChangeRow],
    names: texts_page.Names,
    *,
    only: str | None = None,
) -> list[Line]:
    """`only`: what each change did to this text; else to all of its texts."""
    named = {c.id: [only] if only else list(c.batch)[:NAMED] for c in found}
    records = library.texts_by_slug((s for some in named.values() for s in some), withdrawn=True)
    return [
        Line(
            id=c.id,
            at=c.at,
            by=c.by,
            words=wording.change(c.kind, len(c.batch)),
            pieces=[piece(s, records.get(s), c.batch[s], names) for s in named[c.id] if s],
            more=len(c.batch) - len(named[c.id]) if not only else 0,
            undone=c.undone_at is not None,
        )
        for c in found
    ]


def piece(slug: str, record: Any, entry: dict[str, Any], names: texts_page.Names) -> Piece:
    before, after = entry["before"], entry["after"]

    def side(values: dict[str, Any], name: str) -> str:
        if name not in values:
            return "–"
        return wording.value(name, values[name], names.all)

    return Piece(
        slug=slug,
        title=record.title if record else slug,
        lang=labels.html_lang(record.language, record.script) if record else "",
        fields=[
            (wording.field(name), side(before, name), side(after, name))
            for name in sorted(before.keys() | after.keys(), key=_order)
        ],
    )


def _order(name: str) -> int:
    order = (
        "title", "author", "year", "language", "themes", "roles", "level", "minutes",
        "licence", "rights", "version_of", "withdrawn",
    )  # fmt: skip
    return order.index(name) if name in order else len(order)
