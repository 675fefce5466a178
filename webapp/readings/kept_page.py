"""What a member saved, read or set aside, with what may be shown of it now."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from corpus.library import Library
from corpus.records import TextRecord
from corpus.texts import Passage
from webapp import languages, pages, shapes
from webapp.access import Actor
from webapp.readings import labels, store
from webapp.readings.store import DeedRow
from webapp.readings.which import well_formed

ON_A_PAGE = 24

Mark = tuple[dt.datetime, str]


@dataclass(frozen=True)
class Kept:
    reading: str
    kind: str
    url: str | None  # None when it can no longer be read
    title: str
    author: str
    minutes: int | None
    language: str
    lang: str
    heading: str
    at: dt.datetime


@dataclass(frozen=True)
class SavedPage(pages.Page):
    template: ClassVar[str] = "readings/saved.html"

    show: str
    counts: dict[str, int]
    kept: list[Kept]
    next: str | None
    first: bool


def saved(
    session: Session, actor: Actor, library: Library, show: str, *, after: Mark | None
) -> SavedPage:
    rows = store.deeds_by_kind(session, actor, show, after=after, limit=ON_A_PAGE + 1)
    more, rows = len(rows) > ON_A_PAGE, rows[:ON_A_PAGE]
    return SavedPage(
        show=show,
        counts=store.counts(session, actor),
        kept=kept(session, actor, library, rows),
        next=url_for(".saved", show=show, after=mark_of(rows[-1])) if more else None,
        first=after is None,
    )


def kept(session: Session, actor: Actor, library: Library, rows: Sequence[DeedRow]) -> list[Kept]:
    """Deeds with their readings; one query for texts, passages and reflections each."""
    texts = library.texts_by_slug((row.group for row in rows), withdrawn=True)
    passages = library.passages_by_id(row.reading for row in rows)
    essays = _essays(session, actor, rows)
    return [
        _essay(row, essays)
        if row.group.startswith("reflection/")
        else _text(row, texts.get(row.group), passages.get(row.reading))
        for row in rows
    ]


def _text(row: DeedRow, record: TextRecord | None, passage: Passage | None) -> Kept:
    if record is None or record.withdrawn:
        return _gone(row, record.title if record else _("A text that has left the library"))
    # A text that was marked on its own page is kept at its beginning.
    inside = passage is not None and passage.position > 0
    return Kept(
        reading=row.reading,
        kind=row.kind,
        url=shapes.reading_url(row.reading if inside else row.group),
        title=record.title,
        author=record.author,
        minutes=record.minutes,
        language=labels.language(record.language),
        lang=labels.html_lang(record.language, record.script),
        heading=passage.path[-1] if inside and passage and passage.path else "",
        at=row.at,
    )


def _essays(session: Session, actor: Actor, rows: Sequence[DeedRow]) -> dict[str, Any]:
    """Those of the rows that are reflections the actor may still read, by id."""
    from webapp.reflections import store as reflections

    ids = [row.group.partition("/")[2] for row in rows if row.group.startswith("reflection/")]
    return reflections.readable_among(session, actor, ids)


def _essay(row: DeedRow, essays: Mapping[str, Any]) -> Kept:
    found = essays.get(row.group.partition("/")[2])
    if found is None:
        return _gone(row, _("A reflection that is no longer open to you"))
    return Kept(
        reading=row.reading,
        kind=row.kind,
        url=shapes.reading_url(row.group),
        title=found.title,
        author=found.author or _("A member"),
        minutes=found.minutes,
        language=labels.language(found.language),
        lang=labels.html_lang(found.language),
        heading="",
        at=row.at,
    )


def _gone(row: DeedRow, title: str) -> Kept:
    lang = labels.html_lang(languages.current())
    return Kept(row.reading, row.kind, None, title, "", None, "", lang, "", row.at)


def mark_of(row: DeedRow) -> str:
    """Where a list goes on after this row, for an address."""
    return mark_of_moment(row.at, row.id)


def mark_of_moment(at: dt.datetime, id: str) -> str:
    whole = f"{at.isoformat()} {id}"
    return base64.urlsafe_b64encode(whole.encode()).decode().rstrip("=")


def mark(text: str) -> Mark | None:
    """What `mark_of` wrote, or None when somebody else wrote it."""
    try:
        at, last = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(" ")
        moment = dt.datetime.fromisoformat(at).astimezone(dt.UTC)
    except (ValueError, OverflowError, binascii.Error):
        return None
    return (moment, last) if well_formed(last) else None
