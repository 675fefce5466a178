"""Bringing files in through the web, and what becomes of each of them."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import shutil
import zipfile

import pytest

from tests.webapp.people import NOW, add_member
from webapp.community import change, db
from webapp.jobs import queue
from webapp.members import actions as members
from webapp.resources import library
from webapp.texts import actions, bringing, brought, building, store, views
from webapp.texts.tables import Upload

TAP = "# The tap\n\n" + "The tap had dripped for a month before anybody wrote it down. " * 12
LAMP = "# The lamp\n\n" + "A lamp on the stairs is nobody's work until it is somebody's. " * 12


@pytest.fixture
def omar(organisation):
    """An organizer of the library, in Hill."""
    member = add_member(organisation, "Omar Haddad", organisation.hill)
    members.set_organizer(db.session, organisation.id, member.id, True)
    return member


@pytest.fixture
def bring(client_as, omar):
    """Sends files as a browser's form does; the client's answer."""
    client, number = client_as(omar), iter(range(100))

    def send(*files: tuple[str, str | bytes], key: str = "", script: bool = False, **more):
        sent = [
            (io.BytesIO(content if isinstance(content, bytes) else content.encode()), name)
            for name, content in files
        ]
        return client.post(
            "/library/desk/uploads",
            data={"key": key or f"upload-key-{next(number)}", "files": sent} | more,
            content_type="multipart/form-data",
            headers={"Accept": "application/json"} if script else {},
        )

    send.client = client
    return send


def uploads(organisation_id: str) -> list[store.UploadRow]:
    db.session.rollback()
    return store.uploads(db.session, organisation_id)


def outcomes(organisation_id: str) -> dict[str, str]:
    """Outcome by the name under which a file was brought."""
    return {u.name: u.outcomes[0]["outcome"] for u in uploads(organisation_id)}


def test_files_are_brought_in_and_each_says_what_became_of_it(bring, omar, run_waiting_jobs):
    answer = bring(("The tap.md", TAP), ("lamp.txt", LAMP), ("broken.pdf", b"%PDF-1.4 no"))
    assert answer.status_code == 303
    assert "3 files are not read yet" in bring.client.get("/library/desk").text
    run_waiting_jobs()
    assert outcomes(omar.organisation_id) == {
        "The tap.md": "imported", "lamp.txt": "imported", "broken.pdf": "refused",
    }  # fmt: skip
    page = bring.client.get("/library/desk").text
    assert "are not read yet" not in page
    assert "Omar Haddad" in page
    for title in ("The tap", "The lamp"):
        found = re.search(rf'href="/library/desk/texts/([\w-]+)"[^>]*>{title}<', page)
        assert library().text(found[1]).title == title
    # refused: with the sentence of the one who read it
    refused = uploads(omar.organisation_id)
    why = next(u.outcomes[0]["why"] for u in refused if u.name == "broken.pdf")
    assert why
    assert why.replace("'", "&#39;").replace('"', "&#34;") in page


def test_what_was_brought_is_found_by_words_and_by_meaning(
    bring, run_waiting_jobs, client_as, maria
):
    bring(("tap.md", TAP))
    run_waiting_jobs()
    assert building.waiting_for_index(bring.client.application) == 0
    assert "The tap" in client_as(maria).get("/library?q=dripped").text


def test_the_same_text_again_is_a_duplicate_and_leads_to_it(bring, omar, run_waiting_jobs):
    bring(("tap.md", TAP))
    run_waiting_jobs()
    bring(("copy.md", TAP))
    run_waiting_jobs()
    assert outcomes(omar.organisation_id)["copy.md"] == "duplicate"
    page = bring.client.get("/library/desk").text
    row = re.search(r"<bdi>copy.md</bdi>.*?</ul>", page, re.S)[0]
    assert re.search(r"Duplicate.*href=\"/library/desk/texts/[\w-]+\"", row, re.S)


def test_a_file_of_the_same_name_replaces_only_when_it_is_asked(bring, omar, run_waiting_jobs):
    bring(("tap.md", TAP))
    run_waiting_jobs()
    bring(("tap.md", LAMP))
    run_waiting_jobs()
    assert [u.outcomes[0]["outcome"] for u in uploads(omar.organisation_id)].count("refused") == 1
    slug = next(r.slug for r in library().desk().items if r.title == "The tap")
    bring(("tap.md", LAMP), replace="1")
    run_waiting_jobs()
    assert library().text(slug).title == "The lamp"


def test_a_zip_is_every_file_in_it(bring, omar, run_waiting_jobs):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("tap.md", TAP)
        made.writestr("deep/lamp.md", LAMP)
        made.writestr("../escape.md", LAMP)
        made.writestr("noise.bin", b"\x00\x01\x02")
    bring(("group.zip", packed.getvalue()))
    run_waiting_jobs()
    (upload,) = uploads(omar.organisation_id)
    by_name = {o["name"]: o["outcome"] for o in upload.outcomes}
    assert by_name["tap.md"] == "imported"
    assert sorted(by_name.values()).count("refused") >= 1
    assert "files in it" in bring.client.get("/library/desk").text


def test_the_same_form_sent_twice_brings_files_once(app, bring, omar, run_waiting_jobs):
    for _time in range(2):
        assert bring(("tap.md", TAP), key="the-same-key").status_code == 303
    assert len(uploads(omar.organisation_id)) == 1
    kept = list((app.config["XINDE"].data / "uploads").iterdir())
    assert len(kept) == 1
    run_waiting_jobs()
    assert outcomes(omar.organisation_id) == {"tap.md": "imported"}
    assert not any((app.config["XINDE"].data / "uploads").iterdir())


def test_a_script_is_told_in_json(bring, run_waiting_jobs):
    answer = bring(("tap.md", TAP), script=True)
    assert answer.status_code == 202
    assert len(answer.json["uploads"]) == 1
    told = bring.client.get("/library/desk/uploads.json").json
    assert told["busy"] is True
    assert "tap.md" in told["html"]
    run_waiting_jobs()
    told = bring.client.get("/library/desk/uploads.json").json
    assert told["busy"] is False
    assert "Brought in" in told["html"]
    assert bring(script=True).status_code == 422


def test_an_empty_field_says_what_to_do(bring):
    answer = bring(("", b""))
    assert answer.status_code == 422
    assert "Choose one or more files first" in answer.text


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/cron.d/x.md", "..\\..\\x.md", "a\x00b.md", "x" * 300 + ".md", "长" * 300 + ".md",
        "\u202edm.gpj", "..", ".hidden.md", "con.md", "a\nb.md", "<script>alert(1)</script>.md",
        "%2e%2e%2fx.md", "x.md\r\nSet-Cookie: a=b", "🐙.md", "/",
    ],
)  # fmt: skip
def test_hostile_names_end_like_any_other(app, bring, omar, name, run_waiting_jobs):
    data = app.config["XINDE"].data
    answer = bring((name, TAP))
    assert answer.status_code in (303, 422), answer.text
    run_waiting_jobs()
    outside = [p for p in data.parent.iterdir() if p != data and p.name != "secrets"]
    assert outside == []
    for upload in uploads(omar.organisation_id):
        assert upload.state == "done"
        assert upload.outcomes[0]["outcome"] in ("imported", "refused", "duplicate")
        assert not re.search("[\x00-\x1f\u202a-\u202e]", upload.name)
    page = bring.client.get("/library/desk")
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_more_than_can_be_taken_is_a_page_that_says_so(app, bring, monkeypatch):
    many = [(f"{number}.md", TAP) for number in range(views.MOST_FILES + 1)]
    answer = bring(*many)
    assert answer.status_code == 413
    assert "At most 40 files, 200 MB together" in answer.text
    assert "4 MB" not in answer.text
    monkeypatch.setattr(app.view_functions["texts.upload"], "most_bytes", 100_000)
    answer = bring(("large.md", b"x" * 200_000))
    assert answer.status_code == 413
    assert "Nothing was taken" in answer.text
    assert bring(("large.md", b"x" * 200_000), script=True).json["message"].startswith("At most 40")


def test_nobody_else_can_send_that_much(client_as, maria, app):
    """Whoever may not bring texts is refused before the body is read."""
    app.config["MAX_CONTENT_LENGTH"] = 100_000
    for client, status in ((client_as(maria), 403), (client_as(), 401)):
        data = {"key": "k" * 12, "files": [(io.BytesIO(b"x" * 200_000), "x.md")]}
        answer = client.post("/library/desk/uploads", data=data, content_type="multipart/form-data")
        assert answer.status_code == status
    assert not (app.config["XINDE"].data / "uploads").exists()


def test_other_routes_take_no_more_than_before(client_as, omar):
    answer = client_as(omar).post(
        "/library/desk/texts", data={"act": "confirm", "key": "k" * 12, "x": "y" * 5_000_000}
    )
    assert answer.status_code == 413


def test_a_full_disk_is_told_beside_the_file(bring, omar, monkeypatch):
    def full(*_arguments):
        raise brought.UploadRefused("It could not be kept: No space left on device.")

    monkeypatch.setattr("webapp.texts.brought.keep_upload", full)
    assert bring(("tap.md", TAP)).status_code == 303
    page = bring.client.get("/library/desk").text
    assert "It could not be kept: No space left on device." in page
    assert "Some files could not be taken" in page
    assert outcomes(omar.organisation_id) == {"tap.md": "refused"}


# Work that is interrupted


def test_what_a_killed_process_left_is_gone_on_with(bring, omar, run_waiting_jobs, app):
    bring(("tap.md", TAP), ("lamp.md", LAMP))
    app.extensions["xinde_huey"].storage.flush_queue()  # the queue is lost
    first = uploads(omar.organisation_id)[0].id
    with change(db.session) as session:  # one was being read when the process ended
        row = session.get(Upload, (omar.organisation_id, first))
        row.state, row.seen_at, row.tries = "reading", NOW - dt.timedelta(hours=1), 1
    assert bringing.sweep() >= 2
    run_waiting_jobs()
    assert set(outcomes(omar.organisation_id).values()) == {"imported"}
    assert bringing.sweep() == 0


def test_kept_files_that_no_row_speaks_of_are_removed_after_a_while(app, bring, omar):
    place = app.config["XINDE"].data / "uploads"
    bring(("tap.md", TAP))
    (place / "orphan").mkdir()
    (place / "orphan" / "x.md").write_text(TAP)
    bringing.clear_up()
    assert (place / "orphan").exists()  # its request may still be sending
    for folder in place.iterdir():
        os.utime(folder, (0, 0))
    bringing.clear_up()
    assert [p.name for p in place.iterdir()] == [uploads(omar.organisation_id)[0].id]


def test_a_file_that_a_restored_backup_does_not_have_is_told(app, bring, omar, run_waiting_jobs):
    bring(("tap.md", TAP))
    shutil.rmtree(app.config["XINDE"].data / "uploads")
    run_waiting_jobs()
    assert uploads(omar.organisation_id)[0].state == "failed"
    assert "It is no longer there" in bring.client.get("/library/desk").text


def test_a_file_that_is_being_read_is_left_to_who_reads_it(bring, omar, run_waiting_jobs):
    bring(("tap.md", TAP))
    (upload,) = uploads(omar.organisation_id)
    taken = actions.claim(db.session, omar.organisation_id, upload.id, begun_before=NOW, now=NOW)
    assert taken is not None
    run_waiting_jobs()
    assert uploads(omar.organisation_id)[0].state == "reading"


def test_a_file_on_which_the_process_ends_again_and_again_is_given_up(bring, omar):
    bring(("tap.md", TAP))
    (upload,) = uploads(omar.organisation_id)
    later = NOW + dt.timedelta(hours=1)
    for _time in range(actions.MOST_TRIES):
        assert actions.claim(
            db.session, omar.organisation_id, upload.id, begun_before=later, now=NOW
        )
    assert not actions.claim(
        db.session, omar.organisation_id, upload.id, begun_before=later, now=NOW
    )
    assert uploads(omar.organisation_id)[0].state == "failed"
    page = bring.client.get("/library/desk").text
    assert "Reading this file ended badly several times" in page


def test_an_error_of_ours_is_tried_again(bring, omar, monkeypatch, run_waiting_jobs):
    def broken(*_arguments, **_more):
        raise RuntimeError("of ours")

    bring(("tap.md", TAP))
    (upload,) = uploads(omar.organisation_id)
    monkeypatch.setattr("webapp.texts.brought.take_upload", broken)
    with pytest.raises(RuntimeError):
        bringing.bring_in(omar.organisation_id, upload.id)
    monkeypatch.undo()
    run_waiting_jobs()
    assert outcomes(omar.organisation_id) == {"tap.md": "imported"}


def test_embedding_stands_behind_other_work_and_is_asked_once(app, organisation):
    for _time in range(3):
        queue.embed()
    queue.bring_in(organisation.id, "x")
    queue.bring_in(organisation.id, "x")
    queue.look_again(organisation.id, "y")
    huey = app.extensions["xinde_huey"]
    waiting = []
    while (task := huey.dequeue()) is not None:
        waiting.append(task.name)
    assert waiting == ["reconcile", "bring_in", "embed"]


def test_embedding_comes_back_until_nothing_is_left(app, monkeypatch, run_waiting_jobs):
    left = iter([500, 200, 0])
    monkeypatch.setattr("webapp.texts.building.embed_some", lambda *_a, **_m: next(left))
    queue.embed()
    assert run_waiting_jobs() == 3


def test_a_file_is_read_again(bring, omar, app, run_waiting_jobs):
    bring(("tap.md", TAP), ("lamp.md", LAMP))
    run_waiting_jobs()
    slug = next(u for u in uploads(omar.organisation_id) if u.name == "tap.md").outcomes[0]["slug"]
    answer = bring.client.post(f"/library/desk/texts/{slug}/reread")
    assert answer.status_code == 303
    assert "The file was read again" in bring.client.get(answer.location).text
    next((app.config["XINDE"].data / "texts").rglob("tap.md")).unlink()
    answer = bring.client.post(f"/library/desk/texts/{slug}/reread")
    page = bring.client.get(answer.location).text
    assert "The file cannot be read any more" in page
    assert "The file of this text is gone, so it is withdrawn" in page


def test_every_file_of_the_library_is_listed_with_its_outcome(bring, run_waiting_jobs):
    bring(("tap.md", TAP), ("copy.md", TAP), ("broken.epub", b"PK no"))
    run_waiting_jobs()
    page = bring.client.get("/library/desk/files").text
    for name in ("tap.md", "copy.md", "broken.epub"):
        assert name in page
    page = bring.client.get("/library/desk/files?show=imported").text
    assert "tap.md" in page
    assert "going-to-see.md" in page
    assert str(bring.client.application.config["XINDE"].data) not in page
