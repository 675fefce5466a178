"""The administrator's page: members, invitations and units."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import ClassVar

from email_validator import EmailNotValidError, validate_email
from flask import Blueprint, abort, flash, g, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import clock, languages, pages
from webapp.access import needs
from webapp.community import db
from webapp.ids import new_id
from webapp.members import actions, store
from webapp.members.store import MemberRow
from webapp.members.tables import Invitation
from webapp.units.tree import UnitLine, in_tree_order

bp = Blueprint("organizers", __name__)

PAGE = 50


@dataclass(frozen=True)
class InvitationLine:
    id: str
    for_whom: str
    administrator: bool
    organizer: bool
    expires_at: dt.datetime


@dataclass(frozen=True)
class PeoplePage(pages.Page):
    template: ClassVar[str] = "organizers/people.html"

    members: list[MemberRow]
    next_after: tuple[str, str] | None
    units: list[UnitLine]
    roles: list[tuple[str, str]]
    invitations: list[InvitationLine]
    new_link: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)


@bp.get("/people")
@needs("members.manage")
def people() -> tuple[str, int]:
    return show()


def show(
    errors: dict[str, str] | None = None, given: dict[str, str] | None = None
) -> tuple[str, int]:
    organisation, now = g.actor.organisation, clock.now()
    after = (request.args.get("name", "")[:120], request.args.get("after", "")[:32])
    found = store.members(
        db.session, organisation, after=after if after[1] else None, limit=PAGE + 1
    )
    zh = languages.current() == "zh"
    last = found[PAGE - 1] if len(found) > PAGE else None
    return pages.render(
        PeoplePage(
            members=found[:PAGE],
            next_after=(last.name, last.id) if last else None,
            units=in_tree_order(store.units(db.session, organisation)),
            roles=[
                (r.id, r.name_zh if zh else r.name_en)
                for r in store.study_roles(db.session, organisation)
            ],
            invitations=[line(i) for i in store.open_invitations(db.session, organisation, now)],
            # shown once: only its hash is kept
            new_link=session.pop("new_invitation", None),
            errors=errors or {},
            given=given or {},
        ),
        422 if errors else 200,
    )


def line(invitation: Invitation) -> InvitationLine:
    return InvitationLine(
        invitation.id,
        invitation.name or invitation.email or "",
        invitation.administrator,
        invitation.organizer,
        invitation.expires_at,
    )


@bp.post("/people/invitations")
@needs("members.manage")
def invite() -> tuple[str, int] | Response:
    name = pages.field(request.form, "name", limit=120)
    email = pages.field(request.form, "email", limit=254)
    unit, role = request.form.get("unit", ""), request.form.get("role", "")
    keeps = request.form.get("organizer") == "1"
    errors = {}
    if email:
        try:
            validate_email(email, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            errors["email"] = _("This is not an e-mail address. It looks like name@example.org.")
    organisation = g.actor.organisation
    if unit not in {u.id for u in store.units(db.session, organisation)}:
        errors["unit"] = _("Choose a unit from the list.")
    if role and role not in {r.id for r in store.study_roles(db.session, organisation)}:
        errors["role"] = _("Choose a role from the list.")
    if errors:
        given = {"name": name, "email": email, "unit": unit, "role": role}
        return show(errors, given | ({"organizer": "1"} if keeps else {}))
    token = actions.invite(
        db.session,
        organisation,
        now=clock.now(),
        email=email or None,
        name=name or None,
        unit_id=unit,
        role_id=role or None,
        organizer=keeps,
    )
    session["new_invitation"] = url_for("members.join", token=token, _external=True)
    return redirect(url_for(".people", _anchor="invite"))


@bp.post("/people/invitations/<invitation_id>/withdraw")
@needs("members.manage")
def withdraw_invitation(invitation_id: str) -> Response:
    if not actions.withdraw_invitation(db.session, g.actor.organisation, invitation_id[:32]):
        abort(404)
    flash(_("The invitation no longer works."), "info")
    return redirect(url_for(".people"))


@bp.post("/people/members/<member_id>/organizer")
@needs("members.manage")
def set_organizer(member_id: str) -> Response:
    """Name a member organizer of the library, or take it back; counts at once."""
    keeps = request.form.get("organizer") == "1"
    organisation = g.actor.organisation
    if not actions.set_organizer(db.session, organisation, member_id[:32], keeps):
        abort(404)
    member = store.member(db.session, organisation, member_id[:32])
    name = member.name if member else ""
    flash(
        _("%(name)s keeps the library now.", name=name)
        if keeps
        else _("%(name)s no longer keeps the library.", name=name),
        "info",
    )
    name_of_page, after = request.args.get("name"), request.args.get("after")
    back = url_for(".people", name=name_of_page, after=after, _anchor=f"m-{member_id[:32]}")
    return redirect(back, 303)


@bp.post("/people/units")
@needs("members.manage")
def add_unit() -> tuple[str, int] | Response:
    name = pages.field(request.form, "unit_name", limit=200)
    kind = pages.field(request.form, "kind", limit=60) or "unit"
    parent = request.form.get("parent", "")
    errors = {}
    known = {u.id for u in store.units(db.session, g.actor.organisation)}
    if not name:
        errors["unit_name"] = _("Give the unit a name.")
    if parent and parent not in known:
        errors["parent"] = _("Choose a unit from the list.")
    if errors:
        return show(errors, {"unit_name": name, "kind": kind})
    actions.add_unit(
        db.session,
        g.actor.organisation,
        unit_id=new_id(),
        name=name,
        kind=kind,
        parent_id=parent or None,
        now=clock.now(),
    )
    flash(_("The unit “%(name)s” is there.", name=name), "info")
    return redirect(url_for(".people", _anchor="units"))
