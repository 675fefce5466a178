"""The page before submitting shows what is close to others' words, to its author alone."""

from __future__ import annotations

import logging
import re
from html import unescape

import pytest

from tests.webapp.people import add_member
from tests.webapp.reflecting import actor, draft, row, submitted
from webapp.community import db
from webapp.jobs import reconcile
from webapp.reflections import actions, citations
from webapp.resources import library, resources

OWN = "Our kitchen has had a new tap since March. Nobody told us who paid for it."
LIFT = "The old lift at the harbour mill stops between two floors whenever it rains on a Sunday."
HEADING = "Words that are close to others"
SOURCE = re.compile(r'name="(version|source|at|from|to)" value="([^"]*)"')


@pytest.fixture
def copied(app) -> str:
    """Two sentences of a passage, as they are."""
    passage = library().passages("going-to-see")[1]
    return passage.text[: passage.sentences[1][1]]


def page(client, made: str) -> str:
    answer = client.get(f"/reflections/{made}/submit")
    assert answer.status_code == 200
    return unescape(answer.text)


def section(html: str) -> str:
    found = re.search(r'<section class="close".*?</section>', html, re.S)
    return found[0] if found else ""


def test_nothing_is_said_where_all_is_well(client_as, maria):
    html = page(client_as(maria), draft(maria, body=OWN))
    assert section(html) == ""
    assert HEADING not in html
    assert "originality.css" not in html


def test_a_sentence_beside_the_librarys_is_cited_with_one_click(client_as, maria, copied):
    client = client_as(maria)
    edited = copied.replace("few leaks", "few bad leaks")
    made = draft(maria, body=f"{OWN}\n\n{edited} We went there.\n\nThe end.")
    html = page(client, made)
    shown = section(html)
    assert "Going to see" in shown
    assert "/read/going-to-see" in shown
    assert re.findall(r"<mark>(?:<span[^>]*>[^<]*</span>)?([^<]*)</mark>", shown) == ["bad"]
    assert not re.search(r"plagia|%|percent|score|抄袭", shown, re.I)
    form = dict(SOURCE.findall(shown))
    for _click in range(2):  # the second one finds it done
        answer = client.post(f"/reflections/{made}/cite", data=form)
        assert answer.status_code == 303
        body = row(maria, made).body
        (cited,) = citations.parse(body)
        assert cited.text_slug == "going-to-see"
        assert cited.quote == copied
        assert body.startswith(f"{OWN}\n\n{edited}\n\n> ")
        assert body.endswith("\n\nWe went there.\n\nThe end.")
    assert section(page(client, made)) == ""


def test_the_quotation_is_not_put_into_a_draft_that_moved_on(client_as, maria, copied):
    client = client_as(maria)
    made = draft(maria, body=copied)
    form = dict(SOURCE.findall(section(page(client, made))))
    newer = f"{OWN} Written on the phone.\n\n{copied}"
    client.put(f"/reflections/{made}/draft", json={"title": "T", "body": newer, "base_version": 1})
    client.post(f"/reflections/{made}/cite", data=form)
    assert "changed elsewhere" in page(client, made)
    assert row(maria, made).body == newer


def test_a_quotation_needs_a_source_that_is_there_and_a_place_that_is_in_the_draft(
    client_as, maria, omar, copied
):
    client = client_as(maria)
    made = draft(maria, body=copied)
    form = dict(SOURCE.findall(section(page(client, made))))
    path = f"/reflections/{made}/cite"
    for wrong in ({"source": "nowhere/1"}, {"source": "reflection/x y"}, {"from": "5", "to": "4"}):
        client.post(path, data=form | wrong)
        assert "not there any more" in page(client, made)
    for wrong in ({"at": "99999"}, {"at": "-1"}, {"from": "x"}, {"version": "x"}):
        assert client.post(path, data=form | wrong).status_code == 400
    assert client_as(omar).post(path, data=form).status_code == 404
    assert row(maria, made).body == copied


def test_a_members_piece_is_a_source_for_those_who_may_read_it_and_no_longer(
    client_as, maria, li, omar, organisation
):
    """One piece, through all that may become of it; nothing of it reaches who may not read."""
    piece = submitted(
        maria, "The lift", f"I ride it daily. {LIFT}", audience="unit", unit=organisation.harbour
    )
    reconcile.sweep()
    of_li, of_omar = draft(li, body=f"{OWN} {LIFT}"), draft(omar, body=f"{OWN} {LIFT}")
    insider, outsider = client_as(li), client_as(omar)
    shown = section(page(insider, of_li))
    assert "The lift" in shown
    assert "Maria Lopez" in shown
    assert 'name="source"' not in shown  # a quotation would carry the words out of the unit
    assert section(page(outsider, of_omar)) == ""
    refused = {"version": "1", "source": f"reflection/{piece}", "at": "5", "from": "0", "to": "9"}
    outsider.post(f"/reflections/{of_omar}/cite", data=refused)
    assert row(omar, of_omar).body == f"{OWN} {LIFT}"

    actions.change_audience(
        db.session, actor(maria), piece, audience="anonymous", unit_id=None, now=row(maria, piece).updated_at
    )  # fmt: skip
    reconcile.sweep()
    shown = section(page(outsider, of_omar))
    assert "The lift" in shown
    assert "Maria" not in shown
    assert f'value="reflection/{piece}"' in shown

    actions.withdraw(db.session, actor(maria), piece, now=row(maria, piece).updated_at)
    # at once: the index still holds it
    assert section(page(outsider, of_omar)) == "" == section(page(insider, of_li))


def test_drafts_and_notes_of_others_are_no_sources(client_as, maria, li):
    draft(maria, body=LIFT)
    assert section(page(client_as(li), draft(li, body=LIFT))) == ""


def test_ones_own_earlier_piece_is_a_friendly_note(client_as, maria):
    submitted(maria, "In spring", f"{OWN} {LIFT}")
    reconcile.sweep()
    shown = section(page(client_as(maria), draft(maria, body=f"It is autumn. {LIFT}")))
    assert "You wrote this before." in shown
    assert "In spring" in shown
    assert 'name="source"' not in shown


def test_submitting_a_piece_again_is_not_compared_with_itself(client_as, maria):
    made = submitted(maria, "In spring", f"{OWN} {LIFT}")
    reconcile.sweep()
    assert section(page(client_as(maria), made)) == ""


def test_where_it_cannot_be_compared_that_is_said_and_submitting_works(
    app, client_as, maria, copied, monkeypatch, caplog
):
    client, made = client_as(maria), draft(maria, body=copied)
    resources().index.close()
    monkeypatch.setattr(resources(), "_index", None)
    (app.config["XINDE"].index_folder / "index.db").rename(app.config["XINDE"].index_folder / "x")
    with caplog.at_level(logging.DEBUG):
        html = page(client, made)
    assert "could not compare your words" in section(html)
    assert copied[:20] not in caplog.text
    key = re.search(r'name="key" value="([^"]*)"', html)[1]
    sent = {"key": key, "version": "1", "title": "T", "audience": "organisation"}
    assert client.post(f"/reflections/{made}/submit", data=sent).status_code == 303


def test_at_most_eight_places_are_shown_in_chinese_too(client_as, organisation):
    wang = add_member(organisation, "Wang Min", organisation.hill, language="zh")
    everything = [
        p.text for slug in ("diaocha-zh", "hao-taolun-zh") for p in library().passages(slug)
    ]
    mine = "\n\n我想了想自己的事，写下这一行。这一行也是我的。再加一行我自己的。\n\n"
    said = mine.join(s for text in everything for s in re.findall(r"[^。？！]+[。？！]", text))
    shown = section(page(client_as(wang), draft(wang, body=said)))
    assert 1 < shown.count('close__place"') <= 8
    assert "与他人相近的文字" in shown
