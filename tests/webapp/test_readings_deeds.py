"""What a member marks: read, saved, set aside; and the list of it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from corpus.library import Library
from tests.webapp.people import NOW
from webapp.community import change, db
from webapp.members import store as members
from webapp.members.tables import Member
from webapp.readings import kept_page, store
from webapp.readings.tables import Deed
from webapp.reflections import actions as reflections
from webapp.resources import resources


def mark(client, reading: str, kind: str, **more):
    return client.post("/readings/deed", data={"reading": reading, "kind": kind, **more})


def marks(member) -> dict[str, set[str]]:
    db.session.rollback()
    actor = members.actor_of(db.session, member)
    return {group: set(kinds) for group, kinds in store.deeds_of(db.session, actor).items()}


def first_passage(slug: str) -> str:
    return resources().library.passages(slug)[0].id


@pytest.fixture
def essay(maria, organisation):
    """Makes a submitted reflection of Maria's; gives its reading id."""

    def make(audience: str = "organisation") -> str:
        actor = members.actor_of(db.session, maria)
        draft = reflections.start(
            db.session, actor, title="Knocking first", body="I knocked at three doors.", now=NOW
        )
        unit = organisation.harbour if audience == "unit" else None
        reflections.submit(
            db.session, actor, draft, audience=audience, unit_id=unit, key=audience, now=NOW
        )
        return f"reflection/{draft if isinstance(draft, str) else draft.id}"

    return make


@pytest.mark.parametrize("kind", store.KINDS)
def test_a_mark_is_kept_and_taken_back(maria, client_as, kind):
    client = client_as(maria)
    assert mark(client, "going-to-see", kind).status_code == 303
    assert marks(maria) == {"going-to-see": {kind}}
    assert mark(client, "going-to-see", kind, undo="1").status_code == 303
    assert marks(maria) == {}


def test_marking_twice_is_marking_once(maria, client_as):
    client = client_as(maria)
    for reading in ("going-to-see", first_passage("going-to-see"), "going-to-see"):
        mark(client, reading, "saved")
    kept = db.session.scalars(sa.select(Deed)).all()
    assert [(d.reading_id, d.reading_group) for d in kept] == [
        (first_passage("going-to-see"), "going-to-see")
    ]


def test_a_passage_counts_for_its_text(maria, client_as):
    client = client_as(maria)
    mark(client, resources().library.passages("small-goals")[1].id, "read")
    assert marks(maria) == {"small-goals": {"read"}}
    assert 'class="stamp"' in client.get("/library").text
    mark(client, "small-goals", "read", undo="1")
    assert marks(maria) == {}


def test_a_script_is_told_the_new_state_in_the_language_of_the_page(maria, client_as):
    answer = client_as(maria).post(
        "/readings/deed", json={"reading": "going-to-see", "kind": "saved"}
    )
    assert answer.json == {
        "reading": "going-to-see",
        "group": "going-to-see",
        "kind": "saved",
        "on": True,
        "said": "Saved.",
        "undo": "Undo",
    }
    answer = client_as(maria).post(
        "/readings/deed", json={"reading": "going-to-see", "kind": "saved", "undo": True}
    )
    assert answer.json["on"] is False


def test_marks_of_one_member_are_nobody_elses(maria, omar, client_as):
    mark(client_as(maria), "going-to-see", "saved")
    client = client_as(omar)
    assert "Going to see" not in client.get("/saved").text
    assert mark(client, "going-to-see", "saved", undo="1").status_code == 303
    assert marks(maria) == {"going-to-see": {"saved"}}


@pytest.mark.parametrize(
    ("reading", "kind"),
    [
        ("no-such-text", "read"),
        ("going-to-see/no.such", "read"),
        ("reflection/nosuch", "read"),
        ("x" * 5000, "saved"),
        ("", "saved"),
        ("going-to-see", "liked"),
        ("going-to-see", ""),
    ],
)
def test_what_cannot_be_marked_is_refused(maria, client_as, reading, kind):
    for undo in ({}, {"undo": "1"}):
        assert mark(client_as(maria), reading, kind, **undo).status_code in (400, 404)
    assert marks(maria) == {}


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        "x",
        {},
        {"reading": 3, "kind": "read"},
        {"reading": "going-to-see", "kind": []},
        {"reading": ["going-to-see"], "kind": "read"},
        {"reading": "a\ud800", "kind": "read"},
    ],
)
def test_json_of_another_shape_is_refused(maria, client_as, sent):
    assert client_as(maria).post("/readings/deed", json=sent).status_code in (400, 404)


def test_one_is_sent_back_only_to_this_server(maria, client_as):
    client = client_as(maria)
    back = mark(client, "going-to-see", "saved", next="/library?theme=goals#x").location
    assert back == "/library?theme=goals#x"
    for bad in ("https://example.org/", "//example.org", "/\\example.org", "javascript:1", "x"):
        assert mark(client, "going-to-see", "saved", next=bad).location == "/read/going-to-see"


def test_marking_changes_neither_the_profile_stamp_nor_todays_list(maria, client_as):
    client = client_as(maria)
    before = re.findall(r'data-group="([^"]+)"', client.get("/").text)
    mark(client, before[0], "set_aside")
    stamp = db.session.scalar(sa.select(Member.profile_stamp).where(Member.id == maria.id))
    assert stamp == 0
    assert re.findall(r'data-group="([^"]+)"', client.get("/").text) == before


def test_a_reflection_can_be_marked_by_those_who_may_read_it(maria, omar, li, client_as, essay):
    of_harbour, of_all = essay("unit"), essay("organisation")
    assert mark(client_as(omar), of_harbour, "saved").status_code == 404
    assert mark(client_as(li), of_harbour, "saved").status_code == 303
    assert mark(client_as(omar), of_all, "saved").status_code == 303
    assert "Knocking first" in client_as(omar).get("/saved").text


# The list


def test_the_lists_are_apart_and_newest_first(app, maria, client_as):
    client = client_as(maria)
    for hours, slug in enumerate(("going-to-see", "small-goals", "diaocha-zh")):
        app.config["NOW"] = NOW + dt.timedelta(hours=hours)
        mark(client, slug, "saved")
    mark(client, "good-discussion", "read")
    page = client.get("/saved").text
    titles = re.findall(r'<h2 lang="[^"]+"><a href="[^"]+">([^<]+)</a>', page)
    assert titles == ["到现场去看一看", "A small goal", "Going to see"]
    assert "A discussion that thinks" in client.get("/saved?show=read").text
    assert "Nothing set aside" in client.get("/saved?show=set_aside").text
    assert client.get("/saved?show=others").status_code == 404


def test_every_saved_reading_is_on_exactly_one_page(organisation, maria, client_as):
    count = 2 * kept_page.ON_A_PAGE + 1
    with change(db.session) as session:
        for number in range(count):
            session.add(
                Deed(
                    organisation_id=organisation.id,
                    id=f"d{number:03}",
                    member_id=maria.id,
                    kind="saved",
                    reading_id=f"gone-{number}",
                    reading_group=f"gone-{number}",
                    at=NOW,  # all at once: the id decides
                )
            )
    client, address, found = client_as(maria), "/saved", []
    while address:
        page = client.get(address).text
        found += re.findall(r'name="reading" value="(gone-\d+)"', page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else None
    assert sorted(found) == sorted(f"gone-{n}" for n in range(count))
    assert client.get("/saved?after=nonsense").status_code == 400


def test_a_saved_text_that_was_withdrawn_can_be_taken_off_the_list(app, maria, client_as):
    client = client_as(maria)
    mark(client, "going-to-see", "saved")
    library = Library.open(app.config["XINDE"].library_path)
    library.withdraw("going-to-see")
    library.close()
    page = client.get("/saved").text
    assert "No longer open" in page
    assert 'href="/read/going-to-see"' not in page
    assert mark(client, "going-to-see", "saved", undo="1").status_code == 303
    assert marks(maria) == {}
    assert mark(client, "going-to-see", "saved").status_code == 404


def test_a_saved_reflection_that_was_withdrawn_loses_its_title(maria, omar, client_as, essay):
    reading = essay()
    client = client_as(omar)
    mark(client, reading, "saved")
    actor = members.actor_of(db.session, maria)
    reflections.withdraw(db.session, actor, reading.partition("/")[2], now=NOW)
    page = client.get("/saved").text
    assert "Knocking first" not in page
    assert "Maria" not in page
    assert "no longer open to you" in page
    assert mark(client, reading, "saved", undo="1").status_code == 303
    assert marks(omar) == {}
