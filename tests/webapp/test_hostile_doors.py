"""The edge of the app against somebody who means it: forged requests, stolen links,
addresses that lead elsewhere, words in logs, a database that does not answer."""

from __future__ import annotations

import re
import unicodedata

import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError, OperationalError

from tests.webapp.people import (
    NOW,
    PASSWORD,
    add_member,
    client_for,
    found_organisation,
    running_app,
)
from tests.webapp.reflecting import draft, row
from tests.webapp.test_hostile import complaints
from webapp.community import change, db
from webapp.jobs import queue
from webapp.members import actions as members
from webapp.members import store
from webapp.members.addresses import local_path
from webapp.members.tables import Member
from webapp.reflections import actions as reflections
from webapp.settings import Settings, SettingsError, read

SECRET = "zanzibarsecret"
ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "http://[::1",
    "javascript:alert(1)",
    "/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/x\r\nSet-Cookie: a=b",
    "http://localhost@evil.example/",
    "http://localhost.evil.example/",
    "/" + "x" * 5_000,
]


# Whoever has the address may do it, and a mail program has no token of a page (RFC 8058).
BY_ADDRESS = {"reminders.stop_now"}


@pytest.fixture
def strict(app):
    """The app as it is served: with CSRF tokens, and errors as pages."""
    app.config.update(WTF_CSRF_ENABLED=True, PROPAGATE_EXCEPTIONS=False)
    return app


def test_every_change_needs_the_token_of_the_page(strict, ada, client_as):
    client = client_as(ada)
    tried = 0
    for rule in strict.url_map.iter_rules():
        for method in (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}:
            if rule.endpoint in BY_ADDRESS:
                continue
            path = re.sub(r"<(?:\w+:)?\w+>", "x", rule.rule)
            for options in ({"data": {"csrf_token": "forged"}}, {"json": {}}, {}):
                answer = client.open(path, method=method, **options)
                assert answer.status_code in (400, 415), (method, path, answer.status_code)
                assert complaints(answer, "the author", path) == []
            tried += 1
    assert tried > 25


def test_somebody_cannot_be_signed_in_by_a_forged_form(strict, maria, client_as):
    data = {"email": "maria.lopez@example.org", "password": PASSWORD}
    client = client_as()
    assert client.post("/login", data=data).status_code in (400, 401)
    assert client.get("/me").status_code == 302


def test_a_refused_form_is_a_page_for_the_member_who_sent_it(strict, maria, client_as):
    answer = client_as(maria).post("/working-on", data={"working_on": "x"})
    assert answer.status_code == 400
    assert "Maria Lopez" in answer.text
    nonce = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
    assert nonce
    assert f'nonce="{nonce[1]}"' in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nowhere", 404), ("/reflections/nosuch", 404), ("/people", 403)],
)
def test_every_error_carries_the_policy_and_echoes_no_words(strict, maria, client_as, path, status):
    answer = client_as(maria).get(f"{path}?q=<script>alert(1)</script>")
    assert answer.status_code == status
    assert complaints(answer, "the author", path) == []
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nothing_leads_to_another_site(strict, maria, client_as, target):
    strict.config["WTF_CSRF_ENABLED"] = False
    inside, outside = client_as(maria), client_as()
    account = {"email": "maria.lopez@example.org", "password": PASSWORD}
    answers = [
        inside.post("/display", data={"paper": "dark", "next": target}),
        inside.post("/text-size", data={"size": "large", "next": target}),
        inside.post(
            "/readings/deed", data={"reading": "going-to-see", "kind": "saved", "next": target}
        ),
        inside.get("/login", query_string={"next": target}),
        outside.get("/login", query_string={"next": target}),
        outside.post("/login", data=account, query_string={"next": target}),
        client_as().post("/login", data={**account, "next": target}),
    ]
    for answer in answers:
        assert answer.status_code < 500
        assert complaints(answer, "the author", "/") == []
        assert "evil" not in answer.headers.get("Location", "")


def test_signing_in_leads_back_to_the_page_that_was_asked_for(maria, client_as):
    client = client_as()
    asked = client.get("/reflections?q=%E5%AD%A6").location
    data = {"email": "maria.lopez@example.org", "password": PASSWORD}
    assert client.post(asked, data=data).location == "/reflections?q=%E5%AD%A6"


def test_an_address_that_cannot_be_gone_back_to_still_leads_to_the_sign_in_page(client_as, maria):
    answer = client_as().get("/read/a%5Cb?q=1")
    assert answer.location == "/login"


def test_a_path_of_ours_is_kept():
    assert local_path("/reflections?q=%E5%AD%A6#c-1") == "/reflections?q=%E5%AD%A6#c-1"


# Links in mail, and the address they are built from


def test_links_are_built_from_the_public_address_whatever_the_request_says(
    tmp_path, built, hashing, monkeypatch
):
    sent: list[str] = []
    settings = Settings(
        data=tmp_path,
        model="hashing",
        public_url="https://study.example.org",
        mail_url="smtp://localhost",
    )
    with running_app(tmp_path, "", hashing, settings=settings) as app:
        organisation = found_organisation()
        add_member(organisation, "Maria Lopez", organisation.harbour)
        monkeypatch.setattr(queue, "send_mail", lambda _to, _subject, body: sent.append(body))
        evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
        answer = client_for(app).post(
            "/reset", data={"email": "maria.lopez@example.org"}, headers=evil
        )
        assert answer.status_code < 400
        (body,) = sent
        assert "https://study.example.org/reset/" in body
        assert "evil" not in body


def test_a_server_without_mail_queues_none(maria, client_as, run_waiting_jobs):
    client_as().post("/reset", data={"email": "maria.lopez@example.org"})
    assert run_waiting_jobs() == 0


def test_mail_without_a_public_address_is_refused_at_the_start():
    with pytest.raises(SettingsError, match="XINDE_PUBLIC_URL"):
        read({"XINDE_MAIL_URL": "smtp://localhost"}, dotenv=None)
    whole = {"XINDE_MAIL_URL": "smtp://localhost", "XINDE_PUBLIC_URL": "https://a.example"}
    assert read(whole, dotenv=None).public_url == "https://a.example"


def test_a_page_with_an_invitation_sends_its_address_to_nobody_else(client_as, organisation):
    token = members.invite(db.session, organisation.id, now=NOW, unit_id=organisation.harbour)
    page = client_as().get(f"/join/{token}")
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert not re.findall(r'(?:href|src|action)="(?:https?:)?//', page.text)
    assert "no-store" in page.headers["Cache-Control"]


# Guessing, and bothering others


def test_a_password_is_not_guessed_in_a_session_that_was_left_open(maria, client_as):
    client = client_as(maria)
    sent = {"password": "wrong", "new_password": "x" * 12, "new_password_confirm": "x" * 12}
    answers = [client.post("/password", data=sent).status_code for _try in range(8)]
    assert answers[:5] == [200] * 5
    assert 429 in answers[5:]


def test_somebody_is_not_flooded_with_mail_about_a_new_password(maria, omar, client_as):
    sent = {"email": "maria.lopez@example.org"}
    answers = [client_as().post("/reset", data=sent).status_code for _try in range(8)]
    assert 429 in answers
    assert client_as().post("/reset", data={"email": "omar.haddad@example.org"}).status_code < 400


def test_another_way_to_write_an_address_is_not_another_account(maria, client_as):
    for address in (
        "Maria.Lopez@example.org",
        "maria.lopez@EXAMPLE.org",
        "maria.lopez@example。org",
    ):
        for _try in range(2):
            client_as().post("/login", data={"email": address, "password": "wrong wrong"})
    right = {"email": "maria.lopez@example.org", "password": PASSWORD}
    assert client_as().post("/login", data=right).status_code == 429


@pytest.mark.parametrize(
    "typed", ["ｃｏｒｒｅｃｔ　ｈｏｒｓｅ", "ﬁne ﬁne ﬁne words", "密码密码密码密码密码é"]
)
def test_a_password_fits_however_its_characters_are_typed(organisation, client_as, typed):
    token = members.invite(db.session, organisation.id, now=NOW, unit_id=organisation.hill)
    joining = {"name": "N", "email": "Nina.New@EXAMPLE.org", "password": typed}
    assert client_as().post(f"/join/{token}", data=joining).status_code == 302
    for password in (typed, unicodedata.normalize("NFKC", typed)):
        client = client_as()
        client.post("/login", data={"email": "nina.new@example.org", "password": password})
        assert client.get("/welcome/role").status_code == 200


# Sessions


def test_a_changed_password_ends_the_sessions_on_other_devices(maria, client_as):
    old, here = client_as(), client_as()
    account = {"email": "maria.lopez@example.org", "password": PASSWORD}
    for client in (old, here):
        assert client.post("/login", data={**account, "remember": "y"}).status_code == 302
    new = "another plain sentence"
    answer = here.post(
        "/password",
        data={"password": PASSWORD, "new_password": new, "new_password_confirm": new},
    )
    assert answer.status_code == 302
    assert here.get("/me").status_code == 200
    assert old.get("/me").status_code == 302


def test_cookies_are_kept_from_scripts_and_other_sites(maria, client_as):
    answer = client_as().post(
        "/login",
        data={"email": "maria.lopez@example.org", "password": PASSWORD, "remember": "y"},
    )
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_a_member_who_left_is_signed_out_and_not_sent_in_circles(maria, client_as):
    client = client_as(maria)
    with change(db.session) as session:
        session.get(Member, (maria.organisation_id, maria.id)).left_at = NOW
    answer = client.get("/me")
    assert answer.location.startswith("/login")
    assert client.get(answer.location).status_code == 200


def test_no_token_in_an_address_or_a_header_signs_anybody_in(app, maria, client_as):
    from webapp.members.accounts import datastore

    token = datastore.find_user(id=maria.account_id).get_auth_token()
    client = client_as()
    assert client.get("/me", query_string={"auth_token": token}).status_code == 302
    assert client.get("/me", headers={"Authentication-Token": token}).status_code == 302


# Nothing lost


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/working-on", {}),
        ("/working-on", {"json": {"working_on": 7}}),
        ("/me", {"data": {"name": "Maria"}}),
        ("/welcome/now", {}),
    ],
)
def test_a_form_without_the_sentence_does_not_take_it_back(maria, client_as, path, sent):
    members.change_profile(
        db.session, maria.organisation_id, maria.id, now=NOW, working_on="A leak in our house."
    )
    assert client_as(maria).post(path, **sent).status_code == 400
    assert store.member(db.session, maria.organisation_id, maria.id).working_on


def test_an_essay_may_speak_of_the_character_that_it_may_not_hold(maria, client_as):
    made = draft(maria)
    words = {"title": "T", "body": "In JSON one writes \\u0000 for NUL.", "base_version": 1}
    assert client_as(maria).put(f"/reflections/{made}/draft", json=words).status_code == 200
    assert row(maria, made).body == words["body"]
    for nul in ('"\\u0000"', '"\\\\\\u0000"'):
        raw = f'{{"title": "T", "body": {nul}, "base_version": 2}}'
        answer = client_as(maria).put(
            f"/reflections/{made}/draft", data=raw, content_type="application/json"
        )
        assert answer.status_code == 400, nul


def test_a_name_cannot_rearrange_the_words_beside_it(maria, client_as):
    client = client_as(maria)
    client.post("/me", data={"name": "Maria \u202enimdA\u2066\x1b\ufeff", "working_on": ""})
    assert store.member(db.session, maria.organisation_id, maria.id).name == "Maria nimdA"


# What is told of errors


@pytest.mark.parametrize(
    "error",
    [
        ValueError(SECRET),
        OperationalError(f"insert {SECRET}", {"body": SECRET}, Exception(SECRET)),
        IntegrityError(f"insert {SECRET}", {"body": SECRET}, Exception(SECRET)),
    ],
)
def test_an_error_tells_the_log_where_and_not_what_was_written(
    strict, maria, client_as, monkeypatch, error
):
    strict.config["WTF_CSRF_ENABLED"] = False
    made = draft(maria)

    def fail(*_arguments, **_options):
        raise error

    monkeypatch.setattr(reflections, "save", fail)
    words = {"title": "T", "body": SECRET, "base_version": 1}
    with structlog.testing.capture_logs() as told:
        answer = client_as(maria).put(f"/reflections/{made}/draft", json=words)
    assert answer.status_code == (503 if isinstance(error, OperationalError) else 500)
    assert SECRET not in answer.text
    (entry,) = told
    assert type(error).__name__ in entry["problem"]
    assert entry["endpoint"] == "reflections.save"
    assert "exc_info" not in entry, "some renderers print the values of a traceback"
    assert SECRET not in str(entry)


def test_what_the_database_refuses_is_told_without_the_words(app, maria):
    with pytest.raises(sa.exc.StatementError) as told, change(db.session) as session:
        session.execute(sa.text("insert into nowhere values (:body)"), {"body": SECRET})
    assert SECRET not in str(told.value)


def test_without_a_database_there_is_still_a_page(strict, maria, client_as, monkeypatch):
    def fail(*_arguments, **_options):
        raise OperationalError("select 1", {}, Exception("disk I/O error"))

    client = client_as(maria)
    monkeypatch.setattr("webapp.members.store.whoever_asks", fail)
    monkeypatch.setattr("webapp.members.store.organisation_name", fail)
    answer = client.get("/me")
    assert answer.status_code == 503
    assert "busy" in answer.text
    assert complaints(answer, "the author", "/me") == ["status 503"]
