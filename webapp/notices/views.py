"""What happened to what one wrote: the page of news, and the quiet dot in the header."""

from __future__ import annotations

from flask import Blueprint, g
from werkzeug.wrappers import Response

from webapp import clock, pages
from webapp.access import needs
from webapp.community import db
from webapp.notices import actions, news_page, store
from webapp.notices.actions import KEPT
from webapp.reflections import store as reflections
from webapp.reflections.views.blueprint import mark_of_page

bp = Blueprint("notices", __name__)

ON_A_PAGE = 30

Answer = tuple[str, int] | Response


@bp.get("/news")
@needs("notices.own")
def index() -> Answer:
    """The newest first. What was new is marked once more, and is seen from then on."""
    now, after = clock.now(), mark_of_page()
    told = store.newest(db.session, g.actor, since=now - KEPT, after=after, limit=ON_A_PAGE + 1)
    shown = told[:ON_A_PAGE]
    more = len(told) > ON_A_PAGE
    mark = reflections.mark_text((shown[-1].at, shown[-1].id)) if more else None
    lines = news_page.lines(db.session, g.actor, shown)
    if any(not one.seen for one in told):
        actions.seen(db.session, g.actor, now=now)
    g.something_new = False
    return pages.render(news_page.NewsPage(lines, mark, after is None))


@bp.app_context_processor
def dot() -> dict[str, object]:
    return {"something_new": something_new}


def something_new() -> bool:
    """Whether the dot stands in the header; asked once a request."""
    if "something_new" not in g:
        since = clock.now() - KEPT
        g.something_new = store.something_new(db.session, g.actor, since=since)
    return bool(g.something_new)
