"""The private calendar and the catalogue for e-readers: of one member alone, as long as
they are one, and what they may see at that moment."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import sqlalchemy as sa
from icalendar import Calendar

from corpus import opds
from tests.webapp.people import NOW
from tests.webapp.reflecting import actor, submitted
from webapp.community import change, db
from webapp.goals import actions as goals
from webapp.goals import setting
from webapp.ids import new_id
from webapp.members.tables import Member, User
from webapp.reminders import opds_feed
from webapp.reminders.tables import PrivateAddress
from webapp.reminders.views import feeds
from webapp.requirements import actions as requirements
from webapp.requirements.asking import Says
from webapp.themes import draft_actions as theme_lists
from webapp.themes.draft_actions import Publication
from webapp.themes.drafts import Brief, DraftItem
from webapp.units.tables import Membership

GOAL = "Ask Zanzibar before the next report"


def made(client: Any, kind: str) -> str:
    """A new private address; the path that the page shows."""
    form = {"kind": kind, "do": "make", "key": new_id()}
    page = client.post("/me/reminders/address", data=form)
    assert page.status_code == 200
    (address,) = re.findall(r'value="http://localhost(/[^"]+)" readonly', page.text)
    return address


def theme_list(ada: Any, title: str, *, unit: str | None, readings: tuple[str, ...]) -> str:
    """One that is read week by week from the 4th of May on."""
    items = [DraftItem(one, one.partition("/")[0] if not one.startswith("reflection/") else one, one) for one in readings]  # fmt: skip
    who = actor(ada)
    made = theme_lists.begin(
        db.session, who, key=new_id(), title=title, brief=Brief(title), items=items, now=NOW
    )
    to = Publication("unit", (unit,), "weekly", NOW.date()) if unit else Publication("organisation", (), "weekly", NOW.date())  # fmt: skip
    theme_lists.publish(db.session, who, made, version=1, to=to, key=new_id(), now=NOW)
    return made


def leave(member: Any, unit: str) -> None:
    with change(db.session) as session:
        session.execute(
            sa.update(Membership)
            .where(Membership.member_id == member.id, Membership.unit_id == unit)
            .values(until=NOW)
        )


def entries(body: bytes) -> dict[str, tuple[dt.date, str]]:
    """By uid."""
    calendar = Calendar.from_ical(body)
    return {str(e["uid"]): (e["dtstart"].dt, str(e["summary"])) for e in calendar.walk("VEVENT")}


def test_the_private_calendar_holds_the_members_own_days_and_ends_at_once(
    app, organisation, client_as, maria, ada
):
    goal = goals.set_one(
        db.session, actor(maria), setting.Wanted(GOAL, by=NOW.date()), goals.Origin(),
        author_may_know=False, key=new_id(), now=NOW,
    )  # fmt: skip
    theirs = submitted(ada, "Only for Hill", "Words.", audience="unit", unit=organisation.hill)
    ours = theme_list(
        ada, "Goals", unit=organisation.harbour, readings=("going-to-see/1", f"reflection/{theirs}")
    )
    theme_list(ada, "Of Hill", unit=organisation.hill, readings=("small-goals/1",))
    today, ends = NOW.date(), NOW.date() + dt.timedelta(days=10)
    asked = requirements.set_one(
        db.session, actor(ada), organisation.harbour, Says("Read on", today, today, ends, write=1),
        replaces=None, key=new_id(), today=today, now=NOW,
    )  # fmt: skip
    me, program = client_as(maria), client_as()
    path = made(me, "calendar")
    answer = program.get(path)
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert entries(answer.data) == {
        f"goal-{goal}@localhost": (NOW.date(), "A practice goal"),
        f"list-{ours}-1@localhost": (NOW.date(), "Week 1 of “Goals”"),
        f"asked-{asked}-{ends}@localhost": (ends, "Due: Read on"),
    }  # the second week holds nothing that she may read
    again = program.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")

    me.post("/me/reminders/address", data={"kind": "calendar", "do": "words", "goal_words": "1"})
    shown = entries(program.get(path).data)
    assert shown[f"goal-{goal}@localhost"][1] == GOAL
    goals.delete(db.session, actor(maria), goal)
    leave(maria, organisation.harbour)
    assert entries(program.get(path).data) == {}

    token = path.removeprefix("/calendar/").removesuffix(".ics")
    kept = str(list(db.session.execute(sa.select(PrivateAddress.__table__))))
    assert token not in kept
    assert token not in me.get("/me/reminders").text  # it was shown once
    newer = made(me, "calendar")
    assert (program.get(path).status_code, program.get(newer).status_code) == (404, 200)
    assert program.get(newer.replace("calendar/", "opds/").removesuffix(".ics")).status_code == 404
    assert client_as(ada).get("/calendar/nobody.ics").status_code == 404
    me.post("/me/reminders/address", data={"kind": "calendar", "do": "end"})
    assert program.get(newer).status_code == 404


def test_an_e_reader_gets_the_lists_that_are_open_to_its_member_now(
    app, organisation, client_as, li, ada, monkeypatch
):
    ours = theme_list(ada, "目标", unit=organisation.harbour, readings=("going-to-see/1",))
    theirs = theme_list(ada, "Of Hill", unit=organisation.hill, readings=("small-goals/1",))
    reader, path = client_as(), made(client_as(li), "lists")
    answer = reader.get(path)
    assert answer.content_type == opds_feed.NAVIGATION
    base = f"http://localhost{path}"
    read = opds.parse(answer.data, answer.content_type, base)
    assert read.title == "Harbour School的专题书单"
    assert read.sections == (("目标", f"{base}/{ours}"),)
    (entry,) = opds.parse(reader.get(f"{path}/{ours}").data, "", base).entries
    assert entry.acquisitions == ((f"{base}/{ours}.epub", "application/epub+zip"),)
    booklet = reader.get(f"{path}/{ours}.epub")
    assert booklet.data.startswith(b"PK")
    assert booklet.headers["Cache-Control"] == "private, no-store"
    for tail in ("", ".epub"):
        assert reader.get(f"{path}/{theirs}{tail}").status_code == 404
        assert reader.get(f"/opds/x/{ours}{tail}").status_code == 404
    assert reader.get(f"{path}?after=x").status_code == 400

    monkeypatch.setattr(feeds, "ON_A_PAGE", 1)
    theme_list(ada, "For all", unit=None, readings=("going-to-see/1",))
    page = opds.parse(reader.get(path).data, "", base)
    following = opds.parse(reader.get(page.next).data, "", base)
    found = {title for title, _address in (*page.sections, *following.sections)}
    assert (found, following.next) == ({"For all", "目标"}, None)

    leave(li, organisation.harbour)
    after = opds.parse(reader.get(path).data, "", base)
    assert [title for title, _address in after.sections] == ["For all"]
    assert reader.get(f"{path}/{ours}.epub").status_code == 404


def test_with_the_member_every_feed_ends(app, client_as, maria):
    me, form = client_as(maria), {"kind": "calendar", "do": "make", "key": "k" * 16}
    first = me.post("/me/reminders/address", data=form)
    (path,) = re.findall(r'value="http://localhost(/[^"]+)" readonly', first.text)
    assert me.post("/me/reminders/address", data=form).status_code == 303  # sent twice: one
    for wrong in ({"kind": "stop"}, {"do": "all"}, {"key": "x"}):
        assert me.post("/me/reminders/address", data={**form, **wrong}).status_code == 400
    paths = [path, made(me, "lists")]

    def statuses() -> list[int]:
        return [client_as().get(path).status_code for path in paths]

    def change_one(table: type[Any], key: Any, name: str, value: Any) -> None:
        with change(db.session) as session:
            setattr(session.get(table, key), name, value)

    assert statuses() == [200, 200]
    change_one(User, maria.account_id, "active", False)
    assert statuses() == [404, 404]
    change_one(User, maria.account_id, "active", True)
    change_one(Member, (maria.organisation_id, maria.id), "left_at", NOW)
    assert statuses() == [404, 404]
