"""A year ago, and the month in one's own sentences: shown to nobody but their author,
changed in no word, and silenced with one click."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
import structlog

from tests.webapp.people import NOW
from tests.webapp.reflecting import actor, draft, row, submitted
from webapp.community import change, db
from webapp.goals.tables import Goal
from webapp.ids import new_id
from webapp.looking_back import month_page
from webapp.looking_back.days import Month
from webapp.members.tables import Member
from webapp.notes.tables import Note
from webapp.readings.tables import Deed
from webapp.reflections import actions as reflections

YEAR_AGO = dt.datetime(2025, 5, 4, 12, tzinfo=dt.UTC)
SAID = "I learned that nobody reports a leak before the water comes through."
BODY = (
    "Good morning everyone, I am glad that you are all here.\n\n"
    f"{SAID}\n\n> Read this quotation of a text that is long enough to stand alone.\n"
)
APRIL = {
    "The first visit": "I knocked at three doors before I wrote the report. "
    "The table on my desk had been wrong about every leak. "
    "Next month I will ask the oldest tenant before anybody else.",
    "The keys": "We keep the keys of the store room in three different places. "
    "I lost my patience when the list was read for the third time.",
}


def note_at(member, at, body, title="A note") -> str:
    made = new_id()
    with change(db.session) as session:
        session.add(
            Note(
                organisation_id=member.organisation_id, id=made, member_id=member.id, title=title,
                body=body, version=1, created_at=at, updated_at=at,
            )
        )  # fmt: skip
    return made


def shown(client) -> str:
    """The sentence of earlier on the For you page, "" where there is none."""
    page = client.get("/")
    assert page.status_code == 200
    found = re.search(r'class="ago__said"[^>]*><p>(.*?)</p>', page.text)
    return found[1] if found else ""


def say(client, do, piece="", **more):
    return client.post("/me/looking-back", data={"do": do, "piece": piece, **more})


def present(member) -> Member:
    db.session.rollback()
    return db.session.get(Member, (member.organisation_id, member.id), populate_existing=True)


# A year ago


def test_a_sentence_of_a_year_ago_is_shown_to_its_author_all_day(app, client_as, maria, li):
    made = note_at(maria, YEAR_AGO, BODY)
    client = client_as(maria)
    page = client.get("/").text
    assert "A year ago today, you wrote" in page
    assert f'href="/notes/{made}"' in page
    assert shown(client) == SAID  # neither the greeting nor the quotation
    app.config["NOW"] = NOW + dt.timedelta(hours=9)
    assert shown(client) == SAID
    assert shown(client_as(li)) == ""
    app.config["NOW"] = NOW + dt.timedelta(days=2)
    assert "About a year ago, you wrote" in client.get("/").text
    app.config["NOW"] = NOW + dt.timedelta(days=9)
    assert shown(client) == ""


def test_the_days_of_the_organisation_count(app, client_as, maria):
    late = dt.datetime(2025, 5, 7, 20, tzinfo=dt.UTC)  # in Shanghai four in the morning of the 8th
    note_at(maria, late, BODY)
    assert shown(client_as(maria)) == SAID
    app.config["XINDE"] = replace(app.config["XINDE"], time_zone="Asia/Shanghai")
    assert shown(client_as(maria)) == ""


def test_a_reflection_counts_with_what_was_submitted_on_that_day(client_as, maria):
    made = submitted(maria, body=SAID, now=YEAR_AGO)
    reflections.save(
        db.session, actor(maria), made, title="A title", base_version=1, now=NOW,
        body="I rewrote all of this today, and it is another piece now.",
    )  # fmt: skip
    client = client_as(maria)
    assert shown(client) == SAID
    reflections.withdraw(db.session, actor(maria), made, now=NOW)
    assert shown(client) == ""  # of the draft, which was written today


def test_not_today_and_never_this_piece_and_not_at_all(app, client_as, maria):
    first, client = note_at(maria, YEAR_AGO, BODY, "First"), client_as(maria)
    shown(client)
    stamp = present(maria).profile_stamp
    assert say(client, "not_today").location == "/"
    assert shown(client) == ""
    app.config["NOW"] = NOW + dt.timedelta(days=1)
    assert shown(client) == SAID
    assert say(client, "never", f"note/{first}").status_code == 303
    assert shown(client) == ""
    app.config["NOW"] = NOW + dt.timedelta(days=2)
    assert shown(client) == ""
    assert "First" in section(client.get("/me/known").text)
    say(client, "again", f"note/{first}", next="known")
    assert shown(client) == SAID
    assert say(client, "off", next="known").location == "/me/known#k-looking_back"
    assert shown(client) == ""
    assert 'aria-checked="false"' in section(client.get("/me/known").text)
    say(client, "on")
    assert shown(client) == SAID
    assert present(maria).profile_stamp == stamp  # suggestions are made from other things
    client.post("/me/known/switch", data={"what": "everything", "off": "1"})
    assert shown(client) == ""
    assert "k-looking_back" not in client.get("/me/known").text


def section(page: str) -> str:
    return page[page.index('id="k-looking_back"') :].partition("</section>")[0]


def test_what_names_nothing_changes_nothing(client_as, maria):
    client = client_as(maria)
    for do, piece, status in (
        ("never", "", 404),
        ("never", "note/nothingofthekind", 404),
        ("never", "note/" + "x" * 500, 404),
        ("again", "x", 400),
        ("", "", 400),
        ("all", "", 400),
    ):
        assert say(client, do, piece).status_code == status
    assert not present(maria).switched_off


def test_write_about_it_again_begins_with_the_words_of_then_and_nothing_else(client_as, maria, li):
    made = note_at(maria, YEAR_AGO, BODY, "Secret title")
    sent = {"piece": f"note/{made}", "which": "0", "key": new_id()}
    answers = [client_as(maria).post("/me/looking-back/write", data=sent) for _twice in range(2)]
    (path,) = {answer.location for answer in answers}
    piece = row(maria, path.split("/")[2])
    assert (piece.title, piece.status, piece.genre) == ("", "draft", "reflection")
    assert piece.body == f"> {SAID}\n>\n> — 4 May 2025\n\n"
    other = client_as(li).post("/me/looking-back/write", data=sent | {"key": new_id()})
    none = client_as(maria).post("/me/looking-back/write", data=sent | {"which": "9"})
    assert (other.status_code, none.status_code) == (404, 404)


# My month


@pytest.fixture
def april(maria):
    """Maria's April of 2026, with something of May."""
    for day, (title, body) in enumerate(APRIL.items(), start=10):
        note_at(maria, dt.datetime(2026, 4, day, 9, tzinfo=dt.UTC), body, title)
    note_at(maria, dt.datetime(2026, 5, 1, 9, tzinfo=dt.UTC), f"{SAID} In May.", "May note")


def quoted(page: str) -> list[str]:
    found = re.findall(r"<figure.*?</figure>", page, re.S)
    return [s for one in found for s in re.findall(r"<p>(.*?)</p>", one)]


def test_a_month_is_told_in_own_sentences_with_their_pieces(client_as, maria, april):
    page = client_as(maria).get("/me/month/2026-04").text
    said = quoted(page)
    assert said
    for sentence in said:
        assert any(sentence in body for body in APRIL.values())
    places = [" ".join(APRIL.values()).index(sentence) for sentence in said]
    assert places == sorted(places)
    for title in APRIL:
        assert page.count(title) >= 2  # among the pieces, and below its sentences
    assert "May note" not in page
    assert SAID not in page
    assert "10 April 2026" in page


def test_beside_it_stand_what_was_read_and_what_became_of_goals(client_as, maria, li, april):
    at = dt.datetime(2026, 4, 12, tzinfo=dt.UTC)
    key = {"organisation_id": maria.organisation_id, "member_id": maria.id}
    with change(db.session) as session:
        for group, when in (("going-to-see", at), ("small-goals", NOW)):
            session.add(
                Deed(
                    **key, id=new_id(), kind="read", reading_id=group, reading_group=group, at=when
                )
            )
        for what, status, created, answered in (
            ("Knock at doors", "done", at - dt.timedelta(days=90), at),
            ("Ask the tenant", "open", at, None),
            ("Long over", "done", at - dt.timedelta(days=90), at - dt.timedelta(days=60)),
            ("Only set in May", "open", NOW, None),
        ):
            session.add(
                Goal(
                    **key, id=new_id(), what=what, status=status, created_at=created,
                    answered_at=answered, updated_at=created,
                )
            )  # fmt: skip
    page = client_as(maria).get("/me/month/2026-04").text
    assert "/read/going-to-see" in page
    assert "/read/small-goals" not in page
    for there in ("Knock at doors", "Ask the tenant", "Done", "Open"):
        assert there in page
    for absent in ("Long over", "Only set in May"):
        assert absent not in page


def test_answers_to_ones_pieces_are_named(client_as, maria, li):
    from webapp.answers import actions as answers

    at = dt.datetime(2026, 4, 12, tzinfo=dt.UTC)
    made = submitted(maria, "The visit", SAID, now=at)
    answers.answer(
        db.session, actor(li), made, kind="echo", body="So it was with us.", key=new_id(), now=at
    )
    page = client_as(maria).get("/me/month/2026-04").text
    assert "Li Wen" in page
    assert "So it was with us" not in client_as(li).get("/me/month/2026-04").text


def test_only_months_in_which_something_was_written_are_offered(client_as, maria, april):
    client = client_as(maria)
    assert client.get("/me/month").location == "/me/month/2026-05"
    page = client.get("/me/month/2026-05").text
    assert set(re.findall(r'href="/me/month/(\d{4}-\d\d)"', page)) == {"2026-04", "2026-05"}
    empty = client.get("/me/month/2026-03")
    assert empty.status_code == 200
    assert "Nothing is kept of this month" in empty.text


def test_a_month_that_is_none_or_has_not_come_is_not_found(client_as, maria):
    client = client_as(maria)
    for month in ("2026-06", "2026-13", "2026-1", "1999", "x", "2026-04-01"):
        assert client.get(f"/me/month/{month}").status_code == 404
        sent = {"key": new_id()}
        assert client.post(f"/me/month/{month}/summary", data=sent).status_code == 404


def test_a_month_begins_where_the_organisation_is(app, client_as, maria):
    note_at(maria, dt.datetime(2026, 3, 31, 20, tzinfo=dt.UTC), SAID, "At the turn")
    client = client_as(maria)
    assert "At the turn" in client.get("/me/month/2026-03").text
    app.config["XINDE"] = replace(app.config["XINDE"], time_zone="Asia/Shanghai")
    assert "At the turn" in client.get("/me/month/2026-04").text
    assert "At the turn" not in client.get("/me/month/2026-03").text


def test_a_monthly_summary_begins_with_the_sentences_as_quotations(client_as, maria, april):
    client = client_as(maria)
    said, sent = quoted(client.get("/me/month/2026-04").text), {"key": new_id()}
    (path,) = {client.post("/me/month/2026-04/summary", data=sent).location for _twice in range(2)}
    piece = row(maria, path.split("/")[2])
    assert (piece.title, piece.genre, piece.status) == ("April 2026", "summary", "draft")
    lines = piece.body.splitlines()
    assert [line[2:] for line in lines if line.startswith("> ") and "—" not in line] == said
    assert all(line.startswith(">") or not line for line in lines)
    assert "> — 10 April 2026" in lines
    for title in APRIL:  # of a note that nobody else may know of
        assert title not in piece.body
    empty = client.post("/me/month/2026-03/summary", data={"key": new_id()})
    assert empty.location == "/me/month/2026-03"


def test_a_month_without_a_whole_sentence_says_so(client_as, maria):
    note_at(maria, dt.datetime(2026, 4, 2, tzinfo=dt.UTC), "> Only a quotation.\n\nYes.", "Short")
    page = client_as(maria).get("/me/month/2026-04").text
    assert "no whole sentence of your own" in page
    assert "Begin a monthly summary" not in page


def test_of_a_very_long_month_the_newest_sentences_are_looked_at(app, maria, monkeypatch):
    monkeypatch.setattr(month_page, "NEWEST_SENTENCES", 3)
    asked: list[int] = []
    monkeypatch.setattr(
        month_page.chosen, "summary", lambda model, found: asked.append(len(found)) or []
    )
    for day in (1, 2, 3):
        note_at(maria, dt.datetime(2026, 4, day, tzinfo=dt.UTC), " ".join(APRIL.values()))
    from webapp.resources import resources

    with app.test_request_context():
        month_page.month_page(db.session, actor(maria), resources(), Month(2026, 4))
    assert asked == [3]


def test_the_same_words_are_encoded_once(app, client_as, maria, april, monkeypatch):
    from recommender.summarising import choosing

    calls: list[int] = []
    read = choosing.read_sentences
    monkeypatch.setattr(
        choosing, "read_sentences", lambda model, s: calls.append(len(s)) or read(model, s)
    )
    month_page.chosen._kept.clear()
    client = client_as(maria)
    first = quoted(client.get("/me/month/2026-04").text)
    assert quoted(client.get("/me/month/2026-04").text) == first
    assert len(calls) == 1


def test_nothing_of_it_is_logged(client_as, maria, april):
    made = note_at(maria, YEAR_AGO, BODY)
    with structlog.testing.capture_logs() as logs:
        client = client_as(maria)
        client.get("/")
        client.get("/me/month/2026-04")
        client.post("/me/month/2026-04/summary", data={"key": new_id()})
        say(client, "never", f"note/{made}")
    assert "leak" not in str(logs)
    assert made not in str(logs)
    assert draft(maria)  # the session works on
