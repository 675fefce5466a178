"""Experiences: told from practice, found, suggested and cited beside books."""

from __future__ import annotations

import html
import re

import pytest

from tests.webapp.people import NOW
from tests.webapp.reflecting import actor, draft, row, submit
from webapp.community import db
from webapp.ids import new_id
from webapp.jobs import reconcile
from webapp.reflections import actions, experiences, genres, store
from webapp.reflections.experiences import Details
from webapp.resources import resources

BODY = "# What we did\n\nWe knocked at three doors in Mill Street and asked about leaks."
DETAILS = Details(
    place="Mill Street", people="Ana, Mr Sorel", lesson="Ask at the sink, not in the hall.",
    roles=("secretary",), themes=("field-investigation",),
)  # fmt: skip
FORM = {
    "place": "Mill Street", "people": "Ana, Mr Sorel", "lesson": "Ask at the sink, not in the hall.",
    "roles": ["secretary"],
}  # fmt: skip


def told(
    member, title="Three doors", details=DETAILS, *, audience="organisation", unit=None
) -> str:
    """A submitted experience; its id."""
    made = draft(member, title, BODY, genre="experience")
    actions.describe(db.session, actor(member), made, details)
    submit(member, made, audience=audience, unit=unit)
    reconcile.sweep()
    return made


def in_index(made):
    from recommender import search

    hits = search(resources().index, resources().model, "knocked doors leaks", limit=20)
    return next((h.reading for h in hits if h.reading.id == f"reflection/{made}"), None)


def test_an_experience_is_written_told_and_read(client_as, maria, omar):
    client = client_as(maria)
    page = client.get("/write?genre=experience").text
    assert "New experience" in page
    assert "What an experience tells" in page
    assert "# What we did" in client.get("/write?genre=experience&headings=1").text
    create = html.unescape(re.search(r'data-create="([^"]+)"', page)[1])
    first = {"title": "Three doors", "body": BODY, "key": new_id(), "about": ""}
    made = client.post(create, json=first).json["id"]
    assert row(maria, made).genre == "experience"
    form = client.get(f"/reflections/{made}/submit").text
    assert "Where was it?" in form
    assert "The lesson, in one sentence" in form
    key = re.search(r'name="key" value="([^"]+)"', form)[1]
    sent = FORM | {"title": "Three doors", "audience": "organisation", "version": 1, "key": key}
    assert client.post(f"/reflections/{made}/submit", data=sent).status_code == 303
    read = client_as(omar).get(f"/reflections/{made}").text
    for shown in ("Mill Street", "Ask at the sink, not in the hall.", "Secretary"):
        assert shown in read
    assert "Ana, Mr Sorel" not in read
    assert "Ana, Mr Sorel" in client.get(f"/reflections/{made}/details").text


def test_people_are_named_only_where_they_agree(client_as, maria, omar):
    made = told(maria)
    places = (
        f"/reflections/{made}",
        "/reflections",
        "/reflections?q=Sorel",
        "/",
        "/library?q=Sorel",
    )
    reader = client_as(omar)
    assert not any("Mr Sorel" in reader.get(path).text for path in places)
    agreed = client_as(maria).post(
        f"/reflections/{made}/details", data=FORM | {"people_agree": "1"}
    )
    assert agreed.status_code == 303
    assert "Ana, Mr Sorel" in reader.get(f"/reflections/{made}").text
    assert client_as(maria).post(f"/reflections/{made}/details", data=FORM).status_code == 303
    assert "Mr Sorel" not in reader.get(f"/reflections/{made}").text


def test_it_stands_in_the_index_as_an_experience_with_roles_themes_and_lesson(maria):
    made = told(maria)
    reading = in_index(made)
    assert (reading.kind, reading.roles, reading.themes) == (
        "experience", ("secretary",), ("field-investigation",),
    )  # fmt: skip
    assert reading.text.startswith("Ask at the sink, not in the hall.")
    changed = Details(lesson="Ask twice.", themes=("goals",))
    assert actions.describe(db.session, actor(maria), made, changed)
    assert row(maria, made).published_version > row(maria, made).indexed_version
    reconcile.sweep()
    reading = in_index(made)
    assert reading.text.startswith("Ask twice.")
    assert reading.themes == ("goals",)
    assert not actions.describe(db.session, actor(maria), made, changed)
    actions.withdraw(db.session, actor(maria), made, now=NOW)
    reconcile.sweep()
    assert in_index(made) is None


def test_it_is_suggested_and_found_by_its_lesson_and_its_place(client_as, maria, omar):
    made = told(maria)
    client = client_as(omar)
    client.post("/working-on", data={"working_on": "Why do leaks stay unknown? Knock at doors."})
    page = client.get("/").text
    assert "From members’ practice" in page
    assert f"/reflections/{made}" in page
    assert "Experience" in page
    assert "Mill Street" in page
    for query in ("sink+hall", "Mill+Street"):
        assert made in client.get(f"/reflections?q={query}").text


def test_it_is_cited_with_a_link_and_the_words_stay_when_it_is_withdrawn(client_as, maria, omar):
    made = told(maria)
    client = client_as(omar)
    listed = client.get("/write/passages?q=knocked+at+three+doors+leaks").json["passages"]
    (found,) = [p for p in listed if p["id"] == f"reflection/{made}"]
    assert f"(reading:reflection/{made})" in found["block"]
    mine = draft(omar, "After Maria", found["block"] + "I will do the same.")
    submit(omar, mine)
    (cited,) = store.citations(db.session, omar.organisation_id, mine)
    assert cited.passage_id == f"reflection/{made}"
    assert cited.quote
    assert f'href="/reflections/{made}"' in client.get(f"/reflections/{mine}").text
    actions.withdraw(db.session, actor(maria), made, now=NOW)
    page = client.get(f"/reflections/{mine}").text
    assert cited.quote.splitlines()[0][:30] in html.unescape(page)
    assert "no longer open" in page
    assert client.get(f"/reflections/{made}").status_code == 404


def test_an_experience_for_a_unit_is_cited_by_nobody_outside(client_as, maria, omar, organisation):
    made = told(maria, audience="unit", unit=organisation.harbour)
    listed = client_as(omar).get("/write/passages?q=knocked+at+three+doors").json["passages"]
    assert made not in str(listed)
    assert client_as(omar).get(f"/goals/new?reading=reflection/{made}").status_code == 404


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"place": "a" * 201}, "longer than 200 characters"),
        ({"lesson": "a" * 301}, "longer than 300 characters"),
        ({"themes": ["nothing"]}, "no longer there"),
        ({"roles": ["nobody"]}, "no longer there"),
    ],
)
def test_what_is_wrong_with_the_details_is_said_and_nothing_is_lost(client_as, maria, sent, said):
    made = draft(maria, "Three doors", BODY, genre="experience")
    answer = client_as(maria).post(f"/reflections/{made}/details", data=FORM | sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Ana, Mr Sorel" in answer.text
    assert store.details_of(db.session, row(maria, made)) == Details()


def test_only_its_author_changes_the_details_and_only_of_an_experience(client_as, maria, omar):
    made, plain = draft(maria, "T", BODY, genre="experience"), draft(maria, "P", BODY)
    assert client_as(omar).get(f"/reflections/{made}/details").status_code == 404
    assert client_as(omar).post(f"/reflections/{made}/details", data=FORM).status_code == 404
    assert client_as(maria).get(f"/reflections/{plain}/details").status_code == 404
    assert client_as(maria).get("/write?genre=novel").status_code == 404


def test_the_rules_of_details():
    empty = {
        "place": "",
        "people": "",
        "people_agree": True,
        "lesson": "",
        "roles": [],
        "themes": [],
    }
    known = {"known_roles": {"a"}, "known_themes": {"x"}}
    assert experiences.details(**empty, **known) == Details()  # nobody to agree
    many = experiences.details(
        **{**empty, "themes": list("xyzw")}, known_roles=set(), known_themes=set("xyzw")
    )
    assert many.problems == {"themes": "too_many"}
    assert experiences.themes_with(("x", "y"), ("y", "z", "w")) == ["x", "y", "z"]
    assert genres.as_genre("experience") == "experience"
    assert genres.as_genre("novel") is None
