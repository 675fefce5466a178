"""The written permission table, enumerated: every route, every method, thirteen people, own
and foreign things. Nobody gets what the table keeps from them, and everybody gets what it
gives.

What is expected is computed by permission_table.py, which does not ask webapp/access.py. A
route whose family has no line there fails. On SQLite alone: who may what does not depend on
the engine (test_two_worlds.py asks both).
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.webapp.permission_table import (
    WHO,
    builds,
    copies,
    expected,
    in_unit,
    organizes,
    own,
    passes,
    reads,
    reads_list,
    sees_plan,
)
from tests.webapp.test_two_worlds import VARYING
from tests.webapp.world_of_twelve import ACTORS, Thing, Who, World, twelve_people
from webapp.doors import permission_of
from webapp.ids import new_id

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("TEST_DATABASE_URL")), reason="asks on SQLite, whatever the engine"
)


# Every route with its things

NAMED = {
    "reflection_id": "piece", "answer_id": "answer", "note_id": "note", "goal_id": "goal",
    "act_id": "act", "about_id": "reported", "piece_id": "paper", "entry_id": "entry",
    "draft_id": "draft", "requirement_id": "requirement", "appointment_id": "place",
    "import_id": "import", "invitation_id": "invitation", "change_id": "change",
}  # fmt: skip
COMMON = {
    "slug": "going-to-see", "month": "2026-05", "step": "now", "role_id": "mentor",
    "ending": "csv", "name": "x", "filename": "js/page.js", "token": "a" * 32,
}  # fmt: skip


def kind_of(rule: Rule) -> str:
    """Which kind of thing the address names; "" for none."""
    path, named = rule.rule, rule.arguments
    for start, kind in (("/calendar", "calendar"), ("/stop", "stop"), ("/join", "invitation")):
        if path.startswith(start):
            return kind
    if path.startswith("/opds"):
        return "book" if "list_id" in named else "lists"
    if path.startswith("/units/<unit_id>/people/"):
        return "place"
    if path.startswith("/people/members/"):
        return "member"
    if path == "/units/<unit_id>/entered":
        return "unit of paper"
    if "/wishes" in path:
        return "wished"
    found = next((kind for name, kind in NAMED.items() if name in named), "")
    if found:
        return found
    return "list" if "list_id" in named else "unit" if "unit_id" in named else ""


def things_of(world: World, kind: str) -> list[Thing]:
    things = world.things
    if kind == "list":
        return [*things["list"], *things["theme list"]]
    if kind == "wished":
        return [one for one in things["theme list"] if one.audience != "private"]
    if kind == "unit of paper":
        return things["unit"]
    if kind == "draft":
        return things["theme list"]
    if kind == "paper":
        return [one for one in things["entry"] if "piece_id" in one.ids]
    if kind == "reported":
        pieces = [replace(one, ids={"what": "reflection", "about_id": one.ids["reflection_id"]}) for one in things["piece"]]  # fmt: skip
        answers = [replace(one, ids={"what": "answer", "about_id": one.ids["answer_id"]}) for one in things["answer"]]  # fmt: skip
        return pieces + answers
    if kind == "book":
        return list(books(world))
    return things[kind]


def books(world: World) -> Iterator[Thing]:
    """Each list, by the address of the author and of somebody who left."""
    for holder in world.things["lists"]:
        who = next(one for one in ACTORS if one.name == holder.by)
        for one in things_of(world, "list"):
            is_open = holder.by == "the author" and one.name.startswith("theme") and reads_list(who, one)  # fmt: skip
            ids = {**holder.ids, "list_id": one.ids["list_id"]}
            yield Thing(one.name, ids, by=holder.by, state="open" if is_open else "")


# What is sent: one form that goes far everywhere, and what some addresses need besides

FORM: dict[str, Any] = {
    "title": "A new title", "body": "New words.", "words": "New words.", "name": "New name",
    "version": "1", "base_version": "1", "audience": "organisation", "kind": "echo", "act": "echo",
    "do": "save", "reason": "It names a family.", "why": "I was away.", "what": "A meeting",
    "day": "2026-05-04", "starts_on": "2026-05-01", "ends_on": "2026-12-31", "pace": "month",
    "content": "own", "count_write": "1", "answered_by": "reader", "accepted_when": "answered",
    "from_day": "2026-06-01", "sure": "1", "guests": "Guest", "genre": "reflection",
    "consent": "1", "role": "mentor", "since": "", "until": "", "email": "", "question": "Why?",
    "text": "Small goals", "number": "1", "how": "It went well.", "outcome": "done",
    "step": "Ask first", "by": "2026-06-01", "reading": "small-goals/1", "undo": "",
    "unit_kind": "", "role_id": "", "language": "en", "size": "large", "theme": "goals",
}  # fmt: skip
FORMS: dict[str, dict[str, Any]] = {
    "answers.decide": {"do": "leave"},
    "answers.send": {"to": ""},
    "requirements.enter_piece": {"text": ""},
    "units.add_role": {"name_en": "Scribe", "name_zh": "记录员"},
    "units.role": {"name_en": "Scribe", "name_zh": "记录员"},
    "units.give_role": {"role": "secretary"},
    "goals.answer": {"happened": "yes", "outcome": "We did it."},
    "goals.create": {"reading": ""},
    "goals.new": {"reading": ""},
    "suggestions.forget": {"what": "working_on"},
    "themes.change_wish": {"do": "too"},
    "reminders.address": {"kind": "calendar", "do": "make"},
    "units.change_kinds": {"do": "add", "name_en": "Crew", "name_zh": "班组"},
    "units.arrange_roles": {"do": "up", "role": "mentor"},
    "units.add": {"kind": "team"},
    "units.change": {"kind": "team"},
    "units.close": {"units_go_up": "1"},
    "requirements.withdraw": {"day": "2026-06-01"},
    "people.export": {"ending": "csv"},
}


def sent(world: World, who: Who, endpoint: str, thing: Thing | None) -> dict[str, Any]:
    home = min(who.belongs, default="pier")
    near = min(who.given_in, default="hill")
    form = {
        **FORM, "key": new_id(), "unit": world.units[home], "who": "In B",
        "parent": world.units[near], "to": world.units[near], **FORMS.get(endpoint, {}),
    }  # fmt: skip
    if thing is not None:
        form["seen"] = thing.seen or "x"
        if "reflection_id" in thing.ids:
            form |= {"version": "2", "base_version": "2"}
        if endpoint == "themes.change_wish" and thing.about == who.name:
            form["do"] = "take_back"
    return form


# Forms that are refused whoever sends this one: what they ask for is tried in their rooms.
NEEDS_MORE = {
    "goals.answer",  # at which activity it happened
    "notes.settle",  # what was saved elsewhere
    "reflections.settle",
    "people.new_link",  # a member without a password
}

# The enumeration

UNKNOWN = "a" * 16


def plain(answer: Any, ids: dict[str, str]) -> bytes:
    """The body, without what is drawn anew and without the ids of the address."""
    body = answer.data
    for pattern, instead in VARYING:
        body = re.sub(pattern, instead, body)
    for value in sorted(ids.values(), key=len, reverse=True):
        if len(value) >= len(UNKNOWN):
            body = body.replace(value.encode(), UNKNOWN.encode())
    return body


def outcome(answer: Any, permission: str) -> str:
    """login | closed | unknown | ok; of ok, the form may still have been refused."""
    status = answer.status_code
    if permission in ("account.sign_in", "site.visit"):  # these lead there, and hold files
        return "ok" if status < 500 else f"status {status}"
    if status == 401 or (status == 302 and answer.location.startswith("/login")):
        return "login"
    if status in (400, 409, 413, 415, 422) or status < 400:
        return "ok"
    return {403: "closed", 404: "unknown"}.get(status, f"status {status}")


def path_of(rule: Rule, ids: dict[str, str]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda m: ids[m[1]], rule.rule)


def words_for(world: World, who: Who) -> set[bytes]:
    """The words of things that the table lets somebody read."""
    things = world.things
    found = [one for one in things["piece"] if reads(who, one)]
    found += [one for one in things["answer"] if own(who, one) or reads(who, one.below or one)]
    found += [one for one in things["note"] + things["goal"] if own(who, one)]
    found += [one for one in things["list"] if reads_list(who, one)]
    found += [one for one in things["theme list"] if builds(who, one) or copies(who, one)]
    found += [one for one in things["requirement"] if sees_plan(who, one)]
    found += [one for one in things["entry"] if who.name == one.about or (organizes if one.about else in_unit)(who, one)]  # fmt: skip
    found += [one for one in things["import"] if who.administrator]
    words = {one.word.encode() for one in found if one.word}
    inside = {word + b"inside" for word in words}
    return words | inside if who.signed_in else set()


# Where those who decide see what is hidden, as far as they read it before.
DECIDING = {"answers.moderation", "answers.decide", "audit.log", "audit.export"}
HIDDEN = {b"zanzibarhidden", b"zanzibarhiddeninside"}


class Enumeration:
    """One world, asked everything; what was not as expected is kept in a line each."""

    def __init__(self, app: Flask, world: World) -> None:
        self.app, self.world = app, world
        self.wrong: list[str] = []
        self.asked: Counter[str] = Counter()
        self.sent_to: set[str] = set()
        self.carried_out: set[str] = set()
        self.words = {who.name: words_for(world, who) for who in ACTORS}
        self.unknown: dict[tuple[str, str, str], tuple[int, bytes]] = {}

    def ask(self, rule: Rule, method: str, who: Who, thing: Thing | None, kind: str) -> None:
        permission = permission_of(self.app, rule.endpoint)
        assert permission is not None
        ids = {**COMMON, **(thing.ids if thing else {})}
        answer = self._request(rule, method, who, thing, ids)
        if method == "OPTIONS":  # tells which methods there are, and looks at nothing
            thing = None
        came, wanted = outcome(answer, permission), expected(who, permission, kind, thing, rule)
        self.asked[wanted] += 1
        if thing is not None and method in ("POST", "PUT"):
            self.sent_to.add(rule.endpoint)
            if answer.status_code < 400:
                self.carried_out.add(rule.endpoint)
        told = f"{who.name}: {method} {rule.rule} [{thing.name if thing else ''}]"
        if came != wanted:
            self.wrong.append(f"{told}: {answer.status_code}, {came} instead of {wanted}")
        elif wanted == "unknown" and thing is not None:
            self._same_as_unknown(rule, method, who, thing, ids, answer, told)
        self._leaks(rule, who, thing, kind, answer, told)
        answer.close()
        if self.world.beginning.has_changed():
            if wanted != "ok":
                self.wrong.append(f"{told}: refused, and something was written")
            self.world.beginning.back()

    def _request(
        self, rule: Rule, method: str, who: Who, thing: Thing | None, ids: dict[str, str]
    ) -> Any:
        options: dict[str, Any] = {}
        if method in ("POST", "PUT"):
            options["data"] = sent(self.world, who, rule.endpoint, thing)
        return self.world.client(who.name).open(path_of(rule, ids), method=method, **options)

    def _same_as_unknown(
        self, rule: Rule, method: str, who: Who, thing: Thing, ids: dict[str, str],
        answer: Any, told: str,
    ) -> None:  # fmt: skip
        key = (who.name, method, rule.rule + ids.get("what", "") + ids.get("kind", ""))
        if key not in self.unknown:
            kept = ("what", "kind", *COMMON)
            none = {name: value if name in kept else UNKNOWN for name, value in ids.items()}
            none |= {"token": UNKNOWN * 2} if "token" in thing.ids else {}
            other = self._request(rule, method, who, thing, none)
            self.unknown[key] = other.status_code, plain(other, none)
            other.close()
        if (answer.status_code, plain(answer, ids)) != self.unknown[key]:
            self.wrong.append(f"{told}: not as of something unknown")

    def _leaks(
        self, rule: Rule, who: Who, thing: Thing | None, kind: str, answer: Any, told: str
    ) -> None:
        seen = set(re.findall(rb"zanzibar\w+", answer.data))
        allowed = self.words[who.name]
        if who.everywhere and rule.endpoint in DECIDING:
            allowed = allowed | HIDDEN
        if thing is not None and kind in ("calendar", "lists", "book", "stop"):
            allowed = self.words[thing.by]
        if seen - allowed:
            self.wrong.append(f"{told}: leaks {sorted(seen - allowed)}")


@pytest.fixture(scope="module")
def twelve(built, hashing, tmp_path_factory) -> Iterator[World]:
    with twelve_people(built, hashing, tmp_path_factory.mktemp("twelve")) as world:
        yield world


def chosen(who: Who, permission: str, kind: str, things: list[Thing]) -> list[Thing]:
    """Those of the things that this person asks for: as few as show every rule."""
    if not passes(who, WHO[permission]):
        return things[:1]  # at the door no thing is looked at
    if kind in ("lists", "book", "calendar", "stop"):
        return things if who.name == "nobody" else things[:1]  # nor who asks
    if WHO[permission] != "author" or kind not in READ:
        return things
    # Of what is the author's alone: all that is one's own, and of that of others something
    # that one reads and something that one does not.
    foreign = {READ[kind](who, one): one for one in things if not own(who, one)}
    return [one for one in things if own(who, one) or one in foreign.values()]


READ = {"piece": reads, "list": reads_list}


def enumerate_all(world: World) -> Enumeration:
    found = Enumeration(world.app, world)
    for rule in sorted(world.app.url_map.iter_rules(), key=lambda rule: rule.rule):
        kind = kind_of(rule)
        permission = permission_of(world.app, rule.endpoint) or ""
        for who in ACTORS:
            methods = (rule.methods or set()) - (
                {"HEAD", "OPTIONS"} if who.name != "nobody" else set()
            )
            things = chosen(who, permission, kind, things_of(world, kind)) if kind else [None]
            for method in sorted(methods):
                for thing in things:
                    found.ask(rule, method, who, thing, kind)
    return found


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_route_gives_everybody_what_the_table_says_and_no_more(twelve):
    found = enumerate_all(twelve)
    assert found.wrong == [], "\n".join(found.wrong)
    # A form that nobody could send would show nothing.
    assert found.sent_to - found.carried_out == NEEDS_MORE
