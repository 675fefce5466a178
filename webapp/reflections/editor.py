"""What an editor page is given, for reflections and notes alike."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask_babel import gettext as _

from webapp import shapes
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
    settled: bool = False  # a conflict was just ended: the words on this device are in it
    title_limit: int = TITLE_LIMIT

    @property
    def place(self) -> str:
        """Under which name this device keeps unsaved words of this draft."""
        return f"xinde:{self.member}:{self.kind}:{self.id or 'new:' + (self.about_slug or '')}"

    @property
    def saved_label(self) -> str:
        return saved_label(self.saved_at) if self.saved_at else ""


def saved_label(at: dt.datetime) -> str:
    """ "Saved 20:14", or with the day when it was not today."""
    return _("Saved %(time)s", time=shapes.ago(at))
