"""The list of members: found, named organizers, leaving, coming back, links to come in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import clock, pages
from webapp.access import needs
from webapp.community import db
from webapp.members import actions as member_actions
from webapp.members import store as members
from webapp.members.store import MemberRow
from webapp.people import actions
from webapp.people.views.blueprint import bp, open_units, within
from webapp.units import store as units
from webapp.units.tree import UnitLine

PAGE = 50


@dataclass(frozen=True)
class MembersPage(pages.Page):
    template: ClassVar[str] = "people/members.html"

    members: list[MemberRow]
    next_after: tuple[str, str] | None
    units: list[UnitLine]
    words: str
    unit: str
    left: bool
    administrator: bool
    new_link: tuple[str, str] | None = None  # for whom, and the link: shown once

    @property
    def asked(self) -> dict[str, str]:
        """What the list was asked for, for the address of its next page."""
        given = {"q": self.words, "unit": self.unit, "left": "1" if self.left else ""}
        return {name: value for name, value in given.items() if value}

    @property
    def by_unit(self) -> bool:
        return bool(self.unit)


@bp.get("")
@needs("people.browse")
def index() -> tuple[str, int]:
    administrator = g.actor.administrator
    words = pages.field(request.args, "q", limit=120)
    unit, left = request.args.get("unit", "")[:32], request.args.get("left") == "1"
    after = (request.args.get("name", "")[:120], request.args.get("after", "")[:32])
    among = within()
    if unit:
        below = units.subtree(db.session, g.actor.organisation, unit)
        among = frozenset(below) if among is None else among.intersection(below)
    found = members.members(
        db.session,
        g.actor.organisation,
        after=after if after[1] else None,
        limit=PAGE + 1,
        within=among,
        words=words,
        addresses=administrator,
        left=left and administrator,
    )
    last = found[PAGE - 1] if len(found) > PAGE else None
    return pages.render(
        MembersPage(
            members=found[:PAGE],
            next_after=(last.name, last.id) if last else None,
            units=open_units(),
            words=words,
            unit=unit,
            left=left and administrator,
            administrator=administrator,
            new_link=session.pop("personal_link", None) if administrator else None,
        )
    )


def back_to(member_id: str) -> Response:
    """The list as it was, at this member."""
    kept: dict[str, Any] = {
        n: request.args[n] for n in ("q", "unit", "left", "name", "after") if n in request.args
    }
    return redirect(url_for(".index", **kept, _anchor=f"m-{member_id}"), 303)


@bp.post("/members/<member_id>/organizer")
@needs("members.manage")
def set_organizer(member_id: str) -> Response:
    """Name a member organizer of everything, or take it back; counts at once."""
    keeps, member_id = request.form.get("organizer") == "1", member_id[:32]
    organisation = g.actor.organisation
    if not member_actions.set_organizer(
        db.session, organisation, member_id, keeps, by=g.actor.member
    ):
        abort(404)
    member = members.member(db.session, organisation, member_id)
    name = member.name if member else ""
    flash(
        _("%(name)s keeps the library now.", name=name)
        if keeps
        else _("%(name)s no longer keeps the library.", name=name),
        "info",
    )
    return back_to(member_id)


@dataclass(frozen=True)
class LeavePage(pages.Page):
    template: ClassVar[str] = "people/leave.html"

    id: str
    name: str
    units: list[str]
    last_administrator: bool = False


@bp.route("/members/<member_id>/leave", methods=["GET", "POST"])
@needs("members.manage")
def leave(member_id: str) -> tuple[str, int] | Response:
    """Somebody leaves the organisation: asked once more before it is done."""
    member = members.member(db.session, g.actor.organisation, member_id[:32])
    if member is None or member.left_at is not None:
        abort(404)
    places = [u.name for u in members.units_of(db.session, g.actor.organisation, member.id)]
    if request.method == "GET":
        return pages.render(LeavePage(member.id, member.name, places))
    try:
        name = actions.leave(db.session, g.actor, member.id, now=clock.now())
    except actions.LastAdministrator:
        return pages.render(LeavePage(member.id, member.name, places, True), 422)
    except actions.Unknown:
        abort(404)
    flash(_("%(name)s has left. What they wrote stays as it is.", name=name), "info")
    return redirect(url_for(".index"), 303)


@bp.post("/members/<member_id>/back")
@needs("members.manage")
def come_back(member_id: str) -> Response:
    try:
        name = actions.come_back(db.session, g.actor, member_id[:32], now=clock.now())
    except actions.Unknown:
        abort(404)
    flash(
        _("%(name)s is back, in the units of before. Roles and rights are given anew.", name=name),
        "info",
    )
    return redirect(url_for(".index", q=name), 303)


@bp.post("/members/<member_id>/link")
@needs("members.manage")
def new_link(member_id: str) -> Response:
    """A link for somebody who has no password yet; shown once."""
    try:
        token = actions.personal_link(db.session, g.actor, member_id[:32], now=clock.now())
    except actions.Unknown:
        abort(404)
    member = members.member(db.session, g.actor.organisation, member_id[:32])
    link = url_for("members.join", token=token, _external=True)
    session["personal_link"] = (member.name if member else "", link)
    back = back_to(member_id[:32])
    back.location = back.location.split("#")[0]  # the link stands at the top
    return back
