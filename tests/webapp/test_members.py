"""Joining, signing in, the first visit, the own profile."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from tests.webapp.people import NOW, PASSWORD, add_member
from webapp.audit.tables import AuditEvent
from webapp.community import db
from webapp.members import actions, invitation_store, store
from webapp.members.accounts import wait_left


@pytest.fixture
def invitation(organisation):
    def make(**options):
        options.setdefault("unit_id", organisation.harbour)
        return actions.invite(db.session, organisation.id, now=NOW, **options)

    return make


def joining(name="Noor Aziz", email="noor@example.org", password="a few plain words"):
    return {"name": name, "email": email, "password": password}


def test_an_invited_person_joins_the_unit_and_is_signed_in(client_as, invitation, organisation):
    client = client_as()
    token = invitation(role_id="mentor")
    page = client.get(f"/join/{token}").text
    assert "into the unit “Harbour”" in page
    assert "You are given the role “Mentor” there." in page
    answer = client.post(f"/join/{token}", data=joining())
    assert answer.status_code == 302
    assert answer.location == "/welcome/role"
    member = store.member_by_email(db.session, "noor@example.org")
    assert store.actor_of(db.session, member).units == {organisation.harbour}
    assert [r.id for r in store.roles_of(db.session, organisation.id, member.id)] == ["mentor"]
    for path in ("/welcome/role", "/me"):
        page = client.get(path).text
        assert "Given to you" in page
        assert 'value="mentor"' not in page  # what was given is nothing to choose
        assert 'value="secretary"' in page


def test_an_invitation_works_once(client_as, invitation):
    token = invitation()
    client_as().post(f"/join/{token}", data=joining())
    answer = client_as().post(f"/join/{token}", data=joining(email="other@example.org"))
    assert answer.status_code == 410
    assert "already used" in answer.text
    several = invitation(uses=2)
    for number in range(2):
        client_as().post(f"/join/{several}", data=joining(email=f"n{number}@example.org"))
    assert "All places of this invitation are taken" in client_as().get(f"/join/{several}").text
    assert store.member_by_email(db.session, "other@example.org") is None


def test_a_member_takes_what_an_invitation_gives_once_and_stays_who_they_are(
    client_as, invitation, maria, organisation
):
    token = invitation(unit_id=organisation.hill, role_id="mentor", uses=2)
    page = client_as().get(f"/join/{token}").text
    sign_in = re.search(r'href="(/login\?next=[^"]+)"', page)[1]
    known = {"email": "maria.lopez@example.org", "password": PASSWORD}
    assert "Sign in with it above" in client_as().post(f"/join/{token}", data=joining(**known)).text
    client = client_as()
    assert client.post(sign_in, data=known).location == f"/join/{token}"
    page = client.get(f"/join/{token}").text
    assert "You are signed in as Maria Lopez" in page
    assert "into the unit “Hill”" in page
    for _twice in range(2):
        assert client.post(f"/join/{token}").location == f"/units/{organisation.hill}"
    assert organisation.hill in store.actor_of(db.session, maria).units
    given = store.given_roles_of(db.session, organisation.id, maria.id)
    assert [(role.id, unit) for role, unit in given] == [("mentor", "Hill")]
    (found,) = invitation_store.open_invitations(db.session, organisation.id, NOW)
    assert (found.uses, found.used_by) == (1, maria.id)
    events = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.what == "invitation.taken"))
    assert [(e.by, e.about_id, e.details["role"]) for e in events] == [
        (maria.id, organisation.hill, "mentor")
    ]
    assert "You are in “Hill” already" in client.get(f"/join/{token}").text
    late = invitation(
        unit_id=organisation.hill, lasts=dt.timedelta(seconds=-1), role_id="secretary"
    )
    assert (
        client.get(f"/join/{late}").status_code == client.post(f"/join/{late}").status_code == 410
    )


@pytest.mark.parametrize(
    "options", [{"organizer": True}, {"administrator": True}, {"unit_id": None}]
)
def test_an_invitation_that_is_nothing_for_a_member_says_so_and_does_nothing(
    client_as, invitation, maria, organisation, options
):
    client, token = client_as(maria), invitation(**options)
    before = store.actor_of(db.session, maria)
    for answer in (client.get(f"/join/{token}"), client.post(f"/join/{token}")):
        assert "This invitation changes nothing for you" in answer.text
    assert store.actor_of(db.session, maria) == before
    (found,) = invitation_store.open_invitations(db.session, organisation.id, NOW)
    assert found.uses == 0


def test_an_expired_invitation_says_so(client_as, invitation):
    token = invitation(lasts=-dt.timedelta(seconds=1))
    assert "expired" in client_as().get(f"/join/{token}").text


def test_an_unknown_invitation_is_not_found(client_as, organisation):
    assert client_as().get("/join/" + "x" * 300).status_code == 404


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": ""}, "Write the name"),
        ({"email": "not an address"}, "not an e-mail address"),
        ({"email": "maria.lopez@example.org"}, "already has an account"),
        ({"password": "short"}, "at least 10"),
        ({"password": "x" * 5000}, "at least 10"),
    ],
)
def test_a_wrong_field_is_named_and_the_rest_is_kept(client_as, invitation, maria, change, message):
    answer = client_as().post(f"/join/{invitation()}", data=joining() | change)
    assert answer.status_code == 422
    assert message.lower().replace("at least 10", "10") in answer.text.lower()
    if "name" not in change:
        assert "Noor Aziz" in answer.text


def test_a_member_signs_in_and_out(client_as, maria):
    client = client_as()
    answer = client.post("/login", data={"email": "maria.lopez@example.org", "password": PASSWORD})
    assert answer.status_code == 302
    assert client.get("/me").status_code == 200
    client.post("/logout")
    assert client.get("/me").status_code == 302


def test_the_sign_in_form_does_not_tell_who_has_an_account(client_as, maria):
    wrong = client_as().post(
        "/login", data={"email": "maria.lopez@example.org", "password": "wrong wrong"}
    )
    unknown = client_as().post(
        "/login", data={"email": "nobody.here@example.org", "password": "wrong wrong"}
    )
    assert wrong.status_code == unknown.status_code
    assert "is not right" in wrong.text
    assert (
        wrong.text.replace("maria.lopez", "nobody.here").split("<main")[1]
        == (unknown.text.split("<main")[1])
        or "is not right" in unknown.text
    )


def test_guessing_a_password_is_slowed_down_even_for_the_right_one(client_as, maria):
    data = {"email": "maria.lopez@example.org", "password": "wrong wrong"}
    for _try in range(5):
        assert client_as().post("/login", data=data).status_code != 429
    client_as().post("/login", data=data)
    answer = client_as().post("/login", data=data | {"password": PASSWORD})
    assert answer.status_code == 429
    assert "Wait" in answer.text


def test_another_account_is_not_slowed_down_by_it(client_as, maria, omar):
    for _try in range(8):
        client_as().post("/login", data={"email": "maria.lopez@example.org", "password": "no"})
    answer = client_as().post(
        "/login", data={"email": "omar.haddad@example.org", "password": PASSWORD}
    )
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("count", "seconds"), [(0, 0), (4, 0), (5, 2), (6, 4), (9, 32), (60, 3600)]
)
def test_the_wait_doubles_up_to_an_hour(count, seconds):
    assert wait_left(count, NOW, free=5, now=NOW) == dt.timedelta(seconds=seconds)


def test_the_first_visit_leads_through_three_steps_to_suggestions(client_as, organisation):
    new = add_member(organisation, "Nina New", organisation.hill, welcomed=False)
    client = client_as(new)
    assert client.get("/").location == "/welcome/role"
    assert "has no rank" not in client.get("/welcome/role").text
    assert "Prepares and chairs" in client.get("/welcome/role").text
    assert client.post("/welcome/role", data={"role": "group-leader"}).location == (
        "/welcome/interests"
    )
    assert client.post("/welcome/interests", data={"interest": ["goals", "no-such"]}).location == (
        "/welcome/now"
    )
    sentence = "Nobody speaks in our group when I ask a question."
    assert client.post("/welcome/now", data={"working_on": sentence}).location == "/"
    page = client.get("/").text
    assert "Because you wrote" in page
    assert "Nobody speaks in our group" in page


def test_each_step_may_be_skipped(client_as, organisation):
    new = add_member(organisation, "Nina New", organisation.hill, welcomed=False)
    client = client_as(new)
    for step in ("role", "interests", "now"):
        client.post(f"/welcome/{step}", data={"skip": "1", "working_on": "not this"})
    assert client.get("/").status_code == 200
    assert "not this" not in client.get("/").text


def test_the_profile_changes_what_is_suggested_at_once(client_as, maria):
    client = client_as(maria)
    before = client.get("/").text
    assert "A discussion that thinks" not in before.split("Because you wrote")[-1] or (
        "Because you wrote" not in before
    )
    client.post("/working-on", data={"working_on": "How can disagreement in a meeting be useful?"})
    after = client.get("/").text
    assert "How can disagreement in a meeting be useful?" in after
    assert "A discussion that thinks" in after


def test_the_sentence_of_one_member_is_on_no_page_of_another(client_as, maria, omar):
    client_as(maria).post("/working-on", data={"working_on": "xylophone repairs in autumn"})
    client_as(maria).get("/")
    for path in ("/", "/library", "/library?q=xylophone", "/reflections", "/me", "/people"):
        assert "xylophone repairs" not in client_as(omar).get(path).text


@pytest.mark.parametrize("path", ["/welcome/role", "/me", "/", "/people", "/library", "/notes"])
def test_who_is_not_signed_in_is_led_to_the_sign_in_page(client_as, organisation, path):
    answer = client_as().get(path)
    assert answer.status_code == 302
    assert "/login" in answer.location


def test_language_and_paper_are_kept(client_as, maria):
    client = client_as(maria)
    answer = client.post("/display", data={"language": "zh", "paper": "dark", "next": "/me"})
    assert answer.location == "/me"
    page = client.get("/me").text
    assert 'lang="zh-Hans"' in page
    assert 'data-paper="dark"' in page


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1", "\n/x"]
)
def test_one_is_never_sent_to_another_site(client_as, maria, target):
    answer = client_as(maria).post("/display", data={"language": "en", "next": target})
    assert answer.location == "/"


def test_only_administrators_manage_members(client_as, maria, ada):
    assert client_as(maria).get("/people").status_code == 403
    page = client_as(ada).get("/people").text
    assert "Maria Lopez" in page


def test_an_administrator_makes_a_link_that_is_shown_once(client_as, ada, organisation):
    client = client_as(ada)
    client.post("/people/invitations", data={"name": "Noor", "unit": organisation.harbour})
    page = client.get("/people/invitations").text
    assert "/join/" in page
    assert "/join/" not in client.get("/people/invitations").text
    token = page.split("/join/")[1].split('"')[0]
    assert client_as().get(f"/join/{token}").status_code == 200


def test_a_withdrawn_invitation_no_longer_works(client_as, ada, invitation, organisation):
    token = invitation(name="Noor")
    found = invitation_store.open_invitations(db.session, organisation.id, NOW)[0]
    client_as(ada).post(f"/people/invitations/{found.id}/withdraw")
    assert client_as().get(f"/join/{token}").status_code == 404


def test_a_nul_character_is_refused_plainly(client_as, maria):
    answer = client_as(maria).post("/me", data={"name": "Mar\x00ia"})
    assert answer.status_code == 400
    assert "NUL" in answer.text


def test_an_over_long_field_is_refused_with_its_name(client_as, maria):
    answer = client_as(maria).post("/me", data={"name": "x" * 5000})
    assert answer.status_code == 422
    assert "5000" in answer.text


class MailServer:
    """A real SMTP server on this machine that keeps what it is given."""

    def __init__(self) -> None:
        import socketserver
        import threading

        received = self.received = []

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"220 test\r\n")
                while line := self.rfile.readline():
                    word = line[:4].upper()
                    if word == b"DATA":
                        self.wfile.write(b"354 go\r\n")
                        body = b""
                        while (part := self.rfile.readline()) != b".\r\n":
                            body += part
                        received.append(body)
                    elif word == b"QUIT":
                        self.wfile.write(b"221 bye\r\n")
                        return
                    self.wfile.write(b"250 ok\r\n")

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"smtp://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def mail_server():
    server = MailServer()
    yield server
    server.close()


def test_a_forgotten_password_is_reset_by_mail(
    app, client_as, maria, mail_server, run_waiting_jobs
):
    import email
    import re
    from dataclasses import replace

    app.config["XINDE"] = replace(app.config["XINDE"], mail_url=mail_server.url)
    client_as().post("/reset", data={"email": "maria.lopez@example.org"})
    run_waiting_jobs()
    (sent,) = mail_server.received
    message = email.message_from_bytes(sent)
    assert message["Subject"] == "Set a new password"
    words = message.get_payload(decode=True).decode()
    link = re.search(r"http://localhost(/reset/\S+)", words)[1]
    new = {"password": "quite another one", "password_confirm": "quite another one"}
    assert client_as().post(link, data=new).status_code == 302
    client = client_as()
    client.post("/login", data={"email": "maria.lopez@example.org", "password": new["password"]})
    assert client.get("/me").status_code == 200


def test_resetting_tells_nobody_who_has_an_account(
    app, client_as, maria, mail_server, run_waiting_jobs
):
    from dataclasses import replace

    app.config["XINDE"] = replace(app.config["XINDE"], mail_url=mail_server.url)
    answers = [
        client_as().post("/reset", data={"email": address}, follow_redirects=True).text
        for address in ("maria.lopez@example.org", "nobody@example.org")
    ]
    run_waiting_jobs()
    assert "If this address has an account" in answers[0]
    assert "If this address has an account" in answers[1]
    assert len(mail_server.received) == 1


def test_a_server_without_mail_says_so(client_as, maria):
    assert "sends no mail" in client_as().get("/reset").text
