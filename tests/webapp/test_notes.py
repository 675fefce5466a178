"""Notes: a member's own journal, which nobody else ever meets."""

from __future__ import annotations

import datetime as dt
import re

from tests.webapp.people import NOW
from tests.webapp.reflecting import actor, note, row
from webapp.community import change, db
from webapp.ids import new_id
from webapp.notes import store
from webapp.reflections import store as reflections
from webapp.suggestions.tables import DayList


def save(client, made: str, body: str, version: int):
    return client.put(
        f"/notes/{made}/draft", json={"title": "N", "body": body, "base_version": version}
    )


def test_opening_the_editor_keeps_nothing(client_as, maria):
    assert client_as(maria).get("/notes/new?text=going-to-see").status_code == 200
    assert store.mine(db.session, actor(maria)) == []


def test_a_note_is_begun_once_saved_and_found_by_its_author(client_as, maria):
    client = client_as(maria)
    first = {"title": "", "body": "A giraffe thought.", "key": new_id(), "about": ""}
    made = {client.post("/notes/new", json=first).json["id"] for _twice in range(2)}
    (only,) = made
    assert save(client, only, "A giraffe thought, longer.", 1).json["version"] == 2
    assert "longer" in client.get(f"/notes/{only}").text
    assert only in client.get("/notes?q=GIRAFFE+longer").text
    assert only not in client.get("/notes?q=giraffe+zebra").text
    assert only not in client.get("/notes?q=%25").text


def test_the_page_says_that_only_the_author_reads_it(client_as, maria):
    made = note(maria, "N", "Words.")
    client = client_as(maria)
    assert "Only you can read this." in client.get(f"/notes/{made}").text
    assert "Only you can read your notes" in client.get("/notes").text


def test_nobody_else_meets_a_note(client_as, maria, li, ada):
    made = note(maria, "Secret giraffe", "A giraffe nobody knows.")
    for other in (li, ada):
        client = client_as(other)
        unknown = client.get("/notes/" + "a" * 16)
        hidden = client.get(f"/notes/{made}")
        assert hidden.status_code == unknown.status_code == 404
        assert strip(hidden.text) == strip(unknown.text)
        assert client.get(f"/notes/{made}/delete").status_code == 404
        assert save(client, made, "Changed.", 1).status_code == 404
        assert client.post(f"/notes/{made}/delete").status_code == 404
        copied = client.post(f"/notes/{made}/reflection", data={"key": new_id()})
        assert copied.status_code == 404
        for path in ("/notes", "/notes?q=giraffe", "/reflections?q=giraffe", "/library?q=giraffe"):
            page = client.get(path).text
            assert made not in page
            assert "Secret" not in page
    assert store.own(db.session, actor(maria), made).body == "A giraffe nobody knows."


def strip(page: str) -> str:
    page = re.sub(r'nonce="[^"]+"', "", page)
    page = re.sub(r"/notes/[a-z2-7]{16}", "", page)
    return re.sub(r'name="csrf[-_]token" (?:content|value)="[^"]+"', "", page)


def test_two_tabs_do_not_overwrite_each_other(client_as, maria):
    client, made = client_as(maria), note(maria, "N", "First.")
    assert save(client, made, "From one tab.", 1).status_code == 200
    answer = save(client, made, "From the other.", 1)
    assert (answer.status_code, answer.json["body"]) == (409, "From one tab.")
    page = client.post(
        f"/notes/{made}/draft", data={"title": "N", "body": "Mine.", "base_version": 1}
    )
    assert page.status_code == 409
    assert "keeps no versions" in page.text
    settled = client.post(
        f"/notes/{made}/settle",
        data={"title": "N", "body": "Mine.", "base_version": 2, "keep": "both"},
    )
    assert settled.status_code == 303
    db.session.rollback()
    assert store.own(db.session, actor(maria), made).body == "From one tab.\n\n---\n\nMine."


def test_a_note_is_copied_into_a_draft_once_and_stays(client_as, maria):
    client, made = client_as(maria), note(maria, "A thought", "Worth saying.")
    key = {"key": new_id()}
    answers = [client.post(f"/notes/{made}/reflection", data=key) for _twice in range(2)]
    assert answers[0].location == answers[1].location
    (piece,) = reflections.mine(db.session, actor(maria))
    assert (piece.title, piece.status) == ("A thought", "draft")
    assert row(maria, piece.id).body == "Worth saying."
    assert client.get(f"/notes/{made}").status_code == 200


def test_a_deleted_note_is_gone_with_what_was_made_of_it(client_as, maria):
    made = note(maria, "N", "Words.")
    with change(db.session) as session:
        session.add(
            DayList(
                organisation_id=maria.organisation_id,
                member_id=maria.id,
                day=NOW.date(),
                profile_stamp=0,
                model="m",
                cards=[{"quotes": "Words."}],
                made_at=NOW,
            )
        )
    client = client_as(maria)
    assert "Delete" in client.get(f"/notes/{made}/delete").text
    assert client.post(f"/notes/{made}/delete").status_code == 303
    assert client.get(f"/notes/{made}").status_code == 404
    assert db.session.query(DayList).count() == 0


def test_new_words_make_new_suggestions_due(client_as, maria):
    made = note(maria, "N", "Words.")
    from webapp.members import store as members

    before = members.member(db.session, maria.organisation_id, maria.id).profile_stamp
    save(client_as(maria), made, "Other words.", 1)
    db.session.rollback()
    assert members.member(db.session, maria.organisation_id, maria.id).profile_stamp == before + 1


def test_the_last_changed_stand_first_and_pages_follow(app, client_as, maria):
    made = []
    for number in range(35):
        made.append(note(maria, f"Note {number:02}", "Words."))
        with change(db.session):
            store.own(db.session, actor(maria), made[-1]).updated_at = NOW + dt.timedelta(
                minutes=number
            )
    client, seen, path = client_as(maria), [], "/notes"
    while path:
        page = client.get(path).text
        seen += re.findall(r'href="/notes/([a-z2-7]{16})"', page)
        more = re.search(r'rel="next" href="([^"]+)"', page)
        path = more[1].replace("&amp;", "&") if more else None
    assert seen == made[::-1]
