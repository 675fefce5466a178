"""Withdrawing a requirement, from a day on."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from webapp import clock, pages
from webapp.access import needs
from webapp.community import db
from webapp.ids import new_id
from webapp.reflections.sent import form_key
from webapp.requirements import actions, setting, store, wording
from webapp.requirements.actions import Hindered, Unknown
from webapp.requirements.form_page import WithdrawPage
from webapp.requirements.views.blueprint import RAW_LIMIT, Answer, bp, not_yours, sent_for
from webapp.requirements.views.planning import hindered_by, mine_to_change


@bp.get("/requirements/<requirement_id>/withdraw")
@needs("requirements.set")
def withdrawal(requirement_id: str) -> Answer:
    required, unit = mine_to_change(requirement_id)
    return pages.render(
        WithdrawPage(required.id, required.newest.title, unit, new_id(), clock.today().isoformat())
    )


@bp.post("/requirements/<requirement_id>/withdraw")
@needs("requirements.set")
def withdraw(requirement_id: str) -> Answer:
    key = form_key()
    required = store.required(db.session, g.actor.organisation, requirement_id)
    unit = sent_for(required.unit_id) if required else None
    if required is None or unit is None:
        return not_yours()
    written = pages.field(request.form, "day", limit=20)
    why = pages.body(request.form, "why", limit=RAW_LIMIT).strip()
    page = WithdrawPage(required.id, required.newest.title, unit, key, written, why)
    day = setting.end_of(written, clock.today())
    problems: dict[str, str] = {}
    if isinstance(day, setting.Problem):
        problems["day"] = wording.problem("day", day)
    if len(why) > setting.REASON_LIMIT:
        too_long = setting.Problem("too_long", str(setting.REASON_LIMIT))
        problems["why"] = wording.problem("why", too_long)
    if problems or not isinstance(day, dt.date):
        return pages.render(replace(page, problems=problems), 422)
    try:
        actions.withdraw(
            db.session,
            g.actor,
            requirement_id,
            from_day=day,
            why=why,
            key=key,
            today=clock.today(),
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    except Hindered as hindered:
        return hindered_by(hindered, replace(page, obstacle=wording.obstacle(hindered.obstacle)))
    flash(_("Withdrawn. What was due before that day stays as it was."))
    return redirect(url_for(".plan", unit_id=unit[0]), 303)
