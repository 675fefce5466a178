"""The organizer's desk: what waits, the three acts, and who sees the record."""

from __future__ import annotations

import datetime as dt
import random
import re

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from tests.webapp.answering import answered, decided, leaves
from tests.webapp.people import NOW, add_member
from tests.webapp.reflecting import actor, submit, submitted
from webapp import access, clock
from webapp.answers import actions as answers
from webapp.answers.tables import Answer
from webapp.community import change, db
from webapp.desk import actions, acts_store, seeing, store, waiting
from webapp.desk.tables import Review
from webapp.ids import new_id
from webapp.leaving import actions as leaving
from webapp.leaving.choices import Choices
from webapp.members.tables import Member
from webapp.reflections import actions as reflections
from webapp.reflections.tables import Reflection
from webapp.requirements import reach, roll_store
from webapp.units.tables import Appointment, Membership


def hours(number: float) -> dt.datetime:
    return NOW + dt.timedelta(hours=number)


def organizes(member, unit: str) -> str:
    """Give the member a role that organizes in the unit; the appointment's id."""
    with change(db.session) as session:
        given = Appointment(
            organisation_id=member.organisation_id,
            id=new_id(),
            member_id=member.id,
            unit_id=unit,
            role_id="organizer",
            since=NOW,
        )
        session.add(given)
    return given.id


@pytest.fixture
def omar_organizes(organisation, omar):
    """Omar, of Hill, organizes Harbour."""
    organizes(omar, organisation.harbour)
    return omar


def rewritten(
    member, piece: str, body: str, *, now: dt.datetime, audience="organisation", unit=None
):
    row = db.session.get(Reflection, (member.organisation_id, piece))
    reflections.save(
        db.session, actor(member), piece, title=row.title, body=body, base_version=row.version,
        now=now,
    )  # fmt: skip
    submit(member, piece, now=now, audience=audience, unit=unit)


def seen(member, piece: str) -> str:
    row = db.session.get(Reflection, (member.organisation_id, piece), populate_existing=True)
    acts = acts_store.of_pieces(db.session, member.organisation_id, [piece])[piece]
    return seeing.stamp(store.words(piece, row.published_draft), acts)


def acted(member, piece: str, doing: str, body: str = "", *, now=NOW, key: str | None = None):
    return actions.act(
        db.session, actor(member), piece, doing=doing, kind="echo", body=body,
        seen=seen(member, piece), key=key or new_id(), now=now,
    )  # fmt: skip


def standing_on_desk(member) -> dict[str, list[str]]:
    groups = ("first", "back", "returned", "nameless")
    return {g: [w.id for w in store.waits(db.session, actor(member), g)] for g in groups}


def form(page: str, piece: str) -> dict[str, str]:
    """What the form of an opened piece sends besides the words."""
    part = page.split(f'action="/desk/pieces/{piece}"')[1]
    return {name: re.search(rf'name="{name}" value="([^"]*)"', part)[1] for name in ("key", "seen")}


def sent_to(desk, piece: str, data: dict[str, str]) -> str:
    """The page that a form leads to."""
    answer = desk.post(f"/desk/pieces/{piece}", data=data)
    assert answer.status_code == 303
    return desk.get(answer.location).text


# The whole way


def test_a_piece_is_asked_back_comes_again_and_is_accepted(app, client_as, maria, omar_organizes):
    omar, desk = omar_organizes, client_as(omar_organizes)
    piece = submitted(maria, "A morning at the harbour", "We swept the pier.")
    page = desk.get("/desk").text
    assert "Waits for a first answer" in page
    assert "A morning at the harbour" in page

    opened = desk.get(f"/desk/pieces/{piece}?part=1").text
    assert "We swept the pier." in opened
    assert "What to look for" in opened
    app.config["NOW"] = hours(1)
    sent = {**form(opened, piece), "act": "ask", "body": "Who else was there?"}
    assert "is asked back" in sent_to(desk, piece, sent)
    assert standing_on_desk(omar)["returned"] == [piece]

    assert "asks you something about" in client_as(maria).get("/news").text
    own = client_as(maria).get(f"/reflections/{piece}").text
    assert "asked it back with a question" in own
    assert "write on and submit again" in own
    assert own.count("Who else was there?") == 1

    rewritten(maria, piece, "We swept the pier, Li and I.", now=hours(2))
    assert standing_on_desk(omar)["back"] == [piece]
    page = desk.get("/desk").text
    assert "Came back after a question" in page
    assert "Who else was there?" in page

    app.config["NOW"] = hours(3)
    sent = {**form(page, piece), "act": "accept"}
    assert "is accepted" in sent_to(desk, piece, sent)
    assert "Nothing waits for an answer" in desk.get("/desk").text
    assert "accepted “" in client_as(maria).get("/news").text
    for who in (maria, omar):
        record = client_as(who).get(f"/reflections/{piece}").text.partition("What became of it")[2]
        steps = ("Submitted <", "asked it back", "Changed, and submitted again", "accepted it")
        places = [record.find(step) for step in steps]
        assert places == sorted(places)
        assert -1 not in places


def test_accepting_without_a_word_counts_as_study(client_as, maria, omar_organizes):
    piece = submitted(maria)
    acted(omar_organizes, piece, "accept")
    assert "Counts as study: it was accepted" in client_as(maria).get(f"/reflections/{piece}").text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Answer)) == 0


# Who sees what


def test_others_see_nothing_of_the_record(client_as, organisation, maria, li, omar_organizes):
    piece = submitted(maria)
    acted(omar_organizes, piece, "ask", "Who was there?")
    hill = add_member(organisation, "Hilda Hill", organisation.hill)
    organizes(hill, organisation.hill)
    for somebody in (li, hill):
        page = client_as(somebody).get(f"/reflections/{piece}").text
        assert "What became of it" not in page
        assert "asked it back" not in page
    for somebody in (maria, omar_organizes):
        assert "What became of it" in client_as(somebody).get(f"/reflections/{piece}").text
    assert client_as(li).get("/desk").status_code == 403
    assert client_as(hill).get(f"/desk/pieces/{piece}").status_code == 404
    assert piece not in client_as(hill).get("/desk").text


def test_a_piece_without_a_name_is_for_organizers_of_everything_alone(
    client_as, maria, ada, omar_organizes
):
    pieces = [
        submitted(maria, f"Nameless {n}", audience="anonymous", now=hours(-n)) for n in range(5)
    ]
    assert standing_on_desk(omar_organizes)["nameless"] == []
    assert not any(piece in client_as(omar_organizes).get("/desk").text for piece in pieces)
    assert client_as(omar_organizes).get(f"/desk/pieces/{pieces[0]}").status_code == 404
    assert client_as(omar_organizes).get("/desk?show=nameless").status_code == 404
    # within a day by their random ids, not by the hour at which they came
    assert standing_on_desk(ada)["nameless"] == sorted(pieces)
    page = client_as(ada).get("/desk").text
    assert "Nameless 1" in page
    assert "Maria" not in page
    assert "Harbour<" not in page
    acted(ada, pieces[0], "ask", "Where was it?")
    assert standing_on_desk(omar_organizes)["returned"] == []
    assert "Maria" not in client_as(ada).get(f"/desk/pieces/{pieces[0]}").text
    # nor does it go when its author does: ada could see whose it was
    before = standing_on_desk(ada)
    with change(db.session) as session:
        session.get(Member, (maria.organisation_id, maria.id)).left_at = NOW
    assert standing_on_desk(ada) == before


def test_a_piece_without_a_name_stands_as_it_stood_when_its_author_goes_for_good(
    client_as, maria, li, ada
):
    piece = submitted(maria, "Nameless", "Words.", audience="anonymous")
    acted(ada, piece, "ask", "Where was it?", now=hours(25))
    rewritten(maria, piece, "By the pier.", now=hours(50), audience="anonymous")
    before = standing_on_desk(ada), seen(ada, piece)
    assert before[0]["nameless"] == [piece]
    record = client_as(ada).get(f"/reflections/{piece}").text.partition("What became of it")[2]
    assert "<p>Submitted again</p>" in record  # on which day is not told
    assert "Changed, and" not in record
    key = (maria.organisation_id, maria.id)
    leaving.leave(db.session, *key, Choices(nameless=True), now=hours(60), zone=clock.zone())
    assert (standing_on_desk(ada), seen(ada, piece)) == before


def test_the_rule_in_code_and_in_sql_agree(organisation, maria, li, omar, ada):
    organizes(omar, organisation.harbour)
    organizes(li, organisation.hill)
    ines = add_member(organisation, "Ines Both", organisation.hill)
    people = (maria, li, omar, ada, ines)
    made = []
    for author, unit in ((maria, organisation.harbour), (omar, organisation.hill), (ines, organisation.hill)):  # fmt: skip
        made += [
            submitted(author),
            submitted(author, audience="anonymous"),
            submitted(author, audience="unit", unit=unit),
        ]
    withdrawn = submitted(maria)
    reflections.withdraw(db.session, actor(maria), withdrawn, now=NOW)
    with change(db.session) as session:  # Ines belongs to both
        session.add(
            Membership(
                organisation_id=organisation.id, id=new_id(), member_id=ines.id,
                unit_id=organisation.harbour, since=NOW,
            )
        )  # fmt: skip
    rows = db.session.scalars(
        sa.select(Reflection).where(Reflection.id.in_([*made, withdrawn]))
    ).all()
    agreed, reviewed = set(), set()
    for somebody in people:
        asks = actor(somebody)
        for row in rows:
            author = db.session.get(Member, (organisation.id, row.member_id))
            may = access.may_review(
                asks,
                author=row.member_id,
                units=actor(author).units,
                audience=row.audience,
                would_read=row.status == "submitted"
                and access.may_read_reflection(
                    asks, author=row.member_id, status=row.status, audience=row.audience,
                    unit=row.unit_id,
                ),
            )  # fmt: skip
            assert (store.reviewable(db.session, asks, row.id) is not None) == may
            agreed.add(may)
            if may:
                reviewed.add(row.id)
    assert agreed == {True, False}
    roll = roll_store.roll(db.session, organisation.id)
    for row in rows:  # and so does what its author is told
        if row.audience == "unit":
            reached = reach.could_be_accepted(
                roll, author=row.member_id, unit_id=row.unit_id, day=NOW.date()
            )
            assert reached == (row.id in reviewed)


# What waits follows the truth


def test_what_the_database_keeps_is_what_the_rule_says(
    organisation, maria, li, ada, omar_organizes
):
    """Random answers, questions, acceptances, submits, withdrawals and hidings."""
    rnd, omar = random.Random(7), omar_organizes
    pieces = [submitted(maria, f"Piece {n}", now=hours(0)) for n in range(3)]
    found = set()
    for step in range(1, 60):
        piece, now = rnd.choice(pieces), hours(step)
        row = db.session.get(Reflection, (maria.organisation_id, piece), populate_existing=True)
        what = rnd.choice(["answer", "ask", "ask", "accept", "submit", "submit", "back", "hide", "show", "withdraw", "reply", "unreview"])  # fmt: skip
        here = row.status == "submitted" and not row.hidden_at
        if what in ("answer", "ask", "accept") and here:
            acted(rnd.choice([omar, ada]), piece, what, "Why?" if what != "accept" else "", now=now)
        elif what == "submit":
            rewritten(maria, piece, f"Again {step}", now=now)
        elif what == "withdraw":
            reflections.withdraw(db.session, actor(maria), piece, now=now)
        elif what in ("hide", "show") and here == (what == "hide") and row.status == "submitted":
            decided(ada, "reflection", piece, what)
        else:
            said = db.session.scalars(sa.select(Answer).filter_by(reflection_id=piece, parent_id=None, taken_back_at=None)).all()  # fmt: skip
            reviews = db.session.scalars(sa.select(Review).filter_by(reflection_id=piece)).all()
            if what == "reply" and said and here:
                answered(maria, piece, "I see.", to=rnd.choice(said).id, now=now)
            elif what == "back" and said:
                one = rnd.choice(said)
                who = db.session.get(Member, (one.organisation_id, one.member_id))
                answers.take_back(db.session, actor(who), one.id, now=now)
            elif what == "unreview" and reviews:
                one = rnd.choice(reviews)
                who = db.session.get(Member, (one.organisation_id, one.by))
                actions.take_back(db.session, actor(who), "review", one.id, now=now)
        for id in pieces:
            kept = state_by_rule(maria.organisation_id, id)
            assert kept == db.session.scalar(sa.select(Reflection.desk).filter_by(id=id)), what
            found.add(kept)
    assert found == {"first", "back", "returned", None}


def state_by_rule(organisation: str, piece: str) -> str | None:
    db.session.rollback()
    row = db.session.get(Reflection, (organisation, piece), populate_existing=True)
    said = {
        a.id: a
        for a in db.session.scalars(
            sa.select(Answer).filter_by(reflection_id=piece, parent_id=None)
        )
        if not a.taken_back_at and not a.hidden_at and a.member_id != row.member_id
    }
    reviews = db.session.scalars(sa.select(Review).filter_by(reflection_id=piece))
    return waiting.state(
        status=row.status,
        hidden=row.hidden_at is not None,
        submitted_at=row.submitted_at,
        answers=[waiting.Said(a.at) for a in said.values()],
        reviews=[
            waiting.Reviewed(r.kind, r.at)
            for r in reviews
            if r.kind == "accepted" or r.answer_id in said
        ],
    )


def test_what_an_organizer_cannot_read_any_more_leaves_the_desk_at_once(
    client_as, organisation, maria, ada, omar_organizes
):
    piece = submitted(maria, "It moves", now=hours(-1))
    acted(omar_organizes, piece, "ask", "Where was it?")
    rewritten(maria, piece, "At the pier.", now=hours(1))
    desk = client_as(omar_organizes)
    assert standing_on_desk(omar_organizes)["back"] == [piece]
    gone = [
        lambda: reflections.change_audience(
            db.session, actor(maria), piece, audience="unit", unit_id=organisation.harbour, now=NOW
        ),
        lambda: decided(ada, "reflection", piece, "hide"),
        lambda: reflections.withdraw(db.session, actor(maria), piece, now=NOW),
    ]
    back = [
        lambda: reflections.change_audience(
            db.session, actor(maria), piece, audience="organisation", unit_id=None, now=NOW
        ),
        lambda: decided(ada, "reflection", piece, "show"),
        lambda: None,
    ]
    for close, reopen in zip(gone, back, strict=True):
        close()
        assert "It moves" not in desk.get("/desk").text
        assert desk.get(f"/desk/pieces/{piece}").status_code == 404
        if close is gone[0]:
            assert "asked it back" in client_as(maria).get(f"/reflections/{piece}").text
        reopen()
    submit(maria, piece, now=hours(2))
    assert "It moves" in desk.get("/desk").text
    leaves(maria, organisation.harbour)
    assert "It moves" not in desk.get("/desk").text


# Forms


def test_a_submit_that_comes_twice_is_carried_out_once(client_as, maria, omar_organizes):
    piece = submitted(maria)
    desk = client_as(omar_organizes)
    sent = {**form(desk.get(f"/desk/pieces/{piece}").text, piece), "act": "ask", "body": "Why?"}
    for _time in range(2):
        assert desk.post(f"/desk/pieces/{piece}", data=sent).status_code == 303
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Review)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Answer)) == 1


def test_the_second_of_two_organizers_is_told_and_keeps_their_words(
    client_as, maria, ada, omar_organizes
):
    piece = submitted(maria)
    desk = client_as(omar_organizes)
    old = form(desk.get(f"/desk/pieces/{piece}").text, piece)
    acted(ada, piece, "accept", "Thank you.")
    sent = {**old, "act": "ask", "body": "Who was there with you?"}
    refused = desk.post(f"/desk/pieces/{piece}", data=sent)
    assert refused.status_code == 409
    assert "Ada Admin accepted it meanwhile" in refused.text
    assert "Who was there with you?" in refused.text
    assert standing_on_desk(omar_organizes)["returned"] == []
    again = {**form(refused.text, piece), "act": "ask", "body": "Who was there with you?"}
    assert desk.post(f"/desk/pieces/{piece}", data=again).status_code == 303
    # and when both accept: no words are spoken of where there were none
    other = submitted(maria, "Another")
    old = form(desk.get(f"/desk/pieces/{other}").text, other)
    acted(ada, other, "accept")
    twice = desk.post(f"/desk/pieces/{other}", data={**old, "act": "accept", "body": ""})
    assert twice.status_code == 409
    assert "Ada Admin accepted it meanwhile, so it counts already" in twice.text
    assert "Your words" not in twice.text.split("data-problem")[1].split("</p>")[0]
    # and when the author wrote on meanwhile
    old = form(desk.get(f"/desk/pieces/{piece}").text, piece)
    rewritten(maria, piece, "Other words.", now=hours(1))
    told = desk.post(
        f"/desk/pieces/{piece}",
        data={**old, "act": "accept"},
        headers={"Accept": "application/json"},
    )
    assert told.status_code == 409
    assert "submitted the piece again" in told.json["problem"]
    assert "so it is not accepted yet" in told.json["problem"]


def test_whoever_organizes_no_more_gets_the_words_back(client_as, organisation, maria, li, omar):
    given = organizes(omar, organisation.harbour)
    piece = submitted(maria)
    sent = {"key": new_id(), "seen": "1", "act": "ask", "body": "My long question"}
    organizes(li, organisation.hill)
    outside = client_as(li).post(f"/desk/pieces/{piece}", data=sent)
    assert outside.status_code == 404
    assert "My long question" in outside.text
    unknown = client_as(li).post("/desk/pieces/nothing", data=sent)
    assert unknown.text.count("My long question") == outside.text.count("My long question")
    with change(db.session) as session:
        session.get(Appointment, (organisation.id, given)).until = NOW
    refused = client_as(omar).post(f"/desk/pieces/{piece}", data=sent)
    assert refused.status_code == 403
    assert "My long question" in refused.text
    assert "Only organizers of a unit have a desk" in refused.text
    script = {"Accept": "application/json"}
    said = client_as(omar).post(f"/desk/pieces/{piece}", data=sent, headers=script)
    assert "Nothing was sent" in said.json["problem"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Review)) == 0


def test_an_act_is_taken_back_with_its_words(client_as, maria, li, omar_organizes):
    piece = submitted(maria)
    desk = client_as(omar_organizes)
    script = {"Accept": "application/json"}
    sent = {**form(desk.get("/desk").text, piece), "act": "ask", "body": "Why there?"}
    answer = desk.post(f"/desk/pieces/{piece}", data=sent, headers=script).json
    assert client_as(li).post(answer["back"]).status_code == 403
    assert desk.post(answer["back"], headers=script).status_code == 200
    assert standing_on_desk(omar_organizes)["first"] == [piece]
    assert "Why there?" not in client_as(maria).get(f"/reflections/{piece}").text
    assert "asks you something" not in client_as(maria).get("/news").text
    assert desk.post(answer["back"]).status_code == 404
    empty = desk.post(f"/desk/pieces/{piece}", data={**sent, "key": new_id(), "body": " "})
    assert empty.status_code == 422
    assert "Only accepting needs no words" in empty.text


def test_questions_nobody_replied_to_are_shown(client_as, maria, li, omar_organizes):
    piece = submitted(maria)
    question = answered(li, piece, "Did the tide matter?", "question")
    assert "Did the tide matter?" in client_as(omar_organizes).get("/desk/questions").text
    answered(maria, piece, "It did.", to=question)
    assert "Did the tide matter?" not in client_as(omar_organizes).get("/desk/questions").text


# Size


def test_the_desk_pages_by_key_and_asks_no_more_for_more(client_as, organisation, maria, omar_organizes):  # fmt: skip
    desk = client_as(omar_organizes)

    def statements() -> int:
        count = 0

        def one_more(*_args: object) -> None:
            nonlocal count
            count += 1

        event.listen(db.engine, "before_cursor_execute", one_more)
        try:
            assert desk.get("/desk").status_code == 200
        finally:
            event.remove(db.engine, "before_cursor_execute", one_more)
        return count

    first = [submitted(maria, "Piece 0", now=hours(0))]
    asked = submitted(maria, "Asked", now=hours(0))
    acted(omar_organizes, asked, "ask", "Why?")
    statements()  # what is asked once in a process
    few = statements()
    first += [submitted(maria, f"Piece {n}", now=hours(n)) for n in range(1, 24)]
    for n in range(4):
        acted(omar_organizes, submitted(maria, f"Asked {n}"), "ask", "Why?")
    assert statements() == few
    page = desk.get("/desk").text
    assert page.index("Piece 0<") < page.index("Piece 14<")
    assert "Piece 15<" not in page
    further = desk.get(re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")).text
    assert [n for n in range(24) if f"Piece {n}<" in further] == [*range(15, 24)]
