"""Reading lists: arranging, sharing and taking back, theme lists, and what others see of them."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests.webapp.people import NOW
from tests.webapp.reflecting import actor, submit, submitted
from webapp import access
from webapp.access import Actor
from webapp.community import change, db
from webapp.themes import actions, sharing, store
from webapp.themes.store import Item
from webapp.themes.tables import ReadingList
from webapp.units.tables import Membership

QUESTION = "Why did I hide the bucket from the office?"
LEAK = Item(
    "going-to-see/1",
    "going-to-see",
    "Going to see",
    "The bucket stood there.",
    (QUESTION,),
    3,
    "",
)
GOALS = Item("small-goals/1", "small-goals", "Small goals", "A goal is small.", (), 2, "")
TALK = Item("good-discussion/1", "good-discussion", "Good discussion", "Ask one.", (), 4, "")


def kept(member, *, items=(LEAK, GOALS, TALK), title="Leaks and goals", key="k" * 16, **more):
    more = {"question": QUESTION, "unanswered": ["from the office"]} | more
    return actions.keep(
        db.session, actor(member), key=key, title=title, items=items, now=NOW, **more
    )


def shared(member, made, audience, *, unit=None, question=False, theme_list=False, units=None):
    own = actor(member)
    actions.share(
        db.session, own, made, audience=audience, unit_id=unit, question_shown=question,
        units=own.units if units is None else units, theme_list=theme_list,
        key=f"{audience}-{unit}-{question}-{theme_list}".replace(" ", "")[:60], now=NOW,
    )  # fmt: skip


def order_of(page):
    return re.findall(r'<h3 lang="[^"]*"><a href="/read/([a-z-]+)', page)


# Who may read


def test_a_private_list_is_for_its_author_alone(maria, omar, ada, li, client_as):
    made = kept(maria)
    assert QUESTION in client_as(maria).get(f"/lists/{made}").text
    for other in (omar, ada, li):
        client = client_as(other)
        assert client.get(f"/lists/{made}").status_code == 404
        assert made not in client.get("/lists").text
        for tail in ("edit", "share", "delete"):
            assert client.get(f"/lists/{made}/{tail}").status_code == 404
            assert client.post(f"/lists/{made}/{tail}", data={"key": "x" * 16}).status_code == 404
        assert client.post(f"/lists/{made}/copy", data={"key": "x" * 16}).status_code == 404
    assert client_as(ada).get(f"/lists/{made}/publish").status_code == 404


def test_a_list_for_a_unit_is_open_to_its_present_members_only(
    maria, li, omar, organisation, client_as
):
    made = kept(maria)
    shared(maria, made, "unit", unit=organisation.harbour)
    reader, outsider = client_as(li), client_as(omar)
    assert "Leaks and goals" in reader.get("/lists").text
    assert reader.get(f"/lists/{made}").status_code == 200
    assert made not in outsider.get("/lists").text
    assert outsider.get(f"/lists/{made}").status_code == 404
    with change(db.session) as session:  # Li leaves the unit
        session.execute(
            sa.update(Membership).where(Membership.member_id == li.id).values(until=NOW)
        )
    assert reader.get(f"/lists/{made}").status_code == 404
    assert made not in reader.get("/lists").text


def test_a_shared_list_shows_no_question_unless_its_author_says_so(maria, omar, client_as):
    made = kept(maria, note="Read the first one twice.")
    shared(maria, made, "organisation")
    page = client_as(omar).get(f"/lists/{made}").text
    assert "Read the first one twice." in page
    assert "The bucket stood there." in page
    assert "hide the bucket" not in page
    assert "from the office" not in page
    shared(maria, made, "organisation", question=True)
    page = client_as(omar).get(f"/lists/{made}").text
    assert "hide the bucket" in page
    assert "from the office" in page


def test_the_question_does_not_even_leave_the_database(maria, omar):
    made = kept(maria)
    shared(maria, made, "organisation")
    found = store.readable(db.session, actor(omar), made)
    assert (found.question, found.unanswered) == ("", ())
    items = store.items(db.session, actor(omar), [made])[made]
    assert [item.covers for item in items] == [(), (), ()]
    assert store.items(db.session, actor(maria), [made])[made][0].covers == (QUESTION,)


def test_taking_a_list_back_holds_at_once(maria, omar, client_as):
    made = kept(maria)
    mine, other = client_as(maria), client_as(omar)
    mine.post(f"/lists/{made}/share", data={"audience": "organisation", "key": "a" * 16})
    assert other.get(f"/lists/{made}").status_code == 200
    assert [found.id for found in store.lists_for(db.session, omar, theme_lists_only=False)] == [
        made
    ]
    mine.post(f"/lists/{made}/share", data={"audience": "private", "key": "b" * 16})
    assert other.get(f"/lists/{made}").status_code == 404
    assert store.lists_for(db.session, omar, theme_lists_only=False) == []


def test_one_cannot_share_with_a_unit_of_others(maria, organisation, client_as):
    made = kept(maria)
    client = client_as(maria)
    for audience in (f"unit:{organisation.hill}", "unit:", "everybody", ""):
        sent = {"audience": audience, "key": "c" * 16}
        answer = client.post(f"/lists/{made}/share", data=sent)
        assert answer.status_code == 422, audience
        assert 'role="alert"' in answer.text
    assert store.readable(db.session, actor(maria), made).audience == "private"


def test_an_empty_list_is_not_shared(maria, client_as):
    made = kept(maria, items=())
    sent = {"audience": "organisation", "key": "d" * 16}
    answer = client_as(maria).post(f"/lists/{made}/share", data=sent)
    assert answer.status_code == 422
    assert "no reading on the list" in answer.text


def test_the_same_key_shares_once(maria):
    made = kept(maria)
    own = actor(maria)
    sent = {
        "audience": "organisation", "unit_id": None, "question_shown": False,
        "units": own.units, "theme_list": False, "key": "e" * 16, "now": NOW,
    }  # fmt: skip
    assert actions.share(db.session, own, made, **sent)
    assert not actions.share(db.session, own, made, **sent)


# Theme lists


def test_only_organizers_make_theme_lists(maria, ada, omar, organisation, client_as):
    mine, hers = kept(maria), kept(ada, key="f" * 16)
    sent = {"audience": f"unit:{organisation.harbour}", "key": "g" * 16}
    assert client_as(maria).post(f"/lists/{mine}/publish", data=sent).status_code == 403
    assert "publish" not in client_as(maria).get(f"/lists/{mine}").text
    client = client_as(ada)  # who is in Hill, and gives it to Harbour
    assert client.post(f"/lists/{hers}/publish", data=sent).status_code == 303
    page = client_as(maria).get("/lists").text
    themes = page[page.index('id="s-themes"') :]
    assert "Leaks and goals" in themes
    assert "Theme list" in client_as(maria).get(f"/lists/{hers}").text
    assert hers not in client_as(omar).get("/lists").text
    (offered,) = store.lists_for(db.session, maria)
    assert tuple(offered) == (
        hers, "Leaks and goals", "", ["going-to-see/1", "small-goals/1", "good-discussion/1"],
    )  # fmt: skip
    client.post(f"/lists/{hers}/publish", data={"audience": "private", "key": "h" * 16})
    assert store.lists_for(db.session, maria) == []
    assert client_as(maria).get(f"/lists/{hers}").status_code == 404


def test_a_members_shared_list_is_no_theme_list(maria, omar):
    made = kept(maria)
    shared(maria, made, "organisation")
    assert store.lists_for(db.session, omar) == []


def test_an_organizer_makes_a_theme_list_of_a_copy(maria, ada, client_as):
    made = kept(maria, items=(LEAK, GOALS), note="Mine")
    shared(maria, made, "organisation")
    client = client_as(ada)
    first = client.post(f"/lists/{made}/copy", data={"key": "i" * 16})
    again = client.post(f"/lists/{made}/copy", data={"key": "i" * 16})
    assert first.location == again.location
    copy = client.get(first.location).text
    assert "Only you see it" in copy
    assert "hide the bucket" not in copy
    assert order_of(copy) == ["going-to-see", "small-goals"]
    client.post(f"{first.location}/publish", data={"audience": "organisation", "key": "j" * 16})
    assert len(store.lists_for(db.session, maria)) == 1


# Arranging


def test_readings_are_moved_dropped_and_annotated(maria, client_as):
    made = kept(maria)
    client = client_as(maria)
    words = {"title": "New title", "note": "For Monday", "note:small-goals/1": "Short one"}

    def press(do):
        return client.post(f"/lists/{made}/edit", data=words | {"do": do})

    answer = press("up:good-discussion/1")
    assert "moved=up" in answer.location
    assert order_of(client.get(f"/lists/{made}").text) == [
        "going-to-see",
        "good-discussion",
        "small-goals",
    ]
    assert "autofocus" in client.get(answer.location).text
    press("down:going-to-see/1")
    press("up:good-discussion/1")  # at the top already: it stays
    press("drop:going-to-see/1")
    assert press("save").status_code == 303
    page = client.get(f"/lists/{made}").text
    assert order_of(page) == ["good-discussion", "small-goals"]
    for said in ("New title", "For Monday", "Short one"):
        assert said in page


def test_what_makes_no_sense_changes_nothing(maria, client_as):
    made = kept(maria)
    client = client_as(maria)
    for do in ("burn", "up:nowhere/9", "drop:nowhere/9", "save"):
        client.post(f"/lists/{made}/edit", data={"title": "", "note": "", "do": do})
    assert client.post(f"/lists/{made}/edit", data={"do": "up:../../etc"}).status_code == 400
    page = client.get(f"/lists/{made}").text
    assert order_of(page) == ["going-to-see", "small-goals", "good-discussion"]
    assert "Leaks and goals" in page
    assert client.post(f"/lists/{made}/edit", data={"title": "x" * 300}).status_code == 422
    long = {"title": "T", "note:small-goals/1": "x" * 5_000}
    assert client.post(f"/lists/{made}/edit", data=long).status_code == 422


def test_words_of_a_list_are_shown_as_words(maria, client_as):
    made = kept(maria, title="<b>Bold</b>", note="<script>alert(1)</script>")
    page = client_as(maria).get(f"/lists/{made}").text
    assert "<b>Bold" not in page
    assert "<script>alert" not in page


def test_a_deleted_list_is_gone_for_everybody(maria, omar, client_as):
    made = kept(maria)
    shared(maria, made, "organisation")
    client = client_as(maria)
    assert "also for those you share it with" in client.get(f"/lists/{made}/delete").text
    client.post(f"/lists/{made}/delete")
    for who in (maria, omar):
        assert client_as(who).get(f"/lists/{made}").status_code == 404
    assert store.questions_of(db.session, maria) == []


def test_a_malformed_address_is_a_plain_answer(maria, client_as):
    client = client_as(maria)
    assert client.get("/lists/nowhere").status_code == 404
    assert client.get("/lists?show=nothing").status_code == 404
    assert client.get("/lists?after=x").status_code == 400
    assert client.get("/lists?show=mine&after=x").status_code == 400
    assert client.post("/lists/nowhere/copy", data={}).status_code == 404


def test_more_lists_than_fit_are_on_further_pages(maria, client_as):
    for number in range(23):
        kept(maria, title=f"List {number:02}", key=f"many-{number:04}")
    client = client_as(maria)
    whole = client.get("/lists").text
    assert "show=mine" in whole
    first = client.get("/lists?show=mine").text
    after = re.search(r'href="(/lists\?show=mine&amp;after=[^"]+)"', first).group(1)
    second = client.get(after.replace("&amp;", "&")).text
    titles = [re.findall(r">(List \d\d)<", page) for page in (first, second)]
    assert [len(found) for found in titles] == [20, 3]
    assert len(set(titles[0]) | set(titles[1])) == 23


def test_a_member_has_at_most_so_many_lists(maria, client_as, monkeypatch):
    monkeypatch.setattr(sharing, "MOST_LISTS", 2)
    kept(maria, key="a" * 16)
    made = kept(maria, key="b" * 16)
    answer = client_as(maria).post(f"/lists/{made}/copy", data={"key": "c" * 16})
    assert answer.status_code == 422
    assert "very many lists" in answer.text


# Readings that go away


def test_a_withdrawn_text_stays_with_its_quotation(app, maria, omar, ada, client_as):
    made = kept(maria)
    shared(maria, made, "organisation")
    app.extensions["xinde_resources"].library.withdraw("going-to-see")
    page = client_as(omar).get(f"/lists/{made}").text
    assert "No longer in the library" in page
    assert "The bucket stood there." in page
    assert order_of(page) == ["small-goals", "good-discussion"]


def test_a_reflection_that_is_closed_is_left_out_and_counted_nowhere(
    maria, omar, li, organisation, client_as
):
    essay = submitted(omar, "Leaks behind the wall", "The wall was wet and nobody said so.")
    item = Item(
        f"reflection/{essay}",
        f"reflection/{essay}",
        "Leaks behind the wall",
        "The wall was wet and nobody said so.",
        (),
        2,
        "",
    )
    made = kept(maria, items=(LEAK, item))
    shared(maria, made, "organisation")
    for who in (maria, li):
        client = client_as(who, language="en")
        assert "The wall was wet" in client.get(f"/lists/{made}").text
        assert "2 readings" in client.get("/lists").text
    submit(omar, essay, audience="unit", unit=organisation.hill)
    client = client_as(li, language="en")
    page = client.get(f"/lists/{made}").text
    assert "wall" not in page
    assert essay not in page
    for seen in (page, client.get("/lists").text):
        assert "1 reading<" in seen
    own = client_as(maria).get(f"/lists/{made}").text
    assert "no longer open to you" in own
    assert "wall" not in own
    assert "The wall was wet" in client_as(omar).get(f"/lists/{made}").text


def test_a_copy_takes_only_what_its_maker_may_read(maria, omar, li, organisation, client_as):
    essay = submitted(omar, "Leaks", "The wall was wet.", audience="unit", unit=organisation.hill)
    item = Item(
        f"reflection/{essay}", f"reflection/{essay}", "Leaks", "The wall was wet.", (), 2, ""
    )
    made = kept(omar, items=(item, GOALS))
    shared(omar, made, "organisation")
    copy = client_as(li).post(f"/lists/{made}/copy", data={"key": "k" * 16}).location
    mine = store.items(db.session, actor(li), [copy.rsplit("/", 1)[1]])
    assert [i.reading for items in mine.values() for i in items] == ["small-goals/1"]


# The rule and its twin


def test_the_rule_and_its_sql_twin_agree(app, organisation, maria, omar, li):
    """Over every audience, unit, author and reader there is."""
    lists = []
    for author in (maria, omar):
        for number, (audience, unit) in enumerate(
            (
                ("private", None),
                ("unit", organisation.harbour),
                ("unit", organisation.hill),
                ("organisation", None),
            )
        ):
            made = kept(author, key=f"{author.id}-{number}")
            with change(db.session) as session:
                session.execute(
                    sa.update(ReadingList).where(ReadingList.id == made).values(
                        audience=audience, unit_id=unit, shared_at=NOW
                    )
                )  # fmt: skip
            lists.append(SimpleNamespace(id=made, author=author.id, audience=audience, unit=unit))
    readers = [
        Actor(organisation.id, member, units=frozenset(units), administrator=admin, organizer=admin)
        for member in (maria.id, omar.id, li.id, "somebody", None)
        for units in (
            (),
            (organisation.harbour,),
            (organisation.hill,),
            (organisation.harbour, organisation.hill),
        )
        for admin in (False, True)
    ]
    for reader in readers:
        by_sql = set(db.session.scalars(sa.select(ReadingList.id).where(store.readable_by(reader))))
        by_rule = {
            found.id
            for found in lists
            if access.may_read_list(
                reader, author=found.author, audience=found.audience, unit=found.unit
            )
        }
        assert by_sql == by_rule
    elsewhere = Actor("other", maria.id, units=frozenset({organisation.harbour}))
    assert not db.session.scalars(
        sa.select(ReadingList.id).where(store.readable_by(elsewhere))
    ).all()


@given(
    audience=st.sampled_from(["private", "unit", "organisation"]),
    unit=st.sampled_from(["harbour", "hill", None]),
    member=st.sampled_from(["maria", "omar", None]),
    units=st.frozensets(st.sampled_from(["harbour", "hill"])),
    admin=st.booleans(),
)
def test_a_private_list_is_read_by_nobody_else_whoever_asks(audience, unit, member, units, admin):
    reader = Actor("o", member, units=units, administrator=admin, organizer=admin)
    may = access.may_read_list(reader, author="maria", audience=audience, unit=unit)
    if member is None:
        assert not may
    elif member == "maria":
        assert may
    elif audience == "private":
        assert not may
    elif audience == "unit":
        assert may == (unit in units)
    else:
        assert may


@pytest.mark.parametrize(
    ("audience", "unit", "title", "readings", "expected"),
    [
        ("private", None, "", 0, None),
        ("organisation", None, "T", 1, None),
        ("organisation", None, " ", 1, "no_title"),
        ("organisation", None, "T", 0, "empty"),
        ("unit", "harbour", "T", 1, None),
        ("unit", "hill", "T", 1, "not_your_unit"),
        ("unit", None, "T", 1, "no_unit"),
        ("all", None, "T", 1, "no_audience"),
        (None, None, "T", 1, "no_audience"),
    ],
)
def test_what_hinders_sharing(audience, unit, title, readings, expected):
    found = sharing.obstacle(
        title=title, readings=readings, audience=audience, unit=unit, units={"harbour"}
    )
    assert found == expected


@given(
    order=st.lists(st.sampled_from("abcdef"), unique=True),
    one=st.sampled_from("abcdef"),
    by=st.integers(-9, 9),
)
def test_moving_loses_nothing(order, one, by):
    moved = sharing.moved(order, one, by)
    assert sorted(moved) == sorted(order)
    assert [other for other in moved if other != one] == [other for other in order if other != one]
    if one in order:
        wanted = max(0, min(len(order) - 1, order.index(one) + by))
        assert moved.index(one) == wanted


def test_a_theme_list_that_is_taken_back_leaves_suggestions_at_once(app, maria, ada, client_as):
    passage = app.extensions["xinde_resources"].library.passages("going-to-see")[0]
    item = Item(passage.id, "going-to-see", "Going to see", "The bucket.", (), 3, "")
    made = kept(ada, items=(item,), title="Buckets and benches")
    everybody = {"audience": "organisation", "unit": None, "theme_list": True}
    shared(ada, made, **everybody)
    client = client_as(maria)
    before = client.get("/").text
    shared(ada, made, "private")
    assert "Buckets and benches" in before
    assert "Buckets and benches" not in client.get("/").text
