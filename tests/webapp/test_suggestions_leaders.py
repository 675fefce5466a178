"""What those who lead a member's units wrote in the open leads to readings, and is named."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from tests.webapp.people import NOW, add_member
from tests.webapp.reflecting import submitted
from tests.webapp.test_suggestions import ESSAY, readings, tell
from webapp.access import Actor
from webapp.community import change, db
from webapp.ids import new_id
from webapp.jobs import reconcile
from webapp.members import store as members
from webapp.reflections import actions as reflections
from webapp.suggestions import leaders
from webapp.units.tables import Appointment, Unit


def appoint(organisation, member, unit, role="secretary") -> None:
    with change(db.session) as session:
        session.add(
            Appointment(
                organisation_id=organisation.id,
                id=new_id(),
                member_id=member.id,
                unit_id=unit,
                role_id=role,
                since=NOW,
            )
        )


def found(member) -> list[str]:
    actor: Actor = members.actor_of(db.session, member)
    return [piece.id for piece in leaders.pieces(db.session, actor, limit=8)]


@pytest.fixture
def secretary(organisation):
    member = add_member(organisation, "Ada Quinn", organisation.hill)
    appoint(organisation, member, organisation.harbour)
    return member


def test_a_leaders_piece_is_suggested_with_its_name_and_what_it_is_about(
    client_as, organisation, secretary, maria
):
    piece = submitted(secretary, "Knocking first", ESSAY)
    reconcile.sweep()
    tell(maria, working_on="How do we keep a study group talking?")
    assert f"reflection/{piece}" in readings(maria)
    page = client_as(maria).get("/").text
    assert "Ada Quinn wrote it, who leads in your unit." in page
    reflections.withdraw(db.session, members.actor_of(db.session, secretary), piece, now=NOW)
    page = client_as(maria).get("/").text
    assert "Ada Quinn" not in page
    assert "Knocking first" not in page


def test_whoever_leads_above_counts_and_whoever_leads_elsewhere_does_not(
    organisation, secretary, maria
):
    top = new_id()
    with change(db.session) as session:
        session.add(
            Unit(
                organisation_id=organisation.id,
                id=top,
                kind="committee",
                name="Top",
                created_at=NOW,
            )
        )
        session.get(Unit, (organisation.id, organisation.harbour)).parent_id = top
    above = add_member(organisation, "Bo Lin", organisation.hill)
    appoint(organisation, above, top)
    beside = add_member(organisation, "Cy Hart", organisation.hill)
    appoint(organisation, beside, organisation.hill)
    mentor = add_member(organisation, "Dee Moss", organisation.harbour)
    appoint(organisation, mentor, organisation.harbour, role="mentor")
    pieces = {m.name: submitted(m, "Leaks", ESSAY) for m in (secretary, above, beside, mentor)}
    assert set(found(maria)) == {pieces["Ada Quinn"], pieces["Bo Lin"]}
    with change(db.session) as session:  # until a day to come; and only from one
        theirs = session.scalars(sa.select(Appointment).where(Appointment.role_id == "secretary"))
        by = {one.member_id: one for one in theirs}
        by[secretary.id].until = NOW + dt.timedelta(days=400)
        by[above.id].since = NOW + dt.timedelta(days=400)
    assert found(maria) == [pieces["Ada Quinn"]]


def test_what_a_leader_wrote_without_a_name_for_others_or_not_at_all_leads_nowhere(
    organisation, secretary, maria
):
    submitted(secretary, "Without my name", ESSAY, audience="anonymous")
    submitted(secretary, "For Hill alone", ESSAY, audience="unit", unit=organisation.hill)
    assert found(maria) == []
