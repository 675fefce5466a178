"""Who belongs to a unit, and the roles that are given in it: for those who organize it."""

from __future__ import annotations

import datetime as dt

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from webapp import clock, pages
from webapp.access import needs
from webapp.community import db
from webapp.ids import new_id
from webapp.units import people_actions, people_store, unit_page, wording
from webapp.units.actions import Hindered, Unknown
from webapp.units.rules import Obstacle
from webapp.units.views.blueprint import (
    Answer,
    bp,
    kept_words,
    key_sent,
    sent_id,
    the_rights,
    the_tree,
    to_work_on,
    zh,
)
from webapp.units.views.browsing import shown

LONGEST_WHO = 254  # a name or an e-mail address


@bp.post("/units/<unit_id>/people")
@needs("units.change")
def join(unit_id: str) -> Answer:
    """Take somebody in, by name; administrators also by e-mail address."""
    who = pages.field(request.form, "who", limit=LONGEST_WHO)
    try:
        member = people_actions.join(
            db.session, g.actor, unit_id, who, key=key_sent(), now=clock.now()
        )
    except Hindered as hindered:
        said = wording.obstacle(hindered.obstacle)
        if hindered.obstacle == "not_yours":
            return kept_words(said, 404, unit_id)
        return shown(unit_id, problem=said, given={"who": who}, status=422)
    flash(_("%(who)s belongs to the unit now.", who=who), "info")
    return redirect(url_for(".person", unit_id=unit_id, member_id=member), 303)


@bp.get("/units/<unit_id>/people/<member_id>")
@needs("units.change")
def person(unit_id: str, member_id: str) -> Answer:
    return of_person(unit_id, member_id)


@bp.post("/units/<unit_id>/people/<member_id>/leave")
@needs("units.change")
def leave(unit_id: str, member_id: str) -> Answer:
    try:
        people_actions.leave(
            db.session, g.actor, unit_id, member_id, sure=is_sure(), key=key_sent(),
            now=clock.now(),
        )  # fmt: skip
    except Hindered as hindered:
        return again(hindered.obstacle, unit_id, member_id, "leave")
    flash(_("Left the unit. What was submitted to it alone is closed to them from now on."), "info")
    return redirect(url_for(".show", unit_id=unit_id), 303)


@bp.post("/units/<unit_id>/people/<member_id>/move")
@needs("units.change")
def move_person(unit_id: str, member_id: str) -> Answer:
    to = sent_id("to")
    try:
        people_actions.move(
            db.session, g.actor, unit_id, member_id, to=to, sure=is_sure(), key=key_sent(),
            now=clock.now(),
        )  # fmt: skip
    except Hindered as hindered:
        return again(hindered.obstacle, unit_id, member_id, "move", {"to": to})
    flash(_("Moved to this unit."), "info")
    return redirect(url_for(".show", unit_id=to), 303)


@bp.post("/units/<unit_id>/people/<member_id>/roles")
@needs("units.change")
def give_role(unit_id: str, member_id: str) -> Answer:
    role = sent_id("role")
    given = {name: request.form.get(name, "")[:20].strip() for name in ("since", "until")}
    try:
        since, last = day_of(given["since"]), day_of(given["until"])
        people_actions.give(
            db.session, g.actor, unit_id, member_id, role,
            since=beginning(since) if since else clock.now(),
            until=beginning(last + dt.timedelta(days=1)) if last else None,
            key=key_sent(), now=clock.now(),
        )  # fmt: skip
    except Unknown:
        abort(404)
    except Hindered as hindered:
        return again(hindered.obstacle, unit_id, member_id, "", {"role": role, **given})
    flash(_("The role is given."), "info")
    return redirect(url_for(".person", unit_id=unit_id, member_id=member_id), 303)


@bp.post("/units/<unit_id>/people/<member_id>/roles/<appointment_id>/end")
@needs("units.change")
def end_role(unit_id: str, member_id: str, appointment_id: str) -> Answer:
    try:
        people_actions.end(
            db.session, g.actor, unit_id, appointment_id, sure=is_sure(), key=key_sent(),
            now=clock.now(),
        )  # fmt: skip
    except Unknown:
        abort(404)
    except Hindered as hindered:
        return again(hindered.obstacle, unit_id, member_id, appointment_id)
    flash(_("The role has ended."), "info")
    if not the_rights().over(unit_id):  # it was one's own
        return redirect(url_for(".show", unit_id=unit_id), 303)
    return redirect(url_for(".person", unit_id=unit_id, member_id=member_id), 303)


# Steps


def is_sure() -> bool:
    return request.form.get("sure") == "1"


def day_of(value: str) -> dt.date | None:
    """Raises Hindered for what is no day, or one that no calendar here reaches."""
    if not value:
        return None
    try:
        day = dt.date.fromisoformat(value)
    except ValueError:
        raise Hindered("bad_day") from None
    if not 1900 <= day.year <= 2200:
        raise Hindered("bad_day")
    return day


def beginning(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), clock.zone())


def of_person(
    unit_id: str,
    member_id: str,
    *,
    problem: str = "",
    sure: str = "",
    given: dict[str, str] | None = None,
    status: int = 200,
) -> Answer:
    tree = the_tree()
    to_work_on(tree, the_rights(), unit_id)
    found = people_store.people(
        db.session, g.actor.organisation, unit_id, now=clock.now(), only=member_id, limit=1
    )
    if not found:
        abort(404)
    page = unit_page.person(
        db.session, g.actor, tree, unit_id, found[0], key=new_id(), now=clock.now(),
        today=clock.today(), zh=zh(), problem=problem, sure=sure, given=given,
    )  # fmt: skip
    return pages.render(page, status)


def again(
    obstacle: Obstacle,
    unit_id: str,
    member_id: str,
    what: str,
    given: dict[str, str] | None = None,
) -> Answer:
    """The member's page once more, with the reason and what was chosen."""
    said = wording.obstacle(obstacle)
    if obstacle == "not_yours":
        return kept_words(said, 404, unit_id)
    if obstacle == "member_gone":
        return shown(unit_id, problem=said, status=409)
    sure = what if obstacle == "not_sure" else ""
    return of_person(unit_id, member_id, problem=said, sure=sure, given=given, status=422)
