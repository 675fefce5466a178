"""Requirements over HTTP and in SQL: set, inherited, changed, followed, entered for others."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from tests.webapp.answering import answered
from tests.webapp.people import NOW, add_member
from tests.webapp.reflecting import actor, draft, submit, submitted
from webapp.audit.tables import AuditEvent
from webapp.community import change, db
from webapp.desk.tables import Review
from webapp.goals.tables import Goal
from webapp.ids import new_id
from webapp.members.tables import Member
from webapp.readings.tables import Deed
from webapp.requirements import progress
from webapp.requirements import tree_store as store
from webapp.requirements.holding import Plan
from webapp.requirements.tables import (
    Attendance,
    EnteredPiece,
    Requirement,
    RequirementVersion,
)
from webapp.themes import draft_actions, draft_store
from webapp.themes.drafts import Brief, DraftItem
from webapp.units import actions as units
from webapp.units import store as unit_store
from webapp.units.tables import Appointment, Membership, Unit, UnitBefore

TODAY = NOW.date()
FORM = {
    "title": "One piece each month",
    "starts_on": "2026-05-01",
    "ends_on": "2026-12-31",
    "pace": "month",
    "content": "own",
    "count_write": "1",
    "answered_by": "reader",
    "accepted_when": "answered",
}


def form(**changed: Any) -> dict[str, Any]:
    return {**FORM, "key": new_id(), **changed}


def organizes(member: Any, unit: str, role: str = "organizer") -> Any:
    with change(db.session):
        db.session.add(
            Appointment(
                organisation_id=member.organisation_id, id=new_id(), member_id=member.id,
                unit_id=unit, role_id=role, since=NOW - dt.timedelta(days=30),
            )
        )  # fmt: skip
    return member


def end_roles(member: Any) -> None:
    with change(db.session):
        db.session.execute(
            sa.update(Appointment).where(Appointment.member_id == member.id).values(until=NOW)
        )


def below(organisation: Any, name: str, parent: str, kind: str = "team") -> str:
    made = new_id()
    with change(db.session):
        units.new_unit(
            db.session, organisation.id, unit_id=made, name=name, kind=kind, parent_id=parent,
            now=NOW,
        )  # fmt: skip
    return made


def only(unit: str) -> str:
    return str(db.session.scalar(sa.select(Requirement.id).where(Requirement.unit_id == unit)))


def versions(requirement: str) -> list[RequirementVersion]:
    return list(
        db.session.scalars(
            sa.select(RequirementVersion)
            .where(RequirementVersion.requirement_id == requirement)
            .order_by(RequirementVersion.number)
        )
    )


@pytest.fixture
def boss(organisation, omar):
    """Omar organizes Harbour, to which he belongs not; and Hill, to which he does not act."""
    return organizes(omar, organisation.harbour)


def main_of(answer: Any) -> str:
    return str(re.sub(r'name="(csrf_token|key)" value="[^"]*"', "", answer.text).split("<main")[1])


def audited() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEvent.what)))


# The whole way


def test_what_is_asked_is_seen_below_and_counts_when_it_was_answered(
    client_as, organisation, maria, li, boss
):
    crew = below(organisation, "Crew", organisation.harbour)
    ana = add_member(organisation, "Ana Ruiz", crew)
    assert client_as(boss).post(
        f"/units/{organisation.harbour}/requirements/new",
        data=form(guidance="What did you **try**?"),
    ).status_code == 303  # fmt: skip
    plan = client_as(ana).get(f"/units/{crew}/requirements").text
    assert "One piece each month" in plan
    assert "<strong>try</strong>" in plan
    assert "Set a requirement" not in plan
    piece = submitted(ana, "What the tide taught")
    own = client_as(ana)
    page = own.get("/requirements").text
    assert "31 May 2026" in page
    assert "Does not count yet: nobody has answered it." in page
    answered(li, piece)
    page = own.get("/requirements").text
    assert "Counts because it was answered on 4 May 2026." in page
    assert "1 of 1" in page
    followed = client_as(boss).get(f"/units/{organisation.harbour}/progress").text
    assert followed.index("Ana Ruiz") < followed.index("What the tide taught")
    assert followed.index("What the tide taught") < followed.index("Li Wen")
    assert "Counts because it was answered on 4 May 2026." in followed
    assert "requirement.set" in audited()
    assert "What did you" not in str(db.session.scalars(sa.select(AuditEvent.details)).all())


def test_leaders_and_organizers_carry_the_same(client_as, organisation, boss):
    lead = organizes(add_member(organisation, "Lea Lead", organisation.harbour), organisation.harbour)  # fmt: skip
    client_as(boss).post(f"/units/{organisation.harbour}/requirements/new", data=form())
    assert "One piece each month" in client_as(lead).get("/requirements").text
    assert "Lea Lead" in client_as(boss).get(f"/units/{organisation.harbour}/progress").text


def test_before_submitting_one_sees_what_a_piece_would_count_for(
    client_as, organisation, maria, boss, app
):
    asked = f"/units/{organisation.harbour}/requirements/new"
    for more in (
        {"title": "A piece a month"},
        {"title": "On service", "content": "themes", "theme": "service"},
        {"title": "A speech", "genre": "speech"},
        {"title": "Read one", "count_write": "0", "count_read": "1"},
    ):
        assert (
            client_as(boss).post(asked, data=form(answered_by="organizer", **more)).status_code
            == 303
        )
    made = draft(maria, "Knocking", "At the door.", text_slug="going-to-see")
    page = client_as(maria).get(f"/reflections/{made}/submit").text
    said = re.sub(r"<[^>]+>|\s+", " ", page.partition("What it can count for")[2])
    places = [
        said.index(words)
        for words in (
            "A piece a month", "A piece counts when an organizer has answered it.",
            "Read one", "What it is about or cites counts as read.",
        )
    ]  # fmt: skip
    assert places == sorted(places)
    assert "it asks for a piece about Service" in said
    assert "it asks for another kind of piece (Speech)" in said
    assert "your unit sees nothing of it in its progress" in page
    submit(maria, made)
    counted = {task.method for one in progress.mine(db.session, actor(maria), TODAY)
               for task in one.now.tasks if any(line.counts or line.waits for line in task.lines)}  # fmt: skip
    assert counted == {"write", "read"}  # as the page said


def test_who_comes_late_is_told_when_it_begins_and_nothing_is_missing(
    app, client_as, organisation, li, boss
):
    assert client_as(boss).post(
        f"/units/{organisation.harbour}/requirements/new", data=form()
    ).status_code == 303  # fmt: skip
    late = NOW + dt.timedelta(days=22)  # 26 May
    app.config["NOW"] = late
    nina = add_member(organisation, "Nina New", organisation.harbour)
    with change(db.session) as session:
        session.execute(
            sa.update(Membership).where(Membership.member_id == nina.id).values(since=late)
        )
    page = client_as(nina).get("/requirements").text
    assert "This holds for you since 26 May 2026." in page
    assert "it begins for you on 1 June 2026" in page
    assert "There is still something to do" not in page
    assert "One piece each month" not in client_as(nina).get("/").text
    followed = client_as(boss).get(f"/units/{organisation.harbour}/progress").text
    assert "Li Wen" in followed
    assert "Nina New" not in followed


# Who sees what


def test_an_organizer_sees_nothing_that_is_private_or_without_a_name(
    client_as, organisation, maria, li, boss
):
    harbour = organisation.harbour
    client_as(boss).post(
        f"/units/{harbour}/requirements/new",
        data=form(count_read="1", count_practise="1", count_write="3"),
    )
    before = main_of(client_as(boss).get(f"/units/{harbour}/progress"))
    hidden = submitted(maria, "Nameless words", audience="anonymous")
    answered(li, hidden)
    submitted(maria, "Only for us", audience="unit", unit=harbour)  # Omar is no member there
    with change(db.session):
        keys = {"organisation_id": organisation.id, "member_id": maria.id}
        db.session.add(
            Deed(**keys, id=new_id(), kind="read", reading_id="small-goals/1",
                 reading_group="small-goals", at=NOW)
        )  # fmt: skip
        db.session.add(
            Goal(**keys, id=new_id(), what="Call the harbour master", status="done",
                 outcome="Done", answered_at=NOW, created_at=NOW, updated_at=NOW)
        )  # fmt: skip
    assert main_of(client_as(boss).get(f"/units/{harbour}/progress")) == before
    mine = client_as(maria).get("/requirements").text
    for seen in ("Nameless words", "Only for us", "A small goal", "Call the harbour master"):
        assert seen in mine
    assert mine.count("Only you see this.") == 2
    assert "Without your name: your unit does not see that it is yours." in mine


def test_the_plan_and_the_progress_are_for_those_they_concern(
    client_as, organisation, maria, li, omar
):
    organizes(li, organisation.hill)  # organizes another unit, is a member of Harbour
    harbour, hill = organisation.harbour, organisation.hill
    client_as(li).post(f"/units/{hill}/requirements/new", data=form(title="Of the hill"))
    made = only(hill)
    for path in (f"/units/{hill}/requirements", f"/requirements/{made}", f"/units/{hill}/entered"):
        assert client_as(maria).get(path).status_code == 404
        assert client_as(omar).get(path).status_code == 200
    for path in (f"/units/{hill}/progress", f"/units/{hill}/attendance",
                 f"/units/{hill}/requirements/new", f"/requirements/{made}/edit"):  # fmt: skip
        assert client_as(omar).get(path).status_code == 403
        assert client_as(li).get(path).status_code == 200
    for path in (f"/units/{harbour}/progress", f"/units/{harbour}/attendance",
                 f"/units/{harbour}/requirements/new", "/units/nowhere/progress"):  # fmt: skip
        assert client_as(li).get(path).status_code == 404
    assert client_as(li).get(f"/units/{harbour}/requirements").status_code == 200  # a member


def test_a_form_for_a_unit_that_is_not_ones_own_is_answered_like_one_for_none(
    client_as, organisation, maria, li, boss
):
    client_as(boss).post(f"/units/{organisation.harbour}/requirements/new", data=form())
    made = only(organisation.harbour)
    organizes(maria, organisation.hill)
    client = client_as(maria)
    for real, unreal in (
        (f"/units/{organisation.harbour}/requirements/new", "/units/nowhere/requirements/new"),
        (f"/requirements/{made}/edit", "/requirements/nothing/edit"),
        (f"/requirements/{made}/withdraw", "/requirements/nothing/withdraw"),
        (f"/units/{organisation.harbour}/attendance", "/units/nowhere/attendance"),
        (f"/units/{organisation.harbour}/entered", "/units/nowhere/entered"),
    ):
        one, other = client.post(real, data=form()), client.post(unreal, data=form())
        assert (one.status_code, main_of(one)) == (404, main_of(other))
        assert "One piece each month" in one.text  # what was typed is not lost


# Changing, replacing, withdrawing


def test_a_change_holds_from_its_day_and_the_past_stays(app, client_as, organisation, maria, boss):
    harbour, client = organisation.harbour, client_as(boss)
    client.post(f"/units/{harbour}/requirements/new", data=form())
    made = only(harbour)
    assert 'value="2026-06-01"' in client.get(f"/requirements/{made}/edit").text
    changed = form(count_write="2", seen="1", from_day="2026-06-01", reason="We want to practise")
    assert client.post(f"/requirements/{made}/edit", data=changed).status_code == 303
    assert "Write one piece" in client_as(maria).get("/requirements").text
    history = client_as(maria).get(f"/requirements/{made}").text
    assert "We want to practise" in history
    again = client.post(f"/requirements/{made}/edit", data=form(
        count_write="5", seen="1", from_day="2026-06-01", reason="Mine"))  # fmt: skip
    assert again.status_code == 409
    assert 'value="5"' in again.text
    assert f'href="/requirements/{made}"' in again.text  # what holds now
    assert 'name="seen" value="2"' in again.text  # and what was typed can be kept all the same
    assert "Changed: What to do" in history
    app.config["NOW"] = dt.datetime(2026, 6, 10, tzinfo=dt.UTC)
    page = client_as(maria).get("/requirements").text
    assert "Write 2 pieces" in page
    assert "Write one piece" in page  # May, among what was earlier
    looked_back = client.get(f"/units/{harbour}/progress?on=2026-05-20").text
    assert "Write one piece" in looked_back
    assert "Write 2 pieces" not in looked_back
    sent = {"key": new_id(), "day": "2026-06-10", "why": "Too much"}
    assert client.post(f"/requirements/{made}/withdraw", data=sent).status_code == 303
    page = client_as(maria).get("/requirements").text
    assert "Write 2 pieces" not in page
    assert "Write one piece" in page
    assert "Too much" in client_as(maria).get(f"/requirements/{made}").text
    assert client.get(f"/requirements/{made}/edit").status_code == 404
    assert {"requirement.changed", "requirement.withdrawn"} <= set(audited())


def test_a_unit_that_was_moved_goes_on_having_been_asked_what_it_was(
    app, client_as, organisation, li, boss
):
    harbour, hill = organisation.harbour, organisation.hill
    crew = below(organisation, "Crew", harbour)
    ana = add_member(organisation, "Ana Ruiz", crew)
    hilda = organizes(add_member(organisation, "Hilda Berg", hill), hill)
    ada = add_member(organisation, "Ada Lin", organisation.harbour, administrator=True)
    asked = {harbour: "One piece by the sea", hill: "One piece on the hill"}
    for unit, title in asked.items():
        client_as(ada).post(f"/units/{unit}/requirements/new", data=form(title=title))
    answered(li, submitted(ana, "What the tide taught"))
    app.config["NOW"] = NOW + dt.timedelta(days=30)  # in June
    before = store.whole_tree(db.session, organisation.id)
    units.move(
        db.session, actor(ada), crew, seen=unit_store.tree(db.session, organisation.id)[crew].seen,
        parent=hill, key=new_id(), now=app.config["NOW"],
    )  # fmt: skip
    plan = Plan(store.whole_tree(db.session, organisation.id), ())
    assert plan.on(TODAY).paths == Plan(before, ()).paths != plan.paths
    page = client_as(ana).get("/requirements").text
    now, over = page.split('id="over"')
    assert "One piece on the hill" in now
    assert "One piece by the sea" not in now
    assert 'class="earlier"' not in now  # nothing was asked on the hill in May
    assert "One piece by the sea" in over
    assert "1 of 1" in over
    # Rights follow the tree of today: whoever organizes the crew now sees what it was asked,
    # but not the plan it was part of; whoever organized it then sees nothing of it.
    page = client_as(hilda).get(f"/units/{hill}/progress").text
    may = page.split("One piece by the sea")[1].split("</section>")[0]
    assert "Ana Ruiz" in may
    assert "What the tide taught" in may
    assert f"/requirements/{only(harbour)}" not in page
    assert client_as(hilda).get(f"/requirements/{only(harbour)}").status_code == 404
    assert "Ana Ruiz" not in client_as(boss).get(f"/units/{harbour}/progress").text
    # What the step of migration makes of the log is what was kept at once.
    of_log = import_module("webapp.migrations.versions.0016_units_before")._from_the_log
    (made,) = of_log(db.session.connection())
    (kept,) = db.session.execute(sa.select(UnitBefore.__table__)).mappings()
    at = made["until"]
    assert {**made, "until": at.replace(tzinfo=at.tzinfo or dt.UTC)} == dict(kept)
    assert (kept["unit_id"], kept["parent_id"]) == (crew, harbour)


def test_a_unit_below_puts_another_in_its_place_where_that_is_allowed(
    client_as, organisation, boss
):
    harbour = organisation.harbour
    crew = below(organisation, "Crew", harbour)
    ana = add_member(organisation, "Ana Ruiz", crew)
    client = client_as(boss)
    client.post(f"/units/{harbour}/requirements/new", data=form())
    made = only(harbour)
    other = form(title="A talk instead", count_write="0", count_discuss="1", replaces=made,
                 reason="At sea in May", sure="1")  # fmt: skip
    refused = client.post(f"/units/{crew}/requirements/new", data=other)
    assert refused.status_code == 409
    assert "does not allow" in refused.text
    client.post(f"/requirements/{made}/edit", data=form(
        may_replace="1", seen="1", from_day="2026-05-04", reason="Crews differ"))  # fmt: skip
    assert "Put another in its place here" in client.get(f"/units/{crew}/requirements").text
    assert client.post(f"/units/{crew}/requirements/new", data=other).status_code == 303
    page = client_as(ana).get("/requirements").text
    assert "A talk instead" in page
    assert "One piece each month" not in page
    assert "At sea in May" in client_as(ana).get(f"/units/{crew}/requirements").text


def test_a_contradiction_is_shown_before_it_is_kept_and_both_hold(
    client_as, organisation, maria, boss
):
    harbour, client = organisation.harbour, client_as(boss)
    organizes(maria, harbour, "secretary")
    organizes(maria, harbour, "group-leader")
    client.post(
        f"/units/{harbour}/requirements/new", data=form(title="Secretaries", role_id="secretary")
    )
    second = form(title="Leaders", role_id="group-leader", count_write="3")
    wrong = {**second, "title": "", "starts_on": "May"}  # all that is wrong is said at once
    warned = client.post(f"/units/{harbour}/requirements/new", data=wrong)
    assert warned.status_code == 422
    assert "Give it a title" in warned.text
    assert "no day of the calendar" in warned.text
    assert "Secretaries" in warned.text
    assert "in another quantity: Write one piece." in warned.text
    seen = {"sure": re.search(r'name="sure" value="([^"]+)"', warned.text)[1]}
    unseen = client.post(f"/units/{harbour}/requirements/new", data={**second, "sure": "1"})
    assert unseen.status_code == 422
    kept = client.post(f"/units/{harbour}/requirements/new", data={**second, **seen})
    assert kept.status_code == 303
    page = client_as(maria).get("/requirements").text
    assert "Secretaries" in page
    assert "Leaders" in page
    assert (
        "some members may be asked two different things"
        in client.get(f"/units/{harbour}/requirements").text
    )


# Bad input


def test_a_theme_list_is_asked_only_where_everybody_it_reaches_may_open_it(
    client_as, organisation, boss, ada
):
    harbour = organisation.harbour
    items = [DraftItem("small-goals/1", "small-goals", "Small goals", "A goal is small.", 2)]
    made = draft_actions.begin(
        db.session, actor(ada), key=new_id(), title="Of the harbour", brief=Brief(), items=items,
        now=NOW,
    )  # fmt: skip

    def give(*units: str) -> None:
        draft = {"version": "1", "audience": "unit", "unit": list(units), "key": new_id()}
        assert client_as(ada).post(f"/lists/{made}/build/publish", data=draft).status_code == 303

    def ask() -> Any:
        sent = form(content="list", list_id=made, sure="1")
        return client_as(boss).post(f"/units/{harbour}/requirements/new", data=sent)

    give(harbour)
    with change(db.session):
        db.session.add(
            Membership(
                organisation_id=organisation.id, id=new_id(), member_id=boss.id, unit_id=harbour,
                since=NOW,
            )
        )  # fmt: skip
    crew = below(organisation, "Crew", harbour)
    refused = ask()
    assert refused.status_code == 422
    assert "members of “Crew”, for one, cannot open it" in refused.text
    assert "Of the harbour" not in client_as(ada).get(f"/units/{crew}/requirements").text
    give(harbour, crew)
    assert ask().status_code == 303
    # a newer version of the list: told, and nothing changes by itself
    one = only(harbour)
    assert "newer version" not in client_as(boss).get(f"/requirements/{one}").text
    more = DraftItem("good-discussion/1", "good-discussion", "Good discussion", "Ask one.", 4)
    draft = draft_store.draft(db.session, actor(ada), made)
    draft_actions.save(db.session, actor(ada), replace(draft, items=(*draft.items, more)), now=NOW)
    sent = {"version": "2", "audience": "unit", "unit": [harbour, crew], "key": new_id()}
    assert client_as(ada).post(f"/lists/{made}/build/publish", data=sent).status_code == 303
    client = client_as(boss)
    page = client.get(f"/requirements/{one}").text
    assert "newer version, 2; this requirement asks version 1" in page
    chosen = re.compile(r'<option value="(\w+)" selected>')
    assert made in chosen.findall(client.get(f"/requirements/{one}/edit?list=newest").text)
    kept, newest = client.get(f"/requirements/{one}/edit").text, "small-goals"
    assert "kept" in chosen.findall(kept)
    for list_id, readings in (("kept", [newest]), (made, [newest, "good-discussion"])):
        said = form(content="list", list_id=list_id, from_day="2026-05-04", reason="Why",
                    seen=str(len(versions(one))))  # fmt: skip
        assert client.post(f"/requirements/{one}/edit", data=said).status_code == 303
        assert (versions(one)[-1].list_id, versions(one)[-1].readings) == (made, readings)


def test_a_form_that_cannot_be_met_names_the_field_and_keeps_what_was_typed(
    client_as, organisation, boss
):
    sent = form(title="Kept as typed", ends_on="2026-04-01", count_read="9", content="readings",
                readings="A small goal\nhttps://x.example/read/good-discussion")  # fmt: skip
    answer = client_as(boss).post(f"/units/{organisation.harbour}/requirements/new", data=sent)
    assert answer.status_code == 422
    assert "The period ends before it begins." in answer.text
    assert "Nobody can meet this: only 2 different texts are chosen above." in answer.text
    assert 'value="Kept as typed"' in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Requirement)) == 0


def test_somebody_whose_role_ended_while_the_form_was_open_gets_their_words_back(
    client_as, organisation, boss
):
    client = client_as(boss)
    assert client.get(f"/units/{organisation.harbour}/requirements/new").status_code == 200
    end_roles(boss)
    sent = form(title="Typed for long", guidance="Every word")
    answer = client.post(f"/units/{organisation.harbour}/requirements/new", data=sent)
    assert answer.status_code == 403
    assert "You do not organize this unit any more" in answer.text
    assert "Typed for long" in answer.text
    assert "Every word" in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Requirement)) == 0


def test_a_unit_that_was_closed_meanwhile_asks_nothing_and_loses_no_word(
    client_as, organisation, boss
):
    client = client_as(boss)
    client.post(f"/units/{organisation.harbour}/requirements/new", data=form(title="Before"))
    with change(db.session):
        unit = db.session.get(Unit, (organisation.id, organisation.harbour))
        unit.closed_at = NOW
    plan = client.get(f"/units/{organisation.harbour}/requirements").text
    assert "nothing is asked in it any more" in plan
    assert "Before" in plan.partition("Over or withdrawn")[2]
    for page in (plan, client.get(f"/units/{organisation.harbour}/progress?on=abc").text):
        assert f"/units/{organisation.harbour}/attendance" not in page  # which is not there
    assert "This is today." in page
    answer = client.post(f"/units/{organisation.harbour}/requirements/new", data=form())
    assert answer.status_code == 409
    assert "This unit was closed meanwhile" in answer.text
    assert 'value="One piece each month"' in answer.text
    assert client.get(f"/units/{organisation.harbour}/requirements/new").status_code == 404


def test_the_same_form_sent_twice_sets_one_requirement(client_as, organisation, boss):
    sent = form()
    for _ in range(2):
        answer = client_as(boss).post(f"/units/{organisation.harbour}/requirements/new", data=sent)
        assert answer.status_code in (303, 422)  # the second one contradicts nothing
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Requirement)) == 1


# Accepting


def test_what_must_be_accepted_counts_when_it_was(client_as, organisation, maria, li, boss):
    client_as(boss).post(
        f"/units/{organisation.harbour}/requirements/new", data=form(accepted_when="accepted")
    )
    piece = submitted(maria, "To be accepted")
    question = answered(li, piece, "And then?", "question")

    def review(kind: str, hour: int, answer: str | None = None) -> str:
        with change(db.session):
            db.session.add(
                Review(organisation_id=organisation.id, id=new_id(), reflection_id=piece,
                       by=boss.id, kind=kind, answer_id=answer, published_version=1,
                       at=NOW + dt.timedelta(hours=hour))
            )  # fmt: skip
        return str(client_as(maria).get("/requirements").text)

    assert "no organizer has accepted it" in client_as(maria).get("/requirements").text
    assert "an organizer asked something back on 4 May 2026" in review("asked_back", 1, question)
    assert "Counts because it was accepted on 4 May 2026." in review("accepted", 2)


def test_a_piece_that_nobody_reads_who_could_accept_it_does_not_wait(
    client_as, organisation, maria, boss
):
    client_as(boss).post(
        f"/units/{organisation.harbour}/requirements/new",
        data=form(accepted_when="accepted", genre="experience"),
    )
    made = draft(maria, "For us alone", genre="experience")

    def said(where: str) -> str:
        return re.sub(r"<[^>]+>|\s+", " ", client_as(maria).get(where).text)

    nobody = "Nobody who could accept it for “One piece each month” reads pieces for this unit"
    assert nobody in said(f"/reflections/{made}/submit")
    assert "Not for Harbour alone: nobody there could accept it." in said(
        f"/reflections/{made}/submit"
    )
    submit(maria, made, audience="unit", unit=organisation.harbour)
    mine = said("/requirements")
    assert "Write one experience" in mine
    assert "nobody who could accept it is a member of that unit" in mine
    assert "There is still something to do." in mine
    record = said(f"/reflections/{made}")
    assert "no organizer who may answer for you is a member of that unit" in record
    assert "It waits for an answer" not in record
    with change(db.session) as session:
        session.add(
            Membership(
                organisation_id=organisation.id, id=new_id(), member_id=boss.id,
                unit_id=organisation.harbour, since=NOW,
            )
        )  # fmt: skip
    assert nobody not in said(f"/reflections/{made}/audience")
    assert "It counts once an organizer has accepted it." in said("/requirements")
    assert "It waits for an answer" in said(f"/reflections/{made}")


# Entries on behalf of others


def test_attendance_is_entered_seen_objected_to_and_taken_back(
    client_as, organisation, maria, li, boss
):
    harbour, client = organisation.harbour, client_as(boss)
    client.post(f"/units/{harbour}/requirements/new", data=form(count_write="0", count_attend="1"))
    sent = {"key": new_id(), "what": "Reading evening", "day": "2026-05-03", "minutes": "90",
            "member": [maria.id, li.id], "guests": "Old Captain\n"}  # fmt: skip
    assert client.post(f"/units/{harbour}/attendance", data=sent).status_code == 303
    page = client_as(maria).get("/requirements").text
    assert "Counts because it was attended on 3 May 2026. Entered by Omar Haddad." in page
    assert "Old Captain" not in page
    assert "Old Captain" in client.get(f"/units/{harbour}/attendance").text
    entry = db.session.scalar(sa.select(Attendance.id).where(Attendance.member_id == maria.id))
    path = f"/requirements/entries/attendance/{entry}"
    assert client_as(li).post(f"{path}/object", data={}).status_code == 404
    client_as(maria).post(f"{path}/object", data={"why": "I was ill"})
    assert "0 of 1" in client_as(maria).get("/requirements").text
    assert "I was ill" in client.get(f"/units/{harbour}/attendance").text
    client_as(maria).post(f"{path}/agree", data={})
    assert "1 of 1" in client_as(maria).get("/requirements").text
    client.post(f"/units/{harbour}/entries/attendance/{entry}/take-back", data={})
    assert "0 of 1" in client_as(maria).get("/requirements").text
    wrong = client.post(f"/units/{harbour}/attendance", data={**sent, "key": new_id(),
                        "day": "2026-05-09", "member": [boss.id]})  # fmt: skip
    assert wrong.status_code == 422
    assert "That day has not come yet." in wrong.text
    assert "does not belong to this unit" in wrong.text
    assert {"attendance.entered", "attendance.objected", "attendance.taken_back"} <= set(audited())


def test_a_piece_on_paper_is_read_in_the_unit_and_counts_for_its_member(
    client_as, organisation, maria, ada, boss
):
    harbour, client = organisation.harbour, client_as(boss)
    paul = add_member(organisation, "Paul Paper", harbour)
    with change(db.session):
        db.session.get(Member, (organisation.id, paul.id)).account_id = None
    client.post(f"/units/{harbour}/requirements/new", data=form())
    sent = {"key": new_id(), "member_id": paul.id, "genre": "reflection", "title": "By hand",
            "body": "Words on paper.", "text": "A small goal", "day": "2026-05-02",
            "answered_on": "2026-05-03"}  # fmt: skip
    refused = client.post(f"/units/{harbour}/entered", data=sent)
    assert refused.status_code == 422
    assert "Words on paper." in refused.text
    made = client.post(f"/units/{harbour}/entered", data={**sent, "consent": "1"})
    assert made.status_code == 303
    piece = db.session.scalar(sa.select(EnteredPiece.id))
    read = client_as(maria).get(f"/entered/{piece}").text
    assert "Words on paper." in read
    assert "Entered by Omar Haddad, with the consent of the person." in read
    assert client_as(add_member(organisation, "Hal Hill", organisation.hill)).get(
        f"/entered/{piece}"
    ).status_code == 404  # fmt: skip
    followed = client.get(f"/units/{harbour}/progress").text
    assert "By hand" in followed
    assert "Counts because it was answered on 3 May 2026." in followed
    with change(db.session):  # Paul objects: only those who can take it back still read it
        db.session.execute(sa.update(EnteredPiece).values(objected_at=NOW))
    assert client_as(maria).get(f"/entered/{piece}").status_code == 404
    assert "By hand" not in client_as(maria).get(f"/units/{harbour}/entered").text
    assert "The person it is about objects" in client.get(f"/entered/{piece}").text
    client.post(f"/units/{harbour}/entries/piece/{piece}/take-back", data={})
    assert client.get(f"/entered/{piece}").status_code == 404
    assert db.session.scalar(sa.select(EnteredPiece.body)) == ""


# Size, and what others build on


def test_the_number_of_statements_does_not_grow_with_people(client_as, organisation, maria, boss):
    harbour = organisation.harbour
    client_as(boss).post(
        f"/units/{harbour}/requirements/new", data=form(answered_by="organizer", count_read="1")
    )

    def people(first: int, last: int) -> None:
        with change(db.session) as session:
            for n in range(first, last):
                keys = {"organisation_id": organisation.id}
                member = Member(**keys, id=f"m{n}", name=f"Member {n:02}", language="en",
                                joined_at=NOW)  # fmt: skip
                session.add(member)
                session.flush()
                session.add(Membership(**keys, id=f"s{n}", member_id=f"m{n}", unit_id=harbour,
                                       since=NOW))  # fmt: skip
        for n in range(first, last, 4):
            member = db.session.get(Member, (organisation.id, f"m{n}"))
            answered(maria, submitted(member, f"Piece {n}"))

    def statements() -> int:
        count = 0

        def one_more(*_args: object) -> None:
            nonlocal count
            count += 1

        db.session.rollback()
        event.listen(db.engine, "before_cursor_execute", one_more)
        try:
            found = progress.of_unit(db.session, actor(boss), harbour, TODAY)
        finally:
            event.remove(db.engine, "before_cursor_execute", one_more)
        assert found.requirements
        return count

    people(0, 4)
    few = statements()
    people(4, 60)
    assert statements() == few
    names, after = [], None
    for page in range(6):
        found = progress.of_unit(db.session, actor(boss), harbour, TODAY, after=after)
        names += [p.name for p in found.requirements[0].people]
        after = found.after
        assert (after is None) == (page == 5)
    assert names == sorted(names)
    assert len(names) == len(set(names)) == 61


def test_what_is_asked_of_a_member_comes_with_its_due_day(client_as, organisation, maria, boss):
    client = client_as(boss)
    client.post(f"/units/{organisation.harbour}/requirements/new", data=form())
    client.post(f"/units/{organisation.harbour}/requirements/new", data=form(
        title="This week", pace="week", count_write="0", count_discuss="1"))  # fmt: skip
    found = progress.mine(db.session, actor(maria), TODAY)
    assert [(one.title, str(one.due), one.open) for one in found] == [
        ("This week", "2026-05-10", True),
        ("One piece each month", "2026-05-31", True),
    ]


def test_what_is_asked_stands_on_for_you_and_says_what_to_read(
    client_as, organisation, maria, boss
):
    client_as(boss).post(
        f"/units/{organisation.harbour}/requirements/new",
        data=form(title="Two texts", content="readings", count_write="0", count_read="2",
                  readings="A small goal\nGoing to see"),
    )  # fmt: skip
    page = client_as(maria).get("/").text
    assert "Your unit asks for it: “Two texts”." in page
    assert page.count("Two texts") > 1  # above the suggestions too
    (found,) = progress.open_readings(db.session, actor(maria), TODAY)
    assert (found.title, found.readings) == ("Two texts", ["small-goals", "going-to-see"])
    with change(db.session):
        db.session.add(
            Deed(organisation_id=organisation.id, member_id=maria.id, id=new_id(), kind="read",
                 reading_id="small-goals/1", reading_group="small-goals", at=NOW)
        )  # fmt: skip
    (found,) = progress.open_readings(db.session, actor(maria), TODAY)
    assert found.readings == ["going-to-see"]
