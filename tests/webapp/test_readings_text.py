"""The page of a text."""

from __future__ import annotations

import re
import shutil

import pytest

from corpus.library import Library
from tests.webapp.people import NOW
from webapp.community import db
from webapp.members import store as members
from webapp.reflections import actions as reflections
from webapp.resources import resources


def withdraw(app, slug: str) -> None:
    library = Library.open(app.config["XINDE"].library_path)
    library.withdraw(slug)
    library.close()


def passage_ids(slug: str) -> list[str]:
    return [p.id for p in resources().library.passages(slug)]


def test_every_passage_stands_at_its_anchor_with_a_way_to_cite_it(maria, client_as):
    page = client_as(maria).get("/read/going-to-see").text
    ids = passage_ids("going-to-see")
    assert len(ids) == 2
    for reading in ids:
        assert f'id="p-{reading.partition("/")[2]}"' in page
        assert f'href="/write?text=going-to-see&amp;passage={reading}"' in page


def test_the_page_names_its_source(maria, client_as):
    page = client_as(maria).get("/read/going-to-see").text
    for words in ("Test library", "2026", "Introductory", "CC0-1.0", "/library?theme=judgement"):
        assert words in page
    assert len(re.findall("<h1", page)) == 1


def test_a_text_shows_its_other_language(maria, client_as):
    page = client_as(maria).get("/read/good-discussion").text
    assert 'href="/read/hao-taolun-zh" lang="zh-Hans"' in page


def test_a_chinese_text_says_so_to_browsers(maria, client_as):
    assert '<div class="prose" lang="zh-Hans">' in client_as(maria).get("/read/diaocha-zh").text


def test_the_table_of_contents_leads_to_the_headings(maria, client_as):
    page = client_as(maria).get("/read/going-to-see").text
    links = re.findall(r'<a href="#(s0-[^"]+)">([^<]+)</a>', page)
    assert [words for _anchor, words in links] == ["Five doors", "What the numbers hid"]
    for anchor, words in links:
        assert f'<h2 id="{anchor}">{words}</h2>' in page


def test_an_unknown_text_is_not_there(maria, client_as):
    for slug in ("no-such-text", "x" * 3000, "%F0%9F%92%A5", "..", "a%00b"):
        assert client_as(maria).get(f"/read/{slug}").status_code in (400, 404)


def test_a_withdrawn_text_says_so_and_that_reflections_are_safe(app, maria, client_as):
    withdraw(app, "good-discussion")
    answer = client_as(maria).get("/read/good-discussion")
    assert answer.status_code == 410
    assert "withdrawn by the library" in answer.text
    assert "Your reflections are safe" in answer.text
    assert "Prepare one question" not in answer.text
    assert "/read/hao-taolun-zh" in answer.text


def test_related_readings_are_of_other_texts_that_are_still_there(app, maria, client_as):
    page = client_as(maria).get("/read/going-to-see").text
    related = page[page.index('id="related"') :]
    assert "/read/going-to-see" not in related
    shown = set(re.findall(r'href="/read/([a-z-]+)#p-', related))
    assert shown
    withdraw(app, min(shown))
    page = client_as(maria).get("/read/going-to-see").text
    assert f'"/read/{min(shown)}#' not in page


def test_a_text_can_be_read_where_the_index_is_out_of_order(app, maria, client_as):
    shutil.rmtree(app.config["XINDE"].index_folder)
    answer = client_as(maria).get("/read/going-to-see")
    assert answer.status_code == 200
    assert "Five doors" in answer.text


def submit(member, *, title: str, audience: str, unit: str | None = None):
    actor = members.actor_of(db.session, member)
    body = "I knocked at three doors before I wrote the report. The table was wrong."
    draft = reflections.start(
        db.session, actor, title=title, body=body, text_slug="going-to-see", now=NOW
    )
    reflections.submit(
        db.session, actor, draft, audience=audience, unit_id=unit, key=title, now=NOW
    )


def test_reflections_about_the_text_are_shown_to_those_who_may_read_them(
    organisation, maria, omar, li, client_as
):
    submit(maria, title="For everybody", audience="organisation")
    submit(maria, title="For Harbour", audience="unit", unit=organisation.harbour)
    submit(maria, title="Without a name", audience="anonymous")
    of_hill = client_as(omar).get("/read/going-to-see").text
    assert "For everybody" in of_hill
    assert "Maria Lopez" in of_hill
    assert "For Harbour" not in of_hill
    assert "Without a name" in of_hill
    nameless = of_hill[of_hill.index("Without a name") :]
    assert "Maria Lopez" not in nameless[: nameless.index("</li>")]
    of_harbour = client_as(li).get("/read/going-to-see").text
    assert "For Harbour" in of_harbour


# The size of the letters


def test_the_size_of_the_letters_is_kept(maria, client_as):
    client = client_as(maria)
    assert 'data-size="medium"' in client.get("/read/going-to-see").text
    answer = client.post("/text-size", data={"size": "large", "next": "/read/going-to-see"})
    assert (answer.status_code, answer.location) == (303, "/read/going-to-see")
    assert 'data-size="large"' in client.get("/read/going-to-see").text


def test_no_size_but_ours_and_no_address_but_ours(maria, client_as):
    client = client_as(maria)
    assert client.post("/text-size", data={"size": "huge"}).status_code == 400
    answer = client.post("/text-size", data={"size": "small", "next": "https://example.org/"})
    assert answer.location == "/library"
    client.set_cookie("text_size", '"><script>')
    assert 'data-size="medium"' in client.get("/read/going-to-see").text


# The place


def test_a_member_can_go_on_where_they_were(maria, omar, client_as):
    client, (_first, second) = client_as(maria), passage_ids("going-to-see")
    assert client.post("/readings/place", json={"passage": second}).status_code == 200
    page = client.get("/read/going-to-see").text
    assert f'<a href="#p-{second.partition("/")[2]}">' in page
    assert "Continue where you were" in page
    assert "Continue where you were" not in client_as(omar).get("/read/going-to-see").text


def test_the_last_place_wins_and_the_beginning_needs_no_link(maria, client_as):
    client, (first, second) = client_as(maria), passage_ids("going-to-see")
    for reading in (second, first):
        client.post("/readings/place", json={"passage": reading})
    assert "Continue where you were" not in client.get("/read/going-to-see").text


def test_a_text_that_was_read_does_not_ask_to_go_on(maria, client_as):
    client, (_first, second) = client_as(maria), passage_ids("going-to-see")
    client.post("/readings/place", json={"passage": second})
    client.post("/readings/deed", data={"reading": "going-to-see", "kind": "read"})
    assert "Continue where you were" not in client.get("/read/going-to-see").text


@pytest.mark.parametrize(
    "sent",
    [[], "x", 3, {}, {"passage": None}, {"passage": ["a"]}, {"passage": "a/\ud800"}]
    + [{"passage": p} for p in ("", "no/such", "x" * 5000, "going-to-see", "reflection/x")],
)
def test_a_place_that_is_none_is_refused(maria, client_as, sent):
    answer = client_as(maria).post("/readings/place", json=sent)
    assert answer.status_code in (400, 404)


def test_a_place_that_is_not_json_is_refused(maria, client_as):
    client = client_as(maria)
    assert client.post("/readings/place", data={"passage": "x"}).status_code == 415
    broken = client.post("/readings/place", data="{", content_type="application/json")
    assert broken.status_code == 400
