"""Links by which people come in: made, listed, withdrawn."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, ClassVar

from email_validator import EmailNotValidError, validate_email
from flask import abort, flash, g, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import clock, pages
from webapp.access import needs
from webapp.community import db
from webapp.members import actions, inviting
from webapp.members import store as members
from webapp.members.tables import Member
from webapp.people import store, wording
from webapp.people.store import OpenInvitation
from webapp.people.views.blueprint import bp, names, open_units, within
from webapp.readings import kept_page
from webapp.units import people_store
from webapp.units import store as units
from webapp.units.tree import UnitLine

PAGE = 50


@dataclass(frozen=True)
class InvitationsPage(pages.Page):
    template: ClassVar[str] = "people/invitations.html"

    units: list[UnitLine]
    roles: list[tuple[str, str]]
    invitations: list[OpenInvitation]
    next_after: str | None
    administrator: bool
    first_day: str
    last_day: str
    most_uses: int = inviting.MOST_USES
    new_link: str | None = None  # shown once: only its hash is kept
    errors: dict[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)


@bp.get("/invitations")
@needs("people.invite")
def invitations() -> tuple[str, int]:
    return show()


def show(
    errors: dict[str, str] | None = None, given: dict[str, str] | None = None
) -> tuple[str, int]:
    after = kept_page.mark(request.args["after"]) if "after" in request.args else None
    if after is None and "after" in request.args:
        abort(400)
    today, now = clock.today(), clock.now()
    found = store.open_invitations(
        db.session,
        g.actor.organisation,
        within=within(),
        names=names(),
        now=now,
        after=after,
        limit=PAGE + 1,
    )
    more = len(found) > PAGE
    ordinary = {"until": (today + actions.INVITATION_LASTS).isoformat(), "uses": "1"}
    return pages.render(
        InvitationsPage(
            units=open_units(),
            roles=[(r.id, getattr(r, f"name_{names()}")) for r in roles()],
            invitations=found[:PAGE],
            next_after=kept_page.mark_of_moment(found[PAGE - 1].made_at, found[PAGE - 1].id)
            if more
            else None,
            administrator=g.actor.administrator,
            first_day=(today + dt.timedelta(days=1)).isoformat(),
            last_day=(today + inviting.LONGEST - dt.timedelta(days=1)).isoformat(),
            new_link=session.pop("new_invitation", None),
            errors=errors or {},
            given=given or ordinary,
        ),
        422 if errors else 200,
    )


def roles() -> list[Any]:
    return members.study_roles(db.session, g.actor.organisation)


@bp.post("/invitations")
@needs("people.invite")
def invite() -> tuple[str, int] | Response:
    name = pages.field(request.form, "name", limit=120)
    email = pages.field(request.form, "email", limit=254)
    given = {
        "name": name,
        "email": email,
        **{n: request.form.get(n, "")[:64] for n in ("unit", "role", "until", "uses", "many")},
        "organizer": "1" if request.form.get("organizer") == "1" else "",
    }
    errors = {}
    if email:
        try:
            validate_email(email, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            errors["email"] = _("This is not an e-mail address. It looks like name@example.org.")
    now, organisation = clock.now(), g.actor.organisation
    wanted = asked_for(given, now=now)
    tree = units.tree(db.session, organisation)
    rights = units.rights(db.session, g.actor, now=now)
    hindered = inviting.obstacle(
        tree, rights, wanted, administrator=g.actor.administrator,
        left_empty=people_store.left_empty(db.session, organisation, wanted.unit),
    )  # fmt: skip
    if hindered:
        at, why = wording.hindered(hindered)
        errors[at] = why
    there = known_by(email)
    if there is not None and wanted.keeps:
        errors["email"] = _(
            "%(name)s has this address and is a member already. Make them organizer of everything on the page of members.",
            name=there.name,
        )
    if errors:
        return show(errors, given)
    token = actions.invite(
        db.session,
        organisation,
        now=now,
        email=email or None,
        name=name or None,
        unit_id=wanted.unit,
        role_id=wanted.role or None,
        organizer=wanted.keeps,
        uses=wanted.uses,
        lasts=wanted.lasts,
        by=g.actor.member,
    )
    session["new_invitation"] = url_for("members.join", token=token, _external=True)
    if there is not None:
        flash(
            _(
                "%(name)s has this address and is a member already. With the link they come into the unit as who they are; no second account is made.",
                name=there.name,
            ),
            "info",
        )
    return redirect(url_for(".invitations"), 303)


def known_by(email: str) -> Member | None:
    """The member of this address, for administrators: others learn nobody's address."""
    if not (email and g.actor.administrator):
        return None
    found = members.member_by_email(db.session, email)
    return found if found and found.left_at is None else None


def asked_for(given: dict[str, str], *, now: dt.datetime) -> inviting.Wanted:
    """What the form asks for; what cannot be read becomes what is refused with a reason."""
    role, uses = given["role"], 0
    found = {r.id: r.organizes for r in roles()}
    if given["many"] == "any":
        return _wanted(given, found.get(role, None if role else False), None, now)
    if given["uses"].isascii() and given["uses"].isdigit() and len(given["uses"]) < 6:
        uses = int(given["uses"])
    if not given["uses"]:
        uses = 1
    return _wanted(given, found.get(role, None if role else False), uses, now)


def _wanted(
    given: dict[str, str], organizes: bool | None, uses: int | None, now: dt.datetime
) -> inviting.Wanted:
    lasts = actions.INVITATION_LASTS
    if given["until"]:
        try:
            day = dt.date.fromisoformat(given["until"])
            end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), clock.zone())
            lasts = end - now if day > clock.today() else dt.timedelta(0)
        except (ValueError, OverflowError):
            lasts = dt.timedelta(0)
    return inviting.Wanted(
        given["unit"], given["role"], organizes, given["organizer"] == "1", uses, lasts
    )


@bp.post("/invitations/<invitation_id>/withdraw")
@needs("people.invite")
def withdraw_invitation(invitation_id: str) -> Response:
    among, organisation = within(), g.actor.organisation
    found = store.invitation(db.session, organisation, invitation_id[:32])
    if found is None or (among is not None and (found.unit_id not in among or found.administrator)):
        abort(404)
    if found.administrator and not g.actor.administrator:
        abort(404)
    if not actions.withdraw_invitation(
        db.session, organisation, found.id, by=g.actor.member, now=clock.now()
    ):
        abort(404)
    flash(_("The invitation no longer works."), "info")
    return redirect(url_for(".invitations"), 303)
