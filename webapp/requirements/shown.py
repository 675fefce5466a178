"""A requirement in words, as every page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from webapp.requirements import wording
from webapp.requirements.asking import Says
from webapp.requirements.named import Named


@dataclass(frozen=True)
class Shown:
    title: str
    period: str
    pace: str
    tasks: tuple[str, ...]
    content: str  # "" where nothing is read, written or answered
    genres: str  # kinds of piece, "" for any
    assessment: str  # "" where nothing is written
    for_whom: str  # "" for everybody
    guidance: str
    list_id: str | None


def shown(says: Says, names: Named) -> Shown:
    return Shown(
        title=says.title,
        period=wording.period(says),
        pace=wording.pace(says.pace),
        tasks=tuple(wording.asked(method, count, says) for method, count in says.asked),
        content=wording.content(says, themes=names.themes, titles=names.titles)
        if says.read or says.write or says.discuss
        else "",
        genres=_("of this kind: %(kinds)s", kinds=wording.genres(says)) if says.genres else "",
        assessment=wording.assessment(says) if says.write or says.practise else "",
        for_whom=wording.for_whom(says, kinds=names.kinds, roles=names.roles),
        guidance=says.guidance,
        list_id=says.list_id,
    )


def changed(before: Shown, after: Shown) -> list[str]:
    """Which parts of a requirement became others."""
    parts = [
        (_("Title"), before.title != after.title),
        (_("Time"), (before.period, before.pace) != (after.period, after.pace)),
        (_("What to do"), before.tasks != after.tasks),
        (_("Content"), (before.content, before.genres) != (after.content, after.genres)),
        (_("When it counts"), before.assessment != after.assessment),
        (_("For whom"), before.for_whom != after.for_whom),
        (_("Guidance in plain words"), before.guidance != after.guidance),
    ]
    return [name for name, other in parts if other]
