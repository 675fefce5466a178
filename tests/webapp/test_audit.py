"""The audit log: what it holds, who sees what of it, and that nobody changes it."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from tests.webapp.people import NOW, PASSWORD, add_member, client_for
from tests.webapp.reflecting import actor, submitted
from webapp.audit import store
from webapp.audit.actions import record, record_presence
from webapp.audit.store import Wanted
from webapp.audit.tables import AuditEvent
from webapp.clock import zone
from webapp.community import change, db
from webapp.members import actions as members
from webapp.members.store import actor_of
from webapp.requirements import entry_actions
from webapp.requirements.tables import Attendance, EnteredPiece


@pytest.fixture
def ada(organisation):
    return add_member(organisation, "Ada Admin", organisation.hill, administrator=True)


def logged() -> list[AuditEvent]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.at, AuditEvent.id)))


def note(what: str, member, **details) -> None:
    with change(db.session) as session:
        record(session, member.organisation_id, what, by=member.id, at=NOW, **details)


def page_of(client, **filters) -> str:
    answer = client.get("/audit", query_string=filters)
    assert answer.status_code == 200
    return answer.text


def test_the_database_refuses_to_change_or_remove_a_line(app, maria):
    note("export.own", maria)
    table = AuditEvent.__table__
    for statement in (table.update().values(what="nothing"), table.delete()):
        with pytest.raises(sa.exc.DBAPIError), change(db.session) as session:
            session.execute(statement)
    assert [event.what for event in logged()] == ["export.own"]
    if db.engine.dialect.name == "postgresql":
        with pytest.raises(sa.exc.DBAPIError), change(db.session) as session:
            session.execute(sa.text("truncate audit_events"))


def test_signing_in_and_out_and_passwords_are_logged(app, maria, ada):
    client = client_for(app)
    for email in ("maria.lopez@example.org", "nobody@example.org"):
        client.post("/login", data={"email": email, "password": "wrong"})
    client.post("/login", data={"email": "maria.lopez@example.org", "password": PASSWORD})
    new = "another battery staple"
    client.post(
        "/password", data={"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    )
    client.post("/logout")
    found = logged()
    assert sorted((e.what, e.by) for e in found if e.by) == [
        ("password.changed", maria.id), ("sign_in.done", maria.id), ("sign_in.ended", maria.id),
    ]  # fmt: skip
    # an address with an account and one without leave lines that differ in nothing
    refused = [e for e in found if e.what == "sign_in.refused"]
    assert len(refused) == 2
    assert {(e.by, e.about_kind, e.about_id, str(e.details)) for e in refused} == {
        (None, None, None, "{}")
    }
    said = page_of(client_for(app, ada))
    assert said.count("the address or the password was wrong") == 2
    # a day on which one member signed in: what she did for herself would tell she was here
    assert "changed their password" not in said
    assert {e.about_kind for e in found if e.by} == {"day"}


def test_only_administrators_open_it(app, maria, ada):
    assert client_for(app, maria).get("/audit").status_code == 403
    assert client_for(app, maria).post("/audit/export").status_code == 403
    assert client_for(app).get("/audit").status_code == 302
    assert client_for(app, ada).get("/audit").status_code == 200


def test_a_line_about_a_piece_says_neither_who_nor_when(app, organisation, maria, ada):
    """Through its whole life: with the name, without, withdrawn."""
    client = client_for(app, maria)
    piece = submitted(maria, "What the meeting taught me")
    client.post(f"/reflections/{piece}/audience", data={"audience": "anonymous"})
    lines = [e for e in logged() if e.about_kind == "reflection"]
    assert [e.what for e in sorted(lines, key=lambda e: e.what)] == [
        "piece.opened",
        "piece.reopened",
    ]
    day = NOW.astimezone(zone()).replace(hour=0, minute=0)
    assert {(e.by, e.at) for e in lines} == {(None, day)}
    assert not any(maria.id in str(e.details) for e in lines)
    admin = client_for(app, ada)
    said = page_of(admin, what="piece")
    assert "was opened to: the organisation, without a name. Before: the organisation." in said
    assert "Maria" not in said
    assert 'audit__time num"></span>' in said
    assert "09:30" not in said
    client.post(f"/reflections/{piece}/withdraw")
    assert "What the meeting taught me" not in page_of(admin, what="piece")


def test_a_piece_for_a_unit_is_in_the_log_of_its_readers_only(app, organisation, maria, ada):
    submitted(maria, "Only for Harbour", audience="unit", unit=organisation.harbour)
    assert "Only for Harbour" not in page_of(client_for(app, ada))
    inside = add_member(organisation, "Ines", organisation.harbour, administrator=True)
    assert "“Only for Harbour” was submitted to: a unit." in page_of(client_for(app, inside))


def test_who_signed_in_is_listed_only_for_days_on_which_many_did(app, organisation, ada):
    people = [add_member(organisation, f"Member {n}", organisation.hill) for n in range(5)]

    def come(member, day: int) -> None:
        with change(db.session) as session:
            at = NOW + dt.timedelta(days=day)
            record_presence(
                session, organisation.id, "sign_in.done", by=member.id, at=at, zone=zone()
            )

    for member in people:
        come(member, 1)
    for member in (*people[:4], *people[:4]):
        come(member, 2)
    come(ada, 3)

    def listed() -> list[tuple[int, str]]:
        db.session.rollback()
        found = store.events(db.session, actor_of(db.session, ada), Wanted())
        return sorted(((e.at - NOW).days, e.by) for e in found)

    assert listed() == sorted([*((1, m.id) for m in people), (3, ada.id)])
    come(people[4], 2)
    assert len([day for day, _who in listed() if day == 2]) == 9


def test_what_members_do_for_themselves_is_listed_like_signing_in(app, organisation, maria, ada):
    entered = {"organisation_id": organisation.id, "unit_id": organisation.harbour,
               "member_id": maria.id, "day": NOW.date(), "entered_at": NOW}  # fmt: skip
    words = {"genre": "speech", "title": "T", "body": "B", "language": "en"}
    with change(db.session) as session:
        session.add(Attendance(**entered, id="a", what="A talk"))
        session.add(EnteredPiece(**entered, **words, id="p"))
    for kind, id in (("attendance", "a"), ("piece", "p")):
        entry_actions.object_to(db.session, actor(maria), kind, id, "No.", now=NOW)
        entry_actions.agree_after_all(db.session, actor(maria), kind, id, now=NOW)
    token = members.invite(db.session, organisation.id, now=NOW)
    new = members.join(db.session, token, name="Nia", email="nia@example.org", password=PASSWORD,
                       language="en", now=NOW)  # fmt: skip
    inside = add_member(organisation, "Ines", organisation.harbour, administrator=True)

    def listed(admin) -> list[str]:
        db.session.rollback()
        found = store.events(db.session, actor_of(db.session, admin), Wanted())
        return sorted(e.what for e in found if e.by in (maria.id, new.id))

    # of joining the day alone is kept, in the database too
    [joined] = [e for e in logged() if e.what == "invitation.used"]
    assert joined.at == NOW.astimezone(zone()).replace(hour=0, minute=0)
    assert listed(ada) == listed(inside) == ["invitation.used"]
    assert "Nia joined with an invitation." in page_of(client_for(app, ada), what="invitation")
    assert 'audit__time num"></span>' in page_of(client_for(app, ada), what="invitation")
    for n in range(5):
        with change(db.session) as session:
            by = add_member(organisation, f"Member {n}", organisation.hill).id
            record_presence(session, organisation.id, "sign_in.done", by=by, at=NOW, zone=zone())
    attended = ["attendance.agreed", "attendance.objected", "invitation.used"]
    assert listed(ada) == attended
    # a piece that was entered in a unit is told in that unit alone
    assert listed(inside) == [*attended, "piece.agreed", "piece.objected"]


def test_filters_and_pages(app, organisation, maria, ada, monkeypatch):
    from webapp.audit import views

    monkeypatch.setattr(views, "PAGE", 4)
    li = add_member(organisation, "Li Wen", organisation.hill)
    for n in range(6):
        with change(db.session) as session:
            about = ("unit", organisation.harbour) if n % 2 else None
            at = NOW + dt.timedelta(days=n)
            who = maria.id if n < 3 else li.id
            record(session, organisation.id, "export.own", by=who, at=at, about=about)
    admin = client_for(app, ada)
    first = page_of(admin)
    assert first.count("audit__said") == 4
    assert "Older" in first
    older = first.split('class="pager"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    assert admin.get(older).text.count("audit__said") == 2
    assert page_of(admin, who="maria").count("audit__said") == 3
    assert page_of(admin, about=f"unit:{organisation.harbour}").count("audit__said") == 3
    assert page_of(admin, **{"from": "2026-05-06", "to": "2026-05-07"}).count("audit__said") == 2
    assert page_of(admin, what="password").count("audit__said") == 0
    wrong = page_of(admin, **{"from": "tomorrow"})
    assert "could not be read" in wrong
    assert wrong.count("audit__said") == 4
    assert "Exchange them" in page_of(admin, **{"from": "2026-05-07", "to": "2026-05-06"})
    assert page_of(admin, after="nonsense").count("audit__said") == 4


def test_the_table_is_safe_and_is_logged_itself(app, organisation, ada):
    bad = add_member(organisation, "=HYPERLINK(1)", organisation.hill)
    note("export.own", bad)
    with client_for(app, ada).post("/audit/export", data={"what": "export"}) as answer:
        rows = answer.text.lstrip("\ufeff").splitlines()
    assert rows[0].startswith("Day,Time,Who,What")
    assert any(",'=HYPERLINK(1)," in row for row in rows)
    assert any("export.audit" in row and "Ada Admin" in row for row in rows)


def test_moderating_is_logged_and_read_by_whoever_would_read_the_piece(
    app, organisation, maria, ada
):
    piece = submitted(maria, "Only for Harbour", audience="unit", unit=organisation.harbour)
    omar = add_member(organisation, "Omar", organisation.harbour, administrator=True)
    data = {"do": "hide", "reason": "It names a child.", "key": "k" * 16}
    client_for(app, omar).post(f"/moderation/reflection/{piece}", data=data)
    [line] = [e for e in logged() if e.what.startswith("moderation")]
    assert (line.what, line.by, line.details) == ("moderation.hide", omar.id, {})
    assert "Omar hid something" in page_of(client_for(app, omar))
    assert "hid something" not in page_of(client_for(app, ada))
