"""Members, invitations, tables of people in and out, as they happen on the pages."""

from __future__ import annotations

import datetime as dt
import re
from io import BytesIO

import pytest
import sqlalchemy as sa

from tests.webapp.people import NOW, add_member
from tests.webapp.reflecting import submitted
from tests.webapp.test_hostile_writes import at_once
from webapp.audit.tables import AuditEvent
from webapp.community import change, db
from webapp.ids import new_id
from webapp.members import actions as members
from webapp.members import invitation_store, store
from webapp.members.tables import Invitation, Member, User
from webapp.people import undo_actions
from webapp.people.tables import ImportedThing, PeopleImport
from webapp.reminders import actions as reminders
from webapp.units.tables import Appointment, Membership, StudyRole, Unit, UnitKind

TABLE = """name;e-mail;unit;parent unit;kind;role;language
Noor Aziz;noor@example.org;East;Harbour;branch;Secretary;en
Chen Jing;;East;Harbour;;;zh
;;Evening group;East;team;;
Li Wen;li.wen@example.org;East;Harbour;;Mentor;
"""


def send_table(client, text: str, name: str = "people.csv") -> str:
    """Send a table; the address of its page."""
    answer = client.post("/people/imports", data={"file": (BytesIO(text.encode()), name)})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def run(client, path: str):
    seen = re.search(r'name="seen" value="(\w+)"', client.get(path).text)
    return client.post(f"{path}/run", data={"seen": seen[1] if seen else "x"})


def counted(table) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(table))


def everything() -> dict[str, list]:
    """Rows of the tables that an import writes, but for its own notes."""
    tables = (Unit, UnitKind, StudyRole, Member, User, Membership, Appointment, Invitation)
    found = {}
    for table in tables:
        columns = [
            c for c in table.__table__.c if c.name not in ("profile_stamp", "mf_recovery_codes")
        ]
        found[table.__tablename__] = sorted(map(repr, db.session.execute(sa.select(*columns))))
    return found


def give(member, unit: str, role: str) -> None:
    with change(db.session) as session:
        session.add(
            Appointment(
                organisation_id=member.organisation_id, id=new_id(), member_id=member.id,
                unit_id=unit, role_id=role, since=NOW - dt.timedelta(days=1),
            )
        )  # fmt: skip


def said(what: str) -> list[AuditEvent]:
    return list(db.session.scalars(sa.select(AuditEvent).where(AuditEvent.what == what)))


# A table in, and back out again


def test_a_table_is_looked_at_brought_in_once_and_undone_as_if_it_had_never_been(
    client_as, ada, li, organisation
):
    before, client = everything(), client_as(ada)
    path = send_table(client, TABLE)
    page = client.get(path).text
    for words in (
        "2 new people",
        "2 new units",
        "3 memberships of units",
        "2 roles given",
    ):
        assert words in page
    assert everything() == before
    assert run(client, path).status_code == 303
    assert run(client, path).status_code == 303  # the button pressed twice
    noor = store.member_by_email(db.session, "noor@example.org")
    east = db.session.scalar(sa.select(Unit).where(Unit.name == "East"))
    evening = db.session.scalar(sa.select(Unit).where(Unit.name == "Evening group"))
    assert (east.parent_id, evening.parent_id) == (organisation.harbour, east.id)
    assert store.actor_of(db.session, noor).units == {east.id}
    assert (
        east.id
        in store.actor_of(db.session, db.session.get(Member, (organisation.id, li.id))).units
    )
    assert [r.id for r in store.roles_of(db.session, organisation.id, noor.id)] == ["secretary"]
    assert len(said("import.people")) == 1
    done = everything()

    again = send_table(client, TABLE)
    assert "Nothing: all that the table says is there already" in client.get(again).text
    assert everything() == done

    assert "2 people are removed" in client.get(f"{path}/undo").text
    assert client.post(f"{path}/undo").status_code == 303
    assert client.post(f"{path}/undo").status_code == 303
    assert everything() == before
    assert len(said("import.people_undone")) == 1


def test_a_row_with_a_problem_stops_all_or_is_left_out_as_chosen(client_as, ada, organisation):
    client = client_as(ada)
    path = send_table(
        client,
        "name,email,unit,role\nNoor,noor@x,Hill,\nOmar,o@x.org,Hill,clerk\nZoe,z@x.org,Hill,\n"
        "Ana,a@x.org,Hil,\n",
    )
    page = client.get(path).text
    assert "Nothing can be brought in yet" in page
    assert "What would happen once they are mended" in page
    assert "“Hil” would be a new unit, but it is nearly “Hill”" in page
    assert "is not an e-mail address" in page
    assert "There is no role “clerk”" in page
    assert f"{path}/run" not in page
    assert client.post(f"{path}/run", data={"seen": "x"}).status_code == 409
    columns = {
        "headed": "1",
        "name": "0",
        "email": "1",
        "unit": "2",
        "role": "3",
        "kind_else": "branch",
    }
    words = {"word-0": "role:clerk", "choice-0": "+", "rows": "leave"}
    asked = re.search(r'name="word-1" value="(unit:\w+)"', page)[1]
    words |= {"word-1": asked, "choice-1": "=Hill", "rest": "+"}  # an answer goes before the rest
    assert client.post(path, data=columns | words).status_code == 303
    problems = client.get(f"{path}/problems.csv").data.decode("utf-8-sig").splitlines()
    assert problems[1].startswith("2,E-mail address,")
    assert run(client, path).status_code == 303
    assert store.member_by_email(db.session, "z@x.org") is not None
    omar = store.member_by_email(db.session, "o@x.org")
    given = store.given_roles_of(db.session, organisation.id, omar.id)
    assert [(role.name_en, unit) for role, unit in given] == [("clerk", "Hill")]
    assert counted(Member) == 4
    assert db.session.scalars(sa.select(Unit.name).where(Unit.name.like("Hil%"))).all() == ["Hill"]


def test_who_is_here_and_would_come_into_a_unit_is_named_and_never_by_another_name(
    client_as, ada, maria, organisation
):
    client = client_as(ada)
    rows = "name,email,unit,role\nMaria {},maria.lopez@example.org,Hill,mentor\n"
    page = client.get(send_table(client, rows.format("Lopez"))).text
    assert "Maria Lopez: comes into Hill" in page
    assert "Maria Lopez: gets the role Mentor in Hill" in page
    path = send_table(client, rows.format("Smith"))
    page = client.get(path).text
    assert "that of Maria Lopez, but the row names “Maria Smith”" in page
    assert "comes into Hill" not in page
    assert f"{path}/run" not in page
    mark = re.search(r'name="word-0" value="(who:[^"]+)"', page)[1]
    columns = {"headed": "1", "name": "0", "email": "1", "unit": "2", "role": "3"}
    client.post(path, data=columns | {"word-0": mark, "choice-0": "+"})
    assert "Maria Lopez (in the table: Maria Smith): comes into Hill" in client.get(path).text
    assert run(client, path).status_code == 303
    assert organisation.hill in store.actor_of(db.session, maria).units
    path = send_table(client, "Foo,Bar\n1,2\n")
    unread = client.get(path).text
    assert "No column of this table was recognised" in unread
    assert "is there already" not in unread
    assert client.post(f"{path}/delete").status_code == 303
    back = client.get(path)
    assert (back.status_code, "This table is not here" in back.text) == (404, True)


def test_what_has_changed_since_the_look_is_looked_at_again(client_as, ada, organisation):
    client = client_as(ada)
    path = send_table(client, "name,email,unit\nNoor,noor@x.org,Hill\n")
    seen = re.search(r'name="seen" value="(\w+)"', client.get(path).text)[1]
    add_member(organisation, "Noor", organisation.hill)
    with change(db.session):
        db.session.scalar(
            sa.select(User).where(User.email == "noor@example.org")
        ).email = "noor@x.org"
    answer = client.post(f"{path}/run", data={"seen": seen})
    assert answer.status_code == 409
    assert "has changed since you looked" in answer.text
    assert counted(ImportedThing) == 0


def test_undoing_leaves_those_who_came_in_or_for_whom_something_was_written(
    client_as, ada, organisation
):
    client = client_as(ada)
    path = send_table(
        client,
        "name,email,unit,parent\nNoor,noor@x.org,East,Harbour\nOmar,omar@x.org,West,Harbour\n"
        "Zoe,zoe@x.org,North,Harbour\nWang,,South,Harbour\n",
    )
    run(client, path)
    noor, omar, zoe = (
        store.member_by_email(db.session, f"{name}@x.org") for name in ("noor", "omar", "zoe")
    )
    links = client.post(f"{path}/links").data.decode("utf-8-sig").splitlines()
    assert len(links) == 4  # Wang has no address
    token = next(line for line in links if "noor@x.org" in line).split("/join/")[1]
    joined = {"name": "Noor Aziz", "email": "noor@x.org", "password": "a few plain words"}
    assert client_as().post(f"/join/{token}", data=joined).status_code == 302
    assert client_as().post(f"/join/{token}", data=joined).status_code == 410
    submitted(omar, "Entered for him", "Words.")
    give(zoe, organisation.hill, "mentor")
    page = client.get(f"{path}/undo").text
    assert "1 person is removed" in page
    assert client.post(f"{path}/undo").location == path
    told = client.get(path).text
    assert "Noted as having left, since something was entered for them: “Omar”." in told
    assert "in them or something belongs to them: “East”, “North”, “West”. Close them" in told
    assert client.get(f"{path}/undo").location == path  # gone back to
    here = {m.name: m.left_at for m in db.session.scalars(sa.select(Member)) if m.id != ada.id}
    assert here == {"Noor Aziz": None, "Omar": NOW, "Zoe": None}
    units = set(db.session.scalars(sa.select(Unit.name)))
    assert {"East", "West", "North"} <= units
    assert "South" not in units
    assert store.actor_of(db.session, noor).units  # the place in which she may have written
    assert not store.actor_of(db.session, omar).units


def test_who_comes_in_while_an_import_is_undone_stays(client_as, ada, organisation, monkeypatch):
    client = client_as(ada)
    path = send_table(client, "name,email,unit\nNoor,noor@x.org,Hill\nZoe,zoe@x.org,Hill\n")
    run(client, path)
    links = client.post(f"{path}/links").data.decode("utf-8-sig").splitlines()
    token = next(line for line in links if "noor@x.org" in line).split("/join/")[1]
    seen = undo_actions.fates(db.session, organisation.id, path.split("/")[-1])
    assert len(seen.people_go) == 2
    joined = {"name": "Noor Aziz", "email": "noor@x.org", "password": "a few plain words"}
    assert client_as().post(f"/join/{token}", data=joined).status_code == 302
    monkeypatch.setattr(undo_actions, "fates", lambda *_a: seen)  # read before she came
    client.post(f"{path}/undo")
    noor = store.member_by_email(db.session, "noor@x.org")
    assert store.actor_of(db.session, noor).units == {organisation.hill}
    assert store.member_by_email(db.session, "zoe@x.org") is None
    (undone,) = said("import.people_undone")
    assert (undone.details["people"], undone.details["stayed"]) == (1, 1)


def test_a_table_that_cannot_be_read_is_refused_on_the_page(client_as, ada, maria):
    client = client_as(ada)
    sent = client.post("/people/imports", data={"file": (BytesIO(b"name\nA\0B\n"), "x.csv")})
    assert sent.status_code == 422
    assert "contains NUL bytes" in sent.text
    assert client.post("/people/imports").status_code == 422
    large = {"CONTENT_LENGTH": str(30 << 20)}
    assert (
        client.post("/people/imports", data={"x": "y"}, environ_overrides=large).status_code == 413
    )
    assert client_as(maria).get("/people/imports").status_code == 403
    assert counted(PeopleImport) == 0


def test_many_rows_take_no_more_statements_than_few(client_as, ada, organisation):
    def statements(text: str) -> int:
        path = send_table(client, text)
        seen = re.search(r'name="seen" value="(\w+)"', client.get(path).text)[1]
        count = 0

        def one_more(*_arguments) -> None:
            nonlocal count
            count += 1

        sa.event.listen(db.engine, "before_cursor_execute", one_more)
        try:
            assert client.post(f"{path}/run", data={"seen": seen}).status_code == 303
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", one_more)
        return count

    def rows(first: int, many: int) -> str:
        lines = (
            f"P {n},{f'p{n}@x.org' if n % 2 else ''},Unit {n % 50},{'mentor' if n % 3 else ''}"
            for n in range(first, first + many)
        )
        return "name,email,unit,role\n" + "\n".join(lines)

    client = client_as(ada)
    few, many = statements(rows(0, 50)), statements(rows(1000, 400))
    assert many <= few


# Tables out


def test_an_export_comes_back_as_it_left_and_tells_organizers_no_addresses(
    client_as, ada, maria, omar, organisation
):
    give(maria, organisation.harbour, "organizer")
    whole = client_as(ada).post("/people/export", data={"ending": "csv"})
    text = whole.data.decode("utf-8-sig")
    assert "omar.haddad@example.org" in text
    path = send_table(client_as(ada), text)
    assert "Nothing: all that the table says is there already" in client_as(ada).get(path).text
    chinese = client_as(ada, language="zh")
    text = chinese.post("/people/export", data={"ending": "csv"}).data.decode("utf-8-sig")
    assert "什么都不用做" in chinese.get(send_table(chinese, text)).text
    own = client_as(maria).post("/people/export", data={"ending": "csv"}).data.decode("utf-8-sig")
    assert "Maria Lopez" in own
    assert "@" not in own
    assert "Omar" not in own
    assert client_as(omar).post("/people/export").status_code == 403
    book = client_as(maria).post("/people/export", data={"ending": "xlsx"})
    assert book.data.startswith(b"PK")
    assert [e.by for e in said("export.people")] == [ada.id, ada.id, maria.id, maria.id]


# Invitations


def invited(client, **form) -> str:
    """Make a link on the page; its token."""
    answer = client.post("/people/invitations", data=form)
    assert answer.status_code == 303, answer.text
    return re.search(r"/join/([\w-]+)", client.get("/people/invitations").text)[1]


def joining(number: int) -> dict[str, str]:
    return {"name": f"Guest {number}", "email": f"g{number}@x.org", "password": "a few plain words"}


def test_the_last_use_of_a_link_taken_by_several_at_once_lets_one_in(
    app, client_as, ada, organisation
):
    token = invited(client_as(ada), unit=organisation.hill, uses="2")
    assert client_as().post(f"/join/{token}", data=joining(0)).status_code == 302
    guests = [client_as() for _each in range(4)]
    db.session.rollback()
    results = at_once(
        [
            lambda n=n, guest=guest: guest.post(f"/join/{token}", data=joining(n)).status_code
            for n, guest in enumerate(guests, 1)
        ]
    )
    assert sorted(results) == [302, 410, 410, 410]
    assert len(store.members(db.session, organisation.id, words="Guest")) == 2


def test_a_link_gives_its_role_in_its_unit_until_its_day(client_as, ada, organisation, app):
    token = invited(
        client_as(ada), unit=organisation.hill, role="secretary", many="any", until="2026-05-06"
    )
    for number in range(3):
        assert client_as().post(f"/join/{token}", data=joining(number)).status_code == 302
    guest = store.member_by_email(db.session, "g1@x.org")
    given = store.given_roles_of(db.session, organisation.id, guest.id)
    assert [(role.id, unit) for role, unit in given] == [("secretary", "Hill")]
    with change(db.session) as session:  # given to nobody new from now on
        session.get(StudyRole, (organisation.id, "secretary")).retired_at = NOW
    assert client_as().post(f"/join/{token}", data=joining(7)).status_code == 302
    guest = store.member_by_email(db.session, "g7@x.org")
    assert not store.given_roles_of(db.session, organisation.id, guest.id)
    app.config["NOW"] = NOW + dt.timedelta(days=3)
    assert client_as().get(f"/join/{token}").status_code == 410


def test_a_unit_organizer_invites_below_and_the_link_ends_with_the_right(
    client_as, ada, maria, omar, organisation
):
    give(maria, organisation.harbour, "organizer")
    client = client_as(maria)
    assert "Hill" not in client.get("/people/invitations").text
    for form, why in (
        ({"unit": organisation.hill}, "Choose a unit"),
        ({"unit": organisation.harbour, "role": "organizer"}, "only in units below"),
        ({"unit": organisation.harbour, "organizer": "1"}, "Only administrators"),
        ({"unit": organisation.harbour, "uses": "501"}, "from 1 to 500"),
        ({"unit": organisation.harbour, "until": "2020-01-01"}, "from tomorrow on"),
    ):
        answer = client.post("/people/invitations", data={"name": "Kept", **form})
        assert answer.status_code == 422
        assert why in answer.text
        assert "Kept" in answer.text
    token = invited(client, unit=organisation.harbour, uses="5")
    assert client_as().get(f"/join/{token}").status_code == 200
    theirs = {"unit": organisation.harbour, "email": "omar.haddad@example.org"}
    for who, told in ((client, False), (client_as(ada), True)):
        assert who.post("/people/invitations", data=theirs).status_code == 303
        page = who.get("/people/invitations").text  # an address is not an organizer's to know
        assert ("Omar Haddad has this address and is a member already" in page) == told
    with change(db.session) as session:
        session.execute(sa.update(Appointment).values(until=NOW))
    assert "no longer works" in client_as().get(f"/join/{token}").text
    assert client_as().post(f"/join/{token}", data=joining(1)).status_code == 410
    assert client.get("/people/invitations").status_code == 403


def test_open_invitations_of_other_units_are_neither_seen_nor_withdrawn(
    client_as, ada, maria, organisation
):
    give(maria, organisation.harbour, "organizer")
    members.invite(
        db.session, organisation.id, now=NOW, unit_id=organisation.hill, name="Hidden Guest"
    )
    members.invite(db.session, organisation.id, now=NOW, administrator=True, name="Chief")
    client = client_as(maria)
    page = client.get("/people/invitations").text
    assert "Hidden Guest" not in page
    assert "Chief" not in page
    for found in invitation_store.open_invitations(db.session, organisation.id, NOW):
        assert client.post(f"/people/invitations/{found.id}/withdraw").status_code == 404
        assert client_as(ada).post(f"/people/invitations/{found.id}/withdraw").status_code == 303
    assert len(said("invitation.withdrawn")) == 2


# Members


def test_who_leaves_is_out_at_once_and_may_come_back(client_as, ada, maria, organisation):
    give(maria, organisation.harbour, "organizer")
    client, opened = client_as(ada), client_as(maria)
    who = store.actor_of(db.session, maria)
    token = reminders.new_address(db.session, who, "calendar", key="k" * 16, now=NOW)
    assert client_as().get(f"/calendar/{token}.ics").status_code == 200
    assert opened.get("/people").status_code == 200
    assert "Harbour" in client.get(f"/people/members/{maria.id}/leave").text
    assert client.post(f"/people/members/{maria.id}/leave").status_code == 303
    assert opened.get("/me").status_code == 302
    client.get("/people")  # says so once
    assert "Maria" not in client.get("/people").text
    assert "Maria" in client.get("/people?left=1").text
    assert client.post(f"/people/members/{maria.id}/back").status_code == 303
    back = store.actor_of(db.session, db.session.get(Member, (organisation.id, maria.id)))
    assert (back.units, back.organizes) == ({organisation.harbour}, frozenset())
    assert client_as().get(f"/calendar/{token}.ics").status_code == 404  # of before: ended
    refused = client.post(f"/people/members/{ada.id}/leave")
    assert refused.status_code == 422
    assert "the only administrator" in refused.text
    assert [e.what for e in (*said("member.left"), *said("member.back"))] == [
        "member.left",
        "member.back",
    ]


def test_an_organizer_finds_the_own_people_by_name_alone(client_as, ada, maria, omar, organisation):
    give(maria, organisation.harbour, "organizer")
    client = client_as(maria)
    assert "Omar" not in client.get("/people").text
    assert "Omar" not in client.get(f"/people?unit={organisation.hill}").text
    assert "Maria Lopez" in client.get("/people?q=lopez").text
    assert "Nobody is found" in client.get("/people?q=example.org").text
    assert "Omar" in client_as(ada).get(f"/people?unit={organisation.hill}&q=OMAR.H").text
    for path in (f"/people/members/{maria.id}/leave", f"/people/members/{omar.id}/link"):
        assert client.post(path).status_code == 403


def test_a_new_link_ends_the_earlier_one(client_as, ada, organisation):
    client = client_as(ada)
    run(client, send_table(client, "name,unit\nWang Fang,Hill\n"))
    wang = db.session.scalar(sa.select(Member).where(Member.name == "Wang Fang"))
    tokens = []
    for _time in range(2):
        client.post(f"/people/members/{wang.id}/link")
        tokens.append(re.search(r"/join/([\w-]+)", client.get("/people").text)[1])
    assert client_as().get(f"/join/{tokens[0]}").status_code == 404
    data = {"name": "Wang Fang", "email": "wang@x.org", "password": "a few plain words"}
    assert client_as().post(f"/join/{tokens[1]}", data=data).status_code == 302
    assert store.member_by_email(db.session, "wang@x.org").id == wang.id
    assert client.post(f"/people/members/{wang.id}/link").status_code == 404


@pytest.mark.parametrize("mark", ["x", "%00", "A" * 500])
def test_a_place_in_a_list_that_we_never_gave_is_refused(client_as, ada, mark):
    for path in ("/people/imports", "/people/invitations"):
        assert client_as(ada).get(f"{path}?after={mark}").status_code == 400
