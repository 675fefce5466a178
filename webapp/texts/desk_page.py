"""What the library desk shows first: what came in, what waits, what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, ClassVar

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from corpus.library import Library
from corpus.records import Coverage, FileRecord
from webapp import pages
from webapp.access import Actor
from webapp.ids import new_id
from webapp.readings import labels
from webapp.readings.kept_page import mark_of_moment
from webapp.texts import reasons, store, texts_page, wording

LATELY = 12  # uploads on the desk
ON_A_PAGE = 50
GAPS_NAMED = 6
OUTCOMES = ("imported", "duplicate", "refused", "gone")


@dataclass(frozen=True)
class Outcome:
    """What became of one file of an upload."""

    name: str
    outcome: str  # imported, duplicate, refused
    words: str
    why: str
    why_lang: str
    slug: str | None
    title: str
    lang: str


@dataclass(frozen=True)
class UploadLine:
    id: str
    at: dt.datetime
    by: str
    name: str
    size: str
    state: str
    outcomes: list[Outcome]


@dataclass(frozen=True)
class Lately(pages.Page):
    """The part of the desk that changes while files are read."""

    template: ClassVar[str] = "texts/lately.html"

    uploads: list[UploadLine]
    reading: int  # files that are not read yet
    embedding: int | None  # passages that cannot be found by meaning yet; None where unknown
    more: bool = False

    @property
    def busy(self) -> bool:
        return bool(self.reading or self.embedding)


@dataclass(frozen=True)
class Cell:
    count: int
    proposed: int
    url: str
    language: str


@dataclass(frozen=True)
class CoverageRow:
    theme: str
    cells: list[Cell]


@dataclass(frozen=True)
class DeskPage(pages.Page):
    template: ClassVar[str] = "texts/desk.html"

    counts: dict[str, int]
    lately: Lately
    languages: list[tuple[str, str]]  # code, name
    coverage: list[CoverageRow]
    gaps: list[tuple[str, str]]  # language, themes: "nothing in Chinese yet on ..."
    more_gaps: int
    without_theme: str
    key: str
    most_files: int
    most_megabytes: int
    error: str = ""
    done: Any = None


def desk(
    session: Session,
    actor: Actor,
    library: Library,
    *,
    embedding: int | None,
    most_files: int,
    most_megabytes: int,
    error: str = "",
    done: Any = None,
) -> DeskPage:
    names = texts_page.names_in_use(session, actor, library)
    covered = library.coverage()
    named, more = gaps(covered, names.themes)
    return DeskPage(
        counts=library.desk_counts(),
        lately=lately(session, actor, library, embedding=embedding),
        languages=[(code, labels.language(code)) for code in labels.LANGUAGES],
        coverage=table(covered, names.themes),
        gaps=named,
        more_gaps=more,
        without_theme=url_for("texts.texts", theme=texts_page.NO_THEME),
        key=new_id(),
        most_files=most_files,
        most_megabytes=most_megabytes,
        error=error,
        done=done,
    )


def lately(session: Session, actor: Actor, library: Library, *, embedding: int | None) -> Lately:
    found = store.uploads(session, actor.organisation, limit=LATELY + 1)
    return Lately(
        uploads=upload_lines(library, found[:LATELY]),
        reading=store.uploads_waiting(session, actor.organisation),
        embedding=embedding,
        more=len(found) > LATELY,
    )


def upload_lines(library: Library, found: Sequence[store.UploadRow]) -> list[UploadLine]:
    slugs = {o["slug"] for u in found for o in u.outcomes if o.get("slug")}
    records = library.texts_by_slug(slugs, withdrawn=True)

    def outcome(told: dict[str, Any]) -> Outcome:
        record = records.get(told.get("slug") or "")
        return Outcome(
            name=told["name"],
            outcome=told["outcome"],
            words=wording.outcome(told["outcome"]),
            why=reasons.in_words(told.get("why") or ""),
            why_lang=reasons.lang(told.get("why") or ""),
            slug=record.slug if record else None,
            title=record.title if record else (told.get("title") or ""),
            lang=labels.html_lang(record.language, record.script) if record else "",
        )

    return [
        UploadLine(
            u.id,
            u.at,
            u.by,
            u.name,
            wording.size(u.size),
            u.state,
            [outcome(o) for o in u.outcomes],
        )
        for u in found
    ]


def table(covered: Sequence[Coverage], themes: dict[str, str]) -> list[CoverageRow]:
    """Coverage by theme, a cell per language in the order of the page's languages."""
    by_theme: dict[str, dict[str, Coverage]] = {}
    for c in covered:
        by_theme.setdefault(c.theme, {})[c.language] = c
    return [
        CoverageRow(
            themes.get(theme, theme),
            [
                Cell(
                    count=found[code].texts if code in found else 0,
                    proposed=found[code].proposed if code in found else 0,
                    url=url_for("texts.texts", theme=theme, language=code),
                    language=wording.language(code),
                )
                for code in labels.LANGUAGES
            ],
        )
        for theme, found in by_theme.items()
    ]


def gaps(covered: Sequence[Coverage], themes: dict[str, str]) -> tuple[list[tuple[str, str]], int]:
    """Themes on which there is nothing, by language, the first few named; and how
    many more there are."""
    missing: dict[str, list[str]] = {}
    for c in covered:
        if not c.texts:
            missing.setdefault(c.language, []).append(themes.get(c.theme, c.theme))
    named = [
        (wording.language(code), wording.list_of(names[:GAPS_NAMED]))
        for code, names in missing.items()
    ]
    return named, sum(max(0, len(names) - GAPS_NAMED) for names in missing.values())


# What became of every file


@dataclass(frozen=True)
class FileLine:
    name: str
    kind: str
    size: str
    when: dt.datetime | None
    place: str
    outcome: str
    words: str
    why: str
    why_lang: str
    slug: str | None
    title: str
    lang: str


@dataclass(frozen=True)
class FilesPage(pages.Page):
    template: ClassVar[str] = "texts/files.html"

    show: str  # "web", or an outcome
    tabs: list[tuple[str, str, int | None]]  # show, label, how many
    uploads: list[UploadLine]
    files: list[FileLine]
    next: str | None
    first: bool


def files(session: Session, actor: Actor, library: Library, show: str, *, after: Any) -> FilesPage:
    """`after`: a place among uploads, or how many files were shown before."""
    tabs: list[tuple[str, str, int | None]] = [("web", _("Brought from the web"), None)]
    all_files = library.files()
    for name in OUTCOMES:
        number = sum(1 for f in all_files if f.outcome == name)
        tabs.append((name, wording.outcome(name), number))
    if show == "web":
        found = store.uploads(session, actor.organisation, after=after, limit=ON_A_PAGE + 1)
        last = found[ON_A_PAGE - 1] if len(found) > ON_A_PAGE else None
        return FilesPage(
            show, tabs, upload_lines(library, found[:ON_A_PAGE]), [],
            url_for("texts.files", after=mark_of_moment(last.at, last.id)) if last else None,
            after is None,
        )  # fmt: skip
    start = after or 0
    chosen = sorted(
        (f for f in all_files if f.outcome == show), key=lambda f: (f.checked_at, f.path)
    )[::-1]
    more = len(chosen) > start + ON_A_PAGE
    return FilesPage(
        show, tabs, [], file_lines(library, chosen[start : start + ON_A_PAGE]),
        url_for("texts.files", show=show, after=start + ON_A_PAGE) if more else None,
        not start,
    )  # fmt: skip


def file_lines(library: Library, found: Sequence[FileRecord]) -> list[FileLine]:
    records = library.texts_by_slug(
        (s for f in found if (s := f.same_as or f.slug)), withdrawn=True
    )

    own = texts_page.own_texts()

    def line(file: FileRecord) -> FileLine:
        record = records.get(file.same_as or file.slug or "")
        return FileLine(
            name=PurePath(file.path).name,
            kind=wording.kind_of_file(file.kind) if file.kind else "",
            size=wording.size(file.size),
            when=dt.datetime.fromisoformat(file.checked_at) if file.checked_at else None,
            place=wording.place(file, own),
            outcome=file.outcome,
            words=wording.outcome(file.outcome),
            why=reasons.in_words(file.why),
            why_lang=reasons.lang(file.why),
            slug=record.slug if record else None,
            title=record.title if record else "",
            lang=labels.html_lang(record.language, record.script) if record else "",
        )

    return [line(f) for f in found]
