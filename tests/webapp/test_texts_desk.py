"""The library desk: what waits, what is decided, and how it is taken back."""

from __future__ import annotations

import html
import re

import pytest

from corpus import starter
from corpus.records import Proposal
from tests.webapp.people import NOW, add_member
from webapp.community import db
from webapp.members import actions as members
from webapp.members import store as people
from webapp.resources import library
from webapp.texts import actions, bringing, brought, building, form, store


@pytest.fixture
def omar(organisation):
    """An organizer of the library, in Hill."""
    member = add_member(organisation, "Omar Haddad", organisation.hill)
    members.set_organizer(db.session, organisation.id, member.id, True)
    return member


@pytest.fixture(autouse=True)
def labels(app):
    """The library knows its themes and roles by name."""
    library().put_labels(starter.themes(), starter.roles())


@pytest.fixture
def waiting(app):
    """A text for which a theme, a role and a level are proposed."""
    slug, data = "mending", app.config["XINDE"].data
    for folder in (data / "texts", data / "uploads" / "one"):
        folder.mkdir(parents=True)
    words = "The tap had dripped for a month before anybody wrote it down. " * 12
    file = data / "uploads" / "one" / f"{slug}.md"
    file.write_text(f"---\ntitle: Mending\n---\n\n{words}\n", "utf-8")
    brought.take_upload(app, "one", file, file.name, replace=False)
    library().put_proposals({
        slug: [
            Proposal("theme", "service", 0.91, {"kind": "description", "sentence": "The tap had dripped."}),
            Proposal("role", "mentor", 0.42, {"kind": "subject", "subject": "Repairs"}),
            Proposal("level", "introductory", 0.66, {"kind": "readability", "sentence_words": 13.4}),
        ]
    })  # fmt: skip
    return slug


def key(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found, page
    return found[1]


def change(client, act: str, *slugs: str, versions: dict | None = None, **more):
    """Press a button of the list."""
    data = {"act": act, "key": key(client.get("/library/desk/texts").text), "slug": list(slugs)}
    for slug in slugs:
        data[f"version:{slug}"] = str((versions or {}).get(slug, version(slug)))
    return client.post("/library/desk/texts", data=data | more)


def version(slug: str) -> int:
    db.session.rollback()
    organisation = people.organisation(db.session)
    return store.decisions_of(db.session, organisation.id, [slug])[slug].version


def decided(slug: str) -> dict:
    db.session.rollback()
    organisation = people.organisation(db.session)
    return store.decisions(db.session, organisation.id).get(slug, {})


def form_of(client, slug: str) -> dict:
    """The fields of a text's form as a browser would send them."""
    page = client.get(f"/library/desk/texts/{slug}").text
    form = page[page.index('class="stack saying"') :]
    form = form[: form.index("</form>")]
    sent = re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', form)
    fields = {name: html.unescape(value) for name, value in sent}
    for name in ("themes", "roles", "level", "rights"):
        ticked = re.findall(rf'name="{name}" value="([^"]*)" checked', form)
        fields[name] = ticked if name in ("themes", "roles") else ticked[-1]
    language = re.search(r'<option value="(\w+)"[^>]* selected', form)
    return fields | {"language": language[1]}


def save(client, slug: str, **fields):
    return client.post(f"/library/desk/texts/{slug}", data=form_of(client, slug) | fields)


# Who


PAGES = (
    "/library/desk",
    "/library/desk/texts",
    "/library/desk/texts/going-to-see",
    "/library/desk/files",
    "/library/desk/files?show=refused",
    "/library/desk/changes",
    "/library/desk/uploads.json",
)


@pytest.mark.parametrize("path", PAGES)
def test_the_desk_is_for_organizers_and_administrators(client_as, maria, omar, ada, path):
    assert client_as(omar).get(path).status_code == 200
    assert client_as(ada).get(path).status_code == 200
    refused = client_as(maria).get(path)
    assert refused.status_code == 403
    assert "Only organizers of the library may do this" in refused.text
    assert client_as().get(path).status_code == 302


def test_the_role_that_members_choose_themselves_opens_nothing(client_as, organisation, maria):
    members.change_profile(db.session, organisation.id, maria.id, now=NOW, roles=["organizer"])
    client = client_as(maria)
    assert client.get("/library/desk").status_code == 403
    assert "/library/desk" not in client.get("/library").text


def test_an_administrator_names_an_organizer_and_takes_it_back(client_as, maria, ada):
    client, opened = client_as(ada), client_as(maria)
    path = f"/people/members/{maria.id}/organizer"
    assert opened.get("/library/desk").status_code == 403
    assert client.post(path, data={"organizer": "1"}).status_code == 303
    assert opened.get("/library/desk").status_code == 200
    assert "Keeps the library: end this" in client.get("/people").text
    client.post(path, data={"organizer": "0"})
    assert opened.get("/library/desk").status_code == 403
    assert client.post("/people/members/nobody/organizer").status_code == 404
    assert opened.post(path, data={"organizer": "1"}).status_code == 403


def test_an_invitation_may_make_an_organizer(client_as, ada, organisation):
    answer = client_as(ada).post(
        "/people/invitations", data={"unit": organisation.hill, "organizer": "1"}
    )
    assert answer.status_code == 303
    client = client_as(ada)
    client.post("/people/invitations", data={"unit": organisation.hill, "organizer": "1"})
    link = re.search(r"(/join/[\w-]+)", client.get("/people/invitations").text)[1]
    guest = client_as()
    guest.post(
        link, data={"name": "Noor", "email": "noor@example.org", "password": "some plain words"}
    )
    member = people.member_by_email(db.session, "noor@example.org")
    assert member.organizer
    assert people.actor_of(db.session, member).organizer


def test_who_is_no_longer_organizer_changes_nothing_with_an_open_form(
    client_as, organisation, omar, waiting
):
    client = client_as(omar)
    form = form_of(client, waiting)
    members.set_organizer(db.session, organisation.id, omar.id, False)
    answer = client.post(f"/library/desk/texts/{waiting}", data=form | {"title": "Other"})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text
    assert decided(waiting) == {}


# What waits


def test_what_is_proposed_is_shown_with_how_sure_it_is_and_why(client_as, omar, waiting):
    page = client_as(omar).get("/library/desk/texts?state=waiting").text
    assert "Mending" in page
    row = page[page.index(f'data-slug="{waiting}"') :]
    assert 'title="91 %"' in row
    for words in ("sure", "likely", "perhaps", "The tap had dripped.", "Repairs",
                  "Readability: sentences of 13 words"):  # fmt: skip
        assert words in row


def test_confirming_settles_what_was_proposed(client_as, omar, waiting):
    client = client_as(omar)
    assert change(client, "confirm", waiting).status_code == 303
    record = library().text(waiting)
    assert (record.themes, record.roles, record.level) == (
        ("service",),
        ("mentor",),
        "introductory",
    )
    assert record.chosen >= {"themes", "roles", "level"}
    assert waiting not in library().proposals([waiting])
    page = client.get("/library/desk/texts?state=waiting").text
    assert "Confirmed what was proposed for 1 text" in page
    assert "Nothing waits for a decision" in page
    assert waiting in client.get("/library?theme=service").text


def test_one_text_is_confirmed_with_the_button_beside_it(client_as, omar, waiting):
    client = client_as(omar)
    change(client, f"confirm:{waiting}", **{f"version:{waiting}": "0"})
    assert decided(waiting)["themes"] == ["service"]
    # what else was ticked is not touched by it
    assert decided("going-to-see") == {}


def test_a_change_is_undone_with_one_press(client_as, omar, waiting):
    client = client_as(omar)
    change(client, "confirm", waiting)
    page = client.get("/library/desk/texts").text
    undo = re.search(r'action="(/library/desk/changes/\w+/undo)"', page)[1]
    assert client.post(undo, data={"key": key(page)}).status_code == 303
    assert decided(waiting) == {}
    assert library().text(waiting).themes == ()
    assert len(library().proposals([waiting])[waiting]) == 3
    # the undoing stands in the history, and can be undone too
    page = client.get("/library/desk/changes").text
    assert "Took a change back" in page
    assert "undone" in page
    undo = re.findall(r'action="(/library/desk/changes/\w+/undo)"', page)[-1]
    client.post(undo, data={"key": key(page)})
    assert decided(waiting)["themes"] == ["service"]


def test_undoing_leaves_what_was_changed_again_since(client_as, omar, ada, waiting):
    client = client_as(omar)
    change(client, "confirm", waiting)
    page = client.get("/library/desk/texts").text
    undo = re.search(r'action="(/library/desk/changes/\w+/undo)"', page)[1]
    save(client_as(ada), waiting, themes=["integrity"])
    client.post(undo, data={"key": key(page)})
    assert decided(waiting) == {"themes": ["integrity"]}
    assert "1 value was changed again since" in client.get("/library/desk/changes").text


def test_the_same_press_twice_changes_once(client_as, omar, waiting):
    client = client_as(omar)
    data = {
        "act": "withdraw", "slug": waiting, f"version:{waiting}": "0",
        "key": key(client.get("/library/desk/texts").text),
    }  # fmt: skip
    for _time in range(2):
        assert client.post("/library/desk/texts", data=data).status_code == 303
    db.session.rollback()
    assert len(store.changes(db.session, omar.organisation_id)) == 1
    assert client.post("/library/desk/texts", data=data | {"key": "x"}).status_code == 400


# Many at once


def test_several_texts_are_given_a_theme_a_level_and_rights(client_as, omar):
    client, both = client_as(omar), ("going-to-see", "small-goals")
    change(client, "theme-add", *both, theme="integrity")
    change(client, "level", *both, level="advanced")
    change(client, "rights", *both, rights="passages")
    for slug in both:
        record = library().text(slug)
        assert "integrity" in record.themes
        assert len(record.themes) > 1
        assert (record.level, record.rights) == ("advanced", "passages")
    change(client, "theme-remove", *both, theme="integrity")
    assert "integrity" not in library().text("going-to-see").themes


def test_several_texts_are_withdrawn_and_restored(client_as, omar, maria):
    client, both = client_as(omar), ("going-to-see", "small-goals")
    change(client, "withdraw", *both)
    reader = client_as(maria)
    assert reader.get("/read/going-to-see").status_code == 410
    assert "Going to see" not in reader.get("/library").text
    page = client.get("/library/desk/texts?state=withdrawn").text
    assert all(f'data-slug="{slug}"' in page for slug in both)
    change(client, "restore", *both)
    assert reader.get("/read/going-to-see").status_code == 200


@pytest.mark.parametrize(
    ("act", "more"),
    [
        ("theme-add", {"theme": "no-such-theme"}),
        ("role-add", {"role": ""}),
        ("level", {"level": "hard"}),
        ("rights", {"rights": "all"}),
    ],
)
def test_a_value_that_is_not_offered_is_refused(client_as, omar, act, more):
    answer = change(client_as(omar), act, "going-to-see", **more)
    assert answer.status_code == 422
    assert "Choose from the list" in answer.text
    assert 'value="going-to-see" aria-labelledby="t-' in answer.text
    assert decided("going-to-see") == {}


def test_a_press_without_ticks_says_so(client_as, omar):
    answer = change(client_as(omar), "withdraw")
    assert answer.status_code == 422
    assert "Tick one or more texts first" in answer.text


def test_an_act_that_is_none_is_refused(client_as, omar):
    assert change(client_as(omar), "burn", "going-to-see").status_code == 400


def test_a_text_that_vanished_is_told_and_the_others_are_changed(client_as, omar):
    client = client_as(omar)
    change(client, "withdraw", "going-to-see", "no-such-text")
    assert library().text("going-to-see") is None
    assert decided("no-such-text") == {}
    assert "1 text is no longer in the library" in client.get("/library/desk").text
    assert change(client, "withdraw", "no-such-text").status_code == 422


def test_what_another_organizer_changed_meanwhile_is_left_alone(client_as, omar, ada):
    versions = {"going-to-see": version("going-to-see"), "small-goals": version("small-goals")}
    change(client_as(ada), "rights", "going-to-see", rights="passages")
    client = client_as(omar)
    change(client, "rights", "going-to-see", "small-goals", versions=versions, rights="full")
    assert library().text("going-to-see").rights == "passages"
    page = client.get("/library/desk/texts").text
    assert "1 text was changed by somebody else meanwhile" in page


# One text


def test_the_page_of_a_text_shows_everything_of_it(client_as, omar):
    page = client_as(omar).get("/library/desk/texts/going-to-see").text
    for words in ("Its file", "going-to-see.md", "Brought in", "Versions", "Withdraw", "passages"):
        assert words in page


def test_only_what_is_changed_is_decided(client_as, omar):
    client = client_as(omar)
    assert save(client, "going-to-see", title="Going to look").status_code == 303
    assert decided("going-to-see") == {"title": "Going to look"}
    assert library().text("going-to-see").title == "Going to look"
    page = client.get("/library/desk/texts/going-to-see").text
    assert "decided by Omar Haddad" in page
    save(client, "going-to-see", forget="title")
    assert decided("going-to-see") == {}
    assert library().text("going-to-see").title == "Going to see"


def test_saving_settles_what_is_proposed_as_it_is_ticked(client_as, omar, waiting):
    client = client_as(omar)
    form = form_of(client, waiting)
    assert (form["themes"], form["roles"], form["level"]) == (
        ["service"],
        ["mentor"],
        "introductory",
    )
    save(client, waiting, roles=[])
    assert decided(waiting) == {"themes": ["service"], "roles": [], "level": "introductory"}
    assert library().proposals([waiting]) == {}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", "  ", "Give the text a title"),
        ("title", "x" * 301, "This is too long"),
        ("year", "long ago", "Write the year as a number"),
        ("year", "99999", "Write the year as a number"),
        ("minutes", "", "Write how many minutes"),
        ("minutes", "0", "Write how many minutes"),
        ("themes", ["no-such-theme"], "Choose from what is offered"),
        ("roles", ["king"], "Choose from what is offered"),
        ("level", "hard", "Choose from what is offered"),
        ("language", "xx", "Choose from what is offered"),
        ("rights", "", "Choose from what is offered"),
    ],
)
def test_what_is_wrong_is_marked_and_nothing_typed_is_lost(client_as, omar, field, value, message):
    answer = save(client_as(omar), "going-to-see", author="Somebody", **{field: value})
    assert answer.status_code == 422
    assert message in answer.text
    assert 'name="author" value="Somebody"' in answer.text
    assert decided("going-to-see") == {}


def test_two_organizers_do_not_overwrite_each_other_in_silence(client_as, omar, ada):
    mine = client_as(omar)
    form = form_of(mine, "going-to-see")
    save(client_as(ada), "going-to-see", title="Hers")
    answer = mine.post("/library/desk/texts/going-to-see", data=form | {"title": "His"})
    assert answer.status_code == 409
    assert "Ada Admin changed this text while you had it open" in answer.text
    assert "<td>Hers</td><td>His</td>" in answer.text
    assert decided("going-to-see") == {"title": "Hers"}
    again = re.search(r'name="version" value="(\d+)"', answer.text)[1]
    mine.post(
        "/library/desk/texts/going-to-see",
        data=form | {"title": "His", "version": again, "key": key(answer.text)},
    )
    assert decided("going-to-see") == {"title": "His"}


def test_changes_of_other_fields_are_put_together(client_as, omar, ada):
    mine = client_as(omar)
    form = form_of(mine, "going-to-see")
    save(client_as(ada), "going-to-see", title="Hers")
    answer = mine.post("/library/desk/texts/going-to-see", data=form | {"author": "His"})
    assert answer.status_code == 303
    assert decided("going-to-see") == {"title": "Hers", "author": "His"}


def test_an_unknown_text_is_not_found(client_as, omar):
    client = client_as(omar)
    assert client.get("/library/desk/texts/no-such-text").status_code == 404
    assert client.post("/library/desk/texts/no-such-text").status_code == 404
    assert client.post("/library/desk/texts/no-such-text/reread").status_code == 404
    assert (
        client.post("/library/desk/changes/nothing/undo", data={"key": "k" * 12}).status_code == 404
    )


def test_a_text_is_made_a_version_of_another_and_no_longer(client_as, omar):
    client = client_as(omar)
    data = {"key": "versions-1", "version": "0", "version_of": "small-goals"}
    client.post("/library/desk/texts/going-to-see/version", data=data)
    assert library().text("going-to-see").versions == ("small-goals",)
    page = client.get("/library/desk/texts/going-to-see").text
    assert "decided by an organizer" in page
    client.post(
        "/library/desk/texts/going-to-see/version",
        data={"key": "versions-2", "version": "1", "none": "1"},
    )
    assert library().text("going-to-see").versions == ()
    answer = client.post(
        "/library/desk/texts/going-to-see/version",
        data={"key": "versions-3", "version": "2", "version_of": "nothing like it"},
    )
    assert answer.status_code == 422
    assert "No text has this name" in answer.text
    assert 'value="nothing like it"' in answer.text


# The library follows


def test_a_decision_that_could_not_be_carried_out_is_by_the_sweep(client_as, omar, monkeypatch):
    def broken(_app):
        raise OSError("disk full")

    client = client_as(omar)
    monkeypatch.setattr("webapp.texts.building.apply_decisions", broken)
    change(client, "withdraw", "going-to-see")
    assert "What you decided is kept" in client.get("/library/desk").text
    assert library().text("going-to-see") is not None
    monkeypatch.undo()
    assert bringing.sweep() >= 1
    assert library().text("going-to-see") is None
    db.session.rollback()
    assert store.not_applied(db.session) == []


def test_decisions_survive_a_library_that_is_built_anew(app, client_as, omar):
    save(client_as(omar), "going-to-see", author="The Housing Office")
    app.extensions["xinde_resources"].close()
    settings = app.config["XINDE"]
    for file in settings.data.glob("library.db*"):
        file.unlink()
    (settings.data / "texts").mkdir(exist_ok=True)
    from tests.webapp.conftest import TEXTS

    for file in TEXTS.glob("*.md"):
        (settings.data / "texts" / file.name).write_bytes(file.read_bytes())
    building.library(app)
    assert library().text("going-to-see").author == "The Housing Office"


def test_the_coverage_table_shows_gaps_and_leads_to_the_texts(client_as, omar):
    page = client_as(omar).get("/library/desk").text
    assert "What the library covers" in page
    assert re.search(r'<td class="gap"><span class="num">0</span>', page)
    assert re.search(r"Nothing in Chinese yet on: \w", page)
    assert "/library/desk/texts?language=en&amp;theme=field-investigation" in page.replace(
        "/library/desk/texts?theme=field-investigation&amp;language=en",
        "/library/desk/texts?language=en&amp;theme=field-investigation",
    )


@pytest.mark.parametrize(
    ("query", "found", "not_found"),
    [
        ("q=GOING+see", "going-to-see", "small-goals"),
        ("language=zh", "diaocha-zh", "going-to-see"),
        ("theme=goals", "small-goals", "diaocha-zh"),
        ("theme=-", "", "going-to-see"),
        ("state=nonsense&language=xx", "going-to-see", ""),
    ],
)
def test_the_list_is_narrowed(client_as, omar, query, found, not_found):
    page = client_as(omar).get(f"/library/desk/texts?{query}").text
    assert not found or f'data-slug="{found}"' in page
    assert not not_found or f'data-slug="{not_found}"' not in page


def test_a_place_in_the_list_that_was_never_given_is_refused(client_as, omar):
    client = client_as(omar)
    assert client.get("/library/desk/texts?after=nonsense").status_code == 400
    assert client.get("/library/desk/changes?after=nonsense").status_code == 400
    assert client.get("/library/desk/files?show=refused&after=-1").status_code == 400
    assert client.get("/library/desk/files?show=burnt").status_code == 404


NONSENSE = (
    "x" * 100_000, "-9223372036854775809", "[]{}<script>%s", "a\x00b", "\u202e\U0001f418", "9" * 400,
    "\uff11\uff12", "\u0661\u0662", "",
)  # fmt: skip
FORMS = {
    "/library/desk/texts": ("act", "slug", "version:going-to-see", "theme", "back"),
    "/library/desk/texts/going-to-see": (*form.FIELDS, "version", "forget", "back"),
    "/library/desk/texts/going-to-see/version": ("version", "version_of", "none", "back"),
    "/library/desk/changes/x/undo": ("key", "back"),
}


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_in_any_field_of_the_desk_breaks_nothing(client_as, omar, nonsense):
    client = client_as(omar)
    good = form_of(client, "going-to-see") | {
        "act": "theme-add", "theme": "goals", "slug": "going-to-see", "version_of": "small-goals",
    }  # fmt: skip
    for path, fields in FORMS.items():
        for name in fields:
            data = good | {"key": f"nonsense-{name}".replace(":", "-"), name: nonsense}
            answer = client.post(path, data=data)
            assert answer.status_code in (303, 400, 404, 409, 422), (path, name, answer)
            assert "<script>%s" not in answer.text
    for path in ("/library/desk/texts", "/library/desk/files", "/library/desk/changes"):
        query = dict.fromkeys(
            ("q", "state", "language", "theme", "after", "back", "show"), nonsense
        )
        assert client.get(path, query_string=query).status_code in (200, 400, 404)
        for name in query:
            answer = client.get(path, query_string={name: nonsense})
            assert answer.status_code in (200, 400, 404), (path, name)
    assert client.get("/library/desk/texts").status_code == 200


def test_members_see_nothing_of_who_decided(client_as, omar, maria):
    change(client_as(omar), "theme-add", "going-to-see", theme="integrity")
    client = client_as(maria)
    for path in ("/library", "/read/going-to-see", "/library?theme=integrity"):
        assert "Omar" not in client.get(path).text
    assert "/library/desk" not in client.get("/read/going-to-see").text
    assert "/library/desk/texts/going-to-see" in client_as(omar).get("/read/going-to-see").text


def test_the_pages_are_in_chinese_too(client_as, organisation, waiting):
    li = add_member(organisation, "Li Wen", organisation.harbour, language="zh")
    members.set_organizer(db.session, organisation.id, li.id, True)
    client = client_as(li, language="zh")
    assert "书库管理" in client.get("/library/desk").text
    assert "全部确认" in client.get("/library/desk/texts").text
    assert "只展示段落" in client.get(f"/library/desk/texts/{waiting}").text


def test_a_change_of_the_command_line_has_no_name(omar):
    from webapp.access import Actor

    done = actions.decide(
        db.session, Actor(organisation=omar.organisation_id), {"x": {"rights": "passages"}},
        kind="edit", key="k" * 16, now=NOW,
    )  # fmt: skip
    row = store.changes(db.session, omar.organisation_id)[0]
    assert (row.id, row.by) == (done.id, "")
