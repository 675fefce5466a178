"""Pages of people: joining, the first visit, the own profile, language and paper."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar, TypedDict

from email_validator import EmailNotValidError, validate_email
from flask import Blueprint, abort, current_app, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_security import login_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from corpus.records import Label
from webapp import clock, languages, pages
from webapp.access import needs
from webapp.community import db
from webapp.members import accepting, actions, invitation_store, store
from webapp.members.accounts import datastore
from webapp.members.addresses import local_path
from webapp.members.invitation_store import InvitedTo
from webapp.members.inviting import Over
from webapp.members.tables import Invitation
from webapp.resources import library
from webapp.units.tables import StudyRole

bp = Blueprint("members", __name__)

NAME_LIMIT = 120
SENTENCE_LIMIT = 300
PASSWORD_LEAST, PASSWORD_MOST = 10, 128
STEPS = ("role", "interests", "now")
PAPERS = ("auto", "light", "dark", "warm")


@bp.post("/display")
@needs("site.visit")
def set_display() -> Response:
    """Language and paper: kept in a cookie, and for a member the language too."""
    answer = redirect(local_path(request.form.get("next")) or url_for("suggestions.for_you"))
    code, paper = request.form.get("language"), request.form.get("paper")
    year = 365 * 24 * 3600
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    if code in languages.LANGUAGES:
        answer.set_cookie(languages.COOKIE, code, max_age=year, samesite="Lax", secure=secure)
        if g.member is not None:
            actions.set_language(db.session, g.actor.organisation, g.actor.member, code)
    if paper in PAPERS:
        answer.set_cookie("paper", paper, max_age=year, samesite="Lax", secure=secure)
    return answer


@dataclass(frozen=True)
class JoinPage(pages.Page):
    template: ClassVar[str] = "members/join.html"

    organisation: str
    administrator: bool
    leads_to: InvitedTo
    name: str = ""
    email: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    password_least: int = PASSWORD_LEAST


@dataclass(frozen=True)
class NoInvitationPage(pages.Page):
    template: ClassVar[str] = "members/no_invitation.html"

    cause: str
    several: bool = False  # it was for more than one person


@dataclass(frozen=True)
class AcceptPage(pages.Page):
    """The invitation as somebody sees it who is signed in."""

    template: ClassVar[str] = "members/accept.html"

    name: str
    leads_to: InvitedTo
    nothing: accepting.Nothing | None


@bp.route("/join/<token>", methods=["GET", "POST"])
@needs("account.join")
def join(token: str) -> tuple[str, int] | Response:
    found = invitation_store.invitation(db.session, actions.token_hash(token[:200]))
    cause = invitation_store.why_over(db.session, found, now=clock.now()) if found else None
    if found is None:
        return pages.render(NoInvitationPage("unknown"), 404)
    if g.member is not None:
        return accept(token, found, cause)
    several = found.uses_allowed != 1
    if cause:
        return pages.render(NoInvitationPage(cause, several), 410)
    page = JoinPage(
        organisation=store.organisation_name(db.session),
        administrator=found.administrator,
        leads_to=invitation_store.invited_to(db.session, found, zh=languages.current() == "zh"),
        name=found.name or "",
        email=found.email or "",
    )
    if request.method == "GET":
        return pages.render(page)
    name = pages.field(request.form, "name", limit=NAME_LIMIT)
    email = pages.field(request.form, "email", limit=254)
    password = request.form.get("password", "")
    errors = join_errors(name, email, password)
    if not errors:
        try:
            member = actions.join(
                db.session,
                token,
                name=name,
                email=email,
                password=password,
                language=languages.current(),
                now=clock.now(),
            )
        except actions.JoinError as problem:
            if problem.cause != "email_taken":
                return pages.render(NoInvitationPage(problem.cause, several), 410)
            errors["email"] = _(
                "This address already has an account. Sign in with it above, or use another."
            )
        else:
            account = datastore.find_user(id=member.account_id)
            assert account is not None  # made in the same transaction
            login_user(account)
            return redirect(url_for(".welcome", step=STEPS[0]))
    return pages.render(replace(page, name=name, email=email, errors=errors), 422)


def accept(token: str, found: Invitation, cause: Over | None) -> tuple[str, int] | Response:
    """The invitation, opened or taken by somebody who is a member already."""
    gives = accepting.gives(db.session, g.actor, found, now=clock.now())
    if request.method == "POST":
        try:
            gives = accepting.accept(db.session, g.actor, token, now=clock.now())
        except actions.JoinError as problem:
            return pages.render(NoInvitationPage(problem.cause, found.uses_allowed != 1), 410)
        if not gives.nothing:
            flash(_("You belong to this unit now."), "info")
        if gives.unit:
            return redirect(url_for("units.show", unit_id=gives.unit), 303)
    elif cause and gives.nothing != "there":
        return pages.render(NoInvitationPage(cause, found.uses_allowed != 1), 410)
    zh = languages.current() == "zh"
    leads_to = invitation_store.invited_to(db.session, found, zh=zh)
    if not gives.role:  # there already
        leads_to = replace(leads_to, role="")
    return pages.render(AcceptPage(g.member.name, leads_to, gives.nothing))


def join_errors(name: str, email: str, password: str) -> dict[str, str]:
    errors = {}
    if not name:
        errors["name"] = _("Write the name that others will see.")
    try:
        validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        errors["email"] = _("This is not an e-mail address. It looks like name@example.org.")
    if not PASSWORD_LEAST <= len(password) <= PASSWORD_MOST:
        errors["password"] = _(
            "Choose a password of %(least)s to %(most)s characters. A few words in a row are good.",
            least=PASSWORD_LEAST,
            most=PASSWORD_MOST,
        )
    return errors


@dataclass(frozen=True)
class RoleChoice:
    id: str
    name: str
    duties: str
    chosen: bool


@dataclass(frozen=True)
class GivenRole:
    """A role that somebody gave the member: nothing of theirs to choose."""

    name: str
    duties: str
    unit: str


@dataclass(frozen=True)
class ThemeChoice:
    id: str
    name: str
    description: str
    chosen: bool


@dataclass(frozen=True)
class WelcomePage(pages.Page):
    template: ClassVar[str] = "members/welcome.html"

    step: str
    number: int
    steps: int
    name: str
    given: list[GivenRole]
    roles: list[RoleChoice]
    themes: list[ThemeChoice]
    working_on: str
    previous: str | None
    sentence_limit: int = SENTENCE_LIMIT


@bp.route("/welcome/<step>", methods=["GET", "POST"])
@needs("profile.own")
def welcome(step: str) -> tuple[str, int] | Response:
    """The first visit in three small steps; each may be skipped."""
    if step not in STEPS:
        abort(404)
    number = STEPS.index(step)
    if request.method == "POST":
        last = number == len(STEPS) - 1
        given = Given() if "skip" in request.form else given_in(request.form, step)
        actions.change_profile(
            db.session,
            g.actor.organisation,
            g.actor.member,
            now=clock.now(),
            welcomed=last,
            **given,
        )
        if last:
            return redirect(url_for("suggestions.for_you"))
        return redirect(url_for(".welcome", step=STEPS[number + 1]))
    return pages.render(
        WelcomePage(
            step=step,
            number=number + 1,
            steps=len(STEPS),
            name=g.member.name,
            given=given_roles(),
            roles=role_choices(),
            themes=theme_choices(),
            working_on=g.member.working_on,
            previous=STEPS[number - 1] if number else None,
        )
    )


class Given(TypedDict, total=False):
    """What a form says of a profile."""

    roles: list[str]
    interests: list[str]
    working_on: str


def given_in(form: MultiDict[str, str], step: str) -> Given:
    """What a step's form says, cut to what can be meant: unknown ids fall away."""
    if step == "role":
        return {"roles": form.getlist("role")[:50]}
    if step == "interests":
        known = library().themes()
        return {"interests": [t for t in dict.fromkeys(form.getlist("interest")) if t in known]}
    if "working_on" not in form:
        abort(400)  # an emptied field takes the sentence back; a missing one must not
    return {"working_on": pages.field(form, "working_on", limit=SENTENCE_LIMIT)}


def given_roles() -> list[GivenRole]:
    zh = languages.current() == "zh"
    return [
        GivenRole(
            role.name_zh if zh else role.name_en, role.duties_zh if zh else role.duties_en, unit
        )
        for role, unit in store.given_roles_of(db.session, g.actor.organisation, g.actor.member)
    ]


def role_choices() -> list[RoleChoice]:
    """Roles that can be chosen. One that was given needs no choice: it stands apart."""
    own = store.chosen_roles_of(db.session, g.actor.organisation, g.actor.member)
    chosen = {role.id for role in own}
    given = store.given_roles_of(db.session, g.actor.organisation, g.actor.member)
    away = {role.id for role, _unit in given}
    zh = languages.current() == "zh"

    def choice(role: StudyRole) -> RoleChoice:
        return RoleChoice(
            role.id,
            role.name_zh if zh else role.name_en,
            role.duties_zh if zh else role.duties_en,
            role.id in chosen,
        )

    offered = store.all_roles(db.session, g.actor.organisation)
    return [
        choice(r) for r in offered if r.id in chosen or (r.retired_at is None and r.id not in away)
    ]


def theme_choices() -> list[ThemeChoice]:
    chosen, code = set(g.member.interests), languages.current()

    def choice(theme_id: str, theme: Label) -> ThemeChoice:
        return ThemeChoice(theme_id, theme.name(code), theme.description(code), theme_id in chosen)

    return [choice(i, t) for i, t in library().themes().items()]


@dataclass(frozen=True)
class ProfilePage(pages.Page):
    template: ClassVar[str] = "members/profile.html"

    name: str
    email: str
    units: list[str]
    reads: list[str]
    given: list[GivenRole]
    roles: list[RoleChoice]
    themes: list[ThemeChoice]
    working_on: str
    errors: dict[str, str] = field(default_factory=dict)
    sentence_limit: int = SENTENCE_LIMIT

    @property
    def reading_languages(self) -> str:
        """`en`, `zh`, `en zh` or `zh en`: which are read, the preferred one first."""
        return " ".join(self.reads)


READS = {"en zh": ["en", "zh"], "zh en": ["zh", "en"], "en": ["en"], "zh": ["zh"]}


@bp.route("/me", methods=["GET", "POST"])
@needs("profile.own")
def profile() -> tuple[str, int] | Response:
    errors: dict[str, str] = {}
    if request.method == "POST":
        name = pages.field(request.form, "name", limit=NAME_LIMIT)
        given = given_in(request.form, "role")
        given.update(given_in(request.form, "interests"))
        given.update(given_in(request.form, "now"))
        if not name:
            errors["name"] = _("Write the name that others will see.")
        else:
            actions.change_profile(
                db.session,
                g.actor.organisation,
                g.actor.member,
                now=clock.now(),
                name=name,
                reads=READS.get(request.form.get("reads", ""), g.member.reads),
                **given,
            )
            flash(_("Your profile is saved, and your suggestions are new."), "info")
            return redirect(url_for(".profile"))
    from flask_login import current_user

    return pages.render(
        ProfilePage(
            name=g.member.name,
            email=current_user.email,
            units=[
                u.name for u in store.units_of(db.session, g.actor.organisation, g.actor.member)
            ],
            reads=g.member.reads or [g.member.language],
            given=given_roles(),
            roles=role_choices(),
            themes=theme_choices(),
            working_on=g.member.working_on,
            errors=errors,
        ),
        422 if errors else 200,
    )
