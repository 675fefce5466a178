"""Loading an organisation from a file: checked as a whole, all or nothing, repeatable."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from webapp import clock, loading
from webapp.audit import wording
from webapp.audit.tables import AuditEvent
from webapp.community import change, db
from webapp.goals import chains
from webapp.goals.tables import Goal
from webapp.ids import derived_id
from webapp.loading import LoadError, shape, sources
from webapp.members import actions
from webapp.members import store as members
from webapp.members.tables import Member, User
from webapp.notes.tables import Note
from webapp.readings.tables import Deed
from webapp.reflections.tables import Citation, Experience, Reflection
from webapp.texts import building
from webapp.units import store as units
from webapp.units.tables import Membership, Unit

DOCUMENT = Path(__file__).parents[2] / "docs" / "load-format.md"


def example() -> dict:
    return json.loads(re.search(r"```json\n(.*?)```", DOCUMENT.read_text("utf-8"), re.S)[1])


def loaded(source, **options):
    return loading.load(copy.deepcopy(source), name="example.json", **options)


def problems_of(source) -> list[str]:
    with pytest.raises(LoadError) as refused:
        loaded(source)
    return refused.value.problems


def reflection(key: str) -> Reflection | None:
    db.session.rollback()
    of = members.organisation(db.session).id
    return db.session.get(Reflection, (of, derived_id("reflection", key)), populate_existing=True)


def test_the_example_of_the_documentation_loads(organisation):
    report = loaded(example())
    assert {name: n.new for name, n in report.sections.items()} == {
        "units": 2,
        "roles": 1,
        "members": 3,
        "reflections": 4,
        "goals": 1,
        "answers": 2,
        "notes": 1,
        "deeds": 2,
    }
    assert report.texts_written == 1
    assert [link["email"] for link in report.links] == ["li.load@example.org"]
    maria = members.member_by_email(db.session, "maria.load@example.org")
    assert maria.working_on.startswith("Getting the quiet half")
    units = members.units_of(db.session, maria.organisation_id, maria.id)
    assert [u.name for u in units] == ["Harbour", "Pier team"]
    assert reflection("half-a-thought").status == "draft"
    told = reflection("from-the-door")
    assert (told.genre, told.goal_id) == ("experience", derived_id("goal", "door-first"))
    chain = chains.of_piece(db.session, members.actor_of(db.session, maria), told.id)
    assert [step.kind for step in chain] == [
        "passage", "reflection", "goal", "outcome", "experience",
    ]  # fmt: skip
    assert reflection("mending-the-rule").unit_id == derived_id("unit", "pier")


def test_the_documentation_names_every_field():
    said = DOCUMENT.read_text("utf-8")
    parts = {p.split("\n", 1)[0].strip(): p for p in said.split("\n### ")[1:]}
    for section, wanted in shape.SECTIONS.items():
        for name in wanted:
            assert f"`{name}`" in parts[section], f"{section}.{name}"


def test_a_quotation_leads_to_its_passage(organisation):
    loaded(example())
    cited = db.session.scalars(sa.select(Citation)).all()
    assert [c.text_slug for c in cited] == ["how-we-open-a-meeting"]
    assert cited[0].passage_id.startswith("how-we-open-a-meeting/")
    assert "beside the door and not beside the chair" in cited[0].quote
    assert f"(reading:{cited[0].passage_id})" in reflection("the-seat-by-the-door").published_body
    assert cited[0].source.startswith("How we open a meeting")


def test_loading_twice_changes_nothing(organisation):
    def everything():
        db.session.rollback()
        return [
            sorted(str(tuple(row)) for row in db.session.execute(sa.select(table)))
            for table in (
                t.__table__
                for t in (
                    Unit,
                    Member,
                    Membership,
                    User,
                    Reflection,
                    Experience,
                    Goal,
                    Note,
                    Deed,
                    Citation,
                )
            )
        ]

    loaded(example())
    before = everything()
    report = loaded(example())
    assert all(n.new == 0 and n.changed == 0 for n in report.sections.values())
    assert report.texts_written == 0
    assert report.links == []
    assert everything() == before
    # the log has one line, of the load that wrote, and it counts nothing private
    (line,) = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.what == "import.file"))
    kinds = {name.partition("_")[0] for name in line.details}
    assert kinds == {"units", "roles", "members"}
    assert line.details["members_new"] == len(example()["members"])
    assert "people 3 new" in wording.sentence(line.what, "", "", line.details)


def test_kinds_of_units_and_roles_given_in_them_come_with_the_file(organisation):
    def may():
        found = db.session.get(Member, (organisation.id, derived_id("member", "wei")))
        return members.actor_of(db.session, found)

    source = {
        "units": [
            {"key": "quay", "name": "Quay", "kind": "Watch"},
            {"key": "crane", "name": "Crane", "kind": "BRANCH", "parent": "quay"},
        ],
        "members": [
            {"key": "wei", "name": "Wei", "given_roles": [{"unit": "quay", "role": "organizer"}]}
        ],
    }
    quay, crane = derived_id("unit", "quay"), derived_id("unit", "crane")
    loaded(source)
    assert db.session.get(Unit, (organisation.id, quay)).kind == "Watch"
    assert db.session.get(Unit, (organisation.id, crane)).kind == "branch"  # it is in the list
    kinds = {kind.id for kind in units.kinds(db.session, organisation.id)}
    assert {"Watch", "branch"} <= kinds
    assert (may().units, may().organizes) == ({quay}, {quay, crane})
    source["members"][0] |= {"given_roles": [], "units": ["crane"]}
    loaded(source)
    assert (may().units, may().organizes) == ({crane}, frozenset())
    source["members"][0]["given_roles"] = [{"unit": "nowhere", "role": "captain"}]
    with pytest.raises(LoadError) as refused:
        loaded(source)
    assert "given_roles[0].unit" in str(refused.value)
    assert "given_roles[0].role" in str(refused.value)


def test_a_changed_object_is_changed_and_the_rest_is_left(organisation):
    loaded(example())
    source = example()
    source["members"][1]["working_on"] = "学会主持"
    source["reflections"][0]["body"] = "I have thought again."
    report = loaded(source)
    assert report.sections["members"].changed == 1
    assert report.sections["reflections"].changed == 1
    assert members.member_by_email(db.session, "li.load@example.org").working_on == "学会主持"
    piece = reflection("the-seat-by-the-door")
    assert piece.published_body == "I have thought again."
    assert piece.published_version != piece.indexed_version
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Citation)) == 0


def test_what_its_author_changed_since_is_left_alone(organisation):
    loaded(example())
    with change(db.session) as session:
        of = members.organisation(session).id
        piece = session.get(Reflection, (of, derived_id("reflection", "the-seat-by-the-door")))
        piece.status, piece.published_version = "withdrawn", piece.published_version + 1
    source = example()
    source["reflections"][0]["title"] = "Another title"
    report = loaded(source)
    assert report.sections["reflections"].left_alone == ["the-seat-by-the-door"]
    assert reflection("the-seat-by-the-door").status == "withdrawn"


def chosen_by(email: str, **what) -> None:
    """As the member does on the pages "About me" and For you."""
    member = members.member_by_email(db.session, email)
    of, id = member.organisation_id, member.id
    if language := what.pop("language", None):
        actions.set_language(db.session, of, id, language)
    actions.change_profile(db.session, of, id, now=clock.now(), **what)


def profile(email: str) -> dict:
    db.session.rollback()
    member = members.member_by_email(db.session, email)
    db.session.refresh(member)
    of = member.organisation_id
    return {
        "name": member.name,
        "language": member.language,
        "reads": member.reads,
        "interests": member.interests,
        "working_on": member.working_on,
        "administrator": member.administrator,
        "roles": sorted(r.id for r in members.roles_of(db.session, of, member.id)),
        "units": sorted(u.name for u in members.units_of(db.session, of, member.id)),
    }


def test_a_changed_member_keeps_what_they_chose(organisation):
    loaded(example())
    maria = "maria.load@example.org"
    chosen_by(
        maria,
        working_on="Resting.",
        interests=["integrity"],
        roles=["mentor"],
        reads=["zh"],
        language="zh",
    )
    before = profile(maria)
    source = example()
    source["members"][0]["name"] = "Maria L. Lopez"
    report = loaded(source)
    assert report.sections["members"].changed == 1
    assert report.sections["members"].left_alone == []
    assert profile(maria) == {**before, "name": "Maria L. Lopez"}


def test_a_field_that_both_changed_is_left_to_the_member_and_named(organisation):
    loaded(example())
    maria = "maria.load@example.org"
    chosen_by(maria, working_on="Resting.")
    source = example()
    source["members"][0]["working_on"] = "Counting the chairs."
    source["members"][0]["interests"] = ["integrity"]
    report = loaded(source)
    assert report.sections["members"].left_alone == ["maria (working_on)"]
    assert "members maria (working_on)" in "\n".join(report.lines())
    assert profile(maria)["working_on"] == "Resting."
    assert profile(maria)["interests"] == ["integrity"]
    chosen_by(maria, interests=["discussion"])
    source["members"][0]["interests"] = ["service"]
    assert loaded(source).sections["members"].left_alone == ["maria (interests, working_on)"]


def test_a_field_that_the_file_leaves_out_stays_as_it_is(organisation):
    loaded(example())
    maria = "maria.load@example.org"
    before = profile(maria)
    source = example()
    source["members"][0] = {"key": "maria", "name": "Maria"}
    loaded(source)
    assert profile(maria) == {**before, "name": "Maria"}
    assert db.session.scalar(sa.select(User.id).where(User.email == maria))


def test_a_field_that_only_the_file_changed_is_set(organisation):
    loaded(example())
    source = example()
    source["members"][0] |= {
        "working_on": "Counting the chairs.",
        "interests": [],
        "roles": ["mentor"],
        "units": ["pier"],
        "language": "zh",
        "administrator": True,
        "email": "maria.new@example.org",
    }
    report = loaded(source)
    assert report.sections["members"].left_alone == []
    found = profile("maria.new@example.org")
    assert (found["working_on"], found["interests"]) == ("Counting the chairs.", [])
    assert (found["roles"], found["units"]) == (["mentor"], ["Pier team"])
    assert (found["language"], found["administrator"]) == ("zh", True)
    assert found["reads"] == ["en", "zh"]


def test_a_member_without_units_in_a_later_file_still_writes_for_their_unit(organisation):
    loaded(example())
    source = {
        "members": [{"key": "li", "name": "李文"}],
        "reflections": [
            {"key": "r2", "author": "li", "audience": "unit", "title": "二", "body": "再试一次。"}
        ],
    }
    assert loaded(source).sections["reflections"].new == 1
    assert reflection("r2").unit_id == derived_id("unit", "pier")
    assert profile("li.load@example.org")["units"] == ["Pier team"]


def test_a_password_is_not_set_again_by_a_later_load(organisation):
    loaded(example())
    before = db.session.scalar(
        sa.select(User.password).where(User.email == "maria.load@example.org")
    )
    source = example()
    source["members"][0]["password"] = "quite another password"
    source["members"][0]["name"] = "Maria L."
    loaded(source)
    db.session.rollback()
    after = db.session.scalar(
        sa.select(User.password).where(User.email == "maria.load@example.org")
    )
    assert after == before


def test_a_loaded_member_can_sign_in_and_read(app, organisation, client_as):
    loaded(example())
    building.library(app)
    li = members.member_by_email(db.session, "li.load@example.org")
    maria = members.member_by_email(db.session, "maria.load@example.org")
    piece = f"/reflections/{derived_id('reflection', 'mending-the-rule')}"
    assert client_as(maria).get(piece).status_code == 200
    henrik_sees = client_as(li).get("/reflections").text
    assert "The seat by the door" in henrik_sees


def test_every_problem_is_listed_by_its_path_and_nothing_is_written(organisation):
    source = example()
    source["members"][1]["email"] = "MARIA.LOAD@example.org"
    source["members"][2]["interests"] = ["astrology"]
    source["members"][0]["colour"] = "blue"
    source["units"][0]["parent"] = "pier"
    source["reflections"][0]["body"] = (
        "> words that stand nowhere\n>\n> — [](reading:how-we-open-a-meeting)"
    )
    source["reflections"][1]["unit"] = "harbour"
    source["notes"][0]["author"] = "nobody"
    source["deeds"][0]["reading"] = "no-such-text"
    found = "\n".join(problems_of(source))
    for path in (
        "members[1].email",
        "members[2].interests[0]",
        "members[0].colour",
        "units[0].parent",
        "reflections[0].body",
        "reflections[1].unit",
        "notes[0].author",
        "deeds[0].reading",
    ):
        assert f"{path} " in found, found
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Member)) == 0


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("members", 0, "name"), "", "is empty"),
        (("members", 0, "name"), 7, "must be a string"),
        (("members", 0, "name"), "x" * 121, "at most 120"),
        (("members", 0, "name"), "a\x00b", "control character"),
        (("members", 0, "name"), "a\ud800b", "lone surrogate"),
        (("members", 0, "email"), "not an address", "no mail address"),
        (("members", 0, "password"), "short", "10 to 128"),
        (("members", 0, "days_ago"), float("nan"), "must be a number"),
        (("members", 0, "days_ago"), -1, "must be a number"),
        (("members", 0, "units"), "harbour", "must be a list"),
        (("members", 0, "administrator"), "yes", "true or false"),
        (("reflections", 0, "audience"), "world", "one of"),
        (("reflections", 1, "submitted_at"), "yesterday", "write it like"),
        (("reflections", 1, "submitted_at"), "2199-01-01", "still to come"),
        (("reflections", 0, "title"), None, "is missing"),
        (("readings", 0, "key"), "../../etc/passwd", "single hyphens"),
        (("readings", 0, "key"), "going-to-see", "another text"),
        (("readings", 0, "markdown"), "---\ntitle: Twice\n---\nText", "front matter"),
        (("roles", 0, "name"), {"fr": "Bibliothécaire"}, "must be a string"),
        (("units",), {"key": "x"}, "must be a list"),
        (("members", 0), "maria", "must be an object"),
        (("people",), [], "is not a section"),
    ],
)
def test_a_hostile_or_mistaken_value_is_named(organisation, place, value, said):
    source = example()
    target = source
    for step in place[:-1]:
        target = target[step]
    target[place[-1]] = value
    assert said in "\n".join(problems_of(source))


def test_a_file_that_is_no_load_file_is_refused_with_a_sentence(tmp_path, organisation):
    for name, content, said in (
        ("a.json", b"[1, 2", "not JSON"),
        ("b.json", b"[]", "one object"),
        ("c.json", b'{"units": [], "units": []}', "twice"),
        ("d.json", b"\xff\xfe\x00x", "not UTF-8"),
        ("e.json", b"[" * 100_000, "nested too deeply"),
        ("f.xlsx", b"PK", "neither .json nor .csv"),
        ("g.csv", b"name\nMaria", "no column email"),
        ("i.csv", b"name,email\n\nMaria,\n", "row 3 has neither an email nor a key"),
        ("j.json", b'{"a": ' + b"9" * 5000 + b"}", "a number of thousands of digits"),
        ("h.csv", b"name,email,shoe\nA,b@example.org,40", "'shoe'"),
    ):
        file = tmp_path / name
        file.write_bytes(content)
        with pytest.raises(LoadError, match=re.escape(said)):
            loading.load_file(file)
    with pytest.raises(LoadError, match="There is no file"):
        loading.load_file(tmp_path / "missing.json")


def test_members_of_a_spreadsheet_are_loaded_and_formulas_stay_text(tmp_path, organisation):
    file = tmp_path / "members.csv"
    file.write_text(
        "\ufeffname;email;units;language;working_on\r\n"
        '"=HYPERLINK(""x"")";eve@example.org;Harbour|Hill;en;@SUM(A1)\r\n'
        ";;;;\r\n"
        "李文;li@example.org;Hill;zh;\r\n",
        encoding="utf-8",
    )
    report = loading.load_file(file)
    assert report.sections["members"].new == 2
    eve = members.member_by_email(db.session, "eve@example.org")
    assert (eve.name, eve.working_on) == ('=HYPERLINK("x")', "@SUM(A1)")
    units = members.units_of(db.session, eve.organisation_id, eve.id)
    assert [u.name for u in units] == ["Harbour", "Hill"]


def test_checking_a_file_changes_nothing(organisation):
    assert loaded(example(), check_only=True).lines() == ["The file is right. Nothing was changed."]
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Member)) == 0


def test_a_csv_with_commas_separates_lists_by_semicolons():
    found = sources.members_of("name,email,roles\nA,a@example.org,mentor; member\n", "m.csv")
    assert found["members"][0]["roles"] == ["mentor", "member"]
    assert found["members"][0]["key"] == "a@example.org"


def test_ids_are_the_same_for_the_same_key_and_cannot_be_guessed(organisation, app):
    first = derived_id("member", "maria")
    assert first == derived_id("member", "maria")
    assert first != derived_id("unit", "maria")
    app.config["ID_SALT"] = b"another salt"
    assert derived_id("member", "maria") != first
