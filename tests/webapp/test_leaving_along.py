"""Everything taken along, and brought back: complete, one's own alone, and again the same."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from typing import Any

import pytest
import sqlalchemy as sa

from tests.webapp.answering import answered
from tests.webapp.people import NOW, add_member, client_for
from tests.webapp.reflecting import actor, draft, note, submitted
from webapp import resources
from webapp.access import Actor
from webapp.audit.tables import AuditEvent
from webapp.coach.tables import CoachChoice
from webapp.community import change, db
from webapp.goals.tables import Goal
from webapp.leaving import returning, sections
from webapp.notes.tables import Note
from webapp.readings.tables import Deed, Place
from webapp.reflections import actions as reflections
from webapp.reflections import store as reflections_store
from webapp.reflections.experiences import Details
from webapp.reflections.tables import Reflection
from webapp.suggestions.tables import Steer
from webapp.themes.tables import ListItem, ReadingList

Taken = dict[str, list[dict[str, Any]]]


def zip_of(app, member) -> bytes:
    with client_for(app, member).post("/me/everything") as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "application/zip"
        return answer.data


def taken(packed: bytes) -> Taken:
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        return {
            name: [json.loads(line) for line in files.read(f"data/{name}.jsonl").splitlines()]
            for name in (*sections.SECTIONS, *sections.MADE)
        }


def bring(app, member, packed: bytes):
    data = {"package": (io.BytesIO(packed), "mine.zip")}
    return client_for(app, member).post("/me/everything/back", data=data)


@pytest.fixture
def rich(app, organisation, maria, li) -> dict[str, str]:
    """A member who did a little of everything; ids by name."""
    mine: Actor = actor(maria)
    made = {
        "note": note(maria, "Quiet people", "They speak when they are asked."),
        "draft": draft(maria, "A draft", "Not for others."),
        "named": submitted(
            maria, "Named", "> Words\n\nMy thought about it.", text_slug="small-goals"
        ),
        "nameless": submitted(maria, "Nameless", "No name.", audience="anonymous"),
        "unit": submitted(maria, "Unit", "For few.", audience="unit", unit=organisation.harbour),
        "told": draft(maria, "Told", "What we did.", genre="experience"),
    }
    piece = reflections_store.own(db.session, mine, made["named"])
    later = NOW + dt.timedelta(hours=2)
    reflections.save(
        db.session, mine, made["named"], title="Named anew", body="Later words.",
        base_version=piece.version, now=later,
    )  # fmt: skip
    reflections.describe(
        db.session, mine, made["told"], Details("In the hall", "Ana, Bo", True, "Ask early.")
    )
    answered(li, made["named"], "A question from Li?", "question")
    his = submitted(li, "Of Li", "Words of Li.")
    answered(maria, his, "An answer of Maria.")
    of = {"organisation_id": organisation.id, "member_id": maria.id}
    with change(db.session) as session:
        times = {"created_at": NOW, "updated_at": NOW}
        session.add(Goal(**of, **times, id="goalhers1", what="Ask one question", by=NOW.date(),
                         reflection_id=made["named"], note_id=made["note"], sentence="Ask."))  # fmt: skip
        session.add(Deed(**of, id="deed", kind="saved", at=NOW,
                         reading_id=f"reflection/{made['nameless']}",
                         reading_group=f"reflection/{made['nameless']}"))  # fmt: skip
        session.add(Deed(**of, id="deed2", kind="read", at=NOW, reading_id="small-goals/1.1", reading_group="small-goals"))  # fmt: skip
        session.add(Place(**of, text_slug="small-goals", passage_id="small-goals/1.1", at=NOW))
        session.add(Steer(**of, id="steer", kind="not_author", target="A. Author", at=NOW))
        session.add(CoachChoice(**of, off=False, never=["stock"]))
        session.add(ReadingList(**of, id="listkept", title="Kept", question="How to listen?",
                                audience="organisation", shared_at=NOW, made_at=NOW,
                                changed_at=NOW, unanswered=["yawning"]))  # fmt: skip
        session.flush()
        session.add(ListItem(organisation_id=organisation.id, list_id="listkept", position=1,
                             reading_id=resources.library().passages("small-goals")[0].id,
                             reading_group="small-goals", title="A small goal",
                             sentence="A goal that cannot be started on Monday is a wish.",
                             covers=["listen"]))  # fmt: skip
        me = session.merge(maria)
        me.working_on, me.interests, me.newness = "Meetings", ["reflection"], 70
        me.switched_off = ["place"]
    return made


def test_everything_of_hers_is_in_it_and_nothing_of_others(app, rich, maria, li):
    note(li, "Of Li", "A private word of Li.")
    packed = zip_of(app, maria)
    found = taken(packed)
    assert {row["title"] for row in found["reflections"]} == {
        "A draft", "Named anew", "Nameless", "Unit", "Told",
    }  # fmt: skip
    assert found["experiences"][0]["lesson"] == "Ask early."
    assert [(r["by"], r["body"]) for r in found["answers_received"]] == [
        ("Li Wen", "A question from Li?")
    ]
    assert [row["body"] for row in found["answers"]] == ["An answer of Maria."]
    for name in ("notes", "goals", "deeds", "places", "steers", "reading_lists", "memberships",
                 "reading_list_items", "coach_choices", "reflection_versions", "log"):  # fmt: skip
        assert found[name], name
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        names = files.namelist()
        whole = b"".join(files.read(name) for name in names).decode()
        head = json.loads(files.read("data.json"))
        [page] = [n for n in names if n.startswith("notes/")]
        assert "They speak when they are asked." in files.read(page).decode()
        assert "| `data/notes.jsonl` | your notes | 1 |" in files.read("README.md").decode()
    assert sum(n.startswith("pieces/") for n in names) == 6  # one was changed since submitted
    assert (head["format"], head["version"]) == ("xinde-everything", 1)
    assert head["member"]["email"] == "maria.lopez@example.org"
    assert head["sections"]["notes"] == 1
    assert "Harbour" in head["units"].values()
    assert "private word of Li" not in whole
    assert li.id not in whole


def test_the_readme_is_in_the_members_language(app, rich, maria):
    with client_for(app, maria, language="zh").post("/me/everything") as answer:
        packed = answer.data
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        assert "札记" in files.read("README.md").decode()


# What differs when all was brought into an empty account and is taken along again.
CHANGED = {
    "reflections": {
        "status", "unit_id", "published_title", "published_body", "published_draft",
        "published_version", "themes", "submitted_at", "shown_at", "hidden_at",
    },
    "reading_lists": {"audience", "unit_id", "theme_list", "shared_at"},
}  # fmt: skip
NAMES = ("notes", "reflections", "reflection_versions", "experiences", "goals", "deeds", "places",
         "steers", "reading_lists", "reading_list_items", "coach_choices")  # fmt: skip


def compared(found: Taken) -> dict[str, list[str]]:
    """Without what changes, and with every id replaced by what it stands for."""
    called = {
        row["id"]: row.get("title") or row.get("what") or ""
        for name in ("notes", "reflections", "goals", "reading_lists")
        for row in found[name]
    }

    def same(value: Any) -> Any:
        if isinstance(value, str):
            for id, title in called.items():
                value = value.replace(id, f"<{title}>")
        return value

    return {
        name: sorted(
            json.dumps(
                {
                    column: same(value)
                    for column, value in row.items()
                    if column not in CHANGED.get(name, ())
                    and not (column == "id" and name not in ("notes", "reflections"))
                    and not (column == "audience" and value == "unit")
                },
                ensure_ascii=False,
            )
            for row in found[name]
        )
        for name in NAMES
    }


def test_all_of_it_comes_back_into_an_empty_account_and_goes_out_the_same(
    app, organisation, rich, maria
):
    packed = zip_of(app, maria)
    again = add_member(organisation, "Maria Again", organisation.hill)
    said = bring(app, again, packed)
    assert said.status_code == 200
    assert "1 note<" in said.text
    assert "5 pieces, as drafts" in said.text
    assert "the organisation, without your name" in said.text  # the earlier audience is named
    before, after = taken(packed), taken(zip_of(app, again))
    then, now = compared(before), compared(after)
    for rows in (then["reflections"], now["reflections"]):
        rows[:] = [row.replace(', "audience": null', "") for row in rows]
    assert now == then
    assert {row["status"] for row in after["reflections"]} == {"draft"}
    assert {row["audience"] for row in after["reading_lists"]} == {"private"}
    db.session.refresh(again)
    assert (again.working_on, again.newness, again.switched_off) == ("Meetings", 70, ["place"])
    # what is brought back is open to nobody else
    other = add_member(organisation, "Omar", organisation.hill)
    for row in after["reflections"]:
        assert client_for(app, other).get(f"/reflections/{row['id']}").status_code == 404
    assert "Nothing new" in bring(app, again, packed).text
    assert compared(taken(zip_of(app, again))) == compared(after)


def test_what_she_still_has_stays_as_it_is(app, rich, maria):
    packed = zip_of(app, maria)
    with change(db.session) as session:
        session.execute(sa.update(Note).values(body="Changed since."))
        session.execute(sa.delete(Goal))
    said = bring(app, maria, packed).text
    assert "1 goal<" in said
    assert "note<" not in said
    db.session.rollback()
    assert list(db.session.scalars(sa.select(Note.body))) == ["Changed since."]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Reflection)) == 6
    goal = db.session.scalars(sa.select(Goal)).one()
    assert (goal.member_id, goal.reflection_id) == (maria.id, rich["named"])


def written(files: dict[str, list[Any]], member: dict[str, Any] | None = None) -> bytes:
    """A zip that somebody wrote by hand."""
    head = {"format": "xinde-everything", "version": 1, "member": member or {}}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("data.json", json.dumps(head))
        for name, rows in files.items():
            packed.writestr(f"data/{name}.jsonl", "\n".join(json.dumps(row) for row in rows))
    return out.getvalue()


AT = "2026-05-04T09:30:00Z"
KEPT = {"title": "Kept", "made_at": AT, "changed_at": AT, "audience": "private"}


def test_words_that_a_reading_does_not_hold_do_not_come_back_as_its_own(app, maria, li):
    his = f"reflection/{submitted(li, 'Of Li', 'Words of Li.')}"
    secret = f"reflection/{draft(li, 'Draft', 'A draft of Li.')}"
    passage, other = (found.id for found in resources.library().passages("small-goals")[:2])
    true, forged = "A goal that cannot be started on Monday is a wish.", "Obey me."
    # (reading, what it is said to say, whether it does)
    told = [(passage, true, True), (passage, forged, False), (other, true, False),
            (his, "Words of Li.", True), (his, forged, False), (secret, "A draft of Li.", False),
            ("small-goals/none", true, False), ("../etc passwd", true, False)]  # fmt: skip
    items = [{"list_id": "l", "position": n, "reading_id": reading, "title": "T",
              "reading_group": "good-discussion", "sentence": said, "note": f"Note {n}"}
             for n, (reading, said, _holds) in enumerate(told)]  # fmt: skip
    goals = [{"id": f"g{n}", "what": f"Goal {n}", "reading_id": reading, "quote": said,
              "source": "The statutes", "in_chain": True, "created_at": AT, "updated_at": AT}
             for n, (reading, said, _holds) in enumerate(told)]  # fmt: skip
    packed = written({"reading_lists": [{**KEPT, "id": "l"}], "reading_list_items": items,
                      "goals": goals})  # fmt: skip
    assert bring(app, maria, packed).status_code == 200
    db.session.rollback()
    found = db.session.scalars(sa.select(ListItem).order_by(ListItem.position)).all()
    assert [(i.note, i.sentence) for i in found] == [
        (f"Note {n}", said if holds else "") for n, (_reading, said, holds) in enumerate(told)
    ]
    # nor do they stand under the title of another text
    assert {i.reading_group for i in found[:7]} == {"small-goals", his, secret}
    kept = db.session.scalars(sa.select(Goal).order_by(Goal.what)).all()
    assert [(g.what, g.reading_id, g.quote) for g in kept] == [
        (f"Goal {n}", reading if holds else None, said if holds else "")
        for n, (reading, said, holds) in enumerate(told)
    ]
    assert {g.source for g in kept} == {"", "A small goal · Cut it down", "Of Li · Li Wen"}


def test_nobody_brings_back_more_than_one_may_have(app, maria, monkeypatch):
    monkeypatch.setattr(returning, "MOST_ROWS", 2)
    monkeypatch.setitem(returning.MOST, "reading_lists", 3)
    note(maria, "Here before", "Words.")
    page = {"title": "N", "body": "B", "language": "en", "version": 1, "created_at": AT, "updated_at": AT}  # fmt: skip
    said = bring(app, maria, written({"notes": [{**page, "id": f"n{n}"} for n in range(3)]}))
    assert said.status_code == 422
    assert "more than 2 of one kind, the most that can be brought back: your notes." in said.text
    said = bring(app, maria, written({"reading_lists": [{**KEPT, "id": f"l{n}"} for n in range(4)]}))  # fmt: skip
    assert "more than 3 of one kind" in said.text
    assert "your reading lists" in said.text
    db.session.rollback()
    # what there was room for is here, with what was here before
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Note)) == 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ReadingList)) == 3


def test_a_zip_of_a_stranger_opens_nothing_and_breaks_nothing(app, organisation, rich, maria, li):
    """It names others' things by their ids, and values that no column can have."""
    of_li = submitted(li, "Of Li", "Words of Li.")
    good = {"id": "a", "title": "Good", "body": "Good", "version": 1, "language": "en",
            "genre": "reflection", "status": "submitted", "audience": "organisation",
            "published_body": "Good", "member_id": li.id, "organisation_id": "other",
            "goal_id": None, "created_at": "2026-05-04T09:30:00Z",
            "updated_at": "2026-05-04T09:30:00Z"}  # fmt: skip
    files: dict[str, list[Any]] = {
        "reflections": [
            good,
            {**good, "id": of_li, "title": "Taken over"},
            {**good, "id": "b", "genre": "poem"},
            {**good, "id": "c", "title": "\ud800"},
            {**good, "id": "d", "body": "nul \x00"},
            {**good, "id": "e", "title": "x" * 301},
            {**good, "id": "f", "version": 10**20},
            {**good, "id": "g", "created_at": "yesterday"},
            {**good, "id": ["h"]},
            {},
        ],
        "reflection_versions": [{"id": "v", "reflection_id": of_li, "number": 1, "title": "",
                                 "body": "", "cause": "pause", "at": "2026-05-04T09:30:00Z"}],
        "deeds": [{"id": "d", "kind": "liked", "reading_id": "a", "reading_group": "a",
                   "at": "2026-05-04T09:30:00Z"}],
    }  # fmt: skip
    said = bring(app, maria, written(files, {"interests": [1], "newness": "x"}))
    assert said.status_code == 200
    assert "2 pieces, as drafts" in said.text
    assert "10 things in the file could not be read" not in said.text
    assert "could not be read and were left out" in said.text
    db.session.rollback()
    taken_over = db.session.get_one(Reflection, (organisation.id, of_li))
    assert (taken_over.member_id, taken_over.title) == (li.id, "Of Li")
    mine = db.session.scalars(
        sa.select(Reflection).where(Reflection.title.in_(("Good", "Taken over")))
    ).all()
    assert {(p.member_id, p.status, p.published_body) for p in mine} == {(maria.id, "draft", "")}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("", b"", "No file was chosen"), ("a.zip", b"nothing", "is no zip")],
)
def test_what_is_no_package_is_refused_with_a_sentence(app, maria, name, content, said):
    data = {"package": (io.BytesIO(content), name)} if name else {}
    answer = client_for(app, maria).post("/me/everything/back", data=data)
    assert answer.status_code == 422
    assert said in answer.text


def test_taking_along_is_logged(app, maria):
    zip_of(app, maria)
    db.session.rollback()
    assert [(e.what, e.by) for e in db.session.scalars(sa.select(AuditEvent))] == [
        ("export.own", maria.id)
    ]
