"""What the author of a piece is told: that it was asked back, or accepted."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.desk import acts_store, desk_page, wording
from webapp.desk.acts_store import Act
from webapp.notices import news_page
from webapp.notices import store as notices
from webapp.notices.news_page import Named
from webapp.notices.store import Told


def named(session: Session, actor: Actor, told: Sequence[Told]) -> dict[str, Named]:
    """What does not stand any more is left out."""
    acts = acts_store.told_of(session, actor, [_id(one) for one in told])
    titles = notices.titles(session, actor, {act.piece for act in acts.values()})
    found = {}
    for one in told:
        act = acts.get(_id(one))
        piece = titles.get(act.piece) if act else None
        if act is None or piece is None:
            continue
        anchor = f"a-{act.answer}" if act.answer else "record-h"
        url = url_for("reflections.show", reflection_id=act.piece, _anchor=anchor)
        found[one.id] = Named(_said(act), piece.title, desk_page.lang(piece.language), url)
    return found


def _said(act: Act) -> str:
    name, title = wording.name(act), "%(title)s"
    if act.kind == "accepted":
        return _("%(name)s accepted “%(title)s”.", name=name, title=title)
    return _(
        "%(name)s asks you something about “%(title)s”. Write on and submit it again, or reply.",
        name=name,
        title=title,
    )


def _id(one: Told) -> str:
    return one.about.partition("/")[2]


news_page.RESOLVERS["review"] = named
news_page.ICONS.update(asked_back="undo-2", accepted="check")
