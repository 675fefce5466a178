"""Feeds for programs that cannot sign in: the private calendar, and theme lists for
e-readers. Each asks anew what its member may see."""

from __future__ import annotations

import datetime as dt

from flask import Response, abort, request, url_for
from flask_babel import gettext as _

from corpus.languages import detect
from webapp import calendars, clock, languages, pages, sheets
from webapp.access import Actor, needs
from webapp.community import db
from webapp.members import store as members
from webapp.readings import kept_page
from webapp.reminders import calendar_feed, opds_feed, store
from webapp.reminders.opds_feed import Book, Feed
from webapp.reminders.views.blueprint import Answer, bp, holder
from webapp.resources import library
from webapp.themes import list_pages
from webapp.themes import store as lists
from webapp.themes.store import ListRow, ShownList
from webapp.themes.views.leaving import epub

ON_A_PAGE = 50


@bp.get("/calendar/<token>.ics")
@needs("calendar.feed")
def calendar(token: str) -> Answer:
    """What they say is stamped with the day: the same days give the same bytes."""
    member, actor = holder("calendar", token)
    wanted = store.own(db.session, actor)
    found = calendar_feed.days(
        db.session,
        actor,
        today=clock.today(),
        goal_words=bool(wanted and wanted.goal_words),
        host=request.host.partition(":")[0],
    )
    body = calendars.as_calendar(
        members.organisation_name(db.session),
        found,
        made_at=dt.datetime.combine(clock.today(), dt.time(), dt.UTC),
        language=member.language,
    )
    return _sent(body, "text/calendar; charset=utf-8")


@bp.get("/opds/<token>")
@needs("lists.feed")
def catalogue(token: str) -> Answer:
    """The theme lists that are open to the member, newest first."""
    member, actor = holder("lists", token)
    written = request.args.get("after")
    after = kept_page.mark(written) if written is not None else None
    if written is not None and after is None:
        abort(400)
    rows = lists.shared(db.session, actor, theme_lists=True, after=after, limit=ON_A_PAGE + 1)
    following = None
    if len(rows) > ON_A_PAGE:
        mark = kept_page.mark_of_moment(*rows[ON_A_PAGE - 1].mark)
        following = url_for(".catalogue", token=token, after=mark, _external=True)
    feed = _feed(
        f"urn:xinde:{actor.organisation}:lists",
        _("Theme lists of %(organisation)s", organisation=members.organisation_name(db.session)),
        token,
        updated=max((row.at for row in rows), default=member.joined_at),
        address=url_for(".catalogue", token=token, after=written, _external=True),
        next=following,
    )
    books = [_book(row, token) for row in rows[:ON_A_PAGE]]
    return _sent(opds_feed.navigation(feed, books), opds_feed.NAVIGATION)


@bp.get("/opds/<token>/<list_id>")
@needs("lists.feed")
def list_feed(token: str, list_id: str) -> Answer:
    _member, actor = holder("lists", token)
    found = _theme_list(actor, list_id)
    feed = _feed(
        f"urn:xinde:list:{found.id}:feed",
        found.title,
        token,
        updated=found.shared_at or found.changed_at,
        address=url_for(".list_feed", token=token, list_id=found.id, _external=True),
    )
    return _sent(opds_feed.acquisition(feed, _book(found, token)), opds_feed.ACQUISITION)


@bp.get("/opds/<token>/<list_id>.epub")
@needs("lists.feed")
def booklet(token: str, list_id: str) -> Answer:
    _member, actor = holder("lists", token)
    page = list_pages.show(db.session, actor, library(), _theme_list(actor, list_id))
    return pages.attachment(epub(page), sheets.file_name(page.kept.title, "epub"), opds_feed.EPUB)


def _theme_list(actor: Actor, list_id: str) -> ShownList:
    found = lists.readable(db.session, actor, list_id[:32])
    if found is None or not found.theme_list or found.audience == "private":
        abort(404)
    return found


def _book(row: ListRow, token: str) -> Book:
    return Book(
        id=row.id,
        title=row.title,
        about=row.note if isinstance(row, ShownList) else row.unit,
        language=languages.HTML_LANG[detect(row.title)],
        updated=row.at,
        feed=url_for(".list_feed", token=token, list_id=row.id, _external=True),
        booklet=url_for(".booklet", token=token, list_id=row.id, _external=True),
        page=url_for("themes.show", list_id=row.id, _external=True),
    )


def _feed(
    id: str, title: str, token: str, *, updated: dt.datetime, address: str, next: str | None = None
) -> Feed:
    return Feed(
        id=id,
        title=title,
        author=members.organisation_name(db.session),
        language=languages.HTML_LANG[languages.current()],
        updated=updated,
        address=address,
        start=url_for(".catalogue", token=token, _external=True),
        next=next,
    )


def _sent(body: bytes, kind: str) -> Response:
    """For this program alone; asked again, it is told when nothing is new."""
    answer = Response(body, content_type=kind)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.add_etag()
    answer.make_conditional(request)
    return answer
