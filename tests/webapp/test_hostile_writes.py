"""Writing while others write: every write waits its turn, none is lost, nobody sees a lock."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import current_app
from sqlalchemy import event

from tests.webapp.answering import answered
from tests.webapp.people import NOW, PASSWORD, add_member, client_for
from tests.webapp.reflecting import actor, draft, note, row, submitted
from webapp.answers import actions as answers
from webapp.clock import zone
from webapp.community import change, db
from webapp.ids import new_id
from webapp.leaving import actions as leaving
from webapp.leaving.choices import Choices
from webapp.members import actions as members
from webapp.members.tables import DoneOnce, Member
from webapp.people import actions as people
from webapp.readings.tables import Deed
from webapp.reflections.tables import Reflection

on_sqlite = pytest.mark.skipif(
    "os.environ.get('TEST_DATABASE_URL')", reason="how SQLite begins and waits"
)
WRITES = re.compile(r"\s*(insert|update|delete|replace)\b", re.I)


@contextmanager
def watched(engine: sa.Engine) -> Iterator[tuple[list[str], list[str]]]:
    """Writes seen meanwhile, and those in a transaction that began as a reading one."""
    began: dict[int, str] = {}
    seen: list[str] = []
    late: list[str] = []

    def look(_c: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        connection = id(cursor.connection)
        if statement.startswith("BEGIN"):
            began[connection] = statement
        elif WRITES.match(statement):
            seen.append(statement)
            if began.get(connection) != "BEGIN IMMEDIATE":
                late.append(statement)

    event.listen(engine, "before_cursor_execute", look)
    try:
        yield seen, late
    finally:
        event.remove(engine, "before_cursor_execute", look)


def journey(app, organisation, maria, ada) -> None:
    """Every kind of writing that a visitor, a member and an administrator can do."""
    account = {"email": "nina@example.org", "password": "a few plain words"}
    admin, nina, author = client_for(app, ada), client_for(app), client_for(app, maria)
    done = []

    def send(client, path: str, **data: Any):
        answer = client.post(path, data=data)
        assert answer.status_code < 400, (path, answer.status_code, answer.text[:300])
        done.append(path)
        return answer

    send(admin, "/units/new", name="Mill", kind="branch", key="u" * 12)
    send(admin, "/people/invitations", unit=organisation.hill, name="Nina")
    page = admin.get("/people/invitations").text
    link = re.search(r"/join/[\w-]+", page)[0]
    send(nina, link, name="Nina New", **account)
    for step, data in (
        ("role", {"role": "mentor"}),
        ("interests", {"interest": "goals"}),
        ("now", {"working_on": "A leak."}),
    ):
        send(nina, f"/welcome/{step}", **data)
    nina.get("/")
    send(nina, "/logout")
    nina.post("/login", data={**account, "password": "wrong wrong"})
    send(nina, "/login", **account, remember="y")
    send(nina, "/password", password=account["password"], new_password="x" * 12,
         new_password_confirm="x" * 12)  # fmt: skip
    send(client_for(app), "/reset", email=account["email"])
    send(nina, "/me", name="Nina", working_on="Two leaks.", role="mentor", reads="zh en")
    send(nina, "/working-on", working_on="Three leaks.")
    send(nina, "/display", language="zh", paper="dark")
    for kind in ("read", "saved", "set_aside"):
        send(nina, "/readings/deed", reading="going-to-see", kind=kind)
    send(nina, "/readings/deed", reading="going-to-see", kind="read", undo="1")
    from webapp.resources import resources

    passage = resources().library.passages("going-to-see")[1].id
    assert nina.post("/readings/place", json={"passage": passage}).status_code == 200
    send(author, "/notes/new", key="k" * 12, title="N", body="Note.", about="")
    kept = note(maria, "N", "Note.")
    send(author, f"/notes/{kept}/draft", title="N", body="More.", base_version=1)
    send(author, f"/notes/{kept}/reflection", key="r" * 12)
    send(author, f"/notes/{kept}/delete")
    send(author, "/write", key="w" * 12, title="T", body="B.", about="", then="save")
    made = draft(maria)
    send(author, f"/reflections/{made}/draft", title="T", body="Other words.", base_version=1)
    look = author.post(f"/reflections/{made}/coach", json={"do": "look"})
    assert look.status_code == 200
    send(author, "/coach", off="1")
    send(admin, "/coach/phrases", add="other words and more")
    form = {"title": "T", "body": "Mine.", "base_version": 2, "keep": "both"}
    send(author, f"/reflections/{made}/settle", **form)
    send(author, f"/reflections/{made}/submit", key="s" * 12, version=3, title="T",
         audience=f"unit:{organisation.harbour}")  # fmt: skip
    for audience in ("organisation", "anonymous"):
        send(author, f"/reflections/{made}/audience", audience=audience)
    answer = send(nina, f"/reflections/{made}/answers", key="a" * 12, kind="echo", body="Yes.")
    one = answer.location.partition("#a-")[2]
    send(author, f"/reflections/{made}/answers", key="b" * 12, to=one, body="Thank you.")
    assert author.get("/news").status_code == nina.get("/news").status_code == 200
    send(nina, f"/answers/{one}/edit", body="Yes, indeed.")
    send(author, f"/answers/{one}/report", key="c" * 12, reason="Look.")
    for do in ("hide", "show"):
        send(admin, f"/moderation/answer/{one}", key=do * 3, do=do, reason="So.")
        send(admin, f"/moderation/reflection/{made}", key=do * 3, do=do, reason="So.")
    send(nina, f"/answers/{one}/take-back")
    author.get("/")
    send(author, f"/reflections/{made}/withdraw")
    versions = author.get(f"/reflections/{made}/versions").text
    version = re.search(rf"/reflections/{made}/versions/(\w+)", versions)[1]
    send(author, f"/reflections/{made}/versions/{version}/restore")
    from webapp.jobs import queue, reconcile

    queue.run_waiting()
    reconcile.sweep()
    send(author, f"/reflections/{made}/delete")
    assert len(done) >= 30


@on_sqlite
def test_every_write_begins_as_one(app, organisation, maria, ada):
    """A transaction that reads first and writes later fails at once when another
    writer came between, however long one is ready to wait."""
    with watched(db.engine) as (seen, late):
        journey(app, organisation, maria, ada)
    assert len(seen) > 60
    assert late == []


@on_sqlite
def test_a_connection_waits_half_a_minute_and_writes_to_the_disk(app):
    with db.engine.connect() as connection:
        asked = {
            name: connection.exec_driver_sql(f"pragma {name}").scalar()
            for name in ("busy_timeout", "synchronous", "journal_mode", "foreign_keys")
        }
    assert asked == {
        "busy_timeout": 30_000,
        "synchronous": 2,
        "journal_mode": "wal",
        "foreign_keys": 1,
    }


def at_once(work: list[Callable[[], Any]]) -> list[Any]:
    """What each returns or raises; all begin together."""
    barrier = threading.Barrier(len(work))
    results: list[Any] = [None] * len(work)
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def run(place: int) -> None:
        barrier.wait(10)
        with app.app_context():
            try:
                results[place] = work[place]()
            except Exception as problem:
                results[place] = problem

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@contextmanager
def somebody_else_writes(seconds: float) -> Iterator[None]:
    """Another process holds the one place to write for a while."""
    path = db.engine.url.database
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("begin immediate")

    def end() -> None:
        time.sleep(seconds)
        holder.execute("rollback")

    thread = threading.Thread(target=end)
    thread.start()
    try:
        yield
    finally:
        thread.join()
        holder.close()


@on_sqlite
def test_who_writes_while_another_writes_waits_and_is_served(app, maria, omar, client_as):
    made = draft(maria)
    db.session.rollback()
    author, reader, visitor = client_as(maria), client_as(omar), client_as()
    words = {"title": "T", "body": "B", "base_version": 1}
    account = {"email": "omar.haddad@example.org", "password": PASSWORD}
    with somebody_else_writes(1.0):
        answers = at_once(
            [
                lambda: author.put(f"/reflections/{made}/draft", json=words).status_code,
                lambda: (
                    reader.post(
                        "/readings/deed", data={"reading": "going-to-see", "kind": "saved"}
                    ).status_code
                ),
                lambda: visitor.post("/login", data=account).status_code,
                lambda: reader.get("/reflections").status_code,
            ]
        )
    assert answers == [200, 303, 302, 200]
    assert row(maria, made).body == "B"


@on_sqlite
def test_a_lock_that_does_not_end_is_a_page_that_says_nothing_was_changed(app, maria, client_as):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    made = draft(maria)
    db.session.rollback()

    def impatient(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute("pragma busy_timeout=50")

    event.listen(db.engine, "checkout", impatient)
    try:
        words = {"title": "T", "body": "B", "base_version": 1}
        with somebody_else_writes(1.0):
            answer = client_as(maria).put(f"/reflections/{made}/draft", json=words)
    finally:
        event.remove(db.engine, "checkout", impatient)
    assert answer.status_code == 503
    assert "Nothing was changed" in answer.json["message"]
    assert "locked" not in answer.text
    assert row(maria, made).version == 1


def test_of_two_tabs_that_save_at_once_one_is_told(app, maria, client_as):
    made = draft(maria)
    db.session.rollback()
    clients = [client_as(maria) for _each in range(4)]

    def save(number: int) -> Callable[[], int]:
        words = {"title": "T", "body": f"From {number}.", "base_version": 1}
        return lambda: clients[number].put(f"/reflections/{made}/draft", json=words).status_code

    assert sorted(at_once([save(n) for n in range(4)])) == [200, 409, 409, 409]
    assert row(maria, made).version == 2


def test_what_is_sent_many_times_at_once_is_done_once(app, maria, client_as):
    db.session.rollback()
    clients = [client_as(maria) for _each in range(4)]
    form = {"key": new_id(), "title": "T", "body": "B.", "about": "", "then": "save"}
    deed = {"reading": "going-to-see", "kind": "saved"}
    places = at_once([lambda c=c: c.post("/write", data=form).location for c in clients])
    assert len(set(places)) == 1
    assert set(
        at_once([lambda c=c: c.post("/readings/deed", data=deed).status_code for c in clients])
    ) == {303}
    db.session.rollback()
    assert len(db.session.scalars(sa.select(Reflection.id)).all()) == 1
    assert len(db.session.scalars(sa.select(Deed.id)).all()) == 1


def test_many_members_write_at_once_and_every_word_is_kept(app, maria, omar, li, client_as):
    app.config["PROPAGATE_EXCEPTIONS"] = True  # what goes wrong is among the results
    people = [(member, draft(member)) for member in (maria, omar, li)]
    db.session.rollback()

    def work(member: Any, made: str) -> Callable[[], list[int]]:
        client = client_as(member)

        def write() -> list[int]:
            answers = []
            for version in range(1, 9):
                words = {"title": "T", "body": f"Words {version}.", "base_version": version}
                answers.append(client.put(f"/reflections/{made}/draft", json=words).status_code)
                kind = "saved" if version % 2 else "read"
                deed = {"reading": "small-goals", "kind": kind}
                answers.append(client.post("/readings/deed", json=deed).status_code)
                answers.append(client.get("/").status_code)
            return answers

        return write

    results = at_once([work(*each) for each in people])
    assert results == [[200] * 24] * 3
    for member, made in people:
        assert row(member, made).body == "Words 8."
        assert row(member, made).version == 9


def test_withdrawing_while_others_open_their_lists_harms_neither(app, maria, omar, li, client_as):
    from webapp.jobs import reconcile

    essays = [
        submitted(maria, f"Leaks {n}", "Nobody in our houses reports a leak.") for n in range(4)
    ]
    reconcile.sweep()
    for member in (omar, li):
        members.change_profile(
            db.session, member.organisation_id, member.id, now=NOW, working_on="Report a leak.",
        )  # fmt: skip
    db.session.rollback()
    author, readers = client_as(maria), [client_as(omar), client_as(li)]

    def withdraw() -> list[int]:
        return [author.post(f"/reflections/{e}/withdraw").status_code for e in essays]

    def look(reader: Any) -> Callable[[], list[int]]:
        def work() -> list[int]:
            answers = []
            for number in range(6):
                sent = {"working_on": f"Report a leak {number}."}
                answers.append(reader.post("/working-on", data=sent).status_code)
                answers.append(reader.get("/").status_code)
            return answers

        return work

    results = at_once([withdraw, look(readers[0]), look(readers[1])])
    assert results == [[303] * 4, [302, 200] * 6, [302, 200] * 6]
    for reader in readers:
        assert "Nobody in our houses" not in reader.get("/").text


@contextmanager
def slowly(engine: sa.Engine) -> Iterator[None]:
    """Whoever holds a row lingers, so that others come for it or for the next one."""

    def linger(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FOR UPDATE" in statement:
            time.sleep(0.2)

    event.listen(engine, "after_cursor_execute", linger)
    try:
        yield
    finally:
        event.remove(engine, "after_cursor_execute", linger)


def test_who_goes_while_others_act_on_them_and_theirs_is_waited_for(app, organisation, maria, omar):
    """Of two who change the same people, one waits for the other: nobody is answered with
    an error, and the organisation keeps an administrator."""
    ada, ben = (
        add_member(organisation, name, organisation.harbour, administrator=True)
        for name in ("Ada Lin", "Ben Noor")
    )
    pieces = [submitted(one, "On water") for one in (maria, omar)]
    db.session.rollback()
    assert db.session.scalars(sa.select(Member.id)).all()  # somebody reads all the while

    def goes(member: Any) -> Callable[[], Any]:
        of = (member.organisation_id, member.id, Choices())
        return lambda: leaving.leave(db.session, *of, now=NOW, zone=zone())

    def removes(member: Any) -> Callable[[], Any]:
        return lambda: people.leave(db.session, actor(ada), member.id, now=NOW)

    began = time.monotonic()
    with slowly(db.engine):
        results = at_once(
            [goes(maria), removes(maria), goes(omar), lambda: answered(ada, pieces[1]),
             lambda: answered(ben, pieces[0])]
        )  # fmt: skip
        last = at_once([goes(ada), goes(ben)])
    assert time.monotonic() - began < 20  # who writes is patient for half a minute
    wrong = (people.Unknown, answers.Hindered)  # they were gone by then
    assert [r for r in results if isinstance(r, Exception) and not isinstance(r, wrong)] == []
    assert [r for r in results if isinstance(r, list)] == [[pieces[0]], [pieces[1]]]
    assert sorted(type(r).__name__ for r in last) == ["LastAdministrator", "list"]
    db.session.rollback()
    there = db.session.scalars(sa.select(Member).where(Member.account_id.is_not(None))).all()
    assert [one.administrator for one in there] == [True]


def test_the_record_of_what_was_done_holds_no_words(maria, client_as):
    form = {"key": new_id(), "title": "T", "body": "zanzibarsecret", "about": "", "then": "save"}
    client_as(maria).post("/write", data=form)
    (done,) = db.session.scalars(sa.select(DoneOnce)).all()
    assert set(done.result) == {"id"}
    assert form["key"] not in done.key


def test_a_change_that_fails_leaves_the_session_fit_for_the_next(app, maria):
    key = (maria.organisation_id, maria.id)

    def fail() -> None:
        with change(db.session) as session:
            session.get(Member, key).name = "Half"
            session.flush()
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        fail()
    with change(db.session) as session:
        assert session.get(Member, key).name == "Maria Lopez"
