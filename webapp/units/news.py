"""What a member is told of where they belong: that they were taken into a unit, or out of it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.notices import news_page
from webapp.notices.news_page import Named
from webapp.notices.store import Told
from webapp.units import store


def named(session: Session, actor: Actor, told: Sequence[Told]) -> dict[str, Named]:
    """A line as long as it is still so: who was taken out again need not hear of both."""
    names = store.names(session, actor.organisation, [_id(one) for one in told])
    found = {}
    for one in told:
        unit = _id(one)
        if unit not in names or (unit in actor.units) != (one.kind == "taken_in"):
            continue
        said = (
            _(
                "You belong to “%(title)s” now: its members read what you submit to it, and what it asks holds for you.",
                title="%(title)s",
            )
            if one.kind == "taken_in"
            else _("You no longer belong to “%(title)s”.", title="%(title)s")
        )
        found[one.id] = Named(said, names[unit], "", url_for("units.show", unit_id=unit))
    return found


def _id(one: Told) -> str:
    return one.about.partition("/")[2]


news_page.RESOLVERS["unit"] = named
news_page.ICONS.update(taken_in="network", let_go="network")
