"""What the list of all texts shows, and how part of it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from flask import current_app, url_for
from sqlalchemy.orm import Session

from corpus.library import Library
from corpus.records import DeskFilter, FileRecord, Proposal, TextRecord
from webapp import languages, pages
from webapp.access import Actor
from webapp.ids import new_id
from webapp.members import store as members
from webapp.readings import labels
from webapp.texts import proposed, store, wording

ON_A_PAGE = 30
MOST_AT_ONCE = 200
STATES = ("all", "waiting", "settled", "withdrawn", "versions")
NO_THEME = "-"  # in an address: texts without any theme


@dataclass(frozen=True)
class Chip:
    """A proposal as a page shows it."""

    field: str
    value: str
    name: str
    sure: str  # sure, likely, perhaps
    sure_name: str
    percent: int
    reason: str
    evidence: str
    lang: str | None  # of the evidence, where it is the text's own words


@dataclass(frozen=True)
class Row:
    """A text in the list."""

    record: TextRecord
    version: int  # of what is decided of it
    lang: str
    language: str
    level: str
    themes: list[tuple[str, str]]
    roles: list[tuple[str, str]]
    chips: list[Chip]
    origin: str  # what it was read from: "EPUB, books"

    @property
    def state(self) -> str:
        if self.record.withdrawn:
            return "withdrawn"
        return "waiting" if self.chips else "settled"


@dataclass(frozen=True)
class Names:
    """Themes and roles by id, in the language of the page and in their order."""

    themes: dict[str, str]
    roles: dict[str, str]

    @property
    def all(self) -> dict[str, str]:
        return self.themes | self.roles


@dataclass(frozen=True)
class Asked:
    """Which texts are wanted; the address is the whole state."""

    filter: DeskFilter

    def query(self, **other: Any) -> dict[str, Any]:
        """As arguments of an address, with others in their place."""
        theme = self.filter.theme
        found = {
            "q": self.filter.q,
            "state": "" if self.filter.state == "all" else self.filter.state,
            "language": self.filter.language or "",
            "theme": NO_THEME if theme == "" else theme or "",
        }
        return {name: value for name, value in (found | other).items() if value}


@dataclass(frozen=True)
class TextsPage(pages.Page):
    template: ClassVar[str] = "texts/texts.html"

    asked: Asked
    rows: list[Row]
    total: int
    tabs: list[tuple[str, str, int | None]]  # state, address, how many
    names: Names
    next: str | None
    first: bool
    key: str
    done: Any = None  # what was just changed, with a way back
    error: str = ""
    chosen: frozenset[str] = field(default_factory=frozenset)

    @property
    def levels(self) -> list[tuple[str, str]]:
        return [(level, labels.level(level)) for level in labels.LEVELS]


def asked(args: Mapping[str, str]) -> Asked:
    """From the address; what makes no sense is not a choice."""
    state, language = args.get("state", "all"), args.get("language")
    theme = args.get("theme")
    return Asked(
        DeskFilter(
            q=" ".join(args.get("q", "").replace("\x00", "").split())[:200],
            state=state if state in STATES else "all",  # type: ignore[arg-type]
            language=language if language in labels.LANGUAGES else None,  # type: ignore[arg-type]
            theme="" if theme == NO_THEME else (theme[:64] if theme else None),
        )
    )


def texts(
    session: Session,
    actor: Actor,
    library: Library,
    wanted: Asked,
    *,
    after: str | None,
    done: Any = None,
    error: str = "",
    chosen: frozenset[str] = frozenset(),
) -> TextsPage:
    """A page of the list; CorpusError where `after` is no place in it."""
    page = library.desk(wanted.filter, after=after, limit=ON_A_PAGE)
    names = names_in_use(session, actor, library)
    counts = library.desk_counts()
    numbers = {"waiting": counts["waiting"], "withdrawn": counts["withdrawn"]}
    return TextsPage(
        asked=wanted,
        rows=rows(session, actor, library, page.items, names),
        total=page.total,
        tabs=[
            (
                s,
                url_for("texts.texts", **wanted.query(state="" if s == "all" else s)),
                numbers.get(s),
            )
            for s in STATES
        ],
        names=names,
        next=url_for("texts.texts", **wanted.query(after=page.next)) if page.next else None,
        first=after is None,
        key=new_id(),
        done=done,
        error=error,
        chosen=chosen,
    )


def names_in_use(session: Session, actor: Actor, library: Library) -> Names:
    """The library's themes, and the organisation's own roles before the starter's."""
    lang = languages.current()
    own = {
        r.id: r.name_zh if lang == "zh" else r.name_en
        for r in members.study_roles(session, actor.organisation)
    }
    others = {id: label.name(lang) for id, label in library.roles().items()}
    return Names(
        themes={id: label.name(lang) for id, label in library.themes().items()},
        roles=own | {id: name for id, name in others.items() if id not in own},
    )


def rows(
    session: Session,
    actor: Actor,
    library: Library,
    records: Sequence[TextRecord],
    names: Names,
) -> list[Row]:
    slugs = [r.slug for r in records]
    waiting = library.proposals(slugs)
    decided = store.decisions_of(session, actor.organisation, slugs)
    return [
        Row(
            record=r,
            version=decided[r.slug].version,
            lang=labels.html_lang(r.language, r.script),
            language=labels.language(r.language),
            level=labels.level(r.level),
            themes=[(i, names.themes.get(i, i)) for i in r.themes],
            roles=[(i, names.roles.get(i, i)) for i in r.roles],
            chips=[] if r.withdrawn else chips(waiting.get(r.slug, ()), names, r),
            origin=came_from(r, library.file_of(r.slug)),
        )
        for r in records
    ]


def chips(proposals: Sequence[Proposal], names: Names, record: TextRecord) -> list[Chip]:
    return [chip(p, names, record) for p in proposals if p.field in ("theme", "role", "level")]


def chip(proposal: Proposal, names: Names, record: TextRecord) -> Chip:
    if proposal.field == "level":
        name = labels.level(proposal.value) or proposal.value
    else:
        known = names.themes if proposal.field == "theme" else names.roles
        name = known.get(proposal.value, proposal.value)
    sure = proposed.how_sure(proposal.confidence)
    return Chip(
        field=proposal.field,
        value=proposal.value,
        name=name,
        sure=sure,
        sure_name=wording.how_sure(sure),
        percent=round(100 * min(1.0, max(0.0, proposal.confidence))),
        reason=wording.reason(proposal),
        evidence=wording.evidence(proposal),
        lang=labels.html_lang(record.language, record.script)
        if "sentence" in proposal.why
        else None,
    )


def came_from(record: TextRecord, file: FileRecord | None) -> str:
    """What a text was read from, in a few words: its form, its kind and where it lies."""
    if file is None:
        return wording.form(record.form)
    kind = wording.kind_of_file(file.kind) if file.kind else ""
    parts = (wording.form(record.form), kind, wording.place(file, own_texts()))
    return wording.list_of([part for part in parts if part])


def own_texts() -> Path:
    """The folder of the organisation's own texts."""
    found: Path = current_app.config["XINDE"].data / "texts"
    return found
