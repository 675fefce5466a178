"""What is taken away from somebody is gone with their next request, on every channel: pages,
lists, search, files, open sessions and forms, the calendar, the catalogue and the digest. On
SQLite alone, as test_enumerated.py, in the same organisation."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.webapp.people import NOW, PASSWORD
from tests.webapp.reflecting import actor, submitted
from tests.webapp.world_of_twelve import World, twelve_people
from webapp.community import change, db
from webapp.ids import new_id
from webapp.reminders import actions as reminders
from webapp.reminders import sending
from webapp.reminders import store as due
from webapp.reminders.contents import KINDS
from webapp.reminders.tables import Reminder
from webapp.units.tables import Appointment

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("TEST_DATABASE_URL")), reason="asks on SQLite, whatever the engine"
)


@pytest.fixture(scope="module")
def twelve(built, hashing, tmp_path_factory) -> Iterator[World]:
    with twelve_people(built, hashing, tmp_path_factory.mktemp("twelve")) as world:
        yield world


@pytest.fixture
def again(twelve) -> Iterator[World]:
    twelve.beginning.back()
    yield twelve
    twelve.beginning.back()


def reminded(world: World, who: str) -> dict[str, str]:
    """The member's private addresses, and that mail is due."""
    member = world.people[who]
    asked = {}
    for kind in ("calendar", "lists"):
        asked[kind] = reminders.new_address(db.session, actor(member), kind, key=new_id(), now=NOW)
    with change(db.session) as session:
        session.add(
            Reminder(
                organisation_id=member.organisation_id, member_id=member.id, contents=list(KINDS),
                own_words=True, goal_words=True, rhythm="daily", next_at=NOW, next_day=NOW.date(),
            )
        )  # fmt: skip
    return {f"/calendar/{asked['calendar']}.ics": "calendar", f"/opds/{asked['lists']}": "lists"}


def digest(world: World, who: str) -> str:
    """The mail that is due to the member; "" where none is."""
    found = [
        one for one in due.due(db.session, NOW, limit=99) if one.member == world.people[who].id
    ]
    message = sending.compose(world.app, found[0], NOW) if found else None
    db.session.rollback()
    part = message.get_body(("plain",)) if message else None
    return part.get_content() if part else ""


def ids_of(world: World, kind: str, name: str) -> dict[str, str]:
    return next(one for one in world.things[kind] if one.name == name).ids


def test_who_is_let_go_from_a_unit_loses_it_with_the_next_request_everywhere(again):
    world, who = again, "another in A"
    piece = ids_of(world, "piece", "for A")["reflection_id"]
    shared = ids_of(world, "list", "list for A")["list_id"]
    themed = ids_of(world, "theme list", "theme list for A")["list_id"]
    paper = ids_of(world, "entry", "paper in pier")["piece_id"]
    unit, session = world.units["pier"], world.client(who)
    feeds = reminded(world, who)
    calendar, catalogue = feeds
    closed = [
        f"/reflections/{piece}", f"/reflections/{piece}/report", f"/lists/{shared}",
        f"/lists/{shared}/take/csv", f"/lists/{themed}/take/epub", f"/entered/{paper}",
        f"/units/{unit}/requirements", f"/units/{unit}/entered", f"{catalogue}/{themed}",
        f"{catalogue}/{themed}.epub",
    ]  # fmt: skip
    without = {
        "/reflections": "zanzibarforA", "/reflections?q=zanzibarforA": f"/reflections/{piece}",
        f"/reflections?unit={unit}": "zanzibarforA", "/lists": "zanzibarlistforA",
        "/lists?show=themes": "zanzibarthemelistforA", "/requirements": "zanzibarrequiredpier",
        f"/units/{unit}": "Whose Role Ended Today", calendar: "zanzibarthemelistforA",
        catalogue: "zanzibarthemelistforA",
    }  # fmt: skip
    assert {path: session.get(path).status_code for path in closed} == dict.fromkeys(closed, 200)
    missing = [path for path, words in without.items() if words not in session.get(path).text]
    assert missing == []
    before = digest(world, who)

    gone = f"/units/{unit}/people/{world.people[who].id}/leave"
    assert world.client("administrator").post(gone, data={"key": new_id()}).status_code == 303

    assert {path: session.get(path).status_code for path in closed} == dict.fromkeys(closed, 404)
    assert [path for path, words in without.items() if words in session.get(path).text] == []
    assert "zanzibar" not in digest(world, who)
    assert "zanzibarrequiredpier" in before


def test_a_role_that_is_ended_is_ended_with_the_next_request_and_nothing_typed_is_lost(again):
    world, who = again, "organizer of A"
    session, unit = world.client(who), world.units["pier"]
    piece = ids_of(world, "piece", "for A")["reflection_id"]
    given = db.session.scalar(
        sa.select(Appointment.id).where(Appointment.member_id == world.people[who].id)
    )
    submitted(world.people["the author"], audience="unit", unit=unit)
    reminded(world, who)
    pages = ["/desk", f"/desk/pieces/{piece}", "/people", "/lists/build", f"/units/{unit}/report",
             f"/units/{unit}/report.csv", f"/units/{unit}/progress", f"/units/{unit}/attendance",
             f"/units/{unit}/change", f"/units/{unit}/requirements/new"]  # fmt: skip
    assert {path: session.get(path).status_code for path in pages} == dict.fromkeys(pages, 200)
    assert session.post("/people/export", data={"ending": "csv"}).status_code == 200
    assert "/desk" in digest(world, who)

    ended = f"/units/{unit}/people/{world.people[who].id}/roles/{given}/end"
    assert world.client("administrator").post(ended, data={"key": new_id()}).status_code == 303

    assert {path: session.get(path).status_code for path in pages} == dict.fromkeys(pages, 403)
    assert session.post("/people/export", data={"ending": "csv"}).status_code == 403
    sent_late = session.post(f"/desk/pieces/{piece}", data={"act": "echo", "body": "Typed before."})
    assert sent_late.status_code == 403
    assert "Typed before." in sent_late.text
    assert "/desk" not in digest(world, who)
    assert session.get(f"/reflections/{piece}").status_code == 200  # still a member of it


def test_who_organizes_everything_no_longer_has_nothing_of_it_with_the_next_request(again):
    world, who = again, "organizer of everything"
    session, member = world.client(who), world.people[who].id
    draft = ids_of(world, "theme list", "unpublished of A")["draft_id"]
    pages = ["/library/desk", "/moderation", "/coach/phrases", "/desk", f"/lists/{draft}/build"]
    assert {path: session.get(path).status_code for path in pages} == dict.fromkeys(pages, 200)
    taken = world.client("administrator").post(f"/people/members/{member}/organizer", data={})
    assert taken.status_code == 303
    assert {path: session.get(path).status_code for path in pages} == dict.fromkeys(pages, 403)


@pytest.mark.parametrize("how", ["let go", "deleted"])
def test_an_account_that_ends_is_closed_with_the_next_request_on_every_channel(again, how):
    world, who = again, "the author"
    sessions = [world.client(who), world.client(who)]
    feeds = list(reminded(world, who))
    stop = ids_of(world, "stop", "stop")["token"]
    opened = ids_of(world, "list", "list for A")["list_id"]
    pages = ["/", "/reflections", f"/lists/{opened}/take/csv", "/me/everything", "/notes"]
    assert [sessions[1].get(path).status_code for path in (*pages, *feeds)] == [200] * 7
    assert digest(world, who)
    if how == "let go":
        path = f"/people/members/{world.people[who].id}/leave"
        assert world.client("administrator").post(path).status_code == 303
    else:
        form = {"password": PASSWORD, "sure": "1", "key": new_id()}
        assert sessions[0].post("/me/leave", data=form).status_code < 400
    came = [sessions[1].get(path) for path in pages]
    assert [answer.location.partition("?")[0] for answer in came] == ["/login"] * 5
    late = sessions[1].post("/notes/new", data={"body": "Late.", "key": new_id()})
    assert late.status_code == 401
    assert [sessions[1].get(path).status_code for path in (*feeds, f"/stop/{stop}")] == [404] * 3
    assert digest(world, who) == ""
