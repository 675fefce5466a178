"""What the page of submitting may say of the requirements that the piece would serve."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from webapp import clock, resources
from webapp.access import Actor
from webapp.reflections import experiences, subjects
from webapp.reflections import store as reflections
from webapp.reflections.subjects import OF_MEMBERS
from webapp.reflections.tables import Reflection
from webapp.requirements import progress, progress_wording, reach, roll_store, texts_store
from webapp.requirements.happened import Piece
from webapp.requirements.named import Named, named
from webapp.requirements.roll import Roll
from webapp.requirements.serving import Serves, serving

MOST = 6


@dataclass(frozen=True)
class Line:
    """One requirement that is open to its author."""

    title: str
    url: str  # "" where its page is not open
    unit: str
    due: dt.date
    serves: bool
    said: tuple[str, ...]
    apart: Mapping[str, str]  # by unit, where it cannot count if that unit alone reads it: why


def of_draft(session: Session, actor: Actor, draft: Reflection, today: dt.date) -> list[Line]:
    """Of one's own draft, as if it were submitted now. First what it would serve."""
    asked = progress.mine(session, actor, today)
    if not asked:
        return []
    piece = _as_piece(session, draft, today)
    texts = texts_store.of(session, actor, piece.texts)
    found = serving(asked, piece, texts)[:MOST]
    names = named(session, actor.organisation, [one.span.says for one in found])
    roll = roll_store.roll(session, actor.organisation)
    return [_line(one, names, actor, roll, today) for one in found]


def apart(lines: list[Line]) -> dict[str, list[str]]:
    """By unit, what a piece that it alone reads cannot count for, and why."""
    said: dict[str, list[str]] = {}
    for line in lines:
        for unit, why in line.apart.items():
            said.setdefault(unit, []).append(why)
    return said


def _as_piece(session: Session, draft: Reflection, today: dt.date) -> Piece:
    """As submitting would make it. Words that are submitted anew go on counting where
    they were handed in."""
    about = subjects.of_draft(draft.body, draft.text_slug, resources.library)
    themes = experiences.themes_with(reflections.details_of(session, draft).themes, about.themes)
    cited = {c.passage_id if c.text_slug == OF_MEMBERS else c.text_slug for c in about.cited}
    since = draft.shown_at if draft.status == "submitted" else None
    return Piece(
        id=draft.id,
        title=draft.title,
        genre=draft.genre,
        handed_in=since.astimezone(clock.zone()).date() if since else today,
        themes=frozenset(themes),
        texts=frozenset(cited | ({draft.text_slug} if draft.text_slug else set())),
    )


def _line(one: Serves, names: Named, actor: Actor, roll: Roll, today: dt.date) -> Line:
    says = one.span.says
    alone = [
        unit
        for unit in sorted(actor.units if one.methods_of_writing else ())
        if not roll.tree[unit].closed
        and not reach.could_count(
            says,
            roll,
            author=str(actor.member),
            through=one.span.through,
            unit_id=unit,
            day=today,
        )
    ]
    said = progress_wording.serves(one, themes=names.themes, titles=names.titles)
    said += [progress_wording.for_a_unit_alone(says, roll.tree[unit].name) for unit in alone]
    return Line(
        title=one.span.says.title,
        url=url_for("requirements.show", requirement_id=one.asked.requirement_id)
        if one.asked.opens
        else "",
        unit=one.asked.unit,
        due=one.span.due,
        serves=bool(one.methods) or one.counts_already,
        said=tuple(said),
        apart={unit: progress_wording.for_a_unit_alone(says) for unit in alone},
    )
