"""Two worlds that differ only in one member's private words look the same to others.

One world holds, beside all of the other: Maria's private note, her draft, a
piece submitted to her unit alone, what the coach said of the draft, pieces that
were open to all and no longer are, her reading lists, her sentence, what she read,
saved and set aside, and how she steers her suggestions. Every page, search and script answer that another member can get, headers included, must be byte
for byte the same in both. So must be the worlds in which somebody else wrote
the piece without a name.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import shutil
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from tests.webapp.people import (
    NOW,
    add_member,
    client_for,
    found_organisation,
    fresh_database,
    running_app,
)
from webapp.answers import actions as answers
from webapp.answers import deciding
from webapp.community import change, db
from webapp.goals import actions as goals
from webapp.goals import setting
from webapp.goals.actions import Origin
from webapp.ids import new_id
from webapp.jobs import queue, reconcile
from webapp.members import actions as members
from webapp.members import store
from webapp.notes.tables import Note
from webapp.readings.tables import Deed
from webapp.reflections import actions as reflections
from webapp.reflections import published
from webapp.reflections.experiences import Details
from webapp.reminders import sending, tokens
from webapp.reminders.contents import KINDS
from webapp.reminders.store import Due
from webapp.reminders.tables import PrivateAddress, Reminder
from webapp.requirements.tables import Requirement, RequirementVersion
from webapp.resources import resources
from webapp.suggestions import actions as suggestions
from webapp.themes import actions as lists
from webapp.themes.store import Item
from webapp.units.tables import MemberRole, Unit

SECRET = "The bucket under the sink was mine and I hid it from the office"
UNIT_TITLE = "Only for Harbour: leaks and buckets"
UNIT_LIST = "A list for Harbour alone"
EVERYTHING = frozenset(
    {
        "unit",
        "wandered",
        "withdrawn",
        "draft",
        "coach",
        "note",
        "year-ago",
        "goal",
        "deeds",
        "sentence",
        "steering",
        "list",
        "unit-list",
    }
)


class Draw:
    """Bytes for ids from a name, so that one object more does not shift the others."""

    def __init__(self, name: str) -> None:
        self.next_is(name)

    def next_is(self, name: str) -> None:
        self.name, self.count = name, 0

    def __call__(self, size: int) -> bytes:
        self.count += 1
        return hashlib.blake2b(f"{self.name}/{self.count}".encode(), digest_size=size).digest()


# Building a world


@dataclass
class World:
    draw: Draw
    organisation: SimpleNamespace
    people: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    told: str = ""  # Rosa's experience, for everybody
    own_told: str = ""  # Maria's

    def actor(self, name: str):
        return store.actor_of(db.session, self.people[name])

    def add(self, name: str, unit: str, **more: Any) -> None:
        self.draw.next_is(name)
        self.people[name] = add_member(self.organisation, name, unit, **more)

    def submit(
        self, author: str, name: str, *, title: str, body: str, audience: str = "organisation",
        now: dt.datetime = NOW,
    ) -> str:  # fmt: skip
        self.draw.next_is(name)
        actor = self.actor(author)
        made = reflections.start(
            db.session, actor, title=title, body=body, text_slug="going-to-see", now=now
        )
        unit = self.organisation.harbour if audience == "unit" else None
        reflections.submit(
            db.session, actor, made, audience=audience, unit_id=unit, key=name, now=now
        )
        self.ids[name] = made
        return made

    def answer(
        self, who: str, name: str, piece: str, body: str, *, to: str | None = None,
        now: dt.datetime = NOW,
    ) -> str:  # fmt: skip
        """An answer to a piece, or a reply `to` one."""
        self.draw.next_is(name)
        return answers.answer(
            db.session, self.actor(who), piece, kind="question", body=body, key=name, to=to, now=now
        )


def begin(draw: Draw) -> World:
    """What is in every world: the organisation, and a piece of Maria's for everybody."""
    organisation = found_organisation()
    world = World(draw, organisation)
    world.add("Maria Lopez", organisation.harbour)
    world.add("Li Wen", organisation.harbour)
    world.add("Omar Haddad", organisation.hill)
    world.add("Ada Admin", organisation.hill, administrator=True)
    world.add("Rosa Lind", organisation.harbour)
    with change(db.session) as session:
        for name, role in (
            ("Maria Lopez", "mentor"),
            ("Li Wen", "secretary"),
            ("Omar Haddad", "mentor"),
        ):
            member = world.people[name]
            session.add(
                MemberRole(
                    organisation_id=organisation.id, member_id=member.id, role_id=role, since=NOW
                )
            )
    for name in ("Omar Haddad", "Li Wen", "Ada Admin"):
        members.change_profile(
            db.session,
            organisation.id,
            world.people[name].id,
            now=NOW,
            working_on="Why does nobody report a leak in our houses?",
            interests=["field-investigation"],
        )
    world.submit(
        "Maria Lopez",
        "public",
        title="Knocking first",
        body="I knocked at three doors before I wrote the report. The table had been wrong about leaks.",
    )
    ask_of_everybody(world)
    world.told = tell(world, "Rosa Lind", "told")
    world.own_told = tell(world, "Maria Lopez", "own-told")
    for name in ("Omar Haddad", "Li Wen"):  # drafts that are close to Maria's private words
        draw.next_is(f"draft of {name}")
        reflections.start(
            db.session, world.actor(name), title="Mine", now=NOW,
            body="I say it, too: nobody reports a leak in our houses because of the bill. "
            "The bucket under the sink was mine, and I hid it from all in the office.",
        )  # fmt: skip
    reconcile.sweep()
    return world


def ask_of_everybody(world: World) -> None:
    """A unit above all others, large enough for a report, and what it asks."""
    world.draw.next_is("asked of everybody")
    of = world.organisation.id
    with change(db.session) as session:
        top = session.scalars(sa.select(Unit).where(Unit.name == "Harbour School")).one()
        for unit in (world.organisation.harbour, world.organisation.hill):
            session.get(Unit, (of, unit)).parent_id = top.id
        asked = Requirement(organisation_id=of, id=new_id(), unit_id=top.id, made_at=NOW)
        session.add(asked)
        session.flush()
        session.add(
            RequirementVersion(
                organisation_id=of, requirement_id=asked.id, number=1, title="Write one",
                from_day=NOW.date(), starts_on=NOW.date(), pace="month", content="own",
                answered_by="reader", accepted_when="answered", write=1, read=1, made_at=NOW,
            )
        )  # fmt: skip


def tell(world: World, who: str, name: str) -> str:
    """An experience that everybody reads."""
    world.draw.next_is(name)
    actor = world.actor(who)
    made = reflections.start(
        db.session, actor, title="Three doors", body="We knocked and counted buckets.",
        genre="experience", now=NOW,
    )  # fmt: skip
    reflections.describe(
        db.session, actor, made, Details(place="Mill Street", lesson="Knock first.")
    )
    reflections.submit(
        db.session, actor, made, audience="organisation", unit_id=None, key=name, now=NOW
    )
    return made


def write_privately(world: World, kinds: frozenset[str]) -> None:
    """Maria's words and deeds that are nobody else's, of these kinds."""
    author, organisation = "Maria Lopez", world.organisation
    maria = world.people[author]
    if "unit" in kinds:
        world.submit(
            author, "unit", title=UNIT_TITLE, audience="unit",
            body="In the unit: nobody reports a leak in our houses because of the bill.",
        )  # fmt: skip
        asked = world.answer(
            "Rosa Lind", "unit-answer", world.ids["unit"], f"Whose bucket? {UNIT_TITLE}"
        )
        world.answer(author, "unit-reply", world.ids["unit"], f"Mine. {UNIT_TITLE}", to=asked)
    if "wandered" in kinds:
        made = world.submit(
            author, "wandered", title="Leaks, once for all", body=SECRET + ". Leak."
        )
        reconcile.sweep()
        actor = world.actor(author)
        for audience in ("unit", "organisation", "unit"):
            unit = organisation.harbour if audience == "unit" else None
            reflections.change_audience(
                db.session, actor, made, audience=audience, unit_id=unit, now=NOW
            )
            reconcile.sweep()
        reflections.withdraw(db.session, actor, made, now=NOW)
    if "withdrawn" in kinds:
        made = world.submit(
            author, "withdrawn", title="Leaks again", body=SECRET + ". A leak that nobody reports."
        )
        reconcile.sweep()
        asked = world.answer("Rosa Lind", "gone-answer", made, f"Rosa: {SECRET}?")
        world.answer(author, "gone-reply", made, f"Maria: {SECRET}.", to=asked)
        world.draw.next_is("gone-report")
        deciding.report(
            db.session, world.actor("Rosa Lind"), piece=made, answer=None, reason=SECRET, key="gone-report",
            now=NOW,
        )  # fmt: skip
        reflections.withdraw(db.session, world.actor(author), made, now=NOW)
    if "draft" in kinds:
        world.draw.next_is("draft")
        world.ids["draft"] = reflections.start(
            db.session, world.actor(author), title="Draft about leaks", body=SECRET,
            text_slug="going-to-see", now=NOW,
        )  # fmt: skip
    if "coach" in kinds:  # what it said of the draft, and what its author said of that
        coach = f"/reflections/{world.ids['draft']}/coach"
        client = client_for(flask_app(), maria)
        said = client.post(coach, json={"do": "look"}).json["remarks"]
        for do in ("wrong", "never"):
            client.post(coach, json={"do": do, "key": said[0]["key"]})
        client.post("/coach", data={"off": "1"})
    if "note" in kinds:
        world.draw.next_is("note")
        world.ids["note"] = new_id()
        note = Note(
            organisation_id=organisation.id, id=world.ids["note"], member_id=maria.id,
            title="Leaks", body=SECRET, text_slug="going-to-see", version=1,
            created_at=NOW, updated_at=NOW,
        )  # fmt: skip
        with change(db.session) as session:
            session.add(note)
    if "year-ago" in kinds:  # shown to her today, not to be shown again, and begun anew
        world.draw.next_is("year-ago")
        then = NOW - dt.timedelta(days=365)
        note = Note(
            organisation_id=organisation.id, id=new_id(), member_id=maria.id,
            title="Leaks", body=f"{SECRET} then.", version=1, created_at=then, updated_at=then,
        )  # fmt: skip
        with change(db.session) as session:
            session.add(note)
        client = client_for(flask_app(), maria)
        piece = {"piece": f"note/{note.id}"}
        assert client.get("/").text.count(f"{SECRET} then.") == 1
        client.post("/me/looking-back/write", data={**piece, "which": "0", "key": "a" * 16})
        client.post("/me/month/2025-05/summary", data={"key": "b" * 16})
        client.post("/me/looking-back", data={**piece, "do": "never"})
    if "goal" in kinds:  # born of what everybody reads, answered, begun to be told
        world.draw.next_is("goal")
        set_goals(world, author)
    if "deeds" in kinds:
        world.draw.next_is("deeds")
        with change(db.session) as session:
            for kind, group in (
                ("read", "small-goals"),
                ("saved", "going-to-see"),
                ("set_aside", "good-discussion"),
            ):
                session.add(
                    Deed(
                        organisation_id=organisation.id, id=new_id(), member_id=maria.id,
                        kind=kind, reading_id=group, reading_group=group, at=NOW,
                    )
                )  # fmt: skip
    if "list" in kinds:  # one that is private, one that was open to all for a while
        keep_list(world, author, "list", SECRET)
        made = keep_list(world, author, "list-back", SECRET)
        open_list(world, author, made, "organisation")
        open_list(world, author, made, "private")
    if "unit-list" in kinds:
        made = keep_list(world, author, "unit-list", UNIT_LIST)
        lists.edit(
            db.session, world.actor(author), made, title=UNIT_LIST, note="For Harbour",
            notes={"going-to-see/1": "Ours"}, now=NOW,
        )  # fmt: skip
        open_list(world, author, made, "unit", organisation.harbour)
    if "steering" in kinds:
        steer_privately(world, author)
    if "sentence" in kinds:
        members.change_profile(
            db.session, organisation.id, maria.id, now=NOW, working_on=SECRET, interests=["goals"]
        )
        client_for(flask_app(), maria).get("/")  # her own list is made and kept
    reconcile.sweep()


def set_goals(world: World, who: str) -> None:
    """A goal from her own open piece, one from another's, a draft about it, and names
    of people who did not agree to be named."""
    actor = world.actor(who)
    said = setting.Told(outcome="done", happened=SECRET)
    for name, origin in (
        ("goal", Origin(reflection_id=world.ids["public"], sentence=SECRET)),
        ("goal-moved", Origin(reading_id=f"reflection/{world.told}", quote=SECRET)),
    ):
        world.ids[name] = goals.set_one(
            db.session, actor, setting.Wanted(SECRET, by=NOW.date()), origin,
            author_may_know=False, key=name, now=NOW,
        )  # fmt: skip
        goals.answer(db.session, actor, world.ids[name], said, now=NOW)
    reflections.start(
        db.session, actor, title=SECRET, body=SECRET, genre="experience",
        goal_id=world.ids["goal"], now=NOW,
    )  # fmt: skip
    named = Details(place="Mill Street", lesson="Knock first.", people=SECRET)
    reflections.describe(db.session, actor, world.own_told, named)


def keep_list(world: World, who: str, name: str, title: str) -> str:
    """A question asked, and the answer kept."""
    world.draw.next_is(name)
    item = Item("going-to-see/1", "going-to-see", "Going to see", SECRET, (SECRET,), 3, SECRET)
    world.ids[name] = lists.keep(
        db.session, world.actor(who), key=f"keep-{name}", title=title, items=[item],
        question=f"{SECRET}?", unanswered=[SECRET], now=NOW,
    )  # fmt: skip
    return world.ids[name]


def open_list(world: World, who: str, made: str, audience: str, unit: str | None = None) -> None:
    actor = world.actor(who)
    lists.share(
        db.session, actor, made, audience=audience, unit_id=unit, question_shown=False,
        units=actor.units, theme_list=False, key=f"{made}-{audience}", now=NOW,
    )  # fmt: skip


def steer_privately(world: World, who: str) -> None:
    """Every way of steering, at once."""
    world.draw.next_is("steering")
    actor = world.actor(who)
    for kind, target in (
        ("more", "small-goals/1"),
        ("less", "good-discussion/1"),
        ("less", f"reflection/{world.ids['public']}"),
        ("not_author", "Test library"),
        ("not_author", "Li Wen"),
        ("not_theme", "goals"),
    ):
        suggestions.steer(db.session, actor, kind, target, now=NOW)
    suggestions.set_newness(db.session, actor, 100)
    suggestions.set_minutes(db.session, actor, 5, day=NOW.date())
    suggestions.switch(db.session, actor, ["note", "role", "everything"], off=True)


def flask_app():
    from flask import current_app

    return current_app._get_current_object()


# Looking at it

PAGES = (
    "/",
    "/library",
    "/library?theme=field-investigation",
    "/library?q=leak+bucket",
    "/library?q=%E6%BC%8F%E6%B0%B4",
    "/read/going-to-see",
    "/read/small-goals",
    "/read/diaocha-zh",
    "/saved",
    "/reflections",
    "/reflections?q=bucket",
    "/reflections?q=leaks",
    "/reflections?q=nobody+reports+a+leak+because+of+the+bill",
    "/reflections?theme=field-investigation",
    "/reflections?text=going-to-see",
    "/reflections?text=going-to-see&theme=goals",
    "/reflections?role=mentor",
    "/reflections?role=secretary&when=month",
    "/reflections?genre=reflection&since=2026-05-01",
    "/news",
    "/answers",
    "/moderation",
    "/ask",
    "/lists",
    "/lists?show=mine",
    "/lists?show=shared",
    "/lists?show=themes",
    "/write",
    "/write?text=going-to-see",
    "/write/mine",
    "/coach",
    "/coach/phrases",
    "/desk",
    "/desk?show=nameless",
    "/desk/questions",
    "/write/passages?q=bucket+under+the+sink",
    "/write/passages?text=going-to-see",
    "/notes",
    "/notes?q=bucket",
    "/goals",
    "/goals/new?reading=going-to-see",
    "/requirements",
    "/audit",
    "/audit?what=piece&who=maria",
    "/me",
    "/me/everything",
    "/me/leave",
    "/me/reminders",
    "/me/known",
    "/me/month",
    "/me/month/2026-05",
    "/me/month/2025-05",
    "/?part=list",
    "/people",
    "/people/invitations",
    "/people/imports",
    "/units",
    "/units?q=harbour&closed=1",
    "/units/kinds",
    "/roles",
    "/feed",
    "/reflections.atom",
    "/healthz",
    "/readyz",
)
OF_A_UNIT = ("requirements", "progress", "progress?on=2026-05-20", "attendance", "entered")
OF_A_GOAL = ("/answer", "/edit", "/reopen", "/delete")
OF_A_LIST = (
    "", "/edit", "/share", "/publish", "/delete", "/begin", "/wishes", "/take/csv", "/build",
)  # fmt: skip
OF_A_PIECE = (
    "", "/edit", "/submit", "/audience", "/withdraw", "/delete", "/versions", "/answers", "/report",
    "/readers",
)  # fmt: skip
WORDS = {"title": "T", "body": "B", "base_version": 1, "key": "k" * 16, "version": 1}


def requests(private: dict[str, str]) -> list[tuple[str, str, dict[str, Any]]]:
    """All that another member may try, knowing the ids of the private pieces."""
    asked: list[tuple[str, str, dict[str, Any]]] = [("GET", path, {}) for path in PAGES]
    for question in (
        "Why does nobody report a leak in our houses?",
        "Who hid a bucket under the sink?",
    ):
        asked.append(("POST", "/ask", {"data": {"question": question}}))
        asked.append(("POST", "/write/speaks-to", {"json": {"sentence": question}}))
    for name, piece in private.items():
        if "list" in name:
            sent = {"data": WORDS | {"audience": "organisation", "do": "save"}}
            asked += [("GET", f"/lists/{piece}{tail}", {}) for tail in OF_A_LIST]
            asked += [("POST", f"/lists/{piece}{tail}", sent) for tail in (*OF_A_LIST[1:], "/copy")]
            continue
        if name.startswith("goal"):
            sent = {
                "data": WORDS | {"what": "W", "outcome": "done", "happened": "H", "when": "none"}
            }
            asked += [("GET", f"/goals/{piece}{tail}", {}) for tail in ("", "/edit", "/delete")]
            asked += [("POST", f"/goals/{piece}{tail}", sent) for tail in OF_A_GOAL]
            asked += [("GET", f"/write?goal={piece}", {}), ("POST", f"/write?goal={piece}", sent)]
            for path in ("/me/known/switch", "/me/known/delete"):
                asked.append(("POST", path, {"data": {"what": f"goal:{piece}", "off": "1"}}))
            continue
        room = "notes" if name == "note" else "reflections"
        asked += [("GET", f"/{room}/{piece}{tail}", {}) for tail in OF_A_PIECE]
        asked += [
            ("POST", f"/{room}/{piece}{tail}", {"data": WORDS | {"keep": "mine"}})
            for tail in (*OF_A_PIECE[2:], "/draft", "/settle", "/reflection")
        ]
        asked += [
            ("PUT", f"/{room}/{piece}/draft", {"json": WORDS}),
            ("POST", f"/{room}/{piece}/coach", {"json": {"do": "look"}}),
            ("GET", f"/write?text=going-to-see&passage={piece}", {}),
            ("GET", f"/desk/pieces/{piece}", {}),
            ("POST", f"/desk/pieces/{piece}", {"data": WORDS | {"act": "ask", "seen": "1"}}),
        ]
        for kind in ("saved", "read", "set_aside"):
            for undo in (False, True):
                sent = {"reading": f"reflection/{piece}", "kind": kind, "undo": undo}
                asked.append(("POST", "/readings/deed", {"json": sent}))
        for do in ("more", "less", "not_author"):
            sent = {"do": do, "reading": f"reflection/{piece}"}
            asked.append(("POST", "/suggestions/steer", {"data": sent}))
        for path, do in (("/me/looking-back", "never"), ("/me/looking-back/write", "")):
            sent = {"piece": f"{room[:-1]}/{piece}", "do": do, "which": "0", "key": "k" * 16}
            asked.append(("POST", path, {"data": sent}))
        for path in ("/me/known/switch", "/me/known/delete"):
            sent = {"what": f"{room[:-1]}:{piece}", "off": "1"}
            asked.append(("POST", path, {"data": sent}))
        asked.append(("POST", "/readings/place", {"json": {"passage": f"reflection/{piece}"}}))
        preview = {"body": f"[x](reading:reflection/{piece})"}
        asked.append(("POST", "/write/preview", {"json": preview}))
    return [*asked, ("GET", "/saved", {}), ("GET", "/", {})]


VARYING = (
    (rb'nonce="[^"]+"', b'nonce=""'),
    (rb'(name="csrf[-_]token" (?:content|value)=)"[^"]+"', rb'\1""'),
    (rb'(name="key" value=)"[^"]+"', rb'\1""'),
)


def plain(answer: Any) -> bytes:
    """Status, headers and body, without what is drawn anew for every answer."""
    body = answer.data
    for pattern, instead in VARYING:
        body = re.sub(pattern, instead, body)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    headers["content-security-policy"] = re.sub(
        r"'nonce-[^']+'", "", headers["content-security-policy"]
    )
    headers["content-length"] = str(len(body))
    headers.pop("date", None)  # when it was asked
    headers["set-cookie"] = " ".join(
        cookie.partition("=")[0] for cookie in answer.headers.getlist("Set-Cookie")
    )
    head = "\n".join(f"{name}: {value}" for name, value in sorted(headers.items()))
    return f"{answer.status_code}\n{head}\n\n".encode() + body


def seen(client: Any, private: dict[str, str]) -> dict[str, bytes]:
    """Every answer that the member behind the client gets."""
    links = re.findall(r'href="(/reflections/[a-z2-7]+)"', client.get("/reflections").text)
    units = re.findall(r'<option value="([a-z2-7]{16})"', client.get("/reflections").text)
    links += [f"/reflections?unit={unit}" for unit in units]
    for unit in set(re.findall(r'href="/units/([a-z2-7]{16})"', client.get("/units").text)):
        links += [f"/units/{unit}/report{tail}" for tail in ("", ".csv", "?period=year")]
        links += [f"/units/{unit}/{page}" for page in OF_A_UNIT]
    mine = re.findall(r'href="(/reflections/[a-z2-7]+)/edit"', client.get("/write/mine").text)
    links += [f"{draft}/submit" for draft in mine]  # compared with what the viewer may read
    asked = requests(private) + [("GET", path, {}) for path in sorted(set(links))]
    return {
        f"{number} {method} {path} {options}": plain(client.open(path, method=method, **options))
        for number, (method, path, options) in enumerate(asked)
    }


def reminded(app: Any, world: World, who: str, private: dict[str, str]) -> dict[str, bytes]:
    """What comes to the viewer without a page: the digest by mail with all that can be
    in it, the private calendar, and the catalogue for e-readers."""
    member = world.people.get(who)
    if member is None:
        return {}
    world.draw.next_is(f"reminders of {who}")
    of = {"organisation_id": member.organisation_id, "member_id": member.id}
    names = {kind: f"{kind}-of-{member.id}" for kind in ("calendar", "lists")}
    with change(db.session) as session:
        session.add(Reminder(**of, contents=list(KINDS), own_words=True, goal_words=True))
        for kind, token in names.items():
            hashed = tokens.hashed(token)
            session.add(PrivateAddress(**of, id=new_id(), kind=kind, token_hash=hashed, made_at=NOW))  # fmt: skip
    paths = [f"/calendar/{names['calendar']}.ics", f"/opds/{names['lists']}"]
    paths += [f"/opds/{names['lists']}/{one}" for name, one in private.items() if "list" in name]
    client = client_for(app)
    found = {path: plain(client.get(path)) for path in paths}
    due = Due(*of.values(), f"{member.id}@example.org", member.language, NOW, NOW.date(), "")
    message = sending.compose(app, due, NOW)
    assert message is not None
    parts = [message.get_body((kind,)).get_content() for kind in ("plain", "html")]
    return found | {"the digest": "\n".join([str(message.items()), *parts]).encode()}


def assert_same(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    assert one.keys() == other.keys()
    for asked in one:
        assert one[asked] == other[asked], asked


# The worlds compared


@pytest.fixture
def make_world(tmp_path, built, hashing):
    """Answers by member, in a world with these private things."""
    made = iter(range(100))

    def make(work, viewers, private=None) -> tuple[dict[str, dict[str, bytes]], dict[str, str]]:
        folder = tmp_path / str(next(made))
        shutil.copytree(built, folder)
        draw = Draw("organisation")
        settings = {"ID_SALT": b"two worlds", "DRAW_BYTES": draw}
        with fresh_database() as url, running_app(folder, url, hashing, **settings) as app:
            world = begin(draw)
            work(world)
            reconcile.sweep()
            hidden = {k: v for k, v in world.ids.items() if k != "public"}
            found = {}
            for viewer in viewers:
                draw.next_is(f"requests of {viewer}")
                client = client_for(app, world.people.get(viewer))
                asked = hidden if private is None else private
                found[viewer] = seen(client, asked) | reminded(app, world, viewer, asked)
            return found, hidden

    return make


OUTSIDERS = ("Omar Haddad", "Ada Admin", "nobody")


@pytest.mark.slow
def test_an_outsider_cannot_tell_whether_private_words_exist(make_world):
    with_private, ids = make_world(lambda w: write_privately(w, EVERYTHING), OUTSIDERS)
    without, _none = make_world(lambda w: None, OUTSIDERS, ids)
    reports = [answer for asked, answer in without["Ada Admin"].items() if "/report " in asked]
    assert any(b"Of 5 pieces that are asked for, 2 were" in report for report in reports)
    assert set(ids) == {
        "unit", "wandered", "withdrawn", "draft", "note", "list", "list-back", "unit-list", "goal", "goal-moved",
    }  # fmt: skip
    for viewer in OUTSIDERS:
        assert_same(without[viewer], with_private[viewer])
        assert not any(SECRET.encode() in answer for answer in with_private[viewer].values())


@pytest.mark.slow
def test_in_the_unit_one_reads_the_units_piece_and_nothing_that_is_more_private(make_world):
    insider = ("Li Wen",)
    all_of_it, ids = make_world(lambda w: write_privately(w, EVERYTHING), insider)
    units = frozenset({"unit", "unit-list"})
    hidden = {name: piece for name, piece in ids.items() if name not in units}
    all_of_it, _ids = make_world(lambda w: write_privately(w, EVERYTHING), insider, hidden)
    unit_only, _ids = make_world(lambda w: write_privately(w, units), insider, hidden)
    assert_same(unit_only["Li Wen"], all_of_it["Li Wen"])
    answers = b"\n".join(all_of_it["Li Wen"].values())
    assert UNIT_TITLE.encode() in answers
    assert b"close__place" in answers
    assert f"/reflections/{ids['unit']}".encode() in answers
    assert f"/lists/{ids['unit-list']}".encode() in answers
    assert SECRET.encode() not in answers


@pytest.mark.slow
def test_nobody_can_tell_who_wrote_without_a_name_nor_at_what_hour(make_world):
    """Omar is the only member of his unit who is no administrator. Rosa asks below the
    piece, its author replies in another hour, and she goes on between the two."""

    def by(author: str, hour: int):
        def work(world: World) -> None:
            world.submit(
                author, "nameless", title="The bill", audience="anonymous",
                body="I never report a leak in our houses, because I fear the bill.",
                now=NOW.replace(hour=hour),
            )  # fmt: skip
            piece, next_day = world.ids["nameless"], NOW + dt.timedelta(days=1)
            asked = world.answer("Rosa Lind", "asked", piece, "Which bill?")
            for n in (1, 2):
                world.answer(
                    author, f"reply-{n}", piece, f"Reply {n}: that of the winter.", to=asked,
                    now=next_day.replace(hour=hour, minute=10 * n),
                )  # fmt: skip
            world.answer(
                "Rosa Lind", "thanks", piece, "And now?", to=asked, now=next_day.replace(hour=13)
            )

        return work

    viewers = ("Ada Admin", "Rosa Lind", "nobody")
    worlds = [
        make_world(by(author, hour), viewers)
        for author, hour in (("Maria Lopez", 9), ("Li Wen", 9), ("Omar Haddad", 17))
    ]
    (first, ids), *others = worlds
    for other, other_ids in others:
        assert other_ids == ids
        for viewer in viewers:
            assert_same(first[viewer], other[viewer])
    answers = b"\n".join(first["Ada Admin"].values())
    assert b"The bill" in answers
    assert f"/reflections/{ids['nameless']}".encode() in answers
    assert b"Reply 2: that of the winter." in answers
    assert b"replied to your answer" in b"".join(first["Rosa Lind"].values())


@pytest.mark.slow
def test_nobody_can_tell_how_another_steers(make_world):
    """Not even who is left out by it: Li, whom Maria steers away."""
    viewers = ("Li Wen", *OUTSIDERS)
    steered, _ids = make_world(lambda w: steer_privately(w, "Maria Lopez"), viewers)
    not_steered, _ids = make_world(lambda w: None, viewers)
    for viewer in viewers:
        assert_same(not_steered[viewer], steered[viewer])


def test_what_is_not_for_all_does_not_touch_the_shared_index(app, organisation, maria, client_as):
    """Not even its files: others would have to read them anew, and could notice."""
    folder = app.config["XINDE"].index_folder

    def stamp() -> list[tuple[str, int, bytes]]:
        files = sorted(p for p in folder.rglob("*") if p.is_file() and "-shm" not in p.name)
        return [(p.name, p.stat().st_mtime_ns, p.read_bytes()) for p in files]

    resources().index.snapshot()
    before, client = stamp(), client_as(maria)
    draw = Draw("one")
    world = World(draw, organisation, {"Maria Lopez": maria})
    made = world.submit("Maria Lopez", "unit", title="Ours", body=SECRET, audience="unit")
    queue.look_again(organisation.id, made)
    assert queue.run_waiting() == 1
    client.post(f"/reflections/{made}/withdraw")
    assert queue.run_waiting() == 1
    assert published.behind_index(db.session) == []
    assert stamp() == before


def test_the_worlds_differ_for_their_author(make_world):
    """The tests above could fail: the private words are really there."""
    author = ("Maria Lopez",)
    with_private, ids = make_world(lambda w: write_privately(w, EVERYTHING), author)
    without, _none = make_world(lambda w: None, author, ids)
    assert any(SECRET.encode() in answer for answer in with_private["Maria Lopez"].values())
    differing = {
        k
        for k in without["Maria Lopez"]
        if without["Maria Lopez"][k] != with_private["Maria Lopez"].get(k)
    }
    for path in (
        "/notes {}", "/reflections {}", "/saved {}", "/me {}", "/me/known {}", "/write/mine {}",
        "/lists {}", "/coach {}", "/me/month/2026-05 {}", "the digest",
    ):  # fmt: skip
        assert any(asked.endswith(path) for asked in differing), path
