"""Writing what a checked load file says to the community database, in one transaction.

For every object it is remembered, in that same transaction, what the file said
of it (a keyed hash) and which state it was left in. So a file that is loaded
again touches only what changed in the file, and never what somebody has changed
in Xinde since (for members: field by field, see choices.py).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from corpus import languages
from webapp.goals.tables import Goal
from webapp.ids import derived_id
from webapp.loading import answers, choices
from webapp.loading.references import KnownText, Resolved
from webapp.loading.shape import Document, Item
from webapp.members.tables import DoneOnce, Member, Organisation, User
from webapp.notes.tables import Note
from webapp.readings.tables import Deed
from webapp.reflections import citations, experiences, lifecycle, publication, published, store
from webapp.reflections.experiences import Details
from webapp.reflections.tables import Citation, Reflection, ReflectionTheme, ReflectionVersion
from webapp.units import actions as units_actions
from webapp.units import list_actions, standing
from webapp.units.tables import (
    Appointment,
    MemberRole,
    Membership,
    StudyRole,
    Unit,
    UnitKind,
)

# Set from a file in this order; units, roles and the account have ways of their own.
MEMBER_FIELDS = (
    "name",
    "email",
    "language",
    "reads",
    "administrator",
    "organizer",
    "interests",
    "working_on",
    "roles",
)
BY_LOAD = "load"  # in the place of a member: what is remembered is the load's own


@dataclass
class Numbers:
    """What became of a section's objects."""

    new: int = 0
    changed: int = 0
    same: int = 0
    left_alone: list[str] = field(default_factory=list)  # keys: changed in Xinde since


@dataclass
class Writer:
    """Writes one document. Part of the caller's transaction."""

    session: Session
    organisation: Organisation
    root_unit: str | None
    now: dt.datetime
    zone: ZoneInfo
    salt: bytes
    hashes: dict[str, str]  # member key -> hash of the password
    text: Callable[[str], KnownText | None]
    found: Resolved
    numbers: dict[str, Numbers] = field(default_factory=dict)
    to_welcome: list[Member] = field(default_factory=list)  # need a link to set a password

    def write(self, document: Document) -> None:
        self._remembered = self._memory()
        former = self.organisation.name
        for name, value in document.organisation.items():
            if value is not None:
                setattr(self.organisation, name, value)
        root = self._get(Unit, self.root_unit) if self.root_unit else None
        if root is not None and root.name == former:  # nobody has named it otherwise
            root.name = self.organisation.name
        for section, write in (
            ("units", self._unit),
            ("roles", self._role),
            ("members", self._member),
            ("reflections", self._reflection),
            ("goals", self._goal),
            ("answers", self._answer),
            ("notes", self._note),
            ("deeds", self._deed),
        ):
            self.numbers[section] = Numbers()
            for position, item in enumerate(document[section]):
                self._once(section, item, position, write)
            self.session.flush()

    # What earlier loads did

    def _memory(self) -> dict[str, DoneOnce]:
        rows = self.session.scalars(
            sa.select(DoneOnce).where(
                DoneOnce.organisation_id == self.organisation.id, DoneOnce.member_id == BY_LOAD
            )
        )
        return {row.key: row for row in rows}

    def _once(self, section: str, item: Item, position: int, write: Callable[..., Any]) -> None:
        """Write an object if the file says something new of it."""
        key = derived_id("loaded", section, item.key)
        digest = hashlib.blake2b(
            f"{position if section == 'roles' else ''}{item.told}".encode(),
            key=self.salt[:64],
            digest_size=16,
        ).hexdigest()
        before = self._remembered.get(key)
        numbers = self.numbers[section]
        if before is not None and before.result["digest"] == digest:
            numbers.same += 1
            return
        state = write(item, position, before.result.get("state") if before else None)
        if state is None:
            numbers.left_alone.append(item.key)
            return
        result = {"digest": digest, "state": state}
        if before is None:
            numbers.new += 1
            self.session.add(
                DoneOnce(
                    organisation_id=self.organisation.id,
                    member_id=BY_LOAD,
                    key=key,
                    result=result,
                    done_at=self.now,
                )
            )
        else:
            numbers.changed += 1
            before.result = result

    def _get(self, table: Any, id: str) -> Any:
        return self.session.get(table, (self.organisation.id, id))

    # One object each; they return the state in which they leave it, or None when
    # its author changed it since. `before` is the state an earlier load left.

    def _unit(self, item: Item, _position: int, _before: Any) -> Any:
        id, kind = derived_id("unit", item.key), self._kind(item.values["kind"])
        parent = item.values["parent"]
        above = (
            self.found.units.get(parent, derived_id("unit", parent)) if parent else self.root_unit
        )
        said = {"name": item.values["name"], "kind": kind, "parent_id": above}
        of = self.organisation.id
        if self._get(Unit, id) is None:
            self.session.add(Unit(organisation_id=of, id=id, created_at=self.now, **said))
        else:
            standing.stand(self.session, of, {id: said}, now=self.now)
        return 1

    def _kind(self, word: str) -> str:
        """The kind of this id or name; one that is not in the list is added to it."""
        of = self.organisation.id
        kinds = self.session.scalars(sa.select(UnitKind).where(UnitKind.organisation_id == of))
        for kind in kinds:
            if word.casefold() in (kind.id, kind.name_en.casefold(), kind.name_zh.casefold()):
                return kind.id
        return list_actions.new_kind(self.session, of, word, word, word)

    def _role(self, item: Item, position: int, _before: Any) -> Any:
        role = self._get(StudyRole, item.key)
        if role is None:
            role = StudyRole(
                organisation_id=self.organisation.id, id=item.key, position=100 + position
            )
            self.session.add(role)
        role.name_en, role.name_zh = item.values["name"]["en"], item.values["name"]["zh"]
        role.duties_en, role.duties_zh = item.values["duties"]["en"], item.values["duties"]["zh"]
        return 1

    def _member(self, item: Item, _position: int, before: Any) -> Any:
        id = derived_id("member", item.key)
        member = self._get(Member, id)
        if member is None:
            member, before = self._new_member(item, id), None
        given = self._said_of(item, member)
        choice = choices.choose(given, self._present(member), before, self._mark)
        for name in given:
            if name in choice.write:
                self._set(member, item, name, given[name])
        self._welcome(member, item)
        if choice.write:
            member.profile_stamp += 1
        self.session.flush()
        if choice.left_alone:
            self.numbers["members"].left_alone.append(
                f"{item.key} ({', '.join(choice.left_alone)})"
            )
        return choices.state(choice, self._present(member), before, self._mark)

    def _new_member(self, item: Item, id: str) -> Member:
        language = item.values["language"]
        member = Member(
            organisation_id=self.organisation.id,
            id=id,
            name=item.values["name"],
            language=language,
            reads=[language, "en" if language == "zh" else "zh"],
            joined_at=self.when(item, "joined_at"),
            administrator=False,
            organizer=False,
            working_on="",
            interests=[],
            profile_stamp=0,
        )
        self.session.add(member)
        self.session.flush()
        return member

    def _said_of(self, item: Item, member: Member) -> dict[str, Any]:
        """The fields that the file gives, as `_present` gives them."""
        given = {
            name: list(value) if isinstance(value, tuple) else value
            for name in MEMBER_FIELDS
            if name in item.given and (value := item.values[name]) is not None
        }
        if "roles" in given:
            given["roles"] = sorted(given["roles"])
        if item.given & {"unit", "units"}:
            given["units"] = sorted(self.found.members_units[member.id])
        if "given_roles" in item.given:
            given["given_roles"] = sorted(self.found.given_roles[member.id])
        return given

    def _present(self, member: Member) -> dict[str, Any]:
        account = self.session.get(User, member.account_id) if member.account_id else None
        return {
            "name": member.name,
            "email": account.email if account else None,
            "language": member.language,
            "reads": list(member.reads),
            "administrator": member.administrator,
            "organizer": member.organizer,
            "interests": list(member.interests),
            "working_on": member.working_on,
            "units": sorted(self._memberships(member)),
            "roles": sorted(self._roles(member)),
            "given_roles": sorted([a.unit_id, a.role_id] for a in self._appointments(member)),
        }

    def _set(self, member: Member, item: Item, name: str, value: Any) -> None:
        if name == "email":
            self._account(member, item)
        elif name == "units":
            self._belongs(member, self.found.members_units[member.id])
        elif name == "roles":
            self._has_roles(member, set(value))
        elif name == "given_roles":
            self._is_given(member, value)
        elif getattr(member, name) != value:
            setattr(member, name, value)
            if name == "working_on":
                member.working_on_at, member.working_on_prepared = self.now, None
            if name == "interests":
                member.interests_at = self.now

    def _welcome(self, member: Member, item: Item) -> None:
        values = item.values
        knows = values["roles"] or values["interests"] or values["working_on"]
        if member.welcomed_at is None and (
            values["welcomed"] or (values["welcomed"] is None and knows)
        ):
            member.welcomed_at = self.now

    def _mark(self, name: str, value: Any) -> str:
        """A keyed hash: what is remembered must not tell what somebody once wrote."""
        said = json.dumps([name, value], ensure_ascii=True)
        return hashlib.blake2b(said.encode(), key=self.salt[:64], digest_size=12).hexdigest()

    def _account(self, member: Member, item: Item) -> None:
        """The account is made once; its password is the member's own from then on."""
        account = self.session.get(User, member.account_id) if member.account_id else None
        if account is not None:
            account.email = item.values["email"]
            return
        account = User(
            email=item.values["email"],
            password=self.hashes[item.key],
            active=True,
            fs_uniquifier=uuid.UUID(bytes=secrets.token_bytes(16)).hex,
        )
        self.session.add(account)
        self.session.flush()
        member.account_id = account.id
        if not item.values["password"]:
            self.to_welcome.append(member)

    def _memberships(self, member: Member) -> dict[str, Membership]:
        rows = self.session.scalars(
            sa.select(Membership).where(
                Membership.organisation_id == self.organisation.id,
                Membership.member_id == member.id,
                Membership.until.is_(None),
            )
        )
        return {row.unit_id: row for row in rows}

    def _roles(self, member: Member) -> dict[str, MemberRole]:
        rows = self.session.scalars(
            sa.select(MemberRole).where(
                MemberRole.organisation_id == self.organisation.id,
                MemberRole.member_id == member.id,
            )
        )
        return {row.role_id: row for row in rows}

    def _appointments(self, member: Member) -> list[Appointment]:
        """Roles that are given to the member now, or from a later day on."""
        return list(
            self.session.scalars(
                sa.select(Appointment).where(
                    Appointment.organisation_id == self.organisation.id,
                    Appointment.member_id == member.id,
                    sa.or_(Appointment.until.is_(None), Appointment.until > self.now),
                )
            )
        )

    def _is_given(self, member: Member, wanted: list[list[str]]) -> None:
        of, present = self.organisation.id, self._appointments(member)
        ending = [a.id for a in present if [a.unit_id, a.role_id] not in wanted]
        if ending:
            units_actions.end_roles(self.session, of, self.now, Appointment.id.in_(ending))
        there = [[a.unit_id, a.role_id] for a in present]
        belongs = self._memberships(member)
        for unit_id, role_id in wanted:
            if [unit_id, role_id] in there:
                continue
            if unit_id not in belongs:
                self._belongs(member, [*belongs, unit_id])
                belongs = self._memberships(member)
            self.session.add(
                Appointment(
                    organisation_id=of,
                    id=derived_id("given", member.id, unit_id, role_id, self.now.isoformat()),
                    member_id=member.id,
                    unit_id=unit_id,
                    role_id=role_id,
                    since=self.now,
                )
            )

    def _belongs(self, member: Member, units: list[str]) -> None:
        present = self._memberships(member)
        for unit_id, membership in present.items():
            if unit_id not in units:
                membership.until = self.now
                units_actions.end_roles(  # given in a unit, and ended with belonging to it
                    self.session,
                    self.organisation.id,
                    self.now,
                    Appointment.member_id == member.id,
                    Appointment.unit_id == unit_id,
                )
        for unit_id in units:
            if unit_id not in present:
                self.session.add(
                    Membership(
                        organisation_id=self.organisation.id,
                        id=derived_id("membership", member.id, unit_id, self.now.isoformat()),
                        member_id=member.id,
                        unit_id=unit_id,
                        since=member.joined_at if not present else self.now,
                    )
                )

    def _has_roles(self, member: Member, wanted: set[str]) -> None:
        present = self._roles(member)
        for role_id in present.keys() - wanted:
            self.session.delete(present[role_id])
        for role_id in sorted(wanted - present.keys()):
            self.session.add(
                MemberRole(
                    organisation_id=self.organisation.id,
                    member_id=member.id,
                    role_id=role_id,
                    since=self.now,
                )
            )

    def _reflection(self, item: Item, _position: int, before: Any) -> Any:
        id = derived_id("reflection", item.key)
        piece = self._get(Reflection, id)
        if before is not None and (
            piece is None or [piece.version, piece.published_version, piece.status] != before
        ):
            return None
        at = self.when(item, "submitted_at")
        if piece is None:
            piece = Reflection(
                organisation_id=self.organisation.id,
                id=id,
                member_id=derived_id("member", item.values["author"]),
                version=0,
                published_version=0,
                indexed_version=0,
                created_at=at,
            )
            self.session.add(piece)
        self._draft(piece, item, at)
        self.session.flush()
        if piece.genre == "experience":
            store.keep_details(self.session, piece, self._details(item))
        if item.values["status"] == "submitted":
            self._publish(piece, item, at)
        elif piece.status == "submitted":  # the file takes it back
            piece.status = "withdrawn"
            piece.published_version += 1
            self._forget_what_it_is_found_by(piece)
        self.session.flush()
        return [piece.version, piece.published_version, piece.status]

    def _draft(self, piece: Reflection, item: Item, at: dt.datetime) -> None:
        about = item.values["about"]
        text = self.text(about.partition("/")[0]) if about else None
        piece.member_id = derived_id("member", item.values["author"])
        piece.text_slug = about.partition("/")[0] if about else None
        piece.text_title = text.title if text else None
        piece.genre, goal = item.values["genre"], item.values["goal"]
        piece.goal_id = derived_id("goal", goal) if goal else None
        piece.title, piece.body = item.values["title"], self.found.bodies[item.path]
        piece.language = item.values["language"] or languages.detect(f"{piece.title}\n{piece.body}")
        piece.version += 1
        piece.prepared = None
        piece.updated_at = at

    def _details(self, item: Item) -> Details:
        said = item.values
        return Details(
            place=said["place"],
            people=said["people"],
            people_agree=said["people_agree"],
            lesson=said["lesson"],
            roles=tuple(said["for_roles"]),
            themes=tuple(said["themes"]),
        )

    def _publish(self, piece: Reflection, item: Item, at: dt.datetime) -> None:
        cited = [c for c in citations.parse(piece.body) if self.text(c.text_slug)]
        about = self.text(piece.text_slug) if piece.text_slug else None
        slugs = dict.fromkeys(c.text_slug for c in cited if c.text_slug != piece.text_slug)
        others = [text.themes for slug in slugs if (text := self.text(slug))]
        piece.shown_at = lifecycle.shown_at(
            at,
            audience=item.values["audience"],
            zone=self.zone,
            before=piece.shown_at,
            audience_before=piece.audience,
        )
        piece.status, piece.audience = "submitted", item.values["audience"]
        piece.unit_id = self.found.reflection_unit.get(item.path)
        piece.published_title, piece.published_body = piece.title, piece.body
        piece.published_draft = piece.version
        found = publication.themes_of(about.themes if about else (), others)
        piece.themes = experiences.themes_with(item.values["themes"], found)
        piece.submitted_at = piece.submitted_at or at
        piece.published_version += 1
        self.session.flush()
        self._beside(piece, cited, at)

    def _beside(self, piece: Reflection, cited: list[citations.Cited], at: dt.datetime) -> None:
        """Themes, citations, words and the version that stand beside a submitted piece."""
        self._forget_what_it_is_found_by(piece)
        details = store.details_of(self.session, piece)
        published.set_words(
            self.session, piece, experiences.found_by(piece.title, piece.body, details)
        )
        of = {"organisation_id": self.organisation.id, "reflection_id": piece.id}
        self.session.add_all(ReflectionTheme(**of, theme=theme) for theme in piece.themes)
        self.session.add_all(
            Citation(
                **of,
                position=position,
                passage_id=c.passage_id,
                text_slug=c.text_slug,
                quote=c.quote,
                source=c.source,
            )
            for position, c in enumerate(cited)
        )
        self.session.add(
            ReflectionVersion(
                **of,
                id=derived_id("version", piece.id, str(piece.version)),
                number=piece.version,
                title=piece.title,
                body=piece.body,
                cause="submitted",
                at=at,
            )
        )

    def _forget_what_it_is_found_by(self, piece: Reflection) -> None:
        for table in (ReflectionTheme, Citation):
            self.session.execute(
                sa.delete(table).where(
                    table.organisation_id == self.organisation.id, table.reflection_id == piece.id
                )
            )
        published.set_words(self.session, piece, "")

    def _goal(self, item: Item, _position: int, before: Any) -> Any:
        id, said = derived_id("goal", item.key), item.values
        goal = self._get(Goal, id)
        if before is not None and (goal is None or goal.updated_at.isoformat() != before):
            return None
        at = self.when(item, "set_at")
        if goal is None:
            goal = Goal(organisation_id=self.organisation.id, id=id, created_at=at)
            self.session.add(goal)
        goal.updated_at = self.now
        goal.status, goal.outcome, goal.hindrance = (
            said["status"],
            said["outcome"],
            said["hindrance"],
        )
        goal.member_id = derived_id("member", said["member"])
        goal.what, goal.how = said["what"], said["how"]
        goal.language = languages.detect(goal.what)
        today = self.now.astimezone(self.zone).date()
        ahead = said["in_days"]
        goal.by = said["by"] if ahead is None else today + dt.timedelta(days=ahead)
        goal.reflection_id = derived_id("reflection", said["from"]) if said["from"] else None
        goal.sentence = said["sentence"]
        answered = self.now - dt.timedelta(days=said["answered_days_ago"])
        goal.answered_at = answered if goal.status != "open" else None
        goal.in_chain, goal.author_may_know = said["in_chain"], said["author_may_know"]
        self._born_of(goal, item)
        goal.prepared = None
        self.session.flush()
        return goal.updated_at.isoformat()

    def _born_of(self, goal: Goal, item: Item) -> None:
        """The reading that a goal was born from, with its title as our own copy."""
        goal.reading_id, group = self.found.deed_readings.get(item.path, (None, ""))
        piece = self._get(Reflection, group.partition("/")[2]) if "/" in group else None
        text = self.text(group) if group and "/" not in group else None
        goal.source = piece.title if piece else text.title if text else ""

    def _note(self, item: Item, _position: int, before: Any) -> Any:
        id = derived_id("note", item.key)
        note = self._get(Note, id)
        if before is not None and (note is None or note.version != before):
            return None
        at = self.when(item, "written_at")
        if note is None:
            note = Note(organisation_id=self.organisation.id, id=id, version=0, created_at=at)
            self.session.add(note)
        about = item.values["about"]
        note.member_id = derived_id("member", item.values["author"])
        note.title, note.body = item.values["title"], item.values["body"]
        note.text_slug = about.partition("/")[0] if about else None
        note.passage_id = about if about and "/" in about else None
        note.version += 1
        note.prepared = None
        note.updated_at = at
        return note.version

    def _answer(self, item: Item, position: int, before: Any) -> Any:
        return answers.write(self, item, position, before)

    def _deed(self, item: Item, _position: int, _before: Any) -> Any:
        reading, group = self.found.deed_readings[item.path]
        member, kind = derived_id("member", item.values["member"]), item.values["kind"]
        deed = self.session.scalars(
            sa.select(Deed).where(
                Deed.organisation_id == self.organisation.id,
                Deed.member_id == member,
                Deed.kind == kind,
                Deed.reading_group == group,
            )
        ).first()
        if deed is None:
            deed = Deed(
                organisation_id=self.organisation.id,
                id=derived_id("deed", member, kind, group),
                member_id=member,
                kind=kind,
                reading_group=group,
            )
            self.session.add(deed)
        deed.reading_id, deed.at = reading, self.when(item, "at")
        self.session.flush()
        return 1

    def when(self, item: Item, name: str) -> dt.datetime:
        """The moment the file gives, absolute or in days before now; else now."""
        given = item.values[name]
        if given is not None:
            return min(given, self.now)
        ago = item.values["days_ago"]
        return self.now - dt.timedelta(days=ago) if ago is not None else self.now
