"""What a report keeps is what the database says: whatever changes, in whatever way."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
import sqlalchemy as sa

from tests.webapp.answering import answered, decided, leaves
from tests.webapp.people import NOW
from tests.webapp.reflecting import actor, submitted
from tests.webapp.test_reports import (
    APRIL,
    TODAY,
    crowd,
    district,  # noqa: F401 (a fixture)
    organizes,
    requires,
)
from webapp.answers import actions as answers
from webapp.answers.tables import Answer
from webapp.changes import store as changes
from webapp.changes.tables import StudyChange
from webapp.community import change, db
from webapp.desk.tables import Review
from webapp.ids import new_id
from webapp.members.tables import Member
from webapp.reflections import actions as reflections
from webapp.reflections.tables import Citation, Reflection, ReflectionTheme
from webapp.reports import facts_store, kept
from webapp.reports.facts import NOBODY, Codes, Facts, Several
from webapp.requirements import roll_store
from webapp.requirements.roll import Roll
from webapp.requirements.tables import EnteredPiece, Requirement, RequirementVersion
from webapp.units import standing
from webapp.units.tables import Appointment, Membership, StudyRole, Unit

FIRST, LAST = dt.date(2026, 3, 1), TODAY
WORDS = {"author", "unit", "texts", "themes", "answerers", "text"}  # columns of codes


def rows(facts: Facts, codes: Codes) -> dict[str, list[tuple[Any, ...]]]:
    """By table, its rows in words."""

    def word(name: str, value: Any) -> Any:
        return codes.name(value) if name in WORDS and value != NOBODY else value

    def column(name: str, values: Any) -> list[Any]:
        if not isinstance(values, Several):
            return [word(name, value) for value in values.tolist()]
        spans = zip(values.starts, values.starts[1:], strict=False)
        return [
            sorted(word(name, one) for one in values.values[begin:end].tolist())
            for begin, end in spans
        ]

    return {
        table: list(
            zip(
                *(
                    column(name, values)
                    for name, values in getattr(facts, table)._columns().items()
                ),
                strict=True,
            )
        )
        for table in ("pieces", "asking", "entered")
    }


def of_roll(found: Roll) -> dict[str, Any]:
    return {
        "tree": found.tree,
        "required": found.plan.required,
        "stands": found.plan.tree,
        "memberships": sorted(map(repr, found.memberships)),
        "appointments": sorted(map(repr, found.appointments)),
        "organizing": found.organizing,
        "everywhere": found.everywhere,
    }


def told(organisation: str) -> tuple[Any, Any]:
    """As a report gets it."""
    structure = kept.structure(db.session, organisation)
    facts = kept.facts(db.session, structure, organisation, FIRST, LAST)
    db.session.rollback()
    return of_roll(structure.roll), rows(facts, structure.codes)


def true(organisation: str) -> tuple[Any, Any]:
    """Read anew."""
    codes, roll = Codes(), roll_store.read(db.session, organisation)
    facts = facts_store.found(db.session, organisation, FIRST, LAST, codes)
    db.session.rollback()
    return of_roll(roll), rows(facts, codes)


@pytest.fixture
def world(district, ada, maria, li, omar):  # noqa: F811
    people = crowd(district, district.harbour, 7)
    district.people = people
    district.asked = requires(district, district.top)
    organizes(district, omar, district.harbour)
    district.first = submitted(people[0], text_slug="going-to-see", now=APRIL)
    district.second = submitted(people[1], "Second", now=NOW)
    district.third = submitted(people[2], "Third", now=APRIL, genre="experience")
    district.of_unit = submitted(people[3], "Unit", audience="unit", unit=district.harbour)
    district.nameless = submitted(people[4], "Nameless", audience="anonymous")
    district.question = answered(li, district.first, "Whose?", "question", now=NOW)
    district.echo = answered(omar, district.third, "Yes.")
    with change(db.session) as session:
        entered = EnteredPiece(
            organisation_id=district.id, id=new_id(), unit_id=district.harbour,
            member_id=people[5].id, genre="reflection", title="On paper", body="Words.",
            language="en", day=APRIL.date(), entered_at=NOW, text_slug="going-to-see",
        )  # fmt: skip
        session.add(entered)
    district.entered = entered.id
    return district


def having(table, id: str, **values: Any) -> Any:
    """A change of columns, past every rule of the app."""
    return lambda session, world: session.execute(
        sa.update(table).where(table.id == getattr(world, id)).values(**values)
    )


def gone(table, id: str) -> Any:
    return lambda session, world: session.execute(
        sa.delete(table).where(table.id == getattr(world, id))
    )


def new(table, **values: Any) -> Any:
    def made(session, world) -> None:
        found = {
            name: getattr(world, value[1:]) if str(value).startswith("@") else value
            for name, value in values.items()
        }
        session.add(table(organisation_id=world.id, **found))

    return made


# In their order: each stands on those before it.
CHANGES: dict[str, Any] = {
    "hidden": having(Reflection, "second", hidden_at=NOW),
    "shown again": having(Reflection, "second", hidden_at=None),
    "of another kind": having(Reflection, "second", genre="speech"),
    "about another text": having(Reflection, "second", text_slug="going-to-see"),
    "on another day": having(Reflection, "second", shown_at=APRIL),
    "for a unit": lambda s, w: having(Reflection, "second", audience="unit", unit_id=w.hill)(s, w),
    "by another": lambda s, w: having(Reflection, "second", member_id=w.people[6].id)(s, w),
    "without a name": having(Reflection, "second", audience="anonymous", unit_id=None),
    "withdrawn": having(Reflection, "second", status="withdrawn"),
    "cited": new(Citation, reflection_id="@first", position=7, passage_id="p", text_slug="x", quote="q", source="s"),
    "cited otherwise": lambda s, w: s.execute(sa.update(Citation).values(text_slug="y")),
    "no longer cited": lambda s, w: s.execute(sa.delete(Citation)),
    "of a theme": new(ReflectionTheme, reflection_id="@first", theme="new-theme"),
    "of no theme": lambda s, w: s.execute(sa.delete(ReflectionTheme)),
    "replied": lambda s, w: new(Answer, id=new_id(), reflection_id="@first", member_id=w.people[0].id, parent_id="@question", kind="reply", body="Mine.", at=NOW)(s, w),
    "reply taken back": lambda s, w: s.execute(sa.update(Answer).where(Answer.kind == "reply").values(taken_back_at=NOW)),
    "reply again": lambda s, w: s.execute(
        sa.update(Answer).where(Answer.kind == "reply").values(taken_back_at=None)
    ),
    "reply gone": lambda s, w: s.execute(sa.delete(Answer).where(Answer.kind == "reply")),
    "question hidden": having(Answer, "question", hidden_at=NOW),
    "question again": having(Answer, "question", hidden_at=None),
    "question on another day": having(Answer, "question", at=APRIL),
    "an echo after all": having(Answer, "question", kind="echo"),
    "a question again": having(Answer, "question", kind="question"),
    "accepted": new(Review, id="r1", reflection_id="@first", by="x", kind="accepted", published_version=1, at=NOW),
    "asked back": new(Review, id="r2", reflection_id="@first", by="x", kind="asked_back", answer_id="@question", published_version=1, at=NOW + dt.timedelta(hours=1)),
    "review changed": lambda s, w: s.execute(sa.update(Review).where(Review.id == "r2").values(kind="accepted")),
    "reviews gone": lambda s, w: s.execute(sa.delete(Review)),
    "entered of another day": having(EnteredPiece, "entered", day=TODAY),
    "entered is answered": having(EnteredPiece, "entered", answered_on=TODAY),
    "objected": having(EnteredPiece, "entered", objected_at=NOW),
    "no longer objected": having(EnteredPiece, "entered", objected_at=None),
    "entered is gone": gone(EnteredPiece, "entered"),
    "piece with a question hidden": having(Reflection, "first", hidden_at=NOW),
    "and shown": having(Reflection, "first", hidden_at=None),
    "piece with a question gone": gone(Reflection, "first"),
    "unit moved": lambda s, w: standing.stand(s, w.id, {w.hill: {"parent_id": w.mill}}, now=NOW),
    "unit closed": having(Unit, "mill", closed_at=NOW),
    "unit gone": gone(Unit, "mill"),
    "somebody left": lambda s, w: s.execute(sa.update(Membership).where(Membership.member_id == w.people[0].id).values(until=NOW)),
    "somebody came": lambda s, w: new(Membership, id=new_id(), member_id=w.people[0].id, unit_id="@hill", since=NOW)(s, w),
    "membership gone": lambda s, w: s.execute(sa.delete(Membership).where(Membership.member_id == w.people[0].id)),
    "appointed": lambda s, w: new(Appointment, id="a1", member_id=w.people[1].id, unit_id="@hill", role_id="organizer", since=NOW)(s, w),
    "until": lambda s, w: s.execute(sa.update(Appointment).where(Appointment.id == "a1").values(until=NOW)),
    "no longer": lambda s, w: s.execute(sa.delete(Appointment).where(Appointment.id == "a1")),
    "role organizes no more": lambda s, w: s.execute(sa.update(StudyRole).where(StudyRole.id == "organizer").values(organizes=False)),
    "organizer of everything": lambda s, w: s.execute(sa.update(Member).where(Member.id == w.people[2].id).values(organizer=True)),
    "account deleted": lambda s, w: s.execute(sa.delete(Member).where(Member.id == w.people[3].id)),
    "asked otherwise": lambda s, w: s.execute(sa.update(RequirementVersion).values(write=3)),
    "asked no more": having(Requirement, "asked", withdrawn_from=TODAY),
    "nothing asked": gone(Requirement, "asked"),
}  # fmt: skip


def test_no_change_is_missed(world):
    assert told(world.id) == true(world.id)
    now = told(world.id)
    for name, changed in CHANGES.items():
        before = now
        with change(db.session) as session:
            changed(session, world)
        now = told(world.id)
        assert now != before, name  # it is a change of what is counted
        assert now == true(world.id), name
    changes.put_together()
    assert told(world.id) == now


def test_what_members_do_is_known_at_once(world, li, ada):
    """Through the app's own ways of doing it."""
    people = world.people
    done = (
        lambda: reflections.withdraw(db.session, actor(people[0]), world.first, now=NOW),
        lambda: decided(ada, "reflection", world.second),
        lambda: answers.take_back(db.session, actor(li), world.question, now=NOW),
        lambda: submitted(people[6], "New"),
        lambda: answered(li, world.third, "And then?", "question"),
        lambda: leaves(people[4], world.harbour),
        lambda: organizes(world, people[5], world.hill),
        lambda: requires(world, world.hill, "For Hill"),
    )
    for act in done:
        act()
        assert told(world.id) == true(world.id)


def test_what_was_not_committed_is_not_kept(world):
    before = told(world.id)
    seen = []

    def taken_back() -> None:
        with change(db.session) as session:
            gone(Reflection, "first")(session, world)
            structure = kept.structure(session, world.id)
            seen.append(kept.facts(session, structure, world.id, FIRST, LAST))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        taken_back()
    assert len(seen[0].pieces.shown) == 4
    with change(db.session) as session:  # as many changes as were taken back
        gone(Reflection, "second")(session, world)
    assert told(world.id) == true(world.id) != before


def test_two_who_look_at_once_see_the_same(world, app):
    seen, wrong = [], []

    def look() -> None:
        with app.app_context():
            try:
                seen.append(told(world.id))
            except Exception as problem:
                wrong.append(problem)

    threads = [threading.Thread(target=look) for _one in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not wrong
    assert all(one == true(world.id) for one in seen)
    assert len(seen) == 6


def test_rows_of_a_day_become_one_with_their_sum(world):
    def sums() -> dict[str, int]:
        found = sa.select(StudyChange.day, sa.func.sum(StudyChange.number)).group_by(
            StudyChange.day
        )
        result = {day: int(number) for day, number in db.session.execute(found)}
        db.session.rollback()
        return result

    with change(db.session) as session:
        session.add_all(
            StudyChange(organisation_id=world.id, day="2026-05-04", number=n) for n in (2, 3)
        )
    before = sums()
    changes.put_together()
    assert sums() == before
    with db.session.begin():
        rows = db.session.scalars(sa.select(StudyChange.day)).all()
    assert sorted(rows) == sorted(before)
