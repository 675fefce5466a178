"""Hostile and accidental input to the rooms of writing: always a 4xx, nothing lost."""

from __future__ import annotations

import threading

import pytest
from flask import g

from tests.webapp.people import NOW
from tests.webapp.reflecting import actor, draft, note, row, submitted
from webapp.community import db
from webapp.ids import new_id
from webapp.reflections import actions, lifecycle, published, sent, store
from webapp.reflections.tables import Reflection

IDS = ["unknown", "a" * 16, "9" * 30, "x" * 3_000, "%F0%9F%90%98", "..", "'or'1", "-1", "%ff%fe"]
HOSTILE_BODIES = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](reading:/x) [x](reading:) [x](reading:reflection/) [x](reading:a/b/c?d#e)",
    "[x](reading:%2f%2fevil/../..) [x](reading:\\\\evil)",
    "> " * 5_000,
    "* " * 3_000 + "x",
    "![x](https://tracker/x.png)",
    "\u202e\u0007\ufffe\x0b" * 50,
    "[" * 5_000 + "]" * 5_000,
    "```\n" * 500,
    "|a|\n|-|\n" * 200,
    "\n" * 50_000,
]


@pytest.mark.parametrize("bad", IDS)
def test_an_unknown_id_is_a_404_on_every_address(client_as, maria, bad):
    client = client_as(maria)
    for tail in ("", "/edit", "/submit", "/audience", "/withdraw", "/delete", "/versions"):
        assert client.get(f"/reflections/{bad}{tail}").status_code == 404, tail
    words = {"title": "T", "body": "B", "base_version": 1, "keep": "mine"}
    form = {**words, "key": new_id(), "version": 1, "audience": "organisation"}
    for tail in ("/draft", "/settle", "/submit", "/audience", "/withdraw", "/delete"):
        assert client.post(f"/reflections/{bad}{tail}", data=form).status_code == 404, tail
    assert client.put(f"/reflections/{bad}/draft", json=words).status_code == 404
    made = draft(maria)
    assert client.get(f"/reflections/{made}/versions/{bad}").status_code == 404
    assert client.post(f"/reflections/{made}/versions/{bad}/restore").status_code == 404
    assert client.get(f"/notes/{bad}").status_code == 404
    assert client.put(f"/notes/{bad}/draft", json=words).status_code == 404
    for tail in ("/draft", "/settle", "/delete", "/reflection"):
        assert client.post(f"/notes/{bad}{tail}", data=form).status_code == 404, tail


BAD_SAVES = [
    [],
    "words",
    None,
    7,
    {},
    {"title": "T", "body": "B"},
    {"title": "T", "body": "B", "base_version": None},
    {"title": "T", "body": "B", "base_version": -1},
    {"title": "T", "body": "B", "base_version": 1.5},
    {"title": "T", "body": "B", "base_version": True},
    {"title": "T", "body": "B", "base_version": 2**63},
    {"title": "T", "body": "B", "base_version": "9" * 40},
    {"title": "T", "body": "B", "base_version": "٣"},
    {"title": [], "body": "B", "base_version": 1},
    {"title": "T", "body": {"a": 1}, "base_version": 1},
    {"body": "B", "base_version": 1},
    {"title": "T", "body": "\x00", "base_version": 1},
]


@pytest.mark.parametrize("bad", BAD_SAVES, ids=range(len(BAD_SAVES)))
def test_a_malformed_save_is_a_400_and_changes_nothing(client_as, maria, bad):
    client, made, kept = client_as(maria), draft(maria), note(maria, "N", "Words.")
    assert client.put(f"/reflections/{made}/draft", json=bad).status_code == 400
    assert client.put(f"/notes/{kept}/draft", json=bad).status_code == 400
    assert row(maria, made).version == 1


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b"9" * 5_000, b"NaN"]
)
def test_a_body_that_is_not_json_is_a_400(client_as, maria, raw):
    client, made = client_as(maria), draft(maria)
    for method, path in (
        ("PUT", f"/reflections/{made}/draft"),
        ("POST", "/write"),
        ("POST", "/write/preview"),
        ("POST", "/notes/new"),
    ):
        answer = client.open(path, method=method, data=raw, content_type="application/json")
        assert answer.status_code == 400, path


@pytest.mark.parametrize(
    "key", [None, "", "short", "x" * 65, "with space", 7, ["a" * 10], "ключключ"]
)
def test_a_first_save_without_a_usable_key_is_a_400(client_as, maria, key):
    client = client_as(maria)
    for path in ("/write", "/notes/new"):
        words = {"title": "T", "body": "B", "key": key, "about": ""}
        assert client.post(path, json=words).status_code == 400
        wrong_about = {"title": "T", "body": "B", "key": new_id(), "about": ["x"]}
        assert client.post(path, json=wrong_about).status_code == 400


def test_half_a_character_is_replaced_and_kept_from_the_database(client_as, maria):
    client, made = client_as(maria), draft(maria)
    raw = b'{"title": "T\\ud800", "body": "before \\udc00 after", "base_version": 1}'
    answer = client.put(f"/reflections/{made}/draft", data=raw, content_type="application/json")
    assert answer.status_code == 200
    assert row(maria, made).body == "before \ufffd after"


def test_what_is_too_long_is_refused_with_its_length_and_the_draft_stays(client_as, maria):
    client, made = client_as(maria), draft(maria)
    for more in ({"title": "t" * 201}, {"body": "b" * (sent.SAVE_LIMIT + 1)}):
        words = {"title": "T", "body": "B", "base_version": 1, **more}
        answer = client.put(f"/reflections/{made}/draft", json=words)
        assert answer.status_code == 422
        assert "at most" in answer.json["message"]
    assert row(maria, made).version == 1


def test_what_is_too_long_to_submit_can_still_be_saved(client_as, maria):
    client, made = client_as(maria), draft(maria)
    words = {"title": "T", "body": "b " * 70_000, "base_version": 1}
    assert client.put(f"/reflections/{made}/draft", json=words).status_code == 200
    form = {"key": new_id(), "version": 2, "title": "T", "audience": "organisation"}
    answer = client.post(f"/reflections/{made}/submit", data=form)
    assert answer.status_code == 422
    assert str(lifecycle.BODY_LIMIT) in answer.text


@pytest.mark.parametrize("body", HOSTILE_BODIES, ids=range(len(HOSTILE_BODIES)))
def test_hostile_words_can_be_written_read_found_and_compared(client_as, maria, omar, body):
    made = submitted(maria, "<b>T</b>", body + "\n\ngiraffe")
    client, other = client_as(maria), client_as(omar)
    client.put(
        f"/reflections/{made}/draft", json={"title": "T", "body": body[::-1], "base_version": 1}
    )
    (kept, *_more) = store.versions(db.session, row(maria, made))
    for path in (
        f"/reflections/{made}/edit",
        f"/reflections/{made}/submit",
        f"/reflections/{made}/versions/{kept.id}",
        "/write/mine",
    ):
        assert client.get(path).status_code < 400, path
    for path in (f"/reflections/{made}", "/reflections", "/reflections?q=giraffe"):
        page = other.get(path)
        assert page.status_code == 200, path
        assert "<script>alert" not in page.text
        assert 'href="javascript' not in page.text
        assert "<b>T" not in page.text
        assert "<img" not in page.text


@pytest.mark.parametrize(
    "query",
    [
        "after=x",
        "after=%00",
        "after=" + "A" * 5_000,
        "after=MDAwMS0wMS0wMVQwMDowMDowMCsyMzo1OSB4",  # a year before the first
        "q=" + "x" * 301,
        "theme=" + "x" * 65,
        "text=" + "x" * 121,
    ],
)
def test_malformed_addresses_of_lists_are_4xx(client_as, maria, query):
    assert 400 <= client_as(maria).get(f"/reflections?{query}").status_code < 500


@pytest.mark.parametrize(
    "query",
    ["q=%22", "q=*", "q=a+OR+b", "q=NEAR(a+b)", "q=%F0%9F%90%98", "q=%E5%AD%A6", "q=-", "q='%3B--",
     "theme=unknown", "text=unknown", "q=" + "x" * 300, "q=%ED%A0%80"],
)  # fmt: skip
def test_any_query_is_safe(client_as, maria, query):
    submitted(maria)
    assert client_as(maria).get(f"/reflections?{query}").status_code == 200
    assert client_as(maria).get(f"/notes?{query.partition('&')[0]}").status_code in (200, 422)


@pytest.mark.parametrize(
    "query",
    [
        "text=unknown",
        "passage=unknown/1",
        "passage=../../x",
        "passage=%27",
        "quote=" + "x" * 10_000,
        "text=going-to-see&passage=going-to-see/zzzz.zzzz&quote=%3E%20%5B",
    ],
)
def test_an_editor_opens_whatever_its_address_asks_for(client_as, maria, query):
    for path in ("/write", "/notes/new"):
        assert client_as(maria).get(f"{path}?{query}").status_code == 200


def test_too_long_a_passage_id_in_the_address_is_said(client_as, maria):
    assert client_as(maria).get("/write?passage=" + "x" * 161).status_code == 422


@pytest.mark.parametrize(
    "path",
    ["/reflections", "/write", "/write/mine", "/notes", "/notes/new", "/write/passages"],
)
def test_somebody_who_is_signed_out_is_led_to_the_sign_in_page(client_as, maria, path):
    assert "/login" in client_as(None).get(path).location


def test_a_script_of_somebody_signed_out_gets_a_401_and_nothing_is_written(client_as, maria):
    made = draft(maria)
    answer = client_as(None).put(
        f"/reflections/{made}/draft", json={"title": "T", "body": "B", "base_version": 1}
    )
    assert answer.status_code == 401
    assert "signed out" in answer.json["error"]
    form = {"key": new_id(), "version": 1, "title": "T", "audience": "organisation"}
    assert client_as(None).post(f"/reflections/{made}/submit", data=form).status_code == 401
    assert row(maria, made).status == "draft"


def test_nobody_changes_what_another_wrote(client_as, maria, omar):
    made, other = submitted(maria), client_as(omar)
    version = row(maria, made).version
    words = {"title": "T", "body": "Stolen.", "base_version": version, "keep": "mine"}
    form = {**words, "key": new_id(), "version": version, "audience": "organisation"}
    assert other.put(f"/reflections/{made}/draft", json=words).status_code == 404
    for tail in ("/draft", "/settle", "/submit", "/audience", "/withdraw", "/delete"):
        assert other.post(f"/reflections/{made}{tail}", data=form).status_code == 404
    for tail in ("/edit", "/submit", "/audience", "/withdraw", "/delete", "/versions"):
        assert other.get(f"/reflections/{made}{tail}").status_code == 404
    piece = row(maria, made)
    assert (piece.status, piece.version, piece.body) == ("submitted", version, "Some words.")


# Twice at once


def in_threads(app, work, count: int = 2) -> list[object]:
    """What `work` returns or raises in each of several threads that start together."""
    barrier, results = threading.Barrier(count), []

    def run(number: int) -> None:
        with app.app_context():
            barrier.wait(10)
            try:
                results.append(work(number))
            except Exception as problem:
                results.append(problem)
            finally:
                db.session.rollback()
                g.pop("_nothing", None)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_two_submits_at_once_with_one_key_are_one_submission(app, maria):
    made, who, key = draft(maria), actor(maria), new_id()
    db.session.rollback()

    def submit(_number: int) -> bool:
        return actions.submit(
            db.session, who, made, audience="organisation", unit_id=None, key=key, now=NOW,
            draft_version=1,
        )  # fmt: skip

    assert sorted(map(str, in_threads(app, submit))) == ["False", "True"]
    piece = row(maria, made)
    assert (piece.status, piece.published_version) == ("submitted", 1)


def test_two_first_saves_at_once_with_one_key_are_one_draft(app, maria):
    who, key = actor(maria), new_id()
    db.session.rollback()
    ids = in_threads(
        app, lambda _n: actions.start(db.session, who, title="T", body="B", key=key, now=NOW), 4
    )
    assert len(set(ids)) == 1
    assert db.session.query(Reflection).count() == 1


def test_of_two_saves_at_once_one_is_kept_and_the_other_is_told(app, maria):
    made, who = draft(maria), actor(maria)
    db.session.rollback()

    def save(number: int):
        return actions.save(
            db.session, who, made, title="T", body=f"From {number}.", base_version=1, now=NOW
        )

    results = in_threads(app, save)
    assert sorted(type(r).__name__ for r in results) == ["Saved", "Stale"]
    assert row(maria, made).version == 2


def test_a_submit_that_fails_in_the_middle_leaves_nothing_half_done(app, maria, monkeypatch):
    made, key = draft(maria), new_id()

    def submit() -> bool:
        return actions.submit(
            db.session, actor(maria), made, audience="organisation", unit_id=None, key=key, now=NOW
        )

    with monkeypatch.context() as patch:
        patch.setattr(
            published, "set_words", lambda *_: (_ for _ in ()).throw(OSError("disk full"))
        )
        with pytest.raises(OSError, match="disk full"):
            submit()
    assert row(maria, made).status == "draft"
    assert submit() is True
