"""An organisation for the enumerated permission table: people of every kind, things of
every kind in every place, each with a word that nobody else may see.

    Harbour (parent) - Pier (A) - Boats (below A)       Hill (B)       Office
                     - Shut, which is closed
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from corpus.sheets import Sheet
from tests.webapp.answering import answered, decided
from tests.webapp.people import (
    NOW,
    FreshClient,
    add_member,
    client_for,
    found_organisation,
    running_app,
)
from tests.webapp.reflecting import actor, draft, note, row
from tests.webapp.snapshot import Snapshot
from webapp.community import change, db
from webapp.desk import actions as desk
from webapp.desk import acts_store, seeing
from webapp.desk import store as desk_store
from webapp.goals import actions as goals
from webapp.goals import setting
from webapp.ids import new_id
from webapp.members import actions as members
from webapp.members.tables import Invitation, Member
from webapp.people import choosing, import_actions
from webapp.people import store as people
from webapp.people.tables import PeopleImport
from webapp.reflections import actions as reflections
from webapp.reflections import store as pieces
from webapp.reflections.tables import Reflection
from webapp.reminders import actions as reminders
from webapp.requirements import actions as requirements
from webapp.requirements import entry_actions
from webapp.requirements.asking import Says
from webapp.requirements.entering import (
    AttendanceSent,
    AttendanceWanted,
    PieceSent,
    PieceWanted,
)
from webapp.requirements.tables import Attendance
from webapp.texts import actions as texts
from webapp.themes import actions as lists
from webapp.themes import draft_actions as theme_lists
from webapp.themes import wish_actions, wish_store
from webapp.themes.draft_actions import Publication
from webapp.themes.drafts import Brief, DraftItem
from webapp.themes.store import Item
from webapp.units import actions as units
from webapp.units import store as unit_store
from webapp.units.tables import Appointment, Unit

PARENT = {"harbour": None, "pier": "harbour", "boats": "pier", "shut": "harbour", "hill": None, "office": None}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Who:
    """What the written table needs to know of somebody; no more."""

    name: str  # what they are called here
    belongs: frozenset[str] = frozenset()
    given_in: frozenset[str] = frozenset()  # where a role that organizes was given
    everywhere: bool = False
    administrator: bool = False
    signed_in: bool = True

    def organizes(self, unit: str | None) -> bool:
        """The unit, or one above it, is where the role was given."""
        if self.everywhere:
            return True
        return unit is not None and (unit in self.given_in or self.organizes(PARENT[unit]))


def _who(name: str, *belongs: str, **more: Any) -> Who:
    given = frozenset(more.pop("given_in", ()))
    return Who(name, frozenset(belongs), given, **more)


ACTORS = (
    Who("nobody", signed_in=False),
    Who("who left", signed_in=False),
    _who("new in A", "pier"),
    _who("the author", "pier"),
    _who("another in A", "pier"),
    _who("in B", "hill"),
    _who("in the parent", "harbour"),
    _who("organizer of A", "pier", given_in=("pier",)),
    _who("organizer of the parent", "harbour", given_in=("harbour",)),
    _who("organizer of B", "hill", given_in=("hill",)),
    _who("organizer of everything", "office", everywhere=True),
    _who("administrator", "office", everywhere=True, administrator=True),
    _who("whose role ended today", "pier"),
)


@dataclasses.dataclass(frozen=True)
class Thing:
    """Something that addresses name. `ids`: what stands in them; `word`: found in it
    alone; `by`: who made it; `below`: the piece it belongs to."""

    name: str
    ids: dict[str, str]
    by: str = ""
    word: str = ""
    unit: str | None = None
    audience: str = ""  # unit | organisation | anonymous | private
    state: str = ""  # of a piece: draft | submitted | withdrawn | hidden
    about: str = ""  # whom it speaks of; of a wish, who made it
    below: Thing | None = None
    seen: str = ""  # what a form is made from


class World:
    """The people, the things by kind, and the way back to how it began."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.organisation = found_organisation()
        self.units = {"harbour": self.organisation.harbour, "hill": self.organisation.hill}
        for name in ("office", "pier", "boats", "shut"):
            self.units[name] = self._unit(name)
        self.people: dict[str, Any] = {who.name: self._member(who) for who in ACTORS}
        self.things: dict[str, list[Thing]] = {}
        self._write()
        with change(db.session) as session:
            session.execute(
                sa.update(Unit).where(Unit.id == self.units["shut"]).values(closed_at=NOW)
            )
            left = self.people["who left"]
            session.execute(sa.update(Member).where(Member.id == left.id).values(left_at=NOW))
        for unit in self.units:
            seen = self.unit_seen(unit)
            state = "closed" if unit == "shut" else ""
            self._add("unit", unit, {"unit_id": self.units[unit]}, unit=unit, state=state, seen=seen)  # fmt: skip
        self._cookies = {who.name: self._signed_in(who.name) for who in ACTORS}
        self.beginning = Snapshot(app)

    # Asking

    def client(self, who: str) -> FreshClient:
        client = FreshClient(self.app, self.app.response_class)
        if self._cookies[who]:
            client.set_cookie("xinde", self._cookies[who])
        return client

    def _signed_in(self, who: str) -> str:
        if who == "nobody":
            return ""
        cookie = client_for(self.app, self.people[who]).get_cookie("xinde")
        assert cookie is not None
        return cookie.value

    # Making it

    def _unit(self, name: str) -> str:
        made, above = new_id(), PARENT[name]
        with change(db.session):
            units.new_unit(
                db.session, self.organisation.id, unit_id=made, name=name.title(), kind="team",
                parent_id=self.units[above] if above else None, now=NOW,
            )  # fmt: skip
        return made

    def _member(self, who: Who) -> Any:
        if who.name == "nobody":
            return None
        home = min(who.belongs, default="pier")
        made = add_member(
            self.organisation, who.name.title(), self.units[home], welcomed=who.name != "new in A",
            administrator=who.administrator,
        )  # fmt: skip
        if who.everywhere:
            members.set_organizer(db.session, self.organisation.id, made.id, True, by=None)
        for unit in who.given_in:
            self._appoint(made, unit)
        if who.name == "whose role ended today":
            self._appoint(made, "pier", until=NOW)
        return db.session.get(Member, (self.organisation.id, made.id))

    def _appoint(
        self, member: Any, unit: str, role: str = "organizer", until: dt.datetime | None = None
    ) -> str:
        made = new_id()
        with change(db.session) as session:
            session.add(
                Appointment(
                    organisation_id=self.organisation.id, id=made, member_id=member.id,
                    unit_id=self.units[unit], role_id=role, since=NOW - dt.timedelta(days=9),
                    until=until,
                )
            )  # fmt: skip
        return made

    def _add(self, kind: str, name: str, ids: dict[str, str], **more: Any) -> Thing:
        made = Thing(name, ids, **more)
        self.things.setdefault(kind, []).append(made)
        return made

    def _write(self) -> None:
        self._pieces()
        self._own_things()
        self._lists()
        self._study()
        self._people_and_desk()

    def _pieces(self) -> None:
        for name, by, state, audience, unit in (
            ("draft", "the author", "draft", "", None),
            ("for A", "the author", "submitted", "unit", "pier"),
            ("for all", "the author", "submitted", "organisation", None),
            ("without a name", "the author", "submitted", "anonymous", None),
            ("withdrawn", "the author", "withdrawn", "organisation", None),
            ("hidden", "the author", "hidden", "organisation", None),
            ("for B", "in B", "submitted", "unit", "hill"),
            ("from B for all", "in B", "submitted", "organisation", None),
            ("of an organizer", "organizer of everything", "submitted", "organisation", None),
        ):
            self._piece(name, by, state, audience, unit)

    def _piece(self, name: str, by: str, state: str, audience: str, unit: str | None) -> None:
        author, word = self.people[by], f"zanzibar{name.replace(' ', '')}"
        title, body = f"Of {word}", f"We carried {word}inside to the pier."
        made = draft(author, title, body, genre="experience" if state == "draft" else "reflection")
        reflections.save(
            db.session, actor(author), made, title=title, body=body + " More.", base_version=1,
            now=NOW + dt.timedelta(hours=1),
        )  # fmt: skip
        if state != "draft":
            reflections.submit(
                db.session, actor(author), made, audience=audience,
                unit_id=self.units[unit] if unit else None, key=new_id(), now=NOW,
            )  # fmt: skip
        if state == "withdrawn":
            reflections.withdraw(db.session, actor(author), made, now=NOW)
        if state == "hidden":
            decided(self.people["organizer of everything"], "reflection", made)
        kept = pieces.versions(db.session, row(author, made))[0].id
        ids = {"reflection_id": made, "version_id": kept, "member_id": self.people["in B"].id}
        self._add(
            "piece", name, ids, by=by, word=word, unit=unit, audience=audience, state=state,
            seen=self._desk_stamp(made) if state == "submitted" else "",
        )  # fmt: skip

    def _desk_stamp(self, piece: str) -> str:
        found = db.session.get(Reflection, (self.organisation.id, piece), populate_existing=True)
        assert found is not None
        acts = acts_store.of_pieces(db.session, self.organisation.id, [piece])[piece]
        return seeing.stamp(desk_store.words(piece, found.published_draft), acts)

    def piece(self, name: str) -> Thing:
        return next(one for one in self.things["piece"] if one.name == name)

    def _own_things(self) -> None:
        author = self.people["the author"]
        made = note(author, "A note of zanzibarnote", "I keep zanzibarnote.")
        self._add("note", "note", {"note_id": made}, by="the author", word="zanzibarnote")
        goal = goals.set_one(
            db.session, actor(author), setting.Wanted("Try zanzibargoal", by=NOW.date()),
            goals.Origin(), author_may_know=False, key=new_id(), now=NOW,
        )  # fmt: skip
        self._add("goal", "goal", {"goal_id": goal}, by="the author", word="zanzibargoal")
        for by, on, word in (
            ("in B", "for all", ""),
            ("another in A", "for A", "zanzibaranswerinA"),
            ("organizer of A", "from B for all", ""),
        ):
            said = answered(self.people[by], self.piece(on).ids["reflection_id"], f"An answer {word}")  # fmt: skip
            self._add("answer", f"of {by}", {"answer_id": said}, by=by, word=word, below=self.piece(on))  # fmt: skip
        for kind in ("calendar", "lists"):
            for who in ("the author", "who left"):
                token = reminders.new_address(
                    db.session, actor(self.people[who]), kind, key=new_id(), now=NOW
                )
                self._add(kind, f"{kind} of {who}", {"token": str(token)}, by=who)
        stop = reminders.stop_token(db.session, self.organisation.id, author.id, now=NOW)
        self._add("stop", "stop", {"token": stop, "what": "goals"}, by="the author")

    def _lists(self) -> None:
        author = self.people["the author"]
        for name, audience, unit in (
            ("only me", "private", None), ("list for A", "unit", "pier"), ("list for all", "organisation", None),
        ):  # fmt: skip
            word = f"zanzibar{name.replace(' ', '')}"
            item = Item("going-to-see/1", "going-to-see", "Going to see", "", (), 3, "Asked of me")
            made = lists.keep(
                db.session, actor(author), key=new_id(), title=f"List {word}", items=[item],
                question="Asked of me", unanswered=[], now=NOW,
            )  # fmt: skip
            if audience != "private":
                lists.share(
                    db.session, actor(author), made, audience=audience,
                    unit_id=self.units[unit] if unit else None, question_shown=False,
                    units=frozenset(self.units.values()), theme_list=False, key=new_id(), now=NOW,
                )  # fmt: skip
            self._add("list", name, {"list_id": made}, by="the author", word=word, unit=unit, audience=audience)  # fmt: skip
        for name, by, audience, unit in (
            ("unpublished of A", "organizer of A", "private", None),
            ("unpublished of B", "organizer of B", "private", None),
            ("theme list for A", "organizer of A", "unit", "pier"),
            ("theme list for B", "organizer of B", "unit", "hill"),
            ("theme list for all", "organizer of everything", "organisation", None),
        ):
            self._theme_list(name, by, audience, unit)

    def _theme_list(self, name: str, by: str, audience: str, unit: str | None) -> None:
        word, who = f"zanzibar{name.replace(' ', '')}", actor(self.people[by])
        item = DraftItem("going-to-see/1", "going-to-see", "Going to see", question="Who went?")
        made = theme_lists.begin(
            db.session, who, key=new_id(), title=f"Theme {word}", brief=Brief("goals"),
            items=[item], now=NOW,
        )  # fmt: skip
        ids = {"draft_id": made, "list_id": made, "wish_id": "a" * 16}
        if audience != "private":
            to = Publication(audience, (self.units[unit],) if unit else (), "weekly", NOW.date())
            theme_lists.publish(db.session, who, made, version=1, to=to, key=new_id(), now=NOW)
            wishing = actor(self.people["in B" if unit == "hill" else "the author"])
            wish_actions.propose(
                db.session, wishing, made, group="small-goals", title="Small goals", why="For us.",
                now=NOW,
            )  # fmt: skip
            ids["wish_id"] = wish_store.wishes(db.session, wishing, made)[0].id
        about = "in B" if unit == "hill" else "the author"
        self._add("theme list", name, ids, by=by, word=word, unit=unit, audience=audience, about=about)  # fmt: skip

    def _study(self) -> None:
        today, ada = NOW.date(), actor(self.people["administrator"])
        for unit in ("harbour", "pier", "hill"):
            word = f"zanzibarrequired{unit}"
            until = today + dt.timedelta(days=3)
            says = Says(f"Ask {word}", from_day=today, starts_on=today, ends_on=until, write=5)
            made = requirements.set_one(
                db.session, ada, self.units[unit], says, replaces=None, key=new_id(), today=today,
                now=NOW,
            )  # fmt: skip
            self._add("requirement", unit, {"requirement_id": made}, unit=unit, word=word, seen="1")
        for unit, about in (("pier", "the author"), ("hill", "in B")):
            self._entries(unit, about, ada, today)

    def _entries(self, unit: str, about: str, ada: Any, today: dt.date) -> None:
        word = f"zanzibarpaper{unit}"
        sent = PieceSent(name="Guest", title=f"On paper {word}", body=f"By hand {word}.")
        made = entry_actions.enter_piece(
            db.session, ada, self.units[unit], PieceWanted(sent, day=today), about=None,
            key=new_id(), now=NOW,
        )  # fmt: skip
        ids = {"piece_id": made, "entry_id": made, "kind": "piece", "unit_id": self.units[unit]}
        self._add("entry", f"paper in {unit}", ids, unit=unit, word=word)
        there = AttendanceSent(what=f"Meeting zanzibarmet{unit}", members=(self.people[about].id,))
        entry_actions.enter_attendance(
            db.session, ada, self.units[unit], AttendanceWanted(there, day=today), key=new_id(),
            now=NOW,
        )  # fmt: skip
        entry = db.session.scalar(
            sa.select(Attendance.id).where(Attendance.unit_id == self.units[unit])
        )
        ids = {"entry_id": str(entry), "kind": "attendance", "unit_id": self.units[unit]}
        self._add(
            "entry", f"meeting in {unit}", ids, unit=unit, about=about, word=f"zanzibarmet{unit}"
        )

    def _people_and_desk(self) -> None:
        ada, boss = self.people["administrator"], self.people["organizer of A"]
        piece = self.piece("for all")
        done = desk.act(
            db.session, actor(boss), piece.ids["reflection_id"], doing="ask", kind="echo",
            body="Who else was there?", seen=self._desk_stamp(piece.ids["reflection_id"]),
            key=new_id(), now=NOW,
        )  # fmt: skip
        index = self.things["piece"].index(piece)
        stamp = self._desk_stamp(piece.ids["reflection_id"])
        self.things["piece"][index] = dataclasses.replace(piece, seen=stamp)
        self._add("act", "asked back", {"what": "review", "act_id": done.id}, by="organizer of A", below=piece)  # fmt: skip
        for unit, who in (("pier", "another in A"), ("hill", "in B")):
            given = self._appoint(self.people[who], unit, "mentor")
            ids = {"unit_id": self.units[unit], "member_id": self.people[who].id, "appointment_id": given}  # fmt: skip
            self._add("place", f"{who} in {unit}", ids, unit=unit)
        self._invitations()
        for state, name in (("waiting", "Nora zanzibarimport"), ("done", "Otto")):
            sheet = Sheet((("name", "unit"), (name, "Hill")), (1, 2))
            made = import_actions.keep(db.session, actor(ada), sheet, "people.csv", now=NOW)
            if state == "done":
                self._bring_in(made)
            waits = state == "waiting"
            self._add(
                "import", state, {"import_id": made}, word="zanzibarimport" if waits else "",
                state=state, seen=self._fingerprint(made) if waits else "",
            )  # fmt: skip
        self._add("member", "in B", {"member_id": self.people["in B"].id})
        self._add("member", "who left", {"member_id": self.people["who left"].id}, state="left")
        changed = texts.decide(
            db.session, actor(ada), {"small-goals": {"year": 1931}}, kind="edit", key=new_id(), now=NOW
        )  # fmt: skip
        self._add("change", "a decision", {"change_id": str(changed.id)})

    def _invitations(self) -> None:
        for unit, administrator in (("pier", False), ("hill", False), ("hill", True)):
            token = members.invite(
                db.session, self.organisation.id, now=NOW, unit_id=self.units[unit],
                administrator=administrator,
            )  # fmt: skip
            found = db.session.scalar(
                sa.select(Invitation.id).where(Invitation.token_hash == members.token_hash(token))
            )
            self._add(
                "invitation", f"into {unit}{' as administrator' * administrator}",
                {"invitation_id": str(found), "token": token}, unit=unit,
                state="administrator" if administrator else "",
            )  # fmt: skip

    def _fingerprint(self, import_id: str) -> str:
        found = db.session.get(PeopleImport, (self.organisation.id, import_id))
        assert found is not None
        there = people.there(db.session, self.organisation.id, now=NOW)
        return choosing.planned(found.sheet, found.choices, there, new_id).fingerprint

    def _bring_in(self, import_id: str) -> None:
        seen = self._fingerprint(import_id)
        ada = actor(self.people["administrator"])
        import_actions.run(db.session, ada, import_id, seen=seen, now=NOW)

    def unit_seen(self, unit: str) -> str:
        tree = unit_store.tree(db.session, self.organisation.id)
        return tree[self.units[unit]].seen


@contextmanager
def twelve_people(built: Path, model: Any, folder: Path) -> Iterator[World]:
    """The organisation, in an app of its own on SQLite. Faster than a server's: nothing
    here needs to outlive a loss of power."""
    data = folder / "instance"
    shutil.copytree(built, data)
    with running_app(data, "", model, NOW=NOW) as app:

        @sa.event.listens_for(db.engine, "connect")
        def _no_waiting(connection: Any, _record: Any) -> None:
            connection.execute("pragma synchronous=off")

        made = World(app)
        try:
            yield made
        finally:
            made.beginning.close()
