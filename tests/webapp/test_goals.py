"""Goals: set, answered, written about; seen by nobody else but where their member says so."""

from __future__ import annotations

import datetime as dt
import html
import re
from urllib.parse import quote

import pytest
from sqlalchemy import event

from tests.webapp.people import NOW
from tests.webapp.reflecting import actor, draft, note, row, submit, submitted
from webapp.community import change, db
from webapp.goals import actions, chains, setting, store
from webapp.goals.actions import Origin
from webapp.goals.tables import Goal
from webapp.ids import new_id
from webapp.reflections import actions as reflections
from webapp.requirements.tables import Attendance
from webapp.resources import library
from webapp.suggestions.tables import DayList

BODY = (
    "> Three of the five kitchens had a bucket under the sink.\n>\n"
    "> — [Going to see](reading:going-to-see/1)\n\n"
    "The table had been wrong. I will knock at three doors before the next report."
)
SENTENCE = "I will knock at three doors before the next report."
DAY = NOW.date()


def goal(member, what="Knock at three doors", *, by=None, now=NOW, **more) -> str:
    """A goal of the member; its id."""
    origin = {k: more.pop(k) for k in ("reflection_id", "reading_id", "sentence", "source", "quote") if k in more}  # fmt: skip
    return actions.set_one(
        db.session, actor(member), setting.Wanted(what, by=by), Origin(**origin),
        author_may_know=more.get("author_may_know", False), key=new_id(), now=now,
    )  # fmt: skip


def told(
    member, made, outcome="done", happened="I knocked at three doors.", hindrance="", now=NOW,
    activity="",
):  # fmt: skip
    said = setting.told(
        outcome=outcome, happened=happened, hindrance=hindrance, activity=activity, when="none",
        written_day="", today=DAY,
    )  # fmt: skip
    assert not said.problems
    actions.answer(db.session, actor(member), made, said, now=now)


def kept(member, made) -> Goal:
    found = store.own(db.session, actor(member), made)
    assert found is not None
    return found


def written_about(member, made, title, *, genre="experience", audience="organisation") -> str:
    """A submitted piece about a goal."""
    piece = reflections.start(
        db.session, actor(member), title=title, body="I went and knocked, three times.",
        genre=genre, goal_id=made, now=NOW,
    )  # fmt: skip
    submit(member, piece, audience=audience)
    return piece


# Setting one


def test_a_goal_is_born_from_a_sentence_of_ones_own_piece(client_as, maria):
    piece = submitted(maria, "Knocking first", BODY)
    client = client_as(maria)
    page = html.unescape(client.get(f"/reflections/{piece}").text)
    address = f"/goals/new?from={piece}&sentence={quote(SENTENCE, safe='')}".replace("%20", "+")
    assert address in page
    form = client.get(address).text
    assert f">{SENTENCE}</textarea>" in form
    sent = {
        "what": SENTENCE,
        "from": piece,
        "sentence": SENTENCE,
        "when": "day",
        "by": "2026-05-11",
    }
    key = new_id()
    answers = {client.post("/goals/new", data=sent | {"key": key}).location for _twice in range(2)}
    (address,) = answers
    (made,) = store.open_goals(db.session, actor(maria))
    assert address.endswith(made.id)
    assert (made.what, made.by) == (SENTENCE, dt.date(2026, 5, 11))
    assert kept(maria, made.id).reflection_id == piece
    other = client.get(f"/goals/new?from={piece}&sentence=Words+of+somebody+else").text
    assert "></textarea>" in other
    assert "somebody else" not in other
    assert "sentence=" not in client.get(f"/reflections/{piece}").text  # it is a goal now


def test_a_goal_can_come_from_a_note_a_passage_or_from_nothing(client_as, maria):
    client, passage = client_as(maria), library().passages("going-to-see")[1].id
    made = note(maria, "N", "下次开会，我先请不爱说话的人开口。")
    assert "下次开会" in client.get(f"/goals/new?note={made}").text
    for origin in ({}, {"note": made}, {"reading": passage}, {"reading": "small-goals"}):
        sent = {"what": "Go", "when": "none", "key": new_id(), **origin}
        assert client.post("/goals/new", data=sent).status_code == 303
    found = {g.reading_id for g in store.open_goals(db.session, actor(maria))}
    assert found == {None, passage, library().passages("small-goals")[0].id}
    page = client.get("/goals").text
    assert page.count('href="/goals/') >= 4


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"what": ""}, "Say what you will do."),
        ({"what": "a" * 501}, "longer than 500 characters"),
        ({"when": "day", "by": "2026-05-03"}, "That day is over."),
        ({"when": "day", "by": "soon"}, "no day of the calendar"),
        ({"when": "day", "by": ""}, "Choose the day"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(client_as, maria, sent, said):
    whole = {"what": "Knock", "how": "Notes from Mill Street", "when": "none", "key": new_id()}
    answer = client_as(maria).post("/goals/new", data=whole | sent)
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)
    assert "Notes from Mill Street" in answer.text
    assert store.open_goals(db.session, actor(maria)) == []


def test_what_does_not_exist_and_what_is_not_ones_own_begin_nothing(client_as, maria, omar):
    hidden = draft(omar, "Secret", "I will hide it.")
    for asked in (f"from={hidden}", "from=nothing", "note=nothing", "reading=nothing/1", f"reading=reflection/{hidden}"):  # fmt: skip
        assert client_as(maria).get(f"/goals/new?{asked}").status_code == 404
        sent = dict([asked.split("=")]) | {"what": "W", "when": "none", "key": new_id()}
        assert client_as(maria).post("/goals/new", data=sent).status_code == 404


# The day comes


def test_on_the_day_xinde_asks_and_the_answer_opens_the_next_entry(app, client_as, maria):
    made = goal(maria, by=DAY + dt.timedelta(days=7))
    client = client_as(maria)
    assert "You wanted to do this" not in client.get("/").text
    app.config["NOW"] = NOW + dt.timedelta(days=7)
    assert "You wanted to do this" in client.get("/").text
    assert "The day has come" in client.get("/goals").text
    sent = {"outcome": "partly", "happened": "Two of three were at home."}
    assert client.post(f"/goals/{made}/answer", data=sent).status_code == 303
    assert "You wanted to do this" not in client.get("/").text
    page = client.get(f"/goals/{made}").text
    assert "Two of three were at home." in page
    editor = client.get(f"/write?genre=experience&goal={made}").text
    body = html.unescape(re.search(r"<textarea[^>]*name=\"body\"[^>]*>\n(.*?)</textarea>", editor, re.S)[1])  # fmt: skip
    assert all(not line or line.startswith(">") for line in body.splitlines())
    assert "Knock at three doors" in body
    assert "Two of three were at home." in body
    create = html.unescape(re.search(r'data-create="([^"]+)"', editor)[1])
    first = {"title": "", "body": body + "And then", "key": new_id(), "about": ""}
    piece = client.post(create, json=first).json["id"]
    assert (row(maria, piece).genre, row(maria, piece).goal_id) == ("experience", made)


def test_a_goal_may_wait_be_let_go_and_be_taken_up_again(client_as, maria):
    made = goal(maria, by=DAY)
    client = client_as(maria)
    later = {"outcome": "open", "happened": "Not yet.", "when": "day", "by": "2026-06-01"}
    client.post(f"/goals/{made}/answer", data=later)
    assert (kept(maria, made).status, kept(maria, made).by) == ("open", dt.date(2026, 6, 1))
    assert "Not yet." in client.get(f"/goals/{made}").text
    client.post(f"/goals/{made}/answer", data={"outcome": "let_go"})
    assert store.open_goals(db.session, actor(maria)) == []
    client.post(f"/goals/{made}/reopen")
    assert [g.id for g in store.open_goals(db.session, actor(maria))] == [made]
    edited = {"what": "Knock twice", "how": "", "when": "none"}
    client.post(f"/goals/{made}/edit", data=edited)
    assert (kept(maria, made).what, kept(maria, made).by) == ("Knock twice", None)
    refused = client.post(f"/goals/{made}/answer", data={"outcome": "not_done", "happened": ""})
    assert refused.status_code == 422
    assert "what got in the way" in refused.text
    assert "Knock twice" in client.get(f"/goals/{made}/delete").text
    assert client.post(f"/goals/{made}/delete").status_code == 303
    assert client.get(f"/goals/{made}").status_code == 404


# Evidence


def test_an_open_goal_leads_to_readings_and_its_vectors_go_with_its_words(client_as, maria):
    made = goal(maria, "Ask the tenants about leaks and buckets in their kitchens")
    client = client_as(maria)
    page = client.get("/").text
    assert "It speaks to a goal that you set yourself." in page
    (evidence,) = suggestions_of(maria)
    assert evidence.prepared
    assert "Ask the tenants" in client.get("/me/known").text
    client.post(f"/goals/{made}/edit", data={"what": "Bake bread", "when": "none"})
    assert suggestions_of(maria)[0].prepared is None
    assert db.session.query(DayList).count() == 0
    client.post("/me/known/switch", data={"what": "goal", "off": "1"})
    assert "a goal that you set yourself" not in client.get("/").text
    told(maria, made, "let_go", "")
    assert suggestions_of(maria) == []


def suggestions_of(member):
    from webapp.goals.store import for_suggestions

    return for_suggestions(db.session, member, limit=9, closed_since=NOW)


# Privacy


def test_nobody_else_meets_a_goal(client_as, maria, li, ada):
    made = goal(maria, "A secret giraffe", by=DAY)
    told(maria, made, "done", "The giraffe came.")
    for other in (li, ada):
        client = client_as(other)
        for method, tail in (("get", ""), ("get", "/edit"), ("get", "/delete"), ("post", "/answer"),
                             ("post", "/edit"), ("post", "/delete"), ("post", "/reopen")):  # fmt: skip
            sent = {"what": "X", "when": "none", "outcome": "done", "happened": "x"}
            asked = {"data": sent} if method == "post" else {}
            assert getattr(client, method)(f"/goals/{made}{tail}", **asked).status_code == 404
        assert client.get(f"/write?goal={made}").status_code == 404
        first = {"title": "", "body": "B", "key": new_id(), "about": ""}
        assert client.post(f"/write?goal={made}", json=first).status_code == 404
        for path in ("/goals", "/", "/library?q=giraffe", "/reflections?q=giraffe", "/me/known"):
            page = client.get(path).text
            assert made not in page
            assert "secret giraffe" not in page
            assert "giraffe came" not in page
    assert kept(maria, made).status == "done"


# The chain


def kinds(steps):
    return [(step.kind, step.words) for step in steps]


def test_from_an_experience_one_walks_back_to_the_passage_that_began_it(client_as, maria, omar):
    essay = submitted(maria, "Knocking first", BODY, text_slug="going-to-see")
    made = goal(maria, reflection_id=essay, sentence=SENTENCE)
    told(maria, made)
    lesson = written_about(maria, made, "Three doors")
    everything = [
        ("passage", "Going to see"), ("reflection", "Knocking first"),
        ("goal", "Knock at three doors"), ("outcome", "I knocked at three doors."),
        ("experience", "Three doors"),
    ]  # fmt: skip
    assert kinds(chains.of_piece(db.session, actor(maria), lesson)) == everything
    assert kinds(chains.of_piece(db.session, actor(maria), essay)) == everything
    assert chains.of_piece(db.session, actor(omar), lesson) == []
    assert kinds(chains.of_piece(db.session, actor(omar), essay)) == everything[:2]
    actions.show_in_chain(db.session, actor(maria), made, True)
    assert kinds(chains.of_piece(db.session, actor(omar), lesson)) == everything
    assert not any(step.only_you or step.goal_id for step in chains.of_piece(db.session, actor(omar), lesson))  # fmt: skip
    page = client_as(omar).get(f"/reflections/{lesson}").text
    assert "/read/going-to-see#p-1" in page
    assert f"/reflections/{essay}" in page
    reflections.withdraw(db.session, actor(maria), essay, now=NOW)
    assert kinds(chains.of_piece(db.session, actor(omar), lesson)) == everything[2:]
    reflections.change_audience(
        db.session, actor(maria), lesson, audience="anonymous", unit_id=None, now=NOW
    )
    assert chains.of_piece(db.session, actor(omar), lesson) == []
    assert len(chains.of_piece(db.session, actor(maria), lesson)) == 5


def test_who_was_moved_is_told_to_the_author_only_if_they_say_so(client_as, maria, omar, li):
    told_by_maria = written_about(maria, goal(maria), "Three doors")
    reading = {"reading_id": f"reflection/{told_by_maria}", "source": "Three doors"}
    client = client_as(omar)
    form = client.get(f"/goals/new?reading=reflection/{told_by_maria}").text
    assert "Its author may know" in form
    silent = goal(omar, "Knock silently", **reading)
    written_about(omar, silent, "Silently")
    author, reader = actor(maria), actor(li)
    moved = lambda who: kinds(chains.of_piece(db.session, who, told_by_maria))[-2:]  # noqa: E731
    assert ("moved", "Omar Haddad") not in moved(author)
    assert chains.of_piece(db.session, reader, told_by_maria) == []
    open_one = goal(omar, "Knock openly", author_may_know=True, **reading)
    assert moved(author)[-1] == ("moved", "Omar Haddad")
    assert chains.of_piece(db.session, reader, told_by_maria) == []
    answer = written_about(omar, open_one, "Openly", genre="reflection")
    assert moved(author) == [("moved", "Omar Haddad"), ("reflection", "Openly")]
    assert moved(reader) == [("experience", "Three doors"), ("reflection", "Openly")]
    assert kinds(chains.of_piece(db.session, reader, answer))[0] == ("experience", "Three doors")
    reflections.change_audience(
        db.session, actor(omar), answer, audience="anonymous", unit_id=None, now=NOW
    )
    assert moved(author)[-1] == ("moved", "Omar Haddad")
    assert chains.of_piece(db.session, reader, told_by_maria) == []
    assert "Knock openly" not in client_as(maria).get(f"/reflections/{told_by_maria}").text


def attendance(member, unit, what="Service day at the river") -> str:
    with change(db.session) as session:
        entry = Attendance(
            organisation_id=member.organisation_id, id=new_id(), unit_id=unit, member_id=member.id,
            what=what, day=DAY, entered_at=NOW,
        )  # fmt: skip
        session.add(entry)
    return entry.id


def test_the_activity_where_a_goal_was_acted_on_is_a_step_as_long_as_it_stands(
    client_as, organisation, maria, omar
):
    day, others = (attendance(who, organisation.harbour) for who in (maria, omar))
    essay = submitted(maria, "Knocking first", BODY)
    made = goal(maria, reflection_id=essay, sentence=SENTENCE)
    assert "Service day at the river" in client_as(maria).get(f"/goals/{made}").text
    assert day not in client_as(omar).get(f"/goals/{goal(omar)}").text
    told(maria, made, activity=others)  # somebody else's: no step
    assert "activity" not in dict(kinds(chains.of_goal(db.session, actor(maria), made)))
    actions.reopen(db.session, actor(maria), made, now=NOW)
    told(maria, made, activity=day)
    seen = kinds(chains.of_piece(db.session, actor(maria), essay))
    assert seen[2:] == [
        ("goal", "Knock at three doors"), ("activity", "Service day at the river"),
        ("outcome", "I knocked at three doors."),
    ]  # fmt: skip
    others_see = kinds(chains.of_piece(db.session, actor(omar), essay))
    assert others_see == seen[:2]
    actions.show_in_chain(db.session, actor(maria), made, True)
    assert kinds(chains.of_piece(db.session, actor(omar), essay)) == seen
    with change(db.session) as session:
        session.get(Attendance, (maria.organisation_id, day)).taken_back_at = NOW
    left = dict(kinds(chains.of_piece(db.session, actor(maria), essay)))
    assert "activity" not in left
    assert "outcome" in left


def test_a_chain_is_walked_in_a_bounded_number_of_queries(maria):
    piece = submitted(maria, "Zero", BODY)
    for turn in range(8):
        made = goal(maria, f"Goal {turn}", reflection_id=piece)
        told(maria, made)
        piece = written_about(maria, made, f"Piece {turn}")
    asked: list[str] = []
    event.listen(db.engine, "after_cursor_execute", lambda *args: asked.append(args[2]))
    steps = chains.of_piece(db.session, actor(maria), piece)
    assert len(asked) <= 24
    assert len(steps) >= 12
