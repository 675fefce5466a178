"""What the pages of entries on behalf of others may use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from webapp import languages, pages
from webapp.reflections.genres import GENRES
from webapp.requirements import entering, wording
from webapp.requirements.entering import AttendanceSent, PieceSent
from webapp.requirements.entry_store import EntryRow
from webapp.requirements.plan_page import Link
from webapp.requirements.tables import EnteredPiece


@dataclass(frozen=True)
class AttendancePage(pages.Page):
    template: ClassVar[str] = "requirements/attendance.html"

    unit: Link
    key: str
    sent: AttendanceSent
    people: list[tuple[str, str, bool]]  # id, name, has an account
    entries: list[EntryRow]
    problems: dict[str, str] = field(default_factory=dict)
    obstacle: str = ""
    what_limit: int = entering.WHAT_LIMIT


@dataclass(frozen=True)
class PiecesPage(pages.Page):
    """Pieces of people without an account: those there are, and the form of a new one."""

    template: ClassVar[str] = "requirements/pieces_on_paper.html"

    unit: Link
    organizes: bool
    key: str
    sent: PieceSent
    people: list[tuple[str, str]]  # members of the unit without an account
    genres: list[tuple[str, str]]
    entries: list[EntryRow]
    problems: dict[str, str] = field(default_factory=dict)
    obstacle: str = ""
    title_limit: int = entering.TITLE_LIMIT


def genre_options() -> list[tuple[str, str]]:
    return [(genre, wording.genre(genre)) for genre in GENRES]


@dataclass(frozen=True)
class EnteredPage(pages.Page):
    template: ClassVar[str] = "requirements/entered.html"

    row: EntryRow
    body: str
    lang: str
    genre: str
    text: Link | None
    answered_on: str
    organizes: bool


def entered(row: EntryRow, piece: EnteredPiece, *, organizes: bool) -> EnteredPage:
    text = (piece.text_slug, piece.text_title or "") if piece.text_slug else None
    return EnteredPage(
        row=row,
        body=piece.body,
        lang=languages.HTML_LANG.get(piece.language, "en"),
        genre=wording.genre(piece.genre),
        text=text,
        answered_on=wording.day_in_words(piece.answered_on) if piece.answered_on else "",
        organizes=organizes,
    )
