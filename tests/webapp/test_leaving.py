"""Deleting an account: what goes, what stays without a name, and that nothing else is left."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.webapp.answering import answered, decided
from tests.webapp.people import NOW, PASSWORD, add_member, client_for
from tests.webapp.reflecting import actor, draft, note, submitted
from webapp.answers import store as answers
from webapp.audit.actions import record_presence
from webapp.audit.tables import AuditEvent
from webapp.clock import zone
from webapp.community import Base, change, db
from webapp.jobs import queue
from webapp.leaving import actions, nameless
from webapp.leaving.actions import LastAdministrator
from webapp.leaving.choices import Choices
from webapp.leaving.fates import CALLED, FATES
from webapp.members.tables import Member, User
from webapp.readings import actions as deeds
from webapp.reflections import store as reflections
from webapp.reflections.tables import Reflection

SECRET = "zebrawort"  # in every private word of hers
OPEN = "quinceleaf"  # in every word of hers that others read
GIVEN: dict[str, dict[str, Any]] = {
    "answers": {"kind": "echo", "parent_id": None},
    "attendances": {"name": ""},
    "coach_phrases": {"change": "added"},
    "entered_pieces": {"genre": "speech", "name": ""},
    "moderation": {"action": "leave", "answer_id": None},
    "goals": {"status": "open"},
    "invitations": {"member_id": None},
    "private_addresses": {"kind": "stop"},
    "reading_list_wishes": {"status": "open"},
    "reading_lists": {"audience": "private", "unit_id": None},
    "reflections": {"status": "draft", "audience": None, "genre": "reflection", "desk": None},
    "reminders": {"rhythm": "off"},
    "requirement_versions": {
        "pace": "once", "content": "own", "answered_by": "reader", "accepted_when": "answered",
        "ends_on": None,
    },
    "reviews": {"kind": "accepted", "answer_id": None},
    "steers": {"kind": "more"},
    "people_imports": {"status": "done"},
    "uploads": {"state": "done"},
}  # fmt: skip
CHOSEN = ("answers", "reading_list_wishes")  # words that others read, and she decides about
NOT_MADE = {"audit_events.by"}  # the log has its own lines


def value_of(column: sa.Column[Any], words: str) -> Any:
    kind = column.type
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, sa.Integer):
        return 1
    if isinstance(kind, sa.Date):
        return NOW.date()
    if isinstance(kind, sa.LargeBinary):
        return words.encode()
    if isinstance(kind, sa.JSON):
        return [words]
    if isinstance(kind, sa.String):
        return words[: kind.length or 99]
    return NOW  # a moment


def add_row(name: str, column: str, member: Member, known: dict[str, str]) -> None:
    """A row of any table, in which that column names the member and every text is secret."""
    table = Base.metadata.tables[name]
    row: dict[str, Any] = {}
    for one in table.columns:
        row[one.name] = value_of(one, OPEN if name in CHOSEN else SECRET)
        if one.name in known:
            row[one.name] = known[one.name]
        elif one.nullable and (
            one.foreign_keys or one.name in (*CALLED, "hidden_at", "taken_back_at")
        ):
            row[one.name] = None
        if one.name == "id" or one.name.endswith("hash") or (one.primary_key and one.name == "key"):
            row[one.name] = f"{column[:8]}-{name[:18]}"
    row |= {"organisation_id": member.organisation_id, **GIVEN.get(name, {}), column: member.id}
    db.session.execute(sa.insert(table).values(**row))


@pytest.fixture
def ada(organisation):
    return add_member(organisation, "Ada Admin", organisation.hill, administrator=True)


def leave(member: Member, **choices: bool) -> list[str]:
    key = (member.organisation_id, member.id)
    look = actions.leave(db.session, *key, Choices(**choices), now=NOW, zone=zone())
    for piece in look:
        queue.look_again(key[0], piece)
    queue.run_waiting()
    actions.clear_husks()
    return look


def main_of(page: str) -> str:
    """The content of a page, without what is drawn anew for each."""
    return re.sub(r'value="[^"]*"', "", page.partition("<main")[2])


def everything() -> list[tuple[str, str, str]]:
    """(table, column, value as text) of every value in the database, words index too."""
    found = []
    for table in Base.metadata.tables.values():
        for row in db.session.execute(sa.select(table)):
            for name, value in row._mapping.items():
                text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                found.append((table.name, name, text))
    if db.engine.dialect.name == "sqlite":
        for row in db.session.execute(sa.text("select * from reflection_words")):
            found += [("reflection_words", "words", str(value)) for value in row]
    return found


def where(words: str) -> set[tuple[str, str]]:
    return {(table, column) for table, column, value in everything() if words in value}


@pytest.mark.parametrize("kept", [False, True])
def test_nothing_of_her_is_left_but_what_she_leaves_without_her_name(
    app, organisation, maria, li, ada, kept
):
    mine = submitted(li, "Of Li", "Words of Li.")
    unit = organisation.harbour
    pieces = {
        "organisation": submitted(maria, f"Named {OPEN}", f"With my name {OPEN}."),
        "anonymous": submitted(maria, f"Nameless {OPEN}", f"No name {OPEN}.", audience="anonymous"),
        "unit": submitted(maria, f"Unit {SECRET}", f"For few {SECRET}.", audience="unit", unit=unit),
        "hidden": submitted(maria, f"Hidden {SECRET}", f"Hidden {SECRET}."),
        "unseen": submitted(maria, f"Unseen {OPEN}", f"Unseen {OPEN}.", audience="anonymous"),
        "withdrawn": submitted(maria, f"Withdrawn {SECRET}", f"Gone {SECRET}."),
    }  # fmt: skip
    decided(ada, "reflection", pieces["hidden"])
    decided(ada, "reflection", pieces["unseen"])
    client_for(app, maria).post(f"/reflections/{pieces['withdrawn']}/withdraw")
    answered(maria, mine, f"An answer {OPEN}.")
    for piece in pieces.values():
        queue.look_again(organisation.id, piece)
    queue.run_waiting()
    client_for(app, li).get("/")  # a list of the day that quotes her
    draft(maria, SECRET, SECRET)
    with change(db.session):
        goal_of = {"member_id": maria.id, "reflection_id": mine, "unit_id": unit}
        goal_of |= {"list_id": "l", "role_id": "secretary", "number": 1}
        requirement = {"organisation_id": organisation.id, "id": "r", "unit_id": unit}
        requirements = Base.metadata.tables["requirements"]
        db.session.execute(
            sa.insert(requirements).values(**requirement, made_by=maria.id, made_at=NOW)
        )
        lists = Base.metadata.tables["reading_lists"]
        of_ada = {"organisation_id": organisation.id, "id": "l", "member_id": ada.id, "title": "L"}
        db.session.execute(sa.insert(lists).values(**of_ada, made_at=NOW, changed_at=NOW))
        versions = Base.metadata.tables["reading_list_versions"]
        of_list = {"organisation_id": organisation.id, "list_id": "l", "number": 1}
        db.session.execute(sa.insert(versions).values(**of_list, title="L", published_at=NOW))
        known = goal_of | {"requirement_id": "r", "wish_id": "member_i-reading_list_wishe"}
        known |= {"account_id": None, "import_id": "i"}
        for column in FATES:
            name, _dot, field = column.partition(".")
            if column not in NOT_MADE and column != "requirements.made_by":
                add_row(name, field, maria, known)
    before = where(maria.id)
    assert {f"{t}.{c}" for t, c in before} >= set(FATES) - NOT_MADE
    account, address, her_id = maria.account_id, "maria.lopez@example.org", maria.id
    assert where(SECRET)
    assert where(OPEN)
    assert where(address)

    leave(maria, pieces=kept, nameless=kept, answers=kept)

    assert where(her_id) == {("audit_events", "by")}
    assert where(address) == set()
    assert where("Maria") == set()
    assert db.session.get(User, account) is None
    left = where(SECRET)
    # what stood in rows that are no words of hers: the organisation's, made up by this test
    assert {table for table, _column in left} <= ORGANISATIONS, left
    opened = {(t, c) for t, c in where(OPEN) if t != "reflection_words"}
    if not kept:
        assert opened == set()
        rows = set(db.session.scalars(sa.select(Reflection.id)))
        assert not rows & set(pieces.values())
    else:
        tables = {table for table, _column in opened}
        assert tables == {"reflections", *CHOSEN}
        author = nameless.author(db.session, organisation.id)
        stay = dict(
            db.session.execute(
                sa.select(Reflection.id, Reflection.audience).where(Reflection.member_id == author)
            ).all()
        )
        kinds = ("organisation", "anonymous", "unseen")
        assert stay == dict.fromkeys((pieces[kind] for kind in kinds), "anonymous")
        assert db.session.get_one(Reflection, (organisation.id, pieces["unseen"])).hidden_at


# Tables that are work for the organisation; the rows that this test makes up in them
# hold the same word as her own.
ORGANISATIONS = {
    "coach_phrases", "moderation", "people_imports", "requirement_versions", "requirements",
    "reviews", "text_changes", "text_decisions", "theme_drafts", "uploads",
}  # fmt: skip


def test_what_stays_is_read_without_a_name_and_by_nobody_as_its_author(
    app, organisation, maria, li, ada
):
    omar = add_member(organisation, "Omar", organisation.hill)
    hers = submitted(maria, "Hers", "The first paragraph.")
    root = answered(li, hers, "Why?", "question")
    answered(maria, hers, "Because.", to=root)
    his = submitted(omar, "His", "Words.")
    answered(maria, his, "What she answered.")
    answered(li, his, "What Li answered.")
    leave(maria, pieces=True, answers=True)
    leave(omar, pieces=True, answers=True)
    # Maria's piece: Li's question, and the reply stands as the author's
    said = {s.body: (s.name, s.by_author) for s in answers.of_piece(db.session, actor(ada), hers)}
    assert said == {"Why?": ("Li Wen", False), "Because.": ("", True)}
    # Omar's piece: Maria's answer is not its author's, though both have gone
    said = {s.body: (s.name, s.by_author) for s in answers.of_piece(db.session, actor(ada), his)}
    assert said["What she answered."] == ("somebody who is no longer here", False)
    shown = reflections.readable(db.session, actor(ada), hers)
    assert (shown.author, shown.audience, shown.mine) == ("", "anonymous", False)
    assert shown.shown_at == dt.datetime.combine(NOW.astimezone(zone()).date(), dt.time(), zone())
    page = client_for(app, ada).get(f"/reflections/{his}").text
    assert "somebody who is no longer here" in page
    assert "Maria" not in page
    assert "Maria" not in client_for(app, ada).get("/people").text


def test_taking_back_leaves_a_line_where_others_replied(app, organisation, maria, li):
    his = submitted(li, "His", "Words.")
    with_reply = answered(maria, his, "To be replied to.")
    answered(li, his, "A reply.", to=with_reply)
    answered(maria, his, "Alone.")
    leave(maria)
    said = [(s.body, s.taken_back) for s in answers.of_piece(db.session, actor(li), his)]
    assert sorted(said) == [("", True), ("A reply.", False)]


def test_pieces_without_a_name_do_not_change_when_she_goes(app, organisation, maria, li):
    """Nor their place in the index: a change on that day would tell whose they were."""
    piece = submitted(maria, "Nameless", "No name.", audience="anonymous")
    queue.run_waiting()
    before = main_of(client_for(app, li).get(f"/reflections/{piece}").text)
    assert "No name." in before
    assert leave(maria) == []
    assert main_of(client_for(app, li).get(f"/reflections/{piece}").text) == before


def test_a_hidden_piece_without_a_name_does_not_vanish_with_her(app, organisation, maria, ada):
    hidden = submitted(maria, "Hidden nameless", "No name.", audience="anonymous")
    decided(ada, "reflection", hidden)
    before = main_of(client_for(app, ada).get("/moderation").text)
    assert "Hidden nameless" in before
    assert leave(maria) == []
    assert main_of(client_for(app, ada).get("/moderation").text) == before
    assert client_for(app, ada).get(f"/reflections/{hidden}").status_code == 404


def test_the_page_asks_for_the_password_and_ends_every_session(app, organisation, maria, ada):
    here, there, her_id = client_for(app, maria), client_for(app, maria), maria.id
    note(maria, "A note", "Private.")
    submitted(maria, "Named", "Words.")
    page = here.get("/me/leave").text
    assert "1 note<" in page
    assert "1 piece that you submitted to the organisation" in page
    wrong = here.post("/me/leave", data={"password": "no", "pieces": "kept"})
    assert wrong.status_code == 400
    assert "Nothing was changed" in wrong.text
    assert 'value="kept" checked' in wrong.text  # what was chosen is not lost
    assert there.get("/notes").status_code == 200
    gone = here.post("/me/leave", data={"password": PASSWORD, "pieces": "kept"})
    assert (gone.status_code, gone.location) == (302, "/login")
    assert "Your account is deleted" in here.get("/login").text
    for client in (here, there):
        assert client.get("/notes").status_code == 302
    again = client_for(app).post(
        "/login", data={"email": "maria.lopez@example.org", "password": PASSWORD}
    )
    assert "not right" in again.text
    line = db.session.scalars(sa.select(AuditEvent).filter_by(what="account.deleted")).one()
    assert (line.by, line.about_kind) == (her_id, "day")
    said = "Somebody who is no longer here deleted their account."
    assert said not in client_for(app, ada).get("/audit").text  # few signed in on that day
    for n in range(5):
        with change(db.session) as session:
            record_presence(
                session, organisation.id, "sign_in.done", by=f"m{n}", at=NOW, zone=zone()
            )
    assert said in client_for(app, ada).get("/audit").text


def test_what_is_sent_while_the_account_is_deleted_is_answered_as_signed_out(
    app, maria, monkeypatch
):
    """Her other tab was let in before she left, and writes afterwards."""
    note = deeds.do

    def after_she_left(*given: Any, **named: Any) -> None:
        leave(maria)
        note(*given, **named)

    monkeypatch.setattr(deeds, "do", after_she_left)
    sent = {"reading": "small-goals", "kind": "read"}
    answer = client_for(app, maria).post("/readings/deed", json=sent)
    assert answer.status_code == 401
    assert "sign in" in answer.json["message"].lower()


def test_guessing_the_password_there_is_slow_too(app, maria):
    client = client_for(app, maria)
    answers = [client.post("/me/leave", data={"password": "no"}).status_code for _ in range(7)]
    assert answers[:5] == [400] * 5
    assert answers[-1] == 429


def test_the_last_administrator_cannot_go(app, organisation, ada, maria):
    berta = add_member(organisation, "Berta", organisation.hill, administrator=True)
    with change(db.session) as session:  # cannot sign in: nobody could let people in
        session.get_one(User, berta.account_id).password = None
    with pytest.raises(LastAdministrator):
        leave(ada)
    page = client_for(app, ada).get("/me/leave").text  # says so before anything is pressed
    assert "You are the only administrator" in page.partition('action="/me/leave"')[0]
    assert "Nothing was changed" not in page
    said = client_for(app, ada).post("/me/leave", data={"password": PASSWORD})
    assert said.status_code == 409
    assert "then come back. Nothing was changed." in said.text
    with change(db.session) as session:
        session.get_one(User, berta.account_id).password = PASSWORD
    assert "You are the only" not in client_for(app, ada).get("/me/leave").text
    assert client_for(app, ada).post("/me/leave", data={"password": PASSWORD}).status_code == 302


def test_sqlite_keeps_no_trace_in_its_file(app, maria):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL overwrites when it vacuums")
    note(maria, "A note", "zebrawortzebrawort")
    path = db.engine.url.database

    def in_file() -> bool:
        db.session.rollback()
        return b"zebrawortzebrawort" in Path(path).read_bytes()

    actions._empty_write_log()
    assert in_file()
    leave(maria)
    assert not in_file()
