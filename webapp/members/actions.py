"""Changes to people: each function is one change in one transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import unicodedata
import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from flask_security.utils import hash_password
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp import clock
from webapp.access import Actor
from webapp.audit.actions import day_of, record
from webapp.community import change
from webapp.ids import new_id
from webapp.members import invitation_store, store
from webapp.members.tables import Invitation, Member, Organisation, User
from webapp.suggestions.due import new_list_due
from webapp.units import store as units
from webapp.units.tables import Appointment, MemberRole, Membership, StudyRole, Unit, UnitKind

INVITATION_LASTS = dt.timedelta(days=14)


class JoinError(Exception):
    """An invitation or account cannot be used; `cause` says why in one word."""

    def __init__(self, cause: str, message: str) -> None:
        super().__init__(message)
        self.cause = cause


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def hashed_password(password: str) -> str:
    """As the sign-in form will compare it."""
    return str(hash_password(same_characters(password)))


def same_characters(password: str) -> str:
    """Whichever way its characters were typed."""
    return unicodedata.normalize("NFKC", password)


def same_for_all(email: str) -> str:
    """The one form of an address under which an account is kept and looked up."""
    try:
        found = validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return email  # whoever lets it in has looked at it
    return found.normalized


def found_organisation(
    session: Session,
    *,
    name: str,
    language: str,
    roles: Sequence[dict[str, Any]],
    kinds: Sequence[dict[str, str]] = (),
    now: dt.datetime,
) -> Organisation:
    """The organisation with its first unit and roles; the present one if there is one.

    `roles`: dicts with id, name_en, name_zh, duties_en, duties_zh, organizes, leads,
    in order; `kinds` of units: dicts with id, name_en, name_zh.
    """
    with change(session):
        present = store.organisation(session)
        if present is not None:
            return present
        organisation = Organisation(id=new_id(), name=name, language=language, created_at=now)
        session.add(organisation)
        session.add(
            Unit(
                organisation_id=organisation.id,
                id=new_id(),
                kind="organisation",
                name=name,
                created_at=now,
            )
        )
        for position, role in enumerate(roles):
            session.add(StudyRole(organisation_id=organisation.id, position=position, **role))
        for position, kind in enumerate(kinds):
            session.add(UnitKind(organisation_id=organisation.id, position=position, **kind))
        return organisation


def invite(
    session: Session,
    organisation_id: str,
    *,
    now: dt.datetime,
    email: str | None = None,
    name: str | None = None,
    unit_id: str | None = None,
    role_id: str | None = None,
    administrator: bool = False,
    organizer: bool = False,
    uses: int | None = 1,
    lasts: dt.timedelta = INVITATION_LASTS,
    by: str | None = None,
) -> str:
    """A new invitation; returns its token, which is not kept anywhere. Whether `by`
    may make it is asked before (inviting.py), and again whenever it is used.
    `uses`: how many people may come in by it; None: any number until it expires."""
    token = secrets.token_urlsafe(24)
    with change(session):
        invitation = Invitation(
            organisation_id=organisation_id,
            id=new_id(),
            token_hash=token_hash(token),
            email=email,
            name=name,
            unit_id=unit_id,
            role_id=role_id,
            administrator=administrator,
            organizer=organizer,
            created_at=now,
            expires_at=now + lasts,
            uses_allowed=uses or 0,
            made_by=by,
        )
        session.add(invitation)
        what = {"unit": unit_id, "role": role_id, "uses": uses}
        what |= {"administrator": administrator, "organizer": organizer}
        about = ("invitation", invitation.id)
        record(session, organisation_id, "invitation.made", by=by, at=now, about=about, **what)
    return token


def withdraw_invitation(
    session: Session,
    organisation_id: str,
    invitation_id: str,
    *,
    by: str | None = None,
    now: dt.datetime | None = None,
) -> bool:
    with change(session):
        found = session.get(
            Invitation,
            (organisation_id, invitation_id),
            with_for_update=True,
            populate_existing=True,
        )
        if found is None or found.used_at is not None:
            return False
        session.delete(found)
        about = ("invitation", invitation_id)
        at = now or clock.now()
        record(session, organisation_id, "invitation.withdrawn", by=by, at=at, about=about)
        return True


def join(
    session: Session,
    token: str,
    *,
    name: str,
    email: str,
    password: str,
    language: str,
    now: dt.datetime,
) -> Member:
    """Use an invitation: account, member, membership and given role at once; of
    somebody who is a member already, the account.

    Raises JoinError("used" | "expired" | "withdrawn" | "unknown" | "email_taken").
    """
    hashed = hashed_password(password)  # slow on purpose: before the transaction, not in it
    with change(session):
        invitation = to_use(session, token)
        if invitation is None:
            raise JoinError("unknown", "no such invitation")
        if cause := invitation_store.why_over(session, invitation, now=now):
            raise JoinError(cause, "the invitation no longer works")
        if invitation.member_id:
            member = _come_in(session, invitation, name, email, hashed, language)
        else:
            member = new_member(
                session,
                invitation.organisation_id,
                member_id=new_id(),
                name=name,
                email=email,
                password_hash=hashed,
                language=language,
                administrator=invitation.administrator,
                organizer=invitation.organizer,
                now=now,
            )
            _place(session, invitation, member, now=now)
        count_use(invitation, member, now=now)
        record(  # with the day alone: the moment would tell what they wrote first, without a name
            session, member.organisation_id, "invitation.used", by=member.id,
            at=day_of(now, clock.zone()), about=("member", member.id), invitation=invitation.id,
        )  # fmt: skip
        return member


def to_use(session: Session, token: str) -> Invitation | None:
    """The invitation, and nobody else uses it until the transaction ends. What it leads
    to is held before it, in the order of everybody who changes both (units, member,
    invitation): two who begin at different ends would wait for each other."""
    found = invitation_store.invitation(session, token_hash(token))
    if found is None:
        return None
    if found.unit_id:
        units.hold(session, found.organisation_id)
    if found.member_id:
        _to_change(session, found.organisation_id, found.member_id)
    return invitation_store.invitation(session, token_hash(token), to_use=True)


def _place(session: Session, invitation: Invitation, member: Member, *, now: dt.datetime) -> None:
    """Into the unit; a role is given in it. Without a unit, or in the one it was merged
    into, a role is only chosen: nobody gave it there."""
    # closed since: nowhere; merged since: where its people went
    place = units.place_of(session, invitation.organisation_id, invitation.unit_id)
    if place:
        add_membership(session, member, place, now=now)
    role = session.get(StudyRole, (member.organisation_id, invitation.role_id or ""))
    if role is None or role.retired_at is not None:  # given to nobody new since
        return
    if place and place == invitation.unit_id:
        give_role(session, invitation, member, role, now=now)
    else:
        session.add(
            MemberRole(
                organisation_id=member.organisation_id,
                member_id=member.id,
                role_id=role.id,
                since=now,
            )
        )


def give_role(
    session: Session, invitation: Invitation, member: Member, role: StudyRole, *, now: dt.datetime
) -> None:
    """In the unit of the invitation. One that organizes ends with the right of whoever
    made the link. Part of the caller's transaction."""
    place, until = str(invitation.unit_id), None
    if role.organizes and invitation.made_by:
        maker = Actor(invitation.organisation_id, invitation.made_by)
        tree = units.tree(session, maker.organisation)
        rights = units.rights(session, maker, now=now)
        until = units.right_ends(session, maker, tree, rights, place, now=now)
    session.add(
        Appointment(
            organisation_id=member.organisation_id,
            id=new_id(),
            member_id=member.id,
            unit_id=place,
            role_id=role.id,
            since=now,
            until=until,
        )
    )


def count_use(invitation: Invitation, member: Member, *, now: dt.datetime) -> None:
    invitation.uses += 1
    invitation.used_by = member.id
    if invitation.uses_allowed and invitation.uses >= invitation.uses_allowed:
        invitation.used_at = now


def _come_in(
    session: Session, invitation: Invitation, name: str, email: str, hashed: str, language: str
) -> Member:
    """The account of somebody who is a member already."""
    member = _to_change(session, invitation.organisation_id, str(invitation.member_id))
    assert member is not None  # else the invitation was over
    account = session.get(User, member.account_id) if member.account_id else None
    if account is None:
        account = _new_account(session, email, hashed)
        member.account_id = account.id
    else:
        if account.email.lower() != same_for_all(email).lower():
            account.email = _free(session, email)
        account.password = hashed
        session.flush()
    member.name, member.language = name, language
    member.reads = reads_first(language)
    return member


def reads_first(language: str) -> list[str]:
    """Which languages somebody reads who has not said so, the preferred one first."""
    return [language, "en" if language == "zh" else "zh"]


def new_member(
    session: Session,
    organisation_id: str,
    *,
    member_id: str,
    name: str,
    email: str | None,
    password_hash: str | None,
    language: str,
    administrator: bool = False,
    organizer: bool = False,
    now: dt.datetime,
) -> Member:
    """Add a member, with an account if there is an e-mail address. Part of the
    caller's transaction. Raises JoinError("email_taken")."""
    account_id = _new_account(session, email, password_hash).id if email else None
    member = Member(
        organisation_id=organisation_id,
        id=member_id,
        account_id=account_id,
        name=name,
        language=language,
        reads=reads_first(language),
        administrator=administrator,
        organizer=organizer,
        interests=[],
        joined_at=now,
    )
    session.add(member)
    session.flush()
    return member


def _new_account(session: Session, email: str, password_hash: str | None) -> User:
    """Raises JoinError("email_taken")."""
    account = User(
        email=_free(session, email),
        password=password_hash,
        active=True,
        fs_uniquifier=new_uniquifier(),
    )
    session.add(account)
    try:
        session.flush()
    except IntegrityError:  # somebody took it since we looked
        raise JoinError("email_taken", f"{email} already has an account") from None
    return account


def new_uniquifier() -> str:
    """What a session names an account by."""
    return uuid.UUID(bytes=secrets.token_bytes(16)).hex


def _free(session: Session, email: str) -> str:
    """The address as it is kept, if nobody has it."""
    email = same_for_all(email)
    taken = session.scalar(sa.select(User.id).where(sa.func.lower(User.email) == email.lower()))
    if taken is not None:
        raise JoinError("email_taken", f"{email} already has an account")
    return email


def add_membership(session: Session, member: Member, unit_id: str, *, now: dt.datetime) -> None:
    """Part of the caller's transaction; nothing happens if it is there already."""
    present = session.scalar(
        sa.select(Membership.id).where(
            Membership.organisation_id == member.organisation_id,
            Membership.member_id == member.id,
            Membership.unit_id == unit_id,
            Membership.until.is_(None),
        )
    )
    if present is None:
        session.add(
            Membership(
                organisation_id=member.organisation_id,
                id=new_id(),
                member_id=member.id,
                unit_id=unit_id,
                since=now,
            )
        )


def change_profile(
    session: Session,
    organisation_id: str,
    member_id: str,
    *,
    now: dt.datetime,
    name: str | None = None,
    reads: Sequence[str] | None = None,
    roles: Sequence[str] | None = None,
    interests: Sequence[str] | None = None,
    working_on: str | None = None,
    welcomed: bool = False,
) -> None:
    """Change what is given (None leaves a thing as it is). What suggestions are
    made from raises the profile's stamp, so that a new list is made at once."""
    with change(session):
        member = _to_change(session, organisation_id, member_id)
        if member is None:
            return
        before = (member.reads, member.interests, member.working_on)
        if name is not None:
            member.name = name
        if reads is not None:
            member.reads = list(reads)
        if interests is not None and list(interests) != member.interests:
            member.interests, member.interests_at = list(interests), now
        if working_on is not None and working_on != member.working_on:
            member.working_on, member.working_on_at = working_on, now
            member.working_on_prepared = None
        changed = before != (member.reads, member.interests, member.working_on)
        if roles is not None:
            changed |= _set_roles(session, member, set(roles), now=now)
        if welcomed and member.welcomed_at is None:
            member.welcomed_at = now
        if changed:
            session.flush()
            new_list_due(session, Actor(organisation_id, member_id))


def _to_change(session: Session, organisation_id: str, member_id: str) -> Member | None:
    """The member as they are now; nobody else changes them until the transaction ends."""
    key = (organisation_id, member_id)
    return session.get(Member, key, populate_existing=True, with_for_update=True)


def _set_roles(session: Session, member: Member, wanted: set[str], *, now: dt.datetime) -> bool:
    chosen = store.chosen_roles_of(session, member.organisation_id, member.id)
    present = {role.id for role in chosen}
    known = {role.id for role in store.study_roles(session, member.organisation_id)}
    wanted &= known | present  # one that is no longer given is kept by whoever chose it
    if present - wanted:
        session.execute(
            sa.delete(MemberRole).where(
                MemberRole.organisation_id == member.organisation_id,
                MemberRole.member_id == member.id,
                MemberRole.role_id.in_(present - wanted),
            )
        )
    for role_id in sorted(wanted - present):
        session.add(
            MemberRole(
                organisation_id=member.organisation_id,
                member_id=member.id,
                role_id=role_id,
                since=now,
            )
        )
    return wanted != present


def set_language(session: Session, organisation_id: str, member_id: str, language: str) -> None:
    """The language of the pages; roles and themes on the cards are named in it too."""
    with change(session):
        member = _to_change(session, organisation_id, member_id)
        if member is not None and member.language != language:
            member.language = language
            session.flush()
            new_list_due(session, Actor(organisation_id, member_id))


def set_organizer(
    session: Session,
    organisation_id: str,
    member_id: str,
    organizer: bool,
    *,
    by: str | None = None,
) -> bool:
    """Name a member organizer of the library, or no longer; from their next request on.
    False where there is no such member."""
    with change(session):
        member = _to_change(session, organisation_id, member_id)
        if member is None or member.left_at is not None:
            return False
        if member.organizer != organizer:
            member.organizer = organizer
            what = "organizer.named" if organizer else "organizer.ended"
            about = ("member", member.id)
            record(session, organisation_id, what, by=by, at=clock.now(), about=about)
        return True
