"""Giving a theme list to units or the organisation, and members working through a version."""

from __future__ import annotations

import datetime as dt

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from webapp import clock, pages
from webapp.access import needs
from webapp.community import db
from webapp.jobs import queue
from webapp.themes import draft_actions, draft_store, giving_page, schedule, wording
from webapp.themes.actions import Hindered, Unknown
from webapp.themes.draft_actions import Publication, Stale
from webapp.themes.drafts import Draft
from webapp.themes.views.blueprint import Answer, bp, key_sent, readable
from webapp.themes.views.building import draft


@bp.get("/lists/<draft_id>/build/publish")
@needs("lists.build")
def give_draft(draft_id: str) -> Answer:
    return pages.render(giving_page.give(db.session, g.actor, draft(draft_id), today=clock.today()))


@bp.post("/lists/<draft_id>/build/publish")
@needs("lists.build")
def publish_draft(draft_id: str) -> Answer:
    """Publish the draft as it was looked at, or take the list back."""
    found = draft(draft_id)
    to, problem = publication_sent()
    if problem:
        return again(found, to, problem)
    version = request.form.get("version", "")
    try:
        draft_actions.publish(
            db.session,
            g.actor,
            found.id,
            version=int(version) if version.isdecimal() else -1,
            to=to,
            key=key_sent(),
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    except Hindered as hindered:
        return again(draft(draft_id), to, wording.obstacle(hindered.obstacle))
    except Stale:
        return again(
            draft(draft_id),
            to,
            _("Somebody changed the list since you opened this page. Look at it once more; nothing was published."),
            409,
        )  # fmt: skip
    queue.learn_again()
    if to.audience == "private":
        flash(_("Taken back. Only organizers see this list now."), "info")
        return redirect(url_for(".build", draft_id=found.id), 303)
    flash(_("Published. You can change it and publish it again, or take it back, at any time."), "info")  # fmt: skip
    return redirect(url_for(".build", draft_id=found.id), 303)


@bp.post("/lists/<list_id>/begin")
@needs("list.read")
def begin_list(list_id: str) -> Answer:
    """Work through the version that was shown, also when a newer one comes."""
    found = readable(list_id)
    number = request.form.get("number", "")
    known = {row.number for row in draft_store.versions(db.session, g.actor, found.id)}
    if not number.isdecimal() or int(number) not in known:
        abort(400)
    draft_actions.begin_reading(db.session, g.actor, found.id, int(number), now=clock.now())
    return redirect(url_for(".show", list_id=found.id), 303)


@bp.post("/lists/<list_id>/stop")
@needs("list.read")
def stop_list(list_id: str) -> Answer:
    found = readable(list_id)
    draft_actions.stop_reading(db.session, g.actor, found.id)
    return redirect(url_for(".show", list_id=found.id), 303)


# Steps


def publication_sent() -> tuple[Publication, str]:
    """For whom and when, and what is wrong with it."""
    form = request.form
    audience = form.get("audience", "")[:20]
    pace = schedule.as_pace(form.get("pace", "free")) or "free"
    over = form.get("over", "4")
    weeks = int(over) if over.isdecimal() and len(over) < 4 else 0
    try:
        starts_on = dt.date.fromisoformat(form.get("starts_on", "")[:10])
    except ValueError:
        starts_on = None
    to = Publication(
        audience=audience,
        units=tuple(dict.fromkeys(one[:32] for one in form.getlist("unit")[:2_000])),
        pace=pace,
        starts_on=starts_on,
        over=weeks or 4,
    )
    if pace != "free" and starts_on is None:
        return to, _("Say on which day the first week begins, for example 2026-09-07.")
    if pace == "spread" and not 1 <= weeks <= schedule.MOST_WEEKS:
        return to, _("The weeks are a whole number from 1 to %(most)s.", most=schedule.MOST_WEEKS)
    return to, ""


def again(found: Draft, to: Publication, problem: str, status: int = 422) -> Answer:
    page = giving_page.give(
        db.session, g.actor, found, today=clock.today(), audience=to.audience, units=to.units,
        pace=to.pace, starts_on=to.starts_on, over=to.over, obstacle=problem,
    )  # fmt: skip
    return pages.render(page, status)
