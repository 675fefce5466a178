"""What a member wants to be reminded of, and their private addresses."""

from __future__ import annotations

from flask import abort, current_app, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from webapp import clock, pages
from webapp.access import needs
from webapp.community import db
from webapp.members import once
from webapp.reminders import actions, settings_page
from webapp.reminders.settings_page import FEEDS
from webapp.reminders.views.blueprint import Answer, bp


@bp.get("/me/reminders")
@needs("reminders.own")
def settings() -> Answer:
    return pages.render(_page())


@bp.post("/me/reminders")
@needs("reminders.own")
def change() -> Answer:
    """Keep what was chosen, or say what is wrong with it; nothing that was chosen is lost."""
    wanted, problems = settings_page.sent(request.form)
    if problems:
        return pages.render(_page(wanted=wanted, problems=problems), 422)
    row = actions.wish(db.session, g.actor, wanted, zone=clock.zone(), now=clock.now())
    if row.rhythm == "off":
        flash(_("Saved. No mail is sent to you."), "info")
    else:
        flash(_("Saved. Mail comes only when there is something in it."), "info")
    return redirect(url_for(".settings"), 303)


@bp.post("/me/reminders/address")
@needs("reminders.own")
def address() -> Answer:
    """Make, renew or end a private address. A new one stands on this answer and nowhere
    else: only its hash is kept, so the page cannot be opened a second time."""
    kind, do = request.form.get("kind", ""), request.form.get("do", "")
    if kind not in FEEDS or do not in ("make", "end", "words"):
        abort(400)
    if do == "words":
        actions.show_goals(db.session, g.actor, request.form.get("goal_words") == "1")
        flash(_("Saved. Your calendar shows it when it asks next."), "info")
    elif do == "end":
        actions.end_address(db.session, g.actor, kind)
        flash(_("Ended. Whoever has the address gets nothing any more."), "info")
    else:
        key = request.form.get("key", "")
        if not once.well_formed(key):
            abort(400)
        token = actions.new_address(db.session, g.actor, kind, key=key, now=clock.now())
        if token is not None:
            return pages.render(_page(new=(kind, _feed(kind, token))))
        flash(_("The address was made already and cannot be shown again. Renew it if you did not copy it."), "info")  # fmt: skip
    return redirect(url_for(".settings", _anchor=kind), 303)


def _feed(kind: str, token: str) -> str:
    endpoint = {"calendar": ".calendar", "lists": ".catalogue"}[kind]
    return url_for(endpoint, token=token, _external=True)


def _page(**more: object) -> settings_page.SettingsPage:
    return settings_page.settings(
        db.session,
        g.actor,
        sends_mail=bool(current_app.config["XINDE"].mail_url),
        zone=clock.zone(),
        **more,  # type: ignore[arg-type]
    )
