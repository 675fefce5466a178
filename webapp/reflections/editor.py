"""What an editor page is given, for reflections and notes alike."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import Response, abort, jsonify
from flask_babel import gettext as _

from webapp import clock, pages, shapes
from webapp.reflections import sent, versions
from webapp.reflections.actions import Saved, Stale
from webapp.reflections.lifecycle import TITLE_LIMIT


@dataclass(frozen=True)
class Editor:
    """One draft in the editor. `id` is None until its first words are saved."""

    kind: str  # reflection | note
    id: str | None
    member: str  # part of the name under which this device keeps unsaved words
    key: str
    title: str
    body: str
    version: int
    saved_at: dt.datetime | None
    save_url: str | None
    create_url: str
    preview_url: str
    passages_url: str
    about_slug: str | None
    about_title: str | None
    status: str = "draft"
    genre: str = "reflection"
    goal_id: str | None = None  # of a new piece that is written about a goal
    settled: bool = False  # a conflict was just ended: the words on this device are in it
    title_limit: int = TITLE_LIMIT

    @property
    def place(self) -> str:
        """Under which name this device keeps unsaved words of this draft."""
        about = self.goal_id or self.about_slug or ""
        if self.genre != "reflection":
            about = f"{self.genre}:{about}"
        return f"xinde:{self.member}:{self.kind}:{self.id or 'new:' + about}"

    @property
    def zone(self) -> str:
        """In which times are said, by the script too."""
        return clock.zone().key

    @property
    def saved_label(self) -> str:
        return saved_label(self.saved_at) if self.saved_at else ""


def saved_label(at: dt.datetime) -> str:
    """ "Saved 20:14", or with the day when it was not today."""
    return _("Saved %(time)s", time=shapes.ago(at))


def said_of_saved(saved: Saved) -> dict[str, Any]:
    return {
        "id": saved.id,
        "version": saved.version,
        "saved_at": saved.at.isoformat(),
        "label": saved_label(saved.at),
    }


def stale_json(yours: int, other: Stale) -> Response:
    return jsonify(yours=yours, version=other.version, title=other.title, body=other.body)


@dataclass(frozen=True)
class ConflictPage(pages.Page):
    template: ClassVar[str] = "reflections/conflict.html"

    heading: str
    settle_url: str
    version: int
    mine_title: str
    mine: str
    theirs_title: str
    theirs: str
    saved_at: str
    difference: list[versions.Stretch]
    has_versions: bool = True


def kept_words(choice: str, mine: tuple[str, str], theirs: tuple[str, str]) -> tuple[str, str]:
    if choice == "mine":
        return mine
    if choice == "theirs":
        return theirs
    if choice != "both":
        abort(400)
    both = f"{theirs[1].rstrip()}\n\n---\n\n{mine[1].lstrip()}"
    if len(both) > sent.SAVE_LIMIT:
        raise pages.BadField("body", sent.SAVE_LIMIT, len(both))
    return theirs[0] or mine[0], both
