"""Units over HTTP: who sees what, every change, what it does at both ends, and bad input."""

from __future__ import annotations

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.webapp.people import NOW, add_member
from tests.webapp.reflecting import actor
from webapp.audit.tables import AuditEvent
from webapp.community import change, db
from webapp.ids import new_id
from webapp.members import actions as member_actions
from webapp.members import store as members
from webapp.reflections.tables import Reflection
from webapp.themes import draft_actions
from webapp.themes.drafts import Brief, DraftItem
from webapp.units import actions as units
from webapp.units import store
from webapp.units.tables import Appointment, Membership, Unit


def make(organisation, name, parent=None, kind="branch"):
    made = new_id()
    with change(db.session):
        units.new_unit(
            db.session, organisation.id, unit_id=made, name=name, kind=kind, parent_id=parent,
            now=NOW,
        )  # fmt: skip
    return made


def appoint(organisation, member, unit, role="organizer"):
    with change(db.session):
        db.session.add(
            Appointment(
                organisation_id=organisation.id, id=new_id(), member_id=member.id, unit_id=unit,
                role_id=role, since=NOW, until=None,
            )
        )  # fmt: skip
        members_unit = {
            m.member_id for m in store.present_members(db.session, organisation.id, [unit])
        }
        if member.id not in members_unit:
            db.session.add(
                Membership(
                    organisation_id=organisation.id, id=new_id(), member_id=member.id,
                    unit_id=unit, since=NOW,
                )
            )  # fmt: skip


def seen(unit):
    return store.tree(db.session, db.session.get(Unit, unit_key(unit)).organisation_id)[unit].seen


def unit_key(unit):
    return (members.organisation(db.session).id, unit)


def row(unit):
    return db.session.get(Unit, unit_key(unit), populate_existing=True)


def in_unit(unit):
    found = store.present_members(db.session, members.organisation(db.session).id, [unit])
    return {person.name for person in found}


def events(unit):
    rows = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.about_id == unit).order_by(AuditEvent.at)
    )
    return [row.what for row in rows]


def send(client, path, **form):
    return client.post(path, data={"key": new_id(), **form})


def piece_for(organisation, member, unit, title="For us alone"):
    made = new_id()
    with change(db.session):
        db.session.add(
            Reflection(
                organisation_id=organisation.id, id=made, member_id=member.id, title=title,
                body="Words.", published_title=title, published_body="Words.",
                language="en", genre="reflection", status="submitted", audience="unit",
                unit_id=unit, version=1, published_version=1, indexed_version=1,
                created_at=NOW, updated_at=NOW, submitted_at=NOW, themes=[],
            )
        )  # fmt: skip
    return f"/reflections/{made}"


@pytest.fixture
def rosa(organisation):
    """Organizes Harbour, by a role that was given to her there."""
    member = add_member(organisation, "Rosa Klein", organisation.harbour)
    appoint(organisation, member, organisation.harbour)
    return member


# Seeing


def test_every_member_sees_the_tree_and_only_those_concerned_the_people(
    organisation, maria, omar, rosa, client_as
):
    below = make(organisation, "Night shift", organisation.harbour)
    page = client_as(omar).get("/units").text
    for name in ("Harbour School", "Harbour", "Hill", "Night shift"):
        assert name in page
    harbour = f"/units/{organisation.harbour}"
    assert "Rosa Klein" not in client_as(omar).get(harbour).text  # of another unit
    assert "Rosa Klein" in client_as(maria).get(harbour).text  # of the same
    of_rosa = client_as(rosa).get(f"/units/{below}").text  # organizes what is below
    assert "You organize it" in of_rosa
    assert "Harbour" in of_rosa
    assert "What happened" not in client_as(maria).get(harbour).text
    assert client_as(omar).get("/units?q=night shift").text.count("Night shift") >= 1
    assert "No unit has all of these words" in client_as(omar).get("/units?q=nothing").text
    assert client_as(omar).get("/units/unknown").status_code == 404


def test_a_thousand_units_are_one_light_page_and_few_statements(organisation, maria, client_as):
    with change(db.session):
        parent = None
        for number in range(1_000):
            made = new_id()
            units.new_unit(
                db.session, organisation.id, unit_id=made, name=f"Unit number {number}",
                kind="branch", parent_id=parent, now=NOW,
            )  # fmt: skip
            if number % 10 == 0:
                parent = made if number % 50 else None
    statements = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    answer = client_as(maria).get("/units")
    assert answer.text.count('dir="auto">Unit number') == 1_000
    assert len(answer.data) < 300_000
    assert len(statements) < 20
    assert answer.text.count("<details") == answer.text.count("</details>")


# Changing the tree


def test_a_unit_is_added_changed_moved_closed_and_reopened(organisation, ada, client_as):
    client = client_as(ada)
    add = f"/units/new?below={organisation.harbour}"
    chosen = re.compile(r'<option value="(\w+)" selected>', re.M)
    assert chosen.findall(client.get(add).text) == [organisation.harbour]  # no kind
    client.post("/units/new", data={"key": new_id(), "name": "Dock", "kind": "team", "parent": organisation.harbour})  # fmt: skip
    assert chosen.findall(client.get(add).text) == ["team", organisation.harbour]
    dock = db.session.scalar(sa.select(Unit.id).where(Unit.name == "Dock"))
    assert row(dock).parent_id == organisation.harbour
    answer = send(
        client, f"/units/{dock}/change", seen=seen(dock), name="Quay", kind="office",
        leading_group=organisation.hill, office="",
    )  # fmt: skip
    assert answer.status_code == 303
    assert (row(dock).name, row(dock).kind, row(dock).leading_group_id) == (
        "Quay", "office", organisation.hill,
    )  # fmt: skip
    assert send(client, f"/units/{dock}/move", seen=seen(dock), to=organisation.hill).status_code == 303  # fmt: skip
    assert row(dock).parent_id == organisation.hill
    assert send(client, f"/units/{dock}/close", seen=seen(dock)).status_code == 303
    assert row(dock).closed_at == NOW
    assert "Quay" not in client.get("/units").text
    assert "Quay" in client.get("/units?closed=1").text
    assert send(client, f"/units/{dock}/reopen", seen=seen(dock)).status_code == 303
    assert row(dock).closed_at is None
    assert sorted(events(dock)) == sorted(
        ["unit.added", "unit.renamed", "unit.kind_changed", "unit.leading_group", "unit.moved",
         "unit.closed", "unit.reopened"]
    )  # fmt: skip
    page = client.get(f"/units/{dock}").text
    for said in ("Added below Harbour", "“Dock” is now “Quay”", "from Team to Office", "Moved from Harbour to Hill"):  # fmt: skip
        assert said in page, said


def test_what_cannot_be_is_refused_with_a_sentence_and_what_was_typed(organisation, ada, client_as):
    client = client_as(ada)
    low = make(organisation, "Low", organisation.harbour)
    harbour = organisation.harbour
    circle = send(client, f"/units/{harbour}/move", seen=seen(harbour), to=low)
    assert circle.status_code == 422
    assert "cannot go into itself" in circle.text
    assert row(harbour).parent_id is None
    twin = send(client, "/units/new", name="LOW", kind="branch", parent=harbour)
    assert twin.status_code == 422
    assert "of this name" in twin.text
    assert 'value="LOW"' in twin.text
    unknown = send(client, f"/units/{low}/move", seen=seen(low), to="unknown")
    assert unknown.status_code == 422
    assert "Choose another" in unknown.text
    into_itself = send(client, f"/units/{harbour}/merge", seen=seen(harbour), to=low)
    assert into_itself.status_code == 422
    children = send(client, f"/units/{harbour}/close", seen=seen(harbour))
    assert children.status_code == 422
    assert "open units below it" in children.text
    assert row(harbour).closed_at is None
    no_kind = send(client, "/units/new", name="New", kind="castle", parent=harbour)
    assert no_kind.status_code == 422
    assert "Choose a kind" in no_kind.text
    assert send(client, "/units/new", name="x" * 201, kind="branch").status_code == 422
    assert send(client, "/units/unknown/close", seen="").status_code == 404
    assert client.post("/units/new", data={"name": "No key", "kind": "branch"}).status_code == 400
    up = send(client, f"/units/{harbour}/close", seen=seen(harbour), units_go_up="1")
    assert up.status_code == 303
    assert row(low).parent_id is None


def test_a_form_that_was_open_while_somebody_changed_the_unit_changes_nothing(
    organisation, ada, rosa, client_as
):
    harbour, before = organisation.harbour, seen(organisation.harbour)
    form = {"seen": before, "name": "Typed by Ada", "kind": "branch"}
    assert send(client_as(rosa), f"/units/{harbour}/change", **form | {"name": "By Rosa"}).status_code == 303  # fmt: skip
    late = send(client_as(ada), f"/units/{harbour}/change", **form)
    assert late.status_code == 409
    assert "Typed by Ada" in late.text
    assert "By Rosa" not in late.text.split("<form")[-1]
    assert row(harbour).name == "By Rosa"
    again = {"key": "the-same-key", "seen": seen(harbour), "name": "Twice", "kind": "branch"}
    for _time in range(2):
        assert client_as(ada).post(f"/units/{harbour}/change", data=again).status_code == 303
    assert events(harbour).count("unit.renamed") == 2


def test_two_administrators_at_once_make_no_circle(app, organisation, ada):
    one, other, by = organisation.harbour, organisation.hill, actor(ada)
    forms = {unit: seen(unit) for unit in (one, other)}
    db.session.rollback()

    def move(unit, parent):
        with app.app_context():
            try:
                units.move(
                    db.session, by, unit, seen=forms[unit], parent=parent, key=new_id(), now=NOW
                )
            except units.Hindered as hindered:
                return hindered.obstacle
            return "moved"

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(move, (one, other), (other, one)))
    assert sorted(said) == ["into_itself", "moved"]


def test_an_organizer_who_was_demoted_while_a_form_was_open_gets_the_words_back(
    organisation, rosa, client_as
):
    harbour, client = organisation.harbour, client_as(rosa)
    form = {"seen": seen(harbour), "name": "A name I thought about", "kind": "branch"}
    assert client.get(f"/units/{harbour}/change").status_code == 200
    with change(db.session):
        db.session.execute(sa.update(Appointment).values(until=NOW))
    answer = send(client, f"/units/{harbour}/change", **form)
    assert answer.status_code == 403
    assert "A name I thought about" in answer.text
    assert "do not organize this unit now" in answer.text
    assert row(harbour).name == "Harbour"


# Within the subtree only


def test_a_unit_organizer_acts_within_the_own_subtree_only(organisation, rosa, omar, client_as):
    client, harbour, hill = client_as(rosa), organisation.harbour, organisation.hill
    low = make(organisation, "Low", harbour)
    for path in ("change", "move", "merge", "close"):
        assert client.get(f"/units/{hill}/{path}").status_code == 404
        form = {"seen": seen(hill), "name": "Mine", "kind": "branch", "to": harbour}
        assert send(client, f"/units/{hill}/{path}", **form).status_code == 404
    assert send(client, f"/units/{hill}/people", who="Rosa Klein").status_code == 404
    assert client.get(f"/units/{hill}/people/{omar.id}").status_code == 404
    assert send(client, f"/units/{hill}/people/{omar.id}/leave").status_code == 404
    assert send(client, f"/units/{low}/move", seen=seen(low), to=hill).status_code == 422
    assert send(client, f"/units/{low}/move", seen=seen(low), to="top").status_code in (404, 422)
    assert send(client, "/units/new", name="Top", kind="branch", parent="").status_code == 422
    # the unit from which the own right comes
    for path in ("move", "merge", "close"):
        told = client.get(f"/units/{harbour}/{path}").text  # before anything is filled in
        assert "Your own role was given" in told
        assert 'name="seen"' not in told
        refused = send(client, f"/units/{harbour}/{path}", seen=seen(harbour), to=low)
        assert refused.status_code == 422
        assert "Your own role was given" in refused.text
    assert row(low).parent_id == harbour
    assert row(harbour).closed_at is None
    assert row(hill).name == "Hill"
    assert in_unit(hill) == {"Omar Haddad"}


def test_roles_that_organize_are_given_and_ended_below_ones_own_only(
    organisation, rosa, maria, li, ada, client_as
):
    client, harbour = client_as(rosa), organisation.harbour
    low = make(organisation, "Low", harbour)
    of_maria = f"/units/{harbour}/people/{maria.id}"
    assert "Choose a role" in send(client, f"{of_maria}/roles", role="nothing").text
    high = send(client, f"{of_maria}/roles", role="organizer")
    assert high.status_code == 422
    assert "below the unit where you were given your own" in high.text
    assert send(client, f"{of_maria}/roles", role="secretary", since="2026-05-01").status_code == 303  # fmt: skip
    assert "already" in send(client, f"{of_maria}/roles", role="secretary").text
    backwards = send(client, f"{of_maria}/roles", role="mentor", since="2026-06-02", until="2026-06-01")  # fmt: skip
    assert backwards.status_code == 422
    assert 'value="2026-06-02"' in backwards.text
    assert "not a day" in send(client, f"{of_maria}/roles", role="mentor", since="soon").text
    # below: whoever is given a role there belongs to it
    assert send(client, f"/units/{low}/people/{li.id}/roles", role="organizer").status_code == 303
    assert in_unit(low) == {"Li Wen"}
    assert client_as(li).get(f"/units/{low}/change").status_code == 200
    # an equal is not put out
    appoint(organisation, maria, harbour)
    out = send(client, f"{of_maria}/leave")
    assert out.status_code == 422
    assert in_unit(harbour) >= {"Maria Lopez"}
    assert send(client_as(ada), f"{of_maria}/leave").status_code == 303


def test_a_role_that_organizes_outlives_neither_its_giver_nor_is_given_to_oneself(
    organisation, rosa, li, client_as
):
    client, low = client_as(rosa), make(organisation, "Low", organisation.harbour)
    own, of_li = (f"/units/{low}/people/{who.id}" for who in (rosa, li))
    assert send(client, f"{own}/roles", role="organizer").status_code == 404
    assert in_unit(low) == set()
    for name in ("Rosa Klein", "Li Wen"):
        assert send(client, f"/units/{low}/people", who=name).status_code == 303
    assert 'value="organizer"' not in client.get(own).text
    refused = send(client, f"{own}/roles", role="organizer")
    assert refused.status_code == 422
    assert "You do not give yourself a role that organizes" in refused.text
    assert send(client, f"{own}/roles", role="mentor").status_code == 303
    with change(db.session):
        db.session.execute(
            sa.update(Appointment)
            .where(Appointment.unit_id == organisation.harbour)
            .values(until=NOW + dt.timedelta(days=9, hours=14, minutes=30))
        )
    for until in ("", "2026-05-14"):
        longer = send(client, f"{of_li}/roles", role="organizer", until=until)
        assert longer.status_code == 422
        assert "would last longer" in longer.text
    assert send(client, f"{of_li}/roles", role="organizer", until="2026-05-13").status_code == 303


def test_an_administrator_alone_lets_anybody_into_what_others_left_behind(
    organisation, rosa, maria, ada, client_as
):
    client = client_as(rosa)
    low, new = (make(organisation, n, organisation.harbour) for n in ("Low", "New"))
    send(client, f"/units/{low}/people", who="Maria Lopez")
    piece = piece_for(organisation, maria, low)
    for what in ("close", "reopen"):
        assert send(client, f"/units/{low}/{what}", seen=seen(low)).status_code == 303
    joining = send(client, f"/units/{low}/people", who="Rosa Klein")
    assert joining.status_code == 422
    assert "An administrator can take people in" in joining.text
    lena = add_member(organisation, "Lena Vogt", organisation.harbour)  # nor does a friend of hers
    of_lena = f"/units/{organisation.harbour}/people/{lena.id}"
    assert send(client, f"/units/{low}/people", who="Lena Vogt").status_code == 422
    of_rosa = f"/units/{organisation.harbour}/people/{rosa.id}"
    for path, form in (
        (f"{of_rosa}/move", {"to": low, "sure": "1"}),
        (f"{of_lena}/move", {"to": low}),
        (f"/units/{low}/people/{rosa.id}/roles", {"role": "mentor"}),
        (f"/units/{low}/people/{lena.id}/roles", {"role": "mentor"}),
        ("/people/invitations", {"unit": low}),
    ):
        assert send(client, path, **form).status_code in (404, 422), path
    # where nobody ever was she may; and merging it lets nobody in
    assert send(client, f"/units/{new}/people", who="Rosa Klein").status_code == 303
    assert send(client, f"/units/{new}/people", who="Lena Vogt").status_code == 303
    assert send(client, f"/units/{new}/merge", seen=seen(new), to=low).status_code == 422
    assert in_unit(low) == set()
    assert client.get(piece).status_code == 404
    assert send(client_as(ada), f"/units/{low}/people", who="Rosa Klein").status_code == 303
    assert client.get(piece).status_code == 200


def test_only_administrators_find_members_by_address(organisation, rosa, omar, ada, client_as):
    where = f"/units/{organisation.harbour}"
    client, words = client_as(rosa), {"who": "omar.haddad@example.org"}
    known, unknown = (
        send(client, f"{where}/people", who=who) for who in (words["who"], "no@example.org")
    )
    assert known.status_code == unknown.status_code == 422
    assert "There is no member of this name." in known.text
    assert "There is no member of this name." in unknown.text
    assert "or e-mail address" not in client.get(where).text
    assert "or e-mail address" in client_as(ada).get(where).text
    assert in_unit(organisation.harbour).isdisjoint({"Omar Haddad"})
    assert send(client, f"{where}/people", who="Omar Haddad").status_code == 303


def test_the_own_last_right_ends_only_after_a_warning(organisation, rosa, client_as):
    client, harbour = client_as(rosa), organisation.harbour
    own = db.session.scalar(sa.select(Appointment.id).where(Appointment.member_id == rosa.id))
    path = f"/units/{harbour}/people/{rosa.id}/roles/{own}/end"
    warned = send(client, path)
    assert warned.status_code == 422
    assert "your last one that organizes" in warned.text
    assert "I give up my last right" in warned.text
    assert client.get(f"/units/{harbour}/change").status_code == 200
    assert send(client, path, sure="1").status_code == 303
    assert client.get(f"/units/{harbour}/change").status_code == 403


# People


def test_joining_leaving_and_coming_back_change_access_at_once_and_stay_history(
    organisation, maria, omar, ada, client_as
):
    client, harbour, hill = client_as(ada), organisation.harbour, organisation.hill
    piece = piece_for(organisation, maria, harbour)
    of_omar = client_as(omar)
    assert of_omar.get(piece).status_code == 404
    joined = send(client, f"/units/{harbour}/people", who="omar.haddad@example.org")
    assert joined.status_code == 303
    assert of_omar.get(piece).status_code == 200
    assert "already" in send(client, f"/units/{harbour}/people", who="Omar Haddad").text
    assert send(client, f"/units/{harbour}/people/{omar.id}/leave").status_code == 303
    assert of_omar.get(piece).status_code == 404
    assert "You no longer belong to" in of_omar.get("/news").text
    late = send(client, f"/units/{harbour}/people/{omar.id}/leave")
    assert late.status_code == 409
    assert "no longer belongs" in late.text
    send(client, f"/units/{harbour}/people", who="Omar Haddad")
    assert "You belong to" in of_omar.get("/news").text
    rows = db.session.scalars(
        sa.select(Membership.until).where(
            Membership.unit_id == harbour, Membership.member_id == omar.id
        )
    ).all()
    assert sorted(until is None for until in rows) == [False, True]
    moved = send(client, f"/units/{harbour}/people/{omar.id}/move", to=hill)
    assert moved.status_code == 422  # there already
    third = make(organisation, "Third")
    assert send(client, f"/units/{harbour}/people/{omar.id}/move", to=third).status_code == 303
    assert in_unit(third) == {"Omar Haddad"}
    assert of_omar.get(piece).status_code == 404
    unknown = send(client, f"/units/{harbour}/people", who="Nobody Here")
    assert unknown.status_code == 422
    assert 'value="Nobody Here"' in unknown.text


def test_a_role_is_given_for_days_and_gives_rights_only_then(
    app, organisation, maria, ada, client_as
):
    path = f"/units/{organisation.harbour}/people/{maria.id}/roles"
    given = {"role": "organizer", "since": "2026-05-10", "until": "2026-05-12"}
    assert send(client_as(ada), path, **given).status_code == 303
    form = f"/units/{organisation.harbour}/change"
    may = []
    for day in range(9, 14):
        app.config["NOW"] = dt.datetime(2026, 5, day, 12, tzinfo=dt.UTC)
        may.append(client_as(maria).get(form).status_code == 200)
    assert may == [False, True, True, True, False]


def test_merging_takes_people_along_and_leaves_their_pieces_to_them(
    organisation, maria, omar, ada, client_as
):
    harbour, hill, client = organisation.harbour, organisation.hill, client_as(ada)
    low = make(organisation, "Low", harbour)
    piece = piece_for(organisation, maria, harbour)
    asked = {"now": NOW, "unit_id": harbour}
    token = member_actions.invite(db.session, organisation.id, **asked)
    page = client.get(f"/units/{harbour}/merge").text
    assert "stays with them" in page
    assert "1 unit below it goes along" in page
    assert send(client, f"/units/{harbour}/merge", seen=seen(harbour), to=hill).status_code == 303
    assert row(harbour).merged_into == hill
    assert row(low).parent_id == hill
    assert in_unit(hill) == {"Maria Lopez", "Omar Haddad", "Ada Admin"}
    assert client_as(maria).get(piece).status_code == 200
    assert client_as(omar).get(piece).status_code == 404  # of the other unit
    send(client, f"/units/{hill}/people", who=add_member(organisation, "Late Comer", low).name)
    # whoever was invited before comes to where its people went, and to them alone
    member_actions.join(
        db.session, token, name="New Comer", email="new@example.org", password="x" * 12,
        language="en", now=NOW,
    )  # fmt: skip
    assert "New Comer" in in_unit(hill)
    assert "New Comer" not in in_unit(harbour)
    # whoever leaves the unit they went to loses what was submitted to the merged one
    assert send(client, f"/units/{hill}/people/{maria.id}/leave").status_code == 303
    assert in_unit(harbour) == set()
    for path in ("reopen", "close", "move"):
        answer = send(client, f"/units/{harbour}/{path}", seen=seen(harbour), to=low)
        assert answer.status_code in (303, 422)
    assert row(harbour).merged_into == hill
    assert row(harbour).parent_id is None
    assert "merged into another" in client_as(omar).get(f"/units/{harbour}").text


def test_closing_a_unit_ends_membership_and_roles_and_what_was_written_stays_with_its_author(
    organisation, maria, li, rosa, ada, client_as
):
    harbour = organisation.harbour
    piece = piece_for(organisation, maria, harbour)
    assert client_as(li).get(piece).status_code == 200
    send(client_as(ada), f"/units/{harbour}/close", seen=seen(harbour))
    assert in_unit(harbour) == set()
    assert client_as(li).get(piece).status_code == 404
    assert client_as(maria).get(piece).status_code == 200
    assert client_as(rosa).get(f"/units/{harbour}/change").status_code == 403
    refused = send(client_as(ada), f"/units/{harbour}/people", who="Li Wen")
    assert refused.status_code == 422
    assert "closed" in refused.text


def test_what_is_taken_away_in_another_session_is_closed_with_the_next_request(
    organisation, maria, rosa, ada, client_as
):
    """Pages, lists and searches of somebody who is signed in all the while."""
    client, admin = client_as(rosa), client_as(ada)
    assert send(admin, f"/units/{organisation.harbour}/people/{rosa.id}/leave").status_code == 303
    for how in ("leave", "role", "close"):
        unit, title = make(organisation, f"Watch {how}"), f"Only for watch {how}"
        send(admin, f"/units/{unit}/people", who="Maria Lopez")
        assert client.get("/lists/build").status_code == 403
        appoint(organisation, rosa, unit)
        piece = piece_for(organisation, maria, unit, title=title)
        for path in (piece, "/reflections"):
            assert title in client.get(path).text, path
        assert client.get(f"/units/{unit}/change").status_code == 200
        assert client.get("/lists/build").status_code == 200
        given = sa.select(Appointment.id).where(Appointment.unit_id == unit)
        of_rosa = f"/units/{unit}/people/{rosa.id}"
        path = {
            "leave": f"{of_rosa}/leave",
            "role": f"{of_rosa}/roles/{db.session.scalar(given)}/end",
            "close": f"/units/{unit}/close",
        }[how]
        assert send(admin, path, seen=seen(unit)).status_code == 303
        assert client.get(f"/units/{unit}/change").status_code == 403
        assert client.get("/lists/build").status_code == 403
        assert "What happened" not in client.get(f"/units/{unit}").text
        if how == "role":
            assert client.get(piece).status_code == 200  # still a member of it
            assert send(admin, f"{of_rosa}/leave").status_code == 303
        assert client.get(piece).status_code == 404
        assert title not in client.get("/reflections").text
        assert "Maria Lopez" not in client.get(f"/units/{unit}").text


# Theme lists and audiences


def test_whoever_organizes_a_unit_gives_theme_lists_there_and_nowhere_else(
    organisation, rosa, maria, omar, ada, client_as
):
    harbour, hill = organisation.harbour, organisation.hill
    items = [DraftItem("small-goals/1", "small-goals", "Small goals", "A goal is small.", 2)]
    of_ada, of_rosa = (
        draft_actions.begin(
            db.session, actor(who), key=new_id(), title=f"By {who.name}", brief=Brief(), items=items,
            now=NOW,
        )
        for who in (ada, rosa)
    )  # fmt: skip
    client = client_as(rosa)
    assert client.get(f"/lists/{of_ada}/build").status_code == 404  # somebody else's draft
    begun = client.get("/lists/build").text
    assert "By Rosa" in begun
    assert "By Ada" not in begun
    form = client.get(f"/lists/{of_rosa}/build/publish").text
    assert harbour in form
    assert hill not in form
    assert 'value="organisation"' not in form
    path, to = f"/lists/{of_rosa}/build/publish", {"version": "1", "audience": "unit"}
    assert send(client, path, **to, unit=hill).status_code == 422
    assert send(client, path, version="1", audience="organisation").status_code == 422
    assert client_as(omar).get(f"/lists/{of_rosa}").status_code == 404
    assert send(client, path, **to, unit=harbour).status_code == 303
    assert client_as(maria).get(f"/lists/{of_rosa}").status_code == 200
    # an organizer of everything gives it further: from then on she only takes it back
    assert send(client_as(ada), path, **to, unit=[harbour, hill]).status_code == 303
    assert send(client, path, **to, unit=harbour).status_code == 422
    # what was given to a unit that is merged still reaches its people, and no others
    low = make(organisation, "Low", harbour)
    assert send(client_as(ada), path, **to, unit=harbour).status_code == 303
    send(client_as(ada), f"/units/{harbour}/merge", seen=seen(harbour), to=hill)
    assert client_as(maria).get(f"/lists/{of_rosa}").status_code == 200
    assert client_as(omar).get(f"/lists/{of_rosa}").status_code == 404
    # and it is no choice for anything new
    draft = Reflection(
        organisation_id=organisation.id, id=new_id(), member_id=maria.id, title="T", body="Words.",
        language="en", genre="reflection", status="draft", version=1, published_version=0,
        indexed_version=0, created_at=NOW, updated_at=NOW, themes=[],
    )  # fmt: skip
    with change(db.session):
        db.session.add(draft)
    submitting = f"/reflections/{draft.id}/submit"
    page = client_as(maria).get(submitting).text
    assert f"unit:{hill}" in page
    assert f"unit:{harbour}" not in page
    sent = {"version": "1", "title": "T", "audience": f"unit:{harbour}"}
    assert send(client_as(maria), submitting, **sent).status_code == 422
    assert harbour not in client_as(ada).get(f"/units/{low}/move").text
    assert harbour not in client_as(ada).get("/people/invitations").text.split("<form")[-1]


# The administrator's lists


def test_kinds_are_added_renamed_ordered_and_removed_when_unused(
    organisation, ada, maria, client_as
):
    client = client_as(ada)
    assert client_as(maria).get("/units/kinds").status_code == 403
    send(client, "/units/kinds", do="add", name_en="Watch", name_zh="班组")
    kinds = store.kinds(db.session, organisation.id)
    assert kinds[-1].name_en == "Watch"
    watch = kinds[-1].id
    assert (
        send(client, "/units/kinds", do="add", name_en="Watch", name_zh="别的").status_code == 422
    )
    send(client, "/units/kinds", do="rename", kind=watch, name_en="Shift", name_zh="班组")
    send(client, "/units/kinds", do="up", kind=watch)
    kinds = store.kinds(db.session, organisation.id)
    assert kinds[-2].name_en == "Shift"
    send(client, "/units/new", name="Early", kind=watch, parent="")
    used = send(client, "/units/kinds", do="remove", kind=watch)
    assert used.status_code == 422
    assert "units of this kind" in used.text
    assert send(client, "/units/kinds", do="remove", kind="school").status_code == 303
    assert "school" not in {kind.id for kind in store.kinds(db.session, organisation.id)}


def test_duties_that_change_make_the_lists_of_their_holders_due(
    organisation, ada, maria, omar, client_as
):
    appoint(organisation, maria, organisation.harbour, role="mentor")
    stamps = {m.id: m.profile_stamp for m in (maria, omar)}
    client = client_as(ada)
    words = {
        "name_en": "Guide", "name_zh": "导师", "duties_en": "Shows newcomers the harbour.",
        "duties_zh": "带新人熟悉港口。", "leads": "1",
    }  # fmt: skip
    assert client.post("/roles/mentor", data=words).status_code == 303
    db.session.refresh(maria)
    db.session.refresh(omar)
    assert maria.profile_stamp > stamps[maria.id]
    assert omar.profile_stamp == stamps[omar.id]
    # the given role stands on the page of what is known, with the unit, and is not deleted there
    page = client_as(maria).get("/me/known").text
    role = page[page.index('id="k-role"') :]
    role = role[: role.index("</section>")]
    assert "Guide" in role
    assert "Harbour" in role
    assert "trash" not in role.lower()
    assert "Delete" not in role
    assert client.post("/roles/new", data=words | {"name_en": "Guide"}).status_code == 422
    assert client.post("/roles", data={"do": "retire", "role": "mentor"}).status_code == 303
    assert "Guide" not in re.findall(r"<select id=\"role\".*?</select>", client.get(f"/units/{organisation.harbour}/people/{maria.id}").text, re.S)[0]  # fmt: skip
    assert client_as(maria).get("/roles").status_code == 403
