"""The list of the day: the same all day, true to what stands now, made of one's own words only."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import sqlalchemy as sa

from tests.webapp.people import NOW, add_member
from tests.webapp.reflecting import actor, draft, note, submit, submitted
from tests.webapp.test_reflections_input import in_threads
from webapp.community import change, db
from webapp.jobs import reconcile
from webapp.members import actions as members
from webapp.members.tables import Member
from webapp.notes import actions as notes
from webapp.notes.tables import Note
from webapp.reflections import actions as reflections
from webapp.reflections.tables import Reflection
from webapp.resources import resources
from webapp.suggestions import actions, cards, due, profile, store
from webapp.suggestions.tables import DayList

TODAY, TOMORROW = NOW.date(), NOW.date() + dt.timedelta(days=1)
LEAKS = "Nobody in our houses reports a leak before the water comes through the ceiling."
ESSAY = (
    "Nobody in our houses reports a leak before the water comes through, and now I know why. "
    "The bill for the last leak in our houses was higher than the rent. "
    "Next week I ask in the houses what a leak costs them, and report it."
)


def tell(member, **what) -> None:
    members.change_profile(db.session, member.organisation_id, member.id, now=NOW, **what)


def present(member) -> Member:
    return db.session.get(Member, (member.organisation_id, member.id), populate_existing=True)


def todays(member, day=TODAY) -> list[cards.Kept]:
    return actions.todays(db.session, present(member), resources(), day=day, now=NOW)


def readings(member, day=TODAY) -> list[str]:
    return [kept.reading for kept in todays(member, day)]


def stored() -> str:
    """All that is kept in lists, of everybody."""
    db.session.rollback()
    rows = db.session.scalars(sa.select(DayList.cards).order_by(DayList.member_id))
    return json.dumps(list(rows), ensure_ascii=False)


def kept_list(member) -> DayList | None:
    db.session.rollback()
    return store.day_list(db.session, member, TODAY)


@pytest.fixture
def essay(maria):
    """A reflection of Maria's that everybody may read, in the index."""
    made = submitted(maria, "Knocking first", ESSAY)
    reconcile.sweep()
    return made


@pytest.fixture
def reader(omar, essay):
    """Omar, whose list holds Maria's reflection with a sentence of it."""
    tell(omar, working_on=LEAKS)
    assert f"reflection/{essay}" in readings(omar)
    assert (
        "Nobody in our houses reports a leak before the water comes through, and now I know why."
        in stored()
    )
    return omar


# The same all day, and new when what it is made from is new


def test_the_list_is_the_same_all_day_whatever_others_publish(maria, omar):
    tell(omar, working_on=LEAKS)
    morning = readings(omar)
    assert morning
    submitted(maria, "Knocking first", ESSAY)
    reconcile.sweep()
    assert readings(omar) == morning


@pytest.mark.parametrize(
    "what",
    [
        {"working_on": "How do we keep a study group talking?"},
        {"interests": ["goals"]},
        {"roles": ["mentor"]},
        {"reads": ["zh"]},
    ],
)
def test_a_changed_profile_makes_a_new_list(omar, what):
    tell(omar, working_on=LEAKS)
    todays(omar)
    before = present(omar).profile_stamp
    tell(omar, **what)
    assert kept_list(omar) is None
    todays(omar)
    assert kept_list(omar).profile_stamp == present(omar).profile_stamp > before


def test_the_same_profile_given_again_keeps_the_list(omar):
    tell(omar, working_on=LEAKS, interests=["goals"])
    todays(omar)
    made = kept_list(omar).made_at
    tell(omar, working_on=LEAKS, interests=["goals"])
    assert kept_list(omar).made_at == made


def test_another_language_names_roles_anew(client_as, omar):
    tell(omar, roles=["mentor"])
    todays(omar)
    client_as(omar).post("/display", data={"language": "zh"})
    labels = [why.label for kept in todays(omar) for why in kept.whys if why.kind == "role"]
    assert labels
    assert all(any("\u4e00" <= c <= "\u9fff" for c in label) for label in labels)


def test_the_same_profile_and_day_give_the_same_list(omar, li):
    tell(omar, working_on=LEAKS, interests=["goals"], roles=["mentor"])
    first = actions.make(db.session, present(omar), resources(), day=TODAY)
    for _time in range(3):
        again = actions.make(db.session, present(omar), resources(), day=TODAY)
        assert cards.to_json(again) == cards.to_json(first)


def test_the_list_of_another_day_replaces_the_old_one(omar):
    tell(omar, working_on=LEAKS)
    todays(omar)
    todays(omar, TOMORROW)
    days = db.session.scalars(sa.select(DayList.day)).all()
    assert days == [TOMORROW]


# What may be in it


def test_a_member_with_nothing_gets_different_things_with_an_honest_reason(client_as, omar):
    found = todays(omar)
    assert found
    kinds = {why.kind for kept in found for why in kept.whys}
    assert "different" in kinds
    assert kinds <= {"different", "newest"}
    page = client_as(omar).get("/").text
    assert "you have not told us anything about you yet" in page
    assert "You wrote" not in page


def test_from_five_texts_no_text_is_offered_twice_in_any_language(omar):
    tell(omar, working_on=LEAKS, interests=["goals"], roles=["mentor"])
    found = todays(omar)
    texts = resources().library.texts_by_slug([kept.group for kept in found])
    shown = [text.version_of or text.slug for text in texts.values()]
    assert len(set(shown)) == len(shown) == len(found)


def test_the_reason_is_the_members_own_sentence_beside_one_of_the_passage(client_as, omar):
    tell(omar, working_on=f"We are a small house. {LEAKS}")
    kept = next(k for k in todays(omar) if k.row == "because_you_wrote")
    assert kept.whys[0].own_sentence in (LEAKS, "We are a small house.")
    passage = resources().library.passage(kept.reading)
    assert kept.whys[0].reading_sentence in passage.text
    assert LEAKS in client_as(omar).get("/").text


def test_a_quotation_in_ones_draft_is_not_ones_own_sentence():
    body = "> The words of the text.\n>\n> — [Title](reading:a/1)\n\nMy own sentence."
    assert profile.own_words(body) == "My own sentence."


def test_a_piece_for_one_unit_is_suggested_to_nobody_not_even_in_that_unit(
    organisation, maria, li, omar
):
    made = submitted(maria, "Leaks", ESSAY, audience="unit", unit=organisation.harbour)
    reconcile.sweep()
    for member in (li, omar):
        tell(member, working_on=LEAKS, reads=["en", "zh"])
        assert f"reflection/{made}" not in readings(member)
    assert made not in stored()


def test_one_is_never_offered_ones_own_reflection(maria, essay):
    tell(maria, working_on=LEAKS)
    assert f"reflection/{essay}" not in readings(maria)


def test_an_anonymous_piece_has_no_author_on_its_card_nor_in_the_list(client_as, maria, omar):
    made = submitted(maria, "Knocking first", ESSAY, audience="anonymous")
    reconcile.sweep()
    tell(omar, working_on=LEAKS)
    page = client_as(omar).get("/").text
    assert f"/reflections/{made}" in page
    assert "Maria" not in page
    assert "Maria" not in stored()
    assert maria.id not in stored()


# What was set aside


def test_a_card_that_is_set_aside_offers_undo_and_is_gone_tomorrow(client_as, omar):
    tell(omar, working_on=LEAKS)
    client = client_as(omar)
    before, first = readings(omar), todays(omar)[0]
    sent = {"reading": first.reading, "kind": "set_aside"}
    assert client.post("/readings/deed", data=sent).status_code == 303
    page = client.get("/").text
    assert "aside." in page
    assert 'name="undo" value="1"' in page
    assert readings(omar) == before
    assert first.group not in {kept.group for kept in todays(omar, TOMORROW)}
    client.post("/readings/deed", data={**sent, "undo": "1"})
    db.session.execute(sa.delete(DayList))
    db.session.commit()
    assert first.group in {kept.group for kept in todays(omar, TOMORROW)}


@pytest.mark.parametrize("kind", ["read", "set_aside", "saved"])
def test_what_was_dealt_with_in_one_language_is_not_offered_in_the_other(client_as, omar, kind):
    """The text about going to see stands in English and in Chinese."""
    tell(omar, working_on=LEAKS, reads=["en", "zh"])
    versions = {"going-to-see", "diaocha-zh"}
    record = resources().library.text("going-to-see")
    assert set(record.versions) <= versions
    client_as(omar).post("/readings/deed", data={"reading": "going-to-see", "kind": kind})
    offered = {kept.group for kept in todays(omar, TOMORROW)}
    assert not offered & {"going-to-see", *record.versions}


# Words that are gone are gone everywhere


def test_a_withdrawn_reflection_leaves_the_card_at_once_and_the_stored_list_too(
    client_as, maria, reader, essay
):
    client = client_as(reader)
    assert "Knocking first" in client.get("/").text
    reflections.withdraw(db.session, actor(maria), essay, now=NOW)
    assert essay not in stored()
    assert "before the water comes through, and now" not in stored()
    page = client.get("/").text
    assert "Knocking first" not in page
    assert "before the water comes through, and now" not in page


def test_an_audience_narrowed_to_a_unit_takes_the_card_away(
    client_as, organisation, maria, reader, essay
):
    reflections.change_audience(
        db.session, actor(maria), essay, audience="unit", unit_id=organisation.harbour, now=NOW
    )
    assert essay not in stored()
    assert "Knocking first" not in client_as(reader).get("/").text


def test_a_sentence_taken_out_by_its_author_is_quoted_on_no_card(client_as, maria, reader, essay):
    said = "Nobody in our houses reports a leak before the water comes through, and now I know why."
    reflections.save(
        db.session, actor(maria), essay, title="Knocking first",
        body=ESSAY.replace(said, "They told me why."), base_version=1, now=NOW,
    )  # fmt: skip
    assert said in stored(), "others read the submitted words until they are submitted again"
    submit(maria, essay)
    assert said not in stored()
    page = client_as(reader).get("/").text
    assert "Knocking first" in page
    assert said not in page


def test_a_card_does_not_quote_what_its_reading_no_longer_says():
    why = cards.Why("working_on", "", own_sentence="Mine.", reading_sentence="Gone.")
    row = cards.asdict(cards.Kept("reflection/x", "reflection/x", "practice", [why]))
    (kept,) = due.without([row], "reflection/x", "Only this.")
    assert kept["whys"][0]["reading_sentence"] is None
    assert kept["whys"][0]["own_sentence"] == "Mine."
    assert due.without([row], "reflection/x", None) == []
    assert due.without([row], "reflection/y", None) == [row]


def test_an_author_without_name_takes_it_off_the_card_at_once(client_as, maria, reader, essay):
    reflections.change_audience(
        db.session, actor(maria), essay, audience="anonymous", unit_id=None, now=NOW
    )
    page = client_as(reader).get("/").text
    assert "Knocking first" in page
    assert "Maria" not in page


def test_the_words_of_a_deleted_note_are_in_no_stored_list(omar):
    made = note(omar, "Water", LEAKS)
    assert LEAKS in json.dumps([cards.asdict(k) for k in todays(omar)])
    assert LEAKS in stored()
    notes.delete(db.session, actor(omar), made)
    assert LEAKS not in stored()
    todays(omar)
    assert LEAKS not in stored()


def test_words_taken_out_of_a_note_or_a_draft_or_the_profile_are_in_no_stored_list(omar):
    made, begun = note(omar, "Water", LEAKS), draft(omar, "Water", LEAKS.replace("leak", "drip"))
    tell(omar, working_on=LEAKS.replace("leak", "crack"))
    for change_it in (
        lambda: notes.save(
            db.session, actor(omar), made, title="W", body="Else.", base_version=1, now=NOW
        ),
        lambda: reflections.save(
            db.session, actor(omar), begun, title="W", body="Else.", base_version=1, now=NOW
        ),
        lambda: tell(omar, working_on=""),
    ):
        todays(omar)
        assert "before the water comes" in stored()
        change_it()
        assert "before the water comes" not in stored()


def test_a_list_made_of_words_that_went_meanwhile_is_not_kept(omar, monkeypatch):
    """The note is deleted while the list is being made of it."""
    made = note(omar, "Water", LEAKS)
    real, times = actions.make, []

    def slow(session, member, found, *, day):
        result = real(session, member, found, day=day)
        if not times:
            times.append(1)
            notes.delete(db.session, actor(omar), made)
        return result

    monkeypatch.setattr(actions, "make", slow)
    shown = todays(omar)
    assert LEAKS not in stored()
    assert LEAKS not in json.dumps([cards.asdict(k) for k in shown])


# Vectors kept beside the words


def test_vectors_are_kept_beside_the_words_and_belong_to_them(omar):
    made, begun = note(omar, "Water", LEAKS), draft(omar, "Water", LEAKS)
    tell(omar, working_on=LEAKS)
    todays(omar)
    db.session.expire_all()
    key = (omar.organisation_id, made)
    assert db.session.get(Note, key).prepared
    assert db.session.get(Reflection, (omar.organisation_id, begun)).prepared
    assert present(omar).working_on_prepared


def test_vectors_of_words_that_changed_meanwhile_are_not_kept(omar):
    made, begun = note(omar, "Water", "New words."), draft(omar, "Water", "New words.")
    tell(omar, working_on="New words.")
    ids = (f"note:{made}", f"reflection:{begun}", "working_on", "note:gone")
    with change(db.session) as session:
        store.keep_prepared(
            session,
            omar,
            dict.fromkeys(ids, b"old"),
            dict.fromkeys(ids, "Old words."),
            profile.own_words,
        )
    db.session.expire_all()
    assert db.session.get(Note, (omar.organisation_id, made)).prepared is None
    assert db.session.get(Reflection, (omar.organisation_id, begun)).prepared is None
    assert present(omar).working_on_prepared is None


# Twice at once


def test_two_tabs_at_once_keep_one_list_and_show_the_same(app, omar):
    tell(omar, working_on=LEAKS)
    note(omar, "Water", LEAKS)
    key = (omar.organisation_id, omar.id)
    db.session.rollback()

    def look(_number: int):
        member = db.session.get(Member, key)
        found = actions.todays(db.session, member, resources(), day=TODAY, now=NOW)
        return [kept.reading for kept in found]

    results = in_threads(app, look, 4)
    assert all(result == results[0] for result in results)
    assert results[0]
    assert len(db.session.scalars(sa.select(DayList)).all()) == 1


def test_of_two_changes_of_a_profile_at_once_neither_is_lost(app, omar):
    organisation, key = omar.organisation_id, omar.id
    before = present(omar).profile_stamp
    db.session.rollback()
    changes = [
        {"working_on": LEAKS},
        {"interests": ["goals"]},
        {"roles": ["mentor"]},
        {"name": "O"},
    ]
    results = in_threads(
        app,
        lambda n: members.change_profile(db.session, organisation, key, now=NOW, **changes[n]),
        4,
    )
    assert results == [None] * 4
    now = present(omar)
    assert (now.working_on, now.interests, now.name) == (LEAKS, ["goals"], "O")
    assert now.profile_stamp == before + 3


def test_of_two_people_with_one_invitation_one_joins(app, organisation):
    token = members.invite(db.session, organisation.id, now=NOW, unit_id=organisation.harbour)
    db.session.rollback()

    def join(number: int):
        return members.join(
            db.session, token, name="N", email=f"n{number}@example.org",
            password="a few plain words", language="en", now=NOW,
        )  # fmt: skip

    results = in_threads(app, join, 3)
    assert sorted(getattr(r, "cause", "joined") for r in results) == ["joined", "used", "used"]


def test_of_two_invited_with_one_address_the_second_is_told(app, organisation):
    tokens = [
        members.invite(db.session, organisation.id, now=NOW, unit_id=organisation.hill)
        for _each in range(2)
    ]
    db.session.rollback()

    def join(number: int):
        return members.join(
            db.session, tokens[number], name="N", email="n@example.org",
            password="a few plain words", language="en", now=NOW,
        )  # fmt: skip

    results = in_threads(app, join)
    assert sorted(getattr(r, "cause", "joined") for r in results) == ["email_taken", "joined"]


def test_somebody_new_sees_no_trace_of_the_members_before(client_as, organisation, essay, maria):
    new = add_member(organisation, "Nina New", organisation.hill)
    note(maria, "Water", LEAKS)
    assert LEAKS not in client_as(new).get("/").text
