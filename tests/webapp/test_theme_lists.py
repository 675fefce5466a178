"""Theme lists: proposed, worked on by organizers, published to units, kept for who began."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import pytest
import sqlalchemy as sa

from tests.webapp.people import NOW, add_member
from tests.webapp.reflecting import actor, submitted
from webapp.access import Actor, may_read_list
from webapp.community import change, db
from webapp.ids import new_id
from webapp.themes import draft_actions, draft_store, store
from webapp.themes.draft_actions import Publication
from webapp.themes.drafts import Brief, DraftItem
from webapp.themes.tables import ListItem, ReadingList
from webapp.units.tables import Unit

ITEMS = (
    DraftItem("small-goals/1", "small-goals", "Small goals", "A goal is small.", 2),
    DraftItem("good-discussion/1", "good-discussion", "Good discussion", "Ask one.", 4, question="Who is silent?"),
)  # fmt: skip


@pytest.fixture
def grace(organisation):
    """A second administrator, who may do what an organizer may."""
    return add_member(organisation, "Grace Organizer", organisation.harbour, administrator=True)


def begun(who, *, title="Small steps", items=ITEMS, key="b" * 16):
    return draft_actions.begin(
        db.session, actor(who), key=key, title=title, brief=Brief(theme="goals"), items=items, now=NOW
    )  # fmt: skip


ALL = Publication("organisation", ())


def published(who, made, to=ALL, key="p" * 16):
    version = draft_store.draft(db.session, actor(who), made).version
    draft_actions.publish(
        db.session, actor(who), made, version=version, to=to, key=f"{key}{version}", now=NOW
    )


def fields(page):
    """What the form of the builder would send as it stands."""
    found = dict(re.findall(r'name="(version|title)"[^>]*value="([^"]*)"', page))
    return found | {"note": "", "do": "save"}


def order(page):
    part = page.split('data-part="order"')[1].split("</ol>")[0]
    return re.findall(r'data-reading="([^"]+)"', part)


def test_a_theme_becomes_a_list_that_the_organizer_arranges(ada, client_as):
    client = client_as(ada)
    sent = {"theme": "goals and discussion", "key": "a" * 16, "count": "8", "told": "1"}
    answer = client.post("/lists/build", data=sent)
    assert answer.status_code == 303
    address = answer.headers["Location"]
    assert client.post("/lists/build", data=sent).headers["Location"] == address
    page = client.get(address).text
    first = order(page)
    assert len(first) >= 2
    assert "only organizers" in page.lower()

    def step(do, **more):
        done = client.post(address, data=fields(client.get(address).text) | more | {"do": do})
        assert done.status_code == 303, do
        return order(client.get(address).text)

    assert step(f"down:{first[0]}")[:2] == [first[1], first[0]]
    assert step(f"place:{first[0]}:0") == first
    assert step(f"pin:{first[0]}") == first
    note = {f"note:{first[0]}": "Read it aloud.", f"question:{first[0]}": "And then?"}
    assert first[1] not in step(f"drop:{first[1]}", **note)
    page = client.get(address).text
    assert "Read it aloud." in page
    assert "And then?" in page
    again = step("refill", theme="goals and discussion", count="8")
    assert first[0] in again
    assert first[1] not in again  # what was taken off does not come back
    assert first[1] in step(f"add:{first[1]}")


def test_nothing_is_proposed_where_the_library_has_nothing(ada, client_as):
    client = client_as(ada)
    for theme in ("quantum chromodynamics", "量子色动力学"):
        answer = client.post("/lists/build", data={"theme": theme, "key": "n" * 16})
        assert answer.status_code == 422
        assert f"Nothing in the library is about “{theme}”" in answer.text
    assert draft_store.drafts(db.session, actor(ada), limit=9) == []
    empty = client.post("/lists/build", data={"theme": "quarks", "key": "e" * 16, "empty": "1"})
    assert empty.status_code == 303


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"theme": ""}, "Say in a few words"),
        ({"theme": "?!"}, "no word in this theme"),
        ({"theme": "goals", "minutes": "soon"}, "whole number"),
        ({"theme": "goals", "minutes": "0"}, "whole number"),
        ({"theme": "goals", "seeds": "No such text"}, "No text of the library has this address"),
    ],
)
def test_a_theme_that_cannot_be_looked_up_is_said_to_be_so(ada, client_as, sent, said):
    answer = client_as(ada).post("/lists/build", data={"key": "w" * 16, "told": "1"} | sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert sent.get("seeds", "") in answer.text


def test_five_thousand_words_are_refused_kindly_or_read(ada, client_as):
    answer = client_as(ada).post("/lists/build", data={"theme": "goals " * 5_000, "key": "l" * 16})
    assert answer.status_code in (400, 413, 422)
    assert "5000" in answer.text.replace(",", "")
    ok = client_as(ada).post("/lists/build", data={"theme": "goals " * 800, "key": "m" * 16})
    assert ok.status_code == 303


def test_a_draft_is_for_organizers_alone(maria, ada, grace, client_as):
    def answers():
        client = client_as(maria)
        shown = [client.get(a).text for a in ("/lists", "/", "/lists?show=themes")]
        return [re.sub(r'value="[^"]{16,}"', "", page.split("<main")[1]) for page in shown]

    before = answers()
    made = begun(ada)
    assert answers() == before
    assert "Small steps" in client_as(grace).get(f"/lists/{made}/build").text
    assert client_as(ada).get(f"/lists/{made}").status_code == 404  # it is no list yet
    client = client_as(maria)
    for tail in ("", "/take/md"):
        assert client.get(f"/lists/{made}{tail}").status_code == 404
    for tail in ("/copy", "/begin"):
        assert client.post(f"/lists/{made}{tail}", data={"key": new_id()}).status_code == 404
    for tail in ("/build", "/build/publish", "/build/delete"):
        for address in (f"/lists/{made}{tail}", f"/lists/unknown{tail}"):
            assert client.get(address).status_code == 403
            assert client.post(address).status_code == 403
    assert client_as(ada).get("/lists/unknown/build").status_code == 404
    assert draft_store.draft(db.session, actor(maria), made) is None
    assert draft_store.published_theme_lists(db.session, actor(maria), limit=9) == []


def test_of_two_organizers_at_once_neither_loses_a_word(ada, grace, client_as):
    made = begun(ada)
    address = f"/lists/{made}/build"
    one, other = client_as(ada), client_as(grace)
    mine, theirs = fields(one.get(address).text), fields(other.get(address).text)
    assert one.post(address, data=mine | {"note": "From Ada"}).status_code == 303
    late = other.post(
        address,
        data=theirs | {"note": "From Grace", "question:small-goals/1": "Why?", "do": "drop:small-goals/1"},
    )  # fmt: skip
    assert late.status_code == 409
    assert "From Grace" in late.text
    assert "From Ada" in late.text
    kept = draft_store.draft(db.session, actor(ada), made)
    assert (kept.note, kept.groups) == ("From Ada", ("small-goals", "good-discussion"))
    mine = fields(late.text) | {"note": "Both", "question:small-goals/1": "Why?"}
    assert other.post(address, data=mine).status_code == 303
    kept = draft_store.draft(db.session, actor(ada), made)
    assert (kept.note, kept.items[0].question) == ("Both", "Why?")


def test_a_list_is_published_to_several_units_and_to_nobody_else(
    maria, omar, ada, organisation, client_as
):
    with change(db.session) as session:
        session.add(Unit(organisation_id=organisation.id, id="quay", parent_id=None, kind="team", name="Quay", created_at=NOW))  # fmt: skip
    outsider = add_member(organisation, "Out Sider", "quay")
    made = begun(ada)
    client = client_as(ada)
    form = client.get(f"/lists/{made}/build/publish").text
    key = re.search(r'name="key" value="([^"]+)"', form)[1]
    sent = {
        "key": key, "version": "1", "audience": "unit", "unit": [organisation.harbour, organisation.hill],
        "pace": "weekly", "starts_on": "2026-09-07",
    }  # fmt: skip
    assert client.post(f"/lists/{made}/build/publish", data=sent).status_code == 303
    for reader in (maria, omar):
        page = client_as(reader).get(f"/lists/{made}").text
        assert "Who is silent?" in page
        assert "Week 2" in page
        assert made in client_as(reader).get("/lists?show=themes").text
        assert (
            "DTSTART;VALUE=DATE:20260914" in client_as(reader).get(f"/lists/{made}/take/ics").text
        )
    nobody = client_as(outsider)
    for tail in ("", "/take/md", "/take/csv", "/take/ics", "?version=1"):
        assert nobody.get(f"/lists/{made}{tail}").status_code == 404
    assert made not in nobody.get("/lists").text
    assert [row.id for row in store.lists_for(db.session, omar)] == [made]
    assert store.lists_for(db.session, outsider) == []
    # taken back, it is gone at once
    back = sent | {"audience": "private", "key": "t" * 16}
    assert client.post(f"/lists/{made}/build/publish", data=back).status_code == 303
    assert client_as(omar).get(f"/lists/{made}").status_code == 404


def test_what_is_changed_later_is_seen_once_it_is_published_again(maria, omar, ada, client_as):
    made = begun(ada)
    published(ada, made)
    maria_reads, omar_reads = client_as(maria), client_as(omar)
    assert maria_reads.post(f"/lists/{made}/begin", data={"number": "1"}).status_code == 303
    address = f"/lists/{made}/build"
    client = client_as(ada)
    changed = fields(client.get(address).text) | {"do": "drop:small-goals/1", "title": "One step"}
    assert client.post(address, data=changed).status_code == 303
    assert "/read/small-goals" in omar_reads.get(f"/lists/{made}").text
    published(ada, made)
    assert "/read/small-goals" not in omar_reads.get(f"/lists/{made}").text
    page = maria_reads.get(f"/lists/{made}").text  # she stays with what she began
    assert "/read/small-goals" in page
    assert "Small steps" in page
    assert "has changed since you began it" in page
    assert "/read/small-goals" in maria_reads.get(f"/lists/{made}/take/csv?version=1").text
    assert "/read/small-goals" not in maria_reads.get(f"/lists/{made}?version=2").text
    assert maria_reads.post(f"/lists/{made}/begin", data={"number": "7"}).status_code == 400
    maria_reads.post(f"/lists/{made}/begin", data={"number": "2"})
    assert "/read/small-goals" not in maria_reads.get(f"/lists/{made}").text
    published(ada, made, key="q" * 16)  # the same again is no other version
    assert [v.number for v in draft_store.versions(db.session, actor(ada), made)] == [2, 1]


def test_a_list_is_changed_by_those_alone_who_organize_its_units_and_given_to_no_unit_besides(
    maria, omar, ada, organisation, client_as
):
    made = begun(ada)
    published(ada, made, Publication("unit", (organisation.harbour, organisation.hill)))
    assert [client_as(m).get(f"/lists/{made}").status_code for m in (maria, omar)] == [200, 200]
    form = {"audience": f"unit:{organisation.harbour}", "key": "s" * 16}
    assert client_as(ada).post(f"/lists/{made}/publish", data=form).status_code == 303
    read = [client_as(m).get(f"/lists/{made}").status_code for m in (maria, omar)]
    assert sorted(read) == [200, 404]
    with change(db.session) as session:  # theirs, of a time when they organized it
        session.get(ReadingList, (organisation.id, made)).member_id = omar.id
    client_as(omar).post(f"/lists/{made}/edit", data={"title": "Taken", "note": "", "do": "save"})
    assert "Taken" not in client_as(omar).get(f"/lists/{made}").text


def test_a_unit_that_is_deleted_meanwhile_stops_the_publishing_whole(ada, organisation, client_as):
    made = begun(ada)
    with change(db.session) as session:
        session.execute(sa.delete(Unit).where(Unit.id == organisation.hill))
    sent = {
        "key": "u" * 16, "version": "1", "audience": "unit", "pace": "free",
        "unit": [organisation.harbour, organisation.hill],
    }  # fmt: skip
    answer = client_as(ada).post(f"/lists/{made}/build/publish", data=sent)
    assert answer.status_code == 422
    assert "One of the units is no longer there" in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ReadingList)) == 0
    for wrong, said in (
        ({"unit": []}, "Choose which unit"),
        ({"audience": ""}, "Choose who may read it"),
        ({"pace": "weekly", "starts_on": "soon"}, "on which day"),
        ({"pace": "spread", "starts_on": "2026-09-07", "over": "0"}, "weeks are a whole number"),
        ({"version": "9", "unit": [organisation.harbour]}, "Somebody changed the list"),
    ):
        answer = client_as(ada).post(f"/lists/{made}/build/publish", data=sent | wrong)
        assert answer.status_code in (409, 422), wrong
        assert said in answer.text


def test_an_organizer_copies_a_theme_list_of_another_unit(maria, ada, grace, organisation, client_as):  # fmt: skip
    made = begun(ada)
    published(ada, made, Publication("unit", (organisation.hill,)))
    client = client_as(grace)  # of Harbour
    assert "Small steps" in client.get("/lists/build").text
    answer = client.post(f"/lists/{made}/build-copy", data={"key": "c" * 16})
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    assert "Who is silent?" in page
    refused = client_as(maria).post(f"/lists/{made}/build-copy", data={"key": "c" * 16})
    assert refused.status_code == 403
    private = client.post("/lists/unknown/build-copy", data={"key": "c" * 16})
    assert private.status_code == 404


def test_a_piece_that_is_closed_to_a_reader_leaves_with_nobody(maria, li, omar, ada, organisation, client_as):  # fmt: skip
    piece = submitted(li, "A leak for Harbour", "The bucket stood there.", audience="unit", unit=organisation.harbour)  # fmt: skip
    item = DraftItem(f"reflection/{piece}", f"reflection/{piece}", "A leak for Harbour", "The bucket stood there.", 1)  # fmt: skip
    made = begun(ada, items=(*ITEMS, item))
    published(ada, made)
    for reader, seen in ((maria, True), (omar, False)):
        client = client_as(reader)
        for tail in ("", "/take/md", "/take/csv"):
            assert ("A leak for Harbour" in client.get(f"/lists/{made}{tail}").text) is seen
        with zipfile.ZipFile(io.BytesIO(client.get(f"/lists/{made}/take/epub").data)) as book:
            chapters = [book.read(name).decode() for name in book.namelist() if "/r" in name]
        assert any("A leak for Harbour" in page for page in chapters) is seen
        rows = list(csv.reader(io.StringIO(client.get(f"/lists/{made}/take/csv").text)))
        assert len(rows) == (4 if seen else 3)
    chinese = client_as(maria, language="zh").get(f"/lists/{made}/take/csv").text
    assert "周,开始日期,标题" in chinese.splitlines()[0]


def test_a_deleted_theme_list_is_gone_for_everybody(maria, ada, client_as):
    made = begun(ada)
    published(ada, made)
    client_as(maria).post(f"/lists/{made}/begin", data={"number": "1"})
    assert client_as(ada).post(f"/lists/{made}/build/delete").status_code == 303
    assert client_as(maria).get(f"/lists/{made}").status_code == 404
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ListItem)) == 0
    assert client_as(ada).post(f"/lists/{made}/build/delete").status_code == 404


def test_the_rule_of_several_units_and_its_twin_in_sql_agree(ada, maria, organisation):
    made = begun(ada)
    published(ada, made, Publication("unit", (organisation.harbour, organisation.hill)))
    for units in ((), (organisation.harbour,), (organisation.hill,), ("other",)):
        who = Actor(organisation.id, maria.id, units=frozenset(units))
        rule = may_read_list(
            who, author=ada.id, audience="unit", unit=organisation.harbour, besides=[organisation.hill]
        )  # fmt: skip
        assert (
            (store.readable(db.session, who, made) is not None)
            is rule
            is bool({organisation.harbour, organisation.hill} & set(units))
        )


def test_members_propose_readings_without_names_and_the_organizer_answers(
    maria, li, omar, ada, organisation, client_as
):
    made = begun(ada)
    published(ada, made, Publication("unit", (organisation.harbour,)))
    one, other, outside = client_as(maria), client_as(li), client_as(omar)
    wished = {"text": "/read/going-to-see", "why": "Our leak was like it."}
    assert outside.post(f"/lists/{made}/wishes", data=wished).status_code == 404
    assert one.post(f"/lists/{made}/wishes", data=wished).status_code == 303
    assert one.post(f"/lists/{made}/wishes", data={"text": "No such text"}).status_code == 303
    assert "No text of the library has this address" in one.get(f"/lists/{made}").text
    page = other.get(f"/lists/{made}").text.split("<main")[1]
    assert "Our leak was like it." in page
    assert "Maria" not in page
    address = re.search(rf"/lists/{made}/wishes/[a-z0-9]+", page)[0]
    for _twice in range(2):
        assert other.post(address, data={"do": "too"}).status_code == 303
    assert "1 more would like it too" in one.get(f"/lists/{made}", headers={"Accept-Language": "en"}).text  # fmt: skip
    assert one.post(address, data={"do": "too"}).status_code == 404  # one's own
    assert other.post(address, data={"do": "take_back"}).status_code == 404
    assert outside.post(address, data={"do": "too"}).status_code == 404
    desk = client_as(ada)
    assert "Maria" not in desk.get(f"/lists/{made}/build").text
    answer = address.replace(f"/lists/{made}", f"/lists/{made}/build")
    assert one.post(answer, data={"do": "take"}).status_code == 403
    assert desk.post(answer, data={"do": "take", "answer": "Gladly."}).status_code == 303
    assert "going-to-see" in draft_store.draft(db.session, actor(ada), made).groups
    page = one.get(f"/lists/{made}").text
    assert "Gladly." in page
    assert 'href="/read/going-to-see' in page
    assert one.post(address, data={"do": "take_back"}).status_code == 303
    assert "Gladly." not in other.get(f"/lists/{made}").text
