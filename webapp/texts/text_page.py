"""Everything of one text on its organizers' page: each value with its source,
what waits, its file, its versions, and what was changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, ClassVar

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from corpus.library import Library
from corpus.records import DeskFilter, FileRecord, TextRecord
from webapp import pages
from webapp.access import Actor
from webapp.ids import new_id
from webapp.readings import labels
from webapp.texts import changes_page, form, reasons, store, texts_page, wording
from webapp.texts.changes_page import Line

SUGGESTED = 300  # titles that the field "version of" offers
RECENT = 10  # changes


@dataclass(frozen=True)
class Version:
    slug: str
    title: str
    lang: str
    language: str
    why: str
    withdrawn: bool


@dataclass(frozen=True)
class File:
    name: str
    kind: str
    size: str
    when: str  # ISO 8601
    place: str
    outcome: str
    why: str
    why_lang: str


@dataclass(frozen=True)
class Other:
    """What another organizer saved meanwhile, beside what this form says."""

    by: str
    fields: list[tuple[str, str, str]]  # name, what is there now, what the form says


@dataclass(frozen=True)
class TextPage(pages.Page):
    template: ClassVar[str] = "texts/text.html"

    row: texts_page.Row
    names: texts_page.Names
    values: dict[str, Any]  # what the form shows
    origins: dict[str, str]  # field -> where its value comes from, in words
    chosen: frozenset[str]  # fields that an organizer decided
    waiting: frozenset[str]  # fields for which something is proposed
    file: File | None
    left_out: list[str]
    versions: list[Version]
    version_why: str
    others: list[tuple[str, str]]  # slug, title: for the field "version of"
    history: list[Line]
    key: str
    back: str
    done: Any = None
    problems: dict[str, str] = field(default_factory=dict)
    conflict: Other | None = None
    version_given: str = ""

    @property
    def record(self) -> TextRecord:
        return self.row.record

    @property
    def shown(self) -> str:
        """The values that are there now, for the form to send back with it."""
        return json.dumps(with_proposals(self.record, self.row.chips), ensure_ascii=False)

    @property
    def levels(self) -> list[tuple[str, str]]:
        return [(level, labels.level(level)) for level in labels.LEVELS]


def text(
    session: Session,
    actor: Actor,
    library: Library,
    record: TextRecord,
    *,
    back: str,
    values: Mapping[str, Any] | None = None,
    problems: Mapping[str, str] | None = None,
    conflict: Sequence[str] = (),
    version_given: str = "",
    done: Any = None,
) -> TextPage:
    """`values` and `problems`: a form that could not be saved, shown again."""
    names = texts_page.names_in_use(session, actor, library)
    row = texts_page.rows(session, actor, library, [record], names)[0]
    waiting = frozenset(
        {"theme": "themes", "role": "roles"}.get(c.field, c.field) for c in row.chips
    )
    shown = with_proposals(record, row.chips) if values is None else dict(values)
    changes = store.changes(session, actor.organisation, slug=record.slug, limit=200)
    return TextPage(
        row=row,
        names=with_unknown(names, shown),
        values=shown,
        origins=sources(record, changes),
        chosen=record.chosen,
        waiting=waiting,
        file=file(library.file_of(record.slug)),
        left_out=[wording.left_out(name) for name in record.left_out],
        versions=versions(library, record),
        version_why=wording.version_why(record.version_why),
        others=others(library, record),
        history=changes_page.lines(library, changes[:RECENT], names, only=record.slug),
        key=new_id(),
        back=back,
        done=done,
        problems={name: problem(name, what) for name, what in (problems or {}).items()},
        conflict=other(session, actor, record, shown, names, conflict) if conflict else None,
        version_given=version_given,
    )


def with_proposals(record: TextRecord, chips: Sequence[texts_page.Chip]) -> dict[str, Any]:
    """The values that are there, and for fields that wait what is proposed."""
    values = form.present(record)
    for chip in chips:
        if chip.field == "level":
            values["level"] = values["level"] or chip.value
        else:
            values["themes" if chip.field == "theme" else "roles"].append(chip.value)
    return values


def with_unknown(names: texts_page.Names, values: Mapping[str, Any]) -> texts_page.Names:
    """A text may have a theme that the library does not know by name; it stays tickable."""
    return texts_page.Names(
        themes=names.themes | {t: t for t in values["themes"] if t not in names.themes},
        roles=names.roles | {r: r for r in values["roles"] if r not in names.roles},
    )


def sources(record: TextRecord, changes: Sequence[store.ChangeRow]) -> dict[str, str]:
    """Where each value comes from, in words: a decision with the name of who made it."""
    found = {name: wording.origin(origin) for name, origin in record.origins.items()}
    for name in record.chosen:
        last = next((c for c in changes if name in c.batch[record.slug]["after"]), None)
        found[name] = (
            _("decided by %(name)s", name=last.by)
            if last and last.by
            else _("decided by an organizer")
        )
    return {name: words for name, words in found.items() if words}


def file(found: FileRecord | None) -> File | None:
    if found is None:
        return None
    return File(
        name=PurePath(found.path).name,
        kind=wording.kind_of_file(found.kind) if found.kind else "",
        size=wording.size(found.size),
        when=found.checked_at,
        place=wording.place(found, texts_page.own_texts()),
        outcome=wording.outcome(found.outcome),
        why=reasons.in_words(found.why),
        why_lang=reasons.lang(found.why),
    )


def versions(library: Library, record: TextRecord) -> list[Version]:
    found = library.texts_by_slug(record.versions, withdrawn=True)
    return [
        Version(
            slug=r.slug,
            title=r.title,
            lang=labels.html_lang(r.language, r.script),
            language=labels.language(r.language),
            why=wording.version_why(r.version_why),
            withdrawn=r.withdrawn,
        )
        for r in found.values()
    ]


def others(library: Library, record: TextRecord) -> list[tuple[str, str]]:
    """Texts that this one might be a version of, the newest first."""
    page = library.desk(DeskFilter(), limit=SUGGESTED)
    return [
        (r.slug, f"{r.title} ({r.author})" if r.author else r.title)
        for r in page.items
        if r.slug != record.slug and r.slug not in record.versions
    ]


def other(
    session: Session,
    actor: Actor,
    record: TextRecord,
    values: Mapping[str, Any],
    names: texts_page.Names,
    both: Sequence[str],
) -> Other:
    """Where what is there now differs from what the form says, of the fields in `both`."""
    now = form.present(record)
    decided = store.decisions_of(session, actor.organisation, [record.slug])[record.slug]
    return Other(
        by=decided.by,
        fields=[
            (
                wording.field(name),
                wording.value(name, now[name], names.all),
                wording.value(name, values[name], names.all),
            )
            for name in both
            if now[name] != values[name]
        ],
    )


def problem(name: str, what: str) -> str:
    """What is wrong with a field, and what to do."""
    match name, what:
        case "title", "empty":
            return _("Give the text a title.")
        case "year", _other:
            return _("Write the year as a number, such as 1937 or -380, or leave it empty.")
        case "minutes", _other:
            return _("Write how many minutes reading takes, as a number such as 12.")
        case "version_of", _other:
            return _("No text has this name. Choose one from the list that opens while you type.")
        case _name, "long":
            return _("This is too long. Shorten it and save again.")
    return _("Choose from what is offered here.")
