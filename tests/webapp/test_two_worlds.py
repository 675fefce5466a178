"""Two worlds that differ only in one member's private words look the same to others.

World B holds, beside all of world A: Maria's private note, her draft, a piece
submitted to her unit alone, a withdrawn piece, her sentence, and what she read,
saved and set aside. Every page, search and script answer that Omar (of another
unit) can get must be byte for byte the same in both.
"""

from __future__ import annotations

import hashlib
import re
import shutil

import pytest

from tests.webapp.people import (
    NOW,
    add_member,
    client_for,
    found_organisation,
    fresh_database,
    running_app,
)
from webapp.community import change, db
from webapp.ids import new_id
from webapp.jobs import queue, reconcile
from webapp.members import actions as members
from webapp.notes.tables import Note
from webapp.readings.tables import Deed
from webapp.reflections import actions as reflections

SECRET = "The bucket under the sink was mine and I hid it from the office"


class Draw:
    """Bytes for ids from a name, so that one object more does not shift the others."""

    def __init__(self, name: str) -> None:
        self.next_is(name)

    def next_is(self, name: str) -> None:
        self.name, self.count = name, 0

    def __call__(self, size: int) -> bytes:
        self.count += 1
        return hashlib.blake2b(f"{self.name}/{self.count}".encode(), digest_size=size).digest()


def submit(
    draw: Draw, member, name: str, *, title: str, body: str, audience: str, unit: str | None
):
    from webapp.members import store

    draw.next_is(name)
    actor = store.actor_of(db.session, member)
    draft = reflections.start(
        db.session, actor, title=title, body=body, text_slug="going-to-see", now=NOW
    )
    reflections.submit(db.session, actor, draft, audience=audience, unit_id=unit, key=name, now=NOW)
    return draft


def build(draw: Draw, organisation, *, private: bool):
    draw.next_is("maria")
    maria = add_member(organisation, "Maria Lopez", organisation.harbour)
    draw.next_is("omar")
    omar = add_member(organisation, "Omar Haddad", organisation.hill)
    with change(db.session) as session:
        row = session.merge(omar)
        row.working_on = "Why does nobody report a leak in our houses?"
        row.interests = ["field-investigation"]
    submit(
        draw,
        maria,
        "public",
        title="Knocking first",
        body="I knocked at three doors before I wrote the report. The table had been wrong about leaks.",
        audience="organisation",
        unit=None,
    )
    if private:
        submit(
            draw,
            maria,
            "unit",
            title="Only for Harbour: leaks and buckets",
            body=SECRET + ". Nobody reports a leak in our houses because of the bill.",
            audience="unit",
            unit=organisation.harbour,
        )
        withdrawn = submit(
            draw,
            maria,
            "withdrawn",
            title="Leaks again",
            body=SECRET + ". A leak that nobody reports.",
            audience="organisation",
            unit=None,
        )
        queue.run_waiting()
        from webapp.members import store

        reflections.withdraw(db.session, store.actor_of(db.session, maria), withdrawn, now=NOW)
        draw.next_is("draft")
        reflections.start(
            db.session,
            store.actor_of(db.session, maria),
            title="Draft about leaks",
            body=SECRET,
            text_slug="going-to-see",
            now=NOW,
        )
        draw.next_is("note")
        with change(db.session) as session:
            session.add(
                Note(
                    organisation_id=organisation.id,
                    id=new_id(),
                    member_id=maria.id,
                    title="Leaks",
                    body=SECRET,
                    text_slug="going-to-see",
                    version=1,
                    created_at=NOW,
                    updated_at=NOW,
                )
            )
            for kind, group in (
                ("read", "small-goals"),
                ("saved", "going-to-see"),
                ("set_aside", "good-discussion"),
            ):
                session.add(
                    Deed(
                        organisation_id=organisation.id,
                        id=new_id(),
                        member_id=maria.id,
                        kind=kind,
                        reading_id=group,
                        reading_group=group,
                        at=NOW,
                    )
                )
        members.change_profile(
            db.session, organisation.id, maria.id, now=NOW, working_on=SECRET, interests=["goals"]
        )
    queue.run_waiting()
    reconcile.sweep()
    draw.next_is("requests")
    return maria, omar


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
    "/write",
    "/write?text=going-to-see",
    "/write/mine",
    "/notes",
    "/me",
    "/people",
)


def seen(client) -> dict[str, bytes]:
    """What the outsider gets: status, headers that could tell, and body."""
    answers = {}
    for path in PAGES + tuple(more_pages(client)):
        answer = client.get(path)
        body = re.sub(rb'nonce="[^"]+"', b'nonce=""', answer.data)
        body = re.sub(rb'(name="csrf[-_]token" (?:content|value)=)"[^"]+"', rb'\1""', body)
        body = re.sub(rb'(name="key" value=)"[^"]+"', rb'\1""', body)
        assert SECRET.encode() not in body
        answers[path] = b"%d %s\n%s" % (
            answer.status_code,
            (answer.location or "").encode(),
            body,
        )
    return answers


def more_pages(client) -> list[str]:
    """The pages that the lists link to."""
    links = re.findall(r'href="(/reflections/[a-z2-7]+)"', client.get("/reflections").text)
    return sorted(set(links))


@pytest.mark.slow
def test_an_outsider_cannot_tell_whether_private_words_exist(make_world):
    without, with_private = make_world(False), make_world(True)
    assert without.keys() == with_private.keys()
    for path in without:
        assert without[path] == with_private[path], path


def test_the_two_worlds_differ_for_their_author(make_world):
    """The test above could fail: the private words are really there."""
    without, with_private = make_world(False, author=True), make_world(True, author=True)
    assert without["/notes"] != with_private["/notes"]
    assert without["/reflections"] != with_private["/reflections"]


@pytest.fixture
def make_world(tmp_path, built, hashing):
    def make(private: bool, *, author: bool = False) -> dict[str, bytes]:
        folder = tmp_path / f"{private}-{author}"
        shutil.copytree(built, folder)
        draw = Draw("organisation")
        settings = {"ID_SALT": b"two worlds", "DRAW_BYTES": draw}
        with fresh_database() as url, running_app(folder, url, hashing, **settings) as app:
            maria, omar = build(draw, found_organisation(), private=private)
            if author:
                client = client_for(app, maria)
                return {path: client.get(path).data for path in ("/notes", "/reflections")}
            return seen(client_for(app, omar))

    return make
