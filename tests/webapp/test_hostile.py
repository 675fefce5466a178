"""Every address, every kind of visitor, every kind of nonsense: no 5xx, nobody else's words.

The addresses come from the app itself, so a new one is tried as soon as it is
there. Tried on SQLite and on a real PostgreSQL.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from corpus.sheets import Sheet
from tests.webapp.answering import answered
from tests.webapp.people import (
    NOW,
    add_member,
    client_for,
    found_organisation,
    fresh_database,
    running_app,
)
from tests.webapp.reflecting import actor, draft, note, row, submitted
from tests.webapp.snapshot import Snapshot
from webapp.access import PERMISSIONS
from webapp.community import change, db
from webapp.doors import permission_of
from webapp.goals import actions as goals
from webapp.goals import setting
from webapp.jobs import queue
from webapp.members import actions as members
from webapp.members.tables import Member
from webapp.people import import_actions
from webapp.reflections import actions as reflections
from webapp.reflections import store
from webapp.requirements import actions as requirements
from webapp.requirements import entry_actions
from webapp.requirements.asking import Says
from webapp.requirements.entering import PieceSent, PieceWanted
from webapp.texts import actions as texts
from webapp.themes import actions as lists
from webapp.themes import draft_actions as theme_lists
from webapp.themes import wish_actions as wishes
from webapp.themes import wish_store
from webapp.themes.draft_actions import Publication
from webapp.themes.drafts import Brief, DraftItem
from webapp.themes.store import Item
from webapp.units import actions as units
from webapp.units import people_actions as unit_people

SECRET = "zanzibarsecret"
BODY = f"The bucket was mine. Nobody may read of {SECRET} but I."

# What is sent

LONG = "x" * 100_000
FIELDS = """
    title body base_version version key audience keep about name email password new_password
    new_password_confirm remember reading kind undo next passage working_on role interest reads
    language paper size unit parent unit_name then skip csrf_token act slug theme author year themes
    roles level minutes licence rights version_of forget none replace organizer back files
    question answer do question_shown note steer row place step what off part
    sentence cited add remove restore again
    to paragraph reason when since until genre piece which
    how by happened hindrance outcome from goal goal_step in_chain author_may_know
    people people_agree lesson
    file q many uses until ending seen below headed kind_else language_else rows word-0 choice-0
    who seen name_en name_zh duties_en duties_zh organizes leads units_go_up sure
    rhythm weekdays weekday month_day hour time_zone contents own_words goal_words
    starts_on ends_on from_day day why guidance pace content readings list_id unit_kind role_id
    count_read count_write count_attend answered_by accepted_when may_replace replaces
    member member_id guests answered_on consent act
""".split()  # noqa: SIM905
DEEP = b"[" * 100_000
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Sent:
    """One request body, by its name."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)


def _raw(name: str, data: bytes, content_type: str) -> Sent:
    return Sent(name, {"data": data, "content_type": content_type})


def bodies() -> list[Sent]:
    all_fields = dict.fromkeys(FIELDS)
    return [
        Sent("an unknown field", {"data": {"nothing": "1"}}),
        Sent("long fields", {"data": dict.fromkeys(FIELDS, LONG)}),
        Sent("fields of numbers", {"data": dict.fromkeys(FIELDS, "-9223372036854775809")}),
        Sent("fields of brackets", {"data": dict.fromkeys(FIELDS, "[]{}<script>%s")}),
        Sent("fields of spaces", {"data": dict.fromkeys(FIELDS, " \u3000\t ")}),
        Sent("fields with NUL", {"data": dict.fromkeys(FIELDS, "a\x00b")}),
        Sent("repeated fields", {"data": {name: ["a", "b\x00", LONG] for name in FIELDS}}),
        Sent("other ids", {"data": {**all_fields, "reading": "reflection/" + "9" * 59}}),
        Sent("odd characters", {"data": dict.fromkeys(FIELDS, "\u202e\ud83d\udc18\x0b\x1b\u0085".encode("utf-16", "surrogatepass").decode("utf-16"))}),
        _raw("bytes that are no UTF-8", b"&".join(f.encode() + b"=%ff%fe\xff" for f in FIELDS), FORM),
        _raw("no form at all", b"\xff\x00=&&&=%", FORM),
        _raw("a broken multipart", b"--x\r\nContent-Disposition: form-data; na", "multipart/form-data; boundary=x"),
        _raw("a multipart without boundary", b"--x\r\n", "multipart/form-data"),
        _raw("files for fields", b"".join(b'--x\r\nContent-Disposition: form-data; name="%s"; filename="a"\r\n\r\nb\r\n' % f.encode() for f in FIELDS) + b"--x--\r\n", "multipart/form-data; boundary=x"),
        _raw("plain text", b"hello", "text/plain"),
        _raw("an unknown charset", b'{"title": "x"}', JSON + "; charset=nonsense"),
        _raw("empty JSON", b"", JSON),
        Sent("a list", {"json": []}),
        Sent("a string", {"json": "words"}),
        Sent("a number", {"json": 7}),
        Sent("null", {"json": None}),
        Sent("an empty object", {"json": {}}),
        Sent("numbers for words", {"json": dict.fromkeys(FIELDS, 2**70)}),
        Sent("lists for words", {"json": {f: [["x"]] for f in FIELDS}}),
        Sent("objects for words", {"json": {f: {"a": None} for f in FIELDS}}),
        Sent("nulls for words", {"json": all_fields}),
        Sent("truths for words", {"json": dict.fromkeys(FIELDS, True)}),
        Sent("long words in JSON", {"json": dict.fromkeys(FIELDS, LONG)}),
        Sent("NUL in JSON", {"json": dict.fromkeys(FIELDS, "a\x00b")}),
        _raw("half characters", b"{%s}" % b",".join(b'"%s":"\\ud800x@y.org"' % f.encode() for f in FIELDS), JSON),
        _raw("brackets in brackets", DEEP, JSON),
        _raw("objects in objects", b'{"a":' * 100_000, JSON),
        _raw("an endless number", b'{"version":' + b"9" * 6_000 + b"}", JSON),
        _raw("no number", b'{"version":NaN,"base_version":Infinity}', JSON),
        _raw("JSON that is no UTF-8", b'{"title":"\xff\xfe"}', JSON),
        _raw("JSON cut short", b'{"title":', JSON),
        _raw("more than is taken", b"body=" + b"x" * (4 * 1024 * 1024 + 10), FORM),
        Sent("nothing"),
    ]  # fmt: skip


BAD_IDS = (
    "unknown",
    "a" * 10_000,
    str(2**63 + 1),
    "-1",
    "%2F",
    "..%2F..%2Fetc%2Fpasswd",
    "..",
    "%00",
    "%FF%FE",
    "%F0%9F%90%98",
    "'%20or%201=1--",
    "%0d%0aSet-Cookie:x=1",
)
QUERIES = (
    "after=-1",
    "after=99999999999999999999999",
    "after=" + "A" * 10_000,
    "after=MjAyNi0wNS0wNFQwOTozMDowMCswMDowMCB4",
    "after=" + "x&after=".join("abc"),
    "after=%00",
    "after=%FF",
    "page=-1&page=999999999999",
    "name=%ED%A0%80&after=x",
    "name=" + "n" * 10_000 + "&after=" + "m" * 10_000,
    "q=" + "x" * 10_000,
    "q=%22%27%25_%5C*&q=second",
    "q=%E5%AD%A6%00",
    "q=" + "%F0%9F%90%98" * 60,
    "show=nothing",
    "show=read&show=saved&after=eA",
    "theme=%27&theme=" + "t" * 10_000,
    "theme=a&theme=b%00&role=c&role=d%00",
    "level=9&language=xx&minutes=-1",
    "text=" + "t" * 10_000,
    "text=..%2F..&passage=..%2F..&quote=" + "q" * 10_000,
    "next=//evil.example&next=https://evil.example",
    "unit=%27&role=" + "r" * 10_000,
    "passage=%00&genre=x&when=never&since=0000-00-00&until=9999-12-31",
    "since=0001-01-01&until=0001-01-01&paragraph=-1&audience=unit:",
    "paragraph=" + "9" * 400 + "&audience=" + "a" * 10_000,
    "settled=1&settled=2",
    "from=%00&goal=" + "g" * 10_000,
    "reading=..%2F..&sentence=" + "s" * 10_000,
    "goal=%27&headings=1&headings=2&note=%FF",
)


# Who sends it


@dataclass
class World:
    """An organisation in which Maria has private words of every kind."""

    app: Flask
    organisation: SimpleNamespace
    people: dict[str, Any]
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    year: int = 1900
    beginning: Snapshot | None = None  # on SQLite

    def turns_away(self, who: str, rule: Rule) -> bool:
        """Whether the visitor is refused at the door, whatever is sent."""
        permission = permission_of(self.app, rule.endpoint)
        door = PERMISSIONS[permission].who if permission else ""
        if who == "nobody":
            return door != "anyone"
        return door in BY_OFFICE and who != "an administrator"

    @property
    def maria(self) -> Any:
        return self.people["the author"]

    def client(self, who: str):
        return client_for(self.app, self.people[who])

    def renew(self) -> None:
        """What an earlier request deleted or submitted is there again, and whoever left."""
        if self.beginning is None:
            self.make()
        elif self.beginning.has_changed():
            self.beginning.back()

    def make(self) -> None:
        with change(db.session) as session:
            session.execute(sa.update(Member).values(left_at=None))
        title = f"About {SECRET}"
        made = draft(self.maria, title, BODY, genre="experience")
        reflections.save(
            db.session, actor(self.maria), made, title=title, body=BODY + " More.",
            base_version=1, now=NOW.replace(hour=20),
        )  # fmt: skip
        (kept, *_rest) = store.versions(db.session, row(self.maria, made))
        harbour = self.organisation.harbour
        unit = submitted(self.maria, title, BODY, audience="unit", unit=harbour)
        gone = submitted(self.maria, title, BODY)
        reflections.withdraw(db.session, actor(self.maria), gone, now=NOW)
        nameless = submitted(self.maria, "Without a name", "Open words.", audience="anonymous")
        members.invite(db.session, self.organisation.id, now=NOW, unit_id=harbour, name="Somebody")
        invitation = members.invitation_store.open_invitations(
            db.session, self.organisation.id, NOW
        )[0].id
        token = members.invite(db.session, self.organisation.id, now=NOW, unit_id=harbour)
        common = {
            "version_id": kept.id, "note_id": note(self.maria, title, BODY), "slug": "going-to-see",
            "step": "now", "token": token, "invitation_id": invitation, "name": "x",
            "filename": "js/page.js", "member_id": self.people["a member of another unit"].id,
            "change_id": self.changed(), "import_id": self.sent_table(), "list_id": self.kept_list(),
            "answer_id": (reply := self.replied(nameless)), "what": "answer", "about_id": reply,
            "act_id": reply,
            "month": "2026-05", "goal_id": self.goal(made),
            "draft_id": (draft_id := self.theme_draft()), "wish_id": self.wish(draft_id),
            "ending": "csv", **(spare := self.spare_unit()), **self.asked_for(spare["unit_id"]),
        }  # fmt: skip
        self.ids = {
            kind: {**common, "reflection_id": piece}
            for kind, piece in (
                ("draft", made), ("unit", unit), ("withdrawn", gone), ("nameless", nameless),
            )
        }  # fmt: skip
        db.session.rollback()

    def spare_unit(self) -> dict[str, str]:
        """A unit with one member, who was given a role in it."""
        ada, omar = self.people["an administrator"], self.people["a member of another unit"]
        made = units.add(
            db.session, actor(ada), name=f"Spare {self.year}", kind="team",
            parent=self.organisation.hill, key=f"spare-unit-{self.year:06}", now=NOW,
        )  # fmt: skip
        given = unit_people.give(
            db.session, actor(ada), made, omar.id, "mentor", since=NOW, until=None,
            key=f"spare-role-{self.year:06}", now=NOW,
        )  # fmt: skip
        return {"unit_id": made, "role_id": "mentor", "appointment_id": given}

    def asked_for(self, unit: str) -> dict[str, str]:
        """A requirement of this unit, and a piece on paper entered there."""
        ada, day = actor(self.people["an administrator"]), NOW.date()
        says = Says("One piece each month", from_day=day, starts_on=day, ends_on=None, write=1)
        asked = requirements.set_one(
            db.session, ada, unit, says, replaces=None, key=f"requirement-{self.year:06}",
            today=day, now=NOW,
        )  # fmt: skip
        sent = PieceSent(name="Guest", genre="reflection", title="On paper", body="Open words.")
        entered = entry_actions.enter_piece(
            db.session, ada, unit, PieceWanted(sent, day=day), about=None,
            key=f"entered-piece-{self.year:06}", now=NOW,
        )  # fmt: skip
        return {"requirement_id": asked, "piece_id": entered, "entry_id": entered, "kind": "piece"}

    def goal(self, piece: str) -> str:
        """A goal of Maria's, born of this piece of hers."""
        return goals.set_one(
            db.session, actor(self.maria), setting.Wanted(f"Tell {SECRET}", by=NOW.date()),
            goals.Origin(reflection_id=piece, sentence=BODY), author_may_know=False,
            key=f"goal-{self.year:06}", now=NOW,
        )  # fmt: skip

    def kept_list(self) -> str:
        """A private reading list, with the question that it answers."""
        item = Item("going-to-see/1", "going-to-see", "Going to see", "", (SECRET,), 3, BODY)
        return lists.keep(
            db.session, actor(self.maria), key=f"kept-list-{self.year:06}", title=f"About {SECRET}",
            items=[item], question=BODY, unanswered=[SECRET], now=NOW,
        )  # fmt: skip

    def theme_draft(self) -> str:
        """A theme list that an organizer works on, and gave to all."""
        ada = actor(self.people["an administrator"])
        item = DraftItem("going-to-see/1", "going-to-see", "Going to see", question="Who went?")
        key = f"theme-list-{self.year:06}"
        made = theme_lists.begin(
            db.session, ada, key=key, title="Goals", brief=Brief("goals"), items=[item], now=NOW
        )
        to = Publication("organisation", (), "weekly", NOW.date())
        theme_lists.publish(db.session, ada, made, version=1, to=to, key=key, now=NOW)
        return made

    def wish(self, draft_id: str) -> str:
        """Something that a member would like on it."""
        omar = actor(self.people["a member of another unit"])
        wishes.propose(
            db.session, omar, draft_id, group="small-goals", title="Small goals", why="For us.",
            now=NOW,
        )  # fmt: skip
        return wish_store.wishes(db.session, omar, draft_id)[0].id

    def replied(self, piece: str) -> str:
        """Maria's reply, as its nameless author, to an answer."""
        omar = self.people["a member of another unit"]
        root = answered(omar, piece, "An answer.")
        return answered(self.maria, piece, "A reply.", to=root)

    def sent_table(self) -> str:
        """A table of people that waits to be brought in."""
        sheet = Sheet((("name", "unit"), ("Nora", "Hill")), (1, 2))
        ada = actor(self.people["an administrator"])
        return import_actions.keep(db.session, ada, sheet, "people.csv", now=NOW)

    def changed(self) -> str:
        """A change at the library desk, which can be undone."""
        done = texts.decide(
            db.session, actor(self.people["an administrator"]), {"small-goals": {"year": self.year}},
            kind="edit", key=f"decision-{self.year}", now=NOW,
        )  # fmt: skip
        self.year += 1
        return str(done.id)


BY_OFFICE = ("unit organizer", "organizer", "administrator")
VISITORS = ("nobody", "a new member", "a member of another unit", "the author", "an administrator")


# Who may do what does not depend on the engine; what it refuses does.
ON = [pytest.param("sqlite", who, id=f"sqlite-{who}") for who in VISITORS] + [
    pytest.param("postgresql", "the author", id="postgresql", marks=pytest.mark.postgres)
]


@pytest.fixture(scope="module")
def engine(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def world(request, tmp_path_factory, built, hashing, engine) -> Iterator[World]:
    """One for all visitors; what one of them changed is put back before the next address."""
    data = tmp_path_factory.mktemp("hostile") / "instance"
    shutil.copytree(built, data)
    with pytest.MonkeyPatch.context() as environment:
        if engine == "postgresql":
            environment.setenv("TEST_DATABASE_URL", request.getfixturevalue("postgres_url"))
        else:
            environment.delenv("TEST_DATABASE_URL", raising=False)
        with (
            fresh_database() as url,
            running_app(data, url, hashing, PROPAGATE_EXCEPTIONS=False) as app,
        ):
            yield (found := world_in(app))
            if found.beginning:
                found.beginning.close()


def world_in(app: Flask) -> World:
    organisation = found_organisation()
    hill, harbour = organisation.hill, organisation.harbour
    found = World(
        app,
        organisation,
        {
            "nobody": None,
            "a new member": add_member(organisation, "Nina New", hill, welcomed=False),
            "a member of another unit": add_member(organisation, "Omar Haddad", hill),
            "the author": add_member(organisation, "Maria Lopez", harbour),
            "an administrator": add_member(organisation, "Ada Admin", hill, administrator=True),
        },
    )
    members.change_profile(
        db.session, organisation.id, found.maria.id, now=NOW, working_on=f"My {SECRET}."
    )
    found.make()
    queue.run_waiting()
    if db.engine.dialect.name == "sqlite":
        found.beginning = Snapshot(app)
    return found


def rules(app: Flask) -> list[tuple[Rule, str]]:
    return sorted(
        ((rule, method) for rule in app.url_map.iter_rules() for method in rule.methods or ()),
        key=lambda pair: (pair[0].rule, pair[1]),
    )


def path_of(rule: Rule, ids: dict[str, str]) -> str:
    """The rule's address with these ids."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda m: ids[m[1]], rule.rule)


def complaints(answer: Any, who: str, path: str) -> list[str]:
    """What is wrong with an answer, whoever asked for what."""
    found = []
    if answer.status_code >= 500:
        found.append(f"status {answer.status_code}")
    if who != "the author" and SECRET.encode() in answer.data:
        found.append("the author's private words")
    if who != "the author" and b"Maria" in answer.data and not path.startswith("/people"):
        found.append("the name of somebody who only wrote without it")
    if "script-src 'nonce-" not in answer.headers.get("Content-Security-Policy", ""):
        found.append("no content security policy")
    elif "'nonce-'" in answer.headers["Content-Security-Policy"]:
        found.append("an empty nonce")
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        found.append("no nosniff")
    if answer.headers.get("Referrer-Policy") != "same-origin":
        found.append("a referrer for others")
    if "Set-Cookie:x" in str(answer.headers):
        found.append("a header of the visitor's own")
    to = urlsplit(answer.headers.get("Location", ""))
    if to.netloc not in ("", "localhost"):
        found.append(f"leads to {answer.headers['Location'][:80]}")
    static = path.startswith(("/static", "/fs-static", "/fonts"))
    if not static and answer.headers.get("Cache-Control") != "private, no-store":
        found.append(f"may be kept by others: {answer.headers.get('Cache-Control')}")
    return found


def some(kinds: Sequence[Any], world: World, engine: str, who: str, rule: Rule) -> Sequence[Any]:
    """Each rule tries some of them, another rule others: half for the author, who gets
    furthest; fewer for the others; one for whoever is turned away at the door."""
    step = {"the author": 2, "an administrator": 4}.get(who, 8) * (2 if engine != "sqlite" else 1)
    if world.turns_away(who, rule):
        step = len(kinds)
    return kinds[len(rule.rule + who) % step :: step]


def trial(client, who: str, method: str, path: str, name: str, **options: Any) -> list[str]:
    answer = client.open(path, method=method, **options)
    wrong = complaints(answer, who, path)
    answer.close()
    return [f"{who}: {method} {path[:80]} with {name}: {said}" for said in wrong]


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("engine", "who"), ON, indirect=["engine"])
def test_no_body_breaks_any_address(world, engine, who):
    wrong: list[str] = []
    sendings = bodies()
    for rule, method in rules(world.app):
        if method not in ("POST", "PUT"):
            continue
        world.renew()
        for sent in some(sendings, world, engine, who, rule):
            client = world.client(who)
            for ids in world.ids.values() if "reflection_id" in rule.rule else [world.ids["unit"]]:
                path = path_of(rule, ids)
                wrong += trial(client, who, method, path, sent.name, **sent.options)
    assert wrong == []


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("engine", "who"), ON, indirect=["engine"])
def test_no_address_and_no_query_breaks_a_page(world, engine, who):
    wrong: list[str] = []
    for rule, method in rules(world.app):
        if world.beginning is not None:
            world.renew()
        client = world.client(who)
        for ids in world.ids.values() if "reflection_id" in rule.rule else [world.ids["unit"]]:
            for query in (
                some(QUERIES, world, engine, who, rule) if method == "GET" else QUERIES[:1]
            ):
                path = f"{path_of(rule, ids)}?{query}"
                if (method, rule.endpoint) != ("POST", "reflections.delete"):
                    wrong += trial(client, who, method, path, query[:40])
        for bad in some(BAD_IDS, world, engine, who, rule) if rule.arguments else ():
            good = world.ids["unit"]
            wrong += trial(client, who, method, path_of(rule, dict.fromkeys(good, bad)), "a bad id")
            for name in rule.arguments:
                path = path_of(rule, {**good, name: bad})
                wrong += trial(client, who, method, path, f"a bad {name}")
    assert wrong == []
