"""Steering: each control changes the same list at once, is undone with one click, and is
nobody else's business. What Xinde knows: every piece with its switch."""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3

import pytest
import sqlalchemy as sa

from corpus import starter
from tests.webapp.people import NOW, add_member
from tests.webapp.reflecting import actor, note, submitted
from tests.webapp.test_reflections_input import in_threads
from webapp.community import change, db
from webapp.ids import new_id
from webapp.jobs import reconcile
from webapp.members import actions as members
from webapp.members.tables import Member
from webapp.readings.tables import Deed
from webapp.reflections import actions as reflections
from webapp.resources import resources
from webapp.suggestions import actions, due, gathering, nightly, profile, store
from webapp.suggestions.tables import DayList, Steer
from webapp.themes.tables import ListItem, ReadingList

TODAY, TOMORROW = NOW.date(), NOW.date() + dt.timedelta(days=1)
LEAKS = "Nobody in our houses reports a leak before the water comes through the ceiling."
ESSAY = (
    "Nobody in our houses reports a leak before the water comes through, and now I know why. "
    "The bill for the last leak in our houses was higher than the rent. "
    "Next week I ask in the houses what a leak costs them, and report it."
)


def present(member) -> Member:
    return db.session.get(Member, (member.organisation_id, member.id), populate_existing=True)


def todays(member, day=TODAY):
    return actions.todays(db.session, present(member), resources(), day=day, now=NOW)


def groups(member, day=TODAY) -> list[str]:
    return [kept.group for kept in todays(member, day)]


def made_of(member, day=TODAY):
    return actions.profile_for(db.session, present(member), resources(), day=day)


def tell(member, **what) -> None:
    members.change_profile(db.session, member.organisation_id, member.id, now=NOW, **what)


def steers(member) -> list[tuple[str, str]]:
    db.session.rollback()
    return [(s.kind, s.target) for s in store.steers(db.session, actor(member))]


def stored() -> str:
    db.session.rollback()
    return json.dumps(list(db.session.scalars(sa.select(DayList.cards))), ensure_ascii=False)


def first_passage(slug: str) -> str:
    return resources().library.passages(slug)[0].id


def reading_list(member, readings, *, audience="unit", unit=None, question="", title="For May"):
    made = new_id()
    with change(db.session) as session:
        session.add(
            ReadingList(
                organisation_id=member.organisation_id,
                id=made,
                member_id=member.id,
                title=title,
                question=question,
                audience=audience,
                unit_id=unit,
                theme_list=not question,
                made_at=NOW,
                changed_at=NOW,
                shared_at=None if audience == "private" else NOW,
            )
        )
        session.flush()
        for position, reading in enumerate(readings):
            session.add(
                ListItem(
                    organisation_id=member.organisation_id,
                    list_id=made,
                    position=position,
                    reading_id=reading,
                    reading_group=reading.partition("/")[0],
                    title="T",
                    note="Read the second part aloud.",
                )
            )
    return made


@pytest.fixture(autouse=True)
def labelled(app):
    """The themes and roles have names, as in a library that was built for use."""
    resources().library.put_labels(starter.themes(), starter.roles())


@pytest.fixture
def client(client_as, omar):
    tell(omar, working_on=LEAKS)
    return client_as(omar)


def steer(client, do: str, reading: str = "", **more):
    return client.post("/suggestions/steer", data={"do": do, "reading": reading, **more})


def undo(client, member) -> None:
    db.session.rollback()
    newest = store.steers(db.session, actor(member))[0]
    assert client.post("/suggestions/undo", data={"steer": newest.id}).status_code == 303


# The menu of a card


def test_a_card_offers_more_less_its_author_and_its_themes_by_name(client):
    page = client.get("/").text
    menu = page[page.index('class="more"') : page.index("</details>", page.index('class="more"'))]
    assert 'value="more"' in menu
    assert 'value="less"' in menu
    assert "Nothing by Test library any more." in menu
    assert "Field investigation" in page


def test_a_piece_without_a_name_offers_no_author_to_leave_out(client_as, client, omar, maria):
    made = submitted(maria, "Knocking first", ESSAY, audience="anonymous")
    reconcile.sweep()
    tell(omar, working_on=LEAKS + " Again.")
    page = client.get("/").text
    card = page[page.index(f'id="c-reflection-{made}"') :]
    card = card[: card.index("</article>")]
    assert 'value="more"' in card
    assert "not_author" not in card
    assert steer(client, "not_author", f"reflection/{made}").status_code == 404


# Each control, at once and back


@pytest.mark.parametrize("do", ["less", "not_author", "not_theme:field-investigation"])
def test_what_is_steered_away_leaves_the_same_list_and_one_click_brings_it_back(client, omar, do):
    before = groups(omar)
    assert "going-to-see" in before
    answer = steer(client, do, first_passage("going-to-see"), row="because_you_wrote", place="0")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "going-to-see" not in groups(omar)
    assert 'id="c-going-to-see"' not in page
    # the line stands where the card was, with its undo
    assert page.index('id="steered"') < page.index("How you steer")
    assert page.count("/suggestions/undo") == 2
    undo(client, omar)
    assert groups(omar) == before
    assert steers(omar) == []


def test_the_line_stands_in_the_row_that_the_card_was_taken_from(client, omar):
    kept = todays(omar)[0]
    page = client.get(steer(client, "less", kept.reading, row=kept.row, place="0").location).text
    row = page[page.index(f'id="row-{kept.row}"') :]
    assert row.index('id="steered"') < (row.index("</section>"))
    assert 'id="steered"' not in client.get("/").text, "the next visit shows the list alone"


def test_more_like_this_is_evidence_and_its_card_says_so(client, omar):
    kept = todays(omar)[0]
    page = client.get(steer(client, "more", kept.reading, row=kept.row, place="0").location).text
    assert "You asked for more like this." in page or "More like “" in page
    piece = next(e for e in made_of(omar).evidence if e.kind == "more")
    assert (piece.ref, piece.group) == (kept.reading, kept.group)
    assert piece.text == resources().library.passage(kept.reading).text
    assert kept.group not in made_of(omar).excluded_groups
    undo(client, omar)
    assert [e for e in made_of(omar).evidence if e.kind == "more"] == []


def test_more_takes_the_place_of_less_and_the_other_way(client, omar):
    reading = first_passage("going-to-see")
    for do in ("more", "less", "more"):
        steer(client, do, reading)
        assert steers(omar) == [(do, reading)]


def test_the_three_nots_are_three_different_things(client, omar):
    """Not this one: a text. Not this author: all of theirs. Not this theme: whoever's."""
    reading = first_passage("going-to-see")
    client.post("/readings/deed", data={"reading": reading, "kind": "set_aside"})
    assert made_of(omar).excluded_groups == {"going-to-see"}
    steer(client, "not_theme:goals", reading)
    assert made_of(omar).excluded_groups == {"going-to-see"}
    assert made_of(omar).excluded_themes == {"goals"}
    steer(client, "not_author", reading)
    by_author = {"going-to-see", "good-discussion", "small-goals"}
    assert made_of(omar).excluded_groups == by_author
    assert set(groups(omar)) <= {"hao-taolun-zh", "diaocha-zh"}


def test_a_script_gets_the_list_alone(client, omar):
    answer = steer(client, "less", todays(omar)[0].reading, part="list")
    assert "part=list" in answer.location
    page = client.get(answer.location).text
    assert "<html" not in page
    assert "How you steer" in page
    assert "<script" not in page


def test_pressing_twice_steers_once_and_undoing_twice_is_no_error(client, omar):
    reading = first_passage("going-to-see")
    ids = {
        re.search(
            r"steered=(\w+)", steer(client, "less", reading, row="because_you_wrote").location
        )[1]
        for _t in range(2)
    }
    assert len(ids) == 1
    assert steers(omar) == [("less", reading)]
    for _time in range(2):
        answer = client.post("/suggestions/undo", data={"steer": ids.copy().pop()})
        assert answer.status_code == 303
    assert client.get("/").status_code == 200


def test_of_four_presses_at_once_one_steer_is_kept(app, omar):
    who = actor(omar)
    db.session.rollback()
    ids = in_threads(
        app, lambda n: actions.steer(db.session, who, "less", "going-to-see/1", now=NOW), 4
    )
    assert len(set(ids)) == 1
    assert len(steers(omar)) == 1


# Bad input


@pytest.mark.parametrize(
    ("do", "reading", "status"),
    [
        ("", "going-to-see", 400),
        ("best", "going-to-see", 400),
        ("more", "", 404),
        ("more", "no-such-text/1", 404),
        ("more", "reflection/aaaa", 404),
        ("less", "../../etc/passwd", 404),
        ("not_author", "no-such-text", 404),
        ("not_theme:no-such-theme", "going-to-see", 404),
        ("not_theme", "going-to-see", 404),
        ("not_theme:" + "x" * 1000, "going-to-see", 404),
        ("more", "x" * 5000, 404),
    ],
)
def test_what_is_not_there_cannot_be_steered_by(client, omar, do, reading, status):
    answer = steer(client, do, reading)
    assert answer.status_code == status
    assert "<h1>" in answer.text
    assert steers(omar) == []


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("/suggestions/newness", {"step": "5"}, 400),
        ("/suggestions/newness", {"step": "-1"}, 400),
        ("/suggestions/newness", {}, 400),
        ("/suggestions/minutes", {"minutes": "7"}, 400),
        ("/suggestions/minutes", {"minutes": "0"}, 400),
        ("/me/known/switch", {"what": "note", "off": "2"}, 400),
        ("/me/known/switch", {"what": "note"}, 400),
        ("/me/known/switch", {"what": "newsletter", "off": "1"}, 404),
        ("/me/known/switch", {"what": "note:somebody-elses", "off": "1"}, 404),
        ("/me/known/switch", {"what": "x" * 5000, "off": "1"}, 404),
        ("/me/known/delete", {"what": "note:x"}, 404),
        ("/me/known/delete", {"what": "read:"}, 404),
        ("/me/known/delete", {"what": "members"}, 404),
        ("/me/known/delete", {}, 404),
        ("/suggestions/undo", {"steer": "x" * 500}, 303),
        ("/me/known/delete", {"what": "read:gone"}, 303),
    ],
)
def test_what_no_page_sends_is_answered_plainly(client, omar, path, sent, status):
    answer = client.post(path, data=sent)
    assert answer.status_code == status
    assert present(omar).switched_off == []


@pytest.mark.parametrize(
    "address",
    ["/?steered=x&row=best&reading=a&place=1", "/?steered=x&row=listed&reading=going-to-see&place=³",
     "/?steered=x&row=listed&reading=%2F%2F&place=-1", "/?part=everything&steered=" + "x" * 500],
)  # fmt: skip
def test_an_address_nobody_gave_shows_the_list(client, address):
    page = client.get(address)
    assert page.status_code == 200
    assert 'id="steered"' not in page.text


def test_an_author_of_more_than_300_letters_can_be_left_out(client, omar):
    with sqlite3.connect(resources().library.path) as library:  # as such a text came in
        library.execute("update texts set author = ? where slug = 'going-to-see'", ["Anna " * 80])
    assert steer(client, "not_author", "going-to-see").status_code == 303
    ((kind, target),) = steers(omar)
    assert (kind, len(target)) == ("not_author", 300)
    assert "going-to-see" in made_of(omar).excluded_groups
    assert client.get("/").status_code == 200


def test_the_steer_of_a_text_that_was_withdrawn_stays_listed_and_gives_nothing(client, omar):
    steer(client, "more", first_passage("going-to-see"))
    steer(client, "less", first_passage("small-goals"))
    for slug in ("going-to-see", "small-goals"):
        resources().library.withdraw(slug)
    with change(db.session):
        due.new_list_due(db.session, actor(omar))
    pieces = [e for e in made_of(omar).evidence if e.kind in ("more", "less")]
    assert [(e.text, e.group) for e in pieces] == [("", None)] * 2
    page = client.get("/").text
    assert "More like “Going to see”" in page
    assert "Less like “A small goal”" in page
    assert client.get("/me/known").status_code == 200
    undo(client, omar)
    undo(client, omar)
    assert steers(omar) == []


def test_a_theme_that_the_library_no_longer_has_stays_listed_and_can_be_undone(client, omar):
    with change(db.session) as session:
        session.add(
            Steer(
                organisation_id=omar.organisation_id,
                id=new_id(),
                member_id=omar.id,
                kind="not_theme",
                target="steam-engines",
                at=NOW,
            )
        )
    assert "Nothing on the theme “steam-engines”" in client.get("/").text
    undo(client, omar)
    assert steers(omar) == []


def test_ten_thousand_deeds_and_a_thousand_steers_make_a_bounded_profile(client, omar):
    with change(db.session) as session:
        session.execute(
            sa.insert(Deed),
            [
                {
                    "organisation_id": omar.organisation_id,
                    "id": f"d{number}",
                    "member_id": omar.id,
                    "kind": ("read", "saved", "set_aside")[number % 3],
                    "reading_id": f"text-{number}/1",
                    "reading_group": f"text-{number}",
                    "at": NOW - dt.timedelta(minutes=number),
                }
                for number in range(10_000)
            ],
        )
        session.execute(
            sa.insert(Steer),
            [
                {
                    "organisation_id": omar.organisation_id,
                    "id": f"s{number}",
                    "member_id": omar.id,
                    "kind": "more" if number % 2 else "less",
                    "target": f"text-{number}/1",
                    "at": NOW - dt.timedelta(minutes=number),
                }
                for number in range(1_200)
            ],
        )
    found = made_of(omar)
    assert len(found.evidence) < 60
    assert len(found.excluded_groups) >= 10_000
    page = client.get("/").text
    assert page.count("/suggestions/undo") <= 45
    assert "See all of them" in page
    assert client.get("/me/known").status_code == 200


def test_when_everything_was_dismissed_the_page_says_so(client, omar):
    for text in resources().library.texts().items:
        client.post("/readings/deed", data={"reading": text.slug, "kind": "set_aside"})
    with change(db.session):
        due.new_list_due(db.session, actor(omar))
    page = client.get("/")
    assert page.status_code == 200
    assert "Nothing to suggest today" in page.text
    assert "You have read or set aside everything that fits." in page.text


# A piece without a name


def test_a_piece_without_a_name_does_not_vanish_with_its_author(client, omar, maria):
    named = submitted(maria, "Knocking first", ESSAY)
    nameless = submitted(maria, "The bill", ESSAY, audience="anonymous")
    reconcile.sweep()
    assert steer(client, "not_author", f"reflection/{named}").status_code == 303
    assert steers(omar) == [("not_author", "Maria Lopez")]
    found = made_of(omar).excluded_groups
    assert f"reflection/{named}" in found
    assert f"reflection/{nameless}" not in found
    assert f"reflection/{nameless}" in groups(omar)
    assert f"reflection/{named}" not in groups(omar)


def test_an_author_who_takes_the_name_off_is_no_longer_left_out_by_it(client, omar, maria):
    named = submitted(maria, "Knocking first", ESSAY)
    reconcile.sweep()
    steer(client, "not_author", f"reflection/{named}")
    reflections.change_audience(
        db.session, actor(maria), named, audience="anonymous", unit_id=None, now=NOW
    )
    assert f"reflection/{named}" not in made_of(omar).excluded_groups


def test_a_reason_that_names_a_withdrawn_reflection_leaves_the_stored_list(client, omar, maria):
    made = submitted(maria, "Knocking first", ESSAY)
    reconcile.sweep()
    steer(client, "more", f"reflection/{made}")
    client.post("/readings/deed", data={"reading": f"reflection/{made}", "kind": "read"})
    todays(omar)
    assert "Knocking first" not in stored(), "the title is looked up when it is shown"
    reflections.withdraw(db.session, actor(maria), made, now=NOW)
    assert made not in stored()
    page = client.get("/").text
    assert "Knocking first" not in page
    assert "More like a reading that is no longer open" in page
    assert "Knocking first" not in client.get("/me/known").text


# The slider and the time


def test_the_slider_changes_what_the_list_is_made_with(client, omar):
    before = present(omar).profile_stamp
    for step, newness in ((0, 0.0), (4, 1.0), (2, 0.3)):
        assert client.post("/suggestions/newness", data={"step": step}).status_code == 303
        assert made_of(omar).newness == newness
    assert present(omar).profile_stamp == before + 3
    client.post("/suggestions/newness", data={"step": 2})
    assert present(omar).profile_stamp == before + 3, "the same again changes nothing"
    assert 'value="2" aria-valuetext="Some of each"' in client.get("/").text


def test_the_time_holds_for_the_day_on_which_it_was_said(client, omar):
    client.post("/suggestions/minutes", data={"minutes": "15"})
    assert made_of(omar).minutes == 15
    assert made_of(omar, TOMORROW).minutes is None
    assert 'value="15" aria-pressed="true"' in client.get("/").text
    client.post("/suggestions/minutes", data={"minutes": "any"})
    assert made_of(omar).minutes is None


# What the profile is filled with


def test_what_came_in_lately_is_fresh_and_what_is_not_for_all_is_not(organisation, omar, maria):
    new = submitted(maria, "New", ESSAY)
    old = submitted(maria, "Old", ESSAY, now=NOW - dt.timedelta(days=20))
    unit = submitted(maria, "Ours", ESSAY, audience="unit", unit=organisation.harbour)
    found = made_of(omar).fresh
    assert f"reflection/{new}" in found
    assert {f"reflection/{old}", f"reflection/{unit}"}.isdisjoint(found)
    assert "going-to-see" in found


def test_texts_read_are_counted_by_theme(client, omar):
    for slug in ("going-to-see", "small-goals"):
        client.post("/readings/deed", data={"reading": slug, "kind": "read"})
    assert made_of(omar).experience == {
        "field-investigation": 1, "judgement": 1, "goals": 1, "reflection": 1,
    }  # fmt: skip


def test_a_list_of_the_members_unit_is_offered_with_its_name_and_note(
    client, organisation, omar, ada, maria
):
    passage = first_passage("small-goals")
    made = reading_list(ada, [passage, "gone/1"], unit=organisation.hill)
    elsewhere = reading_list(ada, [passage], unit=organisation.harbour, title="Not for Hill")
    private = reading_list(maria, [passage], audience="private", title="Maria's own")
    tell(omar, working_on=LEAKS + " Again.")
    piece = next(e for e in made_of(omar).evidence if e.kind == "list")
    assert (piece.ref, piece.readings) == (made, (passage, "gone/1"))
    page = client.get("/").text
    assert "From your unit" in page
    assert f'It is on the list “<a href="/lists/{made}">For May</a>”.' in page
    assert "Read the second part aloud." in page
    for other in (elsewhere, private, "Not for Hill", "Maria&#39;s own"):
        assert other not in page
    # taken back by its author: nothing of it is shown any more, on the same day
    with change(db.session) as session:
        session.execute(
            sa.update(ReadingList).where(ReadingList.id == made).values(audience="private")
        )
    assert "For May" not in client.get("/").text


def test_a_kept_question_is_evidence_with_vectors_beside_it_and_private(
    client, client_as, organisation, omar, ada
):
    asked = "Why does nobody report a leak in our houses?"
    made = reading_list(omar, [], audience="private", question=asked)
    tell(omar, working_on="")
    assert "question" in {e.kind for e in made_of(omar).evidence}
    row = db.session.get(ReadingList, (omar.organisation_id, made), populate_existing=True)
    assert row.prepared
    page = client.get("/").text
    assert "It speaks to a question you asked." in page
    assert asked in page
    for path in ("/", "/me/known"):
        assert asked not in client_as(ada).get(path).text
    assert asked not in [e.text for e in made_of(ada).evidence]


# What Xinde knows


@pytest.fixture
def known(client, organisation, omar, ada):
    """Omar with a piece of every kind."""
    tell(omar, interests=["goals"], roles=["mentor"])
    ids = {"note": note(omar, "Water", LEAKS), "reflection": submitted(omar, "Leaks", ESSAY)}
    client.post("/readings/deed", data={"reading": "small-goals", "kind": "read"})
    client.post("/readings/deed", data={"reading": "good-discussion", "kind": "saved"})
    client.post("/readings/deed", data={"reading": "hao-taolun-zh", "kind": "set_aside"})
    client.post("/readings/place", json={"passage": first_passage("small-goals")})
    ids["question"] = reading_list(omar, [], audience="private", question="What does a leak cost?")
    ids["list"] = reading_list(ada, [first_passage("going-to-see")], unit=organisation.hill)
    steer(client, "more", "going-to-see")
    steer(client, "not_theme:discussion", "going-to-see")
    steer(client, "less", "diaocha-zh")
    return ids


def test_every_piece_is_listed_with_its_weight_and_a_switch(client, known):
    page = client.get("/me/known").text
    for kind in (
        "working_on", "reflection", "note", "question", "role", "interest", "list", "saved",
        "read", "more", "less", "not_theme", "set_aside", "place",
    ):  # fmt: skip
        assert f'id="k-{kind}"' in page, kind
    for words in (
        LEAKS, "Water", "What does a leak cost?", "For May", "A small goal",
        "A discussion that thinks", "Nothing on the theme", "strong", "faint",
        "You alone:", f"/notes/{known['note']}", f"/reflections/{known['reflection']}",
    ):  # fmt: skip
        assert words in page, words
    assert "Led today to:" in page
    assert page.count('role="switch"') >= 20


def test_what_a_piece_led_to_is_what_the_cards_say(client, omar, known):
    kept = todays(omar)
    named = {why.evidence for k in kept for why in k.whys if why.evidence}
    page = client.get("/me/known").text
    shown = set(re.findall(r'name="what" value="([^"]+)"', page))
    assert {e for e in named if e.partition(":")[0] not in ("working_on", "written")} <= shown


@pytest.mark.parametrize("kind", ["note", "role", "interest", "read", "list", "working_on"])
def test_a_kind_that_is_switched_off_leads_to_nothing_and_comes_back(client, omar, known, kind):
    before = made_of(omar)
    assert kind in {e.kind for e in before.evidence}
    client.post("/me/known/switch", data={"what": kind, "off": "1"})
    off = made_of(omar)
    assert kind not in {e.kind for e in off.evidence}
    assert kind not in {why.kind for k in todays(omar) for why in k.whys}
    assert "small-goals" in off.excluded_groups, "what was read is not offered again"
    client.post("/me/known/switch", data={"what": kind, "off": "0"})
    assert made_of(omar) == before


def test_a_single_piece_is_switched_off_and_the_others_stay(client, omar, known):
    piece = f"note:{known['note']}"
    client.post("/me/known/switch", data={"what": piece, "off": "1"})
    ids = {e.id for e in made_of(omar).evidence}
    assert piece not in ids
    assert f"reflection:{known['reflection']}" in ids
    assert 'aria-checked="false"' in client.get("/me/known").text


def test_what_is_kept_away_comes_back_when_its_switch_is_off(client, omar, known):
    assert "hao-taolun-zh" in made_of(omar).excluded_groups
    client.post("/me/known/switch", data={"what": "set_aside", "off": "1"})
    client.post("/me/known/switch", data={"what": "not_theme", "off": "1"})
    assert "hao-taolun-zh" not in made_of(omar).excluded_groups
    assert made_of(omar).excluded_themes == frozenset()


@pytest.mark.parametrize(
    ("what", "gone"),
    [
        ("working_on", lambda m: present(m).working_on == ""),
        ("interest:goals", lambda m: present(m).interests == []),
        ("role:mentor", lambda m: made_of(m).roles == ()),
        ("read:small-goals", lambda m: "small-goals" not in made_of(m).excluded_groups),
        ("saved:good-discussion", lambda m: "saved" not in {e.kind for e in made_of(m).evidence}),
        ("set_aside:hao-taolun-zh", lambda m: "hao-taolun-zh" not in made_of(m).excluded_groups),
        ("place:small-goals", lambda m: not store.newest_places(db.session, m, limit=9)),
    ],
)
def test_deleting_a_piece_deletes_the_thing_itself(client, omar, known, what, gone):
    assert not gone(omar)
    for _twice in range(2):
        assert client.post("/me/known/delete", data={"what": what}).status_code == 303
    assert gone(omar)


def test_everything_off_gives_lists_and_the_newest_and_says_so(client, omar, known):
    client.post("/me/known/switch", data={"what": "everything", "off": "1"})
    found = made_of(omar)
    assert {e.kind for e in found.evidence} == {"list"}
    assert (found.themes, found.roles, found.experience) == ((), (), {})
    page = client.get("/").text
    assert "You switched everything off." in page
    assert "Switch on again" in page
    assert "It is on the list “" in page
    for own in (LEAKS, "You wrote", "Suggest</button>", 'type="range"', "How you steer"):
        assert own not in page
    assert {k.row for k in todays(omar)} <= {"listed", "newest", "different"}
    client.post("/me/known/switch", data={"what": "everything", "off": "0", "next": "list"})
    assert LEAKS in client.get("/").text


def test_a_member_of_whom_nothing_is_known_is_told_so_kindly(client_as, organisation):
    new = add_member(organisation, "Nina New", organisation.hill)
    page = client_as(new).get("/me/known").text
    assert "Xinde knows nothing about you but your name, units and languages" in page


def test_nobody_else_reads_or_changes_it(client_as, omar, maria, known):
    other = client_as(maria)
    page = other.get("/me/known").text
    for words in (LEAKS, "Water", "For May", "What does a leak cost?"):
        assert words not in page
    theirs = store.steers(db.session, actor(omar))[0]
    other.post("/suggestions/undo", data={"steer": theirs.id})
    other.post("/me/known/delete", data={"what": "working_on"})
    assert f"note:{known['note']}" not in present(maria).switched_off
    sent = {"what": f"note:{known['note']}", "off": "1"}
    assert other.post("/me/known/switch", data=sent).status_code == 404
    assert len(steers(omar)) == 3
    assert present(omar).working_on == LEAKS


def test_signed_out_nothing_is_known(client_as):
    client = client_as(None)
    assert client.get("/me/known").status_code == 302
    for path in ("/suggestions/steer", "/suggestions/newness", "/me/known/switch"):
        assert client.post(path, data={}).status_code == 401


# The night


def night(hour: int = 2) -> dt.datetime:
    return NOW.replace(hour=hour) + dt.timedelta(days=1)


def lists_of(member) -> list[DayList]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(DayList).where(DayList.member_id == member.id)))


def test_in_the_night_lists_are_made_for_those_who_were_here_lately(app, omar, maria, li):
    tell(omar, working_on=LEAKS)
    todays(omar)
    note(maria, "Water", LEAKS)
    app.config["NOW"] = night()
    assert nightly.make_lists() == 2
    assert [row.day for row in lists_of(omar)] == [TOMORROW]
    assert [row.day for row in lists_of(maria)] == [TOMORROW]
    assert lists_of(li) == []
    assert nightly.make_lists() == 0, "once is enough"


def test_by_day_nothing_is_made(app, omar):
    todays(omar)
    app.config["NOW"] = night(14)
    assert nightly.make_lists() == 0


def test_a_list_made_in_the_night_is_no_visit(app, omar):
    """Else somebody who left would get a list every night for ever."""
    todays(omar)
    for day in range(1, 30):
        app.config["NOW"] = NOW.replace(hour=2) + dt.timedelta(days=day)
        nightly.make_lists()
    (row,) = lists_of(omar)
    assert row.day == TODAY + dt.timedelta(days=14)
    # who comes in the morning is here
    actions.todays(
        db.session, present(omar), resources(), day=row.day, now=NOW + dt.timedelta(days=14)
    )
    assert lists_of(omar)[0].made_at == NOW + dt.timedelta(days=14)


def test_a_run_is_bounded_and_begins_with_the_oldest(app, omar, maria, li):
    for number, member in enumerate((maria, omar, li)):
        now = NOW - dt.timedelta(days=3 - number)
        actions.todays(db.session, present(member), resources(), day=now.date(), now=now)
    app.config["NOW"] = night()
    assert nightly.make_lists(most=1) == 1
    assert [row.day for row in lists_of(maria)] == [TOMORROW]
    assert nightly.make_lists(most=5) == 2


def test_one_that_fails_does_not_keep_the_others_from_theirs(app, omar, maria, monkeypatch):
    todays(omar)
    todays(maria)
    real = actions.make

    def failing(session, member, found, *, day):
        if member.id == maria.id:
            raise ValueError(LEAKS)
        return real(session, member, found, day=day)

    monkeypatch.setattr(actions, "make", failing)
    app.config["NOW"] = night()
    assert nightly.make_lists() == 1


def test_a_list_of_the_night_goes_when_the_profile_changes(app, omar):
    todays(omar)
    app.config["NOW"] = night()
    nightly.make_lists()
    tell(omar, working_on=LEAKS)
    assert lists_of(omar) == []


# Pure rules


def test_that_a_reading_is_close_to_itself_is_no_reason(client, omar):
    kept = todays(omar)[0]
    steer(client, "more", kept.reading)
    for now in todays(omar):
        if now.group == kept.group:
            assert f"more:{kept.reading}" not in {why.evidence for why in now.whys}


def test_switches_leave_out_what_they_name_and_nothing_else():
    piece = profile.Evidence(id="note:a", kind="note", label="", text="x")
    of_list = profile.Evidence(id="list:a", kind="list", label="", text="x")
    for off, counting in (
        ((), True), (("note",), False), (("note:a",), False), (("note:b", "read"), True),
        (("everything",), False),
    ):  # fmt: skip
        assert profile.counts(piece, off) is counting
    assert profile.counts(of_list, ("everything",))
    assert not profile.counts(of_list, ("everything", "list"))


def test_an_author_is_kept_by_a_name_that_fits():
    assert gathering.as_target("  Li \n Wen ") == "Li Wen"
    assert len(gathering.as_target("x" * 1000)) == 300
